"""The whole suite with the oldest versions that pyproject.toml promises, or the newest: python tests/versions.py oldest

It installs into .oldest or .newest, beside .venv, and writes down for the report on trust what it ran with.
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
RESOLUTION = {"oldest": "lowest-direct", "newest": "highest"}


def main(which):
    folder = ROOT / f".{which}"
    python = folder / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "uv"], check=True)
    uv = [folder / "bin/uv", "pip", "install", "--quiet", "--upgrade", "--resolution", RESOLUTION[which]]
    subprocess.run([*uv, "-e", f"{ROOT}[lab,test]"], check=True, env=os.environ | {"VIRTUAL_ENV": str(folder)})
    subprocess.run([python, "-c", "import matplotlib.font_manager"], check=True)
    # The kernels of the notebooks are those of this environment, and nothing is left over from another one.
    tests = [python, "-m", "pytest", "-n", "2", "--dist", "loadfile", "--cache-clear"]
    run = subprocess.run(tests, cwd=ROOT, text=True, stdout=subprocess.PIPE)
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
