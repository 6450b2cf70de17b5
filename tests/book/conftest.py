"""The built book, served on this machine, and Chromium; no page may ask any other machine for anything."""

from pathlib import Path
from urllib.parse import urlsplit

import hosted
import lab
import pyodide
import pytest
from playwright.sync_api import sync_playwright

BUILD = Path(__file__).parents[2] / "book/_build"
SIZES = {"wide": (1366, 768), "small": (360, 740)}


@pytest.fixture(scope="session")
def published():
    """The servers of the book's pages and of Pyodide."""
    assert (BUILD / "html/index.html").is_file(), "there is no book here; make book"
    with hosted.published(BUILD / "html", pyodide.gather(BUILD / "pyodide")) as servers:
        yield servers


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=lab.chromium(), args=lab.FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def browsing(chromium, published):
    """A function that gives a browser context of its own: nothing of an earlier visit is there.

    At the end nothing may have been asked of another machine, and no error may have been said that is not expected.
    """
    pages, network = published
    contexts, asked, said = [], [], []

    def browse(size="wide", expected=(), **options):
        width, height = SIZES[size]
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        context.on("request", lambda request: asked.append(request.url))
        context.on("weberror", lambda error: said.append(str(error.error)))
        contexts.append(context)
        return context

    yield browse
    network.fault = ""
    network.released.set()
    network.released.clear()
    for context in contexts:
        context.close()
    hosts = {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts <= {urlsplit(server.address).netloc for server in (pages, network)}
    assert not said
