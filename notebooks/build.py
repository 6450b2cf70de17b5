"""Build the executed notebooks from their texts, and the cheat sheet: the same text gives the same bytes, every time.

python notebooks/build.py                    all of them
python notebooks/build.py 01_single_layer    this one
python notebooks/build.py --check            execute nothing, and say where a text and its notebook differ

Numbers in prose come from the run. Where a text has «T.size:,», the notebook has what f"{T.size:,}" is after the cells
above, and the id of a cell is that of what is read. So without executing it is known that all else is as the text has
it, and that nobody changed a number by hand. The number itself is held where the tests run the notebook (conftest.py).
"""

import argparse
import ast
import json
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import jupytext
import matplotlib
import nbformat
import sheet
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from nn_notes.lab import by_hand, digest

NOTEBOOKS = Path(__file__).parent
# No version of Python is in it, so that the bytes are the same on any.
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "name": "python", "pygments_lexer": "ipython3"},
}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
KEEP_OR_DROP = """To keep what is yours, move the file to work/, where `make lab` has a copy of each notebook for you.
To drop it, and where you have already moved it: git restore notebooks/{}"""
# A memory address, or the id of a widget's model. Strict validation compares them, so they may not be stored.
DIFFERS_EVERY_TIME = re.compile(r" at 0x[0-9a-fA-F]+|\b[0-9a-f]{32}\b")
# These quotes stand neither in Python nor in LaTeX.
FIELD = re.compile("«(.+?)»", re.DOTALL)


class BuildError(Exception):
    """A cell that must not be committed as it is, or a notebook that must not be written over."""


def source(text):
    """The notebook that the text describes, with ids and metadata, without outputs, and with no field filled in."""
    notebook = jupytext.reads(text.read_text(encoding="utf-8"), fmt="md:myst")
    notebook.nbformat, notebook.nbformat_minor, notebook.metadata = 4, 5, nbformat.from_dict(METADATA)
    _name(notebook.cells)
    return notebook


def asked(cell):
    """What a Markdown cell asks of the kernel, as ``user_expressions``: a dict from each field to Python."""
    fields = FIELD.findall(cell.source) if cell.cell_type == "markdown" else []
    # Within these quotes an expression may have any other.
    return {field: f"f'''{{{field}}}'''" for field in fields}


def filled(cell, answers):
    """The text of a Markdown cell, with what the kernel answered in it."""
    for field, answer in answers.items():
        if answer["status"] == "error":
            raise BuildError(f"«{field}» raises {answer['ename']}: {answer['evalue']}\n\n{cell.source}")
    return FIELD.sub(lambda found: ast.literal_eval(answers[found[1]]["data"]["text/plain"]), cell.source)


def build(text, path):
    """Execute the text in a fresh kernel and write the notebook, unless a cell raises, warns or cannot be repeated.

    A notebook in which something is written by hand is not written over.
    """
    notebook = source(text)
    known = {}
    if path.is_file():
        _nothing_is_lost(path)
        known = {cell.id: cell.outputs for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"}

    async def fill(cell, cell_index):
        if fields := asked(cell):
            reply = await client.kc.execute("", store_history=False, user_expressions=fields, reply=True)
            try:
                cell.source = filled(cell, reply["content"]["user_expressions"])
            except BuildError as error:
                raise BuildError(f"{text.name}, cell {cell_index}: {error}") from None

    client = NotebookClient(
        notebook,
        on_cell_start=fill,
        # One stream is one output, however many pieces it arrived in.
        coalesce_streams=True,
        # It warns that it listens on the loopback without encryption.
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(NOTEBOOKS)}},
    )
    with TemporaryDirectory() as profile:
        try:
            client.execute(env=_environment(profile))
        except CellExecutionError as error:
            raise BuildError(f"{text.name}: {error}") from None
    for n, cell in enumerate(notebook.cells):
        for output in [*cell.get("outputs", [])]:
            # Without a kernel a widget is nothing but a message that it is missing. A live view has its still picture
            # beside it.
            output.get("data", {}).pop(WIDGET_VIEW, None)
            if output.get("data") == {}:
                cell.outputs.remove(output)
            if fault := _fault(output):
                raise BuildError(f"{text.name}, cell {n}: {fault}\n\n{cell.source}")
    _name(notebook.cells)
    for cell in notebook.cells:
        # Times differ on every run. What was measured stays, as long as the cell that measured it does.
        if "measured" in cell.metadata.get("tags", []) and cell.id in known:
            cell.outputs = known[cell.id]
    notebook.metadata = nbformat.from_dict(METADATA)
    if path.is_file():
        # Somebody may have written in it while the cells ran.
        _nothing_is_lost(path)
    nbformat.write(notebook, path)


def difference(text, path):
    """Where the text and its notebook differ, in words, or None where they do not."""
    for file in (text, path):
        if not file.is_file():
            return f"there is no {file.name}"
    if found := by_hand(path):
        return f"{path.name}: {found}. {KEEP_OR_DROP.format(path.name)}"
    ours, theirs = source(text), nbformat.read(path, as_version=nbformat.NO_CONVERT)
    pairs = [*zip(ours.cells, theirs.cells, strict=False)]
    for cell, built in pairs:
        if cell.cell_type == "markdown" and _around(cell.source).fullmatch(built.source):
            cell.source = built.source
    _name(ours.cells)
    for n, (cell, built) in enumerate(pairs):
        for key in ("cell_type", "metadata", "source", "id"):
            if cell[key] != built.get(key):
                return f"cell {n} differs in its {key}:\n--- the text\n{cell[key]}\n--- the notebook\n{built.get(key)}"
    if len(ours.cells) != len(theirs.cells):
        return f"the text has {len(ours.cells)} cells, the notebook {len(theirs.cells)}"
    if theirs.metadata != ours.metadata:
        return f"the notebook's metadata is {dict(theirs.metadata)}. {KEEP_OR_DROP.format(path.name)}"
    return None


def _name(cells):
    """Give each cell the id of what stands in it, and a number where that stands there again."""
    ids = set()
    for cell in cells:
        name = digest(cell.cell_type, cell.source)
        cell.id = next(i for i in (name, *(f"{name}-{n}" for n in range(2, len(cells) + 1))) if i not in ids)
        ids.add(cell.id)


def _around(source):
    """What a Markdown cell is like, whatever the numbers in it."""
    return re.compile(".+".join(map(re.escape, FIELD.split(source)[::2])))


def _nothing_is_lost(path):
    if found := by_hand(path):
        raise BuildError(f"{path.name} is left as it is: {found}. {KEEP_OR_DROP.format(path.name)}")


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="notebooks to build, such as 01_single_layer; all, if none is named")
    parser.add_argument("--check", action="store_true", help="only compare the texts with the notebooks")
    options = parser.parse_args(arguments)
    texts, notebooks = NOTEBOOKS.glob("text/*.md"), NOTEBOOKS.glob("*.ipynb")
    known = sorted({file.stem for file in texts} | ({file.stem for file in notebooks} if options.check else set()))
    if unknown := set(options.names) - set(known):
        parser.error(f"there is no text for {', '.join(sorted(unknown))}; there is one for {', '.join(known)}")
    pairs = [(NOTEBOOKS / "text" / f"{n}.md", NOTEBOOKS / f"{n}.ipynb") for n in options.names or known]
    if options.check:
        return "\n".join(f"{path.stem}: {found}" for text, path in pairs if (found := difference(text, path)))
    with ThreadPoolExecutor(max_workers=2) as pool:
        faults = [fault for fault in pool.map(_built, pairs) if fault]
    sheet.write()
    return "\n\n".join(faults)


def _built(pair):
    try:
        build(*pair)
    except BuildError as error:
        return str(error)
    print(f"built {pair[1].name}", flush=True)
    return None


def _environment(profile):
    """The environment, without the caller's settings of Python, IPython and matplotlib: the pages would show them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MPLBACKEND"))}
    return kept | {"IPYTHONDIR": profile, "MATPLOTLIBRC": matplotlib.get_data_path()}


def _fault(output):
    if output.output_type == "stream" and output.name == "stderr":
        return f"it writes to stderr, as warnings do:\n{output.text}"
    text = {mime: value for mime, value in output.get("data", {}).items() if not mime.startswith("image/")}
    if found := DIFFERS_EVERY_TIME.search(json.dumps([text, output.get("text")])):
        return f"its output holds {found[0].strip()!r}, which differs every time"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) or None)
