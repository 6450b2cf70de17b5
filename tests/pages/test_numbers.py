"""Numbers in prose come from the run: in the Markdown of a page, and in the words for its pictures.

None is typed by hand but what goes into the run, a number of the page's code, formulas or fields. With a unit, or as a
ratio, not even that: 16 is a width of page 03, and "16 gigabytes" comes from the run all the same.
"""

import ast
import re
from pathlib import Path
from types import SimpleNamespace

import build
import fields
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from test_series import TEXTS, every_text

from nn_notes.page.needs import needs

# What is typed by hand all the same, and why.
KNOWN = {
    r"about \d\d minutes": "how long one reads",
    r"1998": "the year of the digits",
    r"CC BY 4\.0": "their licence",
    r"about 16 digits": "of a float64",
    r"of the 16 digits": "of a float64",
    r"Eight bytes": "of a float64",
    r"below 1 %": "what counts as saturated",
    r"we said 1 %": "what counts as saturated",
    r"ten times shorter": "the nudges of the next cell",
    r"a thousand times larger": "what if",
    r"a thousand outputs": "what if",
}

# What is left of a formula is its number, where it is no more than that.
NO_PROSE = re.compile(
    "|".join(
        [
            *(r"^```.*?^```", "`[^`]*`", "«.*?»", r"\$\$.*?\$\$", r"\$(-?[\d.]+)\$", r"\$[^$]*\$"),
            # Equations, exercises and the items of a list.
            *(r"\(\d\.\d+(?:, \d\.\d+)*\)", r"^\| \d\.\d+ \|", r"\b\d\.[A-Z]\b", r"^\d\. "),
        ]
    ),
    re.MULTILINE | re.DOTALL,
)
FORMULA = re.compile(r"«.*?»|\$\$.*?\$\$|\$(?!-?[\d.]+\$)[^$]*\$", re.DOTALL)
LARGE = {"fifteen": 15, "twenty": 20, "thirty": 30, "hundred": 100, "thousand": 1000, "million": 1e6, "billion": 1e9}
NUMBER = rf"(?<![\w.])(?:\d+(?:,\d{{3}})*(?:\.\d+)?(?:e-?\d+)?|{'|'.join(LARGE)})(?!\w)"
UNIT = (
    r"(?:%|(?:percent|times|\w*bytes|[kMGT]B|seconds|multiplications|steps|epochs|digits|images|weights|entries|numbers"
    r"|answers|cells|columns)\b)"
)
SMALL = r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
# A thing may also be done four times.
RATIO = r"(?:percent|\w*bytes|times (?:as|too|what|more|less|\w+er))\b"
WITH_UNIT = re.compile(f"{NUMBER} {UNIT}|{SMALL} {RATIO}", re.IGNORECASE)


def prose(cell):
    """What is typed by hand in a cell and read as words: its Markdown, or what its picture shows."""
    if cell.cell_type == "markdown":
        return " ".join(NO_PROSE.sub(lambda found: found[1] or "…", cell.source).split())
    calls = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
    words = [call.args[1] for call in calls if getattr(call.func, "id", None) == "picture"]
    parts = [part for word in words for part in getattr(word, "values", [word])]
    return "".join(part.value if isinstance(part, ast.Constant) else "…" for part in parts)


def inputs(cell):
    """The numbers that go into the run: those of code, and those of formulas and fields."""
    if cell.cell_type == "code":
        return {node.value for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Constant)}
    formulas = " ".join(FORMULA.findall(re.sub(r"\\tag\{.*?\}", "", cell.source)))
    return {float(number) for number in re.findall(r"\d+(?:\.\d+)?", formulas.replace("_", ""))}


def value(number):
    return LARGE.get(number) or float(number.replace(",", ""))


def typed(cells):
    """The numbers of a page that are typed by hand though they come from the run, with the words after them."""
    allowed = set().union(*map(inputs, cells))
    for cell in cells:
        text = re.sub("|".join(KNOWN), "…", prose(cell))
        found = {number.start() for number in re.finditer(NUMBER, text) if value(number[0]) not in allowed}
        found |= {number.start() for number in WITH_UNIT.finditer(text)}
        yield from (" ".join(text[start:].split()[:3]) for start in sorted(found))


@every_text
def test_no_number_that_comes_from_the_run_is_typed_by_hand(text):
    assert [*typed(build.source(text).cells)] == []


@every_text
def test_every_field_is_closed(text):
    for cell in build.source(text).cells:
        assert not {*"«»"} & {*build.FIELD.sub("", cell.source)}, cell.source


def test_what_is_known_is_said():
    said = "\n".join(prose(cell) for text in TEXTS for cell in build.source(text).cells)
    assert [known for known in KNOWN if not re.search(known, said)] == []


@every_text
def test_no_number_in_prose_waits_for_a_clock(text):
    """What was measured stays stored, while a new run measures something else."""
    code, measured = [], set()
    for cell in build.source(text).cells:
        if cell.cell_type == "code":
            measured |= {len(code)} if "measured" in cell.metadata.get("tags", []) else set()
            code.append(cell.source)
        for field, python in build.asked(cell).items():
            assert not measured & {*needs([*code, python])}, field


CODE = 'widths = [16, 0.5]\npicture(fig, f"A box of {widths[0]} by 16 by 1.6.")'


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        ("The box takes «boxes[2] / 1e9:.0f» gigabytes.", []),
        ("The box takes 16 gigabytes.", ["16 gigabytes."]),
        ("The box takes 1.6 gigabytes.", ["1.6 gigabytes."]),
        ("The box takes 16\nGB, which are $16$ %.", ["16 GB, which", "16 %."]),
        ("Four times as many, in four rounds, four times.", ["Four times as"]),
        ("A hundred times more.", ["hundred times more."]),
        ("A layer of width 16, its entries $0.5$ apart.", []),
        ("A layer of width 17, its entries $-0.4$ apart.", ["17, its entries", "0.4 apart."]),
        ("With $M = 17$ the width is 17, and «64 * 32:,» is the area of 64 by 32.", []),
        ("17 by (3.17) and (1.2, 3.4), in exercise 3.C, a 3rd order, `18`.", ["17 by …"]),
        ("1. One.\n2. Two.\n3. Three.", []),
        ("| 3.17 | 17 gigabytes |", ["17 gigabytes |"]),
        ("```python\nx = 17\n```\n\n$$\nx = 18\n\\tag{3.19}\n$$\n\n17, 18 and 3.19.", ["17, 18 and", "3.19."]),
    ],
)
def test_a_number_typed_by_hand_is_found(markdown, found):
    assert [*typed([new_markdown_cell(markdown), new_code_cell(CODE)])] == [*found, "1.6."]


def test_a_number_that_the_run_does_not_give_is_noticed(monkeypatch):
    written = [new_markdown_cell("«1 + 1»"), new_code_cell(), new_markdown_cell("«n», «n + 1:.1f»"), new_code_cell()]
    monkeypatch.setattr(fields, "written", lambda page: written)

    def execute(code, user_expressions, **how):
        given = {field: repr(eval(python, {"n": 3})) for field, python in user_expressions.items()}
        replies = {field: {"status": "ok", "data": {"text/plain": text}} for field, text in given.items()}
        return {"content": {"user_expressions": replies}}

    def noticed(*stored):
        cells = [new_markdown_cell(stored[0]), written[1], new_markdown_cell(stored[1]), written[3]]
        of = SimpleNamespace(
            nb=SimpleNamespace(cells=cells), kernel=SimpleNamespace(kc=SimpleNamespace(execute=execute))
        )
        return [fields.difference(SimpleNamespace(path=Path("page"), parent=of, cell_num=n)) for n in (0, 1)]

    assert noticed("2", "3, 4.0") == ["", ""]
    assert noticed("2", "3, 5.0") == ["What is stored says\n3, 5.0\nand the run says\n3, 4.0", ""]
    assert noticed("3", "3, 4.0") == ["What is stored says\n3\nand the run says\n2", ""]
