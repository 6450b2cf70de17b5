"""Where each part of the tests writes down what it counted and measured, for the report on trust.

Each figure carries the tree that it is of: a digest of every file of the project, whether it is committed or not.
"""

import hashlib
import json
import os
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = Path(os.environ.get("FIGURES", ROOT / ".figures"))
NOT_THE_PROJECT = {".git", "__pycache__", "_build", "build", "dist", "mutants", "node_modules", "work"}


def files():
    """Every file of the project but the report itself."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(n for n in folders if n[0] != "." and n not in NOT_THE_PROJECT and "egg-info" not in n)
        paths = [Path(folder, name) for name in sorted(names) if name not in NOT_THE_PROJECT]
        yield from (path for path in paths if path != ROOT / "docs/trust.md")


def state():
    """What changes with any change to a file, without a look into it."""
    return [(path, path.stat().st_mtime_ns, path.stat().st_size) for path in files()]


def digest():
    whole = hashlib.sha256()
    for path in files():
        content = path.read_bytes()
        whole.update(f"{path.relative_to(ROOT).as_posix()}\n{len(content)}\n".encode() + content)
    return whole.hexdigest()[:16]


# Of the time when the run began.
STATE, TREE = state(), digest()


def file(name):
    return FOLDER / f"{name}.json"


def write(name, measured):
    """Write down what was measured; of no tree, if a file has changed since the run began."""
    FOLDER.mkdir(exist_ok=True)
    measured = measured | {"tree": TREE if state() == STATE else None}
    text = json.dumps(measured, indent=1, sort_keys=True, ensure_ascii=False)
    file(name).write_text(text + "\n", encoding="utf-8")


def read(name):
    return json.loads(file(name).read_text(encoding="utf-8"))
