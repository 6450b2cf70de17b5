"""Charts: lines and dots over a pair of axes, as SVG of which a page changes one path at a time.

A ``Chart`` is plain data. ``svg`` draws it whole; ``axes`` and ``paths`` are the two parts of it that move.
"""

import colorsys
import math
from functools import lru_cache
from html import escape
from typing import NamedTuple

import numpy as np

from .show import number, significant

__all__ = [
    "OCHRE",
    "TEAL",
    "Axis",
    "Chart",
    "Dots",
    "Line",
    "arrow",
    "axes",
    "colours",
    "outline",
    "paths",
    "reaching",
    "svg",
]

# Of lines, dark enough for words too. They are not those of signs: a line in orange would look positive.
TEAL, OCHRE = "#00796b", "#9a6b00"
LINES = (TEAL, OCHRE, "#555555", "#7a3fa0")
# What can be drawn without an overflow.
FURTHEST = 1e300
# Lengths are whole tenths of a pixel: the frame of the axes, and the room around it.
WIDTH, HEIGHT = 2400, 1600
LEFT, RIGHT, TOP, BOTTOM = 560, 120, 300, 420
# How long the head of an arrow is, as a part of the axis.
HEAD = 0.08
# Of text: a character, the longest beside a tick, and a row of the legend.
LETTER, ROOM, ROW, SWATCH = 62, 350, 170, 260


class Axis(NamedTuple):
    """An axis: its name, from where to where it goes, and whether it is logarithmic."""

    label: str
    low: float
    high: float
    log: bool = False


class Line(NamedTuple):
    """A line from place to place, broken where one is not finite, and without those that an axis has no room for."""

    x: np.ndarray
    y: np.ndarray
    color: str = "currentColor"
    label: str = ""
    width: float = 1.5
    dash: str = ""
    opacity: float = 1.0


class Dots(NamedTuple):
    """A dot at each place within the axes.

    Where an axis shows a number that the reader moves, it can be dragged ``across`` or ``up``: each is the name of a
    control in the state, and after a space, of several sliders the place of the one. Where its place is something else
    that the reader moves, ``drag`` is the name of what a view makes of a drag to there.
    """

    x: np.ndarray
    y: np.ndarray
    color: str = "currentColor"
    label: str = ""
    size: float = 8.0
    across: str = ""
    up: str = ""
    drag: str = ""


class Chart(NamedTuple):
    """Lines, and dots before them, over a pair of axes.

    ``words`` say what it shows, for those who do not see it. A ``square`` one has the same unit on both axes. Each of
    the ``notes`` is a place, x and y, and the text that begins there.
    """

    title: str
    x: Axis
    y: Axis
    marks: list
    words: str
    square: bool = False
    notes: tuple[tuple[float, float, str], ...] = ()


def arrow(start, tip, far, label, color="currentColor", dash=""):
    """An arrow in a square chart whose axes go as ``far`` as that: its shaft and, where it has a length, its head."""
    start, tip = np.asarray(start, float), np.asarray(tip, float)
    yield Line(*np.transpose([start, tip]), color, label, dash=dash)
    way = tip - start
    length = np.hypot(*way)
    if length:
        back, aside = -HEAD * far * way / length, HEAD / 2 * far * way[::-1] * [1, -1] / length
        yield Line(*np.transpose([tip + back + aside, tip, tip + back - aside]), color)


def colours(n):
    """A colour to each of n lines, no two the same: the four of the series, and beyond them pinks."""
    pinks = (colorsys.hls_to_rgb(0.97 - 0.1 * at, 0.3 + 0.35 * at, 0.6) for at in np.linspace(0, 1, max(0, n - 4)))
    return [*LINES, *(f"#{bytes(round(255 * part) for part in rgb).hex()}" for rgb in pinks)][:n]


def reaching(limits, values, log=False):
    """The limits of an axis, or wider ones that have all values between them.

    A side that falls short moves out to twice as far, or to the next power of ten, so that a picture which follows is
    seldom drawn anew.

    Args:
        limits: a pair, the lower one first.
        values: an array; what is not finite, or not above 0 where the axis is logarithmic, has no place anyway.
        log: whether the axis is logarithmic.

    Returns:
        A pair.
    """
    (low, high), values = limits, np.asarray(values)
    values = np.clip(values[np.isfinite(values)], -FURTHEST, FURTHEST)
    if log:
        values = values[values > 0]
    if not values.size:
        return low, high
    least, most = values.min(), values.max()
    if log:
        low = low if least >= low else 10.0 ** np.floor(np.log10(least))
        return low, high if most <= high else 10.0 ** np.ceil(np.log10(most))
    middle, half = (low + high) / 2, (high - low) / 2
    below, above = (
        half if far <= half else half * 2.0 ** np.ceil(np.log2(far / half)) for far in (middle - least, most - middle)
    )
    return middle - below, middle + above


def svg(chart):
    """The whole of a chart."""
    return _whole(chart, axes(chart), paths(chart))


def outline(chart):
    """A chart without what moves in it: where this changes, it is built anew."""
    return _whole(chart, "", [""] * len(chart.marks))


def _whole(chart, axes, paths):
    height = _height(chart)
    rows, labels = _legend(chart)
    full = TOP + height + BOTTOM + rows * ROW
    drawn = [
        (mark, f'<path class="nn-mark" {_look(mark)} d="{d}"/>')
        for mark, d in zip(_in_order(chart.marks), paths, strict=True)
    ]
    lines, dots = ("".join(path for mark, path in drawn if isinstance(mark, kind)) for kind in (Line, Dots))
    frame = f'x="{LEFT}" y="{TOP}" width="{WIDTH}" height="{height}"'
    notes = "".join(_note(chart, *note) for note in chart.notes)
    whole = LEFT + WIDTH + RIGHT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="nn-chart" role="img" aria-label="{escape(chart.words)}" '
        f'width="{whole // 10}" height="{full // 10}" viewBox="0 0 {whole} {full}" font-size="115" '
        f'font-family="sans-serif" fill="currentColor" stroke-linejoin="round">'
        f'<text x="100" y="170" font-size="130" font-weight="600">{escape(chart.title)}</text>'
        f'<g class="nn-axes">{axes}</g>'
        f'<svg {frame}>{lines}</svg><svg {frame} overflow="visible">{dots}</svg>{notes}{labels}</svg>'
    )


def _note(chart, x, y, text):
    x, y = map(float, _placed(chart, x, y))
    return f'<text x="{LEFT + x:.0f}" y="{TOP + y:.0f}" opacity="0.75">{escape(text)}</text>'


def axes(chart):
    """The frame of a chart, its ticks, and the names of its axes: what changes where their limits do."""
    return _axes(chart.x, chart.y, _height(chart))


def paths(chart):
    """The ``d`` of each path of a chart, its lines before its dots."""
    height = _height(chart)
    found = []
    for mark in _in_order(chart.marks):
        x, y = np.broadcast_arrays(*_placed(chart, mark.x, mark.y))
        found.append(_dotted(x, y, height) if isinstance(mark, Dots) else _joined(x, y))
    return found


def _placed(chart, x, y):
    """Where places of the axes are within the frame, from its upper left corner."""
    height = _height(chart)
    return _along(chart.x, x, WIDTH), height - _along(chart.y, y, height)


def _height(chart):
    if not chart.square:
        return HEIGHT
    return round(WIDTH * (chart.y.high - chart.y.low) / (chart.x.high - chart.x.low))


def _in_order(marks):
    return sorted(marks, key=lambda mark: isinstance(mark, Dots))


def _along(axis, values, length):
    """How far along an axis values are, in tenths of a pixel; NaN where it has no place for one."""
    values = np.asarray(values, float)
    with np.errstate(all="ignore"):
        if axis.log:
            low, values = math.log10(axis.low), np.where(values > 0, np.log10(values), np.nan)
            return (values - low) / (math.log10(axis.high) - low) * length
        # Halves, so that the longest axis there is does not overflow.
        return (values / 2 - axis.low / 2) / (axis.high / 2 - axis.low / 2) * length


def _joined(x, y):
    seen = np.isfinite(x) & np.isfinite(y)
    # A browser counts in single precision.
    places = np.clip(np.stack([x, y], axis=-1), -1e6, 1e6)
    pieces = np.split(np.arange(len(seen)), np.flatnonzero(np.diff(seen)) + 1)
    return "".join(
        "M" + " ".join(map(str, places[piece].round().astype(int).ravel().tolist()))
        for piece in pieces
        if len(piece) > 1 and seen[piece[0]]
    )


def _dotted(x, y, height):
    with np.errstate(invalid="ignore"):
        within = (x >= -1) & (x <= WIDTH + 1) & (y >= -1) & (y <= height + 1)
    return "".join(f"M{a:.0f} {b:.0f}h0" for a, b in zip(x[within].tolist(), y[within].tolist(), strict=True))


def _look(mark):
    if isinstance(mark, Dots):
        moved = {way: name for way in ("across", "up", "drag") if (name := getattr(mark, way))}
        if moved and mark.label:
            moved["label"] = mark.label
        moved = "".join(f' data-{name}="{escape(value)}"' for name, value in moved.items())
        return f'stroke="{mark.color}" stroke-width="{10 * mark.size:g}" stroke-linecap="round" fill="none"{moved}'
    dash = f' stroke-dasharray="{mark.dash}"' if mark.dash else ""
    opacity = f' opacity="{mark.opacity:g}"' if mark.opacity < 1 else ""
    return f'stroke="{mark.color}" stroke-width="{10 * mark.width:g}" fill="none"{dash}{opacity}'


def _legend(chart):
    """How many rows the legend has, and the legend."""
    x, row, parts = 0, 0, []
    top = TOP + _height(chart) + BOTTOM
    for mark in chart.marks:
        if not mark.label:
            continue
        width = SWATCH + len(mark.label) * LETTER + 160
        if x and x + width > LEFT + WIDTH + RIGHT - 100:
            x, row = 0, row + 1
        left, middle = 100 + x, top + row * ROW
        place = f"M{left + 90} {middle}h0" if isinstance(mark, Dots) else f"M{left} {middle}h180"
        text = f'<text x="{left + SWATCH - 20}" y="{middle + 38}">{escape(mark.label)}</text>'
        parts.append(f'<path {_look(mark)} d="{place}"/>{text}')
        x += width
    return (row + 1 if parts else 0), "".join(parts)


@lru_cache(maxsize=128)
def _axes(x, y, height):
    """The frame, its ticks, and the names of the axes."""
    bottom = TOP + height
    # For a page that drags a dot: from where to where each axis goes, as drawn and in its own unit.
    along = f'data-across="{LEFT} {LEFT + WIDTH} {_counted(x)}" data-up="{bottom} {TOP} {_counted(y)}"'
    frame = f"M{LEFT} {TOP}V{bottom}H{LEFT + WIDTH}"
    parts = [f'<path fill="none" stroke="currentColor" stroke-width="10" {along} d="{frame}"/>']
    for value, text in _ticks(x):
        at = LEFT + round(float(_along(x, value, WIDTH)))
        parts.append(_tick(f"M{at} {bottom}v40", at, bottom + 150, "middle", text))
    for value, text in _ticks(y):
        at = bottom - round(float(_along(y, value, height)))
        parts.append(_tick(f"M{LEFT} {at}h-40", LEFT - 60, at + 38, "end", text))
    across, middle = LEFT + WIDTH // 2, TOP + height // 2
    return (
        f'{"".join(parts)}<text x="{across}" y="{bottom + 300}" text-anchor="middle">{escape(x.label)}</text>'
        f'<text transform="translate(110 {middle}) rotate(-90)" text-anchor="middle">{escape(y.label)}</text>'
    )


def _counted(axis):
    return f"{axis.low:.17g} {axis.high:.17g} {axis.log:d}"


def _tick(d, x, y, anchor, text):
    squeezed = f' textLength="{ROOM}" lengthAdjust="spacingAndGlyphs"' if len(text) * LETTER > ROOM else ""
    written = f'<text x="{x}" y="{y}" text-anchor="{anchor}"{squeezed}>{text}</text>'
    return f'<path stroke="currentColor" stroke-width="10" d="{d}"/>{written}'


def _ticks(axis, most=5):
    """Round numbers between the ends of an axis, each with its text."""
    if axis.log:
        low, high = math.ceil(math.log10(axis.low) - 1e-9), math.floor(math.log10(axis.high) + 1e-9)
        step = max(1, -(-(high - low) // most))
        return [(10.0**n, _power(n)) for n in range(low, high + 1, step)]
    rough = axis.high / most - axis.low / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * by for by in (1, 2, 5, 10) if power * by >= rough * (1 - 1e-9))
    first, last = math.ceil(axis.low / step - 1e-9), math.floor(axis.high / step + 1e-9)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    largest = max(abs(axis.low), abs(axis.high))
    if digits <= 4 and largest < 1e5:
        return [(n * step, number(n * step, digits)) for n in range(first, last + 1)]
    # As many digits as tell one tick from the next.
    digits = math.floor(math.log10(largest)) - math.floor(math.log10(step) + 1e-9) + 1
    return [(n * step, significant(n * step, digits)) for n in range(first, last + 1)]


def _power(n):
    return f"{10.0**n:g}" if -3 <= n <= 3 else "10" + str(n).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
