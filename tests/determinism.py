"""The notebooks built twice from a clean clone, and once more on a single core: python tests/determinism.py

Twice gives the same bytes, those that are committed; one core gives the same text outputs.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def built(clone, *prefix):
    """The bytes of every notebook after a build."""
    subprocess.run([*prefix, sys.executable, "notebooks/build.py"], cwd=clone, check=True, stdout=subprocess.DEVNULL)
    return {path.name: path.read_bytes() for path in sorted((clone / "notebooks").glob("*.ipynb"))}


def texts(notebook):
    """What its cells print, and their results as text."""
    outputs = [output for cell in json.loads(notebook)["cells"] for output in cell.get("outputs", [])]
    return [output.get("text") or output.get("data", {}).get("text/plain") for output in outputs]


def main():
    with tempfile.TemporaryDirectory() as home:
        clone = Path(home) / "clone"
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        committed = {path.name: path.read_bytes() for path in sorted((clone / "notebooks").glob("*.ipynb"))}
        once, twice, single = built(clone), built(clone), built(clone, "taskset", "--cpu-list", "0")
    differ = {
        "committed and built": [name for name in once if once[name] != committed.get(name)],
        "built twice": [name for name in once if once[name] != twice[name]],
        "on two cores and on one": [name for name in once if texts(once[name]) != texts(single[name])],
    }
    for what, names in differ.items():
        print(f"{what}: {'differ in ' + ', '.join(names) if names else f'the same, {len(once)} notebooks'}")
    (ROOT / ".figures").mkdir(exist_ok=True)
    file = ROOT / ".figures/determinism.json"
    file.write_text(json.dumps({"notebooks": len(once), "differ": differ}, indent=1) + "\n", encoding="utf-8")
    return any(differ.values())


if __name__ == "__main__":
    sys.exit(main())
