"""The breaker of pages on a page made for it: why breaks stay green, what is amiss, and that names do not matter."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

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

$$ \tag{1.1} $$

```{code-cell} ipython3
by_matrix = 2 * (S @ y)
check("1.1", by_matrix, numeric.jacobian(lambda y: y @ S @ y + 7, y))
by_entries = np.array([2 * x[0] * y[0], 2 * x[1] * y[1]])
check("1.1", by_entries, numeric.jacobian(lambda y: x @ y**2, y))
```

$$ \tag{1.2} $$

```{code-cell} ipython3
total, product = S @ y, x @ y
check("1.2", total**2, (S @ y) ** 2)
check("1.2", sigmoid(x), np.array([sigmoid(x[[n]])[0] for n in range(2)]))
flat = x - x * 1
check("1.2", flat, np.zeros(2))
near = total + 1e-5
check("1.2", near, S @ y, tolerance=1e-4)
```

$$ \tag{1.3} $$

```{code-cell} ipython3
hollow = S @ x - y
check("1.3", hollow, eval("hollow").copy())
for n in (2, 3):
    echo = n * x
    check("1.3", echo, eval("echo").copy())
```

$$ \tag{1.4} $$
"""


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """What the breaker says of a page, on either stream."""

    def broken(page):
        text = tmp_path_factory.mktemp("pages") / "tiny.md"
        text.write_text(page)
        run = subprocess.run([sys.executable, Path(__file__).parent / "breaker", text], capture_output=True, text=True)
        assert run.returncode == 1
        return run.stdout.partition("\n")[2], run.stderr.splitlines()

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
    score = re.search(r"the score is (.*)\n", said[0])[1]
    assert said[1] == [
        "(1.4) has no break that its check catches",
        "the check of (1.3) catches nothing: check('1.3', hollow, eval('hollow').copy())",
        "the check of (1.3) catches nothing: for n in (2, 3):",
        f"tiny: its score is {score}, and 97% is asked; what counts is listed above",
    ]


def test_renamed_names_change_nothing(broken, said):
    names = {"S": "turns", "by_matrix": "slope", "rng": "dice", "hollow": "M"}
    page, (out, amiss) = PAGE, said
    for old, new in names.items():
        page, out, *amiss = (re.sub(rf"\b{old}\b", new, text) for text in (page, out, *amiss))
    assert broken(page) == (out, amiss)
