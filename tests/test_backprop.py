"""Short form, long form and witness agree on every network that can be drawn, and on one worked out by hand."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, seed, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from strategies import (
    BATCHES,
    ENDS,
    FITTING,
    activations,
    deep,
    ending,
    extremes,
    generic,
    in_order,
    losses,
    of_type,
    parameters,
    problems,
    random_network,
    targets,
)

from nn_notes import ACTIVATIONS, LOSSES, Layer, Network, backprop, numeric, tensors
from nn_notes.losses import mse

FORMS = {"short": backprop.gradients, "long": tensors.gradients}
EPS = np.finfo(float).eps
forms = pytest.mark.parametrize("gradients", FORMS.values(), ids=FORMS)

# x = (1, 2) through a ReLU layer, u = (5, 3, −2), and a linear one, y = (3, 11), with mse to t = (1, 10):
# δ = 2/2 (2, 1), the next δ = (2, 1) W2ᵀ = (4, −1, 7), and the ReLU lets (4, −1, 0) through.
HAND = Network([
    Layer([[1, 0, -1], [2, 1, 1]], [0, 1, -3], "relu"),
    Layer([[1, 2], [-1, 1], [3, 1]], [1, -2], "identity"),
])  # fmt: skip
HAND_GRADIENTS = [([[4, -1, 0], [8, -2, 0]], [4, -1, 0]), ([[10, 5], [6, 3], [0, 0]], [2, 1])]


def witness(network, x, t, loss):
    """The loss, and its derivative by every W and b: nudge one parameter, hold all others."""

    def J(n, **parameter):
        layers = list(network.layers)
        layers[n] = replace(layers[n], **parameter)
        return loss(Network(layers)(x), t).mean()

    return J(0), [
        tuple(numeric.jacobian(lambda a, n=n, name=name: J(n, **{name: a}), getattr(layer, name)) for name in "Wb")
        for n, layer in enumerate(network.layers)
    ]


def assert_same(got, expected, tolerance):
    """Loss and gradients agree, in shape and to a tolerance relative to the largest entry of all the gradients.

    Or to a rounding of 1, where they cancel: behind a softmax, those of a loss that is linear there do, to the bit.
    """
    (J, grads), (expected_J, expected_grads) = got, expected
    assert np.shape(J) == ()
    np.testing.assert_allclose(J, expected_J, rtol=tolerance, atol=1e-15)
    scale = max(np.abs(a).max() for pair in expected_grads for a in pair) or 1.0
    for pair, expected_pair in zip(grads, expected_grads, strict=True):
        for a, b in zip(pair, expected_pair, strict=True):
            np.testing.assert_allclose(a, b, rtol=0, atol=max(tolerance * scale, EPS), strict=True)


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_short_form_long_form_and_witness_agree(depth):
    drawn = set()

    def agree(problem):
        network, x, _, _ = problem
        names = [layer.activation.name for layer in network.layers]
        # At a kink there is no derivative to agree on. A complex step has no width, so any distance from it will do.
        assume(all(np.abs(u).min() > 1e-9 for u in network.forward(x).u))
        expected = witness(*problem)
        for gradients in FORMS.values():
            assert_same(gradients(*problem), expected, 1e-10)
        drawn.update([*enumerate(names), x.shape[:-1], *(len(layer.b) for layer in network.layers)])

    for n, (loss, last) in enumerate(FITTING):
        few = settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
        seed(n)(few(given(problems(depth, loss, last))(agree)))()
    assert drawn == {*product(range(depth), ACTIVATIONS), *BATCHES, *range(1, 8)}, "some kinds never came up"


@forms
def test_a_network_by_hand(gradients):
    J, grads = gradients(HAND, [1, 2], [1, 10], mse)
    assert J == 2.5
    for pair, expected in zip(grads, HAND_GRADIENTS, strict=True):
        for a, b in zip(pair, expected, strict=True):
            np.testing.assert_array_equal(a, np.array(b, float), strict=True)


@activations
def test_backward_is_4_3_to_4_7_line_by_line(f):
    """Two layers, the recursion written out with explicit Jacobians and loops for the outer products."""
    first, second = Layer(generic(3, 5), generic(5), f), Layer(generic(5, 2), generic(2), f)
    x, t = generic(3), generic(2, seed=1)
    u1 = x @ first.W + first.b
    z1 = f(u1)
    u2 = z1 @ second.W + second.b
    delta2 = 2 / 2 * (f(u2) - t)  # 4.3
    xi2 = delta2 @ f.jacobian(u2)  # 4.5
    delta1 = xi2 @ second.W.T  # 4.4
    xi1 = delta1 @ f.jacobian(u1)  # 4.5
    expected = [
        (np.array([[z_i * xi_j for xi_j in xi] for z_i in z]), xi)  # 4.6, 4.7
        for z, xi in [(x, xi1), (z1, xi2)]
    ]
    _, grads = backprop.gradients(Network([first, second]), x, t, "mse")
    assert_same((0.0, grads), (0.0, expected), 1e-14)


@pytest.mark.parametrize("depth", [3, 4, 5])
def test_the_long_form_is_the_short_one_at_depth(depth):
    """Where the long form's loops turn more than once."""
    names = ["tanh", "softmax", "sigmoid", "tanh", "identity"]
    network = random_network([3, 5, 2, 7, 3, 2][: depth + 1], names[:depth])
    X, T = generic(7, 3), generic(7, len(network.layers[-1].b))
    assert_same(backprop.gradients(network, X, T, mse), tensors.gradients(network, X, T, mse), 1e-14)


@forms
@losses
def test_a_batch_is_the_mean_of_its_samples(gradients, E):
    """5.3 and 5.4: one sample at a time, summed by a loop and divided by their number."""
    network = random_network([2, 5, 3], ["tanh", ending(E.name)])
    X, T = generic(7, 2), targets(E.name, (7, 3))
    J, grads = 0.0, [(0.0, 0.0), (0.0, 0.0)]
    for x, t in zip(X, T, strict=True):
        J_n, grads_n = gradients(network, x, t, E)
        J += J_n / 7
        grads = [(W + dW / 7, b + db / 7) for (W, b), (dW, db) in zip(grads, grads_n, strict=True)]
    assert_same(gradients(network, X, T, E), (J, grads), 1e-14)


@forms
@activations
def test_gradients_are_analytic_so_that_they_can_be_derived_again(gradients, f):
    """A Hessian by complex step through the whole backward pass: no formula on the way drops the imaginary part."""
    layer, x, t = Layer(generic(3, 2), generic(2), f), generic(5, 3), generic(5, 2, seed=1)

    def dJ_dW(W):
        network = Network([replace(layer, W=W), Layer(generic(2, 2), [1, 2], "tanh")])
        return gradients(network, x, t, mse)[1][0][0]

    hessian = numeric.jacobian(dJ_dW, layer.W)
    assert hessian.shape == (3, 2, 3, 2)
    np.testing.assert_allclose(hessian, hessian.transpose(2, 3, 0, 1), rtol=0, atol=1e-15)
    np.testing.assert_allclose(hessian, numeric.jacobian(dJ_dW, layer.W, "central"), rtol=0, atol=1e-8)


@forms
@losses
def test_the_loss_of_a_network_can_be_derived_by_its_input(gradients, E):
    network, x, t = random_network([3, 5, 2], ["tanh", ending(E.name)]), generic(3), [0.25, 0.75]
    _, ((_, db), _) = gradients(network, x, t, E)
    by_steps = numeric.jacobian(lambda x: gradients(network, x, t, E)[0], x)
    np.testing.assert_allclose(by_steps, db @ network.layers[0].W.T, rtol=1e-12)  # 4.4, one layer further back


@losses
def test_a_loss_goes_by_its_name_too(E):
    network, x, t = random_network([3, 2], [ending(E.name)]), generic(5, 3), targets(E.name, (5, 2))
    assert_same(backprop.gradients(network, x, t, E.name), backprop.gradients(network, x, t, E), 0)


@forms
def test_nothing_that_is_given_is_changed(gradients):
    x, t = np.array([[1.0, 2.0]]), np.array([[1.0, 10.0]])
    held = [x, t, *parameters(HAND)]
    before = [a.tobytes() for a in held]
    gradients(HAND, x, t, mse)
    assert [a.tobytes() for a in held] == before


# Precision


@forms
@losses
@pytest.mark.parametrize("batch", BATCHES, ids=str)
def test_single_precision_stays_so_and_mixed_goes_to_double(gradients, E, batch):
    network = of_type(np.float32, random_network([3, 5, 4, 2], ["relu", "sigmoid", ending(E.name)]))
    given = {"x": generic(*batch, 3), "t": targets(E.name, (*batch, 2)), "W": generic(5, 4), "b": generic(2)}

    def types(double):
        """Of J and every gradient, where all is float32 but one of the four."""
        now = {name: a if name == double else a.astype(np.float32) for name, a in given.items()}
        first, second, last = network.layers
        mixed = Network([first, replace(second, W=now["W"]), replace(last, b=now["b"])])
        J, grads = gradients(mixed, now["x"], now["t"], E)
        return {np.asarray(a).dtype for a in (J, *(a for pair in grads for a in pair))}

    assert types(None) == {np.dtype(np.float32)}
    for double in given:
        assert types(double) == {np.dtype(np.float64)}, double


# What is not finite: warnings are errors here


def off(bias, last):
    """One layer that gives ``last`` of its bias, whatever comes in."""
    return Network(Layer(np.zeros((1, len(bias))), bias, last))


BACK = Network([Layer([[1]], [-1e-10], "identity"), Layer([[1.5e308]], [0], "identity")])
# To each: the network, x, t, the loss; and of the error, in the short form and in the long one, what it says.
NOT_FINITE = {
    "a layer": (
        (deep(1e200, 1e200), [1], [1], "mse"),
        "the loss … gradient … network(x)[0] … inf … t[0] … 1",
        "layers[1]: u[0] … inf",
    ),
    "the loss of one sample": (
        (deep(1.0), [[1], [1e200], [2]], [[1], [2], [1]], "mse"),
        *["the loss … inf … network(x)[1, 0] … 1e+200 … t[1, 0] … 2"] * 2,
    ),
    "no probability": (
        (deep(1.0, last="sigmoid"), [[1], [-1e4]], [[1], [1]], "cross_entropy"),
        *["the loss … inf … gradient … network(x)[1, 0] … 0 … t[1, 0] … 1 … softmax_cross_entropy"] * 2,
    ),
    "no probability, in one sample": (
        (off([-1e4], "sigmoid"), [1], [1], "cross_entropy"),
        *["the loss … inf … gradient … network(x)[0]"] * 2,
    ),
    "almost no probability": (
        (off([-744.5], "sigmoid"), [1], [1], "cross_entropy"),
        *["the loss … 744.44 … gradient … network(x)[0]"] * 2,
    ),
    "almost no probability of two": (
        (off([0, -744.5], "softmax"), [1], [0.5, 0.5], "cross_entropy"),
        *["the loss … 372.22 … gradient … network(x)[1] … 4.94066e-324 … t[1]"] * 2,
    ),
    "the way back": (
        (deep(1e-200, 1e200), [1e150], [-1e120], "mse"),
        "the gradient … layers[0].W[0, 0] … inf",
        "pull_back[0] … inf",
    ),
    # Of the long form's the mean is taken last.
    "the way back, by a bias alone": (
        (BACK, [[1e-10]] * 2, [[-1]] * 2, "mse"),
        "the gradient … layers[0].b[0] … inf",
        "pull_back[0, 0] … inf",
    ),
}


@pytest.mark.parametrize(("given", "short", "long"), NOT_FINITE.values(), ids=NOT_FINITE)
def test_what_is_not_finite_is_an_error_that_says_where(given, short, long):
    *given, loss = given
    for gradients, says in [(backprop.gradients, short), (tensors.gradients, long)]:
        with pytest.raises(FloatingPointError, match=f"^{in_order(says)}"):
            gradients(*given, LOSSES[loss])


def test_the_sum_of_a_batch_is_not_finite_where_its_mean_is():
    given = deep(1.3e254), [[1e-100], [1e-100]], [[0], [0]], mse
    with pytest.raises(FloatingPointError, match=r"^the loss .*inf"):
        backprop.gradients(*given)
    # It divides before it adds.
    assert np.isfinite(tensors.gradients(*given)[0])


@forms
@pytest.mark.parametrize(("loss", "last"), FITTING)
@given(
    x=arrays(float, (2, 3), elements=st.sampled_from(ENDS)),
    W=arrays(float, (3, 3), elements=st.sampled_from(ENDS)),
    t=extremes,
)
def test_at_any_size_gradients_are_finite_or_an_error(gradients, loss, last, x, W, t):
    network = Network([Layer(W, [1, -1, 0], "tanh"), Layer(W.T, [0, 1e308, 1], last)])
    t = np.array([t, t[::-1]] if loss == "mse" else np.eye(3)[[t.argmax(), t.argmin()]])
    try:
        J, grads = gradients(network, x, t, LOSSES[loss])
    except FloatingPointError:
        return
    assert np.isfinite(J) and all(np.isfinite(a).all() for pair in grads for a in pair)
