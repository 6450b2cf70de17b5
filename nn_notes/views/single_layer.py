"""The live view of notebook 01: one layer, its Jacobians, and the change they predict."""

import numpy as np

from .. import reasons, tensors
from ..activations import ACTIVATIONS, Activation
from ..explore import Choice, Matrix, Sliders, View
from ..family import member
from ..show import factor, number
from ..validate import array

__all__ = ["controls", "first_order", "new_numbers", "offered", "start_of", "view"]


def start_of(z, W, b):
    """z, W and b as a dict of arrays that fit each other; otherwise a ``TypeError`` or ``ValueError`` says why."""
    W = array("W", W, ndim=(2,), empty_too=False)
    return {"z": array("z", z, shape=W.shape[:1]), "W": W, "b": array("b", b, shape=W.shape[1:])}


def offered(activation):
    """The name of an activation, and a table of all that a view offers: those of the package, and the reader's own."""
    activation = member("activation", activation, ACTIVATIONS, Activation)
    return activation.name, ACTIVATIONS | {activation.name: activation}


def controls(start, activation, names):
    """Sliders for z, W and b from ``start``, a dict of the three, and a choice of the activation f by name."""
    return {name: Sliders(name, a, -2, 2) for name, a in start.items()} | {
        "f": Choice("activation", activation, list(names))
    }


def new_numbers(start):
    """An action that draws random arrays of the shapes in ``start``."""
    return lambda state: {name: state["rng"].integers(-40, 41, a.shape) / 20 for name, a in start.items()}


def first_order(z, W, b, dz, dW, db):
    """What each nudge does to u as its Jacobian predicts it, by name, ``(M_out,)`` (1.2, 1.3, 1.4); Δu is their sum."""
    return {
        "z": np.einsum("ji,i->j", tensors.du_dz(W), dz),
        "W": np.einsum("kij,ij->k", tensors.du_dW(z, len(b)), dW),
        "b": np.einsum("kj,j->k", tensors.du_db(len(b)), db),
    }


def view(z, W, b, activation="sigmoid"):
    """Nudge any entry of z, W and b: u, z′, their Jacobians, and the change predicted beside the change that happens.

    Args:
        z: input, ``(M_in,)``.
        W: weights, ``(M_in, M_out)``.
        b: bias, ``(M_out,)``.
        activation: the one that is chosen at first, as an object or by its name.

    Returns:
        A ``View`` (1.1–1.6).

    Raises:
        TypeError, ValueError: not numbers, not finite, or shapes that do not fit.
    """
    start, (activation, table) = start_of(z, W, b), offered(activation)
    draw = new_numbers(start)

    def anew(state):
        drawn = draw(state)
        return drawn | {"start": drawn}

    def model(z, W, b, f, start):
        f = table[f]
        u = z @ W + b
        u_start = start["z"] @ start["W"] + start["b"]
        shares = first_order(**start, dz=z - start["z"], dW=W - start["W"], db=b - start["b"])
        predicted = sum(shares.values())
        z_next, z_next_start, F_start = f(u), f(u_start), f.jacobian(u_start)
        return {
            "f": f, "z": z, "W": W, "b": b, "u": u, "z′": z_next,
            "∂u/∂z": tensors.du_dz(W), "∂u/∂W": tensors.du_dW(z, len(b)), "∂u/∂b": tensors.du_db(len(b)),
            "F": f.jacobian(u), "F start": F_start, "u start": u_start, "z′ start": z_next_start, "shares": shares,
            "Δu predicted": predicted, "Δu actual": u - u_start,
            "Δz′ predicted": F_start @ predicted, "Δz′ actual": z_next - z_next_start,
        }  # fmt: skip

    def layout(a):
        def m(name, axes="", label=None, hand="", made=None):
            return Matrix(label or f"<i>{name}</i>", a[name], axes, hand=hand, made=made)

        def slice_of(k):
            """Of ∂u_k/∂W, where an entry of W comes into u_k with its input, or not at all."""
            return lambda i, j: [(1, ("<i>z</i>", 0, i))] if j == k else f"W[{i},{j}] is not in u[{k}]"

        def foretold(_, k):
            """Of Δu as predicted."""
            parts = " + ".join(f"{factor(share[k], 2)} by {name}" for name, share in a["shares"].items())
            return f"{parts}, each nudge times its derivative at the start"

        def passed_on(_, k):
            """Of Δz′ as predicted: F at the start, which is on no board, times Δu."""
            return [(slope, ("<i>Δu predicted</i>", 0, l)) for l, slope in enumerate(a["F start"][k])]

        def actual(name):
            return lambda _, k: [(1, (f"<i>{name}</i>", 0, k)), (-a[f"{name} start"][k],)]

        F = reasons.slope(a["f"], "u", "z′", "<i>z′</i>")
        slices = [
            Matrix(f"∂<i>u</i><sub>{k}</sub>/∂<i>W</i>", T_k, "row i, column j", made=slice_of(k))
            for k, T_k in enumerate(a["∂u/∂W"])
        ]
        return [
            [m("u"), "=", m("z", hand="z"), "·", m("W", "row i, column j", hand="W"), "+", m("b", hand="b")],
            [
                m("z′", made=reasons.value(a["f"], "u")), "= <i>f</i>(<i>u</i>)",
                m("F", "row k, column l", "<i>F</i> = ∂<i>z′</i>/∂<i>u</i>", made=F),
            ],
            [
                m("∂u/∂z", "row j, column i", "∂<i>u</i>/∂<i>z</i> = <i>W</i>ᵀ", made=reasons.transposed("<i>W</i>")),
                *slices,
                m("∂u/∂b", "row k, column j", "∂<i>u</i>/∂<i>b</i> = <i>I</i>", made=_added),
            ],
            [
                m("Δu predicted", "from the start", made=foretold), m("Δu actual", made=actual("u")),
                m("Δz′ predicted", "from the start", made=passed_on), m("Δz′ actual", made=actual("z′")),
            ],
            [_missed(a)],
        ]  # fmt: skip

    return View(
        controls(start, activation, table),
        model,
        layout,
        memory={"start": start},
        actions={
            "Start from here": lambda state: {"start": {name: state[name] for name in start}},
            "New random numbers": anew,
        },
        tries={
            "silence an input: its row vanishes from every ∂<i>u<sub>k</sub></i>/∂<i>W</i>": lambda a: not a["z"].all(),
            "move, and find an activation for which the prediction of <i>z′</i> misses nothing": _without_a_miss,
            "close an output: its entry of <i>F</i> below 0.02": lambda a: (a["F"].diagonal() < 0.02).any(),
        },
    )


def _added(k, j):
    """Of ∂u/∂b."""
    return f"b[{j}] is added to u[{k}]" if j == k else f"b[{j}] is not in u[{k}]"


def _missed(a):
    """How far the prediction is off, in a sentence."""
    if not any(share.any() for share in a["shares"].values()):
        return "Nothing is nudged yet: a prediction goes from the start, which is here."
    if _without_a_miss(a):
        return "The prediction for <i>z′</i>, with the derivatives at the start, misses nothing."
    error = np.abs(a["Δz′ predicted"] - a["Δz′ actual"]).max()
    return f"The prediction for <i>z′</i>, with the derivatives at the start, misses by {number(error, 4)} at most."


def _without_a_miss(a):
    actual, predicted = a["Δz′ actual"], a["Δz′ predicted"]
    return np.abs(actual).max() > 0.01 and np.allclose(predicted, actual, rtol=0, atol=1e-12 * np.abs(actual).max())
