"""Short form, long form and witness agree on every network that can be drawn, and on one worked out by hand."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, seed, settings
from strategies import BATCHES, FITTING, ending, generic, parameters, problems, targets

from nn_notes import ACTIVATIONS, LOSSES, Layer, Network, backprop, numeric, tensors

FORMS = {"short": backprop.gradients, "long": tensors.gradients}
forms = pytest.mark.parametrize("gradients", FORMS.values(), ids=FORMS)

# x = (1, 2) through a ReLU layer, u = (5, 3, −2), and a linear one, y = (3, 11), with mse to t = (1, 10):
# δ = 2/2 (2, 1), the next δ = (2, 1) W2ᵀ = (4, −1, 7), and the ReLU lets (4, −1, 0) through.
HAND = Network(
    [
        Layer([[1, 0, -1], [2, 1, 1]], [0, 1, -3], "relu"),
        Layer([[1, 2], [-1, 1], [3, 1]], [1, -2], "identity"),
    ]
)
HAND_GRADIENTS = [
    ([[4, -1, 0], [8, -2, 0]], [4, -1, 0]),
    ([[10, 5], [6, 3], [0, 0]], [2, 1]),
]


def witness(network, x, t, loss):
    """The loss, and its derivative by every W and b: nudge one parameter, hold all others."""

    def J(n, **parameter):
        layers = list(network.layers)
        layers[n] = replace(layers[n], **parameter)
        return loss(Network(layers)(x), t).mean()

    return J(0), [
        (
            numeric.jacobian(lambda W, n=n: J(n, W=W), layer.W),
            numeric.jacobian(lambda b, n=n: J(n, b=b), layer.b),
        )
        for n, layer in enumerate(network.layers)
    ]


def assert_same(got, expected, tolerance):
    """Loss and gradients agree, in shape and to a tolerance relative to the largest entry of all the gradients."""
    (J, grads), (expected_J, expected_grads) = got, expected
    assert np.shape(J) == ()
    np.testing.assert_allclose(J, expected_J, rtol=tolerance, atol=1e-15)
    scale = max(np.abs(a).max() for pair in expected_grads for a in pair) or 1.0
    for pair, expected_pair in zip(grads, expected_grads, strict=True):
        for a, b in zip(pair, expected_pair, strict=True):
            np.testing.assert_allclose(a, b, rtol=0, atol=tolerance * scale, strict=True)


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_short_form_long_form_and_witness_agree(depth):
    drawn = set()

    def agree(problem):
        network, x, _, _ = problem
        names = [layer.activation.name for layer in network.layers]
        # At a kink there is no derivative to agree on. A complex step has no width, so any distance from it will do.
        assume(all(np.abs(u).min() > 1e-9 for f, u in zip(names, network.forward(x).u, strict=True) if f == "relu"))
        expected = witness(*problem)
        for gradients in FORMS.values():
            assert_same(gradients(*problem), expected, 1e-10)
        drawn.update([*enumerate(names), x.shape[:-1], *(len(layer.b) for layer in network.layers)])

    for n, (loss, last) in enumerate(FITTING):
        few = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
        seed(n)(few(given(problems(depth, loss, last))(agree)))()
    assert drawn == {*product(range(depth), ACTIVATIONS), *BATCHES, *range(1, 8)}, "some kinds never came up"


@forms
def test_a_network_by_hand(gradients):
    J, grads = gradients(HAND, [1, 2], [1, 10], LOSSES["mse"])
    assert J == 2.5
    for pair, expected in zip(grads, HAND_GRADIENTS, strict=True):
        for a, b in zip(pair, expected, strict=True):
            np.testing.assert_array_equal(a, np.array(b, float), strict=True)


@pytest.mark.parametrize("f", ACTIVATIONS)
def test_backward_is_4_3_to_4_7_line_by_line(f):
    """Two layers, the recursion written out with explicit Jacobians and loops for the outer products."""
    first, second = Layer(generic(3, 5), generic(5), f), Layer(generic(5, 2), generic(2), f)
    x, t = generic(3), generic(2, seed=1)
    u1 = x @ first.W + first.b
    z1 = ACTIVATIONS[f](u1)
    u2 = z1 @ second.W + second.b
    delta2 = 2 / 2 * (ACTIVATIONS[f](u2) - t)  # 4.3
    xi2 = delta2 @ ACTIVATIONS[f].jacobian(u2)  # 4.5
    delta1 = xi2 @ second.W.T  # 4.4
    xi1 = delta1 @ ACTIVATIONS[f].jacobian(u1)  # 4.5
    expected = [
        (np.array([[z_i * xi_j for xi_j in xi] for z_i in z]), xi)  # 4.6, 4.7
        for z, xi in [(x, xi1), (z1, xi2)]
    ]
    _, grads = backprop.gradients(Network([first, second]), x, t, "mse")
    assert_same((0.0, grads), (0.0, expected), 1e-14)


@forms
@pytest.mark.parametrize("loss", LOSSES)
def test_a_batch_is_the_mean_of_its_samples(gradients, loss):
    """5.3 and 5.4: one sample at a time, summed by a loop and divided by their number."""
    rng = np.random.default_rng(0)
    network = Network.init([2, 5, 3], ["tanh", ending(loss)], rng)
    X, T = rng.normal(size=(7, 2)), targets(loss, (7, 3), rng)
    J, grads = 0.0, [(0.0, 0.0), (0.0, 0.0)]
    for x, t in zip(X, T, strict=True):
        J_n, grads_n = gradients(network, x, t, LOSSES[loss])
        J += J_n / 7
        grads = [(W + dW / 7, b + db / 7) for (W, b), (dW, db) in zip(grads, grads_n, strict=True)]
    assert_same(gradients(network, X, T, LOSSES[loss]), (J, grads), 1e-14)


@forms
@pytest.mark.parametrize("f", ACTIVATIONS)
def test_gradients_are_analytic_so_that_they_can_be_derived_again(gradients, f):
    """A Hessian by complex step through the whole backward pass: no formula on the way drops the imaginary part."""
    layer, x, t = Layer(generic(3, 2), generic(2), f), generic(5, 3), generic(5, 2, seed=1)

    def dJ_dW(W):
        network = Network([replace(layer, W=W), Layer(generic(2, 2), [1, 2], "tanh")])
        _, grads = gradients(network, x, t, LOSSES["mse"])
        return grads[0][0]

    hessian = numeric.jacobian(dJ_dW, layer.W)
    assert hessian.shape == (3, 2, 3, 2)
    np.testing.assert_allclose(hessian, hessian.transpose(2, 3, 0, 1), rtol=0, atol=1e-15)
    np.testing.assert_allclose(hessian, numeric.jacobian(dJ_dW, layer.W, "central"), rtol=0, atol=1e-8)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_goes_by_its_name_too(loss):
    x, t = generic(5, 3), targets(loss, (5, 2), np.random.default_rng(0))
    network = Network([Layer(generic(3, 2), generic(2), ending(loss))])
    by_name, by_object = (backprop.gradients(network, x, t, E) for E in (loss, LOSSES[loss]))
    assert_same(by_name, by_object, 0)


@forms
def test_nothing_that_is_given_is_changed(gradients):
    x, t = np.array([[1.0, 2.0]]), np.array([[1.0, 10.0]])
    given_arrays = [x, t, *parameters(HAND)]
    before = [a.tobytes() for a in given_arrays]
    gradients(HAND, x, t, LOSSES["mse"])
    assert [a.tobytes() for a in given_arrays] == before


@pytest.mark.parametrize(
    ("bias", "loss"),
    [pytest.param(-1e4, "inf", id="probability 0"), pytest.param(-744.5, "744", id="probability 5e-324")],
)
def test_a_gradient_that_is_not_finite_is_an_error_and_not_a_warning(bias, loss):
    network = Network(Layer([[0.0]], [bias], "sigmoid"))
    with pytest.raises(FloatingPointError, match=f"the loss is {loss}.*gradient not finite"):
        backprop.gradients(network, [1], [1], "cross_entropy")
