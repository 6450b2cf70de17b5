"""The package as others install it: python trust/dist.py

Builds dist/ anew, has twine look it over, and installs the wheel, and what is built from the sdist, each alone into an
empty environment, where ``import nn_notes`` works without any tool of the lab. The tools to build with are in .dist.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import rmtree

ROOT = Path(__file__).parents[1]
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
    run(python, *PIP, "build", "twine")
    run(python, "-m", "build", "--outdir", ROOT / "dist", ROOT)
    built = sorted((ROOT / "dist").iterdir())
    run(python, "-m", "twine", "check", "--strict", *built)
    for file in built:
        with tempfile.TemporaryDirectory() as home:
            alone = environment(Path(home) / "alone")
            run(alone, *PIP, file)
            run(alone, "-I", "-c", IMPORT)
        print(f"{file.name} installs alone, and nn_notes is imported", flush=True)


if __name__ == "__main__":
    main()
