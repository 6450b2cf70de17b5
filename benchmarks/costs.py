"""What it costs to have the project: python benchmarks/costs.py

The import beside NumPy's own, the memory of a training run beside its data, a fresh checkout from ``make lab`` to the
page, every notebook, and ``make test`` with its slowest tests. What is downloaded comes from pip's cache, if it is
there. It writes a chapter of results.md, and exits with 1 if a goal is missed.
"""

import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from report import Goal, judged, machine, spread, table

ROOT = Path(__file__).parents[1]
sys.path += [str(ROOT / "tests/support"), str(ROOT / "notebooks")]

from served import answer_of, wait_for  # noqa: E402

ROUNDS, PATIENCE = 21, 600
IMPORT, MEMORY, TESTS = 1.15, 1.5, 120
SLOWEST = 10

# What was tried to bring the tests to their goal.
WHY = """\
Both cores are busy for all of that time, so what is left is work. What helped: pictures, formulas and their examples,
which are made once for all who look at them. What did not: gmpy2 under mpmath (an eighth of the oracle's time, most of
which is Python's own calls); other draws for the oracle (a quarter of its time, but with fewer single samples among
them, and a wider bound). Six thousand tests in 120 seconds would be fewer tests.

All of `make bench`, for which 15 minutes are asked, takes 19 to 21 on an AMD EPYC; eight of them are these tests."""

FIT = """
import resource, numpy as np
from nn_notes import Network, descent
rng = np.random.default_rng(0)
network = Network.init([784, 128, 10], ["relu", "identity"], rng)
small = rng.random((64, 784)), np.eye(10)[rng.integers(0, 10, 64)]
how = dict(loss="softmax_cross_entropy", learning_rate=0.05, epochs=1, batch_size=64, patience=None, progress=False)
descent.fit(network, small, small, rng=rng, **how)  # what is loaded at the first call is not of this one
peak = lambda: 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
X, T = rng.random((60_000, 784)), np.zeros((60_000, 10))
T[np.arange(60_000), rng.integers(0, 10, 60_000)] = 1
descent.fit(network, (X, T), (X[:6000], T[:6000]), rng=rng, **how)
print((peak() - before) / (X.nbytes + T.nbytes))
"""


def printed(code):
    """What code prints in a Python of its own, which may keep what it has compiled."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, env=own
    ).stdout


def imports():
    """Milliseconds of both imports, turn by turn, when both are compiled: an installer does that."""
    taken = {"numpy": [], "nn_notes": []}
    printed("import nn_notes")
    for _ in range(ROUNDS):
        for name, times in taken.items():
            code = f"import time; start = time.perf_counter(); import {name}; print(time.perf_counter() - start)"
            times.append(1000 * float(printed(code)))
    assert printed("import nn_notes, sys; print('matplotlib' in sys.modules)") == "False\n"
    return taken


def opened(clone):
    """Seconds from ``make lab`` in a fresh checkout until it serves its first page."""
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    start = time.perf_counter()
    process = subprocess.Popen(
        ["make", "lab", "LAB_ARGS=--no-browser --port=0 --allow-root"], cwd=clone, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        for line in process.stdout:
            if found := re.search(r"http://\S+/lab/\S+", line):
                # It names its address a moment before it listens.
                wait_for(lambda: answer_of(found[0]), PATIENCE).close()
                return time.perf_counter() - start
        raise RuntimeError("make lab ended without an address")
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def notebooks():
    """Seconds of each notebook, from a fresh kernel to its last cell."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        start = time.perf_counter()
        client = NotebookClient(nbformat.read(path, 4), timeout=PATIENCE, resources={"metadata": {"path": path.parent}})
        client.execute()
        yield path.stem, time.perf_counter() - start


def tests(clone):
    """Seconds of ``make test``, its parts from the slowest on, and how many seconds each of its files takes."""
    start = time.perf_counter()
    said = subprocess.run(
        ["make", "test"], cwd=clone, env=os.environ | {"PYTEST_ADDOPTS": "--durations=0"}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    taken = time.perf_counter() - start
    if said.returncode:
        sys.exit(said.stdout[-3000:])
    parts = re.findall(r"^([\d.]+)s (\w+) +(.+)", said.stdout, re.MULTILINE)
    files = Counter()
    for seconds, _, name in parts:
        files[name.partition("::")[0]] += float(seconds)
    return taken, parts, files


def main():
    taken = imports()
    ratios = [ours / numpy for ours, numpy in zip(taken["nn_notes"], taken["numpy"], strict=True)]
    memory = float(printed(FIT))
    pages = list(notebooks())
    with tempfile.TemporaryDirectory() as home:
        clone = Path(home) / "nn_notes"
        fresh = opened(clone)
        whole, parts, files = tests(clone)
    goals = [
        Goal("import nn_notes against import numpy", statistics.median(ratios), at_most=IMPORT),
        Goal("peak memory of fit on 60,000 × 784 against its data", memory, at_most=MEMORY),
        Goal("seconds of make test", whole, at_most=TESTS),
    ]
    text = [
        "By `make bench`. " + machine("numpy"),
        table(["", "ms"], [[f"import {name}", spread(times, 0)] for name, times in taken.items()]),
        f"That is {spread(ratios)} times as long; matplotlib is not imported.",
        f"`descent.fit` on 60,000 × 784 takes {memory:.2f} times the memory of its data at its peak, these included.",
        f"A fresh checkout serves its first page {fresh:.0f} seconds after `make lab`.",
        table(["notebook", "seconds"], [[name, f"{seconds:.1f}"] for name, seconds in pages]),
        f"`make test` takes {whole:.0f} seconds. Its slowest parts:",
        table(["seconds", "", "test"], [[seconds, part, f"`{name}`"] for seconds, part, name in parts[:SLOWEST]]),
        f"Of {files.total():.0f} seconds of both its workers the most go into these files:",
        table(["seconds", "file"], [[f"{s:.0f}", f"`{name}`"] for name, s in files.most_common(SLOWEST)]),
        WHY,
        "## Goals of what it costs", "\n".join(f"- {goal}" for goal in goals),
    ]  # fmt: skip
    return judged("What it costs", text, goals)


if __name__ == "__main__":
    sys.exit(main())
