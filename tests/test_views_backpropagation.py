"""The live view of notebook 04: its model against plain NumPy, its steps, its actions, and its words."""

import re
from xml.etree import ElementTree

import numpy as np
import plain
import pytest
from page import Page, untagged

from nn_notes import Layer, Network, losses, numeric
from nn_notes.show import number
from nn_notes.views import backpropagation

NETWORK = Network.init([7, 5, 3, 2], ["tanh", "sigmoid", "softmax"], np.random.default_rng(4))
X, T = np.random.default_rng(5).normal(size=7), np.array([0.2, 0.8])


@pytest.fixture
def page():
    return Page(backpropagation.view(NETWORK, X, T, losses.cross_entropy))


def by_hand(network=NETWORK, x=X):
    """All that the pass comes to, the names of what it takes one step after the other, and E."""
    arrays, E = plain.backpropagation([(layer.W, layer.b, layer.activation.name) for layer in network.layers], x, T)
    return arrays, [name for name in arrays if name[0] in "δξ∂"], E


def agree(page, network=NETWORK, x=X):
    """The board is that by hand, as far as the pass has come."""
    arrays, steps, E = by_hand(network, x)
    unknown = {name: np.full_like(arrays[name], np.nan) for name in steps[page.view.state["step"] + 1 :]}
    page.shows(arrays | unknown)
    np.testing.assert_allclose(page.view.arrays["E"], E, rtol=1e-12)


def test_each_press_takes_one_factor_and_fills_it_in_place(page):
    agree(page)
    arrays, steps, _ = by_hand()
    sizes = [arrays[name].size for name in steps]
    for n in range(1, 9):
        page.click("Next factor")
        assert page.view.state["step"] == n and page.ended == (n == 8)
        # Nothing else on the board moves.
        assert len(page.message["cells"]) == sizes[n]
        assert [text for text, _ in page.cells].count("·") == sum(sizes[n + 1 :])
        agree(page)
    page.click("Next factor")
    assert page.view.state["step"] == 8 and "cells" not in page.message
    for label, step in [("Start again", 0), ("All factors", 8)]:
        page.click(label)
        assert page.ended == (step == 8)
        assert page.view.state["step"] == step
        agree(page)


@pytest.mark.parametrize(
    ("weight", "step", "words", "at"),
    [
        ("W(3)[2, 1]", 0, "Step 1 of 9: what the loss by itself hands back, ∂E/∂z, by (4.3)δ(3)[1] = ", 1),
        ("W(3)[2, 1]", 1, "Step 2 of 9: one factor F(3), by (4.5)ξ(3)[1] = ", 1),
        ("W(3)[2, 1]", 2, "Step 3 of 9: the gradients branch off, by (4.6) and (4.7)∂E/∂W(3)[2, 1] = ", (2, 1)),
        # Where the weight begins, and beyond that any neuron.
        ("W(3)[2, 1]", 3, "Step 4 of 9: one factor W(3)⊤, by (4.4)δ(2)[2] = ", 2),
        ("W(3)[2, 1]", 5, "Step 6 of 9: the gradients branch off, by (4.6) and (4.7)∂E/∂W(2)[0, 2] = ", (0, 2)),
        ("W(3)[2, 1]", 8, "Step 9 of 9: the gradients branch off, by (4.6) and (4.7)∂E/∂W(1)[0, 0] = ", (0, 0)),
        ("W(1)[6, 4]", 3, "Step 4 of 9: one factor W(3)⊤, by (4.4)δ(2)[0] = ", 0),
        ("W(1)[6, 4]", 6, "Step 7 of 9: one factor W(2)⊤, by (4.4)δ(1)[4] = ", 4),
    ],
)
def test_the_step_is_named_with_one_entry_in_numbers(page, weight, step, words, at):
    page.move("weight", weight)
    for _ in range(step):
        page.click("Next factor")
    said, (arrays, steps, _) = untagged(page.texts[0]), by_hand()
    assert said.startswith(words)
    *products, value = said.removeprefix(words).split(" = ")
    entry = arrays[steps[step]][at]
    assert value == plain.signed(entry, 3)
    assert len(products) == (step > 0)
    for product in products:
        worked_out = eval(product.replace("−", "-").replace("·", "*"))
        assert worked_out == pytest.approx(entry, abs=5e-3)


@pytest.mark.parametrize(("weight", "l", "i", "j"), [("W(1)[6, 4]", 1, 6, 4), ("W(3)[2, 0]", 3, 2, 0)])
def test_a_nudge_moves_the_loss_as_the_gradient_says(page, weight, l, i, j):
    page.move("weight", weight)
    page.move("nudge", 0.05)
    assert "not known yet" in page.texts[1]
    assert np.isnan(page.view.arrays["ΔE predicted"])
    page.click("All factors")

    def E(W):
        layers = list(NETWORK.layers)
        layers[l - 1] = Layer(W, layers[l - 1].b, layers[l - 1].activation)
        return losses.cross_entropy(Network(layers)(X), T)

    W, arrays, said = NETWORK.layers[l - 1].W, page.view.arrays, untagged(page.texts[1])
    assert arrays["slope"] == pytest.approx(numeric.jacobian(E, W)[i, j], rel=1e-12)
    nudged = W.copy()
    nudged[i, j] += 0.05
    assert arrays["ΔE actual"] == pytest.approx(E(nudged) - E(W), abs=1e-14)
    assert arrays["ΔE predicted"] == pytest.approx(arrays["ΔE actual"], rel=0.05)
    assert plain.signed(arrays["slope"], 4) in said and f"from {E(W):.4f} to {E(nudged):.4f}" in said

    page.click("Start from here")
    arrays, network = page.view.arrays, page.view.state["network"]
    assert page.value("nudge") == page.view.state["nudge"] == 0
    np.testing.assert_array_equal(network.layers[l - 1].W, nudged)
    assert arrays["E before"] == arrays["E"] == pytest.approx(E(nudged), rel=1e-12)
    agree(page, network)


def test_new_numbers_keep_the_step_and_take_the_nudge_back(page):
    page.click("All factors")
    page.move("nudge", 0.5)
    page.click("New random numbers")
    assert page.value("nudge") == page.view.state["nudge"] == 0
    assert page.view.state["step"] == 8
    assert not np.isclose(page.view.state["x"], X).any()
    agree(page, page.view.state["network"], page.view.state["x"])


def test_a_loss_of_zero_is_not_minus_zero():
    network = Network([Layer([[0.333, -2.75], [1.0, 0.017]], [0, 0], "identity")])
    page = Page(backpropagation.view(network, [0, 0], [0, 0], losses.mse))
    assert "goes from 0 to 0" in page.words()


# The drawing


def drawing(page):
    svg = re.search("<svg.*?</svg>", page.texts[2])[0]
    return ElementTree.fromstring(svg.replace(' xmlns="http://www.w3.org/2000/svg"', ""))


def widths(drawn):
    """How thick each edge is, by what is clicked to choose it."""
    edges = [path for path in drawn.findall("g")[0] if path.get("stroke-opacity")]
    lines = {path.get("d"): float(path.get("stroke-width")) for path in edges}
    return {path.get("data-to"): lines[path.get("d")] for path in drawn.iter("path") if path.get("data-to")}


def test_numbers_go_forward_in_the_neurons_and_back_below_them(page):
    for step in range(9):
        drawn, a = drawing(page), page.view.arrays
        texts = [text.text for text in drawn.findall("text") if text.text]
        forward = [number(z, 2) for row in a["z"] for z in row]
        back = [f"← {number(x)}" for l in range(1, 4) for x in a["δ"][l] if not np.isnan(x)]
        assert [text for text in texts if text in forward][: len(forward)] == forward
        assert sorted(text for text in texts if text[0] == "←") == sorted(back)
        assert len(back) == {0: 2, 1: 2, 2: 2, 3: 5, 4: 5, 5: 5}.get(step, 10)
        page.click("Next factor")


@pytest.mark.parametrize(
    ("step", "layer", "wanted"),
    [
        (0, None, None),
        (1, None, None),
        (2, 3, lambda a: a["G"][3]),
        (3, 3, lambda a: a["ξ"][3] * a["W"][3]),
        (4, None, None),
        (8, 1, lambda a: a["G"][1]),
    ],
)
def test_an_edge_is_as_thick_as_its_weight_or_as_what_a_step_did(page, step, layer, wanted):
    for _ in range(step):
        page.click("Next factor")
    seen, a = widths(drawing(page)), page.view.arrays
    for m, W in a["W"].items():
        shown = np.abs(wanted(a) if m == layer else W)
        for p, q in np.ndindex(W.shape):
            assert seen.pop(f"W({m})[{p}, {q}]") == pytest.approx(0.5 + 5 * shown[p, q] / shown.max(), abs=0.051)
    assert not seen


def test_an_edge_chooses_its_weight_and_a_nudge_lights_up_what_comes_after(page):
    page.do({"set": "weight", "to": "W(2)[1, 2]"})
    assert not page.error and page.view.state["weight"] == "W(2)[1, 2]"
    page.move("nudge", 0.3)
    bright = [path for path in drawing(page).findall("g")[0] if path.get("stroke-opacity") == "1"]
    # The weight itself, and from the neuron where it leads to both outputs.
    assert len(bright) == 1 + 2


def test_the_first_weight_is_the_one_over_which_the_loss_bends_most():
    view = backpropagation.view(NETWORK, X, T, losses.cross_entropy)

    def bend(weight):
        E = []
        for nudge in (-1, 0, 1):
            view.answer([{"act": "Reset"}, {"set": "weight", "to": weight}, {"set": "nudge", "to": float(nudge)}])
            E.append(float(view.arrays["E"]))
        return abs(E[0] - 2 * E[1] + E[2])

    first = view.state["weight"]
    assert first == max(view.controls["weight"].names, key=bend)


def test_a_network_whose_edges_nobody_could_tell_apart_is_not_drawn():
    wide = Network.init([20, 10, 2], ["tanh", "softmax"], np.random.default_rng(0))
    page = Page(backpropagation.view(wide, np.ones(20), T, "cross_entropy"))
    assert "<svg" not in page.words()
