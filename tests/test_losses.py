"""Each loss: values by hand, gradients against the witness, the fused forms against what they fuse, the extremes."""

import contextlib
import math
import re

import numpy as np
import oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import COPIES, extremes, generic, in_order, losses, targets

from nn_notes import LOSSES, data, numeric
from nn_notes import losses as module
from nn_notes.activations import sigmoid, softmax
from nn_notes.losses import cross_entropy, mse, sigmoid_cross_entropy, softmax_cross_entropy

LOG2, LOG3 = math.log(2), math.log(3)


def some(E, *shape):
    """Predictions and targets for a loss."""
    return softmax(generic(*shape)) if E is cross_entropy else generic(*shape), targets(E.name, shape)


# A family


@losses
def test_a_name_is_the_object_that_the_module_has(E):
    assert LOSSES[E.name] is getattr(module, E.name) is E


@losses
@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_a_loss_is_what_it_is_and_not_which_object(E, copied):
    assert [other for other in LOSSES.values() if copied(E) == other] == [E]
    assert [other for other in LOSSES.values() if hash(copied(E)) == hash(other)] == [E]


# By hand, and at the extremes, where warnings are errors

E_40, E_745 = math.exp(-40), math.exp(-745)
BY_HAND = [
    (mse, [1, 2, 3], [0, 0, 5], 3, [2 / 3, 4 / 3, -4 / 3]),  # 7.1, 7.2
    (mse, [1e4, -1e4], [-1e4, 1e4], 4e8, [2e4, -2e4]),
    (mse, [1e154, 0], [0, 0], 5e307, [1e154, 0]),
    (cross_entropy, [1 / 2, 1 / 4, 1 / 4], [0, 1, 0], 2 * LOG2, [0, -4, 0]),  # 7.3, 7.4
    (cross_entropy, [1 / 2, 1 / 4, 1 / 4], [0.5, 0.5, 0], 1.5 * LOG2, [-1, -2, 0]),
    (cross_entropy, [1, 0], [1, 0], 0, [-1, 0]),
    (cross_entropy, [1, 1], [1, 0], 0, [-1, 0]),
    (cross_entropy, [1, 0], [0, 1], math.inf, [0, -math.inf]),
    (cross_entropy, [1, E_745], [0, 1], -math.log(E_745), [0, -math.inf]),
    (softmax_cross_entropy, [0, LOG2, LOG3], [0, 0, 1], LOG2, [1 / 6, 2 / 6, -3 / 6]),  # 7.5
    (softmax_cross_entropy, [40, 0], [1, 0], math.log1p(E_40), [-0.0, E_40]),
    (softmax_cross_entropy, [0, 40], [1, 0], 40, [-1, 1]),
    (softmax_cross_entropy, [745, 0], [1, 0], E_745, [0, E_745]),
    (softmax_cross_entropy, [1e4, 0], [1, 0], 0, [0, 0]),
    (softmax_cross_entropy, [-1e4, 1e4], [1, 0], 2e4, [-1, 1]),
    (softmax_cross_entropy, [1e4] * 3, [0, 0, 1], LOG3, [1 / 3, 1 / 3, -2 / 3]),
    (softmax_cross_entropy, [1e308, -1e308], [1, 0], 0, [0, 0]),
    (softmax_cross_entropy, [1e308, -1e308], [0.5, 0.5], 1e308, [0.5, -0.5]),
    (softmax_cross_entropy, [-1e308, 1e308, 0], [0, 0, 1], 1e308, [0, 1, -1]),
    (softmax_cross_entropy, [1e308, 1e308], [0, 1], LOG2, [0.5, -0.5]),
    (sigmoid_cross_entropy, [LOG3, -LOG3], [1, 0], 2 * math.log(4 / 3), [-1 / 4, 1 / 4]),  # 7.6
    (sigmoid_cross_entropy, [40], [1], math.log1p(E_40), [0]),
    (sigmoid_cross_entropy, [-40], [0], math.log1p(E_40), [E_40]),
    (sigmoid_cross_entropy, [-40], [1], 40, [-1]),
    (sigmoid_cross_entropy, [745], [1], E_745, [0]),
    (sigmoid_cross_entropy, [-745], [0], E_745, [E_745]),
    (sigmoid_cross_entropy, [1e4, -1e4], [1, 0], 0, [0, 0]),
    (sigmoid_cross_entropy, [-1e4, 1e4], [1, 0], 2e4, [-1, 1]),
    (sigmoid_cross_entropy, [0, 0], [1, 0.5], 2 * LOG2, [-0.5, 0]),
    (sigmoid_cross_entropy, [0, 0], [0, 1], 2 * LOG2, [0.5, -0.5]),
    (sigmoid_cross_entropy, [1e308, -1e308], [1, 0], 0, [0, 0]),
    (sigmoid_cross_entropy, [1e308, -1], [0, 0], 1e308, [1, sigmoid([-1]).item()]),
]


@pytest.mark.parametrize(("E", "y", "t", "value", "gradient"), BY_HAND, ids=str)
def test_value_and_gradient_by_hand(E, y, t, value, gradient):
    assert np.shape(E(y, t)) == ()  # 1.7
    np.testing.assert_allclose(E(y, t), value, rtol=1e-15)
    np.testing.assert_allclose(E.gradient(y, t), gradient, rtol=1e-15)


# Against the witness, and row by row


@losses
@pytest.mark.parametrize("D", [1, 2, 7])
def test_the_gradient_is_that_of_the_witness(E, D):
    y, t = some(E, D)
    witness = numeric.jacobian(lambda y: E(y, t), y)
    np.testing.assert_allclose(E.gradient(y, t), witness, rtol=1e-13, atol=1e-15, strict=True)


@losses
def test_the_gradient_can_be_derived_again(E):
    y, t = some(E, 5)
    first, second = (numeric.jacobian(lambda y: E.gradient(y, t), y, method) for method in ("complex-step", "central"))
    assert first.shape == (5, 5)
    np.testing.assert_allclose(first, second, rtol=1e-6, atol=1e-8)


@losses
def test_a_batch_gives_what_its_rows_give(E):
    y, t = some(E, 7, 3)
    assert E(y, t).shape == (7,) and E.gradient(y, t).shape == (7, 3)
    for n in range(7):
        np.testing.assert_allclose(E(y, t)[n], E(y[n], t[n]), rtol=1e-14)
        np.testing.assert_allclose(E.gradient(y, t)[n], E.gradient(y[n], t[n]), rtol=1e-14, strict=True)


@losses
def test_no_sample_is_fine(E):
    assert E(np.zeros((0, 3)), np.zeros((0, 3))).shape == (0,)
    assert E.gradient(np.zeros((0, 3)), np.zeros((0, 3))).shape == (0, 3)


# What the fused losses fuse


def test_softmax_cross_entropy_is_cross_entropy_of_softmax():
    """7.5 in its two forms: the product of two derivatives, and S − t."""
    u, t = generic(7, 3), targets("cross_entropy", (7, 3))
    np.testing.assert_allclose(softmax_cross_entropy(u, t), cross_entropy(softmax(u), t), rtol=1e-14)
    for u_n, t_n in zip(u, t, strict=True):
        row = cross_entropy.gradient(softmax(u_n), t_n)
        np.testing.assert_allclose(softmax_cross_entropy.gradient(u_n, t_n), row @ softmax.jacobian(u_n), rtol=1e-13)


def test_sigmoid_cross_entropy_is_binary_cross_entropy_of_sigmoid():
    """7.6: each label is a cross entropy of its own, between t and 1 − t."""
    u, t = generic(5), targets("sigmoid_cross_entropy", (5,))
    two = np.stack([sigmoid(u), sigmoid(-u)], axis=1), np.stack([t, 1 - t], axis=1)
    np.testing.assert_allclose(sigmoid_cross_entropy(u, t), cross_entropy(*two).sum(), rtol=1e-14)
    chain = cross_entropy.gradient(*two) @ [1, -1] * sigmoid.derivative(u)
    np.testing.assert_allclose(sigmoid_cross_entropy.gradient(u, t), chain, rtol=1e-13)


@given(st.lists(st.integers(-80_000, 80_000), min_size=1, max_size=7), st.integers(-80_000, 80_000))
def test_softmax_cross_entropy_ignores_a_shift(eighths, shift):
    """In eighths, the shift of these logits is exact, and so the loss is the same to the bit."""
    u, t = np.array(eighths) / 8, np.full(len(eighths), 1 / len(eighths))
    for call in (softmax_cross_entropy, softmax_cross_entropy.gradient):
        np.testing.assert_array_equal(call(u + shift / 8, t), call(u, t))


# What is beyond float64

BEYOND = [
    (lambda: mse.gradient([1e308], [-1e308]), "mse.gradient[0] is inf"),
    (lambda: softmax_cross_entropy([1e308, -1e308], [0, 1]), "softmax_cross_entropy is inf"),
    (lambda: sigmoid_cross_entropy([1e308, 1e308], [0, 0]), "sigmoid_cross_entropy is inf"),
    (lambda: cross_entropy([0j, 1], [1, 0]), "cross_entropy is (inf+nanj)"),
]


@pytest.mark.parametrize(("call", "name"), BEYOND)
def test_a_loss_beyond_float64_is_an_error_and_not_a_warning(call, name):
    with pytest.raises(FloatingPointError, match=f"^{re.escape(name)}"):
        call()


@losses
@given(y=extremes, t=extremes)
def test_at_any_size_a_loss_is_right_or_an_error_and_never_nan(E, y, t):
    row = oracle.LOSSES[E.name]
    if row.target != "numbers":
        t = np.eye(3)[t.argmax()]
    if row.takes == "probabilities":
        y = abs(y).clip(0, 1)
    for call in (E, E.gradient):
        try:
            assert not np.isnan(call(y, t)).any()
        except FloatingPointError as error:
            assert str(error).startswith(E.name)
            # Which no number of ordinary size is.
            assert max(abs(y).max(), abs(t).max()) > 1e150


NOT_FINITE = [
    (mse, [[1], [1e200]], [[1], [2]], "the loss … inf … y[1, 0] … 1e+200 … t[1, 0] … 2"),
    (cross_entropy, [1.0, 0], [0, 1], "the loss … inf … gradient … y[1] … 0 … t[1] … 1 … softmax_cross_entropy"),
    (cross_entropy, [1, 5e-324], [0.5, 0.5], "the loss … 372.22 … gradient … y[1] … 4.94066e-324 … t[1] … 0.5"),
]


@pytest.mark.parametrize(("E", "y", "t", "says"), NOT_FINITE, ids=["a square", "no probability", "almost none"])
def test_what_is_not_finite_is_shown_where_it_is_worst(E, y, t, says):
    with pytest.raises(FloatingPointError, match=f"^{in_order(says)}"):
        E.check_finite(np.array(y), np.array(t), "y")


# What is a target and what a prediction, to the digit


def test_a_probability_may_exceed_1_by_a_millionth():
    assert cross_entropy([1 + 1e-6], [1]) == -math.log(1 + 1e-6)
    with pytest.raises(ValueError):
        cross_entropy([1 + 1.1e-6], [1])


@pytest.mark.parametrize(("excess", "fine"), [(2**-20, True), (-(2**-20), True), (2**-19, False), (-(2**-19), False)])
def test_targets_may_miss_1_by_a_millionth(excess, fine):
    """2⁻²⁰ is a little less than a millionth, and 2⁻¹⁹ more; all sums are exact."""
    with contextlib.nullcontext() if fine else pytest.raises(ValueError):
        softmax_cross_entropy([1, 1], [0.5, 0.5 + excess])


def test_targets_that_overflow_in_their_sum_sum_to_infinity():
    with pytest.raises(ValueError, match=r"^t .*\binf\b"):
        softmax_cross_entropy([1, 2], [1e308, 1e308])


@losses
def test_single_precision_stays_so(E):
    y, t = (a.astype(np.float32) for a in some(E, 7, 3))
    assert E(y, t).dtype == E.gradient(y, t).dtype == np.float32
    assert E(y[0], t[0]).dtype == E.gradient(y[0], t[0]).dtype == np.float32
    assert E(y.astype(np.complex64), t).dtype == E.gradient(y.astype(np.complex64), t).dtype == np.complex64
    for mixed in ((y.astype(float), t), (y, t.astype(float))):
        assert E(*mixed).dtype == E.gradient(*mixed).dtype == np.float64


def test_ten_thousand_probabilities_in_single_precision_sum_to_1():
    """Their own rounding is within a millionth; that of a sum in single precision would not be."""
    # Added one by one, as NumPy does along the first of two axes in memory.
    t = np.full((2, 10_007), 1 / 10_007, np.float32, order="F")
    assert (abs(t.sum(axis=-1) - 1) > 1e-6).all()
    softmax_cross_entropy(np.zeros_like(t), t)


def test_targets_of_another_shape_are_told_so_before_what_is_in_them():
    with pytest.raises(ValueError, match=r"^t .*\(2,\)"):
        mse([[1, 2]], [1, math.nan])


# The way out, for who gives labels

WAYS_OUT = {
    "a label to a sample": ((7,), (7, 3), "data.one_hot(t, 3)"),
    "a column of labels": ((7, 1), (7, 3), "data.one_hot(t[..., 0], 3)"),
    "one label": ((), (3,), "data.one_hot(t, 3)"),
    "one label in a row": ((1,), (3,), "data.one_hot(t[..., 0], 3)"),
    "a number to a sample": ((7,), (7, 1), "t[..., None]"),
    "one number": ((), (1,), "t[..., None]"),
}


@losses
@pytest.mark.parametrize(("given", "needed", "way"), WAYS_OUT.values(), ids=WAYS_OUT)
def test_targets_without_their_last_axis_are_told_how_to_come_by_it(E, given, needed, way):
    t, y = np.zeros(given), np.zeros(needed)
    message = in_order(f"t … {given} … {needed} … {way}")
    for call in (E, E.gradient):
        with pytest.raises(ValueError, match=f"^{message}"):
            call(y, t)
    # What it says does help.
    right = eval(way, {"data": data, "t": t})
    assert right.shape == needed
    E.check_target(right if "one_hot" in way else right + 1, "t")


@pytest.mark.parametrize("given", [(3,), (7, 2), (1, 7), (7, 3, 1), (0,)])
def test_targets_of_any_other_shape_are_only_told_the_right_one(given):
    with pytest.raises(ValueError, match=r"^t .*\(7, 3\)$"):
        mse(np.zeros((7, 3)), np.zeros(given))


def test_no_loss_is_0_and_not_minus_0():
    assert not np.signbit(cross_entropy([1, 0], [1, 0]))


@pytest.mark.parametrize("E", [E for E in LOSSES.values() if E is not cross_entropy], ids=repr)
@pytest.mark.parametrize("y", [40, 745, 1e4])
def test_the_witness_is_silent_and_right_at_the_extremes_too(E, y):
    y, t = np.array([y, -y, 0]), np.array([0, 1, 0])
    np.testing.assert_allclose(E.gradient(y, t), numeric.jacobian(lambda y: E(y, t), y), rtol=1e-13, atol=1e-16)
