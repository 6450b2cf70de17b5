"""The mechanism of the live views: what the reader does reaches the state, and what differs reaches the page."""

import json
import re
from base64 import b64decode
from html import escape
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter
from page import Page, fail, small_view
from stripped import still

from nn_notes import charts
from nn_notes.charts import Axis, Chart
from nn_notes.explore import ASLEEP, SPEC, Drawing, Line, LogSlider, Matrix, Slider, Sliders, View


def put(name, to, entry=None):
    """A control put to a value, as the page sends it."""
    return {"set": name, "to": to} | ({} if entry is None else {"entry": entry})


OFFERED = st.one_of(
    st.builds(put, st.just("z"), st.integers(-40, 40).map(lambda k: k / 20), st.integers(0, 1)),
    st.builds(put, st.just("n"), st.integers(0, 2)),
    st.builds(put, st.just("γ"), st.sampled_from(LogSlider("γ", 1, 0.01, 100).stops)),
    st.builds(put, st.just("kind"), st.sampled_from(["narrow", "wide"])),
    st.sampled_from(["Double", "Flip", "Reset"]).map(lambda label: {"act": label}),
)
# What raises on the way, which changes nothing; and a place that the limit of another state has no room for.
FAILING = [{"act": "Fail"}, put("z", -99, 0), put("kind", "high"), put("n", 4.5)]


def done(state, step):
    """The state after a step that can be done, by the definition of the view above."""
    match step:
        case {"act": "Reset"}:
            return {"z": [0.5, -1.0], "n": 1, "γ": 1, "kind": "narrow", "factor": 2}
        case {"act": "Double"}:
            return state | ({"factor": 2 * state["factor"]} if state["factor"] < 16 else {})
        case {"act": "Flip"}:
            return state | {"z": [-z for z in state["z"]]}
        case {"set": "z", "to": to, "entry": entry}:
            return state | {"z": [to if n == entry else z for n, z in enumerate(state["z"])]}
        case {"set": name, "to": to}:
            return state | {name: to}


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(OFFERED | OFFERED | st.sampled_from([*FAILING, put("n", 3)]), min_size=1)))
def test_each_step_does_what_it_can_and_page_and_kernel_agree(messages):
    """A page that takes only what changed shows what a new page shows, whatever has raised on the way."""
    page, state = Page(small_view()), done({}, {"act": "Reset"})
    for steps in messages:
        page.do(*steps)
        for step in steps:
            # A wide one ends at 2, and takes along what stands further.
            if step not in FAILING and not (step == put("n", 3) and state["kind"] == "wide"):
                state = done(state, step)
                state["n"] = min(state["n"], 2) if state["kind"] == "wide" else state["n"]
        kept = page.view.state
        assert {"z": kept["z"].tolist(), **{name: kept[name] for name in ("n", "γ", "kind", "factor")}} == state
        # The controls stand where the state is also while the model has nothing to show.
        assert page.places == {name: state[name] for name in page.places}
    page.do(put("n", 1))
    assert not page.error and page.everything() == Page(page.view).everything()


def test_what_raises_takes_no_other_move_along():
    page = Page(small_view())
    page.do(put("z", 1.5, 0), {"act": "Fail"}, put("z", -0.25, 1), {"act": "Flop"}, put("γ", 10.0))
    failed, unknown = page.error.splitlines()
    assert failed == "ArithmeticError: no luck" and unknown.startswith("ValueError: act ")
    assert page.view.state["z"].tolist() == [1.5, -0.25] and page.view.state["γ"] == 10
    assert page.board()["z"].tolist() == [[1.5, -0.25]]
    page.move("z[0]", 1.0)
    assert not page.error and page.everything() == Page(page.view).everything()


def test_only_what_changed_is_sent():
    page = Page(small_view())
    page.move("z[1]", -0.5)
    changed = {
        "cells": [[1, "−0.50", 38], [3, "−1.00", 25]],
        # The line and the dot.
        "paths": [[0, "M1200 800 1600 1067"], [1, "M1400 933h0"]],
        "controls": {"z": [0.5, -0.5]},
    }
    assert page.message == changed
    page.move("z[1]", -0.5)
    assert page.message == {"controls": {"z": [0.5, -0.5]}}
    page.move("n", 2)
    assert page.message["texts"] == [[2, "at 2 <small>(2,)</small>"], [3, "2 and narrow"]]
    page.move("γ", 10.0)
    ((n, axes),) = page.message["axes"]
    assert n == 0 and ">−10</text>" in axes and page.message.keys() == {"axes", "cells", "paths", "controls"}


ODD = [[0.333, -2.75], [1.0, 0.017], [1e300, 5e-324], [1 / 3, -0.1 - 0.2]]


def grid(**more):
    """A view on numbers of a reader's own."""
    return View(
        {"W": Sliders("W", ODD, -2, 2), "s": Slider("s", 1 / 7, 0, 1), "γ": LogSlider("γ", 1 / 3, 0.01, 10)},
        lambda W, s, γ: {"W": W},
        lambda a: [[Matrix("W", a["W"], hand="W")]],
        actions={"Give": lambda state: {"W": np.array(ODD) / 3, "s": 1.7, "γ": 1e4}} | more,
    )


def test_a_readers_own_numbers_stand_as_they_are():
    page = Page(grid())
    assert page.places == {"W": np.ravel(ODD).tolist(), "s": 1 / 7, "γ": 1 / 3}
    assert page.view.state["W"].tolist() == ODD
    page.click("Give")
    assert page.view.state["W"].tolist() == (np.array(ODD) / 3).tolist()
    assert page.places["W"] == page.view.state["W"].ravel().tolist()
    assert (page.value("s"), page.value("γ")) == (1.7, 1e4)


@pytest.mark.parametrize("at", [*np.ndindex(4, 2)], ids=str)
def test_only_the_entry_that_is_moved_changes_and_it_can_go_back(at):
    page = Page(grid())
    label = f"W[{at[0]},{at[1]}]"
    own, stops = page.value(label), page.stops(label)
    here = stops.index(own)
    for there in {max(here - 1, 0), min(here + 1, len(stops) - 1), 0, len(stops) - 1}:
        page.move(label, stops[there])
        expected = np.array(ODD)
        expected[at] = stops[there]
        assert page.view.state["W"].tolist() == expected.tolist() and not page.error
        assert page.places["W"] == expected.ravel().tolist()
        page.move(label, own)
        assert page.view.state["W"].tolist() == ODD


@pytest.mark.parametrize("typed", [0.123, -1e-9, 1.0000001, 2])
def test_an_entry_can_be_put_to_a_number_between_its_stops(typed):
    page = Page(grid())
    own, before, others = page.value("W[0,0]"), page.stops("W[0,0]"), page.stops("W[0,1]")
    page.do(put("W", typed, 0))
    assert not page.error and page.value("W[0,0]") == page.view.state["W"][0, 0] == typed
    assert page.stops("W[0,0]") == sorted({*before, typed}) and page.stops("W[0,1]") == others
    # It stays one of its stops until the numbers are given anew.
    page.move("W[0,0]", own)
    assert page.view.state["W"].tolist() == ODD and typed in page.stops("W[0,0]")
    page.click("Reset")
    assert page.stops("W[0,0]") == before
    page.do(put("W", 2.01, 0))
    assert page.error == "ValueError: W[0,0] is 2.01; it needs a number from -2 to 2"


def test_a_view_begins_where_it_is_put_and_goes_back_to_the_first_state():
    page = Page(grid().at(W=np.ones((4, 2)), s=0.123))
    assert page.places == page.view.spec["first"] == {"W": 8 * [1.0], "s": 0.123, "γ": 1 / 3}
    page.click("Reset")
    assert page.places == {"W": np.ravel(ODD).tolist(), "s": 1 / 7, "γ": 1 / 3}


@pytest.mark.parametrize(
    ("places", "error", "words"),
    [
        ({"V": 1}, ValueError, "places is 'V'; it needs one of W, s, γ"),
        ({"s": "1"}, TypeError, "s is '1'; it needs one real number"),
        ({"W": [1, 2]}, ValueError, r"W has shape \(2,\); it needs shape \(4, 2\)"),
        ({"W": np.ones((4, 2)), "γ": -1}, ValueError, "γ is -1"),
    ],
)
def test_a_view_that_cannot_be_put_there_stands_where_it_was(places, error, words):
    view = grid()
    for steps, place in [((), places), ((places,), {})]:
        with pytest.raises(error, match=words.replace("places", "places" if place else r"steps\[0\]")):
            view.at(*steps, **place)
    assert Page(view).everything() == Page(grid()).everything()


@pytest.mark.parametrize(
    ("steps", "error", "words"),
    [
        (["Give", "Fly"], ValueError, r"steps\[1\] is 'Fly'; it needs one of Give, Reset"),
        (["Give", 3], TypeError, r"steps\[1\] is of type int; it needs one of Give, Reset"),
        (["Give", {"V": 1}], ValueError, r"steps\[1\] is 'V'; it needs one of W, s, γ"),
    ],
)
def test_a_view_that_cannot_be_led_there_stands_where_it_was(steps, error, words):
    view = grid()
    with pytest.raises(error, match=words):
        view.at(*steps)
    assert Page(view).everything() == Page(grid()).everything()


@pytest.mark.parametrize(
    "row",
    [
        [],
        [Matrix("W", ODD)],
        [Matrix("W", np.transpose(ODD), hand="W")],
        [Matrix("W", ODD, hand="W"), Matrix("V", ODD, hand="V")],
        [Matrix("W", ODD, hand="W"), Matrix("s", [0.5], hand="s")],
    ],
    ids=["nowhere", "not under the hand", "transposed", "unknown", "of one number"],
)
def test_what_is_under_the_hand_is_a_control_as_it_stands(row):
    with pytest.raises(ValueError, match=r"layout has under the hand .*; it needs each Sliders with its shape"):
        View({"W": Sliders("W", ODD, -2, 2), "s": Slider("s", 0.5, 0, 1)}, lambda W, s: {}, lambda a: [row])


def test_stops_do_not_hang_on_a_slider_that_was_made_before():
    Slider("x", 1, -3, 3, 1)
    assert all(isinstance(stop, float) for stop in Slider("x", 1.0, -3.0, 3.0, 1.0).stops)


@pytest.mark.parametrize(
    ("own", "count", "ends", "beside"),
    [
        (0.5, 81, (-2, 2), (0.45, 0.55)),
        (0.333, 82, (-2, 2), (0.3, 0.35)),
        # But for rounding it is the stop.
        (0.1 + 0.2, 81, (-2, 2), (0.25, 0.35)),
        (1e-9, 82, (-2, 2), (0, 0.05)),
        (-5, 201, (-5, 5), (None, -4.95)),
        (7.77, 314, (-7.8, 7.8), (7.75, 7.8)),
        (1e6, 401, (-1e6, 1e6), (995000, None)),
        (-1.7e308, 69, (-1.7e308, 1.7e308), (None, -1.65e308)),
    ],
)
def test_stops_are_even_and_reach_as_far_as_the_number(own, count, ends, beside):
    stops = Slider("a", own, -2, 2).stops
    assert (len(stops), stops[0], stops[-1]) == (count, *ends) and stops == sorted(set(stops))
    here = stops.index(own)
    assert (stops[here - 1] if here else None, stops[here + 1] if own != stops[-1] else None) == beside


@pytest.mark.parametrize("own", [0.013, 0.01, 1e-12, 1e300, 99.99])
def test_a_log_slider_starts_at_its_number_and_its_other_stops_have_three_digits(own):
    γ = LogSlider("γ", own, 0.01, 100, steps=40)
    assert γ.value == own and own in γ.stops
    assert all(float(f"{stop:.3g}") == stop for stop in γ.stops if stop != own)
    assert γ.stops[0] <= min(own, 0.01) and γ.stops[-1] >= max(own, 100)
    evenly = np.diff(np.log([stop for stop in γ.stops if stop != own or float(f"{own:.3g}") == own]))
    assert 41 <= len(γ.stops) <= 42 and (np.isclose(evenly, evenly.mean(), rtol=0.1).mean() > 0.9)


def test_a_limit_follows_the_state_and_takes_the_slider_along():
    page = Page(small_view())
    page.move("n", 4)
    assert page.stops("n") == [0, 1, 2, 3, 4]
    page.move("kind", "wide")
    assert (page.places["n"], page.stops("n"), page.view.state["n"]) == (2, [0, 1, 2], 2)
    page.do(put("n", 4))
    assert page.error.startswith("ValueError: n ") and page.view.state["n"] == 2


def test_an_action_that_gives_what_a_control_cannot_take_changes_nothing():
    for changes, words in [
        ({"s": 0.5, "W": np.ones((2, 2))}, "ValueError: W "),
        ({"s": 0.5, "γ": -1.0}, "ValueError: γ "),
        ({"W": np.zeros((4, 2)), "s": np.nan}, "ValueError: s "),
        ({"s": 0.5, "t": 1}, "ValueError: changes "),
    ]:
        page = Page(grid(Give=lambda state, changes=changes: changes))
        page.click("Give")
        assert page.error.startswith(words)
        assert page.view.state["W"].tolist() == ODD and page.value("s") == 1 / 7


def test_a_line_stands_as_it_was_written_and_is_no_longer_than_it_may_be():
    view = View({"text": Line("Your text", "one", 5)}, lambda text: {"text": text}, lambda a: [[escape(a["text"])]])
    page = Page(view)
    assert page.lines == ["Your text"] and page.value("Your text") == "one"
    page.move("Your text", "<3 ξ")
    assert page.words() == "&lt;3 ξ" and page.view.state == {"text": "<3 ξ"}
    page.do(put("text", "sixsix"))
    assert page.error == "ValueError: Your text has 6 signs; it needs 5 at most" and page.words() == "&lt;3 ξ"
    page.click("Reset")
    assert page.value("Your text") == "one"


def test_what_is_no_number_looks_like_nothing_else():
    """A dot is a number that is not there yet; one that has been computed and is none is NaN."""
    a = np.array([np.nan, np.inf, -np.inf, 0.0, -0.001, 1e300])
    page = Page(View({}, dict, lambda _: [[Matrix("a", a), Matrix("b", a, known=False)]]))
    assert [text for text, _ in page.cells[:6]] == ["NaN", "∞", "−∞", "0", "0.00", "1.000e+300"]
    assert [text for text, _ in page.cells[6:]] == 6 * ["·"]


def test_a_large_matrix_shows_its_corners_and_follows():
    a = np.arange(4000.0).reshape(100, 40)
    page = Page(View({"s": Slider("s", 0, 0, 1)}, lambda s: {"a": a + s}, lambda m: [[Matrix("a", m["a"])]]))
    assert len(page.cells) == 49 and "(100, 40)" in page.texts[0]
    page.move("s", 0.5)
    rows = [0, 1, 2, None, 97, 98, 99]
    columns = [0, 1, 2, None, 37, 38, 39]
    expected = ["…" if None in (r, c) else f"{a[r, c] + 0.5:.2f}" for r in rows for c in columns]
    assert [text for text, _ in page.cells] == expected


def test_an_error_at_first_is_the_cell_s():
    with pytest.raises(ArithmeticError, match="no luck"):
        View({}, lambda: fail({}), lambda a: [])


def test_a_repetition_has_ended_from_its_last_step_on_until_something_else_is_done():
    page = Page(small_view())
    seen = []
    for label in ("Double", "Double", "Double", "Double", "Flip", "Reset", "Double"):
        page.click(label)
        seen.append((page.view.state["factor"], page.ended, "ended" in page.message))
    assert seen == [
        (4, False, False), (8, False, False), (16, True, True), (16, True, False), (16, True, False),
        (2, False, True), (4, False, False),
    ]  # fmt: skip


def test_what_does_not_say_when_it_ends_never_does():
    assert not Page(View({}, dict, lambda _: [], actions={"Turn": lambda state: {}}, repeated="Turn")).ended


def test_an_action_is_repeated_at_one_of_three_paces():
    assert small_view().spec["pace"] == "fast" and small_view().spec["paces"]["fast"] == 0
    with pytest.raises(ValueError, match="pace is 'quick'; it needs one of slow, medium, fast"):
        View({}, dict, lambda _: [], pace="quick")


def test_a_view_without_a_transport_falls_back_to_its_bundle(monkeypatch):
    monkeypatch.setattr(View, "transport", None)
    format_dict, metadata = DisplayFormatter().format(small_view())
    assert format_dict.keys() == {"text/html", "text/plain", SPEC} and not metadata
    shown = []
    monkeypatch.setattr(View, "transport", shown.append)
    view = small_view()
    assert DisplayFormatter().format(view) == ({}, {}) and shown == [view]


def test_the_bundle_is_the_first_state_and_repeats():
    one, two = small_view()._repr_mimebundle_(), small_view()._repr_mimebundle_()
    assert one == two == json.loads(json.dumps(one)) and one["text/plain"] == ASLEEP
    page = Page(small_view())
    opening = {part: page.message[part] for part in ("board", "stops", "controls")} | {"idle": {}}
    opening |= {"met": [], "way": [], "ended": False}
    assert json.loads(one[SPEC]) == page.view.spec | {"opening": opening}
    page.move("z[0]", 1.5)
    assert json.loads(page.view._repr_mimebundle_()[SPEC])["opening"]["controls"]["z"] == [1.5, -1.0]


def test_the_page_is_told_in_plain_json():
    spec = small_view().spec
    assert json.loads(json.dumps(spec)) == spec
    assert spec["actions"] == ["Double", "Flip", "Fail", "Reset"] and spec["repeated"] == "Double"
    assert [control["name"] for control in spec["controls"]] == ["z", "n", "γ", "kind"]


def test_a_slider_that_has_nothing_to_move_is_not_there():
    once = Slider("once", 1, 0, 3, step=1, when=lambda state: state["n"] > 1)
    page = Page(View({"n": Slider("n", 1, 1, 3, step=1), "once": once}, lambda n, once: {}, lambda a: [["a board"]]))
    assert page.idle == {"once": True}
    page.move("n", 2)
    assert page.idle == {"once": False} and page.message.keys() == {"controls", "idle"}
    page.move("n", 3)
    assert page.message.keys() == {"controls"}


def test_a_chart_is_built_anew_only_where_more_than_its_paths_and_axes_differ():
    def layout(a):
        axes = Axis("x", 0, a["n"]), Axis(f"{a['n']}", 0, 1)
        return [[Chart("", *axes, [charts.Line([0, 1], [0, 1])] * (1 + (a["n"] > 2)), "")]]

    page = Page(View({"n": Slider("n", 1, 1, 3, step=1)}, lambda n: {"n": n}, layout))
    page.move("n", 2)
    assert page.message.keys() - {"controls"} == {"axes", "paths"}
    page.move("n", 3)
    assert page.message.keys() - {"controls"} == {"board"}
    assert page.everything() == Page(page.view).everything()


# What stands there until a view wakes, or where it cannot


def test_without_styles_a_still_picture_reads_row_by_row():
    page = still(small_view())
    # And nothing is said of colours, which are not there.
    assert [" ".join(row.split()) for row in page.rows] == [
        '[A dot, "z".]',
        "z (2,): 0.50 −1.00 ; times at 1 (2,): 1.00 −2.00 ;",
        "1 and narrow",
    ]
    assert page.rest == [ASLEEP] and "Run this cell" in ASLEEP


def test_drawings_and_charts_are_images_in_a_still_picture_and_have_words():
    drawing = Drawing(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9"/></svg>', 'A "line".'
    )
    chart = Chart("<b>", Axis("x", 0, 1), Axis("y", 0, 1), [charts.Line([0, 1], [0, 1])], "A <line>.")
    view = View({}, dict, lambda _: [[drawing, chart]])
    assert still(view).images == ['A "line".', "A <line>."]
    for svg in re.findall('base64,([^"]*)', view._repr_mimebundle_()["text/html"]):
        # Ink on paper, on a page of whatever colour.
        assert "color:#000;background:#fff" in ElementTree.fromstring(b64decode(svg)).get("style")


def test_a_drawing_follows():
    def layout(a):
        return [[Drawing(f"<svg><path d='M0 0h{a['n']:g}'/></svg>", f"{a['n']:g} long")]]

    page = Page(View({"n": Slider("n", 1, 0, 4, step=1)}, lambda n: {"n": n}, layout))
    assert "<svg><path d='M0 0h1'/></svg>" in page.message["board"]
    page.move("n", 3)
    assert page.message["texts"] == [[0, "<svg><path d='M0 0h3'/></svg>"]] and "board" not in page.message
