"""A hub on this machine: one password for all, and a student's server is a process with a folder of its own."""

import os
from pathlib import Path

DEPLOY = Path(__file__).parents[2] / "deploy/hub"
HOME, PASSWORD, PROXY = (os.environ[name] for name in ("HUB_HOME", "HUB_PASSWORD", "HUB_PROXY"))
PORT, HUB_PORT, PROXY_PORT = os.environ["HUB_PORTS"].split()

load_subconfig("jupyterhub_config.py", path=str(DEPLOY))  # noqa: F821

c.JupyterHub.bind_url = f"http://127.0.0.1:{PORT}"  # noqa: F821
c.JupyterHub.hub_port = int(HUB_PORT)  # noqa: F821
c.JupyterHub.db_url = f"sqlite:///{HOME}/hub.sqlite"  # noqa: F821
c.JupyterHub.cookie_secret_file = f"{HOME}/cookie_secret"  # noqa: F821
c.ConfigurableHTTPProxy.command = [PROXY]  # noqa: F821
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{PROXY_PORT}"  # noqa: F821
c.ConfigurableHTTPProxy.pid_file = f"{HOME}/proxy.pid"  # noqa: F821

c.JupyterHub.authenticator_class = "shared-password"  # noqa: F821
c.SharedPasswordAuthenticator.user_password = PASSWORD  # noqa: F821
c.Authenticator.allow_all = True  # noqa: F821

c.JupyterHub.spawner_class = "simple"  # noqa: F821
c.SimpleLocalProcessSpawner.home_dir_template = f"{HOME}/students/{{username}}"  # noqa: F821
# Where a class has it for the whole machine.
c.Spawner.environment = {"JUPYTER_CONFIG_PATH": str(DEPLOY)}  # noqa: F821
c.Spawner.args = ["--allow-root", "--LabApp.expose_app_in_browser=True"]  # noqa: F821
c.Spawner.poll_interval = 5  # noqa: F821
