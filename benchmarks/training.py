"""Training against what a reader would pick instead, and against the floor: python benchmarks/training.py

On four networks, in float64 and in float32, all take turns: the same samples in the same order, the same precision, the
same steps from the same start. The parameters at the end are compared, so nobody wins by computing something else. Ours
is ``descent.fit`` as a reader calls it. The floor is the matrix products alone. Then each learns the digits, until 96 %
of those that it has not seen are right; there what it builds and compiles first counts too.

It writes a chapter of results.md, and exits with 1 if a goal is missed or a result differs. Run it on an idle machine
with two cores.
"""

import gc
import importlib.util
import statistics
import sys
import time

import numpy as np
from report import Goal, judged, machine, spread, table
from rivals import RIVALS, Task, each_epoch, orders

from nn_notes import data

SAMPLES, EPOCHS, ROUNDS = 1536, 8, 5
NETWORKS = [([64, 32, 10], 32), ([64, 64, 32, 10], 32), ([784, 256, 128, 10], 64), ([784, 512, 512, 10], 128)]
# How many times faster than PyTorch and scikit-learn, on each of the networks, and how near to the floor on the last.
FASTER, FLOOR = [5, 5, 1.3, 1.3], 1.25
ASKED = ["PyTorch", "PyTorch, one thread", "scikit-learn"]
# How far parameters may be apart after the same steps: sums in other orders.
APART = {"float64": 1e-9, "float32": 2e-3}
ENOUGH = 0.96

COMPILED = """\
What is compiled makes one program of a step, or of the whole epoch: loops over the entries are fused, nothing
is written to memory only to be read again, and no Python runs in between. We make some forty calls to a step."""
# What a profile shows where goals are missed, as measured on the machine of the first results.
WHY = """\
**The small networks.** A step takes 65 to 95 µs, for some forty calls of NumPy at 1 to 3 µs each: on the first
network 15 for S − t, 18 for the five products, 7 to gather the batch. What helped: the loss of all batches at once,
at the end of an epoch (15 µs a step less), and γ in δ (four calls less). scikit-learn makes the same calls in the
same NumPy, and checks in between.

**Against PyTorch on the large ones.** On the last network its whole epoch took 1.0 to 1.3 times what the bare
products take on an Intel Xeon, where its library multiplies faster than the OpenBLAS that NumPy brings, and 1.6 to
1.7 times on an AMD EPYC. To be 1.3 times faster than it, `fit` would have to be as fast as its products alone on
the one, and to take 1.2 to 1.3 times as long on the other. On the third, of 42 ms (float64) 28 were products, and 6
the update.

**Against the floor.** Of 83 ms (the last network, float64) 65 were products, 7 the update of 5 MB of weights, 3 the
slope of the bend, 2 the bias, and 2 to gather the batch. The floor has its operands in the cache, and `fit` does
not. What helped: γ in δ (two of five ways through the weights less). What did not: outputs kept for every product;
a gradient by blocks of rows, so that it stays in the cache (a tenth slower); ReLU by `where` (seven times slower
than a product with the mask)."""


def installed():
    """The rivals that are here, and why the others are not."""
    here, missing = {}, {}
    for name, (make, package) in RIVALS.items():
        if importlib.util.find_spec({"scikit-learn": "sklearn"}.get(package, package)):
            here[name] = make
        else:
            missing[name] = f"{package} is not installed"
    return here, missing


def started(makers, task, missing):
    """What trains, by name, once warmed up and found to give the same parameters."""
    runs, wanted = {}, None
    for name, make in makers.items():
        try:
            train = make(task)
            found = train(orders(task, EPOCHS))
        except Exception as error:
            missing.setdefault(name, f"{type(error).__name__}: {str(error).splitlines()[0][:120]}")
            continue
        runs[name] = train
        if wanted is None:
            wanted = [theta.copy() for theta in found]
        if found is not None:
            apart = max(np.abs(a - b).max() / np.abs(b).max() for a, b in zip(found, wanted, strict=True))
            if not apart <= APART[task.X.dtype.name]:
                sys.exit(f"{name} computes something else: its parameters differ from ours by {apart:.1g}")
    return runs


def timed(runs, task):
    """Milliseconds of an epoch in each round, by name."""
    taken, drawn = {name: [] for name in runs}, orders(task, EPOCHS)
    for _ in range(ROUNDS):
        for name, train in runs.items():
            gc.collect()
            start = time.perf_counter()
            train(drawn)
            taken[name].append(1000 * (time.perf_counter() - start) / EPOCHS)
    return taken


def ratios(taken, name):
    """How many times as long as we, round by round."""
    return [theirs / ours for theirs, ours in zip(taken[name], taken["nn_notes"], strict=True)]


def speeds(makers, missing):
    """The tables of all networks, and the goals."""
    goals, parts = [], []
    for dtype in ("float64", "float32"):
        columns = {}
        for (sizes, batch), asked in zip(NETWORKS, FASTER, strict=True):
            task = Task.drawn(sizes, batch, SAMPLES, np.dtype(dtype))
            taken = timed(started(makers, task, missing), task)
            title = f"{'-'.join(map(str, sizes))}, {batch}"
            columns[title] = taken
            print(title, dtype, {name: round(statistics.median(times), 2) for name, times in taken.items()}, flush=True)
            for name in ASKED[:2], ASKED[2:]:
                ratio = min(statistics.median(ratios(taken, one)) for one in name)
                goals.append(Goal(f"{name[0]} against ours on {title} in {dtype}", ratio, at_least=asked))
        floor = [1 / ratio for ratio in ratios(taken, "products alone")]
        goals.append(Goal(f"ours against the floor on {title} in {dtype}", statistics.median(floor), at_most=FLOOR))
        rows = [["ours, ms an epoch", *(spread(taken["nn_notes"], 1) for taken in columns.values())]]
        for name in list(makers)[1:]:
            rows.append([name, *(spread(ratios(t, name)) if name in t else "–" for t in columns.values())])
        parts += [f"In {dtype}:", table(["", *columns], rows)]
    return parts, goals


def to_enough(makers, missing):
    """Seconds from nothing to 96 % of the digits of the test set, building and compiling included."""
    (X, T), _, (X_test, T_test) = data.digits()
    # Whole batches, as a compiled epoch needs them.
    whole = len(X) // 32 * 32
    rng = np.random.default_rng(0)
    task = Task.on([X.shape[1], 32, 10], 32, X[:whole], T[:whole].argmax(axis=1), np.float64, rng)
    # Without what holds back the best epoch, as the others have no such thing.
    makers, epochs, right = makers | {"nn_notes": each_epoch}, 0, 0
    ours = each_epoch(task)
    while right < ENOUGH:
        epochs += 1
        theta = ours(orders(task, epochs))
        z = X_test
        for W, b in zip(theta[:-2:2], theta[1:-2:2], strict=True):
            z = np.maximum(0, z @ W + b)
        right = np.mean((z @ theta[-2] + theta[-1]).argmax(axis=1) == T_test.argmax(axis=1))
    rows = []
    for name, make in makers.items():
        if name in missing or name == "products alone":
            continue
        times = []
        for _ in range(3):
            start = time.perf_counter()
            make(task)(orders(task, epochs))
            times.append(time.perf_counter() - start)
        rows.append([name, spread(times, 3), f"{times[0]:.2f}"])
    return f"After {epochs} epochs {100 * right:.1f} % of the test digits are right.", table(
        ["", "seconds", "the first time"], rows
    )


def main():
    makers, missing = installed()
    parts, goals = speeds(makers, missing)
    said, reached = to_enough(makers, missing)
    left_out = [f"- {name}: {why}." for name, why in missing.items()]
    text = [
        "By `make bench`. An epoch of 1,536 samples in batches: the median of "
        f"{ROUNDS} rounds, and the middle half of them; below ours, how many times as long the others take. "
        + machine("numpy", *(p for p in dict.fromkeys(p for _, p in RIVALS.values()) if p != "numpy" and not any(
            RIVALS[name][1] == p for name in missing))),
        *parts, COMPILED, "## To 96 % of the digits", said, reached,
        *(["Left out:", "\n".join(left_out)] if left_out else []),
        "## Goals", "\n".join(f"- {goal}" for goal in goals), *([] if all(goal.met for goal in goals) else [WHY]),
    ]  # fmt: skip
    return judged("Training", text, goals)


if __name__ == "__main__":
    sys.exit(main())
