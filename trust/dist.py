"""The package as others install it: python trust/dist.py

Builds dist/ anew, has twine look it over, and installs the wheel, and what is built from the sdist, each alone into an
empty environment, where ``import nn_notes`` works without any tool of the lab. The tools to build with are in .dist.

Then the one command of a reader who has no checkout: from an empty folder, ``uvx "nn-notes[lab]"`` brings the notebooks
and serves the first of them; started again, it leaves what was written; ended, it leaves the notebooks alone behind.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

ROOT = Path(__file__).parents[1]
sys.path += [str(ROOT / "tests/support"), str(ROOT / "notebooks")]

from served import answer_of, wait_for  # noqa: E402

PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet", "install")
IMPORT = """
import importlib.metadata, sys, nn_notes
assert "site-packages" in nn_notes.__file__, nn_notes.__file__
assert importlib.metadata.version("nn_notes") == nn_notes.__version__
tools = {"jupyterlab", "jupyter_server", "nbclient", "jupytext", "pytest"}
installed = {d.name.lower().replace("-", "_") for d in importlib.metadata.distributions()}
assert not tools & installed, tools & installed
shown = {"matplotlib", "anywidget", "ipywidgets", "traitlets"}
assert shown - {"traitlets"} <= installed, installed
assert not shown & set(sys.modules), shown & set(sys.modules)
"""


def run(*command):
    subprocess.run([str(part) for part in command], check=True)


def environment(folder):
    run(sys.executable, "-m", "venv", "--clear", folder)
    return folder / "bin/python"


def main():
    rmtree(ROOT / "dist", ignore_errors=True)
    python = environment(ROOT / ".dist")
    run(python, *PIP, "build", "twine", "uv")
    run(python, "-m", "build", "--outdir", ROOT / "dist", ROOT)
    built = sorted((ROOT / "dist").iterdir())
    run(python, "-m", "twine", "check", "--strict", *built)
    for file in built:
        with tempfile.TemporaryDirectory() as home:
            alone = environment(Path(home) / "alone")
            run(alone, *PIP, file)
            run(alone, "-I", "-c", IMPORT)
        print(f"{file.name} installs alone, and nn_notes is imported", flush=True)
    one_command([python.with_name("uvx"), "--from", f"nn_notes[lab] @ {built[-1].as_uri()}", "nn-notes"])
    print('uvx "nn-notes[lab]" serves the notebooks', flush=True)


def one_command(command):
    """What a new reader types, twice, in an empty folder."""
    with tempfile.TemporaryDirectory() as home:
        home = Path(home)
        with served(command, home) as address:
            # It names its address a moment before it listens.
            assert "JupyterLab" in wait_for(lambda: answer_of(address)).read().decode()
        names = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
        assert {path.name for path in home.iterdir()} == {"nn-notes"}
        assert names < {path.name for path in (home / "nn-notes").iterdir()}
        written = home / "nn-notes/01_single_layer.ipynb"
        notebook = json.loads(written.read_text(encoding="utf-8"))
        notebook["cells"][1]["source"] = "mine"
        written.write_text(json.dumps(notebook), encoding="utf-8")
        with served(command, home):
            assert json.loads(written.read_text(encoding="utf-8"))["cells"][1]["source"] == "mine"


@contextmanager
def served(command, home):
    """What it serves first, as long as that is looked at; then it is ended as a terminal does it."""
    options = ["--no-browser", "--port=0", "--allow-root"]
    process = subprocess.Popen(
        [*map(str, command), *options], cwd=home, text=True, start_new_session=True, stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE, env=os.environ | {"TMPDIR": str(home.parent)},
    )  # fmt: skip
    try:
        said = ""
        for line in process.stdout:
            said += line
            if found := re.search(r"http://\S+/lab/\S+", line):
                yield found[0]
                break
        else:
            raise AssertionError(said)
    finally:
        # Twice, as Jupyter asks whether it is meant.
        for _ in range(2):
            os.killpg(process.pid, signal.SIGINT)
        process.stdout.read()
        assert process.wait(timeout=60) is not None


if __name__ == "__main__":
    main()
