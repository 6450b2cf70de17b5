"""The ways to break a statement: the page is wrong in one place, or the package is wrong while the statement runs.

* A wrong page is what a wrong derivation would have given. A sign, a factor, plus for minus, a transpose, two einsum
  letters, the order of a product, [k = j], a sum in place of a mean.
* A wrong package: one of its functions gives a wrong result. One entry is off by a thousandth, or all of it has the
  other sign.
"""

import ast
import copy
import dataclasses
import functools
import inspect
import itertools
import sys

import numpy as np
from statements import calls, is_call, literal

import nn_notes
from nn_notes import activations, backprop, checks, descent, losses, network, numeric, plots, tensors

# Whose functions are spoilt.
HOMES = (tensors, activations, losses, network, backprop, descent, numeric)
# By the name of this function a page's code spoils a part of itself.
OFF = "__off__"
OTHER = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
ITEMS = ast.List | ast.Tuple | ast.ListComp | ast.GeneratorExp | ast.DictComp | ast.Dict
COMPARED = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Gt: ast.Lt, ast.Lt: ast.Gt, ast.GtE: ast.Lt, ast.LtE: ast.Gt}


@dataclasses.dataclass
class Way:
    """A way to break a statement: what is done, in words, and its sort, ``"turned"``, ``"sign"`` or ``"size"``.

    ``node`` is the statement to run, and ``spoil`` which function of the package is wrong meanwhile, and how. ``off``
    gives the way to have the same place off by a little. ``instead`` is a way to take where this one is not noticed.
    """

    words: str
    sort: str
    node: ast.AST
    spoil: tuple | None = None
    off: object = None
    instead: object = None


def wrong_pages(statement):
    """The ways to have one place of a statement wrong."""
    seen, original = set(), ast.unparse(statement)
    for node, place in places(statement):
        for sort, part, new in replacements(node, place):
            broken = replaced(statement, node, new)
            if (text := ast.unparse(broken)) != original and text not in seen:
                seen.add(text)
                words = f"{ast.unparse(node)} → {ast.unparse(new)}"
                yield Way(words, sort, broken, off=functools.partial(part_off, statement, part))


def part_off(statement, part):
    """The way to have a part of a statement off by a little; a whole number, by one."""
    whole = isinstance(part, ast.Constant) and type(part.value) is int
    new = ast.Constant(part.value + 1) if whole else ast.Call(ast.Name(OFF, ast.Load()), [part], [])
    return Way("", "size", replaced(statement, part, new))


def replacements(node, place):
    """What could wrongly stand in place of a node, which sort of error that is, and in which part of the node.

    ``place`` says what the node is to its parent.
    """
    if isinstance(node, ast.BinOp):
        a, b, op = node.left, node.right, type(node.op)
        if op in OTHER:
            yield "sign" if op in (ast.Add, ast.Sub) else "size", b, ast.BinOp(a, OTHER[op](), b)
            yield "size", b, a
        if op in (ast.Add, ast.Mult):
            yield "size", a, b
        if op is ast.MatMult:
            if not (calls(a, "np.eye") or calls(b, "np.eye")):
                yield "turned", node, ast.BinOp(b, node.op, a)
            if isinstance(b, ast.Name | ast.Subscript):
                yield "turned", b, ast.BinOp(a, node.op, ast.Attribute(b, "T", ast.Load()))
        for operand in (a, b):
            if isinstance(operand, ast.Constant) and isinstance(operand.value, int | float):
                yield "size", operand, replaced(node, operand, ast.Constant(operand.value + 1))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not literal(node):
        yield "sign", node, node.operand
    elif isinstance(node, ast.Attribute) and node.attr == "T" and isinstance(node.ctx, ast.Load):
        yield "turned", node, node.value
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARED:
        yield "size", node, ast.Compare(node.left, [COMPARED[type(node.ops[0])]()], node.comparators)
    elif isinstance(node, ast.Call):
        yield from ((sort, node, new) for sort, new in wrong_calls(node, ast.unparse(node.func)))
    elif place == "index" and isinstance(node, ast.Constant) and type(node.value) is int:
        yield "size", node, ast.Constant(0 if node.value else 1)
    number = isinstance(node, ast.Call | ast.BinOp | ast.Subscript | ast.Attribute | ast.IfExp)
    if place == "value" and number and not calls(node, "np.zeros"):
        yield "sign", node, ast.UnaryOp(ast.USub(), node)


def wrong_calls(node, function):
    """What could wrongly stand in place of a call of a function, and which sort of error that is."""
    if function == "np.einsum" and isinstance(node.args[0], ast.Constant):
        # Its two letters changed over, the identity is the same.
        same = {n for n, array in enumerate(node.args[1:]) if calls(array, "np.eye")}
        for letters in swaps(node.args[0].value, same):
            yield "turned", replaced(node, node.args[0], ast.Constant(letters))
    if function == "np.eye" and len(node.args) == 1:
        square = ast.Tuple([node.args[0], node.args[0]], ast.Load())
        yield "size", ast.Call(ast.Attribute(node.func.value, "ones", ast.Load()), [square], [])
    if function == "np.outer":
        yield "turned", ast.Call(node.func, node.args[::-1], [])
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("sum", "mean"):
        other = {"sum": "mean", "mean": "sum"}[node.func.attr]
        yield "size", replaced(node, node.func, ast.Attribute(node.func.value, other, ast.Load()))
    for keyword in node.keywords:
        if keyword.arg == "axis" and literal(keyword.value):
            other = 0 if ast.literal_eval(keyword.value) else 1
            yield "turned", replaced(node, keyword.value, ast.Constant(other))


def swaps(letters, same):
    """An einsum's subscripts with two letters of one array changed over, but for the arrays in ``same``."""
    for k, (a, b) in enumerate(itertools.pairwise(letters)):
        array = letters[:k].count(",") + letters[:k].count(">")
        if a.isalpha() and b.isalpha() and a != b and array not in same:
            yield letters[:k] + b + a + letters[k + 2 :]


def places(statement):
    """Every node of a statement that is part of a derivation, with what it is to its parent."""

    def visit(node, place):
        if is_call(node, {"check"}):
            for form in node.args[1:]:
                yield from visit(form, "value")
            return
        if isinstance(node, ast.JoinedStr) or is_call(node, {"figure"}):
            return
        if not isinstance(node, ast.Constant) and isinstance(node, ast.expr) and literal(node):
            return
        yield node, place
        for field, value in ast.iter_fields(node):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from visit(child, kind(node, field, place))

    def kind(node, field, place):
        if isinstance(node, ast.Subscript) and field == "slice":
            return "index"
        if isinstance(node, ast.Tuple | ast.List) and place == "index":
            return "index"
        if isinstance(node, ast.Assign | ast.AugAssign | ast.Return) and field == "value":
            return "value"
        if isinstance(node, ITEMS) and field in ("elts", "elt", "values", "value") and place in ("value", "array"):
            return "value"
        if (calls(node, "np.array") or calls(node, "np.stack")) and field == "args":
            return "array"
        return None

    yield from visit(statement, None)


def replaced(tree, old, new):
    class Put(ast.NodeTransformer):
        def visit(self, node):
            return copy.deepcopy(new) if node is old else super().visit(node)

    # The transformer changes what it visits, so it gets a copy, in which the old node stands for itself.
    return ast.fix_missing_locations(Put().visit(copy.deepcopy(tree, {id(old): old})))


def wrong_package(statement, name, off):
    """The ways to have one function of the package wrong while a statement runs."""
    every = Way(f"{name}: every entry off", "size", statement, (name, every_entry(off)))
    every.off = lambda: every
    # The page may use another entry than the one that is off.
    yield Way(f"{name}: one entry off", "size", statement, (name, one_entry(off)), every.off, instead=every)
    yield Way(f"{name}: the other sign", "sign", statement, (name, np.negative), every.off)


class Failed(AssertionError):
    """A check says that its equation fails."""


class Package:
    """The functions of nn_notes, each behind a wrapper that notes its calls and can spoil its results."""

    def __init__(self):
        self.called, self.forms, self.spoilt, self.spoil = set(), [], None, None
        for home in HOMES:
            for name, value in list(vars(home).items()):
                if getattr(value, "__module__", None) != home.__name__ or name.startswith("_"):
                    continue
                if inspect.isfunction(value):
                    self._replace(value, self._wrapped(f"{home.__name__.partition('.')[2]}.{name}", value))
                elif inspect.isclass(value):
                    for method, function in list(vars(value).items()):
                        public = method == "__call__" or not method.startswith(("_", "check"))
                        if inspect.isfunction(function) and public:
                            setattr(value, method, self._wrapped(f"{name}.{method}", function))
        self._replace(plots.loglog, self._wrapped("plots.loglog", plots.loglog))
        self._replace(checks.check, self._noting(checks.check))

    @staticmethod
    def _replace(old, new):
        for module in [module for name, module in sys.modules.items() if name.partition(".")[0] == "nn_notes"]:
            for name, value in list(vars(module).items()):
                if value is old:
                    setattr(module, name, new)

    def _wrapped(self, name, function):
        @functools.wraps(function)
        def wrapper(*arguments, **options):
            self.called.add(name)
            if name != self.spoilt:
                return function(*arguments, **options)
            before = [array.copy() for array in arrays(arguments)]
            result = function(*arguments, **options)
            # Some change what they are given, in place.
            moved = [a for a, b in zip(arrays(arguments), before, strict=True) if not np.array_equal(a, b)]
            for array in moved:
                array[...] = self.spoil(array)
            return result if moved else mapped(result, self.spoil)

        return wrapper

    def _noting(self, check):
        @functools.wraps(check)
        def wrapper(number, *forms, points=None, tolerance=1e-10):
            at = [forms] if points is None else [[form(*point) for form in forms] for point in points]
            self.forms += [([np.array(form) for form in values], tolerance) for values in at]
            try:
                return check(number, *forms, points=points, tolerance=tolerance)
            except AssertionError:
                raise Failed(number) from None

        return wrapper


def mapped(value, change):
    """The value with ``change`` done to every array and number in it."""
    if isinstance(value, dict):
        return {key: mapped(part, change) for key, part in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(mapped(part, change) for part in value))
    if isinstance(value, tuple | list):
        return type(value)(mapped(part, change) for part in value)
    if isinstance(value, nn_notes.Layer):
        return dataclasses.replace(value, W=change(value.W))
    if isinstance(value, nn_notes.Network):
        return nn_notes.Network(mapped(layer, change) for layer in value.layers)
    return change(value) if isinstance(value, np.ndarray | np.generic | float | int) else value


def arrays(value):
    """Every array in a value, and every number as an array."""
    found = []
    mapped(value, lambda array: found.append(np.asarray(array)) or array)
    return found


def one_entry(off):
    def spoil(result):
        result = np.array(result, dtype=np.result_type(result, float))
        if result.size:
            worst = np.unravel_index(np.abs(result).argmax(), result.shape)
            result[worst] = result[worst] * (1 + off) or off
        return result[()]

    return spoil


def every_entry(off):
    def spoil(result):
        result = np.array(result, dtype=np.result_type(result, float))
        factors = 1 + off * np.linspace(1, 2, result.size).reshape(result.shape)
        return np.where(result == 0, off, result * factors)[()]

    return spoil
