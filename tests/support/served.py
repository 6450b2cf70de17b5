"""JupyterLab as `make lab` serves it, in folders of its own: nothing of a reader's own is read or changed."""

import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psutil
from build import NOTEBOOKS

ROOT = NOTEBOOKS.parent


def wait_for(condition, seconds=120):
    """What a condition gives as soon as it holds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.05)
    raise TimeoutError(condition)


def at_rest(place):
    """An element of a page, in sight and standing still: a page lays out what comes into sight, and moves what is near.

    A person waits for that, too: a click whose button moves from under it is no click.
    """
    place.scroll_into_view_if_needed()
    place.evaluate(
        """async element => {
            let at, still = 0
            while (still < 10) {
                await new Promise(requestAnimationFrame)
                const {x, y} = element.getBoundingClientRect()
                still = at === `${x} ${y}` ? still + 1 : 0
                at = `${x} ${y}`
            }
        }"""
    )
    return place


def answer_of(address):
    """What a server says, also where it refuses; None as long as it does not listen."""
    try:
        return urlopen(address, timeout=60)
    except HTTPError as error:
        return error
    except URLError:
        return None


def unconfigured():
    """The environment, without what would configure Jupyter."""
    return {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}


@contextmanager
def lab(home, options="", notebooks=NOTEBOOKS, **environment):
    """What `make lab` runs, on a copy of some notebooks: the address and token that it says, and its process."""
    recipe = subprocess.run(
        ["make", "--dry-run", "--always-make", "lab", f"LAB_ARGS=--no-browser --allow-root --port=0 {options}"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    command = recipe[recipe.index(".venv/bin/python -m nn_notes.lab") :].strip()
    command = command.replace(".venv/bin/python", sys.executable) + f" --from {home / 'notebooks'}"
    for folder in (NOTEBOOKS, notebooks):
        shutil.copytree(folder, home / "notebooks", ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    environment = unconfigured() | {"HOME": str(home), "TMPDIR": str(home)} | environment
    with open(home / "log", "w+", encoding="utf-8") as log:
        process = psutil.Popen(f"exec {command}", shell=True, cwd=home, env=environment, stdout=log, stderr=log)

        def started():
            said = (home / "log").read_text(encoding="utf-8")
            assert process.poll() is None, said
            return re.search(r"(http://[^\s?]+/lab)/tree/index.ipynb(?:\?token=(\S+))?\s", said)

        try:
            found = wait_for(started)
            # It names its address a moment before it listens.
            wait_for(lambda: answer_of(found[1])).close()
            yield found[1], found[2] or "", process
        finally:
            process.terminate()
            process.wait()
