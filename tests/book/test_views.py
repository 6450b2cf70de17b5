"""The live views of the book: they wake, answer as in Jupyter, and say what they lack where they cannot."""

import json
import re
from html import unescape

import nbformat
import numpy as np
import pytest
from booked import Reading, painted
from build import NOTEBOOKS
from page import Page
from served import at_rest, wait_for

from nn_notes import charts
from nn_notes.explore import View
from nn_notes.page.runner import Runner

NAMES = [path.stem for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))]
every_page = pytest.mark.parametrize("name", NAMES)


def native(name, monkeypatch):
    """The views of a notebook, as Python makes them here."""
    monkeypatch.setattr(View, "transport", View.transport)
    made = []
    runner = Runner(lambda output: None)
    cells = [cell for cell in nbformat.read(NOTEBOOKS / f"{name}.ipynb", 4).cells if cell.cell_type == "code"]
    sources = json.dumps([cell.source for cell in cells])
    monkeypatch.setattr(runner, "_show", made.append)
    for n, cell in enumerate(cells):
        if "nn-view" in json.dumps(cell.outputs):
            assert runner.run(sources, json.dumps(json.loads(runner.plan(sources, n))["order"]), f"view {n}")
    return made


def test_a_view_stands_at_once_and_wakes_when_it_is_seen(browsing, published):
    (view,) = Reading(browsing(), published[0].address, "01_single_layer").views
    assert view.place.locator(".nn-still").is_visible() and not view.place.locator(".nn-live").count()
    first = view.near().shown()
    assert not view.place.locator(".nn-still").is_visible()
    assert first["cells"] and view.status() == "Touch it, and it wakes."
    assert view.awake().shown() == first
    assert view.slide("z[0]").settled().shown() != first


def test_python_comes_before_a_view_is_seen_but_where_data_are_dear_when_it_is_touched(browsing, published):
    pages, network = published

    def wasm():
        return [address for address in network.asked if address.endswith(".wasm")]

    network.asked.clear()
    Reading(browsing(), pages.address, "01_single_layer")
    wait_for(wasm)
    context = browsing()
    context.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
    network.asked.clear()
    (view,) = Reading(context, pages.address, "01_single_layer").views
    view.place.scroll_into_view_if_needed()
    view.page.wait_for_timeout(1000)
    assert not wasm() and view.status() == "Touch it, and it wakes."
    view.slide("z[0]").awake()
    assert wasm()


# A module that the page compiles by itself was left out, or its source is not that of Pyodide.
COMPILED_HERE = """
import sys
def compiled_here(module):
    file = getattr(module, "__file__", None) or ""
    if not file.endswith(".py") or module.__spec__.origin == "frozen":
        return False
    if "/site-packages/" not in file:
        return True
    with open(module.__cached__, "rb") as stored:
        # The flags of one that holds for its source alone.
        return stored.read(8)[4] != 3
print([name for name, module in [*sys.modules.items()] if name[0] != "_" and compiled_here(module)])
"""


def test_all_that_a_page_loads_before_it_answers_is_compiled(browsing, published):
    reading = Reading(browsing(), published[0].address, "05_gradient_descent")
    for view in reading.views:
        view.awake()
    cell = reading.cells[1]
    cell.write(COMPILED_HERE)
    assert cell.run() == "[]"


def test_it_takes_what_is_done_while_it_wakes(browsing, published):
    reading = Reading(browsing(), published[0].address, "01_single_layer")
    (view,) = reading.views
    before = view.near().shown()
    for _ in range(3):
        view.slide("z[0]")
    # The number is under the hand already, and nothing has followed it yet.
    asleep, n = view.shown(), before["cells"].index("1.20")
    assert asleep["cells"].pop(n) == "1.35" and before["cells"].pop(n) == "1.20"
    assert asleep == before and view.busy()
    after = view.awake().shown()
    (other,) = Reading(browsing(), published[0].address, "01_single_layer").views
    for _ in range(3):
        other.awake().slide("z[0]").settled()
    assert other.shown() == after != before


# Each stop of the keyboard that has another element over its middle, if it gets the focus at an edge of the window.
COVERED = """board => ["top", "bottom"].flatMap(edge => [...board.querySelectorAll(".nn-hand, td[tabindex]")].map(
stop => {
    document.activeElement.blur()
    const place = () => stop.getBoundingClientRect()
    scrollBy(0, place()[edge] - (edge === "top" ? 0 : innerHeight))
    stop.focus()
    const {x, y, width, height} = place()
    const over = document.elementFromPoint(x + width / 2, y + height / 2)
    return stop.contains(over) ? "" : `${over?.outerHTML.slice(0, 80)} over ${stop.outerHTML.slice(0, 200)}`
})).filter(Boolean)"""


class Beside(Page):
    """A native view beside one in a page: it tells what it has done, so that the other can do the same."""

    def __init__(self, view):
        self.done = []
        super().__init__(view)

    def do(self, *steps):
        super().do(*steps)
        self.done += steps


@every_page
def test_after_forty_random_actions_every_view_is_as_it_is_natively(name, again, published, monkeypatch):
    views, rng = native(name, monkeypatch), np.random.default_rng(0)
    reading = Reading(again(), published[0].address, name)
    assert len(reading.views) == len(views) > 0
    for view, own in zip(reading.views, views, strict=True):
        beside = Beside(own)
        view.awake()
        for _ in range(40):
            beside.done.clear()
            beside.wander(rng)
            for step in beside.done:
                view.do(step, own.controls).settled()
        shown = view.shown()
        assert shown["cells"] == [text for text, _ in beside.cells]
        assert shown["texts"] == [unescape(re.sub("<[^>]*>", "", html)) for html in beside.texts]
        for got, want in zip(shown["paths"], beside.paths, strict=True):
            # A tenth of a pixel is a matter of rounding.
            np.testing.assert_allclose(places(got), places(want), atol=1)
        assert view.place.locator(".nn-board").evaluate(COVERED) == []
    reading.page.close()


def places(d):
    """The places of a curve that are in the picture; below it, an error is roundoff, and every machine has its own."""
    every = np.array(re.findall(r"(-?\d+) (-?\d+)", d), int).reshape(-1, 2)
    return every[(every[:, 1] >= 0) & (every[:, 1] <= charts.WIDTH)]


@pytest.mark.parametrize("fault", ["refused", "hanging", "corrupted"])
def test_without_python_the_still_view_stands_and_one_line_says_why(fault, browsing, published):
    pages, network = published
    network.fault = fault
    (view,) = Reading(browsing(), pages.address, "01_single_layer").views
    first = view.near().shown()
    view.place.scroll_into_view_if_needed()
    wait_for(lambda: "cannot wake" in view.status(), 60)
    assert view.shown() == first
    network.mend()
    assert view.press("Try again").awake().slide("z[0]").settled().shown() != first


def test_after_a_visit_it_works_without_a_network(browsing, published):
    pages, network = published
    context = browsing()
    reading = Reading(context, pages.address, "01_single_layer")
    (view,) = reading.views
    after = view.awake().slide("z[0]").settled().shown()
    kept = """async () => {
        const keys = await (await caches.open((await caches.keys())[0])).keys();
        return keys.map((request) => new URL(request.url).pathname.split('/').at(-1));
    }"""
    # What was unpacked comes last.
    wait_for(lambda: "unpacked" in reading.page.evaluate(kept), 60)
    reading.page.close()
    pages.fault = network.fault = "refused"
    context.set_offline(True)
    (again,) = Reading(context, pages.address, "01_single_layer").views
    assert again.awake().slide("z[0]").settled().shown() == after


def test_a_state_travels_in_the_address(browsing, published):
    reading = Reading(browsing(), published[0].address, "01_single_layer")
    (view,) = reading.views
    first = view.awake().shown()
    there = view.slide("z[0]").slide("W[1,0]", "PageUp").settled().shown()
    view.press("Copy a link to this state")
    address = reading.page.url
    other = browsing().new_page()
    other.goto(address)
    (same,) = Reading.of(other).views
    assert same.awake().shown() == there != first
    other.goto(address.split("#")[0] + "#view-1=nonsense")
    other.reload()
    (plain,) = Reading.of(other).views
    assert plain.awake().shown() == first


# Of views whose state is more than where their controls stand: what is pressed, and what is moved in between.
PRESSED = {
    "04_backpropagation": ["Next factor", "Next factor", "nudge", "Start from here", "nudge", "Next factor"],
    "05_gradient_descent": ["One epoch", "One epoch", "learning rate γ", "One epoch"],
    "06_activations": ["New random numbers", "x[0]", "Reset", "x[0]", "New random numbers", "x[1]"],
}


@pytest.mark.parametrize("name", PRESSED)
def test_what_was_pressed_travels_in_the_address(name, browsing, published):
    reading, n = Reading(browsing(), published[0].address, name), -1 if name.startswith("05") else 0
    view = reading.views[n].awake()
    first = view.shown()
    for what in PRESSED[name]:
        if what.islower():
            view.slide(what, "PageUp")
        else:
            view.press(what)
        view.settled()
    there = view.shown()
    view.press("Copy a link to this state")
    other = browsing().new_page()
    other.goto(reading.page.url)
    same = Reading.of(other).views[n].awake()
    assert same.shown() == there != first
    # And so in the link that is copied from there.
    same.press("Copy a link to this state")
    assert other.url == reading.page.url


@pytest.mark.parametrize("size", ["wide", "small"])
def test_nothing_moves_when_the_first_view_of_the_book_wakes(size, browsing, published):
    reading = Reading(browsing(size), published[0].address, "index")
    reading.views[0].awake()
    # By how much of the screen, added up; from a tenth on it is felt.
    moved = reading.page.evaluate(
        """() => new Promise((done) => new PerformanceObserver((list) => done(
            list.getEntries().reduce((sum, shift) => sum + shift.value, 0)
        )).observe({ type: "layout-shift", buffered: true }) || setTimeout(done, 500, 0))"""
    )
    assert moved < 0.05


@pytest.mark.parametrize("size", ["wide", "small"])
def test_without_javascript_the_still_view_stands(size, browsing, published):
    page = browsing(size, java_script_enabled=False).new_page()
    page.goto(f"{published[0].address}01_single_layer.html")
    still = page.locator(".nn-still")
    text = painted(still)
    assert "0.25" in text and "moves" in text
    assert page.locator("input[type=range], .nn-bar").count() == 0


def stroke(place, start=0.5, by=35):
    """A finger goes from a part of an element's width to the right, by so many pixels."""
    box, finger = place.bounding_box(), place.page.context.new_cdp_session(place.page)
    x, y = box["x"] + start * box["width"], box["y"] + box["height"] / 2
    for kind, far in [("Start", 0), *(("Move", by * n / 7) for n in range(8)), ("End", None)]:
        points = [] if far is None else [{"x": x + far, "y": y}]
        finger.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
    finger.detach()


# However many of the tasks are met, and whichever: how high they stand, and how many of them can be read.
MET = """tries => {
    const lines = [...tries.querySelectorAll("li")]
    return Array.from({length: 2 ** lines.length}, (_, met) => {
        lines.forEach((line, n) => line.classList.toggle("nn-met", met & 2 ** n))
        const read = lines.filter(line => line.clientWidth > 100 && line.clientHeight)
        return [tries.offsetHeight, read.length]
    })
}"""


# What a finger takes hold of: a number, a dot of a chart, a drawing, a slider near its end.
HELD = {
    ".nn-hand": 0.5,
    ".nn-mark:is([data-across], [data-drag])": 0.5,
    "svg[data-drag]": 0.5,
    "input[type=range]": 0.8,
}


@every_page
def test_every_view_follows_a_finger(name, again, published):
    reading = Reading(again("small", has_touch=True), published[0].address, name)
    for view in reading.views:
        view.awake()
        board, held = view.place.locator(".nn-board"), []
        for what, start in HELD.items():
            if not (found := view.place.locator(what)).count():
                continue
            found.first.evaluate("element => element.scrollIntoView({ block: 'center' })")
            # A rate that is moved shows in the next step alone.
            seen = found.first.input_value if what.startswith("input") else board.inner_html
            at_rest(found.first)
            before, scrolled = seen(), reading.page.evaluate("scrollY")
            stroke(found.first, start)
            view.settled()
            assert seen() != before, what
            # A sentence above may take another line, and then the page keeps its place by itself.
            assert what.startswith("input") or reading.page.evaluate("scrollY") == scrolled, what
            assert view.place.get_by_role("alert").is_hidden()
            held.append(what)
        assert held or view.place.get_by_role("textbox").count()
        assert board.evaluate(COVERED) == []
        for tries in view.place.locator(".nn-tries:not([hidden])").all():
            assert all(high <= 60 and read == 1 for high, read in tries.evaluate(MET))
    reading.page.close()


def test_a_view_can_be_used_on_a_phone(browsing, published):
    reading = Reading(browsing("small", has_touch=True), published[0].address, "01_single_layer")
    (view,) = reading.views
    before = view.awake().shown()
    at_rest(view.place.get_by_role("slider", name="Move z[0]")).tap()
    moved = view.settled().shown()
    assert moved != before
    # A finger goes from the middle of a number to the right, and the page stays where it is.
    entry = view.place.get_by_role("slider", name="W[1,0]", exact=True)
    at_rest(entry)
    stood, scrolled = entry.get_attribute("aria-valuenow"), reading.page.evaluate("scrollY")
    stroke(entry)
    assert view.settled().shown() != moved
    assert float(entry.get_attribute("aria-valuenow")) > float(stood)
    assert reading.page.evaluate("scrollY") == scrolled
    # And the large slider stays in sight.
    view.place.locator(".nn-row").last.evaluate("row => row.scrollIntoView({ block: 'end' })")
    box = at_rest(view.place.get_by_role("slider", name="Move W[1,0]")).bounding_box()
    at = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    assert reading.page.evaluate("at => document.elementFromPoint(...at)?.ariaLabel", at) == "Move W[1,0]"
    assert reading.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
