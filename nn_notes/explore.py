"""Live views: a state goes in, arrays come out, and objects that are kept show them.

One mechanism for the whole series. What the reader moves is the state. ``model(**state)``, a pure function, makes named
arrays of it. ``layout(arrays)`` arranges them in rows, and of those only what differs from what stands on the page is
sent: one message there and one back for every change, however many matrices. A curve is a ``Canvas``: a figure made
once, of which only the moving artists are drawn again.

``explore.js`` is the page's side, and ``explore.css`` what it looks like.
"""

import reprlib
from base64 import b64encode
from decimal import Decimal
from functools import lru_cache
from html import escape
from io import BytesIO
from math import ceil, floor, isclose, isfinite, log10
from pathlib import Path
from typing import NamedTuple

import anywidget
import matplotlib.image
import numpy as np
import traitlets
from matplotlib.backends.backend_agg import FigureCanvasAgg

from .show import PALETTE, caption, cells, legend, table
from .validate import array as checked_array
from .validate import choice, index, instance, named, real_number

__all__ = ["Canvas", "Choice", "LogSlider", "Matrix", "Slider", "Sliders", "View"]

CSS = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
# A page with more sliders than this is slow.
MOST = 1000
# In place, as a page that is not trusted to bring a style sheet still takes this.
ROW = "display:flex;flex-wrap:wrap;align-items:center;gap:4px 14px;margin:0 0 14px"


class Matrix(NamedTuple):
    """An array on the board: ``label`` above it in HTML, what its ``axes`` are, and how many ``digits`` it shows.

    As long as its numbers are not ``known``, each is a dot.
    """

    label: str
    array: np.ndarray
    axes: str = ""
    digits: int = 2
    known: bool = True


class Control:
    """One entry of the state, moved by the reader. ``spec`` is what the page needs to build it."""

    # What a slider can be put to, in order; of several, a list to each.
    stops = None

    def __init__(self, value, **spec):
        self.spec = spec
        self.give(self.checked(value))

    def checked(self, value):
        """A value from outside, if it is one for this control."""
        return value

    def give(self, value):
        """Take over such a value: at first, and from an action."""
        self.value = value

    def take(self, to):
        """Take over what the reader has chosen, which has to be one of what is offered."""
        raise NotImplementedError

    def settle(self, state):
        """Keep to what the state allows."""

    def place(self):
        """What the page shows as chosen."""
        return self.value


class Slider(Control):
    """One number, from ``low`` to ``high``, which may be a function of the state.

    It can be put to the multiples of ``step`` between its limits, to these, and to ``value`` exactly as it is. Fixed
    limits reach as far as the value does, with longer steps where it is far away.
    """

    def __init__(self, label, value, low, high, step=0.05):
        self._low, self._high, self._step = low, high, step
        super().__init__(value, label=label, digits=_decimals(step))

    def checked(self, value):
        return real_number(self.spec["label"], value)

    def give(self, value):
        self.value = self._own = value
        if not callable(self._high):
            self.stops = _even(self._low, self._high, self._step, value)

    def take(self, to):
        self.value = _stop(self.spec["label"], to, self.stops)

    def settle(self, state):
        if callable(self._high):
            high = float(self._high(state))
            self.value = min(self.value, high)
            self.stops = _even(self._low, high, self._step, min(self._own, high))


class LogSlider(Slider):
    """One number above zero, whose factor counts: its stops run evenly over the logarithm, in three digits each."""

    def __init__(self, label, value, low, high, steps=100):
        self._limits = low, high, steps
        Control.__init__(self, value, label=label, digits=0)

    def checked(self, value):
        return real_number(self.spec["label"], value, above=0)

    def give(self, value):
        self.value, self.stops = value, _geometric(*self._limits, value)

    def settle(self, state):
        """Its limits are fixed."""


class Sliders(Control):
    """A vector or matrix: a slider to each entry, laid out as the entries are, each as a ``Slider`` of its own."""

    def __init__(self, name, array, low, high, step=0.05):
        a = checked_array("array", array, ndim=(1, 2), empty_too=False)
        if a.size > MOST:
            raise ValueError(f"array has {a.size} entries; it needs {MOST} at most, a slider to each")
        self._name, self._shape, self._grid = name, a.shape, (low, high, step)
        labels = [f"{name}[{','.join(map(str, at))}]" for at in np.ndindex(a.shape)]
        super().__init__(a, labels=labels, columns=a.shape[-1], digits=_decimals(step))

    def checked(self, value):
        return checked_array(self._name, value, shape=self._shape).copy()

    def give(self, value):
        self.value, self.stops = value, [_even(*self._grid, own) for own in value.ravel().tolist()]

    def take(self, to, entry):
        entry = index("entry", entry, most=self.value.size - 1)
        # A copy, as the array may be in use; and no other entry is touched.
        value = self.value.copy()
        value.flat[entry] = _stop(self.spec["labels"][entry], to, self.stops[entry])
        self.value = value

    def place(self):
        return self.value.ravel().tolist()


class Choice(Control):
    """One of a few names, or of the keys of a dict, whose values are what the reader sees."""

    def __init__(self, label, value, names):
        self.names = names if isinstance(names, dict) else {name: name for name in names}
        super().__init__(value, label=label, options=list(self.names.items()))

    def checked(self, value):
        if not isinstance(value, str) or value not in self.names:
            got = reprlib.repr(value)
            raise ValueError(f"{self.spec['label']} is {got}; it needs one of {', '.join(self.names)}")
        return value

    def take(self, to):
        self.value = self.checked(to)


def _decimals(step):
    """How many decimals the multiples of a step are written with."""
    needed = max(0, -Decimal(repr(step)).normalize().as_tuple().exponent)
    return max(2, needed) if needed else 0


def _plain(x):
    """A multiple of a step without the rounding error of the product."""
    return float(f"{x:.12g}")


@lru_cache(maxsize=1024)
def _even(low, high, step, own):
    """The limits and the multiples of a step between them, and a number exactly as it is, as far away as it may be."""
    if not low <= own <= high:
        # As far on the other side, and with steps so long that a page can count them.
        middle = low / 2 + high / 2
        far = abs(own - middle)
        step *= 10.0 ** max(0, ceil(log10(far) - log10(step) - 2.5))
        low, high = _plain(step * floor((middle - far) / step)), _plain(step * ceil((middle + far) / step))
    multiples = (n * step for n in range(ceil(low / step), floor(high / step) + 1))
    return _ordered(own, [low, high, *map(_plain, multiples)], rel_tol=0, abs_tol=1e-12 * step)


@lru_cache(maxsize=64)
def _geometric(low, high, steps, own):
    """Numbers of three digits at equal factors between two limits, and a number exactly as it is."""
    evenly = np.geomspace(min(low, own), max(high, own), steps + 1)
    return _ordered(own, [float(f"{x:.3g}") for x in evenly], rel_tol=1e-12)


def _ordered(own, stops, **near):
    """A number and stops in order, without those that are it or the one before but for rounding."""
    ordered = []
    for stop in sorted({own, *filter(isfinite, stops)}):
        known = isclose(stop, own, **near) or (ordered and isclose(stop, ordered[-1], **near))
        if stop == own or not known:
            ordered.append(stop)
    return ordered


def _stop(label, to, stops):
    """What a slider is put to, if it is one of its stops."""
    if isinstance(to, bool) or not isinstance(to, (int, float)) or to not in stops:
        got = reprlib.repr(to)
        raise ValueError(f"{label} is {got}; it needs one of its stops, from {stops[0]:g} to {stops[-1]:g}")
    return stops[stops.index(to)]


class Canvas:
    """A figure that is made once; only ``moving`` artists are drawn again, over a copy of what stands still.

    What stands still is drawn again where the limits of an axis have moved.

    ``words`` say what it shows, for those who do not see it.
    """

    def __init__(self, figure, moving, words):
        self._canvas, self._moving, self.words = FigureCanvasAgg(figure), moving, words
        self._figure = figure
        for artist in moving:
            artist.set_animated(True)
        self._draw_still()
        # The axes stay where they are, whatever their limits.
        figure.set_layout_engine("none")
        self.width, self.height = self._canvas.get_width_height()

    def _draw_still(self):
        self._canvas.draw()
        self._still, self._drawn = self._canvas.copy_from_bbox(self._figure.bbox), self._limits()

    def _limits(self):
        return [ax.viewLim.bounds for ax in self._figure.axes]

    def pixels(self):
        """The figure as it now is, row after row, a whole number to each pixel."""
        if self._limits() != self._drawn:
            self._draw_still()
        self._canvas.restore_region(self._still)
        for artist in self._moving:
            artist.axes.draw_artist(artist)
        return np.array(self._canvas.buffer_rgba()).view(np.uint32).ravel()

    def png(self):
        """The figure as it now is, as PNG bytes."""
        file = BytesIO()
        matplotlib.image.imsave(file, self.pixels().view(np.uint8).reshape(self.height, self.width, 4), format="png")
        return file.getvalue()


class _Page(anywidget.AnyWidget):
    """What the page is told once: how to build the view."""

    _esm = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
    _css = CSS
    controls = traitlets.List().tag(sync=True)
    actions = traitlets.List().tag(sync=True)
    repeated = traitlets.Unicode().tag(sync=True)
    picture = traitlets.Dict().tag(sync=True)
    legend = traitlets.Unicode().tag(sync=True)
    palette = traitlets.List().tag(sync=True)


class _Shown(NamedTuple):
    """What stands on the page."""

    frame: list
    cells: list
    texts: list
    pixels: np.ndarray


# A page begins with white paper.
WHITE = np.uint32(0xFFFFFFFF)
NOTHING = _Shown(None, [], [], WHITE)


class View:
    """A live view.

    Args:
        controls: a dict from a name in the state to its ``Slider``, ``LogSlider``, ``Sliders`` or ``Choice``.
        model: a pure function of the whole state, by name, that gives a dict of arrays.
        layout: a function of that dict that gives rows, each a list of ``Matrix`` and HTML text.
        memory: what the state holds beside the controls, as a dict.
        actions: a dict from a button's label to a function of the state that gives what changes in it.
        repeated: the action that the page does again and again from Play to Pause, or until it changes nothing.
        canvas, paint: a ``Canvas``, and a function of the arrays that sets its moving artists.
        scale: the absolute value at which a cell's colour is full.

    Raises whatever the model, layout and paint raise at first.

    The view shows itself when it is the last line of a cell. Where no kernel runs, its first state stands there as
    tables and a picture.
    """

    def __init__(
        self, controls, model, layout, memory=None, actions=None, repeated="", canvas=None, paint=None, scale=2.0
    ):
        self.controls, self._model, self._layout, self._scale = controls, model, layout, scale
        self._canvas, self._paint = canvas, paint
        self._forget()
        self.state = {name: control.value for name, control in controls.items()} | (memory or {})
        first = dict(self.state)
        self.actions = {**(actions or {}), "Reset": lambda state: first}
        self._settle()
        self._page = _Page(
            controls=[{"name": name, **control.spec} for name, control in controls.items()],
            actions=list(self.actions),
            repeated=repeated,
            picture={"words": canvas.words, "width": canvas.width, "height": canvas.height} if canvas else {},
            legend=legend(scale),
            palette=PALETTE,
        )
        self._page.on_msg(lambda page, content, _: page.send(*self.answer(content)))
        self._update()

    def answer(self, steps):
        """Do what the reader did, in order: each step that can be done, also after one that cannot.

        Args:
            steps: a list of ``{"set": name, "to": value}`` for a control, with ``"entry": n`` for one of several
                sliders, ``{"act": label}`` for a button, and ``{"open": True}`` for a page that shows nothing yet.
                Only what the view offers is done: its controls and their stops, its actions.

        Returns:
            The message that the page needs and its buffers. Where something raises, its error is in the message,
            beside what the page needs to stand where the state now is.
        """
        faults, changed, buffers = [], False, []
        try:
            steps = instance("steps", steps, list)
        except TypeError as fault:
            steps, faults = [], [fault]
        for step in steps:
            try:
                changed = self._do(step) or changed
            except (Exception, KeyboardInterrupt) as fault:
                faults.append(fault)
        message = self._moved()
        try:
            board, buffers = self._update()
            message |= board
        except (Exception, KeyboardInterrupt) as fault:
            faults.append(fault)
        if faults:
            message["error"] = "\n".join(f"{type(fault).__name__}: {fault}".removesuffix(": ") for fault in faults)
        elif not changed:
            message["ended"] = True
        return message, buffers

    def _do(self, step):
        """One step. Returns whether it changes anything."""
        match step:
            case {"open": True, **more} if not more:
                self._forget()
                return True
            case {"act": label, **more} if not more:
                return self._take_over(choice("act", label, self.actions)(dict(self.state)))
            case {"set": name, "to": to, **more} if more.keys() <= {"entry"}:
                control = choice("set", name, self.controls)
                # Its place is sent in any case: the page may have put it where it cannot stay.
                self._placed.pop(name, None)
                control.take(to, **more)
                self._settle()
                return True
        raise ValueError(f"a step is {reprlib.repr(step)}; it needs to be one that this view offers")

    def _take_over(self, changes):
        """What an action gives: all of it, or nothing where a part is not what it needs to be."""
        if unknown := named("changes", changes).keys() - self.state.keys():
            raise ValueError(f"changes has the key {min(unknown)!r}; it needs {', '.join(self.state)}")
        checked = {name: control.checked(changes[name]) for name, control in self.controls.items() if name in changes}
        for name, value in checked.items():
            self.controls[name].give(value)
        self.state |= changes
        self._settle()
        return bool(changes)

    def _settle(self):
        self.state |= {name: control.value for name, control in self.controls.items()}
        for name, control in self.controls.items():
            control.settle(self.state)
            self.state[name] = control.value

    def _forget(self):
        """Send everything the next time."""
        self._shown, self._placed, self._offered = NOTHING, {}, {}

    def _moved(self):
        """Which controls now stand elsewhere than on the page, and which have other stops."""
        placed = {name: control.place() for name, control in self.controls.items()}
        offered = {name: control.stops for name, control in self.controls.items() if control.stops}
        message = {
            "stops": {name: stops for name, stops in offered.items() if stops != self._offered.get(name)},
            "controls": {name: place for name, place in placed.items() if place != self._placed.get(name)},
        }
        self._placed, self._offered = placed, offered
        return message

    def _update(self):
        """What has to change on the board to show the state as it now is: a message and its buffers."""
        self.arrays = self._model(**self.state)
        self._rows = self._layout(self.arrays)
        before, now, message, buffers = self._shown, self._look(), {}, []
        if now.frame != before.frame:
            message["board"] = self._board()
        else:
            message["cells"], message["texts"] = _new(now.cells, before.cells), _new(now.texts, before.texts)
        if self._canvas is not None:
            changed = np.flatnonzero(now.pixels != before.pixels).astype(np.uint32)
            buffers = [changed.tobytes(), now.pixels[changed].tobytes()] if len(changed) else []
        # Last, so that what is interrupted on the way is sent the next time.
        self._shown = now
        return message, buffers

    def _look(self):
        every = [item for row in self._rows for item in row]
        matrices = [item for item in every if isinstance(item, Matrix)]
        frame = [[np.shape(item.array) if isinstance(item, Matrix) else "" for item in row] for row in self._rows]
        if self._canvas is not None:
            self._paint(self.arrays)
        return _Shown(
            frame,
            [cell for m in matrices for cell in cells(m.array, self._scale, m.digits, m.known)],
            [(caption(item.label, item.array, item.axes) if isinstance(item, Matrix) else item,) for item in every],
            WHITE if self._canvas is None else self._canvas.pixels(),
        )

    def _board(self):
        return "".join(
            f'<div class="nn-row" style="{ROW}">{"".join(self._item(item) for item in row)}</div>' for row in self._rows
        )

    def _item(self, item):
        if isinstance(item, str):
            return f'<div class="nn-text">{item}</div>'
        return table(item.label, item.array, item.axes, self._scale, item.digits, item.known)

    def _repr_mimebundle_(self, include=None, exclude=None):
        picture = ""
        if self._canvas is not None:
            png = b64encode(self._canvas.png()).decode()
            picture = f'<img alt="{escape(self._canvas.words)}" src="data:image/png;base64,{png}">'
        still = f'<style>{CSS}</style><div class="nn-view">{legend(self._scale)}{picture}{self._board()}</div>'
        data, metadata = self._page._repr_mimebundle_()
        words = {"text/html": still, "text/plain": "A live view: run the cell to move it."}
        return data | words, metadata


def _new(now, before):
    """The entries that differ, each after its place."""
    return [[n, *new] for n, (new, old) in enumerate(zip(now, before, strict=True)) if new != old]
