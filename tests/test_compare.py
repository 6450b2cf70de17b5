"""``compare`` has to tell equal from close and close from different, in words that no last digit can change."""

import numpy as np
import pytest
from strategies import generic

from nn_notes import compare

A = generic(3, 5)
LARGEST = np.abs(A).max()


@pytest.mark.parametrize(
    ("forms", "verdict"),
    [
        pytest.param((A, A.copy()), "equal: largest difference below 1e-12", id="to the last bit"),
        pytest.param((A, A + 9e-13 * LARGEST), "equal: largest difference below 1e-12", id="rounding"),
        pytest.param((A, A + 2e-12 * LARGEST), "close: largest difference below 1e-6", id="not quite rounding"),
        pytest.param((A, A + 9e-7 * LARGEST), "close: largest difference below 1e-6", id="central differences"),
        pytest.param((A, A + 0.25), "DIFFERENT: largest difference 0.25", id="a difference"),
        pytest.param((A, A + 2e-6 * LARGEST), f"DIFFERENT: largest difference {2e-6 * LARGEST:.2g}", id="a small one"),
        pytest.param((A, -A), f"DIFFERENT: largest difference {2 * LARGEST:.2g}", id="sign"),
        pytest.param((A, A.T), "DIFFERENT: shape (5, 3) expected", id="transposed"),
        pytest.param((A, A.copy(), A + 0.25), "DIFFERENT: largest difference 0.25", id="the third form"),
        pytest.param((A, A.copy(), A[:1]), "DIFFERENT: shape (1, 5) expected", id="the third shape"),
        pytest.param((A + 1e-9j, A), "close: largest difference below 1e-6", id="imaginary part"),
        pytest.param((1e-13, 0.0), "equal: largest difference below 1e-12", id="near zero"),
        pytest.param((1e308, -1e308), "DIFFERENT: largest difference inf", id="further than any number"),
        pytest.param((1e-9, 2e-9), "DIFFERENT: largest difference 1e-09", id="relative to what is expected"),
    ],
)
def test_one_line_gives_the_verdict(forms, verdict, capsys):
    assert compare("ξ = δF", *forms) is None
    shape = "shape (3, 5)" if np.ndim(forms[0]) else "one number"
    assert capsys.readouterr().out == f"{'ξ = δF':24}{shape:16}{verdict}\n"


@pytest.mark.parametrize(
    ("forms", "kind", "message"),
    [
        pytest.param((A, A), TypeError, "compares an array with itself", id="with itself"),
        pytest.param((A, A.copy(), A), TypeError, "compares an array with itself", id="third with first"),
        pytest.param((A, "A"), TypeError, "'A'; it needs real numbers", id="text"),
        pytest.param((A, A * np.nan), ValueError, "is nan; it needs finite numbers", id="NaN"),
        pytest.param(([], []), ValueError, "compares nothing", id="nothing"),
    ],
)
def test_what_cannot_be_compared_raises(forms, kind, message, capsys):
    with pytest.raises(kind, match=rf"^ξ = δF.*{message}"):
        compare("ξ = δF", *forms)
    assert capsys.readouterr().out == ""
