"""Losses: one number per sample, and its gradient as a row.

``E(y, t)`` takes a sample ``(D,)`` or a batch ``(B, D)`` with targets of the same shape and gives a number per
sample; ``E.gradient(y, t)`` has the shape of ``y``. The two fused losses take logits ``u`` in place of ``y``: they hold
their last activation inside, where overflow and log 0 can be avoided (7.7).

``E(y, t)`` and ``E.gradient(y, t)`` check their arguments first, and the result; what begins with ``bare_`` is the
formula alone. Complex ``y`` is allowed, for the complex step of ``numeric``.

float32 stays float32; where ``y`` and ``t`` differ, NumPy's promotion makes float64 of them.
"""

from abc import ABC, abstractmethod

import numpy as np

from .activations import sigmoid, softmax
from .family import Member
from .validate import array, place, result

__all__ = ["LOSSES", "Loss", "cross_entropy", "mse", "sigmoid_cross_entropy", "softmax_cross_entropy"]


class Loss(Member, ABC):
    """What every loss E offers."""

    # What to say where it, or its gradient, is not finite, though that of another loss is.
    instead = ""
    may_be_infinite = False

    def __call__(self, y, t):
        """E(y, t) (1.7), a number per sample.

        Args:
            y: prediction (or logits, for a fused loss), ``(D,)`` or ``(B, D)``.
            t: target, of the shape of ``y``.

        Returns:
            The loss, ``()`` or ``(B,)``.

        Raises:
            TypeError, ValueError: not numbers, not finite, shapes that differ, or values the loss has no meaning for.
            FloatingPointError: the result is not finite, where this is no value of the loss.
        """
        return self._computed(repr(self), self.bare_value, y, t)

    @abstractmethod
    def bare_value(self, y, t):
        """E(y, t)."""

    def gradient(self, y, t):
        """∂E/∂y, a row per sample, of the shape of ``y``; arguments and errors as for the loss itself."""
        return self._computed(f"{self}.gradient", self.bare_gradient, y, t)

    @abstractmethod
    def bare_gradient(self, y, t):
        """∂E/∂y."""

    def _computed(self, name, formula, y, t):
        y, t = self.checked(y, t)
        with np.errstate(all="ignore"):
            return result(name, formula(y, t), infinite_too=self.may_be_infinite)

    def checked(self, y, t):
        """``y`` and ``t`` as arrays for which this loss has a meaning."""
        y = array("y", y, ndim=(1, 2), complex_too=True)
        if y.shape[-1] == 0:
            raise ValueError(f"y has shape {y.shape}; it needs at least one entry to each sample")
        t = self.checked_target("t", t, y.shape)
        self.check_prediction(y)
        return y, t

    def checked_target(self, name, t, shape):
        """``t`` as targets of that shape; who gives labels, or no last axis, is told what makes rows of them."""
        given, (*samples, D) = array(name, t, finite=False).shape, shape
        way_out = {
            (*samples,): f"{name}[..., None] has" if D == 1 else f"data.one_hot({name}, {D}) makes of labels",
            (*samples, 1): f"data.one_hot({name}[..., 0], {D}) makes of labels",
        }
        if given != tuple(shape) and given in way_out:
            raise ValueError(f"{name} has shape {given}; it needs shape {tuple(shape)}, as {way_out[given]}")
        t = array(name, t, shape=shape)
        self.check_target(t, name)
        return t

    def check_last(self, activation):
        """Raise unless a network may end in this activation; it may, unless a loss says otherwise."""

    def check_prediction(self, y, name="y"):
        """Raise unless ``y`` is in the loss's domain; any finite number is, unless a loss says otherwise."""

    def check_target(self, t, name):
        """Raise unless ``t`` is a target for this loss; any finite number is, unless a loss says otherwise."""

    def check_finite(self, y, t, y_name="network(x)", t_name="t"):
        """Raise a FloatingPointError unless E and its gradient are finite; it names the worst entry of a sample."""
        with np.errstate(all="ignore"):
            E, gradient = self.bare_value(y, t), self.bare_gradient(y, t)
        lost = ~(np.isfinite(E) & np.isfinite(gradient).all(axis=-1))
        if lost.any():
            n = np.unravel_index(lost.argmax(), lost.shape)  # () for a single sample
            at = *n, np.abs(gradient[n]).argmax()
            too = "" if np.isfinite(gradient[at]) else ", and its gradient not finite,"
            raise FloatingPointError(
                f"the loss is {E[n]:g}{too} at {place(y_name, at)}, which is {y[at]:g} where {place(t_name, at)} is "
                f"{t[at]:g}{self.instead}"
            )


class MSE(Loss):
    """E = 1/D Σ_i (y_i − t_i)² (7.1), for regression; ∂E/∂y = 2/D (y − t) (7.2)."""

    def bare_value(self, y, t):
        return ((y - t) ** 2).mean(axis=-1)

    def bare_gradient(self, y, t):
        return 2 / y.shape[-1] * (y - t)


class CrossEntropy(Loss):
    """E = −Σ_i t_i log y_i (7.3), for classification; ∂E/∂y_k = −t_k / y_k (7.4).

    0 · log 0 is 0, its limit. Where y_k = 0 and t_k > 0 the loss is infinite, and so is its gradient.
    """

    instead = "; softmax_cross_entropy and sigmoid_cross_entropy take logits, and stay finite there"
    may_be_infinite = True

    def bare_value(self, y, t):
        # 0 − x, for −x would make −0.0 of 0.
        return 0 - (t * np.log(np.where(t == 0, 1, y))).sum(axis=-1)

    def bare_gradient(self, y, t):
        return -t / np.where(t == 0, 1, y)

    def check_prediction(self, y, name="y"):
        if ((y.real < 0) | (y.real > 1 + 1e-6)).any():
            raise ValueError(
                f"{name} runs from {y.real.min():g} to {y.real.max():g}; it needs probabilities, from 0 to 1 "
                "(softmax_cross_entropy takes logits)"
            )

    def check_target(self, t, name):
        _check_distribution(name, t)


class FromLogits(Loss):
    """A loss that holds its last activation inside, so that no network should end in one more (7.7)."""

    def check_last(self, activation):
        if activation.probabilities:
            raise ValueError(f"network ends in {activation}; it needs identity there, since {self} takes logits")


class SoftmaxCrossEntropy(FromLogits):
    """Cross entropy of softmax(u), from the logits u (7.7); ∂E/∂u = S − t (7.5)."""

    def bare_value(self, u, t):
        # −Σ t_i log S_i = log Σ e^v_i − t·v for v = u − max u. The largest e^v is 1, so log1p takes the others:
        # both terms are positive and neither cancels.
        rising = np.sort(u)
        largest = rising[..., -1:]
        # Halved, no difference overflows, and 0 times it is 0.
        return np.log1p(np.exp(rising[..., :-1] - largest).sum(axis=-1)) - 2 * np.vecdot(t, u / 2 - largest / 2)

    def bare_gradient(self, u, t):
        return softmax.bare_value(u) - t

    def check_target(self, t, name):
        _check_distribution(name, t)


class SigmoidCrossEntropy(FromLogits):
    """Binary cross entropy of σ(u), summed over the labels, from the logits u (7.7); ∂E/∂u = σ(u) − t (7.6)."""

    def bare_value(self, u, t):
        # −log σ(u) = softplus(−u) and −log(1 − σ(u)) = softplus(u).
        return (t * _softplus(-u) + (1 - t) * _softplus(u)).sum(axis=-1)

    def bare_gradient(self, u, t):
        return sigmoid.bare_value(u) - t

    def check_target(self, t, name):
        if ((t < 0) | (t > 1)).any():
            raise ValueError(f"{name} runs from {t.min():g} to {t.max():g}; it needs labels from 0 to 1")


def _softplus(u):
    """log(1 + e^u), without overflow and without |·|, which is not analytic."""
    return np.maximum(0, u) + np.log1p(np.exp(np.minimum(u, -u)))


def _check_distribution(name, t):
    if (t < 0).any():
        raise ValueError(f"{name} has the entry {t.min():g}; it needs probabilities, which are not negative")
    with np.errstate(over="ignore"):
        total = t.sum(axis=-1, dtype=float)
    if (np.abs(total - 1) > 1e-6).any():
        worst = total.flat[np.argmax(np.abs(total - 1))]
        raise ValueError(f"{name} sums to {worst:g}; it needs to sum to 1 in every sample, as probabilities do")


mse, cross_entropy = MSE(), CrossEntropy()
softmax_cross_entropy, sigmoid_cross_entropy = SoftmaxCrossEntropy(), SigmoidCrossEntropy()

LOSSES = {E.name: E for E in (mse, cross_entropy, softmax_cross_entropy, sigmoid_cross_entropy)}
