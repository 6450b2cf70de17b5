"""The command that brings a reader his own copies: what it says, and what it leaves alone."""

import subprocess
import sys

import pytest

from nn_notes.lab import main

WITHOUT = "import sys; sys.modules['jupyterlab.labapp'] = None; from nn_notes.lab import main; main({})"


def test_help_names_the_folder(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0 and "--dir" in said and "--no-browser" in said


def test_a_file_where_the_folder_should_be_is_said(tmp_path, capsys):
    (tmp_path / "here").write_text("mine")
    with pytest.raises(SystemExit):
        main(["--dir", str(tmp_path / "here")])
    assert "here, which is a file; it needs a folder" in capsys.readouterr().err
    assert (tmp_path / "here").read_text() == "mine"


def test_without_jupyterlab_it_says_how_to_get_it_and_makes_nothing(tmp_path):
    command = [sys.executable, "-c", WITHOUT.format("[]")]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert said.returncode == 2 and 'uvx "nn-notes[lab]"' in said.stderr
    assert not [*tmp_path.iterdir()]
