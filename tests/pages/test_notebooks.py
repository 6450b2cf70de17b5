"""The notebooks as files: equal to their texts, clean, readable, and with exercises whose solutions are right."""

import ast
import inspect
import re

import build
import nbformat
import pytest
from build import NOTEBOOKS
from equations import said
from kernels import LOOPBACK_ONLY
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from series import INDEX, PATHS, code_cells, each_and_the_index, every_notebook, exercises, read

from nn_notes.lab import by_hand

FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@each_and_the_index
def test_text_and_notebook_are_equal(path):
    if found := build.difference(NOTEBOOKS / "text" / f"{path.stem}.md", path):
        pytest.fail(found)


def test_every_text_has_its_notebook():
    assert [text.stem for text in sorted(NOTEBOOKS.glob("text/*.md"))] == [path.stem for path in [*PATHS, INDEX]]


@each_and_the_index
def test_outputs_are_complete_and_clean(path):
    # A cell without a count is one whose output nobody compares.
    assert [cell.execution_count for cell in code_cells(path)] == list(range(1, len(code_cells(path)) + 1))
    for cell in code_cells(path):
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", cell.source
            assert build.WIDGET_VIEW not in output.get("data", {}), cell.source


@each_and_the_index
def test_cells_are_short_and_prose_leads(path):
    for cell in code_cells(path):
        assert len(cell.source.splitlines()) <= 20, cell.source
    prose = " ".join(FENCED.sub("", cell.source) for cell in read(path).cells if cell.cell_type == "markdown")
    code = " ".join(cell.source for cell in code_cells(path))
    assert len(prose.split()) > len(code.split())


@each_and_the_index
def test_only_a_last_line_shows_what_it_makes(path):
    """Above it `show(…)`, a picture or a bare name makes something, and nobody sees it."""
    for cell in code_cells(path):
        for node in ast.parse(cell.source).body[:-1]:
            if isinstance(node, ast.Expr):
                assert not isinstance(node.value, ast.Name | ast.BinOp | ast.Tuple), cell.source
                called = ast.unparse(node.value.func) if isinstance(node.value, ast.Call) else ""
                assert called not in {"show", "source", "picture"} and not called.endswith(".view"), cell.source


@each_and_the_index
def test_no_output_is_a_bare_object(path):
    """A last line that happens to have a value, such as a text of matplotlib's, shows its repr to everybody."""
    for cell in code_cells(path):
        for output in cell.outputs:
            assert output.output_type != "execute_result" or {*output.data} != {"text/plain"}, cell.source


@each_and_the_index
def test_cells_leave_plots_and_widgets_to_the_package(path):
    for cell in code_cells(path):
        for node in ast.walk(ast.parse(cell.source)):
            modules = [node.module] if isinstance(node, ast.ImportFrom) else []
            modules += [name.name for name in node.names] if isinstance(node, ast.Import) else []
            assert not {module.partition(".")[0] for module in modules} & {"matplotlib", "ipywidgets"}, cell.source


@each_and_the_index
def test_what_is_imported_is_not_made_anew(path):
    """A page of the book runs what a cell needs, by names: one that is a function and then an array misleads it."""
    nodes = [node for cell in code_cells(path) for node in ast.walk(ast.parse(cell.source))]
    imported = {
        name.asname or name.name for n in nodes if isinstance(n, ast.Import | ast.ImportFrom) for name in n.names
    }
    made = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    made |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assert imported & made == set()


@each_and_the_index
def test_a_notebook_opened_alone_gets_the_package_first(path):
    first = code_cells(path)[0]
    assert "alone" in first.metadata["tags"] and first.metadata["jupyter"]["source_hidden"]
    assert first.source == code_cells(PATHS[0])[0].source and not first.outputs


WITHOUT = """
import sys
sys.path.remove({root!r})
get_ipython().register_magic_function(lambda line: print("pip:", line), magic_name="pip")
"""


def test_what_gets_the_package_does_so_only_where_it_is_missing():
    alone = code_cells(PATHS[0])[0].source
    without = WITHOUT.format(root=str(NOTEBOOKS.parent))
    made = run(new_notebook(cells=[new_code_cell(code) for code in (without, alone, "import nn_notes")]))
    assert said(made.cells[1]) == "pip: install --quiet nn_notes\n"
    assert errors(made.cells[2])[0].ename == "ModuleNotFoundError"
    with_it = run(new_notebook(cells=[new_code_cell(alone)]))
    assert not with_it.cells[0].outputs


# An OSError might be taken for a network that is down; nothing takes this for anything but what it is.
REFUSE = LOOPBACK_ONLY.replace("OSError", "RuntimeError")
# nbval has pictures drawn.
UNDRAWN = "from nn_notes import plots\nplots.picture = lambda figure, words: None"


def errors(cell):
    return [output for output in cell.outputs if output.output_type == "error"]


def test_the_network_is_refused():
    ask = "import socket\nsocket.create_connection(('192.0.2.1', 80))"
    made = new_notebook(cells=[new_code_cell(REFUSE), new_code_cell(ask)])
    (error,) = [error for cell in run(made).cells for error in errors(cell)]
    assert error.ename == "RuntimeError" and error.evalue.startswith("the network is down")


# Pages whose last exercise is a formula, on a blackboard.
DERIVED = {"02", "03", "04", "07"}
# An exercise is a folded solution and, in the next cell, the reader's own answer, `...` until there is one, and a call
# answer("5.A", theirs, expected) that says whether it is right.


@every_notebook
def test_exercises_wait_for_the_reader(path):
    page = path.stem[:2]
    letters = "ABCD" if page in DERIVED else "ABC"
    assert [label for label, _, _ in exercises(path)] == [f"{int(page)}.{letter}" for letter in letters]
    for label, _, cell in exercises(path):
        assert said(cell) == f"{label}: not tried yet\n"


@every_notebook
def test_solutions_are_right_wrong_answers_are_not_and_nothing_is_fetched(path):
    before = (REFUSE, UNDRAWN, inspect.getsource(wrong))
    made, trials = new_notebook(cells=[*map(new_code_cell, before)]), []
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
    run(made)
    assert [cell.execution_count for cell in made.cells] == [*range(1, len(made.cells) + 1)]
    spoilt = {cell.id for _, answer, cell in trials if answer}
    assert not [errors(cell) for cell in made.cells if errors(cell) and cell.id not in spoilt]
    for label, answer, cell in trials:
        if answer is None:
            assert re.match(rf"{label}: right(: it holds on \d+ examples, .*)?\n", said(cell)), (
                f"the solution of {label}: {cell.outputs}"
            )
        else:
            refused = said(cell).startswith(f"{label}: not yet") or errors(cell)
            assert refused, f"{label} takes a wrong {answer}: {cell.outputs}"


def run(notebook):
    """The notebook, run to its end whatever its cells raise."""
    where = {"metadata": {"path": NOTEBOOKS}}
    return NotebookClient(notebook, coalesce_streams=True, allow_errors=True, resources=where).execute()


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


@every_notebook
def test_an_answer_in_any_notebook_is_seen(path, tmp_path):
    notebook = nbformat.read(path, 4)
    for _, _, cell in exercises(path):
        (mine,) = (other for other in notebook.cells if other.id == cell.id)
        mine.source = mine.source.replace("...", "42", 1)
    nbformat.write(notebook, tmp_path / path.name)
    assert len(re.findall(r"\d+", by_hand(tmp_path / path.name))) == len(exercises(path))
