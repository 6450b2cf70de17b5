"""Activations: value, derivative, explicit Jacobian, and the Jacobian met by a row without being built.

Each takes a single sample ``(M,)`` or a batch ``(B, M)``: the last axis is one layer's neurons. Complex input is
allowed, and every formula is analytic where the activation is, so that the complex step of ``numeric`` can judge it.

``f(u)``, ``f.derivative(u)`` and ``f.vjp(delta, u)`` check their arguments, and that the result is finite. Here as
everywhere in this package, what begins with ``bare_`` is the formula alone, without its checks.

float32 stays float32 (and complex64 complex64) in each of them; where two arguments differ, NumPy's promotion makes
float64 of them.
"""

from abc import ABC, abstractmethod

import numpy as np

from .family import Member
from .validate import array, result

__all__ = ["ACTIVATIONS", "Activation", "ComponentWise", "identity", "relu", "sigmoid", "softmax", "tanh"]


class Activation(Member, ABC):
    """What every activation f offers; F stands for its Jacobian ∂f(u)/∂u."""

    # Of weights before it, M_in times the variance with which u neither grows nor fades at first.
    gain = 1
    # Whether it gives probabilities, from 0 to 1.
    probabilities = False

    def __call__(self, u):
        """z′ = f(u) (1.5).

        Args:
            u: pre-activation, ``(..., M)``, finite.

        Returns:
            The activation, of the shape of ``u``.

        Raises:
            TypeError, ValueError: ``u`` is not numbers, not finite, or has no axis.
            FloatingPointError: the result is not finite.
        """
        return self._computed(repr(self), self.bare_value, self._checked("u", u))

    @abstractmethod
    def bare_value(self, u):
        """f(u)."""

    @abstractmethod
    def jacobian(self, u):
        """F, explicit: ``F[..., k, l]`` = ∂f_k/∂u_l, shape ``(..., M, M)`` for ``u`` of shape ``(..., M)``."""

    def vjp(self, delta, u):
        """The row δF without F: ``delta`` and ``u`` of shape ``(..., M)`` give ``(..., M)`` (2.7, 6.10).

        Raises:
            TypeError, ValueError: an argument is not numbers or not finite, or their shapes differ.
            FloatingPointError: the result is not finite.
        """
        u = self._checked("u", u)
        return self._computed(f"{self}.vjp", self.bare_vjp, array("delta", delta, shape=u.shape, complex_too=True), u)

    @abstractmethod
    def bare_vjp(self, delta, u):
        """δF."""

    @staticmethod
    def _checked(name, u):
        return array(name, u, ndim=(1, 2), complex_too=True)

    @staticmethod
    def _computed(name, formula, *arguments):
        with np.errstate(all="ignore"):
            return result(name, formula(*arguments))


class ComponentWise(Activation):
    """f acts on each component alone, so F = diag(f′(u)) (1.6) and δF = δ ⊙ f′(u) (2.7)."""

    def derivative(self, u):
        """f′(u), component by component, of the shape of ``u`` (3.1)."""
        return self._computed(f"{self}.derivative", self.bare_derivative, self._checked("u", u))

    @abstractmethod
    def bare_derivative(self, u):
        """f′(u)."""

    def jacobian(self, u):
        """F = diag(f′(u)), shape ``(..., M, M)`` (1.6)."""
        slope = self.derivative(u)
        return np.einsum("...k,kl->...kl", slope, np.eye(slope.shape[-1], dtype=slope.dtype))

    def bare_vjp(self, delta, u):
        return delta * self.bare_derivative(u)


class Identity(ComponentWise):
    """f(u) = u, f′(u) = 1: a linear layer, or one whose activation the loss takes over (7.7)."""

    # A copy: who writes to what comes out must not reach what went in.
    def bare_value(self, u):
        return u.copy()

    def bare_derivative(self, u):
        return np.ones_like(u)


class Sigmoid(ComponentWise):
    """σ(u) = 1 / (1 + e^−u) (6.1), σ′ = σ(1 − σ) (6.2)."""

    probabilities = True

    def bare_value(self, u):
        # NumPy orders complex numbers by real part, then by imaginary part, here as in _decay.
        e = self._decay(u)
        return np.where(u >= 0, 1, e) / (1 + e)

    def bare_derivative(self, u):
        # σ(u)σ(−u), since 1 − σ(u) = σ(−u): it keeps its digits where σ has rounded to 1.
        e = self._decay(u)
        return e / (1 + e) ** 2

    @staticmethod
    def _decay(u):
        """e^−|u|, which never overflows; without |·|, which is not analytic."""
        return np.exp(np.minimum(u, -u))


class Tanh(ComponentWise):
    """tanh u = (e^u − e^−u) / (e^u + e^−u) (6.3), tanh′ = 1 − tanh² (6.4)."""

    def bare_value(self, u):
        return np.tanh(u)

    def bare_derivative(self, u):
        # tanh u = 2σ(2u) − 1, so this is 6.4 too: it keeps its digits where tanh has rounded to 1.
        return 4 * sigmoid.bare_derivative(2 * u)


class ReLU(ComponentWise):
    """max(0, u) (6.8), with derivative [u > 0] (6.9): at the kink itself 0, which is a choice."""

    gain = 2  # half of u goes through

    def bare_value(self, u):
        return np.maximum(0, u)

    def bare_derivative(self, u):
        return (u.real > 0).astype(u.real.dtype)


class Softmax(Activation):
    """S_i = e^u_i / Σ_j e^u_j (6.5): every output depends on every input, so F is full."""

    probabilities = True

    def bare_value(self, u):
        # A shift changes nothing (6.5), and after this one no exponent is above 0.
        e = np.exp(u - u.real.max(axis=-1, keepdims=True, initial=-np.inf))
        return e / e.sum(axis=-1, keepdims=True)

    def jacobian(self, u):
        """F = diag(S) − SᵀS with S a row (6.7), shape ``(..., M, M)``."""
        S = self(u)
        unit = np.eye(S.shape[-1], dtype=S.dtype)
        # Rows add up to 0, so S_k (1 − S_k) is S_k times the other S, which keeps its digits where S_k is nearly 1.
        others = np.einsum("...k,...l,kl->...kl", S, S, 1 - unit)
        return np.einsum("...k,kl->...kl", others.sum(axis=-1), unit) - others

    def bare_vjp(self, delta, u):
        """δF = S ⊙ (δ − δSᵀ) (6.10)."""
        S = self.bare_value(u)
        # Halves, of which no difference overflows.
        delta = delta / 2
        if S.shape[-1]:
            # F's columns add up to 0, so δ may be shifted: to 0 at the largest S, where the mean would lose its digits.
            delta = delta - np.take_along_axis(delta, S.argmax(axis=-1, keepdims=True), axis=-1)
        return 2 * S * (delta - np.einsum("...k,...k->...", delta, S)[..., None])


identity, sigmoid, tanh, relu, softmax = Identity(), Sigmoid(), Tanh(), ReLU(), Softmax()

ACTIVATIONS = {f.name: f for f in (identity, sigmoid, tanh, relu, softmax)}
