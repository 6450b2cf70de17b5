"""The breaker of pages on a page made for it: why breaks stay green, what is amiss, and that names do not matter.

And on a formula made for it, what becomes of slips of every sort.
"""

import functools
import re
import subprocess
import sys
from pathlib import Path

import latex
import pytest
from displayed import Displayed

PAGE = r"""
```{code-cell} ipython3
import numpy as np
from nn_notes import check, numeric
from nn_notes.activations import sigmoid

rng = np.random.default_rng(0)
x = np.array([1.0, 2.0])
y = rng.normal(size=2)
S = np.array([[2.0, 1.0], [1.0, 3.0]])
```

$$ u_j = \sum_i z_i W_{ij} + b_j \tag{1.1} $$

```{code-cell} ipython3
by_matrix = 2 * (S @ y)
check("1.1", by_matrix, numeric.jacobian(lambda y: y @ S @ y + 7, y))
by_entries = np.array([2 * x[0] * y[0], 2 * x[1] * y[1]])
check("1.1", by_entries, numeric.jacobian(lambda y: x @ y**2, y))
```

$$ \underbrace{F}_{(2,\,2)} = \frac{\partial z'}{\partial u} \tag{1.2} $$

```{code-cell} ipython3
total, product = S @ y, x @ y
check("1.2", total**2, (S @ y) ** 2)
check("1.2", sigmoid(x), np.array([sigmoid(x[[n]])[0] for n in range(2)]))
flat = x - x * 1
check("1.2", flat, np.zeros(2))
near = total + 1e-5
check("1.2", near, S @ y, tolerance=1e-4)
```

$$ u_j = \sum_i z_i W_{ji} + b_j \tag{1.3} $$

```{code-cell} ipython3
hollow = S @ x - y
check("1.3", hollow, eval("hollow").copy())
for n in (2, 3):
    echo = n * x
    check("1.3", echo, eval("echo").copy())
```

$$ 0 < \lVert z\rVert^2 \tag{1.4} $$
"""


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """What the breaker says of a page, on either stream."""

    def broken(page):
        text = tmp_path_factory.mktemp("pages") / "01_tiny.md"
        text.write_text(page)
        run = subprocess.run([sys.executable, Path(__file__).parent / "breaker", text], capture_output=True, text=True)
        assert run.returncode == 1
        return re.sub(r"^.* in \d+ s\n", "", run.stdout, flags=re.MULTILINE), run.stderr.splitlines()

    return broken


@pytest.fixture(scope="module")
def said(broken):
    return broken(PAGE)


@pytest.mark.parametrize(
    ("kind", "broken_place"),
    [
        ("turned", "by_matrix = 2 * (S @ y) | S @ y → y @ S"),
        ("sign", "total, product = (S @ y, x @ y) | S @ y → -(S @ y)"),
        ("no part", "lambda y: y @ S @ y + 7, y)) | y @ S @ y + 7 → y @ S @ y - 7"),
        ("zero", "flat = x - x * 1 | x - x * 1 → -(x - x * 1)"),
        ("example", "sigmoid(x[[n]])[0] for n in range(2)])) | Sigmoid.bare_value: the other sign"),
        ("tolerance", "near = total + 1e-05 | total + 1e-05 → total - 1e-05"),
        ("hidden", "2 * x[1] * y[1]]) | 2 * x[0] → 2 / x[0]"),
        ("unseen", "total, product = (S @ y, x @ y) | x @ y → -(x @ y)"),
        ("alike", "hollow = S @ x - y | S @ x - y → S @ x + y"),
        ("alike", "for n in (2, 3): | n * x → n / x"),
    ],
)
def test_it_is_measured_why_a_break_stays_green(said, kind, broken_place):
    kinds = dict(re.findall(r"^(\w[\w ]*): \d+ stay green(.*?)^$", said[0], re.MULTILINE | re.DOTALL))
    assert [found for found, labels in kinds.items() if f"{broken_place}\n" in labels] == [kind]


def test_a_hollow_check_and_one_that_is_missing_are_amiss_and_too_much_green_is(said):
    score, of_formulas = re.findall(r"the score is (.*)\n", said[0])
    assert said[1] == [
        "(1.4) has no break that its check catches",
        "the check of (1.3) catches nothing: check('1.3', hollow, eval('hollow').copy())",
        "the check of (1.3) catches nothing: for n in (2, 3):",
        f"01_tiny: its score is {score}, and 97% is asked; what counts is listed above",
        "the formula 01 (1.3) is not judged: j runs over 3 here, and over 2 elsewhere; an index has one range",
        f"01_tiny: the score of its formulas is {of_formulas}, and 97% is asked; what counts is listed above",
    ]


def test_renamed_names_change_nothing(broken, said):
    names = {"S": "turns", "by_matrix": "slope", "rng": "dice", "hollow": "M"}
    page, (out, amiss) = PAGE, said
    for old, new in names.items():
        page, out, *amiss = (re.sub(rf"\b{old}\b", new, text) for text in (page, out, *amiss))
    assert broken(page) == (out, amiss)


# Formulas to break, each with a page and an equation whose letters it has.
SUM = ("01", "1.1", r"u_j = \sum_i z_i W_{ij} + b_j")
MATRIX = ("01", "1.1", r"\underbrace{u}_{(2,)} = \frac{2zW}2 + b")
SLOPE = ("01", "1.6", r"F_{kl} = f'(u_k)\,[k=l]")
LAYERS = ("04", "4.4", r"\delta^{(\ell)} = \delta^{(\ell+1)}F^{(\ell+1)}W^{(\ell+1)\top}")
ORDER = ("02", "2.8", r"\frac{\partial y}{\partial x}\,d = \frac{y(x + hd) - y(x)}{h} + O(h)")
CLAIMS = ("06", "6.11", r"0 < \sigma(x) \qquad \underbrace{S}_{(3,)} \qquad \tanh'(x) = 1 - \tanh^2(x)")


@functools.cache
def breaks(page, number, formula):
    found, amiss = latex.breaks_of(Displayed(page, number, True, formula))
    assert not amiss
    return found


@pytest.mark.parametrize(
    ("formula", "slip", "outcome"),
    [
        (SUM, r"_{ij} ⟨+ → -⟩ b_j", "caught"),
        (SUM, r"⟨\sum_i → ⟩", "caught"),
        (SUM, r"⟨z_i → ⟩", "caught"),
        (SUM, r"\sum_⟨i → j⟩", "caught"),
        (SUM, r"W_{⟨ij → ji⟩}", "refused"),
        (SUM, r"W_{i⟨j → ⟩}", "caught"),
        (SUM, r"⟨u → b⟩_j", "caught"),
        (SUM, r"z_i⟨ → \odot ⟩W_{ij}", "caught"),
        (SUM, r"⟨z_i W_{ij} → W_{ij} z_i⟩", "same"),
        (SUM, r"u⟨_j → ⟩", "same"),
        (MATRIX, r"⟨2 → 3⟩zW", "caught"),
        (MATRIX, r"⟨ → \frac12\,⟩b", "caught"),
        (MATRIX, r"\frac⟨{2zW}2 → 2{2zW}⟩", "caught"),
        (MATRIX, r"⟨zW → Wz⟩", "refused"),
        (MATRIX, r"{u⟨ → ^\top⟩}", "caught"),
        (MATRIX, r"⟨(2,) → (2, 1)⟩", "caught"),
        (MATRIX, r"⟨(2,) → (1, 2)⟩", "shape"),
        (SLOPE, r"f⟨' → ⟩(u_k)", "caught"),
        (SLOPE, r"⟨ → -⟩u_k", "caught"),
        (SLOPE, r"[k⟨= → \ne ⟩l]", "caught"),
        (SLOPE, r"u_⟨k → l⟩", "same"),
        (SLOPE, r"F_{⟨kl → lk⟩}", "F"),
        (LAYERS, r"\delta^{(\ell⟨ → +1⟩)} =", "caught"),
        (LAYERS, r"W^{(\ell+1)⟨\top → ⟩}", "refused"),
        (ORDER, r"⟨\frac{\partial y}{\partial x}\,d → d\,\frac{\partial y}{\partial x}⟩", "refused"),
        (ORDER, r"y(x)}{h} ⟨+ → -⟩", "same"),
        (ORDER, r"O(⟨ → 2\,⟩h)", "same"),
        (CLAIMS, r"⟨< → >⟩", "caught"),
        (CLAIMS, r"\sigma(⟨ → -⟩x)", "loose"),
        (CLAIMS, r"{⟨S → x⟩}", "no claim"),
        (CLAIMS, r"\tanh'(⟨ → -⟩x)", "tanh"),
    ],
)
def test_a_slip_in_a_formula_is_caught_or_it_is_measured_why_not(formula, slip, outcome):
    assert {made.kind or made.outcome for made in breaks(*formula) if slip in made.label} == {outcome}


@pytest.mark.parametrize(
    ("page", "formula", "amiss"),
    [
        ("01", "q = 1", "is not judged: q is not a letter of this page"),
        ("01", "z W", "is not judged: this says nothing that could be wrong"),
        ("01", "u = z W", "is not judged: this is off from the other side"),
        ("99", "u = z W", "is not judged: page 99 has no letters"),
    ],
)
def test_a_formula_that_nobody_judges_is_amiss(page, formula, amiss):
    (said,) = latex.breaks_of(Displayed(page, "1.1", True, formula))[1]
    assert said.startswith(f"the formula {page} (1.1) {amiss}")


def test_what_a_judge_without_examples_lets_pass_is_not_put_down_to_anything(monkeypatch):
    monkeypatch.setattr(latex, "withstood", lambda formula, wrong: [])
    found, amiss = latex.breaks_of(Displayed("01", "1.1", True, "u = z W + b"))
    assert {made.kind for made in found} == {"unknown"}
    assert amiss == ["the formula 01 (1.1) has no break that its examples catch"]
