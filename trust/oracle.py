"""The models once more, from the equations alone, and what holds nn_notes to them. Nothing of nn_notes stands here.

There are values only, each in two hands: in autograd's NumPy, for numbers of ordinary size, and in mpmath at 80 digits,
for numbers of any size. Derivatives come from these values: by automatic differentiation, and by complex step, which
at 80 digits has a step of 1e-400. So no formula of a derivative stands here either.
"""

import autograd.numpy as anp
import mpmath
import numpy as np
from mpmath import mpc, mpf

EPS = np.finfo(float).eps
STEP = mpf(10) ** -400
mpmath.mp.dps = 80


# In autograd's NumPy


def plain_softmax(u):
    e = anp.exp(u)
    return e / anp.sum(e, axis=-1, keepdims=True)  # 6.5


def plain_sigmoid(u):
    return 1 / (1 + anp.exp(-u))  # 6.1


ACTIVATIONS = {
    "identity": lambda u: u,
    "sigmoid": plain_sigmoid,
    "tanh": lambda u: 2 * plain_sigmoid(2 * u) - 1,  # 6.3, in the form whose derivative does not cancel
    "relu": lambda u: anp.where(u > 0, u, 0.0),  # 6.8
    "softmax": plain_softmax,
}


def plain_cross_entropy(y, t):
    return -anp.sum(t * anp.log(y), axis=-1)  # 7.3


LOSSES = {
    "mse": lambda y, t: anp.sum((y - t) ** 2, axis=-1) / t.shape[-1],  # 7.1
    "cross_entropy": plain_cross_entropy,
    "softmax_cross_entropy": lambda u, t: plain_cross_entropy(plain_softmax(u), t),  # 7.5
    "sigmoid_cross_entropy": lambda u, t: (  # 7.6: each label's two probabilities, σ(u) and 1 − σ(u) = σ(−u)
        plain_cross_entropy(plain_sigmoid(u), t) + plain_cross_entropy(plain_sigmoid(-u), 1 - t)
    ),
}


def output(parameters, names, x):
    """z^(L), for parameters ``[(W, b), …]`` and the names of the activations (1.1, 1.5)."""
    for (W, b), name in zip(parameters, names, strict=True):
        x = ACTIVATIONS[name](anp.dot(x, W) + b)
    return x


def objective(parameters, names, x, t, loss):
    """J, the mean of the losses (5.3)."""
    return anp.mean(LOSSES[loss](output(parameters, names, x), t))


# In mpmath: one sample, a list of numbers, real or complex


def exact_softmax(u):
    return [1 / sum(mpmath.exp(other - own) for other in u) for own in u]


def exact_sigmoid(u):
    return 1 / (1 + mpmath.exp(-u))


EXACT = {
    "identity": lambda u: list(u),
    "sigmoid": lambda u: [exact_sigmoid(a) for a in u],
    "tanh": lambda u: [2 * exact_sigmoid(2 * a) - 1 for a in u],
    "relu": lambda u: [a if a.real > 0 else a * 0 for a in u],
    "softmax": exact_softmax,
}


def _minus_log_softmax(u, k):
    # log1p, where 80 digits would round S_k to 1.
    return _log1p(sum(mpmath.exp(u[j] - u[k]) for j in range(len(u)) if j != k))


# mpmath squares both parts exactly, and beside a step of e^(-1e13) that does not fit into memory. But a step is beyond
# all digits of the real part: |a + iε| is a.


def _log(a):
    return mpc(mpmath.log(a.real), mpmath.atan(a.imag / a.real)) if a.imag else mpmath.log(a.real)


def _log1p(a):
    return mpc(mpmath.log1p(a.real), mpmath.atan(a.imag / (1 + a.real))) if a.imag else mpmath.log1p(a.real)


EXACT_LOSSES = {
    "mse": lambda y, t: sum((a - b) ** 2 for a, b in zip(y, t, strict=True)) / len(t),
    "cross_entropy": lambda y, t: sum(-b * _log(a) for a, b in zip(y, t, strict=True) if b),
    "softmax_cross_entropy": lambda u, t: sum(t[k] * _minus_log_softmax(u, k) for k in range(len(u))),
    "sigmoid_cross_entropy": lambda u, t: sum(
        b * _log1p(mpmath.exp(-a)) + (1 - b) * _log1p(mpmath.exp(a)) for a, b in zip(u, t, strict=True)
    ),
}


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
        x = [a * (1 + nudge()) for a in EXACT[name](u)]
    return x


def exact_gradients(parameters, names, x, t, loss, nudge=no_nudge):
    """The loss of one sample, and its derivative by every parameter, in a list of ``(dW, db)``.

    A nudge moves the target too, and logits by so much, which is what moves their powers by such a share: with the
    difference of these two the way back begins.
    """

    def nudged_loss():
        y = exact_output(parameters, names, x, nudge)
        if loss in ("softmax_cross_entropy", "sigmoid_cross_entropy"):
            y = [a + nudge() for a in y]
        return EXACT_LOSSES[loss](y, [b * (1 + nudge()) for b in t])

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
    return [[mpmath.im(column[k]) / STEP for column in columns] for k in range(len(f(x)))]


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
