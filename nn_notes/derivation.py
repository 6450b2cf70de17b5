"""``derive`` says of a formula that a reader has derived what it is, of which shapes, and whether it is right.

What is to be derived is a ``Goal``: a derivative, and the letters that may stand in the answer, drawn anew as often as
is needed. Right is what the witness measures, for widths that all differ and that are all equal, whatever the bend.
"""

import re
from functools import cached_property
from html import escape
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from . import numeric
from .notation import NotationError, Refuted, evaluate, read
from .notation.mathml import mathml
from .notation.scope import Scope, pointed
from .notation.tree import Derivative, Gradient, Letter, walk
from .validate import function, instance, named, string

__all__ = ["Derived", "Goal", "derive", "layer", "means", "network", "outputs"]

LONGEST = 300
TOLERANCE = 1e-9
# How many examples are drawn of each kind.
SETS = 5
# A T that is typed in one with what stands before it, and has no index.
BEHIND = re.compile(r"(\\?[A-Za-z]+(?:\^\S+?[)}])?|[)}'])T(?![A-Za-z_^'}])")


def softmax(u):
    """A bend that makes each entry of all of u; its Jacobian is symmetric."""
    return np.exp(u) / np.exp(u).sum()


def neighbours(u):
    """A bend whose Jacobian is not even symmetric."""
    return np.tanh(u + np.roll(u, 1) / 2) + np.sin(np.roll(u, 1))


def means(**letters):
    """Say of each letter that a function draws what it is; a blackboard shows that.

    Args:
        letters: by the name of a letter a few words, or a derivative: ``F="∂z'/∂u"``.

    Returns:
        What says it, a decorator for ``draw`` of a ``Goal``.

    Raises:
        TypeError: one of them is no text.
    """
    for name, words in letters.items():
        string(name, words)

    def said(draw):
        draw.means = letters
        return draw

    return said


@means(
    z="the input",
    W="the weights",
    b="the bias",
    u="zW + b",
    f="f(u), any activation, softmax too",
    z_next="f(u), the output",
    F="∂z'/∂u",
    T="∂u/∂W",
    I="the identity",
    E="the loss",
    delta="∂E/∂z'",
    xi="∂E/∂u",
    t="the target",
)
def layer(rng, bend, M_in, M_out):
    """The letters of one layer: z, W and b, u, z' and F, T = ∂u/∂W, and δ and ξ of a loss behind it."""
    z, W, b, t = (rng.normal(size=shape) for shape in (M_in, (M_in, M_out), M_out, M_out))
    u = z @ W + b
    return {
        "z": z,
        "W": W,
        "b": b,
        "u": lambda z, W, b: z @ W + b,
        "f": lambda u: bend(u),
        "z_next": lambda u: bend(u),
        "F": numeric.jacobian(bend, u),
        "T": numeric.jacobian(lambda W: z @ W + b, W),
        "I": np.eye(M_out),
        "E": lambda z_next, t: ((z_next - t) ** 2).sum(),
        "delta": numeric.jacobian(lambda y: ((y - t) ** 2).sum(), bend(u)),
        "xi": numeric.jacobian(lambda u: ((bend(u) - t) ** 2).sum(), u),
        "t": t,
    }


@means(
    z="a layer's output",
    W="the weights",
    b="the bias",
    u="before the activation",
    f="any activation, softmax too",
    F="∂z/∂u of its layer",
    E="the loss",
    delta="∂E/∂z of its layer",
    xi="∂E/∂u of its layer",
    x="the input",
    t="the target",
    ell="this layer",
    l="the same",
    L="the last layer",
)
def network(rng, bend, M_0, M_1, M_2, M_3):
    """The letters of three layers, seen from its layer ℓ = 1 or 2; δ and ξ are those of the layers above."""
    M = [M_0, M_1, M_2, M_3]
    W = {l: rng.normal(size=widths) for l, widths in enumerate(pairwise(M), 1)}
    b = {l: rng.normal(size=M[l]) for l in W}
    x, t, ell = rng.normal(size=M_0), rng.normal(size=M_3), int(rng.integers(1, 3))

    def loss(z, layer):
        """From the output of a layer on."""
        for l in range(layer + 1, 4):
            z = bend(z @ W[l] + b[l])
        return ((z - t) ** 2).sum()

    z, u = {0: x}, {}
    for l in W:
        u[l] = z[l - 1] @ W[l] + b[l]
        z[l] = bend(u[l])
    above = range(ell + 1, 4)
    return {
        "z": lambda layer, u, x: bend(u[layer]) if layer else x,
        "W": W,
        "b": b,
        "u": lambda layer, z, W, b: z[layer - 1] @ W[layer] + b[layer],
        "f": lambda u: bend(u),
        "F": {l: numeric.jacobian(bend, u[l]) for l in W},
        "E": lambda z, t: ((z[3] - t) ** 2).sum(),
        "delta": {l: numeric.jacobian(lambda z, l=l: loss(z, l), z[l]) for l in above},
        "xi": {l: numeric.jacobian(lambda u, l=l: loss(bend(u), l), u[l]) for l in above},
        "x": x,
        "t": t,
        "ell": ell,
        "l": ell,
        "L": 3,
    }


@means(
    u="before the sigmoids",
    t="the target",
    y="σ(u), the prediction",
    sigma="σ(u), the same",
    E="the loss, mean of (y − t)²",
    delta="∂E/∂y",
    F="∂y/∂u",
    D="how many outputs",
)
def outputs(rng, bend, D):
    """The letters of a last layer of D sigmoids and its loss, the mean square of what it misses."""
    u, t = rng.normal(size=D), rng.uniform(size=D)

    def sigmoid(u):
        return 1 / (1 + np.exp(-u))

    y = sigmoid(u)
    return {
        "u": u,
        "t": t,
        "y": lambda u: sigmoid(u),
        "sigma": lambda u: sigmoid(u),
        "E": lambda y, t: ((y - t) ** 2).mean(),
        "delta": numeric.jacobian(lambda y: ((y - t) ** 2).mean(), y),
        "F": numeric.jacobian(sigmoid, u),
        "D": D,
    }


class Example(NamedTuple):
    letters: dict
    wanted: np.ndarray


class Goal:
    r"""What is to be derived.

    Args:
        what: the derivative in LaTeX: ``r"\frac{\partial E}{\partial W}"``.
        indices: a letter to each of its axes, ``"ij"``: what an answer in index form has.
        draw: ``draw(rng, bend, **widths)``, a dict from each letter to what it stands for, as ``notation`` has it; what
            it ``means`` may be said of it.
        widths: a dict from the name of each width to that on the page.

    Raises:
        TypeError, ValueError: no such text, function or dict; or the derivative has no value, or other axes.
    """

    def __init__(self, what, indices, draw, widths):
        self.what, self.indices = string("what", what), string("indices", indices)
        self._draw = function("draw", draw)
        self._widths = dict(named("widths", widths))
        if self.own.wanted.ndim != len(indices):
            raise ValueError(f"indices is {indices!r}; {what} needs {self.own.wanted.ndim}, one to each axis")

    @property
    def means(self):
        """What the letters mean, as far as that is said."""
        return getattr(self._draw, "means", {})

    @cached_property
    def own(self):
        """The example that is shown, with the widths of the page."""
        return self._example(np.random.default_rng(0), np.tanh, self._widths)

    @cached_property
    def others(self):
        """Further examples, by what is different in them."""
        rng = np.random.default_rng(1)
        different = [dict(zip(self._widths, rng.permutation(range(2, 8)).tolist(), strict=False)) for _ in range(SETS)]
        equal = [dict.fromkeys(self._widths, int(rng.integers(2, 5))) for _ in range(SETS)]
        drawn = {
            "numbers": (np.tanh, [self._widths] * SETS),
            "widths": (np.tanh, different),
            "equal": (np.tanh, equal),
            "mixing": (softmax, different),
            "one-sided": (neighbours, different),
        }
        return {
            name: [self._example(rng, bend, widths) for widths in several] for name, (bend, several) in drawn.items()
        }

    def _example(self, rng, bend, widths):
        letters = self._draw(rng, bend, **widths)
        return Example(letters, evaluate(self.what, letters).array)

    def verdict(self, yours):
        """What ``derive`` says of a formula."""
        return derive(yours, self).words

    @cached_property
    def itself(self):
        """The derivative as a part of a formula."""
        return read(self.what)[0].sides[0]


class Derived(NamedTuple):
    """What ``derive`` says: whether the formula is ``right``, and in ``words`` why not.

    ``typeset`` is the formula as MathML, ``value`` its array on the example that is shown, and ``wanted`` the right
    one; the first two are None where there are none.
    """

    right: bool
    words: str
    typeset: str | None
    value: np.ndarray | None
    wanted: np.ndarray

    @property
    def differs(self):
        """Whether the value is not the one that is measured."""
        return self.value is not None and not _same(self.value, self.wanted)

    def __repr__(self):
        return self.words

    def _repr_html_(self):
        return f"{self.typeset or ''}<p>{sentence(self.words)}</p>"


def sentence(words):
    """Words as a sentence in HTML, with the line that an error points at as it is."""
    first, _, rest = (words[0].upper() + words[1:]).partition("\n")
    return f"{escape(first)}<pre>{escape(rest)}</pre>" if rest else escape(first)


def derive(yours, goal):
    r"""Say of a formula what a teacher would.

    Args:
        yours: the formula as text, ``"z^T xi"``, ``"sum_k xi_k T_kij"``, or in LaTeX; with the derivative and = before
            it or without.
        goal: a ``Goal``.

    Returns:
        A ``Derived``. It never raises for what is in the formula, and never runs it as Python.

    Raises:
        TypeError: not text, or no ``Goal``.
    """
    string("yours", yours, "F W^T")
    instance("goal", goal, Goal)
    derived = _derived(yours, goal)
    found = BEHIND.search(yours)
    if derived.right or not found:
        return derived
    # T may be a letter of its own. It is meant as a transpose where the letter does not even lead to the right shape.
    if np.shape(_derived(BEHIND.sub(r"\1 T", yours), goal).value) == derived.wanted.shape:
        return derived
    below = "" if found[1] in ")}'" else found[1]
    hint = pointed(f"a transpose is written {below}^T", yours, found.end() - 1)
    return derived._replace(words=f"not yet: {hint}")


def _derived(yours, goal):
    wanted = goal.own.wanted

    def refused(words, typeset=None, value=None):
        return Derived(False, words, typeset, value, wanted)

    if len(yours) > LONGEST:
        return refused(f"not yet: this has {len(yours):,} signs; {LONGEST} are enough for any answer.")
    try:
        statements = read(yours)
    except NotationError as error:
        return refused(f"not yet: {error}")
    chain = statements[0]
    if len(statements) > 1 or {*chain.relations} - {"="}:
        hint = " A product needs no dot." if "." in yours else ""
        return refused(f"not yet: one formula is enough, a side by itself or sides with = between them.{hint}")
    asked = goal.itself if len(chain.sides) == 1 else None
    try:
        scope = _scope(chain, yours, goal, goal.own)
        typeset = mathml(chain, scope, asked)
    except NotationError:
        # Its indices or factors do not fit each other. It is set without shapes, and its value says why it has none.
        scope, typeset = None, mathml(chain, None, asked)

    def holds(kind):
        return all(_holds(chain, yours, goal, example) for example in goal.others[kind])

    try:
        if any(_asks_the_same(part, goal, scope) for part in walk(chain.sides[-1]) if scope):
            return refused("not yet: that is the question itself. What is it equal to?", typeset)
        value = _value(chain, yours, goal, goal.own)
    except Refuted as error:
        return refused(f"not yet: {error}", typeset)
    except NotationError as error:
        only = "right only where all widths are equal, and here they are not: " if holds("equal") else ""
        return refused(f"not yet: {only}{error}", typeset)
    if slip := _slip(value, goal.own, lambda size: _called(size, chain, yours, goal)):
        if value.shape != wanted.shape and holds("equal"):
            slip = (
                f"right only where all widths are equal. Here it has {_shape(value)}, and {_shape(wanted)} is needed."
            )
        return refused(f"not yet: {slip}", typeset, value)
    for kind, words in AMISS.items():
        if not holds(kind):
            return refused(words, typeset, value)
    count = 1 + sum(map(len, goal.others.values()))
    words = f"right: it holds on {count} examples, with numbers and widths drawn at random."
    return Derived(True, words, typeset, value, wanted)


AMISS = {
    "numbers": "not yet: right for these numbers, and wrong for others.",
    "widths": "not yet: right for these widths, and wrong for others.",
    "equal": "not yet: right for these widths, and wrong for others.",
    "mixing": "nearly: right where f works on each entry alone. Softmax does not: can you say it with F?",
    "one-sided": "nearly: right where F is symmetric, as for softmax and every component-wise f. Which way round is F?",
}


def _asks_the_same(part, goal, scope):
    """Whether a part is the derivative that is asked for, or one of its entries."""
    if not isinstance(part, (Derivative, Gradient)):
        return False
    (of, by), asked = _keys(part, scope), _keys(goal.itself, scope)
    # A nabla may stand without the letter below it.
    return of == asked[0] and by in (asked[1], None)


def _keys(derivative, scope):
    """Of what a derivative is, and by what: names with their layers, or None."""
    letters = (getattr(derivative.of, "head", derivative.of), derivative.by)
    return [letter.key(scope) if isinstance(letter, Letter) else None for letter in letters]


def _scope(chain, text, goal, example):
    """With ranges for the indices that are asked for."""
    scope = chain.scope(Scope(text, example.letters))
    ranges = dict(zip(goal.indices, example.wanted.shape, strict=True)) | scope.ranges
    # Shapes that a reader claims are those of the example that is shown.
    return scope.changed(ranges=ranges, held=[] if example is goal.own else None)


def _value(chain, text, goal, example):
    """The value of the last side, with an axis to each index in their order; every side has to have it."""
    scope = _scope(chain, text, goal, example)
    values = [_laid_out(scope.value(side), goal.indices, side, scope) for side in chain.sides]
    for value, side in zip(values[:-1], chain.sides, strict=False):
        if not _same(value, values[-1]):
            raise scope.error("this side is not equal to the last one", side)
    return values[-1]


def _laid_out(value, indices, node, scope):
    names = [name for name in indices if name in value.names]
    if alien := [name for name in value.names if name not in indices]:
        hint = f": is a sum over {listed(alien)} missing?" if len(value.names) > len(indices) else ""
        free = f"the free indices are {listed(value.names)}, and have to be {listed(indices)}{hint}"
        raise scope.error(free, node)
    if indices[: len(names)] != "".join(names) or len(names) + len(value.shape) < len(indices) * bool(names):
        raise scope.error(f"the free indices are {listed(value.names)} alone, and have to be {listed(indices)}", node)
    return value.spread(names, len(value.shape))


def listed(names):
    """Names as a sentence has them: k, i and j."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _gap(a, b):
    return np.abs(a - b).max() / max(np.abs(b).max(), 1e-3)


def _same(a, b):
    return a.shape == b.shape and _gap(a, b) <= TOLERANCE


def _holds(chain, text, goal, example):
    try:
        return _same(_value(chain, text, goal, example), example.wanted)
    except (NotationError, Refuted):
        return False


def _slip(value, example, called):
    """The usual slip that fits, in words; None where the value is right. A factor may be ``called`` by a letter."""
    wanted = example.wanted
    if _same(value, wanted):
        return None
    if value.ndim == 2 and _same(value.T, wanted):
        return f"this is its transpose. It has {_shape(value)}, and {_shape(wanted)} is needed."
    if wanted.ndim == 1 and value.shape == (wanted.size, 1) and _same(value[:, 0], wanted):
        return "the numbers are right, but they stand upright, and a row is needed."
    if value.shape != wanted.shape:
        return f"it has {_shape(value)}, and {_shape(wanted)} is needed."
    if factor := _factor(value, wanted):
        return _multiple(factor, called)
    gaps = np.abs(value - wanted)
    wrong, most = int((gaps > TOLERANCE * np.abs(wanted).max()).sum()), f"{gaps.max():.2g}"
    return f"the shape is right, the numbers are not: {wrong} of {wanted.size} differ, by {most} at most."


def _factor(value, wanted):
    """How many times what is wanted a value is; None where it is no multiple of it."""
    factor = float((value * wanted).sum() / (wanted * wanted).sum())
    return factor if factor and _same(value, factor * wanted) else None


def _called(size, chain, text, goal):
    """Which letter a formula is off by: one that is this number here, and elsewhere another one, as the factor is."""
    examples = [goal.own, *goal.others["widths"]]
    try:
        factors = [_factor(_value(chain, text, goal, example), example.wanted) for example in examples[1:]]
    except (NotationError, Refuted):
        return None
    sizes = [size, *(_size(factor or np.inf) for factor in factors)]
    whole = [name for name, letter in goal.own.letters.items() if isinstance(letter, int)]
    for name in whole:
        letters = [example.letters[name] for example in examples]
        # What is the same everywhere is not named: it may be this number by chance.
        if len({*letters}) > 1 and np.allclose(letters, sizes):
            return name
    return None


def _size(factor):
    return max(abs(factor), 1 / abs(factor))


def _multiple(factor, called):
    """What it is off by, in words."""
    if abs(factor + 1) < TOLERANCE:
        return "the sign is wrong, in every entry."
    size = _size(factor)
    times = called(size) or f"{size:.4g}"
    times = times if abs(factor) > 1 else f"1/{times}"
    return f"it is {'−' * (factor < 0)}{times} times what is needed, in every entry."


def _shape(a):
    return f"shape {a.shape}" if a.ndim else "one number"
