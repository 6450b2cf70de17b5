"""The exercises as assignments, graded by the real tools: right, wrong, missing and malicious answers."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".venv/graders/bin"
sys.path.insert(0, str(ROOT / "deploy"))

import assignments  # noqa: E402

# It has an exercise whose answer is a number, one with an array, and one with a formula; the other has dicts.
NAMES = "02_jacobians", "practice"
EVERY = [*sorted(path.stem for path in assignments.NOTEBOOKS.glob("[0-9]*.ipynb")), "practice"]
JUDGE = "import nn_notes.checks\nnn_notes.checks.verdict = lambda *a, **k: 'right'\n"


def spoilt(one):
    """An answer like the right one, and wrong."""
    if "letters" in one.yours:
        return f'{one.yours} = "F W"'
    off = f"{{}} if isinstance({one.yours}, dict) else numpy.add({one.yours}, 1)"
    return f"{one.solution}\nimport numpy\n{one.yours} = {off}"


# Of each student what is written into every answer, and what of the points it is worth.
STUDENTS = {
    "right": (lambda one: one.solution, 1),
    "wrong": (spoilt, 0),
    "missing": (lambda one: "", 0),
    "a judge of one's own": (lambda one: f"{JUDGE}answer = verdict = lambda *a, **k: 'right'\n{one.yours} = 0", 0),
    "what is equal to all": (
        lambda one: f"class Any:\n    __eq__ = lambda self, o: True\n    startswith = __eq__\n{one.yours} = Any()", 0
    ),
    "what raises when it is looked at": (
        lambda one: f"class Bad:\n    def __array__(self, *a, **k): raise SystemExit\n{one.yours} = Bad()", 0
    ),
    "an end of the kernel": (lambda one: f"{JUDGE}raise SystemExit", 0),
    "no end": (lambda one: "while True: pass" if one.label in ("2.A", "P.1") else one.solution, None),
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder of the instructor's versions, of every notebook: each of its exercises is solved as it is made."""
    folder = tmp_path_factory.mktemp("made") / "assignments"
    assignments.main(folder)
    return folder


def asked(name):
    notebook = (
        assignments.practice() if name == "practice" else nbformat.read(assignments.NOTEBOOKS / f"{name}.ipynb", 4)
    )
    return [*assignments.exercises(notebook).values()]


def run(*command, cwd):
    environment = os.environ | {"PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}
    said = subprocess.run(list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True)
    return said.returncode, said.stdout + said.stderr


def nothing_is_given_away(notebook, exercises):
    text = "\n".join(cell.source for cell in notebook.cells)
    assert "verdict(" not in text and "<summary>Solution" not in text
    for one in exercises:
        assert one.left in text and one.solution not in text


def filled(notebook, exercises, make):
    """A student's notebook: each answer below the line that was left to it."""
    for one in exercises:
        (cell,) = (c for c in notebook.cells if c.cell_type == "code" and one.left in c.source.splitlines())
        cell.source += f"\n{make(one)}"
    return notebook


@pytest.mark.parametrize("name", EVERY)
def test_a_solution_passes_the_test_that_was_made_of_it(made, name):
    notebook = nbformat.read(made / f"nbgrader/source/{name}/{name}.ipynb", 4)
    tests = [cell.source for cell in notebook.cells if "BEGIN HIDDEN TESTS" in cell.source]
    assert len(tests) == len(asked(name)) > 0
    # As a grader does it, and not in the folder of the notebooks.
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": made}}).execute()


@pytest.mark.parametrize("name", NAMES)
def test_nbgrader_gives_each_student_the_points_of_the_answers(made, tmp_path, name):
    course, exercises = tmp_path / "course", asked(name)
    shutil.copytree(made / "nbgrader", course)
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8").replace("timeout = 60", "timeout = 10"), encoding="utf-8")
    code, said = run("nbgrader", "generate_assignment", name, cwd=course)
    assert code == 0, said
    released = course / "release" / name / f"{name}.ipynb"
    nothing_is_given_away(nbformat.read(released, 4), exercises)
    for student, (make, _) in STUDENTS.items():
        file = course / "submitted" / student.replace(" ", "_").replace("'", "") / name / f"{name}.ipynb"
        file.parent.mkdir(parents=True)
        nbformat.write(filled(nbformat.read(released, 4), exercises, make), file)
    code, said = run("nbgrader", "autograde", name, cwd=course)
    assert code == 0, said[-3000:]
    with sqlite3.connect(course / "gradebook.db") as book:
        rows = book.execute(
            "select a.student_id, sum(g.auto_score), count(*) from submitted_assignment a "
            "join submitted_notebook n on n.assignment_id = a.id join grade g on g.notebook_id = n.id group by 1"
        ).fetchall()
    found = {student: (score, count) for student, score, count in rows}
    assert len(found) == len(STUDENTS)
    for student, (_, share) in STUDENTS.items():
        score, count = found[student.replace(" ", "_").replace("'", "")]
        assert count == len(exercises)
        # Who lets one answer run without an end loses that one alone.
        assert score == (len(exercises) - 1 if share is None else share * len(exercises)), student


@pytest.mark.parametrize("student", ["right", "wrong", "missing", "a judge of one's own"])
def test_otter_gives_each_student_the_points_of_the_answers(made, tmp_path, student):
    name, (make, share) = NAMES[0], STUDENTS[student]
    exercises = asked(name)
    code, said = run("otter", "assign", made / f"otter/{name}/{name}.ipynb", tmp_path / "dist", cwd=tmp_path)
    assert code == 0, said
    handed_out = nbformat.read(tmp_path / f"dist/student/{name}.ipynb", 4)
    nothing_is_given_away(handed_out, exercises)
    nbformat.write(filled(handed_out, exercises, make), tmp_path / "theirs.ipynb")
    (grader,) = (tmp_path / "dist/autograder").glob("*.zip")
    code, said = run("otter", "run", "-a", grader, "-o", tmp_path, "theirs.ipynb", cwd=tmp_path)
    assert code == 0, said
    tests = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["tests"]
    scores = [test["score"] for test in tests if test["name"].startswith("exercise_")]
    assert scores == [share] * len(exercises)
