"""The witness, held to derivatives known in closed form, in every pair of shapes."""

import numpy as np
import pytest
from strategies import generic

from nn_notes import numeric

methods = pytest.mark.parametrize(("method", "tolerance"), [("complex-step", 1e-15), ("central", 1e-9)])

x, X = generic(5), generic(2, 3)
A, B, C = generic(7, 5), generic(7, 2, 3), generic(3, 7, 2, 3)


# A function, where, and its derivative: numerator layout, so the output's axes come first.
CASES = {
    "0.1 scalar by scalar": (lambda x: x**3, np.array(2.0), np.array(12.0)),
    "0.2 vector by scalar": (lambda x: x * A[:, 0], np.array(2.0), A[:, 0]),
    "0.3 matrix by scalar": (lambda x: x * A, np.array(2.0), A),
    "0.4 scalar by vector": (lambda x: x @ x, x, 2 * x),
    "0.5 vector by vector": (lambda x: A @ x, x, A),
    "0.6 matrix by vector": (
        lambda x: np.outer(x, x),
        np.array([2.0, 3.0]),
        np.array([[[4, 0], [3, 2]], [[3, 2], [0, 6]]], dtype=float),
    ),
    "0.7 scalar by matrix": (lambda X: (X**2).sum(), X, 2 * X),
    "0.8 vector by matrix": (lambda X: np.einsum("kij,ij->k", B, X), X, B),
    "0.9 matrix by matrix": (lambda X: np.einsum("abij,ij->ab", C, X), X, C),
    "exponential": (np.exp, x, np.diag(np.exp(x))),
    "nothing": (lambda x: A[:, :0] @ x, np.zeros(0), np.zeros((7, 0))),
}


@methods
@pytest.mark.parametrize(("f", "x", "expected"), CASES.values(), ids=CASES)
def test_every_pair_of_shapes(method, tolerance, f, x, expected):
    J = numeric.jacobian(f, x, method)
    np.testing.assert_allclose(J, expected, rtol=tolerance, atol=tolerance, strict=True)


@pytest.mark.parametrize(
    ("method", "wrong"),
    [("complex-step", lambda h: -(h**2)), ("central", lambda h: h**2)],
    ids=["complex-step", "central"],
)
def test_the_error_for_a_cube_is_the_square_of_the_step(method, wrong):
    """Im (x + ih)³/h = 3x² − h², and ((x + h)³ − (x − h)³)/2h = 3x² + h²."""
    for h in (1e-1, 1e-2):
        J = numeric.jacobian(lambda x: x**3, [0.7], method, step=h)
        np.testing.assert_allclose(J - 3 * 0.7**2, [[wrong(h)]], rtol=1e-9)


def test_what_the_jacobian_misses_of_a_nudge_falls_with_its_square():
    """2.1: half the nudge, a quarter of the error, up to the term of third order."""
    f, J, nudge = np.sin, numeric.jacobian(np.sin, x), generic(5, seed=1)
    errors = [np.linalg.norm(f(x + h * nudge) - f(x) - J @ (h * nudge)) for h in (1e-3, 5e-4)]
    assert errors[0] / errors[1] == pytest.approx(4, rel=1e-3)


def test_central_differences_take_steps_in_proportion_to_large_entries():
    x = np.array([1e6, 1e-3])
    np.testing.assert_allclose(numeric.jacobian(np.sqrt, x, "central").diagonal()[:1], [5e-4], rtol=1e-9)
    np.testing.assert_allclose(numeric.jacobian(np.square, x, "central"), np.diag(2 * x), rtol=1e-7, atol=1e-7)


def test_central_differences_take_what_is_not_analytic():
    np.testing.assert_allclose(numeric.jacobian(np.abs, [-2, 3], "central"), [[-1, 0], [0, 1]], atol=1e-10)


@pytest.mark.parametrize("f", [np.abs, lambda x: x.real, lambda x: 1.0], ids=["abs", "real", "constant"])
def test_a_dropped_imaginary_part_is_an_error_and_not_a_zero(f):
    with pytest.raises(TypeError, match="its derivative is lost; try method='central'"):
        numeric.jacobian(f, [1.0])


@methods
def test_a_function_that_writes_to_its_argument_does_not_reach_the_callers(method, tolerance):
    def f(x):
        x *= x
        return x

    x = np.array([2.0, 3.0])
    np.testing.assert_allclose(numeric.jacobian(f, x, method), [[4, 0], [0, 6]], rtol=tolerance, atol=tolerance)
    assert x.tolist() == [2, 3]
