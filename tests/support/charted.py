"""Charts as a reader has them: their lines and dots read back from the SVG, with the numbers beside their ticks."""

import re
from itertools import pairwise
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np

# A chart is an SVG with two within it, of its lines and of its dots.
CHART = re.compile(r'<svg[^>]*class="nn-chart".*?</svg>.*?</svg>.*?</svg>')
AXES = re.compile(r'(<g class="nn-axes">)(.*?)(?=</g>)')
PATH = re.compile(r'(<path class="nn-mark"[^>]* d=")([^"]*)')
# Lengths are in tenths of a pixel. Neither a tick nor a place on a path is further than a half from where it should be.
NEAR = 1.0
LOOKS = "stroke", "stroke-width", "stroke-dasharray", "opacity", "stroke-linecap"


class Scale(NamedTuple):
    """How an axis counts: ``middle``, a number or a logarithm, stands ``at`` a place, and 1 more stands ``unit`` on."""

    at: float
    middle: float
    unit: float
    log: bool

    def place(self, values):
        values = np.asarray(values, float)
        if self.log:
            values = np.log10(np.where(values > 0, values, np.nan))
        return self.at + self.unit * (values - self.middle)

    def value(self, places):
        values = (places - self.at) / self.unit + self.middle
        return 10.0**values if self.log else values


class Mark(NamedTuple):
    """A line or dots: on which chart, its looks, and the pieces it is drawn in.

    Its looks are "line" or "dots", its colour, its dashes, "faint" where one sees through it, and its name in the
    legend. A piece is [n, 2] places within a frame of some ``size``, from its upper left corner.
    """

    chart: int
    looks: set
    pieces: list
    size: tuple
    scales: tuple

    def data(self):
        """The numbers through which it goes."""
        places = np.concatenate([np.empty((0, 2)), *self.pieces])
        return np.stack([scale.value(along) for scale, along in zip(self.scales, places.T, strict=True)], axis=1)

    def within(self, x, y):
        """Whether these numbers have their places within the frame."""
        places = (scale.place(v) for scale, v in zip(self.scales, (x, y), strict=True))
        return all(np.all((at >= -NEAR) & (at <= end + NEAR)) for at, end in zip(places, self.size, strict=True))

    def goes_through(self, x, y):
        """Whether it is drawn where these numbers belong, within ``NEAR``, each place and no other.

        A line is broken where one is missing, and what is far outside is as far as can be drawn.
        """
        x, y = np.broadcast_arrays(*(scale.place(v) for scale, v in zip(self.scales, (x, y), strict=True)))
        wanted = np.stack([x, y], axis=1)
        wanted = np.where(np.isfinite(wanted), np.clip(wanted, -1e6, 1e6), np.nan)
        beyond = np.maximum(0, np.maximum(-wanted, wanted - self.size)).max(axis=1, initial=0)
        if "dots" in self.looks:
            wanted = wanted[beyond < 0.5 + NEAR]
            pieces = [wanted] if len(wanted) else []
        else:
            gaps = np.flatnonzero(np.isnan(wanted).any(axis=1))
            pieces = [wanted[a + 1 : b] for a, b in pairwise([-1, *gaps, len(wanted)]) if b - a > 2]
        return len(pieces) == len(self.pieces) and all(map(_near, pieces, self.pieces, [self.size] * len(pieces)))


def marks(svgs):
    """The lines and dots of some charts, in the order in which they are drawn."""
    return [mark for n, svg in enumerate(svgs) for mark in _marks(n, ElementTree.fromstring(_plain(svg)))]


def ticks(svg):
    """The ticks of a chart, on its x axis and on its y axis: of each its place and its text."""
    return _ticks(ElementTree.fromstring(_plain(svg)).find("g"))


def value(text):
    """The number that stands beside a tick."""
    power = re.fullmatch("10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)
    if power:
        return 10.0 ** int(power[1].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))
    assert "-" not in text
    return float(text.replace("\N{MINUS SIGN}", "-"))


def _plain(svg):
    return svg.replace(' xmlns="http://www.w3.org/2000/svg"', "")


def _near(wanted, drawn, size):
    if wanted.shape != drawn.shape:
        return False
    # Ticks within the frame say less of what is outside of it.
    beyond = np.maximum(0, np.maximum(-wanted, wanted - size))
    return (np.abs(wanted - drawn) <= NEAR + 1e-3 * beyond).all()


def _marks(n, chart):
    frames, (across, up) = chart.findall("svg"), _ticks(chart.find("g"))
    left, top, width, height = (float(frames[0].get(name)) for name in ("x", "y", "width", "height"))
    scales = _scale([(at - left, text) for at, text in across]), _scale([(at - top, text) for at, text in up])
    # A path of the legend stands before its name.
    names = {_looks(a): b.text for a, b in pairwise(chart) if (a.tag, b.tag) == ("path", "text")}
    for kind, frame in zip(("line", "dots"), frames, strict=True):
        assert [float(frame.get(name)) for name in ("x", "y", "width", "height")] == [left, top, width, height]
        for path in frame:
            color, _, dash, opacity, _ = _looks(path)
            looks = {kind, color, dash, opacity and "faint", names.get(_looks(path))} - {None}
            yield Mark(n, looks, _pieces(path.get("d"), kind), (width, height), scales)


def _looks(path):
    return tuple(path.get(name) for name in LOOKS)


def _ticks(axes):
    _, *lines = axes.findall("path")
    *texts, _, _ = axes.findall("text")
    found = [], []
    for line, text in zip(lines, texts, strict=True):
        x, y, up = re.fullmatch(r"M(\d+) (\d+)(v40)?(?:h-40)?", line.get("d")).groups()
        found[not up].append((int(x if up else y), text.text))
    return found


def _scale(ticks):
    places, values = np.array([(at, value(text)) for at, text in ticks]).T
    # No two neighbours on an even scale are both powers of ten.
    log = bool((values > 0).all()) and np.allclose(np.log10(values), np.log10(values).round())
    values = np.log10(values) if log else values
    at, middle = places.mean(), values.mean()
    # Huge numbers have no square.
    apart = (values - middle) / (size := np.abs(values - middle).max())
    return Scale(at, middle, (places - at) @ apart / (apart @ apart) / size, log)


def _pieces(d, kind):
    pieces = [np.array(piece.replace("h0", "").split(), float).reshape(-1, 2) for piece in d.split("M")[1:]]
    # Dots are drawn one by one, as lines of no length.
    assert all(piece.endswith("h0") for piece in d.split("M")[1:]) == (kind == "dots") or not d
    return [np.concatenate(pieces)] if kind == "dots" and pieces else pieces
