"""Practice that does not run out: exercises whose numbers are new for every seed, and stay short on paper.

``exercise`` draws one, with its solution; ``answer`` says of a reader's arrays which entry is wrong. ``page`` sets some
for printing, and ``python -m nn_notes.practice`` writes a sheet to each student of a class, with its key.

Numbers are short because pre-activations are chosen first: whole ones, or those at which an activation is a simple
fraction, as σ(log 3) = 3/4 is; the bias is what is then left over. What is drawn is thrown away until every number of
the solution has four decimals at most. Every derivative is held to the numeric witness before anyone sees it.
"""

import argparse
import sys
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import numpy as np

from . import numeric
from .activations import ACTIVATIONS
from .checks import answer
from .losses import mse, softmax_cross_entropy
from .notation import read
from .notation.mathml import mathml
from .show import number
from .validate import choice, index, instance, items, string

__all__ = ["KINDS", "Exercise", "exercise", "page"]

# Decimals that a number of a solution may have, and how large it may be; how often to draw before giving up.
DECIMALS, LARGEST, DRAWS = 4, 100, 5000
# What each name is on paper.
LATEX = {
    "x": "x", "z": "z", "W": "W", "b": "b", "t": "t", "u": "u", "z_next": "z'", "F": "F", "T": "T", "xi": r"\xi",
    "delta": r"\delta", "S": "S", "E": "E", "gamma": r"\gamma", "dz_dz": r"\frac{\partial z'}{\partial z}",
    "dz_db": r"\frac{\partial z'}{\partial b}", "dE_du": r"\frac{\partial E}{\partial u}",
    "dE_dW": r"\frac{\partial E}{\partial W}", "dE_db": r"\frac{\partial E}{\partial b}",
    "dE_dz": r"\frac{\partial E}{\partial z}", "W_next": "W'", "b_next": "b'",
} | {
    f"{name}_{l}": rf"{latex}^{{({l})}}"
    for l in (1, 2)
    for name, latex in {"W": "W", "b": "b", "u": "u", "z": "z", "delta": r"\delta", "xi": r"\xi"}.items()
} | {
    f"dE_d{name}_{l}": rf"\frac{{\partial E}}{{\partial {name}^{{({l})}}}}" for l in (1, 2) for name in "Wb"
}  # fmt: skip


@dataclass(frozen=True)
class Exercise:
    """A task with its numbers, as ``exercise`` draws it.

    ``given`` is a dict of what the task says, and ``solution`` one of what is asked for, every intermediate in the
    order in which it is found; ``formulas`` says of each how. ``written`` has, of some, the entries as LaTeX.
    """

    kind: str
    seed: int
    task: str
    given: dict
    solution: dict
    formulas: dict
    written: dict = field(default_factory=dict)

    def answer(self, yours):
        """Say whether a dict of arrays, named as in ``solution``, is right, or which entry is not; ``...`` is none."""
        answer(f"{self.kind} {self.seed}", yours, self.solution)

    def form(self):
        """A dict to fill in, as the text of a cell."""
        lines = "".join(f"    {name!r}: ...,  # shape {a.shape}\n" for name, a in self.solution.items())
        return f"yours = {{\n{lines}}}\n"

    def html(self, solved=False):
        """The task, with its solution or without."""
        parts = [f"<p>{self.task}</p>", self._set(self.given)]
        if solved:
            parts += [self._set({name: a}, self.formulas[name]) for name, a in self.solution.items()]
        else:
            parts.append(f"<p>Find {', '.join(map(_typeset, self.solution))}.</p>")
        return "".join(parts)

    def _repr_html_(self):
        return self.html()

    def _set(self, arrays, formula=None):
        how = f"<mo>=</mo>{_inner(formula)}" if formula else ""
        # A shape is not what a letter is equal to.
        sign = "<mo>:</mo>" if self.kind == "shapes" else "<mo>=</mo>"
        equations = (
            f"<math>{_inner(LATEX[name])}{how}{sign}{_entries(a, self.written.get(name))}</math>"
            for name, a in arrays.items()
        )
        return f'<p class="equations">{" ".join(equations)}</p>'


def exercise(kind, seed, sizes=None, activation="relu", difficulty=1):
    """Draw an exercise.

    Args:
        kind: one of ``KINDS``.
        seed: a whole number, 0 or more; the same one gives the same exercise.
        sizes: its widths, from input to output, or None for small ones: two for a layer, three for two layers, one for
            the logits of a cross entropy.
        activation: of a layer, and of the first of two, by name.
        difficulty: 1 for whole weights, 2 for halves too.

    Returns:
        An ``Exercise``.

    Raises:
        TypeError, ValueError: an argument is not what it needs to be, or no numbers stay short with these.
    """
    draw, widths = choice("kind", kind, KINDS)
    f = choice("activation", activation, ACTIVATIONS)
    seed, difficulty = index("seed", seed), index("difficulty", difficulty, least=1, most=2)
    if sizes is not None:
        sizes = [index(f"sizes[{n}]", size, least=1, most=6) for n, size in enumerate(items("sizes", sizes))]
        if len(sizes) != len(widths):
            raise ValueError(f"sizes has {len(sizes)} entries; {kind} needs {len(widths)}")
    rng = np.random.default_rng([seed, list(KINDS).index(kind)])
    for _ in range(DRAWS):
        numbers = _Numbers(rng, f, difficulty)
        drawn = draw(numbers, sizes or widths)
        if _is_short(drawn):
            numbers.hold_all()
            return Exercise(kind, seed, *drawn)
    raise ValueError(
        f"sizes are {sizes or widths} for {kind} with {activation}; they need to be smaller for short numbers"
    )


def _is_short(drawn):
    """Whether all numbers can be had on paper, and none of the arrays is empty of them."""
    _, given, solution, _, written = drawn
    for name, a in [*given.items(), *solution.items()]:
        if name in written or name == "E":
            continue
        scaled = a * 10.0**DECIMALS
        if np.abs(a).max() >= LARGEST or np.abs(scaled - scaled.round()).max() > 1e-7:
            return False
    return all(a.any() for name, a in solution.items() if name not in ("u", "b_next"))


class _Numbers:
    """Small round numbers for a layer of some activation."""

    def __init__(self, rng, f, difficulty):
        self.rng, self.f, self.step, self._found = rng, f, 1 / difficulty, []

    def hold(self, found, f, at):
        """Remember a derivative of f that was found at a place."""
        self._found.append((found, f, at))

    def hold_all(self):
        """Raise unless the numeric witness finds the same derivatives."""
        for found, f, at in self._found:
            if not np.allclose(found, numeric.jacobian(f, at), rtol=0, atol=1e-9):
                raise AssertionError("a solution is not what the witness finds")

    def row(self, *shape):
        """Entries from −2 to 2, few of them zero."""
        entries = np.arange(-2, 2 + self.step, self.step)
        return self.rng.choice(entries, shape, p=np.where(entries == 0, 0.2, 1) / (len(entries) - 0.8))

    def row_of_whole(self, *shape):
        """Whole entries from −2 to 3, none of them zero."""
        return self.rng.choice([-2.0, -1.0, 1.0, 2.0, 3.0], shape)

    def bias(self, product):
        """A bias for zW: the array and its entries in LaTeX, and those of the u that it makes.

        With an activation that has exponentials, u is a multiple of a logarithm.
        """
        if self.f.name in ("identity", "relu"):
            b = self.rng.integers(-2, 3, product.shape).astype(float)
            # Not on the kink, where there is no slope.
            return np.where(product + b == 0, b + 1, b), None, None
        # e^u is then a power of this.
        base = 2 if self.f.name == "softmax" and len(product) > 2 else 3
        some = {"sigmoid": [-1, 0, 1], "tanh": [-1, -0.5, 0, 0.5, 1]}.get(self.f.name)
        powers = self.rng.choice(some, product.shape) if some else self.rng.permutation(_powers(len(product)))
        rest, logs = -product, powers * np.log(base)
        written = [_with_log(k, n, base) for k, n in zip(rest, powers, strict=True)]
        return rest + logs, written, [_with_log(0, n, base) for n in powers]


def _powers(D):
    """Logits of D classes, in logarithms: 2 to these adds up to a power of 2; of two classes, 3 to these to 4."""
    return np.array([0, 1] if D == 2 else [0, 0, *range(1, D - 1)], float) if D > 1 else np.zeros(D)


def _with_log(whole, n, base):
    """A whole number and n logarithms, in LaTeX."""
    log = {
        0: "",
        1: rf"\log {base}",
        -1: rf"-\log {base}",
        0.5: rf"\frac12\log {base}",
        -0.5: rf"-\frac12\log {base}",
    }.get(n, rf"{n:g}\log {base}")
    if not whole or not log:
        return log or f"{whole:g}"
    return f"{log} {'-' if whole < 0 else '+'} {abs(whole):g}"


# Each gives the task, what is given, the solution, its formulas, and what is written in logarithms.


def _layer(numbers, sizes):
    M_in, M_out = sizes
    z, W = numbers.row_of_whole(M_in), numbers.row(M_in, M_out)
    b, b_written, u_written = numbers.bias(z @ W)
    written = {"b": b_written, "u": u_written} if b_written else {}
    return z, W, b, written


def _layer_drawn(numbers, sizes):
    z, W, b, written = _layer(numbers, sizes)
    u = z @ W + b
    return (
        f"A layer with the activation {_name(numbers.f)}. What does it give?",
        {"z": z, "W": W, "b": b},
        {"u": u, "z_next": numbers.f(u)},
        {"u": "zW+b", "z_next": "f(u)"},
        written,
    )


def _jacobians_drawn(numbers, sizes):
    z, W, b, written = _layer(numbers, sizes)
    f, u = numbers.f, z @ W + b
    F = f.jacobian(u)
    numbers.hold(F @ W.T, lambda z: f(z @ W + b), z)
    numbers.hold(F, lambda b: f(z @ W + b), b)
    return (
        f"A layer with the activation {_name(f)}. How does a nudge of its input, and of its bias, move what it gives?",
        {"z": z, "W": W, "b": b},
        {"u": u, "F": F, "dz_dz": F @ W.T, "dz_db": F},
        {"u": "zW+b", "F": r"\frac{\partial f(u)}{\partial u}", "dz_dz": r"FW^\top", "dz_db": "F"},
        written,
    )


def _collapse_drawn(numbers, sizes):
    M_in, M_out = sizes
    z, xi = numbers.row_of_whole(M_in), numbers.row(M_out)
    T = np.einsum("i,kj->kij", z, np.eye(M_out))
    numbers.hold(T, lambda W: z @ W, np.ones((M_in, M_out)))
    numbers.hold(np.outer(z, xi), lambda W: (z @ W) @ xi, np.ones((M_in, M_out)))
    return (
        "Of a layer are known its input <i>z</i> and the row <i>ξ</i> = ∂<i>E</i>/∂<i>u</i>. Write down the tensor "
        "<i>T</i> = ∂<i>u</i>/∂<i>W</i> slice by slice, and what becomes of it when it meets <i>ξ</i>.",
        {"z": z, "xi": xi},
        {"T": T, "dE_dW": np.outer(z, xi)},
        {"T": r"\frac{\partial u}{\partial W}", "dE_dW": r"z^\top\xi"},
        {},
    )


def _backprop_drawn(numbers, sizes):
    M_0, M_1, M_2 = sizes
    x, W_1, b_1, written = _layer(numbers, [M_0, M_1])
    f, W_2, b_2, t = numbers.f, numbers.row(M_1, M_2), numbers.row_of_whole(M_2), numbers.row_of_whole(M_2)

    def loss(W_1, b_1, W_2, b_2):
        return ((f(x @ W_1 + b_1) @ W_2 + b_2 - t) ** 2).mean()

    u_1 = x @ W_1 + b_1
    z_1 = f(u_1)
    u_2 = z_1 @ W_2 + b_2
    delta_2 = mse.gradient(u_2, t)
    delta_1 = delta_2 @ W_2.T
    xi_1 = f.vjp(delta_1, u_1)
    by_W_2, by_W_1 = np.outer(z_1, delta_2), np.outer(x, xi_1)
    theta = W_1, b_1, W_2, b_2
    for n, gradient in enumerate((by_W_1, xi_1, by_W_2, delta_2)):
        numbers.hold(gradient, lambda a, n=n: loss(*theta[:n], a, *theta[n + 1 :]), theta[n])
    return (
        f"A network of two layers, the first with the activation {_name(f)} and the second with none. The loss is the "
        "mean squared error. Go forwards, and back to every parameter.",
        {"x": x, "W_1": W_1, "b_1": b_1, "W_2": W_2, "b_2": b_2, "t": t},
        {
            "u_1": u_1, "z_1": z_1, "u_2": u_2, "xi_2": delta_2, "dE_dW_2": by_W_2, "dE_db_2": delta_2,
            "delta_1": delta_1, "xi_1": xi_1, "dE_dW_1": by_W_1, "dE_db_1": xi_1,
        },
        {
            "u_1": r"xW^{(1)}+b^{(1)}", "z_1": r"f(u^{(1)})", "u_2": r"z^{(1)}W^{(2)}+b^{(2)}",
            "xi_2": r"\frac{2}{D}(u^{(2)}-t)", "dE_dW_2": r"z^{(1)\top}\xi^{(2)}", "dE_db_2": r"\xi^{(2)}",
            "delta_1": r"\xi^{(2)}W^{(2)\top}", "xi_1": r"\delta^{(1)}F^{(1)}", "dE_dW_1": r"x^\top\xi^{(1)}",
            "dE_db_1": r"\xi^{(1)}",
        },
        {f"{name}_1": entries for name, entries in written.items()},
    )  # fmt: skip


def _cross_entropy_drawn(numbers, sizes):
    (D,) = sizes
    base, powers = (3 if D == 2 else 2), numbers.rng.permutation(_powers(D))
    shift = int(numbers.rng.integers(-1, 2))
    u, t = (powers + shift) * np.log(base), np.eye(D)[numbers.rng.integers(D)]
    S = np.exp(u) / np.exp(u).sum()
    numbers.hold(S - t, lambda u: softmax_cross_entropy(u, t), u)
    return (
        "Logits <i>u</i>, and the target <i>t</i>. What does softmax make of the logits, what is the "
        "cross entropy, and how does each logit move it?",
        {"u": u, "t": t},
        {"S": S, "E": np.array(-np.log(S @ t)), "dE_du": S - t},
        {"S": r"\frac{e^{u}}{\sum_i e^{u_i}}", "E": r"-\sum_i t_i\log S_i", "dE_du": "S-t"},
        {"u": [_with_log(0, n + shift, base) for n in powers]},
    )


def _step_drawn(numbers, sizes):
    M_in, M_out = sizes
    z, W, t = numbers.row_of_whole(M_in), numbers.row(M_in, M_out), numbers.row_of_whole(M_out)
    b, gamma = numbers.row(M_out), np.array(numbers.rng.choice([0.1, 0.5, 0.25]))
    u = z @ W + b
    xi = mse.gradient(u, t)
    numbers.hold(np.outer(z, xi), lambda W: ((z @ W + b - t) ** 2).mean(), W)
    return (
        "A layer without an activation, a sample <i>z</i> with its target <i>t</i>, and the mean squared error. "
        "Take one step of gradient descent.",
        {"z": z, "W": W, "b": b, "t": t, "gamma": gamma},
        {
            "u": u, "xi": xi, "dE_dW": np.outer(z, xi), "dE_db": xi,
            "W_next": W - gamma * np.outer(z, xi), "b_next": b - gamma * xi,
        },
        {
            "u": "zW+b", "xi": r"\frac{2}{D}(u-t)", "dE_dW": r"z^\top\xi", "dE_db": r"\xi",
            "W_next": r"W-\gamma\frac{\partial E}{\partial W}", "b_next": r"b-\gamma\frac{\partial E}{\partial b}",
        },
        {},
    )  # fmt: skip


def _shapes_drawn(numbers, sizes):
    M_in, M_out = numbers.rng.choice(range(2, 10), 2, replace=False).tolist() if sizes == (0, 0) else sizes
    shapes = {
        "u": (M_out,), "F": (M_out, M_out), "dz_dz": (M_out, M_in), "T": (M_out, M_in, M_out), "dz_db": (M_out, M_out),
        "dE_dW": (M_in, M_out), "dE_db": (M_out,), "dE_dz": (M_in,),
    }  # fmt: skip
    return (
        f"A layer has {M_in} inputs and {M_out} outputs. Vectors are rows, and in a derivative the axes of what is "
        "moved come first. Give the shape of each derivative below, and of <i>u</i>, <i>F</i> and <i>T</i> = "
        "∂<i>u</i>/∂<i>W</i>, as a row of lengths.",
        {},
        {name: np.array(shape, float) for name, shape in shapes.items()},
        dict.fromkeys(shapes, ""),
        {},
    )


# What draws each, and its widths.
KINDS = {
    "layer": (_layer_drawn, (2, 2)),
    "jacobians": (_jacobians_drawn, (3, 2)),
    "collapse": (_collapse_drawn, (2, 3)),
    "backprop": (_backprop_drawn, (2, 2, 2)),
    "cross_entropy": (_cross_entropy_drawn, (3,)),
    "step": (_step_drawn, (2, 2)),
    "shapes": (_shapes_drawn, (0, 0)),
}


def page(exercises, title="Practice", solved=False):
    """Some exercises as a page to print, an HTML document of its own.

    Args:
        exercises: a list of ``Exercise``.
        title: what stands above it, as text.
        solved: with the solutions, or with room for them.

    Returns:
        The document as text. Mathematics in it is MathML, which browsers set themselves.

    Raises:
        TypeError: not a list of ``Exercise``, or a title that is no text.
    """
    string("title", title)
    parts = [
        f"<section><h2>{n + 1}</h2><div>{instance(f'exercises[{n}]', one, Exercise).html(solved)}</div>"
        f"{'' if solved else ROOM}</section>"
        for n, one in enumerate(items("exercises", exercises))
    ]
    kind = " — key" if solved else ""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}{kind}</title>'
        f"<style>{STYLE}</style><h1>{escape(title)}{kind}</h1>{'' if solved else NAME}{''.join(parts)}</html>"
    )


NAME = "<p>Name: ____________________________</p>"
ROOM = '<div class="room"></div>'
STYLE = """
@page { margin: 18mm }
body { font: 12pt/1.45 serif; max-width: 46em; margin: 2em auto; padding: 0 1em; color: #000; background: #fff }
section { break-inside: avoid; display: grid; grid-template-columns: 2em 1fr; border-top: 1px solid #999 }
h1 { font-size: 16pt } h2 { font-size: 12pt; margin: 1em 0 }
.equations { display: flex; flex-wrap: wrap; align-items: center; gap: .6em 2em; margin: .6em 0; overflow-x: auto }
.room { grid-column: 2; height: 70mm }
"""


def _name(f):
    return {"relu": "ReLU", "identity": "f(u) = u"}.get(f.name, f.name)


def _typeset(name):
    return f"<math>{_inner(LATEX[name])}</math>"


def _inner(latex):
    """A formula as what stands within a MathML element."""
    return mathml(read(latex)[0]).removeprefix('<math display="block">').removesuffix("</math>")


def _entries(a, written):
    """An array as MathML: a number, a matrix in brackets, or the slices of a tensor side by side."""
    if a.ndim == 3:
        return "".join(
            f"<munder>{_entries(matrix, None)}<mtext>k = {k}</mtext></munder><mspace width='1em'/>"
            for k, matrix in enumerate(a)
        )
    texts = list(map(_inner, written)) if written else [f"<mn>{_short(x)}</mn>" for x in a.ravel()]
    if a.ndim == 0:
        return texts[0]
    columns = a.shape[-1]
    rows = (texts[n : n + columns] for n in range(0, len(texts), columns))
    body = "".join(f"<mtr>{''.join(f'<mtd>{text}</mtd>' for text in row)}</mtr>" for row in rows)
    return f"<mrow><mo>(</mo><mtable>{body}</mtable><mo>)</mo></mrow>"


def _short(x):
    """A number with the decimals that it has, four at most."""
    text = number(x, DECIMALS)
    return text.rstrip("0").rstrip(".") if "." in text else text


def main(arguments=None):
    """Write a sheet and its key to each of some students."""
    parser = argparse.ArgumentParser(
        prog="python -m nn_notes.practice",
        description="Write sheets of exercises with their keys, each with fresh numbers.",
    )
    parser.add_argument("count", type=int, help="how many sheets, 1 to 999")
    parser.add_argument("folder", type=Path, help="where to; files that are there already are not written over")
    parser.add_argument("--kinds", default=",".join(KINDS), help=f"which exercises, by commas, of {', '.join(KINDS)}")
    parser.add_argument("--activation", default="relu", choices=ACTIVATIONS, help="of the layers")
    parser.add_argument("--difficulty", type=int, default=1, choices=[1, 2], help="1: whole weights, 2: halves too")
    parser.add_argument("--seed", type=int, default=0, help="of the first sheet; the next ones count on")
    wanted = parser.parse_args(arguments)
    kinds = wanted.kinds.split(",")
    if not 1 <= wanted.count <= 999:
        parser.error(f"count is {wanted.count}; it needs 1 to 999")
    if unknown := {*kinds} - {*KINDS}:
        parser.error(f"kinds has {min(unknown)!r}; it needs some of {', '.join(KINDS)}")
    pages = {}
    for n in range(wanted.count):
        drawn = [
            exercise(kind, wanted.seed + n, activation=wanted.activation, difficulty=wanted.difficulty)
            for kind in kinds
        ]
        for name, solved in (("sheet", False), ("key", True)):
            pages[wanted.folder / f"{name}_{n + 1:03}.html"] = page(drawn, f"Sheet {n + 1}", solved)
    if there := [path for path in pages if path.exists()]:
        parser.error(f"{there[0]} is there already; nothing was written")
    wanted.folder.mkdir(parents=True, exist_ok=True)
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")
    print(f"{wanted.count} sheets and their keys are in {wanted.folder}.")


if __name__ == "__main__":
    sys.exit(main())
