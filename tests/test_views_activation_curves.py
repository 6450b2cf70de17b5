"""The live view of the activations: its numbers against plain NumPy, and what it does when it is moved."""

import re

import numpy as np
import pytest
from page import Page

from nn_notes import ACTIVATIONS
from nn_notes.views import activation_curves

X, DELTA = np.array([-0.8, 0.4, 1.3]), np.array([0.5, -1.2, 0.8])
LINE = np.linspace(-8, 8, 321)


@pytest.fixture
def page():
    return Page(activation_curves.view(X, DELTA))


def move(page, name, x):
    page.move("activation", name)
    for i, entry in enumerate(x):
        page.move(f"x[{i}]", entry)


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
def test_the_arrays_are_those_of_numpy(page, name, x):
    x = np.array(x)
    move(page, name, x)
    f, F, arrays = value(name, x), jacobian(name, x), page.view.arrays
    close = {"rtol": 1e-9, "atol": 1e-14}
    np.testing.assert_allclose(arrays["f(x)"], f, **close)
    np.testing.assert_allclose(arrays["F"], F, **close)
    np.testing.assert_allclose(arrays["δF"], [DELTA @ F[:, j] for j in range(3)], **close)
    for i in range(3):
        along = [np.where(np.arange(3) == i, place, x) for place in LINE]
        np.testing.assert_allclose(arrays["curves"][i], [value(name, row)[i] for row in along], **close)
        np.testing.assert_allclose(arrays["slopes"][i], [jacobian(name, row)[i, i] for row in along], **close)
        np.testing.assert_allclose(arrays["tangents"][i], [f[i] - 2 * F[i, i], f[i] + 2 * F[i, i]], **close)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_board_holds_x_its_output_and_the_row_that_comes_back(name):
    page = Page(activation_curves.view(X, DELTA, activation=name))
    assert page.value("activation") == name
    f, F = value(name, X), jacobian(name, X)
    expected = {"x": [X], "f(x)": [f], "δF": [DELTA @ F], "δ": [DELTA], "F": F}
    board = page.board()
    assert list(board) == list(expected)
    for words, numbers in expected.items():
        np.testing.assert_allclose(board[words], numbers, rtol=0, atol=0.00501, err_msg=words)
    lengths = np.linalg.norm(DELTA), np.linalg.norm(DELTA @ F)
    assert "length {:.3g}, the bend lets length {:.3g} ".format(*lengths) in page.words()


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
def test_the_formula_has_its_numbers(page, name, formula):
    move(page, name, [1.5, -2.5, 0.5])
    assert formula in re.sub("<[^>]*>", "", page.words().replace("<sup>", "^"))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_only_softmax_moves_the_other_curves(page, name):
    page.move("activation", name)
    before = page.view.arrays["curves"]
    page.move("x[2]", 3.0)
    same = [np.array_equal(page.view.arrays["curves"][i], before[i]) for i in range(3)]
    assert same == ([False, False, True] if name == "softmax" else [True] * 3)


def test_the_picture_follows_and_reset_leads_back(page):
    first, seen = page.everything(), {page.pixels.tobytes()}
    for label, to in [("x[0]", 2.0), ("x[1]", -3.0), ("activation", "softmax"), ("activation", "relu")]:
        page.move(label, to)
        seen.add(page.pixels.tobytes())
    assert len(seen) == 5
    page.click("Reset")
    assert page.everything() == first


def test_new_random_numbers_are_new_and_the_same_in_every_view(page):
    other = Page(activation_curves.view(X, DELTA))
    for _ in range(2):
        before = page.view.arrays
        page.click("New random numbers")
        other.click("New random numbers")
        for name in ("x", "δ"):
            assert not np.array_equal(page.view.arrays[name], before[name])
            np.testing.assert_array_equal(page.view.arrays[name], other.view.arrays[name])
        assert page.value("x[1]") == page.view.arrays["x"][1]
    page.click("Reset")
    np.testing.assert_array_equal(page.view.arrays["δ"], DELTA)


def test_without_a_kernel_its_first_state_stands_there_with_a_picture_in_words(page):
    html = page.view._repr_mimebundle_()[0]["text/html"]
    assert re.search('<img alt="(.*?)"', html)[1].startswith("Left: each output of the activation")
    assert "σ</i>(−0.8)" in html and "0.310" in html


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([X], DELTA), ValueError, r"x has shape \(1, 3\); its number of axes needs to be 1"),
        (([], []), ValueError, "x is empty"),
        ((X, DELTA[:2]), ValueError, r"delta has shape \(2,\); it needs shape \(3,\)"),
        ((X, [0, np.nan, 1]), ValueError, r"delta\[1\] is nan; it needs finite numbers"),
        (("text", DELTA), TypeError, "x is 'text'; it needs real numbers"),
        ((X, DELTA, "step"), ValueError, "activation is 'step'; it needs one of identity, sigmoid"),
    ],
)
def test_bad_input_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        activation_curves.view(*arguments)
