"""nn_notes: every gradient of a fully connected network, in its short form and in its long one.

The short form is ``activations``, ``losses``, ``network``, ``backprop`` and ``descent``. The long form, every Jacobian
and tensor as the array it is, is ``tensors``. ``numeric`` is the witness, and ``check`` holds the three to each other.
``graph`` finds the same gradients as libraries do, with a small rule to each operation.
The notebooks derive all of it; ``counting``, ``data``, ``plots``, ``show``, ``charts`` and ``explore`` serve their
pages.
"""

from . import activations, backprop, descent, losses, numeric, tensors
from .activations import ACTIVATIONS
from .checks import answer, check, compare, refute
from .losses import LOSSES
from .network import Layer, Network

__all__ = [
    "ACTIVATIONS",
    "LOSSES",
    "Layer",
    "Network",
    "activations",
    "answer",
    "backprop",
    "check",
    "compare",
    "descent",
    "losses",
    "numeric",
    "refute",
    "tensors",
]

__version__ = "1.0.0"
