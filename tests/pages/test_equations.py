"""No unproved equation: every numbered equation is followed by its check, and every check is on record as holding."""

import ast
import re
from collections import Counter
from copy import deepcopy
from itertools import pairwise

import pytest
from equations import HOLDS, TAG, checks, number_of, said
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from series import PATHS, every_notebook, read

# How many equations each notebook has, numbered from 1.
PROMISED = {"00": 11, "01": 7, "02": 13, "03": 12, "04": 14, "05": 11, "06": 23, "07": 11, "08": 8}

# A shape below a brace, and whether another factor follows.
SHAPE = re.compile(r"\}_\{(\([^()]*\)|\\text\{(?:a|one) number\})\}(\\[,;]\s*\\underbrace)?")


def faults(notebook, chapter, promised):
    """What is wrong with the equations of a notebook: a list of sentences, empty where nothing is."""
    expected = [f"{int(chapter)}.{n}" for n in range(1, promised + 1)]
    return [*_of_numbers(notebook, expected), *_of_checks(notebook), *_of_stretches(notebook)]


def _of_numbers(notebook, expected):
    """Each number stands below one equation, with a check in a later cell, and no check has another."""
    tagged, checked = [], []
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            tagged += [(number, place) for number in TAG.findall(cell.source)]
        else:
            checked += [(number, place) for number in map(number_of, checks(cell.source)) if number]
    numbers = Counter(number for number, _ in tagged)
    yield from (f"({number}) is tagged more than once" for number, times in numbers.items() if times > 1)
    yield from (f"({number}) is missing" for number in expected if number not in numbers)
    for number in numbers:
        if number not in expected:
            yield f"({number}) is not a number of this notebook, which has {len(expected)}"
    for number, place in tagged:
        if not any(number == other and later > place for other, later in checked):
            yield f"({number}), tagged in cell {place}, has no check in a later cell"
    yield from (f"cell {place}: check {number} has no tag" for number, place in checked if number not in numbers)


def _of_checks(notebook):
    """Each check is the package's own, of two forms or more, and its cell has printed that the equation holds."""
    for place, cell in enumerate(notebook.cells):
        calls = checks(cell.source) if cell.cell_type == "code" else []
        for call in calls:
            forms = call.args[1:]
            if not number_of(call):
                yield f"cell {place}: {ast.unparse(call)} does not name its equation in a plain string"
            if len({ast.dump(form) for form in forms}) < len(forms):
                yield f"cell {place}: {ast.unparse(call)} compares a form with itself"
        printed = Counter(number for number, _ in HOLDS.findall(said(cell))) if calls else {}
        for number, times in Counter(filter(None, map(number_of, calls))).items():
            if printed[number] < times:
                yield f"cell {place}: its stored output does not say that ({number}) holds"
    if not _imports_check(notebook):
        yield "check is not imported from nn_notes, or something else goes by its name"


def _of_stretches(notebook):
    """Below an equation, or several at once, the first checks are theirs, and find the shapes that its braces have."""
    stretches = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (tags := list(TAG.finditer(cell.source))):
            if not stretches or stretches[-1][1]:
                stretches.append(({}, []))
            stretches[-1][0].update({tag[1]: cell.source[: tag.start()].rpartition("$$")[2] for tag in tags})
        elif cell.cell_type == "code" and stretches:
            stretches[-1][1].extend(HOLDS.findall(said(cell)))
    widths = _widths(notebook)
    for equations, printed in stretches:
        first = list(dict.fromkeys(number for number, _ in printed))[: len(equations)]
        if first != list(equations):
            yield f"below {', '.join(equations)} the first to hold is {', '.join(first)}"
        for number, formula in equations.items():
            shapes = _shapes(formula, widths)
            found = "; ".join(shape for other, shape in printed if other == number)
            if shapes and not any(_fits(shape, found) for shape in shapes):
                yield f"({number}) has the shape {shapes} by its braces, and {found} by its checks"


def _widths(notebook):
    """The widths of a notebook's network, which it writes with arrows from each to the next; none without arrows."""
    prose = " ".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    found = re.search(r"\$(\d+(?:\\to\d+)+)\$", prose)
    return [int(width) for width in found[1].split(r"\to")] if found else []


def _shapes(formula, widths):
    """The shapes that an equation's left side has by its braces: one, or one to each layer; none without braces."""
    shapes = set()
    for l in range(1, len(widths) or 2):
        product = None
        for label, more in SHAPE.findall(formula):
            label = re.sub(r"M_\{?([lL+\-1]+)\}?", r"M[\1]", label.replace(r"\ell", "l").replace(r"\,", ""))
            shape = () if "number" in label else eval(label, {"M": widths, "L": -1, "l": l})
            # The axes where two factors meet are summed over.
            product = shape if product is None else product[:-1] + shape[1:]
            if not more:
                shapes.add(product)
                break
    return shapes


def _fits(shape, printed):
    """Whether a check has printed this shape, or that of several in a stack, or of a column as NumPy has it."""
    found = [ast.literal_eval(text) for text in re.findall(r"\(.*?\)", printed.replace("one number", "()"))]
    return any(shape in (own, own[1:]) or own == tuple(n for n in shape if n > 1) for own in found)


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
    assert [path.stem[:2] for path in PATHS] == sorted(PROMISED)


@every_notebook
def test_every_equation_is_proved(path):
    chapter = path.stem[:2]
    assert faults(read(path), chapter, PROMISED[chapter]) == []


@every_notebook
def test_checks_with_exchanged_numbers_are_noticed(path):
    chapter = path.stem[:2]
    numbers = [f"{int(chapter)}.{n}" for n in range(1, PROMISED[chapter] + 1)]
    for one, other in pairwise(numbers):
        notebook = deepcopy(read(path))
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.source = exchanged(one, other, cell.source)
                for output in cell.outputs:
                    output.update({"text": exchanged(one, other, output.text)} if "text" in output else {})
        assert faults(notebook, chapter, PROMISED[chapter]), (one, other)


def exchanged(one, other, text):
    """A cell's code, or what it prints, where checks of one equation have the number of the other."""
    return re.sub(
        rf'(?<=["(])({re.escape(one)}|{re.escape(other)})(?="|\) holds)', lambda n: other if n[0] == one else one, text
    )


IMPORT = ("code", "from nn_notes import check", "")
TAG_1, TAG_2 = ("markdown", r"$$a = b \tag{3.1}$$"), ("markdown", r"$$c = d \tag{3.2}$$")
CHECK_1 = ("code", 'check("3.1", a, b)', "(3.1) holds: 2 forms agree\n")
CHECK_2 = ("code", 'x = 1\ncheck("3.2", c, d, e)', "(3.2) holds: 3 forms agree\n")
SOUND = [IMPORT, TAG_1, CHECK_1, TAG_2, CHECK_2]


def below(formula, printed, prose=""):
    """The sound notebook with another first equation, whose check prints this."""
    tag = ("markdown", rf"{prose} $${formula} \tag{{3.1}}$$")
    return [IMPORT, tag, (*CHECK_1[:2], f"(3.1) holds: 2 forms agree, {printed}\n"), *SOUND[3:]]


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
        below(r"a = \underbrace{b}_{(2,)}", "shape (2,)"),
        below(r"\underbrace{J}_{(2,\,3)} = b", "shape (7,), shape (2, 3)"),
        below(r"\underbrace{\xi}_{(3,)}\;\underbrace{T}_{(3,\,5,\,4)} = \underbrace{b}_{(7,)}", "shape (5, 4)"),
        below(r"\underbrace{T_{k::}}_{(5,\,3)} = b", "shape (2, 5, 3)"),
        below(r"\underbrace{e_j}_{(3,\,1)} = b", "shape (3,)"),
        below(r"\underbrace{E}_{\text{one number}} = b", "one number"),
        below(r"\underbrace{W^{(\ell)}}_{(M_{\ell-1},\,M_\ell)} = b", "shape (5, 2)", r"$3\to5\to2$"),
        below(r"\underbrace{\delta^{(L)}}_{(M_L,)} = b", "shape (2,)", r"$3\to5\to2$"),
    ],
    ids=[
        *("in turn", "two tags, then two checks", "other output around it", "a second check", "a shape", "two shapes"),
        *("a product", "a stack", "a column", "a number", "a layer", "the last layer"),
    ],
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
        ([IMPORT, TAG_1, TAG_2, CHECK_2, CHECK_1], "below 3.1, 3.2 the first to hold is 3.2, 3.1"),
        ([*SOUND[:-1], CHECK_1, CHECK_2], "below 3.2 the first to hold is 3.1"),
        (below(r"\underbrace{J}_{(2,\,3)} = b", "shape (3, 2)"), "has the shape {(2, 3)} by its braces"),
        (below(r"\underbrace{J}_{(2,\,3)} = b", "one number"), "has the shape {(2, 3)} by its braces"),
        (below(r"\underbrace{\delta}_{(2,)}\,\underbrace{F}_{(2,\,3)} = b", "shape (2,)"), "has the shape {(3,)} by"),
        (below(r"\underbrace{e_j}_{(3,\,1)} = b", "shape (1, 3)"), "has the shape {(3, 1)} by its braces"),
        (below(r"\underbrace{T_{k::}}_{(5,\,3)} = b", "shape (5, 3, 2)"), "has the shape {(5, 3)} by its braces"),
        (below(r"\underbrace{E}_{()} = b", "shape (2, 2)"), "has the shape {()} by its braces"),
        (below(r"\underbrace{W}_{(M_{\ell-1},\,M_\ell)} = b", "shape (2, 5)", r"$3\to5\to2$"), "by its braces"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_fault_is_found(cells, fault):
    assert any(fault in found for found in faults(notebook_of(*cells), "03", 2)), fault
