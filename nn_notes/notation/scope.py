"""What letters and indices stand for at one place of a formula, and errors that point there."""

import inspect
import re

import numpy as np

from .. import numeric
from ..validate import array, instance, named
from .values import Unfit

__all__ = ["NotationError", "Refuted", "Scope", "pointed", "typed"]


class NotationError(ValueError):
    """What is written cannot be read, or has no value."""


class Refuted(AssertionError):
    """What is written has a value, and does not hold."""


def pointed(problem, text, at=0):
    """A problem with the line of the formula that has it, and a caret below the place."""
    start = text.rfind("\n", 0, at) + 1
    line = text[start:].partition("\n")[0]
    return f"{problem}\n  {line}\n  {' ' * (at - start)}^"


def typed(name):
    """A letter's name as a reader types it."""
    return name.replace("_next", "'")


FUNCTIONS = {"exp", "log", "max", "diag", "sqrt", "artanh", "Im", "Re"}
# All that the plain spelling writes out; what else there is in it is letter beside letter.
WORDS = {
    *FUNCTIONS, "gamma", "delta", "Delta", "xi", "Xi", "theta", "sigma", "ell", "tanh", "sum", "odot", "otimes",
    "partial", "nabla",
}  # fmt: skip


class Scope:
    """What is known while a formula is evaluated.

    ``nudged`` are arrays in place of letters, ``indices`` numbers in place of indices, ``ranges`` says how far each
    index runs, and ``held`` has what has been compared so far; None where nothing is to be.
    """

    def __init__(self, text, letters, sizes=None):
        self.text, self.letters = text, named("letters", letters)
        self.sizes = None if sizes is None else instance("sizes", sizes, dict)
        self.nudged, self.indices, self.ranges, self.held, self.known = {}, {}, {}, [], {}
        self._parameters = {}

    def changed(self, **changes):
        other = object.__new__(Scope)
        other.__dict__ = self.__dict__ | {"known": {}} | changes
        return other

    def nudging(self, key, a):
        # It is measured then, not judged: that has been done, or will be.
        return self.changed(nudged=self.nudged | {key: a}, held=None)

    def error(self, problem, node, kind=NotationError):
        return kind(pointed(problem, self.text, node.at))

    def hold(self, holds, problem, node):
        """Raise unless a claim holds, and count it."""
        if not holds:
            raise self.error(problem, node, Refuted)
        if self.held is not None:
            self.held.append(node)

    def value(self, node):
        """The value of a part, found once."""
        if node not in self.known:
            try:
                with np.errstate(all="ignore"):
                    value = node.value(self)
            except Unfit as error:
                raise self.error(str(error), node) from None
            if not np.isfinite(value.array).all():
                raise self.error("this is not finite", node)
            self.known[node] = value
        return self.known[node]

    def whole(self, node):
        """The whole number that a part is."""
        a = self.value(node).array
        if a.shape or a != np.round(a.real):
            raise self.error("this needs to be a whole number", node)
        return int(a.real)

    def function(self, name):
        """The function that a letter is, or None."""
        value = self.letters.get(name)
        return value if callable(value) else None

    def array(self, name, node, layer=None):
        """The array that a letter is, as ``node`` has it."""
        if (name, layer) in self.nudged:
            return self.nudged[name, layer]
        if self.function(name):
            return self.called(name, (), node, layer)
        value = self._meaning(name, layer, node)
        if layer is not None:
            if layer not in value:
                raise self.error(f"{name} has no layer {layer} here; it has {', '.join(map(str, value))}", node)
            value = value[layer]
        return array(name, value, complex_too=True)

    def _meaning(self, name, layer, node):
        if name not in self.letters:
            raise self.error(self._unknown(name, node), node)
        if not self.has_layers(name) and layer is not None:
            raise self.error(f"{typed(name)} has no layers", node)
        if self.has_layers(name) and layer is None:
            ways = " or ".join(self.written(name))
            raise self.error(f"{typed(name)} has layers, and the one that is meant stands behind ^: write {ways}", node)
        return self.letters[name]

    def _unknown(self, name, node):
        """What is amiss with a letter that is none: it may be one of a word that is typed as in code, or without \\."""
        word, at = self.word(name, node)
        if len(word) > 1 and word in WORDS | self.letters.keys():
            return f"where a formula has \\, {word} is written \\{word}"
        applied = len(word) > 1 and self.text.startswith("(", at + len(word))
        begins = f"{word} is no function here, and " if applied else ""
        known = ", ".join(map(typed, self.letters))
        return f"{begins}{typed(name)} is not a letter of this page; its letters are {known}"

    def word(self, name, node):
        """What is typed in one with the letter at the beginning of a part, and where it begins."""
        for run in re.finditer("[A-Za-z]+", self.text):
            if run.start() <= node.at < run.end():
                return run[0], run.start()
        return name, node.at

    def written(self, name):
        """The ways to type a letter: with the layers of the page, where it has any."""
        if not self.has_layers(name):
            return [typed(name)]
        letter, layers = self.letters[name], {"1": 1}
        if "l" in self.letters:
            layers = {"l": self.letters["l"], "l+1": self.letters["l"] + 1}
        return [f"{typed(name)}^({way})" for way, layer in layers.items() if callable(letter) or layer in letter]

    def has_layers(self, name):
        value = self.letters[name]
        return "layer" in self.parameters(value) if callable(value) else isinstance(value, dict)

    def parameters(self, function):
        """The names of a function's parameters, looked up once: a witness calls it often."""
        if function not in self._parameters:
            self._parameters[function] = list(inspect.signature(function).parameters)
        return self._parameters[function]

    def called(self, name, arguments, node, layer=None):
        """A letter's function, of arguments for its first parameters and of the letters as they are for the others."""
        function = self._meaning(name, layer, node)
        names = [name for name in self.parameters(function) if name != "layer"]
        if len(arguments) > len(names):
            raise self.error(f"this has {len(arguments)} arguments; it needs {len(names)}", node)
        layers = [] if layer is None else [layer]
        others = [self._argument(name, node) for name in names[len(arguments) :]]
        try:
            return array("its value", function(*layers, *arguments, *others), complex_too=True)
        except NotationError:
            raise
        except RecursionError:
            # A layer is told by the one below, and from here no way down ends.
            raise self.error("there is no such layer here", node) from None
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            if not arguments and any(isinstance(other, _Layers) for other in others):
                raise self.error(f"{typed(name)} is a function: of what stands behind it in brackets", node) from None
            raise self.error(f"this has no value: {error}", node) from None

    def _argument(self, name, node):
        return _Layers(self, name, node) if name in self.letters and self.has_layers(name) else self.array(name, node)

    def jacobian(self, function, x, node):
        """The witness's."""
        try:
            # A real zero of what does not depend on x would look like a lost derivative.
            return numeric.jacobian(lambda x: function(x) + 0j if np.iscomplexobj(x) else function(x), x)
        except (NotationError, Refuted):
            raise
        except (TypeError, ValueError) as error:
            raise self.error(f"the witness cannot measure this: {error}", node) from None


class _Layers:
    """A letter with layers, as a function of it gets it."""

    def __init__(self, scope, name, node):
        self._scope, self._name, self._node = scope, name, node

    def __getitem__(self, layer):
        return self._scope.array(self._name, self._node, layer)
