"""The blackboard of notebooks 02, 03, 04 and 07: a formula as it is typed, its shapes, its value, and what is amiss."""

from ..derivation import LONGEST, Goal, derive, sentence
from ..explore import Line, Matrix, View
from ..notation.mathml import mathml
from ..notation.scope import typed
from ..validate import instance, string

__all__ = ["view"]

# A board of more numbers than this is no help.
MOST = 200


def view(goal, formula=""):
    r"""Type a formula: it is set as mathematics, each factor with its shape, and held to what the witness measures.

    Args:
        goal: what is to be derived, a ``Goal``.
        formula: what stands on the board at first: ``"F W^T"``, or LaTeX.

    Returns:
        A ``View``.

    Raises:
        TypeError, ValueError: no ``Goal``, or no text of at most 300 signs.
    """
    instance("goal", goal, Goal)
    string("formula", formula)

    def model(formula):
        return {"formula": formula, "derived": derive(formula, goal)}

    def layout(a):
        if not a["formula"].strip():
            return [[mathml(goal.itself), "= ?"], [f"Write it with these letters: {letters(goal)}."]]
        derived = a["derived"]
        rows = [[derived.typeset]] if derived.typeset else []
        rows.append([f"<strong>{sentence(derived.words)}</strong>"])
        if derived.value is None or derived.value.size > MOST:
            return rows
        boards = [*sheets("yours", derived.value)]
        if derived.differs:
            boards += sheets("measured", derived.wanted)
        if derived.differs and derived.value.shape == derived.wanted.shape:
            boards += sheets("the difference", derived.value - derived.wanted)
        return [*rows, boards]

    return View({"formula": Line("Your formula", formula, LONGEST)}, model, layout)


def sheets(label, a):
    """An array as what a board can show of it: one matrix, or a slice for each place on its first axes."""
    if a.ndim < 3:
        return [Matrix(label, a)]
    return [matrix for n, sheet in enumerate(a) for matrix in sheets(f"{label}[{n}]", sheet)]


def letters(goal):
    """The letters of a goal as they are typed, in HTML."""
    return ", ".join(f"<code>{typed(name)}</code>" for name in goal.own.letters)
