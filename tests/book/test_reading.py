"""The book in a browser, as a reader has it: on a phone and on a desk, light and dark, by mouse and by keyboard."""

from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from booked import read_through
from serve import SITE
from served import at_rest, wait_for

NAMES = sorted(path.name for path in SITE.glob("*.html"))


@pytest.mark.parametrize("name", NAMES)
def test_no_page_is_wider_than_a_phone(opened, name):
    page = read_through(lambda: opened(name, "small"))
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    cut = """[...document.querySelectorAll("article *")].filter(node => {
        const box = node.getBoundingClientRect();
        return box.width && box.right > 361 && !node.closest(
            ".nn-scroll, pre, .nn-book-view, .table-wrapper, .katex-mathml, .headerlink") &&
            // A root's line is as long as any, and ends with the box that it is in.
            !node.parentElement.closest(".hide-tail");
    }).map(node => node.outerHTML.slice(0, 100))"""
    assert page.evaluate(cut) == []


def faults(page, **options):
    """What axe finds, but for what it calls minor."""
    # It sees only what is laid out.
    page.add_style_tag(content="article section > * { content-visibility: visible !important }")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    # A formula is hundreds of pieces that are hidden from whom axe speaks for, beside MathML that is not.
    page.evaluate("document.querySelectorAll('.katex').forEach(formula => formula.replaceWith('formula'))")
    found = Axe().run(page, options=options).response["violations"]
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] != "minor"]


# The last two are among those that axe leaves out unless it is asked.
RULES = {"color-contrast": False, "target-size": True, "label-content-name-mismatch": True}


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(opened, name):
    assert faults(opened(name), rules={rule: {"enabled": on} for rule, on in RULES.items()}) == []


# Contrast takes longest by far, and these pages have every colour that there is.
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", "01_single_layer.html", "symbols.html", "exercises.html"])
def test_everything_stands_out(opened, name, scheme):
    assert faults(opened(name, scheme=scheme), runOnly=["color-contrast"]) == []


def test_an_equation_that_a_link_leads_to_stands_clear(opened):
    page = opened("06_activations.html#equation-6.20", "small")
    # As the page is laid out it goes up a little, and this comes and lies over it.
    page.locator(".back-to-top").wait_for(timeout=10_000)
    lies_over = """() => {
        const box = document.getElementById("equation-6.20").getBoundingClientRect();
        const over = document.querySelector(".back-to-top").getBoundingClientRect();
        return box.top < over.bottom && over.top < box.bottom;
    }"""
    page.wait_for_timeout(1000)
    assert not page.evaluate(lies_over)


def test_a_wide_formula_scrolls_by_keyboard(opened):
    page = read_through(lambda: opened("00_derivative_shapes.html", "small"))
    box = page.locator(".nn-scroll[tabindex='0']").first
    assert box.get_attribute("role") == "group" and "scrolls" in box.get_attribute("aria-label")
    box.focus()
    page.keyboard.press("ArrowRight")
    wait_for(lambda: page.evaluate("document.activeElement.scrollLeft > 0"), 60)


def test_a_formula_that_fits_is_no_stop_on_the_way(opened):
    page = read_through(lambda: opened("01_single_layer.html"))
    assert page.locator(".nn-scroll").count() > 9
    assert page.locator(".nn-scroll[tabindex]").count() == 0


@pytest.mark.parametrize(("size", "stacked"), [("wide", False), ("small", True)])
def test_panels_of_a_picture_stand_one_below_another_on_a_phone(opened, size, stacked):
    page = opened("06_activations.html", size)
    first = page.locator("img:has(+ .nn-piece)").first
    at_rest(first)
    pieces = first.locator("xpath=following-sibling::span").all()
    assert len(pieces) > 1 and [piece.is_visible() for piece in pieces] == [stacked] * len(pieces)
    # Its words are there in either way.
    assert page.get_by_role("img", name=first.get_attribute("alt")).count() == 1
    if stacked:
        boxes = [piece.bounding_box() for piece in pieces]
        assert all(one["y"] + one["height"] <= other["y"] + 1 for one, other in pairwise(boxes))
        assert all(200 < box["width"] <= 360 and box["height"] > 150 for box in boxes)
    else:
        assert first.bounding_box()["width"] > 400


@pytest.mark.parametrize(("name", "link"), [("02_jacobians.html", "#equation-2.1"), ("index.html", "#equation-2.3")])
def test_a_reference_shows_its_formula(opened, name, link):
    page = opened(name)
    reference = page.locator(f"a.nn-ref[href$='{link}']").first
    shown = page.get_by_role("tooltip")
    at_rest(reference)
    for come, go in [
        (reference.hover, lambda: page.mouse.move(0, 0)),
        (reference.focus, lambda: page.keyboard.press("Escape")),
    ]:
        come()
        shown.wait_for()
        assert shown.locator("math").count() == 1
        assert reference.get_attribute("aria-describedby") == shown.get_attribute("id")
        go()
        shown.wait_for(state="hidden")
    at_rest(reference).click()
    page.wait_for_url(f"**{link}")
    assert page.locator(f"[id='{link[1:]}']").is_visible()


@pytest.mark.parametrize("size", ["wide", "small"])
@pytest.mark.parametrize("place", ["04_backpropagation.html#equation-4.9", "equations.html#equation-6.6"])
def test_a_link_leads_to_its_place_however_long_the_page_is(opened, place, size):
    page = opened(place, size)
    anchor = page.locator(f"[id='{place.split('#')[1]}']")
    wait_for(lambda: 0 <= anchor.bounding_box()["y"] < 200)
    assert page.evaluate("scrollY") > 1000


@pytest.mark.parametrize("number", ["1.1", "1.7"])
def test_a_page_reads_without_scripts(opened, number):
    page = opened("01_single_layer.html", java_script_enabled=False)
    assert page.locator(f"[id='equation-{number}'] .katex-html").is_visible()
    assert page.locator(f"[id='equation-{number}'] .katex-mathml").bounding_box()["width"] == 1


@pytest.mark.parametrize("come", ["near", "to paper"])
def test_a_formula_is_mathml_until_it_comes(opened, come):
    page = opened("01_single_layer.html")
    last = page.locator("[id='equation-1.7'] .katex")
    assert not last.locator(".katex-html").count()
    assert last.locator(".katex-mathml").bounding_box()["width"] > 20
    last.scroll_into_view_if_needed() if come == "near" else page.pdf()
    last.locator(".katex-html").wait_for()
    assert last.locator(".katex-mathml").bounding_box()["width"] == 1


@pytest.mark.parametrize("word", ["tensor", "softmax", "transpose"])
def test_search_finds(opened, word):
    page = opened("index.html")
    page.locator("input[name=q]").first.fill(word)
    page.keyboard.press("Enter")
    # They come one by one.
    wait_for(lambda: page.locator("#search-results li a").count() >= 3)
    assert "\\" not in page.locator("#search-results").inner_text()
