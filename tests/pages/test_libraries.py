"""The lines of other libraries on page 08: each is found by the benchmark that runs them where they are installed."""

import re
import runpy

import nbformat
import pytest
from build import NOTEBOOKS
from nbformat.v4 import new_markdown_cell, new_notebook
from series import read

BENCH = runpy.run_path(str(NOTEBOOKS.parent / "benchmarks/libraries.py"))
FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)


def test_every_piece_of_other_code_on_the_page_is_held():
    prose = "\n".join(FOLDED.sub("", cell.source) for cell in read(BENCH["PAGE"]).cells if cell.cell_type == "markdown")
    found = BENCH["pieces"]()
    assert [library for library, _, _ in found] == ["torch", "jax", "torch"]
    assert prose.count("```python") == prose.count("```text") == len(found)
    assert all(code.count("print(") == said.count("\n") for _, code, said in found)


@pytest.mark.parametrize(
    ("code", "said", "status"),
    [
        ("import math\nprint(math.floor(3.7))", "3", 0),
        ("import math\nprint(math.floor(3.7))", "4", 1),
        ("import no_such_library\nprint(3)", "3", 2),
    ],
)
def test_what_is_printed_is_held_to_what_is_said(code, said, status, tmp_path, capsys):
    page = new_notebook(cells=[new_markdown_cell(f"So:\n\n```python\n{code}\n```\n\n```text\n{said}\n```\n\nOr so.")])
    nbformat.write(page, tmp_path / "page.ipynb")
    assert BENCH["main"](tmp_path / "page.ipynb") == status
    assert ("where the page has\n4\n" in capsys.readouterr().out) == (status == 1)
