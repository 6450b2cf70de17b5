"""The book as `make book` has built it, served on this machine to one Chromium."""

from threading import Thread
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from pdf import chromium
from playwright.sync_api import sync_playwright
from serve import SITE, server


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
def address():
    with server() as serving:
        Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}/"
        serving.shutdown()


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])


@pytest.fixture
def opened(browser, address):
    """A function that opens a page; no page may say that anything went wrong, or ask another machine for anything."""
    contexts, asked, faults = [], [], []

    def open_page(name, width=1366, height=768, scheme="light", **options):
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("requestfailed", lambda request: faults.append(request.url))
        page.on("response", lambda answer: faults.append(answer.url) if answer.status >= 400 else None)
        page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{address}{name}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} <= {urlsplit(address).netloc}
    assert faults == []
