"""The report on trust is of one tree: what is measured in part, or of another tree, does not get into it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import figures as written
import pytest
import report

TESTS = Path(__file__).parent
COUNTED = """
import pytest

@pytest.mark.parametrize("n", [1, 2])
def test_counts(n, figures):
    figures["sum"] = figures.get("sum", 0) + n

def test_ends_well(figures):
    assert {ends_well}
"""


@pytest.mark.parametrize(
    ("arguments", "ends_well", "expected"),
    [
        (["tests"], True, 3),
        (["tests/test_counted.py"], True, 3),
        (["tests", "-n", "2", "--dist", "loadfile"], True, 3),
        (["tests", "-k", "counts"], True, None),
        (["tests", "--deselect", "tests/test_counted.py::test_counts[2]"], True, None),
        (["tests/test_counted.py::test_counts"], True, None),
        (["tests", "-x"], False, None),
        (["tests"], False, None),
    ],
    ids=["all", "a file", "in two processes", "-k", "--deselect", "one test", "-x", "red"],
)
def test_only_a_module_that_ran_whole_and_green_writes_its_figures(tmp_path, arguments, ends_well, expected):
    (tmp_path / "tests").mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    for source in (written.__file__, Path(written.__file__).parents[1] / "conftest.py"):
        shutil.copy(source, tmp_path / "tests")
    (tmp_path / "tests/test_counted.py").write_text(COUNTED.format(ends_well=ends_well))
    environment = {name: value for name, value in os.environ.items() if name != "FIGURES"}
    # What runs notebooks is not needed, and takes most of a start.
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "xdist", *arguments]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (run.returncode == 0) == ends_well, run.stdout
    file = tmp_path / ".figures/counted.json"
    assert (json.loads(file.read_text())["sum"] if file.exists() else None) == expected


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of its own for the digest."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "one.py").write_text("1")
    monkeypatch.setattr(written, "ROOT", tmp_path)
    monkeypatch.setattr(written, "FOLDER", tmp_path / ".figures")
    monkeypatch.setattr(report, "ROOT", tmp_path)
    monkeypatch.setattr(written, "STATE", written.state())
    monkeypatch.setattr(written, "TREE", written.digest())
    return tmp_path


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("one.py", False),
        ("two.py", False),
        ("docs/one.md", False),
        (".gitignore", False),
        ("docs/trust.md", True),
        ("work/one.ipynb", True),
        (".venv/one.py", True),
        ("__pycache__/one.pyc", True),
    ],
)
def test_the_tree_is_every_file_of_the_project(project, name, same):
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text("2")
    assert (written.digest() == written.TREE) is same
    written.write("one", {"n": 1})
    assert written.read("one") == {"n": 1, "tree": written.TREE if same else None}


def test_a_report_of_one_tree_says_which(project):
    for part in report.PARTS:
        written.write(part, {})
    assert report.stale() == []


@pytest.mark.parametrize(
    ("part", "spoil", "target"),
    [
        ("oracle", {"tree": "of another day"}, "make test measures"),
        ("mutants", {"tree": None}, "make mutants measures"),
        ("oldest", {}, "make test-oldest measures"),
        ("pages", None, "make break-pages measures"),
    ],
)
def test_figures_of_several_trees_are_not_put_together(project, part, spoil, target):
    for other in report.PARTS:
        written.write(other, {})
    if spoil is None:
        written.file(part).unlink()
    else:
        written.file(part).write_text(json.dumps(spoil))
    with pytest.raises(SystemExit, match=f"There are no figures of {part} for the project as it is now.*{target}"):
        report.main()
    assert not (project / "docs/trust.md").exists()


def test_what_is_amiss_with_the_pages_is_said_and_no_report_written(project):
    for part in report.PARTS:
        written.write(part, {"green": True, "amiss": ["04: the score of its formulas is 96.9%"]})
    with pytest.raises(SystemExit, match="the score of its formulas is"):
        report.main()
    assert not (project / "docs/trust.md").exists()


def test_a_report_says_of_pages_and_formulas_how_much_is_noticed_and_why_not_all():
    breaks = {"explained": {"It means the same.": ["a", "b", "c"]}, "unexplained": {"Nobody knows.": ["d"]}}
    pages = breaks | {"breaks": 3011, "caught": 3000, "refused": 7, "equations": 71, "score": 0.9997}
    formulas = breaks | {"breaks": 2011, "caught": 2000, "refused": 7, "formulas": 90, "score": 0.9795}
    said = report.of_pages(pages | {"formulas": formulas})
    assert "3,011 breaks of the derivations of 71 equations" in said
    assert "2,011 breaks of the LaTeX of 90 formulas" in said
    assert re.findall(r"score is\s(\S+)", said) == ["100.0%", "98.0%"]
    assert said.count("| 3 | It means the same. |") == said.count("| 1 | Nobody knows. |") == 2
