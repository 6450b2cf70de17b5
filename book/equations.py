"""The numbered equations of the series, with the checks that prove them, as the notebooks have them."""

import ast
import re
from typing import NamedTuple

TAG = re.compile(r"\\tag\*?\s*\{(.*?)\}")
HOLDS = re.compile(r"^\((.+?)\) holds(?:.* forms agree, (.*))?", re.MULTILINE)


class Equation(NamedTuple):
    """One numbered equation, as its page has it.

    ``latex`` is without its number, ``code`` and ``shape`` are those of the page's summary, in Markdown. ``check`` is
    the code of the first cell that checks it, ``cell`` its place among the code cells, and ``printed`` what it prints.
    """

    number: str
    page: str
    latex: str
    code: str
    shape: str
    check: str
    cell: int
    printed: str


def table(notebooks):
    """Every equation of the series, in its order.

    Args:
        notebooks: a dict from the name of a page to its notebook, executed.
    """
    return [equation for page, notebook in notebooks.items() for equation in _of(page, notebook)]


def _of(page, notebook):
    summary = _summary(notebook)
    code_cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    passed = 0
    for cell in notebook.cells:
        if cell.cell_type == "code":
            passed += 1
            continue
        for tag in TAG.finditer(cell.source):
            number = tag[1]
            later = (n for n, c in enumerate(code_cells) if n >= passed and number in numbers(c.source))
            if (at := next(later, None)) is None:
                raise ValueError(f"({number}) on page {page} has no check below it")
            check = code_cells[at]
            latex = cell.source[: tag.start()].rpartition("$$")[2] + cell.source[tag.end() :].partition("$$")[0]
            yield Equation(number, page, latex.strip(), *summary[number], check.source, at, said(check).strip())


def _summary(notebook):
    """The last two columns of the table at the end of a page, code and shape, to each number."""
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    rows = prose.partition("\n## Summary")[2].partition("\n## ")[0]
    return {
        number: (code, shape)
        for number, code, shape in re.findall(r"^\| (\d+\.\d+) \|.*\| *(.*?) *\| *(.*?) *\|$", rows, re.MULTILINE)
    }


def said(cell):
    """What a cell has printed."""
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def checks(source):
    """The calls of check in a code cell, as syntax trees."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args]
    return [call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", None)) == "check"]


def number_of(call):
    """The number of the equation, if a check names it in a plain string."""
    name = call.args[0]
    return name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else None


def numbers(source):
    """The numbers of the equations that a code cell checks, in order, each once."""
    return list(dict.fromkeys(filter(None, map(number_of, checks(source)))))
