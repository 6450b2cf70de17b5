"""The exercises of the series as assignments: python deploy/assignments.py FOLDER [NOTEBOOK ...]

Of each notebook, and of a page of ``practice``, an instructor's version for nbgrader, in FOLDER/nbgrader/source, and
one for otter-grader, in FOLDER/otter: the notebook as it is, with every exercise as a cell to fill in, its solution
between the marks at which the tool cuts it out, and a test that students do not see. What is right is written into the
test as numbers, so that it hangs on nothing in a student's notebook; only a formula is judged by what the notebook has
drawn.

Neither tool is a sandbox: a student's code runs as the grader's. The test reads the judge anew, so that a notebook
which has put another one in its place gains nothing.
"""

import ast
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from nn_notes.practice import KINDS, exercise

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
SOLUTION = re.compile(r"\n*<details><summary>Solution.*?</details>\n*", re.DOTALL)
CODE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)

# In the kernel: what is expected, as a literal; nothing of what is no array, text or dict of arrays.
FREEZE = """
def _frozen(expected):
    import numpy
    if isinstance(expected, dict):
        return {name: _frozen(a) for name, a in expected.items()}
    return expected if isinstance(expected, str) or hasattr(expected, "verdict") else numpy.asarray(expected).tolist()
"""

TEST = """\
from importlib import reload
import nn_notes.checks
{after}
said = reload(nn_notes.checks).verdict({yours}, {expected}, tolerance={tolerance})
assert said.startswith("right"), said
"""

CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "nn_notes"
c.ClearSolutions.code_stub = {"python": "# Your answer here."}
# What does not end is interrupted, and the cells after it are still run.
c.ExecutePreprocessor.timeout = 60
c.ExecutePreprocessor.interrupt_on_timeout = True
"""


class Exercise:
    """A cell that asks for an answer, taken apart.

    ``label`` and ``name`` say which it is; ``setup`` is what stands there before the answer, ``left`` the lines that
    are left to the reader, ``after`` what is made of the answer, and ``yours``, ``expected`` and ``tolerance`` what the
    call of ``answer`` compares.
    """

    def __init__(self, cell, solution):
        *body, last = ast.parse(cell.source).body
        call = last.value
        self.label, self.solution = ast.literal_eval(call.args[0]), solution
        self.name = f"exercise_{self.label.replace('.', '_')}"
        self.yours, self.expected = map(ast.unparse, call.args[1:3])
        self.tolerance = next((ast.unparse(k.value) for k in call.keywords if k.arg == "tolerance"), "1e-6")
        left = [node for node in body if isinstance(node, ast.Assign) and getattr(node.value, "value", None) is ...]
        names = {target.id for node in left for target in node.targets}
        after = [node for node in body if node not in left and names & _used(node)]
        lines = cell.source.splitlines()

        def text(nodes):
            return "\n".join(line for node in nodes for line in lines[node.lineno - 1 : node.end_lineno])

        self.left, self.after = text(left), text(after)
        taken = {n for node in (*left, *after, last) for n in range(node.lineno - 1, node.end_lineno)}
        self.setup = "\n".join(line for n, line in enumerate(lines) if n not in taken).strip()

    def test(self, expected):
        return TEST.format(after=self.after, yours=self.yours, expected=expected, tolerance=self.tolerance)


def _used(tree):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def exercises(notebook):
    """Of each cell that asks for an answer, by its place: the exercise, whose solution stands in the cell above."""
    found = {}
    for n, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and re.search(r"^answer\(", cell.source, re.MULTILINE):
            (solution,) = SOLUTION.findall(notebook.cells[n - 1].source)
            found[n] = Exercise(cell, "\n".join(CODE.findall(solution)).strip())
    return found


def frozen(notebook, asked):
    """What each exercise expects, by its place, as Python text: numbers where there are some."""
    cells = [new_code_cell(FREEZE)]
    for n, cell in enumerate(notebook.cells):
        if n in asked:
            one = asked[n]
            cells.append(
                new_code_cell(f"{one.setup}\n{one.solution}\n{one.after}\nprint(repr(_frozen({one.expected})))")
            )
        elif cell.cell_type == "code":
            cells.append(new_code_cell(cell.source))
    made = new_notebook(cells=cells, metadata=notebook.metadata)
    NotebookClient(made, timeout=600, resources={"metadata": {"path": NOTEBOOKS}}).execute()
    printed = {cell.source: cell.outputs for cell in made.cells}
    texts = {}
    for n, one in asked.items():
        (outputs,) = (out for source, out in printed.items() if source.endswith(f"_frozen({one.expected})))"))
        text = outputs[-1].text.strip().splitlines()[-1]
        # A goal is an object, and its name is all there is to write.
        texts[n] = one.expected if text.startswith("<") else repr(ast.literal_eval(text))
    return texts


def practice(seed=1):
    """One exercise of each kind, as a notebook like the others."""
    cells = [
        new_markdown_cell(
            "# Practice\n\nGive a dict to each, with what is asked for by the names that stand above it."
        ),
        new_code_cell("import numpy as np\nfrom nn_notes import answer"),
    ]
    for n, kind in enumerate(KINDS, start=1):
        one = exercise(kind, seed)
        found = repr({name: a.tolist() for name, a in one.solution.items()})
        form = "\n".join(f"# {line}" for line in one.form().splitlines())
        solution = f"<details><summary>Solution</summary>\n\n```python\n{kind} = {found}\n```\n\n</details>"
        cells += [
            new_markdown_cell(f"**P.{n}** {one.html()}\n\n{solution}"),
            new_code_cell(f'{form}\n{kind} = ...\nanswer("P.{n}", {kind}, {found})'),
        ]
    return new_notebook(cells=cells, metadata={"kernelspec": {"display_name": "Python 3", "name": "python3"}})


def without_solution(cell):
    """The task, without what gives it away."""
    return new_markdown_cell(SOLUTION.sub("\n", cell.source), id=cell.id)


def for_nbgrader(notebook, asked, expected):
    cells = []
    for n, cell in enumerate(notebook.cells):
        if n not in asked:
            cells.append(without_solution(cell) if n + 1 in asked else cell)
            continue
        one = asked[n]
        given = f"{one.setup}\n\n{one.left}".strip()
        answer = f"{given}\n### BEGIN SOLUTION\n{one.solution}\n### END SOLUTION"
        test = f"# {one.label} is graded here.\n### BEGIN HIDDEN TESTS\n{one.test(expected[n])}### END HIDDEN TESTS"
        cells += [
            graded(answer, f"{one.name}_answer", solution=True, grade=False),
            graded(test, one.name, solution=False, grade=True),
        ]
    return new_notebook(cells=cells, metadata=notebook.metadata)


def graded(source, name, solution, grade):
    marks = {
        "grade_id": name,
        "solution": solution,
        "grade": grade,
        "locked": grade,
        "schema_version": 3,
        "task": False,
    }
    return new_code_cell(
        source, id=name.replace("_", "-"), metadata={"nbgrader": marks | ({"points": 1} if grade else {})}
    )


def for_otter(notebook, asked, expected):
    cells = [new_raw_cell("# ASSIGNMENT CONFIG\ninit_cell: false\nexport_cell: false\ncheck_all_cell: false")]
    for n, cell in enumerate(notebook.cells):
        if n + 1 in asked:
            name = asked[n + 1].name
            cells += [new_raw_cell(f"# BEGIN QUESTION\nname: {name}\npoints: 1"), without_solution(cell)]
        elif n not in asked:
            cells.append(cell)
        else:
            one = asked[n]
            prompt = f'""" # BEGIN PROMPT\n{one.left}\n""" # END PROMPT'
            answer = f"{one.setup}\n# BEGIN SOLUTION\n{one.solution}\n# END SOLUTION\n{prompt}".strip()
            for part in ("# BEGIN SOLUTION", answer, "# END SOLUTION", "# BEGIN TESTS"):
                cells.append(new_code_cell(part) if part is answer else new_raw_cell(part))
            cells.append(new_code_cell(f"# HIDDEN\n{one.test(expected[n])}"))
            cells += [new_raw_cell("# END TESTS"), new_raw_cell("# END QUESTION")]
    return new_notebook(cells=cells, metadata=notebook.metadata)


def main(folder, *names):
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        sys.exit(f"{folder} is not empty; nothing was written")
    (folder / "nbgrader").mkdir(parents=True)
    (folder / "nbgrader/nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    made = {path.stem: nbformat.read(path, 4) for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))}
    made["practice"] = practice()
    if unknown := {*names} - made.keys():
        sys.exit(f"there is no {min(unknown)}; there are {', '.join(made)}")
    for name in names or made:
        notebook, asked = made[name], exercises(made[name])
        expected = frozen(notebook, asked)
        for cell in notebook.cells:
            cell.update({"outputs": [], "execution_count": None} if cell.cell_type == "code" else {})
        for place, version in (("nbgrader/source", for_nbgrader), ("otter", for_otter)):
            file = folder / place / name / f"{name}.ipynb"
            file.parent.mkdir(parents=True)
            nbformat.write(version(notebook, asked, expected), file)
        print(f"{name}: {len(asked)} exercises", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
