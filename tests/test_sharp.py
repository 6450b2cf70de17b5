"""What `make mutants` found no other test to notice: whole messages, names, limits to the digit, complex numbers."""

import math

import numpy as np
import pytest
from strategies import generic

from nn_notes import Layer, Network, backprop, descent, numeric, tensors
from nn_notes.activations import relu, sigmoid, softmax, tanh
from nn_notes.losses import cross_entropy, mse, sigmoid_cross_entropy, softmax_cross_entropy

RNG = np.random.default_rng(0)
F, W, z, delta = generic(5, 5), generic(3, 5), generic(3), generic(5, seed=2)
PAIR = ([[0.0, 1, 1], [1, 0, 1]], [[1.0, 0], [0, 1]])


def network(activation="identity", dtype=float):
    return Network(Layer(np.array([[1, 0], [0, 1], [1, 1]], dtype), [1, 0], activation))


def fit(**changed):
    given = {"network": network(), "train": PAIR, "validation": PAIR, "loss": "mse", "learning_rate": 0.1, "epochs": 2}
    given |= {"batch_size": 1, "patience": None, "rng": np.random.default_rng(0), "progress": False}
    return descent.fit(**given | changed)


# Names: every array that is handed in is called what the caller calls it.


ARRAYS = {
    "u": (softmax, "1 or 2"),
    "u of derivative": (tanh.derivative, "1 or 2"),
    "u of jacobian": (softmax.jacobian, "1 or 2"),
    "u of a diagonal jacobian": (relu.jacobian, "1 or 2"),
    "u of vjp": (lambda u: sigmoid.vjp([1.0], u), "1 or 2"),
    "delta": (lambda delta: sigmoid.vjp(delta, [1.0]), None),
    "y": (lambda y: mse(y, [1.0]), "1 or 2"),
    "y of gradient": (lambda y: mse.gradient(y, [1.0]), "1 or 2"),
    "t": (lambda t: mse([1.0], t), None),
    "t of gradient": (lambda t: mse.gradient([1.0], t), None),
    "W": (lambda W: Layer(W, [1.0], "tanh"), "2"),
    "b": (lambda b: Layer([[1.0]], b, "tanh"), None),
    "z": (network().layers[0], "1 or 2"),
    "x": (lambda x: network()(x), "1 or 2"),
    "x of forward": (lambda x: network().forward(x), "1 or 2"),
    "x of the short form": (lambda x: backprop.gradients(network(), x, "no t", mse), "1 or 2"),
    "x of the long form": (lambda x: tensors.gradients(network(), x, "no t", mse), "1 or 2"),
    "t of the short form": (lambda t: backprop.gradients(network(), [1, 2, 3], t, mse), None),
    "t of the long form": (lambda t: tensors.gradients(network(), [1, 2, 3], t, mse), None),
    "outer": (lambda outer: tensors.chain(outer, [1.0], 0), "any"),
    "inner": (lambda inner: tensors.chain([1.0], inner, 0), "any"),
    "J of the other layout": (lambda J: tensors.other_layout(J, 0), "any"),
    "W of du_dz": (tensors.du_dz, "2"),
    "z of du_dW": (lambda z: tensors.du_dW(z, 2), "1 or 2"),
    "F of dz_db": (tensors.dz_db, "2 or 3"),
    "F of dz_dz": (lambda F: tensors.dz_dz(F, W), "2 or 3"),
    "W of dz_dz": (lambda W: tensors.dz_dz(F, W), "2"),
    "F of the twin": (lambda F: tensors.twin_dz_dz(F, W.T), "2 or 3"),
    "W of the twin": (lambda W: tensors.twin_dz_dz(F, W), "2"),
    "F of dz_dW": (lambda F: tensors.dz_dW(F, generic(5, 3, 5)), "2 or 3"),
    "T of dz_dW": (lambda T: tensors.dz_dW(F, T), "3 or 4"),
    "delta of pull_back": (lambda delta: tensors.pull_back(delta, F), "1 or 2"),
    "J of pull_back": (lambda J: tensors.pull_back(delta, J), "2 or 3"),
    "xi": (lambda xi: tensors.dE_dW(xi, generic(5, 3, 5)), "1 or 2"),
    "T of dE_dW": (lambda T: tensors.dE_dW(delta, T), "3 or 4"),
    "x of the witness": (lambda x: numeric.jacobian(np.sin, x), "any"),
    "x of real nudges": (lambda x: numeric.central(np.sin, x), "any"),
    "train[0]": (lambda X: fit(train=(X, PAIR[1])), "2"),
    "train[1]": (lambda T: fit(train=(PAIR[0], T)), None),
    "validation[0]": (lambda X: fit(validation=(X, PAIR[1])), "2"),
    "validation[1]": (lambda T: fit(validation=(PAIR[0], T)), None),
    "theta": (lambda theta: descent.path(np.square, theta, 0.1, 1), "1"),
}
arrays = pytest.mark.parametrize(("name", "call", "axes"), [(n.split()[0], *rest) for n, rest in ARRAYS.items()])


@arrays
def test_an_array_goes_by_the_callers_name_for_it(name, call, axes):
    with pytest.raises(TypeError) as caught:
        call(None)
    assert str(caught.value) == f"{name} is of type NoneType; it needs real numbers"


@arrays
def test_how_many_axes_an_array_may_have(name, call, axes):
    if axes == "any":
        return
    needs = "it needs shape" if axes is None else f"its number of axes needs to be {axes}"
    with pytest.raises(ValueError) as caught:
        call(np.ones((1, 1, 1, 1, 1)))
    assert str(caught.value).startswith(f"{name} has shape (1, 1, 1, 1, 1); {needs}")
    if axes is not None:
        assert str(caught.value).endswith(axes)


NUMBERS = {
    "middle": (lambda n: tensors.chain([1.0], [1.0], n), "a whole"),
    "y_axes": (lambda n: tensors.other_layout([1.0], n), "a whole"),
    "M_out of du_dW": (lambda n: tensors.du_dW(z, n), "a whole"),
    "M_out of du_db": (tensors.du_db, "a whole"),
    "epochs": (lambda n: fit(epochs=n), "a whole"),
    "batch_size": (lambda n: fit(batch_size=n), "a whole"),
    "patience": (lambda n: fit(patience=n), "a whole"),
    "sizes[1]": (lambda n: Network.init([3, n], ["tanh"], RNG), "a whole"),
    "learning_rate": (lambda a: fit(learning_rate=a), "one real"),
    "learning_rate of path": (lambda a: descent.path(np.square, [1.0], a, 1), "one real"),
    "steps": (lambda n: descent.path(np.square, [1.0], 0.1, n), "a whole"),
    "step": (lambda h: numeric.jacobian(np.sin, [1.0], step=h), "one real"),
}


@pytest.mark.parametrize(("name", "call", "kind"), [(n.split()[0], *rest) for n, rest in NUMBERS.items()])
def test_a_number_goes_by_the_callers_name_for_it(name, call, kind):
    with pytest.raises(TypeError) as caught:
        call("1")
    assert str(caught.value) == f"{name} is '1'; it needs {kind} number"


# Messages, from the first letter to the last.


ONE_OF_F = "it needs one of identity, sigmoid, tanh, relu, softmax"
ONE_OF_E = "it needs one of mse, cross_entropy, softmax_cross_entropy, sigmoid_cross_entropy"
BATCHES = "they need to be equal"
MESSAGES = {
    "y no probability": (
        lambda: cross_entropy([-1, 2], [1, 0]),
        "y runs from -1 to 2; it needs probabilities, from 0 to 1 (softmax_cross_entropy takes logits)",
    ),
    "y no entry": (lambda: mse([], []), "y has shape (0,); it needs at least one entry to each sample"),
    "t negative": (
        lambda: softmax_cross_entropy([1, 1], [-0.5, 1.5]),
        "t has the entry -0.5; it needs probabilities, which are not negative",
    ),
    "t sums to 2": (
        lambda: softmax_cross_entropy([[1, 2]] * 3, [[1, 0], [1, 1], [0.5, 0]]),
        "t sums to 2; it needs to sum to 1 in every sample, as probabilities do",
    ),
    "t sums to a half": (
        lambda: softmax_cross_entropy([[1, 2]] * 3, [[1, 0], [1, 0.25], [0.5, 0]]),
        "t sums to 0.5; it needs to sum to 1 in every sample, as probabilities do",
    ),
    "t no labels": (
        lambda: sigmoid_cross_entropy([1, 1], [-0.5, 2]),
        "t runs from -0.5 to 2; it needs labels from 0 to 1",
    ),
    "activation": (lambda: Layer([[1]], [1], "elu"), f"activation is 'elu'; {ONE_OF_F}"),
    "activations": (lambda: Network.init([1, 1], ["elu"], RNG), f"activations[0] is 'elu'; {ONE_OF_F}"),
    "no layers": (lambda: Network([]), "layers is empty; it needs at least one Layer"),
    "layers None": (lambda: Network(None), "layers is of type NoneType; it needs a list"),
    "no layer": (lambda: Network([*network().layers, 3]), "layers[1] is of type int; it needs a Layer"),
    "layers that do not fit": (
        lambda: Network([*network().layers, *network().layers]),
        "layers[1] takes 3 inputs; it needs 2, which is what layers[0] gives",
    ),
    "sizes": (lambda: Network.init("35", ["tanh"], RNG), "sizes is '35'; it needs a list"),
    "names": (lambda: Network.init([3, 5], "tanh", RNG), "activations is 'tanh'; it needs a list"),
    "size 0": (lambda: Network.init([3, 0], ["tanh"], RNG), "sizes[1] is 0; it needs 1 or more"),
    "too many sizes": (
        lambda: Network.init([3, 5, 2], ["tanh"], RNG),
        "sizes has 3 entries and activations 1; it needs at least one activation, and one size more",
    ),
    "rng of init": (
        lambda: Network.init([3, 5], ["tanh"], 0),
        "rng is of type int; it needs a generator, as np.random.default_rng(0) gives",
    ),
    "loss of the short form": (lambda: backprop.gradients(network(), *PAIR, "l1"), f"loss is 'l1'; {ONE_OF_E}"),
    "loss of the long form": (
        lambda: tensors.gradients(network(), *PAIR, "mse"),
        "loss is 'mse'; it needs a loss object, such as losses.mse",
    ),
    "x before t": (
        lambda: backprop.gradients(network(), [1, 2], "t", mse),
        "x has shape (2,); its last axis needs length 3",
    ),
    "x of no sample": (
        lambda: backprop.gradients(network(), np.zeros((0, 3)), np.zeros((0, 2)), mse),
        "x is empty, of shape (0, 3); it needs at least one entry on every axis",
    ),
    "loss that overflows": (
        lambda: backprop.gradients(network(), [1e200, 0, 0], [1, 0], "mse"),
        "the loss is inf at network(x)[0], which is 1e+200 where t[0] is 1",
    ),
    "chain": (
        lambda: tensors.chain(generic(2, 3, 5), generic(3, 2), 2),
        "outer ends in the axes (3, 5) and inner begins with (3, 2); the chain needs them equal",
    ),
    "middle": (lambda: tensors.chain(generic(2, 3), generic(3), 2), "middle is 2; it needs 0 to 1"),
    "middle too": (lambda: tensors.chain(generic(2), generic(3, 2), 2), "middle is 2; it needs 0 to 1"),
    "M_out of du_db": (lambda: tensors.du_db(0), "M_out is 0; it needs 1 or more"),
    "M_out of du_dW": (lambda: tensors.du_dW(z, 0), "M_out is 0; it needs 1 or more"),
    "F not square": (lambda: tensors.dz_db(np.ones((2, 3))), "F has shape (2, 3); it needs its last two axes equal"),
    "F of a batch not square": (
        lambda: tensors.dz_db(np.ones((7, 2, 3))),
        "F has shape (7, 2, 3); it needs its last two axes equal",
    ),
    "F and W": (lambda: tensors.dz_dz(F, W.T), f"F is for 5 outputs and W for 3; {BATCHES}"),
    "F and twin W": (lambda: tensors.twin_dz_dz(F, W), f"F is for 5 outputs and W for 3; {BATCHES}"),
    "F and T": (lambda: tensors.dz_dW(F, generic(3, 5, 3)), f"F is for 5 outputs and T for 3; {BATCHES}"),
    "F and T batches": (
        lambda: tensors.dz_dW(generic(7, 5, 5), generic(2, 5, 3, 5)),
        f"F is a batch of 7 and T of 2; {BATCHES}",
    ),
    "delta and J": (
        lambda: tensors.pull_back(delta, generic(3, 5)),
        "J has shape (3, 5); its second last axis needs delta's length, 5",
    ),
    "delta and J batches": (
        lambda: tensors.pull_back(generic(7, 5), generic(2, 5, 3)),
        f"delta is a batch of 7 and J of 2; {BATCHES}",
    ),
    "xi and T": (
        lambda: tensors.dE_dW(delta, generic(3, 5, 3)),
        "T has shape (3, 5, 3); its axes up to the third last need to be those of xi, (5,)",
    ),
    "method": (
        lambda: numeric.jacobian(np.sin, [1.0], "forward"),
        "method is 'forward'; it needs 'complex-step' or 'central'",
    ),
    "no complex numbers": (
        lambda: numeric.jacobian(lambda x: math.sin(x.item()), 1.0),
        "f takes no complex numbers (must be real number, not complex); try method='central'",
    ),
    "no derivative": (
        lambda: numeric.jacobian(lambda x: x**2 * x[::-1] / (x @ x) if x.any() else x, [0.0, 0.0]),
        "f has no derivative at x: its slopes along each entry promise f(x)[0] the slope 0 along all of them at "
        "once, and it has 0.2182; it needs another x",
    ),
    "real from complex": (
        lambda: numeric.jacobian(np.abs, [1.0]),
        "f gave real numbers for complex ones, so its derivative is lost; try method='central'",
    ),
    "step 0": (lambda: numeric.jacobian(np.sin, [1.0], step=0), "step is 0; it needs 1e-200 or more"),
    "loss of fit": (lambda: fit(loss="l1"), f"loss is 'l1'; {ONE_OF_E}"),
    "complex network": (
        lambda: fit(network=network(dtype=complex)),
        "network has complex parameters; it needs real ones",
    ),
    "no pair": (lambda: fit(train=3), "train is of type int; it needs a pair (X, T)"),
    "train of no sample": (
        lambda: fit(train=(np.zeros((0, 3)), np.zeros((0, 2)))),
        "train[0] is empty, of shape (0, 3); it needs at least one entry on every axis",
    ),
    "width": (lambda: fit(train=([[1, 2]], [[1, 0]])), "train[0] has shape (1, 2); its last axis needs length 3"),
    "targets": (lambda: fit(train=(PAIR[0], PAIR[0])), "train[1] has shape (2, 3); it needs shape (2, 2)"),
    "rate 0": (lambda: fit(learning_rate=0), "learning_rate is 0; it needs more than 0"),
    "epochs 0": (lambda: fit(epochs=0), "epochs is 0; it needs 1 or more"),
    "batch_size 0": (lambda: fit(batch_size=0), "batch_size is 0; it needs 1 to 2"),
    "patience 0": (lambda: fit(patience=0), "patience is 0; it needs 1 or more"),
    "rng of fit": (
        lambda: fit(rng=0),
        "rng is of type int; it needs a generator, as np.random.default_rng(0) gives",
    ),
    "divergence": (
        lambda: fit(learning_rate=1e200, batch_size=2),
        "the loss is 3.5 in training and inf in validation after epoch 1; a learning_rate below 1e+200 may mend it",
    ),
    "rate of path": (lambda: descent.path(np.square, [1.0], 0, 1), "learning_rate is 0; it needs more than 0"),
    "steps": (lambda: descent.path(np.square, [1.0], 0.1, -1), "steps is -1; it needs 0 or more"),
}


@pytest.mark.parametrize(("call", "message"), MESSAGES.values(), ids=MESSAGES)
def test_a_message_is_whole(call, message):
    with pytest.raises((TypeError, ValueError, FloatingPointError)) as caught:
        call()
    assert str(caught.value) == message
