"""The live view of the activations: its numbers against plain NumPy, and what it does when it is moved."""

import re

import numpy as np
import pytest

from nn_notes import ACTIVATIONS
from nn_notes.views import activation_curves

X, DELTA = np.array([-0.8, 0.4, 1.3]), np.array([0.5, -1.2, 0.8])
LINE = np.linspace(-8, 8, 321)


def view(**chosen):
    return activation_curves.view(X, DELTA, **chosen)


def widgets(view):
    """Every widget of a view, however deep."""
    found = [view.widget]
    for widget in found:
        found += getattr(widget, "children", ())
    return found


def widget(view, label):
    (found,) = [widget for widget in widgets(view) if getattr(widget, "description", None) == label]
    return found


def picture(view):
    (found,) = [widget for widget in widgets(view) if getattr(widget, "format", None) == "png"]
    return bytes(found.value)


def board(view):
    """What stands below the picture, in HTML."""
    return view._repr_mimebundle_()["text/html"].partition("<img")[2]


def cells(view):
    """The numbers on the board, one after the other."""
    found = re.findall(r"<td[^>]*>([^<]*)</td>", board(view))
    return [float(text.replace("\N{MINUS SIGN}", "-")) for text in found]


def move(view, name, x):
    widget(view, "activation").value = name
    for i, entry in enumerate(x):
        widget(view, f"x[{i}]").value = entry


# The definitions, written out.


def value(name, x):
    return {
        "identity": lambda: x,
        "sigmoid": lambda: 1 / (1 + np.exp(-x)),
        "tanh": lambda: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)),
        "relu": lambda: np.where(x > 0, x, 0),
        "softmax": lambda: np.exp(x) / np.exp(x).sum(),
    }[name]()


def jacobian(name, x):
    f = value(name, x)
    if name == "softmax":
        return np.array([[f[i] * ((i == j) - f[j]) for j in range(len(x))] for i in range(len(x))])
    slope = {"identity": np.ones(len(x)), "sigmoid": f * (1 - f), "tanh": 1 - f**2, "relu": np.where(x > 0, 1, 0)}
    return np.diag(slope[name])


@pytest.mark.parametrize("x", [X, [7.9, -6.5, 2.2], [-8, 8, 0.1]], ids=str)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_arrays_are_those_of_numpy(name, x):
    moved, x = view(), np.array(x)
    move(moved, name, x)
    f, F = value(name, x), jacobian(name, x)
    close = {"rtol": 1e-9, "atol": 1e-14}
    np.testing.assert_allclose(moved.arrays["f(x)"], f, **close)
    np.testing.assert_allclose(moved.arrays["F"], F, **close)
    np.testing.assert_allclose(moved.arrays["δF"], [DELTA @ F[:, j] for j in range(3)], **close)
    for i in range(3):
        along = [np.where(np.arange(3) == i, place, x) for place in LINE]
        np.testing.assert_allclose(moved.arrays["curves"][i], [value(name, row)[i] for row in along], **close)
        np.testing.assert_allclose(moved.arrays["slopes"][i], [jacobian(name, row)[i, i] for row in along], **close)
        np.testing.assert_allclose(moved.arrays["tangents"][i], [f[i] - 2 * F[i, i], f[i] + 2 * F[i, i]], **close)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_board_holds_x_its_output_and_the_row_that_comes_back(name):
    moved = view(activation=name)
    f, F = value(name, X), jacobian(name, X)
    expected = [X, f, DELTA @ F, DELTA, F.ravel()]
    np.testing.assert_allclose(cells(moved), np.concatenate(expected), rtol=0, atol=0.00501)
    assert f"length {np.linalg.norm(DELTA):.3g}, the bend lets length {np.linalg.norm(DELTA @ F):.3g} " in board(moved)


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("identity", "f(1.5) = 1.5, f′ = 1"),
        ("sigmoid", "σ(1.5) = 1 / (1 + e^−1.5) = 0.818, σ′ = σ(1 − σ) = 0.818 · 0.182 = 0.149"),
        ("tanh", "tanh(1.5) = 0.905, tanh′ = 1 − 0.905² = 0.181"),
        ("relu", "ReLU(1.5) = max(0, 1.5) = 1.5, ReLU′ = 1"),
        ("relu", "ReLU(−2.5) = max(0, −2.5) = 0, ReLU′ = 0"),
        ("softmax", "S0 = e^1.5 / (e^1.5 + e^−2.5 + e^0.5) = 0.721, F00 = S0(1 − S0) = 0.721 · 0.279 = 0.201"),
    ],
)
def test_the_formula_has_its_numbers(name, formula):
    moved = view()
    move(moved, name, [1.5, -2.5, 0.5])
    text = re.sub("<[^>]*>", "", board(moved).replace("<sup>", "^"))
    assert formula in text


def test_only_softmax_moves_the_other_curves():
    for name in ACTIVATIONS:
        moved = view(activation=name)
        before = moved.arrays["curves"]
        widget(moved, "x[2]").value = 3.0
        same = [np.array_equal(moved.arrays["curves"][i], before[i]) for i in range(3)]
        assert same == ([False, False, True] if name == "softmax" else [True] * 3)


def test_the_picture_follows_and_reset_leads_back():
    moved = view()
    first, seen = picture(moved), {picture(moved)}
    assert first.startswith(b"\x89PNG")
    for label, to in [("x[0]", 2.0), ("x[1]", -3.0), ("activation", "softmax"), ("activation", "relu")]:
        widget(moved, label).value = to
        seen.add(picture(moved))
    assert len(seen) == 5
    widget(moved, "Reset").click()
    assert picture(moved) == first
    np.testing.assert_array_equal(moved.arrays["x"], X)


def test_new_random_numbers_are_new_and_the_same_in_every_view():
    moved, other = view(), view()
    for _ in range(2):
        before = moved.arrays
        widget(moved, "New random numbers").click()
        widget(other, "New random numbers").click()
        for name in ("x", "δ"):
            assert not np.array_equal(moved.arrays[name], before[name])
            np.testing.assert_array_equal(moved.arrays[name], other.arrays[name])
        np.testing.assert_allclose(widget(moved, "x[1]").value, moved.arrays["x"][1])
    widget(moved, "Reset").click()
    np.testing.assert_array_equal(moved.arrays["δ"], DELTA)


def test_without_a_kernel_its_first_state_stands_there():
    bundle = view()._repr_mimebundle_()
    assert 'src="data:image/png;base64,' in bundle["text/html"]
    assert 'alt="Left: each output' in bundle["text/html"]
    assert "0.31" in bundle["text/html"].partition("<img")[2]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([X], DELTA), ValueError, r"x has shape \(1, 3\); its number of axes needs to be 1"),
        (([], []), ValueError, "x is empty"),
        ((X, DELTA[:2]), ValueError, r"delta has shape \(2,\); it needs shape \(3,\)"),
        ((X, [0, np.nan, 1]), ValueError, r"delta\[1\] is nan; it needs finite numbers"),
        (("text", DELTA), TypeError, "x is 'text'; it needs real numbers"),
        ((np.ones(5), np.ones(5)), ValueError, "x has 5 entries; it needs 4 at most"),
        ((X, DELTA, "step"), ValueError, "activation is 'step'; it needs one of identity, sigmoid"),
    ],
)
def test_bad_input_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        activation_curves.view(*arguments)
