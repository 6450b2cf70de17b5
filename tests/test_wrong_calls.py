"""Wrong calls over the whole public surface, in one table: each is told the argument, what it got and what it needs."""

import os
import sys
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes

from nn_notes import (
    Layer,
    Network,
    activations,
    answer,
    backprop,
    check,
    compare,
    data,
    descent,
    losses,
    numeric,
    plots,
    refute,
    show,
    tensors,
    views,
)
from nn_notes.activations import relu, sigmoid, softmax, tanh
from nn_notes.explore import Canvas, Choice, LogSlider, Slider, Sliders, View
from nn_notes.losses import cross_entropy, mse, sigmoid_cross_entropy, softmax_cross_entropy
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
GOOD_X, GOOD_T = [1, 2, 3], [1, 0]
FORM = np.ones(2)
FIGURE, (AX, *AXES) = plots.figure(4)
FLAT = np.array([*AXES, AX])
BOX = plots.figure(subplot_kw={"projection": "3d"})[1]
HISTORY = descent.History([1.0], [1.0])
NAMES = ("across", "up")
# A device that a failing test can do no harm to.
TERMINAL = os.ttyname(os.openpty()[1])
TABLE = np.ones((2, 3))
CODE = Path(views.__file__)
DIGITS = CODE.parents[1] / "digits.npz"

do = partial


class Foreign(activations.Sigmoid):
    """An activation of the user's own."""


class Tanh(activations.Tanh):
    """Another, with a name that is taken."""


def silent(a):
    return a * NAN


def endless(a):
    return a / [1, INF] + [0, INF]


def nothing(a):
    return None


def level(a):
    return np.zeros(a.shape[1:])


def spoilt(layer):
    layer.W[0, 0] = NAN
    return layer


def network(activation="softmax"):
    return Network([Layer([[1, 0], [0, 1], [1, 1]], [1, 0], activation)])


def narrow():
    return Network([Layer([[1], [0], [1]], [1], "identity")])


def imaginary():
    return Network(Layer([[1j, 0]] * 3, [0, 0], "tanh"))


def fit(net=None, train=PAIR, validation=PAIR, loss="mse", learning_rate=0.1, **changed):
    """A short run with everything right, but for what is ``changed``."""
    rest = {"epochs": 2, "batch_size": 1, "patience": None, "progress": False, "rng": np.random.default_rng(0)}
    net = network() if net is None else net
    return do(descent.fit, net, train, validation, loss, learning_rate, **(rest | changed))


def gradients(net=None, x=GOOD_X, t=GOOD_T, loss=mse):
    return do(backprop.gradients, network() if net is None else net, x, t, loss)


def long_gradients(net=None, x=GOOD_X, t=GOOD_T, loss=mse):
    return do(tensors.gradients, network() if net is None else net, x, t, loss)


def view(controls=None, model=dict, layout=lambda arrays: [], **changed):
    """A live view with everything right, but for what is ``changed``."""
    return do(View, {} if controls is None else controls, model, layout, **changed)


def digits(images=TABLE, probabilities=TABLE, labels=(1, 2), axes=None):
    return do(plots.digits, [AXES[:2], AXES[1:]] if axes is None else axes, images, probabilities, labels)


# To each: the call, its error, the argument, what it got, and what it needs.
WRONG = {
    # activations
    "u text": (do(sigmoid, "1"), TypeError, "u", "is '1'", "it needs real numbers"),
    "u texts": (do(softmax, ["1", "2"]), TypeError, "u", "is an array of <U1", "it needs real numbers"),
    "u None": (do(relu, None), TypeError, "u", "is of type NoneType", "it needs real numbers"),
    "u objects": (do(relu, [1, None]), TypeError, "u", "is an array of object", "it needs real numbers"),
    "u set": (do(tanh, {1, 2}), TypeError, "u", "is of type set", "it needs real numbers"),
    "u ragged": (do(relu, RAGGED), ValueError, "u", "is ragged", "it needs rows of equal length"),
    "u scalar": (do(sigmoid, 1.0), ValueError, "u", "has shape ()", "its number of axes needs to be 1 or 2"),
    "u cube": (
        do(softmax.jacobian, np.ones((2, 3, 5))),
        ValueError,
        "u",
        "has shape (2, 3, 5)",
        "its number of axes needs to be 1 or 2",
    ),
    "u NaN": (do(sigmoid, [1, NAN]), ValueError, "u[1]", "is nan", "it needs finite numbers"),
    "u infinite": (
        do(tanh.derivative, [[1, 2], [-INF, 3]]),
        ValueError,
        "u[1, 0]",
        "is -inf",
        "it needs finite numbers",
    ),
    "u complex NaN": (do(tanh, [complex(0, NAN)]), ValueError, "u[0]", "is nanj", "it needs finite numbers"),
    "delta shape": (do(tanh.vjp, [1, 2], [1, 2, 3]), ValueError, "delta", "has shape (2,)", "it needs shape (3,)"),
    "delta one row": (
        do(softmax.vjp, [1, 2], [[1, 2]]),
        ValueError,
        "delta",
        "has shape (2,)",
        "it needs shape (1, 2)",
    ),
    "delta NaN": (do(softmax.vjp, [NAN, 2], [1, 2]), ValueError, "delta[0]", "is nan", "it needs finite numbers"),
    # losses
    "y text": (do(mse, "1", [1]), TypeError, "y", "is '1'", "it needs real numbers"),
    "y scalar": (do(mse, 1, 1), ValueError, "y", "has shape ()", "its number of axes needs to be 1 or 2"),
    "y no entry": (do(mse, [], []), ValueError, "y", "has shape (0,)", "it needs at least one entry to each sample"),
    "y NaN": (do(mse.gradient, [NAN], [1]), ValueError, "y[0]", "is nan", "it needs finite numbers"),
    "t text": (do(mse, [1], ["1"]), TypeError, "t", "is an array of <U1", "it needs real numbers"),
    "t complex": (do(mse, [1], [1j]), TypeError, "t", "is complex", "it needs real numbers"),
    "t shape": (do(mse, [1, 2], [1]), ValueError, "t", "has shape (1,)", "it needs shape (2,)"),
    "t row for batch": (do(mse, [[1, 2]], [1, 2]), ValueError, "t", "has shape (2,)", "it needs shape (1, 2)"),
    "t labels for ten outputs": (
        do(softmax_cross_entropy, np.zeros((200, 10)), np.zeros(200)),
        ValueError,
        "t",
        "has shape (200,)",
        "it needs shape (200, 10), as data.one_hot(t, 10) makes of labels",
    ),
    "short t labels": (
        gradients(x=X, t=[0, 1]),
        ValueError,
        "t",
        "has shape (2,)",
        "it needs shape (2, 2), as data.one_hot(t, 2) makes of labels",
    ),
    "long t labels": (
        long_gradients(x=X, t=[0, 1]),
        ValueError,
        "t",
        "has shape (2,)",
        "it needs shape (2, 2), as data.one_hot(t, 2) makes of labels",
    ),
    "train labels": (
        fit(train=(X, [0, 1])),
        ValueError,
        "train[1]",
        "has shape (2,)",
        "it needs shape (2, 2), as data.one_hot(train[1], 2) makes of labels",
    ),
    "validation labels in a column": (
        fit(validation=(X, [[0], [1]])),
        ValueError,
        "validation[1]",
        "has shape (2, 1)",
        "it needs shape (2, 2), as data.one_hot(validation[1][..., 0], 2) makes of labels",
    ),
    "train without its last axis": (
        fit(narrow(), train=(X, [0, 1])),
        ValueError,
        "train[1]",
        "has shape (2,)",
        "it needs shape (2, 1), as train[1][..., None] has",
    ),
    "t labels": (do(softmax_cross_entropy, [[1, 2]], [1]), ValueError, "t", "has shape (1,)", "it needs shape (1, 2)"),
    "t infinite": (do(mse, [1], [INF]), ValueError, "t[0]", "is inf", "it needs finite numbers"),
    "logits for y": (
        do(cross_entropy, [-1, 2], [1, 0]),
        ValueError,
        "y",
        "runs from -1 to 2",
        "it needs probabilities, from 0 to 1 (softmax_cross_entropy takes logits)",
    ),
    "y above 1": (
        do(cross_entropy.gradient, [0.5, 1.1], [1, 0]),
        ValueError,
        "y",
        "runs from 0.5 to 1.1",
        "it needs probabilities, from 0 to 1 (softmax_cross_entropy takes logits)",
    ),
    "t negative": (
        do(cross_entropy, [0.5, 0.5], [-1, 2]),
        ValueError,
        "t",
        "has the entry -1",
        "it needs probabilities, which are not negative",
    ),
    "t sums to 2": (
        do(softmax_cross_entropy, [[1, 2]] * 2, [[1, 0], [1, 1]]),
        ValueError,
        "t",
        "sums to 2",
        "it needs to sum to 1 in every sample, as probabilities do",
    ),
    "t sums to 0": (
        do(cross_entropy, [0.5, 0.5], [0, 0]),
        ValueError,
        "t",
        "sums to 0",
        "it needs to sum to 1 in every sample, as probabilities do",
    ),
    "t label 2": (
        do(sigmoid_cross_entropy, [1, 1], [0, 2]),
        ValueError,
        "t",
        "runs from 0 to 2",
        "it needs labels from 0 to 1",
    ),
    "t label -1": (
        do(sigmoid_cross_entropy, [1, 1], [-1, 1]),
        ValueError,
        "t",
        "runs from -1 to 1",
        "it needs labels from 0 to 1",
    ),
    # layers and networks
    "W text": (do(Layer, "W", [1], "relu"), TypeError, "W", "is 'W'", "it needs real numbers"),
    "W vector": (do(Layer, [1, 2], [1], "relu"), ValueError, "W", "has shape (2,)", "its number of axes needs to be 2"),
    "W ragged": (do(Layer, RAGGED, [1], "relu"), ValueError, "W", "is ragged", "it needs rows of equal length"),
    "W empty": (
        do(Layer, np.zeros((0, 2)), [1, 2], "relu"),
        ValueError,
        "W",
        "is empty, of shape (0, 2)",
        "it needs at least one entry on every axis",
    ),
    "W NaN": (do(Layer, [[1, NAN]], [1, 2], "relu"), ValueError, "W[0, 1]", "is nan", "it needs finite numbers"),
    "b shape": (do(Layer, [[1, 2]], [1], "relu"), ValueError, "b", "has shape (1,)", "it needs shape (2,)"),
    "b column": (do(Layer, [[1, 2]], [[1], [2]], "relu"), ValueError, "b", "has shape (2, 1)", "it needs shape (2,)"),
    "b infinite": (do(Layer, [[1]], [INF], "relu"), ValueError, "b[0]", "is inf", "it needs finite numbers"),
    "activation name": (
        do(Layer, [[1]], [1], "ReLU"),
        ValueError,
        "activation",
        "is 'ReLU'",
        "it needs one of identity, sigmoid, tanh, relu, softmax",
    ),
    "activation function": (
        do(Layer, [[1]], [1], np.tanh),
        TypeError,
        "activation",
        "is of type ufunc",
        "it needs one of identity, sigmoid, tanh, relu, softmax, by name or as an object",
    ),
    "activation a loss": (
        do(Layer, [[1]], [1], mse),
        TypeError,
        "activation",
        "is of type MSE",
        "it needs one of identity, sigmoid, tanh, relu, softmax, by name or as an object",
    ),
    "z width": (do(network().layers[0], [1, 2]), ValueError, "z", "has shape (2,)", "its last axis needs length 3"),
    "z scalar": (do(network().layers[0], 1), ValueError, "z", "has shape ()", "its number of axes needs to be 1 or 2"),
    "no layers": (do(Network, []), ValueError, "layers", "is empty", "it needs at least one Layer"),
    "layers None": (do(Network, None), TypeError, "layers", "is of type NoneType", "it needs a list"),
    "layers of names": (do(Network, ["relu"]), TypeError, "layers[0]", "is of type str", "it needs a Layer"),
    "layers that do not fit": (
        do(Network, [*network().layers, *network().layers]),
        ValueError,
        "layers[1]",
        "takes 3 inputs",
        "it needs 2, which is what layers[0] gives",
    ),
    "sizes a number": (do(Network.init, 3, ["relu"], RNG), TypeError, "sizes", "is of type int", "it needs a list"),
    "size zero": (do(Network.init, [3, 0], ["relu"], RNG), ValueError, "sizes[1]", "is 0", "it needs 1 or more"),
    "size float": (
        do(Network.init, [3, 2.0], ["relu"], RNG),
        TypeError,
        "sizes[1]",
        "is of type float",
        "it needs a whole number",
    ),
    "size bool": (
        do(Network.init, [3, True], ["relu"], RNG),
        TypeError,
        "sizes[1]",
        "is of type bool",
        "it needs a whole number",
    ),
    "too few sizes": (
        do(Network.init, [3], ["relu"], RNG),
        ValueError,
        "sizes",
        "has 1 entries and activations 1",
        "it needs at least one activation, and one size more",
    ),
    "no activations": (
        do(Network.init, [3], [], RNG),
        ValueError,
        "sizes",
        "has 1 entries and activations 0",
        "it needs at least one activation, and one size more",
    ),
    "one activation": (do(Network.init, [3, 2], "relu", RNG), TypeError, "activations", "is 'relu'", "it needs a list"),
    "activation object": (
        do(Network.init, [3, 2], relu, RNG),
        TypeError,
        "activations",
        "is of type ReLU",
        "it needs a list",
    ),
    "unknown activation": (
        do(Network.init, [3, 2], ["elu"], RNG),
        ValueError,
        "activations[0]",
        "is 'elu'",
        "it needs one of identity, sigmoid, tanh, relu, softmax",
    ),
    "init rng a seed": (
        do(Network.init, [3, 2], ["relu"], 0),
        TypeError,
        "rng",
        "is of type int",
        "it needs a generator, as np.random.default_rng(0) gives",
    ),
    "x width": (do(network(), [1, 2]), ValueError, "x", "has shape (2,)", "its last axis needs length 3"),
    "x NaN": (do(network().forward, [1, 2, NAN]), ValueError, "x[2]", "is nan", "it needs finite numbers"),
    # backpropagation, the short form
    "x text": (gradients(x="123"), TypeError, "x", "is '123'", "it needs real numbers"),
    "x empty batch": (
        gradients(x=np.zeros((0, 3)), t=np.zeros((0, 2))),
        ValueError,
        "x",
        "is empty, of shape (0, 3)",
        "it needs at least one entry on every axis",
    ),
    "x cube": (
        gradients(x=np.ones((1, 1, 3))),
        ValueError,
        "x",
        "has shape (1, 1, 3)",
        "its number of axes needs to be 1 or 2",
    ),
    "t for a sample": (gradients(t=[[1, 0]]), ValueError, "t", "has shape (1, 2)", "it needs shape (2,)"),
    "t for fewer": (
        gradients(x=[GOOD_X] * 2, t=[GOOD_T]),
        ValueError,
        "t",
        "has shape (1, 2)",
        "it needs shape (2, 2)",
    ),
    "t would broadcast": (gradients(t=[1]), ValueError, "t", "has shape (1,)", "it needs shape (2,)"),
    "t of gradients complex": (gradients(t=[1j, 0]), TypeError, "t", "is complex", "it needs real numbers"),
    "t no distribution": (
        gradients(t=[1, 1], loss="cross_entropy"),
        ValueError,
        "t",
        "sums to 2",
        "it needs to sum to 1 in every sample, as probabilities do",
    ),
    "y no probability": (
        gradients(network("relu"), loss="cross_entropy"),
        ValueError,
        "network(x)",
        "runs from 5 to 5",
        "it needs probabilities, from 0 to 1 (softmax_cross_entropy takes logits)",
    ),
    "loss name": (
        gradients(loss="MSE"),
        ValueError,
        "loss",
        "is 'MSE'",
        "it needs one of mse, cross_entropy, softmax_cross_entropy, sigmoid_cross_entropy",
    ),
    "loss function": (
        gradients(loss=np.square),
        TypeError,
        "loss",
        "is of type ufunc",
        "it needs one of mse, cross_entropy, softmax_cross_entropy, sigmoid_cross_entropy, by name or as an object",
    ),
    "loss None": (
        gradients(loss=None),
        TypeError,
        "loss",
        "is of type NoneType",
        "it needs one of mse, cross_entropy, softmax_cross_entropy, sigmoid_cross_entropy, by name or as an object",
    ),
    # tensors and the long form
    "long x width": (long_gradients(x=[1, 2]), ValueError, "x", "has shape (2,)", "its last axis needs length 3"),
    "long x empty": (
        long_gradients(x=np.zeros((0, 3))),
        ValueError,
        "x",
        "is empty, of shape (0, 3)",
        "it needs at least one entry on every axis",
    ),
    "long t": (long_gradients(t=[1, 0, 0]), ValueError, "t", "has shape (3,)", "it needs shape (2,)"),
    "long loss name": (
        long_gradients(loss="mse"),
        TypeError,
        "loss",
        "is 'mse'",
        "it needs a loss object, such as losses.mse",
    ),
    "chain middle": (
        do(tensors.chain, [[1, 2]], [[1]], 1),
        ValueError,
        "outer",
        "ends in the axes (2,) and inner begins with (1,)",
        "the chain needs them equal",
    ),
    "chain too many": (do(tensors.chain, [1], [1], 2), ValueError, "middle", "is 2", "it needs 0 to 1"),
    "layout axes": (do(tensors.other_layout, [1, 2], 2), ValueError, "y_axes", "is 2", "it needs 0 to 1"),
    "du_dz z": (do(tensors.du_dz, [1, 2]), ValueError, "W", "has shape (2,)", "its number of axes needs to be 2"),
    "M_out zero": (do(tensors.du_dW, [1, 2], 0), ValueError, "M_out", "is 0", "it needs 1 or more"),
    "M_out float": (do(tensors.du_db, 2.0), TypeError, "M_out", "is of type float", "it needs a whole number"),
    "F not square": (
        do(tensors.dz_db, [[1, 2]]),
        ValueError,
        "F",
        "has shape (1, 2)",
        "it needs its last two axes equal",
    ),
    "F and W": (
        do(tensors.dz_dz, np.eye(2), np.ones((2, 3))),
        ValueError,
        "F",
        "is for 2 outputs and W for 3",
        "they need to be equal",
    ),
    "F and twin W": (
        do(tensors.twin_dz_dz, np.eye(2), np.ones((3, 2))),
        ValueError,
        "F",
        "is for 2 outputs and W for 3",
        "they need to be equal",
    ),
    "F and T": (
        do(tensors.dz_dW, np.eye(2), np.ones((3, 2, 3))),
        ValueError,
        "F",
        "is for 2 outputs and T for 3",
        "they need to be equal",
    ),
    "F and T batches": (
        do(tensors.dz_dW, np.ones((5, 2, 2)), np.ones((7, 2, 3, 2))),
        ValueError,
        "F",
        "is a batch of 5 and T of 7",
        "they need to be equal",
    ),
    "delta and J": (
        do(tensors.pull_back, [1, 2], np.ones((3, 2))),
        ValueError,
        "J",
        "has shape (3, 2)",
        "its second last axis needs delta's length, 2",
    ),
    "delta and J batches": (
        do(tensors.pull_back, np.ones((5, 2)), np.ones((7, 2, 2))),
        ValueError,
        "delta",
        "is a batch of 5 and J of 7",
        "they need to be equal",
    ),
    "xi and T": (
        do(tensors.dE_dW, [1, 2], np.ones((3, 2, 3))),
        ValueError,
        "T",
        "has shape (3, 2, 3)",
        "its axes up to the third last need to be those of xi, (2,)",
    ),
    # the witness
    "witness x complex": (do(numeric.jacobian, np.exp, [1j]), TypeError, "x", "is complex", "it needs real numbers"),
    "witness x NaN": (do(numeric.jacobian, np.exp, [NAN]), ValueError, "x[0]", "is nan", "it needs finite numbers"),
    "witness scalar NaN": (do(numeric.jacobian, np.exp, NAN), ValueError, "x", "is nan", "it needs finite numbers"),
    "method": (
        do(numeric.jacobian, np.exp, [1], "forward"),
        ValueError,
        "method",
        "is 'forward'",
        "it needs 'complex-step' or 'central'",
    ),
    "step zero": (do(numeric.jacobian, np.exp, [1], step=0), ValueError, "step", "is 0", "it needs 1e-200 or more"),
    "step that gets lost": (
        do(numeric.jacobian, np.sin, [1.0], step=5e-324),
        ValueError,
        "step",
        "is 5e-324",
        "it needs 1e-200 or more",
    ),
    "step that moves nothing": (
        do(numeric.jacobian, np.sin, [1.0], "central", 1e-20),
        ValueError,
        "step",
        "is 1e-20",
        "it needs more, since x[0] = 1 does not move by it",
    ),
    "step text": (do(numeric.jacobian, np.exp, [1], step="1"), TypeError, "step", "is '1'", "it needs one real number"),
    # descent
    "train no pair": (fit(train=[1, 2, 3]), ValueError, "train", "has 3 entries", "it needs two, as a pair (X, T)"),
    "train array": (fit(train=np.ones((2, 3))), TypeError, "train", "is of type ndarray", "it needs a pair (X, T)"),
    "train sample": (
        fit(train=(GOOD_X, GOOD_T)),
        ValueError,
        "train[0]",
        "has shape (3,)",
        "its number of axes needs to be 2",
    ),
    "train empty": (
        fit(train=(np.ones((0, 3)), np.ones((0, 2)))),
        ValueError,
        "train[0]",
        "is empty, of shape (0, 3)",
        "it needs at least one entry on every axis",
    ),
    "train NaN": (
        fit(train=([[1, 2, NAN]], [[1, 0]])),
        ValueError,
        "train[0][0, 2]",
        "is nan",
        "it needs finite numbers",
    ),
    "validation width": (
        fit(validation=(T, T)),
        ValueError,
        "validation[0]",
        "has shape (2, 2)",
        "its last axis needs length 3",
    ),
    "validation T": (fit(validation=(X, X)), ValueError, "validation[1]", "has shape (2, 3)", "it needs shape (2, 2)"),
    "targets": (
        fit(train=(X, [[1, 1], [0, 1]]), loss="cross_entropy"),
        ValueError,
        "train[1]",
        "sums to 2",
        "it needs to sum to 1 in every sample, as probabilities do",
    ),
    "predictions": (
        fit(network("identity"), loss="cross_entropy"),
        ValueError,
        "network(train[0])",
        "runs from 1 to 3",
        "it needs probabilities, from 0 to 1 (softmax_cross_entropy takes logits)",
    ),
    "fit loss": (
        fit(loss="mean"),
        ValueError,
        "loss",
        "is 'mean'",
        "it needs one of mse, cross_entropy, softmax_cross_entropy, sigmoid_cross_entropy",
    ),
    "complex network": (
        fit(Network(Layer([[1j, 0]] * 3, [0, 0], "tanh"))),
        TypeError,
        "network",
        "has complex parameters",
        "it needs real ones",
    ),
    "learning_rate 0": (fit(learning_rate=0), ValueError, "learning_rate", "is 0", "it needs more than 0"),
    "learning_rate -1": (fit(learning_rate=-1), ValueError, "learning_rate", "is -1", "it needs more than 0"),
    "learning_rate NaN": (fit(learning_rate=NAN), ValueError, "learning_rate", "is nan", "it needs a finite number"),
    "learning_rate None": (
        fit(learning_rate=None),
        TypeError,
        "learning_rate",
        "is of type NoneType",
        "it needs one real number",
    ),
    "learning_rate bool": (
        fit(learning_rate=True),
        TypeError,
        "learning_rate",
        "is of type bool",
        "it needs one real number",
    ),
    "epochs 0": (fit(epochs=0), ValueError, "epochs", "is 0", "it needs 1 or more"),
    "epochs float": (fit(epochs=1000.0), TypeError, "epochs", "is of type float", "it needs a whole number"),
    "batch_size 0": (fit(batch_size=0), ValueError, "batch_size", "is 0", "it needs 1 to 2"),
    "batch_size over N": (fit(batch_size=3), ValueError, "batch_size", "is 3", "it needs 1 to 2"),
    "patience 0": (fit(patience=0), ValueError, "patience", "is 0", "it needs 1 or more"),
    "fit rng a seed": (
        fit(rng=0),
        TypeError,
        "rng",
        "is of type int",
        "it needs a generator, as np.random.default_rng(0) gives",
    ),
    "fit rng old": (
        fit(rng=np.random),
        TypeError,
        "rng",
        "is of type module",
        "it needs a generator, as np.random.default_rng(0) gives",
    ),
    "theta scalar": (
        do(descent.path, np.square, 1, 0.1, 1),
        ValueError,
        "theta",
        "has shape ()",
        "its number of axes needs to be 1",
    ),
    "steps negative": (do(descent.path, np.square, [1], 0.1, -1), ValueError, "steps", "is -1", "it needs 0 or more"),
    "path rate": (
        do(descent.path, np.square, [1], -0.1, 1),
        ValueError,
        "learning_rate",
        "is -0.1",
        "it needs more than 0",
    ),
    "path gradient": (
        do(descent.path, np.sum, [1, 2], 0.1, 1),
        ValueError,
        "gradient(theta)",
        "has shape ()",
        "it needs shape (2,)",
    ),
    **{
        f"{way} {loss} behind {last}": (
            call(network(last), *given, loss=kind(loss)),
            ValueError,
            "network",
            f"ends in {last}",
            f"it needs identity there, since {loss} takes logits",
        )
        for way, call, given, kind in (
            ("short", gradients, (), str),
            ("long", long_gradients, (), losses.LOSSES.get),
            ("fit", fit, (), str),
        )
        for loss in ("softmax_cross_entropy", "sigmoid_cross_entropy")
        for last in ("softmax", "sigmoid")
    },
    # data
    "label too large": (
        do(data.one_hot, [[0, 3], [1, 4]], 3),
        ValueError,
        "labels[0, 1]",
        "is 3",
        "it needs 0 to 2 for 3 classes",
    ),
    "label negative": (
        do(data.one_hot, [0, 1, -1], 3),
        ValueError,
        "labels[2]",
        "is -1",
        "it needs 0 to 2 for 3 classes",
    ),
    "label alone": (
        do(data.one_hot, np.uint8(10), 10),
        ValueError,
        "labels",
        "is 10",
        "it needs 0 to 9 for 10 classes",
    ),
    "float labels": (
        do(data.one_hot, [0.0, 0.5], 2),
        ValueError,
        "labels[1]",
        "is 0.5",
        "it needs whole numbers",
    ),
    "boolean labels": (
        do(data.one_hot, [True, False], 2),
        TypeError,
        "labels",
        "is an array of bool",
        "it needs whole numbers",
    ),
    "one label and no number": (do(data.one_hot, [[0, 1], [1.5, 2]], 3), ValueError, "labels[1, 0]", "is 1.5", "whole"),
    "infinite label": (do(data.one_hot, [0, INF], 3), ValueError, "labels[1]", "is inf", "it needs finite numbers"),
    "text labels": (do(data.one_hot, ["3"], 4), TypeError, "labels", "is an array of <U1", "it needs real numbers"),
    "ragged labels": (
        do(data.one_hot, [[0], [0, 1]], 2),
        ValueError,
        "labels",
        "is ragged",
        "it needs rows of equal length",
    ),
    "no labels": (
        do(data.one_hot, [], 2),
        ValueError,
        "labels",
        "is empty, of shape (0,)",
        "it needs at least one entry on every axis",
    ),
    "no classes": (do(data.one_hot, [0], 0), ValueError, "classes", "is 0", "it needs 1 or more"),
    "half a class": (do(data.one_hot, [0], 2.5), TypeError, "classes", "is of type float", "it needs a whole number"),
    "seed None": (do(data.digits, None), TypeError, "seed", "is of type NoneType", "it needs a whole number"),
    "seed negative": (do(data.digits, -1), ValueError, "seed", "is -1", "it needs 0 or more"),
    "curve: no samples": (do(data.curve, 0, RNG), ValueError, "n", "is 0", "it needs 1 or more"),
    "curve: n float": (do(data.curve, 7.0, RNG), TypeError, "n", "is of type float", "it needs a whole number"),
    "curve: n text": (do(data.curve, "7", RNG), TypeError, "n", "is '7'", "it needs a whole number"),
    "curve: rng a seed": (
        do(data.curve, 7, 0),
        TypeError,
        "rng",
        "is of type int",
        "it needs a generator, as np.random.default_rng(0) gives",
    ),
    "curve: rng old": (
        do(data.curve, 7, np.random),
        TypeError,
        "rng",
        "is of type module",
        "it needs a generator, as np.random.default_rng(0) gives",
    ),
    "curve: noise negative": (do(data.curve, 7, RNG, -0.1), ValueError, "noise", "is -0.1", "it needs 0 or more"),
    "curve: noise NaN": (do(data.curve, 7, RNG, NAN), ValueError, "noise", "is nan", "it needs a finite number"),
    "curve: noise text": (do(data.curve, 7, RNG, "0.1"), TypeError, "noise", "is '0.1'", "it needs one real number"),
    "moons: no samples": (do(data.moons, 0, RNG), ValueError, "n", "is 0", "it needs 1 or more"),
    "moons: n float": (do(data.moons, 7.0, RNG), TypeError, "n", "is of type float", "it needs a whole number"),
    "moons: n text": (do(data.moons, "7", RNG), TypeError, "n", "is '7'", "it needs a whole number"),
    "moons: rng a seed": (
        do(data.moons, 7, 0),
        TypeError,
        "rng",
        "is of type int",
        "it needs a generator, as np.random.default_rng(0) gives",
    ),
    "moons: rng old": (
        do(data.moons, 7, np.random),
        TypeError,
        "rng",
        "is of type module",
        "it needs a generator, as np.random.default_rng(0) gives",
    ),
    "moons: noise negative": (do(data.moons, 7, RNG, -0.1), ValueError, "noise", "is -0.1", "it needs 0 or more"),
    "moons: noise NaN": (do(data.moons, 7, RNG, NAN), ValueError, "noise", "is nan", "it needs a finite number"),
    "moons: noise text": (do(data.moons, 7, RNG, "0.1"), TypeError, "noise", "is '0.1'", "it needs one real number"),
    # activations and losses, more
    "u complex scalar": (do(softmax, 2 + 3j), ValueError, "u", "has shape ()", "its number of axes needs to be 1 or 2"),
    "u bytes": (do(sigmoid, b"12"), TypeError, "u", "is of type bytes", "it needs real numbers"),
    "u dict": (do(relu, {"a": 1}), TypeError, "u", "is of type dict", "it needs real numbers"),
    "u dates": (
        do(tanh, np.array(["2026-01-01"], "datetime64[D]")),
        TypeError,
        "u",
        "is an array of datetime64[D]",
        "it needs real numbers",
    ),
    "relu slope NaN": (do(relu.derivative, [NAN]), ValueError, "u[0]", "is nan", "it needs finite numbers"),
    "identity jacobian": (do(activations.identity.jacobian, "1"), TypeError, "u", "is '1'", "it needs real numbers"),
    "delta text": (do(relu.vjp, "12", [1, 2]), TypeError, "delta", "is '12'", "it needs real numbers"),
    "y ragged": (do(mse, RAGGED, RAGGED), ValueError, "y", "is ragged", "it needs rows of equal length"),
    "y cube": (
        do(cross_entropy, np.ones((1, 1, 1)), np.ones((1, 1, 1))),
        ValueError,
        "y",
        "has shape (1, 1, 1)",
        "its number of axes needs to be 1 or 2",
    ),
    "logits NaN": (
        do(sigmoid_cross_entropy.gradient, [NAN], [1]),
        ValueError,
        "y[0]",
        "is nan",
        "it needs finite numbers",
    ),
    "t bool row for batch": (
        do(sigmoid_cross_entropy, [[1, 2]], [True, False]),
        ValueError,
        "t",
        "has shape (2,)",
        "it needs shape (1, 2)",
    ),
    "t None": (do(mse.gradient, [1], None), TypeError, "t", "is of type NoneType", "it needs real numbers"),
    "t of softmax negative": (
        do(softmax_cross_entropy.gradient, [1, 2], [1.5, -0.5]),
        ValueError,
        "t",
        "has the entry -0.5",
        "it needs probabilities, which are not negative",
    ),
    # networks, more
    "W complex NaN": (
        do(Layer, [[complex(NAN, 0)]], [1], "relu"),
        ValueError,
        "W[0, 0]",
        "is (nan+0j)",
        "it needs finite numbers",
    ),
    "b text": (do(Layer, [[1]], "b", "relu"), TypeError, "b", "is 'b'", "it needs real numbers"),
    "activation None": (
        do(Layer, [[1]], [1], None),
        TypeError,
        "activation",
        "is of type NoneType",
        "it needs one of identity, sigmoid, tanh, relu, softmax, by name or as an object",
    ),
    "activation class": (
        do(Layer, [[1]], [1], activations.Sigmoid),
        TypeError,
        "activation",
        "is the class Sigmoid",
        "it needs one of identity, sigmoid, tanh, relu, softmax, by name or as an object",
    ),
    "z NaN": (do(network().layers[0], [1, NAN, 2]), ValueError, "z[1]", "is nan", "it needs finite numbers"),
    "layers a number": (do(Network, 3), TypeError, "layers", "is of type int", "it needs a list"),
    "layers one None": (
        do(Network, [network().layers[0], None]),
        TypeError,
        "layers[1]",
        "is of type NoneType",
        "it needs a Layer",
    ),
    "sizes text": (do(Network.init, "32", ["relu"], RNG), TypeError, "sizes", "is '32'", "it needs a list"),
    "size negative": (do(Network.init, [3, -2], ["relu"], RNG), ValueError, "sizes[1]", "is -2", "it needs 1 or more"),
    "too many activations": (
        do(Network.init, [3, 2], ["relu", "tanh"], RNG),
        ValueError,
        "sizes",
        "has 2 entries and activations 2",
        "it needs at least one activation, and one size more",
    ),
    "activation a class": (
        do(Network.init, [3, 2], [activations.ReLU], RNG),
        TypeError,
        "activations[0]",
        "is the class ReLU",
        "it needs one of identity, sigmoid, tanh, relu, softmax, by name or as an object",
    ),
    "init rng None": (
        do(Network.init, [3, 2], ["relu"], None),
        TypeError,
        "rng",
        "is of type NoneType",
        "it needs a generator, as np.random.default_rng(0) gives",
    ),
    "x text of a network": (do(network(), "123"), TypeError, "x", "is '123'", "it needs real numbers"),
    "x infinite": (do(network(), [1, 2, -INF]), ValueError, "x[2]", "is -inf", "it needs finite numbers"),
    "x cube of forward": (
        do(network().forward, np.ones((1, 1, 3))),
        ValueError,
        "x",
        "has shape (1, 1, 3)",
        "its number of axes needs to be 1 or 2",
    ),
    "layers an array without axes": (
        do(Network, np.array(1.0)),
        TypeError,
        "layers",
        "is of type ndarray",
        "needs a list",
    ),
    "sizes an array without axes": (
        do(Network.init, np.array(3), ["tanh"], RNG),
        TypeError,
        "sizes",
        "is of type ndarray",
        "it needs a list",
    ),
    "save to None": (
        do(network().save, None),
        TypeError,
        "path",
        "is of type NoneType",
        "it needs text or a pathlib.Path",
    ),
    "save to bytes": (
        do(network().save, b"network.npz"),
        TypeError,
        "path",
        "is of type bytes",
        "it needs text or a pathlib.Path",
    ),
    "save what is not finite": (
        do(Network(spoilt(network().layers[0])).save, "never.npz"),
        ValueError,
        "W[0, 0]",
        "is nan",
        "it needs finite numbers",
    ),
    "save a foreign activation": (
        do(Network(Layer([[1]], [1], Foreign())).save, "never.npz"),
        ValueError,
        "activation",
        "is 'foreign'",
        "it needs one of identity, sigmoid, tanh, relu, softmax",
    ),
    "save what only has a known name": (
        do(Network(Layer([[1]], [1], Tanh())).save, "never.npz"),
        ValueError,
        "activation",
        "is 'tanh', of another class",
        "it needs one of identity, sigmoid, tanh, relu, softmax",
    ),
    "save to a device": (
        do(network().save, TERMINAL),
        ValueError,
        "path",
        f"{TERMINAL!r} is a device or a pipe",
        "it needs to be a file",
    ),
    "load a device": (
        do(Network.load, TERMINAL),
        ValueError,
        "path",
        f"{TERMINAL!r} is a device or a pipe",
        "it needs to be a file",
    ),
    "load a number": (do(Network.load, 3), TypeError, "path", "is of type int", "it needs text or a pathlib.Path"),
    "load what is no archive": (
        do(Network.load, CODE),
        ValueError,
        "path",
        f"{str(CODE)!r} holds no network (BadZipFile: File is not a zip file)",
        "it needs a file that save wrote",
    ),
    "load the digits": (
        do(Network.load, DIGITS),
        ValueError,
        "path",
        f"{str(DIGITS)!r} holds no network (",
        "it needs a file that save wrote",
    ),
    # backpropagation, more
    "short network None": (gradients("network"), TypeError, "network", "is 'network'", "it needs a Network"),
    "short network its layers": (
        gradients(network().layers),
        TypeError,
        "network",
        "is of type tuple",
        "it needs a Network",
    ),
    "short network a class": (gradients(Network), TypeError, "network", "is the class Network", "it needs a Network"),
    "short loss a list": (
        gradients(loss=[mse]),
        TypeError,
        "loss",
        "is of type list",
        "it needs one of mse, cross_entropy, softmax_cross_entropy, sigmoid_cross_entropy, by name or as an object",
    ),
    "short loss a class": (
        gradients(loss=losses.MSE),
        TypeError,
        "loss",
        "is the class MSE",
        "it needs one of mse, cross_entropy, softmax_cross_entropy, sigmoid_cross_entropy, by name or as an object",
    ),
    "short x NaN": (gradients(x=[1, NAN, 3]), ValueError, "x[1]", "is nan", "it needs finite numbers"),
    "short t label": (gradients(t=2), ValueError, "t", "has shape ()", "it needs shape (2,)"),
    "short t out of range": (
        gradients(t=[0, 2], loss="sigmoid_cross_entropy"),
        ValueError,
        "t",
        "runs from 0 to 2",
        "it needs labels from 0 to 1",
    ),
    # the long form, more
    "long network text": (long_gradients("network"), TypeError, "network", "is 'network'", "it needs a Network"),
    "long network a list": (
        long_gradients([*network().layers]),
        TypeError,
        "network",
        "is of type list",
        "it needs a Network",
    ),
    "long network a class": (
        long_gradients(Network),
        TypeError,
        "network",
        "is the class Network",
        "it needs a Network",
    ),
    "long loss None": (
        long_gradients(loss=None),
        TypeError,
        "loss",
        "is of type NoneType",
        "it needs a loss object, such as losses.mse",
    ),
    "long loss function": (
        long_gradients(loss=np.square),
        TypeError,
        "loss",
        "is of type ufunc",
        "it needs a loss object, such as losses.mse",
    ),
    "long loss class": (
        long_gradients(loss=losses.MSE),
        TypeError,
        "loss",
        "is the class MSE",
        "it needs a loss object, such as losses.mse",
    ),
    "long x NaN": (long_gradients(x=[NAN, 1, 2]), ValueError, "x[0]", "is nan", "it needs finite numbers"),
    "long x cube": (
        long_gradients(x=np.ones((1, 1, 3))),
        ValueError,
        "x",
        "has shape (1, 1, 3)",
        "its number of axes needs to be 1 or 2",
    ),
    "long t complex": (long_gradients(t=[1j, 0]), TypeError, "t", "is complex", "it needs real numbers"),
    "long t no distribution": (
        long_gradients(t=[1, 1], loss=cross_entropy),
        ValueError,
        "t",
        "sums to 2",
        "it needs to sum to 1 in every sample, as probabilities do",
    ),
    "chain outer text": (
        do(tensors.chain, "outer", [[1]], 1),
        TypeError,
        "outer",
        "is 'outer'",
        "it needs real numbers",
    ),
    "chain inner ragged": (
        do(tensors.chain, [1, 2], RAGGED, 1),
        ValueError,
        "inner",
        "is ragged",
        "it needs rows of equal length",
    ),
    "chain middle negative": (do(tensors.chain, [1], [1], -1), ValueError, "middle", "is -1", "it needs 0 to 1"),
    "chain middle float": (
        do(tensors.chain, [1], [1], 1.0),
        TypeError,
        "middle",
        "is of type float",
        "it needs a whole number",
    ),
    "layout text": (do(tensors.other_layout, "J", 0), TypeError, "J", "is 'J'", "it needs real numbers"),
    "layout negative": (do(tensors.other_layout, [[1, 2]], -1), ValueError, "y_axes", "is -1", "it needs 0 to 2"),
    "du_dz text": (do(tensors.du_dz, "W"), TypeError, "W", "is 'W'", "it needs real numbers"),
    "du_dz NaN": (do(tensors.du_dz, [[NAN]]), ValueError, "W[0, 0]", "is nan", "it needs finite numbers"),
    "du_dW z scalar": (
        do(tensors.du_dW, 1.0, 2),
        ValueError,
        "z",
        "has shape ()",
        "its number of axes needs to be 1 or 2",
    ),
    "du_dW z NaN": (do(tensors.du_dW, [NAN], 2), ValueError, "z[0]", "is nan", "it needs finite numbers"),
    "M_out negative": (do(tensors.du_db, -1), ValueError, "M_out", "is -1", "it needs 1 or more"),
    "M_out text": (do(tensors.du_db, "2"), TypeError, "M_out", "is '2'", "it needs a whole number"),
    "F vector": (do(tensors.dz_db, [1, 2]), ValueError, "F", "has shape (2,)", "its number of axes needs to be 2 or 3"),
    "F NaN": (do(tensors.dz_db, [[NAN]]), ValueError, "F[0, 0]", "is nan", "it needs finite numbers"),
    "W vector of dz_dz": (
        do(tensors.dz_dz, np.eye(2), [1, 2]),
        ValueError,
        "W",
        "has shape (2,)",
        "its number of axes needs to be 2",
    ),
    "F text of twin": (do(tensors.twin_dz_dz, "F", np.eye(2)), TypeError, "F", "is 'F'", "it needs real numbers"),
    "T matrix": (
        do(tensors.dz_dW, np.eye(2), np.eye(2)),
        ValueError,
        "T",
        "has shape (2, 2)",
        "its number of axes needs to be 3 or 4",
    ),
    "delta scalar": (
        do(tensors.pull_back, 1.0, np.eye(2)),
        ValueError,
        "delta",
        "has shape ()",
        "its number of axes needs to be 1 or 2",
    ),
    "J vector": (
        do(tensors.pull_back, [1, 2], [1, 2]),
        ValueError,
        "J",
        "has shape (2,)",
        "its number of axes needs to be 2 or 3",
    ),
    "J NaN": (do(tensors.pull_back, [1], [[NAN]]), ValueError, "J[0, 0]", "is nan", "it needs finite numbers"),
    "xi scalar": (
        do(tensors.dE_dW, 1.0, np.ones((1, 1, 1))),
        ValueError,
        "xi",
        "has shape ()",
        "its number of axes needs to be 1 or 2",
    ),
    "T text": (do(tensors.dE_dW, [1, 2], "T"), TypeError, "T", "is 'T'", "it needs real numbers"),
    # the witness, more
    "f no function": (do(numeric.jacobian, 3, [1.0]), TypeError, "f", "is of type int", "it needs a function"),
    "f gives NaN": (
        do(numeric.jacobian, silent, [1.0]),
        ValueError,
        "f(x)[0]",
        "is (nan+nanj)",
        "it needs finite numbers",
    ),
    "f gives infinity": (
        do(numeric.jacobian, endless, [1.0, 2.0], "central"),
        ValueError,
        "f(x)[1]",
        "is inf",
        "it needs finite numbers",
    ),
    "f gives text": (do(numeric.jacobian, str, [1.0]), TypeError, "f(x)", "is '[1.+1.e-20j]'", "it needs real numbers"),
    "f gives nothing": (
        do(numeric.jacobian, nothing, 1.0, "central"),
        TypeError,
        "f(x)",
        "is of type NoneType",
        "it needs real numbers",
    ),
    "f drops the imaginary part": (
        do(numeric.jacobian, np.abs, [1.0]),
        TypeError,
        "f",
        "gave real numbers for complex ones, so its derivative is lost",
        "try method='central'",
    ),
    "no function for central": (do(numeric.central, 3, [1.0]), TypeError, "f", "is of type int", "it needs a function"),
    "f gives complex numbers": (
        do(numeric.central, lambda x: x * 1j, [1.0]),
        TypeError,
        "f(x)",
        "is complex for a real x",
        "it needs real numbers",
    ),
    "witness x text": (do(numeric.jacobian, np.exp, "1"), TypeError, "x", "is '1'", "it needs real numbers"),
    "method None": (
        do(numeric.jacobian, np.exp, [1], None),
        ValueError,
        "method",
        "is None",
        "it needs 'complex-step' or 'central'",
    ),
    "step negative": (
        do(numeric.jacobian, np.exp, [1], "central", -1e-6),
        ValueError,
        "step",
        "is -1e-06",
        "it needs 1e-200 or more",
    ),
    "step NaN": (do(numeric.jacobian, np.exp, [1], step=NAN), ValueError, "step", "is nan", "it needs a finite number"),
    # descent, more
    "fit network None": (fit("network"), TypeError, "network", "is 'network'", "it needs a Network"),
    "fit network a list": (fit([*network().layers]), TypeError, "network", "is of type list", "it needs a Network"),
    "fit network a class": (fit(Network), TypeError, "network", "is the class Network", "it needs a Network"),
    "fit loss None": (
        fit(loss=None),
        TypeError,
        "loss",
        "is of type NoneType",
        "it needs one of mse, cross_entropy, softmax_cross_entropy, sigmoid_cross_entropy, by name or as an object",
    ),
    "train None": (fit(train=None), TypeError, "train", "is of type NoneType", "it needs a pair (X, T)"),
    "train text": (fit(train="XT"), TypeError, "train", "is of type str", "it needs a pair (X, T)"),
    "train of three": (fit(train=(X, T, T)), ValueError, "train", "has 3 entries", "it needs two, as a pair (X, T)"),
    "train pair of one": (fit(train=(X,)), ValueError, "train", "has 1 entries", "it needs two, as a pair (X, T)"),
    "train label": (fit(train=(X, [0, 1])), ValueError, "train[1]", "has shape (2,)", "it needs shape (2, 2)"),
    "train label out of range": (
        fit(train=(X, [[0, 2], [1, 0]]), loss="sigmoid_cross_entropy"),
        ValueError,
        "train[1]",
        "runs from 0 to 2",
        "it needs labels from 0 to 1",
    ),
    "train complex": (
        fit(train=([[1j, 0, 0]], [[1, 0]])),
        TypeError,
        "train[0]",
        "is complex",
        "it needs real numbers",
    ),
    "train ragged": (fit(train=(RAGGED, T)), ValueError, "train[0]", "is ragged", "it needs rows of equal length"),
    "validation empty": (
        fit(validation=(np.ones((0, 3)), np.ones((0, 2)))),
        ValueError,
        "validation[0]",
        "is empty, of shape (0, 3)",
        "it needs at least one entry on every axis",
    ),
    "validation infinite": (
        fit(validation=([[1, 2, INF]], [[1, 0]])),
        ValueError,
        "validation[0][0, 2]",
        "is inf",
        "it needs finite numbers",
    ),
    "validation no distribution": (
        fit(validation=(X, [[0.5, 0.4], [0, 1]]), loss="cross_entropy"),
        ValueError,
        "validation[1]",
        "sums to 0.9",
        "it needs to sum to 1 in every sample, as probabilities do",
    ),
    "learning_rate infinite": (
        fit(learning_rate=INF),
        ValueError,
        "learning_rate",
        "is inf",
        "it needs a finite number",
    ),
    "learning_rate text": (
        fit(learning_rate="0.1"),
        TypeError,
        "learning_rate",
        "is '0.1'",
        "it needs one real number",
    ),
    "learning_rate array": (
        fit(learning_rate=np.array([0.1])),
        TypeError,
        "learning_rate",
        "is of type ndarray",
        "it needs one real number",
    ),
    "learning_rate complex": (
        fit(learning_rate=0.1j),
        TypeError,
        "learning_rate",
        "is of type complex",
        "it needs one real number",
    ),
    "epochs negative": (fit(epochs=-1), ValueError, "epochs", "is -1", "it needs 1 or more"),
    "epochs bool": (fit(epochs=True), TypeError, "epochs", "is of type bool", "it needs a whole number"),
    "batch_size negative": (fit(batch_size=-1), ValueError, "batch_size", "is -1", "it needs 1 to 2"),
    "batch_size None": (
        fit(batch_size=None),
        TypeError,
        "batch_size",
        "is of type NoneType",
        "it needs a whole number",
    ),
    "batch_size float": (fit(batch_size=1.0), TypeError, "batch_size", "is of type float", "it needs a whole number"),
    "patience float": (fit(patience=1.5), TypeError, "patience", "is of type float", "it needs a whole number"),
    "patience negative": (fit(patience=-3), ValueError, "patience", "is -3", "it needs 1 or more"),
    "fit rng None": (
        fit(rng=None),
        TypeError,
        "rng",
        "is of type NoneType",
        "it needs a generator, as np.random.default_rng(0) gives",
    ),
    "theta NaN": (
        do(descent.path, np.square, [NAN], 0.1, 1),
        ValueError,
        "theta[0]",
        "is nan",
        "it needs finite numbers",
    ),
    "theta text": (do(descent.path, np.square, "1", 0.1, 1), TypeError, "theta", "is '1'", "it needs real numbers"),
    "path rate NaN": (
        do(descent.path, np.square, [1], NAN, 1),
        ValueError,
        "learning_rate",
        "is nan",
        "it needs a finite number",
    ),
    "path rate 0": (
        do(descent.path, np.square, [1], 0, 1),
        ValueError,
        "learning_rate",
        "is 0",
        "it needs more than 0",
    ),
    "steps float": (
        do(descent.path, np.square, [1], 0.1, 1.0),
        TypeError,
        "steps",
        "is of type float",
        "it needs a whole number",
    ),
    "path gradient no function": (
        do(descent.path, [1, 2], [1, 2], 0.1, 1),
        TypeError,
        "gradient",
        "is of type list",
        "it needs a function",
    ),
    "path gradient text": (
        do(descent.path, str, [1.0], 0.1, 1),
        TypeError,
        "gradient(theta)",
        "is '[1.]'",
        "it needs real numbers",
    ),
    "path gradient None": (
        do(descent.path, nothing, [1.0], 0.1, 1),
        TypeError,
        "gradient(theta)",
        "is of type NoneType",
        "it needs real numbers",
    ),
    # checks
    "check number": (do(check, 3.7, 1, 1), TypeError, "number", "is of type float", "it needs text, such as '3.7'"),
    "check with itself": (
        do(check, "3.7", FORM, FORM),
        TypeError,
        "(3.7)",
        "compares an array with itself",
        "it needs forms arrived at by different roads",
    ),
    "check NaN": (do(check, "3.7", [1, NAN], [1, 2]), ValueError, "(3.7)[1]", "is nan", "it needs finite numbers"),
    "check expected NaN": (
        do(check, "3.7", [1, 2], [1, NAN]),
        ValueError,
        "(3.7)[1]",
        "is nan",
        "it needs finite numbers",
    ),
    "check third form infinite": (
        do(check, "3.7", [1], [1], [INF]),
        ValueError,
        "(3.7)[0]",
        "is inf",
        "it needs finite numbers",
    ),
    "check text": (do(check, "3.7", "one", 1), TypeError, "(3.7)", "is 'one'", "it needs real numbers"),
    "check nothing": (
        do(check, "3.7", [], []),
        ValueError,
        "(3.7)",
        "compares nothing",
        "shape (0,); it needs at least one entry",
    ),
    "check ragged": (do(check, "3.7", RAGGED, 1), ValueError, "(3.7)", "is ragged", "it needs rows of equal length"),
    "check tolerance NaN": (
        do(check, "3.7", 1, 1, tolerance=NAN),
        ValueError,
        "tolerance",
        "is nan",
        "it needs a finite number",
    ),
    "check tolerance negative": (
        do(check, "3.7", 1, 1, tolerance=-1e-9),
        ValueError,
        "tolerance",
        "is -1e-09",
        "it needs 0 or more",
    ),
    "check tolerance text": (
        do(check, "3.7", 1, 1, tolerance="1e-9"),
        TypeError,
        "tolerance",
        "is '1e-9'",
        "it needs one real number",
    ),
    "compare label": (do(compare, None, 1, 1), TypeError, "label", "is of type NoneType", "it needs text"),
    "compare with itself": (
        do(compare, "ξ", FORM, FORM),
        TypeError,
        "ξ",
        "compares an array with itself",
        "it needs forms arrived at by different roads",
    ),
    "compare NaN": (do(compare, "ξ", NAN, 1), ValueError, "ξ", "is nan", "it needs finite numbers"),
    "compare nothing": (
        do(compare, "ξ", [], []),
        ValueError,
        "ξ",
        "compares nothing",
        "shape (0,); it needs at least one entry",
    ),
    "refute number": (
        do(refute, None, 1, 2),
        TypeError,
        "number",
        "is of type NoneType",
        "it needs text, such as '3.7'",
    ),
    "refute NaN": (do(refute, "3.7", NAN, 2), ValueError, "(3.7)", "is nan", "it needs finite numbers"),
    "answer exercise": (do(answer, 3, 1, 1), TypeError, "exercise", "is of type int", "it needs text, such as '3.A'"),
    "answer expected None": (
        do(answer, "3.A", 1, None),
        TypeError,
        "expected",
        "is of type NoneType",
        "it needs real numbers",
    ),
    "answer expected ragged": (
        do(answer, "3.A", 1, RAGGED),
        ValueError,
        "expected",
        "is ragged",
        "it needs rows of equal length",
    ),
    "answer tolerance": (do(answer, "3.A", 1, 1, tolerance=-1), ValueError, "tolerance", "is -1", "it needs 0 or more"),
    # show
    "show a list": (do(show.show, [1, 2]), TypeError, "arrays", "is of type list", "it needs a dict"),
    "show keys": (do(show.show, {1: [1]}), TypeError, "arrays", "has the key 1", "it needs text for its keys"),
    "show texts": (
        do(show.show, {"a": ["1"]}),
        TypeError,
        "arrays['a']",
        "is an array of <U1",
        "it needs real numbers",
    ),
    "show five axes": (
        do(show.show, {"a": np.ones((1, 1, 1, 1, 1))}),
        ValueError,
        "arrays['a']",
        "has shape (1, 1, 1, 1, 1)",
        "its number of axes needs to be 0 or 1 or 2 or 3 or 4",
    ),
    "show complex": (do(show.show, {"a": [1j]}), TypeError, "arrays['a']", "is complex", "it needs real numbers"),
    "show digits": (do(show.show, {"a": [1]}, -1), ValueError, "digits", "is -1", "it needs 0 or more"),
    "show digits float": (
        do(show.show, {"a": [1]}, 2.0),
        TypeError,
        "digits",
        "is of type float",
        "it needs a whole number",
    ),
    "source of a number": (
        do(show.source, 3),
        TypeError,
        "objects[0]",
        "is 3",
        "it needs a function or class whose code is at hand",
    ),
    "source of a built-in": (
        do(show.source, show.show, len),
        TypeError,
        "objects[1]",
        "is <built-in function len>",
        "it needs a function or class whose code is at hand",
    ),
    "significant digits": (do(show.significant, 1.0, 0), ValueError, "digits", "is 0", "it needs 1 or more"),
    "significant text": (do(show.significant, "1"), TypeError, "x", "is '1'", "it needs one real number"),
    "number text": (do(show.number, "1"), TypeError, "x", "is '1'", "it needs one real number"),
    "number array": (do(show.number, np.ones(2)), TypeError, "x", "is of type ndarray", "it needs one real number"),
    "number complex": (do(show.number, 1j), TypeError, "x", "is of type complex", "it needs one real number"),
    "number digits": (do(show.number, 1.0, -1), ValueError, "digits", "is -1", "it needs 0 or more"),
    "table label": (do(show.table, None, [1]), TypeError, "label", "is of type NoneType", "it needs text"),
    "table texts": (do(show.table, "a", ["1"]), TypeError, "a", "is an array of <U1", "it needs real numbers"),
    "table cube": (
        do(show.table, "a", np.ones((1, 1, 1))),
        ValueError,
        "a",
        "has shape (1, 1, 1)",
        "its number of axes needs to be 0 or 1 or 2",
    ),
    "table ragged": (do(show.table, "a", RAGGED), ValueError, "a", "is ragged", "it needs rows of equal length"),
    "table scale 0": (do(show.table, "a", [1], scale=0), ValueError, "scale", "is 0", "it needs more than 0"),
    "table axes": (do(show.table, "a", [1], axes=None), TypeError, "axes", "is of type NoneType", "it needs text"),
    "table digits": (do(show.table, "a", [1], digits=-2), ValueError, "digits", "is -2", "it needs 0 or more"),
    "cells complex": (do(show.cells, [1j]), TypeError, "a", "is complex", "it needs real numbers"),
    "cells scale NaN": (do(show.cells, [1], NAN), ValueError, "scale", "is nan", "it needs a finite number"),
    "caption label": (do(show.caption, None, [1]), TypeError, "label", "is of type NoneType", "it needs text"),
    "caption ragged": (do(show.caption, "a", RAGGED), ValueError, "a", "is ragged", "it needs rows of equal length"),
    "legend scale": (do(show.legend, -1), ValueError, "scale", "is -1", "it needs more than 0"),
    # plots
    "picture of nothing": (
        do(plots.picture, None, "words"),
        TypeError,
        "figure",
        "is of type NoneType",
        "it needs a Figure",
    ),
    "picture without words": (
        do(plots.picture, FIGURE, " "),
        ValueError,
        "words",
        "is ' '",
        "it needs a sentence that says what the figure shows",
    ),
    "picture words None": (do(plots.picture, FIGURE, None), TypeError, "words", "is of type NoneType", "it needs text"),
    "figure columns": (do(plots.figure, 0), ValueError, "columns", "is 0", "it needs 1 or more"),
    "figure rows": (do(plots.figure, 1, 1.5), TypeError, "rows", "is of type float", "it needs a whole number"),
    "figure width": (do(plots.figure, 1, width=0), ValueError, "width", "is 0", "it needs more than 0"),
    "figure height": (do(plots.figure, 1, height=-1), ValueError, "height", "is -1", "it needs more than 0"),
    "heatmap ax": (do(plots.heatmap, None, TABLE, "title"), TypeError, "ax", "is of type NoneType", "it needs an Axes"),
    "heatmap all axes": (
        do(plots.heatmap, FLAT, TABLE, "title"),
        TypeError,
        "ax",
        "is of type ndarray",
        "it needs an Axes",
    ),
    "heatmap cube": (
        do(plots.heatmap, AX, np.ones((2, 2, 2)), "title"),
        ValueError,
        "a",
        "has shape (2, 2, 2)",
        "its number of axes needs to be 1 or 2",
    ),
    "heatmap empty": (
        do(plots.heatmap, AX, [], "title"),
        ValueError,
        "a",
        "is empty, of shape (0,)",
        "it needs at least one entry on every axis",
    ),
    "heatmap scale": (
        do(plots.heatmap, AX, TABLE, "title", scale=0),
        ValueError,
        "scale",
        "is 0",
        "it needs more than 0",
    ),
    "heatmap rows": (
        do(plots.heatmap, AX, TABLE, "title", rows=2),
        TypeError,
        "rows",
        "is of type int",
        "it needs text",
    ),
    "heatmap digits": (
        do(plots.heatmap, AX, TABLE, "title", digits=-1),
        ValueError,
        "digits",
        "is -1",
        "it needs 0 or more",
    ),
    "bend two axes": (do(plots.bend, AXES[:2], sigmoid, "σ", [1]), ValueError, "axes", "has 2 entries", "it needs 3"),
    "bend one ax": (do(plots.bend, AX, sigmoid, "σ", [1]), TypeError, "axes", "is of type Axes", "it needs a list"),
    "bend softmax": (
        do(plots.bend, AXES, softmax, "S", [1]),
        TypeError,
        "f",
        "is of type Softmax",
        "it needs a component-wise activation",
    ),
    "bend x": (
        do(plots.bend, AXES, sigmoid, "σ", [[1]]),
        ValueError,
        "x",
        "has shape (1, 1)",
        "its number of axes needs to be 1",
    ),
    "lines ax": (
        do(plots.lines, AXES, [1, 2], {"a": [1, 2]}, "title", NAMES),
        TypeError,
        "ax",
        "is of type list",
        "it needs an Axes",
    ),
    "lines x": (
        do(plots.lines, AX, TABLE, {"a": [1, 2]}, "title", NAMES),
        ValueError,
        "x",
        "has shape (2, 3)",
        "its number of axes needs to be 1",
    ),
    "lines series": (
        do(plots.lines, AX, [1, 2], [1, 2], "title", NAMES),
        TypeError,
        "series",
        "is of type list",
        "it needs a dict",
    ),
    "lines series length": (
        do(plots.lines, AX, [1, 2], {"a": [1, 2, 3]}, "title", NAMES),
        ValueError,
        "series['a']",
        "has shape (3,)",
        "it needs shape (2,)",
    ),
    "lines of nothing": (
        do(plots.lines, AX, [1, 2], {}, "title", NAMES),
        ValueError,
        "series",
        "is empty",
        "it needs a curve at least",
    ),
    "lines over nothing": (
        do(plots.lines, AX, [], {"a": []}, "title", NAMES),
        ValueError,
        "x",
        "is empty, of shape (0,)",
        "it needs at least one entry on every axis",
    ),
    "lines one label": (
        do(plots.lines, AX, [1, 2], {"a": [1, 2]}, "title", ["across"]),
        ValueError,
        "labels",
        "has 1 entries",
        "it needs 2",
    ),
    "lines labels text": (
        do(plots.lines, AX, [1, 2], {"a": [1, 2]}, "title", "xy"),
        TypeError,
        "labels",
        "is 'xy'",
        "it needs a list",
    ),
    "box flat axes": (
        do(plots.box, AX, np.ones((2, 2, 2)), "T", 1),
        ValueError,
        "ax",
        "is of the projection 'rectilinear'",
        "it needs '3d'",
    ),
    "box matrix": (
        do(plots.box, BOX, TABLE, "T", 1),
        ValueError,
        "T",
        "has shape (2, 3)",
        "its number of axes needs to be 3",
    ),
    "box scale": (
        do(plots.box, BOX, np.ones((2, 2, 2)), "T", None),
        TypeError,
        "scale",
        "is of type NoneType",
        "it needs one real number",
    ),
    "box cut": (
        do(plots.box, BOX, np.ones((2, 2, 2)), "T", 1, "x"),
        ValueError,
        "cut",
        "is 'x'",
        "it needs one of k, i, j",
    ),
    "slices matrix": (
        do(plots.slices, TABLE, "k", 1),
        ValueError,
        "T",
        "has shape (2, 3)",
        "its number of axes needs to be 3",
    ),
    "slices cut": (
        do(plots.slices, np.ones((2, 2, 2)), "z", 1),
        ValueError,
        "cut",
        "is 'z'",
        "it needs one of k, i, j",
    ),
    "slices cut number": (
        do(plots.slices, np.ones((2, 2, 2)), 0, 1),
        TypeError,
        "cut",
        "is of type int",
        "it needs one of k, i, j, by name or as an object",
    ),
    "slices scale": (do(plots.slices, np.ones((2, 2, 2)), "k", 0), ValueError, "scale", "is 0", "it needs more than 0"),
    "slices NaN": (
        do(plots.slices, np.full((2, 2, 2), NAN), "k", 1),
        ValueError,
        "T[0, 0, 0]",
        "is nan",
        "it needs finite numbers",
    ),
    "box of too many": (
        do(plots.box, BOX, np.ones((11, 10, 10)), "T", 1),
        ValueError,
        "T",
        "has 1100 entries",
        "it needs 1000 at most, a cube to each",
    ),
    "curves of no epoch": (
        do(plots.curves, AX, descent.History()),
        ValueError,
        "history.train",
        "is empty, of shape (0,)",
        "it needs at least one entry on every axis",
    ),
    "curves of two lengths": (
        do(plots.curves, AX, descent.History([1.0, 2.0], [1.0])),
        ValueError,
        "history.validation",
        "has shape (1,)",
        "it needs shape (2,)",
    ),
    "curves best": (
        do(plots.curves, AX, descent.History([1.0], [1.0], best=1)),
        ValueError,
        "history.best",
        "is 1",
        "it needs 0 to 0",
    ),
    "surface of one x": (
        do(plots.surface, AX, np.sum, [1], [1, 2], "title", NAMES),
        ValueError,
        "x",
        "is [1.]",
        "it needs two numbers or more that rise",
    ),
    "surface of falling y": (
        do(plots.surface, AX, np.sum, [1, 2], [2, 1], "title", NAMES),
        ValueError,
        "y",
        "is [2. 1.]",
        "it needs two numbers or more that rise",
    ),
    "loglog over equal x": (
        do(plots.loglog, AX, [2, 2], {"a": [1, 2]}, "title", NAMES),
        ValueError,
        "x",
        "is [2. 2.] where a slope is fitted",
        "it needs two different numbers",
    ),
    "loglog of nothing": (
        do(plots.loglog, AX, [1, 2], {}, "title", NAMES),
        ValueError,
        "series",
        "is empty",
        "it needs a curve at least",
    ),
    "parting of no output": (
        do(plots.parting, AX, [1, 2], np.ones((2, 0)), np.ones((2, 0)), "title", NAMES),
        ValueError,
        "actual",
        "is empty, of shape (2, 0)",
        "it needs at least one entry on every axis",
    ),
    "digits no probabilities": (
        digits(np.ones((2, 64)), 2 * np.ones((2, 10))),
        ValueError,
        "probabilities",
        "runs from 2 to 2",
        "it needs probabilities, from 0 to 1",
    ),
    "heatmap blank": (
        do(plots.heatmap, AX, TABLE, "title", blank=[True]),
        ValueError,
        "blank",
        "has shape (1,)",
        "it needs shape (2, 3)",
    ),
    "curves ax": (do(plots.curves, None, HISTORY), TypeError, "ax", "is of type NoneType", "it needs an Axes"),
    "curves history": (
        do(plots.curves, AX, [1, 2]),
        TypeError,
        "history",
        "is of type list",
        "it needs a descent.History",
    ),
    "surface J": (
        do(plots.surface, AX, 3, [1, 2], [1, 2], "title", NAMES),
        TypeError,
        "J",
        "is of type int",
        "it needs a function",
    ),
    "surface x": (
        do(plots.surface, AX, np.sum, 1, [1, 2], "title", NAMES),
        ValueError,
        "x",
        "has shape ()",
        "its number of axes needs to be 1",
    ),
    "surface J shape": (
        do(plots.surface, AX, np.sum, [1, 2], [1, 2], "title", NAMES),
        ValueError,
        "J(x, y)",
        "has shape ()",
        "it needs shape (2, 2)",
    ),
    "surface J zero": (
        do(plots.surface, AX, level, [1, 2], [1, 2], "title", NAMES),
        ValueError,
        "J(x, y)",
        "is 0 at most",
        "it needs to be above 0 somewhere",
    ),
    "surface labels": (
        do(plots.surface, AX, np.sum, [1, 2], [1, 2], "title", None),
        TypeError,
        "labels",
        "is of type NoneType",
        "it needs a list",
    ),
    "path of three": (
        do(plots.descent_path, AX, TABLE),
        ValueError,
        "visited",
        "has shape (2, 3)",
        "its last axis needs length 2",
    ),
    "path NaN": (
        do(plots.descent_path, AX, [[NAN, 1]]),
        ValueError,
        "visited[0, 0]",
        "is nan",
        "it needs finite numbers",
    ),
    "path ax": (do(plots.descent_path, "ax", [[1, 2]]), TypeError, "ax", "is 'ax'", "it needs an Axes"),
    "digits axes": (digits(axes=AX), TypeError, "axes", "is of type Axes", "it needs a list"),
    "digits one row": (digits(axes=AXES), ValueError, "axes", "has 3 entries", "it needs 2"),
    "digits images": (
        digits(),
        ValueError,
        "images",
        "has shape (2, 3)",
        "it needs 2 images of 64 pixels, one to each axes",
    ),
    "digits probabilities": (
        digits(images=np.ones((2, 64)), probabilities=np.ones((2, 9))),
        ValueError,
        "probabilities",
        "has shape (2, 9)",
        "it needs shape (2, 10)",
    ),
    "digits label": (
        digits(images=np.ones((2, 64)), probabilities=np.ones((2, 10)), labels=[1, 10]),
        ValueError,
        "labels[1]",
        "is 10",
        "it needs 0 to 9",
    ),
    "digits too few labels": (
        digits(images=np.ones((2, 64)), probabilities=np.ones((2, 10)), labels=[1]),
        ValueError,
        "labels",
        "has 1 entries",
        "it needs 2",
    ),
    "loglog ax": (
        do(plots.loglog, None, [1, 2], {"a": [1, 2]}, "title", NAMES),
        TypeError,
        "ax",
        "is of type NoneType",
        "it needs an Axes",
    ),
    "loglog x zero": (
        do(plots.loglog, AX, [0, 1], {"a": [1, 2]}, "title", NAMES),
        ValueError,
        "x",
        "has the entry 0",
        "it needs numbers above 0, which have a logarithm",
    ),
    "loglog x text": (
        do(plots.loglog, AX, "12", {"a": [1, 2]}, "title", NAMES),
        TypeError,
        "x",
        "is '12'",
        "it needs real numbers",
    ),
    "loglog negative": (
        do(plots.loglog, AX, [1, 2], {"a": [1, -2]}, "title", NAMES),
        ValueError,
        "series['a']",
        "is [ 1. -2.] where its slope is fitted",
        "it needs two numbers above 0",
    ),
    "loglog one number": (
        do(plots.loglog, AX, [1, 2], {"a": [1, NAN]}, "title", NAMES),
        ValueError,
        "series['a']",
        "is [ 1. nan] where its slope is fitted",
        "it needs two numbers above 0",
    ),
    "loglog series": (
        do(plots.loglog, AX, [1, 2], None, "title", NAMES),
        TypeError,
        "series",
        "is of type NoneType",
        "it needs a dict",
    ),
    "parting ax": (
        do(plots.parting, 1, [1, 2], TABLE, TABLE, "title", NAMES),
        TypeError,
        "ax",
        "is of type int",
        "it needs an Axes",
    ),
    "parting actual": (
        do(plots.parting, AX, [1, 2, 3], TABLE, TABLE, "title", NAMES),
        ValueError,
        "actual",
        "has shape (2, 3)",
        "it needs shape (3, 3)",
    ),
    "parting predicted": (
        do(plots.parting, AX, [1, 2], TABLE, TABLE.T, "title", NAMES),
        ValueError,
        "predicted",
        "has shape (3, 2)",
        "it needs shape (2, 3)",
    ),
    "tensor ax": (do(plots.tensor, FIGURE, TABLE, "title"), TypeError, "ax", "is of type Figure", "it needs an Axes"),
    "tensor five axes": (
        do(plots.tensor, AX, np.ones((1, 1, 1, 1, 1)), "title"),
        ValueError,
        "a",
        "has shape (1, 1, 1, 1, 1)",
        "its number of axes needs to be 0 or 1 or 2 or 3 or 4",
    ),
    "tensor empty": (
        do(plots.tensor, AX, [[]], "title"),
        ValueError,
        "a",
        "is empty, of shape (1, 0)",
        "it needs at least one entry on every axis",
    ),
    "tensor letters": (
        do(plots.tensor, AX, TABLE, "title", "kij"),
        ValueError,
        "axes",
        "is 'kij'",
        "it needs 2 letters at most for shape (2, 3)",
    ),
    "tensor scale": (
        do(plots.tensor, AX, TABLE, "title", scale=-1),
        ValueError,
        "scale",
        "is -1",
        "it needs more than 0",
    ),
    # live views
    "slider label": (do(Slider, 1, 0, 0, 1), TypeError, "label", "is of type int", "it needs text"),
    "slider value": (do(Slider, "a", "0", 0, 1), TypeError, "value", "is '0'", "it needs one real number"),
    "slider value NaN": (do(Slider, "a", NAN, 0, 1), ValueError, "value", "is nan", "it needs a finite number"),
    "slider range": (do(Slider, "a", 0, 1, 1), ValueError, "high", "is 1", "it needs more than 1.0"),
    "slider high text": (do(Slider, "a", 0, 0, "1"), TypeError, "high", "is '1'", "it needs one real number"),
    "slider step": (do(Slider, "a", 0, 0, 1, 0), ValueError, "step", "is 0", "it needs more than 0"),
    "log slider zero": (do(LogSlider, "γ", 1, 0, 10), ValueError, "low", "is 0", "it needs more than 0"),
    "log slider value": (do(LogSlider, "γ", -1, 1, 10), ValueError, "value", "is -1", "it needs more than 0"),
    "log slider steps": (do(LogSlider, "γ", 1, 1, 10, 0), ValueError, "steps", "is 0", "it needs 1 or more"),
    "sliders scalar": (
        do(Sliders, "z", 1, 0, 1),
        ValueError,
        "array",
        "has shape ()",
        "its number of axes needs to be 1 or 2",
    ),
    "sliders empty": (
        do(Sliders, "z", [], 0, 1),
        ValueError,
        "array",
        "is empty, of shape (0,)",
        "it needs at least one entry on every axis",
    ),
    "sliders NaN": (do(Sliders, "z", [NAN], 0, 1), ValueError, "array[0]", "is nan", "it needs finite numbers"),
    "sliders too many": (
        do(Sliders, "z", np.ones(1001), 0, 2),
        ValueError,
        "array",
        "has 1001 entries",
        "it needs 1000 at most, a slider to each",
    ),
    "sliders name": (do(Sliders, None, [1], 0, 1), TypeError, "name", "is of type NoneType", "it needs text"),
    "sliders range": (do(Sliders, "z", [1], 1, 0), ValueError, "high", "is 0", "it needs more than 1.0"),
    "choice value": (
        do(Choice, "kind", "high", ["low", "wide"]),
        ValueError,
        "kind",
        "is 'high'",
        "it needs one of low, wide",
    ),
    "choice value list": (
        do(Choice, "kind", ["low"], ["low", "wide"]),
        ValueError,
        "kind",
        "is ['low']",
        "it needs one of low, wide",
    ),
    "choice names text": (do(Choice, "kind", "low", "low"), TypeError, "names", "is 'low'", "it needs a list"),
    "choice names numbers": (
        do(Choice, "kind", 1, [1, 2]),
        TypeError,
        "names",
        "has the key 1",
        "it needs text for its keys",
    ),
    "choice label": (do(Choice, None, "low", ["low"]), TypeError, "label", "is of type NoneType", "it needs text"),
    "canvas figure": (do(Canvas, None, [], "words"), TypeError, "figure", "is of type NoneType", "it needs a Figure"),
    "canvas moving": (do(Canvas, FIGURE, ["line"], "words"), TypeError, "moving[0]", "is 'line'", "it needs an Artist"),
    "canvas moving no list": (
        do(Canvas, FIGURE, AX, "words"),
        TypeError,
        "moving",
        "is of type Axes",
        "it needs a list",
    ),
    "canvas words": (
        do(Canvas, FIGURE, [], ""),
        ValueError,
        "words",
        "is ''",
        "it needs a sentence that says what the figure shows",
    ),
    "view controls": (view([]), TypeError, "controls", "is of type list", "it needs a dict"),
    "view control": (view({"z": 1}), TypeError, "controls['z']", "is of type int", "it needs a Control"),
    "view model": (view(model={}), TypeError, "model", "is of type dict", "it needs a function"),
    "view layout": (view(layout=None), TypeError, "layout", "is of type NoneType", "it needs a function"),
    "view memory": (view(memory=[1]), TypeError, "memory", "is of type list", "it needs a dict"),
    "view actions": (view(actions=["Reset"]), TypeError, "actions", "is of type list", "it needs a dict"),
    "view action": (
        view(actions={"Double": 2}),
        TypeError,
        "actions['Double']",
        "is of type int",
        "it needs a function",
    ),
    "view repeated": (
        view(repeated="Double"),
        ValueError,
        "repeated",
        "is 'Double'",
        "it needs one of the actions, none",
    ),
    "view canvas": (view(canvas=FIGURE), TypeError, "canvas", "is of type Figure", "it needs a Canvas"),
    "view scale": (view(scale=0), ValueError, "scale", "is 0", "it needs more than 0"),
    # the views of the notebooks
    "curves of x": (
        do(activation_curves.view, TABLE, TABLE),
        ValueError,
        "x",
        "has shape (2, 3)",
        "its number of axes needs to be 1",
    ),
    "curves of delta": (
        do(activation_curves.view, [1, 2], [1]),
        ValueError,
        "delta",
        "has shape (1,)",
        "it needs shape (2,)",
    ),
    "curves of activation": (
        do(activation_curves.view, [1], [1], "gelu"),
        ValueError,
        "activation",
        "is 'gelu'",
        "it needs one of identity, sigmoid, tanh, relu, softmax",
    ),
    "pass network": (
        do(backpropagation.view, None, GOOD_X, GOOD_T, mse),
        TypeError,
        "network",
        "is of type NoneType",
        "it needs a Network",
    ),
    "pass network complex": (
        do(backpropagation.view, imaginary(), GOOD_X, GOOD_T, mse),
        TypeError,
        "network",
        "has complex parameters",
        "it needs real ones",
    ),
    "pass x": (
        do(backpropagation.view, network(), [1, 2], GOOD_T, mse),
        ValueError,
        "x",
        "has shape (2,)",
        "it needs shape (3,)",
    ),
    "view of softmax twice": (
        do(backpropagation.view, network(), GOOD_X, GOOD_T, softmax_cross_entropy),
        ValueError,
        "network",
        "ends in softmax",
        "it needs identity there, since softmax_cross_entropy takes logits",
    ),
    "pass t": (
        do(backpropagation.view, network(), GOOD_X, [1], mse),
        ValueError,
        "t",
        "has shape (1,)",
        "it needs shape (2,)",
    ),
    "pass loss": (
        do(backpropagation.view, network(), GOOD_X, GOOD_T, np.square),
        TypeError,
        "loss",
        "is of type ufunc",
        "it needs one of mse, cross_entropy, softmax_cross_entropy, sigmoid_cross_entropy, by name or as an object",
    ),
    "pass t no distribution": (
        do(backpropagation.view, network(), GOOD_X, [1, 1], cross_entropy),
        ValueError,
        "t",
        "sums to 2",
        "it needs to sum to 1 in every sample, as probabilities do",
    ),
    "shapes x": (
        do(derivative_shapes.view, 1, TABLE),
        ValueError,
        "x",
        "has shape ()",
        "its number of axes needs to be 1",
    ),
    "shapes x NaN": (do(derivative_shapes.view, [NAN], TABLE), ValueError, "x[0]", "is nan", "it needs finite numbers"),
    "shapes X": (
        do(derivative_shapes.view, [1], [1, 2]),
        ValueError,
        "X",
        "has shape (2,)",
        "its number of axes needs to be 2",
    ),
    "shapes outputs": (
        do(derivative_shapes.view, [1], TABLE, (2,)),
        ValueError,
        "outputs",
        "has 1 entries",
        "it needs 2, the shape of a matrix",
    ),
    "shapes outputs zero": (
        do(derivative_shapes.view, [1], TABLE, (2, 0)),
        ValueError,
        "outputs[1]",
        "is 0",
        "it needs 1 or more",
    ),
    "shapes outputs number": (
        do(derivative_shapes.view, [1], TABLE, 2),
        TypeError,
        "outputs",
        "is of type int",
        "it needs a list",
    ),
    "rate x": (
        do(gradient_descent.learning_rate, TABLE, [1, 2], [0, 0]),
        ValueError,
        "x",
        "has shape (2, 3)",
        "its number of axes needs to be 1",
    ),
    "rate t": (
        do(gradient_descent.learning_rate, [1, 2], [1], [0, 0]),
        ValueError,
        "t",
        "has shape (1,)",
        "it needs shape (2,)",
    ),
    "rate start": (
        do(gradient_descent.learning_rate, [1, 2], [1, 2], [0, INF]),
        ValueError,
        "start[1]",
        "is inf",
        "it needs finite numbers",
    ),
    "rate": (
        do(gradient_descent.learning_rate, [1, 2], [1, 2], [0, 0], 0),
        ValueError,
        "rate",
        "is 0",
        "it needs more than 0",
    ),
    "training network": (
        do(gradient_descent.training, None, PAIR, PAIR),
        TypeError,
        "network",
        "is of type NoneType",
        "it needs a Network",
    ),
    "training network complex": (
        do(gradient_descent.training, imaginary(), PAIR, PAIR),
        TypeError,
        "network",
        "has complex parameters",
        "it needs real ones",
    ),
    "training one class": (
        do(gradient_descent.training, narrow(), (X, [[1], [1]]), (X, [[1], [1]])),
        ValueError,
        "network",
        "has 1 output",
        "it needs 2 or more, one to each class",
    ),
    "training softmax": (
        do(gradient_descent.training, network("softmax"), PAIR, PAIR),
        ValueError,
        "network",
        "ends in softmax",
        "it needs identity there, since the loss takes logits",
    ),
    "training train": (
        do(gradient_descent.training, network("identity"), None, PAIR),
        TypeError,
        "train",
        "is of type NoneType",
        "it needs a pair (X, T)",
    ),
    "training labels": (
        do(gradient_descent.training, network("identity"), (X, [0, 1]), PAIR),
        ValueError,
        "train[1]",
        "has shape (2,)",
        "it needs shape (2, 2)",
    ),
    "training class without": (
        do(gradient_descent.training, network("identity"), PAIR, (X, [[1, 0], [1, 0]])),
        ValueError,
        "validation",
        "has no sample of class 1",
        "it needs some of every class",
    ),
    "jacobians z": (
        do(jacobians.view, [1, 2], TABLE.T[:, :1], [1]),
        ValueError,
        "z",
        "has shape (2,)",
        "it needs shape (3,)",
    ),
    "jacobians activation": (
        do(jacobians.view, [1, 2], TABLE, [1, 2, 3], "gelu"),
        ValueError,
        "activation",
        "is 'gelu'",
        "it needs one of identity, sigmoid, tanh, relu, softmax",
    ),
    "prediction y text": (do(losses_view.prediction, "0.5"), TypeError, "y", "is '0.5'", "it needs one real number"),
    "prediction y": (
        do(losses_view.prediction, 1.5),
        ValueError,
        "y",
        "is 1.5",
        "it needs a probability from 0.01 to 0.99",
    ),
    "prediction t NaN": (do(losses_view.prediction, 0.5, NAN), ValueError, "t", "is nan", "it needs a finite number"),
    "prediction t": (
        do(losses_view.prediction, 0.5, -0.1),
        ValueError,
        "t",
        "is -0.1",
        "it needs a probability from 0 to 1",
    ),
    "logits cube": (
        do(losses_view.view, TABLE),
        ValueError,
        "u",
        "has shape (2, 3)",
        "its number of axes needs to be 1",
    ),
    "logits target": (do(losses_view.view, [1, 0], 2), ValueError, "target", "is 2", "it needs 0 to 1"),
    "logits target float": (
        do(losses_view.view, [1, 0], 1.0),
        TypeError,
        "target",
        "is of type float",
        "it needs a whole number",
    ),
    "layer W": (
        do(single_layer.view, [1], [1], [1]),
        ValueError,
        "W",
        "has shape (1,)",
        "its number of axes needs to be 2",
    ),
    "layer z": (do(single_layer.view, [1], TABLE, [1, 2, 3]), ValueError, "z", "has shape (1,)", "it needs shape (2,)"),
    "layer b NaN": (
        do(single_layer.view, [1, 2], TABLE, [1, 2, NAN]),
        ValueError,
        "b[2]",
        "is nan",
        "it needs finite numbers",
    ),
    "layer activation": (
        do(single_layer.view, [1, 2], TABLE, [1, 2, 3], None),
        TypeError,
        "activation",
        "is of type NoneType",
        "it needs one of identity, sigmoid, tanh, relu, softmax, by name or as an object",
    ),
    "walk z": (
        do(weight_tensor.view, TABLE, [1]),
        ValueError,
        "z",
        "has shape (2, 3)",
        "its number of axes needs to be 1",
    ),
    "walk xi": (do(weight_tensor.view, [1], "ξ"), TypeError, "xi", "is 'ξ'", "it needs real numbers"),
    "walk too far": (
        do(weight_tensor.view, np.ones(11), np.ones(10)),
        ValueError,
        "xi",
        "has 10 entries and z 11, so T has 1100",
        "it needs 1000 at most, a cube to each",
    ),
    "walk empty": (
        do(weight_tensor.view, [], [1]),
        ValueError,
        "z",
        "is empty, of shape (0,)",
        "it needs at least one entry on every axis",
    ),
}


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


def verdict(call, kind, argument, got, needs):
    """Make a wrong call. Returns what is amiss with the way it ends, or None."""
    before = handed_in(call)
    try:
        result = call()
    except (TypeError, ValueError) as error:
        message = str(error)
        if type(error) is not kind:
            return f"it raises {type(error).__name__}"
        if not message.startswith(f"{argument} {got}") or needs not in message[len(f"{argument} {got}") :]:
            return f"it says: {message}"
    else:
        return f"it gives {result!r}"
    return None if handed_in(call) == before else "it changes what it was given"


@pytest.mark.parametrize("row", WRONG.values(), ids=WRONG)
def test_a_wrong_call_is_told_what_is_wrong_and_changes_nothing(row, capsys):
    assert verdict(*row) is None
    assert capsys.readouterr() == ("", "")


def owner(value):
    """The function or class that a call goes to: of a method and of an object, the class."""
    value = getattr(value, "__self__", value)
    return value if hasattr(value, "__qualname__") else type(value)


def test_no_part_of_the_package_is_left_out(figures):
    calls = Counter(owner(call.func).__module__.removeprefix("nn_notes.") for call, *_ in WRONG.values())
    figures["calls"], figures["by module"] = len(WRONG), dict(calls)
    assert len(WRONG) >= 150
    package = CODE.parents[1]
    parts = {".".join(path.relative_to(package).with_suffix("").parts) for path in package.rglob("*.py")}
    # What an argument must be is asked of validate by all of them.
    assert set(calls) == {part for part in parts if not part.endswith("__init__")} - {"validate"}


# Public, and without an argument that could be wrong, or unchecked as they say.
UNCHECKED = {
    "activations": {"Activation", "ComponentWise"},
    "losses": {"Loss"},
    "network": {"Trace"},
    "descent": {"History"},
    "data": {"Split", "digit_images"},
    "plots": {"DIVERGING"},
    "explore": {"Matrix"},
    "views.single_layer": {"controls", "first_order", "new_numbers", "offered", "start_of"},
}


def test_every_public_function_is_called():
    called = {owner(call.func) for call, *_ in WRONG.values()}
    for part in {name.__module__ for name in called}:
        public = {name for name in sys.modules[part].__all__ if callable(getattr(sys.modules[part], name))}
        left_out = {name for name in public if owner(getattr(sys.modules[part], name)) not in called}
        assert left_out == UNCHECKED.get(part.removeprefix("nn_notes."), set()), part


GRID = np.ones((2, 2))


def silent(a):
    return a * NAN


def writes(a):
    a[:] = 0
    raise ValueError("a is 1; it needs 0")


def other(a):
    raise FloatingPointError("a is 1; it needs 0")


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ((do(silent, GRID), ValueError, "a", "is 1", "needs 0"), "it gives array"),
        ((do(writes, np.ones(2)), ValueError, "a", "is 1", "needs 0"), "it changes what it was given"),
        ((do(writes, np.ones(2)), TypeError, "a", "is 1", "needs 0"), "it raises ValueError"),
        ((do(writes, np.ones(2)), ValueError, "b", "is 1", "needs 0"), "it says: a is 1"),
        ((do(writes, np.ones(2)), ValueError, "a", "is 2", "needs 0"), "it says: a is 1"),
        ((do(writes, np.ones(2)), ValueError, "a", "is 1", "needs 1"), "it says: a is 1"),
    ],
)
def test_the_verdict_sees_what_is_amiss(row, found):
    assert verdict(*row).startswith(found)


def test_no_other_error_passes():
    with pytest.raises(FloatingPointError):
        verdict(do(other, GRID), ValueError, "a", "is 1", "needs 0")
