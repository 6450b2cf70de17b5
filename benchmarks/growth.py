"""How times and bytes grow, the long forms against the short ones: python benchmarks/growth.py

The tensor ∂u/∂W against the outer product, the long chain of Jacobians against backpropagation, softmax's Jacobian
against (6.10), the numeric witness against autograd's Jacobian, and a batch against its samples one by one. Slopes are
fitted to the upper half of each curve: 1 is in proportion to the size, 2 with its square.

It writes a chapter of results.md and its pictures.
"""

import statistics
import sys
import time
from pathlib import Path

import autograd
import autograd.numpy as anp
import matplotlib as mpl
import numpy as np
from report import chapter, machine, table

from nn_notes import Network, backprop, losses, numeric, tensors
from nn_notes.activations import softmax

mpl.use("Agg")
import matplotlib.pyplot as plt

HERE = Path(__file__).parent
# No array larger than this is made, and nothing is measured for longer than so many seconds.
MOST_BYTES, PATIENCE = 1.2e9, 0.3
rng = np.random.default_rng(0)


def seconds(f):
    """The median of one call."""
    times, end = [], time.perf_counter() + PATIENCE
    f()
    while len(times) < 3 or (time.perf_counter() < end and len(times) < 200):
        start = time.perf_counter()
        f()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def slope(sizes, values):
    """Of a power of the size, fitted to the upper half."""
    upper = len(sizes) // 2
    return np.polyfit(np.log(sizes[upper:]), np.log(values[upper:]), 1)[0]


# Each gives two functions of nothing for a size, the long form and the short one, and how many bytes the largest array
# of each has; None where that is too large.


def weight_tensor(M):
    z, xi = rng.normal(size=M), rng.normal(size=M)
    long = (lambda: tensors.dE_dW(xi, tensors.du_dW(z, M)), 8 * M**3) if 8 * M**3 <= MOST_BYTES else None
    return long, (lambda: np.outer(z, xi), 8 * M**2)


def chain(L, width=16):
    network = Network.init([width] * (L + 1), ["tanh"] * L, rng)
    x, t, loss = rng.normal(size=width), rng.normal(size=width), losses.mse
    return (
        (lambda: tensors.gradients(network, x, t, loss), 8 * width**3),
        (lambda: backprop.gradients(network, x, t, loss), 8 * width**2),
    )


def softmax_jacobian(M):
    u, delta = rng.normal(size=M), rng.normal(size=M)
    return (lambda: delta @ softmax.jacobian(u), 8 * M**2), (lambda: softmax.vjp(delta, u), 8 * M)


def witness(M):
    W, u = rng.normal(size=(M, M)) / np.sqrt(M), rng.normal(size=M)
    by_autograd = autograd.jacobian(lambda u: anp.tanh(anp.dot(u, W)))
    return (lambda: numeric.jacobian(lambda u: np.tanh(u @ W), u), 8 * M**2), (lambda: by_autograd(u), 8 * M**2)


COMPARED = {
    "tensor": ("The tensor ξT against the outer product zᵀξ", weight_tensor, [2**n for n in range(1, 12)],
               "width", ("T built, and ξT", "np.outer")),
    "chain": ("The long chain against backpropagation, width 16", chain, [1, 2, 4, 8, 16, 32, 64],
              "layers", ("tensors.gradients", "backprop.gradients")),
    "softmax": ("Softmax's Jacobian against (6.10)", softmax_jacobian, [2**n for n in range(1, 12)],
                "width", ("δ times F", "softmax.vjp")),
    "witness": ("numeric.jacobian against autograd's", witness, [2**n for n in range(1, 9)],
                "width", ("numeric.jacobian", "autograd.jacobian")),
}  # fmt: skip


def compared(made, sizes):
    """Of each of two forms: its sizes, seconds and bytes."""
    curves = [([], [], []), ([], [], [])]
    for size in sizes:
        for curve, form in zip(curves, made(size), strict=True):
            if form:
                for values, value in zip(curve, (size, seconds(form[0]), form[1]), strict=True):
                    values.append(value)
    return curves


def picture(name, title, across, curves, labels):
    """The times over the size, both axes logarithmic."""
    figure, ax = plt.subplots(figsize=(6, 3.6), layout="constrained")
    for (sizes, times, _), label, color in zip(curves, labels, ("#c8500a", "#2166ac"), strict=True):
        ax.loglog(sizes, np.array(times) * 1e6, ".-", color=color, label=label)
    ax.set(title=title, xlabel=across, ylabel="µs")
    ax.legend()
    figure.savefig(HERE / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)


def batches():
    """Microseconds of a gradient step's gradients for each sample, over the size of the batch."""
    network, loss = Network.init([64, 64, 32, 10], ["relu", "relu", "identity"], rng), losses.softmax_cross_entropy
    X, T = rng.normal(size=(512, 64)), np.eye(10)[rng.integers(0, 10, 512)]
    sizes = [2**n for n in range(10)]
    times = [1e6 * seconds(lambda B=B: backprop.bare_gradients(network, X[:B], T[:B], loss)) / B for B in sizes]
    return sizes, times


def main():
    parts = ["By `make bench`, medians. " + machine("numpy", "autograd")]
    for name, (title, made, sizes, across, labels) in COMPARED.items():
        curves = compared(made, sizes)
        picture(name, title, across, curves, labels)
        (sizes, long, _), (_, short, _) = curves
        rows = [
            [label, f"{s[-1]}", f"{t[-1] * 1e6:,.0f}", f"{b[-1]:,}", f"{slope(s, t):.2f}"]
            for label, (s, t, b) in zip(labels, curves, strict=True)
        ]
        last = len(sizes) - 1
        parts += [
            f"## {title}", f"![Times over the {across}.]({name}.svg)",
            table(["", across, "µs", "bytes of the largest array", "slope of the time"], rows),
            f"At {sizes[last]} ({across}) `{labels[1]}` is {long[last] / short[last]:,.1f} times as fast.",
        ]  # fmt: skip
        print(f"{title}: {long[last] / short[last]:,.1f} times at {sizes[last]}", flush=True)
    sizes, times = batches()
    parts += [
        "## A batch against its samples", "Gradients of a 64-64-32-10 network, by `backprop.bare_gradients`.",
        table(["samples in a batch", *map(str, sizes)], [["µs for each sample", *(f"{t:.1f}" for t in times)]]),
        f"In a batch of {sizes[-1]} a sample takes {times[0] / times[-1]:.0f} times less time than alone.",
    ]  # fmt: skip
    chapter("How times grow", "\n\n".join(parts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
