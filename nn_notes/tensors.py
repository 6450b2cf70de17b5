"""The long form: every derivative as the whole array it is, built by einsum from its definition.

The letters are those of the equations: i an input of the layer, j (or l) and k outputs, n a sample. Jacobians are in
numerator layout, (outputs, inputs). ``...`` stands for nothing (a single sample) or n (a batch).

float32 stays float32; where two arguments differ, NumPy's promotion makes float64 of them. In every function here a
result that is not finite is a FloatingPointError.
"""

import numpy as np

from .validate import array, index, offers, result

__all__ = [
    "chain",
    "dE_dW",
    "du_dW",
    "du_db",
    "du_dz",
    "dz_dW",
    "dz_db",
    "dz_dz",
    "gradients",
    "other_layout",
    "pull_back",
    "twin_dz_dz",
]


def chain(outer, inner, middle):
    """∂r/∂x from ∂r/∂y and ∂y/∂x: the contraction over y's indices, whatever the orders (0.10).

    Args:
        outer: ∂r/∂y, shape r + y.
        inner: ∂y/∂x, shape y + x.
        middle: the number of axes of y.

    Returns:
        ∂r/∂x, shape r + x.

    Raises:
        TypeError, ValueError: not numbers, or y's axes differ.
    """
    outer = array("outer", outer, complex_too=True)
    inner = array("inner", inner, complex_too=True)
    middle = index("middle", middle, most=min(outer.ndim, inner.ndim))
    y, y_too = outer.shape[outer.ndim - middle :], inner.shape[:middle]
    if y != y_too:
        raise ValueError(f"outer ends in the axes {y} and inner begins with {y_too}; the chain needs them equal")
    with np.errstate(all="ignore"):
        return result("chain", np.tensordot(outer, inner, axes=middle))


def other_layout(N, first_axes):
    """Numerator layout (y's axes first) from denominator layout or back: the two groups of axes change places (0.11).

    Args:
        N: a derivative.
        first_axes: how many axes stand in its first group.

    Returns:
        The same numbers with the first ``first_axes`` axes moved behind the others.
    """
    N = array("N", N, complex_too=True)
    first_axes = index("first_axes", first_axes, most=N.ndim)
    return N.transpose(*range(first_axes, N.ndim), *range(first_axes)).copy()


def du_dz(W):
    """∂u/∂z = Wᵀ, shape (M_out, M_in), for W of shape (M_in, M_out) (1.2)."""
    return np.einsum("ij->ji", _matrix("W", W)).copy()


def du_dW(z, M_out):
    """T = ∂u/∂W, T_kij = z_i [k=j] (1.3, 3.7).

    Args:
        z: the layer's input, ``(M_in,)`` or ``(B, M_in)``.
        M_out: the number of outputs.

    Returns:
        T, ``(M_out, M_in, M_out)``; for a batch ``(B, M_out, M_in, M_out)``, the order-4 tensor of 5.4.
    """
    z = array("z", z, ndim=(1, 2), complex_too=True)
    return np.einsum("...i,kj->...kij", z, np.eye(index("M_out", M_out, least=1), dtype=z.dtype))


def du_db(M_out):
    """∂u/∂b = I, shape (M_out, M_out) (1.4)."""
    return np.eye(index("M_out", M_out, least=1))


def dz_db(F):
    """∂z′/∂b = F I, shape ``(..., M_out, M_out)`` (2.2)."""
    F = _square("F", F)
    return np.einsum("...kl,lj->...kj", F, du_db(F.shape[-1]).astype(F.dtype))


def dz_dz(F, W):
    """∂z′/∂z = F Wᵀ, shape ``(..., M_out, M_in)``, for F ``(..., M_out, M_out)``, W ``(M_in, M_out)`` (2.3).

    Column i of it is 2.4, row j is 2.5.
    """
    F, W = _square("F", F), _matrix("W", W)
    _fit(F, "W", W.shape[1])
    return result("dz_dz", np.einsum("...kj,ij->...ki", F, W))


def twin_dz_dz(F, W):
    """∂z′/∂z = F W in the twin convention u = Wz + b, with W of shape (M_out, M_in) (2.6)."""
    F, W = _square("F", F), _matrix("W", W)
    _fit(F, "W", W.shape[0])
    return result("twin_dz_dz", np.einsum("...kl,li->...ki", F, W))


def dz_dW(F, T):
    """∂z′/∂W = F T, S_kij = F_kl T_lij = F_kj z_i, shape ``(..., M_out, M_in, M_out)`` (3.9)."""
    F, T = _square("F", F), array("T", T, ndim=(3, 4), complex_too=True)
    _fit(F, "T", T.shape[-3])
    _same_batch("F", F.shape[:-2], "T", T.shape[:-3])
    return result("dz_dW", np.einsum("...kl,...lij->...kij", F, T))


def pull_back(delta, J):
    """The row δJ, Σ_k δ_k J_kl: what a row ∂E/∂y becomes behind y's Jacobian (2.7, 4.4, 4.5, 4.7).

    Args:
        delta: ``(..., K)``.
        J: ``(..., K, M)``; F gives ξ, F Wᵀ gives the δ of the layer before.

    Returns:
        ``(..., M)``.
    """
    delta, J = array("delta", delta, ndim=(1, 2), complex_too=True), array("J", J, ndim=(2, 3), complex_too=True)
    if J.shape[-2] != delta.shape[-1]:
        raise ValueError(f"J has shape {J.shape}; its second last axis needs delta's length, {delta.shape[-1]}")
    _same_batch("delta", delta.shape[:-1], "J", J.shape[:-2])
    return result("pull_back", np.einsum("...k,...kl->...l", delta, J))


def dE_dW(xi, T):
    """∂E/∂W = ξ T, the sum over k of ξ_k T_kij, shape ``(..., M_in, M_out)`` (3.10).

    With δ in place of ξ and ∂z′/∂W in place of T it is the first form of 4.6.
    """
    xi, T = array("xi", xi, ndim=(1, 2), complex_too=True), array("T", T, ndim=(3, 4), complex_too=True)
    if T.shape[:-2] != xi.shape:
        raise ValueError(f"T has shape {T.shape}; its axes up to the third last need to be those of xi, {xi.shape}")
    return result("dE_dW", np.einsum("...k,...kij->...ij", xi, T))


def gradients(network, x, t, loss):
    """The same as ``backprop.gradients``, by the long way: the chain of explicit Jacobians down to the tensor (4.1).

    Args:
        network: a network; its layers give W, b and the activation's value and Jacobian.
        x: input, ``(M_0,)`` or ``(B, M_0)``.
        t: target, ``(M_L,)`` or ``(B, M_L)``.
        loss: a loss object, which gives E and the row ∂E/∂z^(L).

    Returns:
        A pair: the loss, a mean over the batch; and a list of ``(dW, db)`` in the parameters' shapes.

    Raises:
        TypeError, ValueError: not numbers, not finite, an empty batch, shapes and values that do not fit, or a last
            activation that the loss holds inside already.
        FloatingPointError: the loss or its gradient is not finite; the message says where.
    """
    offers("network", network, "a Network", "layers")
    offers("loss", loss, "a loss object, such as losses.mse", "gradient")
    M_0 = len(network.layers[0].W)
    z, F, T = array("x", x, ndim=(1, 2), last=M_0, complex_too=True, empty_too=False), [], []
    for layer in network.layers:
        with np.errstate(all="ignore"):
            u = result(f"layers[{len(F)}]: u", np.einsum("...i,ij->...j", z, layer.W) + layer.b)
        F.append(layer.activation.jacobian(u))
        T.append(du_dW(z, len(layer.b)))
        z = layer.activation(u)

    def mean(G, order):
        return (G / len(G)).sum(axis=0) if G.ndim > order else G

    loss.check_finite(*loss.checked(z, t))
    loss.check_last(network.layers[-1].activation)
    grads = []
    for n in range(len(F)):
        delta = loss.gradient(z, t)
        for m in range(len(F) - 1, n, -1):
            delta = pull_back(delta, dz_dz(F[m], network.layers[m].W))
        dW = dE_dW(delta, dz_dW(F[n], T[n]))
        db = pull_back(delta, dz_db(F[n]))
        grads.append((mean(dW, 2), mean(db, 1)))
    return mean(loss(z, t), 0), grads


def _matrix(name, W):
    return array(name, W, ndim=(2,), complex_too=True)


def _square(name, F):
    F = array(name, F, ndim=(2, 3), complex_too=True)
    if F.shape[-1] != F.shape[-2]:
        raise ValueError(f"{name} has shape {F.shape}; it needs its last two axes equal")
    return F


def _fit(F, name, width):
    if F.shape[-1] != width:
        raise ValueError(f"F is for {F.shape[-1]} outputs and {name} for {width}; they need to be equal")


def _same_batch(name, batch, other, other_batch):
    if batch and other_batch and batch != other_batch:
        raise ValueError(f"{name} is a batch of {batch[0]} and {other} of {other_batch[0]}; they need to be equal")
