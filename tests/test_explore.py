"""The mechanism of the live views: what the reader does reaches the state, and what differs reaches the page."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from page import Page

from nn_notes.explore import Canvas, Choice, LogSlider, Matrix, Slider, Sliders, View


def view(**more):
    """A small view with one of everything; its layout has another form where ``kind`` is wide."""
    figure = Figure(figsize=(3, 2))
    ax = figure.subplots()
    ax.set(xlim=(-3, 3), ylim=(-3, 3))
    (dot,) = ax.plot([], [], "o")

    def model(z, n, γ, kind, factor):
        if n == 3:
            raise ValueError("n is 3 <b>here</b>")
        return {"z": z, "product": factor * γ * z, "n": n, "kind": kind}

    def layout(a):
        row = [Matrix("<i>z</i>", a["z"]), "times", Matrix(f"at {a['n']:g}", a["product"])]
        return [row, [f"{a['n']:g} and {a['kind']}"]] if a["kind"] == "narrow" else [[*row, row[0]]]

    return View(
        {
            "z": Sliders("z", [0.5, -1.0], -2, 2),
            "n": Slider("n", 1, 0, lambda state: 4 if state["kind"] == "narrow" else 2, step=1),
            "γ": LogSlider("γ", 1, 0.01, 100),
            "kind": Choice("kind", "narrow", {"narrow": "a narrow one", "wide": "a wide one"}),
        },
        model,
        layout,
        memory={"factor": 2.0},
        actions={
            "Double": lambda state: {"factor": 2 * state["factor"]} if state["factor"] < 16 else {},
            "Flip": lambda state: {"z": -state["z"]},
        },
        repeated="Double",
        canvas=Canvas(figure, [dot], 'A dot, "z".'),
        paint=lambda a: dot.set_data([a["z"][0]], [a["z"][1]]),
        **more,
    )


STEPS = st.one_of(
    st.tuples(st.just("z"), st.lists(st.integers(-40, 40).map(lambda k: k / 20), min_size=2, max_size=2)),
    st.tuples(st.just("n"), st.integers(0, 4)),
    st.tuples(st.just("γ"), st.integers(-20, 20).map(lambda k: k / 10)),
    st.tuples(st.just("kind"), st.sampled_from(["narrow", "wide"])),
    st.tuples(st.just(None), st.sampled_from(["Double", "Flip", "Reset"])),
)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(STEPS.map(lambda s: {"set": s[0], "to": s[1]} if s[0] else {"act": s[1]}), min_size=1)))
def test_a_page_that_takes_only_what_changed_shows_what_a_new_page_shows(messages):
    page = Page(view())
    for steps in messages:
        for step in steps:
            if "set" in step:
                page.places[step["set"]] = step["to"]
        page.do(*steps)
    if not page.error:
        assert page.everything() == Page(page.view).everything()


def test_only_what_changed_is_sent():
    page = Page(view())
    page.move("z[1]", -0.5)
    assert page.message["cells"] == [[1, "−0.50", 38], [3, "−1.00", 25]]
    assert page.message["texts"] == [] and page.message["controls"] == {"z": [[0.5, -0.5]]}
    # The dot where it was, and where it is.
    assert page.size < 100 + 8 * 2 * 100
    page.move("z[1]", -0.5)
    assert page.message == {"cells": [], "texts": [], "controls": {"z": [[0.5, -0.5]]}}
    page.move("n", 2)
    assert page.message["texts"] == [[2, "at 2 <small>(2,)</small>"], [3, "2 and narrow"]]
    assert page.size < 150


def test_numbers_arrive_as_they_are():
    page = Page(view())
    page.do({"set": "z", "to": [1.2000000000000002, -0.30000000000000004]})
    assert page.view.state["z"].tolist() == [1.2, -0.3]
    page.do({"set": "γ", "to": -1.0000000000000002})
    assert page.view.state["γ"] == 0.1


def test_a_log_slider_starts_on_a_stop():
    γ = LogSlider("γ", 0.013, 0.01, 100, steps=40)
    assert γ.value == pytest.approx(10**-1.9)
    assert γ.spec == {"label": "γ", "min": -2, "step": 0.1, "log": True} and γ.places({}) == [-1.9, 2]


def test_many_steps_in_one_message_are_done_in_order():
    page = Page(view())
    page.do({"set": "z", "to": [1.0, 1.0]}, {"act": "Flip"}, {"set": "n", "to": 2}, {"act": "Double"})
    assert page.view.state["z"].tolist() == [-1, -1] and page.places["z"] == [-1, -1]
    assert page.view.state["n"] == 2 and page.view.state["factor"] == 4
    page.do({"act": "Reset"}, {"set": "n", "to": 0})
    assert page.view.state["z"].tolist() == [0.5, -1] and page.view.state["n"] == 0


def test_a_limit_follows_the_state_and_takes_the_slider_along():
    page = Page(view())
    page.move("n", 4)
    assert page.limits["n"] == 4
    page.move("kind", "wide")
    assert (page.places["n"], page.limits["n"], page.view.state["n"]) == (2, 2, 2)


def test_an_error_at_first_is_the_cell_s():
    with pytest.raises(ValueError, match="no luck"):
        View({}, lambda: 1 / 0 if False else (_ for _ in ()).throw(ValueError("no luck")), lambda a: [])


def test_what_changes_nothing_ends_the_repetition():
    page = Page(view())
    seen = []
    for _ in range(4):
        page.click("Double")
        seen.append(page.message.get("ended", False))
    assert seen == [False, False, False, True] and page.view.state["factor"] == 16


def test_reset_brings_back_the_first_state():
    page = Page(view())
    first = page.everything()
    page.do({"set": "z", "to": [1, 1]}, {"set": "kind", "to": "wide"}, {"act": "Double"}, {"set": "γ", "to": 1})
    assert page.everything() != first
    page.click("Reset")
    assert page.everything() == first


def test_a_second_page_shows_the_state_as_it_is():
    page = Page(view())
    page.move("z[0]", 2.0)
    assert Page(page.view).everything() == page.everything()


def test_the_still_bundle_is_the_first_state_and_repeats():
    one, two = view()._repr_mimebundle_()[0], view()._repr_mimebundle_()[0]
    assert one["text/html"] == two["text/html"]
    assert 'alt="A dot, &quot;z&quot;."' in one["text/html"] and one["text/html"].count("<td") == 4 + 11
    assert "<script" not in one["text/html"] and one["text/plain"] == "A live view: run the cell to move it."
    assert "application/vnd.jupyter.widget-view+json" in one


def test_the_page_is_told_in_plain_json():
    page = view()._page
    told = {name: getattr(page, name) for name in ("controls", "actions", "repeated", "picture", "legend", "palette")}
    assert json.loads(json.dumps(told)) == json.loads(json.dumps(told, default=None))
    assert told["actions"] == ["Double", "Flip", "Reset"] and told["repeated"] == "Double"


def test_no_figure_is_made_or_drawn_whole_while_it_moves(monkeypatch):
    page = Page(view())

    def refuse(*_, **__):
        raise AssertionError("a callback makes or redraws a figure")

    monkeypatch.setattr(Figure, "__init__", refuse)
    monkeypatch.setattr(Figure, "draw", refuse)
    before = page.pixels.copy()
    page.move("z[0]", 1.0)
    assert not page.error and not np.array_equal(page.pixels, before)


def test_a_choice_begins_at_one_of_its_names():
    with pytest.raises(ValueError, match="kind is 'high'; it needs one of narrow, wide"):
        Choice("kind", "high", ["narrow", "wide"])
