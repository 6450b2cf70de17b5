r"""The notation of the pages, in LaTeX or plain: ``read`` makes a tree of it, and the tree is evaluated on arrays.

It knows no formula. What a letter means, the caller says: a mapping from its name to an array, or to a function of other
letters, those that its parameters are named after. So ``{"u": lambda z, W, b: z @ W + b}`` says what u is, and how it
moves when z does: a derivative is measured, by the witness. Nothing that is read is ever run as Python.

How a letter is named: ``\xi`` is ``xi``, ``z'`` is ``z_next``, ``\theta^\star`` is ``theta_star``, ``\mathbf x`` is
``x`` and ``E_{MSE}`` is ``E_MSE``. Layers are looked up in a letter, ``W^{(2)}`` is ``W[2]``; a function has layers if
its first parameter is ``layer``.

What stands side by side is a product. An array with one axis is a row, ``^\top`` makes a column of it, and a column
times a row is an outer product; otherwise the last axis of one meets the first axis of the next. A letter with indices
has an axis to each index, of that name, and axes with one name run together. Only a written sum adds up.
"""

import inspect
import re
from dataclasses import dataclass, field, fields, is_dataclass, replace
from itertools import combinations

import numpy as np

from . import numeric
from .validate import array, named, string

__all__ = ["NotationError", "Refuted", "Value", "evaluate", "judge", "read"]

# How far two sides may be apart, relative to their largest entry; and the slope of what O(…) leaves open from 1.
TOLERANCE, SLOPE_TOLERANCE = 1e-9, 0.1


class NotationError(ValueError):
    """What is written cannot be read, or has no value; the message points at the place."""


class Refuted(AssertionError):
    """What is written has a value, and does not hold."""


def read(text):
    """The tree of a formula.

    Args:
        text: LaTeX, or with neither ``\\`` nor ``{`` in it the plain spelling: ``sum_k xi_k T_kij``, ``F W^T``.

    Raises:
        TypeError: not text.
        NotationError: it cannot be read.
    """
    return _Reader(string("text", text, "F W^T")).formula()


def evaluate(text, letters):
    """The value of a formula that is one expression.

    Args:
        text: as for ``read``.
        letters: a dict from a letter's name to an array, a number, or a function of other letters.

    Returns:
        Its ``Value``.

    Raises:
        TypeError: not text, or no dict with text for its keys.
        NotationError: it cannot be read or has no value, or is an equation.
    """
    formula = read(text)
    if len(formula.statements) != 1 or len(formula.statements[0].sides) != 1:
        raise NotationError(_pointed("this is no single expression; it needs one, without = and without a comma", text))
    scope = _Scope(formula, letters)
    return scope.of_statement(formula.statements[0]).value(formula.statements[0].sides[0])


def judge(text, letters, sizes=None):
    """Hold all sides of every equation to each other, and every claim to what it is about.

    An equation may have an index on one side only: then it has to hold for each value of the index. A claim stands below
    or above a brace, and is a shape, ``\\text{one number}``, ``\\text{numbers in } T``, ``\\text{axes of } y`` or what
    the braced has to be equal to; other text there is a remark. ``O(h^2)`` claims that what is left is of this size:
    on a log-log plot it follows h² with slope 1.

    Args:
        text, letters: as for ``evaluate``.
        sizes: a dict from the widths that the formula's shapes name to the widths at hand, where these are others.

    Returns:
        How many comparisons it has withstood.

    Raises:
        TypeError: as for ``evaluate``.
        NotationError: it cannot be read, has no value, or says nothing that could be wrong.
        Refuted: something does not hold; the message says what.
    """
    formula = read(text)
    scope = _Scope(formula, letters, sizes)
    for statement in formula.statements:
        statement.judge(scope.of_statement(statement))
    if not scope.held:
        raise NotationError(_pointed("this says nothing that could be wrong; it needs an = or a shape", text))
    return len(scope.held)


def _pointed(problem, text, at=0):
    """A problem with the line of the formula that has it, and a caret below the place."""
    start = text.rfind("\n", 0, at) + 1
    line = text[start:].partition("\n")[0]
    return f"{problem}\n  {line}\n  {' ' * (at - start)}^"


# --- Values -----------------------------------------------------------------------------------------------------------


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

    def spread(self, names, rank):
        """The array with these axes first, and so many of its own; those that it has none of are of length 1."""
        own = [self.names.index(name) for name in names if name in self.names]
        a = self.array.transpose(*own, *range(len(own), self.array.ndim))
        lengths = [1 if name not in self.names else self.array.shape[self.names.index(name)] for name in names]
        return a.reshape([*lengths, *self.shape, *[1] * (rank - len(self.shape))])

    def indexed(self, items):
        """With indices on its last axes, as many as there are items: a name, a number, or a colon for the whole axis."""
        first = self.array.ndim - len(items)
        a = self.array[(slice(None),) * first + tuple(i if isinstance(i, int) else slice(None) for i in items)]
        labels = [*self.names, *range(first - len(self.names)), *(i for i in items if not isinstance(i, int))]
        labels = [n if label == ":" else label for n, label in enumerate(labels, 100)]
        names = tuple(dict.fromkeys(label for label in labels if isinstance(label, str)))
        rest = [label for label in labels if isinstance(label, int)]
        a = _einsum([(a, labels)], [*names, *rest])
        return Value(a, names)

    def transposed(self):
        """A row as a column, a column as a row, a matrix with its axes exchanged."""
        a = self.array
        if len(self.shape) == 1:
            return Value(a[..., None], self.names)
        return Value(a[..., 0] if self.shape[-1] == 1 else a.swapaxes(-1, -2), self.names)

    def totalled(self, name):
        return Value(self.array.sum(axis=self.names.index(name)), tuple(n for n in self.names if n != name))


def _einsum(arrays, result):
    """``numpy.einsum`` with anything for labels."""
    number = {label: n for n, label in enumerate(dict.fromkeys(label for _, labels in arrays for label in labels))}
    arguments = [part for a, labels in arrays for part in (a, [number[label] for label in labels])]
    return np.einsum(*arguments, [number[label] for label in result])


def _union(*values):
    return tuple(dict.fromkeys(name for value in values for name in value.names))


def _entrywise(function, *values):
    """A function of entries; a number goes with every entry. None where the shapes differ."""
    names, shapes = _union(*values), {value.shape for value in values if value.shape}
    if len(shapes) > 1:
        return None
    rank = max(len(value.shape) for value in values)
    return Value(np.asarray(function(*(value.spread(names, rank) for value in values))), names)


def _product(a, b):
    """What the first axes meet last axes in; None where they do not."""
    if not a.shape or not b.shape:
        return _entrywise(np.multiply, a, b)
    p, q = [*range(len(a.shape))], [*range(100, 100 + len(b.shape))]
    names, outer = _union(a, b), len(b.shape) == 1 and (len(a.shape) == 1 or a.shape[-1] == 1)
    if outer:
        if len(a.shape) == 1:
            return None
        rest = p[:1] + q
    elif a.shape[-1] == b.shape[0]:
        q[0] = p[-1]
        rest = p[:-1] + q[1:]
        # A row times a column.
        if len(p) == 1 and b.shape[1:] == (1,):
            rest = []
            b = Value(b.array[..., 0], b.names)
            q = q[:1]
    else:
        return None
    if outer:
        a, p = Value(a.array[..., 0], a.names), p[:-1]
    return Value(_einsum([(a.array, [*a.names, *p]), (b.array, [*b.names, *q])], [*names, *rest]), names)


def _alike(a, b):
    """Two values with the same axes: a row beside one more index than it has itself is that of its entries."""
    for one, other in ((a, b), (b, a)):
        extra = [name for name in other.names if name not in one.names]
        if len(one.shape) == 1 and not other.shape and len(extra) == 1:
            at = other.names.index(extra[0])
            row = Value(np.moveaxis(other.array, at, -1), tuple(n for n in other.names if n != extra[0]))
            a, b = (one, row) if one is a else (row, one)
            break
    return a, b


def _counted(n, what):
    return f"{n} {what}" if n == 1 else f"{n} {what[:-2]}es"


def _said(shape):
    return f"shape {shape}" if shape else "one number"


# --- What letters mean ------------------------------------------------------------------------------------------------


class _Scope:
    """What letters and indices mean at one place in a formula."""

    def __init__(self, formula, letters, sizes=None):
        self.text, self.letters, self.sizes = formula.text, named("letters", letters), sizes
        # Letters that are nudged, indices that are held, how far each index runs.
        self.nudged, self.held_at, self.ranges = {}, {}, {}
        self.held, self.known = [], {}

    def _with(self, **changes):
        other = object.__new__(_Scope)
        other.__dict__ = self.__dict__ | changes
        return other

    def of_statement(self, statement):
        """The scope in which the indices of one statement run."""
        scope = self._with(ranges={})
        for node in _walk(statement):
            if isinstance(node, Letter) and node.indices:
                node.note_ranges(scope)
        return scope

    def nudging(self, key, a):
        # What is nudged is measured, not judged: that has been done, or will be.
        return self._with(nudged=self.nudged | {key: a}, known={}, held=None)

    def holding(self, index, number):
        return self._with(held_at=self.held_at | {index: number}, known={})

    def error(self, problem, node, kind=NotationError):
        return kind(_pointed(problem, self.text, node.at))

    def value(self, node):
        """The value of a node, found once."""
        if node not in self.known:
            self.known[node] = node.value(self)
        return self.known[node]

    def hold(self, holds, problem, node):
        """Raise unless a claim holds, and count it."""
        if not holds:
            raise self.error(problem, node, Refuted)
        if self.held is not None:
            self.held.append(node)

    def whole(self, node):
        """The whole number that a node is."""
        value = self.value(node)
        if value.array.shape or value.array != np.round(value.array.real):
            raise self.error("this needs to be a whole number", node)
        return int(value.array.real)

    def function(self, name):
        """The function that a letter is, or None."""
        value = self.letters.get(name)
        return value if callable(value) else None

    def array(self, name, node, layer=None):
        """The array that a letter is."""
        if (name, layer) in self.nudged:
            return self.nudged[name, layer]
        if name not in self.letters:
            raise self.error(f"{name} is not a letter of this page; its letters are {', '.join(self.letters)}", node)
        value = self.letters[name]
        if (layer is not None) != self.layered(name):
            raise self.error(f"{name} has {'no layers' if layer is not None else 'layers; which one?'}", node)
        if callable(value):
            return self.called(value, (), node, layer)
        if layer is not None:
            if layer not in value:
                raise self.error(f"{name} has no layer {layer}; it has {', '.join(map(str, value))}", node)
            value = value[layer]
        return array(name, value, complex_too=True)

    def layered(self, name):
        value = self.letters[name]
        return "layer" in inspect.signature(value).parameters if callable(value) else isinstance(value, dict)

    def called(self, function, arguments, node, layer=None):
        """A letter's function, of arguments for its first parameters, and of the letters as they are for the others."""
        names = [name for name in inspect.signature(function).parameters if name != "layer"]
        if len(arguments) > len(names):
            raise self.error(f"this has {len(arguments)} arguments; it needs {len(names)}", node)
        others = [
            _Layers(self, name, node) if name in self.letters and self.layered(name) else self.array(name, node)
            for name in names[len(arguments) :]
        ]
        layers = [] if layer is None else [layer]
        return array("value", function(*layers, *arguments, *others), complex_too=True)

    def jacobian(self, function, x, node):
        """The witness's."""
        try:
            # It may not depend on x at all; a real zero would look like a lost derivative.
            return numeric.jacobian(lambda x: function(x) + 0j if np.iscomplexobj(x) else function(x), x)
        except (TypeError, ValueError) as error:
            if isinstance(error, NotationError):
                raise
            raise self.error(f"the witness cannot measure this: {error}", node) from None


class _Layers:
    """A letter with layers, for a function of it."""

    def __init__(self, scope, name, node):
        self._scope, self._name, self._node = scope, name, node

    def __getitem__(self, layer):
        return self._scope.array(self._name, self._node, layer)


# --- The tree ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Node:
    """A part of a formula; ``at`` is where it begins."""

    at: int = field(default=0, compare=False, kw_only=True)


@dataclass(frozen=True)
class Number(Node):
    number: float

    def value(self, scope):
        return Value(np.array(self.number))


@dataclass(frozen=True)
class Phrase(Node):
    r"""What ``\text{from the loss:}`` says of what comes after it; a letter of that name."""

    name: str

    def value(self, scope):
        return Value(scope.array(self.name, self))


@dataclass(frozen=True)
class Letter(Node):
    """A letter with all that hangs on it. ``word`` is its indices as one word, in case they are part of its name."""

    letter: str
    primes: int = 0
    layer: Node | None = None
    indices: tuple = ()
    word: str = ""

    def name(self, scope):
        return self._joined(scope) or self.letter + "_next" * self.primes

    def _joined(self, scope):
        """Its name if its indices are part of that, or None."""
        name = f"{self.letter}{'_next' * self.primes}_{self.word}"
        return name if len(self.word) > 1 and name in scope.letters else None

    def value(self, scope):
        if self.letter in scope.held_at:
            return Value(np.array(scope.held_at[self.letter]))
        if self.primes and self.name(scope) not in scope.letters and scope.function(self.letter):
            raise scope.error(f"{self.letter}' is a slope; it needs an argument, {self.letter}'(...)", self)
        return self.indexed(Value(self.whole(scope)), scope)

    def key(self, scope):
        return self.name(scope), None if self.layer is None else scope.whole(self.layer)

    def whole(self, scope):
        """The array without its indices."""
        name, layer = self.key(scope)
        # A letter that stands for arrays of several orders is one of so many axes.
        if layer is None and isinstance(scope.letters.get(name), dict) and len(self.indices) in scope.letters[name]:
            layer = len(self.indices)
        return scope.array(name, self, layer)

    def indexed(self, value, scope):
        """A value with this letter's indices on its axes. One whole axis in front of a held one is a column."""
        items = self.items(value.shape, scope)
        value = value.indexed(items)
        upright = len(value.shape) == 1 and ":" in items[:-1]
        return Value(value.array[..., None], value.names) if upright else value

    def items(self, shape, scope):
        """An item to each axis: a name for an index that runs, a number for one that is held, or a colon."""
        items = self._items(scope)
        if len(items) > len(shape):
            raise scope.error(f"{self.letter} has {_counted(len(shape), 'axis')}, and {len(items)} indices", self)
        for item, length in zip(items, shape, strict=False):
            if isinstance(item, int) and not 0 <= item < length:
                raise scope.error(f"{self.letter} has no entry {item} on an axis of length {length}", self)
        return items + [":"] * (len(shape) - len(items))

    def _items(self, scope):
        if self._joined(scope):
            return []
        return [item if item == ":" else _index(item, scope) for item in self.indices]

    def note_ranges(self, scope):
        """Note how far the indices of a letter run."""
        name = self.name(scope)
        # Bounds of a sum are not known here, nor what depends on them.
        if name not in scope.letters or any(isinstance(item, Node) and not _is_plain(item) for item in self.indices):
            return
        for item, length in zip(self._items(scope), self.whole(scope).shape, strict=False):
            if isinstance(item, str) and item != ":" and scope.ranges.setdefault(item, length) != length:
                raise scope.error(
                    f"{item} runs over {scope.ranges[item]} elsewhere and over {length} here; an index has one range",
                    self,
                )


def _is_plain(index):
    return isinstance(index, Number) or (isinstance(index, Letter) and not index.indices)


def _index(item, scope):
    """An index: its name if it runs, and its number if it is held."""
    if isinstance(item, Letter) and not item.primes and not item.indices:
        name = item.letter
        if name in scope.held_at:
            return scope.held_at[name]
        if not isinstance(scope.letters.get(name), (int, np.integer)):
            return name
    return scope.whole(item)


@dataclass(frozen=True)
class Indexed(Node):
    """A bracket with indices."""

    body: Node
    indices: tuple

    def value(self, scope):
        return Letter("this", indices=self.indices, at=self.at).indexed(scope.value(self.body), scope)


@dataclass(frozen=True)
class Transposed(Node):
    body: Node

    def value(self, scope):
        value = scope.value(self.body)
        if len(value.shape) not in (1, 2):
            raise scope.error(f"this has {_said(value.shape)}; only a row, a column or a matrix has a transpose", self)
        return value.transposed()


@dataclass(frozen=True)
class Power(Node):
    body: Node
    exponent: Node

    def value(self, scope):
        value, exponent = scope.value(self.body), scope.value(self.exponent)
        if len(value.shape) > 1 or exponent.shape:
            raise scope.error("a power needs a number or a row below, and a number above", self)
        return _entrywise(np.power, value, exponent)


@dataclass(frozen=True)
class Product(Node):
    factors: tuple

    def value(self, scope):
        values = [(factor, scope.value(factor)) for factor in self._written_out(scope)]
        if not values:
            return Value(np.array(1.0))
        (_, product), *others = values
        for factor, value in others:
            a, b, product = product, value, _product(product, value)
            if product is None:
                slip = "two rows: one of them needs to stand upright, or \\odot between them"
                meets = (
                    f"{_said(a.shape)} does not meet {_said(b.shape)}, the last axis of one and the first of the other"
                )
                raise scope.error(slip if len(a.shape) == len(b.shape) == 1 else meets, factor)
        return product

    def _written_out(self, scope):
        """The factors, with those that dots stand for, and brackets behind what is no function."""
        factors = []
        for factor in self.factors:
            apart = isinstance(factor, Applied) and not factor.is_call(scope)
            factors += [factor.head, *factor.arguments] if apart else [factor]
        while any(isinstance(factor, Dots) for factor in factors):
            n = next(n for n, factor in enumerate(factors) if isinstance(factor, Dots))
            if not 0 < n < len(factors) - 1:
                raise scope.error("dots need a factor on either side", factors[n])
            factors[n - 1 : n + 2] = factors[n].between(factors[n - 1], factors[n + 1], scope)
        return factors


@dataclass(frozen=True)
class Dots(Node):
    r"""``\cdots``: from the factor before to the one behind, layer by layer, downwards."""

    def between(self, first, last, scope):
        high, low = (
            [scope.whole(n.layer) for n in _walk(f) if isinstance(n, Letter) and n.layer] for f in (first, last)
        )
        steps = {a - b for a, b in zip(high, low, strict=False)}
        if len(high) != len(low) or len(steps) != 1 or min(steps) < -1:
            raise scope.error("dots need the same factor on either side, in layers that go down", self)
        count = steps.pop() + 1
        between = [_lowered(first, n, scope) for n in range(1, count - 1)]
        return [first, *between, last][:count] if count > 1 else [first][:count]


def _lowered(node, by, scope):
    """A factor so many layers below, without what its braces claim."""
    if isinstance(node, Braced):
        return _lowered(node.body, by, scope)
    changes = {f.name: _lowered(getattr(node, f.name), by, scope) for f in fields(node) if _is_node(node, f)}
    if isinstance(node, Letter) and node.layer:
        changes["layer"] = Number(scope.whole(node.layer) - by, at=node.at)
    return replace(node, **changes)


def _is_node(node, f):
    return isinstance(getattr(node, f.name), Node)


@dataclass(frozen=True)
class Entrywise(Node):
    """Two values and a sign between them: ⊙ or a fraction line."""

    sign: str
    left: Node
    right: Node

    def value(self, scope):
        a, b = scope.value(self.left), scope.value(self.right)
        value = _entrywise(np.multiply if self.sign == "odot" else np.divide, a, b)
        if value is None or (self.sign == "/" and len(b.shape) > 1):
            raise scope.error(f"{_said(a.shape)} and {_said(b.shape)} are no match, entry by entry", self)
        return value


@dataclass(frozen=True)
class Added(Node):
    """Terms, each with its sign, 1 or -1."""

    terms: tuple

    def value(self, scope):
        total = Value(np.array(0.0))
        for sign, term in self.terms:
            if isinstance(term, Order):
                continue
            value = scope.value(term)
            a, b = _alike(total, value)
            total = _entrywise(np.add if sign > 0 else np.subtract, a, b)
            if total is None:
                raise scope.error(f"{_said(b.shape)} cannot be added to {_said(a.shape)}", term)
        return total


@dataclass(frozen=True)
class Order(Node):
    """O(…): what is left is of this size."""

    body: Node

    def value(self, scope):
        raise scope.error("O(...) has no value; it needs to be added to something in an equation", self)


@dataclass(frozen=True)
class Total(Node):
    """A written sum over indices, or over one index between bounds."""

    indices: tuple
    body: Node
    first: Node | None = None
    last: Node | None = None

    def value(self, scope):
        if self.first:
            index, first, last = self.indices[0], scope.whole(self.first), scope.whole(self.last)
            terms = [(1, Held(index, n, self.body, at=self.at)) for n in range(first, last + 1)]
            return scope.value(Added(tuple(terms), at=self.at))
        value = scope.value(self.body)
        for index in self.indices:
            if index not in value.names:
                raise scope.error(f"this sum runs over {index}, which does not stand behind it", self)
            value = value.totalled(index)
        return value


@dataclass(frozen=True)
class Held(Node):
    """A term of a sum with bounds."""

    index: str
    number: int
    body: Node

    def value(self, scope):
        return scope.holding(self.index, self.number).value(self.body)


@dataclass(frozen=True)
class TotalOverAll(Node):
    """A sum over all indices of a letter: of two factors, the last axes of one and the first of the other."""

    letter: Node
    body: Product

    def value(self, scope):
        if not isinstance(self.body, Product) or len(self.body.factors) != 2:
            raise scope.error("a sum over all indices needs two factors behind it", self)
        a, b = (scope.value(factor) for factor in self.body.factors)
        middle = len(scope.value(self.letter).shape)
        # A row or column there is one of plain arrays.
        a, b = (Value(v.array.reshape(v.shape[: _rank(v)])) for v in (a, b))
        if a.shape[len(a.shape) - middle :] != b.shape[:middle]:
            raise scope.error(f"the last axes of {_said(a.shape)} are not the first of {_said(b.shape)}", self)
        return _shaped(np.tensordot(a.array, b.array, middle), (), len(a.shape) - middle, len(b.shape) - middle)


@dataclass(frozen=True)
class LeastAt(Node):
    """arg min: the index at which something is least."""

    index: str
    body: Node

    def value(self, scope):
        value = scope.value(self.body)
        if value.names != (self.index,) or value.shape:
            raise scope.error(f"this needs one number behind it to each {self.index}", self)
        return Value(np.array(int(value.array.argmin())))


@dataclass(frozen=True)
class Iverson(Node):
    """[k = j], [x > 0]: 1 where it is so, and 0 elsewhere."""

    chain: Node

    def value(self, scope):
        sides, relation = self.chain.sides, self.chain.relations
        if len(sides) != 2 or relation[0] not in _COMPARED:
            raise scope.error("this needs two sides, such as [k=j]", self)
        truth = _entrywise(_COMPARED[relation[0]], *(self._side(side, scope) for side in sides))
        if truth is None:
            raise scope.error("its sides differ in shape", self)
        return Value(truth.array.astype(float), truth.names)

    @staticmethod
    def _side(side, scope):
        """An index, or anything that has a value."""
        if isinstance(side, Letter) and side.letter in scope.held_at:
            return Value(np.array(scope.held_at[side.letter]))
        if isinstance(side, Letter) and not side.indices and side.letter in scope.ranges:
            return Value(np.arange(scope.ranges[side.letter]), (side.letter,))
        if isinstance(side, Letter) and side.letter not in scope.letters:
            raise scope.error(f"how far does {side.letter} run? It needs to be an index of a letter, too", side)
        return Value(scope.value(side).array.real, scope.value(side).names)


_COMPARED = {
    "=": np.equal,
    "ne": np.not_equal,
    "<": np.less,
    ">": np.greater,
    "le": np.less_equal,
    "ge": np.greater_equal,
}


@dataclass(frozen=True)
class Applied(Node):
    """A letter before a bracket: a function of what is in it, if it is one, and otherwise a product."""

    head: Letter
    arguments: tuple

    def is_call(self, scope):
        # S_i(1 - S_i) is a product, though S is a function, too: nobody writes f(1 - f).
        own = any(isinstance(n, Letter) and n.letter == self.head.letter for a in self.arguments for n in _walk(a))
        function = scope.function(self.head.name(scope)) or (self.head.primes and scope.function(self.head.letter))
        return bool(function) and not own

    def value(self, scope):
        if not self.is_call(scope):
            return Product((self.head, *self.arguments), at=self.at).value(scope)
        values = [scope.value(argument) for argument in self.arguments]
        name = self.head.name(scope)
        if name not in scope.letters:
            return self._slope(values, scope)
        function, names = scope.function(name), _union(*values)
        layer = self.head.key(scope)[1]
        spread = [value.spread(names, len(value.shape)) for value in values]
        lengths = np.broadcast_shapes(*(a.shape[: len(names)] for a in spread))
        results = [
            scope.called(
                function, [np.broadcast_to(a, lengths + a.shape[len(names) :])[i] for a in spread], self, layer
            )
            for i in np.ndindex(lengths)
        ]
        a = np.array(results).reshape(lengths + results[0].shape)
        return self.head.indexed(Value(a, names), scope)

    def _slope(self, values, scope):
        """f'(u), entry by entry, as the witness has it."""
        function, (value, *others) = scope.function(self.head.letter), values
        if others or self.head.primes > 1:
            raise scope.error("a slope needs one prime and one argument", self)
        x = value.array.ravel()
        J = scope.jacobian(lambda x: scope.called(function, [x], self), x, self)
        slope = np.diagonal(J)
        if J.shape != 2 * x.shape or np.abs(J - np.diag(slope)).max() > TOLERANCE:
            raise scope.error(f"{self.head.letter} mixes its entries, so it has no {self.head.letter}'", self)
        return self.head.indexed(Value(slope.reshape(value.array.shape), value.names), scope)


_ENTRYWISE = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "artanh": np.arctanh,
    "Im": np.imag,
    "Re": np.real,
    "abs": np.abs,
}


@dataclass(frozen=True)
class Function(Node):
    """One of the functions that every page has."""

    name: str
    arguments: tuple

    def value(self, scope):
        values = [scope.value(argument) for argument in self.arguments]
        if self.name == "max":
            largest = _entrywise(lambda *a: _largest(a), *values)
            if largest is None:
                raise scope.error("max needs arguments of one shape", self)
            return largest
        value, *others = values
        if others:
            raise scope.error(f"{self.name} needs one argument", self)
        if self.name == "diag":
            if len(value.shape) != 1:
                raise scope.error(f"diag has {_said(value.shape)}; it needs a row", self)
            return Value(value.array[..., None] * np.eye(value.shape[0]), value.names)
        if self.name == "norm":
            axes = tuple(range(len(value.names), value.array.ndim))
            return Value(np.sqrt((value.array**2).sum(axis=axes)), value.names)
        with np.errstate(all="ignore"):
            a = _ENTRYWISE[self.name](value.array)
        if not np.isfinite(a).all():
            raise scope.error(f"{self.name} of this is not finite", self)
        return Value(a, value.names)


def _largest(arrays):
    largest, *others = arrays
    for a in others:
        largest = np.maximum(largest, a)
    return largest


@dataclass(frozen=True)
class Derivative(Node):
    """∂A/∂B, measured: the axes of A, then those of B. A vector by a number is a column, a number by a vector a row."""

    of: Node
    by: Letter

    def value(self, scope):
        key = self.by.key(scope)
        x = scope.array(key[0], self.by, key[1])
        of = scope.value(self.of)
        J = scope.jacobian(lambda x: scope.nudging(key, x).value(self.of).array, x, self)
        # Only its axes count here: what is drawn upright has no more of them.
        above = _rank(of)
        J = Value(J.reshape(of.array.shape[: len(of.names) + above] + x.shape), of.names)
        J = J.indexed(self.by.items(x.shape, scope))
        return _shaped(J.array, J.names, above, len(J.shape) - above)


def _rank(value):
    """The number of its axes, one for a column, too."""
    return 1 if value.shape[1:] == (1,) else len(value.shape)


def _shaped(a, names, above, below):
    return Value(a[..., None] if (above, below) == (1, 0) else a, names)


@dataclass(frozen=True)
class Gradient(Node):
    """∇: the derivative of a number by a letter, or by the only one that it is a function of."""

    of: Node
    by: Letter | None

    def value(self, scope):
        by = self.by
        if by is None:
            head = self.of.head if isinstance(self.of, Applied) else self.of
            function = isinstance(head, Letter) and scope.function(head.name(scope))
            if not function:
                raise scope.error("by what? It needs a function behind it, or a letter below", self)
            by = Letter([*inspect.signature(function).parameters][0], at=self.at)
        return scope.value(Derivative(self.of, by, at=self.at))


@dataclass(frozen=True)
class Matrix(Node):
    """Numbers in brackets: a row, a column or a matrix."""

    rows: tuple

    def value(self, scope):
        values = [[scope.value(entry) for entry in row] for row in self.rows]
        flat = [value for row in values for value in row]
        if any(value.shape for value in flat) or len({len(row) for row in values}) > 1:
            raise scope.error("a matrix needs numbers, as many in each row", self)
        names = _union(*flat)
        spread = np.broadcast_arrays(*(value.spread(names, 0) for value in flat))
        a = np.stack(spread, axis=-1).reshape(*spread[0].shape, len(values), len(values[0]))
        return Value(a[..., 0, :] if len(values) == 1 else a, names)


@dataclass(frozen=True)
class Braced(Node):
    """A brace with claims about what it holds."""

    body: Node
    claims: tuple

    def value(self, scope):
        if isinstance(self.body, Chain):
            return self.body.value(scope)
        value = scope.value(self.body)
        if scope.held is not None:
            for claim in self.claims:
                claim.judge(value, scope)
        return value


@dataclass(frozen=True)
class Shape(Node):
    """A shape, one of a letter if there is one, or else of what is braced."""

    lengths: tuple
    of: Letter | None = None

    def judge(self, value, scope):
        value = scope.value(self.of) if self.of else value
        claimed = tuple(self._length(length, scope) for length in self.lengths)
        own = value.shape
        # An index may run or be held; a row may be drawn as a matrix with one.
        forms = {own, value.array.shape} | ({(1, *own)} if len(own) == 1 else set())
        scope.hold(
            claimed in forms, f"{self._said(scope)} is claimed to have {_said(claimed)}; it has {_said(own)}", self
        )

    def _said(self, scope):
        return self.of.letter if self.of else "this"

    @staticmethod
    def _length(length, scope):
        if isinstance(length, Number) and scope.sizes is not None and length.number != 1:
            if length.number not in scope.sizes:
                raise scope.error(f"no width here is {length.number:g}", length, Refuted)
            return scope.sizes[length.number]
        return scope.whole(length)


@dataclass(frozen=True)
class Axes(Node):
    """The axes of some letters, one behind the other."""

    letters: tuple

    def judge(self, value, scope):
        claimed = tuple(n for letter in self.letters for n in scope.value(letter).shape)
        own = value.shape[: _rank(value)]
        scope.hold(claimed == own, f"this is claimed to have {_said(claimed)}; it has {_said(own)}", self)


@dataclass(frozen=True)
class Count(Node):
    """The number of entries of something."""

    of: Node

    def judge(self, value, scope):
        size = scope.value(self.of).array.size
        scope.hold(not value.shape and value.array == size, f"there are {size} numbers, not {value.array}", self)


@dataclass(frozen=True)
class Same(Node):
    """What is braced is equal to this."""

    body: Node

    def judge(self, value, scope):
        _hold_equal(value, scope.value(self.body), self, scope)


@dataclass(frozen=True)
class Chain(Node):
    """Sides with relations between them."""

    sides: tuple
    relations: tuple = ()

    def judge(self, scope):
        if len(self.sides) == 1 and isinstance(self.sides[0], Braced) and isinstance(self.sides[0].body, Chain):
            return self.sides[0].body.judge(scope)
        values = [scope.value(side) if not isinstance(side, Reals) else None for side in self._evaluated()]
        for (m, left), (n, right) in combinations(enumerate(values), 2):
            between = set(self.relations[m:n])
            if right is None:
                scope.hold(
                    not left.shape, f"this is claimed to be one number; it has {_said(left.shape)}", self.sides[m]
                )
            elif between <= {"=", "leftarrow"}:
                self._hold_sides(m, n, left, right, scope)
            elif n == m + 1:
                truth = _entrywise(_COMPARED[self.relations[m]], left, right)
                scope.hold(truth is not None and truth.array.all(), "this is not so", self.sides[n])
        return None

    def value(self, scope):
        self.judge(scope)
        return scope.value(self.sides[0])

    def _evaluated(self):
        """The sides; what an arrow points at is the next value of a letter."""
        if self.relations[:1] == ("leftarrow",):
            return [_next(self.sides[0]), *self.sides[1:]]
        return self.sides

    def _hold_sides(self, m, n, left, right, scope):
        orders = [
            [t for _, t in side.terms if isinstance(t, Order)] for side in map(_as_sum, (self.sides[m], self.sides[n]))
        ]
        if any(orders):
            # Both may leave out the same.
            if not (all(orders) and _distance(left, right) <= TOLERANCE):
                self._hold_order(m, n, (orders[0] + orders[1])[0], scope)
            return
        _hold_equal(left, right, self.sides[n], scope)

    def _hold_order(self, m, n, order, scope):
        letter = next((node for node in _walk(order.body) if isinstance(node, Letter)), None)
        if letter is None:
            raise scope.error("O(...) needs a letter that gets small", order)
        key, whole = letter.key(scope), letter.whole(scope)
        sizes, gaps = [], []
        for shrunk in 2.0 ** -np.arange(2, 6):
            nudged = scope.nudging(key, whole * shrunk)
            left, right = _alike(nudged.value(self.sides[m]), nudged.value(self.sides[n]))
            gap = _entrywise(np.subtract, left, right)
            if gap is None:
                raise scope.error(f"{_said(right.shape)} is not {_said(left.shape)}", self.sides[n], Refuted)
            sizes.append(abs(nudged.value(order.body).array))
            gaps.append(np.abs(gap.array).max())
        slope = np.polyfit(np.log(sizes), np.log(gaps), 1)[0] if all(gaps) else np.inf
        scope.hold(
            abs(slope - 1) < SLOPE_TOLERANCE,
            f"what is left is claimed to go with this, and goes with its power {slope:.2f}",
            order,
        )


@dataclass(frozen=True)
class Reals(Node):
    """The real numbers: what is in there is one number."""


def _as_sum(node):
    return node if isinstance(node, Added) else Added(((1, node),))


def _next(node):
    """A letter's next value."""
    if isinstance(node, Braced):
        return replace(node, body=_next(node.body))
    return replace(node, primes=node.primes + 1)


def _distance(left, right):
    """How far two values are apart, relative to the larger; infinite where their shapes differ."""
    left, right = _alike(left, right)
    if left.shape != right.shape:
        return np.inf
    gap = _entrywise(np.subtract, left, right)
    return np.abs(gap.array).max() / (max(np.abs(left.array).max(), np.abs(right.array).max()) or 1.0)


def _hold_equal(left, right, node, scope):
    a, b = _alike(left, right)
    if a.shape != b.shape:
        upright = " (one is upright)" if {len(a.shape), len(b.shape)} == {1, 2} and a.shape[0] == b.shape[0] else ""
        raise scope.error(f"this has {_said(b.shape)}, and the other side {_said(a.shape)}{upright}", node, Refuted)
    gap = _distance(a, b)
    alone = sorted({*a.names} ^ {*b.names})
    free = f"; {', '.join(alone)} stands on one side only" if alone else ""
    scope.hold(gap <= TOLERANCE, f"this differs from the other side by {gap:.2g} of the largest entry{free}", node)


@dataclass(frozen=True)
class Formula(Node):
    """Statements, and the text that they were read from."""

    text: str
    statements: tuple


def _walk(node):
    """A node and all that is in it."""
    yield node
    for f in fields(node):
        yield from _within(getattr(node, f.name))


def _within(part):
    if is_dataclass(part):
        yield from _walk(part)
    elif isinstance(part, tuple):
        for item in part:
            yield from _within(item)


# --- Reading ----------------------------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|~|\\[,;:!>\s]|\\(?:left|right|[bB]igg?[lr]?|textstyle|displaystyle|mathbf|quad)(?![a-zA-Z]))
    |(?P<text>\\text\{[^{}]*\})
    |(?P<gap>\\\\(?:\[[^\]]*\])?|\\qquad(?![a-zA-Z])|\\(?:begin|end)\{(?:gathered|aligned)\})
    |(?P<word>\\(?:begin|end)\{[a-z]+\}|\\(?:mathrm|operatorname\*?)\{[^{}]*\}|\\[a-zA-Z]+)
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<letter>[A-Za-z]+)
    |(?P<sign>[-+*/=<>()\[\]{}|,.:^_'&])
    """,
    re.VERBOSE,
)
# What the plain spelling writes out.
_PLAIN = "alpha beta gamma delta Delta xi Xi theta sigma sum diag exp log max sqrt tanh odot cdot partial nabla".split()


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int
    end: int


def _tokens(text):
    """The tokens of a formula, without the spaces."""
    plain, after_underscore, in_matrix = not re.search(r"[\\{]", text), False, False
    for at, match in _matches(text):
        kind, found = match.lastgroup, match[0]
        in_matrix = in_matrix or found.startswith(r"\begin") and kind == "word"
        in_matrix = in_matrix and not found.startswith(r"\end")
        # Outside of a matrix it lines up what stands below each other.
        if kind == "space" or (found == "&" and not in_matrix):
            continue
        if kind == "letter" and plain and after_underscore:
            yield from _group(found, at)
        elif kind == "letter" and plain and found in _PLAIN:
            yield _Token("word", found, at, match.end())
        elif kind == "letter":
            yield from (_Token("letter", letter, n, n + 1) for n, letter in enumerate(found, at))
        else:
            yield _Token(kind, _bare(found) if kind == "word" else found, at, match.end())
        after_underscore = found == "_"
    yield _Token("end", "", len(text), len(text))


def _matches(text):
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match:
            raise NotationError(_pointed(f"{text[at]!a} has no meaning here", text, at))
        yield at, match
        at = match.end()


def _group(letters, at):
    yield _Token("sign", "{", at, at)
    yield from (_Token("letter", letter, n, n + 1) for n, letter in enumerate(letters, at))
    yield _Token("sign", "}", at + len(letters), at + len(letters))


def _bare(word):
    r"""The name of a command: ``diag`` for ``\mathrm{diag}``, ``pmatrix`` for its begin and ``end`` for its end."""
    if word.startswith((r"\begin", r"\end")):
        return word[7:-1] if word.startswith(r"\begin") else "end"
    inner = re.search(r"^\\(?:mathrm|operatorname)\*?\{(.*)\}$", word)
    return re.sub(r"\\.|\s", "", inner[1]) if inner else word[1:]


_RELATIONS = {"=": "=", "<": "<", ">": ">", "le": "le", "ge": "ge", "ne": "ne", "in": "in", "leftarrow": "leftarrow"}
_FUNCTIONS = {"exp", "log", "max", "diag", "sqrt", "artanh", "Im", "Re"}
_OPENING = {"(": ")", "[": "]", "{": "}"}


class _Reader:
    """Reads by recursive descent: a method to a rule, and the rules from the whole down to a letter.

    formula  = { chain | "," | "." | text | gap }
    chain    = sum { relation sum }
    sum      = [sign] term { sign term }
    term     = product { ⊙ product }
    product  = factor { factor | · factor | / factor }
    """

    def __init__(self, text):
        self.text, self.tokens, self.n = text, list(_tokens(text)), 0

    # -- one token --

    @property
    def next(self):
        return self.tokens[self.n]

    def sees(self, *texts):
        return self.next.kind in ("sign", "word") and self.next.text in texts

    def take(self):
        self.n += 1
        return self.tokens[self.n - 1]

    def accepts(self, *texts):
        return self.take() if self.sees(*texts) else None

    def expect(self, text):
        if not self.sees(text):
            raise self.error(f"{self._named()} where {text} is needed")
        return self.take()

    def error(self, problem, token=None):
        return NotationError(_pointed(problem, self.text, (token or self.next).at))

    def _named(self):
        return {"end": "the formula ends"}.get(self.next.kind, f"{self.next.text} stands")

    # -- the whole --

    def formula(self):
        statements, phrase = [], None
        while self.next.kind != "end":
            if self.next.kind == "text":
                phrase = self._phrase(self.take())
            elif self.next.kind == "gap" or self.sees(",", "."):
                self.take()
            else:
                chain = self.chain()
                if phrase:
                    chain = Chain((phrase, *chain.sides), ("=", *chain.relations), at=phrase.at)
                statements.append(chain)
                phrase = None
        if not statements:
            raise self.error("nothing is written here")
        return Formula(self.text, tuple(statements))

    @staticmethod
    def _phrase(token):
        words = _words(token)
        return Phrase(words[:-1], at=token.at) if words.endswith(":") else None

    def chain(self):
        at, sides, relations = self.next.at, [self.sum()], []
        while self.sees(*_RELATIONS):
            relations.append(_RELATIONS[self.take().text])
            sides.append(self.sum())
        return Chain(tuple(sides), tuple(relations), at=at)

    def sum(self):
        at, terms = self.next.at, []
        while not terms or self.sees("+", "-"):
            sign = self.accepts("+", "-")
            terms.append((-1 if sign and sign.text == "-" else 1, self.term()))
        return terms[0][1] if len(terms) == 1 and terms[0][0] == 1 else Added(tuple(terms), at=at)

    def term(self):
        left = self.product()
        while token := self.accepts("odot"):
            left = Entrywise("odot", left, self.product(), at=token.at)
        return left

    def product(self):
        at, factors = self.next.at, [self.factor()]
        while True:
            if token := self.accepts("/"):
                factors.append(Entrywise("/", factors.pop(), self.factor(), at=token.at))
            elif self.accepts("cdot", "*") or self._begins_factor():
                factors.append(self.factor())
            else:
                return factors[0] if len(factors) == 1 else Product(tuple(factors), at=at)

    def _begins_factor(self):
        if self.next.kind == "sign":
            return self.next.text in _OPENING
        return self.next.kind in ("letter", "number") or (self.next.kind == "word" and self.next.text not in _NO_FACTOR)

    # -- factors --

    def factor(self):
        at = self.next.at
        if not self._begins_factor() and not self.sees("|"):
            raise self.error(f"{self._named()} where a letter, a number or a bracket is needed")
        if self.next.kind == "letter" or (self.next.kind == "word" and not hasattr(self, f"read_{self.next.text}")):
            if self.next.text in _FUNCTIONS:
                return self.scripted(self.function(), at)
            return self.letter()
        if self.next.kind == "number":
            return self.scripted(Number(float(self.take().text), at=at), at)
        if self.next.kind == "word":
            return self.scripted(getattr(self, f"read_{self.take().text}")(at), at)
        return self.scripted(self.bracket(), at)

    def bracket(self):
        token = self.take()
        if token.text == "|":
            body = self.sum()
            self.expect("|")
            return Function("abs", (body,), at=token.at)
        body = self.chain()
        self.expect(_OPENING[token.text])
        if token.text == "[":
            return Iverson(body, at=token.at)
        return self._expression(body)

    def _expression(self, chain):
        return chain.sides[0] if len(chain.sides) == 1 else chain

    def arguments(self):
        """What stands in round brackets."""
        self.expect("(")
        arguments = [self.sum()]
        while self.accepts(","):
            arguments.append(self.sum())
        self.expect(")")
        return tuple(arguments)

    def argument(self, rule=None):
        """What a command takes: a group in braces, or a single sign, as TeX has it."""
        if self.accepts("{"):
            body = (rule or self.sum)()
            self.expect("}")
            return body
        token = self.next
        if token.kind == "number" and len(token.text) > 1:
            # \frac12 is a half.
            rest = replace(token, text=token.text[1:], at=token.at + 1)
            self.tokens[self.n : self.n + 1] = [replace(token, text=token.text[0]), rest]
        if token.kind == "number":
            return Number(float(self.take().text), at=token.at)
        if token.kind == "letter" or token.kind == "word":
            return Letter(self.take().text, at=token.at)
        raise self.error(f"{self._named()} where a letter, a number or a brace is needed")

    def function(self):
        token = self.take()
        if self.sees("("):
            return Function(token.text, self.arguments(), at=token.at)
        argument = self.argument() if self.sees("{") else self.factor()
        return Function(token.text, (argument,), at=token.at)

    def letter(self):
        """A letter, with its layer, primes and indices, and the bracket that it may be applied to."""
        token = self.take()
        if token.text == "e" and self.sees("^"):
            self.take()
            return Function("exp", (self.argument(),), at=token.at)
        if token.text == "O" and self.sees("("):
            return Order(*self.arguments(), at=token.at)
        letter, power = Letter(token.text, at=token.at), None
        while True:
            if self.accepts("'"):
                letter = replace(letter, primes=letter.primes + 1)
            elif self.sees("_") and not letter.indices:
                letter = replace(letter, **self.subscript())
            elif self.sees("^") and self._has_layer():
                letter = replace(letter, layer=self.layer())
            elif self.sees("^") and self._has_star():
                letter = replace(letter, letter=f"{letter.letter}_star")
            else:
                break
        # tanh²(x) is a power of what the function gives.
        mark = self.n
        if self.accepts("^"):
            power = None if self._has_top() else self.argument()
            if power is None or not self.sees("("):
                self.n, power = mark, None
        if self.sees("("):
            applied = Applied(letter, self.arguments(), at=token.at)
            return self.scripted(Power(applied, power, at=token.at) if power else applied, token.at)
        return self.scripted(letter, token.at)

    def _ahead(self, n):
        return self.tokens[min(self.n + n, len(self.tokens) - 1)].text

    def _has_layer(self):
        return self._ahead(1) == "{" and self._ahead(2) == "("

    def _has_star(self):
        inner = 2 if self._ahead(1) == "{" else 1
        if self._ahead(inner) not in ("star", "cdot", "*"):
            return False
        del self.tokens[self.n : self.n + 2 * inner]
        return True

    def _has_top(self):
        return self._ahead(0) in ("top", "T") or (self._ahead(0) == "{" and self._ahead(1) in ("top", "T"))

    def layer(self):
        r"""^{(\ell)}, and a transpose that may stand in the same brace."""
        for text in "^{(":
            self.expect(text)
        layer = self.sum()
        self.expect(")")
        if not self.sees("}"):
            # What is left is a superscript of its own.
            at = self.next.at
            self.tokens[self.n : self.n] = [_Token("sign", "^", at, at), _Token("sign", "{", at, at)]
            return layer
        self.expect("}")
        return layer

    def subscript(self):
        """Its indices; and all of them as one word, as they may be a name."""
        self.expect("_")
        if not self.sees("{"):
            index = self.argument()
            return {"indices": (index,), "word": ""}
        self.take()
        indices = []
        while not self.sees("}"):
            if self.accepts(":"):
                indices.append(":")
            elif self.accepts(","):
                continue
            else:
                indices.extend(self.index())
        self.expect("}")
        if not indices:
            raise self.error("an index is needed here")
        word = "".join(index.letter if isinstance(index, Letter) else "?" for index in indices)
        return {"indices": tuple(indices), "word": word}

    def index(self):
        """One index after the other, ``ij``, or one that is computed, ``a+1``."""
        index = self.sum()
        if isinstance(index, Product) and all(isinstance(factor, (Letter, Number)) for factor in index.factors):
            return index.factors
        return [index]

    def scripted(self, body, at):
        """A factor with transposes, powers and indices."""
        while self.sees("^", "_"):
            if self.sees("_"):
                body = Indexed(body, self.subscript()["indices"], at=at)
                continue
            token = self.take()
            if self._has_top():
                grouped = self.accepts("{")
                self.take()
                if grouped:
                    self.expect("}")
                body = Transposed(body, at=token.at)
            else:
                body = Power(body, self.argument(), at=token.at)
        return body

    # -- commands --

    def read_frac(self, at):
        if self._ahead(0) == "{" and self._ahead(1) == "partial":
            return self.derivative_over(at)
        top = self.argument()
        return Entrywise("/", top, self.argument(), at=at)

    read_tfrac = read_dfrac = read_frac

    def derivative_over(self, at):
        self.expect("{")
        self.expect("partial")
        of = None if self.sees("}") else self.term()
        self.expect("}")
        self.expect("{")
        by = self.nudged()
        self.expect("}")
        # What has nothing above the line is of what stands behind it.
        return Derivative(of or self.product(), by, at=at)

    def read_partial(self, at):
        of = self.letter()
        self.expect("/")
        return Derivative(of, self.nudged(), at=at)

    def nudged(self):
        self.expect("partial")
        token = self.next
        by = self.letter()
        if not isinstance(by, Letter):
            raise self.error("a letter is needed here, to nudge it", token)
        return by

    def read_nabla(self, at):
        by = None
        if self.accepts("_"):
            by = self.argument()
        return Gradient(self.factor(), by, at=at)

    def read_sum(self, at):
        self.expect("_")
        mark = self.n
        if self.accepts("{") and self.next.kind == "text":
            return self.sum_over_all(at)
        self.n = mark
        if self._ahead(0) == "{" and self._ahead(2) == "=":
            return self.bounded_sum(at)
        self.n -= 1
        token = self.next
        indices = self.subscript()["indices"]
        if not all(isinstance(index, Letter) for index in indices):
            raise self.error("a sum runs over letters", token)
        return Total(tuple(index.letter for index in indices), self.product(), at=at)

    def bounded_sum(self, at):
        self.expect("{")
        index = self.take().text
        self.expect("=")
        first = self.sum()
        self.expect("}")
        self.expect("^")
        last = self.argument()
        return Total((index,), self.product(), first, last, at=at)

    def sum_over_all(self, at):
        token = self.take()
        if _words(token) != "all indices of":
            raise self.error("a sum runs over indices, or over all indices of a letter", token)
        letter = self.letter()
        self.expect("}")
        return TotalOverAll(letter, self.product(), at=at)

    def read_argmin(self, at):
        self.expect("_")
        return LeastAt(self.argument().letter, self.product(), at=at)

    def read_cdots(self, at):
        return Dots(at=at)

    def read_lVert(self, at):
        body = self.sum()
        self.expect("rVert")
        return Function("norm", (body,), at=at)

    def read_mathbb(self, at):
        if self.take().text != "R":
            raise self.error("only \\mathbb R is known")
        return Reals(at=at)

    def read_boxed(self, at):
        return self._expression(self.argument(self.chain))

    def read_pmatrix(self, at):
        rows = [[self.sum()]]
        while not self.accepts("end"):
            if self.accepts("&"):
                rows[-1].append(self.sum())
            elif self.next.kind == "gap":
                self.take()
                rows.append([self.sum()])
            else:
                raise self.error(f"{self._named()} inside a matrix")
        return Matrix(tuple(map(tuple, rows)), at=at)

    read_bmatrix = read_matrix = read_pmatrix

    def read_underbrace(self, at, mark="_"):
        body = self._expression(self.argument(self.chain))
        self.expect(mark)
        self.expect("{")
        claims = []
        while not self.accepts("}"):
            if not self.accepts(","):
                claims += self.claim()
        return Braced(body, tuple(claims), at=at)

    def read_overbrace(self, at):
        return self.read_underbrace(at, "^")

    def claim(self):
        """What is said of what is braced: a list of one claim, or of none, for a remark."""
        at = self.next.at
        if self.next.kind == "text":
            return self.claim_in_words(at)
        if self.next.kind == "letter" and self._ahead(1) == ":":
            letter = Letter(self.take().text, at=at)
            self.take()
            return [Shape(self.lengths(), letter, at=at)]
        if self.next.kind == "number" and self._ahead(1) == "times":
            lengths = [self.argument()]
            while self.accepts("times"):
                lengths.append(self.factor())
            return [Shape(tuple(lengths), at=at)]
        mark = self.n
        lengths = self.lengths() if self.sees("(") else None
        if lengths is not None:
            return [Shape(lengths, at=at)]
        self.n = mark
        return [Same(self.sum(), at=at)]

    def claim_in_words(self, at):
        words = _words(self.take())
        if words in ("a number", "one number"):
            return [Shape((), at=at)]
        if words == "numbers in":
            return [Count(self.sum(), at=at)]
        if words == "axes of":
            letters = [self.letter()]
            while self.accepts(","):
                self.take()
                letters.append(self.letter())
            return [Axes(tuple(letters), at=at)]
        depth = 0
        while depth or not self.sees("}"):
            if self.next.kind == "end":
                raise self.error("the formula ends inside a brace")
            depth += {"{": 1, "}": -1}.get(self.take().text, 0)
        return []

    def lengths(self):
        """A shape as Python writes it, or None for a bracket that is none."""
        self.expect("(")
        lengths, commas = [], 0
        while not self.accepts(")"):
            if self.accepts(","):
                commas += 1
            else:
                lengths.append(self.sum())
        return tuple(lengths) if commas or not lengths else None


def _words(token):
    return token.text[len(r"\text{") : -1].strip()


# Words that no factor begins with.
_NO_FACTOR = {*_RELATIONS, "odot", "cdot", "times", "top", "rVert", "end", "dots"}
