"""The parts of a formula, each with what it means: ``value(scope)`` is its value, ``judge(…)`` what it claims."""

from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import reduce
from itertools import combinations

import numpy as np

from .scope import Refuted
from .values import Unfit, Value, alike, distance, entrywise, kronecker, product, rank, said, union

# How far two sides may be apart, relative to their largest entry; and the slope of what O(…) leaves open from 1.
TOLERANCE, SLOPE_TOLERANCE = 1e-9, 0.15
# How much smaller what goes to zero is made, to see how fast what is left follows. It has to follow through so many
# halvings in a row: a first term that is small by chance is hidden by a later one, until both are small enough.
SHRUNK, IN_A_ROW = 2.0 ** -np.arange(2, 15), 2

# How many terms a sum between bounds may have.
MOST_TERMS = 1000

COMPARED = {
    "=": np.equal,
    "ne": np.not_equal,
    "<": np.less,
    ">": np.greater,
    "le": np.less_equal,
    "ge": np.greater_equal,
}
ENTRYWISE = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "artanh": np.arctanh,
    "Re": np.real,
    "Im": np.imag,
    "abs": np.abs,
}
# What gathers the terms of a sum, and the factors of a product.
TOTALS = {"sum": np.add, "product": np.multiply}


@dataclass(frozen=True)
class Node:
    """A part of a formula; ``at`` is where it begins, which makes no difference to what it is."""

    at: int = field(default=0, compare=False, kw_only=True)


def walk(part):
    """A part and all that is in it; nothing for what is no part."""
    if is_dataclass(part):
        yield part
        part = tuple(getattr(part, f.name) for f in fields(part))
    if isinstance(part, tuple):
        for inner in part:
            yield from walk(inner)


def letters_in(part):
    return [node for node in walk(part) if isinstance(node, Letter)]


# --- Letters and numbers ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Number(Node):
    number: float

    def value(self, scope):
        return Value(np.array(self.number))


@dataclass(frozen=True)
class Phrase(Node):
    r"""What ``\text{from the loss:}`` calls what comes after it; a letter of that name."""

    name: str

    def value(self, scope):
        return Value(scope.array(self.name, self))


@dataclass(frozen=True)
class Letter(Node):
    """A letter with what hangs on it. ``word`` is its indices in one, in case they are part of its name."""

    letter: str
    primes: int = 0
    layer: Node | None = None
    indices: tuple = ()
    word: str = ""

    def name(self, scope):
        return self._joined(scope) or self.letter + "_next" * self.primes

    def _joined(self, scope):
        name = f"{self.letter}{'_next' * self.primes}_{self.word}"
        return name if len(self.word) > 1 and name in scope.letters else None

    def key(self, scope):
        """By which name, in which layer, it is looked up."""
        return self.name(scope), None if self.layer is None else scope.whole(self.layer)

    def own_indices(self, scope):
        return () if self._joined(scope) else self.indices

    def whole(self, scope):
        """The array without its indices."""
        name, layer = self.key(scope)
        several = scope.letters.get(name)
        if isinstance(several, tuple):
            # Of arrays of several orders it is the one with so many indices.
            several = {a.ndim: a for a in map(np.asarray, several)}
            if len(self.indices) not in several:
                raise scope.error(f"{name} has {' or '.join(map(str, several))} indices", self)
            return several[len(self.indices)]
        return scope.array(name, self, layer)

    def value(self, scope):
        if self.letter in scope.indices and not self.indices:
            return Value(np.array(scope.indices[self.letter]))
        function = scope.function(self.letter)
        if self.primes and function and self.name(scope) not in scope.letters:
            # A slope, and nothing says where: it is at what the function is of.
            arguments = tuple(Letter(name, at=self.at) for name in scope.parameters(function) if name != "layer")
            return scope.value(Applied(self, arguments, at=self.at))
        return indexed(Value(self.whole(scope)), self.own_indices(scope), self, scope)


def indexed(value, indices, node, scope):
    """A value with indices on its first axes. One whole axis in front of a held one is a column."""
    items = items_of(indices, value.shape, node, scope)
    value = value.indexed(items)
    upright = len(value.shape) == 1 and ":" in items[:-1]
    return Value(value.array[..., None], value.names) if upright else value


def items_of(indices, shape, node, scope):
    """An item to each axis: a name for an index that runs, a number for one that is held, or a colon."""
    if len(indices) > len(shape):
        raise scope.error(f"{len(indices)} indices are too many for {said(shape)}", node)
    items = [index if index == ":" else item_of(index, scope) for index in indices]
    for item, length in zip(items, shape, strict=False):
        if isinstance(item, int) and not 0 <= item < length:
            raise scope.error(f"there is no entry {item} on an axis of length {length}", node)
    return items + [":"] * (len(shape) - len(items))


def item_of(index, scope):
    if isinstance(index, Letter) and not index.primes and not index.indices and index.letter not in scope.indices:
        held = scope.letters.get(index.letter)
        return int(held) if isinstance(held, (int, np.integer)) else index.letter
    return scope.whole(index)


def ranges(statement, scope):
    """How far each index of a statement runs, as the letters have it that it hangs on."""
    found = {}
    for letter in letters_in(statement):
        # What is computed may hang on the index of a sum, which has no value yet.
        known = all(index == ":" or isinstance(index, (Letter, Number)) for index in letter.indices)
        if not letter.own_indices(scope) or not known or letter.name(scope) not in scope.letters:
            continue
        shape = letter.whole(scope).shape
        for item, length in zip(items_of(letter.indices, shape, letter, scope), shape, strict=True):
            if isinstance(item, str) and item != ":" and found.setdefault(item, length) != length:
                problem = f"{item} runs over {length} here, and over {found[item]} elsewhere; an index has one range"
                raise scope.error(problem, letter)
    return found


class Marked(Node):
    """What has a mark on its upper or lower right. It goes to a bracket, whatever letter stands before that."""

    def value(self, scope):
        if len(apart(self, scope)) > 1:
            return scope.value(Product((self,), at=self.at))
        return self.marked(scope.value(self.body), scope)


@dataclass(frozen=True)
class Indexed(Marked):
    body: Node
    indices: tuple

    def marked(self, value, scope):
        return indexed(value, self.indices, self, scope)


@dataclass(frozen=True)
class Power(Marked):
    body: Node
    exponent: Node

    def marked(self, value, scope):
        exponent = scope.value(self.exponent)
        if len(value.shape) == 2 and not exponent.shape and (exponent.array == -1).all():
            return self._inverse(value, scope)
        if len(value.shape) > 1 or exponent.shape:
            raise scope.error("a power needs a number or a row below, and a number above", self)
        return entrywise(np.power, value, exponent)

    def _inverse(self, value, scope):
        """Of a matrix, where -1 stands on it."""
        try:
            return Value(np.linalg.inv(value.array), value.names)
        except np.linalg.LinAlgError:
            raise scope.error(f"a matrix with {said(value.shape)} and these entries has no inverse", self) from None


@dataclass(frozen=True)
class Transposed(Marked):
    body: Node

    def marked(self, value, scope):
        if len(value.shape) not in (1, 2):
            raise scope.error(f"this has {said(value.shape)}; only a row, a column or a matrix has a transpose", self)
        return value.transposed()


def apart(factor, scope):
    """A factor; or two, where a bracket stands behind a letter that is no function: 2/D(y - t) is (2/D)(y - t)."""
    if isinstance(factor, Marked):
        *before, last = apart(factor.body, scope)
        return [*before, replace(factor, body=last)]
    if isinstance(factor, Entrywise) and factor.sign == "/":
        first, *behind = apart(factor.right, scope)
        return [replace(factor, right=first), *behind]
    return factor.apart(scope) if isinstance(factor, Applied) else [factor]


# --- Products and sums ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Product(Node):
    factors: tuple

    def value(self, scope):
        total = Value(np.array(1.0))
        for factor in self._written_out(scope):
            left, right = total, scope.value(factor)
            total = product(left, right)
            if total is None and len(left.shape) == len(right.shape) == 1:
                odot = "\\odot" if "\\" in scope.text else "odot"
                problem = f"a row does not meet a row; one has to be transposed, or {odot} between them"
                raise scope.error(problem, factor)
            if total is None:
                problem = f"{said(left.shape)} does not meet {said(right.shape)}: last axis and first need to be equal"
                raise scope.error(problem, factor)
        return total

    def _written_out(self, scope):
        """The factors, those too that dots stand for, and the bracket behind a letter that is no function."""
        factors = [part for factor in self.factors for part in apart(factor, scope)]
        while dots := [n for n, factor in enumerate(factors) if isinstance(factor, Dots)]:
            before, n, behind = dots[0] - 1, dots[0], dots[0] + 2
            if n == 0 or behind > len(factors):
                scope.value(factors[n])
            factors[before:behind] = factors[n].between(factors[before], factors[n + 1], scope)
        return factors


@dataclass(frozen=True)
class Dots(Node):
    r"""``\cdots``: all factors from the one before to the one behind, layer by layer downwards; or none at all."""

    def value(self, scope):
        raise scope.error("dots need a factor on either side", self)

    def between(self, first, last, scope):
        high, low = ([scope.whole(letter.layer) for letter in letters_in(f) if letter.layer] for f in (first, last))
        steps = {a - b for a, b in zip(high, low, strict=False)}
        if len(high) != len(low) or len(steps) != 1 or min(steps) < -1:
            raise scope.error("dots need the same factor on either side, in layers that go down", self)
        count = steps.pop() + 1
        inner = [lowered(first, n, scope) for n in range(1, count - 1)]
        return [first, *inner, last] if count > 1 else [first][:count]


def lowered(part, by, scope):
    """A part so many layers below, without what braces claim of it."""
    if isinstance(part, Braced):
        return lowered(part.body, by, scope)
    if isinstance(part, Letter) and part.layer:
        return replace(part, layer=Number(scope.whole(part.layer) - by, at=part.at))
    inner = {f.name: getattr(part, f.name) for f in fields(part)}
    return replace(part, **{name: lowered(p, by, scope) for name, p in inner.items() if isinstance(p, Node)})


@dataclass(frozen=True)
class Entrywise(Node):
    r"""Two values with ``\odot``, ``/`` or a fraction line between them."""

    sign: str
    left: Node
    right: Node

    def value(self, scope):
        if len(apart(self, scope)) > 1:
            return scope.value(Product((self,), at=self.at))
        a, b = scope.value(self.left), scope.value(self.right)
        value = entrywise(np.multiply if self.sign == "odot" else np.divide, a, b)
        if value is None:
            raise scope.error(f"{said(a.shape)} and {said(b.shape)} differ; entry by entry they need to be equal", self)
        return value


@dataclass(frozen=True)
class Kronecker(Node):
    r"""Two arrays with ``\otimes`` between them: the second, once for each entry of the first, multiplied by it."""

    left: Node
    right: Node

    def value(self, scope):
        value = kronecker(scope.value(self.left), scope.value(self.right))
        if value is None:
            raise scope.error(r"\otimes takes whole arrays; something here has an index", self)
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
            a, b = total, scope.value(term)
            total = entrywise(np.add if sign > 0 else np.subtract, a, b)
            if total is None:
                raise scope.error(f"{said(a.shape)} and {said(b.shape)} cannot be added", term)
        return total


@dataclass(frozen=True)
class Order(Node):
    """O(…): something of this size."""

    body: Node

    def value(self, scope):
        raise scope.error("O(...) has no value; it can only be a term on a side of an equation", self)


@dataclass(frozen=True)
class Total(Node):
    """A written sum over indices, or over one between bounds; or a product over indices."""

    indices: tuple
    body: Node
    first: Node | None = None
    last: Node | None = None
    sign: str = "sum"

    def value(self, scope):
        if self.first:
            (index,), numbers = self.indices, range(scope.whole(self.first), scope.whole(self.last) + 1)
            if len(numbers) > MOST_TERMS:
                raise scope.error(f"this sum has {len(numbers):,} terms; {MOST_TERMS:,} are too many", self)
            terms = (scope.changed(indices=scope.indices | {index: n}).value(self.body) for n in numbers)
            return reduce(lambda a, b: entrywise(np.add, a, b), terms, Value(np.array(0.0)))
        value = scope.value(self.body)
        for index in self.indices:
            if index not in value.names:
                raise scope.error(f"this {self.sign} runs over {index}, which does not stand behind it", self)
            value = value.totalled(index, TOTALS[self.sign])
        return value


@dataclass(frozen=True)
class TotalOverAll(Node):
    """A sum over all indices of a letter, which are the last axes of one factor and the first of the other."""

    letter: Letter
    body: Node

    def value(self, scope):
        factors = self.body.factors if isinstance(self.body, Product) else ()
        if len(factors) != 2:
            raise scope.error("a sum over all indices needs two factors behind it", self)
        a, b = (value.array.reshape(value.shape[: rank(value)]) for value in map(scope.value, factors))
        middle = len(scope.value(self.letter).shape)
        if a.shape[a.ndim - middle :] != b.shape[:middle]:
            raise scope.error(f"the last axes of {said(a.shape)} are not the first of {said(b.shape)}", self)
        return as_derivative(np.tensordot(a, b, middle), (), a.ndim - middle)


@dataclass(frozen=True)
class Matrix(Node):
    """Numbers in brackets: a row, a column or a matrix."""

    rows: tuple

    def value(self, scope):
        values = [scope.value(entry) for row in self.rows for entry in row]
        if any(value.shape for value in values) or len({len(row) for row in self.rows}) > 1:
            raise scope.error("a matrix needs numbers, as many in each row", self)
        names = union(*values)
        entries = np.broadcast_arrays(*(value.spread(names, 0) for value in values))
        a = np.stack(entries, axis=-1).reshape(*entries[0].shape, len(self.rows), -1)
        return Value(a[..., 0, :] if len(self.rows) == 1 else a, names)


# --- Functions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Applied(Node):
    """A letter before a bracket: a function of what is in it, if it is a function, and otherwise a product.

    A power that stands before the bracket is one of what the function gives: tanh²(x).
    """

    head: Letter
    arguments: tuple
    power: Node | None = None

    def apart(self, scope):
        # S_i(1 - S_i) is a product, though S is a function: nobody writes f(1 - f) for anything else.
        own = self.head.letter in (letter.letter for letter in letters_in(self.arguments))
        names = {self.head.name(scope), self.head.letter} if self.head.primes else {self.head.name(scope)}
        if any(map(scope.function, names)) and not own:
            return [self]
        if len(self.arguments) > 1:
            word, at = scope.word(self.head.letter, self)
            raise scope.error(f"{word} is no function here; factors stand side by side", replace(self, at=at))
        return [Power(self.head, self.power, at=self.at) if self.power else self.head, *self.arguments]

    def value(self, scope):
        if self.apart(scope) != [self]:
            return scope.value(Product((self,), at=self.at))
        values = [scope.value(argument) for argument in self.arguments]
        name, layer = self.head.key(scope)
        value = self._called(name, layer, values, scope) if name in scope.letters else self._slope(values, scope)
        value = indexed(value, self.head.own_indices(scope), self.head, scope)
        return entrywise(np.power, value, scope.value(self.power)) if self.power else value

    def _called(self, name, layer, values, scope):
        """One call for each value of the arguments' indices."""
        names = union(*values)
        arrays = [value.spread(names, len(value.shape)) for value in values]
        lengths = np.broadcast_shapes(*(a.shape[: len(names)] for a in arrays))
        arrays = [np.broadcast_to(a, lengths + a.shape[len(names) :]) for a in arrays]
        calls = [scope.called(name, [a[n] for a in arrays], self, layer) for n in np.ndindex(lengths)]
        return Value(np.reshape(calls, lengths + calls[0].shape), names)

    def _slope(self, values, scope):
        """f'(u), entry by entry, as the witness has it."""
        letter, value = self.head.letter, values[0]
        if len(values) > 1 or self.head.primes > 1:
            raise scope.error("a slope needs one prime and one argument", self)
        x = value.array.ravel()
        J = scope.jacobian(lambda x: scope.called(letter, [x], self), x, self)
        if J.shape != 2 * x.shape or np.abs(J - np.diag(np.diagonal(J))).max() > TOLERANCE:
            raise scope.error(f"{letter} mixes the entries of what it gets, so that there is no {letter}'", self)
        return Value(np.diagonal(J).reshape(value.array.shape), value.names)


@dataclass(frozen=True)
class Function(Node):
    """One of the functions that every page has."""

    name: str
    arguments: tuple

    def value(self, scope):
        values = [scope.value(argument) for argument in self.arguments]
        if self.name == "max":
            return self._max(values, scope)
        if len(values) > 1:
            raise scope.error(f"{self.name} has {len(values)} arguments; it needs one", self)
        if self.name == "diag":
            return self._diag(*values, scope)
        if self.name == "norm":
            own = tuple(range(-len(values[0].shape), 0))
            return Value(np.sqrt((values[0].array ** 2).sum(axis=own)), values[0].names)
        return Value(ENTRYWISE[self.name](values[0].array), values[0].names)

    def _max(self, values, scope):
        largest = entrywise(lambda *arrays: reduce(np.maximum, arrays), *values)
        if largest is None:
            raise scope.error("what max gets differs in shape", self)
        return largest

    def _diag(self, value, scope):
        if len(value.shape) != 1:
            raise scope.error(f"diag got {said(value.shape)}; it needs a row", self)
        return Value(value.array[..., None] * np.eye(value.shape[0]), value.names)


@dataclass(frozen=True)
class Iverson(Node):
    """[k = j], [x > 0]: 1 where it is so, and 0 elsewhere."""

    chain: "Chain"

    def value(self, scope):
        sides, relations = self.chain.sides, self.chain.relations
        if len(sides) != 2 or relations[0] not in COMPARED:
            raise scope.error("square brackets need two sides, as in [k=j]", self)
        truth = entrywise(COMPARED[relations[0]], *(self._side(side, scope) for side in sides))
        if truth is None:
            raise scope.error("the sides differ in shape", self)
        return Value(truth.array.astype(float), truth.names)

    @staticmethod
    def _side(side, scope):
        """An index, or anything that has a value."""
        name = side.letter if isinstance(side, Letter) and side == Letter(side.letter) else None
        if name in scope.ranges and name not in scope.indices:
            return Value(np.arange(scope.ranges[name]), (name,))
        if name and name not in {*scope.letters, *scope.indices}:
            raise scope.error(f"{name} is neither a letter of this page nor an index of one", side)
        value = scope.value(side)
        return Value(value.array.real, value.names)


@dataclass(frozen=True)
class Condition(Iverson):
    """Where an equation is to hold: ``i = j:`` in front of it."""

    def value(self, scope):
        truth = super().value(scope)
        if not truth.array.any():
            raise scope.error("this is never so, and nothing would be left to hold", self)
        return truth


@dataclass(frozen=True)
class LeastAt(Node):
    """arg min: the value of an index at which something is least."""

    index: str
    body: Node

    def value(self, scope):
        value = scope.value(self.body)
        if value.names != (self.index,) or value.shape:
            raise scope.error(f"arg min needs one number behind it to each {self.index}", self)
        return Value(np.array(int(value.array.argmin())))


# --- Derivatives ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Derivative(Node):
    """∂A/∂B, measured: the axes of A, then those of B. A vector by a number is a column, a number by a vector a row."""

    of: Node
    by: Letter

    def value(self, scope):
        key = self.by.key(scope)
        x, of = scope.array(key[0], self.by, key[1]), scope.value(self.of)
        J = scope.jacobian(lambda x: scope.nudging(key, x).value(self.of).array, x, self)
        # What is drawn upright has no more axes for that.
        J = Value(J.reshape(of.array.shape[: len(of.names) + rank(of)] + x.shape), of.names)
        J = J.indexed(items_of(self.by.own_indices(scope), x.shape, self.by, scope))
        return as_derivative(J.array, J.names, rank(of))


def as_derivative(a, names, above):
    """An array as a derivative of what has so many axes: that of a vector by a number stands upright."""
    return Value(a[..., None] if a.ndim - len(names) == above == 1 else a, names)


@dataclass(frozen=True)
class Gradient(Node):
    """∇: the derivative of a number by the letter below, or by the first that it is a function of."""

    of: Node
    by: Letter | None

    def value(self, scope):
        by, head = self.by, self.of.head if isinstance(self.of, Applied) else self.of
        function = isinstance(head, Letter) and scope.function(head.name(scope))
        if not (by or function):
            raise scope.error("the nabla needs a function behind it, or a letter below", self)
        by = by or Letter(scope.parameters(function)[0], at=self.at)
        return scope.value(Derivative(self.of, by, at=self.at))


# --- What braces claim ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Braced(Node):
    """A brace, and claims about what it holds."""

    body: Node
    claims: tuple

    def value(self, scope):
        value = scope.value(self.body)
        if scope.held is not None:
            for claim in self.claims:
                claim.judge(value, scope)
        return value


@dataclass(frozen=True)
class Shape(Node):
    """A shape, that of a letter where there is one, and else of what is braced."""

    lengths: tuple
    of: Letter | None = None

    def judge(self, value, scope):
        value = scope.value(self.of) if self.of else value
        claimed, own = tuple(self._length(length, scope) for length in self.lengths), value.shape
        # An index may run or be held, and a row may be drawn as a matrix.
        fits = claimed in (own, value.array.shape) or (len(own) == 1 and claimed == (1, *own))
        scope.hold(fits, f"{said(claimed)} is claimed, and it has {said(own)}", self)

    def _length(self, length, scope):
        if scope.sizes is None or not isinstance(length, Number) or length.number == 1:
            return scope.whole(length)
        if length.number not in scope.sizes:
            raise scope.error(f"no width here is {length.number:g}", length, Refuted)
        return scope.sizes[length.number]


@dataclass(frozen=True)
class LaidOut(Shape):
    """A shape as a matrix, the first axis by all others in one: 5×35 for (5, 7, 5), and 1×2 for a row."""

    def judge(self, value, scope):
        claimed, own = tuple(self._length(length, scope) for length in self.lengths), value.shape
        first, rest = (1, own) if len(own) < 2 else (own[0], own[1:])
        matrix = (first, int(np.prod(rest)))
        scope.hold(claimed == matrix, f"{said(claimed)} is claimed, and it has {said(matrix)} as a matrix", self)


@dataclass(frozen=True)
class Axes(Node):
    """The axes of some letters, one behind the other."""

    letters: tuple

    def judge(self, value, scope):
        claimed = tuple(length for letter in self.letters for length in scope.value(letter).shape)
        own = value.shape[: rank(value)]
        scope.hold(claimed == own, f"{said(claimed)} is claimed, and it has {said(own)}", self)


@dataclass(frozen=True)
class Count(Node):
    """How many numbers there are in something."""

    of: Node

    def judge(self, value, scope):
        size = scope.value(self.of).array.size
        scope.hold(not value.array.shape and value.array == size, f"there are {size}, not {value.array}", self)


@dataclass(frozen=True)
class Same(Node):
    """What is braced is equal to this."""

    body: Node

    def judge(self, value, scope):
        hold_equal(value, scope.value(self.body), self, scope)


# --- Equations --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reals(Node):
    """The real numbers: what is one of them is one number."""

    def value(self, scope):
        raise scope.error("the real numbers have no value; something needs to be one of them", self)


@dataclass(frozen=True)
class Chain(Node):
    """Sides, and relations between them; or one side alone."""

    sides: tuple
    relations: tuple = ()

    def scope(self, scope):
        """The scope in which its indices have their ranges."""
        return scope.changed(ranges=ranges(self, scope))

    def value(self, scope):
        self.judge(scope)
        return scope.value(self.sides[0])

    def judge(self, scope):
        sides = self.sides
        if "leftarrow" in self.relations:
            sides = (following(sides[0], scope), *sides[1:])
        within = [n for n, relation in enumerate(self.relations, 1) if relation == "in"]
        for n in within:
            if not isinstance(sides[n], Reals):
                raise scope.error("only the real numbers are known to have something in them", sides[n])
        values = [None if n in within else scope.value(side) for n, side in enumerate(sides)]
        for (m, left), (n, right) in combinations(enumerate(values), 2):
            if left is None:
                raise scope.error("nothing comes after a set", sides[n])
            if right is None:
                scope.hold(not left.shape, f"this is no number; it has {said(left.shape)}", sides[m])
                continue
            try:
                self._hold_pair(sides[m], sides[n], left, right, self.relations[m:n], scope)
            except Unfit as error:
                raise scope.error(str(error), sides[n]) from None

    def _hold_pair(self, one, other, left, right, between, scope):
        if {*between} <= {"=", "leftarrow"}:
            self._hold_sides(one, other, left, right, scope)
        elif len(between) == 1:
            truth = entrywise(COMPARED[between[0]], left, right)
            scope.hold(truth is not None and truth.array.all(), "this is not so", other)

    def _hold_sides(self, one, other, left, right, scope):
        orders = [order_of(side) for side in (one, other)]
        if not any(orders):
            hold_equal(left, right, other, scope)
        # Both may leave out the same.
        elif not all(orders) or distance(left, right) > TOLERANCE:
            hold_order(one, other, orders[0] or orders[1], scope)


def order_of(side):
    """What a side leaves open, or None."""
    return next((term for _, term in getattr(side, "terms", ()) if isinstance(term, Order)), None)


def following(part, scope):
    """A letter's next value, which is what an arrow gives it."""
    if isinstance(part, Braced):
        return replace(part, body=following(part.body, scope))
    if not isinstance(part, Letter):
        raise scope.error("what an arrow gives a value needs to be a letter", part)
    return replace(part, primes=part.primes + 1)


def hold_equal(left, right, node, scope):
    left, right = alike(left, right)
    if left.shape != right.shape:
        upright = rank(left) == rank(right) == 1 and left.shape[0] == right.shape[0]
        problem = f"this has {said(right.shape)}, and the other side {said(left.shape)}"
        raise scope.error(problem + (": one of them stands upright" if upright else ""), node, Refuted)
    gap, alone = distance(left, right), {*left.names} ^ {*right.names}
    free = f"; on one side only stands {', '.join(sorted(alone))}" if alone else ""
    scope.hold(gap <= TOLERANCE, f"this is off from the other side, by {gap:.2g} of the largest entry{free}", node)


def hold_order(one, other, order, scope):
    """Hold what is left between two sides to the size that it is claimed to have."""
    letter = next(iter(letters_in(order)), None)
    if letter is None:
        raise scope.error("O(...) needs a letter that goes to zero", order)
    sizes, gaps, slopes, follows = [], [], [], False
    for shrunk in SHRUNK:
        nudged = scope.nudging(letter.key(scope), shrunk * letter.whole(scope))
        left, right = alike(nudged.value(one), nudged.value(other))
        gap = entrywise(np.subtract, left, right)
        if gap is None:
            raise scope.error(f"this has {said(right.shape)}, and the other side {said(left.shape)}", other, Refuted)
        size = np.abs(nudged.value(order.body).array)
        if size.shape or not size:
            raise scope.error("O(...) needs one number, and not 0", order)
        sizes.append(size)
        gaps.append(np.abs(gap.array).max())
        if len(sizes) > 1 and not sizes[-1] < 0.8 * sizes[-2]:
            raise scope.error(f"O(...) needs to go to zero with {letter.letter}", order)
        if not gaps[-1]:
            break
        slopes = np.diff(np.log(gaps)) / np.diff(np.log(sizes))
        follows = len(slopes) >= IN_A_ROW and np.all(np.abs(slopes[-IN_A_ROW:] - 1) < SLOPE_TOLERANCE)
        if follows:
            break
    power = np.median(slopes) if all(gaps) else np.inf
    scope.hold(follows, f"what is left goes with the power {power:.2f} of this", order)
