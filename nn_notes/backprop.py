"""Backpropagation, the short form: rows δ and ξ travel back through the layers, and each leaves an outer product."""

import numpy as np

from .family import member
from .losses import LOSSES, Loss
from .network import Network
from .validate import array, instance, result

__all__ = ["gradients"]


def gradients(network, x, t, loss):
    """The loss of a sample or a batch, and its gradient by every parameter.

    Args:
        network: a ``Network`` of L layers.
        x: input, ``(M_0,)`` or ``(B, M_0)``.
        t: target, ``(M_L,)`` or ``(B, M_L)``.
        loss: one of ``LOSSES``, as an object or by its name.

    Returns:
        A pair: the loss J, the mean over the batch (5.3); and a list of ``(dW, db)``, one to each layer, in the
        shapes of its W and b: the gradient of J (4.6, 4.7, 5.4). All are float32 if the network, x and t are, and
        float64 otherwise.

    Raises:
        TypeError, ValueError: no network, not numbers, not finite, an empty batch, shapes and values that do not fit,
            or a last activation that the loss holds inside already.
        FloatingPointError: the loss or its gradient is not finite; the message says where.
    """
    network, loss = instance("network", network, Network), member("loss", loss, LOSSES, Loss)
    x = array("x", x, ndim=(1, 2), last=len(network.layers[0].W), complex_too=True, empty_too=False)
    t = loss.checked_target("t", t, (*x.shape[:-1], len(network.layers[-1].b)))
    loss.check_last(network.layers[-1].activation)
    with np.errstate(all="ignore"):
        y = network.bare_forward(x).z[-1]
        loss.check_prediction(y, "network(x)")
        loss.check_finite(y, t)
        J, grads = bare_gradients(network, np.atleast_2d(x), np.atleast_2d(t), loss)
    result("the loss", J)
    for l, (dW, db) in enumerate(grads):
        result(f"the gradient by layers[{l}].W", dW)
        result(f"the gradient by layers[{l}].b", db)
    return J, grads


def bare_gradients(network, X, t, loss):
    """``gradients`` for a batch ``(B, M)``: forwards, and back."""
    u, z = network.bare_forward(X)
    J = loss.bare_value(z[-1], t).sum() / len(X)  # the mean over the batch (5.3)
    delta = loss.bare_gradient(z[-1], t) / len(X)  # δ^(L) (4.3), of that mean
    return J, backward(network, u, z, delta)


def backward(network, u, z, delta):
    """From δ^(L) to the gradient by every parameter: this is all of backpropagation."""
    grads = []
    for l in reversed(range(len(network.layers))):
        xi = network.layers[l].activation.bare_vjp(delta, u[l])  # ξ = δF (4.5, 4.8)
        grads.insert(0, (z[l].T @ xi, xi.sum(axis=0)))  # ∂J/∂W = ZᵀΞ, ∂J/∂b = Σξ (4.6, 4.7, 5.4)
        if l > 0:
            delta = xi @ network.layers[l].W.T  # δ of the layer before (4.4)
    return grads
