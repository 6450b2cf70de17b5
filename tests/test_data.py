"""The digits are the digits, a split is a split, and the made sets are what their docstrings say."""

import tracemalloc
from importlib.resources import files

import numpy as np
import pytest
from sklearn.datasets import load_digits
from strategies import MADE_SETS

from nn_notes import data

# Of each made set: which half of a pair its noise is on, and how wide both are.
SAID = {
    "curve": ("T", 1, 1),
    "moons": ("X", 2, 2),
}
SOURCES = {
    "digit_images": lambda seed: data.digit_images(),
    "digits": data.digits,
    **{name: lambda seed, made=made: made(7, np.random.default_rng(seed)) for name, made in MADE_SETS.items()},
    "one_hot": lambda seed: data.one_hot([seed, 2], 3),
}

every_made_set = pytest.mark.parametrize("name", MADE_SETS)


def rng():
    return np.random.default_rng(0)


def arrays(nested):
    """Every array in a pair, or in a split of pairs."""
    return [nested] if isinstance(nested, np.ndarray) else [a for part in nested for a in arrays(part)]


def assert_equal(one, other):
    for a, b in zip(arrays(one), arrays(other), strict=True):
        np.testing.assert_array_equal(a, b)


def sorted_rows(*columns):
    rows = np.column_stack(columns)
    return rows[np.lexsort(rows.T)]


# The shipped file


def test_the_file_is_small():
    assert len((files("nn_notes") / "digits.npz").read_bytes()) < 100_000


def test_the_digits_are_those_of_scikit_learn():
    images, labels = data.digit_images()
    theirs = load_digits()
    assert images.dtype == labels.dtype == np.uint8
    np.testing.assert_array_equal(images, theirs.images)
    np.testing.assert_array_equal(labels, theirs.target)


def test_the_digits_are_those_that_their_authors_describe():
    images, labels = data.digit_images()
    assert images.shape == (1797, 8, 8)
    assert (images.min(), images.max()) == (0, 16)
    # So their description counts its test samples, from 0 to 9.
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


@pytest.mark.parametrize("text", ["E. Alpaydin and C. Kaynak", "1998", "10.24432/C50P49", "CC BY 4.0", "1,797"])
def test_source_and_licence_are_named_beside_the_file_and_in_the_docstring(text):
    assert text in data.__doc__
    assert text in (files("nn_notes") / "digits.LICENSE.txt").read_text(encoding="utf-8")


# The split


@pytest.mark.parametrize("seed", range(5))
def test_a_split_uses_every_digit_once(seed):
    images, labels = data.digit_images()
    raw = sorted_rows(images.reshape(-1, 64), labels)
    assert len(np.unique(raw, axis=0)) == 1797, "two equal samples could hide an overlap"
    X, T = (np.concatenate(parts) for parts in zip(*data.digits(seed), strict=True))
    np.testing.assert_array_equal(sorted_rows(X * 16, T.argmax(1)), raw)


def test_a_split_has_the_shapes_and_the_scale_that_a_network_takes():
    train, validation, test = split = data.digits()
    assert split.train is train and split.validation is validation and split.test is test
    for (X, T), n in zip(split, [1197, 300, 300], strict=True):
        assert X.shape == (n, 64) and T.shape == (n, 10)
        assert X.dtype == T.dtype == np.float64
        assert (X.min(), X.max()) == (0, 1)
        assert ((T == 0) | (T == 1)).all() and (T.sum(1) == 1).all()


def test_a_row_of_a_split_is_an_image_read_row_after_row():
    images, labels = data.digit_images()
    X, T = data.digits().train
    (n,) = np.flatnonzero((images == X[0].reshape(8, 8) * 16).all((1, 2)))
    assert T[0].argmax() == labels[n]


@pytest.mark.parametrize("seed", range(5))
def test_every_part_of_a_split_has_its_share_of_every_digit(seed):
    for _, T in data.digits(seed):
        assert T.mean(0).min() > 0.04 and T.mean(0).max() < 0.16


def test_without_a_seed_the_split_is_that_of_seed_0():
    assert_equal(data.digits(), data.digits(0))


# One-hot rows


def test_one_hot_by_hand():
    np.testing.assert_array_equal(data.one_hot(np.array([2, 0]), 3), [[0, 0, 1], [1, 0, 0]])
    np.testing.assert_array_equal(data.one_hot(1, 3), [0, 1, 0])
    assert data.one_hot(np.zeros((2, 5), int), 3).shape == (2, 5, 3)
    assert data.one_hot([0], 1).dtype == np.float64


@pytest.mark.parametrize("kind", [float, np.float32, np.float16, ">f8", np.uint8, np.int64, np.uint64, object])
def test_labels_may_be_whole_floats_as_files_give_them(kind):
    labels = np.array([[0, 2], [1, 2]], kind) if kind is not object else np.loadtxt(["0 2", "1 2"])
    np.testing.assert_array_equal(data.one_hot(labels, 3), [[[1, 0, 0], [0, 0, 1]], [[0, 1, 0], [0, 0, 1]]])
    np.testing.assert_array_equal(data.one_hot([0.0, 1.0, 2.0], 3), np.eye(3))
    assert data.one_hot(-0.0, 1).tolist() == [1]


def test_one_hot_takes_no_more_memory_than_its_rows():
    tracemalloc.start()
    rows = data.one_hot([3, 29_999], 30_000)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows.shape == (2, 30_000) and rows.nbytes == 480_000
    assert most < 2 * rows.nbytes
    assert rows[0].nonzero()[0].tolist() == [3] and rows[1].nonzero()[0].tolist() == [29_999]


# The made sets


@every_made_set
@pytest.mark.parametrize("n", [1, 2, 7])
def test_a_made_set_has_the_shapes_it_says_and_classes_that_take_turns(name, n):
    X, T = MADE_SETS[name](n, rng())
    _, wide, classes = SAID[name]
    assert X.shape == (n, wide) and T.shape == (n, classes)
    if classes > 1:
        np.testing.assert_array_equal(T, np.eye(classes)[np.arange(n) % classes])


def test_the_curve_is_one_wave_of_a_sine():
    X, T = data.curve(500, rng(), noise=0)
    np.testing.assert_allclose(T, np.sin(np.pi * X), rtol=1e-12)
    assert -1 <= X.min() < -0.95 and 0.95 < X.max() <= 1


def test_the_moons_are_half_circles_around_their_centres():
    X, T = data.moons(500, rng(), noise=0)
    away = X - T @ [[0, 0], [1, 0.5]]
    np.testing.assert_allclose(np.hypot(*away.T), 1, rtol=1e-12)
    assert (away[:, 1] * (T @ [1, -1]) >= 0).all(), "the first moon is an upper half, the second a lower"
    for label in (0, 1):
        assert np.ptp(away[T[:, label] == 1, 0]) > 1.95, "from one end to the other"


def test_no_straight_line_parts_the_moons():
    """A line leaves a triangle of the first moon's points whole, yet points of the second lie inside one."""
    X, T = data.moons(200, rng())
    first, second = X[T[:, 0] == 1], X[T[:, 1] == 1]
    triangle = first[[first[:, 0].argmin(), first[:, 0].argmax(), first[:, 1].argmax()]]
    corners, points = (np.column_stack([a, np.ones(len(a))]) for a in (triangle, second))
    barycentric = np.linalg.solve(corners.T, points.T)
    assert (barycentric > 0.01).all(0).sum() >= 5


def test_but_a_bent_line_does():
    """Almost every sample has its nearest neighbour in its own moon."""
    X, T = data.moons(200, rng())
    distance = np.linalg.norm(X[:, None] - X, axis=2) + np.diag(np.full(200, np.inf))
    assert (T[distance.argmin(1)] == T).all(1).mean() > 0.97


@pytest.mark.parametrize("noise", [0.05, 0.4])
@every_made_set
def test_noise_is_the_standard_deviation_of_each_coordinate_on_its_own(name, noise):
    noisy, exact = (dict(zip("XT", MADE_SETS[name](2000, rng(), noise=size), strict=True)) for size in (noise, 0))
    half = SAID[name][0]
    difference = noisy[half] - exact[half]
    covariance = np.atleast_2d(np.cov(difference.T))
    np.testing.assert_allclose(covariance, noise**2 * np.eye(len(covariance)), atol=0.1 * noise**2)
    np.testing.assert_allclose(difference.mean(0), 0, atol=0.1 * noise)


@every_made_set
def test_noise_beyond_float64_is_an_error(name):
    with pytest.raises(FloatingPointError, match=rf"^{SAID[name][0]}\[.*\] is -?inf"):
        MADE_SETS[name](100, rng(), noise=1.7e308)


# What holds for all


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_changing_what_a_call_gave_does_not_change_the_next(source):
    given = arrays(source(0))
    kept = [a.copy() for a in given]
    for a in given:
        a += 1
    assert_equal(source(0), kept)


@pytest.mark.parametrize("name", ["digits", *MADE_SETS])
def test_another_seed_gives_other_samples(name):
    for a, b in zip(*(arrays(SOURCES[name](seed))[::2] for seed in (0, 1)), strict=True):
        assert not np.array_equal(a, b)
