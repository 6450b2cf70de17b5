"""The live views of the book: they wake, answer as in Jupyter, and say what they lack where they cannot."""

import json
import re
from html import unescape

import nbformat
import numpy as np
import pytest
from booked import Reading
from build import NOTEBOOKS
from page import Page

from nn_notes.explore import View
from nn_notes.page.runner import Runner

NAMES = [path.stem for path in sorted(NOTEBOOKS.glob("*.ipynb"))]
every_page = pytest.mark.parametrize("name", NAMES)


def native(name, monkeypatch):
    """The views of a notebook, as Python makes them here."""
    monkeypatch.setattr(View, "transport", View.transport)
    made = []
    runner = Runner(lambda output: None)
    View.transport = made.append
    cells = [cell for cell in nbformat.read(NOTEBOOKS / f"{name}.ipynb", 4).cells if cell.cell_type == "code"]
    sources = json.dumps([cell.source for cell in cells])
    monkeypatch.setattr(runner, "_show", made.append)
    for n, cell in enumerate(cells):
        if "nn-view" in json.dumps(cell.outputs):
            assert runner.run(sources, json.dumps(json.loads(runner.plan(sources, n))["order"]), f"view {n}")
    return made


def test_a_view_stands_at_once_and_wakes_when_it_is_seen(browsing, published):
    reading = Reading(browsing(), published[0].address, "01_single_layer")
    (view,) = reading.views
    first = view.shown()
    assert first["cells"] and view.status() == "Touch it, and it wakes."
    assert not [address for address in published[1].asked if address.endswith(".wasm")]
    assert view.awake().shown() == first
    before = view.shown()
    assert view.slide("z[0]").settled().shown() != before


def test_it_takes_what_is_done_while_it_wakes(browsing, published):
    reading = Reading(browsing(), published[0].address, "01_single_layer")
    (view,) = reading.views
    before = view.shown()
    for _ in range(3):
        view.slide("z[0]")
    assert view.shown() == before and view.busy()
    after = view.awake().shown()
    (other,) = Reading(browsing(), published[0].address, "01_single_layer").views
    for _ in range(3):
        other.awake().slide("z[0]").settled()
    assert other.shown() == after != before


class Beside(Page):
    """A native view beside one in a page: it tells what it has done, so that the other can do the same."""

    def __init__(self, view):
        self.done = []
        super().__init__(view)

    def do(self, *steps):
        super().do(*steps)
        self.done += steps


@every_page
def test_after_forty_random_actions_every_view_is_as_it_is_natively(name, browsing, published, monkeypatch):
    views, rng = native(name, monkeypatch), np.random.default_rng(0)
    reading = Reading(browsing(), published[0].address, name)
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


def places(d):
    return [int(number) for number in re.findall(r"-?\d+", d)]
