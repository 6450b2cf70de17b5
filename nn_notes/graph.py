"""A graph of small operations, each with its vjp: what stands behind a library's ``backward()``.

A ``Node`` keeps its value, and the nodes that this was computed from, each with a function from the δ that arrives at
the node to what goes on to that parent. Nothing here knows a network or a loss.
"""

from itertools import count

import numpy as np

from .validate import array

__all__ = ["Node", "exp", "log", "maximum", "sum", "tanh"]

NUMBER = count()


class Node:
    """A value, and where it comes from.

    Nodes and arrays may be mixed in ``+ - * / @`` and in the functions of this module; what is no node is a constant.

    Args:
        value: numbers, of any shape; as here, a result may be infinite or NaN.
        parents: the nodes that it was computed from, each in a pair with its vjp: δ = ∂E/∂value, of the shape of
            ``value``, to δ ∂value/∂parent, of the shape of the parent or of that to which it was stretched.

    Attributes:
        grad: what all calls of ``backward`` have left here, added up; ``0`` before the first.

    Raises:
        TypeError, ValueError: not numbers, or ragged.
    """

    # NumPy leaves array @ node to the node.
    __array_ufunc__ = None

    def __init__(self, value, *parents):
        self.value, self.parents = array("value", value, finite=False), parents
        self.grad, self.number = 0.0, next(NUMBER)

    def __add__(self, other):
        x, y = self, node(other)
        return Node(x.value + y.value, (x, lambda delta: delta), (y, lambda delta: delta))

    def __sub__(self, other):
        x, y = self, node(other)
        return Node(x.value - y.value, (x, lambda delta: delta), (y, lambda delta: -delta))

    def __mul__(self, other):
        """(8.3)"""
        x, y = self, node(other)
        return Node(x.value * y.value, (x, lambda delta: delta * y.value), (y, lambda delta: delta * x.value))

    def __truediv__(self, other):
        """(8.4)"""
        x, y = self, node(other)
        q = x.value / y.value
        return Node(q, (x, lambda delta: delta / y.value), (y, lambda delta: -delta * q / y.value))

    def __matmul__(self, other):
        """``zW`` for a row z or a batch of rows, and a matrix W (8.7, 8.8)."""
        z, W = self, node(other)
        array("the left factor of @", z.value, ndim=(1, 2), last=len(array("W", W.value, ndim=(2,), finite=False)))
        Z = np.atleast_2d(z.value)
        return Node(z.value @ W.value, (z, lambda xi: xi @ W.value.T), (W, lambda xi: Z.T @ np.atleast_2d(xi)))

    def __neg__(self):
        return 0 - self

    def __radd__(self, other):
        return node(other) + self

    def __rsub__(self, other):
        return node(other) - self

    def __rmul__(self, other):
        return node(other) * self

    def __rtruediv__(self, other):
        return node(other) / self

    def __rmatmul__(self, other):
        return node(other) @ self

    def detach(self):
        """The same value as a constant: nothing goes back through it."""
        return Node(self.value)

    def causes(self):
        """All nodes that this one was computed from, and itself: each before whatever uses it."""
        found, new = {self}, {self}
        while new:
            new = {parent for later in new for parent, _ in later.parents} - found
            found |= new
        return sorted(found, key=lambda cause: cause.number)

    def backward(self):
        """Go back from this node, E, to all of its causes (8.2), and add what arrives to the ``grad`` of each.

        Returns:
            A dict from each node to its δ = ∂E/∂node, of the shape of its value.

        Raises:
            ValueError: E is not one number, or a vjp gives another shape than its parent has.
        """
        delta = {self: np.ones_like(array("the value to go back from", self.value, shape=(), finite=False))}
        for later in reversed(self.causes()):
            for parent, vjp in later.parents:
                arriving = unbroadcast(vjp(delta[later]), parent.value.shape)
                delta[parent] = delta.get(parent, 0) + arriving  # used twice, added (8.1)
            later.grad = later.grad + delta[later]
        return delta


def node(x):
    """``x``, if it is a node; a constant of it otherwise."""
    return x if isinstance(x, Node) else Node(x)


def unbroadcast(delta, shape):
    """δ by a value of this shape, summed over the copies that broadcasting made of it (8.6)."""
    delta = np.asarray(delta)
    delta = delta.sum(axis=tuple(range(delta.ndim - len(shape))))
    ones = tuple(n for n, length in enumerate(shape) if length == 1 and delta.ndim == len(shape))
    return array("what a vjp gives", delta.sum(axis=ones, keepdims=True), shape=shape, finite=False)


def sum(x, axis=None, keepdims=False):
    """The sum over an axis or several, or all; its vjp hands δ to every summand (8.5)."""
    x = node(x)
    total = x.value.sum(axis, keepdims=True)
    return Node(
        total if keepdims else total.squeeze(axis),
        (x, lambda delta: np.broadcast_to(delta.reshape(total.shape), x.value.shape)),
    )


def exp(x):
    """eˣ, entry by entry."""
    x = node(x)
    y = np.exp(x.value)
    return Node(y, (x, lambda delta: delta * y))


def log(x):
    """The natural logarithm, entry by entry."""
    x = node(x)
    return Node(np.log(x.value), (x, lambda delta: delta / x.value))


def tanh(x):
    """tanh, entry by entry; its vjp is (6.4)."""
    x = node(x)
    y = np.tanh(x.value)
    return Node(y, (x, lambda delta: delta * (1 - y**2)))


def maximum(x, y):
    """The larger of two, entry by entry, ``maximum(u, 0)`` is ReLU; where they are equal, y hands back (6.9)."""
    x, y = node(x), node(y)
    larger = x.value > y.value
    return Node(np.maximum(x.value, y.value), (x, lambda delta: delta * larger), (y, lambda delta: delta * ~larger))
