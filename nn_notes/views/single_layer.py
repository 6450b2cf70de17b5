"""The live view of notebook 01: one layer, its Jacobians, and the change they predict."""

import numpy as np

from .. import tensors
from ..activations import ACTIVATIONS
from ..explore import Choice, Matrix, Sliders, View

__all__ = ["view"]


def view(z, W, b, activation="sigmoid"):
    """Nudge any entry of z, W and b: u, z′, their Jacobians, and the change predicted beside the change that happens.

    Args:
        z: input, ``(M_in,)``.
        W: weights, ``(M_in, M_out)``.
        b: bias, ``(M_out,)``.
        activation: the name that is chosen at first.

    Returns:
        A ``View`` (1.1–1.6).
    """
    start = {"z": np.asarray(z), "W": np.asarray(W), "b": np.asarray(b)}
    rng = np.random.default_rng(0)

    def model(z, W, b, f, start):
        f = ACTIVATIONS[f]
        u = z @ W + b
        u_start = start["z"] @ start["W"] + start["b"]
        predicted = (
            np.einsum("ji,i->j", tensors.du_dz(start["W"]), z - start["z"])
            + np.einsum("kij,ij->k", tensors.du_dW(start["z"], len(b)), W - start["W"])
            + np.einsum("kj,j->k", tensors.du_db(len(b)), b - start["b"])
        )
        F_start = f.jacobian(u_start)
        return {
            "z": z, "W": W, "b": b, "u": u, "z′": f(u),
            "∂u/∂z": tensors.du_dz(W), "∂u/∂W": tensors.du_dW(z, len(b)), "∂u/∂b": tensors.du_db(len(b)),
            "F": f.jacobian(u),
            "Δu predicted": predicted, "Δu actual": u - u_start,
            "Δz′ predicted": F_start @ predicted, "Δz′ actual": f(u) - f(u_start),
        }  # fmt: skip

    def layout(a):
        def m(name, axes="", label=None):
            return Matrix(label or f"<i>{name}</i>", a[name], axes)

        error = np.abs(a["Δz′ predicted"] - a["Δz′ actual"]).max()
        slices = [
            Matrix(f"∂<i>u</i><sub>{k}</sub>/∂<i>W</i>", T_k, "row i, column j") for k, T_k in enumerate(a["∂u/∂W"])
        ]
        return [
            [m("u"), "=", m("z"), "·", m("W", "row i, column j"), "+", m("b")],
            [m("z′"), "= <i>f</i>(<i>u</i>)", m("F", "row k, column l", "<i>F</i> = ∂<i>z′</i>/∂<i>u</i>")],
            [
                m("∂u/∂z", "row j, column i", "∂<i>u</i>/∂<i>z</i> = <i>W</i>ᵀ"),
                *slices,
                m("∂u/∂b", "row j, column j", "∂<i>u</i>/∂<i>b</i> = <i>I</i>"),
            ],
            [m("Δu predicted"), m("Δu actual"), m("Δz′ predicted"), m("Δz′ actual")],
            [f"The prediction for <i>z′</i> misses by {error:.4f} at most."],
        ]

    return View(
        {
            "z": Sliders("z", start["z"], -2, 2),
            "W": Sliders("W", start["W"], -2, 2),
            "b": Sliders("b", start["b"], -2, 2),
            "f": Choice("activation", activation, list(ACTIVATIONS)),
        },
        model,
        layout,
        memory={"start": start},
        actions={
            "Nudge from here": lambda state: {"start": {name: state[name] for name in start}},
            "New random numbers": lambda state: {
                name: rng.integers(-40, 41, np.shape(array)) / 20 for name, array in start.items()
            },
        },
    )
