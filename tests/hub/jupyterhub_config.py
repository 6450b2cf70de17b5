"""A hub on this machine: one password for all, and a student's server is a process with a folder of its own."""

import os
from pathlib import Path

DEPLOY = Path(__file__).parents[2] / "deploy/hub"
HOME, PASSWORD, PROXY = (os.environ[name] for name in ("HUB_HOME", "HUB_PASSWORD", "HUB_PROXY"))
PORT, HUB_PORT, PROXY_PORT = os.environ["HUB_PORTS"].split()

load_subconfig("jupyterhub_config.py", path=str(DEPLOY))

c.JupyterHub.bind_url = f"http://127.0.0.1:{PORT}"
c.JupyterHub.hub_port = int(HUB_PORT)
c.JupyterHub.db_url = f"sqlite:///{HOME}/hub.sqlite"
c.JupyterHub.cookie_secret_file = f"{HOME}/cookie_secret"
c.ConfigurableHTTPProxy.command = [PROXY]
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{PROXY_PORT}"
c.ConfigurableHTTPProxy.pid_file = f"{HOME}/proxy.pid"

c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = PASSWORD
c.Authenticator.allow_all = True

c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = f"{HOME}/students/{{username}}"
# Where a class has it for the whole machine.
c.Spawner.environment = {"JUPYTER_CONFIG_PATH": str(DEPLOY)}
c.Spawner.args = ["--allow-root", "--LabApp.expose_app_in_browser=True"]
c.Spawner.poll_interval = 5
