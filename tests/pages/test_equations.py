"""No unproved equation: every numbered equation is followed by its check, and every check is on record as holding."""

import ast
import re
from collections import Counter

import nbformat
import pytest
from build import NOTEBOOKS
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

# How many equations each notebook has, numbered from 1.
PROMISED = {"00": 11, "01": 7, "02": 10, "03": 11, "04": 9, "05": 5, "06": 11, "07": 7}


def faults(notebook, chapter, promised):
    """What is wrong with the equations of a notebook: a list of sentences, empty where nothing is."""
    tagged = [
        (place, number)
        for place, cell in enumerate(notebook.cells)
        if cell.cell_type == "markdown"
        for number in re.findall(r"\\tag\*?\s*\{(.*?)\}", cell.source)
    ]
    found, checked = [], []
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        numbers = []
        for call in _checks(cell.source):
            number, *forms = call.args
            if isinstance(number, ast.Constant) and isinstance(number.value, str):
                numbers.append(number.value)
            else:
                found.append(
                    f"cell {place}: check({ast.unparse(number)}, …) does not name its equation in a plain string"
                )
            if len({ast.dump(form) for form in forms}) < len(forms):
                found.append(f"cell {place}: {ast.unparse(call)} compares a form with itself")
        checked += [(place, number) for number in numbers]
        lines = "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stdout").splitlines()
        for number, calls in Counter(numbers).items():
            if sum(line.startswith(f"({number}) holds") for line in lines) < calls:
                found.append(f"cell {place}: its stored output does not say that ({number}) holds")
    if checked and not _imports_check(notebook):
        found.append("check is not imported from nn_notes, or something else goes by its name")

    numbers = [number for _, number in tagged]
    found += [f"({number}) is tagged more than once" for number, times in Counter(numbers).items() if times > 1]
    expected = [f"{int(chapter)}.{n}" for n in range(1, promised + 1)]
    found += [f"({number}) is missing" for number in expected if number not in numbers]
    found += [
        f"({number}) is not a number of this notebook, which has {promised}"
        for number in dict.fromkeys(numbers)
        if number not in expected
    ]
    found += [
        f"({number}), tagged in cell {place}, has no check in a later cell"
        for place, number in tagged
        if not any(later > place and number == other for later, other in checked)
    ]
    found += [f"cell {place}: check {number} has no tag" for place, number in checked if number not in numbers]
    return found


def _checks(source):
    """The calls of check in a code cell, as syntax trees."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args]
    return [call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", None)) == "check"]


def _imports_check(notebook):
    nodes = [node for cell in notebook.cells if cell.cell_type == "code" for node in ast.walk(ast.parse(cell.source))]
    imports = [
        node for node in nodes if isinstance(node, ast.ImportFrom) and node.module in ("nn_notes", "nn_notes.checks")
    ]
    own = [node for node in nodes if isinstance(node, ast.FunctionDef) and node.name == "check"]
    own += [
        node for node in nodes if isinstance(node, ast.Name) and node.id == "check" and isinstance(node.ctx, ast.Store)
    ]
    return not own and any(name.name == "check" and not name.asname for node in imports for name in node.names)


def test_every_notebook_stands():
    assert [path.stem[:2] for path in sorted(NOTEBOOKS.glob("*.ipynb"))] == sorted(PROMISED)


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_equation_is_proved(path):
    chapter = path.stem[:2]
    assert faults(nbformat.read(path, as_version=4), chapter, PROMISED[chapter]) == []


IMPORT = ("code", "from nn_notes import check", "")
TAG_1, TAG_2 = ("markdown", r"$$a = b \tag{3.1}$$"), ("markdown", r"$$c = d \tag{3.2}$$")
CHECK_1 = ("code", 'check("3.1", a, b)', "(3.1) holds: 2 forms agree\n")
CHECK_2 = ("code", 'x = 1\ncheck("3.2", c, d, e)', "(3.2) holds: 3 forms agree\n")
SOUND = [IMPORT, TAG_1, CHECK_1, TAG_2, CHECK_2]


def notebook_of(*cells):
    made = new_notebook()
    for kind, source, *output in cells:
        if kind == "markdown":
            made.cells.append(new_markdown_cell(source))
        else:
            outputs = [new_output("stream", name="stdout", text=text) for text in output if text]
            made.cells.append(new_code_cell(source, outputs=outputs))
    return made


@pytest.mark.parametrize(
    "cells",
    [
        SOUND,
        [IMPORT, TAG_1, TAG_2, CHECK_1, CHECK_2],
        [*SOUND[:-1], (*CHECK_2[:2], "before\n(3.2) holds: yes\nafter\n")],
        [*SOUND, ("code", 'check("3.1", x, y)', "(3.1) holds: once more\n")],
    ],
    ids=["in turn", "two tags, then two checks", "other output around it", "a second check"],
)
def test_sound_notebooks_pass(cells):
    assert faults(notebook_of(*cells), "03", 2) == []


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ([IMPORT, TAG_1, CHECK_1, TAG_2], "(3.2), tagged in cell 3, has no check in a later cell"),
        ([IMPORT, TAG_1, CHECK_1, CHECK_2, TAG_2], "(3.2), tagged in cell 4, has no check in a later cell"),
        (
            [IMPORT, TAG_1, CHECK_1, TAG_2, ("code", '# check("3.2", c, d)', "(3.2) holds\n")],
            "has no check in a later cell",
        ),
        ([IMPORT, TAG_1, CHECK_1, TAG_2, ("markdown", 'check("3.2", c, d)')], "has no check in a later cell"),
        ([IMPORT, TAG_1, CHECK_1, CHECK_2], "cell 3: check 3.2 has no tag"),
        ([IMPORT, TAG_1, CHECK_1], "(3.2) is missing"),
        ([IMPORT, TAG_2, CHECK_2], "(3.1) is missing"),
        (
            [*SOUND, ("markdown", r"\tag{3.3}"), ("code", 'check("3.3", a, b)', "(3.3) holds\n")],
            "(3.3) is not a number of this notebook, which has 2",
        ),
        ([*SOUND, ("markdown", r"\tag{4.1}"), ("code", 'check("4.1", a, b)', "(4.1) holds\n")], "not a number of this"),
        ([*SOUND, TAG_1, CHECK_1], "(3.1) is tagged more than once"),
        ([*SOUND[:-1], (*CHECK_2[:2], "")], "cell 4: its stored output does not say that (3.2) holds"),
        ([*SOUND[:-1], (*CHECK_2[:2], "(3.2) fails: shape 2\n")], "does not say that (3.2) holds"),
        ([*SOUND[:-1], (*CHECK_2[:2], "(3.20) holds\n")], "does not say that (3.2) holds"),
        (
            [*SOUND, ("code", 'check("3.1", a, b)\ncheck("3.1", c, d)', "(3.1) holds\n")],
            "does not say that (3.1) holds",
        ),
        ([*SOUND, ("code", 'if a:\n    check("3.1", a, b)', "")], "does not say that (3.1) holds"),
        ([*SOUND, ("code", 'check("3.1", a, a)', "(3.1) holds\n")], "compares a form with itself"),
        ([*SOUND, ("code", "check(name, a, b)", "(3.1) holds\n")], "does not name its equation in a plain string"),
        (SOUND[1:], "check is not imported from nn_notes"),
        (
            [IMPORT, ("code", "def check(*forms): print('(3.1) holds')", ""), *SOUND[1:]],
            "something else goes by its name",
        ),
        ([IMPORT, ("code", "check = print", ""), *SOUND[1:]], "something else goes by its name"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_fault_is_found(cells, fault):
    assert any(fault in found for found in faults(notebook_of(*cells), "03", 2)), fault
