r"""The notation of the pages, read and evaluated: ``read`` makes a tree of it, and the tree has a value on arrays.

It knows no formula. What a letter means, the caller says: a dict from its name to an array, or to a function of other
letters, those that its parameters are named after. So ``{"u": lambda z, W, b: z @ W + b}`` says what u is, and how it
moves when z does: a derivative is measured, by the witness. Nothing that is read is ever run as Python.

How a letter is named: ``\xi`` is ``xi``, ``z'`` is ``z_next``, ``\theta^\star`` is ``theta_star``, ``\mathbf x`` is
``x`` and ``E_{MSE}`` is ``E_MSE``. Layers are looked up in a letter, ``W^{(2)}`` is ``W[2]``; a function has layers if
its first parameter is ``layer``. An index that the dict gives as a whole number is held there; every other one runs. A
letter for arrays of several orders is a tuple of these, and the number of its indices says which.

What stands side by side is a product. An array with one axis is a row, ``^\top`` makes a column of it, and a column
times a row is an outer product; otherwise the last axis of one meets the first axis of the next. A letter with indices
has an axis to each, of that name, and axes of one name run together. Only a written sum adds up.

``reader`` is the grammar, ``tree`` what it makes, each part with its meaning; ``scope`` is what letters stand for, and
``values`` reckons with arrays whose axes have names.
"""

from ..validate import string
from .reader import Reader
from .scope import NotationError, Refuted, Scope, pointed
from .values import Value

__all__ = ["NotationError", "Refuted", "Value", "evaluate", "judge", "read"]


def read(text):
    r"""The tree of a formula.

    Args:
        text: LaTeX, or with neither ``\`` nor ``{`` in it the plain spelling: ``sum_k xi_k T_kij``, ``F W^T``.

    Raises:
        TypeError: not text.
        NotationError: it cannot be read; the message points at the place.
    """
    try:
        return Reader(string("text", text, "F W^T")).formula()
    except RecursionError:
        raise NotationError(pointed("this is too deep: too many brackets, one inside the other", text)) from None


def evaluate(text, letters):
    """The value of a formula that is one expression.

    Args:
        text: as for ``read``.
        letters: a dict from a letter's name to an array, a number, or a function of other letters.

    Returns:
        Its ``Value``: an array, and the names of its first axes, those of its indices.

    Raises:
        TypeError: not text, or no dict with text for its keys.
        NotationError: it cannot be read or has no value, or is an equation.
    """
    statements = read(text)
    if len(statements) != 1 or len(statements[0].sides) != 1:
        raise NotationError(pointed("this is no single expression; it needs one, without = and without a comma", text))
    return statements[0].scope(Scope(text, letters)).value(statements[0].sides[0])


def judge(text, letters, sizes=None):
    r"""Hold all sides of every equation to each other, and every claim to what it is about.

    An index may stand on one side only: then the equation has to hold for each value of it. Entries of one index may be
    held to a row that has none, as in u = u_j.

    A claim stands below or above a brace. It is a shape, ``\text{one number}``, ``\text{numbers in } T``,
    ``\text{axes of } y``, or an expression that has to be equal; other text there is a remark. ``O(h^2)`` claims that
    what is left is of this size: on a log-log plot it follows h² with slope 1.

    Args:
        text, letters: as for ``evaluate``.
        sizes: a dict from the widths that the formula's shapes name to the widths at hand, where these are others.

    Returns:
        How many comparisons it has withstood.

    Raises:
        TypeError: as for ``evaluate``.
        NotationError: it cannot be read, has no value, or says nothing that could be wrong.
        Refuted: something does not hold; the message says what, and points at it.
    """
    scope = Scope(text, letters, sizes)
    for statement in read(text):
        statement.judge(statement.scope(scope))
    if not scope.held:
        raise NotationError(pointed("this says nothing that could be wrong; it needs an = or a shape", text))
    return len(scope.held)
