"""Live views: a state goes in, arrays come out, and objects that are kept show them.

One mechanism for the whole series. Controls hold the state. ``model(**state)``, a pure function, makes named arrays of
it. ``layout(arrays)`` arranges them in rows, which become one HTML widget: one message to the page for every change,
however many matrices. A curve is a ``Canvas``: a figure made once, of which only the moving artists are drawn again.
"""

import html
from base64 import b64encode
from io import BytesIO
from typing import NamedTuple

import ipywidgets as widgets
import matplotlib.image
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from traitlets import Unicode

from .show import STYLE, legend, table

__all__ = ["Canvas", "Choice", "LogSlider", "Matrix", "Slider", "Sliders", "View"]

# In place, as a page that is not trusted to bring a style sheet still takes this.
ROW = "display:flex;flex-wrap:wrap;align-items:center;gap:4px 14px;margin:0 0 14px"


class Matrix(NamedTuple):
    """An array on the board: ``label`` above it in HTML, what its ``axes`` are, and how many ``digits`` it shows."""

    label: str
    array: np.ndarray
    axes: str = ""
    digits: int = 2


class Control:
    """One widget that holds one entry of the state."""

    def __init__(self, widget):
        self.widget, self.leaves = widget, [widget]

    @property
    def value(self):
        return self.widget.value

    @value.setter
    def value(self, value):
        self.widget.value = value


class Slider(Control):
    """One number."""

    def __init__(self, label, value, low, high, step=0.05):
        super().__init__(
            widgets.FloatSlider(
                value=value,
                min=low,
                max=high,
                step=step,
                description=label,
                readout_format=".2f" if step % 1 else "d",
                style={"description_width": "50px"},
                layout=widgets.Layout(width="200px", margin="0 4px 0 0"),
            )
        )

    @Control.value.getter
    def value(self):
        # The page puts a slider at its nearest stop and reports where that is: 1.2 comes back as 1.2000000000000002.
        return round(self.widget.value, 9)


class LogSlider(Control):
    """One number above zero, whose factor counts: the slider runs evenly over its logarithm."""

    def __init__(self, label, value, low, high, steps=100):
        low, high = np.log10([low, high])
        super().__init__(
            widgets.FloatLogSlider(
                value=value,
                min=low,
                max=high,
                step=(high - low) / steps,
                description=label,
                readout_format=".3g",
                style={"description_width": "50px"},
                layout=widgets.Layout(width="420px", margin="0 4px 0 0"),
            )
        )


class Choice(Control):
    """One of a few names."""

    def __init__(self, label, value, names):
        super().__init__(
            widgets.Dropdown(
                options=names,
                value=value,
                description=label,
                style={"description_width": "initial"},
                layout=widgets.Layout(width="max-content"),
            )
        )


class Sliders:
    """A vector or matrix: a slider to each entry, laid out as the entries are."""

    def __init__(self, name, array, low, high, step=0.05):
        self._shape = np.shape(array)
        rows = np.atleast_2d(array)
        index = "[{1}]" if len(self._shape) == 1 else "[{0},{1}]"
        grid = [
            [Slider(name + index.format(r, c), x, low, high, step) for c, x in enumerate(row)]
            for r, row in enumerate(rows)
        ]
        self._sliders = [slider for row in grid for slider in row]
        self.leaves = [slider.widget for slider in self._sliders]
        wrap = widgets.Layout(flex_flow="row wrap")
        self.widget = widgets.VBox([widgets.HBox([s.widget for s in row], layout=wrap) for row in grid])

    @property
    def value(self):
        return np.array([slider.value for slider in self._sliders]).reshape(self._shape)

    @value.setter
    def value(self, array):
        for slider, x in zip(self._sliders, np.ravel(array), strict=True):
            slider.value = x


class Picture(widgets.Image):
    """An image with words for those who do not see it: its tooltip, since the widget has no alternative text.

    The page shows the tooltip of a widget only where it finds a description too, be it an empty one.
    """

    description = Unicode("").tag(sync=True)


class Canvas:
    """A figure that is made once; only ``moving`` artists are drawn again, over a copy of what stands still.

    ``words`` say what it shows, for those who do not see it.
    """

    def __init__(self, figure, moving, words):
        self._canvas, self._moving, self.words = FigureCanvasAgg(figure), moving, words
        for artist in moving:
            artist.set_animated(True)
        self._canvas.draw()
        figure.set_layout_engine("none")
        self._still = self._canvas.copy_from_bbox(figure.bbox)

    def png(self):
        """The figure as it now is, as PNG bytes."""
        self._canvas.restore_region(self._still)
        for artist in self._moving:
            artist.axes.draw_artist(artist)
        file = BytesIO()
        matplotlib.image.imsave(file, self._canvas.buffer_rgba(), format="png", pil_kwargs={"compress_level": 1})
        return file.getvalue()


class View:
    """A live view.

    Args:
        controls: a dict from a name in the state to its ``Slider``, ``Sliders`` or ``Choice``.
        model: a pure function of the whole state, by name, that gives a dict of arrays.
        layout: a function of that dict that gives rows, each a list of ``Matrix`` and HTML text.
        memory: what the state holds beside the controls, as a dict.
        actions: a dict from a button's label to a function of the state that gives what changes in it.
        canvas, paint: a ``Canvas``, and a function of the arrays that sets its moving artists.
        scale: the absolute value at which a cell's colour is full.

    The view shows itself when it is the last line of a cell. Where no kernel runs, its first state stands there as
    tables and a picture.
    """

    def __init__(self, controls, model, layout, memory=None, actions=None, canvas=None, paint=None, scale=2.0):
        self._controls, self._model, self._layout, self._scale = controls, model, layout, scale
        self._canvas, self._paint, self._shown, self._held = canvas, paint, {}, False
        self.state = {name: control.value for name, control in controls.items()} | (memory or {})
        first = dict(self.state)
        actions = {**(actions or {}), "Reset": lambda state: first}

        self._board, self._picture = widgets.HTML(), Picture(format="png", tooltip=canvas and canvas.words)
        self._picture.layout = widgets.Layout(align_self="flex-start", max_width="100%")
        self._board.layout.width = "auto"
        buttons = [self._button(label, action) for label, action in actions.items()]
        for name, control in controls.items():
            for leaf in control.leaves:
                leaf.observe(lambda change, name=name: self._moved(name), names="value")
        wrap = widgets.Layout(flex_flow="row wrap")
        panel = [*(control.widget for control in controls.values()), widgets.HBox(buttons, layout=wrap)]
        shown = [self._board] if canvas is None else [self._picture, self._board]
        self.widget = widgets.VBox(
            [widgets.HTML(STYLE + legend(scale)), widgets.VBox(panel), widgets.VBox(shown)],
            layout=widgets.Layout(overflow="hidden"),
        )
        self.widget.add_class("nn-view")
        self.update()

    def update(self):
        """Show the state as it now is. A model that raises shows its error, and the view goes on."""
        try:
            self.arrays = self._model(**self.state)
            text = self._render(self._layout(self.arrays))
            if self._canvas is not None:
                self._paint(self.arrays)
                self._picture.value = self._canvas.png()
        except Exception as error:
            text = f'<p role="alert"><b>{type(error).__name__}:</b> {html.escape(str(error))}</p>'
        self._board.value = text

    def _render(self, rows):
        before, self._shown = self._shown, {}
        return "".join(
            f'<div class="nn-row" style="{ROW}">{"".join(self._item(item, before) for item in row)}</div>'
            for row in rows
        )

    def _item(self, item, before):
        if isinstance(item, str):
            return f'<div class="nn-text">{item}</div>'
        self._shown[item.label] = item.array
        before = before.get(item.label)
        # An array of another shape is another thing, of which nothing can be marked as changed.
        if before is not None and before.shape != item.array.shape:
            before = None
        return table(item.label, item.array, item.axes, self._scale, item.digits, before=before)

    def _button(self, label, action):
        button = widgets.Button(description=label, layout=widgets.Layout(width="max-content"))
        button.on_click(lambda _: self._act(action))
        return button

    def _act(self, action):
        self.state |= action(self.state)
        self._held = True
        for name, control in self._controls.items():
            control.value = self.state[name]
        self._held = False
        self.update()

    def _moved(self, name):
        value = self._controls[name].value
        if not self._held and not np.array_equal(value, self.state[name]):
            self.state[name] = value
            self.update()

    def _repr_mimebundle_(self, include=None, exclude=None):
        picture = ""
        if self._canvas is not None:
            png = b64encode(self._picture.value).decode()
            picture = f'<img alt="{html.escape(self._canvas.words)}" src="data:image/png;base64,{png}">'
        still = f'{STYLE}<div class="nn-view">{legend(self._scale)}{picture}{self._board.value}</div>'
        return {
            **self.widget._repr_mimebundle_(),
            "text/html": still,
            "text/plain": "A live view: run the cell to move it.",
        }
