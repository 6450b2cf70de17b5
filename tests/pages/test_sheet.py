"""The cheat sheet has every equation of the summaries, as they stand today."""

import re
from html.entities import html5

import pytest
import sheet
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell, new_notebook
from test_formulas import NUMBERED

GREEK = {sign for sign in html5.values() if "Α" <= sign <= "ϖ"}


def test_it_is_what_the_notebooks_make():
    assert sheet.SHEET.read_text(encoding="utf-8") == sheet.sheet(sheet.read()), "make notebooks"


def test_it_has_every_number_once_with_a_formula_or_words_code_and_a_shape():
    drawn = BeautifulSoup(sheet.SHEET.read_text(encoding="utf-8"), "html.parser")
    rows = [[cell.get_text().strip() for cell in row.find_all("td")] for row in drawn.find_all("tr")]
    assert {number for number, *_ in rows if number} == {*NUMBERED} and len(rows) >= len(NUMBERED)
    assert all(all(row[1:]) for row in rows)
    # Nothing is left as LaTeX or Markdown, and no letter as its name.
    words = {word.get_text() for word in drawn.find_all("mi")}
    assert not {word for word in words if html5.get(f"{word};", "") in GREEK}
    assert not re.search(r"[$\\`]", drawn.body.get_text() if drawn.body else drawn.get_text())


def made(row):
    cells = [new_markdown_cell("# Why?"), new_markdown_cell(f"## Summary\n\n| no. |\n|---|\n{row}\n")]
    return BeautifulSoup(sheet.sheet({"01_why": new_notebook(cells=cells)}), "html.parser")


@pytest.mark.parametrize(
    ("row", "seen"),
    [
        ("| 1.2 | $W^\\top$ | `W.T` | $(M_{out}, M_{in})$ |", ["1.2", "W⊤", "W.T", "(Mout, Min)"]),
        (
            "| 1.2 | row | $u$ | `a < b` | $(2,)$, drawn $(1, 2)$ |",
            ["1.2", "row, u", "a < b", "(2,), drawn (1, 2)"],
        ),
        ("| | $\\xi$ for $x < 0$ | `xi` | $(M_\\ell,)$ |", ["", "ξ for x<0", "xi", "(Mℓ,)"]),
    ],
)
def test_a_row(row, seen):
    assert [cell.get_text() for cell in made(row).find_all("td")] == seen
    assert made(row).h2.string == "01 · Why?"
