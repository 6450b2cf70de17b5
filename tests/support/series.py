"""The notebooks of the series, as files; and the one that leads into it."""

import ast
import re
from functools import cache

import nbformat
import pytest
from build import NOTEBOOKS

PATHS = sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))
INDEX = NOTEBOOKS / "index.ipynb"
SOLUTION = re.compile(r"<summary>Solution.*?^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
every_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
each_and_the_index = pytest.mark.parametrize("path", [*PATHS, INDEX], ids=lambda path: path.stem)


@cache
def read(path):
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def exercises(path):
    """The exercises of a notebook: label, solution and the cell that checks the reader's answer."""
    found = []
    for above, cell in zip(read(path).cells, read(path).cells[1:], strict=False):
        if cell.cell_type == "code" and (label := asked(cell.source)):
            solutions = SOLUTION.findall(above.source) if above.cell_type == "markdown" else []
            assert len(solutions) == 1, f"the cell above {label} holds {len(solutions)} solutions; it needs one"
            found.append((label, solutions[0], cell))
    return found


def asked(source):
    """The label of the exercise that a cell checks, or None."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "answer":
            return ast.literal_eval(node.args[0])
    return None
