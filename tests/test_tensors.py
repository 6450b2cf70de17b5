"""The long form against the equations: every entry by its index formula, then whole layers against the witness."""

import numpy as np
import pytest
from strategies import activations, generic

from nn_notes import Layer, numeric
from nn_notes.tensors import (
    chain,
    dE_dW,
    du_db,
    du_dW,
    du_dz,
    dz_db,
    dz_dW,
    dz_dz,
    other_layout,
    pull_back,
    twin_dz_dz,
)

# A layer with 3 inputs and 5 outputs, and a batch of 7; F is full, as softmax's is, or diagonal with f′(u) = slope.
z, Z, W = generic(3), generic(7, 3), generic(3, 5)
F, FF, slope = generic(5, 5), generic(7, 5, 5), generic(5, seed=1)
delta, deltas, xi = generic(5, seed=2), generic(7, 5, seed=2), generic(5, seed=3)
T, TT = du_dW(z, 5), du_dW(Z, 5)
A, B, C, D = generic(2, 3), generic(3, 5), generic(5, 7, 2, 3), generic(3, 5, 3)


def over(sizes, term):
    """The sum over one index, or over several."""
    return sum(term(*n) for n in np.ndindex(sizes))


# Equation: the call, the shape that it needs to have, and the entry at each index.
ENTRIES = {
    "0.10 matrices": (lambda: chain(A, B, 1), (2, 5), lambda a, c: over(3, lambda b: A[a, b] * B[b, c])),
    "0.10 scalars": (lambda: chain(z, delta, 0), (3, 5), lambda i, k: z[i] * delta[k]),
    "0.10 two axes": (lambda: chain(C, A, 2), (5, 7), lambda a, b: over((2, 3), lambda c, d: C[a, b, c, d] * A[c, d])),
    "0.10 up to order 5": (
        lambda: chain(C, D, 1),
        (5, 7, 2, 5, 3),
        lambda a, b, c, e, f: over(3, lambda d: C[a, b, c, d] * D[d, e, f]),
    ),
    "0.11 vector by vector": (lambda: other_layout(A, 1), (3, 2), lambda b, a: A[a, b]),
    "0.11 vector by matrix": (lambda: other_layout(T, 1), (3, 5, 5), lambda i, j, k: T[k, i, j]),
    "0.11 there and back": (lambda: other_layout(other_layout(C, 1), 3), C.shape, lambda *n: C[n]),
    "1.2": (lambda: du_dz(W), (5, 3), lambda j, i: W[i, j]),
    "1.4": (lambda: du_db(5), (5, 5), lambda k, j: k == j),
    "2.2": (lambda: dz_db(F), (5, 5), lambda k, j: F[k, j]),
    "2.2 batch": (lambda: dz_db(FF), (7, 5, 5), lambda n, k, j: FF[n, k, j]),
    "2.3": (lambda: dz_dz(F, W), (5, 3), lambda k, i: over(5, lambda l: F[k, l] * W[i, l])),
    "2.3 batch": (lambda: dz_dz(FF, W), (7, 5, 3), lambda n, k, i: over(5, lambda l: FF[n, k, l] * W[i, l])),
    "2.4": (lambda: dz_dz(F, W)[:, 2], (5,), lambda k: over(5, lambda l: F[k, l] * W[2, l])),
    "2.5": (lambda: dz_dz(np.diag(slope), W)[4], (3,), lambda i: slope[4] * W[i, 4]),
    "2.6": (lambda: twin_dz_dz(F, W.T), (5, 3), lambda k, i: over(5, lambda l: F[k, l] * W[i, l])),
    "2.7": (lambda: pull_back(delta, np.diag(slope)), (5,), lambda k: delta[k] * slope[k]),
    "3.2": (lambda: T[4, :, 4], (3,), lambda i: z[i]),
    "3.3": (lambda: dz_dW(np.diag(slope), T)[4, :, 4], (3,), lambda i: slope[4] * z[i]),
    "3.4": (lambda: dz_dW(np.diag(slope), T)[:, 2, 4], (5,), lambda k: slope[4] * z[2] * (k == 4)),
    "3.5": (lambda: T[4], (3, 5), lambda i, j: z[i] * (j == 4)),
    "3.6": (lambda: T[:, 2], (5, 5), lambda k, j: z[2] * (k == j)),
    "3.7": (lambda: T, (5, 3, 5), lambda k, i, j: z[i] * (k == j)),
    "3.8": (lambda: T[:, :, 4], (5, 3), lambda k, i: z[i] * (k == 4)),
    "3.9": (lambda: dz_dW(F, T), (5, 3, 5), lambda k, i, j: F[k, j] * z[i]),
    "3.9 batch": (lambda: dz_dW(FF, TT), (7, 5, 3, 5), lambda n, k, i, j: FF[n, k, j] * Z[n, i]),
    "3.9 F by batch": (lambda: dz_dW(F, TT), (7, 5, 3, 5), lambda n, k, i, j: F[k, j] * Z[n, i]),
    "3.10": (lambda: dE_dW(xi, T), (3, 5), lambda i, j: z[i] * xi[j]),
    "4.4": (
        lambda: pull_back(delta, dz_dz(F, W)),
        (3,),
        lambda i: over((5, 5), lambda k, l: delta[k] * F[k, l] * W[i, l]),
    ),
    "4.5": (lambda: pull_back(delta, F), (5,), lambda l: over(5, lambda k: delta[k] * F[k, l])),
    "4.5 batch": (lambda: pull_back(deltas, FF), (7, 5), lambda n, l: over(5, lambda k: deltas[n, k] * FF[n, k, l])),
    "4.5 row by batch": (lambda: pull_back(delta, FF), (7, 5), lambda n, l: over(5, lambda k: delta[k] * FF[n, k, l])),
    "4.5 batch by F": (lambda: pull_back(deltas, F), (7, 5), lambda n, l: over(5, lambda k: deltas[n, k] * F[k, l])),
    "4.6": (lambda: dE_dW(delta, dz_dW(F, T)), (3, 5), lambda i, j: z[i] * over(5, lambda k: delta[k] * F[k, j])),
    "4.7": (lambda: pull_back(delta, dz_db(F)), (5,), lambda j: over(5, lambda k: delta[k] * F[k, j])),
    "5.4 tensor": (lambda: TT, (7, 5, 3, 5), lambda n, k, i, j: Z[n, i] * (k == j)),
    "5.4 rows": (lambda: dE_dW(deltas, TT), (7, 3, 5), lambda n, i, j: Z[n, i] * deltas[n, j]),
}


@pytest.mark.parametrize(("call", "shape", "entry"), ENTRIES.values(), ids=ENTRIES)
def test_every_entry_is_that_of_the_equation(call, shape, entry):
    expected = np.reshape([entry(*index) for index in np.ndindex(shape)], shape).astype(float)
    np.testing.assert_allclose(call(), expected, rtol=1e-13, atol=1e-15, strict=True)


def test_the_weight_tensor_by_hand():
    """3.7 for z = (2, 3) and two outputs: face k holds z in column k."""
    np.testing.assert_array_equal(du_dW([2, 3], 2), [[[2, 0], [3, 0]], [[0, 2], [0, 3]]])


def test_the_smallest_and_the_most_that_there_is():
    assert chain([1, 2], [3, 4], 1) == 11
    np.testing.assert_array_equal(other_layout([[1, 2, 3]], 2), [[1, 2, 3]])
    np.testing.assert_array_equal(du_dW([2, 3], 1), [[[2], [3]]])
    np.testing.assert_array_equal(du_db(1), [[1.0]], strict=True)


@activations
@pytest.mark.parametrize("by", ["z", "W", "b"])
def test_a_layers_derivatives_are_those_of_the_witness(f, by):
    """2.2, 2.3 and 3.9, with F from 1.6 or 6.7."""
    at = {"z": z, "W": W, "b": slope}
    F = f.jacobian(z @ W + slope)
    explicit = {"z": dz_dz(F, W), "W": dz_dW(F, T), "b": dz_db(F)}[by]

    def output(nudged):
        now = at | {by: nudged}
        return Layer(now["W"], now["b"], f)(now["z"])

    np.testing.assert_allclose(explicit, numeric.jacobian(output, at[by]), rtol=1e-13, atol=1e-15, strict=True)


# What holds for all

# The call, and what it is given.
CALLS = {
    "chain": (lambda outer, inner: chain(outer, inner, 1), (A, B)),
    "other_layout": (lambda J: other_layout(J, 1), (T,)),
    "du_dz": (du_dz, (W,)),
    "du_dW": (lambda z: du_dW(z, 5), (z,)),
    "dz_db": (dz_db, (F,)),
    "dz_dz": (dz_dz, (F, W)),
    "twin_dz_dz": (twin_dz_dz, (F, W.T)),
    "dz_dW": (dz_dW, (F, T)),
    "pull_back": (pull_back, (delta, F)),
    "dE_dW": (dE_dW, (xi, T)),
}
calls = pytest.mark.parametrize(("call", "given"), CALLS.values(), ids=CALLS)


def one_by_one(given, change):
    """The arguments, a changed one in the place of each."""
    return [[change(a) if m == n else a for m, a in enumerate(given)] for n in range(len(given))]


@calls
@pytest.mark.parametrize("single", [np.float32, np.complex64])
def test_single_precision_stays_so_and_mixed_goes_to_double(call, given, single):
    double, given = np.result_type(single, np.float64), [a.astype(single) for a in given]
    assert call(*given).dtype == single
    for mixed in one_by_one(given, lambda a: a.astype(double)):
        assert call(*mixed).dtype == double


@calls
def test_complex_numbers_pass_through(call, given):
    for scaled in one_by_one(given, lambda a: (1 + 2j) * a):
        np.testing.assert_allclose(call(*scaled), (1 + 2j) * call(*given), rtol=1e-14)


@calls
def test_what_comes_out_is_not_what_went_in(call, given):
    assert not any(np.shares_memory(call(*given), a) for a in given)


# The contractions: the call, and what it is called in the error of one that overflows.
TALL = np.full((5, 3), 1e200)
OVERFLOWING = {
    "chain": (lambda: chain([10.0, 10.0], [[1e308], [-1e308]], 1), r"chain\[0\]"),
    "dz_dz": (lambda: dz_dz(1e200 * F, 1e200 * W), r"dz_dz\[0, 0\]"),
    "twin_dz_dz": (lambda: twin_dz_dz(1e200 * F, TALL), r"twin_dz_dz\[0, 0\]"),
    "dz_dW": (lambda: dz_dW(1e200 * F, 1e200 * T), r"dz_dW\[0, 0, 0\]"),
    "pull_back": (lambda: pull_back([10.0, 10.0], [[1e308], [-1e308]]), r"pull_back\[0\] is nan"),
    "dE_dW": (lambda: dE_dW(1e200 * xi, 1e200 * T), r"dE_dW\[0, 0\]"),
    "dE_dW in float32": (lambda: dE_dW(np.float32(1e30 * xi), np.float32(1e30 * T)), r"dE_dW\[0, 0\]"),
}


@pytest.mark.parametrize(("call", "name"), OVERFLOWING.values(), ids=OVERFLOWING)
def test_what_overflows_is_an_error_and_neither_nan_nor_a_warning(call, name):
    with pytest.raises(FloatingPointError, match=f"^{name}"):
        call()
