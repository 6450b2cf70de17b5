"""Wrong calls over the whole public surface, in one table: each is told the argument, what it got and what it needs.

A case is a line, ``(call, kind, message)``: this call raises an error of just this kind, with this message from its
first letter to its last. No other test holds the words, so a message is reworded where it is raised, and here. ``…`` in
a message stands for the words of another library.
"""

import math
import os
import re
import sys
from collections import Counter
from functools import partial as do
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from strategies import MADE_SETS

from nn_notes import (
    ACTIVATIONS,
    LOSSES,
    Layer,
    Network,
    activations,
    answer,
    archive,
    backprop,
    check,
    compare,
    data,
    derivation,
    descent,
    graph,
    losses,
    notation,
    numeric,
    plots,
    practice,
    refute,
    show,
    tensors,
    views,
)
from nn_notes.activations import relu, tanh
from nn_notes.checks import verdict as verdict_on
from nn_notes.counting import multiplications
from nn_notes.explore import Choice, Line, LogSlider, Slider, Sliders
from nn_notes.family import member
from nn_notes.losses import cross_entropy, mse, sigmoid_cross_entropy, softmax_cross_entropy
from nn_notes.practice import KINDS, exercise
from nn_notes.views import (
    activation_curves,
    backpropagation,
    derivative_shapes,
    gradient_descent,
    jacobians,
    single_layer,
    weight_tensor,
)
from nn_notes.views import losses as losses_view

RNG = np.random.default_rng(0)
NAN, INF = np.nan, np.inf
PAIR = ([[0, 1, 1], [1, 0, 1]], [[1, 0], [0, 1]])
X, T = PAIR
RAGGED = [[1, 2, 3], [4, 5]]
MASKED = np.ma.masked_equal([[-999.0, 3.0]], -999)
GOOD_X, GOOD_T = [1, 2, 3], [1, 0]
FORM = np.ones(2)
GOAL = derivation.Goal("u", "k", derivation.outputs, {"D": 3})
FIGURE, (AX, *AXES) = plots.figure(4)
BOX = plots.figure(subplot_kw={"projection": "3d"})[1]
NAMES = ("across", "up")
# A device that a failing test can do no harm to.
TERMINAL = os.ttyname(os.openpty()[1])
TABLE = np.ones((2, 3))
CODE = Path(views.__file__)
DIGITS = CODE.parents[1] / "digits.npz"


class Foreign(activations.Sigmoid):
    """An activation of the user's own."""


class Tanh(activations.Tanh):
    """Another, with a name that is taken."""


class Metres(np.ndarray):
    """As astropy has it: an array with a unit."""

    unit = "m"


class Quantity:
    """As pint has it: no array, but with units."""

    units = "metre"


class Traced:
    """As a tensor is that a library follows: it refuses to be an array."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("use tensor.detach().numpy() instead")


def silent(a):
    return a * NAN


def nothing(a):
    return None


def spoilt(layer):
    layer.W[0, 0] = NAN
    return layer


def network(activation="softmax"):
    return Network([Layer([[1, 0], [0, 1], [1, 1]], [1, 0], activation)])


def narrow():
    return Network([Layer([[1], [0], [1]], [1], "identity")])


def imaginary():
    return Network(Layer([[1j, 0]] * 3, [0, 0], "tanh"))


def far():
    """Weights with which the way back is too long for any number."""
    return Network([Layer([[1e-200]], [0], "identity"), Layer([[1e200]], [0], "identity")])


def fit(net=None, train=PAIR, validation=PAIR, **changed):
    """A short run with everything right, but for what is ``changed``."""
    right = {"loss": "mse", "learning_rate": 0.1, "epochs": 2, "batch_size": 1, "patience": None, "progress": False}
    right["rng"] = np.random.default_rng(0)
    return do(descent.fit, network() if net is None else net, train, validation, **(right | changed))


def gradients(net=None, x=GOOD_X, t=GOOD_T, loss=mse):
    return do(backprop.gradients, network() if net is None else net, x, t, loss)


def long_gradients(net=None, x=GOOD_X, t=GOOD_T, loss=mse):
    return do(tensors.gradients, network() if net is None else net, x, t, loss)


def digits(images=TABLE, probabilities=TABLE, labels=(1, 2), axes=None):
    return do(plots.digits, [AXES[:2], AXES[1:]] if axes is None else axes, images, probabilities, labels)


ONE_F = f"it needs one of {', '.join(ACTIVATIONS)}"
ONE_E = f"it needs one of {', '.join(LOSSES)}"

# fmt: off


# What all arguments of a kind have in common: here ``call`` takes the argument, and gives the call.


def no_array(call, name, axes=(), shape=None):
    """What is no array of numbers; and one with an axis too few, one with one too many, and one of another shape."""
    wrong = [(1,) * 5] if shape else [(1,) * n for n in (min(axes) - 1, max(axes) + 1)] if axes else []
    needs = f"it needs shape {shape}" if shape else f"its number of axes needs to be {' or '.join(map(str, axes))}"
    return [
        (call(None), TypeError, f"{name} is of type NoneType; it needs real numbers"),
        (call("1"), TypeError, f"{name} is '1'; it needs real numbers"),
        (call(RAGGED), ValueError, f"{name} is ragged (…); it needs rows of equal length"),
        *[(call(np.ones(given)), ValueError, f"{name} has shape {given}; {needs}") for given in wrong],
    ]


def no_index(call, name):
    return [
        (call("1"), TypeError, f"{name} is '1'; it needs a whole number"),
        (call(1.0), TypeError, f"{name} is of type float; it needs a whole number"),
        (call(True), TypeError, f"{name} is of type bool; it needs a whole number"),
    ]


def no_number(call, name):
    return [
        (call(None), TypeError, f"{name} is of type NoneType; it needs one real number"),
        (call("1"), TypeError, f"{name} is '1'; it needs one real number"),
        (call(True), TypeError, f"{name} is of type bool; it needs one real number"),
        (call(1j), TypeError, f"{name} is of type complex; it needs one real number"),
        (call(np.ones(1)), TypeError, f"{name} is of type ndarray; it needs one real number"),
        (call(NAN), ValueError, f"{name} is nan; it needs a finite number"),
        (call(INF), ValueError, f"{name} is inf; it needs a finite number"),
    ]


def no_generator(call):
    return [
        (call(0), TypeError, "rng is of type int; it needs a generator, as np.random.default_rng(0) gives"),
        (call(None), TypeError, "rng is of type NoneType; it needs a generator, as np.random.default_rng(0) gives"),
        (call(np.random), TypeError, "rng is of type module; it needs a generator, as np.random.default_rng(0) gives"),
    ]


def no_network(call):
    return [
        (call("network"), TypeError, "network is 'network'; it needs a Network"),
        (call([*network().layers]), TypeError, "network is of type list; it needs a Network"),
        (call(Network), TypeError, "network is the class Network; it needs a Network"),
    ]


def no_activation(call, name="activation"):
    return [
        (call("ReLU"), ValueError, f"{name} is 'ReLU'; {ONE_F}"),
        (call(None), TypeError, f"{name} is of type NoneType; {ONE_F}, by name or as an object"),
        (call(np.tanh), TypeError, f"{name} is of type ufunc; {ONE_F}, by name or as an object"),
        (call(mse), TypeError, f"{name} is of type MSE; {ONE_F}, by name or as an object"),
        (call(activations.ReLU), TypeError, f"{name} is the class ReLU; {ONE_F}, by name or as an object"),
    ]


def no_loss(call):
    return [
        (call("MSE"), ValueError, f"loss is 'MSE'; {ONE_E}"),
        (call(None), TypeError, f"loss is of type NoneType; {ONE_E}, by name or as an object"),
        (call(np.square), TypeError, f"loss is of type ufunc; {ONE_E}, by name or as an object"),
        (call([mse]), TypeError, f"loss is of type list; {ONE_E}, by name or as an object"),
        (call(losses.MSE), TypeError, f"loss is the class MSE; {ONE_E}, by name or as an object"),
    ]


# What all members of a family have in common, a new one too.


def of_activation(f):
    """What every activation says."""
    calls = [do(f), do(f.jacobian), do(f.vjp, [1.0])]
    if isinstance(f, activations.ComponentWise):
        calls.append(do(f.derivative))
    return [
        *[row for call in calls for row in [
            *no_array(lambda u, call=call: do(call, u), "u", axes=(1, 2)),
            (do(call, [[1, 2], [-INF, 3]]), ValueError, "u[1, 0] is -inf; it needs finite numbers"),
        ]],
        (do(f, ["1", "2"]), TypeError, "u is an array of <U1; it needs real numbers"),
        (do(f, [1, None]), TypeError, "u is an array of object; it needs real numbers"),
        (do(f, {1, 2}), TypeError, "u is of type set; it needs real numbers"),
        (do(f, {"a": 1}), TypeError, "u is of type dict; it needs real numbers"),
        (do(f, b"12"), TypeError, "u is of type bytes; it needs real numbers"),
        (do(f, np.array(["2026-01-01"], "datetime64[D]")), TypeError, "u is an array of datetime64[D]; it needs real numbers"),
        (do(f, [1, NAN]), ValueError, "u[1] is nan; it needs finite numbers"),
        (do(f, [complex(0, NAN)]), ValueError, "u[0] is nanj; it needs finite numbers"),
        *no_array(lambda delta: do(f.vjp, delta, [1.0]), "delta", shape=(1,)),
        (do(f.vjp, [1, 2], [1, 2, 3]), ValueError, "delta has shape (2,); it needs shape (3,)"),
        (do(f.vjp, [1, 2], [[1, 2]]), ValueError, "delta has shape (2,); it needs shape (1, 2)"),
        (do(f.vjp, [NAN, 2], [1, 2]), ValueError, "delta[0] is nan; it needs finite numbers"),
    ]


def of_loss(E):
    """What every loss says."""
    return [
        *[row for call in (E, E.gradient) for row in [
            *no_array(lambda y, call=call: do(call, y, [1.0]), "y", axes=(1, 2)),
            *no_array(lambda t, call=call: do(call, [1.0], t), "t", shape=(1,)),
            (do(call, [NAN], [1]), ValueError, "y[0] is nan; it needs finite numbers"),
            (do(call, [1], [INF]), ValueError, "t[0] is inf; it needs finite numbers"),
        ]],
        (do(E, [], []), ValueError, "y has shape (0,); it needs at least one entry to each sample"),
        (do(E, [1], ["1"]), TypeError, "t is an array of <U1; it needs real numbers"),
        (do(E, [1], [1j]), TypeError, "t is complex; it needs real numbers"),
        (do(E, [[1, 2]], [True, False]), ValueError, "t has shape (2,); it needs shape (1, 2)"),
        (do(E, [[1, 2]], [1, NAN]), ValueError, "t has shape (2,); it needs shape (1, 2)"),
        (do(E, [1, 2], 1), ValueError, "t has shape (); it needs shape (2,), as data.one_hot(t, 2) makes of labels"),
        (do(E, [1, 2], [1]), ValueError, "t has shape (1,); it needs shape (2,), as data.one_hot(t[..., 0], 2) makes of labels"),
        (do(E, [1], 1), ValueError, "t has shape (); it needs shape (1,), as t[..., None] has"),
        (do(E, TABLE, [1, 2]), ValueError, "t has shape (2,); it needs shape (2, 3), as data.one_hot(t, 3) makes of labels"),
        (do(E, TABLE, [[1], [2]]), ValueError, "t has shape (2, 1); it needs shape (2, 3), as data.one_hot(t[..., 0], 3) makes of labels"),
        (do(E, [[1], [2]], [1, 2]), ValueError, "t has shape (2,); it needs shape (2, 1), as t[..., None] has"),
    ]


def of_gradients(gradients):
    """What both forms of backpropagation say."""
    return [
        *no_network(gradients),
        *no_array(lambda x: gradients(x=x, t="no t"), "x", axes=(1, 2)),
        (gradients(x=[1, 2], t="no t"), ValueError, "x has shape (2,); its last axis needs length 3"),
        (gradients(x=np.zeros((0, 3)), t=np.zeros((0, 2))), ValueError, "x is empty, of shape (0, 3); it needs at least one entry on every axis"),
        (gradients(x=[1, NAN, 3]), ValueError, "x[1] is nan; it needs finite numbers"),
        *no_array(lambda t: gradients(t=t), "t", shape=(2,)),
        (gradients(t=[1j, 0]), TypeError, "t is complex; it needs real numbers"),
        (gradients(t=[[1, 0]]), ValueError, "t has shape (1, 2); it needs shape (2,)"),
        (gradients(x=[GOOD_X] * 2, t=[GOOD_T]), ValueError, "t has shape (1, 2); it needs shape (2, 2)"),
        (gradients(t=2), ValueError, "t has shape (); it needs shape (2,), as data.one_hot(t, 2) makes of labels"),
        (gradients(t=[1]), ValueError, "t has shape (1,); it needs shape (2,), as data.one_hot(t[..., 0], 2) makes of labels"),
        (gradients(x=X, t=[0, 1]), ValueError, "t has shape (2,); it needs shape (2, 2), as data.one_hot(t, 2) makes of labels"),
        (gradients(t=[1, 1], loss=cross_entropy), ValueError, "t sums to 2; it needs to sum to 1 in every sample, as probabilities do"),
        (gradients(t=[0, 2], loss=sigmoid_cross_entropy), ValueError, "t runs from 0 to 2; it needs labels from 0 to 1"),
        (gradients(network("identity"), x=[1e200, 0, 0]), FloatingPointError, "the loss is inf at network(x)[0], which is 1e+200 where t[0] is 1"),
    ]


def behind_its_activation(fitted):
    """What the losses that take logits say of a network that ends in an activation which they hold inside."""
    return [
        (fitted(network(last), E), ValueError, f"network ends in {last}; it needs identity there, since {E} takes logits")
        for E in LOSSES.values() if isinstance(E, losses.FromLogits) for last in ("softmax", "sigmoid")
    ]


def of_made_set(made):
    """What every set that is made of random numbers says."""
    return [
        *no_index(lambda n: do(made, n, RNG), "n"),
        (do(made, 0, RNG), ValueError, "n is 0; it needs 1 or more"),
        *no_generator(lambda rng: do(made, 7, rng)),
        *no_number(lambda noise: do(made, 7, RNG, noise), "noise"),
        (do(made, 7, RNG, -0.1), ValueError, "noise is -0.1; it needs 0 or more"),
    ]


WRONG = [
    # family
    *no_activation(lambda f: do(member, "f", f, ACTIVATIONS, activations.Activation), "f"),
    (do(member, "f", "relu(slope=1)", ACTIVATIONS, activations.Activation), ValueError, "f is 'relu(slope=1)' (…); it needs to be like relu"),
    (do(member, "f", "relu(1)", ACTIVATIONS, activations.Activation), ValueError, "f is 'relu(1)' (…); it needs to be like relu"),

    # activations
    *[row for f in ACTIVATIONS.values() for row in of_activation(f)],
    (do(relu, MASKED), TypeError, "u carries a mask; it needs plain numbers: fill or drop the masked ones first"),
    (do(relu, [MASKED[0], MASKED[0]]), TypeError, "u carries a mask; it needs plain numbers: fill or drop the masked ones first"),
    (do(relu, np.ones(2).view(Metres)), TypeError, "u carries a unit; it needs plain numbers: divide by the unit first"),
    (do(relu, Quantity()), TypeError, "u carries units; it needs plain numbers: divide by the units first"),
    (do(relu, Traced()), TypeError, "u is of type Traced and gives no array (use tensor.detach().numpy() instead); it needs real numbers"),
    (do(tanh.derivative, [1e308j]), FloatingPointError, "tanh.derivative[0] is (nan+nanj); it needs numbers that complex128 can hold on the way to it"),

    # losses
    *[row for E in LOSSES.values() for row in of_loss(E)],
    (do(mse, [1e308, 0], [0, 0]), FloatingPointError, "mse is inf; it needs numbers that float64 can hold on the way to it"),
    (do(mse, [[1, 2], [1e200, 0]], np.zeros((2, 2))), FloatingPointError, "mse[1] is inf; it needs numbers that float64 can hold on the way to it"),
    (do(mse, np.float32([1e20, 0]), np.float32([0, 0])), FloatingPointError, "mse is inf; it needs numbers that float32 can hold on the way to it"),
    (do(cross_entropy, [-1, 2], [1, 0]), ValueError, "y runs from -1 to 2; it needs probabilities, from 0 to 1 (softmax_cross_entropy takes logits)"),
    (do(cross_entropy.gradient, [0.5, 1.1], [1, 0]), ValueError, "y runs from 0.5 to 1.1; it needs probabilities, from 0 to 1 (softmax_cross_entropy takes logits)"),
    *[row for E in (cross_entropy, softmax_cross_entropy) for row in [
        (do(E, [0.5, 0.5], [-1, 2]), ValueError, "t has the entry -1; it needs probabilities, which are not negative"),
        (do(E.gradient, [0.5, 0.5], [1.5, -0.5]), ValueError, "t has the entry -0.5; it needs probabilities, which are not negative"),
        (do(E, [0.5, 0.5], [0, 0]), ValueError, "t sums to 0; it needs to sum to 1 in every sample, as probabilities do"),
        (do(E, [0.5, 0.5], [1e308, 1e308]), ValueError, "t sums to inf; it needs to sum to 1 in every sample, as probabilities do"),
        (do(E, [[0.5, 0.5]] * 2, [[1, 0], [1, 1]]), ValueError, "t sums to 2; it needs to sum to 1 in every sample, as probabilities do"),
        (do(E, [[0.5, 0.5]] * 3, [[1, 0], [1, 1], [0.5, 0]]), ValueError, "t sums to 2; it needs to sum to 1 in every sample, as probabilities do"),
        (do(E, [[0.5, 0.5]] * 3, [[1, 0], [1, 0.25], [0.5, 0]]), ValueError, "t sums to 0.5; it needs to sum to 1 in every sample, as probabilities do"),
    ]],
    (do(softmax_cross_entropy, np.zeros((200, 10)), np.zeros(200)), ValueError, "t has shape (200,); it needs shape (200, 10), as data.one_hot(t, 10) makes of labels"),
    (do(sigmoid_cross_entropy, [1, 1], [0, 2]), ValueError, "t runs from 0 to 2; it needs labels from 0 to 1"),
    (do(sigmoid_cross_entropy, [1, 1], [-0.5, 2]), ValueError, "t runs from -0.5 to 2; it needs labels from 0 to 1"),
    (do(sigmoid_cross_entropy, [1, 1], [-1, 1]), ValueError, "t runs from -1 to 1; it needs labels from 0 to 1"),

    # archive
    (do(archive.checked_path, 3), TypeError, "path is of type int; it needs text or a pathlib.Path"),
    (do(archive.checked_path, TERMINAL), ValueError, f"path {TERMINAL!r} is a device or a pipe; it needs to be a file"),

    # network
    *no_array(lambda W: do(Layer, W, [1.0], "tanh"), "W", axes=(2,)),
    (do(Layer, np.zeros((0, 2)), [1, 2], "relu"), ValueError, "W is empty, of shape (0, 2); it needs at least one entry on every axis"),
    (do(Layer, [[1, NAN]], [1, 2], "relu"), ValueError, "W[0, 1] is nan; it needs finite numbers"),
    (do(Layer, [[complex(NAN, 0)]], [1], "relu"), ValueError, "W[0, 0] is (nan+0j); it needs finite numbers"),
    *no_array(lambda b: do(Layer, [[1.0]], b, "tanh"), "b", shape=(1,)),
    (do(Layer, [[1, 2]], [1], "relu"), ValueError, "b has shape (1,); it needs shape (2,)"),
    (do(Layer, [[1, 2]], [[1], [2]], "relu"), ValueError, "b has shape (2, 1); it needs shape (2,)"),
    (do(Layer, [[1]], [INF], "relu"), ValueError, "b[0] is inf; it needs finite numbers"),
    *no_activation(lambda f: do(Layer, [[1]], [1], f)),
    *no_array(lambda z: do(network().layers[0], z), "z", axes=(1, 2)),
    (do(network().layers[0], [1, 2]), ValueError, "z has shape (2,); its last axis needs length 3"),
    (do(network().layers[0], [1, NAN, 2]), ValueError, "z[1] is nan; it needs finite numbers"),
    (do(Layer([[1e308]], [0], "relu"), [[0], [2]]), FloatingPointError, "u[1, 0] is inf; it needs numbers that float64 can hold on the way to it"),
    (do(Network, []), ValueError, "layers is empty; it needs at least one Layer"),
    (do(Network, None), TypeError, "layers is of type NoneType; it needs a list"),
    (do(Network, np.array(1.0)), TypeError, "layers is of type ndarray; it needs a list"),
    (do(Network, ["relu"]), TypeError, "layers[0] is 'relu'; it needs a Layer"),
    (do(Network, [network().layers[0], None]), TypeError, "layers[1] is of type NoneType; it needs a Layer"),
    (do(Network, [*network().layers, *network().layers]), ValueError, "layers[1] takes 3 inputs; it needs 2, which is what layers[0] gives"),
    (do(Network.init, "32", ["relu"], RNG), TypeError, "sizes is '32'; it needs a list"),
    (do(Network.init, np.array(3), ["tanh"], RNG), TypeError, "sizes is of type ndarray; it needs a list"),
    *no_index(lambda n: do(Network.init, [3, n], ["relu"], RNG), "sizes[1]"),
    (do(Network.init, [3, 0], ["relu"], RNG), ValueError, "sizes[1] is 0; it needs 1 or more"),
    (do(Network.init, [3], ["relu"], RNG), ValueError, "sizes has 1 entries and activations 1; it needs at least one activation, and one size more"),
    (do(Network.init, [3], [], RNG), ValueError, "sizes has 1 entries and activations 0; it needs at least one activation, and one size more"),
    (do(Network.init, [3, 5, 2], ["tanh"], RNG), ValueError, "sizes has 3 entries and activations 1; it needs at least one activation, and one size more"),
    (do(Network.init, [3, 2], ["relu", "tanh"], RNG), ValueError, "sizes has 2 entries and activations 2; it needs at least one activation, and one size more"),
    (do(Network.init, [3, 2], "relu", RNG), TypeError, "activations is 'relu'; it needs a list"),
    (do(Network.init, [3, 2], relu, RNG), TypeError, "activations is of type ReLU; it needs a list"),
    *no_activation(lambda f: do(Network.init, [3, 2], [f], RNG), "activations[0]"),
    *no_generator(lambda rng: do(Network.init, [3, 2], ["relu"], rng)),
    *[row for call in (network(), network().forward) for row in [
        *no_array(lambda x, call=call: do(call, x), "x", axes=(1, 2)),
        (do(call, [1, 2]), ValueError, "x has shape (2,); its last axis needs length 3"),
        (do(call, [1, 2, NAN]), ValueError, "x[2] is nan; it needs finite numbers"),
        (do(call, [1, 2, -INF]), ValueError, "x[2] is -inf; it needs finite numbers"),
        (do(call, [1.7e308, 0, 1e308]), FloatingPointError, "u[0][0] is inf; it needs numbers that float64 can hold on the way to it"),
    ]],
    (do(network().save, None), TypeError, "path is of type NoneType; it needs text or a pathlib.Path"),
    (do(network().save, b"network.npz"), TypeError, "path is of type bytes; it needs text or a pathlib.Path"),
    (do(network().save, TERMINAL), ValueError, f"path {TERMINAL!r} is a device or a pipe; it needs to be a file"),
    (do(Network(spoilt(network().layers[0])).save, "never.npz"), ValueError, "W[0, 0] is nan; it needs finite numbers"),
    (do(Network(Layer([[1]], [1], Foreign())).save, "never.npz"), ValueError, f"activation is 'foreign', of another class; {ONE_F}"),
    (do(Network(Layer([[1]], [1], Tanh())).save, "never.npz"), ValueError, f"activation is 'tanh', of another class; {ONE_F}"),
    (do(Network.load, 3), TypeError, "path is of type int; it needs text or a pathlib.Path"),
    (do(Network.load, TERMINAL), ValueError, f"path {TERMINAL!r} is a device or a pipe; it needs to be a file"),
    (do(Network.load, CODE), ValueError, f"path {str(CODE)!r} holds no network (…); it needs a file that save wrote"),
    (do(Network.load, DIGITS), ValueError, f"path {str(DIGITS)!r} holds no network (ValueError: images.npy is compressed); it needs a file that save wrote"),

    # backprop
    *of_gradients(gradients),
    *behind_its_activation(lambda net, E: gradients(net, loss=E)),
    *behind_its_activation(lambda net, E: gradients(net, loss=E.name)),
    *no_loss(lambda loss: gradients(loss=loss)),
    (gradients(network("relu"), loss="cross_entropy"), ValueError, "network(x) runs from 5 to 5; it needs probabilities, from 0 to 1 (softmax_cross_entropy takes logits)"),
    (gradients(Network(spoilt(network().layers[0]))), FloatingPointError, "the loss is nan, and its gradient not finite, at network(x)[0], which is nan where t[0] is 1"),
    (gradients(Network(Layer([[1]], [0], "sigmoid")), [[1], [-1e4]], [[1], [1]], "cross_entropy"), FloatingPointError, "the loss is inf, and its gradient not finite, at network(x)[1, 0], which is 0 where t[1, 0] is 1; softmax_cross_entropy and sigmoid_cross_entropy take logits, and stay finite there"),
    (gradients(Network(Layer([[1.3e254]], [0], "identity")), [[1e-100]] * 2, [[0]] * 2), FloatingPointError, "the loss is inf; it needs numbers that float64 can hold on the way to it"),
    (gradients(far(), [1e150], [-1e120]), FloatingPointError, "the gradient by layers[0].W[0, 0] is inf; it needs numbers that float64 can hold on the way to it"),

    # descent
    *no_network(fit),
    (fit(imaginary()), TypeError, "network has complex parameters; it needs real ones"),
    (fit(Network(spoilt(network().layers[0]))), ValueError, "W[0, 0] is nan; it needs finite numbers"),
    (fit(train=None), TypeError, "train is of type NoneType; it needs a pair (X, T)"),
    (fit(train="XT"), TypeError, "train is 'XT'; it needs a pair (X, T)"),
    (fit(train=np.ones((2, 3))), TypeError, "train is of type ndarray; it needs a pair (X, T)"),
    (fit(train=[1, 2, 3]), ValueError, "train has 3 entries; it needs two, as a pair (X, T)"),
    (fit(train=(X,)), ValueError, "train has 1 entries; it needs two, as a pair (X, T)"),
    *no_array(lambda X: fit(train=(X, T)), "train[0]", axes=(2,)),
    (fit(train=([[1j, 0, 0]], [[1, 0]])), TypeError, "train[0] is complex; it needs real numbers"),
    (fit(train=([[1, 2]], [[1, 0]])), ValueError, "train[0] has shape (1, 2); its last axis needs length 3"),
    (fit(train=(np.ones((0, 3)), np.ones((0, 2)))), ValueError, "train[0] is empty, of shape (0, 3); it needs at least one entry on every axis"),
    (fit(train=([[1, 2, NAN]], [[1, 0]])), ValueError, "train[0][0, 2] is nan; it needs finite numbers"),
    *no_array(lambda T: fit(train=(X, T)), "train[1]", shape=(2, 2)),
    (fit(train=(X, X)), ValueError, "train[1] has shape (2, 3); it needs shape (2, 2)"),
    (fit(train=(X, [0, 1])), ValueError, "train[1] has shape (2,); it needs shape (2, 2), as data.one_hot(train[1], 2) makes of labels"),
    (fit(narrow(), train=(X, [0, 1])), ValueError, "train[1] has shape (2,); it needs shape (2, 1), as train[1][..., None] has"),
    (fit(train=(X, [[1, 1], [0, 1]]), loss="cross_entropy"), ValueError, "train[1] sums to 2; it needs to sum to 1 in every sample, as probabilities do"),
    (fit(train=(X, [[0, 2], [1, 0]]), loss="sigmoid_cross_entropy"), ValueError, "train[1] runs from 0 to 2; it needs labels from 0 to 1"),
    *no_array(lambda X: fit(validation=(X, T)), "validation[0]", axes=(2,)),
    (fit(validation=(T, T)), ValueError, "validation[0] has shape (2, 2); its last axis needs length 3"),
    (fit(validation=(np.ones((0, 3)), np.ones((0, 2)))), ValueError, "validation[0] is empty, of shape (0, 3); it needs at least one entry on every axis"),
    (fit(validation=([[1, 2, INF]], [[1, 0]])), ValueError, "validation[0][0, 2] is inf; it needs finite numbers"),
    *no_array(lambda T: fit(validation=(X, T)), "validation[1]", shape=(2, 2)),
    (fit(validation=(X, X)), ValueError, "validation[1] has shape (2, 3); it needs shape (2, 2)"),
    (fit(validation=(X, [[0], [1]])), ValueError, "validation[1] has shape (2, 1); it needs shape (2, 2), as data.one_hot(validation[1][..., 0], 2) makes of labels"),
    (fit(validation=(X, [[0.5, 0.4], [0, 1]]), loss="cross_entropy"), ValueError, "validation[1] sums to 0.9; it needs to sum to 1 in every sample, as probabilities do"),
    *behind_its_activation(lambda net, E: fit(net, loss=E.name)),
    (fit(network("identity"), loss="cross_entropy"), ValueError, "network(train[0]) runs from 1 to 3; it needs probabilities, from 0 to 1 (softmax_cross_entropy takes logits)"),
    *no_loss(lambda loss: fit(loss=loss)),
    *no_number(lambda γ: fit(learning_rate=γ), "learning_rate"),
    (fit(learning_rate=0), ValueError, "learning_rate is 0; it needs more than 0"),
    *no_index(lambda n: fit(epochs=n), "epochs"),
    (fit(epochs=0), ValueError, "epochs is 0; it needs 1 or more"),
    *no_index(lambda n: fit(batch_size=n), "batch_size"),
    (fit(batch_size=0), ValueError, "batch_size is 0; it needs 1 to 2"),
    (fit(batch_size=3), ValueError, "batch_size is 3; it needs 1 to 2"),
    (fit(batch_size=None), TypeError, "batch_size is of type NoneType; it needs a whole number"),
    *no_index(lambda n: fit(patience=n), "patience"),
    (fit(patience=0), ValueError, "patience is 0; it needs 1 or more"),
    *no_generator(lambda rng: fit(rng=rng)),
    (fit(train=(X, [[1e200, 0], [0, 1]])), FloatingPointError, "the loss is inf at network(train[0])[0, 0], which is 0.5 where train[1][0, 0] is 1e+200"),
    (fit(validation=(X, [[1e200, 0], [0, 1]])), FloatingPointError, "the loss is inf at network(validation[0])[0, 0], which is 0.5 where validation[1][0, 0] is 1e+200"),
    *no_array(lambda theta: do(descent.path, np.square, theta, 0.1, 1), "theta", axes=(1,)),
    (do(descent.path, np.square, [NAN], 0.1, 1), ValueError, "theta[0] is nan; it needs finite numbers"),
    (do(descent.path, [1, 2], [1, 2], 0.1, 1), TypeError, "gradient is of type list; it needs a function"),
    (do(descent.path, str, [1.0], 0.1, 1), TypeError, "gradient(theta) is '[1.]'; it needs real numbers"),
    (do(descent.path, nothing, [1.0], 0.1, 1), TypeError, "gradient(theta) is of type NoneType; it needs real numbers"),
    (do(descent.path, np.sum, [1, 2], 0.1, 1), ValueError, "gradient(theta) has shape (); it needs shape (2,)"),
    (do(descent.path, lambda theta: np.ones(3), [1, 2], 0.1, 1), ValueError, "gradient(theta) has shape (3,); it needs shape (2,)"),
    *no_number(lambda γ: do(descent.path, np.square, [1], γ, 1), "learning_rate"),
    (do(descent.path, np.square, [1], 0, 1), ValueError, "learning_rate is 0; it needs more than 0"),
    *no_index(lambda n: do(descent.path, np.square, [1], 0.1, n), "steps"),
    (do(descent.path, np.square, [1], 0.1, -1), ValueError, "steps is -1; it needs 0 or more"),

    # tensors
    *no_array(lambda outer: do(tensors.chain, outer, [1.0], 0), "outer"),
    *no_array(lambda inner: do(tensors.chain, [1.0], inner, 0), "inner"),
    *no_index(lambda n: do(tensors.chain, [1], [1], n), "middle"),
    (do(tensors.chain, [1], [1], 2), ValueError, "middle is 2; it needs 0 to 1"),
    (do(tensors.chain, TABLE, FORM, 2), ValueError, "middle is 2; it needs 0 to 1"),
    (do(tensors.chain, FORM, TABLE, 2), ValueError, "middle is 2; it needs 0 to 1"),
    (do(tensors.chain, [1], [1], -1), ValueError, "middle is -1; it needs 0 to 1"),
    (do(tensors.chain, [[1, 2]], [[1]], 1), ValueError, "outer ends in the axes (2,) and inner begins with (1,); the chain needs them equal"),
    (do(tensors.chain, np.ones((2, 3, 5)), np.ones((3, 2)), 2), ValueError, "outer ends in the axes (3, 5) and inner begins with (3, 2); the chain needs them equal"),
    (do(tensors.chain, [10], [[1e308]], 1), FloatingPointError, "chain[0] is inf; it needs numbers that float64 can hold on the way to it"),
    *no_array(lambda N: do(tensors.other_layout, N, 0), "N"),
    *no_index(lambda n: do(tensors.other_layout, [1, 2], n), "first_axes"),
    (do(tensors.other_layout, [1, 2], 2), ValueError, "first_axes is 2; it needs 0 to 1"),
    (do(tensors.other_layout, [[1, 2]], -1), ValueError, "first_axes is -1; it needs 0 to 2"),
    *no_array(lambda W: do(tensors.du_dz, W), "W", axes=(2,)),
    (do(tensors.du_dz, [[NAN]]), ValueError, "W[0, 0] is nan; it needs finite numbers"),
    *no_array(lambda z: do(tensors.du_dW, z, 2), "z", axes=(1, 2)),
    (do(tensors.du_dW, [NAN], 2), ValueError, "z[0] is nan; it needs finite numbers"),
    *[row for call in (do(tensors.du_dW, [1, 2]), do(tensors.du_db)) for row in [
        *no_index(lambda n, call=call: do(call, n), "M_out"),
        (do(call, 0), ValueError, "M_out is 0; it needs 1 or more"),
    ]],
    *[row for call in (do(tensors.dz_db), do(tensors.dz_dz, W=TABLE), do(tensors.twin_dz_dz, W=TABLE), do(tensors.dz_dW, T=TABLE)) for row in [
        *no_array(lambda F, call=call: do(call, F), "F", axes=(2, 3)),
        (do(call, [[1, 2]]), ValueError, "F has shape (1, 2); it needs its last two axes equal"),
        (do(call, np.ones((7, 2, 3))), ValueError, "F has shape (7, 2, 3); it needs its last two axes equal"),
        (do(call, [[NAN]]), ValueError, "F[0, 0] is nan; it needs finite numbers"),
    ]],
    *no_array(lambda W: do(tensors.dz_dz, np.eye(2), W), "W", axes=(2,)),
    *no_array(lambda W: do(tensors.twin_dz_dz, np.eye(2), W), "W", axes=(2,)),
    (do(tensors.dz_dz, np.eye(2), np.ones((2, 3))), ValueError, "F is for 2 outputs and W for 3; they need to be equal"),
    (do(tensors.twin_dz_dz, np.eye(2), np.ones((3, 2))), ValueError, "F is for 2 outputs and W for 3; they need to be equal"),
    *no_array(lambda T: do(tensors.dz_dW, np.eye(2), T), "T", axes=(3, 4)),
    (do(tensors.dz_dW, np.eye(2), np.ones((3, 2, 3))), ValueError, "F is for 2 outputs and T for 3; they need to be equal"),
    (do(tensors.dz_dW, np.ones((5, 2, 2)), np.ones((7, 2, 3, 2))), ValueError, "F is a batch of 5 and T of 7; they need to be equal"),
    *no_array(lambda delta: do(tensors.pull_back, delta, np.eye(2)), "delta", axes=(1, 2)),
    *no_array(lambda J: do(tensors.pull_back, [1, 2], J), "J", axes=(2, 3)),
    (do(tensors.pull_back, [1], [[NAN]]), ValueError, "J[0, 0] is nan; it needs finite numbers"),
    (do(tensors.pull_back, [1, 2], np.ones((3, 2))), ValueError, "J has shape (3, 2); its second last axis needs delta's length, 2"),
    (do(tensors.pull_back, np.ones((5, 2)), np.ones((7, 2, 2))), ValueError, "delta is a batch of 5 and J of 7; they need to be equal"),
    *no_array(lambda xi: do(tensors.dE_dW, xi, np.ones((2, 3, 2))), "xi", axes=(1, 2)),
    *no_array(lambda T: do(tensors.dE_dW, [1, 2], T), "T", axes=(3, 4)),
    (do(tensors.dE_dW, [1, 2], np.ones((3, 2, 3))), ValueError, "T has shape (3, 2, 3); its axes up to the third last need to be those of xi, (2,)"),
    *of_gradients(long_gradients),
    *behind_its_activation(lambda net, E: long_gradients(net, loss=E)),
    (long_gradients(loss="mse"), TypeError, "loss is 'mse'; it needs a loss object, such as losses.mse"),
    (long_gradients(loss=None), TypeError, "loss is of type NoneType; it needs a loss object, such as losses.mse"),
    (long_gradients(loss=np.square), TypeError, "loss is of type ufunc; it needs a loss object, such as losses.mse"),
    (long_gradients(loss=losses.MSE), TypeError, "loss is the class MSE; it needs a loss object, such as losses.mse"),
    (long_gradients(Network(spoilt(network().layers[0]))), FloatingPointError, "layers[0]: u[0] is nan; it needs numbers that float64 can hold on the way to it"),

    # notation
    (do(notation.read, 3), TypeError, "text is of type int; it needs text, such as 'F W^T'"),
    (do(notation.evaluate, 3, {}), TypeError, "text is of type int; it needs text, such as 'F W^T'"),
    (do(notation.evaluate, "u", [1]), TypeError, "letters is of type list; it needs a dict"),
    (do(notation.evaluate, "u", {1: 2}), TypeError, "letters has the key 1; it needs text for its keys"),
    (do(notation.judge, None, {}), TypeError, "text is of type NoneType; it needs text, such as 'F W^T'"),
    (do(notation.judge, "u = u", None), TypeError, "letters is of type NoneType; it needs a dict"),
    (do(notation.judge, "u = u", {"u": 1}, 3), TypeError, "sizes is of type int; it needs a dict"),

    # numeric
    (do(numeric.jacobian, 3, [1.0]), TypeError, "f is of type int; it needs a function"),
    *no_array(lambda x: do(numeric.jacobian, np.sin, x), "x"),
    (do(numeric.jacobian, np.exp, [1j]), TypeError, "x is complex; it needs real numbers"),
    (do(numeric.jacobian, np.exp, [NAN]), ValueError, "x[0] is nan; it needs finite numbers"),
    (do(numeric.jacobian, np.exp, NAN), ValueError, "x is nan; it needs finite numbers"),
    (do(numeric.jacobian, np.exp, [1], "forward"), ValueError, "method is 'forward'; it needs 'complex-step' or 'central'"),
    (do(numeric.jacobian, np.exp, [1], None), ValueError, "method is None; it needs 'complex-step' or 'central'"),
    (do(numeric.jacobian, np.exp, [1], step="1"), TypeError, "step is '1'; it needs one real number"),
    (do(numeric.jacobian, np.exp, [1], step=NAN), ValueError, "step is nan; it needs a finite number"),
    (do(numeric.jacobian, np.exp, [1], step=0), ValueError, "step is 0; it needs 1e-200 or more"),
    (do(numeric.jacobian, np.exp, [1], "central", -1e-6), ValueError, "step is -1e-06; it needs 1e-200 or more"),
    (do(numeric.jacobian, np.sin, [1.0], step=5e-324), ValueError, "step is 5e-324; it needs 1e-200 or more"),
    (do(numeric.jacobian, np.sin, [1.0], "central", 1e-20), ValueError, "step is 1e-20; it needs more, since x[0] = 1 does not move by it"),
    (do(numeric.jacobian, str, [1.0]), TypeError, "f(x) is '[1.+1.e-20j]'; it needs real numbers"),
    (do(numeric.jacobian, nothing, 1.0, "central"), TypeError, "f(x) is of type NoneType; it needs real numbers"),
    (do(numeric.jacobian, silent, [1.0]), ValueError, "f(x)[0] is (nan+nanj); it needs finite numbers"),
    (do(numeric.jacobian, lambda x: x / [1, INF] + [0, INF], [1.0, 2.0], "central"), ValueError, "f(x)[1] is inf; it needs finite numbers"),
    (do(numeric.jacobian, np.abs, [1.0]), TypeError, "f gave real numbers for complex ones, so its derivative is lost; try method='central'"),
    (do(numeric.jacobian, lambda x: math.sin(x.item()), 1.0), TypeError, "f takes no complex numbers (…); try method='central'"),
    (do(numeric.jacobian, lambda x: x / np.linalg.norm(x), [3.0, 4.0]), ValueError, "f is not analytic at x[0] = 3: f(x)[0] has the slope 0.2 by the complex step, and 0.128 by real nudges; it needs method='central', as does everything with |·|, a norm, a conjugate or a real part in it"),
    (do(numeric.jacobian, lambda x: x**2 * x[::-1] / (x @ x) if x.any() else x, [0.0, 0.0]), ValueError, "f has no derivative at x: its slopes along each entry promise f(x)[0] the slope 0 along all of them at once, and it has 0.2182; it needs another x"),
    (do(numeric.jacobian, np.sqrt, [0.5, 0.0]), ValueError, "f(x)[1] has no value on one side of x[1] = 0; it needs an x inside f's domain"),
    (do(numeric.jacobian, relu, [0.0, 1.0], "central"), ValueError, "f has a kink at x[0] = 0: f(x)[0] has the slope 0 below it and 1 above; it needs an x off the kink, since a derivative there is a choice"),
    (do(numeric.jacobian, lambda x: x**2 + x + 1e-11 * np.sin(1e9 * x), [1e-6], "central"), ValueError, "f is too rough at x[0] = 1e-06: f(x)[0] has the slope 1.006, give or take 0.0056; it needs a function with less noise, or one that does not round inside"),
    (do(numeric.central, 3, [1.0]), TypeError, "f is of type int; it needs a function"),
    *no_array(lambda x: do(numeric.central, np.sin, x), "x"),
    (do(numeric.central, lambda x: x * 1j, [1.0]), TypeError, "f(x) is complex for a real x; it needs real numbers"),

    # derivation
    (do(derivation.derive, 3, GOAL), TypeError, "yours is of type int; it needs text, such as 'F W^T'"),
    (do(derivation.derive, "z", "W"), TypeError, "goal … Goal"),
    (do(derivation.means, F="∂y/∂u", D=3), TypeError, "D is of type int; it needs text"),
    (do(derivation.Goal, 3, "k", derivation.outputs, {"D": 3}), TypeError, "what is of type int; it needs text"),
    (do(derivation.Goal, "u", 1, derivation.outputs, {"D": 3}), TypeError, "indices is of type int; it needs text"),
    (do(derivation.Goal, "u", "k", derivation.outputs, 3), TypeError, "widths is of type int; it needs a dict"),
    (do(derivation.Goal, "u", "kj", derivation.outputs, {"D": 3}), ValueError, "indices is 'kj'; u needs 1, one to each axis"),
    (do(derivation.Goal, "u", "k", 3, {"D": 3}), TypeError, "draw … function"),
    # checks
    (do(check, 3.7, 1, 1), TypeError, "number is of type float; it needs text, such as '3.7'"),
    (do(check, "3.7", FORM, FORM), TypeError, "(3.7) compares an array with itself; it needs forms arrived at by different roads"),
    (do(check, "3.7", FORM, [1, 1], FORM), TypeError, "(3.7) compares an array with itself; it needs forms arrived at by different roads"),
    (do(check, "3.7", np.sin, np.cos), TypeError, "(3.7) is of type ufunc; it needs real numbers"),
    (do(check, "3.7", [1, 2], MASKED[0]), TypeError, "(3.7) carries a mask; it needs plain numbers: fill or drop the masked ones first"),
    *no_array(lambda form: do(check, "3.7", form, 1), "(3.7)"),
    (do(check, "3.7", [1, NAN], [1, 2]), ValueError, "(3.7)[1] is nan; it needs finite numbers"),
    (do(check, "3.7", [1, 2], [1, NAN]), ValueError, "(3.7)[1] is nan; it needs finite numbers"),
    (do(check, "3.7", [1], [1], [INF]), ValueError, "(3.7)[0] is inf; it needs finite numbers"),
    (do(check, "3.7", [], []), ValueError, "(3.7) compares nothing: shape (0,); it needs at least one entry"),
    (do(check, "3.7", np.square, np.square, points=[(1,)]), TypeError, "(3.7) compares a function with itself; it needs forms arrived at by different roads"),
    (do(check, "3.7", np.square, 4, points=[(1,)]), TypeError, "form 1 of (3.7) is of type int; it needs a function"),
    (do(check, "3.7", np.square, np.sin, points=3), TypeError, "points is of type int; it needs a list"),
    (do(check, "3.7", np.square, np.sin, points=[]), ValueError, "(3.7) compares nothing: points is empty; it needs at least one"),
    (do(check, "3.7", np.square, np.sin, points=[(NAN,)]), ValueError, "(3.7), at point 0, is nan; it needs finite numbers"),
    *no_number(lambda tolerance: do(check, "3.7", 1, 1, tolerance=tolerance), "tolerance"),
    (do(check, "3.7", 1, 1, tolerance=-1e-9), ValueError, "tolerance is -1e-09; it needs 0 or more"),
    (do(compare, None, 1, 1), TypeError, "label is of type NoneType; it needs text"),
    (do(compare, "ξ", FORM, FORM), TypeError, "ξ compares an array with itself; it needs forms arrived at by different roads"),
    (do(compare, "ξ", FORM, [1, 1], FORM), TypeError, "ξ compares an array with itself; it needs forms arrived at by different roads"),
    *no_array(lambda form: do(compare, "ξ", 1, form), "ξ"),
    (do(compare, "ξ", NAN, 1), ValueError, "ξ is nan; it needs finite numbers"),
    (do(compare, "ξ", [], []), ValueError, "ξ compares nothing: shape (0,); it needs at least one entry"),
    (do(refute, None, 1, 2), TypeError, "number is of type NoneType; it needs text, such as '3.7'"),
    (do(refute, "3.7", NAN, 2), ValueError, "(3.7) is nan; it needs finite numbers"),
    (do(answer, 3, 1, 1), TypeError, "exercise is of type int; it needs text, such as '3.A'"),
    (do(answer, "3.A", 1, None), TypeError, "expected is of type NoneType; it needs real numbers"),
    (do(answer, "3.A", 1, {}), ValueError, "expected is empty; it needs an array at least"),
    (do(answer, "3.A", 1, {3: 1}), TypeError, "expected has the key 3; it needs text for its keys"),
    (do(answer, "3.A", 1, {"xi": None}), TypeError, "expected['xi'] is of type NoneType; it needs real numbers"),
    (do(answer, "3.A", 1, {"xi": []}), ValueError, "expected['xi'] is empty, of shape (0,); it needs at least one entry on every axis"),
    (do(answer, "3.A", 1, {"xi": NAN}), ValueError, "expected['xi'] is nan; it needs finite numbers"),
    (do(answer, "3.A", 1, RAGGED), ValueError, "expected is ragged (…); it needs rows of equal length"),
    *no_number(lambda tolerance: do(answer, "3.A", 1, 1, tolerance), "tolerance"),
    (do(answer, "3.A", 1, 1, tolerance=-1), ValueError, "tolerance is -1; it needs 0 or more"),
    (do(verdict_on, 1, None), TypeError, "expected is of type NoneType; it needs real numbers"),
    (do(verdict_on, 1, 1, tolerance=-1), ValueError, "tolerance is -1; it needs 0 or more"),

    # descent
    *no_number(lambda rate: do(descent.Momentum, rate, 0.9), "learning_rate"),
    *no_number(lambda momentum: do(descent.Momentum, 0.1, momentum), "momentum"),
    (do(descent.Momentum, 0, 0.9), ValueError, "learning_rate is 0; it needs more than 0"),
    (do(descent.Momentum, 0.1, -0.5), ValueError, "momentum is -0.5; it needs 0 or more"),
    (do(descent.Momentum, 0.1, 1), ValueError, "momentum is 1; it needs less than 1, or nothing is ever forgotten"),
    # counting
    (do(graph.Node, "x"), TypeError, "value is 'x'; it needs real numbers"),
    (do(graph.Node, RAGGED), ValueError, "value is ragged (…); it needs rows of equal length"),
    (do(graph.Node([1, 2]).backward), ValueError, "the value to go back from has shape (2,); it needs shape ()"),
    (do(graph.Node(3, (graph.Node([1, 2]), np.ones_like)).backward), ValueError, "what a vjp gives has shape (); it needs shape (2,)"),
    (do(graph.Node([1, 2]).__matmul__, np.ones((3, 2))), ValueError, "the left factor of @ has shape (2,); its last axis needs length 3"),
    (do(graph.Node(np.ones((2, 2, 3))).__matmul__, np.ones((3, 2))), ValueError, "the left factor of @ has shape (2, 2, 3); its number of axes needs to be 1 or 2"),
    (do(graph.Node([1, 2]).__matmul__, [1, 2]), ValueError, "W has shape (2,); its number of axes needs to be 2"),
    *[(do(f, None), TypeError, "value is of type NoneType; it needs real numbers") for f in (graph.exp, graph.log, graph.tanh, graph.sum)],
    (do(graph.maximum, 1, "0"), TypeError, "value is '0'; it needs real numbers"),
    (do(multiplications, 3), TypeError, "f is of type int; it needs a function"),
    (do(multiplications, np.matmul, [1], [INF]), ValueError, "array 1[0] is inf; it needs finite numbers"),
    # practice
    (do(exercise, "layers", 0), ValueError, f"kind is 'layers'; it needs one of {', '.join(KINDS)}"),
    (do(exercise, "layer", -1), ValueError, "seed is -1; it needs 0 or more"),
    (do(exercise, "layer", 0, sizes=(2,)), ValueError, "sizes has 1 entries; layer needs 2"),
    (do(exercise, "layer", 0, sizes=(2, 9)), ValueError, "sizes[1] is 9; it needs 1 to 6"),
    (do(exercise, "layer", 0, activation="gelu"), ValueError, f"activation is 'gelu'; it needs one of {', '.join(ACTIVATIONS)}"),
    (do(exercise, "layer", 0, difficulty=3), ValueError, "difficulty is 3; it needs 1 to 2"),
    (do(exercise, "backprop", 0, sizes=(6, 6, 6), activation="sigmoid"), ValueError, "sizes are [6, 6, 6] for backprop with sigmoid; they need to be smaller for short numbers"),
    (do(practice.page, 3), TypeError, "exercises is of type int; it needs a list"),
    (do(practice.page, [3]), TypeError, "exercises[0] is of type int; it needs an Exercise"),
    (do(practice.page, [], title=3), TypeError, "title is of type int; it needs text"),
    # data
    *no_array(lambda labels: do(data.one_hot, labels, 3), "labels"),
    (do(data.one_hot, [[0, 3], [1, 4]], 3), ValueError, "labels[0, 1] is 3; it needs 0 to 2 for 3 classes"),
    (do(data.one_hot, [0, 1, -1], 3), ValueError, "labels[2] is -1; it needs 0 to 2 for 3 classes"),
    (do(data.one_hot, np.uint8(10), 10), ValueError, "labels is 10; it needs 0 to 9 for 10 classes"),
    (do(data.one_hot, [0.0, 0.5], 2), ValueError, "labels[1] is 0.5; it needs whole numbers"),
    (do(data.one_hot, [True, False], 2), TypeError, "labels is an array of bool; it needs whole numbers"),
    (do(data.one_hot, [[0, 1], [1.5, 2]], 3), ValueError, "labels[1, 0] is 1.5; it needs whole numbers"),
    (do(data.one_hot, [0, INF], 3), ValueError, "labels[1] is inf; it needs finite numbers"),
    (do(data.one_hot, ["3"], 4), TypeError, "labels is an array of <U1; it needs real numbers"),
    (do(data.one_hot, [], 2), ValueError, "labels is empty, of shape (0,); it needs at least one entry on every axis"),
    *no_index(lambda n: do(data.one_hot, [0], n), "classes"),
    (do(data.one_hot, [0], 0), ValueError, "classes is 0; it needs 1 or more"),
    *no_index(lambda seed: do(data.digits, seed), "seed"),
    (do(data.digits, None), TypeError, "seed is of type NoneType; it needs a whole number"),
    (do(data.digits, -1), ValueError, "seed is -1; it needs 0 or more"),
    *[row for made in MADE_SETS.values() for row in of_made_set(made)],

    # show
    (do(show.show, [1, 2]), TypeError, "arrays is of type list; it needs a dict"),
    (do(show.show, {1: [1]}), TypeError, "arrays has the key 1; it needs text for its keys"),
    (do(show.show, {"a": ["1"]}), TypeError, "arrays['a'] is an array of <U1; it needs real numbers"),
    (do(show.show, {"a": np.ones((1, 1, 1, 1, 1))}), ValueError, "arrays['a'] has shape (1, 1, 1, 1, 1); its number of axes needs to be 0 or 1 or 2 or 3 or 4"),
    (do(show.show, {"a": [1j]}), TypeError, "arrays['a'] is complex; it needs real numbers"),
    (do(show.show, {"a": [1]}, -1), ValueError, "digits is -1; it needs 0 or more"),
    (do(show.show, {"a": [1]}, 2.0), TypeError, "digits is of type float; it needs a whole number"),
    (do(show.source, 3), TypeError, "objects[0] is 3; it needs a function or class whose code is at hand"),
    (do(show.source, show.show, len), TypeError, "objects[1] is <built-in function len>; it needs a function or class whose code is at hand"),
    (do(show.table, "a", ["1"]), TypeError, "a is an array of <U1; it needs real numbers"),
    (do(show.table, "a", np.ones((1, 1, 1))), ValueError, "a has shape (1, 1, 1); its number of axes needs to be 0 or 1 or 2"),
    (do(show.table, "a", RAGGED), ValueError, "a is ragged (…); it needs rows of equal length"),
    (do(show.cells, [1j]), TypeError, "a is complex; it needs real numbers"),

    # plots
    (do(plots.network, AX, [], []), ValueError, "weights is empty; it needs a matrix to each gap between two columns of neurons"),
    (do(plots.network, AX, [[[1, 2]], [[1]]], []), ValueError, "weights[1] has shape (1, 1); it needs shape (2, 1)"),
    (do(plots.network, AX, [[[1, 2]]], [[1]]), ValueError, "values has 1 rows; it needs 2, one to each column of neurons"),
    (do(plots.network, AX, [[[1, 2]]], [[1], [2]]), ValueError, "values[1] has shape (1,); it needs shape (2,)"),
    (do(plots.network, AX, [[[1, 2]]], [[1], [2, 3]], gradients=[]), ValueError, "gradients has 0 matrices; it needs 1, as many as weights"),
    (do(plots.layer, AX, [1, 2], [1, 2], [1]), ValueError, "W has shape (2,); its number of axes needs to be 2"),
    (do(plots.layer, AX, [1, 2, 3], [[1], [2]], [1]), ValueError, "z has shape (3,); it needs shape (2,)"),
    (do(plots.layer, AX, [1, 2], [[1], [2]], [1, 2]), ValueError, "b has shape (2,); it needs shape (1,)"),
    (do(plots.layer, AX, [1], [[1]], [1], digits=-1), ValueError, "digits is -1; it needs 0 or more"),
    (do(plots.picture, FIGURE, " "), ValueError, "words is ' '; it needs a sentence that says what the figure shows"),
    (do(plots.picture, FIGURE, None), TypeError, "words is of type NoneType; it needs text"),
    (do(plots.graph, AX, [(0, 0)], []), TypeError, "places is of type list; it needs a dict"),
    (do(plots.graph, AX, {"x": (0, 1, 2)}, []), ValueError, "places['x'] has shape (3,); it needs shape (2,)"),
    (do(plots.graph, AX, {"x": (0, 1)}, 3), TypeError, "edges is of type int; it needs a list"),
    (do(plots.graph, AX, {"x": (0, 1)}, [("x", "x", 3)]), ValueError, "edges[0] has 3 entries; it needs 4: start, end, forward and backward"),
    (do(plots.graph, AX, {"x": (0, 1)}, [("x", "y", 3, 1)]), ValueError, "edges[0][1] is 'y'; it needs one of x"),
    (do(plots.graph, AX, {"x": (0, 1)}, [("x", "x", 3, NAN)]), ValueError, "edges[0][3] is nan; it needs a finite number"),
    (do(plots.graph, AX, {"x": (0, 1)}, [], {"y": 3}), ValueError, "back is 'y'; it needs one of x"),
    (do(plots.heatmap, AX, np.ones((2, 2, 2)), "title"), ValueError, "a has shape (2, 2, 2); its number of axes needs to be 1 or 2"),
    *no_array(lambda z: do(plots.outer, AX, z, [1], "title"), "z", axes=(1,)),
    *no_array(lambda xi: do(plots.outer, AX, [1], xi, "title"), "xi", axes=(1,)),
    (do(plots.outer, AX, [], [1], "title"), ValueError, "z is empty, of shape (0,); it needs at least one entry on every axis"),
    (do(plots.outer, AX, [1], [2], "title", scale=0), ValueError, "scale is 0; it needs more than 0"),
    (do(plots.heatmap, AX, [], "title"), ValueError, "a is empty, of shape (0,); it needs at least one entry on every axis"),
    (do(plots.heatmap, AX, TABLE, "title", scale=0), ValueError, "scale is 0; it needs more than 0"),
    (do(plots.heatmap, AX, TABLE, "title", digits=-1), ValueError, "digits is -1; it needs 0 or more"),
    (do(plots.heatmap, AX, TABLE, "title", blank=[True]), ValueError, "blank has shape (1,); it needs shape (2, 3)"),
    (do(plots.bend, AXES[:2], relu, 1), TypeError, "name is of type int; it needs text"),
    (do(plots.lines, AX, TABLE, {"a": [1, 2]}, "title", NAMES), ValueError, "x has shape (2, 3); its number of axes needs to be 1"),
    (do(plots.lines, AX, [1, 2], [1, 2], "title", NAMES), TypeError, "series is of type list; it needs a dict"),
    (do(plots.lines, AX, [1, 2], {"a": [1, 2, 3]}, "title", NAMES), ValueError, "series['a'] has shape (3,); it needs shape (2,)"),
    (do(plots.lines, AX, [1, 2], {}, "title", NAMES), ValueError, "series is empty; it needs a curve at least"),
    (do(plots.lines, AX, [], {"a": []}, "title", NAMES), ValueError, "x is empty, of shape (0,); it needs at least one entry on every axis"),
    (do(plots.lines, AX, [1, 2], {"a": [1, 2]}, "title", NAMES, {"b": (1, 2)}), ValueError, "places is for b; it needs a place for each of a"),
    (do(plots.lines, AX, [1, 2], {"a": [1, 2]}, "title", NAMES, {"a": 1}), ValueError, "places['a'] has shape (); it needs shape (2,)"),
    (do(plots.lines, AX, [1, 2], {"a": [1, 2]}, "title", NAMES, "left"), TypeError, "places is 'left'; it needs a dict"),
    (do(plots.box, BOX, TABLE, "T", 1), ValueError, "T has shape (2, 3); its number of axes needs to be 3"),
    (do(plots.box, BOX, np.ones((2, 2, 2)), "T", None), TypeError, "scale is of type NoneType; it needs one real number"),
    (do(plots.box, BOX, np.ones((2, 2, 2)), "T", 1, "x"), ValueError, "cut is 'x'; it needs one of k, i, j"),
    (do(plots.box, BOX, np.ones((2, 2, 2)), "T", 1, digits=-1), ValueError, "digits is -1; it needs 0 or more"),
    (do(plots.box, BOX, np.ones((11, 10, 10)), "T", 1), ValueError, "T has 1100 entries; it needs 1000 at most, a cube to each"),
    (do(plots.slices, TABLE, "k", 1), ValueError, "T has shape (2, 3); its number of axes needs to be 3"),
    (do(plots.slices, np.ones((2, 2, 2)), "z", 1), ValueError, "cut is 'z'; it needs one of k, i, j"),
    (do(plots.slices, np.ones((2, 2, 2)), 0, 1), TypeError, "cut is of type int; it needs one of k, i, j"),
    (do(plots.slices, np.ones((2, 2, 2)), "k", 0), ValueError, "scale is 0; it needs more than 0"),
    (do(plots.slices, np.full((2, 2, 2), NAN), "k", 1), ValueError, "T[0, 0, 0] is nan; it needs finite numbers"),
    (do(plots.curves, AX, descent.History()), ValueError, "history.train is empty, of shape (0,); it needs at least one entry on every axis"),
    (do(plots.curves, AX, descent.History([1.0, 2.0], [1.0])), ValueError, "history.validation has shape (1,); it needs shape (2,)"),
    (do(plots.curves, AX, descent.History([1.0], [1.0], best=1)), ValueError, "history.best is 1; it needs 0 to 0"),
    (do(plots.surface, AX, np.sum, [1], [1, 2], "title", NAMES), ValueError, "x is [1.]; it needs two numbers or more that rise"),
    (do(plots.surface, AX, np.sum, [1, 2], [2, 1], "title", NAMES), ValueError, "y is [2. 1.]; it needs two numbers or more that rise"),
    (do(plots.surface, AX, np.sum, 1, [1, 2], "title", NAMES), ValueError, "x has shape (); its number of axes needs to be 1"),
    (do(plots.surface, AX, np.sum, [1, 2], [1, 2], "title", NAMES), ValueError, "J(x, y) has shape (); it needs shape (2, 2)"),
    (do(plots.surface, AX, lambda θ: np.zeros(θ.shape[1:]), [1, 2], [1, 2], "title", NAMES), ValueError, "J(x, y) is 0 at most; it needs to be above 0 somewhere"),
    (do(plots.loglog, AX, [2, 2], {"a": [1, 2]}, "title", NAMES), ValueError, "x is [2. 2.] where a slope is fitted; it needs two different numbers"),
    (do(plots.loglog, AX, [1, 2], {}, "title", NAMES), ValueError, "series is empty; it needs a curve at least"),
    (do(plots.loglog, AX, [0, 1], {"a": [1, 2]}, "title", NAMES), ValueError, "x has the entry 0; it needs numbers above 0, which have a logarithm"),
    (do(plots.loglog, AX, "12", {"a": [1, 2]}, "title", NAMES), TypeError, "x is '12'; it needs real numbers"),
    (do(plots.loglog, AX, [1, 2], {"a": [1, -2]}, "title", NAMES), ValueError, "series['a'] has the entry -2; it needs numbers from 0 on"),
    (do(plots.loglog, AX, [1, 2], None, "title", NAMES), TypeError, "series is of type NoneType; it needs a dict"),
    (do(plots.loglog, AX, [1, 2], {"a": [1, 2]}, "title", NAMES, ends="top"), ValueError, "ends is 'top'; it needs one of left, right"),
    (do(plots.loglog, AX, [1, 2], {"a": [1, 2]}, "title", NAMES, ends={"a": 1}), TypeError, "ends is of type int; it needs one of left, right"),
    (do(plots.loglog, AX, [1, 2], {"a": [1, 2]}, "title", NAMES, ends={"b": "left"}), ValueError, "ends is for 'b'; it needs names of series: a"),
    (do(plots.prediction, AX, np.square, None, 3, 1, NAMES), TypeError, "slope is of type NoneType; it needs one real number"),
    (do(plots.prediction, AX, np.square, 6, "3", 1, NAMES), TypeError, "x is '3'; it needs one real number"),
    (do(plots.prediction, AX, np.square, 6, 3, 0, NAMES), ValueError, "nudge is 0; it needs more than 0"),
    (do(plots.prediction, AX, 9, 6, 3, 1, NAMES), TypeError, "f is of type int; it needs a function"),
    (do(plots.prediction, AX, np.sum, 6, 3, 1, NAMES), ValueError, "f(x) has shape (); it needs shape (72,)"),
    (do(plots.tangent, AX, np.square, None, 3, [1, 2], "title", NAMES), TypeError, "slope is of type NoneType; it needs one real number"),
    (do(plots.tangent, AX, np.square, 6, NAN, [1, 2], "title", NAMES), ValueError, "at is nan; it needs a finite number"),
    (do(plots.tangent, AX, np.square, 6, 3, [], "title", NAMES), ValueError, "x is empty, of shape (0,); it needs at least one entry on every axis"),
    (do(plots.tangent, AX, 9, 6, 3, [1, 2], "title", NAMES), TypeError, "f is of type int; it needs a function"),
    (do(plots.tangent, AX, np.sum, 6, 3, [1, 2], "title", NAMES), ValueError, "f(x) has shape (); it needs shape (3,)"),
    (do(plots.downhill, AX, "mse", [0.7, 0.3], "title"), TypeError, "E is 'mse'; it needs a loss object, such as losses.mse"),
    (do(plots.downhill, AX, mse, [0.7, 0.2, 0.1], "title"), ValueError, "target has shape (3,); it needs shape (2,)"),
    (do(plots.bowls, {}, 1, NAMES), ValueError, "walks is empty; it needs a walk at least"),
    (do(plots.bowls, [1], 1, NAMES), TypeError, "walks is of type list; it needs a dict"),
    (do(plots.bowls, {"a": [np.eye(2)]}, 1, NAMES), ValueError, "walks['a'] has 1 entries; it needs two, a curvature and a walk"),
    (do(plots.bowls, {"a": (np.eye(3), [[1, 1]])}, 1, NAMES), ValueError, "the curvature of walks['a'] has shape (3, 3); it needs shape (2, 2)"),
    (do(plots.bowls, {"a": (np.eye(2), TABLE)}, 1, NAMES), ValueError, "the walk of walks['a'] has shape (2, 3); its last axis needs length 2"),
    (do(plots.bowls, {"a": (np.eye(2), [[1, 1]])}, 0, NAMES), ValueError, "half is 0; it needs more than 0"),
    (do(plots.fading, {}, ["a"], NAMES), ValueError, "series is empty; it needs a curve at least"),
    (do(plots.fading, {"a": [[1], [0]]}, ["a"], NAMES), ValueError, "series['a'] has the entry 0; it needs numbers above 0"),
    (do(plots.fading, {"a": TABLE}, ["a"], NAMES), ValueError, "series['a'] has shape (2, 3); its last axis needs length 1"),
    (do(plots.clouds, {}, [0, 0], NAMES), ValueError, "dots is empty; it needs a cloud at least"),
    (do(plots.clouds, {"a": TABLE}, [0, 0], NAMES), ValueError, "dots['a'] has shape (2, 3); its last axis needs length 2"),
    (do(plots.clouds, {"a": [[1, 2]]}, 0, NAMES), ValueError, "middle has shape (); it needs shape (2,)"),
    (do(plots.parting, AX, [1, 2], np.ones((2, 0)), np.ones((2, 0)), "title", NAMES), ValueError, "actual is empty, of shape (2, 0); it needs at least one entry on every axis"),
    (do(plots.parting, AX, [1, 2, 3], TABLE, TABLE, "title", NAMES), ValueError, "actual has shape (2, 3); it needs shape (3, 3)"),
    (do(plots.parting, AX, [1, 2], TABLE, TABLE.T, "title", NAMES), ValueError, "predicted has shape (3, 2); it needs shape (2, 3)"),
    (digits(np.ones((2, 64)), 2 * np.ones((2, 10))), ValueError, "probabilities runs from 2 to 2; it needs probabilities, from 0 to 1"),
    (digits(), ValueError, "images has shape (2, 3); it needs 2 images of 64 pixels, one to each axes"),
    (digits(images=np.ones((2, 64)), probabilities=np.ones((2, 9))), ValueError, "probabilities has shape (2, 9); it needs shape (2, 10)"),
    (digits(images=np.ones((2, 64)), probabilities=np.ones((2, 10)), labels=[1, 10]), ValueError, "labels[1] is 10; it needs 0 to 9"),
    (do(plots.descent_path, AX, TABLE), ValueError, "visited has shape (2, 3); its last axis needs length 2"),
    (do(plots.descent_path, AX, [[NAN, 1]]), ValueError, "visited[0, 0] is nan; it needs finite numbers"),
    (do(plots.shapes, AX, {}, {"x": ()}), ValueError, "outputs is empty; it needs a shape at least"),
    (do(plots.shapes, AX, {"y": ()}, [3]), TypeError, "inputs is of type list; it needs a dict"),
    (do(plots.shapes, AX, {"y": 2}, {"x": ()}), TypeError, "outputs['y'] is of type int; it needs a list"),
    (do(plots.shapes, AX, {"y": ()}, {"x": (2, 3, 5)}), ValueError, "inputs['x'] has 3 axes; it needs 2 at most"),
    (do(plots.shapes, AX, {"y": (0,)}, {"x": ()}), ValueError, "outputs['y'][0] is 0; it needs 1 to 40"),
    (do(plots.tensor, AX, np.ones((1, 1, 1, 1, 1)), "title"), ValueError, "a has shape (1, 1, 1, 1, 1); its number of axes needs to be 0 or 1 or 2 or 3 or 4"),
    (do(plots.tensor, AX, [[]], "title"), ValueError, "a is empty, of shape (1, 0); it needs at least one entry on every axis"),
    (do(plots.tensor, AX, TABLE, "title", "kij"), ValueError, "axes is 'kij'; it needs 2 letters at most for shape (2, 3)"),
    (do(plots.tensor, AX, TABLE, "title", scale=-1), ValueError, "scale is -1; it needs more than 0"),

    # explore
    (do(Slider, "a", "0", 0, 1), TypeError, "a is '0'; it needs one real number"),
    (do(Slider, "a", NAN, 0, 1), ValueError, "a is nan; it needs a finite number"),
    (do(LogSlider, "γ", -1, 1, 10), ValueError, "γ is -1; it needs more than 0"),
    (do(Sliders, "z", 1, 0, 1), ValueError, "array has shape (); its number of axes needs to be 1 or 2"),
    (do(Sliders, "z", [], 0, 1), ValueError, "array is empty, of shape (0,); it needs at least one entry on every axis"),
    (do(Sliders, "z", [NAN], 0, 1), ValueError, "array[0] is nan; it needs finite numbers"),
    (do(Sliders, "z", np.ones(1001), 0, 2), ValueError, "array has 1001 entries; it needs 1000 at most, a slider to each"),
    (do(Line, "text", 3, 5), TypeError, "text is of type int; it needs text"),
    (do(Line, "text", "sixsix", 5), ValueError, "text has 6 signs; it needs 5 at most"),
    (do(Choice, "kind", "high", ["low", "wide"]), ValueError, "kind is 'high'; it needs one of low, wide"),
    (do(Choice, "kind", ["low"], ["low", "wide"]), ValueError, "kind is ['low']; it needs one of low, wide"),

    # views: activation_curves
    *no_array(lambda x: do(activation_curves.view, x, [1]), "x", axes=(1,)),
    (do(activation_curves.view, [], []), ValueError, "x is empty, of shape (0,); it needs at least one entry on every axis"),
    (do(activation_curves.view, [1, 2], [1]), ValueError, "delta has shape (1,); it needs shape (2,)"),
    (do(activation_curves.view, [1, 2], [1, NAN]), ValueError, "delta[1] is nan; it needs finite numbers"),
    *no_activation(lambda f: do(activation_curves.view, [1], [1], f)),
    # views: backpropagation
    *no_network(lambda net: do(backpropagation.view, net, GOOD_X, GOOD_T, mse)),
    (do(backpropagation.view, imaginary(), GOOD_X, GOOD_T, mse), TypeError, "network has complex parameters; it needs real ones"),
    (do(backpropagation.view, network(), [1, 2], GOOD_T, mse), ValueError, "x has shape (2,); it needs shape (3,)"),
    (do(backpropagation.view, network(), [NAN, 1, 2], GOOD_T, mse), ValueError, "x[0] is nan; it needs finite numbers"),
    (do(backpropagation.view, network(), GOOD_X, GOOD_T, softmax_cross_entropy), ValueError, "network ends in softmax; it needs identity there, since softmax_cross_entropy takes logits"),
    (do(backpropagation.view, network(), GOOD_X, [1], mse), ValueError, "t has shape (1,); it needs shape (2,)"),
    *no_loss(lambda loss: do(backpropagation.view, network(), GOOD_X, GOOD_T, loss)),
    (do(backpropagation.view, network(), GOOD_X, [1, 1], cross_entropy), ValueError, "t sums to 2; it needs to sum to 1 in every sample, as probabilities do"),
    # views: derivative_shapes
    (do(derivative_shapes.view, 1, TABLE), ValueError, "x has shape (); its number of axes needs to be 1"),
    (do(derivative_shapes.view, [NAN], TABLE), ValueError, "x[0] is nan; it needs finite numbers"),
    (do(derivative_shapes.view, [1], [1, 2]), ValueError, "X has shape (2,); its number of axes needs to be 2"),
    (do(derivative_shapes.view, [1], TABLE, (2,)), ValueError, "outputs has 1 entries; it needs 2, the shape of a matrix"),
    (do(derivative_shapes.view, [1], TABLE, (2, 0)), ValueError, "outputs[1] is 0; it needs 1 or more"),
    (do(derivative_shapes.view, [1], TABLE, 2), TypeError, "outputs is of type int; it needs a list"),
    # views: gradient_descent
    (do(gradient_descent.learning_rate, TABLE, [1, 2], [0, 0]), ValueError, "x has shape (2, 3); its number of axes needs to be 1"),
    (do(gradient_descent.learning_rate, [], [], [0, 0]), ValueError, "x is empty, of shape (0,); it needs at least one entry on every axis"),
    (do(gradient_descent.learning_rate, [1, 2], "t", [0, 0]), TypeError, "t is 't'; it needs real numbers"),
    (do(gradient_descent.learning_rate, [1, 2], [1], [0, 0]), ValueError, "t has shape (1,); it needs shape (2,)"),
    (do(gradient_descent.learning_rate, [1, 2], [1, 2], [0, INF]), ValueError, "start[1] is inf; it needs finite numbers"),
    (do(gradient_descent.learning_rate, [1, 2], [1, 2], [0, 0, 0]), ValueError, "start has shape (3,); it needs shape (2,)"),
    (do(gradient_descent.learning_rate, [1, 2], [1, 2], [0, 0], 0), ValueError, "rate is 0; it needs more than 0"),
    *no_network(lambda net: do(gradient_descent.training, net, PAIR, PAIR)),
    (do(gradient_descent.training, imaginary(), PAIR, PAIR), TypeError, "network has complex parameters; it needs real ones"),
    (do(gradient_descent.training, narrow(), (X, [[1], [1]]), (X, [[1], [1]])), ValueError, "network has 1 output; it needs 2 or more, one to each class"),
    (do(gradient_descent.training, network("softmax"), PAIR, PAIR), ValueError, "network ends in softmax; it needs identity there, since the loss takes logits"),
    (do(gradient_descent.training, network("identity"), None, PAIR), TypeError, "train is of type NoneType; it needs a pair (X, T)"),
    (do(gradient_descent.training, network("identity"), (GOOD_X, GOOD_T), PAIR), ValueError, "train[0] has shape (3,); its number of axes needs to be 2"),
    (do(gradient_descent.training, network("identity"), (T, T), PAIR), ValueError, "train[0] has shape (2, 2); its last axis needs length 3"),
    (do(gradient_descent.training, network("identity"), ([GOOD_X, [1, NAN, 3]], T), PAIR), ValueError, "train[0][1, 1] is nan; it needs finite numbers"),
    (do(gradient_descent.training, network("identity"), PAIR, (X, X)), ValueError, "validation[1] has shape (2, 3); it needs shape (2, 2)"),
    (do(gradient_descent.training, network("identity"), (X, [0, 1]), PAIR), ValueError, "train[1] has shape (2,); it needs shape (2, 2), as data.one_hot(train[1], 2) makes of labels"),
    (do(gradient_descent.training, network("identity"), (X, T[:1]), PAIR), ValueError, "train[1] has shape (1, 2); it needs shape (2, 2)"),
    (do(gradient_descent.training, network("identity"), PAIR, (T, T)), ValueError, "validation[0] has shape (2, 2); its last axis needs length 3"),
    (do(gradient_descent.training, network("identity"), PAIR, (X, [[1, 0], [1, 0]])), ValueError, "validation has no sample of class 1; it needs some of every class"),
    (do(gradient_descent.training, network("identity"), PAIR, PAIR, 3), TypeError, "picture is of type int; it needs a list"),
    (do(gradient_descent.training, network("identity"), PAIR, PAIR, (3, 0)), ValueError, "picture[1] is 0; it needs 1 or more"),
    (do(gradient_descent.training, network("identity"), PAIR, PAIR, (2, 2)), ValueError, "picture is (2, 2); it needs a height and a width that make 3, the entries of a sample"),
    (do(gradient_descent.training, network("identity"), PAIR, PAIR, (3,)), ValueError, "picture is (3,); it needs a height and a width that make 3, the entries of a sample"),
    # views: jacobians
    (do(jacobians.view, [1, 2], TABLE.T[:, :1], [1]), ValueError, "z has shape (2,); it needs shape (3,)"),
    (do(jacobians.view, [[1]], TABLE, [1, 2, 3]), ValueError, "z has shape (1, 1); it needs shape (2,)"),
    (do(jacobians.view, [1, 2], TABLE, [1, 2]), ValueError, "b has shape (2,); it needs shape (3,)"),
    *no_activation(lambda f: do(jacobians.view, [1, 2], TABLE, [1, 2, 3], f)),
    # views: losses
    (do(losses_view.prediction, "0.5"), TypeError, "y is '0.5'; it needs one real number"),
    (do(losses_view.prediction, 1.5), ValueError, "y is 1.5; it needs a probability from 0.01 to 0.99"),
    (do(losses_view.prediction, 0.0), ValueError, "y is 0.0; it needs a probability from 0.01 to 0.99"),
    (do(losses_view.prediction, 0.5, NAN), ValueError, "t is nan; it needs a finite number"),
    (do(losses_view.prediction, 0.5, -0.1), ValueError, "t is -0.1; it needs a probability from 0 to 1"),
    (do(losses_view.prediction, 0.5, 1.5), ValueError, "t is 1.5; it needs a probability from 0 to 1"),
    (do(losses_view.view, TABLE), ValueError, "u has shape (2, 3); its number of axes needs to be 1"),
    (do(losses_view.view, [1, 0], 2), ValueError, "target is 2; it needs 0 to 1"),
    (do(losses_view.view, [1, 0], 1.0), TypeError, "target is of type float; it needs a whole number"),
    # views: single_layer
    (do(single_layer.view, [1], [1], [1]), ValueError, "W has shape (1,); its number of axes needs to be 2"),
    (do(single_layer.view, [1], TABLE, [1, 2, 3]), ValueError, "z has shape (1,); it needs shape (2,)"),
    (do(single_layer.view, [1, 2], TABLE, [1, 2, NAN]), ValueError, "b[2] is nan; it needs finite numbers"),
    *no_activation(lambda f: do(single_layer.view, [1, 2], TABLE, [1, 2, 3], f)),
    # views: weight_tensor
    (do(weight_tensor.view, TABLE, [1]), ValueError, "z has shape (2, 3); its number of axes needs to be 1"),
    (do(weight_tensor.view, [1], "ξ"), TypeError, "xi is 'ξ'; it needs real numbers"),
    (do(weight_tensor.view, [1], [NAN]), ValueError, "xi[0] is nan; it needs finite numbers"),
    (do(weight_tensor.view, np.ones(11), np.ones(10)), ValueError, "xi has 10 entries and z 11, so T has 1100; it needs 1000 at most, a cube to each"),
    (do(weight_tensor.view, [], [1]), ValueError, "z is empty, of shape (0,); it needs at least one entry on every axis"),
]

# fmt: on


def state(value):
    """What is to stay the same of a value that is handed in, down to the bits."""
    if isinstance(value, np.ndarray):
        return (
            value.dtype.str,
            value.shape,
            [state(v) for v in value.flat] if value.dtype == object else value.tobytes(),
        )
    if isinstance(value, Network):
        return [(state(layer.W), state(layer.b)) for layer in value.layers]
    if isinstance(value, Layer):
        return state(value.W), state(value.b)
    if isinstance(value, np.random.Generator):
        return value.bit_generator.state
    if isinstance(value, Axes):
        return len(value.get_children())
    if isinstance(value, (list, tuple)):
        return type(value), [state(v) for v in value]
    if isinstance(value, dict):
        return {key: state(v) for key, v in value.items()}
    if isinstance(value, descent.History):
        return state(vars(value))
    return repr(value)


def handed_in(call):
    return state([getattr(call.func, "__self__", call.func), call.args, call.keywords])


def verdict(call, kind, message):
    """Make a wrong call. Returns what is amiss with the way it ends, or None."""
    before = handed_in(call)
    try:
        result = call()
    except (TypeError, ValueError, FloatingPointError) as error:
        if type(error) is not kind:
            return f"it raises {type(error).__name__}: {error}"
        if not re.fullmatch(".*".join(map(re.escape, message.split("…"))), str(error), re.DOTALL):
            return f"it says: {error}"
    else:
        return f"it gives {result!r}"
    return None if handed_in(call) == before else "it changes what it was given"


def owner(value):
    """The function or class that a call goes to: of a method and of an object, the class."""
    value = getattr(value, "__self__", value)
    return value if hasattr(value, "__qualname__") else type(value)


def told(call, kind, message):
    """The name of a case: who says what. In ASCII and without the terminal's path, it is the same in every process."""
    who, method = owner(call.func), getattr(call.func, "__name__", "__call__")
    where = ".".join(dict.fromkeys([who.__module__.removeprefix("nn_notes."), who.__name__, method]))
    return f"{where}: {message.replace(TERMINAL, 'a terminal')}".encode("ascii", "replace").decode()


@pytest.mark.parametrize(("call", "kind", "message"), WRONG, ids=[told(*row) for row in WRONG])
def test_a_wrong_call_is_told_what_is_wrong_and_changes_nothing(call, kind, message, capsys):
    assert verdict(call, kind, message) is None
    assert capsys.readouterr() == ("", "")


def test_training_that_diverges_is_told_what_to_try():
    """No wrong call, and it has drawn numbers by then."""
    with pytest.raises(FloatingPointError) as error:
        fit(network("identity"), learning_rate=1e200, batch_size=2)()
    assert str(error.value) == (
        "the loss is 3.5 in training and inf in validation after epoch 1; a learning_rate below 1e+200 may mend it"
    )


def test_no_part_of_the_package_is_left_out(figures):
    calls = Counter(owner(call.func).__module__.removeprefix("nn_notes.") for call, *_ in WRONG)
    figures["calls"], figures["by module"] = len(WRONG), dict(calls)
    assert len(WRONG) >= 150
    package = CODE.parents[1]
    parts = {".".join(path.relative_to(package).with_suffix("").parts) for path in package.rglob("*.py")}
    # What an argument must be is asked of validate by all of them. The map takes none that matters, and lab is a command,
    # whose errors tests/test_lab.py has. A chart is plain data, as a Matrix is, that its view has made of numbers which
    # were checked, and so are the reasons of its entries; widget is shown views by views alone, and a page's cells come
    # from a page. A view that says nothing of its own may be left out: tests/pages/test_live_views.py calls each wrongly.
    # What notation says of a formula, tests/test_notation.py has.
    left_out = {"validate", "charts", "ideas", "lab", "reasons", "widget", "page.needs", "page.runner"}
    left_out |= {f"notation.{part}" for part in ("mathml", "reader", "scope", "tree", "values")}
    expected = {part for part in parts if not part.endswith("__init__")} | {"notation"}
    expected -= left_out
    assert set(calls) <= expected and all(part.startswith("views.") for part in expected - set(calls))


# Public, and without an argument that could be wrong, or unchecked as they say.
UNCHECKED = {
    "family": {"Member"},
    "activations": {"Activation", "ComponentWise"},
    "losses": {"Loss"},
    "archive": {"read", "unpacked", "write"},
    "network": {"Trace"},
    "descent": {"History", "each_epoch", "epoch", "mean_loss", "training_pair", "with_real_parameters"},
    "ideas": {"IDEAS", "Idea", "Map", "drawn"},
    "data": {"Split", "digit_images"},
    "show": {"caption", "colour", "factor", "ink", "legend", "number", "significant", "tint"},
    "plots": {"DIVERGING", "figure"},
    "explore": {"Drawing", "Matrix", "View"},
    "practice": {"Exercise"},
    "derivation": {"Derived", "layer", "network", "outputs"},
    "notation": {"NotationError", "Refuted", "Value"},
    "views.single_layer": {"controls", "first_order", "new_numbers", "offered", "start_of"},
}


def test_every_public_function_is_called():
    called = {owner(call.func) for call, *_ in WRONG}
    for part in {name.__module__ for name in called}:
        every = {name: getattr(sys.modules[part], name) for name in sys.modules[part].__all__}
        # An optimiser is used by fit, which has checked what it is given.
        public = {name for name, value in every.items() if callable(value) and not hasattr(value, "step")}
        left_out = {name for name in public if owner(getattr(sys.modules[part], name)) not in called}
        assert left_out == UNCHECKED.get(part.removeprefix("nn_notes."), set()), part


def writes(a):
    a[:] = 0
    raise ValueError("a is 1; it needs 0")


def other(a):
    raise ArithmeticError("a is 1; it needs 0")


@pytest.mark.parametrize(
    ("function", "kind", "message", "found"),
    [
        (silent, ValueError, "a is 1; it needs 0", "it gives array"),
        (writes, ValueError, "a is 1; it needs 0", "it changes what it was given"),
        (writes, ValueError, "a … 0", "it changes what it was given"),
        (writes, TypeError, "a is 1; it needs 0", "it raises ValueError"),
        (writes, ArithmeticError, "a is 1; it needs 0", "it raises ValueError"),
        (writes, ValueError, "b is 1; it needs 0", "it says: a is 1"),
        (writes, ValueError, "a is 2; it needs 0", "it says: a is 1"),
        (writes, ValueError, "a is 1; it needs 1", "it says: a is 1"),
        (writes, ValueError, "a is 1; it needs", "it says: a is 1"),
        (writes, ValueError, "is 1; it needs 0", "it says: a is 1"),
        (writes, ValueError, "a … 1", "it says: a is 1"),
        (writes, ValueError, "a is .; it needs 0", "it says: a is 1"),
    ],
)
def test_the_verdict_sees_what_is_amiss(function, kind, message, found):
    assert verdict(do(function, np.ones(2)), kind, message).startswith(found)


def test_no_other_error_passes():
    with pytest.raises(ArithmeticError):
        verdict(do(other, np.ones(2)), ArithmeticError, "a is 1; it needs 0")
