"""The cheat sheet in a real browser: two sides of paper, and no wider than a phone."""

import re

import pytest
import sheet


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page()
    page.goto(sheet.SHEET.as_uri())
    yield page
    page.close()


def test_it_prints_on_two_sides(page):
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == 2


@pytest.mark.parametrize("width", [360, 800, 1366])
def test_it_is_no_wider_than_the_page(page, width):
    page.set_viewport_size({"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == width
