"""The live view of notebook 06: each entry of x on its curve with its tangent, the Jacobian, and what it does to δ."""

from html import escape

import numpy as np

from ..activations import ACTIVATIONS
from ..charts import Axis, Chart, Dots, Line, colours, reaching
from ..explore import Choice, Matrix, Sliders, View
from ..show import number, significant
from ..validate import array
from .single_layer import offered

__all__ = ["view"]

# How far the sliders go at least, and so the values of identity and ReLU.
FAR = 8
# From where to where the axis goes for those whose values stay near 0 and 1, and for the slopes.
VALUES, SLOPES = (-1.15, 1.15), (-0.05, 1.1)
# From where to where a tangent goes, seen from its dot.
REACH = np.array([-2, 2])


def view(x, delta, activation="sigmoid"):
    """Drag the entries of x along their curves: the tangents' slopes are the diagonal of F, and δF is what comes back.

    Curve i is f_i over x_i with the other entries of x kept. So a component-wise f has one curve, and softmax one to
    each output, which moves when another entry does.

    Args:
        x: pre-activation, ``(M,)``.
        delta: the row that comes back from the loss, ``(M,)``.
        activation: the one that is chosen at first, as an object or by its name.

    Returns:
        A ``View`` (6.1–6.10).

    Raises:
        TypeError, ValueError: not numbers, not finite, shapes that do not fit, or a name that is not known.
    """
    x = array("x", x, ndim=(1,), empty_too=False)
    delta = array("delta", delta, shape=x.shape)
    activation, table = offered(activation)
    M, rng = len(x), np.random.default_rng(0)
    low, high = reaching((-FAR, FAR), np.stack([x, -x]))
    line = np.linspace(low, high, 161)
    at = np.eye(M, dtype=bool)

    def model(f, x, δ):
        f = table[f]
        # [i, n] is x with its entry i moved to the n-th place of the line.
        moved = np.where(at[:, None], line[:, None], x)
        F = f.jacobian(x)
        return {
            "f": f, "x": x, "line": line, "f(x)": f(x), "F": F, "δ": δ, "δF": f.vjp(δ, x),
            "tangents": f(x)[:, None] + F.diagonal()[:, None] * REACH,
            "curves": np.array([f(along)[:, i] for i, along in enumerate(moved)]),
            "slopes": np.array([f.jacobian(along)[:, i, i] for i, along in enumerate(moved)]),
        }  # fmt: skip

    def layout(a):
        before, after = np.linalg.norm(a["δ"]), np.linalg.norm(a["δF"])
        return [
            [*_charts(a)],
            [Matrix("<i>x</i>", a["x"], hand="x"), "→", Matrix("<i>f</i>(<i>x</i>)", a["f(x)"])],
            ["<br>".join(formula(a["f"], a["x"], a["f(x)"], a["F"][i, i], i) for i in range(M))],
            [
                Matrix("<i>δF</i>", a["δF"]), "=", Matrix("<i>δ</i>", a["δ"]), "·",
                Matrix("<i>F</i>", a["F"], "output i, input j"),
            ],
            [
                f"Of <i>δ</i>, which has length {significant(before)}, "
                f"the bend lets length {significant(after)} through."
            ],
        ]  # fmt: skip

    return View(
        {
            "f": Choice("activation", activation, list(table)),
            "x": Sliders("x", x, -FAR, FAR, step=0.1),
        },
        model,
        layout,
        memory={"δ": delta},
        actions={
            "New random numbers": lambda state: {
                "x": rng.integers(-40, 41, M) / 10,
                "δ": rng.integers(-20, 21, M) / 10,
            }
        },
        scale=1.0,
        tries={
            "let nothing of <i>δ</i> through: less than a hundredth": lambda a: (
                np.linalg.norm(a["δF"]) < 0.01 * np.linalg.norm(a["δ"])
            ),
            "let all of <i>δ</i> through, and not with the identity": lambda a: (
                a["f"].name != "identity" and a["δ"].any() and np.allclose(a["δF"], a["δ"])
            ),
            "make softmax undecided, all outputs alike": lambda a: (
                a["f"].name == "softmax" and M > 1 and np.allclose(a["f(x)"], 1 / M)
            ),
        },
    )


def _charts(a):
    """Each output over its own input, with its tangent, and the slopes."""
    line, x, entries = a["line"], a["x"], [*enumerate(colours(len(a["x"])))]
    slope = a["F"].diagonal()
    bounded = np.abs(a["curves"]).max() <= VALUES[1]
    across = Axis("xᵢ", line[0], line[-1])
    yield Chart(
        "Outputs over their xᵢ, and tangents", across,
        Axis(f"{a['f'].name}(x)ᵢ", *reaching(VALUES if bounded else (line[0], line[-1]), a["curves"])),
        [
            *(Line(line, a["curves"][i], color, opacity=0.5) for i, color in entries),
            *(Line(x[i] + REACH, a["tangents"][i], color, width=2) for i, color in entries),
            *(Dots(x[i : i + 1], a["f(x)"][i : i + 1], color, f"i = {i}", across=f"x {i}") for i, color in entries),
        ],
        "Each output of the activation over its own input, with a dot at the present input and its tangent.",
    )  # fmt: skip
    yield Chart(
        "Its slope: the diagonal of F", across, Axis("slope", *reaching(SLOPES, a["slopes"])),
        [
            *(Line(line, a["slopes"][i], color, opacity=0.5) for i, color in entries),
            *(Dots(x[i : i + 1], slope[i : i + 1], color, f"i = {i}", across=f"x {i}") for i, color in entries),
        ],
        "The slope of each of these curves, with a dot at the present input.",
    )  # fmt: skip


def formula(f, x, y, slope, i):
    """What output i is and which slope it has, with the numbers in, as HTML."""
    # Of an activation of the reader's own the formula is not known, whatever it is called.
    name = f.name if type(f) is type(ACTIVATIONS.get(f.name)) else ""
    here, value = significant(x[i]), number(y[i], 3)
    if name == "softmax":
        total = " + ".join(f"e<sup>{significant(entry)}</sup>" for entry in x)
        return (
            f"<i>S</i><sub>{i}</sub> = e<sup>{here}</sup> / ({total}) = {value}, "
            f"<i>F</i><sub>{i}{i}</sub> = <i>S</i><sub>{i}</sub>(1 − <i>S</i><sub>{i}</sub>) = "
            f"{value} · {number(1 - y[i], 3)} = {number(y[i] * (1 - y[i]), 3)}"
        )
    own = f"{escape(f.name)}(<i>x</i>)<sub>{i}</sub> = {value}, <i>F</i><sub>{i}{i}</sub> = {number(slope, 3)}"
    return {
        "identity": f"<i>f</i>({here}) = {here}, <i>f</i>′ = 1",
        "sigmoid": f"<i>σ</i>({here}) = 1 / (1 + e<sup>{significant(-x[i])}</sup>) = {value}, "
        f"<i>σ</i>′ = <i>σ</i>(1 − <i>σ</i>) = {value} · {number(1 - y[i], 3)} = {number(y[i] * (1 - y[i]), 3)}",
        "tanh": f"tanh({here}) = {value}, tanh′ = 1 − {number(abs(y[i]), 3)}² = {number(1 - y[i] ** 2, 3)}",
        "relu": f"ReLU({here}) = max(0, {here}) = {here if x[i] > 0 else 0}, ReLU′ = {1 if x[i] > 0 else 0}",
    }.get(name, own)
