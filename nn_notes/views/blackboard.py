"""The blackboard of notebooks 02, 03, 04 and 07: a formula as it is typed, its shapes, its value, and what is amiss."""

from html import escape

from ..derivation import LONGEST, Goal, derive, listed, sentence
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

    asks, *hints = ([words] for words in task(goal))

    def model(formula):
        return {"formula": formula, "derived": derive(formula, goal)}

    def layout(a):
        if not a["formula"].strip():
            return [[mathml(goal.itself), "= ?"], asks, *hints]
        derived = a["derived"]
        rows = [[derived.typeset] if derived.typeset else [mathml(goal.itself), "= ?"]]
        rows.append([f"<strong>{'✓ ' * derived.right}{sentence(derived.words)}</strong>"])
        below = [] if derived.right else hints
        if derived.value is None or derived.value.size > MOST:
            return rows + below
        boards = [*sheets("yours", derived.value), *sheets("measured", derived.wanted)]
        if derived.differs and derived.value.shape == derived.wanted.shape:
            boards += sheets("the difference", derived.value - derived.wanted)
        return [*rows, boards, *below]

    return View({"formula": Line("Your formula", formula, LONGEST)}, model, layout)


def sheets(label, a):
    """An array as what a board can show of it: one matrix, or a slice for each place on its first axes."""
    if a.ndim < 3:
        return [Matrix(label, a)]
    return [matrix for n, sheet in enumerate(a) for matrix in sheets(f"{label}[{n}]", sheet)]


def task(goal):
    """What to do on an empty board, in HTML: how it is typed, and with which letters."""
    known = letters(goal)
    shapes = {way: shape for ways in known.values() for way, shape in ways.items()}
    letter = next((way for way, shape in shapes.items() if len(shape or ()) == 2), next(iter(shapes)))
    layer, its = (f"A layer is typed <code>{letter}</code>, its", "") if "^" in letter else ("A", " is typed")
    items = "".join(f"<li>{item(goal, name, ways)}</li>" for name, ways in known.items())
    return [
        "Type what this is equal to: it is checked as you type.",
        f"{layer} transpose{its} <code>{letter}^T</code>, ⊙ <code>odot</code>, ∑ <code>sum_k</code>; or all in LaTeX. "
        f"With indices, {free(goal.indices)} free.",
        f"These letters may stand in it, each with its shape: <ul>{items}</ul>",
    ]


def letters(goal):
    """Each letter of a goal: a dict from the ways to type it to its shape; None where it has no value by itself."""

    def shape(way):
        try:
            return evaluate(way, goal.own.letters).shape
        except NotationError:
            return None

    scope = Scope("", goal.own.letters)
    return {name: {way: shape(way) for way in scope.written(name)} for name in goal.own.letters}


def free(indices):
    """Which letters a formula with indices has to leave."""
    match [f"<code>{name}</code>" for name in indices]:
        case []:
            return "none stays"
        case [entry]:
            return f"{entry} stays"
        case [row, column]:
            return f"{row}, the row, and {column}, the column, stay"
        case names:
            return f"{listed(names)} stay"


def item(goal, name, ways):
    """A letter as it is typed, with its shape or the whole number that it is, unbroken; and behind it what it means."""
    value = goal.own.letters[name]

    def said(shape):
        if isinstance(value, int):
            return f"&nbsp;=&nbsp;{value}"
        return f" {shape or '(one number)'}".replace(" ", "&nbsp;") * (shape is not None)

    typed = ", ".join(f"<code>{way}</code>{said(shape)}" for way, shape in ways.items())
    return f"{typed}: {escape(goal.means[name])}" if name in goal.means else typed
