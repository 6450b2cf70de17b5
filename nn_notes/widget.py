"""Live views in Jupyter: one transport of a view, an anywidget."""

from pathlib import Path

import anywidget
import traitlets
from IPython.display import display

from .explore import CSS

__all__ = ["show"]


class Widget(anywidget.AnyWidget):
    """Carries what a page sends to a view, and its answers back."""

    _esm = Path(__file__).with_name("explore.js").read_text(encoding="utf-8")
    _css = CSS
    spec = traitlets.Dict().tag(sync=True)

    def __init__(self, view):
        super().__init__(spec=view.spec)
        self.on_msg(lambda widget, content, _: widget.send(view.answer(content)))


def show(view):
    """Show a view: its still picture, and after it the widget, which takes its place with the first answer.

    Two outputs, since a page that cannot find the widget shows an error in the place of whatever came along with it.
    """
    display(view._repr_mimebundle_(), raw=True)
    bundle, _ = Widget(view)._repr_mimebundle_()
    bundle.pop("text/plain")
    display(bundle, raw=True)
