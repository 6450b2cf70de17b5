"""The live view of notebook 02: one layer's Jacobians, and how far their prediction of a nudge can be trusted."""

import numpy as np

from .. import reasons, tensors
from ..charts import Axis, Chart, Dots, Line, arrow, colours, reaching
from ..explore import Choice, LogSlider, Matrix, View
from ..show import BACK, number, significant
from .single_layer import controls, first_order, new_numbers, offered, start_of

__all__ = ["view"]

LENGTHS = np.logspace(-2, 0.5, 60)
# From where to where the pictures go, or further, where the numbers do.
CHANGES, ERRORS, PLANE = (-1, 2), (1e-7, 10), (-0.4, 0.4)
# Below this, as a part of what changes, an error is roundoff.
EXACT = 1e-12
# What stands above F, which is on the board once.
_F = "<i>F</i> = ∂<i>z′</i>/∂<i>b</i>"


def view(z, W, b, activation="sigmoid"):
    """Move the layer, choose a direction, and lengthen the nudge: the predicted change of z′ beside the actual one.

    Args:
        z: input, ``(M_in,)``.
        W: weights, ``(M_in, M_out)``.
        b: bias, ``(M_out,)``.
        activation: the one that is chosen at first, as an object or by its name.

    Returns:
        A ``View`` (2.1–2.3).

    Raises:
        TypeError, ValueError: not numbers, not finite, or shapes that do not fit.
    """
    start, (activation, table) = start_of(z, W, b), offered(activation)
    entries = [(name, at) for name, array in start.items() for at in np.ndindex(array.shape)]
    owners = np.array([name for name, _ in entries])
    names = [f"{name}[{','.join(map(str, at))}]" for name, at in entries]
    together = {"all of z": owners == "z", "all of W": owners == "W", "all of b": owners == "b", "all": owners != ""}
    directions = {name: mask / np.sqrt(mask.sum()) for name, mask in together.items()}
    directions |= dict(zip(names, np.eye(len(names)), strict=True))

    def model(z, W, b, f, along, length):
        f, d = table[f], directions[along]
        dz, dW, db = (d[owners == name].reshape(array.shape) for name, array in start.items())
        u = z @ W + b
        F, z_next = f.jacobian(u), f(u)

        # The last two are the present nudge and half of it.
        s = np.array([*LENGTHS, length, length / 2])[:, None]
        u_nudged = np.einsum("si,sij->sj", z + s * dz, W + s[..., None] * dW) + b + s * db
        actual = f(u_nudged) - z_next
        predicted = s * (F @ sum(first_order(z, W, b, dz, dW, db).values()))
        error = np.linalg.norm(actual - predicted, axis=1)
        return {
            "f": f, "z": z, "W": W, "b": b, "u": u, "z′": z_next,
            "F": tensors.dz_db(F), "∂u/∂z": tensors.du_dz(W), "∂z′/∂z": tensors.dz_dz(F, W),
            "Δz": length * dz, "ΔW": length * dW, "Δb": length * db,
            "Δz′ predicted": predicted[-2], "Δz′ actual": actual[-2],
            "roundoff": EXACT * max(1, np.abs(actual).max(), np.abs(z_next).max()),
            "length": np.array(length), "error": error[-2], "error at half": error[-1],
            "actual curve": actual[:-2], "predicted curve": predicted[:-2], "error curve": error[:-2],
        }  # fmt: skip

    def layout(a):
        def m(name, axes="", label=None, hand="", made=None):
            return Matrix(label or f"<i>{name}</i>", a[name], axes, hand=hand, made=made)

        def nudged(name):
            """Of a nudge: its length is shared out evenly among the entries that are nudged."""
            return lambda *at: "its share of the nudge" if np.atleast_2d(a[name])[at] else "not nudged"

        F = reasons.slope(a["f"], "u", "z′", "<i>z′</i>")
        return [
            [*_charts(a)],
            [m("u"), "=", m("z", hand="z"), "·", m("W", "row i, column j", hand="W"), "+", m("b", hand="b")],
            [m("z′", made=reasons.value(a["f"], "u")), "= <i>f</i>(<i>u</i>)"],
            [
                m("∂z′/∂z", "row k, column i"), "=", m("F", "row k, column j", _F, made=F), "·",
                m("∂u/∂z", "row j, column i", "∂<i>u</i>/∂<i>z</i> = <i>W</i>ᵀ", made=reasons.transposed("<i>W</i>")),
            ],
            [
                m("Δz", made=nudged("Δz")), m("ΔW", "row i, column j", made=nudged("ΔW")),
                m("Δb", made=nudged("Δb")),
            ],
            [
                m("Δz′ predicted", made=_foretold(a)),
                "= ∂<i>z′</i>/∂<i>z</i> Δ<i>z</i> + ∂<i>z′</i>/∂<i>W</i> Δ<i>W</i> + "
                "∂<i>z′</i>/∂<i>b</i> Δ<i>b</i>",
                m("Δz′ actual", made=_happened),
            ],
            [_verdict(a)],
        ]  # fmt: skip

    return View(
        {
            "length": LogSlider("length of the nudge", 1.0, LENGTHS[0], LENGTHS[-1]),
            "along": Choice("nudge along", "z[1]" if "z[1]" in directions else "z[0]", list(directions)),
        }
        | controls(start, activation, table),
        model,
        layout,
        actions={"New random numbers": new_numbers(start)},
        tries={
            "foretell a nudge longer than 1 exactly": lambda a: (
                a["length"] > 1 and np.abs(a["Δz′ actual"]).max() > 0.01 and a["error"] < a["roundoff"]
            ),
            "be wrong by more than 0.5": lambda a: a["error"] > 0.5,
            "nudge <i>b</i>[0] alone, and yet move every output": lambda a: (
                len(a["b"]) > 1 and abs(a["Δb"][0]) == a["length"] and np.abs(a["Δz′ actual"]).min() > 1e-3
            ),
        },
    )


def _foretold(a):
    """Of the predicted change: what is nudged, each times its derivative, that of W[i,j] being F[k,j] z[i]."""

    def made(_, k):
        by_z = [(1, ("<i>∂z′/∂z</i>", k, i), ("<i>Δz</i>", 0, i)) for i in np.flatnonzero(a["Δz"]).tolist()]
        by_W = [(1, (_F, k, j), ("<i>z</i>", 0, i), ("<i>ΔW</i>", i, j)) for i, j in np.argwhere(a["ΔW"]).tolist()]
        by_b = [(1, (_F, k, j), ("<i>Δb</i>", 0, j)) for j in np.flatnonzero(a["Δb"]).tolist()]
        return by_z + by_W + by_b

    return made


def _happened(_, k):
    return f"z′[{k}] with the nudge, less z′[{k}] without it"


def _charts(a):
    """The first two outputs as a plane, the changes by the length of the nudge, and how prediction and truth part."""
    actual, predicted, error = (a[name] for name in ("actual curve", "predicted curve", "error curve"))
    if len(a["b"]) > 1:
        yield _plane(a)
    pairs, length = [*enumerate(colours(len(a["b"])))], Axis("length of the nudge", 0, LENGTHS[-1])
    changes = np.hstack([actual, predicted])
    yield Chart(
        "Actual and predicted change", length,
        # As far up as down.
        Axis("change of z′", *reaching(CHANGES, [changes, -changes / 2])),
        [
            *(Line(LENGTHS, actual[:, k], color, f"output {k}") for k, color in pairs),
            *(Line(LENGTHS, predicted[:, k], color, dash="60 40") for k, color in pairs),
            Line([], [], label="predicted", dash="60 40"),
            Dots(a["length"], np.hstack([a["Δz′ predicted"], a["Δz′ actual"]]), across="length"),
        ],
        "The change of each output as the nudge grows, actual and predicted: the lines part.",
    )  # fmt: skip
    yield Chart(
        "Where they part", length._replace(low=LENGTHS[0], log=True),
        Axis("error", *reaching(ERRORS, error[error > a["roundoff"]], log=True), log=True),
        [
            Line(LENGTHS, LENGTHS**2 / 10, dash="20 30", opacity=0.7, label="slope 2: as the square of the length"),
            Line(LENGTHS, error, BACK, "the error"),
            Dots(a["length"], a["error"][None], BACK, across="length"),
        ],
        "The error of the prediction against the length of the nudge, and a line of slope 2, as of the length squared.",
    )  # fmt: skip


def _plane(a):
    """Both changes as arrows from where z′ was: the prediction goes straight on, and z′ along a curve."""
    predicted, actual = (a[name][:2] for name in ("Δz′ predicted", "Δz′ actual"))
    far = np.max(np.abs([predicted, actual]) * [1, 1.5])
    low, high = reaching(PLANE, [-far, far])
    return Chart(
        "Where z′ goes", Axis("change of z′[0]", low, high), Axis("change of z′[1]", low / 1.5, high / 1.5),
        [
            Line(*a["actual curve"].T[:2], label="actual, at every length", width=1, opacity=0.4),
            *arrow((0, 0), predicted, high, "predicted", dash="60 40"),
            *arrow((0, 0), actual, high, "actual"),
            Line(*np.transpose([predicted, actual]), BACK, "the error", width=2.5),
        ],
        "The change of the first two outputs as arrows, predicted and actual, and the error between their tips.",
        square=True,
    )  # fmt: skip


def _verdict(a):
    """How wrong the prediction is, and how that changes when the nudge is halved, in words."""
    length, *errors = (float(a[name]) for name in ("length", "error", "error at half"))
    begun = f"A nudge of length {significant(length)}: the prediction is"
    # One by one, as the error may also vanish on its way from below 0 to above.
    exact = [error < a["roundoff"] for error in errors]
    if all(exact):
        return f"{begun} exact. The layer is a straight line so far."
    whole, half = ("exact" if e else f"wrong by {significant(error)}" for error, e in zip(errors, exact, strict=True))
    compared = "" if any(exact) else f", which is {_times(*errors)}"
    said = f"{begun} {whole}. At half the length it is {half}{compared}."
    if a["Δz"].any() and a["ΔW"].any():
        said += " <i>z</i> and <i>W</i> move together, and <i>zW</i> multiplies them: <i>u</i> itself bends."
    return said


def _times(whole, half):
    """How many times less, or more, half is."""
    times = number(max(whole, half) / min(whole, half), 1)
    return "about as much" if times == "1.0" else f"{times} times {'less' if half < whole else 'more'}"
