"""``refute`` says why a wrong form fails, and does not let a right one pass for wrong."""

import numpy as np
import pytest

from nn_notes import refute

A = np.array([[1.5, -2.0, 0.7], [0.3, 1.1, -0.9]])


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (A.T, "(0.2) fails: shape (3, 2), expected shape (2, 3)"),
        (A / 2, "(0.2) fails: -1 where -2 is expected, at [0, 1]; the largest difference is 1"),
    ],
    ids=["by its shape", "by its numbers"],
)
def test_a_wrong_form_is_refuted_in_one_line(wrong, line, capsys):
    refute("0.2", wrong, A)
    assert capsys.readouterr().out == f"{line}\n"


def test_what_holds_is_not_refuted():
    with pytest.raises(AssertionError, match=r"\(0\.2\) holds, and was to be refuted"):
        refute("0.2", A.copy(), A)


@pytest.mark.parametrize(
    ("wrong", "error"), [(A, TypeError), (A * np.nan, ValueError)], ids=["one and the same", "no numbers"]
)
def test_what_cannot_be_compared_is_no_refutation(wrong, error):
    with pytest.raises(error):
        refute("0.2", wrong, A)
