"""The live views of the series, each made as its page makes it, with the numbers of that page."""

import ast
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from page import Page
from series import PATHS, code_cells

from nn_notes.explore import Matrix


def _calls():
    """Each live view by the call that makes it, and its page, where several have one: notebook, cell, and its code."""
    found = [
        (path, n, cell.source)
        for path in PATHS
        for n, cell in enumerate(code_cells(path))
        if any("nn-view" in output.get("data", {}).get("text/html", "") for output in cell.outputs)
    ]
    names = [ast.unparse(_call(source).func) for _, _, source in found]
    return {
        name if names.count(name) == 1 else f"{name} {call[0].stem[:2]}": call
        for name, call in zip(names, found, strict=True)
    }


def _call(source):
    """What a cell ends with."""
    return ast.parse(source).body[-1].value


CALLS = _calls()
every_view = pytest.mark.parametrize("name", CALLS)


def made(name):
    """The live view, as it begins."""
    return eval(ast.unparse(_call(CALLS[name][-1])), _above(name))


def maker(name):
    """The function that is called."""
    return eval(name.partition(" ")[0], _above(name))


def given(name):
    """What the view is made of: the arguments of its call."""
    return [eval(ast.unparse(argument), _above(name)) for argument in _call(CALLS[name][-1]).args]


@cache
def _above(name):
    """What stands above the call on its page, as far as the call needs it: a dict by name."""
    path, n, source = CALLS[name]
    wanted, needed, namespace = _used(_call(source)), [], {}
    above = [node for cell in code_cells(path)[: n + 1] for node in ast.parse(cell.source).body][:-1]
    for statement in reversed(above):
        if _defined(statement) & wanted:
            wanted |= _used(statement)
            needed.insert(0, statement)
    exec(compile(ast.Module(needed, type_ignores=[]), path.name, "exec"), namespace)
    return namespace


def _used(tree):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _defined(statement):
    """The names that a statement gives a value or an entry, or asks for something, as of ``rng`` the next number."""
    names = set()
    for node in ast.walk(statement):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {name.asname or name.name for name in node.names}
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Name, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            names |= _used(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            names |= _used(node.func.value)
    return names


class Seen(NamedTuple):
    """What a reader sees of a view, and the state and the arrays of its model behind that."""

    rows: list
    cells: list
    sliders: dict
    marks: list
    state: dict
    arrays: dict


@cache
def seen(name):
    """What a view shows as it begins, and after each of many moves; its arrays have more digits than on the page."""
    view, rng = made(name), np.random.default_rng(0)
    layout = view._layout
    view._layout = lambda a: [
        [item._replace(digits=13) if isinstance(item, Matrix) else item for item in row] for row in layout(a)
    ]
    page, states = Page(view), []
    for _ in range(25):
        states.append(Seen(page.rows(), [*page.cells], page.standing(), page.marks(), {**view.state}, view.arrays))
        page.wander(rng)
        assert not page.error
    return states
