"""Gradient descent: one step, one epoch, and a training run that keeps the parameters of its best epoch."""

import math
from dataclasses import dataclass, field
from itertools import count, islice

import numpy as np

from .backprop import backward, gradients
from .family import member
from .losses import LOSSES, Loss
from .network import Layer, Network
from .validate import array, described, function, generator, index, instance, real_number

__all__ = [
    "GradientDescent",
    "History",
    "Momentum",
    "each_epoch",
    "epoch",
    "fit",
    "mean_loss",
    "path",
    "training_pair",
    "with_real_parameters",
]

# How many samples go through a network at once, where there is no batch to say it.
PART = 1024


@dataclass
class History:
    """What a training run went through.

    ``train[n]`` and ``validation[n]`` are the mean losses of epoch n. Epoch 0 is the network as it was given; for a
    later one the training loss is the mean over its batches, each taken just before its step. ``best`` is the epoch
    whose parameters were kept, and ``ended`` says why the run ended: ``"epochs"`` (all done), ``"patience"`` (no
    better epoch for too long) or ``"interrupt"``.
    """

    train: list = field(default_factory=list)
    validation: list = field(default_factory=list)
    best: int = 0
    ended: str = "epochs"


def fit(network, train, validation, *, loss, learning_rate, epochs, batch_size, patience, rng, progress=True):
    """Train by mini-batch gradient descent, and keep the epoch with the best validation loss (5.1, 5.4, 5.5).

    Args:
        network: where to start; it is not changed.
        train: a pair ``(X, T)`` of inputs ``(N, M_0)`` and targets ``(N, M_L)``.
        validation: such a pair, held back from training.
        loss: one of ``LOSSES``, as an object or by its name.
        learning_rate: γ, above 0.
        epochs: how often to go through the training data at most, 1 or more.
        batch_size: samples to a step, 1 to N. The last batch of an epoch may be smaller.
        patience: how many epochs without a better validation loss to go on for, 1 or more; None for no limit.
        rng: a NumPy random generator; it shuffles the data anew for every epoch.
        progress: show a progress bar.

    Returns:
        A pair: the network of the best epoch, and the ``History``. Interrupting the kernel ends the run in the same
        way, with what was reached so far. The network is float32 if the given one and all the data are, and float64
        otherwise.

    Raises:
        TypeError, ValueError: an argument is not what it needs to be.
        FloatingPointError: the loss is not finite, or no longer; the message says where and what to try.
    """
    loss = member("loss", loss, LOSSES, Loss)
    network = with_real_parameters("network", network).copy()  # which sees what is not finite
    train = training_pair("train", train, network, loss)
    validation = training_pair("validation", validation, network, loss)
    network, (train, validation) = _of_one_type(network, (train, validation))
    optimiser = GradientDescent(real_number("learning_rate", learning_rate, above=0))
    epochs = index("epochs", epochs, least=1)
    batch_size = index("batch_size", batch_size, least=1, most=len(train[0]))
    patience = math.inf if patience is None else index("patience", patience, least=1)
    generator("rng", rng)

    losses = [(mean_loss(network, train, loss), mean_loss(network, validation, loss))]
    best, ended = (0, network.copy()), "epochs"
    run = islice(each_epoch(network, train, validation, loss, optimiser, batch_size, rng), epochs)
    try:
        for pair in (bar := _bar(run, epochs, progress)):
            losses.append(pair)
            best = _better(best, network, losses)
            bar.set_postfix_str(f"validation loss {pair[1]:.4f}", refresh=False)
            if len(losses) - 1 - best[0] >= patience:
                ended = "patience"
                break
    except KeyboardInterrupt:
        ended = "interrupt"
    except FloatingPointError:
        if len(losses) == 1:
            gradients(best[1], *train, loss)  # of the network as it was given: no rate is to blame for this error
        raise
    # An interrupt may have come between an epoch's losses and this; the network is then still as the epoch left it.
    n, network = _better(best, network, losses)
    return network, History([J for J, _ in losses], [J for _, J in losses], n, ended)


def _better(best, network, losses):
    """The last epoch, if its validation loss is the lowest, or else the best so far: its number and its network."""
    n = len(losses) - 1
    return (n, network.copy()) if losses[n][1] < losses[best[0]][1] else best


def _bar(run, epochs, progress):
    # Imported where it is wanted: that takes half as long as NumPy does.
    from tqdm.auto import tqdm

    class Bar(tqdm):
        # tqdm's watch over slow bars is a thread, and a browser has none to give.
        monitor_interval = 0

    return Bar(run, total=epochs, unit="epoch", disable=not progress)


def each_epoch(network, train, validation, loss, optimiser, batch_size, rng, first=1):
    """Train without an end, an epoch at a time, changing the network in place.

    The arguments are those of ``fit``, and they are not checked again; ``first`` is how the epochs are counted from.

    Yields:
        The mean losses in training and in validation, after each epoch; the former as ``epoch`` has it.

    Raises:
        FloatingPointError: one of them is not finite.
    """
    for n in count(first):
        losses = epoch(network, *train, loss, optimiser, batch_size, rng), mean_loss(network, validation, loss)
        if not all(map(math.isfinite, losses)):
            raise FloatingPointError(
                f"the loss is {losses[0]:g} in training and {losses[1]:g} in validation after epoch {n}; "
                f"a learning_rate below {optimiser.learning_rate:g} may mend it"
            )
        yield losses


def epoch(network, X, T, loss, optimiser, batch_size, rng):
    """Go once through the data in a new order, a step to each batch, changing the network in place.

    The arguments are those of ``fit``, with loss an object and X and T two arrays; they are not checked again.

    Returns:
        The mean training loss, each batch's taken just before its step.
    """
    order, y = rng.permutation(len(X)), []
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            u, z = network.bare_forward(X[rows])
            y.append(z[-1])
            # γ goes into the small δ, as 1/B does (5.4), and so into every gradient.
            delta = loss.bare_gradient(z[-1], T[rows]) * (optimiser.learning_rate / len(rows))
            steps = [step for pair in backward(network, u, z, delta) for step in pair]
            optimiser.step(network.parameters, steps)
        return float(loss.bare_value(np.concatenate(y), T[order]).mean())


class GradientDescent:
    """θ ← θ − γ∇J for every parameter (5.1). It has no memory; an optimiser that has one keeps it from step to step."""

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def step(self, parameters, steps):
        """Change the parameters in place by steps γ∇J: who makes the gradients has put γ in, where they are small."""
        for theta, step in zip(parameters, steps, strict=True):
            theta -= step


class Momentum:
    """v ← βv − γ∇J and θ ← θ + v for every parameter (5.8). It keeps the velocities from step to step.

    Args:
        learning_rate: γ, above 0.
        momentum: β, from 0 on and below 1.

    Raises:
        TypeError, ValueError: an argument is not what it needs to be.
    """

    def __init__(self, learning_rate, momentum):
        self.learning_rate = real_number("learning_rate", learning_rate, above=0)
        self.momentum = real_number("momentum", momentum, least=0)
        if self.momentum >= 1:
            raise ValueError(f"momentum is {momentum:g}; it needs less than 1, or nothing is ever forgotten")
        self.velocities = None

    def step(self, parameters, steps):
        """Change the parameters in place by steps γ∇J, and by what is left of those before."""
        if self.velocities is None:
            self.velocities = [np.zeros_like(theta) for theta in parameters]
        for theta, v, step in zip(parameters, self.velocities, steps, strict=True):
            v *= self.momentum
            v -= step
            theta += v


def path(gradient, theta, learning_rate, steps):
    """Every θ that gradient descent visits, to be drawn (5.1, 5.2).

    Args:
        gradient: a function of θ that gives ∇J, of the shape of θ.
        theta: where to start, ``(P,)``.
        learning_rate: γ, above 0.
        steps: how many, 0 or more. A path that is no longer finite ends early.

    Returns:
        ``(steps + 1, P)``, or fewer rows; float32 if θ and its gradients are.

    Raises:
        TypeError, ValueError: an argument, or what ``gradient`` gives, is not what it needs to be.
    """
    function("gradient", gradient)
    visited = [array("theta", theta, ndim=(1,))]
    learning_rate = real_number("learning_rate", learning_rate, above=0)
    for _ in range(index("steps", steps)):
        with np.errstate(over="ignore", invalid="ignore"):
            theta = visited[-1] - learning_rate * _gradient(gradient, visited[-1])
        if not np.isfinite(theta).all():
            break
        visited.append(theta)
    return np.array(visited)


def _gradient(gradient, theta):
    return array("gradient(theta)", gradient(theta), shape=theta.shape, finite=False)


def with_real_parameters(name, network):
    """``network``, if it is a ``Network`` whose parameters are real."""
    instance(name, network, Network)
    if any(map(np.iscomplexobj, network.parameters)):
        raise TypeError(f"{name} has complex parameters; it needs real ones")
    return network


def training_pair(name, pair, network, loss):
    """Inputs ``(N, M_0)`` and targets ``(N, M_L)`` that fit a network and a loss; the errors are those of ``fit``."""
    if not isinstance(pair, (tuple, list)):
        raise TypeError(f"{name} is {described(pair)}; it needs a pair (X, T)")
    if len(pair) != 2:
        raise ValueError(f"{name} has {len(pair)} entries; it needs two, as a pair (X, T)")
    X = array(f"{name}[0]", pair[0], ndim=(2,), last=len(network.layers[0].W), empty_too=False)
    T = loss.checked_target(f"{name}[1]", pair[1], (len(X), len(network.layers[-1].b)))
    loss.check_last(network.layers[-1].activation)
    with np.errstate(all="ignore"):
        y = _outputs(network, X)
        E = loss.bare_value(y, T)
    loss.check_prediction(y, f"network({name}[0])")
    if not np.isfinite(E).all():
        loss.check_finite(y, T, f"network({name}[0])", f"{name}[1]")
    return X, T


def _of_one_type(network, pairs):
    """A copy of the network, and the pairs: float32 if all of them are, float64 otherwise."""
    dtype = np.result_type(*network.parameters, *(a for pair in pairs for a in pair))
    layers = (Layer(layer.W.astype(dtype), layer.b.astype(dtype), layer.activation) for layer in network.layers)
    return Network(layers), [[a.astype(dtype, copy=False) for a in pair] for pair in pairs]


def mean_loss(network, pair, loss):
    """The loss of a network over a pair ``(X, T)``, inf or nan where it overflows (5.3)."""
    X, T = pair
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return float(loss.bare_value(_outputs(network, X), T).mean())


def _outputs(network, X):
    """What the network gives for a batch of any size: in parts, as every layer's u and z would fill the memory."""
    return np.concatenate([network.bare_forward(X[n : n + PART]).z[-1] for n in range(0, len(X), PART)])
