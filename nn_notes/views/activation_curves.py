"""The live view of notebook 06: each entry of x on its curve with its tangent, the Jacobian, and what it does to δ."""

from html import escape

import numpy as np

from ..activations import ACTIVATIONS
from ..explore import Canvas, Choice, Matrix, Sliders, View
from ..plots import colours, figure, reaching
from ..show import number, significant
from ..validate import array
from .single_layer import offered

__all__ = ["view"]

# How far the sliders go at least, and so the values of identity and ReLU, which have a scale of their own.
FAR = 8
# From where to where the scale goes of those whose values stay near 0 and 1, and the slopes.
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
    line = np.linspace(low, high, 321)
    at = np.eye(M, dtype=bool)
    bounded = [name for name, f in table.items() if np.abs(f(np.tile(line[:, None], M))).max() <= VALUES[1]]

    def model(f, x, δ):
        f = table[f]
        # [i, n] is x with its entry i moved to the n-th place of the line.
        moved = np.where(at[:, None], line[:, None], x)
        F = f.jacobian(x)
        return {
            "f": f, "x": x, "f(x)": f(x), "F": F, "δ": δ, "δF": f.vjp(δ, x),
            "tangents": f(x)[:, None] + F.diagonal()[:, None] * REACH,
            "curves": np.array([f(along)[:, i] for i, along in enumerate(moved)]),
            "slopes": np.array([f.jacobian(along)[:, i, i] for i, along in enumerate(moved)]),
        }  # fmt: skip

    def layout(a):
        before, after = np.linalg.norm(a["δ"]), np.linalg.norm(a["δF"])
        return [
            [Matrix("<i>x</i>", a["x"]), "→", Matrix("<i>f</i>(<i>x</i>)", a["f(x)"])],
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

    fig, (left, right) = figure(2, width=8, height=3.1)
    ticks = np.linspace(low, high, 5)
    left.set(title="each output over its own xᵢ, with its tangent", ylabel=", ".join(bounded))
    wide = left.secondary_yaxis("right", functions=(lambda y: high * y, lambda y: y / high))
    wide.set(ylabel=", ".join(name for name in table if name not in bounded), yticks=ticks)
    wide.ticklabel_format(axis="y", scilimits=(-3, 3))
    right.set(title="its slope: the diagonal of F", ylabel="slope")
    for ax, limits in ((left, VALUES), (right, SLOPES)):
        ax.set(xlabel="xᵢ", xlim=(low, high), xticks=ticks, ylim=limits)
        ax.ticklabel_format(axis="y", scilimits=(-3, 3))
    lines = colours(M)
    artists = {
        "curves": [left.plot([], [], color=color, alpha=0.5)[0] for color in lines],
        "slopes": [right.plot([], [], color=color, alpha=0.5)[0] for color in lines],
        "tangents": [left.plot([], [], color=color, linewidth=2)[0] for color in lines],
        "f(x)": [left.plot([], [], "o", color=c, label=f"i = {i}")[0] for i, c in enumerate(lines)],
        "diagonal": [right.plot([], [], "o", color=color)[0] for color in lines],
    }
    left.legend(loc="lower right", frameon=False, ncols=-(-M // 8))

    def paint(a):
        unit = 1 if a["f"].name in bounded else high
        left.set_ylim(reaching(VALUES, np.append(a["curves"], a["f(x)"]) / unit))
        least, most = left.get_ylim()
        wide.set_yticks([high * y for y in left.get_yticks() if least <= y <= most])
        right.set_ylim(reaching(SLOPES, np.append(a["slopes"], a["F"].diagonal())))
        for i in range(M):
            x = a["x"][i]
            artists["curves"][i].set_data(line, a["curves"][i] / unit)
            artists["tangents"][i].set_data(x + REACH, a["tangents"][i] / unit)
            artists["f(x)"][i].set_data([x], [a["f(x)"][i] / unit])
            artists["slopes"][i].set_data(line, a["slopes"][i])
            artists["diagonal"][i].set_data([x], [a["F"][i, i]])

    canvas = Canvas(
        fig,
        [artist for group in artists.values() for artist in group],
        "Left: each output of the activation over its own input, with a dot at the present input and its tangent. "
        "Right: the slope of that curve, with a dot at the present input.",
    )
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
        canvas=canvas,
        paint=paint,
        scale=1.0,
    )


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
