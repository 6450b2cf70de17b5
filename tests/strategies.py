"""What the tests of the core draw from: generic numbers, and random networks with data that their loss has a meaning for."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from nn_notes import ACTIVATIONS, Network

# The last activations that a loss has a meaning behind: cross entropy needs probabilities.
LAST = {
    "mse": list(ACTIVATIONS),
    "cross_entropy": ["sigmoid", "softmax"],
    "softmax_cross_entropy": list(ACTIVATIONS),
    "sigmoid_cross_entropy": list(ACTIVATIONS),
}

# Pre-activations of a sample or a batch, as large as they ever get.
preactivations = arrays(
    float, array_shapes(min_dims=1, max_dims=2, min_side=1, max_side=7), elements=st.floats(-1e4, 1e4, width=32)
)


def generic(*shape, seed=0):
    """Random numbers in which no zero and no equal pair can mask a wrong formula."""
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def targets(loss, shape, rng):
    """Random targets for a loss, soft ones, so that every entry counts."""
    if loss == "sigmoid_cross_entropy":
        return rng.uniform(size=shape)
    if loss.endswith("cross_entropy"):
        return rng.dirichlet(np.ones(shape[-1]), shape[:-1])
    return rng.normal(size=shape)


@st.composite
def problems(draw, loss, last):
    """A network of any depth and widths with any activations below the last, an input and a target: a sample or a batch.

    Structure is drawn, and shrinks. Numbers come from a drawn seed: generic, so that no ReLU is at its kink.
    """
    sizes = draw(st.lists(st.integers(1, 7), min_size=2, max_size=5))
    below = draw(st.lists(st.sampled_from(list(ACTIVATIONS)), min_size=len(sizes) - 2, max_size=len(sizes) - 2))
    batch = draw(st.sampled_from([(), (1,), (5,)]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    network = Network.init(sizes, [*below, last], rng)
    return network, rng.normal(size=(*batch, sizes[0])), targets(loss, (*batch, sizes[-1]), rng)
