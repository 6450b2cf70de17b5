"""The tests with other versions than those that are locked: python trust/versions.py oldest

``oldest`` are those that pyproject.toml promises at least, and ``newest`` those that it allows: with these runs the
whole suite. ``pyodide`` are those of the Python that runs in a browser: with these runs every notebook, and no warning
may come of it. They are installed into .oldest, .newest and .pyodide, beside .venv, and it is written down for the
report on trust what ran with them.
"""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import figures
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
# What uv is told of the versions, and what is run.
SETS = {
    "oldest": (["--resolution", "lowest-direct"], []),
    "newest": (["--resolution", "highest"], []),
    "pyodide": (
        ["numpy==2.4.*", "matplotlib==3.10.*"],
        ["notebooks", "tests/pages/test_notebooks.py", "tests/test_plots.py"],
    ),
}


def main(which):
    folder = ROOT / f".{which}"
    python = folder / "bin/python"
    versions, selected = SETS[which]
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "uv"], check=True)
    uv = [folder / "bin/uv", "pip", "install", "--quiet", "--upgrade", *versions]
    subprocess.run([*uv, "-e", f"{ROOT}[lab,test]"], check=True, env=os.environ | {"VIRTUAL_ENV": str(folder)})
    subprocess.run([python, "-c", "import matplotlib.font_manager"], check=True)
    # The kernels of the notebooks are those of this environment, and nothing is left over from another one; the figures
    # of the single parts are those of the locked versions.
    tests = [python, "-m", "pytest", "-n", "2", "--dist", "loadfile", "--cache-clear", *selected]
    aside = os.environ | {"FIGURES": str(folder / "figures")}
    run = subprocess.run(tests, cwd=ROOT, env=aside, text=True, stdout=subprocess.PIPE)
    print(run.stdout)
    code = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [Requirement(line).name for line in project["dependencies"]]
    used = subprocess.run([python, "-c", code, *names], check=True, text=True, capture_output=True).stdout.split()
    passed = re.search(r"(\d+) passed", run.stdout)
    measured = {
        "passed": int(passed[1]) if passed else 0,
        "green": run.returncode == 0,
        "versions": dict(zip(names, used, strict=True)),
    }
    figures.write(which, measured)
    return run.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
