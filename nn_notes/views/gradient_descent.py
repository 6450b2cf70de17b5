"""The live views of notebook 05: the path of gradient descent over a loss, and a training run to play and to pause."""

import math

import numpy as np

from .. import descent, losses
from ..activations import Identity, softmax
from ..backprop import gradients
from ..charts import OCHRE, TEAL, Axis, Chart, Dots, Line, reaching
from ..explore import Choice, Drawing, LogSlider, Matrix, Slider, View
from ..network import Layer, Network
from ..show import factor, number, significant
from ..validate import array, index, items, real_number

__all__ = ["learning_rate", "training"]

STEPS, LISTED = 40, 5
EPOCHS = 120
# In pixels: a sample's place on its row, what is free on both sides of it, and the bar of a probability of 1. And the
# shades of grey that there are.
PLACE, GAP, BAR, SHADES = 60, 7, 48, 4
BARS = (
    "Below each sample a bar for each class, 0 on the left: how probable the network says it is. "
    "That of the right class is teal. Under the bars stands what the sample is taken for."
)
# From where to where the pictures of J go, or further, where J does: over the path, and over a run.
HEIGHTS, LOSSES = (1e-3, 1e3), (1e-3, 10)
AROUND = np.linspace(0, 2 * np.pi, 121)
# What is left of J at the end of a path that has arrived.
ROUNDOFF = 1e-14


def learning_rate(x, t, start, rate=None):
    """Choose γ and the start for one linear neuron, u = wx + b, and see the path of gradient descent over its loss.

    The loss, a mean squared error, is a quadratic in θ = (w, b): its curvatures λ are the same everywhere, and a γ of
    2/λ_max is the last that does not diverge.

    Args:
        x: inputs, ``(N,)``.
        t: targets, ``(N,)``.
        start: where w and b are at first, ``(2,)``.
        rate: γ at first, above 0; by default half of the last that does not diverge.

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
    curvatures, directions = (part[..., ::-1] for part in np.linalg.eigh(2 / len(x) * inputs.T @ inputs))
    limit = 2 / curvatures[0]
    rate = float(f"{limit / 2:.3g}") if rate is None else real_number("rate", rate, above=0)

    def loss(theta):
        w, b = theta
        return np.mean([(w * x_n + b - t_n) ** 2 for x_n, t_n in zip(x, t, strict=True)], axis=0)

    def gradient(theta):
        neuron = Network(Layer(theta[:1, None], theta[1:], "identity"))
        ((dw, db),) = gradients(neuron, x[:, None], t[:, None], "mse")[1]
        return np.array([dw[0, 0], db[0]])

    def model(γ, w, b):
        θ = descent.path(gradient, np.array([w, b]), γ, STEPS)
        if len(θ) < 2:
            raise FloatingPointError(f"the first step is not finite; a γ below {γ:.3g} may mend it")
        far = half * widened((θ[: LISTED + 1] - middle) / half)
        J, J_low = loss(θ.T), loss(lowest)
        return {
            "γ": γ, "θ": θ, "θ*": lowest, "J": J, "J*": J_low, "∇J": gradient(θ[0]),
            "1 − γλ": 1 - γ * curvatures, "sight": middle + np.outer([-1, 1], far),
            "course": course(θ, J - J_low),
        }  # fmt: skip

    def layout(a):
        γ, θ, J, slope, bends = a["γ"], a["θ"], a["J"], a["∇J"], "curvatures <i>λ</i>"
        takes, off = ("takes", "off") if J[1] <= J[0] else ("adds", "to")
        return [
            [*charts(a)],
            [
                Matrix("<i>θ</i><sub>1</sub>", θ[1], "w, b"), "=",
                Matrix("<i>θ</i><sub>0</sub>", θ[0], "w, b"), f"− {significant(γ)} ·",
                Matrix("∇<i>J</i>(<i>θ</i><sub>0</sub>)", slope, "by w, by b",
                       made=lambda _, n: f"how steep J is by {'wb'[n]} at the start"),
            ],
            [Matrix(f"<i>J</i> after 0 to {LISTED} steps", J[: LISTED + 1], made=_after)],
            [
                f"The first step {takes} {significant(abs(J[0] - J[1]))} {off} <i>J</i>. "
                f"Were <i>J</i> as straight as it begins, it would be γ‖∇<i>J</i>‖² = {significant(γ * slope @ slope)}."
            ],
            [
                Matrix(bends, curvatures, "steepest, flattest",
                       made=lambda _, n: f"how fast the slope of J grows along the {('steepest', 'flattest')[n]} way"),
                Matrix("1 − γ<i>λ</i>", a["1 − γλ"], "what is left of the distance after a step",
                       made=lambda _, n: [(1,), (-γ, (bends, 0, n))]),
            ],
            [
                f"γ = {significant(γ)} is {number(γ / limit)} times "
                f"2/<i>λ</i><sub>max</sub> = {significant(limit)}. {verdict(a['course'], J - a['J*'])}"
            ],
        ]  # fmt: skip

    low, high = np.floor(lowest - 3.5), np.ceil(lowest + 3.5)
    # So wide that it is more than rounding, and as wide as high.
    middle, half = (low + high) / 2, np.full(2, np.max([*(high - low) / 2, *1e-6 * np.abs(lowest)]))

    def charts(a):
        """The path over the loss, and the loss by step."""
        (w_low, b_low), (w_high, b_high) = a["sight"]
        yield Chart(
            "The loss J, and the path over it", Axis("w", w_low, w_high), Axis("b", b_low, b_high),
            [
                *_contours(a, curvatures, directions),
                Line(*a["θ"].T, TEAL, width=1),
                Dots(*a["θ"].T, TEAL, "a step", size=4),
                Dots(*a["θ"][:1].T, TEAL, "the start", size=9, across="w", up="b"),
                Dots(*lowest[:, None], label="lowest J", size=6),
            ],
            "The loss over w and b as contours, and the path of gradient descent towards the lowest point.",
            square=True,
        )  # fmt: skip
        J = Axis("J", *reaching(HEIGHTS, a["J"][a["J"] > ROUNDOFF * a["J"][0]], log=True), log=True)
        steps = np.arange(len(a["J"]))
        yield Chart(
            "J by step", Axis("step", -1, STEPS + 1), J,
            [
                Line([-1, STEPS + 1], np.full(2, a["J*"]), width=1, dash="20 30",
                     label=f"lowest J: {significant(a['J*'], 2)}"),
                Line(steps, a["J"], TEAL, width=1),
                Dots(steps, a["J"], TEAL, size=4),
            ],
            "The loss by step.",
        )  # fmt: skip

    return View(
        {
            "γ": LogSlider("learning rate γ", rate, limit / 100, limit * 1.5),
            "w": Slider("w₀", start[0], middle[0] - half[0], middle[0] + half[0]),
            "b": Slider("b₀", start[1], middle[1] - half[1], middle[1] + half[1]),
        },
        model,
        layout,
        scale=4.0,
        tries={
            "creep: the last step still has some way to go": lambda a: a["course"] == "creeps",
            "diverge: each step ends higher than the one before": lambda a: a["course"] == "diverges",
            "oscillate: jump from side to side, and still come down": lambda a: a["course"] == "oscillates",
        },
    )


def _after(_, n):
    return "J at the start" if n == 0 else f"J after {n} step{'s' * (n > 1)}"


def _contours(a, curvatures, directions):
    """Ellipses around the lowest point: on each, J is twice as far above its lowest as on the one within.

    J − J* = ½ Σ λ (θ − θ*)² along the directions of curvature.
    """
    circle = np.array([np.cos(AROUND), np.sin(AROUND)])
    # Where the loss hardly curves, an ellipse runs straight out of sight.
    reach = np.ptp(a["sight"][:, 0]) / np.sqrt(np.maximum(curvatures / curvatures[0], 1e-6))
    ellipse = directions @ (reach[:, None] * circle)
    for n, level in enumerate(2.0 ** (-np.arange(12) / 2)):
        label = "J is the same along a ring" * (n == 0)
        yield Line(*a["θ*"][:, None] + level * ellipse, label=label, width=0.7, opacity=0.45)


def widened(visited):
    """How many times as far one has to see so that all places come into sight: 1, 2, 4, …

    A path that overflows goes out of sight.
    """
    far = np.abs(visited).max()
    # With room for a dot.
    return 1.0 if far <= 1 else 2.0 ** min(math.ceil(math.log2(1.05 * far)), 400)


def course(visited, above):
    """What a path does, in a word: from the parameters that it visited, and the J above the lowest at each.

    It is empty where the start is the lowest point already.
    """
    if above[0] < 1e-12:
        return ""
    steps, left = np.diff(visited, axis=0), above[-1] / above[0]
    # Near the lowest point the last digits of J go up and down.
    if left > 1e-6 and above[-1] > above[-2]:
        return "diverges"
    turns_back = (steps[:10] * steps[1:11]).sum(axis=1) < 0
    return "oscillates" if turns_back.mean() > 0.5 else "creeps" if left > 0.01 else "converges"


def verdict(word, above):
    """Such a course in a sentence, with the J above the lowest at each step."""
    if not word:
        return "The start is the lowest point already."
    n, left = len(above) - 1, above[-1] / above[0]
    if word == "diverges":
        times = f"{left:.2g}" if left < 1000 else f"10<sup>{math.log10(left):.0f}</sup>"
        return f"It <b>diverges</b>: after {n} steps J rises, {times} times as far above its lowest as at first."
    share = f"{100 * left:.1f} %" if left > 0.001 else "less than 0.1 %"
    return f"It <b>{word}</b>: {n} steps leave {share} of how far J was above its lowest."


def training(network, train, validation, picture=None):
    """Train a classifier, by the epoch or without a stop: its losses fall, and its answers sort themselves.

    The loss is softmax with cross entropy, and γ and the size of a batch can change on the way.

    Args:
        network: where to start, a ``Network`` that gives logits; it is not changed.
        train: a pair ``(X, T)`` of inputs ``(N, M_0)`` and targets ``(N, M_L)``, each a row that is 1 at its class.
        validation: such a pair, held back from training, with a sample of every class.
        picture: where a sample is a picture, its height and width: the first of each class is shown as it is learned.

    Returns:
        A ``View`` (5.1, 5.3–5.5).

    Raises:
        TypeError, ValueError: no such network, shapes that do not fit it, or a class without a sample.
    """
    loss = losses.softmax_cross_entropy
    descent.with_real_parameters("network", network)
    last = network.layers[-1].activation
    if not isinstance(last, Identity):
        raise ValueError(f"network ends in {last}; it needs identity there, since the loss takes logits")
    sizes = [len(network.layers[0].W), *(len(layer.b) for layer in network.layers)]
    if sizes[-1] < 2:
        raise ValueError("network has 1 output; it needs 2 or more, one to each class")
    train = descent.training_pair("train", train, network, loss)
    validation = descent.training_pair("validation", validation, network, loss)
    shares = validation[1].sum(axis=0)
    if not shares.all():
        raise ValueError(f"validation has no sample of class {shares.argmin()}; it needs some of every class")

    firsts = validation[1].argmax(axis=0)
    pictures = None if picture is None else _pictures(validation[0][firsts], _picture_shape(picture, sizes[0]))

    def begin(network, seed):
        """A run that has not begun: its history has the losses of the network as it is given."""
        history = [tuple(descent.mean_loss(network, pair, loss) for pair in (train, validation))]
        return {"network": network, "history": history, "seed": seed, "last": None}

    def over(history):
        return len(history) > EPOCHS

    def one_epoch(state):
        if over(state["history"]):
            return {}
        n, γ = len(state["history"]), state["γ"]
        network = state["network"].copy()
        before = network.layers[-1].b[0]
        rng = np.random.default_rng([state["seed"], n])
        optimiser = descent.GradientDescent(γ)
        J = next(descent.each_epoch(network, train, validation, loss, optimiser, int(state["B"]), rng, first=n))
        steps = math.ceil(len(train[0]) / int(state["B"]))
        after = network.layers[-1].b[0]
        return {
            "network": network,
            "history": [*state["history"], J],
            "last": {"γ": γ, "steps": steps, "before": before, "after": after},
        }

    def new_numbers(state):
        seed = state["seed"] + 1
        f = [layer.activation for layer in network.layers]
        return begin(Network.init(sizes, f, np.random.default_rng(seed)), seed)

    def model(γ, B, network, history, seed, last):
        S = softmax(network(validation[0]))
        return {
            "losses": np.array(history), "last": last, "over": over(history),
            "right": np.mean(S.argmax(axis=1) == validation[1].argmax(axis=1)),
            "said": np.einsum("nc,nk->ck", validation[1], S) / shares[:, None], "firsts": S[firsts],
        }  # fmt: skip

    def layout(a):
        J_train, J_validation = a["losses"][-1]
        best = a["losses"][:, 1].argmin()
        end = " The run is over. Reset, and it begins anew." if a["over"] else ""
        return [
            [_chart(a, sizes[-1])],
            *([[pictures], [_bars(a["firsts"])], [BARS]] if pictures else []),
            [
                f"<b>Epoch {len(a['losses']) - 1}:</b> <i>J</i> is {number(J_train)} in training and "
                f"{number(J_validation)} in validation, where {100 * a['right']:.0f} % are read right.<br>"
                f"The lowest validation loss so far is that of epoch {best}, {number(a['losses'][best, 1])}. "
                f"By (5.5) its parameters are those to keep.{end}"
            ],
            [_moved(a["last"], len(network.layers))],
            [
                Matrix(
                    "What the network says, on average",
                    a["said"],
                    "row the right class, column the class that it gives",
                    names=[range(sizes[-1])] * 2,
                    made=lambda k, l: f"the probability that it gives class {l} where class {k} is right, on average",
                )
            ],
        ]

    return View(
        {
            "γ": LogSlider("learning rate γ", 0.2, 0.002, 2, steps=90),
            "B": Choice("batch size B", "32", ["1", "8", "32", "128"]),
        },
        model,
        layout,
        memory=begin(network, 0),
        actions={"One epoch": one_epoch, "New random numbers": new_numbers},
        repeated="One epoch",
        ended=lambda a: a["over"],
        scale=1.0,
        tries={
            "read 95 % of the validation right": lambda a: a["right"] >= 0.95,
            "go on for ten epochs after the lowest validation loss": lambda a: (
                len(a["losses"]) - 1 >= a["losses"][:, 1].argmin() + 10 > 10
            ),
            "spoil it: after ten epochs no better than a blind guess": lambda a: (
                len(a["losses"]) > 10 and a["losses"][-1, 0] > 0.9 * math.log(sizes[-1])
            ),
        },
    )


def _chart(a, classes):
    """The losses of a run, as far as it has come."""
    J, blind, epochs = a["losses"].T, math.log(classes), np.arange(len(a["losses"]))
    ends = [("training", TEAL, J[0]), ("validation", OCHRE, J[1])]
    return Chart(
        "Mean loss by epoch", Axis("epoch", -1, EPOCHS + 1),
        Axis("mean loss", *reaching(LOSSES, J, log=True), log=True),
        [
            Line([-1, EPOCHS + 1], [blind, blind], width=1, dash="20 30",
                 label=f"a blind guess: −log 1/{classes} = {blind:.2f}"),
            *(Line(epochs, losses, color, name) for name, color, losses in ends),
            *(Dots(epochs[-1:], losses[-1:], color, size=5) for _, color, losses in ends),
        ],
        "Training and validation loss by epoch, as far as the run has come.",
    )  # fmt: skip


def _picture_shape(picture, size):
    shape = tuple(index(f"picture[{n}]", length, least=1) for n, length in enumerate(items("picture", picture)))
    if len(shape) != 2 or math.prod(shape) != size:
        raise ValueError(f"picture is {shape}; it needs a height and a width that make {size}, the entries of a sample")
    return shape


def _pictures(samples, shape):
    """A row of samples as pictures, one to each class."""
    (high, across), room = shape, PLACE - 12
    side, ink = room / max(shape), samples / (np.abs(samples).max() or 1)
    drawn = []
    for n, sample in enumerate(ink):
        left = n * PLACE + (PLACE - across * side) / 2
        for shade in np.arange(1, SHADES + 1) / SHADES:
            spots = np.argwhere((np.abs(sample).reshape(shape) * SHADES).round() == shade * SHADES)
            d = "".join(f"M{left + x * side:.1f} {y * side:.1f}h{side:.1f}v{side:.1f}h-{side:.1f}z" for y, x in spots)
            drawn.append(f'<path fill-opacity="{shade:g}" d="{d}"/>' if d else "")
    return Drawing.of("".join(drawn), len(samples) * PLACE, math.ceil(high * side), "A sample of each class.", 14)


def _bars(S):
    """Below each sample how probable each class is said to be, and which it is taken for."""
    wide, drawn, taken = (PLACE - 2 * GAP) / len(S), [], S.argmax(axis=1)
    for n, probabilities in enumerate(S):
        for k, p in enumerate(probabilities):
            color, see = (TEAL, 1) if k == n else ("currentColor", 0.45)
            drawn.append(
                f'<path fill="{color}" fill-opacity="{see}" '
                f'd="M{n * PLACE + GAP + k * wide:.1f} {BAR}v-{p * BAR:.1f}h{wide - 1:.1f}V{BAR}z"/>'
            )
        right = taken[n] == n
        weight = "" if right else ' font-weight="700"'
        said = f"{taken[n]} {'✓' if right else '✗'}"
        drawn.append(f'<text x="{n * PLACE + PLACE / 2:g}" y="{BAR + 18}"{weight}>{said}</text>')
    names = ", ".join(f"{n} for {k}" for n, k in enumerate(taken))
    floors = "".join(f"M{n * PLACE + GAP} {BAR}h{PLACE - 2 * GAP}" for n in range(len(S)))
    base = f'<path stroke="currentColor" stroke-opacity="0.5" d="{floors}"/>'
    return Drawing.of(base + "".join(drawn), len(S) * PLACE, BAR + 24, f"Taken: {names}.", 14)


def _moved(last, L):
    """What the steps of the last epoch did to one parameter, with the numbers in it."""
    if last is None:
        return "No step has been taken yet."
    γ, steps, before, after = last["γ"], last["steps"], last["before"], last["after"]
    gradient = (before - after) / (γ * steps)
    return (
        f"One parameter as an example, <i>b</i><sup>({L})</sup>[0]: {steps} steps moved it by −γ∇<i>J</i> each, as "
        f"(5.1) says: {number(before, 4)} − {steps} · {significant(γ)} · {factor(gradient, 6)} = {number(after, 4)}, "
        f"with the mean of its {steps} gradients."
    )
