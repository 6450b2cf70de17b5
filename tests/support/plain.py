"""What each live view should show, in plain NumPy, from what stands beside its sliders and choices.

``value`` gives the number or the name that stands beside a label, as the ``value`` of a ``Page`` or of a view in a
browser does. What comes of it are the arrays of the board by what stands above them, and words of its sentences.
"""

import re

import numpy as np

from nn_notes import ACTIVATIONS, activations

FORMULAS = {
    "identity": lambda u: u,
    "sigmoid": lambda u: 1 / (1 + np.exp(-u)),
    "tanh": lambda u: (np.exp(u) - np.exp(-u)) / (np.exp(u) + np.exp(-u)),
    "relu": lambda u: np.where(u.real > 0, u, 0),
    "softmax": lambda u: np.exp(u) / np.exp(u).sum(axis=-1, keepdims=True),
}


class Cubic(activations.ComponentWise):
    """An activation of a reader's own, which knows no bound."""

    def bare_value(self, u):
        return u**3

    def bare_derivative(self, u):
        return 3 * u**2


class Loud(Cubic):
    """One whose name is no plain text."""

    name = "<b>loud</b>"


def formula(name):
    """An activation written out. One that came later is taken at its word, which its own tests hold."""
    return FORMULAS.get(name, ACTIVATIONS.get(name))


def jacobian(f, u):
    """∂f/∂u at a vector, by a complex step for each entry, which loses no digit."""
    return np.stack([f(u + 1e-30j * e).imag / 1e-30 for e in np.eye(len(u))], axis=-1)


def labelled(**arrays):
    """A dict from the label of each slider of some vectors and matrices to its entry."""
    return {f"{name}[{','.join(map(str, at))}]": x for name, a in arrays.items() for at, x in np.ndenumerate(a)}


def slid(value, name, *shape):
    """A vector or matrix, as its sliders say."""
    return np.reshape([value(label) for label in labelled(**{name: np.empty(shape)})], shape)


def signed(x, digits):
    """A number as the page writes it, with so many decimals."""
    return "0" if x == 0 else f"{x:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def significant(x):
    """A number as the page writes it, with three digits."""
    return f"{x:.3g}".replace("-", "\N{MINUS SIGN}")


# Notebooks 01 and 02: a layer, whose numbers both begin with.

Z, W, B = np.array([1.2, -0.7, 0.5]), np.array([[0.5, -1.0], [1.5, 0.3], [-0.4, 0.8]]), np.array([0.9, -0.2])


def parameters(value):
    return slid(value, "z", 3), slid(value, "W", 3, 2), slid(value, "b", 2)


def single_layer(value, start=(Z, W, B)):
    """``start`` is where the nudge began."""
    (z, W, b), (z_0, W_0, b_0), f = parameters(value), start, formula(value("activation"))
    u, u_0 = z @ W + b, z_0 @ W_0 + b_0
    predicted = (z - z_0) @ W_0 + z_0 @ (W - W_0) + (b - b_0)
    by_W = np.zeros((2, 3, 2))
    by_W[0, :, 0] = by_W[1, :, 1] = z
    arrays = {
        "u": u, "z": z, "W": W, "b": b, "z′": f(u), "F = ∂z′/∂u": jacobian(f, u),
        "∂u/∂z = Wᵀ": W.T, "∂u0/∂W": by_W[0], "∂u1/∂W": by_W[1], "∂u/∂b = I": np.eye(2),
        "Δu predicted": predicted, "Δu actual": u - u_0,
        "Δz′ predicted": jacobian(f, u_0) @ predicted, "Δz′ actual": f(u) - f(u_0),
    }  # fmt: skip
    return (arrays,)


def nudged(value):
    """Two functions of a nudge's length: the changes of z, W, b, and of z′ as predicted and as it is; how far apart."""
    (z, W, b), f, along = parameters(value), formula(value("activation")), value("nudge along")
    unit = {"z": np.zeros(3), "W": np.zeros((3, 2)), "b": np.zeros(2)}
    for name, d in unit.items():
        if along in ("all", f"all of {name}"):
            d[...] = 1
        elif along.startswith(name):
            d[tuple(map(int, along[2:-1].split(",")))] = 1
    whole = np.sqrt(sum((d**2).sum() for d in unit.values()))
    F = jacobian(f, z @ W + b)

    def changes(length):
        dz, dW, db = (length * d / whole for d in unit.values())
        return dz, dW, db, F @ (dz @ W + z @ dW + db), f((z + dz) @ (W + dW) + b + db) - f(z @ W + b)

    def missed(length):
        *_, predicted, actual = changes(length)
        return np.linalg.norm(predicted - actual)

    return changes, missed


def jacobians(value):
    (z, W, b), f, length = parameters(value), formula(value("activation")), value("length of the nudge")
    changes, missed = nudged(value)
    dz, dW, db, predicted, actual = changes(length)
    F = jacobian(f, z @ W + b)
    arrays = {
        "u": z @ W + b, "z": z, "W": W, "b": b, "z′": f(z @ W + b),
        "∂z′/∂z": F @ W.T, "F = ∂z′/∂b": F, "∂u/∂z = Wᵀ": W.T,
        "Δz": dz, "ΔW": dW, "Δb": db, "Δz′ predicted": predicted, "Δz′ actual": actual,
    }  # fmt: skip
    error, half = ("exact" if e < 1e-12 else f"wrong by {significant(e)}" for e in map(missed, [length, length / 2]))
    said = f"A nudge of length {significant(length)}: the prediction is {error}."
    return (arrays, said) if error == "exact" else (arrays, said, f"At half the length it is {half}")


# Notebook 03


def weight_tensor(value):
    z, xi, axis, n = slid(value, "z", 5), slid(value, "ξ", 3), value("walk along"), int(value("slice"))
    T = np.array([[[z_i * (k == j) for j in range(3)] for z_i in z] for k in range(3)])
    # A slice along i makes a row of the outer product, one along k or j a column.
    outer, place = z[:, None] * xi, np.indices((5, 3))[int(axis != "i")]
    at = "".join(str(n) if letter == axis else ":" for letter in "kij")
    arrays = {
        "z": z, "ξ": xi, f"T{at}, the slice {axis} = {n}": T.take(n, "kij".index(axis)),
        "its share of ξT": outer * (place == n), f"shares added up to {axis} = {n}": outer * (place <= n), "zᵀξ": outer,
    }  # fmt: skip
    return arrays, f"= {signed((z if axis == 'i' else xi)[n], 2)}"


# Notebook 04


def backpropagation(layers, x, t):
    """The arrays of the board once the pass is over, and E, a cross entropy.

    ``layers`` are triples of W, b and an activation's name.
    """
    u, z, L = [], [x], len(layers)
    for W, b, f in layers:
        u.append(z[-1] @ W + b)
        z.append(formula(f)(u[-1]))
    arrays = {f"z({l})": z_l for l, z_l in enumerate(z)} | {"t": t}
    delta, reason = -t / z[L], f"∂E/∂z({L})"
    for l in range(L, 0, -1):
        W, _, f = layers[l - 1]
        F = jacobian(formula(f), u[l - 1])
        xi = delta @ F
        arrays |= {
            f"δ({l}) = {reason}": delta, f"F({l})": F, f"ξ({l}) = ∂E/∂b({l})": xi,
            f"∂E/∂W({l}) = z({l - 1})⊤ξ({l})": np.outer(z[l - 1], xi),
        }  # fmt: skip
        if l > 1:
            arrays[f"W({l})⊤"] = W.T
        delta, reason = xi @ W.T, f"ξ({l})W({l})⊤"
    return arrays, -(t * np.log(z[L])).sum()


# Notebook 05

RATE = "learning rate γ"
X, T = np.array([-0.5, 0.2, 0.9, 1.4, 2.0]), np.array([-1.1, -0.3, 0.8, 1.7, 2.4])
# The neuron's Hessian by hand: twice the means of x², x and 1.
CURVATURES, DIRECTIONS = np.linalg.eigh(2 * np.array([[np.mean(X * X), np.mean(X)], [np.mean(X), 1]]))


def path(value, steps):
    """The path of gradient descent and its losses, from the derivatives of the mean of (wx + b − t)² by hand."""
    γ, w, b, visited, losses = value(RATE), value("w₀"), value("b₀"), [], []
    for _ in range(steps + 1):
        miss = w * X + b - T
        visited.append((w, b))
        losses.append(np.mean(miss**2))
        w, b = w - γ * np.mean(2 * miss * X), b - γ * np.mean(2 * miss)
    return np.array(visited), np.array(losses)


def learning_rate(value):
    γ, (θ, J) = value(RATE), path(value, 5)
    gradient = (θ[0] - θ[1]) / γ
    arrays = {
        "θ1": θ[1], "θ0": θ[0], "∇J(θ0)": gradient, "J after 0 to 5 steps": J,
        "curvatures λ": CURVATURES[::-1], "1 − γλ": 1 - γ * CURVATURES[::-1],
    }  # fmt: skip
    return (
        arrays,
        f"− {significant(γ)} ·",
        f"The first step takes {significant(J[0] - J[1])} off J"
        if J[1] <= J[0]
        else f"The first step adds {significant(J[1] - J[0])} to J",
        f"it would be γ‖∇J‖² = {significant(γ * gradient @ gradient)}.",
    )


# Notebook 06


def activation_curves(value, delta):
    x, τ, f = slid(value, "x", 3), value("temperature τ"), formula(value("activation"))
    over, F = "" if τ == 1 else "/τ", jacobian(lambda x: f(x / τ), x)
    before, after = (np.linalg.norm(row) for row in (delta, delta @ F))
    arrays = {"x": x, f"f(x{over})": f(x / τ), f"δF{over}": delta @ F, "δ": delta, f"F{over}": F}
    return arrays, f"length {significant(before)}, and leaves as δF{over} with length {significant(after)}"


# Notebook 07


def operations(value):
    x, y = value("x"), value("y")
    g = np.array([y + 1, x, 1, 1])
    D = np.array([[0, 0, 0, 0], [0, 0, 0, 0], [y, x, 0, 0], [1, 0, 1, 0]])
    arrays = {"g": g, "eK": np.array([0, 0, 0, 1]), "Dmk": D}
    said = [f"hands back y = {y:.1f}, the sum 1", f"∂e/∂x = {y + 1:.1f}.", f"∂e/∂y = x = {x:.1f}."]
    # An exact zero is just 0.
    return arrays, *(re.sub(r"(?<= )-?0\.0(?!\d)", "0", text).replace("-", "−") for text in said)


def prediction(value):
    y, t = (np.array([value(name), 1 - value(name)]) for name in ("y[0]", "t[0]"))
    mse, cross = (y - t) @ (y - t) / 2, -(t * np.log(y)).sum()
    arrays = {"y": y, "t": t, "∂EMSE/∂y = (2/D)(y − t)": y - t, "∂ECE/∂y = −t/y": -t / y}
    slopes = zip((mse, cross), (y - t, -t / y), strict=True)
    return arrays, *(f" = {E:.3f}, slope along the row (1, −1): {signed(row @ [1, -1], 3)}." for E, row in slopes)


def logits(value):
    u, right = slid(value, "u", 3), int(value("right class"))
    S, t = FORMULAS["softmax"](u), np.eye(3)[right]
    F = np.diag(S) - np.outer(S, S)
    arrays = {
        "u": u, "S": S, "S − t": S - t, "t": t, "−t/S · F": S - t, "−t/S": -t / S, "F = diag(S) − SᵀS": F,
    }  # fmt: skip
    return arrays, f"E = −log {S[right]:.4f} = {-np.log(S[right]):.4f}.", "differ by 0.000000 at most"
