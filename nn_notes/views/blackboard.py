"""The blackboard of notebooks 02, 03, 04 and 07: a formula as it is typed, its shapes, its value, and what is amiss."""

from ..derivation import LONGEST, Goal, derive, sentence
from ..explore import Line, Matrix, View
from ..notation import NotationError, evaluate
from ..notation.mathml import mathml
from ..notation.scope import Scope
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
            return [[mathml(goal.itself), "= ?"], *([words] for words in task(goal))]
        derived = a["derived"]
        rows = [[derived.typeset]] if derived.typeset else []
        rows.append([f"<strong>{'✓ ' * derived.right}{sentence(derived.words)}</strong>"])
        hints = [] if derived.right else [[words] for words in task(goal)[1:]]
        if derived.value is None or derived.value.size > MOST:
            return rows + hints
        boards = [*sheets("yours", derived.value), *sheets("measured", derived.wanted)]
        if derived.differs and derived.value.shape == derived.wanted.shape:
            boards += sheets("the difference", derived.value - derived.wanted)
        return [*rows, boards, *hints]

    return View({"formula": Line("Your formula", formula, LONGEST)}, model, layout)


def sheets(label, a):
    """An array as what a board can show of it: one matrix, or a slice for each place on its first axes."""
    if a.ndim < 3:
        return [Matrix(label, a)]
    return [matrix for n, sheet in enumerate(a) for matrix in sheets(f"{label}[{n}]", sheet)]


def task(goal):
    """What to do on an empty board, in HTML: how it is typed, and with which letters."""
    known = dict(letters(goal))
    letter = next((name for name, shape in known.items() if len(shape or ()) == 2), next(iter(known)))
    layer, its = (f"A layer is typed <code>{letter}</code>, its", "") if "^" in letter else ("A", " is typed")
    shapes = ", ".join(f"<code>{name}</code>{shown(shape)}" for name, shape in known.items())
    return [
        "Type what this is equal to: it is checked as you type.",
        f"{layer} transpose{its} <code>{letter}^T</code>, ⊙ <code>odot</code>, ∑ <code>sum_k</code>; or all in LaTeX.",
        f"Write it with these letters, each with its shape: {shapes}.",
    ]


def letters(goal):
    """Each letter of a goal as it is typed, and its shape; None where it has no value by itself."""
    scope = Scope("", goal.own.letters)
    for name in goal.own.letters:
        for way in scope.written(name):
            try:
                yield way, evaluate(way, goal.own.letters).shape
            except NotationError:
                yield way, None


def shown(shape):
    """A shape behind its letter, in one with it on a line."""
    if shape is None:
        return ""
    return "&nbsp;" + (str(shape).replace(" ", "&nbsp;") if shape else "(one&nbsp;number)")
