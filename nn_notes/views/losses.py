"""The live views of notebook 07: a prediction dragged against its target, and the collapse to S − t from the logits."""

import numpy as np

from .. import losses, reasons
from ..activations import softmax
from ..charts import OCHRE, TEAL, Axis, Chart, Dots, Line, arrow, reaching
from ..explore import Choice, Matrix, Slider, Sliders, View
from ..show import BACK, number
from ..validate import array, index, real_number

__all__ = ["prediction", "view"]

# The curves stop short of 0 and 1, where cross entropy is infinite.
PLACES = np.linspace(0.005, 0.995, 199)
REACH = 0.12
# From where to where the pictures go, or further, where the dots do.
VALUES, SLOPES = (0, 4), (-12, 12)
NAMES = ("mean squared error", TEAL), ("cross entropy", OCHRE)
# How far the logits go, and the least that a drag leaves of a probability.
FAR, LEAST = 4, 0.002
# In the triangle: the losses whose contours are drawn, and from where to where the axes go.
CONTOURS = (0.5, 1, 2, 3)
AROUND = (-0.08, 1.08)


def prediction(y=0.25, t=0.8):
    """Drag the probability y of a yes against the target t: both losses, their slopes, and their curves.

    The prediction is the row (y, 1 − y) and the target (t, 1 − t), so a nudge to y moves the row by (1, −1) times it.

    Args:
        y: the prediction at first, one number from 0.01 to 0.99.
        t: the target at first, one number from 0 to 1.

    Returns:
        A ``View`` (7.1–7.4).

    Raises:
        TypeError, ValueError: y or t is no number, or out of its range.
    """
    y, t = real_number("y", y), real_number("t", t)
    if not 0.01 <= y <= 0.99:
        raise ValueError(f"y is {y}; it needs a probability from 0.01 to 0.99")
    if not 0 <= t <= 1:
        raise ValueError(f"t is {t}; it needs a probability from 0 to 1")
    both, rows = (losses.mse, losses.cross_entropy), np.stack([PLACES, 1 - PLACES], axis=1)

    def model(y, t):
        y, t = np.array([y, 1 - y]), np.array([t, 1 - t])
        targets = np.broadcast_to(t, rows.shape)
        gradients = np.array([E.gradient(y, t) for E in both])
        return {
            "y": y, "t": t, "E": np.array([E(y, t) for E in both]), "∂E/∂y": gradients,
            "slope": gradients @ [1, -1], "curves": np.array([E(rows, targets) for E in both]),
            "slopes": np.array([E.gradient(rows, targets) @ [1, -1] for E in both]),
        }  # fmt: skip

    def layout(a):
        y, t = a["y"], a["t"]
        return [
            [*_charts(a)],
            [Matrix("<i>y</i>", y, "yes, no"), Matrix("<i>t</i>", t, "yes, no")],
            [
                Matrix(
                    "∂<i>E</i><sub>MSE</sub>/∂<i>y</i> = (2/<i>D</i>)(<i>y</i> − <i>t</i>)",
                    a["∂E/∂y"][0],
                    made=lambda _, i: [(1, ("<i>y</i>", 0, i)), (-1, ("<i>t</i>", 0, i))],
                ),
                Matrix(
                    "∂<i>E</i><sub>CE</sub>/∂<i>y</i> = −<i>t</i>/<i>y</i>",
                    a["∂E/∂y"][1],
                    made=lambda _, i: f"minus t[{i}], over y[{i}]",
                ),
            ],
            [
                f"MSE: ½ (({y[0]:.2f} − {t[0]:.2f})² + ({y[1]:.2f} − {t[1]:.2f})²) = {a['E'][0]:.3f}, "
                f"slope along the row (1, −1): {number(a['slope'][0])}."
            ],
            [
                f"Cross entropy: −({t[0]:.2f} · log {y[0]:.2f} + {t[1]:.2f} · log {y[1]:.2f}) = {a['E'][1]:.3f}, "
                f"slope along the row (1, −1): {number(a['slope'][1])}."
            ],
        ]

    return View(
        {"y": Slider("y[0]", y, 0.01, 0.99, 0.01), "t": Slider("t[0]", t, 0, 1, 0.01)},
        model,
        layout,
        actions={
            "New random numbers": lambda state: dict(zip("yt", state["rng"].integers(2, 99, 2) / 100, strict=True))
        },
        tries={
            "bring both slopes along the row (1, −1) to zero": lambda a: np.abs(a["slope"]).max() < 1e-9,
            "make the slope of cross entropy twenty times the other": lambda a: (
                abs(a["slope"][1]) > 20 * abs(a["slope"][0]) > 1e-9
            ),
            "find the target for which even the best prediction has the most cross entropy": lambda a: np.allclose(
                a["t"], 0.5
            ),
        },
    )


def _charts(a):
    """Both losses over the prediction, and their slopes."""
    y, t, near = a["y"][:1], a["t"][0], np.array([-REACH, REACH])
    x, J = Axis("y[0]", 0, 1), Axis("E", *reaching(VALUES, a["E"]))
    slope = Axis("slope along (1, −1)", *reaching(SLOPES, a["slope"]))
    pairs = [*enumerate(NAMES)]

    def target(axis, label=""):
        return Line([t, t], axis[1:3], width=1, dash="20 30", label=label)

    yield Chart(
        "The losses, and their tangents", x, J,
        [
            target(J),
            *(Line(PLACES, a["curves"][n], color, name) for n, (name, color) in pairs),
            *(
                Line(y + near, E + slope * near, color, width=2.5, dash="60 40")
                for E, slope, (_, color) in zip(a["E"], a["slope"], NAMES, strict=True)
            ),
            *(Dots(y, a["E"][n : n + 1], color, across="y") for n, (_, color) in pairs),
            Dots(a["t"][:1], [J.low], label="the target t[0]", size=8, across="t"),
        ],
        "Mean squared error and cross entropy by the prediction, each with a dot and a tangent where it is.",
    )  # fmt: skip
    yield Chart(
        "The slopes", x, slope,
        [
            Line([0, 1], [0, 0], width=1, opacity=0.5),
            target(slope, "the target t[0]"),
            *(Line(PLACES, a["slopes"][n], color, name) for n, (name, color) in pairs),
            *(Dots(y, a["slope"][n : n + 1], color, across="y") for n, (_, color) in pairs),
        ],
        "The slope of each loss by the prediction. A dotted line marks the target, where both are zero.",
    )  # fmt: skip


def view(u, target=0):
    """Move the logits: softmax, cross entropy, and the row −t/S times diag(S) − SᵀS beside S − t.

    From three classes on the probabilities of the first two are a dot in a triangle, which can be dragged, too. The
    arrow to it from the target is S − t.

    Args:
        u: logits, ``(D,)``.
        target: the right class at first, an index into u.

    Returns:
        A ``View`` (6.7, 7.3–7.5, 7.7).

    Raises:
        TypeError, ValueError: u is not a row of numbers, or has no such target.
    """
    u = array("u", u, ndim=(1,), empty_too=False)
    target = index("target", target, most=len(u) - 1)

    def model(u, target):
        t, S = np.eye(len(u))[int(target)], softmax(u)
        delta, F = losses.cross_entropy.gradient(S, t), softmax.jacobian(u)
        return {
            "u": u, "t": t, "S": S, "−t/S": delta, "F": F, "product": np.einsum("k,kl->l", delta, F),
            "S − t": losses.softmax_cross_entropy.gradient(u, t), "E": losses.softmax_cross_entropy(u, t),
        }  # fmt: skip

    def layout(a):
        right = a["S"][a["t"] == 1].item()
        apart = np.abs(a["product"] - a["S − t"]).max()
        S = Matrix("<i>S</i>", a["S"], made=reasons.value(softmax, "u"))
        return [
            *([[_simplex(a)]] if len(u) > 2 else []),
            [Matrix("<i>u</i>", a["u"], hand="u"), "→ softmax →", S],
            [Matrix("<i>S</i> − <i>t</i>", a["S − t"]), "=", S, "−", Matrix("<i>t</i>", a["t"])],
            [
                Matrix("−<i>t</i>/<i>S</i> · <i>F</i>", a["product"]), "=",
                Matrix("−<i>t</i>/<i>S</i>", a["−t/S"], made=lambda _, i: f"minus t[{i}], over S[{i}]"), "·",
                Matrix("<i>F</i> = diag(<i>S</i>) − <i>S</i>ᵀ<i>S</i>", a["F"], "row k, column l",
                       made=reasons.slope(softmax, "u", "S", "<i>S</i>")),
            ],
            [f"<i>E</i> = −log {right:.4f} = {number(a['E'].item(), 4)}. Both ways lead to the same row: they differ "
             f"by {f'{apart:.6f}' if np.isfinite(apart) else number(apart)} at most."],
        ]  # fmt: skip

    def descend(state):
        u, t = state["u"], np.eye(len(state["u"]))[int(state["target"])]
        return {"u": u - losses.softmax_cross_entropy.gradient(u, t)}

    def drag(state, first, second):
        """Logits of the probabilities nearest to a place; the other classes keep their proportions."""
        S = softmax(state["u"])
        S[:2] = np.clip([first, second], LEAST, 1)
        S[:2] /= max(1, S[:2].sum() / (1 - LEAST))
        S[2:] *= (1 - S[:2].sum()) / S[2:].sum()
        u = np.log(S)
        return {"u": np.clip(u - u.mean(), -FAR, FAR).round(3)}

    return View(
        {
            "u": Sliders("u", u, -FAR, FAR),
            "target": Choice("right class", str(target), [str(k) for k in range(len(u))]),
        },
        model,
        layout,
        actions={
            "Step against the gradient": descend,
            "New random numbers": lambda state: {"u": state["rng"].integers(-60, 61, len(u)) / 20},
        },
        drags={"S": drag},
        scale=1.0,
        tries={
            "be sure, and wrong: <i>S</i> above 0.98 for another class": lambda a: (a["S"] * (1 - a["t"])).max() > 0.98,
            "be sure, and right: <i>S</i> − <i>t</i> below 0.02 in size everywhere": lambda a: (
                np.abs(a["S − t"]).max() < 0.02
            ),
            "be undecided: all of <i>S</i> alike": lambda a: len(a["S"]) > 1 and np.ptp(a["S"]) < 1e-9,
        },
    )


def _simplex(a):
    """The probabilities of the first two classes as a dot in a triangle: what is left to it is that of the others."""
    (x, y), target, right = a["S"][:2], a["t"][:2], a["t"].argmax()
    # Where E is the same, the right class has the same probability.
    along = {
        0: lambda p: ([p, p], [0, 1 - p]),
        1: lambda p: ([0, 1 - p], [p, p]),
    }.get(right, lambda p: ([0, 1 - p], [1 - p, 0]))
    rest = "sure of 2" if len(a["S"]) == 3 else "sure of another"
    return Chart(
        "All probabilities", Axis("S[0]", *AROUND), Axis("S[1]", *AROUND),
        [
            Line([0, 1, 0, 0], [0, 0, 1, 0], width=1),
            *(Line(*along(np.exp(-E)), width=1, opacity=0.35) for E in CONTOURS),
            Line([], [], width=1, opacity=0.35, label=f"E = {', '.join(map(str, CONTOURS))}, away from t"),
            *arrow(target, (x, y), 1, "S − t, from t to S", color=BACK),
            Dots(*np.transpose([[x, y]]), TEAL, "S", size=10, drag="S"),
            Dots(*np.transpose([target]), label="t", size=6),
        ],
        "A triangle whose corners are certainty of a class. S is a dot in it, S − t the arrow from the target.",
        square=True,
        notes=((0.79, -0.06, "sure of 0"), (0.1, 1, "sure of 1"), (0, -0.06, rest)),
    )  # fmt: skip
