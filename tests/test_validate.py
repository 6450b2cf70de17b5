"""What a user may hand in, and what every wrong argument of the core is told: its name, what it is, what is needed."""

import numpy as np
import pytest

from nn_notes import LOSSES, Layer, Network, backprop, descent, numeric, tensors
from nn_notes.activations import relu, sigmoid, softmax, tanh
from nn_notes.losses import cross_entropy, mse, sigmoid_cross_entropy, softmax_cross_entropy
from nn_notes.validate import array, index, number

RNG = np.random.default_rng(0)
NAN, INF = np.nan, np.inf
PAIR = ([[0, 1, 1], [1, 0, 1]], [[1, 0], [0, 1]])
RAGGED = [[1, 2, 3], [4, 5]]


def network(activation="softmax"):
    return Network([Layer([[1, 0], [0, 1], [1, 1]], [1, 0], activation)])


def fit(net=None, train=PAIR, validation=PAIR, loss="mse", rng=None, learning_rate=0.1, **changed):
    """A short run with everything right, but for what is ``changed``."""
    rest = {"epochs": 2, "batch_size": 1, "patience": None, "progress": False} | changed
    rng = np.random.default_rng(0) if rng is None else rng
    return descent.fit(network() if net is None else net, train, validation, loss, learning_rate, rng=rng, **rest)


# What is taken as a user would expect: whatever holds the numbers, the results are those of float64.


KINDS = {
    "list": lambda a: np.asarray(a).tolist(),
    "tuple": lambda a: tuple(map(tuple, a)) if np.ndim(a) == 2 else tuple(a),
    "int": lambda a: np.array(a, np.int64),
    "uint8": lambda a: np.array(a, np.uint8),
    "bool": lambda a: np.array(a, bool),
    "float32": lambda a: np.array(a, np.float32),
    "float16": lambda a: np.array(a, np.float16),
    "big-endian": lambda a: np.array(a, ">f8"),
    "columns first": lambda a: np.array(a, float, order="F"),
    "every other": lambda a: np.repeat(np.array(a, float), 2, axis=-1)[..., ::2],
    "read-only": lambda a: np.broadcast_to(np.array(a, float), np.shape(a)),
}
X, T = PAIR
CALLS = {
    "activation": lambda kind: (softmax(kind(X)), relu(kind(X)), sigmoid(kind(X)), tanh(kind(X))),
    "derivative": lambda kind: (relu.derivative(kind(X)), sigmoid.derivative(kind(X)), tanh.derivative(kind(X))),
    "jacobian and vjp": lambda kind: (softmax.jacobian(kind(X)), softmax.vjp(kind(X), kind(X[::-1]))),
    "loss": lambda kind: tuple(E(kind(T), kind(T)) for E in LOSSES.values()),
    "loss gradient": lambda kind: tuple(E.gradient(kind(T), kind(T)) for E in LOSSES.values()),
    "layer": lambda kind: (Layer(kind([[1, 0], [0, 1], [1, 1]]), kind([1, 0]), "tanh")(kind(X)),),
    "network": lambda kind: (network()(kind(X)), *network().forward(kind(X)).u),
    "short form": lambda kind: backprop.gradients(network(), kind(X), kind(T), "mse")[1][0],
    "long form": lambda kind: tensors.gradients(network(), kind(X), kind(T), mse)[1][0],
    "tensors": lambda kind: (tensors.du_dW(kind(X), 2), tensors.twin_dz_dz(kind(T), kind(X)), tensors.du_dz(kind(X))),
    "witness": lambda kind: (numeric.jacobian(np.exp, kind(X)),),
    "fit": lambda kind: (fit(train=(kind(X), kind(T)), validation=(kind(X), kind(T)))[0].layers[0].W,),
    "path": lambda kind: (descent.path(np.square, kind([1, 0]), 0.5, 3),),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_numbers_are_taken_in_any_form(kind, call):
    for got, expected in zip(call(kind), call(lambda a: np.array(a, float)), strict=True):
        assert got.dtype == np.float64
        np.testing.assert_array_equal(got, expected, strict=True)


def test_complex_numbers_stay_complex():
    for a in (np.complex64(1 + 2j), [1, 2j], np.array([[1j]])):
        assert array("a", a, complex_too=True).dtype == np.complex128
    layer = Layer([[1 + 2j]], [1j], "identity")
    assert (layer.W.dtype, layer.b.dtype) == (np.complex128, np.complex128)
    assert layer([1]) == 1 + 3j


def test_an_array_that_is_right_is_not_copied():
    a = np.ones((2, 3))
    assert array("a", a) is a


def test_the_limits_themselves_are_within():
    assert index("n", np.int8(3), least=3, most=3) == 3
    assert number("x", np.float32(2), least=2) == 2
    assert type(index("n", np.int8(3))) is int and type(number("x", 2)) is float


# What is refused


NUMBERS = "it needs real numbers"
FINITE = "it needs finite numbers"
GOOD_X, GOOD_T = [1, 2, 3], [1, 0]


def gradients(x=GOOD_X, t=GOOD_T, loss=mse, activation="softmax"):
    return lambda: backprop.gradients(network(activation), x, t, loss)


def long_gradients(x=GOOD_X, t=GOOD_T, loss=mse):
    return lambda: tensors.gradients(network(), x, t, loss)


WRONG = {
    # activations
    "u text": (lambda: sigmoid("1"), TypeError, f"u is '1'; {NUMBERS}"),
    "u texts": (lambda: softmax(["1", "2"]), TypeError, f"u is an array of <U1; {NUMBERS}"),
    "u None": (lambda: relu(None), TypeError, f"u is of type NoneType; {NUMBERS}"),
    "u objects": (lambda: relu([1, None]), TypeError, f"u is an array of object; {NUMBERS}"),
    "u set": (lambda: tanh({1, 2}), TypeError, f"u is of type set; {NUMBERS}"),
    "u ragged": (lambda: relu(RAGGED), ValueError, "u is ragged .*; it needs rows of equal length"),
    "u scalar": (lambda: sigmoid(1.0), ValueError, r"u has shape \(\); its number of axes needs to be 1 or 2"),
    "u cube": (lambda: softmax.jacobian(np.ones((2, 3, 5))), ValueError, r"u has shape \(2, 3, 5\); .* 1 or 2"),
    "u NaN": (lambda: sigmoid([1, NAN]), ValueError, rf"u\[1\] is nan; {FINITE}"),
    "u infinite": (lambda: tanh.derivative([[1, 2], [-INF, 3]]), ValueError, rf"u\[1, 0\] is -inf; {FINITE}"),
    "u complex NaN": (lambda: tanh([complex(0, NAN)]), ValueError, rf"u\[0\] is nanj; {FINITE}"),
    "delta shape": (lambda: tanh.vjp([1, 2], [1, 2, 3]), ValueError, r"delta has shape \(2,\); it needs shape \(3,\)"),
    "delta one row": (lambda: softmax.vjp([1, 2], [[1, 2]]), ValueError, r"delta has shape \(2,\); .* \(1, 2\)"),
    "delta NaN": (lambda: softmax.vjp([NAN, 2], [1, 2]), ValueError, rf"delta\[0\] is nan; {FINITE}"),
    # losses
    "y text": (lambda: mse("1", [1]), TypeError, f"y is '1'; {NUMBERS}"),
    "y scalar": (lambda: mse(1, 1), ValueError, r"y has shape \(\); .* 1 or 2"),
    "y no entry": (lambda: mse([], []), ValueError, r"y has shape \(0,\); it needs at least one entry to each sample"),
    "y NaN": (lambda: mse.gradient([NAN], [1]), ValueError, rf"y\[0\] is nan; {FINITE}"),
    "t text": (lambda: mse([1], ["1"]), TypeError, f"t is an array of <U1; {NUMBERS}"),
    "t complex": (lambda: mse([1], [1j]), TypeError, f"t is complex; {NUMBERS}"),
    "t shape": (lambda: mse([1, 2], [1]), ValueError, r"t has shape \(1,\); it needs shape \(2,\)"),
    "t row for batch": (lambda: mse([[1, 2]], [1, 2]), ValueError, r"t has shape \(2,\); it needs shape \(1, 2\)"),
    "t labels": (lambda: softmax_cross_entropy([[1, 2]], [1]), ValueError, r"t has shape \(1,\); .* \(1, 2\)"),
    "t infinite": (lambda: mse([1], [INF]), ValueError, rf"t\[0\] is inf; {FINITE}"),
    "logits for y": (lambda: cross_entropy([-1, 2], [1, 0]), ValueError, "y runs from -1 to 2; it needs probabilities"),
    "y above 1": (lambda: cross_entropy.gradient([0.5, 1.1], [1, 0]), ValueError, "y runs from 0.5 to 1.1; .* 0 to 1"),
    "t negative": (lambda: cross_entropy([0.5, 0.5], [-1, 2]), ValueError, "t has the entry -1; .* not negative"),
    "t sums to 2": (lambda: softmax_cross_entropy([[1, 2]] * 2, [[1, 0], [1, 1]]), ValueError, "t sums to 2; .* to 1"),
    "t sums to 0": (lambda: cross_entropy([0.5, 0.5], [0, 0]), ValueError, "t sums to 0; it needs to sum to 1"),
    "t label 2": (
        lambda: sigmoid_cross_entropy([1, 1], [0, 2]),
        ValueError,
        "t runs from 0 to 2; .* labels from 0 to 1",
    ),
    "t label -1": (lambda: sigmoid_cross_entropy([1, 1], [-1, 1]), ValueError, "t runs from -1 to 1; .* from 0 to 1"),
    # layers and networks
    "W text": (lambda: Layer("W", [1], "relu"), TypeError, f"W is 'W'; {NUMBERS}"),
    "W vector": (lambda: Layer([1, 2], [1], "relu"), ValueError, r"W has shape \(2,\); .* axes needs to be 2"),
    "W ragged": (lambda: Layer(RAGGED, [1], "relu"), ValueError, "W is ragged"),
    "W empty": (
        lambda: Layer(np.zeros((0, 2)), [1, 2], "relu"),
        ValueError,
        r"W is empty, of shape \(0, 2\); .* entry",
    ),
    "W NaN": (lambda: Layer([[1, NAN]], [1, 2], "relu"), ValueError, rf"W\[0, 1\] is nan; {FINITE}"),
    "b shape": (lambda: Layer([[1, 2]], [1], "relu"), ValueError, r"b has shape \(1,\); it needs shape \(2,\)"),
    "b column": (lambda: Layer([[1, 2]], [[1], [2]], "relu"), ValueError, r"b has shape \(2, 1\); .* shape \(2,\)"),
    "b infinite": (lambda: Layer([[1]], [INF], "relu"), ValueError, rf"b\[0\] is inf; {FINITE}"),
    "activation name": (
        lambda: Layer([[1]], [1], "ReLU"),
        ValueError,
        "activation is 'ReLU'; it needs one of identity, sigmoid, tanh, relu, softmax",
    ),
    "activation function": (
        lambda: Layer([[1]], [1], np.tanh),
        TypeError,
        "activation is of type ufunc; .* by name or",
    ),
    "activation a loss": (lambda: Layer([[1]], [1], mse), TypeError, "activation is of type MSE; it needs one of"),
    "z width": (lambda: network().layers[0]([1, 2]), ValueError, r"z has shape \(2,\); its last axis needs length 3"),
    "z scalar": (lambda: network().layers[0](1), ValueError, r"z has shape \(\)"),
    "no layers": (lambda: Network([]), ValueError, "layers is empty; it needs at least one Layer"),
    "layers None": (lambda: Network(None), TypeError, "layers is of type NoneType; it needs a list"),
    "layers of names": (lambda: Network(["relu"]), TypeError, r"layers\[0\] is of type str; it needs a Layer"),
    "layers that do not fit": (
        lambda: Network([*network().layers, *network().layers]),
        ValueError,
        r"layers\[1\] takes 3 inputs; it needs 2, which is what layers\[0\] gives",
    ),
    "sizes a number": (lambda: Network.init(3, ["relu"], RNG), TypeError, "sizes is of type int; it needs a list"),
    "size zero": (lambda: Network.init([3, 0], ["relu"], RNG), ValueError, r"sizes\[1\] is 0; it needs 1 or more"),
    "size float": (lambda: Network.init([3, 2.0], ["relu"], RNG), TypeError, r"sizes\[1\] is of type float; .* whole"),
    "size bool": (lambda: Network.init([3, True], ["relu"], RNG), TypeError, r"sizes\[1\] is of type bool; .* whole"),
    "too few sizes": (lambda: Network.init([3], ["relu"], RNG), ValueError, "sizes has 1 entries and activations 1; "),
    "no activations": (lambda: Network.init([3], [], RNG), ValueError, "sizes has 1 entries and activations 0; .* one"),
    "one activation": (lambda: Network.init([3, 2], "relu", RNG), TypeError, "activations is 'relu'; it needs a list"),
    "activation object": (lambda: Network.init([3, 2], relu, RNG), TypeError, "activations is of type ReLU; .* a list"),
    "unknown activation": (
        lambda: Network.init([3, 2], ["elu"], RNG),
        ValueError,
        r"activations\[0\] is 'elu'; .* one of",
    ),
    "init rng a seed": (
        lambda: Network.init([3, 2], ["relu"], 0),
        TypeError,
        "rng is of type int; it needs a generator",
    ),
    "x width": (lambda: network()([1, 2]), ValueError, r"x has shape \(2,\); its last axis needs length 3"),
    "x NaN": (lambda: network().forward([1, 2, NAN]), ValueError, rf"x\[2\] is nan; {FINITE}"),
    # backpropagation, short
    "x text": (gradients(x="123"), TypeError, f"x is '123'; {NUMBERS}"),
    "x empty batch": (gradients(x=np.zeros((0, 3)), t=np.zeros((0, 2))), ValueError, r"x is empty, of shape \(0, 3\)"),
    "x cube": (gradients(x=np.ones((1, 1, 3))), ValueError, r"x has shape \(1, 1, 3\); .* 1 or 2"),
    "t for a sample": (gradients(t=[[1, 0]]), ValueError, r"t has shape \(1, 2\); it needs shape \(2,\)"),
    "t for fewer": (
        gradients(x=[GOOD_X] * 2, t=[GOOD_T]),
        ValueError,
        r"t has shape \(1, 2\); it needs shape \(2, 2\)",
    ),
    "t would broadcast": (gradients(t=[1]), ValueError, r"t has shape \(1,\); it needs shape \(2,\)"),
    "t of gradients complex": (gradients(t=[1j, 0]), TypeError, f"t is complex; {NUMBERS}"),
    "t no distribution": (gradients(t=[1, 1], loss="cross_entropy"), ValueError, "t sums to 2; it needs to sum to 1"),
    "y no probability": (
        gradients(loss="cross_entropy", activation="relu"),
        ValueError,
        "y runs from .* probabilities",
    ),
    "loss name": (
        gradients(loss="MSE"),
        ValueError,
        "loss is 'MSE'; it needs one of mse, cross_entropy, softmax_cross_entropy, sigmoid_cross_entropy",
    ),
    "loss function": (
        gradients(loss=np.square),
        TypeError,
        "loss is of type ufunc; it needs one of mse, .*, by name or",
    ),
    "loss None": (gradients(loss=None), TypeError, "loss is of type NoneType; it needs one of mse"),
    # tensors and the long form
    "long x width": (long_gradients(x=[1, 2]), ValueError, r"x has shape \(2,\); its last axis needs length 3"),
    "long x empty": (long_gradients(x=np.zeros((0, 3))), ValueError, r"x is empty, of shape \(0, 3\)"),
    "long t": (long_gradients(t=[1, 0, 0]), ValueError, r"t has shape \(3,\); it needs shape \(2,\)"),
    "long loss name": (long_gradients(loss="mse"), TypeError, "loss is 'mse'; it needs a loss object"),
    "chain middle": (
        lambda: tensors.chain([[1, 2]], [[1]], 1),
        ValueError,
        r"outer ends in .*\(2,\) .* inner .*\(1,\)",
    ),
    "chain too many": (lambda: tensors.chain([1], [1], 2), ValueError, "middle is 2; it needs 0 to 1"),
    "layout axes": (lambda: tensors.other_layout([1, 2], 2), ValueError, "y_axes is 2; it needs 0 to 1"),
    "du_dz z": (lambda: tensors.du_dz([1, 2]), ValueError, r"W has shape \(2,\); .* axes needs to be 2"),
    "M_out zero": (lambda: tensors.du_dW([1, 2], 0), ValueError, "M_out is 0; it needs 1 or more"),
    "M_out float": (lambda: tensors.du_db(2.0), TypeError, "M_out is of type float; it needs a whole number"),
    "F not square": (lambda: tensors.dz_db([[1, 2]]), ValueError, r"F has shape \(1, 2\); it needs its last two axes"),
    "F and W": (lambda: tensors.dz_dz(np.eye(2), np.ones((2, 3))), ValueError, "F is for 2 outputs and W for 3"),
    "F and twin W": (lambda: tensors.twin_dz_dz(np.eye(2), np.ones((3, 2))), ValueError, "F is for 2 .* W for 3"),
    "F and T": (lambda: tensors.dz_dW(np.eye(2), np.ones((3, 2, 3))), ValueError, "F is for 2 outputs and T for 3"),
    "F and T batches": (
        lambda: tensors.dz_dW(np.ones((5, 2, 2)), np.ones((7, 2, 3, 2))),
        ValueError,
        "F is a batch of 5 and T of 7; they need to be equal",
    ),
    "delta and J": (
        lambda: tensors.pull_back([1, 2], np.ones((3, 2))),
        ValueError,
        r"J has shape \(3, 2\); .* length, 2",
    ),
    "delta and J batches": (
        lambda: tensors.pull_back(np.ones((5, 2)), np.ones((7, 2, 2))),
        ValueError,
        "delta is a batch of 5 and J of 7; they need to be equal",
    ),
    "xi and T": (lambda: tensors.dE_dW([1, 2], np.ones((3, 2, 3))), ValueError, r"T has shape .* those of xi, \(2,\)"),
    # the witness
    "witness x complex": (lambda: numeric.jacobian(np.exp, [1j]), TypeError, f"x is complex; {NUMBERS}"),
    "witness x NaN": (lambda: numeric.jacobian(np.exp, [NAN]), ValueError, rf"x\[0\] is nan; {FINITE}"),
    "witness scalar NaN": (lambda: numeric.jacobian(np.exp, NAN), ValueError, f"x is nan; {FINITE}"),
    "method": (lambda: numeric.jacobian(np.exp, [1], "forward"), ValueError, "method is 'forward'; .* or 'central'"),
    "step zero": (lambda: numeric.jacobian(np.exp, [1], step=0), ValueError, "step is 0; it needs more than 0"),
    "step text": (lambda: numeric.jacobian(np.exp, [1], step="1"), TypeError, "step is '1'; it needs one real number"),
    # descent
    "train no pair": (lambda: fit(train=[1, 2, 3]), TypeError, r"train is of type list; it needs a pair \(X, T\)"),
    "train array": (lambda: fit(train=np.ones((2, 3))), TypeError, r"train is of type ndarray; it needs a pair"),
    "train sample": (lambda: fit(train=(GOOD_X, GOOD_T)), ValueError, r"train\[0\] has shape \(3,\); .* to be 2"),
    "train empty": (lambda: fit(train=(np.ones((0, 3)), np.ones((0, 2)))), ValueError, r"train\[0\] is empty"),
    "train NaN": (lambda: fit(train=([[1, 2, NAN]], [[1, 0]])), ValueError, rf"train\[0\]\[0, 2\] is nan; {FINITE}"),
    "validation width": (
        lambda: fit(validation=(T, T)),
        ValueError,
        r"validation\[0\] has shape \(2, 2\); .* length 3",
    ),
    "validation T": (lambda: fit(validation=(X, X)), ValueError, r"validation\[1\] has shape \(2, 3\); .* \(2, 2\)"),
    "targets": (lambda: fit(train=(X, [[1, 1], [0, 1]]), loss="cross_entropy"), ValueError, "t sums to 2; it needs"),
    "predictions": (lambda: fit(network("identity"), loss="cross_entropy"), ValueError, "y runs from 1 to 3; it needs"),
    "fit loss": (lambda: fit(loss="mean"), ValueError, "loss is 'mean'; it needs one of mse"),
    "complex network": (
        lambda: fit(Network(Layer([[1j, 0]] * 3, [0, 0], "tanh"))),
        TypeError,
        "network has complex parameters; it needs real ones",
    ),
    "learning_rate 0": (lambda: fit(learning_rate=0), ValueError, "learning_rate is 0; it needs more than 0"),
    "learning_rate -1": (lambda: fit(learning_rate=-1), ValueError, "learning_rate is -1; it needs more than 0"),
    "learning_rate NaN": (lambda: fit(learning_rate=NAN), ValueError, "learning_rate is nan; it needs a finite number"),
    "learning_rate None": (lambda: fit(learning_rate=None), TypeError, "learning_rate is of type NoneType; .* real"),
    "learning_rate bool": (lambda: fit(learning_rate=True), TypeError, "learning_rate is of type bool; .* real number"),
    "epochs 0": (lambda: fit(epochs=0), ValueError, "epochs is 0; it needs 1 or more"),
    "epochs float": (lambda: fit(epochs=1e3), TypeError, "epochs is of type float; it needs a whole number"),
    "batch_size 0": (lambda: fit(batch_size=0), ValueError, "batch_size is 0; it needs 1 to 2"),
    "batch_size over N": (lambda: fit(batch_size=3), ValueError, "batch_size is 3; it needs 1 to 2"),
    "patience 0": (lambda: fit(patience=0), ValueError, "patience is 0; it needs 1 or more"),
    "fit rng a seed": (lambda: fit(rng=0), TypeError, "rng is of type int; it needs a generator"),
    "fit rng old": (lambda: fit(rng=np.random), TypeError, "rng is of type module; it needs a generator"),
    "theta scalar": (lambda: descent.path(np.square, 1, 0.1, 1), ValueError, r"theta has shape \(\); .* to be 1"),
    "steps negative": (lambda: descent.path(np.square, [1], 0.1, -1), ValueError, "steps is -1; it needs 0 or more"),
    "path rate": (lambda: descent.path(np.square, [1], -0.1, 1), ValueError, "learning_rate is -0.1; .* more than 0"),
    "path gradient": (
        lambda: descent.path(np.sum, [1, 2], 0.1, 1),
        ValueError,
        r"gradient gives shape \(\); .* \(2,\)",
    ),
}


@pytest.mark.parametrize(("call", "kind", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_argument_is_named_with_what_it_is_and_what_is_needed(call, kind, message):
    with pytest.raises(kind, match=f"^{message}"):
        call()


def test_nan_that_came_later_is_found():
    net = network()
    net.layers[0].W[1, 0] = NAN
    with pytest.raises(FloatingPointError, match="the loss is nan"):
        backprop.gradients(net, GOOD_X, GOOD_T, "mse")
    with pytest.raises(ValueError, match=rf"u\[0\] is nan; {FINITE}"):
        tensors.gradients(net, GOOD_X, GOOD_T, mse)
    with pytest.raises(ValueError, match=rf"W\[1, 0\] is nan; {FINITE}"):
        fit(net)
