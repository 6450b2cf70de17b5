"""Layers and networks: u and z′ by loops, the trace, random parameters, and that a network owns what it holds."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from strategies import COPIES, ENDS, activations, generic, of_type, parameters, random_network

from nn_notes import ACTIVATIONS, Layer, Network
from nn_notes.activations import ReLU


def make(seed=0):
    return random_network([3, 5, 2], ["tanh", "softmax"], seed)


# The forward pass


def test_a_layer_by_hand():
    """1.1 and 1.5: u = (1·1 + 2·3 + 3·5 − 30, 1·2 + 2·4 + 3·6 + 1) = (−8, 29)."""
    layer = Layer([[1, 2], [3, 4], [5, 6]], [-30, 1], "relu")
    np.testing.assert_array_equal(layer([1, 2, 3]), [0, 29])
    np.testing.assert_array_equal(layer([[1, 2, 3], [0, 0, 7]]), [[0, 29], [5, 43]])


@activations
def test_a_layer_is_its_sum_over_inputs_and_then_its_activation(f):
    z, W, b = generic(3), generic(3, 5), generic(5)
    u = [sum(z[i] * W[i, j] for i in range(3)) + b[j] for j in range(5)]
    np.testing.assert_allclose(Layer(W, b, f)(z), f(u), rtol=1e-13, strict=True)


@pytest.mark.parametrize("batch", [(), (1,), (7,)], ids=["sample", "batch of 1", "batch of 7"])
def test_the_trace_holds_every_u_and_z(batch):
    network, x = make(), generic(*batch, 3)
    u, z = trace = network.forward(x)
    assert trace.u is u and trace.z is z
    assert [a.shape for a in u] == [(*batch, 5), (*batch, 2)]
    assert [a.shape for a in z] == [(*batch, 3), (*batch, 5), (*batch, 2)]
    np.testing.assert_array_equal(z[0], x)
    for n, layer in enumerate(network.layers):
        np.testing.assert_array_equal(u[n], z[n] @ layer.W + layer.b)
        np.testing.assert_array_equal(z[n + 1], layer.activation(u[n]))
        np.testing.assert_array_equal(z[n + 1], layer(z[n]))
    np.testing.assert_array_equal(network(x), z[-1])


def test_a_batch_gives_what_its_rows_give():
    network, X = make(), generic(7, 3)
    for n in range(7):
        np.testing.assert_allclose(network(X)[n], network(X[n]), rtol=1e-14)


def test_no_sample_is_fine():
    assert make()(np.zeros((0, 3))).shape == (0, 2)


@pytest.mark.parametrize("made", [lambda layer: layer, Network], ids=["layer", "network"])
def test_what_is_linear_takes_complex_numbers(made):
    z, call = generic(3), made(Layer(generic(3, 5), np.zeros(5), "identity"))
    np.testing.assert_allclose(call((1 + 2j) * z), (1 + 2j) * call(z), rtol=1e-14)


# Construction


@activations
def test_an_activation_goes_by_name_or_as_an_object(f):
    assert Layer([[1]], [1], f.name).activation is Layer([[1]], [1], f).activation is f


def test_one_layer_is_a_network_and_so_is_any_row_of_layers():
    layer = make().layers[0]
    assert Network(layer).layers == Network([layer]).layers == Network(n for n in [layer]).layers == (layer,)


def test_it_says_what_it_is():
    assert repr(make()) == "Network(3 -> 5 tanh -> 2 softmax)"
    assert repr(make().layers[0]) == "Layer(3 -> 5 tanh)"


def test_a_layer_owns_its_parameters():
    W, b = generic(3, 5), generic(5)
    layer = Layer(W, b, "tanh")
    W += 1
    b += 1
    np.testing.assert_array_equal(layer.W, generic(3, 5))
    np.testing.assert_array_equal(layer.b, generic(5))
    with pytest.raises(FrozenInstanceError):
        layer.W = W
    with pytest.raises(FrozenInstanceError):
        make().layers = ()


@pytest.mark.parametrize("copied", [*COPIES.values(), Network.copy], ids=[*COPIES, "its own"])
def test_every_copy_of_a_network_is_what_the_network_is(copied):
    sizes = [2] * (len(ACTIVATIONS) + 1)
    network = random_network(sizes, ACTIVATIONS)
    twin = copied(network)
    assert repr(twin) == repr(network)
    assert [layer.activation for layer in twin.layers] == list(ACTIVATIONS.values())
    # What depends on it: the scale of a ReLU's weights is 2/M_in, and not 1/M_in.
    drawn = random_network(sizes, [layer.activation for layer in twin.layers])
    for a, b, c in zip(*map(parameters, (network, twin, drawn)), strict=True):
        np.testing.assert_array_equal(a, b, strict=True)
        np.testing.assert_array_equal(a, c)
        assert not np.shares_memory(a, b) or copied is COPIES["copy"]


# Extremes: warnings are errors here

BEYOND = Network([Layer([[1e308, 1], [1e308, 1]], [0, 0], "relu"), Layer([[1e200], [1]], [0], "tanh")])
SINGLE = Network(Layer(np.float32([[1e38]]), np.float32([0]), "tanh"))


@pytest.mark.parametrize(
    ("call", "z", "place"),
    [
        (BEYOND, [10, 1], r"u\[0\]\[0\]"),
        (BEYOND.forward, [[0, 1], [1, 1], [0, 0]], r"u\[0\]\[1, 0\]"),
        (BEYOND, [1, 0], r"u\[1\]\[0\]"),
        (BEYOND.layers[0], [[0, 0], [2, 0]], r"u\[1, 0\]"),
        (SINGLE, np.float32([10]), r"u\[0\]\[0\]"),
    ],
)
def test_a_network_that_overflows_says_where(call, z, place):
    with pytest.raises(FloatingPointError, match=rf"^{place} .*\binf\b"):
        call(z)


@given(x=arrays(float, 2, elements=st.sampled_from(ENDS)), W=arrays(float, (2, 2), elements=st.sampled_from(ENDS)))
@activations
def test_at_any_size_an_output_is_finite_or_an_error(f, x, W):
    layer = Layer(W, [1, -1e308], f)
    for call in (layer, Network(layer), Network([layer, layer])):
        try:
            assert np.isfinite(call(x)).all()
        except FloatingPointError as error:
            assert str(error).startswith("u[")


# Precision


@pytest.mark.parametrize("single", [np.float32, np.complex64])
def test_single_precision_stays_so(single):
    network = of_type(single, make())
    assert {a.dtype for a in parameters(network.copy())} == {np.dtype(single)}
    u, z = network.forward(generic(7, 3).astype(single))
    assert {a.dtype for a in (*u, *z, network.layers[0](z[0]))} == {np.dtype(single)}
    np.testing.assert_allclose(z[-1], make()(generic(7, 3)), rtol=1e-5)


@pytest.mark.parametrize("which", ["W", "b", "z"])
def test_what_is_mixed_is_float64(which):
    given = {"W": generic(3, 5), "b": generic(5), "z": generic(3)}
    given |= {name: a.astype(np.float32) for name, a in given.items() if name != which}
    layer = Layer(given["W"], given["b"], "tanh")
    assert (layer.W.dtype, layer.b.dtype) == (given["W"].dtype, given["b"].dtype)
    assert layer(given["z"]).dtype == np.float64
    assert Layer(given["W"].tolist(), [0] * 5, "tanh").W.dtype == np.float64


# Random parameters


def test_the_same_seed_gives_the_same_network_and_another_one_another():
    for a, b, c in zip(*(parameters(make(seed)) for seed in (0, 0, 1)), strict=True):
        np.testing.assert_array_equal(a, b)
        assert not (a == c).any()


@pytest.mark.parametrize(("f", "variance"), [("relu", 2), ("tanh", 1), ("identity", 1)])
def test_weights_have_the_variance_that_keeps_u_in_size(f, variance):
    (layer,) = random_network([50, 700], [f]).layers
    assert layer.W.shape == (50, 700) and layer.b.shape == (700,)
    np.testing.assert_allclose(layer.W.var() * 50, variance, rtol=0.03)
    np.testing.assert_allclose([layer.W.mean(), layer.b.mean()], 0, atol=0.01)
    np.testing.assert_allclose(layer.b.std(), 0.1, rtol=0.1)
    assert layer.b.all(), "a zero would hide a wrong formula"


def test_a_rectifier_of_ones_own_has_the_scale_of_a_rectifier():
    class Leaky(ReLU):
        pass

    own, relu = (random_network([3, 5], [f]).layers[0].W for f in (Leaky(), "relu"))
    np.testing.assert_array_equal(own, relu)
