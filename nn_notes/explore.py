"""Live views: a state goes in, arrays come out, and objects that are kept show them.

One mechanism for the whole series. What the reader moves is the state. ``model(**state)``, a pure function, makes named
arrays of it. ``layout(arrays)`` arranges them in rows, and of those only what differs from what stands on the page is
sent: one message there and one back for every change, however many matrices and charts.

A view knows nobody who carries its messages. A transport, such as ``widget`` for Jupyter, registers itself as
``View.transport``. ``explore.js`` is the page's side of every transport, and ``explore.css`` what it looks like.
"""

import json
import reprlib
from base64 import b64encode
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from html import escape
from math import ceil, floor, isclose, isfinite, log10
from pathlib import Path
from typing import NamedTuple

import numpy as np

from . import charts
from .charts import Chart
from .show import PALETTE, caption, cells, legend, table
from .validate import array as checked_array
from .validate import choice, index, instance, named, real_number, string

__all__ = ["Choice", "Drawing", "Line", "LogSlider", "Matrix", "Slider", "Sliders", "View"]

CSS = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
# What a page that carries messages itself needs to build a view, and to show its first state.
SPEC = "application/vnd.nn-notes.view"
ASLEEP = "A still picture of a live view. Run this cell, and it moves."
# How long a page waits before it repeats an action, in milliseconds.
PACES = {"slow": 1500, "medium": 500, "fast": 0}
# A page with more sliders than this is slow.
MOST = 1000


class Matrix(NamedTuple):
    """An array on the board: ``label`` above it in HTML, what its ``axes`` are, and how many ``digits`` it shows.

    ``names`` are those of its rows and of its columns, where they have any: they stand beside and above the entries. As
    long as its numbers are not ``known``, each is a dot. Where it shows a ``Sliders`` as it stands, ``hand`` is the
    name of that in the state: its numbers are moved right there.

    What an entry is made of, a page says where the reader asks. It knows it of a table that stands alone on one side of
    an equation; of others ``made`` says it, a function of the row and the column: in words, or as the terms of a sum,
    each a tuple of a number and of the entries of the board that it multiplies, as ``(label, row, column)``.
    """

    label: str
    array: np.ndarray
    axes: str = ""
    digits: int = 2
    known: bool = True
    hand: str = ""
    made: Callable[[int, int], str | list[tuple]] | None = None
    names: tuple = ()


class Control:
    """One entry of the state, moved by the reader. ``spec`` is what the page needs to build it."""

    # What a slider can be put to, in order; of several, a list to each.
    stops = None
    # Of the state: whether there is something for it to move; None where there always is.
    when = None

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
    limits reach as far as the value does, with longer steps where it is far away. It stands on the page ``when`` a
    function of the state says so, or always.
    """

    def __init__(self, label, value, low, high, step=0.05, when=None):
        self._low, self._high, self._step, self.when = low, high, step, when
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
    """A vector or matrix, each entry a ``Slider`` of its own: the reader moves it in the ``Matrix`` that shows it.

    An entry can also be put to a number between two stops, which then is one too.
    """

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
        label, stops = self.spec["labels"][entry], self.stops[entry]
        to = real_number(label, to)
        if not stops[0] <= to <= stops[-1]:
            raise ValueError(f"{label} is {to:g}; it needs a number from {stops[0]:g} to {stops[-1]:g}")
        # Copies, as the array may be in use, and the page knows the stops of before; and no other entry is touched.
        value = self.value.copy()
        value.flat[entry] = to
        self.value = value
        if to not in stops:
            self.stops = [sorted([*some, to]) if n == entry else some for n, some in enumerate(self.stops)]

    def place(self):
        return self.value.ravel().tolist()


class Choice(Control):
    """One of a few names, or of the keys of a dict, whose values are what the reader sees."""

    def __init__(self, label, value, names):
        self.names = names if isinstance(names, dict) else {name: name for name in names}
        super().__init__(value, label=label, options=[[*pair] for pair in self.names.items()])

    def checked(self, value):
        if not isinstance(value, str) or value not in self.names:
            got = reprlib.repr(value)
            raise ValueError(f"{self.spec['label']} is {got}; it needs one of {', '.join(self.names)}")
        return value

    def take(self, to):
        self.value = self.checked(to)


class Line(Control):
    """A line of text, of so many signs at most, that the reader writes."""

    def __init__(self, label, value, most):
        super().__init__(value, label=label, most=most)

    def checked(self, value):
        if len(string(self.spec["label"], value)) > self.spec["most"]:
            raise ValueError(f"{self.spec['label']} has {len(value):,} signs; it needs {self.spec['most']} at most")
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


@lru_cache(maxsize=1024, typed=True)
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


@lru_cache(maxsize=64, typed=True)
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


class Drawing(NamedTuple):
    """An SVG on the board that is none of a ``Chart``: its text, and ``words`` for those who do not see it."""

    svg: str
    words: str

    @classmethod
    def of(cls, parts, width, height, words, size):
        """One of some parts, so many pixels wide and high, in the ink of its page; letters of a size, centred."""
        return cls(
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{words}" '
            f'width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
            f'fill="currentColor" font-size="{size}" text-anchor="middle">{parts}</svg>',
            words,
        )


class _Shown(NamedTuple):
    """What stands on the page: how the board is built, and all that moves in it."""

    frame: list
    cells: list
    texts: list
    axes: list
    paths: list
    made: list


# What belongs to the array behind it, as a sign does.
SIGNS = ("=", "·", "+", "−", "→", "gives", "by", "of")
# An image has neither the ink nor the ground of the page that it stands on.
PAPER = "color:#000;background:#fff"
NOTHING = _Shown(None, [], [], [], [], [])


class View:
    """A live view.

    Args:
        controls: a dict from a name in the state to its ``Slider``, ``LogSlider``, ``Sliders``, ``Choice`` or
            ``Line``.
        model: a pure function of the whole state, by name, that gives a dict of arrays.
        layout: a function of that dict that gives rows: lists of ``Matrix``, ``Chart``, ``Drawing`` and HTML text. Each
            ``Sliders`` is under the ``hand`` in one of them, or more.
        memory: what the state holds beside the controls, as a dict.
        actions: a dict from a button's label to a function of the state that gives what changes in it. It also gets
            ``rng`` there, a generator: another one at every press, and the same ones again after a Reset.
        drags: a dict from the ``drag`` of ``Dots`` to a function of the state and of where on both axes the reader has
            dragged one, that gives what changes in the state.
        repeated: the action that the page does again and again from Play to Pause, or until it has ended.
        ended: a function of what the model gives that tells whether ``repeated`` has nothing left to do; by default it
            has always something.
        pace: how fast at first, "slow", "medium" or "fast".
        scale: the absolute value at which a cell's colour is full.
        tries: what to try: a dict from a task in HTML to a function of what the model gives that tells whether it is
            met. The page ticks it where the reader comes to rest, and it stays ticked.

    Raises:
        ValueError: a ``Sliders`` is nowhere under the hand, or what is under the hand is none.

    It raises, too, whatever the model and layout raise at first.

    The view shows itself when it is the last line of a cell: asleep, as tables and pictures of its first state, until
    its transport carries the first answer.
    """

    # Who shows a view and carries its messages: a function of the view.
    transport = None

    def __init__(
        self,
        controls,
        model,
        layout,
        memory=None,
        actions=None,
        drags=None,
        repeated="",
        ended=lambda arrays: False,
        pace="fast",
        scale=2.0,
        tries=None,
    ):
        self.controls, self._model, self._layout, self._scale = controls, model, layout, scale
        self._drags, self._tries, self._ended = drags or {}, tries or {}, ended
        self._forget()
        self.state = {name: control.value for name, control in controls.items()} | (memory or {})
        first = dict(self.state)
        self.actions = {**(actions or {}), "Reset": lambda state: first}
        self._settle()
        # How this state was come to: [label, how often] of what was pressed, each behind the controls moved before it.
        # Where the controls are all of the state, none of it is needed.
        self._remembers, self._apart = bool(memory), False
        self._presses, self._way, self._left = 0, [], self._places()
        choice("pace", pace, PACES)
        self.spec = {
            "controls": [{"name": name, **control.spec} for name, control in controls.items()],
            "actions": list(self.actions),
            "repeated": repeated,
            "paces": PACES,
            "pace": pace,
            "legend": legend(scale),
            "palette": PALETTE,
            "tries": [*self._tries],
            "first": self._places(),
        }
        self._update()

    def at(self, *steps, **places):
        """Bring the view to where a page has it: what its button copies stands behind the call that makes the view.

        Args:
            steps: what is done before, in order: the label of an action that is pressed, or ``places`` as a dict.
            places: by the names of controls a number, one of the names of a ``Choice``, or the array of a ``Sliders``.

        Returns:
            The view itself.

        Raises:
            TypeError, ValueError: there is no such action or control, or it cannot stand there.
        """
        for n, step in enumerate(steps):
            if isinstance(step, dict):
                self._check_places(f"steps[{n}]", step)
            else:
                choice(f"steps[{n}]", step, self.actions)
        self._check_places("places", places)
        for step in [*steps, places]:
            if isinstance(step, str):
                self._press(step)
            else:
                self._take_over(step)
        # What is copied from now on stands behind this call.
        self.spec["first"] = self._left = self._places()
        self._way, self._apart = [], True
        self._update()
        return self

    def _check_places(self, name, places):
        for control in places:
            choice(name, control, self.controls)

    def answer(self, steps):
        """Do what the reader did, in order: each step that can be done, also after one that cannot.

        Args:
            steps: a list of ``{"set": name, "to": value}`` for a control, with ``"entry": n`` for one of several
                sliders, ``{"act": label}`` for a button, ``{"drag": name, "to": [x, y]}`` for a dot of a chart, and
                ``{"open": True}`` for a page that shows nothing yet.
                Only what the view offers is done: its controls within their limits, its actions.

        Returns:
            The message that the page needs. Where something raises, its error is in the message, beside what the page
            needs to stand where the state now is.
        """
        faults = []
        try:
            steps = instance("steps", steps, list)
        except TypeError as fault:
            steps, faults = [], [fault]
        for step in steps:
            try:
                self._do(step)
            except (Exception, KeyboardInterrupt) as fault:
                faults.append(fault)
        message = self._moved()
        try:
            message |= self._update()
        except (Exception, KeyboardInterrupt) as fault:
            faults.append(fault)
        if faults:
            message["error"] = "\n".join(f"{type(fault).__name__}: {fault}".removesuffix(": ") for fault in faults)
        return message

    def _do(self, step):
        """One step."""
        match step:
            case {"open": True, **more} if not more:
                self._forget()
            case {"act": label, **more} if not more:
                choice("act", label, self.actions)
                self._press(label)
            case {"drag": name, "to": [x, y], **more} if not more:
                to = real_number("to[0]", x), real_number("to[1]", y)
                self._take_over(choice("drag", name, self._drags)(dict(self.state), *to))
            case {"set": name, "to": to, **more} if more.keys() <= {"entry"}:
                control = choice("set", name, self.controls)
                # Its place is sent in any case: the page may have put it where it cannot stay.
                self._stood["controls"].pop(name, None)
                control.take(to, **more)
                self._settle()
            case _:
                raise ValueError(f"a step is {reprlib.repr(step)}; it needs to be one that this view offers")

    def _press(self, label):
        """Do an action, and note it on the way."""
        moved = {name: place for name, place in self._places().items() if place != self._left[name]}
        self._take_over(self.actions[label](self.state | {"rng": np.random.default_rng(self._presses + 1)}))
        self._left = self._places()
        if label == "Reset":
            # It leads back to the beginning by itself, unless the view began elsewhere.
            self._presses, self._way = 0, [[label, 1]] if self._remembers and self._apart else []
        else:
            self._presses += 1
            self._way = _longer(self._way, moved, label) if self._remembers else []

    def _take_over(self, changes):
        """What an action gives: all of it, or nothing where a part is not what it needs to be."""
        if unknown := named("changes", changes).keys() - self.state.keys():
            raise ValueError(f"changes has the key {min(unknown)!r}; it needs {', '.join(self.state)}")
        checked = {name: control.checked(changes[name]) for name, control in self.controls.items() if name in changes}
        for name, value in checked.items():
            self.controls[name].give(value)
        self.state |= changes
        self._settle()

    def _settle(self):
        self.state |= {name: control.value for name, control in self.controls.items()}
        for name, control in self.controls.items():
            control.settle(self.state)
            self.state[name] = control.value

    def _forget(self):
        """Send everything the next time."""
        self._shown, self._stood = NOTHING, {"stops": {}, "controls": {}, "idle": {}}
        self._told = {"met": [], "way": [], "ended": False}

    def _places(self):
        """Where each control stands."""
        return {name: control.place() for name, control in self.controls.items()}

    def _standing(self):
        """Where the controls stand, what those with stops can be put to, and which of them have nothing to move."""
        return {
            "stops": {name: control.stops for name, control in self.controls.items() if control.stops},
            "controls": self._places(),
            "idle": {name: not control.when(self.state) for name, control in self.controls.items() if control.when},
        }

    def _moved(self):
        """Which controls now stand elsewhere than on the page, have other stops, or come and go."""
        before, self._stood = self._stood, self._standing()
        moved = {
            part: {name: new for name, new in now.items() if new != before[part].get(name)}
            for part, now in self._stood.items()
        }
        return {part: changes for part, changes in moved.items() if changes}

    def _update(self):
        """What has to change on the board to show the state as it now is."""
        self.arrays = self._model(**self.state)
        self._rows = self._layout(self.arrays)
        before, now = self._shown, self._look()
        if now.frame != before.frame:
            message = {"board": self._board()}
        else:
            pairs = zip(now._fields[1:], now[1:], before[1:], strict=True)
            message = {part: changes for part, new, old in pairs if (changes := _new(new, old))}
        told = self._telling()
        message |= {part: new for part, new in told.items() if new != self._told[part]}
        # Last, so that what is interrupted on the way is sent the next time.
        self._shown, self._told = now, told
        return message

    def _telling(self):
        """Which of the tasks are met in the state as it now is, how it was come to, and whether it is an end."""
        met = [n for n, is_met in enumerate(self._tries.values()) if is_met(self.arrays)]
        return {"met": met, "way": self._way, "ended": bool(self._ended(self.arrays))}

    def _look(self):
        every = [item for row in self._rows for item in row]
        matrices, drawn = ([item for item in every if isinstance(item, kind)] for kind in (Matrix, Chart))
        self._check_hands(matrices)
        return _Shown(
            [[_frame(item) for item in row] for row in self._rows],
            [cell for m in matrices for cell in cells(m.array, self._scale, m.digits, m.known)],
            [(_words(item),) for item in every if not isinstance(item, Chart)],
            [(charts.axes(chart),) for chart in drawn],
            [(path,) for chart in drawn for path in charts.paths(chart)],
            [(self._made(m),) for m in matrices],
        )

    def _check_hands(self, matrices):
        """Every entry that can be moved is on the board, and each in its place."""
        held = {m.hand: np.shape(m.array) for m in matrices if m.hand}
        needed = {n: np.shape(self.state[n]) for n, control in self.controls.items() if isinstance(control, Sliders)}
        if held != needed:
            raise ValueError(f"layout has under the hand {held}; it needs each Sliders with its shape: {needed}")

    def _board(self):
        def together(sign, item):
            return f'<div class="nn-pair">{sign}{item}</div>'

        rows = ("".join(_paired(row, self._item, together)) for row in self._rows)
        return "".join(f'<div class="nn-row">{row}</div>' for row in rows)

    def _item(self, item):
        match item:
            case Matrix():
                html = table(item.label, item.array, item.axes, self._scale, item.digits, item.known, item.names)
                data = {"hand": item.hand, "made": self._made(item)}
                marks = "".join(f' data-{name}="{escape(value)}"' for name, value in data.items() if value)
                return html.replace("<table", f"<table{marks}", 1)
            case Chart():
                return charts.svg(item)
        return f'<div class="nn-text">{_words(item)}</div>'

    def _made(self, m):
        """What each entry of a matrix is made of, row by row, as a page reads it: a label is the place of its table."""
        if not m.made:
            return ""
        labels = [item.label for row in self._rows for item in row if isinstance(item, Matrix)]

        def told(reasons):
            if isinstance(reasons, str):
                return reasons
            return [[number, *([labels.index(label), *at] for label, *at in factors)] for number, *factors in reasons]

        places = np.ndindex(np.atleast_2d(m.array).shape)
        return json.dumps([told(m.made(*at)) for at in places], ensure_ascii=False, separators=(",", ":"))

    def _still(self):
        """The first state for a page that may have neither styles nor scripts nor SVG: tables side by side, and images.

        What colours mean is said by the style sheet, since without it there are none.
        """

        def side_by_side(*items, kind="nn-pair"):
            row = "".join(f"<td>{item}</td>" for item in items)
            return f'<table class="{kind}" role="presentation"><tr>{row}</tr></table>'

        rows = (_paired(row, self._image, side_by_side) for row in self._rows)
        board = "".join(side_by_side(*row, kind="nn-row") for row in rows)
        return (
            f'<style>{CSS}</style><div class="nn-view nn-still">{board}{legend(self._scale)}'
            f'<p class="nn-asleep">{ASLEEP}</p></div>'
        )

    def _image(self, item):
        if not isinstance(item, Chart | Drawing):
            return self._item(item)
        svg = charts.svg(item) if isinstance(item, Chart) else item.svg
        svg = svg.replace("<svg", f'<svg style="{PAPER}"', 1)
        return f'<img alt="{escape(item.words)}" src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}">'

    def opening(self):
        """What a page makes the view from, as it now stands: its ``spec`` and its board."""
        opening = self._standing() | {"board": self._board()} | self._telling()
        # As text: a notebook writes each number of what it knows to be JSON on a line of its own.
        return json.dumps(self.spec | {"opening": opening}, ensure_ascii=False)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self._still(), "text/plain": ASLEEP, SPEC: self.opening()}

    def _ipython_display_(self):
        if View.transport is None:
            # What IPython takes for: as if there were no such method.
            raise NotImplementedError
        View.transport(self)


def _longer(way, moved, label):
    """A way, and behind it the controls that were moved, and a press; one like the last is counted with it."""
    way = [*way, moved] if moved else way
    match way:
        case [*before, [last, times]] if last == label:
            return [*before, [label, times + 1]]
    return [*way, [label, 1]]


def _leads(item):
    """Whether an item is a sign, or ends with one, so that what comes next belongs to it."""
    return isinstance(item, str) and item.endswith(SIGNS)


def _paired(row, drawn, together):
    """The items of a row as they are drawn, a sign and the array after it together: no line begins between them."""
    items = iter(row)
    for item in items:
        after = next(items, None) if _leads(item) else None
        yield drawn(item) if after is None else together(drawn(item), drawn(after))


def _frame(item):
    """What of an item is built once: a change to it builds the whole board anew."""
    match item:
        case Matrix():
            return np.shape(item.array), item.hand
        case Chart():
            return charts.outline(item)
    return _leads(item)


def _words(item):
    match item:
        case Matrix():
            return caption(item.label, item.array, item.axes)
        case Drawing():
            return item.svg
    return item


def _new(now, before):
    """The entries that differ, each after its place."""
    return [[n, *new] for n, (new, old) in enumerate(zip(now, before, strict=True)) if new != old]
