"""Python as a page loads it, compiled when the book is built: a reader's browser would take seconds for it each time.

It is compiled by Pyodide itself, as npm has it. NumPy comes from its usual address; what is here is the bytecode of the
part of it that a page needs, which holds only for the very sources that it was made from.
"""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from shutil import copy, copytree, ignore_patterns
from tempfile import TemporaryDirectory

import autograd
import tqdm
from fetched import installed

import nn_notes

HERE = Path(__file__).parent
PYODIDE = HERE / "node_modules/pyodide"
PACKAGE = Path(nn_notes.__file__).parent
LETTERS = HERE.parent / "tests/support/letters.py"
TQDM = Path(tqdm.__file__).parent
# Page 08 wants it. It is small, and Python alone; what in it stands on SciPy finds none here.
AUTOGRAD = Path(autograd.__file__).parent
NUMPY = HERE / "_numpy"
BYTECODE = ignore_patterns("__pycache__")
# All that a page with live views loads, and a bar of progress. The last line is what these bring in when they are used.
AWAKE = """
import sys, numpy.random, nn_notes.page.runner, nn_notes.views, tqdm.auto
from nn_notes import *
import encodings.cp437, importlib.readers, importlib.resources._itertools, multiprocessing.context, tarfile
print(*sys.modules)
"""


def compiled(folder):
    """Write ``python_stdlib.zip`` and ``nn_notes.zip`` into a folder: the standard library, and what goes beside it."""
    said = subprocess.run([sys.executable, "-c", AWAKE], check=True, capture_output=True, text=True)
    awake = said.stdout.split()
    lock = json.loads((PYODIDE / "pyodide-lock.json").read_text(encoding="utf-8"))
    installed(NUMPY, f"numpy=={lock['packages']['numpy']['version']}")
    with TemporaryDirectory() as scratch, zipfile.ZipFile(PYODIDE / "python_stdlib.zip") as library:
        staged = Path(scratch)
        library.extractall(staged / "stdlib")
        for name in awake:
            root = {"numpy": NUMPY, "tqdm": TQDM.parent}.get(name.partition(".")[0])
            if root and (source := _file(root, name)):
                place = staged / "site" / source.relative_to(root)
                place.parent.mkdir(parents=True, exist_ok=True)
                copy(source, place)
        copytree(PACKAGE, staged / "site/nn_notes", ignore=BYTECODE)
        copy(LETTERS, staged / "site")
        names = [name for name in awake if _file(staged / "stdlib", name)]
        subprocess.run(["node", str(HERE / "bytecode.mjs"), str(staged), *names], check=True)
        for source in (staged / "site/numpy").rglob("*.py"):
            source.unlink()
        copytree(TQDM, staged / "site/tqdm", ignore=BYTECODE, dirs_exist_ok=True)
        copytree(AUTOGRAD, staged / "site/autograd", ignore=ignore_patterns("__pycache__", "scipy"))
        _pack(staged / "stdlib", folder / "python_stdlib.zip")
        _pack(staged / "site", folder / "nn_notes.zip")


def _file(folder, name):
    """The source of a module in a folder, or None."""
    path = folder / name.replace(".", "/")
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def _pack(folder, path):
    """Put a folder into one file: the same bytes on every build."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix())
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            package.writestr(entry, file.read_bytes())
