"""Live views: a state goes in, arrays come out, and objects that are kept show them.

One mechanism for the whole series. What the reader moves is the state. ``model(**state)``, a pure function, makes named
arrays of it. ``layout(arrays)`` arranges them in rows, and of those only what differs from what stands on the page is
sent: one message there and one back for every change, however many matrices. A curve is a ``Canvas``: a figure made
once, of which only the moving artists are drawn again.

``explore.js`` is the page's side, and ``explore.css`` what it looks like.
"""

from base64 import b64encode
from html import escape
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import anywidget
import matplotlib.image
import numpy as np
import traitlets
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from . import validate
from .show import PALETTE, caption, cells, legend, table
from .validate import function, index, instance, items, number, text

__all__ = ["Canvas", "Choice", "LogSlider", "Matrix", "Slider", "Sliders", "View"]

CSS = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
# In place, as a page that is not trusted to bring a style sheet still takes this.
ROW = "display:flex;flex-wrap:wrap;align-items:center;gap:4px 14px;margin:0 0 14px"


class Matrix(NamedTuple):
    """An array on the board: ``label`` above it in HTML, what its ``axes`` are, and how many ``digits`` it shows."""

    label: str
    array: np.ndarray
    axes: str = ""
    digits: int = 2


class Control:
    """One entry of the state, moved by the reader. ``spec`` is what the page needs to build it."""

    def __init__(self, value, **spec):
        self.value, self.spec = value, spec

    def take(self, place):
        """Take over where the page has put it."""
        self.value = place

    def place(self):
        """Where it stands on the page."""
        return self.value

    def places(self, state):
        """Where the page is to put it, and, where that may change, how far it goes."""
        return [self.place()]


class Slider(Control):
    """One number, from ``low`` to ``high``, which may be a function of the state."""

    def __init__(self, label, value, low, high, step=0.05):
        value, low, step = number("value", value), number("low", low), number("step", step, above=0)
        limit = None if callable(high) else number("high", high, above=low)
        self._high = high if limit is None else lambda state: limit
        super().__init__(value, label=text("label", label), min=low, step=step)

    def take(self, place):
        # The page counts in steps from the left: 1.2 comes as 1.2000000000000002.
        self.value = round(float(place), 9)

    def places(self, state):
        high = self._high(state)
        if self.place() > high:
            self.take(high)
        return [self.place(), high]


class LogSlider(Slider):
    """One number above zero, whose factor counts: the slider runs evenly over its logarithm."""

    def __init__(self, label, value, low, high, steps=100):
        low = number("low", low, above=0)
        high, value = number("high", high, above=low), number("value", value, above=0)
        steps = index("steps", steps, least=1)
        low, high, place = np.log10([low, high, value]).tolist()
        step = (high - low) / steps
        super().__init__(label, 0, low, high, step)
        self.spec["log"] = True
        # On a stop, as the page would put it there anyway.
        self.take(low + round((place - low) / step) * step)

    def take(self, place):
        self.value = 10.0 ** round(float(place), 9)

    def place(self):
        return round(float(np.log10(self.value)), 9)


class Sliders(Control):
    """A vector or matrix: a slider to each entry, laid out as the entries are."""

    def __init__(self, name, array, low, high, step=0.05):
        a = validate.array("array", array, ndim=(1, 2), empty_too=False).copy()
        low, step = number("low", low), number("step", step, above=0)
        high = number("high", high, above=low)
        labels = [f"{text('name', name)}[{','.join(map(str, at))}]" for at in np.ndindex(a.shape)]
        super().__init__(a, labels=labels, columns=a.shape[-1], min=low, max=high, step=step)

    def take(self, place):
        self.value = np.round(np.array(place, dtype=float), 9).reshape(self.value.shape)

    def place(self):
        return self.value.ravel().tolist()


class Choice(Control):
    """One of a few names, or of the keys of a dict, whose values are what the reader sees."""

    def __init__(self, label, value, names):
        self.names = names if isinstance(names, dict) else {name: name for name in items("names", names)}
        validate.table("names", self.names)
        super().__init__(value, label=text("label", label), options=list(self.names.items()))
        self.take(value)

    def take(self, place):
        if not isinstance(place, str) or place not in self.names:
            raise ValueError(f"{self.spec['label']} is {place!r}; it needs one of {', '.join(self.names)}")
        self.value = place


class Canvas:
    """A figure that is made once; only ``moving`` artists are drawn again, over a copy of what stands still.

    ``words`` say what it shows, for those who do not see it.
    """

    def __init__(self, figure, moving, words):
        instance("figure", figure, Figure)
        moving = [instance(f"moving[{n}]", artist, Artist) for n, artist in enumerate(items("moving", moving))]
        if not text("words", words).strip():
            raise ValueError(f"words is {words!r}; it needs a sentence that says what the figure shows")
        self._canvas, self._moving, self.words = FigureCanvasAgg(figure), moving, words
        for artist in moving:
            artist.set_animated(True)
        self._canvas.draw()
        figure.set_layout_engine("none")
        self._still = self._canvas.copy_from_bbox(figure.bbox)
        self.width, self.height = self._canvas.get_width_height()

    def pixels(self):
        """The figure as it now is, row after row, a whole number to each pixel."""
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
    controls: dict
    pixels: np.ndarray


# A page begins with white paper.
WHITE = np.uint32(0xFFFFFFFF)
NOTHING = _Shown(None, [], [], {}, WHITE)


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

    Raises:
        TypeError, ValueError: an argument is not what it says; and whatever the model, layout and paint raise at first.

    The view shows itself when it is the last line of a cell. Where no kernel runs, its first state stands there as
    tables and a picture.
    """

    def __init__(
        self, controls, model, layout, memory=None, actions=None, repeated="", canvas=None, paint=None, scale=2.0
    ):
        for name, control in validate.table("controls", controls).items():
            instance(f"controls[{name!r}]", control, Control)
        memory, actions = validate.table("memory", memory or {}), validate.table("actions", actions or {})
        for label, action in actions.items():
            function(f"actions[{label!r}]", action)
        if repeated and repeated not in actions:
            raise ValueError(f"repeated is {repeated!r}; it needs one of the actions, {', '.join(actions) or 'none'}")
        if canvas is not None:
            instance("canvas", canvas, Canvas), function("paint", paint)
        function("model", model), function("layout", layout), number("scale", scale, above=0)
        self.controls, self._model, self._layout, self._scale = controls, model, layout, scale
        self._canvas, self._paint, self._shown = canvas, paint, NOTHING
        self.state = {name: control.value for name, control in controls.items()} | memory
        first = dict(self.state)
        self.actions = {**actions, "Reset": lambda state: first}
        self._page = _Page(
            controls=[{"name": name, **control.spec} for name, control in controls.items()],
            actions=list(self.actions),
            repeated=repeated,
            picture={"words": canvas.words, "width": canvas.width, "height": canvas.height} if canvas else {},
            legend=legend(scale),
            palette=PALETTE,
        )
        self._page.on_msg(lambda page, content, _: page.send(*self.answer(content["steps"])))
        self._update()

    def answer(self, steps):
        """Do what the reader did, in order.

        Args:
            steps: a list of ``{"set": name, "to": place}`` for a control, ``{"act": label}`` for a button, and
                ``{"open": True}`` for a page that shows nothing yet.

        Returns:
            The message that the page needs and its buffers. Where something raises, the message is its error.
        """
        try:
            changed = [self._do(step) for step in steps]
            message, buffers = self._update()
        except (Exception, KeyboardInterrupt) as error:
            return {"error": f"{type(error).__name__}: {error}".removesuffix(": ")}, []
        return message | {"ended": True} if not any(changed) else message, buffers

    def _do(self, step):
        """One step. Returns what it changes."""
        if "open" in step:
            self._shown, changes = NOTHING, {"page": None}
        elif "act" in step:
            changes = self.actions[step["act"]](self.state)
            self.state |= changes
            for name, control in self.controls.items():
                control.value = self.state[name]
        else:
            control = self.controls[step["set"]]
            control.take(step["to"])
            changes = {step["set"]: control.value}
            self.state |= changes
            # Its place is sent in any case: the page may have put it too far, so that nothing changes here.
            self._shown.controls.pop(step["set"], None)
        return changes

    def _update(self):
        """What has to change on the page to show the state as it now is: a message and its buffers."""
        places = {name: control.places(self.state) for name, control in self.controls.items()}
        self.state |= {name: control.value for name, control in self.controls.items()}
        self.arrays = self._model(**self.state)
        self._rows = self._layout(self.arrays)
        before, now, message, buffers = self._shown, self._look(places), {}, []
        if now.frame != before.frame:
            message["board"] = self._board()
        else:
            message["cells"], message["texts"] = _new(now.cells, before.cells), _new(now.texts, before.texts)
        message["controls"] = {name: place for name, place in places.items() if place != before.controls.get(name)}
        if self._canvas is not None:
            changed = np.flatnonzero(now.pixels != before.pixels).astype(np.uint32)
            buffers = [changed.tobytes(), now.pixels[changed].tobytes()] if len(changed) else []
        # Last, so that what is interrupted on the way is sent the next time.
        self._shown = now
        return message, buffers

    def _look(self, places):
        every = [item for row in self._rows for item in row]
        matrices = [item for item in every if isinstance(item, Matrix)]
        frame = [[np.shape(item.array) if isinstance(item, Matrix) else "" for item in row] for row in self._rows]
        if self._canvas is not None:
            self._paint(self.arrays)
        return _Shown(
            frame,
            [cell for m in matrices for cell in cells(m.array, self._scale, m.digits)],
            [(caption(item.label, item.array, item.axes) if isinstance(item, Matrix) else item,) for item in every],
            dict(places),
            WHITE if self._canvas is None else self._canvas.pixels(),
        )

    def _board(self):
        return "".join(
            f'<div class="nn-row" style="{ROW}">{"".join(self._item(item) for item in row)}</div>' for row in self._rows
        )

    def _item(self, item):
        if isinstance(item, str):
            return f'<div class="nn-text">{item}</div>'
        return table(item.label, item.array, item.axes, self._scale, item.digits)

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
