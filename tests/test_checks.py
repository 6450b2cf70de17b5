"""``check`` has to be able to fail, at everything that can be wrong; ``answer`` has to tell right from wrong."""

import math
import re

import numpy as np
import pytest
from strategies import generic

from nn_notes import answer, check

A = generic(3, 5)


def but(value, at=(1, 2)):
    """A with one entry changed."""
    wrong = A.copy()
    wrong[at] = value
    return wrong


# What holds


@pytest.mark.parametrize(
    ("forms", "line"),
    [
        pytest.param((A, A.copy()), "(3.7) holds: 2 forms agree, shape (3, 5)", id="arrays"),
        pytest.param((A, A.tolist(), A + 0j), "(3.7) holds: 3 forms agree, shape (3, 5)", id="list and complex"),
        pytest.param((A, but(A[1, 2] * (1 + 1e-11))), "(3.7) holds: 2 forms agree, shape (3, 5)", id="roundoff"),
        pytest.param((2, 2.0), "(3.7) holds: 2 forms agree, one number", id="numbers"),
        pytest.param(([1, 0], [True, False]), "(3.7) holds: 2 forms agree, shape (2,)", id="booleans"),
        pytest.param(([1e-11, 0], [0, 0], [0, -1e-11]), "(3.7) holds: 3 forms agree, shape (2,)", id="zero"),
    ],
)
def test_one_line_says_that_it_holds(forms, line, capsys):
    assert check("3.7", *forms) is None
    assert capsys.readouterr() == (f"{line}\n", "")


# What does not


FAILURES = {
    "one entry": (
        (but(9), A),
        AssertionError,
        rf"fails: 9 where {A[1, 2]:.6g} is expected, at \[1, 2\]; .* difference",
    ),
    "a small error": ((but(A[1, 2] + 1e-8), A), AssertionError, r"at \[1, 2\]; the largest difference is 1e-08"),
    "imaginary part": ((but(A[1, 2]) + 1e-8j, A), AssertionError, "fails"),
    "sign": ((-A, A), AssertionError, "fails"),
    "near zero": (([1e-9, 0], [0, 0]), AssertionError, r"fails: 1e-09 where 0 is expected, at \[0\]"),
    "scale": (([1e-9], [1.1e-9]), AssertionError, "fails"),
    "the third form": ((A, A.copy(), but(9)), AssertionError, "fails: 9 where"),
    "numbers": ((2, 3), AssertionError, r"fails: 2 where 3 is expected, at \[\]"),
    "transposed": ((A.T, A), AssertionError, r"fails: shape \(5, 3\), expected shape \(3, 5\)"),
    "row for column": ((A[:, :1], A[:, 0]), AssertionError, r"fails: shape \(3, 1\), expected shape \(3,\)"),
    "would broadcast": (
        (A[0], np.array([A[0], A[0]])),
        AssertionError,
        r"fails: shape \(5,\), expected shape \(2, 5\)",
    ),
    "number for array": ((1, [1, 1]), AssertionError, r"fails: one number, expected shape \(2,\)"),
    "none for some": (([], [1]), AssertionError, r"fails: shape \(0,\), expected shape \(1,\)"),
    "nothing": (([], []), ValueError, r"compares nothing: shape \(0,\)"),
    "NaN": ((but(np.nan), A), ValueError, r"\[1, 2\] is nan; it needs finite numbers"),
    "NaN expected": ((A, but(np.nan)), ValueError, "is nan; it needs finite numbers"),
    "NaN on both sides": ((but(np.nan), but(np.nan)), ValueError, "is nan; it needs finite numbers"),
    "infinity": ((but(np.inf), A), ValueError, "is inf; it needs finite numbers"),
    "infinity expected": ((A, but(np.inf)), ValueError, "is inf; it needs finite numbers"),
    "infinity on both sides": ((but(np.inf), but(np.inf)), ValueError, "is inf; it needs finite numbers"),
    "ragged": (([[1], [1, 2]], A), ValueError, "is ragged"),
    "text": (("holds", A), TypeError, "'holds'; it needs real numbers"),
    "no form": ((None, A), TypeError, "NoneType; it needs real numbers"),
    "with itself": ((A, A), TypeError, "compares an array with itself"),
    "third with first": ((A, A.copy(), A), TypeError, "compares an array with itself"),
    "further apart than any number": (([1e308], [-1e308]), AssertionError, r"the largest difference is inf"),
    "masked": ((A, np.ma.masked_less(A, 0)), TypeError, "carries a mask"),
    "functions": ((np.sin, np.cos), TypeError, "is of type ufunc; it needs real numbers"),
}


@pytest.mark.parametrize(("forms", "kind", "message"), FAILURES.values(), ids=FAILURES)
def test_a_check_that_must_fail_raises_and_says_nothing_good(forms, kind, message, capsys):
    with pytest.raises(kind, match=rf"^\(3\.7\).*{message}"):
        check("3.7", *forms)
    assert capsys.readouterr() == ("", "")


def test_the_tolerance_is_relative_to_the_largest_entry_and_can_be_set():
    check("2.1", [1e6, 1.00001], [1e6, 1])
    check("2.1", [1.001], [1], tolerance=0.01)
    with pytest.raises(AssertionError):
        check("2.1", [1.02], [1], tolerance=0.01)


# At many points


def square(x):
    return x**2


def nearly(x):
    """The square, but not everywhere."""
    return np.where(x > 2, x**3, x**2)


POINTS = [(x,) for x in (0.5, 1.0, 1.5, 2.5)]


@pytest.mark.parametrize(
    ("forms", "points", "line"),
    [
        pytest.param((square, lambda x: x * x), POINTS, "(3.7) holds at 4 points: 2 forms agree, one number", id="one"),
        pytest.param(
            (lambda a, b: a @ b, lambda a, b: np.einsum("i,i->", a, b), lambda a, b: sum(a * b)),
            [(A[0], A[1]), (A[:, 0], A[:, 1])],
            "(3.7) holds at 2 points: 3 forms agree, one number",
            id="two arguments",
        ),
        pytest.param(
            (np.square, square),
            [(A[0],), (A,)],
            "(3.7) holds at 2 points: 2 forms agree, shape (5,), shape (3, 5)",
            id="two shapes",
        ),
    ],
)
def test_functions_are_compared_at_every_point(forms, points, line, capsys):
    check("3.7", *forms, points=iter(points))
    assert capsys.readouterr() == (f"{line}\n", "")


@pytest.mark.parametrize(
    ("forms", "points", "kind", "message"),
    [
        pytest.param(
            (nearly, square), POINTS, AssertionError, "(3.7), at point 3, fails: 15.625 where 6.25 is", id="one"
        ),
        pytest.param((square, square), POINTS, TypeError, "(3.7) compares a function with itself", id="itself"),
        pytest.param((square, nearly), [], ValueError, "(3.7) compares nothing: points is empty", id="no point"),
        pytest.param((square, 4), POINTS, TypeError, "form 1 of (3.7) is of type int; it needs a function", id="array"),
        pytest.param((square, nearly), 3, TypeError, "points is of type int; it needs a list", id="no list"),
        pytest.param((square, np.reciprocal), [(np.nan,)], ValueError, "(3.7), at point 0, is nan; it", id="NaN"),
    ],
)
def test_one_point_is_enough_to_fail(forms, points, kind, message, capsys):
    with pytest.raises(kind, match=f"^{re.escape(message)}"):
        check("3.7", *forms, points=points)
    assert capsys.readouterr() == ("", "")


# Answers


ANSWERS = {
    "none yet": (..., 3, "not tried yet"),
    "a number": (3, 3.0, "right"),
    "a number as text": ("3", 3, "right"),
    "another number": (3.1, 3, "not yet: the shape is right, the numbers are not"),
    "a fraction, rounded": (0.3333333, 1 / 3, "right"),
    "a fraction, cut off": (0.33, 1 / 3, "not yet: the shape is right, the numbers are not"),
    "an array": ([[1, 2], [3, 4]], np.array([[1, 2], [3, 4]]), "right"),
    "its transpose": ([[1, 3], [2, 4]], [[1, 2], [3, 4]], "not yet: the shape is right, the numbers are not"),
    "a shape": ((5, 3, 5), (5, 3, 5), "right"),
    "another shape": ((3, 5), (5, 3, 5), "not yet: it has shape (2,), and needs shape (3,)"),
    "a number for an array": (3, [3, 3], "not yet: it has one number, and needs shape (2,)"),
    "a word": (" Row ", "row", "right"),
    "another word": ("column", "row", "not yet: 'column' is not it"),
    "a word for a number": ("many", 3, "not yet: it needs numbers, and got 'many'"),
    "ragged": ([[1], [1, 2]], 3, "not yet: it needs numbers, and got [[1], [1, 2]]"),
    "complex": (3j, 3, "not yet: it needs numbers, and got 3j"),
    "complex with the right real part": (np.array(3 + 4j), 3, "not yet: it needs numbers, and got array(3.+4.j)"),
    "beyond every float": (10**400, 3, f"not yet: it needs numbers, and got 1{'0' * 17}...{'0' * 19}"),
    "masked": (
        np.ma.array([3.0], mask=True),
        [3],
        "not yet: it needs numbers, and got masked_array(...dtype=float64)",
    ),
    "a long list": ([[1], *range(1000)], 3, "not yet: it needs numbers, and got [[1], 0, 1, 2, 3, 4, ...]"),
    "single precision": (np.float32(3), 3, "right"),
    "NaN": (math.nan, 3, "not yet: the shape is right, the numbers are not"),
    "infinite": (math.inf, math.inf, "right"),
    "not infinite": (3, math.inf, "not yet: the shape is right, the numbers are not"),
    "zero": (0, 0, "right"),
    "not zero": (1e-5, 0, "not yet: the shape is right, the numbers are not"),
}


@pytest.mark.parametrize(("yours", "expected", "verdict"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_gets_its_verdict(yours, expected, verdict, capsys):
    answer("3.A", yours, expected)
    assert capsys.readouterr() == (f"3.A: {verdict}\n", "")
