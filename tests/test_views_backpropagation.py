"""The live view of notebook 04: its model against plain NumPy, its steps, its actions, and its words."""

import re

import numpy as np
import pytest

from nn_notes import Network, losses, numeric
from nn_notes.views import backpropagation

NETWORK = Network.init([7, 5, 3, 2], ["tanh", "sigmoid", "softmax"], np.random.default_rng(4))
X, T = np.random.default_rng(5).normal(size=7), np.array([0.2, 0.8])
STEPS = [(name, l) for l in (3, 2, 1) for name in ("δ", "ξ", "G")]


@pytest.fixture
def view():
    return backpropagation.view(NETWORK, X, T, losses.cross_entropy)


def press(view, label):
    panel = view.widget.children[1].children[-1]
    next(button for button in panel.children if button.description == label).click()


def move(view, name, value):
    view._controls[name].widget.value = value


def texts(view):
    """The two lines that say what is going on, without their tags."""
    lines = re.findall(r'<div class="nn-text">(.*?)</div>', view._board.value)[:2]
    return [re.sub("<.*?>", " ", line) for line in lines]


def by_hand(network, x):
    """Both passes, from the parameters alone."""
    (W1, b1), (W2, b2), (W3, b3) = [(layer.W, layer.b) for layer in network.layers]
    z1 = np.tanh(x @ W1 + b1)
    z2 = 1 / (1 + np.exp(-(z1 @ W2 + b2)))
    e = np.exp(z2 @ W3 + b3)
    z3 = e / e.sum()
    F = {1: np.diag(1 - z1**2), 2: np.diag(z2 * (1 - z2)), 3: np.diag(z3) - np.outer(z3, z3)}
    xi3 = z3 - T
    xi2 = (xi3 @ W3.T) * z2 * (1 - z2)
    xi1 = (xi2 @ W2.T) * (1 - z1**2)
    return {
        "z": [x, z1, z2, z3],
        "E": -(T * np.log(z3)).sum(),
        "F": F,
        "δ": {3: -T / z3, 2: xi3 @ W3.T, 1: xi2 @ W2.T},
        "ξ": {3: xi3, 2: xi2, 1: xi1},
        "G": {3: np.outer(z2, xi3), 2: np.outer(z1, xi2), 1: np.outer(x, xi1)},
    }


def agree(view, network, x):
    expected = by_hand(network, x)
    np.testing.assert_allclose(view.arrays["E"], expected["E"], rtol=1e-12)
    for l, z in enumerate(expected["z"]):
        np.testing.assert_allclose(view.arrays["z"][l], z, rtol=1e-12)
    for l, F in expected["F"].items():
        np.testing.assert_allclose(view.arrays["F"][l], F, atol=1e-14)
    for n, (name, l) in enumerate(STEPS):
        if n <= view.state["step"]:
            np.testing.assert_allclose(view.arrays[name][l], expected[name][l], atol=1e-13)
        else:
            assert view.arrays[name][l].shape == expected[name][l].shape
            assert np.isnan(view.arrays[name][l]).all()


def test_each_press_takes_one_factor_and_fills_it_in_place(view):
    agree(view, NETWORK, X)
    sizes = [np.size(by_hand(NETWORK, X)[name][l]) for name, l in STEPS]
    for n in range(1, 9):
        press(view, "Next factor")
        assert view.state["step"] == n
        agree(view, NETWORK, X)
        assert view._board.value.count(">·</td>") == sum(sizes[n + 1 :])
        assert view._board.value.count("nn-new") == sizes[n]
    press(view, "Next factor")
    assert view.state["step"] == 8
    press(view, "Start again")
    agree(view, NETWORK, X)
    press(view, "All factors")
    assert view.state["step"] == 8
    agree(view, NETWORK, X)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (0, r"Step 1 of 9: .*the loss alone \(4\.3\).*δ  \(3\) \[0\] = "),
        (1, r"Step 2 of 9: .*one factor  F  \(3\)  \(4\.5\).*ξ  \(3\) \[0\] = "),
        (3, r"Step 4 of 9: .*one factor  W  \(3\)⊤  \(4\.4\).*δ  \(2\) \[0\] = "),
        (8, r"Step 9 of 9: .*branch off \(4\.6, 4\.7\).*∂ E /∂ W  \(1\) \[0, 0\] = "),
    ],
)
def test_the_step_is_named_with_one_entry_in_numbers(view, step, words):
    for _ in range(step):
        press(view, "Next factor")
    assert re.search(words, texts(view)[0])
    *products, value = re.sub(r"^.*?\] = ", "", texts(view)[0]).split(" = ")
    name, l = STEPS[step]
    assert value == f"{by_hand(NETWORK, X)[name][l].flat[0]:.3f}".replace("-", "−")
    if products:
        worked_out = eval(products[0].replace("−", "-").replace("·", "*"))
        assert worked_out == pytest.approx(view.arrays[name][l].flat[0], abs=5e-3)


@pytest.mark.parametrize(("weight", "l", "i", "j"), [("W(1)[6, 4]", 1, 6, 4), ("W(3)[2, 0]", 3, 2, 0)])
def test_a_nudge_moves_the_loss_as_the_gradient_says(view, weight, l, i, j):
    move(view, "weight", weight)
    move(view, "nudge", 0.05)
    assert "not known yet" in texts(view)[1]
    assert np.isnan(view.arrays["ΔE predicted"])
    press(view, "All factors")

    def E(W):
        layers = list(NETWORK.layers)
        layers[l - 1] = type(layers[0])(W, layers[l - 1].b, layers[l - 1].activation)
        return losses.cross_entropy(Network(layers)(X), T)

    W = NETWORK.layers[l - 1].W
    assert view.arrays["slope"] == pytest.approx(numeric.jacobian(E, W)[i, j], rel=1e-12)
    nudged = W.copy()
    nudged[i, j] += 0.05
    assert view.arrays["ΔE actual"] == pytest.approx(E(nudged) - E(W), abs=1e-14)
    assert view.arrays["ΔE predicted"] == pytest.approx(view.arrays["ΔE actual"], rel=0.05)
    assert f"{view.arrays['slope']:.4f}".replace("-", "−") in texts(view)[1]
    assert f"from {E(W):.4f} to {E(nudged):.4f}" in texts(view)[1]

    press(view, "Nudge from here")
    assert view.state["nudge"] == 0
    np.testing.assert_array_equal(view.state["network"].layers[l - 1].W, nudged)
    assert view.arrays["E before"] == view.arrays["E"] == pytest.approx(E(nudged), rel=1e-12)
    agree(view, view.state["network"], X)


def test_new_numbers_and_reset(view):
    press(view, "All factors")
    move(view, "nudge", 0.5)
    press(view, "New random numbers")
    assert view.state["nudge"] == 0
    assert view.state["step"] == 8
    assert not np.allclose(view.state["x"], X)
    agree(view, view.state["network"], view.state["x"])
    press(view, "Reset")
    assert view.state["step"] == 0
    agree(view, NETWORK, X)


def test_without_a_kernel_its_first_state_stands_there(view):
    html = view._repr_mimebundle_()["text/html"]
    assert "Step 1 of 9" in html
    assert html.count("<table") == 1 + 5 + 3 * 4 + 2
    assert "nan" not in html


@pytest.mark.parametrize(
    ("x", "t", "message"),
    [
        (X[:5], T, r"x has shape \(5,\); it needs shape \(7,\)"),
        (X, X, r"t has shape \(7,\); it needs shape \(2,\)"),
        (X * np.nan, T, "x.* is nan; it needs finite numbers"),
    ],
)
def test_what_does_not_fit_is_named(x, t, message):
    with pytest.raises(ValueError, match=message):
        backpropagation.view(NETWORK, x, t, losses.cross_entropy)
