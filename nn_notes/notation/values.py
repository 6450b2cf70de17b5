"""Arrays whose first axes have the names of indices, and how they are reckoned with.

A function here gives None where shapes do not meet; who has called it can say where.
"""

import math
from dataclasses import dataclass

import numpy as np

__all__ = ["Unfit", "Value", "alike", "distance", "entrywise", "kronecker", "product", "rank", "said", "union"]


# How many numbers a value may have.
MOST = 10**6


class Unfit(ValueError):
    """Indices do not fit each other, or a value would have too many numbers."""


@dataclass(frozen=True)
class Value:
    """An array whose first axes have the names of indices; the others are those of a row, a column or a matrix.

    A row has one axis, and a column two, the second of length 1.
    """

    array: np.ndarray
    names: tuple = ()

    @property
    def shape(self):
        """The shape for one value of each index."""
        return self.array.shape[len(self.names) :]

    def spread(self, names, own):
        """The array with axes of these names first, and so many of its own; what it has none of is of length 1."""
        order = [self.names.index(name) for name in names if name in self.names]
        a = self.array.transpose(*order, *range(len(order), self.array.ndim))
        lengths = [self.array.shape[self.names.index(name)] if name in self.names else 1 for name in names]
        return a.reshape([*lengths, *self.shape, *[1] * (own - len(self.shape))])

    def indexed(self, items):
        """With an item to each of its last axes: a name, a number, or a colon that leaves the axis as it is."""
        first = self.array.ndim - len(items)
        a = self.array[(slice(None),) * first + tuple(i if isinstance(i, int) else slice(None) for i in items)]
        labels = [*self.names, *range(first - len(self.names)), *(i for i in items if not isinstance(i, int))]
        labels = [n if label == ":" else label for n, label in enumerate(labels, _FAR)]
        names = tuple(dict.fromkeys(label for label in labels if isinstance(label, str)))
        _check((label, length) for label, length in zip(labels, a.shape, strict=True) if label in names)
        return Value(_einsum([(a, labels)], [*names, *(n for n in labels if isinstance(n, int))]), names)

    def transposed(self):
        """A row as a column, a column as a row, a matrix with its axes exchanged."""
        a = self.array
        if len(self.shape) == 1:
            return Value(a[..., None], self.names)
        return Value(a[..., 0] if self.shape[1] == 1 else a.swapaxes(-1, -2), self.names)

    def totalled(self, name, over=np.add):
        return Value(over.reduce(self.array, axis=self.names.index(name)), tuple(n for n in self.names if n != name))


# Labels of axes from here on are none of those that count from 0.
_FAR = 100


def _einsum(arrays, result):
    """``numpy.einsum`` with anything for labels."""
    number = {label: n for n, label in enumerate(dict.fromkeys(label for _, labels in arrays for label in labels))}
    arguments = [part for a, labels in arrays for part in (a, [number[label] for label in labels])]
    return np.einsum(*arguments, [number[label] for label in result])


def union(*values):
    return tuple(dict.fromkeys(name for value in values for name in value.names))


def _check(named_axes, shape=()):
    """Raise unless axes of one name are of one length, and all of them together not too many numbers."""
    lengths = {}
    for name, length in named_axes:
        if lengths.setdefault(name, length) != length:
            raise Unfit(f"{name} runs over {lengths[name]} and over {length} here; an index has one range")
    if (size := math.prod([*lengths.values(), *shape])) > MOST:
        raise Unfit(f"this would have {size:,} numbers; {MOST:,} are too many")


def _named_axes(*values):
    return [axis for value in values for axis in zip(value.names, value.array.shape, strict=False)]


def rank(value):
    """How many axes it has by right: a column has one."""
    return 1 if value.shape[1:] == (1,) else len(value.shape)


def entrywise(function, *values):
    """A function of entries that stand in one place; a number goes with every entry."""
    if len({value.shape for value in values if value.shape}) > 1:
        return None
    names, own = union(*values), max(len(value.shape) for value in values)
    _check(_named_axes(*values), max((value.shape for value in values), key=len))
    return Value(np.asarray(function(*(value.spread(names, own) for value in values))), names)


def product(a, b):
    """The last axis of one meets the first of the other; a column and a row make their outer product."""
    if not a.shape or not b.shape:
        return entrywise(np.multiply, a, b)
    left, right = [*range(len(a.shape))], [*range(_FAR, _FAR + len(b.shape))]
    if len(b.shape) == 1 and a.shape[1:] == (1,):
        # Both have an axis of length 1 where they meet, and the row does not show its own.
        a, left = Value(a.array[..., 0], a.names), left[:1]
        rest = left + right
    elif len(a.shape) == len(b.shape) == 1 or a.shape[-1] != b.shape[0]:
        return None
    else:
        right[0] = left[-1]
        rest = left[:-1] + right[1:]
        if len(left) == 1 and b.shape[1:] == (1,):
            # A row and a column make a number.
            b, right, rest = Value(b.array[..., 0], b.names), right[:1], []
    names = union(a, b)
    _check(_named_axes(a, b), a.shape + b.shape)
    return Value(_einsum([(a.array, [*a.names, *left]), (b.array, [*b.names, *right])], [*names, *rest]), names)


def kronecker(a, b):
    """All of b, once for each entry of a and multiplied by it, in the places that the entries of a have."""
    if a.names or b.names:
        return None
    _check((), a.shape + b.shape)
    return Value(np.kron(a.array, b.array))


def alike(a, b):
    """Both with the same kinds of axes: entries of one index, beside a row of none, are a row too."""
    for row, entries in ((a, b), (b, a)):
        if not row.names and len(row.shape) == len(entries.names) == 1 and not entries.shape:
            entries = Value(entries.array)
            return (a, entries) if row is a else (entries, b)
    return a, b


def distance(a, b):
    """How far they are apart at most, relative to their largest entry; infinite where the shapes differ."""
    a, b = alike(a, b)
    if a.shape != b.shape:
        return np.inf
    # What is as good as zero has no digits to compare.
    return np.abs(entrywise(np.subtract, a, b).array).max() / max(np.abs(a.array).max(), np.abs(b.array).max(), 1e-3)


def said(shape):
    return f"shape {shape}" if shape else "one number"
