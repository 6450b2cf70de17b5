"""The live view of notebook 00: its arrays are NumPy's in every state, and its controls and buttons lead to them."""

from itertools import product

import ipywidgets
import numpy as np
import pytest

from nn_notes import numeric
from nn_notes.views import derivative_shapes

KINDS = ("scalar", "vector", "matrix")
LAYOUTS, HABITS = ("numerator", "denominator"), ("rows", "columns")
STATES = list(product(KINDS, KINDS, LAYOUTS, HABITS))
X = np.array([[0.5, 1.5, -1.0], [1.0, -0.5, 0.5], [-1.5, 1.0, 0.5], [0.5, -1.0, 1.5]])
x = np.array([0.7, -1.0, 1.5, -0.5, 1.2])


@pytest.fixture
def view():
    return derivative_shapes.view(x, X, outputs=(2, 6))


def leaf(view, label):
    """The widget of that label, wherever it stands."""
    waiting = [view.widget]
    while waiting:
        widget = waiting.pop()
        if getattr(widget, "description", None) == label:
            return widget
        waiting += getattr(widget, "children", ())
    raise LookupError(label)


def choose(view, what, by, layout, habit):
    for label, value in {"derive a": what, "by a": by, "layout": layout, "vectors are": habit}.items():
        leaf(view, label).value = value


def board(view):
    return view._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize(("what", "by", "layout", "habit"), STATES)
def test_the_arrays_are_those_of_numpy(view, what, by, layout, habit):
    choose(view, what, by, layout, habit)
    leaf(view, "entry").value, leaf(view, "nudge").value = 1.25, -0.4
    K, a = view.state["weights"][what, by], view.arrays
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
def test_the_page_shows_every_entry_and_the_shape(view, what, by, layout, habit):
    choose(view, what, by, layout, habit)
    page, D = board(view), view.arrays["∂y/∂x"]
    assert 'role="alert"' not in page
    assert f"{layout.capitalize()} layout:" in page
    assert f" is {D.shape}." in page
    for entry in {f"{abs(entry):.2f}" for entry in D.flat}:
        assert entry in page
    # Beyond two axes there is a table to every index of the axes before the last two.
    assert page.count(f"<small>{D.shape[-2:]}") >= np.prod(D.shape[:-2])


@pytest.mark.parametrize(
    ("layout", "habit", "transposed"),
    [
        ("numerator", "columns", False),
        ("numerator", "rows", True),
        ("denominator", "rows", False),
        ("denominator", "columns", True),
    ],
)
def test_the_derivative_is_transposed_where_layout_and_habit_differ(view, layout, habit, transposed):
    choose(view, "vector", "vector", layout, habit)
    assert ("(∂<b>y</b>/∂<b>x</b>)ᵀ" in board(view)) == transposed
    assert ("do not fit each other" in board(view)) == transposed
    assert ("<i>K</i>ᵀ" in board(view)) == (habit == "rows")


@pytest.mark.parametrize(("what", "by"), [("matrix", "scalar"), ("scalar", "matrix")])
def test_a_scalar_and_a_matrix_have_one_layout(view, what, by):
    choose(view, what, by, "numerator", "rows")
    first = view.arrays["∂y/∂x"]
    leaf(view, "layout").value = "denominator"
    np.testing.assert_array_equal(view.arrays["∂y/∂x"], first)
    assert "both layouts are the same" in board(view)


def test_new_numbers_and_reset(view):
    first = board(view)
    leaf(view, "New random numbers").click()
    assert board(view) != first
    assert view.arrays["x"][0, 0] == leaf(view, "entry").value == view.state["inputs"]["vector"][0] != x[0]
    assert (view.state["weights"]["vector", "vector"] != 0).all()
    leaf(view, "Reset").click()
    assert board(view).replace(' class="nn-new"', "") == first


def test_what_is_given_is_left_alone(view):
    given = x.copy(), X.copy()
    leaf(view, "by a").value = "matrix"
    leaf(view, "entry").value = -1.5
    np.testing.assert_array_equal(view.state["inputs"]["matrix"], given[1])
    leaf(view, "New random numbers").click()
    np.testing.assert_array_equal(x, given[0])
    np.testing.assert_array_equal(X, given[1])


def test_without_a_kernel_the_first_state_stands_there(view):
    bundle = view._repr_mimebundle_()
    assert "run the cell" in bundle["text/plain"]
    assert "<b>Numerator layout:</b>" in bundle["text/html"]
    assert "0.70" in bundle["text/html"]
    assert isinstance(view.widget, ipywidgets.VBox)
