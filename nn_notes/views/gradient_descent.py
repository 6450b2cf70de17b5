"""The live view of notebook 05: how far gradient descent gets, by its learning rate and its start."""

import numpy as np

from .. import descent
from ..backprop import gradients
from ..explore import Canvas, LogSlider, Matrix, Slider, View
from ..network import Layer, Network
from ..plots import descent_path, figure, surface
from ..validate import array

__all__ = ["learning_rate"]

STEPS, LISTED = 40, 6


def learning_rate(x, t, start):
    """Choose γ and the start for one linear neuron, u = wx + b, and see the path of gradient descent over its loss.

    The loss, a mean squared error, is a quadratic in θ = (w, b): its curvatures λ are the same everywhere, and a γ of
    2/λ_max is the last that does not diverge.

    Args:
        x: inputs, ``(N,)``.
        t: targets, ``(N,)``.
        start: where w and b are at first, ``(2,)``.

    Returns:
        A ``View`` (5.1, 5.2).

    Raises:
        TypeError, ValueError: not numbers, not finite, or shapes that do not fit.
    """
    x = array("x", x, ndim=(1,), empty_too=False)
    t = array("t", t, shape=x.shape)
    start = array("start", start, shape=(2,))
    inputs = np.stack([x, np.ones(len(x))], axis=1)
    lowest = np.linalg.lstsq(inputs, t, rcond=None)[0]
    curvatures = np.linalg.eigvalsh(2 / len(x) * inputs.T @ inputs)[::-1]
    limit = 2 / curvatures[0]

    def loss(theta):
        w, b = theta
        return np.mean([(w * x_n + b - t_n) ** 2 for x_n, t_n in zip(x, t, strict=True)], axis=0)

    def gradient(theta):
        neuron = Network(Layer(theta[:1, None], theta[1:], "identity"))
        ((dw, db),) = gradients(neuron, x[:, None], t[:, None], "mse")[1]
        return np.array([dw[0, 0], db[0]])

    def model(γ, w, b):
        θ = descent.path(gradient, np.array([w, b]), γ, STEPS)
        return {"γ": γ, "θ": θ, "J": loss(θ.T), "J*": loss(lowest), "∇J": gradient(θ[0]), "1 − γλ": 1 - γ * curvatures}

    def layout(a):
        γ, θ, J, slope = a["γ"], a["θ"], a["J"], a["∇J"]
        return [
            [
                Matrix("<i>θ</i><sub>1</sub>", θ[1], "w, b"), "=",
                Matrix("<i>θ</i><sub>0</sub>", θ[0], "w, b"), f"− {γ:.3g} ·",
                Matrix("∇<i>J</i>(<i>θ</i><sub>0</sub>)", slope, "by w, by b"),
            ],
            [Matrix(f"<i>J</i> after 0 to {LISTED} steps", J[: LISTED + 1])],
            [
                f"The first step takes {J[0] - J[1]:.3g} off <i>J</i>; γ‖∇<i>J</i>‖² promises {γ * slope @ slope:.3g}."
            ],
            [
                Matrix("curvatures <i>λ</i>", curvatures, "steepest, flattest"),
                Matrix("1 − γ<i>λ</i>", a["1 − γλ"], "what a step leaves of the distance"),
            ],
            [f"γ = {γ:.3g} is {γ / limit:.2f} times 2/<i>λ</i><sub>max</sub> = {limit:.3g}. {verdict(θ, J - a['J*'])}"],
        ]  # fmt: skip

    low, high = np.floor(lowest - 3.5), np.ceil(lowest + 3.5)
    fig, (left, right) = figure(2, width=9, height=3.8)
    surface(left, loss, *np.linspace(low, high, 61).T, "The loss J, and the path over it", ["w", "b"])
    left.plot(*lowest, "kx", label="lowest J")
    right.axhline(loss(lowest), color="black", linewidth=1, linestyle=":", label=f"lowest J: {loss(lowest):.2g}")
    right.set(title="J by step", xlabel="step", ylabel="J", yscale="log", xlim=(-1, STEPS + 1), ylim=(1e-3, 1e3))
    path, first = descent_path(left, start[None], "a step")
    (curve,) = right.plot([], [], ".-", color=path.get_color(), linewidth=1, markersize=5)
    left.legend(loc="upper left")
    right.legend(loc="upper right")

    def paint(a):
        path.set_data(*a["θ"].T)
        first.set_data(*a["θ"][:1].T)
        curve.set_data(range(len(a["J"])), a["J"])

    canvas = Canvas(
        fig,
        [path, first, curve],
        "Left: the loss over w and b as contours, and the path of gradient descent from its start towards the lowest "
        "point. Right: the loss by step.",
    )
    return View(
        {
            "γ": LogSlider("γ", limit / 2, limit / 100, limit * 1.5),
            "w": Slider("w₀", start[0], low[0], high[0]),
            "b": Slider("b₀", start[1], low[1], high[1]),
        },
        model,
        layout,
        canvas=canvas,
        paint=paint,
        scale=4.0,
    )


def verdict(visited, above):
    """What a path does, in a sentence: from the parameters that it visited, and the J above the lowest at each."""
    if above[0] < 1e-12:
        return "The start is the lowest point already."
    steps, left = np.diff(visited, axis=0), above[-1] / above[0]
    n = len(steps)
    # Near the lowest point the last digits of J go up and down.
    if left > 1e-6 and above[-1] > above[-2]:
        return f"It <b>diverges</b>: after {n} steps J rises, {left:.2g} times as far above its lowest as at first."
    turns_back = (steps[:10] * steps[1:11]).sum(axis=1) < 0
    word = "oscillates" if turns_back.mean() > 0.5 else "creeps" if left > 0.01 else "converges"
    share = f"{100 * left:.1f} %" if left > 0.001 else "less than 0.1 %"
    return f"It <b>{word}</b>: {n} steps leave {share} of how far J was above its lowest."
