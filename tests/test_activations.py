"""Each activation: values by hand, derivatives in every form it has, and the extremes, where all must be silent."""

import math
from functools import partial
from timeit import repeat

import numpy as np
import pytest
from hypothesis import given
from strategies import COPIES, activations, extremes, generic, preactivations

from nn_notes import ACTIVATIONS, numeric
from nn_notes import activations as module
from nn_notes.activations import ComponentWise, identity, relu, sigmoid, softmax, tanh
from nn_notes.validate import real_number

LOG2, LOG3 = math.log(2), math.log(3)

COMPONENT_WISE = [f for f in ACTIVATIONS.values() if isinstance(f, ComponentWise)]
# Without a kink at zero: the slopes on its two sides are the same.
SMOOTH = [f for f in ACTIVATIONS.values() if np.allclose(*(f.jacobian([u, u, u]) for u in (1e-9, -1e-9)))]
# Every form that there is of an activation: the call, as one of δ and u.
FORMS = {
    **{f"{f}": lambda delta, u, f=f: f(u) for f in ACTIVATIONS.values()},
    **{f"{f} derivative": lambda delta, u, f=f: f.derivative(u) for f in COMPONENT_WISE},
    **{f"{f} jacobian": lambda delta, u, f=f: f.jacobian(u) for f in ACTIVATIONS.values()},
    **{f"{f} vjp": f.vjp for f in ACTIVATIONS.values()},
}

shapes = pytest.mark.parametrize("shape", [(1,), (5,), (1, 3), (7, 2)], ids=str)


class Bent(ComponentWise):
    """An activation of one's own, with a number to it."""

    def __init__(self, below=0.01):
        self.below = real_number("below", below)

    def bare_value(self, u):
        return np.where(u.real > 0, u, self.below * u)

    def bare_derivative(self, u):
        return np.where(u.real > 0, 1, self.below)


# A family


@activations
def test_a_name_is_the_object_that_the_module_has(f):
    assert ACTIVATIONS[f.name] is getattr(module, f.name) is f


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("f", [*ACTIVATIONS.values(), Bent(0.1)], ids=repr)
def test_an_activation_is_what_it_is_and_not_which_object(f, copied):
    assert copied(f) == f and {f: "found"}[copied(f)] == "found"


def test_different_activations_differ():
    every = [*ACTIVATIONS.values(), Bent(0.1), Bent(0.2)]
    assert all((f == other) is (f is other) for f in every for other in every)
    assert relu != "relu"
    assert len(set(map(hash, ACTIVATIONS.values()))) == len(ACTIVATIONS)


# By hand

E_40, E_745 = math.exp(-40), math.exp(-745)
BY_HAND = [
    (identity, [-2, 3], [-2, 3], [1, 1]),
    (sigmoid, [-LOG3, 0, LOG3], [1 / 4, 1 / 2, 3 / 4], [3 / 16, 1 / 4, 3 / 16]),  # 6.1, 6.2
    (tanh, [-LOG2, 0, LOG3], [-3 / 5, 0, 4 / 5], [16 / 25, 1, 9 / 25]),  # 6.3, 6.4
    (relu, [-2, 0, 3], [0, 0, 3], [0, 0, 1]),  # 6.8, 6.9
    # The extremes: e^−40 (1 − e^−40 + …), and e^−80 is beyond the digits.
    (sigmoid, [-1e4], [0], [0]),
    (sigmoid, [-745], [E_745], [E_745]),
    (sigmoid, [-40], [E_40], [E_40]),
    (sigmoid, [40], [1], [E_40]),
    (sigmoid, [745], [1], [E_745]),
    (sigmoid, [1e4], [1], [0]),
    (sigmoid, [1e308, -1e308], [1, 0], [0, 0]),
]


@pytest.mark.parametrize(("f", "u", "value", "derivative"), BY_HAND)
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


@pytest.mark.parametrize("f", SMOOTH, ids=repr)
@pytest.mark.parametrize("sign", [1, -1])
def test_the_witness_agrees_at_zero_from_either_side(f, sign):
    """There the real parts do not say which side a nudge goes to."""
    u = np.zeros(3)
    np.testing.assert_allclose(numeric.jacobian(lambda u: f(sign * u), u), sign * f.jacobian(u), rtol=1e-15)


@activations
def test_the_jacobian_can_be_derived_again(f):
    """Complex step through F and through the vjp of u itself, against central differences."""
    u = generic(3)
    second = numeric.jacobian(f.jacobian, u, "central")
    np.testing.assert_allclose(numeric.jacobian(lambda u: f.jacobian(u) + 0j, u), second, atol=1e-9, strict=True)
    by_vjp = f.jacobian(u).T + np.einsum("k,kml->ml", u, second)
    np.testing.assert_allclose(numeric.jacobian(lambda u: f.vjp(u, u), u), by_vjp, atol=1e-9)


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


@pytest.mark.parametrize("u", [40, 745, 1e4, 1e308])
def test_tanh_at_the_extremes(u):
    np.testing.assert_array_equal(tanh([-u, u]), [-1, 1])
    # 4 e^−2u (1 − 2 e^−2u + …), and e^−80 is beyond the digits.
    np.testing.assert_allclose(tanh.derivative([-u, u]), [4 * math.exp(-2 * u)] * 2, rtol=1e-15)


@pytest.mark.parametrize(
    ("u", "S"),
    [
        ([40, 0], [1, E_40]),
        ([-745, 0], [E_745, 1]),
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


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@given(u=extremes, delta=extremes)
def test_at_any_size_every_form_is_finite(form, u, delta):
    """All of them are, since no activation grows faster than its input, and no slope exceeds 1."""
    assert np.isfinite(form(delta, u)).all()


@pytest.mark.parametrize(
    ("call", "right"),
    [
        (lambda: softmax([1e308, -1e308]), [1, 0]),
        (lambda: softmax.jacobian([1e308, -1e308]), [[0, 0], [0, 0]]),
        (lambda: softmax.vjp([1e308, -1e308], [0, 0]), [5e307, -5e307]),  # S (δ − δSᵀ) for S = (½, ½)
        (lambda: softmax.vjp([1.5e308, -1.5e308, -1.5e308], [0, 0, 0]), [1e308 / 1.5, -1e308 / 3, -1e308 / 3]),
        (lambda: softmax.vjp([1e308, -1e308], [1e308, -1e308]), [0, 0]),
        (lambda: tanh.vjp([1e308, 1], [0, 1e308]), [1e308, 0]),
    ],
)
def test_the_right_value_at_the_ends_of_float64(call, right):
    np.testing.assert_allclose(call(), right, rtol=1e-15)


def test_what_is_too_large_is_an_error_that_says_where():
    """There is no such value but of an activation of one's own, or of complex numbers."""

    class Exponential(ComponentWise):
        def bare_value(self, u):
            return np.exp(u)

        bare_derivative = bare_value

    with pytest.raises(FloatingPointError, match=r"^exponential\[1\] is inf"):
        Exponential()([1, 1000])
    with pytest.raises(FloatingPointError, match=r"^bent\(below=2\.0\)\.vjp\[1\] is inf"):
        Bent(2).vjp([1, 1e308], [1, -1])


@activations
@pytest.mark.parametrize("single", [np.float32, np.complex64])
def test_single_precision_stays_so(f, single):
    u, delta = generic(2, 3).astype(single), generic(2, 3, seed=1).astype(single)
    assert f(u).dtype == f.vjp(delta, u).dtype == single
    # Where there is a kink, the slope does not depend on an imaginary part.
    types = {single} if f in SMOOTH else {single, np.float32}
    assert f.jacobian(u).dtype.type in types
    if f in COMPONENT_WISE:
        assert f.derivative(u).dtype == f.jacobian(u).dtype
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
