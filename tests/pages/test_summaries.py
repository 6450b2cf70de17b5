"""A row of a summary is one thing in three forms: its equation, its code and its shape are held to each other.

Code is evaluated on the drawn examples of its equation. It has to be the value of what its row writes, and of the
equation that has its number. What names mean in code is in ``tests/support/letters.py``, beside what letters mean.
"""

import ast
import inspect
import re
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from letters import PAGES, examples, worth
from test_formulas import NUMBERED, TEXTS

from nn_notes import notation
from nn_notes.activations import sigmoid
from nn_notes.notation.scope import Scope
from nn_notes.notation.tree import TOLERANCE, Reals
from nn_notes.notation.values import distance, union

# A formula in a line, and whether it says when the others hold.
INLINE = re.compile(r"(\bfor )?\$(.+?)\$")
CODE_CELL = re.compile(r"^```\{code-cell\}.*?\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Row(NamedTuple):
    """A row of a summary. ``number`` is its own or, where it has none, that of the row above."""

    page: str
    number: str
    numbered: bool
    equation: str
    code: str
    shape: str

    def __str__(self):
        return self.number if self.numbered else f"below {self.number}"

    @property
    def conditions(self):
        return [latex for when, latex in INLINE.findall(self.equation) if when]

    @property
    def formulas(self):
        """What is written, and not only named, as a letter alone is; of that what has an =, if anything has."""
        found = [latex for when, latex in INLINE.findall(self.equation) if not when and len(latex) > 1]
        return [latex for latex in found if related(latex)] or found

    @property
    def codes(self):
        return re.findall("`(.+?)`", self.code)

    @property
    def shapes(self):
        return self.shape.removesuffix(" each").split(" and ")


def rows(page, text):
    number = None
    for line in re.findall(r"^\|.*", text.partition("\n## Summary\n")[2].partition("\n## ")[0], re.MULTILINE)[2:]:
        own, *equation, code, shape = cells(line)
        number = own or number
        yield Row(page, number, bool(own), ", ".join(equation), code, shape)


def cells(line):
    return [cell.strip() for cell in line.strip()[1:-1].split("|")]


def related(latex):
    return any(chain.relations for chain in notation.read(latex))


def aligned(*lists):
    """What belongs together; one thing belongs to all of the others."""
    most = max(map(len, lists))
    return zip(*(things * most if len(things) == 1 else things for things in lists), strict=True)


ROWS = [row for page, text in TEXTS.items() for row in rows(page, text)]


# --- Code -------------------------------------------------------------------------------------------------------------


@cache
def names(code, page):
    """All that code names, and what those names are made of that only code has; and which of them it calls."""
    nodes, own = [*ast.walk(ast.parse(code))], PAGES[page].code
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    made_of = {part for name in used & own.keys() for part in inspect.signature(own[name]).parameters}
    return used | made_of, {node.func.id for node in nodes if isinstance(node, ast.Call) and hasattr(node.func, "id")}


@cache
def imported(code, page):
    """What a page imports of the names that code has."""
    found = {}
    for line in re.findall(r"^(?:from|import) .*", "\n".join(CODE_CELL.findall(TEXTS[page])), re.MULTILINE):
        if {alias.asname or alias.name for alias in ast.parse(line).body[0].names} & names(code, page)[0]:
            exec(line, found)
    return found


def evaluated(code, page, letters):
    (used, called), letters = names(code, page), letters | PAGES[page].code
    own = {name: letters[name] if name in called else worth(name, letters) for name in used & letters.keys()}
    return np.asarray(eval(code, own | imported(code, page)))


# --- Equations and shapes ---------------------------------------------------------------------------------------------


class Equation:
    """A chain on an example: its first side, with all its indices, and its last, which code is the value of."""

    def __init__(self, chain, scope):
        sides = [side for side in getattr(chain, "sides", (chain,)) if not isinstance(side, Reals)]
        # O(…) has no part in the last one's value, as it has none in code.
        self.first, self.last, self.letters = scope.value(sides[0]), scope.value(sides[-1]), scope.letters

    @classmethod
    def judged(cls, latex, shape, letters):
        """One that is written, and holds, and has this shape."""
        latex = shaped(latex, shape)
        (statement,) = notation.read(latex)
        scope = statement.scope(Scope(latex, letters))
        statement.judge(scope)
        return cls(statement.sides[0].body, scope)

    def beside(self, code, page):
        """Its array and that of code, for all values of the indices that code names; the others run in both."""
        both = [axis for side in (self.last, self.first) for axis in zip(side.names, side.array.shape, strict=False)]
        held = [name for name in self.first.names if name in names(code, page)[0]]
        # An index that the last side has not makes no difference to it.
        order = held + [name for name in union(self.first, self.last) if name in self.last.names and name not in held]
        lengths = [dict(both)[name] for name in order]
        array = np.broadcast_to(self.last.spread(order, len(self.last.shape)), (*lengths, *self.last.shape))
        for at in np.ndindex(*lengths[: len(held)]):
            yield array[at], evaluated(code, page, self.letters | dict(zip(held, at, strict=True)))

    def is_value_of(self, code, page):
        return all(equal(*pair) for pair in self.beside(code, page))

    def is_drawn(self, shape):
        return not self.last.names and shape in (self.last.shape, (1, *self.last.shape))


def equal(a, b):
    """Whether two arrays are; a row or a column may be drawn as a matrix."""
    return distance(*(notation.Value(np.squeeze(array)) for array in (a, b))) <= TOLERANCE


def shaped(latex, shape):
    lengths = "".join(f"{length}," for length in shape)
    return rf"\underbrace{{{latex}}}_{{({lengths})}}"


def shape_of(said, letters, sizes):
    """The shape that a cell says, by the widths of an example."""
    if said == "one number":
        return ()
    if like := re.findall(r"(?:that|axes) of \$(\w)\$", said):
        return tuple(length for name in like for length in np.shape(worth(name, letters)))
    lengths = filter(None, map(str.strip, said.strip("$()").split(",")))
    sizes = sizes | {1: 1}
    return tuple(sizes[int(n)] if n.isdigit() else int(notation.evaluate(n, letters).array) for n in lengths)


def shapes_of(said, letters, sizes):
    """The shape of code, and that in which its equation is drawn."""
    shapes = [shape_of(part, letters, sizes) for part in said.split(", drawn ")]
    return shapes[0], shapes[-1]


# --- Tests ------------------------------------------------------------------------------------------------------------


def drawn(row):
    latex = " ".join([*row.conditions, *row.formulas]) or NUMBERED[row.number].latex
    # Where a row says which bend it is, it is that one.
    own = {"sigmoid", "f"} & {name for code in row.codes for name in names(code, row.page)[0]}
    return examples(row.page, row.number, latex, [sigmoid.bare_value] if own else None)


def numbered(row, letters, sizes):
    """The equations that have its number."""
    latex = NUMBERED[row.number].latex
    scope = Scope(latex, letters, sizes)
    return [Equation(chain, chain.scope(scope)) for chain in notation.read(latex)]


def judge(row):
    """Hold the three forms of a row to each other; what it does not write is said by its number."""
    for letters, sizes in drawn(row):
        for latex in row.conditions:
            notation.judge(latex, letters)
        for form, code, said in aligned(row.formulas or numbered(row, letters, sizes), row.codes, row.shapes):
            shape, drawn_as = shapes_of(said, letters, sizes)
            equation = Equation.judged(form, drawn_as, letters) if row.formulas else form
            for array, value in equation.beside(code, row.page):
                assert value.shape == shape, f"`{code}` has shape {value.shape}, not {shape}"
                assert equal(array, value), f"`{code}` is not what its row says"


def judge_number(row):
    """Hold a row to the equation with its number, on the first example."""
    letters, sizes = drawn(row)[0]
    equations = numbered(row, letters, sizes)
    for code in row.codes:
        same = any(equation.is_value_of(code, row.page) for equation in equations)
        assert same, f"`{code}` is not what ({row.number}) says"
    # How many axes (0.10) has is the example's.
    for said in row.shapes if not row.formulas and row.number != "0.10" else []:
        shape = shapes_of(said, letters, sizes)[1]
        assert any(equation.is_drawn(shape) for equation in equations), f"({row.number}) is not drawn as {shape}"


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_row_is_one_thing_in_three_forms(row):
    judge(row)


@pytest.mark.parametrize("row", [row for row in ROWS if row.numbered], ids=str)
def test_a_row_says_what_its_number_says(row):
    judge_number(row)


def test_every_equation_has_a_row():
    assert [row.number for row in ROWS if row.numbered] == sorted(
        NUMBERED, key=lambda number: [*map(int, number.split("."))]
    )


# What is easily mistyped: the row, what stands there, and what might.
@pytest.mark.parametrize(
    ("number", "right", "wrong"),
    [
        ("0.2", "drawn $(2, 1)$", "drawn $(1, 2)$"),
        ("0.9", "->abcd", "->abdc"),
        ("1.4", "1.4", "1.2"),
        ("2.3", "F @ W.T", "F @ W"),
        ("2.5", "(1, M_{in})", "(M_{in}, 1)"),
        ("2.6", "u = Wz + b", "u = zW + b"),
        ("2.9", "(2 * h)", "h"),
        ("2.11", "dy_dx @ e_b", "e_b @ dy_dx"),
        ("2.12", "(M_{in},)", "(M_{out},)"),
        ("2.13", "c * (dy_dx", "(dy_dx"),
        ("3.4", "slope[j]", "slope[i]"),
        ("3.10", "np.outer(z, xi)", "np.outer(xi, z)"),
        ("3.12", "np.kron(z, F)", "np.kron(F, z)"),
        ("4.4", r"W^{(\ell+1)\top}", r"W^{(\ell)\top}"),
        ("4.10", "dE_dq @ dq_dz", "dE_dp @ dp_dz"),
        ("4.11", "V.T", "V"),
        ("4.12", "xi[2]", "xi[1]"),
        ("4.13", "`xi @ V.T`", "`xi @ np.linalg.inv(V)`"),
        ("4.14", "M[0] + 2", "M[0] + 1"),
        ("5.6", "@ H", "@ (2 * H)"),
        ("5.7", "gamma * curvature", "gamma"),
        ("5.8", "theta + v_next", "theta + v"),
        ("5.9", "(N - 1)", "N"),
        ("5.10", "d**2 + m**2", "d**2"),
        ("5.11", "[beta, beta]", "[beta, 1]"),
        ("6.7", r"S^\top S", r"S\,S^\top"),
        ("6.12", "1 - q", "q"),
        ("6.13", "b[1] @ W[2]", "b[2]"),
        ("6.15", "a[:-1]", "a[1:]"),
        ("6.16", "slope**2", "slope"),
        ("6.17", "1 / (", "2 / ("),
        ("6.19", "1, alpha", "alpha, 1"),
        ("6.21", "x * phi(x)", "phi(x)"),
        ("6.23", "drawn $(M, 1)$", "drawn $(1, M)$"),
        ("7.2", "2 / D * (y - t)", "2 / D * (t - y)"),
        ("7.8", "2 * s**2", "s**2"),
        ("7.9", "/ s**2", "/ s"),
        ("7.10", "np.prod(y**t)", "np.sum(y**t)"),
        ("7.11", "t.mean(axis=0))", "t.sum(axis=0))"),
    ],
)
def test_a_slip_in_a_row_is_noticed(number, right, wrong):
    row = next(row for row in ROWS if row.number == number)
    slip = row._replace(
        **{part: getattr(row, part).replace(right, wrong) for part in ("number", "equation", "code", "shape")}
    )
    assert slip != row
    with pytest.raises((AssertionError, ValueError)):
        judge(slip)
        judge_number(slip)
