"""The notebooks as files: made from their texts, clean, readable, and with exercises whose solutions are right."""

import ast
import inspect
import re

import build
import nbformat
import pytest
import work
from build import NOTEBOOKS
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from series import PATHS, code_cells, every_notebook, read, said

FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
SOLUTION = re.compile(r"<summary>Solution.*?^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@every_notebook
def test_text_and_notebook_are_equal(path):
    if found := build.difference(NOTEBOOKS / "text" / f"{path.stem}.md", path):
        pytest.fail(found)


def test_every_text_has_its_notebook():
    assert [text.stem for text in sorted(NOTEBOOKS.glob("text/*.md"))] == [path.stem for path in PATHS]


@every_notebook
def test_outputs_are_complete_and_clean(path):
    # A cell without a count is one whose output nobody compares.
    assert [cell.execution_count for cell in code_cells(path)] == list(range(1, len(code_cells(path)) + 1))
    for cell in code_cells(path):
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", cell.source
            assert build.WIDGET_VIEW not in output.get("data", {}), cell.source


@every_notebook
def test_cells_are_short_and_prose_leads(path):
    for cell in code_cells(path):
        assert len(cell.source.splitlines()) <= 20, cell.source
    prose = " ".join(FENCED.sub("", cell.source) for cell in read(path).cells if cell.cell_type == "markdown")
    code = " ".join(cell.source for cell in code_cells(path))
    assert len(prose.split()) > len(code.split())


@every_notebook
def test_cells_leave_plots_and_widgets_to_the_package(path):
    for cell in code_cells(path):
        for node in ast.walk(ast.parse(cell.source)):
            modules = [node.module] if isinstance(node, ast.ImportFrom) else []
            modules += [name.name for name in node.names] if isinstance(node, ast.Import) else []
            assert not {module.partition(".")[0] for module in modules} & {"matplotlib", "ipywidgets"}, cell.source


# An exercise is a folded solution and, in the next cell, the reader's own answer, `...` until there is one, and a call
# answer("5.A", theirs, expected) that says whether it is right.


@every_notebook
def test_exercises_wait_for_the_reader(path):
    assert [label for label, _, _ in exercises(path)] == [f"{int(path.stem[:2])}.{letter}" for letter in "ABC"]
    for label, _, cell in exercises(path):
        assert said(cell) == f"{label}: not tried yet\n"


@every_notebook
def test_solutions_are_right_and_wrong_answers_are_not(path):
    made, trials = new_notebook(cells=[new_code_cell(inspect.getsource(wrong))]), []
    for cell in code_cells(path):
        made.cells.append(new_code_cell(cell.source))
        for label, solution, checker in exercises(path):
            if checker is not cell:
                continue
            theirs, checking = split(checker.source)
            for answer in (None, *theirs):
                spoil = f"{answer} = wrong({answer})" if answer else ""
                made.cells += [new_code_cell(solution), new_code_cell(f"{spoil}\n{checking}")]
                trials.append((label, answer, made.cells[-1]))
    NotebookClient(
        made, coalesce_streams=True, allow_errors=True, resources={"metadata": {"path": NOTEBOOKS}}
    ).execute()
    for label, answer, cell in trials:
        if answer is None:
            assert said(cell) == f"{label}: right\n", f"the solution of {label}: {cell.outputs}"
        else:
            refused = said(cell).startswith(f"{label}: not yet") or cell.outputs[-1].output_type == "error"
            assert refused, f"{label} takes a wrong {answer}: {cell.outputs}"


def exercises(path):
    """The exercises of a notebook: label, solution and the cell that checks the reader's answer."""
    found = []
    for above, cell in zip(read(path).cells, read(path).cells[1:], strict=False):
        if cell.cell_type == "code" and (label := asked(cell.source)):
            solutions = SOLUTION.findall(above.source) if above.cell_type == "markdown" else []
            assert len(solutions) == 1, f"the cell above {label} holds {len(solutions)} solutions; it needs one"
            found.append((label, solutions[0], cell))
    return found


def asked(source):
    """The label of the exercise that a cell checks, or None."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "answer":
            return ast.literal_eval(node.args[0])
    return None


def split(source):
    """The names that a cell leaves to the reader, and the rest of the cell."""
    tree = ast.parse(source)
    left = [node for node in tree.body if isinstance(node, ast.Assign) and getattr(node.value, "value", None) is ...]
    rest = ast.unparse(ast.Module([node for node in tree.body if node not in left], type_ignores=[]))
    names = [
        name.id for node in left for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)
    ]
    assert names, f"nothing is left to the reader here:\n{source}"
    return names, rest


def wrong(value):
    """An answer like the one given, and wrong."""
    if callable(value):
        return lambda *given, **named: wrong(value(*given, **named))
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return value + "?"
    if isinstance(value, (tuple, list)):
        return value[::-1] if value[::-1] != value else value + value[:1]
    return value + 1


# The build itself, on a small text.

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


# What a reader writes is not lost.


@pytest.fixture
def sample(tmp_path):
    """The notebook of the small text, as the build would write it, without outputs."""
    (tmp_path / "sample.md").write_text(TEXT, encoding="utf-8")
    nbformat.write(build.source(tmp_path / "sample.md"), tmp_path / "sample.ipynb")
    return tmp_path / "sample.ipynb"


def run(notebook):
    notebook.cells[3].update(execution_count=7, outputs=[new_output("stream", text="one\ntwo\n")])
    notebook.cells[2].metadata["collapsed"] = True
    notebook.metadata["language_info"]["version"] = "3.12.1"


def answer(notebook):
    notebook.cells[3].source = notebook.cells[3].source.replace("two", "three")


def empty(notebook):
    notebook.cells[3].source = ""


def add(notebook):
    notebook.cells.insert(1, new_markdown_cell("Here I was lost."))


def add_an_empty_one(notebook):
    notebook.cells.append(new_code_cell(""))


def take_out(notebook):
    del notebook.cells[4]


def move(notebook):
    notebook.cells.insert(0, notebook.cells.pop())


def turn_into_text(notebook):
    notebook.cells[1].cell_type = "raw"
    del notebook.cells[1]["outputs"], notebook.cells[1]["execution_count"]


@pytest.mark.parametrize(
    ("done", "found"),
    [
        (lambda notebook: None, None),
        (run, None),
        (empty, None),
        (add_an_empty_one, None),
        (take_out, None),
        (move, None),
        (answer, "written by hand: cell 3"),
        (add, "written by hand: cell 1"),
        (lambda notebook: [answer(notebook), add(notebook)], "written by hand: cells 1, 4"),
        (turn_into_text, "written by hand: cell 1"),
    ],
)
def test_what_is_written_by_hand_is_told_from_what_was_built(sample, done, found):
    notebook = nbformat.read(sample, 4)
    done(notebook)
    nbformat.write(notebook, sample)
    assert work.by_hand(sample) == found


@pytest.mark.parametrize("content", ["<<<<<<< HEAD\n{}", "{}", "[]", '{"cells": [1]}', "", b"\xff"])
def test_what_is_no_notebook_is_somebodys(sample, content):
    sample.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = sample.read_bytes()
    assert work.by_hand(sample).startswith("it cannot be read as a notebook")
    with pytest.raises(build.BuildError, match="it cannot be read as a notebook"):
        build.build(sample.with_suffix(".md"), sample)
    assert sample.read_bytes() == before


def test_a_build_leaves_what_was_written_by_hand_and_says_what_to_do(sample):
    notebook = nbformat.read(sample, 4)
    answer(notebook)
    nbformat.write(notebook, sample)
    before = sample.read_bytes()
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
    notebook = nbformat.read(sample, 4)
    run(notebook)
    nbformat.write(notebook, sample)
    sample.with_suffix(".md").write_text("Other words.", encoding="utf-8")
    build.build(sample.with_suffix(".md"), sample)
    assert [cell.source for cell in nbformat.read(sample, 4).cells] == ["Other words."]


@every_notebook
def test_an_answer_in_any_notebook_is_seen(path, tmp_path):
    notebook = nbformat.read(path, 4)
    for _, _, cell in exercises(path):
        (mine,) = (other for other in notebook.cells if other.id == cell.id)
        mine.source = mine.source.replace("...", "42", 1)
    nbformat.write(notebook, tmp_path / path.name)
    assert len(re.findall(r"\d+", work.by_hand(tmp_path / path.name))) == 3


@pytest.fixture
def copied(sample):
    """The notebooks' folder and a reader's own, brought once."""
    assert work.bring(sample.parent, sample.parent / "work") == []
    return sample, sample.parent / "work" / "sample.ipynb"


def changed(path, done):
    notebook = nbformat.read(path, 4)
    done(notebook)
    nbformat.write(notebook, path)
    return path.read_bytes()


def new_edition(sample):
    sample.with_suffix(".md").write_text(TEXT.replace("A picture", "Pictures"), encoding="utf-8")
    nbformat.write(build.source(sample.with_suffix(".md")), sample)
    return sample.read_bytes()


def test_a_copy_stays_as_the_reader_leaves_it(copied):
    sample, copy = copied
    assert copy.read_bytes() == sample.read_bytes()
    for done in (run, answer):
        mine = changed(copy, done)
        assert work.bring(sample.parent, copy.parent) == []
        assert copy.read_bytes() == mine


def test_a_copy_without_answers_follows_its_notebook(copied):
    sample, copy = copied
    changed(copy, run)
    new = new_edition(sample)
    assert work.bring(sample.parent, copy.parent) == []
    assert copy.read_bytes() == new


def test_a_copy_with_answers_stays_and_its_reader_is_told_of_a_new_edition(copied):
    sample, copy = copied
    mine, new = changed(copy, answer), new_edition(sample)
    (line,) = work.bring(sample.parent, copy.parent)
    assert line.startswith(f"{copy} is left as it is (written by hand: cell 3), though its notebook has changed since.")
    assert copy.read_bytes() == mine
    copy.rename(copy.with_stem("mine"))
    assert work.bring(sample.parent, copy.parent) == []
    assert (copy.read_bytes(), copy.with_stem("mine").read_bytes()) == (new, mine)


def test_a_copy_that_is_no_notebook_stays(copied):
    sample, copy = copied
    copy.write_text("mine")
    assert "it cannot be read as a notebook" in work.bring(sample.parent, copy.parent)[0]
    assert copy.read_text() == "mine"


def test_a_missing_partner_is_a_difference(tmp_path):
    assert build.difference(tmp_path / "sample.md", tmp_path / "sample.ipynb") == "there is no sample.md"
