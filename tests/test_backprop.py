"""Short form, long form and witness agree on every network that can be drawn, and on one worked out by hand."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, seed, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from strategies import BATCHES, ENDS, FITTING, ending, extremes, generic, parameters, problems, targets

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


# Precision


@forms
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("batch", BATCHES, ids=str)
def test_single_precision_stays_so_and_mixed_goes_to_double(gradients, loss, batch):
    rng = np.random.default_rng(0)
    network = Network.init([3, 5, 4, 2], ["relu", "sigmoid", ending(loss)], rng)
    given = {"x": generic(*batch, 3), "t": targets(loss, (*batch, 2), rng), "W": generic(5, 4), "b": generic(2)}

    def types(double):
        """Of J and every gradient, where all is float32 but one of the four."""
        now = {name: a if name == double else a.astype(np.float32) for name, a in given.items()}
        first, second, last = (
            Layer(n.W.astype(np.float32), n.b.astype(np.float32), n.activation) for n in network.layers
        )
        mixed = Network([first, replace(second, W=now["W"]), replace(last, b=now["b"])])
        J, grads = gradients(mixed, now["x"], now["t"], LOSSES[loss])
        return {np.asarray(a).dtype for a in (J, *(a for pair in grads for a in pair))}

    assert types(None) == {np.dtype(np.float32)}
    for double in given:
        assert types(double) == {np.dtype(np.float64)}, double


# What is not finite: warnings are errors here


def deep(*scales, last="identity"):
    """A neuron to each layer, of that weight and no bias."""
    names = ["identity"] * (len(scales) - 1) + [last]
    return Network(Layer([[a]], [0], f) for a, f in zip(scales, names, strict=True))


# To each: the network, x, t, the loss; and of the error, in the short form and in the long one, what it says.
NOT_FINITE = {
    "a layer": (
        (deep(1e200, 1e200), [1], [1], "mse"),
        r"the loss is (inf|nan), and .* not finite, at network\(x\)\[0\], which is inf where t\[0\] is 1$",
        r"layers\[1\]: u\[0\] is inf",
    ),
    "the loss of one sample": (
        (deep(1.0), [[1], [1e200], [2]], [[1], [2], [1]], "mse"),
        *[r"the loss is inf at network\(x\)\[1, 0\], which is 1e\+200 where t\[1, 0\] is 2$"] * 2,
    ),
    "no probability": (
        (deep(1.0, last="sigmoid"), [[1], [-1e4]], [[1], [1]], "cross_entropy"),
        *[
            r"the loss is inf, and its gradient not finite, at network\(x\)\[1, 0\], which is 0 where t\[1, 0\] is 1; "
            "softmax_cross_entropy and sigmoid_cross_entropy take logits, and stay finite there$"
        ]
        * 2,
    ),
    "almost no probability": (
        (Network(Layer([[0, 0]], [0, -744.5], "softmax")), [1], [0.5, 0.5], "cross_entropy"),
        *[r"the loss is 372\.\d+, and its gradient not finite, at network\(x\)\[1\], which is 4.9.*e-324 where t\[1\]"]
        * 2,
    ),
    "the way back": (
        (Network([Layer([[1e-200]], [0], "identity"), Layer([[1e200]], [0], "identity")]), [1e150], [-1e120], "mse"),
        r"the gradient by layers\[0\].W\[0, 0\] is inf; it needs numbers that float64 can hold",
        r"(pull_back|dz_dW|dE_dW)\[.*\] is -?(inf|nan); it needs numbers that float64 can hold",
    ),
    "the way back, by a bias alone": (
        (
            Network([Layer([[1]], [-1e-10], "identity"), Layer([[1.5e308]], [0], "identity")]),
            *[[[1e-10]] * 2, [[-1]] * 2],
            "mse",
        ),
        r"the gradient by layers\[0\].b\[0\] is inf; it needs numbers that float64 can hold",
        r"pull_back\[0, 0\] is inf; it needs numbers that float64 can hold",  # of which the mean is taken last
    ),
    "the sum of a batch": (
        (deep(1.3e254), [[1e-100], [1e-100]], [[0], [0]], "mse"),
        "the loss is inf; it needs numbers that float64 can hold",
        None,  # it divides before it adds
    ),
}


@pytest.mark.parametrize(("problem", "short", "long"), NOT_FINITE.values(), ids=NOT_FINITE)
def test_what_is_not_finite_is_an_error_that_says_where(problem, short, long):
    *given, loss = problem
    with pytest.raises(FloatingPointError, match=f"^{short}"):
        backprop.gradients(*given, loss)
    if long is None:
        assert np.isfinite(tensors.gradients(*given, LOSSES[loss])[0])
        return
    with pytest.raises(FloatingPointError, match=f"^{long}"):
        tensors.gradients(*given, LOSSES[loss])


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


@pytest.mark.parametrize(
    ("bias", "loss"),
    [pytest.param(-1e4, "inf", id="probability 0"), pytest.param(-744.5, "744", id="probability 5e-324")],
)
def test_a_gradient_that_is_not_finite_is_an_error_and_not_a_warning(bias, loss):
    network = Network(Layer([[0.0]], [bias], "sigmoid"))
    with pytest.raises(FloatingPointError, match=f"the loss is {loss}.*gradient not finite"):
        backprop.gradients(network, [1], [1], "cross_entropy")
