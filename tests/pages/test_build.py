"""The build of a notebook from its text, and what it leaves alone: what is written by hand, there and in copies."""

import re

import build
import nbformat
import pytest
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell

from nn_notes.lab import bring, by_hand

TEXT = """\
A picture, a slider, and text that arrives in pieces.

```{code-cell}
import io

import ipywidgets
from IPython.display import Image, display
from matplotlib.figure import Figure
```

```{code-cell}
:tags: [nbval-ignore-output]

display(ipywidgets.IntSlider(3))
```

```{code-cell}
for word in "one", "two":
    print(word, flush=True)
figure, png = Figure(figsize=(1, 1)), io.BytesIO()
figure.subplots().plot([0, 1], [1, 0])
figure.savefig(png)
Image(png.getvalue())
```

One paragraph.

+++

One paragraph.

+++

One paragraph.
"""


@pytest.fixture
def built(tmp_path):
    def run(text):
        (tmp_path / "sample.md").write_text(text, encoding="utf-8")
        build.build(tmp_path / "sample.md", tmp_path / "sample.ipynb")
        return tmp_path / "sample.ipynb"

    return run


def test_building_twice_gives_the_same_bytes(built):
    first = built(TEXT).read_bytes()
    path = built(TEXT)
    assert path.read_bytes() == first
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    _, _, slider, picture, *paragraphs = notebook.cells
    assert slider.outputs[0].data == {"text/plain": "IntSlider(value=3)"}
    assert slider.metadata == {"tags": ["nbval-ignore-output"]}
    assert [output.output_type for output in picture.outputs] == ["stream", "execute_result"]
    assert picture.outputs[0].text == "one\ntwo\n"
    assert picture.outputs[1].data["image/png"]
    assert [cell.id for cell in paragraphs] == [paragraphs[0].id + end for end in ("", "-2", "-3")]
    assert notebook.metadata == build.METADATA
    assert [cell.get("execution_count") for cell in notebook.cells] == [None, 1, 2, 3, None, None, None]


@pytest.mark.parametrize(
    ("bundles", "stored"),
    [
        ([{build.WIDGET_VIEW: {"model_id": "0" * 32}}], []),
        # A still picture, and the widget that takes its place.
        ([{"text/plain": "still"}, {build.WIDGET_VIEW: {}}], [{"text/plain": "still"}]),
        ([{"text/plain": "words", build.WIDGET_VIEW: {}}], [{"text/plain": "words"}]),
    ],
    ids=["a widget", "a picture and a widget", "a widget in words"],
)  # fmt: skip
def test_of_a_widget_its_words_are_stored_or_nothing(built, bundles, stored):
    code = f"from IPython.display import display\n\nfor bundle in {bundles}:\n    display(bundle, raw=True)"
    _, cell = nbformat.read(built(f"Words.\n\n```{{code-cell}}\n{code}\n```\n"), as_version=4).cells
    assert [output.data for output in cell.outputs] == stored


def test_what_was_measured_stays_as_long_as_its_cell_does(built):
    tags, code = ":tags: [nbval-ignore-output, measured]", "import time\n\nprint(time.perf_counter()%s)"
    cell = f"```{{code-cell}} ipython3\n{tags}\n\n{code}\n```\n"
    first = built(cell % "").read_bytes()
    assert built(cell % "").read_bytes() == first
    assert built(cell % " + 1").read_bytes() != first


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("import warnings\n\nwarnings.warn('mind the gap')", "mind the gap"),
        ("object()", "differs every time"),
        ("import uuid\n\nprint(uuid.uuid4().hex)", "differs every time"),
    ],
)
def test_a_cell_that_must_not_be_stored_stops_the_build(built, tmp_path, code, message):
    with pytest.raises(build.BuildError, match=message) as caught:
        built(f"Words.\n\n```{{code-cell}}\n{code}\n```\n")
    assert code in str(caught.value)
    assert not (tmp_path / "sample.ipynb").exists()


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ("A picture", "Pictures", "cell 0 differs in its source"),
        ('"one", "two"', '"one", "six"', "cell 3 differs in its source"),
        ("nbval-ignore-output", "hide-input", "cell 2 differs in its metadata"),
        ("```{code-cell}\nfor", "```python\nfor", "cell 3 differs in its cell_type"),
        ("\n+++\n\nOne paragraph.\n", "", "the text has"),
    ],
)
def test_a_difference_of_text_and_notebook_is_found(built, tmp_path, old, new, difference):
    notebook, text = tmp_path / "sample.ipynb", tmp_path / "sample.md"
    text.write_text(TEXT, encoding="utf-8")
    nbformat.write(build.source(text), notebook)
    assert build.difference(text, notebook) is None
    text.write_text(TEXT.replace(old, new), encoding="utf-8")
    assert build.difference(text, notebook).startswith(difference)


def test_a_missing_partner_is_a_difference(tmp_path):
    assert build.difference(tmp_path / "sample.md", tmp_path / "sample.ipynb") == "there is no sample.md"


# Numbers in prose come from the run.

NUMBERS = r"""
Above there are «3 * 5», in $z^{{(\ell)}}$.

```{code-cell}
box = {"k": [0] * 4567}
```

Of «len(box["k"]) +
  0:,» numbers «', '.join(box)» and «len(box["k"]) / 3:.1f» are left.
"""


def test_numbers_in_prose_are_those_that_the_cells_above_give(built, tmp_path):
    above, code, below = nbformat.read(built(NUMBERS), as_version=4).cells
    assert above.source == r"Above there are 15, in $z^{{(\ell)}}$."
    assert below.source == "Of 4,567 numbers k and 1522.3 are left."
    assert (code.execution_count, code.outputs) == (1, [])
    assert build.difference(tmp_path / "sample.md", tmp_path / "sample.ipynb") is None


def test_a_number_that_cannot_be_had_stops_the_build(built, tmp_path):
    told = re.escape("sample.md, cell 2: «len(bux)» raises NameError: name 'bux' is not defined\n\nOf «len(box")
    with pytest.raises(build.BuildError, match=told):
        built(NUMBERS.replace("', '.join(box)", "len(bux)"))
    assert not (tmp_path / "sample.ipynb").exists()


def test_a_number_changed_by_hand_is_found(built, tmp_path):
    changed(built(NUMBERS), lambda notebook: notebook.cells[2].update(source="Of 4,568 numbers k and 1522.3 are left."))
    assert "written by hand: cell 2" in build.difference(tmp_path / "sample.md", tmp_path / "sample.ipynb")


@pytest.mark.parametrize(
    ("text", "stored", "equal"),
    [
        ("It has «T.size» numbers.", "It has 45 numbers.", True),
        ("Of «T.size» numbers «n:,» are (3.7)*", "Of 45 numbers 1,797 are (3.7)*", True),
        ("It has «T.size»\nnumbers.", "It has 45\nnumbers.", True),
        ("It has «T.size» numbers.", "It has 45 entries.", False),
        ("It has «T.size» numbers.", "It has  numbers.", False),
        ("It has «T.size» numbers.", "It has 4\n5 numbers.", False),
        ("It has «T.size» numbers (3.7).", "It has 45 numbers (3x7).", False),
        ("```{code-cell}\n'«T.size»'\n```", "```{code-cell}\n'45'\n```", False),
    ],
)
def test_all_but_the_numbers_is_as_the_text_has_it(tmp_path, text, stored, equal):
    written, notebook = tmp_path / "sample.md", tmp_path / "sample.ipynb"
    written.write_text(stored, encoding="utf-8")
    nbformat.write(build.source(written), notebook)
    written.write_text(text, encoding="utf-8")
    assert (build.difference(written, notebook) is None) == equal


# What is written by hand is not lost.


@pytest.fixture
def sample(tmp_path):
    """The notebook of the small text, as the build would write it, without outputs."""
    (tmp_path / "sample.md").write_text(TEXT, encoding="utf-8")
    nbformat.write(build.source(tmp_path / "sample.md"), tmp_path / "sample.ipynb")
    return tmp_path / "sample.ipynb"


def changed(path, done):
    """Do something to a notebook; returns its bytes."""
    notebook = nbformat.read(path, 4)
    done(notebook)
    nbformat.write(notebook, path)
    return path.read_bytes()


def run(notebook):
    notebook.cells[3].update(execution_count=7, outputs=[new_output("stream", text="one\ntwo\n")])
    notebook.cells[2].metadata["collapsed"] = True
    notebook.metadata["language_info"]["version"] = "3.12.1"


def answer(notebook):
    notebook.cells[3].source = notebook.cells[3].source.replace("two", "three")


def add(notebook):
    notebook.cells.insert(1, new_markdown_cell("Here I was lost."))


def turn_into_text(notebook):
    notebook.cells[1] = new_raw_cell(notebook.cells[1].source, id=notebook.cells[1].id)


DONE = {
    "nothing": (lambda notebook: None, None),
    "run": (run, None),
    "emptied": (lambda notebook: notebook.cells[3].update(source=""), None),
    "an empty cell added": (lambda notebook: notebook.cells.append(new_code_cell("")), None),
    "a cell taken out": (lambda notebook: notebook.cells.pop(4), None),
    "a cell moved": (lambda notebook: notebook.cells.insert(0, notebook.cells.pop()), None),
    "answered": (answer, "written by hand: cell 3"),
    "a cell added": (add, "written by hand: cell 1"),
    "answered and added": (lambda notebook: [answer(notebook), add(notebook)], "written by hand: cells 1, 4"),
    "turned into text": (turn_into_text, "written by hand: cell 1"),
}


@pytest.mark.parametrize(("done", "found"), DONE.values(), ids=DONE)
def test_what_is_written_by_hand_is_told_from_what_was_built(sample, done, found):
    changed(sample, done)
    assert by_hand(sample) == found


@pytest.mark.parametrize("content", ["<<<<<<< HEAD\n{}", "{}", "[]", '{"cells": [1]}', "", b"\xff"])
def test_what_is_no_notebook_is_somebodys(sample, content):
    sample.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = sample.read_bytes()
    assert by_hand(sample).startswith("it cannot be read as a notebook")
    with pytest.raises(build.BuildError, match="it cannot be read as a notebook"):
        build.build(sample.with_suffix(".md"), sample)
    assert sample.read_bytes() == before


def test_a_build_leaves_what_was_written_by_hand_and_says_what_to_do(sample):
    before = changed(sample, answer)
    told = re.escape(
        "sample.ipynb is left as it is: written by hand: cell 3. To keep what is yours, move the file to work/"
    )
    with pytest.raises(build.BuildError, match=told):
        build.build(sample.with_suffix(".md"), sample)
    assert sample.read_bytes() == before
    # The tests say the same.
    assert "move the file to work/" in build.difference(sample.with_suffix(".md"), sample)
    assert "git restore notebooks/sample.ipynb" in build.difference(sample.with_suffix(".md"), sample)


def test_a_build_leaves_what_is_written_while_it_runs(sample):
    write = f"import pathlib\n\npathlib.Path({str(sample)!r}).write_text('mine')"
    sample.with_suffix(".md").write_text(f"Words.\n\n```{{code-cell}}\n{write}\n```\n", encoding="utf-8")
    with pytest.raises(build.BuildError, match=r"sample\.ipynb is left as it is"):
        build.build(sample.with_suffix(".md"), sample)
    assert sample.read_text() == "mine"


def test_a_changed_text_is_built_over_a_notebook_that_was_only_run(sample):
    changed(sample, run)
    sample.with_suffix(".md").write_text("Other words.", encoding="utf-8")
    build.build(sample.with_suffix(".md"), sample)
    assert [cell.source for cell in nbformat.read(sample, 4).cells] == ["Other words."]


@pytest.fixture
def copied(sample, tmp_path, monkeypatch):
    """The notebooks' folder and a reader's own, brought once, with signatures in a place of their own."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    assert bring(sample.parent, sample.parent / "work") == []
    return sample, sample.parent / "work" / "sample.ipynb"


def new_edition(sample):
    sample.with_suffix(".md").write_text(TEXT.replace("A picture", "Pictures"), encoding="utf-8")
    nbformat.write(build.source(sample.with_suffix(".md")), sample)
    return sample.read_bytes()


def test_a_copy_stays_as_the_reader_leaves_it(copied):
    sample, copy = copied
    assert copy.read_bytes() == sample.read_bytes()
    for done in (run, answer):
        mine = changed(copy, done)
        assert bring(sample.parent, copy.parent) == []
        assert copy.read_bytes() == mine


def test_a_copy_without_answers_follows_its_notebook(copied):
    sample, copy = copied
    changed(copy, run)
    new = new_edition(sample)
    assert bring(sample.parent, copy.parent) == []
    assert copy.read_bytes() == new


def test_a_copy_with_answers_stays_and_its_reader_is_told_of_a_new_edition(copied):
    sample, copy = copied
    mine, new = changed(copy, answer), new_edition(sample)
    (line,) = bring(sample.parent, copy.parent)
    assert line.startswith(f"{copy} is left as it is (written by hand: cell 3), though its notebook has changed since.")
    assert copy.read_bytes() == mine
    copy.rename(copy.with_stem("mine"))
    assert bring(sample.parent, copy.parent) == []
    assert (copy.read_bytes(), copy.with_stem("mine").read_bytes()) == (new, mine)


def test_a_copy_that_is_no_notebook_stays(copied):
    sample, copy = copied
    copy.write_text("mine")
    assert "it cannot be read as a notebook" in bring(sample.parent, copy.parent)[0]
    assert copy.read_text() == "mine"


def test_what_is_stored_in_a_copy_is_trusted_as_long_as_it_is_ours(copied):
    sample, copy = copied

    def trusted():
        assert bring(sample.parent, copy.parent) == []
        return NotebookNotary().check_signature(nbformat.read(copy, 4))

    assert trusted()
    stranger = nbformat.read(copy, 4)
    stranger.cells[2].outputs = [nbformat.v4.new_output("display_data", {"text/html": "<script>alert()</script>"})]
    nbformat.write(stranger, copy)
    assert by_hand(copy) is None and not trusted()
    new_edition(sample)
    assert trusted()
