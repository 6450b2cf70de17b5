"""What a formula says is what its check was given: the code of its row, on the page's numbers, is a form of the check.

The code is held to the formula on drawn examples (test_summaries.py); here the page is run, and what it hands to
``check`` is kept, with all names as they are at that moment.
"""

import contextlib
import io
from collections import defaultdict

import numpy as np
import pytest
from series import PATHS, code_cells
from test_summaries import ROWS

import nn_notes
from nn_notes import plots
from nn_notes.explore import View

# What the names in a row's code are on the page where they have another one there, or stand for any; and what runs.
THERE = {
    "0.10": {"dy_dx": "vector_by_vector"},
    "0.11": {"N": "vector_by_vector"},
    # The check has the term that is new.
    "2.1": {"y": "lambda x: 0", "x": "z", "nudge": "d"},
    "2.4": {"i": "1"},
    "2.5": {"j": "0"},
    "2.8": {"y": "layer", "x": "z", "h": "1e-8"},
    "2.9": {"y": "layer", "x": "z", "h": "1e-5"},
    "2.10": {"y": "layer", "x": "z", "h": "1e-200"},
    # The checks have all columns, and all rows.
    "2.11": {"e_b": "np.eye(M_in)"},
    "2.12": {"e_a": "np.eye(M_out)"},
    "3.5": {"e_k": "np.eye(M_out)[k]"},
    "3.8": {"e_j": "np.eye(M_out)[j]"},
    "3.11": {"T": "np.empty((M_out, M_in, M_out))", "W": "np.empty((M_in, M_out))"},
    "4.3": {"L": "3"},
    "4.9": {"n": "np.array([1, 2, 3, 5, 35])"},
    "4.11": {"F": "F_V"},
    "4.12": {"z": "{0: z_in, 1: h}", "xi": "{1: xi_1, 2: xi_2}"},
    "4.13": {"u": "u_V", "xi": "xi_V"},
    "4.14": {"B": "11", "M": "np.array([7, 5, 3, 2])"},
    # The check has the slope that γ is multiplied by.
    "5.2": {"gamma": "1"},
    "5.5": {"theta": "history.validation", "n_star": "history.best"},
    "5.6": {"theta": "start", "theta_star": "lowest", "H": "H_bowl"},
    "5.7": {"theta": "walked", "theta_star": "lowest"},
    "5.9": {"B": "size"},
    "7.6": {"t": "labels"},
    "7.7": {"t": "labels"},
}
RUNNING = {
    "5.7": ("s", "range(15)"),
    "3.1": ("j", "range(M_out)"),
    "3.5": ("k", "range(M_out)"),
    "3.6": ("i", "range(M_in)"),
    "3.8": ("j", "range(M_out)"),
    "3.11": ("M_in, M_out", "layers"),
}
# Code that no check was given, and why.
ELSEWHERE = {
    "np.argmin([J_validation(theta_n) for theta_n in theta])": "the check has the loss there, which is the least",
    "math.atanh(math.sqrt(1 - q))": "the check has two edges, found by walking to them",
}
NUMBERED = [row for row in ROWS if row.numbered]


@pytest.fixture(scope="module")
def given():
    """All that the pages hand to check: a dict from a number to pairs of the forms and the names at that moment."""
    kept = defaultdict(list)

    def check(number, *forms, points=None, tolerance=None):
        if points is None:
            kept[number].append(([np.asarray(form) for form in forms], dict(namespace)))

    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
        patch.setattr(nn_notes, "check", check)
        # nbval has them drawn.
        patch.setattr(plots, "picture", lambda figure, words: None)
        patch.setattr(View, "transport", lambda view: None)
        patch.setenv("MPLBACKEND", "agg")
        for path in PATHS:
            patch.chdir(path.parent)
            # One of its own, which the page's functions keep.
            namespace = {"display": lambda *values: None}
            for cell in code_cells(path):
                exec(compile(cell.source, path.name, "exec"), namespace)
    return kept


def values(code, number, names):
    """The code on the page's numbers, as it stands there and with the names of the table."""
    index, several = RUNNING.get(number, ("_", "[0]"))
    for aliases in ({}, THERE.get(number, {})):
        found = []
        for one in eval(several, {**names}):
            here = names | {"one": one}
            exec(f"{index} = one", here)
            # On the page it may have another name there, or another meaning.
            with contextlib.suppress(NameError, TypeError, ValueError):
                found.append(eval(code, here | {name: eval(text, here) for name, text in aliases.items()}))
        if found:
            yield np.squeeze(np.array(found) if number in RUNNING else found[0])


def same(a, b):
    return a.shape == b.shape and np.allclose(a, b, rtol=1e-6, atol=1e-12)


def is_given(code, number, forms, names):
    return any(same(value, np.squeeze(form)) for value in values(code, number, names) for form in forms)


def are_given_together(row, forms, names):
    """Several codes of a row may be the entries of one form."""
    every = [list(values(code, row.number, names))[-1:] for code in row.codes]
    if not all(every) or len({value.shape for (value,) in every}) > 1:
        return False
    return any(same(np.stack([value for (value,) in every], axis=-1), form) for form in forms)


@pytest.mark.parametrize("row", NUMBERED, ids=str)
def test_what_is_checked_is_what_the_row_says(row, given):
    for code in row.codes:
        if code not in ELSEWHERE:
            assert any(
                is_given(code, row.number, forms, names)
                or (len(row.codes) > 1 and are_given_together(row, forms, names))
                for forms, names in given[row.number]
            ), f"no check of ({row.number}) was given `{code}`"


def test_every_entry_of_the_tables_is_used(given):
    assert {*ELSEWHERE} <= {code for row in NUMBERED for code in row.codes}
    assert {*THERE, *RUNNING} <= {row.number for row in NUMBERED}
    needed = [
        row.number for row in NUMBERED for code in row.codes if row.number in THERE and not alone(row, code, given)
    ]
    assert {*needed} == {*THERE}


def alone(row, code, given):
    """Whether a code needs no table."""
    for forms, names in given[row.number]:
        with contextlib.suppress(Exception):
            if any(same(np.squeeze(eval(code, {**names})), np.squeeze(form)) for form in forms):
                return True
    return False


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("1.2", "W"),
        ("2.3", "F @ W"),
        ("3.10", "np.outer(z, xi) / 2"),
        ("4.6", "np.outer(z[layer], xi[layer])"),
        ("7.2", "1 / D * (y - t)"),
    ],
)
def test_another_code_was_not_given(number, code, given):
    for forms, names in given[number]:
        with contextlib.suppress(ValueError):
            assert not is_given(code, number, forms, names)
