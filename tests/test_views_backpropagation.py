"""The live view of notebook 04: its model against plain NumPy, its steps, its actions, and its words."""

import re

import numpy as np
import pytest
from page import Page

from nn_notes import Network, losses, numeric
from nn_notes.views import backpropagation

NETWORK = Network.init([7, 5, 3, 2], ["tanh", "sigmoid", "softmax"], np.random.default_rng(4))
X, T = np.random.default_rng(5).normal(size=7), np.array([0.2, 0.8])
STEPS = [(name, l) for l in (3, 2, 1) for name in ("δ", "ξ", "G")]
# What stands above each on the board, as it begins.
CAPTIONS = {"δ": "δ({}) = ", "ξ": "ξ({}) = ∂E/∂b", "G": "∂E/∂W({}) = "}


@pytest.fixture
def page():
    return Page(backpropagation.view(NETWORK, X, T, losses.cross_entropy))


def texts(page):
    """The two lines that say what is going on, without their tags."""
    return [re.sub("<.*?>", " ", line) for line in page.texts[:2]]


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


def agree(page, network, x):
    """The arrays are those by hand, as far as the pass has come, and the board shows them."""
    expected, arrays, board = by_hand(network, x), page.view.arrays, page.board()
    np.testing.assert_allclose(arrays["E"], expected["E"], rtol=1e-12)
    for l, z in enumerate(expected["z"]):
        np.testing.assert_allclose(arrays["z"][l], z, rtol=1e-12)
        np.testing.assert_allclose(board[f"z({l})"], [z], rtol=0, atol=0.00501)
    for l, F in expected["F"].items():
        np.testing.assert_allclose(arrays["F"][l], F, atol=1e-14)
        np.testing.assert_allclose(board[f"F({l})"], F, rtol=0, atol=0.000501)
    for n, (name, l) in enumerate(STEPS):
        known = expected[name][l]
        if n > page.view.state["step"]:
            known = np.full_like(known, np.nan)
        assert arrays[name][l].shape == known.shape
        np.testing.assert_allclose(arrays[name][l], known, atol=1e-13)
        (shown,) = (array for words, array in board.items() if words.startswith(CAPTIONS[name].format(l)))
        np.testing.assert_allclose(shown, np.atleast_2d(known), rtol=0, atol=0.000501)


def test_each_press_takes_one_factor_and_fills_it_in_place(page):
    agree(page, NETWORK, X)
    sizes = [np.size(by_hand(NETWORK, X)[name][l]) for name, l in STEPS]
    for n in range(1, 9):
        page.click("Next factor")
        assert page.view.state["step"] == n
        # Nothing else on the board moves.
        assert len(page.message["cells"]) == sizes[n]
        assert [text for text, _ in page.cells].count("·") == sum(sizes[n + 1 :])
        agree(page, NETWORK, X)
    page.click("Next factor")
    assert page.view.state["step"] == 8 and page.message["cells"] == []
    page.click("Start again")
    assert page.view.state["step"] == 0
    agree(page, NETWORK, X)
    page.click("All factors")
    assert page.view.state["step"] == 8
    agree(page, NETWORK, X)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (0, r"Step 1 of 9: .*the loss alone \(4\.3\).*δ  \(3\) \[0\] = "),
        (1, r"Step 2 of 9: .*one factor  F  \(3\)  \(4\.5\).*ξ  \(3\) \[0\] = "),
        (3, r"Step 4 of 9: .*one factor  W  \(3\)⊤  \(4\.4\).*δ  \(2\) \[0\] = "),
        (8, r"Step 9 of 9: .*branch off \(4\.6, 4\.7\).*∂ E /∂ W  \(1\) \[0, 0\] = "),
    ],
)
def test_the_step_is_named_with_one_entry_in_numbers(page, step, words):
    for _ in range(step):
        page.click("Next factor")
    said = texts(page)[0]
    assert re.search(words, said)
    *products, value = re.sub(r"^.*?\] = ", "", said).split(" = ")
    name, l = STEPS[step]
    assert value == f"{by_hand(NETWORK, X)[name][l].flat[0]:.3f}".replace("-", "−")
    assert len(products) == (step > 0)
    if products:
        worked_out = eval(products[0].replace("−", "-").replace("·", "*"))
        assert worked_out == pytest.approx(page.view.arrays[name][l].flat[0], abs=5e-3)


@pytest.mark.parametrize(("weight", "l", "i", "j"), [("W(1)[6, 4]", 1, 6, 4), ("W(3)[2, 0]", 3, 2, 0)])
def test_a_nudge_moves_the_loss_as_the_gradient_says(page, weight, l, i, j):
    page.move("weight", weight)
    page.move("nudge", 0.05)
    assert "not known yet" in texts(page)[1]
    assert np.isnan(page.view.arrays["ΔE predicted"])
    page.click("All factors")

    def E(W):
        layers = list(NETWORK.layers)
        layers[l - 1] = type(layers[0])(W, layers[l - 1].b, layers[l - 1].activation)
        return losses.cross_entropy(Network(layers)(X), T)

    W, arrays = NETWORK.layers[l - 1].W, page.view.arrays
    assert arrays["slope"] == pytest.approx(numeric.jacobian(E, W)[i, j], rel=1e-12)
    nudged = W.copy()
    nudged[i, j] += 0.05
    assert arrays["ΔE actual"] == pytest.approx(E(nudged) - E(W), abs=1e-14)
    assert arrays["ΔE predicted"] == pytest.approx(arrays["ΔE actual"], rel=0.05)
    assert f"{arrays['slope']:.4f}".replace("-", "−") in texts(page)[1]
    assert f"from {E(W):.4f} to {E(nudged):.4f}" in texts(page)[1]

    page.click("Nudge from here")
    arrays, network = page.view.arrays, page.view.state["network"]
    assert page.value("nudge") == page.view.state["nudge"] == 0
    np.testing.assert_array_equal(network.layers[l - 1].W, nudged)
    assert arrays["E before"] == arrays["E"] == pytest.approx(E(nudged), rel=1e-12)
    agree(page, network, X)


def test_new_numbers_and_reset(page):
    first = page.everything()
    page.click("All factors")
    page.move("nudge", 0.5)
    page.click("New random numbers")
    assert page.value("nudge") == page.view.state["nudge"] == 0
    assert page.view.state["step"] == 8
    assert not np.isclose(page.view.state["x"], X).any()
    agree(page, page.view.state["network"], page.view.state["x"])
    page.click("Reset")
    assert page.view.state["step"] == 0 and page.everything() == first
    agree(page, NETWORK, X)


def test_without_a_kernel_its_first_state_stands_there(page):
    html = page.view._repr_mimebundle_()[0]["text/html"]
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
