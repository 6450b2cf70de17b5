"""The live view of notebook 06: its board, curves and tangents against plain NumPy, and its words."""

import numpy as np
import plain
import pytest
from page import Page, untagged
from plain import Cubic, Loud

from nn_notes import ACTIVATIONS
from nn_notes.activations import ComponentWise
from nn_notes.views import activation_curves, single_layer

X, DELTA = np.array([-0.8, 0.4, 1.3]), np.array([0.5, -1.2, 0.8])
every_activation = pytest.mark.parametrize("name", ACTIVATIONS)


@pytest.fixture
def page():
    return Page(activation_curves.view(X, DELTA))


def move(page, name, x):
    page.move("activation", name)
    for i, entry in enumerate(x):
        page.move(f"x[{i}]", entry)


@pytest.mark.parametrize("x", [X, [7.9, -6.5, 2.2], [-8, 8, 0.1]], ids=str)
@pytest.mark.parametrize("τ", [1, 0.5, 10])
@every_activation
def test_board_curves_and_tangents_are_those_of_numpy(page, name, τ, x):
    move(page, name, x)
    page.move("temperature τ", τ)
    page.shows(*plain.activation_curves(page.value, DELTA))
    arrays, close = page.view.arrays, {"rtol": 1e-9, "atol": 1e-14}
    τ = page.value("temperature τ")

    def f(x):
        return plain.formula(name)(x / τ)

    y, F = f(np.array(x)), plain.jacobian(f, np.array(x))
    for i, e in enumerate(np.eye(3)):
        along = np.where(e, np.linspace(-8, 8, 161)[:, None], x)
        np.testing.assert_allclose(arrays["curves"][i], f(along)[:, i], **close)
        np.testing.assert_allclose(arrays["slopes"][i], f(along + 1e-30j * e)[:, i].imag / 1e-30, **close)
        np.testing.assert_allclose(arrays["tangents"][i], [y[i] - 2 * F[i, i], y[i] + 2 * F[i, i]], **close)


@every_activation
def test_it_begins_with_the_activation_that_is_given(name):
    page = Page(activation_curves.view(X, DELTA, activation=name))
    assert page.value("activation") == name
    page.shows(*plain.activation_curves(page.value, DELTA))


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
    assert formula in untagged(page.words().replace("<sup>", "^"))


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("identity", "f(0.75) = 0.75, f′/τ = 1 / 2 = 0.500"),
        ("sigmoid", "σ(0.75) = 1 / (1 + e^−0.75) = 0.679, σ′/τ = σ(1 − σ)/τ = 0.679 · 0.321 / 2 = 0.109"),
        ("tanh", "tanh(0.75) = 0.635, tanh′/τ = (1 − 0.635²) / 2 = 0.298"),
        ("relu", "ReLU(0.75) = max(0, 0.75) = 0.75, ReLU′/τ = 1 / 2 = 0.500"),
        (
            "softmax",
            "S0 = e^0.75 / (e^0.75 + e^−1.25 + e^0.25) = 0.574, F00/τ = S0(1 − S0)/τ = 0.574 · 0.426 / 2 = 0.122",
        ),
    ],
)
def test_the_formula_has_the_temperature_too(page, name, formula):
    move(page, name, [1.5, -2.5, 0.5])
    page.move("temperature τ", 2)
    assert formula in untagged(page.words().replace("<sup>", "^"))


@every_activation
def test_only_what_is_no_component_s_own_moves_the_other_curves(page, name):
    page.move("activation", name)
    before = page.view.arrays["curves"]
    page.move("x[2]", 3.0)
    same = [np.array_equal(page.view.arrays["curves"][i], before[i]) for i in range(3)]
    assert same == [isinstance(ACTIVATIONS[name], ComponentWise)] * 2 + [True]


@pytest.mark.parametrize("f", [*ACTIVATIONS, Cubic(), Loud()], ids=repr)
@pytest.mark.parametrize("x", [[-20.0, 0.3, 12.0], [0.1] * 9], ids=str)
def test_every_dot_of_every_activation_is_in_the_picture(f, x):
    page = Page(activation_curves.view(x, np.ones(len(x)), f))
    for name in page.choices["activation"]:
        page.move("activation", name)
        assert not page.error
        shown = [mark.chart for mark in page.marks() if "dots" in mark.looks and len(mark.data())]
        assert shown == [0] * len(x) + [1] * len(x), name


def test_an_activation_of_ones_own_is_offered_with_its_numbers_and_as_text():
    page = Page(activation_curves.view([0.5, -1.5], [1, 1], Loud()))
    assert page.choices["activation"] == [*ACTIVATIONS, Loud.name]
    assert "&lt;b&gt;loud&lt;/b&gt;(<i>x</i>)<sub>0</sub> = 0.125, <i>F</i><sub>00</sub> = 0.750" in page.words()
    page.move("activation", "tanh")
    assert "tanh(0.5) = 0.462" in untagged(page.words())


def test_an_activation_of_ones_own_stands_where_it_is_called_as_another():
    class ReLU(Cubic):
        """It has the name of one of the five."""

    page = Page(activation_curves.view([2.0], [1], ReLU()))
    assert page.view.arrays["f(x)"] == [8] and "max" not in page.words()
    assert Page(single_layer.view([2.0], [[1.0]], [0.0], ReLU())).view.arrays["z′"] == [8]
