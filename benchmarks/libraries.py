"""What page 08 says of PyTorch and JAX, held to these: python benchmarks/libraries.py

The page shows their code as text, and below each piece what it prints, which is filled in from the page's own graph.
Here each piece is run where its library is installed, and what it prints has to be what stands there, letter by letter.

It exits with 1 if a library prints something else, and with 2 if one is not installed.
"""

import contextlib
import io
import re
import sys
from pathlib import Path

import nbformat

PAGE = Path(__file__).parents[1] / "notebooks/08_what_libraries_do.ipynb"
# A piece of code that imports a library, and what stands below it.
PIECE = re.compile(r"^```python\n(import (\w+)\n.*?)^```\n+^```text\n(.*?)^```", re.MULTILINE | re.DOTALL)


def pieces(page=PAGE):
    """All pieces of a page: the library, its code, and what it is said to print."""
    cells = [cell.source for cell in nbformat.read(page, 4).cells if cell.cell_type == "markdown"]
    return [(library, code, said) for cell in cells for code, library, said in PIECE.findall(cell)]


def printed(code):
    """What a piece of code prints."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, PAGE.name, "exec"), {})
    return out.getvalue()


def main(page=PAGE):
    missing, wrong = {}, 0
    for library, code, said in pieces(page):
        try:
            found = printed(code)
        except ModuleNotFoundError as error:
            missing[error.name] = True
            continue
        if found == said:
            print(f"{library}: as the page says")
        else:
            wrong += 1
            print(f"{library} prints\n{found}where the page has\n{said}")
    if missing:
        names = " ".join(missing)
        print(f"Missing: {names}. The peers are no part of this project: pip install {names}", file=sys.stderr)
    return 1 if wrong else 2 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
