"""The live view of notebook 00: what is differentiated by what, the shape that comes of it, and what transposes."""

from functools import partial
from typing import NamedTuple

import numpy as np

from .. import reasons
from ..explore import Choice, Matrix, Slider, View
from ..show import factor, number, significant
from ..tensors import chain, other_layout
from ..validate import array, index, items

__all__ = ["view"]

# The weights on the board, and as they stand where vectors are rows.
_WEIGHTS, _TURNED = "<i>K</i>", "<i>K</i>ᵀ"
# A number with all of its digits, as what is made of it has more than are shown of it on the board.
_factor = partial(factor, digits=6, written=significant)


def view(x, X, outputs=(2, 5)):
    """Choose what is differentiated by what, the layout and the vector habit: the derivative, and what transposes.

    Every output is a weighted sum of squared inputs, so an entry of the derivative is 2 · weight · input.

    Args:
        x: the vector to differentiate by, ``(N,)``; its first entry is the scalar too.
        X: the matrix to differentiate by, ``(C, D)``.
        outputs: the shape ``(A, B)`` of the matrix that is differentiated; the vector has the shape ``(A,)``.

    Returns:
        A ``View`` (0.1–0.11).

    Raises:
        TypeError, ValueError: not numbers, not finite, or shapes that are not those.
    """
    x, X = array("x", x, ndim=(1,), empty_too=False), array("X", X, ndim=(2,), empty_too=False)
    outputs = tuple(index(f"outputs[{n}]", size, least=1) for n, size in enumerate(items("outputs", outputs)))
    if len(outputs) != 2:
        raise ValueError(f"outputs has {len(outputs)} entries; it needs 2, the shape of a matrix")
    shapes = {"scalar": (), "vector": outputs[:1], "matrix": outputs}
    inputs = {"scalar": np.array(x[0]), "vector": np.array(x), "matrix": np.array(X)}

    def weights(rng):
        return {
            (what, by): rng.choice([-2.0, -1.0, 1.0, 2.0], shapes[what] + inputs[by].shape)
            for what in shapes
            for by in inputs
        }

    def new_numbers(state):
        rng = state["rng"]
        new = {by: rng.choice([-1.5, -1.0, -0.5, 0.5, 1.0, 1.5], a.shape) for by, a in inputs.items()}
        first = {"entry": float(new["vector"][0]), "corner": float(new["matrix"][0, 0])}
        return {"inputs": new, "weights": weights(rng), **first}

    return View(
        {
            "what": Choice("differentiate a", "vector", list(shapes)),
            "by": Choice("by a", "vector", list(inputs)),
            "layout": Choice("layout", "numerator", ["numerator", "denominator"]),
            "habit": Choice("vectors are", "rows", ["rows", "columns"]),
            # Only one of both is on the board.
            "entry": Slider("x[0]", x[0], -2, 2, when=lambda state: state["by"] != "matrix"),
            "corner": Slider("X[0,0]", X[0, 0], -2, 2, when=lambda state: state["by"] == "matrix"),
            "nudge": Slider("nudge it by", 0.1, -1, 1),
        },
        _model,
        _board,
        memory={"inputs": inputs, "weights": weights(np.random.default_rng(0))},
        actions={"New random numbers": new_numbers},
        scale=4.0,
        tries={
            "find a derivative with four axes": lambda a: a["∂y/∂x"].ndim == 4,
            "find a layout and vectors that fit each other: nothing is transposed": lambda a: (
                a["chosen"][:2] == ("vector", "vector") and _fits(*a["chosen"][2:])
            ),
            "make an entry of a vector that changes nothing: a row or a column of zeros": _silent,
        },
    )


def _fits(layout, habit):
    """Whether a nudge meets the derivative as it is, and not transposed."""
    return (layout == "numerator") == (habit == "columns")


def _turned(habit, y, x):
    """Whether the weights are on the board as columns to outputs."""
    return habit == "rows" and bool(y.axes or x.axes)


def _silent(a):
    what, by, *_ = a["chosen"]
    return what == by == "vector" and not (a["∂y/∂x"].any(axis=0).all() and a["∂y/∂x"].any(axis=1).all())


def _model(what, by, layout, habit, entry, corner, nudge, inputs, weights):
    K, x = weights[what, by], inputs[by].copy()
    x.flat[0] = corner if by == "matrix" else entry
    dx = np.zeros_like(x)
    dx.flat[0] = nudge
    y = chain(K, x**2, x.ndim)
    J = 2 * K * x
    drawn = {
        "x": x, "x²": x**2, "y": y, "Δx": dx,
        "Δy predicted": chain(J, dx, x.ndim), "Δy actual": chain(K, (x + dx) ** 2, x.ndim) - y,
    }  # fmt: skip
    first_axes = y.ndim
    if "matrix" not in (what, by):
        # On paper a scalar is one row and one column, which makes every other row and column a matrix too.
        K, J, first_axes = K.reshape(y.size, x.size), J.reshape(y.size, x.size), 1
    return {
        **{name: _standing(v, habit) for name, v in drawn.items()},
        "K": K,
        "∂y/∂x": J if layout == "numerator" else other_layout(J, first_axes),
        "chosen": (what, by, layout, habit),
    }


def _standing(v, habit):
    if v.ndim != 1:
        return v
    return v[None, :] if habit == "rows" else v[:, None]


class _Named(NamedTuple):
    """A quantity in HTML: its letter, and the letters of its axes."""

    letter: str
    axes: str

    def __str__(self):
        return f"<b>{self.letter}</b>" if self.axes else f"<i>{self.letter}</i>"

    def at(self, index):
        return f"<i>{self.letter}</i><sub>{index}</sub>" if index else f"<i>{self.letter}</i>"

    def entry(self, at):
        """One of its entries, in words alone."""
        return f"{self.letter}[{','.join(map(str, at))}]" if at else self.letter


_K = _Named("K", "")


def _board(a):
    what, by, layout, _ = a["chosen"]
    axes = {"scalar": 0, "vector": 1, "matrix": 2}
    y = _Named("Y" if what == "matrix" else "y", "ab"[: axes[what]])
    x = _Named("X" if by == "matrix" else "x", "abcd"[axes[what] :][: axes[by]])
    first, second = (y, x) if layout == "numerator" else (x, y)
    added = foretold = None
    if "matrix" in (what, by):
        missing, letters = "no axis", list(first.axes + second.axes)
        equal, moved, note = _sums(y, x)
        added, entry, foretold = _added(a, y, x), _in_words(a, y, x), _foretold(a, y, x, letters)
    else:
        missing, letters = "an axis of length 1", [first.axes, second.axes]
        equal, moved, note = _products(a, y, x)
        entry = _in_numbers(a, y, x)
    order = [f"the axes of {group}" if group.axes else f"{missing} for {group}" for group in (first, second)]
    shape = a["∂y/∂x"].shape
    return [
        [Matrix(f"input {x}", a["x"])],
        [Matrix(f"output {y}", a["y"], made=added), *equal],
        [f"<b>{layout.capitalize()} layout:</b> first {order[0]}, then {order[1]}. So ∂{y}/∂{x} is {shape}."],
        *_faces(a["∂y/∂x"], f"∂{y}/∂{x}", letters, entry),
        [_first_entry(a, y, x)],
        [
            # First, as it would read as one more factor behind the others.
            Matrix(f"Δ{y} actual", a["Δy actual"], made=_happened),
            Matrix(f"Δ{y} predicted", a["Δy predicted"], made=foretold), *moved,
        ],
        [note],
    ]  # fmt: skip


def _happened(*_):
    return "the output with the nudge, less the output without it"


def _added(a, y, x):
    """Of an entry of y, where a matrix takes part."""
    inputs = _inputs(a, y)
    over = [*np.ndindex(inputs.shape)]

    def made(*at):
        out = _out(y, at)
        weighed = _sum(lambda into: f"{_K.entry(out + into)} · {x.entry(into)}²", over)
        numbers = _sum(lambda into: f"{_factor(a['K'][out + into])} · {_factor(inputs[into])}²", over)
        return f"{y.entry(out)} = {weighed} = {numbers}"

    return made


def _out(y, at):
    """The index in y of a place in its table: of a vector, which is a row or a column, one of both is 0."""
    return at if len(y.axes) == 2 else (max(at),) if y.axes else ()


def _inputs(a, y):
    """x with its own axes, where its table may have one more."""
    return a["x"].reshape(a["K"].shape[len(y.axes) :])


def _sum(term, over):
    """The sum of a term over some places, in words: of a long one the first term and the last."""
    if len(over) <= 3:
        return " + ".join(map(term, over))
    return f"{term(over[0])} + … + {term(over[-1])}"


def _in_words(a, y, x):
    """Of an entry of the derivative whose weight is not on the board."""
    *_, layout, _ = a["chosen"]
    inputs = _inputs(a, y)

    def made(*at):
        n = len(y.axes) if layout == "numerator" else len(x.axes)
        out, into = (at[:n], at[n:]) if layout == "numerator" else (at[n:], at[:n])
        x_at, K_at = x.entry(into), _K.entry(out + into)
        numbers = f"{_factor(a['K'][out + into])} · {_factor(inputs[into])}"
        return f"∂{y.entry(out)}/∂{x_at} = 2 · {K_at} · {x_at} = 2 · {numbers}"

    return made


def _foretold(a, y, x, letters):
    """Of an entry of the predicted change, where a matrix takes part: only the first entry of x is nudged."""
    *_, layout, _ = a["chosen"]

    def made(*at):
        out, into = _out(y, at), (0,) * len(x.axes)
        *fixed, row, column = out + into if layout == "numerator" else into + out
        label = _face(letters, fixed) or f"∂{y}/∂{x}"
        return [(a["Δx"].flat[0], (label, row, column))]

    return made


def _in_numbers(a, y, x):
    """Of an entry of the derivative as a matrix, in either layout and with vectors as rows or as columns."""
    *_, layout, habit = a["chosen"]

    def made(row, column):
        out, into = (row, column) if layout == "numerator" else (column, row)
        weight = (_TURNED, into, out) if _turned(habit, y, x) else (_WEIGHTS, out, into)
        return [(2, weight, (f"input {x}", *((0, into) if habit == "rows" else (into, 0))))]

    return made


def _products(a, y, x):
    """Scalars and vectors: y and its predicted change as matrix products, and whether the derivative is transposed."""
    *_, layout, habit = a["chosen"]
    rows, fit = _turned(habit, y, x), _fits(layout, habit)
    note = f"{layout.capitalize()} layout and vectors as {habit} " + (
        "fit each other: the nudge meets the derivative as it is."
        if fit
        else "do not fit each other: the nudge meets the derivative transposed."
    )
    if not (y.axes or x.axes):
        fit, note = True, "With one number there is nothing to transpose."
    square = Matrix(f"{x}²", a["x²"], made=lambda *at: [(1, (f"input {x}", *at), (f"input {x}", *at))])
    nudge = Matrix(f"Δ{x}", a["Δx"], made=lambda *at: "not nudged" if any(at) else "the nudge")
    K = Matrix(_TURNED, a["K"].T) if rows else Matrix(_WEIGHTS, a["K"])
    whole = f"∂{y}/∂{x}"
    if fit:
        D = Matrix(f"{whole} as it is", a["∂y/∂x"], made=lambda *at: [(1, (whole, *at))])
    else:
        D = Matrix(f"({whole})ᵀ", a["∂y/∂x"].T, made=reasons.transposed(whole))
    if rows:
        return ["=", square, "·", K], ["=", nudge, "·", D], note
    return ["=", K, "·", square], ["=", D, "·", nudge], note


def _sums(y, x):
    """Where a matrix takes part: y and its predicted change as sums over the letters of x."""
    y_at, x_at, over = y.at(y.axes), x.at(x.axes), f"Σ<sub>{x.axes}</sub> " if x.axes else ""
    note = (
        "The letters say what is summed. So nothing is transposed to fit, whatever the layout."
        if y.axes and x.axes
        else "A scalar has no axis that could change places: both layouts are the same."
    )
    K = _K.at(y.axes + x.axes)
    return [f"{y_at} = {over}{K} {x_at}²"], [f"Δ{y_at} ≈ {over}∂{y_at}/∂{x_at} Δ{x_at}"], note


def _first_entry(a, y, x):
    """An entry of the derivative as the formula, and with the numbers in it."""
    y_0, x_0 = (named.at("0" * len(named.axes)) for named in (y, x))
    K_0 = _K.at("0" * len(y.axes + x.axes))
    K, x, entry = (number(a[name].flat[0], 2) for name in ("K", "x", "∂y/∂x"))
    return f"Its first entry is ∂{y_0}/∂{x_0} = 2 · {K_0} · {x_0} = 2 · ({K}) · ({x}) = {entry}."


def _faces(D, label, letters, made):
    """The derivative as one table, or as one to each index of the axes before the last two.

    ``made`` says what an entry is made of, by its whole index.
    """
    *fixed, row, column = letters
    axes = ", ".join(f"{side} {letter}" for side, letter in (("row", row), ("column", column)) if letter)
    if not fixed:
        return [[Matrix(label, D, axes, made=made)]]

    def face(*at):
        return Matrix(_face(fixed, at), D[at], axes, made=partial(made, *at))

    if D.ndim == 3:
        return [[face(n) for n in range(len(D))]]
    return [[face(n, m) for m in range(D.shape[1])] for n in range(len(D))]


def _face(letters, at):
    """What stands above one table of several: where it is on each of the axes that it has an index of."""
    return ", ".join(f"<i>{letter}</i> = {n}" for letter, n in zip(letters, at, strict=False))
