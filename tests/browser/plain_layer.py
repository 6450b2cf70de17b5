"""What the view of notebook 01 should say, in plain NumPy."""

import numpy as np


def sigmoid(u):
    return 1 / (1 + np.exp(-u))


def softmax(u):
    return np.exp(u) / np.exp(u).sum()


ACTIVATIONS = {
    "identity": (lambda u: u, lambda u: np.eye(2)),
    "sigmoid": (sigmoid, lambda u: np.diag(sigmoid(u) * (1 - sigmoid(u)))),
    "tanh": (np.tanh, lambda u: np.diag(1 - np.tanh(u) ** 2)),
    "relu": (lambda u: np.maximum(u, 0), lambda u: np.diag(1.0 * (u > 0))),
    "softmax": (softmax, lambda u: np.diag(softmax(u)) - np.outer(softmax(u), softmax(u))),
}
START = np.array([1.2, -0.7, 0.5]), np.array([[0.5, -1.0], [1.5, 0.3], [-0.4, 0.8]]), np.array([0.9, -0.2])


def expected(now, start=START, activation="sigmoid"):
    """The arrays of the board, from z, W and b as they are and as they were where the nudge began."""
    (z, W, b), (z_0, W_0, b_0) = now, start
    f, F = ACTIVATIONS[activation]
    u, u_0 = z @ W + b, z_0 @ W_0 + b_0
    predicted = (z - z_0) @ W_0 + z_0 @ (W - W_0) + (b - b_0)
    by_W = np.zeros((2, 3, 2))
    by_W[0, :, 0] = by_W[1, :, 1] = z
    arrays = {
        "u": u, "z": z, "W": W, "b": b, "z′": f(u), "F = ∂z′/∂u": F(u),
        "∂u/∂z = Wᵀ": W.T, "∂u0/∂W": by_W[0], "∂u1/∂W": by_W[1], "∂u/∂b = I": np.eye(2),
        "Δu predicted": predicted, "Δu actual": u - u_0,
        "Δz′ predicted": F(u_0) @ predicted, "Δz′ actual": f(u) - f(u_0),
    }  # fmt: skip
    return {name: np.atleast_2d(array) for name, array in arrays.items()}
