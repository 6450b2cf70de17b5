"""What a user may hand in: numbers in whatever holds them. What is refused stands in test_wrong_calls.py."""

import numpy as np
import pytest
import scipy.sparse
from strategies import in_order

from nn_notes import ACTIVATIONS, LOSSES, Layer, Network, backprop, check, descent, numeric, tensors
from nn_notes.activations import ComponentWise
from nn_notes.losses import mse
from nn_notes.validate import array, index, real_number, result

X, T = [[0, 1, 1], [1, 0, 1]], [[1, 0], [0, 1]]
W, b = [[1, 0], [0, 1], [1, 1]], [1, 0]


def network():
    return Network(Layer(W, b, "softmax"))


def fit(network, X, T):
    """The trained network of a short run."""
    how = {"loss": "mse", "learning_rate": 0.1, "epochs": 2, "batch_size": 1, "patience": None, "progress": False}
    return descent.fit(network, (X, T), (X, T), rng=np.random.default_rng(0), **how)[0]


# What is taken as a user would expect: whatever holds the numbers, the results are those of float64, unless all of them
# are float32.

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
ALL_OF_A_KIND = {
    "activation": lambda kind: [f(kind(X)) for f in ACTIVATIONS.values()],
    "derivative": lambda kind: [f.derivative(kind(X)) for f in ACTIVATIONS.values() if isinstance(f, ComponentWise)],
    "jacobian": lambda kind: [f.jacobian(kind(X)) for f in ACTIVATIONS.values()],
    "vjp": lambda kind: [f.vjp(kind(X), kind(X[::-1])) for f in ACTIVATIONS.values()],
    "loss": lambda kind: [E(kind(T), kind(T)) for E in LOSSES.values()],
    "loss gradient": lambda kind: [E.gradient(kind(T), kind(T)) for E in LOSSES.values()],
    "layer": lambda kind: [Layer(kind(W), kind(b), "tanh")(kind(X))],
    "tensors": lambda kind: [tensors.du_dW(kind(X), 2), tensors.twin_dz_dz(kind(T), kind(X)), tensors.du_dz(kind(X))],
    "path": lambda kind: [descent.path(np.square, kind([1, 0]), 0.5, 3)],
}
# They have numbers of their own, which are float64.
WITH_OTHERS = {
    "network": lambda kind: [network()(kind(X)), *network().forward(kind(X)).u],
    "short form": lambda kind: backprop.gradients(network(), kind(X), kind(T), "mse")[1][0],
    "long form": lambda kind: tensors.gradients(network(), kind(X), kind(T), mse)[1][0],
    "witness": lambda kind: [numeric.jacobian(np.exp, kind(X))],
    "fit": lambda kind: [fit(network(), kind(X), kind(T)).layers[0].W],
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [*ALL_OF_A_KIND, *WITH_OTHERS])
def test_numbers_are_taken_in_any_form(kind, name):
    call, single = (ALL_OF_A_KIND | WITH_OTHERS)[name], kind == "float32" and name in ALL_OF_A_KIND
    for got, expected in zip(call(KINDS[kind]), call(lambda a: np.array(a, float)), strict=True):
        assert (got.dtype, got.shape) == (np.float32 if single else np.float64, expected.shape)
        np.testing.assert_allclose(got, expected, rtol=1e-6 if single else 0)


KEPT = {
    np.float32: ["f4", ">f4"],
    np.complex64: ["c8", ">c8"],
    np.float64: ["f2", "f8", ">f8", np.longdouble, "i1", "u8", "?"],
    np.complex128: ["c16", np.clongdouble],
}


@pytest.mark.parametrize(("given", "kept"), [(given, kept) for kept, kinds in KEPT.items() for given in kinds])
def test_the_type_of_numbers(given, kept):
    """Always in the machine's own order of bytes."""
    assert array("a", np.ones(3, given), complex_too=True).dtype == np.dtype(kept)
    assert array("a", np.ones(3, given)[0], complex_too=True).dtype == np.dtype(kept)


def test_complex_numbers_stay_complex():
    for a in ([1, 2j], np.array([[1j]])):
        assert array("a", a, complex_too=True).dtype == np.complex128
    layer = Layer([[1 + 2j]], [1j], "identity")
    assert (layer.W.dtype, layer.b.dtype) == (np.complex128, np.complex128)
    assert layer([1]) == 1 + 3j


def test_an_array_that_is_right_is_not_copied():
    a = np.ones((2, 3))
    assert array("a", a) is a


def test_the_limits_themselves_are_within():
    assert index("n", np.int8(3), least=3, most=3) == 3
    assert real_number("x", np.float32(2), least=2) == 2
    assert type(index("n", np.int8(3))) is int and type(real_number("x", 2)) is float


# What is found late


def test_what_is_computed_is_finite_or_an_error_that_says_where():
    assert result("y", a := np.array([1.0, 2])) is a
    assert result("y", a := np.array([1.0, np.inf]), infinite_too=True) is a
    for kind in (np.float32, np.complex128):
        says = in_order(f"y[1, 0] … {kind(np.inf)} … {np.dtype(kind)}")
        with pytest.raises(FloatingPointError, match=f"^{says}"):
            result("y", np.array([[0, 1], [np.inf, 1]], kind))
    with pytest.raises(FloatingPointError, match=r"^y is nan"):
        result("y", np.array(np.nan), infinite_too=True)


def test_nan_that_came_later_is_found():
    net = network()
    net.layers[0].W[1, 0] = np.nan
    with pytest.raises(FloatingPointError, match=r"^the loss .*nan"):
        backprop.gradients(net, X, T, "mse")
    with pytest.raises(FloatingPointError, match=r"^layers\[0\]: u\[0, 0\] is nan"):
        tensors.gradients(net, X, T, mse)
    with pytest.raises(ValueError, match=r"W\[1, 0\] is nan"):
        fit(net, X, T)


# What numpy.asarray would take, at the price of its meaning.


class Metres(np.ndarray):
    """As astropy has it: an array with a unit."""

    unit = "m"


class Quantity:
    """As pint has it: no array, but it gives one."""

    units = "metre"

    def __array__(self, dtype=None, copy=None):
        return np.ones(2)


class Traced:
    """As a tensor is that a library follows: it refuses to be an array."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("use tensor.detach().numpy() instead")


class Column(np.ndarray):
    """As astropy's tables and pandas have it: no unit, and methods of these names."""

    unit = None

    def mask(self):
        raise AssertionError("a method is no mask")


MASKED = np.ma.masked_equal([[-999.0, 3.0]], -999)
MEANINGFUL = {
    "masked": (MASKED, "mask"),
    "nothing masked": (np.ma.array([1.0]), "mask"),
    "masked rows in a list": ([MASKED[0], MASKED[0]], "mask"),
    "a masked number in a list": ([1.0, np.ma.masked], "mask"),
    "unit": (np.ones(2).view(Metres), "unit"),
    "units": (Quantity(), "units"),
    "units in tuples": (((1.0, 2.0), (Quantity(), 3.0)), "units"),
    "sparse": (scipy.sparse.eye_array(2), "dia_array"),
    "dates": (np.array(["2026-11-26"], "M8[D]"), "datetime64[D]"),
    "spans": (np.array([3], "m8[s]"), "timedelta64[s]"),
    "nullable": ([1.0, None], "object"),
    "traced": (Traced(), "use tensor.detach().numpy() instead"),
}


@pytest.mark.parametrize(("value", "message"), MEANINGFUL.values(), ids=MEANINGFUL)
def test_no_number_loses_its_meaning(value, message):
    for name, call in {"a": lambda a: array("a", a), "(1.1)": lambda a: check("1.1", a, [[0.0, 3.0]])}.items():
        with pytest.raises(TypeError, match=f"^{in_order(f'{name} … {message}')}"):
            call(value)


def test_a_method_is_no_mask_and_no_unit_is_no_unit():
    np.testing.assert_array_equal(array("a", np.ones(2).view(Column)), [1, 1])
