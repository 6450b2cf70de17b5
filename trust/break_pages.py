"""Break the derivation of every equation, one place at a time, and see its check turn red.

``make break-pages`` runs it over all pages; ``.venv/bin/python trust/break_pages.py 03 04`` over two of them.

A check compares forms of an equation. A statement of the page that some of these forms rest on, and not all of them, is
a part of the derivation: whatever is wrong in it has to show. (What all forms rest on is the example itself, and the
equation holds at any example.) Each such statement, and the check's own, is broken in two ways.

* The page is wrong: one place of the code is changed to what a wrong derivation would have given. A sign, a factor,
  plus for minus, a transpose, two einsum letters, the order of a product, [k = j], a sum in place of a mean.
* The package is wrong: one of its functions gives a wrong result while that statement runs. One entry is off by a
  thousandth, or all of it has the other sign.

The page then runs on as far as the check needs it. A break is caught if the check says that the equation fails, and
refused if the code raises before, as where shapes do not fit. One that stays green needs a reason in ``SURVIVORS``.
"""

import ast
import contextlib
import copy
import dataclasses
import functools
import gc
import inspect
import io
import os
import pickle
import re
import signal
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

# The arrays are small, and a process with threads is no good at making copies of itself.
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "notebooks"), str(ROOT)]

import figures  # noqa: E402
from build import NOTEBOOKS, source  # noqa: E402

import nn_notes  # noqa: E402
from nn_notes import (  # noqa: E402
    activations,
    backprop,
    checks,
    descent,
    losses,
    network,
    numeric,
    plots,
    tensors,
)

# Why a break can leave every check green, and which do, as patterns of what the report calls them.
SURVIVORS = {
    "It only lets a network with real parameters through, and nothing uses what it gives back.": [
        r"\| descent\.real: ",
    ],
    "What is turned here is symmetric (the Jacobian of each of the activations is), so a transpose leaves it as it is. "
    "(3.9) has a product of neighbours to tell F from its transpose.": [
        r"^0[23467] .*→ np\.einsum\('(k,)?(lk|jk)(,|->)",
        r"→ np\.einsum\('kl,lj->jk'",
        r"→ np\.einsum\('k,kl->lk'",
        r"→ np\.einsum\('i,ij->ji'",
        r"→ np\.einsum\('i,j->ji', S, S\)",
        r"→ np\.einsum\('k,l->lk', S, S\)",
        r"→ np\.einsum\('i,ji->j', delta, by_cases\)",
        r"→ np\.einsum\('i,kj->ijk', z",
        r"→ np\.einsum\('k,kl->lk', delta, np\.diag\(S\)\)",
        r"from_diagonal\.sum\(axis=0\) → from_diagonal\.sum\(axis=1\)",
        r"^04 .* → F\[[l2]( \+ 1)?\] @ delta",
        r"^04 .* → delta\[[l2]( \+ 1)?\] @ F\[[l2]( \+ 1)?\]\.T",
        r"^03 .* → F_soft @ losses",
        r"^03 .* @ F_soft\.T",
        r"^03 .* → T\[:, i, :\] @ xi",
        r"^06 .* → softmax\.jacobian\(row\) @ d",
        r"^06 .* → by_cases @ equal",
        r"^06 .*\| F\.T → F$",
        r"^06 .*F\.sum\(axis=(1|0)\) → F\.sum\(axis=(0|1)\)",
    ],
    "A product of two vectors is the same from both ends, and a vector is its own transpose.": [
        r"^00 .* → x \*\* 2 @ q$",
        r"^00 .* → q @ \(v @ X \*\* 2\)",
        r"^00 .* → \(Q @ x \*\* 2\) \*\* 2 @ p$",
        r"→ sigmoid\(u\) @ delta$",
        r"→ w @ z$",
        r"→ \(z @ W \+ b\) @ xi$",
        r"→ plain_softmax\(x\) @ delta$",
        r"→ S @ delta$",
        r"→ delta @ S\.T$",
        r"→ \[x_n, 1\] @ lowest$",
        r"→ u @ t$",
    ],
    "A witness differentiates, and what is added or taken away is a constant to it.": [
        r"^0[135] .*([zZ]) @ [Ww] \+ (last\.)?b(\[j\])? → \1 @ [Ww]( - (last\.)?b(\[j\])?)?$",
        r"^01 .*z @ W \+ b → b$",
        r"^04 .*nudged = .*Softmax\.value: every entry off$",
        r"^0[37] .*(log|cross_entropy)\(softmax\(.*(Softmax\.value|Activation\.__call__): every entry off$",
    ],
    "An entry of the example is 1 or −1, and dividing by it is multiplying. At the other entries the same is caught.": [
        r"^00 .*\| 2 \* p\[1\] → 2 / p\[1\]",
        r"^00 .*\| 2 \* q\[1\] \* x\[1\] → 2 \* q\[1\] / x\[1\]",
        r"^00 .*\| 2 \* q\[1\] → 2( / q\[1\])?$",
        r"^00 .*\| 2 \* q\[2\] → 2 / q\[2\]",
    ],
    "Two signs cancel: it comes in squared, or twice, or ten times in a row.": [
        r"^0[2346] .*\.jacobian\(.*(Activation\.__call__|Softmax\.value): the other sign$",
        r"^06 \(6\.7\) S_sure = .*(→ -softmax\(sure\)|: the other sign)$",
        r"^06 \(6\.7, 6\.10\) .* → -Decimal\(x_i\)\.exp\(\)$",
        r"^00 .*inner, outer = .*(→ -tensors\.other_layout|other_layout: the other sign)",
        r"^05 \(5\.2\) by_layer = .*(pull|slope|backward|gradients): the other sign$",
        r"^06 \(6\.4\) .* → -\(rising [-+] falling\)$",
        r"^06 \(6\.4\) slope = .*: the other sign$",
        r"^06 \(6\.7\) row = .* → -S",
        r"^06 \(6\.11\) for f in .*: the other sign$",
        r"^06 \(6\.11\) for f in .* → -\(through",
        r"^06 \(6\.5\) def safe_softmax",
    ],
    "The slopes are even: u and −u have the same.": [
        r"^02 .* \| z @ W \+ b → -\(z @ W \+ b\)$",
        r"^06 .*led = .* → -\(2 \* edge\)$",
        r"^06 .*run = np\.linspace",
    ],
    "This check is that one road is another one, of a batch and its rows or of a loss and its activation; an earlier "
    "check has the values.": [
        r"^01 \(1\.5\) check\('1\.5', layer\(Z\).*: the other sign$",
        r"^07 \(7\.6\) check\('7\.6', losses.*Sigmoid\.value: ",
    ],
    "This check is that something is zero, or a sum 1 whatever the example, or a shift without effect.": [
        r"^05 \(5\.3\) pulls = .* → -?\(?(3 \* )?\(?(2 \* \()?lowest",
        r"^05 \(5\.3\) pulls = .* → -np\.array",
        r"^05 \(5\.3\) check\('5\.3', pulls\.mean.*(→ -|→ pulls\.sum|(pull|slope|backward|gradients): )",
        r"^06 \(6\.7\) check\('6\.7', slopes\.sum",
        r"^06 \(6\.7\) check\('6\.7', F\.sum.*(→ -|mean\(|→ x - c|the other sign)",
        r"^06 \(6\.10\) check\('6\.10', softmax\.vjp\(equal.*(→ -|the other sign|Softmax\.value: every entry off)",
        r"^06 \(6\.5\) check\('6\.5', plain_softmax\(x \+ 7\)",
        r"^06 \(6\.5\) .* → big - 1001$",
        r"^06 \(6\.11\) raised = ",
    ],
    "It is within the tolerance, or beyond the digits, of the check.": [
        r"^06 \(6\.11\) edges = .*(\| 0 → 1|Tanh\.slope: every entry off)$",
        r"^07 \(7\.7\) .*1 \+ Decimal\(40\)\.exp\(\) → ",
    ],
    "A factor of 1, or of 1 to seventeen digits, does nothing. Another check of the same equation has none such.": [
        r"^01 \(1\.7\) check\('1\.7', dE_dz, .* → z_next - t$",
        r"^06 \(6\.7, 6\.10\) .* → (1 - exact\[0\]|Decimal\(delta\[0\]\) - exact_mean)$",
        r"^06 \(6\.7\) check\('6\.7', softmax\.jacobian\(sure\).* → S_sure\[1:\]\.sum\(\)$",
    ],
    "What is counted or measured is how many numbers there are, not which.": [
        r"^04 \(4\.9\) class Counted",
        r"^04 \(4\.9\) (def from_|factors = ).* → -",
        r"^03 \(3\.11\) for m_in, m_out in layers: .* → (-np\.ones|np\.einsum\('i,kj->kji'|np\.ones\(\(m_out)",
    ],
    "The gradient, which is what is checked, does not pass through the loss's value.": [
        r"^0[345] .*(MSE|CrossEntropy)\.value: ",
        r"^04 .*long = tensors.*Loss\.__call__: ",
        r"^05 .*descent\.mean_loss: every entry off$",
        r"^05 .*SoftmaxCrossEntropy\.value: ",
    ],
    "The statement makes two things, and the check uses the other, or another entry.": [
        r"^06 \(6\.7\) values, slopes = .*→ -?softmax\(along\)(\.T)?$",
    ],
    "The eigenvectors of a 2 by 2 matrix stand here as a reflection, which is symmetric.": [
        r"^05 .*→ directions @ \(start - lowest\)$",
        r"^05 .*directions\.T → directions$",
    ],
}

SECONDS = 15  # for one break
DID_NOT_END = ("refused", "it did not end")
LOOKED_AT = {"print", "show", "picture", "source", "answer", "refute", "compare"}


class Package:
    """The functions of nn_notes, each behind a wrapper that notes its calls and can spoil its results."""

    def __init__(self):
        self.called, self.spoilt, self.spoil, self.forms = set(), None, None, []
        modules = [module for name, module in sys.modules.items() if name.partition(".")[0] == "nn_notes"]
        for home in (tensors, activations, losses, network, backprop, descent, numeric):
            for name, value in list(vars(home).items()):
                if getattr(value, "__module__", None) != home.__name__ or name.startswith("_"):
                    continue
                if inspect.isfunction(value):
                    self._replace(modules, value, self._wrapped(f"{home.__name__.partition('.')[2]}.{name}", value))
                elif inspect.isclass(value):
                    for method, function in list(vars(value).items()):
                        if inspect.isfunction(function) and (
                            method == "__call__" or not method.startswith(("_", "check"))
                        ):
                            setattr(value, method, self._wrapped(f"{name}.{method}", function))
        self._replace(modules, plots.loglog, self._wrapped("plots.loglog", plots.loglog))
        self._replace(modules, checks.check, self._noting(checks.check))

    @staticmethod
    def _replace(modules, old, new):
        for module in modules:
            for name, value in list(vars(module).items()):
                if value is old:
                    setattr(module, name, new)

    def _wrapped(self, name, function):
        @functools.wraps(function)
        def wrapper(*arguments, **options):
            self.called.add(name)
            result = function(*arguments, **options)
            if name != self.spoilt:
                return result
            if name in ("descent.step", "descent.epoch"):  # they change their first argument in place
                target = arguments[0] if name == "descent.step" else arguments[0].layers[0].W
                target[...] = self.spoil(target)
                return result
            return spoiled(result, self.spoil)

        return wrapper

    def _noting(self, check):
        @functools.wraps(check)
        def wrapper(number, *forms, **options):
            self.forms.append((number, [np.array(form) for form in forms], options.get("tolerance", 1e-10)))
            return check(number, *forms, **options)

        return wrapper


def spoiled(result, spoil):
    """The result with ``spoil`` done to every array in it."""
    if isinstance(result, dict):
        return {key: spoiled(value, spoil) for key, value in result.items()}
    if isinstance(result, tuple) and hasattr(result, "_fields"):
        return type(result)(*(spoiled(value, spoil) for value in result))
    if isinstance(result, tuple | list):
        return type(result)(spoiled(value, spoil) for value in result)
    if isinstance(result, nn_notes.Layer):
        return dataclasses.replace(result, W=spoil(result.W))
    if isinstance(result, nn_notes.Network):
        return nn_notes.Network(spoiled(layer, spoil) for layer in result.layers)
    if isinstance(result, np.ndarray | np.generic | float | int):
        return spoil(result)
    return result


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


class Statement:
    """One statement at the top level of a cell, with the names it sets and uses."""

    def __init__(self, node):
        self.node = node
        self.sets, self.uses = names(node)
        self.checks = [call for call in ast.walk(node) if is_call(call, {"check"})]
        # A check in a loop may use what the loop itself sets: what that rests on, name by name.
        self.inner = {}
        for part in ast.walk(node):
            if isinstance(part, ast.Assign) and part is not node and not isinstance(node, ast.FunctionDef):
                for target in part.targets:
                    for name in stored(target):
                        self.inner.setdefault(name, set()).update(names(part.value)[1])
            if isinstance(part, ast.For):
                for name in stored(part.target):
                    self.inner.setdefault(name, set()).update(names(part.iter)[1])

    def of_form(self, form):
        """The names from before this statement that a form in it rests on."""
        found, waiting = set(), list(names(form)[1])
        seen = set()
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            if name in self.inner:
                waiting += self.inner[name]
            if name not in self.inner or name in self.uses:
                found.add(name)
        return found


def without_looking(node):
    """A statement without what is only shown, printed or compared: no check rests on it."""

    class Cut(ast.NodeTransformer):
        def visit_Expr(self, part):
            return None if is_call(part.value, LOOKED_AT) else part

        def visit_For(self, part):
            part = self.generic_visit(part)
            return part if part.body else None

    return Cut().visit(node)


def is_call(node, of):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in of


def stored(node):
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def names(node):
    """The names that a piece of code sets, and those it uses from before."""
    sets, uses = set(), set()

    def visit(node, local):
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                if node.id not in local:
                    sets.add(node.id)
            elif node.id not in local and node.id not in sets:
                uses.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            sets.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.Lambda | ast.FunctionDef):
            arguments = node.args
            for default in arguments.defaults:
                visit(default, local)
            own = {a.arg for a in [*arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg] if a}
            body = [node.body] if isinstance(node, ast.Lambda) else node.body
            own |= set().union(*(stored(part) for part in body))
            before = set(sets)
            for part in body:
                visit(part, local | own)
            # What a body sets, it sets when it is called.
            sets.clear()
            sets.update(before)
            if isinstance(node, ast.FunctionDef):
                sets.add(node.name)
        elif isinstance(node, ast.ClassDef):
            for part in [*node.bases, *node.body]:
                visit(part, local | {node.name})
            sets.add(node.name)
        elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp):
            own = set().union(*(stored(part.target) for part in node.generators))
            visit(node.generators[0].iter, local)
            for part in node.generators:
                for child in [part.iter, *part.ifs]:
                    visit(child, local | own)
            for child in [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]:
                visit(child, local | own)
        elif isinstance(node, ast.Assign):
            visit(node.value, local)
            for target in node.targets:
                visit(target, local)
                changed(target, local)
        elif isinstance(node, ast.AugAssign):
            visit(node.value, local)
            uses.update({n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)} - local - sets)
            changed(node.target, local)
            sets.update(stored(node.target) - local)
        elif isinstance(node, ast.For):
            visit(node.iter, local)
            visit(node.target, local)
            for part in [*node.body, *node.orelse]:
                visit(part, local)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            visit(node.value, local)
            # It is called for what it changes: a list it appends to, an array or a network that a step moves.
            call = node.value
            if isinstance(call.func, ast.Attribute):
                changed(call.func, local)
                if getattr(call.func.value, "id", None) == "descent":
                    for argument in call.args:
                        changed(argument, local, whole=True)
        else:
            for child in ast.iter_child_nodes(node):
                visit(child, local)

    def changed(target, local, whole=False):
        """An array or a dict that is written to is both used and set."""
        for part in target.elts if isinstance(target, ast.Tuple) else [target]:
            root = part
            while isinstance(root, ast.Subscript | ast.Attribute | ast.Starred):
                root = root.value
            if isinstance(root, ast.Name) and (whole or root is not part) and root.id not in local:
                if root.id not in sets:
                    uses.add(root.id)
                sets.add(root.id)

    visit(node, frozenset())
    return sets, uses


class Page:
    """The statements of a page, and which of them each check rests on."""

    def __init__(self, text):
        self.name = text.stem
        self.statements = []
        generators, modules = set(), set()
        for cell in source(text).cells:
            if cell.cell_type != "code" or "nbval-ignore-output" in cell.metadata.get("tags", []):
                continue
            for node in ast.parse(cell.source).body:
                node = without_looking(node)
                if node is None:
                    continue
                statement = Statement(node)
                if "default_rng" in ast.unparse(node) and isinstance(node, ast.Assign):
                    generators |= stored(node.targets[0]) if isinstance(node.targets[0], ast.Name) else set()
                if isinstance(node, ast.Import | ast.ImportFrom):
                    modules |= statement.sets
                else:
                    statement.sets -= modules
                # A draw moves the generator on.
                statement.sets |= statement.uses & generators
                self.statements.append(statement)
        self.setters, self.functions = [], []
        setter, functions = {}, {}
        for n, statement in enumerate(self.statements):
            self.setters.append(dict(setter))
            self.functions.append(dict(functions))
            for name in statement.sets:
                setter[name] = n
                functions.pop(name, None)
                if isinstance(statement.node, ast.FunctionDef):
                    functions[name] = statement.uses
        self.slices = [None] * len(self.statements)

    def rests_on(self, n, uses):
        """The statements before the n-th that these names rest on."""
        found, waiting, seen = set(), list(uses), set()
        while waiting:
            name = waiting.pop()
            if name in seen or name not in self.setters[n]:
                continue
            seen.add(name)
            found |= {self.setters[n][name]} | self.slice(self.setters[n][name])
            # A function reads its names when it is called.
            waiting += self.functions[n].get(name, ())
        return found

    def slice(self, n):
        if self.slices[n] is None:
            self.slices[n] = self.rests_on(n, self.statements[n].uses)
        return self.slices[n]

    def given(self, n):
        """Whether a statement brings in the example, or a module: numbers written out, or drawn."""
        node = self.statements[n].node
        if not isinstance(node, ast.Assign):
            return isinstance(node, ast.Import | ast.ImportFrom)
        values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        return all(
            literal(value)
            or (isinstance(value, ast.Call) and ast.unparse(value.func) == "np.array" and literal(value.args[0]))
            or (isinstance(value, ast.Call) and re.match(r"(rng|np\.random|data)\.", ast.unparse(value.func)))
            for value in values
        )

    def derivation(self, n):
        """What the n-th statement's checks rest on: all of it, and the parts that some of the forms do without."""
        parts = set()
        for call in self.statements[n].checks:
            slices = [self.rests_on(n, self.statements[n].of_form(form)) for form in call.args[1:]]
            slices = [{m for m in found if not self.given(m)} for found in slices]
            # A bare number rests on nothing; if only one form does not, what that one rests on may be anything.
            real = [found for found in slices if found]
            if len(real) == 1:
                near = {self.setters[n].get(name) for name in self.statements[n].of_form(call)}
                parts |= real[0] & near
            elif real:
                parts |= set.union(*real) - set.intersection(*real)
        return self.slice(n), parts


# ---------------------------------------------------------------------------------------------------------------------
# What a wrong derivation would have given


def literal(node):
    """Numbers written out, as an example's are."""
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return False
    return True


def is_identity(node):
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "np.eye"


def swaps(letters, same):
    """An einsum's subscripts with two letters of one array changed over, but for the arrays in ``same``."""
    inputs, arrow, output = letters.partition("->")
    parts = [*inputs.split(","), output] if arrow else inputs.split(",")
    for n, part in enumerate(parts):
        for k in range(len(part) - 1):
            if part[k] != part[k + 1] and n not in same:
                other = part[:k] + part[k + 1] + part[k] + part[k + 2 :]
                new = [*parts[:n], other, *parts[n + 1 :]]
                yield ",".join(new[:-1]) + "->" + new[-1] if arrow else ",".join(new)


def expression(text, **parts):
    """The syntax tree of a piece of code, with trees in place of names."""

    class Put(ast.NodeTransformer):
        def visit_Name(self, node):
            return copy.deepcopy(parts[node.id]) if node.id in parts else node

    return Put().visit(ast.parse(text, mode="eval").body)


OTHER = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
COMPARED = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Gt: ast.Lt, ast.Lt: ast.Gt, ast.GtE: ast.Lt, ast.LtE: ast.Gt}


def replacements(node, place):
    """What could wrongly stand in place of a node; ``place`` says what it is to its parent."""
    if isinstance(node, ast.BinOp):
        a, b = node.left, node.right
        if type(node.op) in OTHER:
            yield ast.BinOp(a, OTHER[type(node.op)](), b)
        if isinstance(node.op, ast.Add | ast.Mult | ast.Sub | ast.Div):
            yield a
        if isinstance(node.op, ast.Add | ast.Mult):
            yield b
        if isinstance(node.op, ast.MatMult):
            if not (is_identity(a) or is_identity(b)):
                yield ast.BinOp(b, ast.MatMult(), a)
            # By the series' custom a matrix has a capital letter.
            if re.fullmatch(r"[A-Z](_\w+)?(\[[\w +-]+\])?", ast.unparse(b)):
                yield expression("a @ b.T", a=a, b=b)
        for operand, build in ((a, lambda new: (new, b)), (b, lambda new: (a, new))):
            if isinstance(operand, ast.Constant) and isinstance(operand.value, int | float):
                left, right = build(ast.Constant(operand.value + 1))
                yield ast.BinOp(left, node.op, right)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not literal(node):
        yield node.operand
    elif isinstance(node, ast.Attribute) and node.attr == "T" and isinstance(node.ctx, ast.Load):
        yield node.value
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARED:
        yield ast.Compare(node.left, [COMPARED[type(node.ops[0])]()], node.comparators)
    elif isinstance(node, ast.Call):
        function = ast.unparse(node.func)
        if function == "np.einsum" and isinstance(node.args[0], ast.Constant):
            # Its two letters changed over, the identity is the same.
            same = {n for n, array in enumerate(node.args[1:]) if is_identity(array)}
            for letters in swaps(node.args[0].value, same):
                yield ast.Call(node.func, [ast.Constant(letters), *node.args[1:]], node.keywords)
        if function == "np.eye" and len(node.args) == 1:
            yield expression("np.ones((n, n))", n=node.args[0])
        if function == "np.outer":
            yield ast.Call(node.func, node.args[::-1], [])
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("sum", "mean"):
            other = {"sum": "mean", "mean": "sum"}[node.func.attr]
            yield ast.Call(ast.Attribute(node.func.value, other, ast.Load()), node.args, node.keywords)
        for keyword in node.keywords:
            if keyword.arg == "axis" and literal(keyword.value):
                axis = ast.literal_eval(keyword.value)
                other = [k for k in node.keywords if k is not keyword] + [
                    ast.keyword("axis", ast.Constant(0 if axis else 1))
                ]
                yield ast.Call(node.func, node.args, other)
    elif place == "index" and isinstance(node, ast.Constant) and type(node.value) is int:
        yield ast.Constant(0 if node.value else 1)
    zero = isinstance(node, ast.Call) and ast.unparse(node.func) == "np.zeros"
    if (
        place == "value"
        and not zero
        and isinstance(node, ast.Call | ast.BinOp | ast.Subscript | ast.Attribute | ast.IfExp)
    ):
        yield expression("-(a)", a=node)


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
        if place == "index" and isinstance(node, ast.Tuple | ast.List):
            return "index"
        if field == "value" and isinstance(node, ast.Assign | ast.AugAssign | ast.Return):
            return "value"
        if field in ("elts", "elt", "values", "value") and isinstance(
            node, ast.List | ast.Tuple | ast.ListComp | ast.GeneratorExp | ast.DictComp | ast.Dict
        ):
            return "value" if place in ("value", "array") else None
        if field == "args" and isinstance(node, ast.Call) and ast.unparse(node.func) in ("np.array", "np.stack"):
            return "array"
        return None

    yield from visit(statement, None)


def wrong_pages(statement):
    """Copies of a statement, each with one place wrong, and what was done to it in words."""
    seen, original = set(), ast.unparse(statement)
    for node, place in places(statement):
        for new in replacements(node, place):
            broken = _with(statement, node, new)
            text = ast.unparse(broken)
            if text == original or text in seen:
                continue
            seen.add(text)
            yield f"{_one_line(ast.unparse(node))} → {_one_line(ast.unparse(new))}", broken


def _with(tree, old, new):
    class Put(ast.NodeTransformer):
        def visit(self, node):
            return copy.deepcopy(new) if node is old else super().visit(node)

    # The transformer changes what it visits, so it gets a copy, in which the old node stands for itself.
    return ast.fix_missing_locations(Put().visit(copy.deepcopy(tree, {id(old): old})))


def _one_line(text):
    return re.sub(r"\s+", " ", text)


# ---------------------------------------------------------------------------------------------------------------------
# Breaking


@dataclasses.dataclass
class Break:
    """One break: where, what, and for each check that rests on it the equation, what became of it, and the words."""

    place: str
    words: str
    kind: str
    results: list = dataclasses.field(default_factory=list)

    @property
    def label(self):
        numbers = dict.fromkeys(number for number, _, _ in self.results)
        return f"{self.place[:2]} ({', '.join(numbers)}){self.place[3:]} | {self.words}"

    @property
    def outcome(self):
        found = {outcome for _, outcome, _ in self.results}
        return next((outcome for outcome in ("caught", "refused") if outcome in found), "green")


def run(code, namespace):
    exec(compile(ast.Module([code], []), "<page>", "exec"), namespace)


def in_a_child(action):
    """What the action returns, run in a copy of this process, which it may leave in any state."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    if (child := os.fork()) == 0:
        os.close(reading)
        result = ("refused", "no answer")
        try:
            signal.alarm(SECONDS)
            result = action()
        except BaseException as error:
            result = ("refused", f"{type(error).__name__}: {error}")
        finally:
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump(result, pipe)
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(answer) if answer else DID_NOT_END


def outcomes(package, page, first, broken, spoil, rests, namespace, known):
    """What becomes of the checks when the statement ``first`` is broken, as pairs of outcome and words."""
    last, failed, found = max(rests), {}, {}
    needed = set(rests).union(*rests.values())
    for n in range(first, last + 1):
        if n != first and n not in needed:
            continue
        before = next((failed[m] for m in rests.get(n, page.slice(n)) if m in failed), None)
        if before:
            failed[n] = before
        else:
            package.forms.clear()
            package.spoilt, package.spoil = (n == first and spoil) or (None, None)
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    run(broken if n == first else page.statements[n].node, namespace)
            except Exception as error:
                failed[n] = ("refused", f"{type(error).__name__}: {error}")
                if isinstance(error, AssertionError) and re.match(r"\([\d.]+\) fails:", str(error)):
                    failed[n] = ("caught", str(error))
        if n in rests:
            found[n] = failed.get(n) or compared(known[n], package.forms)
    return found


def compared(known, forms):
    """Whether the forms that passed are those of the page as it is."""
    if len(known) != len(forms):
        return "alike", f"{len(forms)} checks are made, not {len(known)}"
    worst = 0.0
    for (_, before, _), (_, after, _) in zip(known, forms, strict=True):
        for a, b in zip(before, after, strict=True):
            if a.shape != b.shape:
                return "alike", "all forms have another shape"
            worst = max(worst, np.abs(a - b).max() / (np.abs(a).max() or 1.0))
    return ("same", "no form changes") if worst < 1e-13 else ("alike", f"all forms change, by up to {worst:.1e}")


def break_page(package, text):
    """Every break of a page, with what became of it."""
    page = Page(text)
    checking = [n for n, statement in enumerate(page.statements) if statement.checks]
    derivations = {n: page.derivation(n) for n in checking}
    needed = sorted(set(checking).union(*(whole for whole, _ in derivations.values())))
    calls, known, namespace = {}, {}, {"__name__": "__page__"}
    for n in needed:
        package.called.clear()
        package.forms.clear()
        with contextlib.redirect_stdout(io.StringIO()):
            run(page.statements[n].node, namespace)
        calls[n], known[n] = sorted(package.called), list(package.forms)
    namespace = {"__name__": "__page__"}
    for n in needed:
        node = page.statements[n].node
        rests = {check: whole for check, (whole, parts) in derivations.items() if n == check or n in parts}
        if rests:
            # Where a check allows a tolerance, a thousandth may be within it.
            off = max(1e-3, *(10 * tolerance for check in rests for *_, tolerance in known[check]))
            place = f"{page.name[:2]}: {_one_line(ast.unparse(node).splitlines()[0])[:90]}"
            tried = [(Break(place, words, "page"), broken, None) for words, broken in wrong_pages(node)]
            for name in calls[n]:
                for words, spoil in (("one entry off", one_entry(off)), ("the other sign", np.negative)):
                    tried.append((Break(place, f"{name}: {words}", "package"), node, (name, spoil)))
            while tried:
                made, broken, spoil = tried.pop(0)

                def action(broken=broken, spoil=spoil, n=n, rests=rests):
                    return outcomes(package, page, n, broken, spoil, rests, namespace, known)

                found = in_a_child(action)
                if found == DID_NOT_END:  # a busy machine may be the cause
                    found = in_a_child(action)
                if not isinstance(found, dict):
                    found = dict.fromkeys(rests, found)
                for check, (outcome, said) in found.items():
                    numbers = dict.fromkeys(call.args[0].value for call in page.statements[check].checks)
                    made.results += [(number, outcome, said) for number in numbers]
                if made.outcome == "green" and made.words.endswith("one entry off"):
                    # The page may use another entry.
                    words = made.words.replace("one entry", "every entry")
                    tried.insert(0, (Break(place, words, "package"), node, (spoil[0], every_entry(off))))
                else:
                    yield made
        with contextlib.redirect_stdout(io.StringIO()):
            run(node, namespace)


def tagged(text):
    """The numbers of a page's equations."""
    prose = "\n".join(cell.source for cell in source(text).cells if cell.cell_type == "markdown")
    return re.findall(r"\\tag\*?\s*\{(.*?)\}", prose)


def reason_for(made):
    """Why a break stays green, as far as it is known."""
    return next((reason for reason, patterns in SURVIVORS.items() for p in patterns if re.search(p, made.label)), None)


def report(equations, breaks, whole):
    """Print what became of the breaks, and give what is amiss; write the ``whole`` down for the report on trust."""
    tried, caught, refused = Counter(), Counter(), Counter()
    for made in breaks:
        # A break that leaves every form of an equation as it was, and is caught elsewhere, was none of this equation.
        for number in equations:
            found = {(outcome, said.startswith(f"({number}) ")) for n, outcome, said in made.results if n == number}
            outcomes = {outcome for outcome, _ in found}
            tried[number] += bool(outcomes - {"same"})
            caught[number] += ("caught", True) in found
            refused[number] += ("caught", True) not in found and bool(outcomes & {"refused", "caught"})
    print("equation   breaks   caught by its check   by another error")
    for number in equations:
        print(f"{number:8} {tried[number]:8} {caught[number]:21} {refused[number]:18}")
    green = [made for made in breaks if made.outcome == "green"]
    survivors = {made.label: reason_for(made) for made in green}
    for reason, patterns in SURVIVORS.items():
        mine = [label for label, why in survivors.items() if why == reason]
        if mine:
            print(f"\n{len(mine)} stay green. {reason}", *mine, sep="\n    ")
        used = {pattern for pattern in patterns for label in mine if re.search(pattern, label)}
        if whole:
            yield from (f"no break that stays green matches {p!r} any more" for p in patterns if p not in used)
    yield from (f"({number}) has no break that its check catches" for number in equations if not caught[number])
    yield from (f"stays green, and nobody knows why: {label}" for label, why in survivors.items() if not why)
    red = Counter(made.outcome for made in breaks)
    print(
        f"\n{len(equations)} equations, {len(breaks)} breaks: {red['caught']} caught by a check, "
        f"{red['refused']} by another error, {len(green)} stay green"
    )
    for made in breaks:
        if any("did not end" in said for *_, said in made.results):
            print("did not end:", made.label)
    if not whole:
        return
    numbers = {
        "equations": len(equations),
        "equations caught": sum(caught[number] > 0 for number in equations),
        "breaks": len(breaks),
        "caught": red["caught"] + red["refused"],
        "caught by a check": red["caught"],
        "survivors": survivors,
    }
    figures.write("pages", numbers)


def main(chapters):
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    package, equations, breaks = Package(), [], []
    gc.freeze()
    for text in sorted(NOTEBOOKS.glob("text/*.md")):
        if chapters and text.stem[:2] not in chapters:
            continue
        start = time.monotonic()
        equations += tagged(text)
        breaks += (found := list(break_page(package, text)))
        print(f"{text.stem}: {len(found)} breaks in {time.monotonic() - start:.0f} s", flush=True)
    return "\n".join(report(equations, breaks, whole=not chapters))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) or None)
