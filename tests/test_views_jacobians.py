"""The live view of notebook 02: its arrays held to plain NumPy for many states, its actions, and what it says."""

from functools import partial

import numpy as np
import pytest

from nn_notes import numeric
from nn_notes.activations import ACTIVATIONS
from nn_notes.views import jacobians

Z = np.array([1.2, -0.7, 0.5])
W = np.array([[0.5, -1.0], [1.5, 0.3], [-0.4, 0.8]])
B = np.array([0.9, -0.2])

close = partial(np.testing.assert_allclose, rtol=1e-12, atol=1e-14)


@pytest.fixture
def view():
    return jacobians.view(Z, W, B)


def put(view, **state):
    """Set controls as a reader does, and give the arrays that follow."""
    for name, value in state.items():
        view._controls[name].value = value
    return view.arrays


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


@pytest.fixture(scope="module")
def same_view():
    return jacobians.view(Z, W, B)


@pytest.mark.parametrize("f", ["identity", "sigmoid", "tanh", "softmax"])
@pytest.mark.parametrize("along", ["z[1]", "W[2,0]", "b[1]", "all of z", "all of W", "all of b", "all"])
def test_its_arrays_are_numpys(same_view, f, along):
    z, W_now, b = Z + 0.15, W - 0.25, B + 0.35
    a = put(same_view, z=z, W=W_now, b=b, f=f, along=along, length=0.8)
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
        close(a[name], 0.8 * d)
    slope = numeric.jacobian(moved, 0.0)
    close(a["Δz′ predicted"], 0.8 * slope)
    close(a["Δz′ actual"], moved(0.8) - moved(0))
    for s, error in [(0.8, a["error"]), (0.4, a["error at half"])]:
        close(error, np.linalg.norm(moved(s) - moved(0) - s * slope))
    for s, actual, predicted, error in zip(
        jacobians.LENGTHS, a["actual curve"], a["predicted curve"], a["error curve"], strict=True
    ):
        close(actual, moved(s) - moved(0))
        close(predicted, s * slope)
        close(error, np.linalg.norm(actual - predicted))


def test_every_entry_is_a_direction(view):
    names = view._controls["along"].widget.options
    assert names[:4] == ("all of z", "all of W", "all of b", "all")
    assert len(names) == 4 + Z.size + W.size + B.size
    for along in names[4:]:
        a = put(view, along=along, length=1.0)
        assert sum(np.count_nonzero(a[name]) for name in ("Δz", "ΔW", "Δb")) == 1
        for name, d in zip(("Δz", "ΔW", "Δb"), unit(along), strict=True):
            np.testing.assert_array_equal(a[name], d)


def test_the_curves_and_dots_follow(view):
    before = view._picture.value
    put(view, length=1.5)
    assert view._picture.value != before
    before = view._picture.value
    put(view, along="b[1]")
    assert view._picture.value != before


def test_what_it_says(view):
    assert "wrong by 0.0795. At half the length it is wrong by 0.0158, which is 5.0 times less." in view._board.value
    put(view, f="identity")
    assert "the prediction is exact" in view._board.value
    # A product of two nudges is of second order, even without a bend.
    put(view, along="all")
    assert "which is 4.0 times less" in view._board.value
    # u₀ = 0.25 − 0.4 s crosses the kink between half the length and the whole.
    put(view, f="relu", along="z[2]", length=0.6)
    assert "the prediction is exact" in view._board.value
    put(view, length=0.7)
    assert "At half the length it is exact." in view._board.value


def test_new_numbers_and_reset(view):
    first = {name: array.copy() for name, array in view.arrays.items()}
    buttons = {button.description: button for button in view.widget.children[1].children[-1].children}
    assert list(buttons) == ["New random numbers", "Reset"]
    put(view, length=0.5, along="b[1]")
    buttons["New random numbers"].click()
    for name in ("z", "W", "b"):
        assert view.arrays[name].shape == first[name].shape
        assert (view.arrays[name] != first[name]).any()
        np.testing.assert_array_equal(view._controls[name].value, view.arrays[name])
    assert view.arrays["length"] == 0.5
    buttons["Reset"].click()
    for name, array in first.items():
        np.testing.assert_array_equal(view.arrays[name], array)


def test_without_a_kernel_its_first_state_stands_there(view):
    data = view._repr_mimebundle_()
    assert "<img" in data["text/html"]
    assert "∂z′/∂z" in data["text/html"]
    assert "wrong by 0.0795" in data["text/html"]


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
