"""A JupyterHub with a proxy of its own, a class of ten, and a browser for each of them."""

import os
import re
import socket
from contextlib import ExitStack
from pathlib import Path

import chromium
import lab
import psutil
import pytest
from lab import Lab, stored_views
from playwright.sync_api import sync_playwright
from served import answer_of, unconfigured, wait_for

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".venv/hub"
PASSWORD = "nudge by nudge"
NAMES = [f"student-{n}" for n in range(10)]


def free_ports(n):
    """So many at once, so that no two are the same."""
    with ExitStack() as stack:
        return [stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for _ in range(n)]


class Hub:
    """A JupyterHub that runs: its ``address``, and the ``process`` that all of its others are children of."""

    def __init__(self, address, process, home):
        self.address, self.process, self.home = address, process, home

    def folder(self, name):
        """Where a student's notebooks are kept."""
        return self.home / "students" / name / "nn-notes"

    def server(self, name):
        """The process of a student's server."""
        return next(p for p in self.process.children() if p.environ().get("JUPYTERHUB_USER") == name)

    def megabytes(self, name):
        """What a student's server takes with its kernels: shared pages are shared out."""
        server = self.server(name)
        return sum(p.memory_full_info().pss for p in [server, *server.children(recursive=True)]) / 1e6


@pytest.fixture(scope="session")
def hub(tmp_path_factory):
    home = tmp_path_factory.mktemp("hub")
    ports = free_ports(3)
    environment = unconfigured() | {
        "HOME": str(home), "HUB_HOME": str(home), "HUB_PASSWORD": PASSWORD, "HUB_PORTS": " ".join(map(str, ports)),
        "HUB_PROXY": str(TOOLS / "node_modules/.bin/configurable-http-proxy"),
        "PATH": f"{TOOLS / 'bin'}:{os.environ['PATH']}",
    }  # fmt: skip
    with open(home / "log", "w", encoding="utf-8") as log:
        command = [TOOLS / "bin/jupyterhub", f"--config={Path(__file__).with_name('jupyterhub_config.py')}"]
        process = psutil.Popen(command, cwd=home, env=environment, stdout=log, stderr=log)
    started = [process]
    try:
        address = f"http://127.0.0.1:{ports[0]}"

        def answers():
            assert process.poll() is None, (home / "log").read_text(encoding="utf-8")
            # Before the hub is there, its proxy says so.
            if answer := answer_of(f"{address}/hub/login"):
                answer.close()
            return answer and answer.status == 200

        wait_for(answers)
        yield Hub(address, process, home)
        started += process.children(recursive=True)
    finally:
        if process.poll() is None:
            process.terminate()
        _, alive = psutil.wait_procs(started, timeout=30)
        for left in alive:
            left.kill()
    assert not alive, alive


class Student:
    """One of the class, with a browser of their own."""

    def __init__(self, hub, browser, name):
        self.hub, self.name = hub, name
        self.page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        self.page.set_default_timeout(1000 * lab.PATIENCE)
        self.lab = Lab(self.page)

    def log_in(self):
        """Send the form; the server is started meanwhile."""
        self.page.goto(f"{self.hub.address}/hub/login")
        self.page.get_by_label("Username").fill(self.name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click(no_wait_after=True)

    def arrived(self):
        """Wait until JupyterLab stands there, on the notebook that leads into the others."""
        self.page.wait_for_url(re.compile(f"/user/{self.name}/lab/tree/nn-notes/index.ipynb"))
        self.lab.waits("nn-notes/index.ipynb")

    def start_again(self):
        """What a student does whose server does not answer: go home, and start it."""
        start = self.page.get_by_role("button", name="Start My Server")

        def offered():
            self.page.goto(f"{self.hub.address}/hub/home")
            return start.count()

        wait_for(offered)
        start.click(no_wait_after=True)
        self.arrived()

    def open(self, name):
        """Open a notebook from the list of files."""
        self.page.locator(".jp-DirListing-item", has_text=name).dblclick()
        self.lab.waits(f"nn-notes/{name}.ipynb")

    def view(self, name):
        """The view of 03 that is walked through, awake."""
        return next(view for view in self.lab.views(stored_views(name)) if view.control("slice").count())


@pytest.fixture(scope="session")
def students(hub):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=lab.FLAGS)
        yield [Student(hub, browser, name) for name in NAMES]
        browser.close()
