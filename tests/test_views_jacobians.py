"""The live view of notebook 02: its arrays held to plain NumPy for many states, its actions, and what it says."""

from functools import partial

import numpy as np
import pytest
from page import Page

from nn_notes import numeric
from nn_notes.activations import ACTIVATIONS
from nn_notes.views import jacobians

Z = np.array([1.2, -0.7, 0.5])
W = np.array([[0.5, -1.0], [1.5, 0.3], [-0.4, 0.8]])
B = np.array([0.9, -0.2])

close = partial(np.testing.assert_allclose, rtol=1e-12, atol=1e-14)


@pytest.fixture
def page():
    return Page(jacobians.view(Z, W, B))


@pytest.fixture(scope="module")
def same_page():
    page = Page(jacobians.view(Z, W, B))
    for name, array in (("z", Z + 0.15), ("W", W - 0.25), ("b", B + 0.35)):
        for at, entry in np.ndenumerate(array):
            page.move(f"{name}[{','.join(map(str, at))}]", entry)
    page.move("length", 0.794)
    return page


def unit(along):
    """The nudges of z, W and b of length 1 that a direction's name stands for."""
    d = {"z": np.zeros_like(Z), "W": np.zeros_like(W), "b": np.zeros_like(B)}
    for name in d:
        if along in (f"all of {name}", "all"):
            d[name] += 1
        elif along.startswith(f"{name}["):
            d[name][tuple(map(int, along[2:-1].split(",")))] = 1
    length = np.sqrt(sum((a**2).sum() for a in d.values()))
    return d["z"] / length, d["W"] / length, d["b"] / length


@pytest.mark.parametrize("f", ["identity", "sigmoid", "tanh", "softmax"])
@pytest.mark.parametrize("along", ["z[1]", "W[2,0]", "b[1]", "all of z", "all of W", "all of b", "all"])
def test_its_arrays_are_numpys(same_page, f, along):
    z, W_now, b = Z + 0.15, W - 0.25, B + 0.35
    same_page.move("activation", f)
    same_page.move("nudge along", along)
    a, length = same_page.view.arrays, same_page.view.state["length"]
    assert length == 0.794
    f, (dz, dW, db) = ACTIVATIONS[f], unit(along)

    def moved(s):
        return f((z + s * dz) @ (W_now + s * dW) + b + s * db)

    close(a["u"], z @ W_now + b)
    close(a["z′"], moved(0))
    close(a["F"], numeric.jacobian(f, a["u"]))
    close(a["∂u/∂z"], W_now.T)
    close(a["∂z′/∂z"], numeric.jacobian(lambda z: f(z @ W_now + b), z))
    close(a["∂z′/∂b"], numeric.jacobian(lambda b: f(z @ W_now + b), b))
    for name, d in (("Δz", dz), ("ΔW", dW), ("Δb", db)):
        close(a[name], length * d)
    slope = numeric.jacobian(moved, 0.0)
    close(a["Δz′ predicted"], length * slope)
    close(a["Δz′ actual"], moved(length) - moved(0))
    for s, error in [(length, a["error"]), (length / 2, a["error at half"])]:
        close(error, np.linalg.norm(moved(s) - moved(0) - s * slope))
    for s, actual, predicted, error in zip(
        jacobians.LENGTHS, a["actual curve"], a["predicted curve"], a["error curve"], strict=True
    ):
        close(actual, moved(s) - moved(0))
        close(predicted, s * slope)
        close(error, np.linalg.norm(actual - predicted))
    shown = {words.partition(" = ")[0]: numbers for words, numbers in same_page.board().items()}
    for name in ("u", "z", "W", "b", "z′", "F", "∂u/∂z", "∂z′/∂z", "∂z′/∂b", "Δz", "Δz′ predicted", "Δz′ actual"):
        np.testing.assert_allclose(shown[name], np.atleast_2d(a[name]), rtol=0, atol=0.00501, err_msg=name)


def test_every_entry_is_a_direction(page):
    names = list(page.view.controls["along"].names)
    assert names[:4] == ["all of z", "all of W", "all of b", "all"]
    assert len(names) == 4 + Z.size + W.size + B.size
    page.move("length", 1.0)
    for along in names[4:]:
        page.move("nudge along", along)
        a = page.view.arrays
        assert sum(np.count_nonzero(a[name]) for name in ("Δz", "ΔW", "Δb")) == 1
        for name, d in zip(("Δz", "ΔW", "Δb"), unit(along), strict=True):
            np.testing.assert_array_equal(a[name], d)


def test_the_curves_and_dots_follow(page):
    # A length moves the dots alone, the others the curves too.
    for label, to in [("length", 1.5), ("nudge along", "b[1]"), ("z[0]", -1.0)]:
        before = np.array_split(page.pixels.copy(), 2, axis=1)
        page.move(label, to)
        for old, new in zip(before, np.array_split(page.pixels, 2, axis=1), strict=True):
            assert (old != new).any()


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
    page.move("length", 0.6)
    assert "the prediction is exact" in page.words()
    page.move("length", 0.7)
    assert "At half the length it is exact." in page.words()


def test_new_numbers_and_reset(page):
    first, arrays = page.everything(), page.view.arrays
    page.move("length", 0.5)
    page.move("nudge along", "b[1]")
    page.click("New random numbers")
    for name in ("z", "W", "b"):
        assert page.view.arrays[name].shape == arrays[name].shape
        assert (page.view.arrays[name] != arrays[name]).any()
        assert page.places[name] == page.view.arrays[name].ravel().tolist()
    assert (page.value("length"), page.value("nudge along")) == (0.501, "b[1]")
    page.click("Reset")
    assert page.everything() == first


def test_without_a_kernel_its_first_state_stands_there(page):
    html = page.view._repr_mimebundle_()[0]["text/html"]
    assert '<img alt="Left: the change of each output as the nudge grows' in html
    assert "<i>∂z′/∂z</i> <small>(2, 3)" in html
    assert "the prediction is wrong by 0.0795" in html


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((Z, W.T, B), r"z has shape \(3,\); it needs shape \(2,\)"),
        ((Z, W, Z), "b has shape"),
        (([[1]], W, B), "z has shape"),
    ],
)
def test_a_layer_that_does_not_fit_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        jacobians.view(*arguments)
