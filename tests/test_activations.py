"""Each activation: values by hand, derivatives in every form it has, and the extremes, where all must be silent."""

import copy
import math
import pickle
from functools import partial
from timeit import repeat

import numpy as np
import pytest
from hypothesis import given
from strategies import extremes, generic, preactivations

from nn_notes import ACTIVATIONS, numeric
from nn_notes.activations import ComponentWise, identity, relu, sigmoid, softmax, tanh

LOG2, LOG3 = math.log(2), math.log(3)

activations = pytest.mark.parametrize("f", ACTIVATIONS.values(), ids=ACTIVATIONS)
componentwise = pytest.mark.parametrize("f", [identity, sigmoid, tanh, relu], ids=repr)
shapes = pytest.mark.parametrize("shape", [(1,), (5,), (1, 3), (7, 2)], ids=str)


def test_a_name_is_the_object_that_the_module_has():
    assert list(ACTIVATIONS.values()) == [identity, sigmoid, tanh, relu, softmax]
    assert (
        list(ACTIVATIONS) == ["identity", "sigmoid", "tanh", "relu", "softmax"] == list(map(repr, ACTIVATIONS.values()))
    )


class Leaky(ComponentWise):
    """An activation of one's own, with a number to it."""

    def __init__(self, slope):
        self.below = slope


COPIES = {"copy": copy.copy, "deepcopy": copy.deepcopy, "pickle": lambda f: pickle.loads(pickle.dumps(f))}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("f", [*ACTIVATIONS.values(), Leaky(0.1)], ids=repr)
def test_an_activation_is_what_it_is_and_not_which_object(f, copied):
    assert copied(f) == f and hash(copied(f)) == hash(f)
    assert {f: "found"}[copied(f)] == "found"


def test_different_activations_differ():
    every = [*ACTIVATIONS.values(), Leaky(0.1), Leaky(0.2)]
    assert [f == other for f in every for other in every] == [n == m for n in range(7) for m in range(7)]
    assert relu != "relu"
    assert len(set(map(hash, ACTIVATIONS.values()))) == 5


def test_what_a_product_cannot_hold_is_named():
    steep = Leaky(0.1)
    steep.slope = lambda u: 2 + 0 * u
    with pytest.raises(FloatingPointError, match=r"^leaky\.vjp\[1\] is inf; it needs numbers that float64 can hold"):
        steep.vjp([1, 1e308], [1, 1])


# By hand


@pytest.mark.parametrize(
    ("f", "u", "value", "derivative"),
    [
        (identity, [-2, 3], [-2, 3], [1, 1]),
        (sigmoid, [-LOG3, 0, LOG3], [1 / 4, 1 / 2, 3 / 4], [3 / 16, 1 / 4, 3 / 16]),  # 6.1, 6.2
        (tanh, [-LOG2, 0, LOG3], [-3 / 5, 0, 4 / 5], [16 / 25, 1, 9 / 25]),  # 6.3, 6.4
        (relu, [-2, 0, 3], [0, 0, 3], [0, 0, 1]),  # 6.8, 6.9
    ],
    ids=lambda f: f.name if isinstance(f, ComponentWise) else "",
)
def test_value_derivative_and_jacobian_by_hand(f, u, value, derivative):
    np.testing.assert_allclose(f(u), value, rtol=1e-15)
    np.testing.assert_allclose(f.derivative(u), derivative, rtol=1e-15)
    np.testing.assert_allclose(f.jacobian(u), np.diag(derivative), rtol=1e-15)  # 1.6


def test_softmax_by_hand():
    u, S = [0, LOG2, LOG3], [1 / 6, 2 / 6, 3 / 6]
    F = [[S[i] * ((i == j) - S[j]) for j in range(3)] for i in range(3)]  # 6.6
    assert F[0] == pytest.approx([5 / 36, -2 / 36, -3 / 36], rel=1e-15)
    np.testing.assert_allclose(softmax(u), S, rtol=1e-15)  # 6.5
    np.testing.assert_allclose(softmax.jacobian(u), F, rtol=1e-15)  # 6.7
    # 6.10: with S_k of S = (1, 2, 3)/6, δSᵀ = (1·6 + 2·0 + 3·12)/6 = 7, so δF = S ⊙ (−1, −7, 5).
    np.testing.assert_allclose(softmax.vjp([6, 0, 12], u), [-1 / 6, -14 / 6, 15 / 6], rtol=1e-15)


def test_softmaxs_jacobian_has_no_sum_for_each_of_its_entries():
    M = 512
    ways = partial(softmax.jacobian, np.zeros(M)), partial(np.einsum, "kl,km->km", np.ones((M, M)), np.eye(M))
    ours, with_sums = (min(repeat(way, number=1, repeat=10)) for way in ways)
    assert ours < with_sums / 2


def test_tanh_is_both_of_its_written_forms():
    """6.3, by Python's own exponential."""
    for u in generic(7):
        e = math.exp(2 * u)
        np.testing.assert_allclose(tanh([u]), [(e - 1) / (e + 1)], rtol=1e-14)
        np.testing.assert_allclose(tanh([u]), [2 / (1 + 1 / e) - 1], rtol=1e-14, atol=1e-15)


# Every form of the derivative against every other


@activations
@shapes
def test_the_jacobian_is_that_of_the_witness(f, shape):
    u = generic(*shape)
    expected = np.array([numeric.jacobian(f, row) for row in np.atleast_2d(u)]).reshape(*shape, shape[-1])
    np.testing.assert_allclose(f.jacobian(u), expected, rtol=1e-13, atol=1e-16, strict=True)


@activations
def test_samples_of_a_batch_do_not_touch_each_other(f):
    u = generic(2, 3)
    whole = numeric.jacobian(f, u)
    assert whole.shape == (2, 3, 2, 3)
    np.testing.assert_array_equal(whole[0, :, 1], 0)
    np.testing.assert_array_equal(whole[1, :, 0], 0)


@activations
@shapes
def test_vjp_is_the_row_times_the_jacobian(f, shape):
    """2.7 and 6.10, against the sum over k of δ_k F_kl."""
    u, delta = generic(*shape), generic(*shape, seed=1)
    expected = np.zeros(shape)
    for *n, k, l in np.ndindex(*shape, shape[-1]):
        expected[*n, l] += delta[*n, k] * f.jacobian(u)[*n, k, l]
    np.testing.assert_allclose(f.vjp(delta, u), expected, rtol=1e-13, atol=1e-15, strict=True)


@activations
def test_a_batch_gives_what_its_rows_give(f):
    u, delta = generic(7, 5), generic(7, 5, seed=1)
    for n in range(7):
        np.testing.assert_allclose(f(u)[n], f(u[n]), rtol=1e-15, strict=True)
        np.testing.assert_allclose(f.jacobian(u)[n], f.jacobian(u[n]), rtol=1e-15, strict=True)
        np.testing.assert_allclose(f.vjp(delta, u)[n], f.vjp(delta[n], u[n]), rtol=1e-14, strict=True)


@pytest.mark.parametrize("f", [identity, sigmoid, tanh, softmax], ids=repr)
@pytest.mark.parametrize("sign", [1, -1])
def test_the_witness_agrees_at_zero_from_either_side(f, sign):
    """There the real parts do not say which side a nudge goes to."""
    u = np.zeros(3)
    np.testing.assert_allclose(numeric.jacobian(lambda u: f(sign * u), u), sign * f.jacobian(u), rtol=1e-15)


@componentwise
def test_the_derivative_can_be_derived_again(f):
    """Complex step through f′ and through the vjp, against central differences."""
    u = generic(5)
    second = numeric.jacobian(f.derivative, u, "central")
    np.testing.assert_allclose(numeric.jacobian(lambda u: f.derivative(u) + 0j, u), second, atol=1e-9)
    np.testing.assert_allclose(
        numeric.jacobian(lambda u: f.vjp(u, u), u), np.diag(f.derivative(u)) + u * second, atol=1e-9
    )


def test_softmaxs_jacobian_can_be_derived_again():
    u = generic(3)
    second = numeric.jacobian(softmax.jacobian, u)
    assert second.shape == (3, 3, 3)
    np.testing.assert_allclose(second, numeric.jacobian(softmax.jacobian, u, "central"), atol=1e-9)


# Softmax


@given(preactivations)
def test_softmax_is_a_distribution_and_ignores_a_shift(u):
    S = softmax(u)
    assert S.shape == u.shape and (S >= 0).all()
    np.testing.assert_allclose(S.sum(axis=-1), 1, rtol=1e-14)
    # Single-precision numbers of this size take the shift in double precision without rounding away more than 1e-12.
    np.testing.assert_allclose(softmax(u + 300), S, rtol=1e-11, atol=1e-300)


@given(preactivations)
def test_rows_and_columns_of_softmaxs_jacobian_sum_to_zero(u):
    F = softmax.jacobian(u)
    np.testing.assert_allclose(F.sum(axis=-1), 0, atol=1e-14)
    np.testing.assert_allclose(F.sum(axis=-2), 0, atol=1e-14)
    np.testing.assert_array_equal(F, F.swapaxes(-1, -2))


# The extremes: warnings are errors here


SIGMOIDS = {
    -1e4: (0, 0),
    -745: (math.exp(-745), math.exp(-745)),
    -40: (math.exp(-40), math.exp(-40)),  # e^−40 (1 − e^−40 + …), and e^−80 is beyond the digits
    0: (1 / 2, 1 / 4),
    40: (1, math.exp(-40)),
    745: (1, math.exp(-745)),
    1e4: (1, 0),
}


@pytest.mark.parametrize(("u", "value", "derivative"), [(u, *both) for u, both in SIGMOIDS.items()])
def test_sigmoid_at_the_extremes(u, value, derivative):
    np.testing.assert_allclose(sigmoid([u]), [value], rtol=1e-15)
    np.testing.assert_allclose(sigmoid.derivative([u]), [derivative], rtol=1e-15)


@pytest.mark.parametrize("u", [40, 745, 1e4])
def test_tanh_at_the_extremes(u):
    np.testing.assert_array_equal(tanh([-u, u]), [-1, 1])
    # 4 e^−2u (1 − 2 e^−2u + …), and e^−80 is beyond the digits.
    np.testing.assert_allclose(tanh.derivative([-u, u]), [4 * math.exp(-2 * u)] * 2, rtol=1e-15)


@pytest.mark.parametrize(
    ("u", "S"),
    [
        ([40, 0], [1, math.exp(-40)]),
        ([-745, 0], [math.exp(-745), 1]),
        ([1e4, 0], [1, 0]),
        ([-1e4, 1e4], [0, 1]),
        ([1e4, 1e4, 1e4], [1 / 3, 1 / 3, 1 / 3]),
        ([-1e4, -1e4], [1 / 2, 1 / 2]),
    ],
    ids=str,
)
def test_softmax_at_the_extremes(u, S):
    np.testing.assert_allclose(softmax(u), S, rtol=1e-15)
    np.testing.assert_allclose(softmax.vjp(S, u), np.array(S) @ softmax.jacobian(u), rtol=1e-14, atol=1e-17)


def test_softmax_keeps_its_digits_where_it_is_nearly_certain():
    u, delta = np.array([40.0, 0, 1]), np.array([3.0, -2, 0.5])
    others = np.exp([-40, -39])  # and their squares are beyond the digits
    F = np.array([[others.sum(), *-others], [-others[0], others[0], 0], [-others[1], 0, others[1]]])
    np.testing.assert_allclose(softmax.jacobian(u), F, rtol=1e-15, atol=1e-32)
    # Each compared with the mean, which is 3.
    np.testing.assert_allclose(softmax.vjp(delta, u), [others @ [5, 2.5], *(others * [-5, -2.5])], rtol=1e-15)


@activations
@pytest.mark.parametrize("u", [40, 745, 1e4])
def test_the_witness_is_silent_and_right_at_the_extremes_too(f, u):
    u = np.array([u, -u, 0.5])
    np.testing.assert_allclose(numeric.jacobian(f, u), f.jacobian(u), rtol=1e-13, atol=1e-16)


@activations
@pytest.mark.parametrize("by", ["value", "derivative", "jacobian", "vjp"])
@given(u=extremes, delta=extremes)
def test_at_any_size_every_form_is_finite(f, by, u, delta):
    """All of them are, since no activation grows faster than its input, and no slope exceeds 1."""
    if by == "derivative" and f == softmax:
        return
    got = {"value": f, "derivative": getattr(f, "derivative", None), "jacobian": f.jacobian}.get(by)
    assert np.isfinite(got(u) if got else f.vjp(delta, u)).all()


@pytest.mark.parametrize(
    ("call", "right"),
    [
        (lambda: softmax([1e308, -1e308]), [1, 0]),
        (lambda: softmax.jacobian([1e308, -1e308]), [[0, 0], [0, 0]]),
        (lambda: softmax.vjp([1e308, -1e308], [0, 0]), [5e307, -5e307]),  # S (δ − δSᵀ) for S = (½, ½)
        (lambda: softmax.vjp([1.5e308, -1.5e308, -1.5e308], [0, 0, 0]), [1e308 / 1.5, -1e308 / 3, -1e308 / 3]),
        (lambda: softmax.vjp([1e308, -1e308], [1e308, -1e308]), [0, 0]),
        (lambda: sigmoid([1e308, -1e308]), [1, 0]),
        (lambda: tanh.derivative([1e308, -1e308]), [0, 0]),
        (lambda: tanh.vjp([1e308, 1], [0, 1e308]), [1e308, 0]),
    ],
)
def test_the_right_value_at_the_ends_of_float64(call, right):
    np.testing.assert_allclose(call(), right, rtol=1e-15)


def test_what_is_too_large_is_an_error_that_says_where():
    """There is no such value but of an activation of one's own, or of complex numbers."""

    class Exponential(ComponentWise):
        def value(self, u):
            return np.exp(u)

    with pytest.raises(FloatingPointError, match=r"^exponential\[1\] is inf; it needs numbers that float64 can hold"):
        Exponential()([1, 1000])
    with pytest.raises(FloatingPointError, match=r"^tanh.derivative\[0\] is .*nan.*; it needs .* complex128 can hold"):
        tanh.derivative([1e308j])


@activations
@pytest.mark.parametrize("single", [np.float32, np.complex64])
def test_single_precision_stays_so(f, single):
    u, delta = generic(2, 3).astype(single), generic(2, 3, seed=1).astype(single)
    real = np.float32 if f == relu else single  # whose slope is real
    assert f(u).dtype == f.vjp(delta, u).dtype == single
    assert f.jacobian(u).dtype == real
    if f != softmax:
        assert f.derivative(u).dtype == real
    double = np.result_type(single, np.float64)
    for mixed in (f.vjp(delta.astype(double), u), f.vjp(delta, u.astype(double))):
        assert mixed.real.dtype == np.float64


@activations
def test_what_comes_out_is_not_what_went_in(f):
    u, delta = generic(3), generic(3, seed=1)
    assert not np.shares_memory(f(u), u) and not np.shares_memory(f.vjp(delta, u), delta)


@activations
def test_no_entry_and_no_sample_are_fine(f):
    for shape in [(0,), (0, 3), (2, 0)]:
        assert f(np.zeros(shape)).shape == f.vjp(np.zeros(shape), np.zeros(shape)).shape == shape
        assert f.jacobian(np.zeros(shape)).shape == (*shape, shape[-1])
