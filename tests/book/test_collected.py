"""The pages that are made of the notebooks, and what is staged from them: nothing is lost, and nothing is made up."""

import json
import re
from html import unescape

import equations
import pages
import pytest
import staging
from bs4 import BeautifulSoup
from equations import TAG
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pdf import document
from series import PATHS, every_notebook, exercises, read

from nn_notes import ideas
from nn_notes.explore import SPEC
from nn_notes.views import single_layer

NOTEBOOKS = {path.stem: read(path) for path in PATHS}
MARKDOWN = {
    name: "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    for name, notebook in NOTEBOOKS.items()
}


SUMMARY = "## Summary\n\n| no. | equation | code | shape |\n|---|---|---|---|"
SYMBOLS = "## The symbols\n\n| symbol | meaning |\n|---|---|"


def page(*cells):
    """A notebook of Markdown, and of pairs of code and what it prints."""
    made = new_notebook()
    for cell in cells:
        if isinstance(cell, str):
            made.cells.append(new_markdown_cell(cell))
        else:
            output = new_output("stream", name="stdout", text=cell[1])
            made.cells.append(new_code_cell(cell[0], outputs=[output]))
    return made


def test_an_equation_is_told_with_its_check():
    made = page(
        "One.\n\n$$\nx = 1\n\\tag{3.1}\n$$\n\nTwo.\n\n$$y \\tag{3.2} = 2$$",
        ("# no check('3.1', a, a)", ""),
        ('check("3.2", a, b)\ncheck("3.1", a, b)', "(3.2) holds: 2 forms agree, shape (2,)\n(3.1) holds\n"),
        ('check("3.1", c, d)', "(3.1) holds: once more\n"),
        f"{SUMMARY}\n| 3.1 | $x$ | `x` | $()$ |\n| 3.2 | | | (2,) |",
    )
    first, second = equations.table({"03_page": made})
    assert first[:5] == ("3.1", "03_page", "x = 1", "`x`", "$()$")
    assert second[:5] == ("3.2", "03_page", "y  = 2", "", "(2,)")
    for equation in (first, second):
        assert (equation.cell, equation.check) == (1, made.cells[2].source)


def test_an_equation_without_its_check_is_no_equation():
    summary = f"{SUMMARY}\n| 3.1 | | | |"
    with pytest.raises(ValueError, match=re.escape("(3.1) on page 03_page has no check below it")):
        equations.table({"03_page": page(("check('3.1', a, b)", ""), "$$x \\tag{3.1}$$", summary)})


def test_the_table_has_every_equation_in_order():
    numbers = [number for text in MARKDOWN.values() for number in TAG.findall(text)]
    table = equations.table(NOTEBOOKS)
    assert [equation.number for equation in table] == numbers and len(numbers) > 70
    for equation in table:
        assert f"({equation.number}) holds" in equation.printed, equation.number
        assert equation.latex in MARKDOWN[equation.page] or "\\tag" not in equation.latex


def test_every_symbol_is_collected():
    shown = pages.symbols(NOTEBOOKS)
    for text in MARKDOWN.values():
        section = text.partition("\n## The symbols")[2].partition("\n## ")[0]
        rows = [line for line in section.splitlines() if re.match(r"\|(?! symbol |-)", line)]
        assert rows and all(row.split("|")[1] in shown and row.split("|")[2] in shown for row in rows)


def test_symbols_that_are_written_alike_stand_together():
    made = pages.symbols(
        {
            "01_one": page(f"{SYMBOLS}\n| $a$ | one |\n| $b$ | two |\n\n## Next\n\n| $c$ | no |"),
            "02_two": page(f"{SYMBOLS}\n| $a$ | three |\n| $b$ | two |"),
        }
    )
    assert re.findall(r"^\| (\$.\$) \| (\w+) .* \| (.*?) \|$", made, re.MULTILINE) == [
        ("$a$", "one", "[01](01_one.ipynb)"),
        ("$a$", "three", "[02](02_two.ipynb)"),
        ("$b$", "two", "[01](01_one.ipynb), [02](02_two.ipynb)"),
    ]  # fmt: skip


def test_every_slip_is_collected_with_its_numbers():
    shown = pages.slips(NOTEBOOKS)
    for name, notebook in NOTEBOOKS.items():
        section = [cell.source for cell in pages._section(notebook, pages.SLIPS)]
        assert section, name
        for source in section:
            assert source.partition("\n")[2] in shown or source in shown, source
    assert shown.count("largest difference from the witness") >= 3


def test_every_exercise_is_collected():
    shown = re.findall(r"^\*\*Exercise (\d\.[A-Z])", pages.exercises(NOTEBOOKS), re.MULTILINE)
    assert shown == [label for path in PATHS for label, _, _ in exercises(path)]


def test_the_map_has_every_page_and_what_it_asks_for():
    assert [idea.page for idea in ideas.IDEAS] == list(NOTEBOOKS)
    for idea in ideas.IDEAS:
        asked = re.search(r"\*\*Before this one:\*\*(.*?)(?:\*\*|\n\n)", MARKDOWN[idea.page], re.DOTALL)[1]
        assert set(re.findall(r"\((\d\d)_\w+\.ipynb\)", asked)) <= set(idea.before), idea.page
        assert all(before < idea.page for before in idea.before)


def test_the_map_has_a_link_to_each_page():
    drawn = BeautifulSoup(ideas.drawn(".html"), "html.parser")
    assert [link["href"] for link in drawn.find_all("a")] == [f"{name}.html" for name in NOTEBOOKS]


def test_a_live_view_brings_what_it_wakes_from():
    bundle = single_layer.view([1.0], [[2.0, 3.0]], [4.0, 5.0])._repr_mimebundle_()
    spec = json.loads(bundle[SPEC])
    spec["opening"]["board"] += "</script><p>"
    bundle[SPEC] = json.dumps(spec)
    output = new_output("display_data", bundle)
    notebook = new_notebook(cells=[new_code_cell("view", outputs=[output]), new_markdown_cell("end")])
    data = staging.staged("01_page", notebook, None).cells[0].outputs[0].data
    assert list(data) == ["text/html"] and SPEC in output.data
    shown = BeautifulSoup(data["text/html"], "html.parser")
    assert shown.select(".nn-book-view > .nn-still") and not shown.select("p:not(.nn-asleep)")
    assert json.loads(shown.select_one("script.nn-spec").string) == spec


def test_the_landing_page_says_what_makes_its_view():
    made = {}
    *before, last = pages.LANDING_CODE.strip().splitlines()
    exec("\n".join([*before, f"view = {last}"]), made)
    bundle = pages.landing_view()._repr_mimebundle_()
    assert made["view"]._repr_mimebundle_() == bundle
    shown = BeautifulSoup(staging.view(bundle, [pages.LANDING_CODE], pages.LANDING_CODE), "html.parser")
    assert unescape(shown.div["data-code"]) == pages.LANDING_CODE


@every_notebook
def test_notebooks_are_left_as_they_are(path, tmp_path):
    before = str(read(path))
    made = staging.staged(path.stem, read(path), tmp_path)
    assert str(read(path)) == before
    assert [cell.source for cell in made.cells[:-1]] == [cell.source for cell in read(path).cells[:-1]]


def test_staging_again_gives_the_same_bytes(tmp_path):
    def staged(folder):
        staging.stage(folder)
        return {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}

    one, other = staged(tmp_path / "one"), staged(tmp_path / "other")
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []


def test_the_printed_book_has_every_page_once_and_its_links_lead_within_it(site):
    whole = BeautifulSoup(document(), "html.parser")
    ids = [node["id"] for node in whole.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert set(site) - {"search"} == {article["id"] for article in whole.find_all("article")}
    lead = [link["href"] for link in whole.select("article a[href]")]
    assert [href for href in lead if href[0] == "#" and href[1:] not in ids] == []
    assert [href for href in lead if ".html" in href] == []
