"""Arrays as a person reads them: typeset on a page, or as a table of numbers and colour in a live view."""

import ast
import inspect
import re
import textwrap
from html import escape

import numpy as np

from . import validate
from .validate import array, index, text

__all__ = ["NEGATIVE", "PALETTE", "POSITIVE", "ZERO", "caption", "cells", "legend", "number", "show", "source", "table"]

# One diverging scale through the whole series, safe for the colour-blind: blue is below zero, orange above, white zero.
NEGATIVE, ZERO, POSITIVE = "#2166ac", "#ffffff", "#c8500a"


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
    table of slices.

    Args:
        arrays: a dict from a name in LaTeX to an array of up to four axes.
        digits: how many decimals; an exact zero is shown as 0, and an array of whole numbers without decimals.

    Returns:
        An object that a notebook displays.

    Raises:
        TypeError, ValueError: no such dict, an array that is not real numbers or has more axes, or no such digits.
    """
    checked = {
        name: array(f"arrays[{name!r}]", a, ndim=range(5), finite=False)
        for name, a in validate.table("arrays", arrays).items()
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

    NaN is a dot: a number that is not there yet.

    Raises:
        TypeError, ValueError: not one real number, or digits that are no whole number of 0 or more.
    """
    return _number(validate.number("x", x, finite=False), index("digits", digits))


def _number(x, digits):
    if x == 0:
        return "0"
    if x != x:
        return "·"
    text = f"{x:.{digits}f}"
    return text.lstrip("-") if not float(text) else text.replace("-", "\N{MINUS SIGN}")


def table(label, a, axes="", scale=2.0, digits=2):
    """A vector or matrix as an HTML table whose cells are coloured from ``-scale`` to ``scale``.

    Args:
        label: what stands above it, in HTML.
        a: an array of up to two axes; a vector is a row.
        axes: what its rows and columns are, in HTML.
        scale: the absolute value at which the colour is full.
        digits: how many decimals.

    Raises:
        TypeError, ValueError: not text, not real numbers, more axes, or a scale that is not above 0.
    """
    columns = np.atleast_2d(array("a", a, ndim=range(3), finite=False)).shape[1]
    drawn = [_cell(*cell) for cell in cells(a, scale, digits)]
    rows = ("".join(drawn[n : n + columns]) for n in range(0, len(drawn), columns))
    return f"<table><caption>{caption(label, a, axes)}</caption>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def caption(label, a, axes=""):
    """What stands above a table: its label, its shape, and what its axes are, in HTML."""
    text("label", label), text("axes", axes)
    shape = array("a", a, ndim=range(3), finite=False).shape
    return f"{label} <small>{shape}{', ' + axes if axes else ''}</small>"


def cells(a, scale=2.0, digits=2):
    """The cells of a table, row by row: of each the text, and the place of its style in ``PALETTE``.

    The arguments are those of ``table``.
    """
    a, digits = array("a", a, ndim=range(3), finite=False), index("digits", digits)
    scale = validate.number("scale", scale, above=0)
    places = np.clip(np.nan_to_num(a * (_STEPS / scale)), -_STEPS, _STEPS).round().astype(int) + _STEPS
    return [(_number(x, digits), place) for x, place in zip(a.ravel().tolist(), places.ravel().tolist(), strict=True)]


def legend(scale):
    """What the colours of the tables mean, as an HTML table."""
    scale = validate.number("scale", scale, above=0)
    drawn = "".join(_cell(*cell) for cell in cells(np.linspace(-scale, scale, 11), scale, 1))
    return (
        f'<table class="nn-legend"><caption>Colour <small>blue is negative, white is zero, orange is positive'
        f"</small></caption><tr>{drawn}</tr></table>"
    )


_STEPS = 50


def _palette():
    """Cell styles from full negative to full positive; the text is black or white, whichever stands out more.

    They stand in place, as a page that is not trusted to bring a style sheet still takes those.
    """
    ends = [np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) for c in (NEGATIVE, ZERO, POSITIVE)]
    styles = []
    for x in np.arange(-_STEPS, _STEPS + 1) / _STEPS:
        rgb = (ends[1] + abs(x) * (ends[2 if x > 0 else 0] - ends[1])).round().astype(int)
        linear = np.where(rgb <= 10, rgb / 3294.6, ((rgb / 255 + 0.055) / 1.055) ** 2.4)
        luminance = linear @ [0.2126, 0.7152, 0.0722]
        ink = "#000" if (luminance + 0.05) ** 2 > 0.05 * 1.05 else "#fff"
        styles.append(f"background:#{bytes(rgb.tolist()).hex()};color:{ink};{_CELL}")
    return styles


_CELL = "padding:3px 4px;text-align:right;border:1px solid #888"
PALETTE = _palette()


def _cell(text, place):
    return f'<td style="{PALETTE[place]}">{escape(text)}</td>'


def _latex(a, digits):
    if a.ndim == 0:
        return _entry(a.item(), digits)
    if a.ndim < 3:
        body = _pmatrix(a, digits)
    elif a.ndim == 3:
        body = _slices(a, digits)
    else:
        rows = (_slices(part, digits, f"{n},") for n, part in enumerate(a))
        # Small, so that it fits on a narrow page.
        body = r"\scriptsize\begin{matrix}" + r"\\[1ex] ".join(rows) + r"\end{matrix}"
    return rf"\underbrace{{{body}}}_{{{a.shape}}}"


def _slices(a, digits, at=""):
    return r"\;".join(rf"\underset{{[{at}{n}]}}{{{_pmatrix(part, digits)}}}" for n, part in enumerate(a))


def _pmatrix(a, digits):
    rows = r" \\ ".join(" & ".join(_entry(x, digits) for x in row) for row in np.atleast_2d(a).tolist())
    return rf"\begin{{pmatrix}}{rows}\end{{pmatrix}}"


def _entry(x, digits):
    return _number(x, digits).replace("\N{MINUS SIGN}", "-")


def _text(name, a, digits):
    head = f"{_plain(name)}: {f'shape {a.shape}' if a.ndim else 'a number'}"
    if a.ndim < 2:
        return head + "\n" + _rows(np.atleast_2d(a), digits)
    blocks = [
        (f"  slice {', '.join(map(str, at))}\n" if at else "") + _rows(a[at], digits) for at in np.ndindex(a.shape[:-2])
    ]
    return head + "\n" + "\n".join(blocks)


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


def _rows(a, digits):
    texts = [[_number(x, digits) for x in row] for row in a.tolist()]
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
