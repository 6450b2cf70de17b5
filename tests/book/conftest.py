"""The book as `make book` has built it, served on this machine to one Chromium; no page asks any other machine."""

from contextlib import contextmanager
from functools import cache
from urllib.parse import urlsplit

import hosted
import lab
import pyodide
import pytest
from bs4 import BeautifulSoup
from chromium import find
from playwright.sync_api import sync_playwright
from serve import SITE

SIZES = {"wide": (1366, 768), "small": (360, 740)}


@pytest.fixture(scope="session")
def site():
    """A dict from the name of each page to what stands on it."""
    assert SITE.is_dir(), "there is no book yet: make book"
    return {
        path.stem: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in sorted(SITE.glob("*.html"))
    }


@pytest.fixture(scope="session")
def anchors(site):
    """A dict from the name of each page to the anchors that it has."""
    return {name: [node["id"] for node in soup.find_all(id=True)] for name, soup in site.items()}


@pytest.fixture(scope="session")
def published():
    """The servers of the book's pages and of Pyodide."""
    with hosted.published(SITE, pyodide.gather()) as servers:
        yield servers


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=lab.FLAGS)
        yield browser
        browser.close()


@contextmanager
def browser_contexts(chromium, published):
    """A function that gives a browser context of its own: nothing of an earlier visit is there.

    At the end nothing may have been asked of another machine, and no page may have raised an error.
    """
    contexts, asked, raised = [], [], []

    def browse(size="wide", **options):
        width, height = SIZES[size]
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        context.on("request", lambda request: asked.append(request.url))
        context.on("weberror", lambda error: raised.append(str(error.error)))
        contexts.append(context)
        return context

    yield browse
    for context in contexts:
        context.close()
    for server in published:
        server.mend()
    hosts = {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts <= {urlsplit(server.address).netloc for server in published}
    assert raised == []


@pytest.fixture
def browsing(chromium, published):
    """A function that gives a browser context of its own."""
    with browser_contexts(chromium, published) as browse:
        yield browse


@pytest.fixture(scope="module")
def again(chromium, published):
    """A function that gives one browser context for all tests of a file, as of a reader who comes again."""
    with browser_contexts(chromium, published) as browse:
        yield cache(browse)


@pytest.fixture
def opened(browsing, published):
    """A function that opens a page; nothing may be missing there, and no page may say that anything went wrong."""
    faults = []

    def open_page(name, size="wide", scheme="light", **options):
        page = browsing(size, color_scheme=scheme, **options).new_page()
        # What is under way when a page is left ends there.
        page.on("requestfailed", lambda r: faults.append(r.url) if "ERR_ABORTED" not in r.failure else None)
        page.on("response", lambda answer: faults.append(answer.url) if answer.status >= 400 else None)
        page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
        page.goto(f"{published[0].address}{name}")
        return page

    yield open_page
    assert faults == []
