"""The workspace: JupyterLab in the browser, in which every notebook runs to its end as it is, and its views move."""

from urllib.parse import urljoin

import hosted
import lab
import pyodide
import pytest
import workspace as built
from series import every_notebook
from serve import SITE

# So that a test can ask JupyterLab itself.
EXPOSED = (b'"appName": "nn_notes"', b'"appName": "nn_notes", "exposeAppInBrowser": true')
IDLE = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"


@pytest.fixture(scope="module")
def published():
    """The servers of the book's pages and of Pyodide, with what a kernel loads."""
    with hosted.published(SITE, pyodide.for_kernel()) as servers:
        servers[0].replaced += (EXPOSED,)
        yield servers


@pytest.fixture
def workspace(browsing, published, site):
    """A function that opens a notebook in the workspace, by the address that its page links."""

    def opened(name, size="wide"):
        page = browsing(size).new_page()
        page.set_default_timeout(1000 * lab.PATIENCE)
        link = site[name].find("a", string="JupyterLite")
        page.goto(published[0].address + link["href"])
        page.wait_for_function(IDLE)
        return lab.Lab(page)

    return opened


@every_notebook
def test_a_notebook_runs_to_its_end_and_its_views_are_awake(path, workspace):
    opened = workspace(path.stem)
    opened.run_all()
    views = opened.views(lab.stored_views(path.stem))
    assert len(views) == lab.stored_views(path.stem)
    assert opened.page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert opened.page.locator(".nn-view [role=alert]:not([hidden])").count() == 0


def test_a_view_moves_and_what_is_written_is_kept(workspace):
    opened = workspace("01_single_layer")
    opened.run_all()
    (view,) = opened.views(1)
    before = view.board()
    view.press("z[0]", "ArrowRight", times=3)
    view.until(lambda view: "" if (view.board()["z"] != before["z"]).any() else "z is where it was")
    opened.run_new("mine = 1")
    opened.save()
    opened.page.reload()
    opened.page.wait_for_function(IDLE)
    sources = "() => jupyterapp.shell.currentWidget.content.widgets.map(w => w.model.sharedModel.source)"
    assert "mine = 1" in opened.page.evaluate(sources)


@pytest.mark.parametrize("base", ["https://cdn.example/pyodide/", "../pyodide/"])
def test_it_has_pyodide_from_where_the_pages_have_it(base):
    site = "https://book.example/nn_notes/"
    seen = urljoin(f"{site}workspace/lab/index.html?path=a.ipynb", built.address(base))
    assert seen == urljoin(f"{site}_static/page/worker.js", base)
