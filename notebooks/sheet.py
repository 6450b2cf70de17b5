"""The cheat sheet: all equations on two sides of paper, from the summaries of the notebooks.

python notebooks/sheet.py    write cheat_sheet.html anew; build.py does so too
"""

import re
from html import escape
from pathlib import Path

import nbformat

from nn_notes import notation
from nn_notes.notation.mathml import mathml

NOTEBOOKS = Path(__file__).parent
SHEET = NOTEBOOKS / "cheat_sheet.html"
PARTS = re.compile(r"\$(.+?)\$|`(.+?)`")

HEAD = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Every equation of nn_notes, on one sheet</title>
<style>
@page { size: A4 landscape; margin: 7mm; }
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 22%, transparent); }
body { font: 14px/1.3 system-ui, sans-serif; margin: 1rem auto; max-width: 60rem; padding: 0 .7rem; }
h1 { font-size: 1.3em; margin: 0 0 .3em; }
h2 { font-size: 1.05em; margin: .7em 0 .15em; break-after: avoid; }
p { margin: 0 0 .6em; }
table { border-collapse: collapse; width: 100%; }
td { border-top: 1px solid var(--line); padding: .2em .35em; vertical-align: middle; }
td:first-child { width: 2.4em; font-variant-numeric: tabular-nums; }
td:nth-child(3) { width: 40%; }
td:last-child { width: 19%; }
tr { break-inside: avoid; }
code { font: .88em ui-monospace, monospace; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  table, tbody { display: block; }
  tr { border-top: 1px solid var(--line); display: block; }
  td:nth-child(n) { border: 0; box-sizing: border-box; display: inline-block; padding: .1em .3em; width: auto; }
  td { max-width: 100%; overflow-x: auto; }
}
@media print {
  body { columns: 2; column-gap: 6mm; font-size: 7.2pt; line-height: 1.16; margin: 0; max-width: none; padding: 0; }
  td { padding: .12em .3em; }
  h1 { font-size: 9pt; }
  h2 { margin: .45em 0 .1em; }
}
</style>
<h1>Every equation, on one sheet</h1>
<p>Rows to the left of a matrix, outputs before inputs. Each equation is derived, and checked, in the notebook that has
its number.</p>
"""


def sheet(notebooks):
    """The cheat sheet, as HTML whose formulas are MathML.

    Args:
        notebooks: a dict from the name of a page to its notebook, executed.
    """
    return HEAD + "".join(f"{_heading(page, notebook)}{_table(notebook)}" for page, notebook in notebooks.items())


def write():
    SHEET.write_text(sheet(read()), encoding="utf-8")


def read():
    """A dict from the name of a page to its notebook."""
    return {path.stem: nbformat.read(path, 4) for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))}


def _heading(page, notebook):
    title = notebook.cells[0].source.partition("\n")[0].removeprefix("# ")
    return f"<h2>{page[:2]} · {_set(title)}</h2>\n"


def _table(notebook):
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    lines = re.findall(r"^\|.*", prose.partition("\n## Summary\n")[2].partition("\n## ")[0], re.MULTILINE)[2:]
    return f"<table>\n{''.join(map(_row, lines))}</table>\n"


def _row(line):
    """A row of a summary: number, equation, which may stand in two columns, code and shape."""
    number, *equation, code, shape = (cell.strip() for cell in line.strip()[1:-1].split("|"))
    parts = number, _set(", ".join(equation)), _set(code), _shape(shape)
    return f"<tr>{''.join(f'<td>{part}</td>' for part in parts)}</tr>\n"


def _set(text):
    """Text with its formulas and its code, as HTML."""
    parts, end = [], 0
    for found in PARTS.finditer(text):
        parts += [escape(text[end : found.start()], quote=False), _formula(found[1]) if found[1] else _code(found[2])]
        end = found.end()
    return "".join([*parts, escape(text[end:], quote=False)])


def _code(code):
    return f"<code>{escape(code, quote=False)}</code>"


def _formula(latex):
    """A formula within a line, whose brackets stay as high as letters."""
    set_alone = ", ".join(map(mathml, notation.read(latex)))
    return re.sub(r"<mo>([()\[\]])</mo>", r'<mo stretchy="false">\1</mo>', set_alone.replace(' display="block"', ""))


def _shape(text):
    """Widths are letters with an index."""
    plain = escape(text.replace("$", "").replace(r"\ell", "ℓ"), quote=False)
    return re.sub(r"([A-Z])_\{?([\wℓ+-]+)\}?", r"<i>\1</i><sub>\2</sub>", plain)


if __name__ == "__main__":
    write()
