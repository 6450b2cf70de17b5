"""A page without a browser: it sends a live view what a reader does, and keeps what comes back as explore.js would."""

import json
import re
from html import unescape
from itertools import islice

import charted
import numpy as np

from nn_notes import charts
from nn_notes.charts import Axis, Chart, Dots
from nn_notes.explore import Choice, Line, LogSlider, Matrix, Slider, Sliders, View

TEXT = re.compile(r'<caption>(.*?)</caption>|<div class="nn-text">(.*?)</div>', re.DOTALL)
CELL = re.compile(r'<td[^>]*? style="([^"]*)">([^<]*)</td>')
DRAG = re.compile(r'<path class="nn-mark"[^>]* data-drag="(.*?)"')
# What a reader might write.
WRITTEN = ["", "F W^T", "W F", "z^T xi", "xi_i z_j", "2 z^T delta", "T", "u (", "delta F", "<b>", "E"]
TABLE, MADE = re.compile(r"<table[^>]*>"), re.compile(r' data-made="(.*?)"')
TABLE_OR_SENTENCE = re.compile(r'<table[^>]*>(.*?)</table>|<div class="nn-text">')


class Page:
    """What a reader has before him.

    ``message`` and ``size`` are the last answer and how many bytes it took, ``cells`` the texts and styles of the
    cells, ``texts`` the captions and sentences in HTML, ``axes`` and ``paths`` what moves in the charts, ``made`` what
    each table says that its entries are made of, ``error`` what the alert says. ``sliders`` are the labels of the
    sliders, ``lines`` of what is written, and ``choices`` a dict from the label of a choice to its names;
    ``idle`` says by name in the state which sliders come and go, and are not there, ``way`` what was pressed, and
    ``ended`` whether the repeated action has nothing left to do.
    """

    def __init__(self, view):
        self.view, self._palette = view, view.spec["palette"]
        # By what stands beside it: a control's name in the state, and the place in it of a grid's slider.
        self._labels, self.places, self._stops, self.idle, self.choices = {}, {}, {}, {}, {}
        for spec in view.spec["controls"]:
            for n, label in enumerate(spec.get("labels", [spec.get("label")])):
                self._labels[label] = spec["name"], n if "labels" in spec else None
            if "options" in spec:
                self.choices[spec["label"]] = [name for name, _ in spec["options"]]
        self.way, self.ended = [], False
        self.lines = [spec["label"] for spec in view.spec["controls"] if "most" in spec]
        self.sliders = [label for label in self._labels if label not in {*self.choices, *self.lines}]
        self.do({"open": True})

    def do(self, *steps):
        """Take steps as the page sends them, in one message."""
        self.message = self.view.answer(json.loads(json.dumps(steps)))
        text = json.dumps(self.message)
        self.size = len(text)
        message = json.loads(text)
        self.error = message.get("error", "")
        if "board" in message:
            self._frame = message["board"]
            for moves in (TEXT, CELL, charted.AXES, charted.PATH, MADE):
                self._frame = moves.sub("", self._frame)
            self.cells = [(text, style) for style, text in CELL.findall(message["board"])]
            self.texts = [caption or sentence for caption, sentence in TEXT.findall(message["board"])]
            self.axes, self.paths = (
                [drawn for _, drawn in part.findall(message["board"])] for part in (charted.AXES, charted.PATH)
            )
            self.made = [unescape("".join(MADE.findall(table))) for table in TABLE.findall(message["board"])]
            self._charts = charted.CHART.findall(message["board"])
            # Of each table on each row, how many rows and cells it has; a sentence has none.
            self._rows = [
                [(table.count("<tr>"), len(CELL.findall(table))) for table in TABLE_OR_SENTENCE.findall(row)]
                for row in message["board"].split('<div class="nn-row"')[1:]
            ]
        for n, text, colour in message.get("cells", []):
            self.cells[n] = text, self._palette[colour]
        for n, html in message.get("texts", []):
            self.texts[n] = html
        for part, shown in (("axes", self.axes), ("paths", self.paths), ("made", self.made)):
            for n, drawn in message.get(part, []):
                shown[n] = drawn
        self._stops |= message.get("stops", {})
        self.idle |= message.get("idle", {})
        self.places |= message.get("controls", {})
        self.way, self.ended = (message.get(part, now) for part, now in (("way", self.way), ("ended", self.ended)))

    def move(self, label, value):
        """Move the slider of that label to the stop that is nearest to a value, or choose or write it."""
        name, n = self._labels[label]
        if name in self._stops:
            value = min(self.stops(label), key=lambda stop: abs(stop - value))
        if n is None:
            self.places[name] = value
            self.do({"set": name, "to": value})
        else:
            self.places[name] = [value if k == n else old for k, old in enumerate(self.places[name])]
            self.do({"set": name, "entry": n, "to": value})

    def stops(self, label):
        """What the slider of that label can be put to."""
        name, n = self._labels[label]
        return self._stops[name] if n is None else self._stops[name][n]

    def value(self, label):
        """Where the slider of that label stands, or what is chosen."""
        name, n = self._labels[label]
        return self.places[name] if n is None else self.places[name][n]

    def click(self, label):
        self.do({"act": label})

    def drags(self):
        """What becomes of a drag of a dot, by name, of the dots that can be dragged anywhere."""
        return DRAG.findall(self._frame)

    def standing(self):
        """Where each slider stands, by its label."""
        return {label: self.value(label) for label, (name, _) in self._labels.items() if name in self._stops}

    def wander(self, rng):
        """Do one of the things that the view offers, drawn at random, but not Reset; of choices, choose the next."""
        controls = self.view.controls
        drags, left_out = self.drags(), {"Reset", self.view.spec["repeated"] if self.ended else ""}
        name = rng.choice([*controls, *drags, *(label for label in self.view.actions if label not in left_out)])
        if name in drags:
            self.do({"drag": name, "to": rng.uniform(-0.2, 1.2, 2).tolist()})
        elif name not in controls:
            self.click(name)
        elif name in self._stops:
            label = rng.choice([label for label, (of, _) in self._labels.items() if of == name])
            self.move(label, rng.choice(self.stops(label)).item())
        elif isinstance(controls[name], Line):
            self.do({"set": name, "to": rng.choice(WRITTEN).item()})
        else:
            names = [*controls[name].names]
            self.do({"set": name, "to": names[(names.index(self.places[name]) + 1) % len(names)]})

    def rows(self):
        """The board, row by row: sentences in HTML, and arrays, each a pair of its caption in words and its numbers."""
        texts, numbers = iter(self.texts), (number(text) for text, _ in self.cells)

        def item(height, size):
            text = next(texts)
            return (untagged(text), np.reshape([*islice(numbers, size)], (height, -1))) if height else text

        return [[item(*sizes) for sizes in row] for row in self._rows]

    def board(self):
        """The arrays on the page: a dict from the words of each caption, without its shape, to its numbers."""
        return dict(item for row in self.rows() for item in row if not isinstance(item, str))

    def charts(self):
        """Each chart as it now stands there."""
        axes, paths = iter(self.axes), iter(self.paths)
        for svg in self._charts:
            svg = charted.AXES.sub(lambda found: found[1] + next(axes), svg)
            yield charted.PATH.sub(lambda found: found[1] + next(paths), svg)

    def marks(self):
        """The lines and dots of the charts."""
        return charted.marks(self.charts())

    def shows(self, arrays, *words):
        """The board has these arrays and no others, to all digits that it has room for, and its sentences these words.

        The arrays that the kernel has in their places are these to all digits.
        """
        held = {untagged(m.label): m for row in self.view._rows for m in row if isinstance(m, Matrix)}
        board = self.board()
        assert list(board) == list(held) == list(arrays)
        for name, wanted in arrays.items():
            np.testing.assert_allclose(held[name].array, wanted, rtol=1e-12, atol=1e-14, err_msg=name)
            room = 0.501 * 0.1 ** held[name].digits
            np.testing.assert_allclose(board[name], np.atleast_2d(wanted), rtol=0, atol=room, err_msg=name)
        assert [some for some in words if some not in self.said()] == []

    def words(self):
        """Every caption and sentence, in HTML, one below the other."""
        return "\n".join(self.texts)

    def said(self):
        """The sentences, without their tags."""
        return "\n".join(untagged(item) for row in self.rows() for item in row if isinstance(item, str))

    def everything(self):
        """All that now stands there, to be compared."""
        # Copies, as the page goes on.
        board = self._frame, [*self.cells], [*self.texts], [*self.axes], [*self.paths], [*self.made]
        return *board, self.error, {**self.places}, {**self._stops}


def untagged(html):
    """A caption or sentence in words alone, without the shape."""
    return unescape(re.sub(r"<small>.*?</small>|<[^>]*>", "", html)).strip()


def number(text):
    """The number that a reader sees; a dot is one that is not there yet, and a hyphen is no minus sign."""
    assert "-" not in text
    return np.nan if text == "·" else float(text.replace("\N{MINUS SIGN}", "-").replace("∞", "inf"))


def fail(state):
    raise ArithmeticError("no luck")


def small_view():
    """A small view with one of everything; its layout has another form where ``kind`` is wide."""

    def model(z, n, γ, kind, factor):
        if n == 3:
            raise ValueError("n is 3 <b>here</b>")
        return {"z": z, "product": factor * γ * z, "n": n, "kind": kind, "factor": factor}

    def layout(a):
        here, there = np.split(a["z"], 2)
        reach = max(3, *np.abs(a["product"]))
        chart = Chart(
            "z", Axis("z₀", -reach, reach), Axis("z₁", -3, 3),
            [Dots(here, there, label="z"), charts.Line([0, a["product"][0]], [0, a["product"][1]], "#2166ac")],
            'A dot, "z".',
        )  # fmt: skip
        row = [Matrix("<i>z</i>", a["z"], hand="z"), "times", Matrix(f"at {a['n']:g}", a["product"])]
        rows = [row, [f"{a['n']:g} and {a['kind']}"]] if a["kind"] == "narrow" else [[*row, row[0]]]
        return [[chart], *rows]

    return View(
        {
            "z": Sliders("z", [0.5, -1.0], -2, 2),
            "n": Slider("n", 1, 0, lambda state: 4 if state["kind"] == "narrow" else 2, step=1),
            "γ": LogSlider("γ", 1, 0.01, 100),
            "kind": Choice("kind", "narrow", {"narrow": "a narrow one", "wide": "a wide one"}),
        },
        model,
        layout,
        memory={"factor": 2.0},
        actions={
            "Double": lambda state: {"factor": min(2 * state["factor"], 16)},
            "Flip": lambda state: {"z": -state["z"]},
            "Fail": fail,
        },
        repeated="Double",
        ended=lambda a: a["factor"] == 16,
    )
