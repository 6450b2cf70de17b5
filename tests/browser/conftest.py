"""One JupyterLab and one Chromium for all tests; at the end nothing that they started may be left running."""

from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import lab
import psutil
import pytest
from build import NOTEBOOKS
from lab import PATIENCE


def pytest_collection_modifyitems(items):
    """What is asked of the views of one notebook stands together, so that it is run once."""

    def notebook(item):
        return item.callspec.params.get("notebook", "") if hasattr(item, "callspec") else ""

    items.sort(key=lambda item: (item.path, notebook(item)))


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_left_running():
    """The last to end, as it is the first to start: every process that a test started has ended."""
    started = []
    yield started
    _, alive = psutil.wait_procs(started, timeout=PATIENCE)
    for process in alive:
        process.kill()
    assert not alive


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The address of a JupyterLab on a copy of the notebooks, with its token."""
    with lab.server(NOTEBOOKS, tmp_path_factory.mktemp("lab")) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    """Chromium; at the end no page may have asked any other machine for anything."""
    with lab.browser() as context:
        asked = []
        context.on("request", lambda request: asked.append(request.url))
        yield context
        assert asked and {urlsplit(url).hostname for url in asked} <= {"localhost", None}


@pytest.fixture(scope="session")
def opened(server, browser, _nothing_is_left_running):
    """A function that opens a notebook in a page of its own, and gives its ``Lab``."""

    def open_notebook(name):
        notebook = lab.opened(server, browser, name)
        _nothing_is_left_running.extend(psutil.Process().children(recursive=True))
        return notebook

    return open_notebook


@pytest.fixture(scope="session")
def ran(opened):
    """A context in which a notebook has run, with its live views; at the end nothing may have gone wrong.

    Before it runs, its views are asleep.
    """

    @contextmanager
    def run_notebook(name):
        notebook, stored = opened(name), lab.stored_views(name)
        notebook.sleeps(stored)
        notebook.run_all()
        yield notebook.views(stored)
        assert notebook.errors() == []
        notebook.close()

    return run_notebook


@pytest.fixture(scope="session")
def kept(ran):
    """A function that gives the live views of a notebook, which stays as it is left until another one is asked for."""
    with ExitStack() as opened:
        now = {}

        def views_of(name):
            if name not in now:
                now.clear()
                opened.close()
                now[name] = opened.enter_context(ran(name))
            return now[name]

        yield views_of
