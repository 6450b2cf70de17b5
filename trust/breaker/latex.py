"""The displayed formulas of pages: what becomes of each when its LaTeX is broken, and why a break stays green.

A formula is judged as ``tests/pages/test_formulas.py`` judges it, and a broken one on the examples of the formula as it
stands. A break is caught if something does not hold, and refused if it cannot be read or has no value. If it stays
green, it is measured why.
"""

import functools
import multiprocessing
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from displayed import displayed, drawn, withstood
from letters import PAGES
from slips import wrong_formulas

from nn_notes import notation
from nn_notes.notation import tree
from nn_notes.notation.scope import Scope
from nn_notes.notation.values import Unfit, Value, distance

# What is known of a letter, so that another formula with it is as right as the one that stands there.
KNOWN = {
    "u": "u moves as b does.",
    "F": "F is symmetric: diagonal, or that of softmax, whose rows sum to 0.",
    "H": "H is a Hessian, and symmetric.",
    "T": "T has entries other than 0 only where k = j.",
    "ReLU": "ReLU is never below 0.",
    "sigma": "σ has an even slope.",
    "tanh": "tanh is odd, and its slope is even.",
    "leaky": "leaky ReLU has the sign of what goes in, and its slope hangs on that alone.",
    "varphi": "the bell curve is even.",
    "t": "t sums to 1.",
}
EXPLAINED = {
    "same": "It means the same: whatever its letters stand for, all that it compares is worth what it was.",
    "shape": "The shape is right too: a row may be drawn as a matrix, and an index may run or be held.",
    "no claim": "Nothing is claimed there but a shape, and that is right.",
    **{letter: f"It means the same, since {known}" for letter, known in KNOWN.items()},
}
UNEXPLAINED = {
    "loose": "An inequality has room for it.",
    "unknown": "It holds on all examples, and it is not known why.",
}
# What stays what it is when letters stand for something else: the identity, widths, and all whole numbers.
KEPT = {"I", "M"}
ORDERED = {"<", ">", "le", "ge", "ne"}
TOLERANCE = 1e-9


@dataclass
class Break:
    """A way to break a formula, and what came of it. ``kind`` is why it stays green, if it does."""

    label: str
    outcome: str
    kind: str | None = None


class Page(NamedTuple):
    """A page, how many of its formulas are judged, their breaks, and what is amiss with them."""

    name: str
    formulas: int
    breaks: list
    amiss: list


def broken(texts):
    """What became of the formulas of each page."""
    with multiprocessing.get_context("fork").Pool() as pool:
        for text in texts:
            formulas = [formula for formula in displayed(text.stem[:2], text.read_text("utf-8")) if not formula.unread]
            found = pool.map(breaks_of, formulas, chunksize=1)
            breaks, amiss = ([part for parts in found for part in parts[n]] for n in (0, 1))
            yield Page(text.stem, len(formulas), breaks, amiss)


def breaks_of(formula):
    """Every break of a formula, with what became of it, and what is amiss with the formula."""
    name = f"{formula.page} ({formula})"
    if formula.page not in PAGES:
        return [], [f"the formula {name} is not judged: page {formula.page} has no letters in tests/support/letters.py"]
    try:
        withstood(formula, formula.latex)
    except (notation.NotationError, notation.Refuted) as error:
        return [], [f"the formula {name} is not judged: {str(error).splitlines()[0]}"]
    letters, _ = drawn(formula)[0]
    breaks = [judged(formula, latex, f"{name} | {words}") for words, latex in wrong_formulas(formula.latex, letters)]
    caught = any(made.outcome == "caught" for made in breaks)
    return breaks, [] if caught else [f"the formula {name} has no break that its examples catch"]


def judged(formula, latex, label):
    try:
        withstood(formula, latex)
    except notation.Refuted:
        return Break(label, "caught")
    except notation.NotationError:
        return Break(label, "refused")
    return Break(label, "green", kind(formula, latex))


def kind(formula, latex):
    """Why a break stays green."""
    old, new = notation.read(formula.latex), notation.read(latex)
    if len(old) != len(new):
        return "unknown"
    changed = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
    if others := [(shape, shapes(a)) for a, b in changed for shape in shapes(b) - shapes(a)]:
        return "shape" if all(any(fits(shape, right) for right in before) for shape, before in others) else "unknown"
    if not any(compared(statement) for pair in changed for statement in pair):
        return "no claim"
    examples = [letters for letters, _ in drawn(formula)[::3]]
    for known in (None, *(letter for letter in KNOWN if letter in examples[0])):
        if all(same(changed, latex, other_letters(letters, known)) for letters in examples):
            return known or "same"
    return "loose" if any(ORDERED & {*chain.relations} for a, _ in changed for chain in chains(a)) else "unknown"


# --- Shapes -----------------------------------------------------------------------------------------------------------


def shapes(statement):
    """What a statement claims of shapes, and how often."""
    return Counter(node for node in tree.walk(statement) if isinstance(node, tree.Shape | tree.Axes))


def fits(shape, other):
    """Whether two shapes are one but for axes of length 1, and for those of indices, which come first."""
    if not type(shape) is type(other) is tree.Shape or shape.of != other.of:
        return False
    short, long = sorted(([n for n in s.lengths if n != tree.Number(1)] for s in (shape, other)), key=len)
    return long[len(long) - len(short) :] == short


# --- What is compared -------------------------------------------------------------------------------------------------


def chains(statement):
    """All chains in a statement but those that are conditions, as [k = j] is."""
    nodes = list(tree.walk(statement))
    conditions = [node.chain for node in nodes if isinstance(node, tree.Iverson)]
    return [node for node in nodes if isinstance(node, tree.Chain) and node not in conditions]


def compared(statement):
    """The parts of a statement that are held to each other."""
    parts = [side for chain in chains(statement) if {*chain.relations} - {"in"} for side in chain.sides]
    for node in tree.walk(statement):
        if isinstance(node, tree.Order):
            parts.append(node)
        elif isinstance(node, tree.Braced):
            claims = [claim for claim in node.claims if isinstance(claim, tree.Same | tree.Count)]
            parts += [*claims, node.body] if claims else []
    return parts


def worth(part, scope):
    """What a part is worth: for O(…) how fast it goes to zero, for numbers that are counted how many there are."""
    if isinstance(part, tree.Order):
        letter = tree.letters_in(part)[0]
        half = scope.nudging(letter.key(scope), letter.whole(scope) / 2)
        return Value(half.value(part.body).array / scope.value(part.body).array)
    if isinstance(part, tree.Count):
        return Value(np.array(scope.value(part.of).array.size))
    return scope.value(part.body if isinstance(part, tree.Same) else part)


def same(changed, latex, letters):
    """Whether with these letters all that is compared is worth the same after a change as before."""
    scope = Scope(latex, letters).changed(held=None)
    try:
        for pair in changed:
            before, after = ([worth(part, s.scope(scope)) for part in compared(s)] for s in pair)
            # Where a part is dropped, a claim of it may be.
            if not among(after, before) or not (among(before, after) or len(after) < len(before)):
                return False
    except (notation.NotationError, notation.Refuted, Unfit):
        return False
    return True


def among(values, others):
    return all(any(distance(value, other) <= TOLERANCE for other in others) for value in values)


def other_letters(letters, known):
    """Letters for something else: arrays drawn one by one, and functions of what is another array by then.

    Shapes and signs are the same, and so is the letter of which something is known.
    """
    rng, arrays = np.random.default_rng(0), {}
    a, b = rng.uniform(0.5, 0.9), rng.uniform(0.05, 0.1)

    def other(value):
        if isinstance(value, dict):
            return {layer: other(part) for layer, part in value.items()}
        if isinstance(value, tuple):
            return tuple(map(other, value))
        if isinstance(value, float | np.ndarray):
            # Two letters may stand for one array.
            if id(value) not in arrays:
                arrays[id(value)] = np.where(value == 0, 1, value) * rng.uniform(0.5, 1, np.shape(value))
            return arrays[id(value)]
        return bent(value) if callable(value) else value

    def bent(function):
        @functools.wraps(function)
        def other(*arguments):
            return function(*(a * x + b if isinstance(x, np.ndarray | np.number) else x for x in arguments))

        return other

    return {name: value if name in {known, *KEPT} else other(value) for name, value in letters.items()}
