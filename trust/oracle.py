"""The models once more, from the equations alone, and what holds nn_notes to them. Nothing of nn_notes stands here.

There are values only, each in two hands: in autograd's NumPy, for numbers of ordinary size, and in mpmath at 80 digits,
for numbers of any size. Derivatives come from these values: by automatic differentiation, and by complex step, which
at 80 digits has a step of 1e-400. So no formula of a derivative stands here either.

A member of a family has one row here, whatever tests it: both formulas, what it is drawn for, and how large its errors
may be.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import autograd.numpy as anp
import mpmath
import numpy as np
from mpmath import mpc, mpf

EPS = np.finfo(float).eps
STEP = mpf(10) ** -400
NONE = MappingProxyType({})
mpmath.mp.dps = 80


class Activation(NamedTuple):
    """An activation: by autograd on arrays, in mpmath on a list.

    ``ulps`` are the largest errors allowed: of the value, derivative, Jacobian and vjp, and of the Jacobian by complex
    step. ``relative`` are those against terms, in units of ``EPS``. The smallest slope at u is about e^(−depth(u)).
    """

    plain: Callable
    exact: Callable
    ulps: dict
    relative: Mapping = NONE
    kinked: bool = False
    depth: Callable = lambda u: 0


class Loss(NamedTuple):
    """A loss in the same way.

    What it ``takes``, and its ``target``, decide what is drawn for it: any "numbers", "probabilities" or "logits", and
    "numbers", "labels" from 0 to 1, or a "distribution".
    """

    plain: Callable
    exact: Callable
    ulps: dict
    relative: Mapping = NONE
    takes: str = "numbers"
    target: str = "numbers"


def each(formula):
    return lambda u: [formula(a) for a in u]


def ulps(value=0, derivative=0, jacobian=0, vjp=0, complex_step=0):
    return {"": value, ".derivative": derivative, ".jacobian": jacobian, ".vjp": vjp, " by complex step": complex_step}


# In autograd's NumPy


def plain_softmax(u):
    e = anp.exp(u)
    return e / anp.sum(e, axis=-1, keepdims=True)  # 6.5


def plain_sigmoid(u):
    return 1 / (1 + anp.exp(-u))  # 6.1


def plain_cross_entropy(y, t):
    return -anp.sum(t * anp.log(y), axis=-1)  # 7.3


# In mpmath: one sample, a list of numbers, real or complex


def exact_softmax(u):
    return [1 / sum(mpmath.exp(other - own) for other in u) for own in u]


def exact_sigmoid(a):
    return 1 / (1 + mpmath.exp(-a))


def _minus_log_softmax(u, k):
    # log1p, where 80 digits would round S_k to 1.
    return _log1p(sum(mpmath.exp(u[j] - u[k]) for j in range(len(u)) if j != k))


# mpmath squares both parts exactly, and beside a step of e^(-1e13) that does not fit into memory. But a step is beyond
# all digits of the real part: |a + iε| is a.


def _log(a):
    return mpc(mpmath.log(a.real), mpmath.atan(a.imag / a.real)) if a.imag else mpmath.log(a.real)


def _log1p(a):
    return mpc(mpmath.log1p(a.real), mpmath.atan(a.imag / (1 + a.real))) if a.imag else mpmath.log1p(a.real)


ACTIVATIONS = {
    "identity": Activation(lambda u: u, list, ulps()),
    "sigmoid": Activation(plain_sigmoid, each(exact_sigmoid), ulps(3, 4, 4, 4, 6), depth=lambda u: abs(u).max()),
    "tanh": Activation(
        lambda u: 2 * plain_sigmoid(2 * u) - 1,  # 6.3, in the form whose derivative does not cancel
        each(lambda a: 2 * exact_sigmoid(2 * a) - 1),
        ulps(2, 5, 5, 5, 5),
        depth=lambda u: 2 * abs(u).max(),
    ),
    "relu": Activation(
        lambda u: anp.where(u > 0, u, 0.0),
        each(lambda a: a if a.real > 0 else a * 0),
        ulps(),
        kinked=True,  # 6.8
    ),
    "softmax": Activation(
        plain_softmax,
        exact_softmax,
        # Off the grid, for each unit of 1 + |u − max u|.
        {"": 5, ".jacobian": 10, " off the grid": 4},
        {".vjp": 6, " by complex step": 4},  # of S_k
        depth=lambda u: np.ptp(u, axis=-1).max(),
    ),
}
LOSSES = {
    "mse": Loss(
        lambda y, t: anp.sum((y - t) ** 2, axis=-1) / t.shape[-1],  # 7.1
        lambda y, t: sum((a - b) ** 2 for a, b in zip(y, t, strict=True)) / len(t),
        {"": 5, ".gradient": 3, " by complex step": 4},
    ),
    "cross_entropy": Loss(
        plain_cross_entropy,
        lambda y, t: sum(-b * _log(a) for a, b in zip(y, t, strict=True) if b),
        {"": 4, ".gradient": 1, " by complex step": 4},
        takes="probabilities",
        target="distribution",
    ),
    "softmax_cross_entropy": Loss(
        lambda u, t: plain_cross_entropy(plain_softmax(u), t),  # 7.5
        lambda u, t: sum(t[k] * _minus_log_softmax(u, k) for k in range(len(u)) if t[k]),
        {"": 4},
        # Of the larger of t and S − t, and so for σ; S has an error of its own.
        {".gradient": 3, " by complex step": 6},
        takes="logits",
        target="distribution",
    ),
    "sigmoid_cross_entropy": Loss(
        # 7.6: each label's two probabilities, σ(u) and 1 − σ(u) = σ(−u)
        lambda u, t: plain_cross_entropy(plain_sigmoid(u), t) + plain_cross_entropy(plain_sigmoid(-u), 1 - t),
        lambda u, t: sum(
            b * _log1p(mpmath.exp(-a)) + (1 - b) * _log1p(mpmath.exp(a)) for a, b in zip(u, t, strict=True)
        ),
        {"": 4},
        {".gradient": 2, " by complex step": 4},
        takes="logits",
        target="labels",
    ),
}


# Networks


def output(parameters, names, x):
    """z^(L), for parameters ``[(W, b), …]`` and the names of the activations (1.1, 1.5)."""
    for (W, b), name in zip(parameters, names, strict=True):
        x = ACTIVATIONS[name].plain(anp.dot(x, W) + b)
    return x


def objective(parameters, names, x, t, loss):
    """J, the mean of the losses (5.3)."""
    return anp.mean(LOSSES[loss].plain(output(parameters, names, x), t))


def exact(a):
    """Floats as exact numbers, in lists as deep as the array."""
    return [exact(row) for row in a] if np.ndim(a) else mpf(float(a))


def no_nudge():
    return 0


def exact_output(parameters, names, x, nudge=no_nudge):
    """z^(L) of one sample (1.1, 1.5). ``nudge()`` moves every product, sum and z by such a share of itself, as a
    rounding would; a product forwards is one backwards too."""
    for (W, b), name in zip(parameters, names, strict=True):
        terms = [[*(x[i] * W[i][j] * (1 + nudge()) for i in range(len(x))), b[j]] for j in range(len(b))]
        u = [sum(row) + nudge() * sum(map(abs, row)) for row in terms]
        x = [a * (1 + nudge()) for a in ACTIVATIONS[name].exact(u)]
    return x


def exact_gradients(parameters, names, x, t, loss, nudge=no_nudge):
    """The loss of one sample, and its derivative by every parameter, in a list of ``(dW, db)``.

    A nudge moves the target too, and logits by so much, which is what moves their powers by such a share: with the
    difference of these two the way back begins.
    """

    def nudged_loss():
        y = exact_output(parameters, names, x, nudge)
        if LOSSES[loss].takes == "logits":
            y = [a + nudge() for a in y]
        return LOSSES[loss].exact(y, [b * (1 + nudge()) for b in t])

    J = nudged_loss()
    grads = [([[None] * len(b) for _ in W], [None] * len(b)) for W, b in parameters]
    for (W, b), (dW, db) in zip(parameters, grads, strict=True):
        for row, derivatives in [*zip(W, dW, strict=True), (b, db)]:
            for j, theta in enumerate(row):
                row[j] = mpc(theta, STEP)
                derivatives[j] = mpmath.im(nudged_loss()) / STEP
                row[j] = theta
    return J, grads


def by_complex_step(f, x):
    """``f`` maps a list of numbers to a list of numbers; its Jacobian, ``[k][l]``, numerator layout."""
    columns = [f([mpc(a, STEP) if l == n else a for n, a in enumerate(x)]) for l in range(len(x))]
    return [[mpmath.im(a) / STEP for a in row] for row in zip(*columns, strict=True)]


# The measures


def ulp(wanted, kind=float):
    """The distance of two floats, of float64 or another kind, at each number that is wanted."""
    return np.array([np.spacing(abs(kind(float(w)))) for w in flat(wanted)], dtype=float)


def errors(got, wanted, unit):
    """|got − wanted|, each in its unit. ``wanted`` may be nested lists of exact numbers, or floats."""
    got, wanted = np.ravel(got), flat(wanted)
    unit = np.broadcast_to(np.ravel(unit), got.shape)
    assert len(got) == len(wanted), f"{len(got)} numbers, and {len(wanted)} are wanted"
    return [_error(float(g), w, float(d)) for g, w, d in zip(got, wanted, unit, strict=True)]


def _error(got, wanted, unit):
    if got == wanted:
        return 0.0
    # What is not finite in any of the three proves nothing; a NaN would be lost among the others.
    error = float(abs(mpf(got) - wanted) / mpf(unit)) if np.isfinite([got, unit]).all() else np.inf
    return error if error == error else np.inf


def flat(a):
    if isinstance(a, (list, tuple)):
        return [number for row in a for number in flat(row)]
    return [number for row in a for number in flat(row)] if np.ndim(a) else [a]
