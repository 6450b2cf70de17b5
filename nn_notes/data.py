"""Data to train on: real handwritten digits, and small made sets.

The digits are the 1,797 test samples of "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak,
1998, UCI Machine Learning Repository, https://doi.org/10.24432/C50P49, under CC BY 4.0. They lie beside this
file, repacked as ``digits.npz``; ``digits.LICENSE.txt`` says what was changed.

Training data come in pairs ``(X, T)``, a sample to a row, as ``descent.fit`` takes them. Each call gives new arrays.
"""

from importlib.resources import files
from typing import NamedTuple

import numpy as np

from .validate import array, first, generator, index, real_number, result

__all__ = ["Split", "curve", "digit_images", "digits", "moons", "one_hot"]


class Split(NamedTuple):
    """Three pairs ``(X, T)`` that share no sample: to fit, to choose by, and to judge by once at the end."""

    train: tuple
    validation: tuple
    test: tuple


def digit_images():
    """The digits as they were published, in the same order.

    Returns:
        images ``(1797, 8, 8)``, uint8 from 0 (paper) to 16 (ink), and labels ``(1797,)``, uint8 from 0 to 9.
    """
    with (files(__package__) / "digits.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return arrays["images"], arrays["labels"]


def digits(seed=0):
    """The digits ready to train on, shuffled and split.

    Args:
        seed: a whole number, 0 or more, that settles which sample goes where.

    Returns:
        A ``Split`` of 1197, 300 and 300 samples: X ``(n, 64)`` with the pixels, row after row, from 0 to 1, and
        T ``(n, 10)``, one-hot.

    Raises:
        TypeError, ValueError: a seed that is not such a number.
    """
    seed = index("seed", seed)
    images, labels = digit_images()
    X, T = images.reshape(-1, 64) / 16, one_hot(labels, 10)
    order = np.random.default_rng(seed).permutation(len(X))
    return Split(*((X[rows], T[rows]) for rows in np.split(order, [1197, 1497])))


def one_hot(labels, classes):
    """Labels as rows of zeros with a single 1, the target of softmax and cross entropy (7.3).

    Args:
        labels: whole numbers from 0 to ``classes`` − 1, of any shape ``(...)``; floats will do, as files give them.
        classes: how many classes there are, 1 or more.

    Returns:
        ``(..., classes)``, float64.

    Raises:
        TypeError: labels that are no numbers, or classes that are no whole number.
        ValueError: no labels, one that is not whole or outside its range, or fewer classes than one.
    """
    classes = index("classes", classes, least=1)
    array("labels", labels, empty_too=False)
    labels = np.asarray(labels)
    if labels.dtype.kind == "b":
        raise TypeError(f"labels is an array of {labels.dtype}; it needs whole numbers")
    broken, outside = labels != np.floor(labels), (labels < 0) | (labels >= classes)
    if broken.any():
        raise ValueError(f"{first('labels', labels, broken)}; it needs whole numbers")
    if outside.any():
        raise ValueError(f"{first('labels', labels, outside)}; it needs 0 to {classes - 1} for {classes} classes")
    rows = np.zeros((*labels.shape, classes))
    np.put_along_axis(rows, labels[..., None].astype(int), 1, axis=-1)
    return rows


def curve(n, rng, noise=0.1):
    """One wave of a sine to regress, t = sin πx plus noise.

    Args:
        n: how many samples, 1 or more.
        rng: a NumPy random generator.
        noise: standard deviation of the normal noise on t, 0 or more.

    Returns:
        X ``(n, 1)``, drawn evenly from −1 to 1, and T ``(n, 1)``.

    Raises:
        TypeError, ValueError: an argument of another kind, or out of its range.
        FloatingPointError: the noise is too large for float64.
    """
    n, rng, noise = _checked(n, rng, noise)
    X = rng.uniform(-1, 1, (n, 1))
    return X, result("T", np.sin(np.pi * X) + rng.normal(0, noise, (n, 1)))


def moons(n, rng, noise=0.1):
    """Two half circles to classify, each with an end inside the other, so that no straight line parts them.

    Args:
        n: how many samples, 1 or more; the classes take turns, 0 first.
        rng: a NumPy random generator.
        noise: standard deviation of the normal noise on both coordinates, 0 or more; the radius is 1.

    Returns:
        X ``(n, 2)`` and T ``(n, 2)``, one-hot.

    Raises:
        TypeError, ValueError: an argument of another kind, or out of its range.
        FloatingPointError: the noise is too large for float64.
    """
    n, rng, noise = _checked(n, rng, noise)
    label = np.arange(n) % 2
    angle = rng.uniform(0, np.pi, n) + np.pi * label
    X = np.column_stack([np.cos(angle) + label, np.sin(angle) + label / 2])
    return result("X", X + rng.normal(0, noise, (n, 2))), one_hot(label, 2)


def _checked(n, rng, noise):
    return index("n", n, least=1), generator("rng", rng), real_number("noise", noise, least=0)
