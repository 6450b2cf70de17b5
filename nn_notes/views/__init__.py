"""The live views, one module to a notebook: its controls, its model, and how its arrays are laid out."""

from ..explore import View


def _in_jupyter(view):
    # A view can be made, and shown by another transport, where there is no Jupyter.
    from ..widget import show

    show(view)


if View.transport is None:
    View.transport = staticmethod(_in_jupyter)
