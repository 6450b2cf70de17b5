"""Arrays as a person reads them: typeset on a page, or as a table of numbers and colour in a live view."""

import ast
import inspect
import math
import re
import textwrap
from html import escape

import numpy as np

from .validate import array, index, named

__all__ = [
    "BACK",
    "NEGATIVE",
    "PALETTE",
    "POSITIVE",
    "ZERO",
    "caption",
    "cells",
    "colour",
    "factor",
    "ink",
    "legend",
    "number",
    "show",
    "significant",
    "source",
    "table",
    "tint",
]

# One diverging scale through the whole series, safe for the colour-blind: blue is below zero, orange above, white zero.
NEGATIVE, ZERO, POSITIVE = "#2166ac", "#ffffff", "#c8500a"
# What travels back in a view, and by how much two things differ there. It can be read on white and on black.
BACK = "#a05fd0"
# An array of more entries than this is shown by its corners: so many rows and columns at each end, and one slice.
MANY, EDGE = 1000, 3
# From here on a number is written with a power of ten.
LARGE = 1e8


class Shown:
    """Named arrays, as LaTeX where a page can typeset it and as aligned text where not."""

    def __init__(self, arrays, digits):
        self.arrays, self.digits = arrays, digits

    def _repr_latex_(self):
        parts = (rf"{name} = {_latex(a, digits)}" for name, a, digits in self._entries())
        return "$$" + r"\qquad ".join(parts) + "$$"

    def __repr__(self):
        return "\n".join(_text(name, a, digits) for name, a, digits in self._entries())

    def _entries(self):
        for name, a in self.arrays.items():
            yield name, a, 0 if (a == np.round(a)).all() else self.digits


def show(arrays, digits=3):
    """Arrays typeset side by side, each with its shape below.

    A vector is shown as a row. A 3rd-order tensor is shown as its slices along the first axis, a 4th-order one as a
    table of slices. Of an array of more than 1,000 entries the corners are shown, three rows and columns at each end of
    the first and of the last slice, and dots for what is between them.

    Args:
        arrays: a dict from a name in LaTeX to an array of up to four axes.
        digits: how many decimals; an exact zero is shown as 0, and an array of whole numbers without decimals.

    Returns:
        An object that a notebook displays.

    Raises:
        TypeError, ValueError: no such dict, an array that is not real numbers or has more axes, or no such digits.
    """
    checked = {
        name: array(f"arrays[{name!r}]", a, ndim=range(5), finite=False) for name, a in named("arrays", arrays).items()
    }
    return Shown(checked, index("digits", digits))


class Source:
    """A piece of code, coloured where a page can and as it stands where not."""

    def __init__(self, code):
        self.code = code

    def _repr_markdown_(self):
        return f"```python\n{self.code}\n```"

    def __repr__(self):
        return self.code


def source(*objects):
    """The code of functions or classes as it stands in the package, without the docstrings (``help`` shows those).

    Raises:
        TypeError: an object whose code is not at hand.
    """
    return Source("\n\n".join(_undocumented(_code(f"objects[{n}]", o)) for n, o in enumerate(objects)))


def number(x, digits=3):
    """A number with a true minus sign, and without a sign where it rounds to zero; an exact zero is just 0.

    From 10⁸ on it has a power of ten. What is no number is NaN, and what is infinite ∞.
    """
    if x == 0:
        return "0"
    if x != x:
        return "NaN"
    if math.isinf(x):
        return _true_minus(f"{x}").replace("inf", "∞")
    if abs(x) >= LARGE:
        return _true_minus(f"{x:.{max(digits, 3)}e}")
    text = f"{x:.{digits}f}"
    return text.lstrip("-") if not float(text) else _true_minus(text)


def factor(x, digits=3, written=number):
    """A number as a factor: in brackets where it is negative."""
    text = written(x, digits)
    return f"({text})" if text.startswith("\N{MINUS SIGN}") else text


def significant(x, digits=3):
    """A number to so many significant digits, with a true minus sign; otherwise as ``number`` has it."""
    return number(x, digits) if x == 0 or not math.isfinite(x) else _true_minus(f"{x:.{digits}g}")


def _true_minus(text):
    return text.replace("-", "\N{MINUS SIGN}")


def table(label, a, axes="", scale=2.0, digits=2, known=True, names=()):
    """A vector or matrix as an HTML table whose cells are coloured from ``-scale`` to ``scale``.

    Of a matrix of more than 1,000 entries the corners are shown, and dots for what is between them.

    Args:
        label: what stands above it, in HTML.
        a: an array of up to two axes; a vector is a row.
        axes: what its rows and columns are, in HTML.
        scale: the absolute value at which the colour is full.
        digits: how many decimals.
        known: whether its numbers are there already; where not, each is a dot.
        names: of a matrix that is shown whole the names of its rows and those of its columns, if they have any.

    Raises:
        TypeError, ValueError: not real numbers, or more axes.
    """
    down, across = names if names and np.size(a) <= MANY else ((), ())
    rows = (
        "".join(
            _cell(*cell, beside=down[i] if down and not j else "", over=across[j] if across and not i else "")
            for j, cell in enumerate(row)
        )
        for i, row in enumerate(_rows_of_cells(a, scale, digits, known))
    )
    head = f'<table style="--nn-digits:{digits}"><caption>{caption(label, a, axes)}</caption>'
    return head + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def caption(label, a, axes=""):
    """What stands above a table: its label, its shape, and what its axes are, in HTML."""
    return f"{label} <small>{np.shape(a)}{', ' + axes if axes else ''}</small>"


def cells(a, scale=2.0, digits=2, known=True):
    """The cells of a table, row by row: of each the text, and the place of its style in ``PALETTE``.

    The arguments are those of ``table``.
    """
    return [cell for row in _rows_of_cells(a, scale, digits, known) for cell in row]


def _rows_of_cells(a, scale, digits, known):
    a, dots = _corners(np.atleast_2d(array("a", a, ndim=range(3), finite=False)))
    if known:
        texts = ([number(x, digits) for x in row] for row in a.tolist())
        rows = [list(zip(*row, strict=True)) for row in zip(texts, _shade(a, scale).tolist(), strict=True)]
    else:
        rows = [[("·", _STEPS)] * a.shape[1]] * len(a)
    return _with_dots(rows, dots, ("…", _STEPS))


def legend(scale):
    """What the colours of the tables mean, in HTML.

    Its words come from the style sheet: a page without one has no colours either.
    """
    return (
        f'<div class="nn-legend" role="img" aria-label="Blue is negative, orange is positive, and zero has no colour. '
        f'A cut corner is beyond the scale." '
        f'data-low="{number(-scale, 1)}" data-high="{number(scale, 1)}"><span></span></div>'
    )


_STEPS = 50
# After the steps: beyond the scale.
_BELOW, _ABOVE = 2 * _STEPS + 1, 2 * _STEPS + 2


def _shade(a, scale):
    """The places in ``PALETTE`` of the colours of numbers; NaN has that of zero."""
    place = np.nan_to_num(np.clip(a, -scale, scale) / scale * _STEPS).round().astype(int) + _STEPS
    beyond = np.abs(a) > scale * (1 + 1e-9)
    return np.where(beyond, np.where(np.less(a, 0), _BELOW, _ABOVE), place)


def colour(x, scale):
    """The colour of a number."""
    return _COLOURS[_shade(x, scale)]


def ink(x, scale):
    """Black or white, whichever stands out more on the colour of a number."""
    return _INKS[_shade(x, scale)]


def _palette():
    """The colours from full negative to full positive, and beyond, and that of text on each: black or white."""
    ends = [np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) for c in (NEGATIVE, ZERO, POSITIVE)]
    colours, inks = [], []
    for x in np.arange(-_STEPS, _STEPS + 1) / _STEPS:
        rgb = (ends[1] + abs(x) * (ends[2 if x > 0 else 0] - ends[1])).round().astype(int)
        linear = np.where(rgb <= 10, rgb / 3294.6, ((rgb / 255 + 0.055) / 1.055) ** 2.4)
        luminance = linear @ [0.2126, 0.7152, 0.0722]
        colours.append(f"#{bytes(rgb.tolist()).hex()}")
        inks.append("#000" if (luminance + 0.05) ** 2 > 0.05 * 1.05 else "#fff")
    return [*colours, colours[0], colours[-1]], [*inks, inks[0], inks[-1]]


_COLOURS, _INKS = _palette()


def tint(x, scale):
    """The colour of a number on the page's own ground: its hue, how much of it from 0 to 1, and the ink on it.

    What lies below shines through, so that zero is as the page is; and text that is black on white has the page's ink.
    """
    end = NEGATIVE if x < 0 else POSITIVE if x else ZERO
    text = ink(x, scale)
    return end, min(abs(x) / scale, 1.0), "var(--nn-ink,inherit)" if text == "#000" else text


def _styles():
    """Cell styles. They stand in place, as a page that is not trusted to bring a style sheet still takes those."""
    # A corner is cut where the colour says too little.
    cut = " linear-gradient(225deg,#fff 5px,#fff0 0) no-repeat"
    for x, corner in [*((n, "") for n in range(-_STEPS, _STEPS + 1)), (-_STEPS, cut), (_STEPS, cut)]:
        end, share, text = tint(x, _STEPS)
        yield (
            f"background:{end}{round(255 * share):02x}{corner};color:{text};padding:3px 4px;text-align:right;"
            "border:1px solid #888"
        )


PALETTE = [*_styles()]


def _cell(text, place, **names):
    """One entry; the names of its row and of its column come from the style sheet, so that they are no part of it."""
    data = "".join(f' data-{where}="{escape(str(name))}"' for where, name in names.items() if name != "")
    return f'<td{data} style="{PALETTE[place]}">{escape(text)}</td>'


def _corners(a):
    """What is shown of ``a``: the whole, or its corners, and to each axis where on it dots stand for the rest."""
    dots = [None] * a.ndim
    if a.size > MANY:
        for axis, n in enumerate(a.shape):
            edge = EDGE if axis >= a.ndim - 2 else 1
            # Dots for a single one would gain nothing.
            if n > 2 * edge + 1:
                a, dots[axis] = a.take([*range(edge), *range(n - edge, n)], axis), edge
    return a, dots


def _with_dots(rows, dots, across, down=None, between=None):
    """A list of rows with the dots of both axes in their places."""
    row_at, column_at = dots
    down, between = down or across, between or across
    width = len(rows[0]) if rows else 0
    rows = [_put(row, column_at, across) for row in rows]
    return _put(rows, row_at, _put([down] * width, column_at, between))


def _put(parts, at, dots):
    return parts if at is None else [*parts[:at], dots, *parts[at:]]


def _seen(a):
    """What is shown of ``a`` as a matrix or more, where dots stand, and to each axis the indices of what is shown."""
    whole = np.atleast_2d(a)
    part, dots = _corners(whole)
    at = [[*range(n)] if k is None else [*range(k), *range(n - k, n)] for n, k in zip(whole.shape, dots, strict=True)]
    return part, dots, at


def _latex(a, digits):
    if a.ndim == 0:
        return _entry(a.item(), digits)
    part, dots, at = _seen(a)
    if part.ndim == 2:
        body = _pmatrix(part, dots, digits)
    elif part.ndim == 3:
        body = _slices(part, dots, at[0], digits)
    else:
        rows = [_slices(p, dots[1:], [f"{n},{m}" for m in at[1]], digits) for n, p in zip(at[0], part, strict=True)]
        # Small, so that it fits on a narrow page.
        body = r"\scriptsize\begin{matrix}" + r"\\[1ex] ".join(_put(rows, dots[0], r"\vdots")) + r"\end{matrix}"
    return rf"\underbrace{{{body}}}_{{{a.shape}}}"


def _slices(a, dots, at, digits):
    parts = [rf"\underset{{[{n}]}}{{{_pmatrix(part, dots[1:], digits)}}}" for n, part in zip(at, a, strict=True)]
    return r"\;".join(_put(parts, dots[0], r"\cdots"))


def _pmatrix(a, dots, digits):
    rows = [[_entry(x, digits) for x in row] for row in a.tolist()]
    rows = r" \\ ".join(" & ".join(row) for row in _with_dots(rows, dots, r"\cdots", r"\vdots", r"\ddots"))
    return rf"\begin{{pmatrix}}{rows}\end{{pmatrix}}"


def _entry(x, digits):
    text = number(x, digits).replace("\N{MINUS SIGN}", "-").replace("∞", r"\infty").replace("NaN", r"\text{NaN}")
    factor, _, power = text.partition("e+")
    return rf"{factor}\cdot10^{{{power}}}" if power else text


def _text(name, a, digits):
    head = f"{_plain(name)}: {f'shape {a.shape}' if a.ndim else 'a number'}"
    return "\n".join([head, *_blocks(*_seen(a), digits)])


def _blocks(a, dots, at, digits, place=()):
    """The lines of a matrix, or of each slice, below its place."""
    if a.ndim == 2:
        return [*([f"  slice {', '.join(place)}"] if place else []), _rows(a, dots, digits)]
    parts = [_blocks(part, dots[1:], at[1:], digits, (*place, f"{n}")) for n, part in zip(at[0], a, strict=True)]
    return [line for part in _put(parts, dots[0], ["  …"]) for line in part]


def _plain(name):
    """A name in LaTeX as it would be written without."""
    name = re.sub(r"\\(?:text|mathrm)\{(.*?)\}", r"\1", name)
    name = re.sub(r"\^\{(\(.*?\))\}", r"\1", name)
    name = re.sub(r"\\frac\{(.*?)\}\{(.*?)\}", r"\1/\2", name)
    for latex, sign in _SIGNS.items():
        name = name.replace(latex, sign)
    return name


_SIGNS = {
    r"\partial ": "∂",
    r"\mathbf ": "",
    r"\Delta ": "Δ",
    r"\delta": "δ",
    r"\xi": "ξ",
    r"\Xi": "Ξ",
    r"\lambda": "λ",
    r"\nabla ": "∇",
    r"\sigma": "σ",
    r"\odot": "⊙",
    r"\tanh": "tanh",
    r"^\top": "ᵀ",
    r"\,": " ",
}


def _rows(a, dots, digits):
    texts = _with_dots([[number(x, digits) for x in row] for row in a.tolist()], dots, "…")
    width = max((len(t) for row in texts for t in row), default=0)
    return "\n".join("  " + "  ".join(t.rjust(width) for t in row) for row in texts)


def _code(name, value):
    try:
        return textwrap.dedent(inspect.getsource(value))
    except (TypeError, OSError):
        raise TypeError(f"{name} is {value!r}; it needs a function or class whose code is at hand") from None


def _undocumented(code):
    """The code with its docstrings cut out, every other line as it was."""
    lines = code.rstrip().splitlines()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) and len(node.body) > 1:
            first = node.body[0]
            lines[first.lineno - 1 : first.end_lineno] = [None] * (first.end_lineno - first.lineno + 1)
    return "\n".join(line for line in lines if line is not None)
