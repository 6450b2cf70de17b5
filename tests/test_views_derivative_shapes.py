"""The live view of notebook 00: its arrays are NumPy's in every state, and its controls and buttons lead to them."""

import json
from itertools import product

import numpy as np
import pytest
from page import Page, untagged

from nn_notes import numeric
from nn_notes.explore import Matrix
from nn_notes.views import derivative_shapes

ENTRY, CORNER, NUDGE = "x[0]", "X[0,0]", "nudge it by"
KINDS = ("scalar", "vector", "matrix")
LAYOUTS, HABITS = ("numerator", "denominator"), ("rows", "columns")
STATES = list(product(KINDS, KINDS, LAYOUTS, HABITS))
X = np.array([[0.5, 1.5, -1.0], [1.0, -0.5, 0.5], [-1.5, 1.0, 0.5], [0.5, -1.0, 1.5]])
x = np.array([0.7, -1.0, 1.5, -0.5, 1.2])


@pytest.fixture
def page():
    return Page(derivative_shapes.view(x, X, outputs=(2, 6)))


def choose(page, what, by, layout, habit):
    for label, value in {"differentiate a": what, "by a": by, "layout": layout, "vectors are": habit}.items():
        page.move(label, value)


@pytest.mark.parametrize(("what", "by", "layout", "habit"), STATES)
def test_the_arrays_are_those_of_numpy(page, what, by, layout, habit):
    choose(page, what, by, layout, habit)
    page.move(CORNER if by == "matrix" else ENTRY, 1.25)
    page.move(NUDGE, -0.4)
    K, a = page.view.state["weights"][what, by], page.view.arrays
    given = {"scalar": np.array(1.25), "vector": x.copy(), "matrix": X.copy()}[by]
    given.flat[0] = 1.25
    nudged = given.copy()
    nudged.flat[0] -= 0.4
    assert K.shape == {"scalar": (), "vector": (2,), "matrix": (2, 6)}[what] + given.shape

    def f(x):
        return np.sum(K * x**2, axis=tuple(range(K.ndim - x.ndim, K.ndim)))

    def standing(v):
        return v if v.ndim != 1 else v.reshape((1, -1) if habit == "rows" else (-1, 1))

    J = numeric.jacobian(f, given)
    for name, expected in {
        "x": given, "x²": given**2, "y": f(given), "Δx": nudged - given,
        "Δy predicted": np.asarray(J[(..., *[0] * given.ndim)] * -0.4), "Δy actual": np.asarray(f(nudged) - f(given)),
    }.items():  # fmt: skip
        assert a[name].shape == standing(expected).shape, name
        np.testing.assert_allclose(a[name], standing(expected), rtol=0, atol=1e-12, err_msg=name)
    outputs = J.ndim - given.ndim
    groups = [np.shape(f(given)), given.shape]
    if "matrix" not in (what, by):
        groups = [shape or (1,) for shape in groups]
        K = K.reshape(sum(groups, ()))
    np.testing.assert_array_equal(a["K"], K)
    if layout == "denominator":
        groups.reverse()
        J = np.moveaxis(J, range(outputs), range(-outputs, 0))
    np.testing.assert_allclose(a["∂y/∂x"], J.reshape(sum(groups, ())), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("what", "by", "layout", "habit"), STATES)
def test_the_page_shows_every_entry_and_the_shape(page, what, by, layout, habit):
    choose(page, what, by, layout, habit)
    words, D = page.words(), page.view.arrays["∂y/∂x"]
    assert not page.error
    assert f"{layout.capitalize()} layout:" in words
    assert f" is {D.shape}." in words
    # Beyond two axes there is a table to every index of the axes before the last two.
    for at in np.ndindex(D.shape[:-2]):
        face = np.atleast_2d(D[at])
        same = [shown for shown in page.board().values() if shown.shape == face.shape]
        assert any(np.allclose(shown, face, rtol=0, atol=0.00501) for shown in same)
    assert words.count(f"<small>{D.shape[-2:]}") >= np.prod(D.shape[:-2])


@pytest.mark.parametrize(
    ("layout", "habit", "transposed"),
    [
        ("numerator", "columns", False),
        ("numerator", "rows", True),
        ("denominator", "rows", False),
        ("denominator", "columns", True),
    ],
)
def test_the_derivative_is_transposed_where_layout_and_habit_differ(page, layout, habit, transposed):
    choose(page, "vector", "vector", layout, habit)
    assert ("(∂<b>y</b>/∂<b>x</b>)ᵀ" in page.words()) == transposed
    assert ("do not fit each other" in page.words()) == transposed
    assert ("<i>K</i>ᵀ" in page.words()) == (habit == "rows")


@pytest.mark.parametrize(("what", "by"), [("matrix", "scalar"), ("scalar", "matrix")])
def test_a_scalar_and_a_matrix_have_one_layout(page, what, by):
    choose(page, what, by, "numerator", "rows")
    first = page.view.arrays["∂y/∂x"]
    page.move("layout", "denominator")
    np.testing.assert_array_equal(page.view.arrays["∂y/∂x"], first)
    assert "both layouts are the same" in page.words()


@pytest.mark.parametrize("by", KINDS)
def test_the_sliders_are_those_that_move_something(page, by):
    page.move("by a", by)
    moving = []
    for label in page.sliders:
        before = page.cells.copy()
        page.move(label, -0.3)
        if page.cells != before:
            moving.append(label)
    assert moving == [CORNER if by == "matrix" else ENTRY, NUDGE]
    assert page.idle == {"entry": ENTRY not in moving, "corner": CORNER not in moving}


@pytest.mark.parametrize(
    ("what", "by", "layout", "table", "at", "names"),
    [
        ("matrix", "matrix", "numerator", "a = 1, b = 2", (0, 1), "∂Y[1,2]/∂X[0,1] = 2 · K[1,2,0,1] · X[0,1]"),
        ("matrix", "matrix", "denominator", "c = 0, d = 1", (1, 2), "∂Y[1,2]/∂X[0,1] = 2 · K[1,2,0,1] · X[0,1]"),
        ("matrix", "vector", "numerator", "a = 1", (4, 2), "∂Y[1,4]/∂x[2] = 2 · K[1,4,2] · x[2]"),
        ("matrix", "vector", "denominator", "c = 2", (1, 4), "∂Y[1,4]/∂x[2] = 2 · K[1,4,2] · x[2]"),
        ("vector", "matrix", "denominator", "b = 0", (1, 1), "∂y[1]/∂X[0,1] = 2 · K[1,0,1] · X[0,1]"),
        ("scalar", "matrix", "numerator", "∂y/∂X", (0, 1), "∂y/∂X[0,1] = 2 · K[0,1] · X[0,1]"),
        ("matrix", "scalar", "numerator", "∂Y/∂x", (1, 5), "∂Y[1,5]/∂x = 2 · K[1,5] · x"),
        ("matrix", "scalar", "numerator", "output Y", (1, 5), "Y[1,5] = K[1,5] · x²"),
        ("vector", "matrix", "numerator", "output y", (1, 0), "y[1] = K[1,0,0] · X[0,0]² + K[1,0,1] · X[0,1]²"),
        ("matrix", "vector", "numerator", "output Y", (1, 5), "Y[1,5] = K[1,5,0] · x[0]² + … + K[1,5,4] · x[4]²"),
        ("scalar", "matrix", "numerator", "output y", (0, 0), "y = K[0,0] · X[0,0]² + K[0,1] · X[0,1]²"),
    ],
)  # fmt: skip
def test_an_entry_says_by_name_and_in_numbers_what_it_is_made_of(what, by, layout, table, at, names):
    page = Page(derivative_shapes.view(x, [[0.5, -1.234]], outputs=(2, 6)))
    choose(page, what, by, layout, "columns")
    made, numbers = told(page, table, *at).rsplit(" = ", 1)
    assert made == names
    if "…" not in numbers:
        value = eval(numbers.replace("·", "*").replace("²", "**2").replace("−", "-"))
        np.testing.assert_allclose(value, page.board()[table][at], rtol=0, atol=0.00501)


@pytest.mark.parametrize(
    ("what", "by", "layout", "at", "lit"),
    [
        ("matrix", "matrix", "numerator", (1, 2), ("a = 1, b = 2", 0, 0)),
        ("matrix", "matrix", "denominator", (1, 2), ("c = 0, d = 0", 1, 2)),
        ("matrix", "vector", "numerator", (1, 2), ("a = 1", 2, 0)),
        ("vector", "matrix", "denominator", (0, 1), ("b = 0", 0, 1)),
        ("matrix", "scalar", "numerator", (1, 5), ("∂Y/∂x", 1, 5)),
        ("scalar", "matrix", "numerator", (0, 0), ("∂y/∂X", 0, 0)),
    ],
)
def test_the_predicted_change_lights_up_the_derivative_by_what_is_nudged(page, what, by, layout, at, lit):
    choose(page, what, by, layout, "rows")
    [[nudge, [table, *place]]] = told(page, f"Δ{'Y' if what == 'matrix' else 'y'} predicted", *at)
    assert (nudge, [*page.board()][table], *place) == (0.1, *lit)


def told(page, table, row, column):
    """What an entry of the table with that caption says that it is made of."""
    matrices = [m for items in page.view._rows for m in items if isinstance(m, Matrix)]
    n = [untagged(m.label) for m in matrices].index(table)
    return json.loads(page.made[n])[row * np.atleast_2d(matrices[n].array).shape[1] + column]


def test_new_numbers_move_the_slider_along_and_no_weight_is_zero(page):
    page.click("New random numbers")
    assert page.view.arrays["x"][0, 0] == page.value(ENTRY) == page.view.state["inputs"]["vector"][0] != x[0]
    assert (page.view.state["weights"]["vector", "vector"] != 0).all()


def test_what_is_given_is_left_alone(page):
    given = x.copy(), X.copy()
    page.move("by a", "matrix")
    np.testing.assert_array_equal(page.view.arrays["x"], given[1])
    page.move(CORNER, -1.5)
    assert page.view.arrays["x"][0, 0] == -1.5
    np.testing.assert_array_equal(page.view.state["inputs"]["matrix"], given[1])
    page.click("New random numbers")
    np.testing.assert_array_equal(x, given[0])
    np.testing.assert_array_equal(X, given[1])


def test_the_entry_is_that_of_the_input():
    own = [7.77, 0.123], [[-3.3, 0.017], [1.0, 5.0]]
    page = Page(derivative_shapes.view(*own))
    for by, given in [("matrix", own[1]), ("vector", [own[0]])]:
        page.move("by a", by)
        np.testing.assert_array_equal(page.view.arrays["x"], given)


def test_a_negative_weight_times_zero_is_zero():
    page, negative = Page(derivative_shapes.view([0.5, 1.0], [[0.5, 1.0]])), 0
    for _ in range(4):
        page.click("New random numbers")
        page.move(ENTRY, 0.0)
        negative += page.view.state["weights"]["vector", "vector"].flat[0] < 0
        assert "· (0) = 0." in page.said()
    assert 0 < negative < 4
