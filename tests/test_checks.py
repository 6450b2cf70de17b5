"""``check`` and ``refute`` have to be able to fail; ``compare`` tells equal from close, ``answer`` right from wrong.

None of their words hangs on a last digit. What no call may hand in stands in test_wrong_calls.py with its message.
"""

import math
import re

import numpy as np
import pytest
from strategies import generic

from nn_notes import answer, check, compare, refute
from nn_notes.derivation import Goal, layer

A = generic(3, 5)
LARGEST = np.abs(A).max()
NAN, INF = math.nan, math.inf


def but(value):
    """A with one entry changed."""
    wrong = A.copy()
    wrong[1, 2] = value
    return wrong


# What holds

HOLDS = {
    "arrays": ((A, A.copy()), "2 forms agree, shape (3, 5)"),
    "list and complex": ((A, A.tolist(), A + 0j), "3 forms agree, shape (3, 5)"),
    "roundoff": ((A, but(A[1, 2] * (1 + 1e-11))), "2 forms agree, shape (3, 5)"),
    "numbers": ((2, 2.0), "2 forms agree, one number"),
    "booleans": (([1, 0], [True, False]), "2 forms agree, shape (2,)"),
    "zero": (([1e-11, 0], [0, 0], [0, -1e-11]), "3 forms agree, shape (2,)"),
}


@pytest.mark.parametrize(("forms", "agreed"), HOLDS.values(), ids=HOLDS)
def test_one_line_says_that_it_holds(forms, agreed, capsys):
    assert check("3.7", *forms) is None
    assert capsys.readouterr() == (f"(3.7) holds: {agreed}\n", "")


# What does not: how it fails, or the error where there is nothing to be compared

FAILURES = {
    "one entry": ((but(9), A), f"9 where {A[1, 2]:.6g} is expected, at [1, 2]; the largest difference"),
    "a small error": ((but(A[1, 2] + 1e-8), A), "at [1, 2]; the largest difference is 1e-08"),
    "imaginary part": ((but(A[1, 2]) + 1e-8j, A), ""),
    "sign": ((-A, A), ""),
    "near zero": (([1e-9, 0], [0, 0]), "1e-09 where 0 is expected, at [0]"),
    "scale": (([1e-9], [1.1e-9]), ""),
    "the third form": ((A, A.copy(), but(9)), "9 where"),
    "numbers": ((2, 3), "2 where 3 is expected, at []"),
    "transposed": ((A.T, A), "shape (5, 3), expected shape (3, 5)"),
    "row for column": ((A[:, :1], A[:, 0]), "shape (3, 1), expected shape (3,)"),
    "would broadcast": ((A[0], np.array([A[0], A[0]])), "shape (5,), expected shape (2, 5)"),
    "number for array": ((1, [1, 1]), "one number, expected shape (2,)"),
    "none for some": (([], [1]), "shape (0,), expected shape (1,)"),
    "further apart than any number": (([1e308], [-1e308]), "the largest difference is inf"),
}
REFUSED = {
    "nothing": (([], []), ValueError),
    "NaN": ((but(NAN), A), ValueError),
    "NaN expected": ((A, but(NAN)), ValueError),
    "NaN on both sides": ((but(NAN), but(NAN)), ValueError),
    "infinity": ((but(INF), A), ValueError),
    "infinity expected": ((A, but(INF)), ValueError),
    "infinity on both sides": ((but(INF), but(INF)), ValueError),
    "ragged": (([[1], [1, 2]], A), ValueError),
    "text": (("holds", A), TypeError),
    "no form": ((None, A), TypeError),
    "with itself": ((A, A), TypeError),
    "masked": ((A, np.ma.masked_less(A, 0)), TypeError),
    "functions": ((np.sin, np.cos), TypeError),
}


@pytest.mark.parametrize(("forms", "how"), FAILURES.values(), ids=FAILURES)
def test_a_check_that_must_fail_says_how_and_nothing_good(forms, how, capsys):
    with pytest.raises(AssertionError, match=rf"^\(3\.7\) fails: .*{re.escape(how)}"):
        check("3.7", *forms)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("forms", "kind"), REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("judge", [check, compare, refute])
def test_what_cannot_be_compared_neither_holds_nor_fails(judge, forms, kind, capsys):
    with pytest.raises(kind, match=r"^\(?3\.7\b"):
        judge("3.7", *forms)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("judge", [check, compare])
def test_no_array_stands_for_a_third_form_too(judge):
    with pytest.raises(TypeError, match=r"^\(?3\.7\b"):
        judge("3.7", A, A.copy(), A)


def test_the_tolerance_is_relative_to_the_largest_entry_and_can_be_set():
    check("2.1", [1e6, 1.00001], [1e6, 1])
    check("2.1", [1.001], [1], tolerance=0.01)
    with pytest.raises(AssertionError):
        check("2.1", [1.02], [1], tolerance=0.01)


def test_a_difference_of_just_the_tolerance_holds():
    check("2.1", [1.25], [1], tolerance=0.25)
    check("2.1", [0.25], [0], tolerance=0.25)
    with pytest.raises(AssertionError):
        check("2.1", [0.375], [0], tolerance=0.25)


# At many points


def square(x):
    return x**2


def nearly(x):
    """The square, but not everywhere."""
    return np.where(x > 2, x**3, x**2)


PRODUCTS = lambda a, b: a @ b, lambda a, b: np.einsum("i,i->", a, b), lambda a, b: sum(a * b)
POINTS = [(x,) for x in (0.5, 1.0, 1.5, 2.5)]
AT_POINTS = {
    "one": ((square, lambda x: x * x), POINTS, "4 points: 2 forms agree, one number"),
    "two arguments": (PRODUCTS, [(A[0], A[1]), (A[:, 0], A[:, 1])], "2 points: 3 forms agree, one number"),
    "two shapes": ((np.square, square), [(A[0],), (A,)], "2 points: 2 forms agree, shape (5,), shape (3, 5)"),
}
AMISS = {
    "one": ((nearly, square), POINTS, AssertionError, "(3.7), at point 3, fails: 15.625 where 6.25 is"),
    "itself": ((square, square), POINTS, TypeError, "(3.7) "),
    "no point": ((square, nearly), [], ValueError, "(3.7) "),
    "array": ((square, 4), POINTS, TypeError, "form 1 of (3.7) "),
    "no list": ((square, nearly), 3, TypeError, "points "),
    "NaN": ((square, np.reciprocal), [(NAN,)], ValueError, "(3.7), at point 0, "),
}


@pytest.mark.parametrize(("forms", "points", "line"), AT_POINTS.values(), ids=AT_POINTS)
def test_functions_are_compared_at_every_point(forms, points, line, capsys):
    check("3.7", *forms, points=iter(points))
    assert capsys.readouterr() == (f"(3.7) holds at {line}\n", "")


@pytest.mark.parametrize(("forms", "points", "kind", "message"), AMISS.values(), ids=AMISS)
def test_one_point_is_enough_to_fail(forms, points, kind, message, capsys):
    with pytest.raises(kind, match=f"^{re.escape(message)}"):
        check("3.7", *forms, points=points)
    assert capsys.readouterr() == ("", "")


# How near

EQUAL, CLOSE = "equal: largest difference below 1e-12", "close: largest difference below 1e-6"
NEARNESS = {
    "to the last bit": ((A, A.copy()), EQUAL),
    "rounding": ((A, A + 9e-13 * LARGEST), EQUAL),
    "not quite rounding": ((A, A + 2e-12 * LARGEST), CLOSE),
    "central differences": ((A, A + 9e-7 * LARGEST), CLOSE),
    "a difference": ((A, A + 0.25), "DIFFERENT: largest difference 0.25"),
    "a small one": ((A, A + 2e-6 * LARGEST), f"DIFFERENT: largest difference {2e-6 * LARGEST:.2g}"),
    "sign": ((A, -A), f"DIFFERENT: largest difference {2 * LARGEST:.2g}"),
    "transposed": ((A, A.T), "DIFFERENT: shape (5, 3) expected"),
    "the third form": ((A, A.copy(), A + 0.25), "DIFFERENT: largest difference 0.25"),
    "the third shape": ((A, A.copy(), A[:1]), "DIFFERENT: shape (1, 5) expected"),
    "imaginary part": ((A + 1e-9j, A), CLOSE),
    "near zero": ((1e-13, 0.0), EQUAL),
    "further than any number": ((1e308, -1e308), "DIFFERENT: largest difference inf"),
    "relative to what is expected": ((1e-9, 2e-9), "DIFFERENT: largest difference 1e-09"),
    # Against zero, where differences are absolute.
    "where equal ends": ((1e-12, 0), EQUAL),
    "beyond equal": ((1.5e-12, 0), CLOSE),
    "where close ends": ((1e-6, 0), CLOSE),
    "beyond close": ((1.5e-6, 0), "DIFFERENT: largest difference 1.5e-06"),
}


@pytest.mark.parametrize(("forms", "verdict"), NEARNESS.values(), ids=NEARNESS)
def test_one_line_says_how_near(forms, verdict, capsys):
    assert compare("ξ = δF", *forms) is None
    shape = "shape (3, 5)" if np.ndim(forms[0]) else "one number"
    assert capsys.readouterr().out == f"{'ξ = δF':24}{shape:16}{verdict}\n"


# Refutations

B = np.array([[1.5, -2.0, 0.7], [0.3, 1.1, -0.9]])


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (B.T, "(0.2) fails: shape (3, 2), expected shape (2, 3)"),
        (B / 2, "(0.2) fails: -1 where -2 is expected, at [0, 1]; the largest difference is 1"),
    ],
    ids=["by its shape", "by its numbers"],
)
def test_a_wrong_form_is_refuted_in_one_line(wrong, line, capsys):
    refute("0.2", wrong, B)
    assert capsys.readouterr().out == f"{line}\n"


def test_what_holds_is_not_refuted():
    with pytest.raises(AssertionError, match=r"\(0\.2\) holds, and was to be refuted"):
        refute("0.2", B.copy(), B)


# Answers

NUMBERS_ARE_NOT = "not yet: the shape is right, the numbers are not"
MASKED = np.ma.array([3.0], mask=True)
GOAL = Goal(r"\frac{\partial E}{\partial W}", "ij", layer, {"M_in": 3, "M_out": 2})
ANSWERS = {
    "none yet": (..., 3, "not tried yet"),
    "a number": (3, 3.0, "right"),
    "a number as text": ("3", 3, "right"),
    "another number": (3.1, 3, NUMBERS_ARE_NOT),
    "a fraction, rounded": (0.3333333, 1 / 3, "right"),
    "a fraction, cut off": (0.33, 1 / 3, NUMBERS_ARE_NOT),
    "an array": ([[1, 2], [3, 4]], np.array([[1, 2], [3, 4]]), "right"),
    "its transpose": ([[1, 3], [2, 4]], [[1, 2], [3, 4]], NUMBERS_ARE_NOT),
    "a shape": ((5, 3, 5), (5, 3, 5), "right"),
    "another shape": ((3, 5), (5, 3, 5), "not yet: it has shape (2,), and needs shape (3,)"),
    "a number for an array": (3, [3, 3], "not yet: it has one number, and needs shape (2,)"),
    "a formula": ("z_i xi_j", GOAL, "right: it holds on 26 examples, with numbers and widths drawn at random."),
    "its transpose as a formula": ("xi^T z", GOAL, GOAL.verdict("xi^T z")),
    "numbers for a formula": (3, GOAL, "not yet: it needs text, and got 3"),
    "no formula yet": (..., GOAL, "not tried yet"),
    "a word": (" Row ", "row", "right"),
    "another word": ("column", "row", "not yet: 'column' is not it"),
    "a word for a number": ("many", 3, "not yet: it needs numbers, and got 'many'"),
    "ragged": ([[1], [1, 2]], 3, "not yet: it needs numbers, and got [[1], [1, 2]]"),
    "complex": (3j, 3, "not yet: it needs numbers, and got 3j"),
    "complex with the right real part": (np.array(3 + 4j), 3, "not yet: it needs numbers, and got array(3.+4.j)"),
    "beyond every float": (10**400, 3, f"not yet: it needs numbers, and got 1{'0' * 17}...{'0' * 19}"),
    "masked": (MASKED, [3], "not yet: it needs numbers, and got masked_array(...dtype=float64)"),
    "a long list": ([[1], *range(1000)], 3, "not yet: it needs numbers, and got [[1], 0, 1, 2, 3, 4, ...]"),
    "single precision": (np.float32(3), 3, "right"),
    "NaN": (NAN, 3, NUMBERS_ARE_NOT),
    "infinite": (INF, INF, "right"),
    "not infinite": (3, INF, NUMBERS_ARE_NOT),
    "zero": (0, 0, "right"),
    "not zero": (1e-5, 0, NUMBERS_ARE_NOT),
    # To a millionth of the largest entry.
    "within a millionth": (1e6 + 0.5, 1e6, "right"),
    "beyond a millionth": (1 + 5e-6, 1, NUMBERS_ARE_NOT),
    "beyond a millionth of what is small": (0.1 + 5e-7, 0.1, NUMBERS_ARE_NOT),
    "beyond a millionth of zero": (1.5e-6, 0, NUMBERS_ARE_NOT),
    # |−128| is no int8, so that the scale has to be taken from floats.
    "small integers": (-128 + 5e-5, np.array(-128, np.int8), "right"),
}


@pytest.mark.parametrize(("yours", "expected", "verdict"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_gets_its_verdict(yours, expected, verdict, capsys):
    answer("3.A", yours, expected)
    assert capsys.readouterr() == (f"3.A: {verdict}\n", "")


# Answers of several arrays by name, in the order in which they are made

ROW, MATRIX = np.array([0.5, -2.0]), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
STEPS = {"delta[2]": ROW, "dW[2]": MATRIX, "E": 7.0}
BY_NAME = {
    "none yet": (..., "not tried yet"),
    "all": ({name: np.copy(a) for name, a in STEPS.items()}, "right"),
    "lists, in another order, and one that is not asked for": (
        {"E": 7, "dW[2]": MATRIX.tolist(), "xi": 3, "delta[2]": [0.5, -2]},
        "right",
    ),
    "no dict": (ROW, "not yet: it needs a dict of arrays, and got array([ 0.5, -2. ])"),
    "nothing": ({}, "not yet: delta[2] is missing"),
    "the second missing": (
        {"delta[2]": ROW, "E": 7},
        "not yet: dW[2] is missing; what comes before it is right, 1 of 3",
    ),
    "one entry": (STEPS | {"delta[2]": [0.5, 2]}, "not yet: delta[2][1] is 2, which is wrong"),
    "several entries": (
        STEPS | {"dW[2]": [[1, 2, 3], [4, -5, -6]]},
        "not yet: dW[2][1, 1] is -5, which is wrong, as 1 more of its 6 entries; what comes before it is right, 1 of 3",
    ),
    "the first that is wrong": (STEPS | {"delta[2]": [9, -2], "E": 9}, "not yet: delta[2][0] is 9, which is wrong"),
    "a shape": (
        STEPS | {"dW[2]": MATRIX.T},
        "not yet: dW[2] has shape (3, 2), and needs shape (2, 3); what comes before it is right, 1 of 3",
    ),
    "a number": (STEPS | {"E": 8}, "not yet: E is 8, which is wrong; what comes before it is right, 2 of 3"),
    "no numbers": (
        STEPS | {"E": None},
        "not yet: E needs numbers, and got None; what comes before it is right, 2 of 3",
    ),
    "NaN": (STEPS | {"delta[2]": [0.5, NAN]}, "not yet: delta[2][1] is nan, which is wrong"),
    "infinite": (STEPS | {"delta[2]": [INF, -2]}, "not yet: delta[2][0] is inf, which is wrong"),
    # To a millionth of the largest entry of each.
    "within a millionth": (STEPS | {"delta[2]": [0.5 + 1.9e-6, -2]}, "right"),
    "beyond a millionth": (STEPS | {"delta[2]": [0.5, -2.1e-6 - 2]}, "not yet: delta[2][1] is -2, which is wrong"),
}


@pytest.mark.parametrize(("yours", "verdict"), BY_NAME.values(), ids=BY_NAME)
def test_of_several_arrays_the_first_that_is_wrong_is_told_and_where(yours, verdict, capsys):
    answer("4.C", yours, STEPS)
    assert capsys.readouterr() == (f"4.C: {verdict}\n", "")


def test_a_dict_of_zeros_has_an_absolute_tolerance(capsys):
    answer("4.C", {"xi": [1e-7, 0]}, {"xi": [0, 0]})
    answer("4.C", {"xi": [1e-5, 0]}, {"xi": [0, 0]})
    assert capsys.readouterr().out == "4.C: right\n4.C: not yet: xi[0] is 1e-05, which is wrong\n"
