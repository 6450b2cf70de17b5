"""The live view of notebook 02: its arrays and curves held to plain NumPy for many states, and what it says."""

import json

import charted
import numpy as np
import plain
import pytest
from page import Page
from plain import Cubic

from nn_notes import ACTIVATIONS
from nn_notes.views import jacobians


@pytest.fixture
def page():
    return Page(jacobians.view(plain.Z, plain.W, plain.B))


@pytest.fixture(scope="module")
def same_page():
    page = Page(jacobians.view(plain.Z, plain.W, plain.B))
    for label, entry in plain.labelled(z=plain.Z + 0.15, W=plain.W - 0.25, b=plain.B + 0.35).items():
        page.move(label, entry)
    page.move("length of the nudge", 0.794)
    return page


@pytest.mark.parametrize("f", ACTIVATIONS)
@pytest.mark.parametrize("along", ["z[1]", "W[2,0]", "b[1]", "all of z", "all of W", "all of b", "all"])
def test_its_arrays_and_curves_are_numpys(same_page, f, along):
    same_page.move("activation", f)
    same_page.move("nudge along", along)
    assert same_page.value("length of the nudge") == 0.794
    same_page.shows(*plain.jacobians(same_page.value))
    a, (changes, missed) = same_page.view.arrays, plain.nudged(same_page.value)
    curves = [changes(length) for length in jacobians.LENGTHS]
    for name, wanted in {
        "predicted curve": [predicted for *_, predicted, _ in curves],
        "actual curve": [actual for *_, actual in curves],
        "error curve": [missed(length) for length in jacobians.LENGTHS],
        "error": missed(0.794),
        "error at half": missed(0.397),
    }.items():
        np.testing.assert_allclose(a[name], wanted, rtol=1e-12, atol=1e-14, err_msg=name)


def test_every_entry_is_a_direction(page):
    entries = plain.labelled(z=plain.Z, W=plain.W, b=plain.B)
    assert page.choices["nudge along"] == ["all of z", "all of W", "all of b", "all", *entries]
    page.move("length of the nudge", 1.0)
    for along in entries:
        page.move("nudge along", along)
        page.shows(*plain.jacobians(page.value))


def test_what_it_says(page):
    assert "wrong by 0.0795. At half the length it is wrong by 0.0158, which is 5.0 times less." in page.words()
    page.move("activation", "identity")
    assert "the prediction is exact" in page.words()
    # A product of two nudges is of second order, even without a bend.
    page.move("nudge along", "all")
    assert "which is 4.0 times less" in page.words()
    # u₀ = 0.25 − 0.4 s crosses the kink between half the length and the whole.
    page.move("activation", "relu")
    page.move("nudge along", "z[2]")
    page.move("length of the nudge", 0.6)
    assert "the prediction is exact" in page.words()
    page.move("length of the nudge", 0.7)
    assert "At half the length it is exact." in page.words()


@pytest.mark.parametrize(
    ("f", "along", "length", "said"),
    [
        (
            "sigmoid",
            "W[1,0]",
            1.0,
            "0.000522. At half the length it is wrong by 0.00101, which is 1.9 times more.",
        ),
        ("sigmoid", "W[1,0]", 0.01, "which is 4.0 times less."),
        (
            "identity",
            "all",
            3.16,
            "4.0 times less. z and W move together, and zW multiplies them: u itself bends.",
        ),
        ("sigmoid", "all", 1.0, "u itself bends."),
    ],
)
def test_it_says_which_is_more_and_why(page, f, along, length, said):
    for label, to in {"activation": f, "nudge along": along, "length of the nudge": length}.items():
        page.move(label, to)
    assert page.said().endswith(said)


@pytest.mark.parametrize(
    ("u", "said"),
    [
        # (u + s)³ is as far from its tangent as s²|3u + s|.
        (-1 / 3, "the prediction is exact. At half the length it is wrong by 0.125."),
        (-1 / 6, "the prediction is wrong by 0.5. At half the length it is exact."),
        (-0.3, "the prediction is wrong by 0.1. At half the length it is wrong by 0.1, which is about as much."),
        (-0.32, "the prediction is wrong by 0.04. At half the length it is wrong by 0.115, which is 2.9 times more."),
    ],
)
def test_where_the_error_vanishes_on_its_way_it_says_so(u, said):
    page = Page(jacobians.view([1.0], [[1.0]], [u - 1], Cubic()))
    page.move("nudge along", "b[0]")
    assert page.said().endswith(said)


@pytest.mark.parametrize(
    ("along", "parts"),
    [
        ("z[1]", [["∂z′/∂z[0,1]", "Δz[0,1]"]]),
        ("W[2,0]", [["F = ∂z′/∂b[0,0]", "z[0,2]", "ΔW[2,0]"]]),
        ("b[1]", [["F = ∂z′/∂b[0,1]", "Δb[0,1]"]]),
        (
            "all",
            [
                *([f"∂z′/∂z[0,{i}]", f"Δz[0,{i}]"] for i in range(3)),
                *([f"F = ∂z′/∂b[0,{j}]", f"z[0,{i}]", f"ΔW[{i},{j}]"] for i in range(3) for j in range(2)),
                *([f"F = ∂z′/∂b[0,{j}]", f"Δb[0,{j}]"] for j in range(2)),
            ],
        ),
    ],
)
def test_the_prediction_lights_up_each_nudge_and_its_derivative(page, along, parts):
    page.move("nudge along", along)
    names = [*page.board()]
    first, *_ = json.loads(page.made[names.index("Δz′ predicted")])
    assert [[f"{names[n]}[{i},{j}]" for n, i, j in places] for _, *places in first] == parts


def test_every_line_of_the_plane_has_a_name(page):
    plane, *_ = page.charts()
    for name in ("actual, at every length", "predicted", "actual", "the error"):
        assert f">{name}</text>" in plane


def test_new_numbers_are_met_by_the_same_nudge(page):
    page.move("length of the nudge", 0.5)
    page.move("nudge along", "b[1]")
    page.click("New random numbers")
    assert (page.value("length of the nudge"), page.value("nudge along")) == (0.501, "b[1]")
    page.shows(*plain.jacobians(page.value))


@pytest.mark.parametrize("M", [1, 4, 5, 9])
@pytest.mark.parametrize("f", ["identity", "softmax", Cubic()], ids=repr)
def test_the_curves_of_any_number_of_outputs_are_in_the_picture(M, f):
    page = Page(jacobians.view([3.0, -2.0], 4 * np.random.default_rng(M).normal(size=(2, M)), np.arange(M) / 7, f))
    *plane, changes, missed = page.charts()
    assert len(plane) == (M > 1)
    a, lines = page.view.arrays, [mark for mark in charted.marks([changes, missed]) if "line" in mark.looks]
    curves = [*a["actual curve"].T, *a["predicted curve"].T]
    for line, curve in zip(lines, curves, strict=False):
        assert line.goes_through(jacobians.LENGTHS, curve) and line.within(jacobians.LENGTHS, curve)
    errors, seen = a["error curve"], a["error curve"] > a["roundoff"]
    assert lines[-1].goes_through(jacobians.LENGTHS, errors)
    assert lines[-1].within(jacobians.LENGTHS[seen], errors[seen])
    if not seen.any():
        assert "the prediction is exact" in page.words()
    page.move("length of the nudge", 0.1)
    page.move("z[1]", 0.3)
    assert not page.error


@pytest.mark.parametrize(("f", "length"), [("sigmoid", 1.0), ("sigmoid", 0.01), ("identity", 3.16), ("relu", 2.0)])
def test_in_the_plane_both_arrows_end_where_the_numbers_say(page, f, length):
    page.move("activation", f)
    page.move("nudge along", "all")
    page.move("length of the nudge", length)
    a, (plane, *_) = page.view.arrays, page.charts()
    lines = [mark for mark in charted.marks([plane]) if "line" in mark.looks]
    predicted, actual = a["Δz′ predicted"], a["Δz′ actual"]
    ways = [[[0, 0], predicted], [[0, 0], actual], [predicted, actual]]
    for line, way in zip([lines[1], lines[3], lines[5]], ways, strict=True):
        assert line.goes_through(*np.transpose(way)) and line.within(*np.transpose(way))
