"""What the tests of the core share: generic numbers, networks, data that fit their loss, and what these are drawn from.

Families and made sets are gone through here, so that a new activation, loss or set is tested without being named.
"""

import copy
import pickle
import re
from inspect import signature

import numpy as np
import oracle
import pytest
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from nn_notes import ACTIVATIONS, LOSSES, Layer, Network, data

activations = pytest.mark.parametrize("f", ACTIVATIONS.values(), ids=ACTIVATIONS)
losses = pytest.mark.parametrize("E", LOSSES.values(), ids=LOSSES)

COPIES = {"copy": copy.copy, "deepcopy": copy.deepcopy, "pickle": lambda a: pickle.loads(pickle.dumps(a))}
# Each loss with the last activations that it has a meaning behind: cross entropy needs probabilities, and the two from
# logits must not have them.
FITTING = [
    (loss, last)
    for loss, row in oracle.LOSSES.items()
    for last, f in ACTIVATIONS.items()
    if row.takes == "numbers" or f.probabilities == (row.takes == "probabilities")
]
# The data sets that are made of random numbers.
MADE_SETS = {
    name: f
    for name, f in vars(data).items()
    if name in data.__all__ and [*signature(f).parameters] == ["n", "rng", "noise"]
}
BATCHES = [(), (1,), (5,)]

# Pre-activations of a sample or a batch, as large as they ever get.
preactivations = arrays(
    float, array_shapes(min_dims=1, max_dims=2, min_side=1, max_side=7), elements=st.floats(-1e4, 1e4, width=32)
)


# Rows of the ends of float64, of subnormal numbers and of ordinary ones, mixed.
ENDS = [sign * a for sign in (1, -1) for a in (np.finfo(float).max, 1e308, 1e200, 1e154, 1.0, 1e-308, 5e-324, 0.0)]
extremes = arrays(float, 3, elements=st.sampled_from(ENDS) | st.floats(allow_nan=False, allow_infinity=False))


def generic(*shape, seed=0):
    """Random numbers in which no zero and no equal pair can mask a wrong formula."""
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def ending(loss):
    """A last activation that has a meaning before a loss."""
    return "softmax" if oracle.LOSSES[loss].takes == "probabilities" else "identity"


def random_network(sizes, activations, seed=0):
    return Network.init(sizes, activations, np.random.default_rng(seed))


def parameters(network):
    """Every W and b of a network, as the arrays they are."""
    return [a for layer in network.layers for a in (layer.W, layer.b)]


def deep(*weights, last="identity"):
    """A neuron to each layer, of that weight and no bias."""
    names = ["identity"] * (len(weights) - 1) + [last]
    return Network(Layer([[a]], [0], f) for a, f in zip(weights, names, strict=True))


def of_type(dtype, a):
    """The same network or array, with that type of numbers."""
    if isinstance(a, Network):
        return Network(Layer(n.W.astype(dtype), n.b.astype(dtype), n.activation) for n in a.layers)
    return a.astype(dtype)


def targets(loss, shape, seed=0):
    """Random targets for a loss, soft ones, so that every entry counts; with a seed or a generator."""
    rng = np.random.default_rng(seed)
    draw = {
        "numbers": lambda: rng.normal(size=shape),
        "labels": lambda: rng.uniform(size=shape),
        "distribution": lambda: rng.dirichlet(np.ones(shape[-1]), shape[:-1]),
    }
    return draw[oracle.LOSSES[loss].target]()


def in_order(parts):
    """A pattern for a message with these parts, whole words with … between them, whatever else it says."""
    return ".*".join(rf"(?<!\w){re.escape(part.strip())}(?!\w)" for part in parts.split("…"))


@st.composite
def problems(draw, depth, loss, last):
    """A network, x, t and the loss: that depth and last activation, any others, any widths, a sample or a batch.

    Structure is drawn, and shrinks. Numbers come from a drawn seed, and are generic.
    """
    sizes = draw(st.lists(st.integers(1, 7), min_size=depth + 1, max_size=depth + 1))
    below = draw(st.lists(st.sampled_from(list(ACTIVATIONS)), min_size=depth - 1, max_size=depth - 1))
    batch = draw(st.sampled_from(BATCHES))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    network = Network.init(sizes, [*below, last], rng)
    return network, rng.normal(size=(*batch, sizes[0])), targets(loss, (*batch, sizes[-1]), rng), LOSSES[loss]
