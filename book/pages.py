"""The pages that are made of the others: what they say of one kind of thing, in one place. As Markdown."""

import pkgutil
import re
from html import escape

import equations
import nbformat

import nn_notes
from nn_notes import ideas, views
from nn_notes.views import single_layer

# The view of the landing page; a page that wakes it runs the same.
LANDING = "single_layer.view([1.2, -0.7], [[0.5], [1.5]], [0.9])"
LANDING_CODE = f"from nn_notes.views import single_layer\n\n{LANDING}"
SLIPS = "Slips that everybody makes"


def generated(notebooks):
    """A dict from the name of a file to its text.

    Args:
        notebooks: a dict from the name of a page to its notebook, executed.
    """
    return {
        "equations.md": all_equations(notebooks),
        "symbols.md": symbols(notebooks),
        "slips.md": slips(notebooks),
        "exercises.md": exercises(notebooks),
        "api.md": api(),
        "map.svg": ideas.drawn(".html"),
    }


def landing_view():
    """The landing page's view."""
    return eval(LANDING, {"single_layer": single_layer})


def short(page):
    """What a page is called in a list: 01 Single layer."""
    return f"{page[:2]} {page[3:].replace('_', ' ').capitalize()}"


def _linked(page, notebook):
    title = notebook.cells[0].source.partition("\n")[0].removeprefix("# ")
    return f"[{page[:2]} · {title}]({page}.ipynb)"


def _headed(title, notebooks, intro, part):
    """A page with a section to each notebook."""
    parts = (f"## {_linked(page, notebook)}\n\n{part(page, notebook)}\n" for page, notebook in notebooks.items())
    return f"# {title}\n\n{intro}\n\n" + "\n".join(parts)


def all_equations(notebooks):
    table = equations.table(notebooks)
    intro = (
        f"All {len(table)} numbered equations of the series. Each is derived on its page, and the check below it "
        "compares forms that were reached by different roads. The numbers lead to the derivations."
    )
    return _headed(
        "All equations", notebooks, intro, lambda page, _: "\n".join(_equation(e) for e in table if e.page == page)
    )


def _equation(e):
    held = "; ".join(dict.fromkeys(line for line in e.printed.splitlines() if line.startswith(f"({e.number}) holds")))
    facts = [f"shape {e.shape}"] * bool(e.shape) + [f"code {e.code}"] * bool(e.code)
    return f"""$$
{e.latex}
\\tag{{{e.number}}}
$$

{" · ".join(facts)}

<details><summary>{escape(held)}</summary>

```python
{e.check}
```

</details>
"""


def symbols(notebooks):
    """The tables of symbols of all notebooks in one; what is written alike stands together, and once."""
    rows = {}
    for page, notebook in notebooks.items():
        for symbol, *meaning in _symbols(notebook):
            rows.setdefault(symbol, {}).setdefault(tuple(meaning), []).append(f"[{page[:2]}]({page}.ipynb)")
    lines = [
        f"| {' | '.join([symbol, *meaning])} | {', '.join(pages)} |"
        for symbol, meanings in rows.items()
        for meaning, pages in meanings.items()
    ]
    intro = "What each letter means, and where. A *row* is a vector that stands to the left of a matrix."
    head = "| symbol | meaning | shape | index | page |\n|---|---|---|---|---|"
    return "\n".join(["# Symbols\n", intro, "", head, *lines, ""])


def _symbols(notebook):
    section = _section(notebook, "The symbols")
    prose = "\n".join(cell.source for cell in section if cell.cell_type == "markdown")
    for line in re.findall(r"^\| *(\S.*?) *\|$", prose, re.MULTILINE):
        columns = [column.strip() for column in line.split("|")]
        if columns[0] != "symbol" and set(line) - set("|-"):
            yield (*columns, "", "")[:4]


def _section(notebook, title):
    """The cells of a section, from its heading on."""
    inside, cells = False, []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (headings := re.split(r"^(?=## )", cell.source, flags=re.MULTILINE)):
            for part in headings:
                if part.startswith("## "):
                    inside = part.partition("\n")[0] == f"## {title}"
                if inside:
                    cells.append(nbformat.v4.new_markdown_cell(part))
        elif inside:
            cells.append(cell)
    return cells


def slips(notebooks):
    intro = (
        "They are easily made, and each has gone into print somewhere. Here they are together, each with the numbers "
        "that refute it."
    )
    return _headed("Slips that everybody makes", notebooks, intro, lambda _, notebook: _slips(notebook))


def _slips(notebook):
    parts = []
    for cell in _section(notebook, SLIPS):
        if cell.cell_type == "markdown":
            parts.append(cell.source.removeprefix(f"## {SLIPS}").strip())
        else:
            parts += [f"```python\n{cell.source}\n```", *map(_output, cell.outputs)]
    return "\n\n".join(parts) + "\n"


def _output(output):
    if output.output_type == "stream":
        return f"```text\n{output.text.rstrip()}\n```"
    return output.data["text/latex"]


def exercises(notebooks):
    intro = (
        "Three to a page: a prediction, a piece of code, a small proof; and where there is a formula to derive, a "
        "blackboard. Each has a hint and a solution in its place, and a cell that checks your own answer."
    )
    return _headed("Exercises", notebooks, intro, lambda _, notebook: _exercises(notebook))


def _exercises(notebook):
    prose = "\n\n".join(cell.source for cell in _section(notebook, "Exercises") if cell.cell_type == "markdown")
    found = re.findall(r"^\*\*(\d+\.[A-Z]), (.*?)\*\* ((?:.+\n)*.+)", prose, re.MULTILINE)
    return "\n\n".join(f"**Exercise {number}, {what}** {text}" for number, what, text in found) + "\n"


def api():
    """The package's own documentation, module by module."""
    modules = [f"nn_notes.{m.name}" for m in pkgutil.iter_modules(nn_notes.__path__) if not m.ispkg]
    modules += [f"nn_notes.views.{m.name}" for m in pkgutil.iter_modules(views.__path__)]
    parts = [f"## `{m}`\n\n```{{eval-rst}}\n.. automodule:: {m}\n   :members:\n```\n" for m in modules]
    return "\n".join(["# The package\n", *parts])
