"""The notebooks built twice from a copy of this checkout, the second time on one core: python trust/determinism.py

The first gives the same bytes as stand in the checkout; one core gives the same text outputs.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import figures

ROOT = Path(__file__).parents[1]


def built(copy, *prefix):
    """The bytes of every notebook after a build."""
    # The package of the copy, not the one that is installed.
    environment = os.environ | {"PYTHONPATH": str(copy)}
    command = [*prefix, sys.executable, "notebooks/build.py"]
    subprocess.run(command, cwd=copy, env=environment, check=True, stdout=subprocess.DEVNULL)
    return {path.name: path.read_bytes() for path in sorted((copy / "notebooks").glob("*.ipynb"))}


def texts(notebook):
    """What its cells print, and their results as text."""
    outputs = [output for cell in json.loads(notebook)["cells"] for output in cell.get("outputs", [])]
    return [output.get("text") or output.get("data", {}).get("text/plain") for output in outputs]


def main():
    with tempfile.TemporaryDirectory() as home:
        copy = Path(home) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "work"))
        committed = {path.name: path.read_bytes() for path in sorted((copy / "notebooks").glob("*.ipynb"))}
        once, single = built(copy), built(copy, "taskset", "--cpu-list", "0")
    differ = {
        "committed and built": [name for name in once if once[name] != committed.get(name)],
        "on two cores and on one": [name for name in once if texts(once[name]) != texts(single[name])],
    }
    for what, names in differ.items():
        print(f"{what}: {'differ in ' + ', '.join(names) if names else f'the same, {len(once)} notebooks'}")
    figures.write("determinism", {"notebooks": len(once), "differ": differ})
    return any(differ.values())


if __name__ == "__main__":
    sys.exit(main())
