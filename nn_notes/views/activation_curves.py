"""The live view of notebook 06: each entry of x on its curve with its tangent, the Jacobian, and what it does to δ."""

from html import escape

import numpy as np

from .. import reasons
from ..activations import ACTIVATIONS
from ..charts import Axis, Chart, Dots, Line, colours, reaching
from ..explore import Choice, LogSlider, Matrix, Sliders, View
from ..show import number, significant
from ..validate import array
from .single_layer import offered

__all__ = ["view"]

# How far the sliders go at least, and so the values of identity and ReLU.
FAR = 8
# From where to where the axis goes for values from 0 to 1 and for the slopes, and for values from −1 to 1.
UNIT, BOTH = (-0.05, 1.1), (-1.15, 1.15)
# Of the line of each entry, in turn: two that lie over each other can be told apart.
DASHES = "", "90 60", "30 40"
# From where to where a tangent goes, seen from its dot.
REACH = np.array([-2, 2])


def view(x, delta, activation="sigmoid"):
    """Drag the entries of x along their curves: the tangents' slopes are the diagonal of F, and δF is what comes back.

    Curve i is f_i over x_i with the other entries of x kept. So a component-wise f has one curve, and softmax one to
    each output, which moves when another entry does. What f is given is x/τ, with a temperature τ.

    Args:
        x: pre-activation, ``(M,)``.
        delta: the row that comes back from the loss, ``(M,)``.
        activation: the one that is chosen at first, as an object or by its name.

    Returns:
        A ``View`` (6.1–6.10, 6.22).

    Raises:
        TypeError, ValueError: not numbers, not finite, shapes that do not fit, or a name that is not known.
    """
    x = array("x", x, ndim=(1,), empty_too=False)
    delta = array("delta", delta, shape=x.shape)
    activation, table = offered(activation)
    M = len(x)
    low, high = reaching((-FAR, FAR), np.stack([x, -x]))
    line = np.linspace(low, high, 161)
    at = np.eye(M, dtype=bool)

    def model(f, τ, x, δ):
        f = table[f]
        # [i, n] is x with its entry i moved to the n-th place of the line.
        moved = np.where(at[:, None], line[:, None], x)
        y, F = f(x / τ), f.jacobian(x / τ) / τ
        return {
            "f": f, "τ": τ, "x": x, "line": line, "f(x)": y, "F": F, "δ": δ, "δF": f.vjp(δ, x / τ) / τ,
            "tangents": y[:, None] + F.diagonal()[:, None] * REACH,
            "curves": np.array([f(along / τ)[:, i] for i, along in enumerate(moved)]),
            "slopes": np.array([f.jacobian(along / τ)[:, i, i] / τ for i, along in enumerate(moved)]),
        }  # fmt: skip

    def layout(a):
        before, after = np.linalg.norm(a["δ"]), np.linalg.norm(a["δF"])
        over = "" if a["τ"] == 1 else "/<i>τ</i>"
        y, x = f"<i>f</i>(<i>x</i>{over})", "x" if a["τ"] == 1 else "(x/τ)"
        slope = reasons.slope(a["f"], "x", "f(x)", y)

        def F(i, j):
            return f"the slope of output {i} by {x}[{j}], over τ" if over else slope(i, j)

        return [
            [*_charts(a)],
            [Matrix("<i>x</i>", a["x"], hand="x"), "→", Matrix(y, a["f(x)"], made=reasons.value(a["f"], x))],
            ["<i>x</i> is divided by <i>τ</i>: a small one makes curves steep, a large one flat."],
            ["<br>".join(formula(a["f"], a["x"] / a["τ"], a["f(x)"], a["F"][i, i], i, a["τ"]) for i in range(M))],
            [
                Matrix(f"<i>δF</i>{over}", a["δF"]), "=", Matrix("<i>δ</i>", a["δ"]), "·",
                Matrix(f"<i>F</i>{over}", a["F"], "output i, input j", made=F),
            ],
            [
                f"<i>δ</i> comes back from the next layer with length {significant(before)}, "
                f"and leaves as <i>δF</i>{over} with length {significant(after)}."
            ],
        ]  # fmt: skip

    return View(
        {
            "f": Choice("activation", activation, list(table)),
            "x": Sliders("x", x, -FAR, FAR, step=0.1),
            "τ": LogSlider("temperature τ", 1.0, 0.1, 10),
        },
        model,
        layout,
        memory={"δ": delta},
        actions={
            "New random numbers": lambda state: {
                "x": state["rng"].integers(-40, 41, M) / 10,
                "δ": state["rng"].integers(-20, 21, M) / 10,
            }
        },
        scale=1.0,
        tries={
            "let less than a hundredth of the length of <i>δ</i> through": lambda a: (
                np.linalg.norm(a["δF"]) < 0.01 * np.linalg.norm(a["δ"])
            ),
            "let <i>δ</i> through as it is, and not with the identity": lambda a: (
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
    low, high = a["curves"].min(), a["curves"].max()
    values = UNIT if 0 <= low <= high <= 1 else BOTH if -1 <= low <= high <= 1 else (line[0], line[-1])
    over = "" if a["τ"] == 1 else "/τ"
    across = Axis("xᵢ", line[0], line[-1])

    def dot(i, color, y):
        # One behind another still shows, as a ring.
        return Dots(x[i : i + 1], y[i : i + 1], color, f"i = {i}", size=max(8, 14 - 3 * i), across=f"x {i}")

    yield Chart(
        "Outputs over their xᵢ, and tangents", across,
        Axis(f"{a['f'].name}(x{over})ᵢ", *reaching(values, a["curves"])),
        [
            *(Line(line, a["curves"][i], color, dash=DASHES[i % 3], opacity=0.5) for i, color in entries),
            *(Line(x[i] + REACH, a["tangents"][i], color, width=2) for i, color in entries),
            *(dot(i, color, a["f(x)"]) for i, color in entries),
        ],
        "Each output of the activation over its own input, with a dot at the present input and its tangent.",
    )  # fmt: skip
    yield Chart(
        f"Its slope: the diagonal of F{over}", across, Axis("slope", *reaching(UNIT, a["slopes"])),
        [
            *(Line(line, a["slopes"][i], color, dash=DASHES[i % 3], opacity=0.5) for i, color in entries),
            *(dot(i, color, slope) for i, color in entries),
        ],
        "The slope of each of these curves, with a dot at the present input.",
    )  # fmt: skip


def formula(f, x, y, slope, i, τ=1):
    """What output i is and which slope it has, with the numbers in, as HTML; x is what f is given."""
    # As a letter, and as a number.
    over, by = ("", "") if τ == 1 else ("/<i>τ</i>", f" / {significant(τ)}")
    # Of an activation of the reader's own the formula is not known, whatever it is called.
    name = f.name if type(f) is type(ACTIVATIONS.get(f.name)) else ""
    here, value, rest, slope = significant(x[i]), number(y[i], 3), number(1 - y[i], 3), number(slope, 3)
    if name == "softmax":
        total = " + ".join(f"e<sup>{significant(entry)}</sup>" for entry in x)
        return (
            f"<i>S</i><sub>{i}</sub> = e<sup>{here}</sup> / ({total}) = {value}, "
            f"<i>F</i><sub>{i}{i}</sub>{over} = <i>S</i><sub>{i}</sub>(1 − <i>S</i><sub>{i}</sub>){over} = "
            f"{value} · {rest}{by} = {slope}"
        )
    own = f"{escape(f.name)}(<i>x</i>{over})<sub>{i}</sub> = {value}, <i>F</i><sub>{i}{i}</sub>{over} = {slope}"
    result = f" = {slope}" if over else ""
    square = f"1 − {number(abs(y[i]), 3)}²"
    square = f"({square})" if over else square
    return {
        "identity": f"<i>f</i>({here}) = {here}, <i>f</i>′{over} = 1{by}{result}",
        "sigmoid": f"<i>σ</i>({here}) = 1 / (1 + e<sup>{significant(-x[i])}</sup>) = {value}, "
        f"<i>σ</i>′{over} = <i>σ</i>(1 − <i>σ</i>){over} = {value} · {rest}{by} = {slope}",
        "tanh": f"tanh({here}) = {value}, tanh′{over} = {square}{by} = {slope}",
        "relu": f"ReLU({here}) = max(0, {here}) = {here if x[i] > 0 else 0}, "
        f"ReLU′{over} = {1 if x[i] > 0 else 0}{by}{result}",
    }.get(name, own)
