"""The live views of notebook 05: their numbers against plain NumPy, and what they say when they are moved."""

import copy
import pickle
import re
from itertools import combinations

import numpy as np
import plain
import pytest
from page import Page
from plain import CURVATURES, DIRECTIONS, RATE, T, X
from strategies import parameters

from nn_notes import Layer, Network
from nn_notes.charts import TEAL
from nn_notes.views import gradient_descent

START = np.array([-2.0, 0.0])
LIMIT = 2 / CURVATURES[1]
LOWEST = np.polyfit(X, T, 1)


def at(rate=None, start=START):
    return Page(gradient_descent.learning_rate(X, T, start, rate))


@pytest.mark.parametrize("start", [(-2.0, 0.0), (3.5, -1.25)], ids=str)
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9, 1.2])
def test_board_and_path_are_those_of_numpy(start, share):
    page = at(share * LIMIT)
    page.move("w₀", start[0])
    page.move("b₀", start[1])
    assert [page.value(label) for label in (RATE, "w₀", "b₀")] == [share * LIMIT, *start]
    page.shows(*plain.learning_rate(page.value))
    path, losses = plain.path(page.value, 40)
    np.testing.assert_allclose(page.view.arrays["θ"], path, rtol=1e-9)
    np.testing.assert_allclose(page.view.arrays["J"], losses, rtol=1e-9)


def along(direction, distance=2.0):
    return LOWEST + distance * DIRECTIONS[:, direction]


@pytest.mark.parametrize(
    ("share", "start", "sentence"),
    [
        (0.01, START, "creeps</b>: 40 steps leave 2"),
        (0.05, START, "creeps</b>: 40 steps leave 3.6 %"),
        (0.5, START, "converges</b>: 40 steps leave less than 0.1 %"),
        (0.9, START, "oscillates</b>: 40 steps leave less than 0.1 %"),
        (0.999, START, "oscillates</b>: 40 steps leave 7"),
        (1.001, START, "diverges</b>: after 40 steps J rises, 0.9"),
        (1.5, START, "diverges</b>: after 40 steps J rises, 10<sup>24</sup> times as far above its lowest"),
        # Along the steepest direction even a small step is long enough.
        (0.05, along(1), "converges</b>: 40 steps leave less than 0.1 %"),
        (0.5, LOWEST, "The start is the lowest point already."),
    ],
)
def test_the_verdict_is_that_of_the_path(share, start, sentence):
    assert sentence in at(share * LIMIT, start).words()


def test_contours_stand_behind_the_path_each_half_as_far_above_the_lowest_as_the_next():
    *contours, path = [mark for mark in at().marks() if mark.chart == 0 and "line" in mark.looks]
    assert len(contours) == 12 and "faint" not in path.looks

    def above(theta):
        return [np.mean((w * X + b - T) ** 2 - (LOWEST[0] * X + LOWEST[1] - T) ** 2) for w, b in theta]

    heights = [above(contour.data()) for contour in contours]
    for J in heights:
        # Read off in tenths of a pixel.
        np.testing.assert_allclose(J, np.mean(J), rtol=0.05)
    np.testing.assert_allclose(np.mean(heights[:-1], axis=1) / np.mean(heights[1:], axis=1), 2, rtol=0.05)
    assert not contours[0].within(*contours[0].data().T) and contours[-1].within(*contours[-1].data().T)


def test_the_picture_widens_and_comes_back():
    page = Page(gradient_descent.learning_rate([0.5, 1.5], [1, 2], [0, 0], 0.5))
    first = page.everything()
    ends = [scale.unit for scale in page.marks()[0].scales]
    for label, to in [(RATE, 100), ("w₀", 100)]:
        page.move(label, to)
        path = next(mark for mark in page.marks() if mark.looks == {"line", TEAL})
        assert path.within(*page.view.arrays["θ"][: gradient_descent.LISTED + 1].T)
    # A pixel is more of w and of b.
    assert (np.abs([scale.unit for scale in path.scales]) < np.abs(ends)).all()
    page.click("Reset")
    assert page.everything() == first


FAHRENHEIT = [0, 10, 20, 30, 40], [32, 50, 68, 86, 104]


@pytest.mark.parametrize(
    ("x", "t", "start", "rate"),
    [
        (*FAHRENHEIT, [0, 0], None),
        (*FAHRENHEIT, [0, 0], 2e-3),
        ([1, 2], [3, 5], [1e6, -1e6], 0.1),
        ([1, 2], [3, 5], [0, 0], 1.0),
        ([1, 2], [3e16, 5e16], [1e16, 2e16], 0.01),
        ([1e-3, 2e-3], [1e3, 2e3], [0.5, 0.5], 0.5),
    ],
)
def test_a_start_and_its_path_are_in_the_picture(x, t, start, rate):
    page = Page(gradient_descent.learning_rate(x, t, start, rate))
    left, right = (mark for mark in page.marks() if mark.looks == {"line", TEAL})
    assert [page.value("w₀"), page.value("b₀")] == start
    theta, J = page.view.arrays["θ"], page.view.arrays["J"]
    assert left.within(*theta[: gradient_descent.LISTED + 1].T)
    # All of the curve but for the roundoff at its end.
    shown = np.greater(J, gradient_descent.ROUNDOFF * J[0])
    assert right.within(np.flatnonzero(shown), J[shown])


def test_a_first_step_that_overflows_is_said_to():
    with pytest.raises(FloatingPointError, match=r"the first step is not finite; a γ below 1e\+308 may mend it"):
        gradient_descent.learning_rate([1, 2], [3, 5], [0, 0], 1e308)


def test_gamma_runs_evenly_over_its_logarithm_from_a_hundredth_of_the_limit_to_past_it():
    page = at()
    stops = page.stops(RATE)
    assert all(float(f"{stop:.3g}") == stop for stop in stops)
    np.testing.assert_allclose(stops[:1] + stops[-1:], [LIMIT / 100, LIMIT * 1.5], rtol=0.005)
    # The start is a stop more.
    steps = np.diff(np.log([stop for stop in stops if stop != page.value(RATE)]))
    np.testing.assert_allclose(steps, np.log(150) / 100, atol=0.011)
    assert page.value(RATE) == float(f"{LIMIT / 2:.3g}")


# A training run of 12 samples of 3 classes, and 7 held back.

CLASSES, HELD_BACK = np.eye(3)[np.arange(12) % 3], np.eye(3)[[0, 1, 2, 2, 1, 2, 0]]
SAMPLES = np.random.default_rng(6).normal(size=(12, 4)) + CLASSES @ np.eye(3, 4)
OTHERS = np.random.default_rng(7).normal(size=(7, 4)) + HELD_BACK @ np.eye(3, 4)
NETWORK = Network.init([4, 5, 3], ["tanh", "identity"], np.random.default_rng(8))


def run(network=NETWORK, scale=1.0):
    return Page(gradient_descent.training(network, (scale * SAMPLES, CLASSES), (scale * OTHERS, HELD_BACK)))


def epoch(page, γ, size):
    """One epoch. Returns the pair, with the stop of γ that is nearest."""
    page.move(RATE, γ)
    page.move("batch size B", str(size))
    page.click("One epoch")
    return page.value(RATE), size


def probabilities(theta, x):
    W1, b1, W2, b2 = theta
    e = np.exp(np.tanh(x @ W1 + b1) @ W2 + b2)
    return e / e.sum(axis=1, keepdims=True)


def mean_loss(theta, x, t):
    return -np.log((probabilities(theta, x) * t).sum(axis=1)).mean()


def trained(theta, epochs, seed=0):
    """Mini-batch gradient descent by hand.

    Args:
        theta: W and b of both layers.
        epochs: a pair of γ and the size of a batch for each.
        seed: which numbers shuffle the data.

    Returns:
        The parameters at the end, and the pairs of training and validation loss from epoch 0 on.
    """
    history = [(mean_loss(theta, SAMPLES, CLASSES), mean_loss(theta, OTHERS, HELD_BACK))]
    for n, (γ, size) in enumerate(epochs, start=1):
        order, losses = np.random.default_rng([seed, n]).permutation(12), []
        for start in range(0, 12, size):
            x, t = SAMPLES[order[start : start + size]], CLASSES[order[start : start + size]]
            losses += [mean_loss(theta, x, t)] * len(x)
            W1, b1, W2, _ = theta
            z = np.tanh(x @ W1 + b1)
            xi2 = (probabilities(theta, x) - t) / len(x)
            xi1 = (xi2 @ W2.T) * (1 - z**2)
            gradients = [x.T @ xi1, xi1.sum(axis=0), z.T @ xi2, xi2.sum(axis=0)]
            theta = [old - γ * gradient for old, gradient in zip(theta, gradients, strict=True)]
        history.append((np.mean(losses), mean_loss(theta, OTHERS, HELD_BACK)))
    return theta, np.array(history)


def agree(page, theta, history):
    """The page has these parameters and losses, and says of them what follows."""
    for shown, expected in zip(parameters(page.view.state["network"]), theta, strict=True):
        np.testing.assert_allclose(shown, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(page.view.arrays["losses"], history, rtol=1e-9)
    S = probabilities(theta, OTHERS)
    ((_, said),) = page.board().items()
    expected = [S[HELD_BACK.argmax(axis=1) == k].mean(axis=0) for k in range(3)]
    np.testing.assert_allclose(said, expected, rtol=0, atol=0.00501)
    right = np.mean(S.argmax(axis=1) == HELD_BACK.argmax(axis=1))
    words, best = page.said(), history[:, 1].argmin()
    assert f"Epoch {len(history) - 1}: J is {history[-1, 0]:.3f} in training and {history[-1, 1]:.3f} in" in words
    assert f"validation, where {100 * right:.0f} % are read right." in words
    lowest = f"{history[best, 1]:.3f}. By (5.5) its parameters are those to keep."
    assert f"so far is that of epoch {best}, {lowest}" in words
    assert ("No step has been taken yet." in words) == (len(history) == 1)


@pytest.mark.parametrize(
    "epochs",
    [
        [(0.5, 1)],
        [(0.5, 8)],
        [(0.5, 32)],
        # The best is an earlier one.
        [(0.2, 32), (1.0, 8), (1.0, 8), (0.02, 1), (2.0, 1)],
        [(0.2, 8)] * 3 + [(2.0, 1)] * 2,
    ],
)
def test_epochs_are_those_of_numpy_also_when_gamma_and_the_batch_change(epochs):
    page, done = run(), []
    assert (page.value(RATE), page.value("batch size B")) == (pytest.approx(0.2), "32")
    agree(page, *trained(parameters(NETWORK), done))
    for γ, size in epochs:
        done.append(epoch(page, γ, size))
        theta, history = trained(parameters(NETWORK), done)
        agree(page, theta, history)
    assert len(epochs) == 1 or 0 < history[:, 1].argmin() < 5


def test_it_says_what_the_steps_did_to_a_bias():
    page = run()
    for n in range(2):
        epoch(page, 0.2, 8)
        before, after = (trained(parameters(NETWORK), [(0.2, 8)] * epochs)[0][3][0] for epochs in (n, n + 1))
        words = page.said().replace("−", "-")
        assert "b(2)[0]: 2 steps moved it by -γ∇J each" in words and "its 2 gradients" in words
        first, steps, γ, gradient, last = re.search(
            r"says: (-?[\d.]+) - (\d+) · ([\d.]+) · \(?(-?[\d.]+)\)? = (-?[\d.]+), with", words
        ).groups()
        assert (first, steps, γ, last) == (f"{before:.4f}", "2", "0.2", f"{after:.4f}")
        assert float(gradient) == pytest.approx((before - after) / (2 * 0.2), abs=5.01e-7)


def test_the_given_network_is_left_alone():
    before, page = [theta.copy() for theta in parameters(NETWORK)], run()
    for label in ("One epoch", "One epoch", "New random numbers", "One epoch"):
        page.click(label)
    for now, given in zip(parameters(NETWORK), before, strict=True):
        np.testing.assert_array_equal(now, given)


SQUARE = re.compile(r"M(\S+) (\S+)h(\S+)v\S+h-\S+z")
BAR = re.compile(r'<path fill="([^"]*)" fill-opacity="[^"]*" d="M(\S+) 48v-(\S+)h\S+V48z"/>')


def test_a_sample_of_each_class_is_drawn_and_what_it_is_taken_for():
    page = Page(gradient_descent.training(NETWORK, (SAMPLES, CLASSES), (OTHERS, HELD_BACK), picture=(2, 2)))
    first = OTHERS[[HELD_BACK.argmax(axis=1).tolist().index(k) for k in range(3)]]
    for done in range(4):
        pictures, bars = re.findall("<svg.*?</svg>", page.words())
        # Of each sample, how dark the quarters are.
        dark = np.zeros((3, 2, 2))
        for see, d in re.findall('fill-opacity="(.*?)" d="(.*?)"', pictures):
            for x, y, side in SQUARE.findall(d):
                n, left = divmod(float(x), 60)
                dark[int(n), int(float(y) > 1), int(left > 6 + float(side) / 2)] = float(see)
        np.testing.assert_allclose(dark.reshape(3, 4), np.abs(first) / np.abs(first).max(), rtol=0, atol=0.126)
        S = probabilities(trained(parameters(NETWORK), [(0.2, 32)] * done)[0], first)
        found = [(color != "currentColor", float(high) / 48) for color, _, high in BAR.findall(bars)]
        assert [right for right, _ in found] == np.eye(3, dtype=bool).ravel().tolist()
        np.testing.assert_allclose([p for _, p in found], S.ravel(), rtol=0, atol=0.0011)
        taken = [f"{k} {'✓' if k == n else '✗'}" for n, k in enumerate(S.argmax(axis=1))]
        assert re.findall(r"\d [✓✗]", bars) == taken
        page.click("One epoch")


def test_a_run_ends_after_its_epochs(monkeypatch):
    monkeypatch.setattr(gradient_descent, "EPOCHS", 3)
    page = run()
    assert page.view.spec["repeated"] == "One epoch"
    for _ in range(3):
        page.click("One epoch")
        assert page.ended == ("The run is over." in page.said()) == (len(page.view.state["history"]) == 4)
    before = page.everything()
    page.click("One epoch")
    assert page.ended and page.everything() == before
    agree(page, *trained(parameters(NETWORK), [(page.value(RATE), 32)] * 3))


def test_reset_begins_the_same_run_again():
    page = run()
    epoch(page, 2.0, 1)
    page.click("New random numbers")
    page.click("One epoch")
    page.click("Reset")
    page.click("One epoch")
    agree(page, *trained(parameters(NETWORK), [(page.value(RATE), 32)]))


def test_new_random_numbers_begin_a_different_run():
    page, starts = run(), [parameters(NETWORK)]
    for seed in (1, 2):
        epoch(page, 0.5, 8)
        page.click("New random numbers")
        start = parameters(page.view.state["network"])
        assert all((new != old).all() for old_start in starts for new, old in zip(start, old_start, strict=True))
        starts.append(start)
        agree(page, *trained(start, []))
        # The seed goes on, so that the data are shuffled anew too.
        page.click("One epoch")
        agree(page, *trained(start, [(page.view.state["γ"], 8)], seed))
    assert (page.value(RATE), page.value("batch size B")) == (pytest.approx(0.5, rel=0.04), "8")


def test_the_picture_follows_the_run_and_comes_back():
    page = run()
    first, seen = [*page.paths], []
    for label in ("One epoch", "One epoch", "New random numbers", "Reset"):
        page.click(label)
        seen.append([*page.paths])
    assert all(one != other for one, other in combinations(seen, 2)) and page.paths == first


def test_the_picture_has_a_line_through_all_losses_and_a_dot_at_the_last():
    page = run()
    for n in range(3):
        blind, *lines, dot, other_dot = page.marks()
        assert blind.goes_through([-1, 121], np.log(3))
        _, history = trained(parameters(NETWORK), [(page.value(RATE), 32)] * n)
        for line, end, J in zip(lines, (dot, other_dot), history.T, strict=True):
            assert line.goes_through(range(n + 1), J) and end.goes_through([n], J[-1:])
            assert len(end.data()) == 1
        page.click("One epoch")


def test_a_run_far_out_is_in_the_picture():
    page = run(Network([Layer(1e4 * np.ones((4, 3)) * [1, -2, 3], np.zeros(3), "identity")]))
    losses = page.view.arrays["losses"]
    assert all(mark.within(0, losses) for mark in page.marks()) and losses.max() > 10


@pytest.mark.parametrize("size", ["1", "8", "32"])
@pytest.mark.parametrize("γ", [0.2, 2.0])
def test_a_loss_that_is_not_finite_is_an_error_that_names_gamma(γ, size):
    page = run(Network.init([4, 3], ["identity"], np.random.default_rng(8)), scale=1e200)
    page.move(RATE, γ)
    page.move("batch size B", size)
    before = page.everything()
    page.click("One epoch")
    assert re.fullmatch(rf"FloatingPointError: the loss .* epoch 1\b.* {γ:g}\b.*", page.error)
    # The state is as it was, and can be moved.
    assert len(page.view.state["history"]) == 1
    page.move(RATE, γ)
    assert page.everything() == before
    page.click("New random numbers")
    assert not page.error
    page.click("Reset")
    assert not page.error and page.view.state["seed"] == 0


def pickled(network):
    return pickle.loads(pickle.dumps(network))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled])
def test_a_copied_network_can_be_trained(copied):
    page = run(copied(NETWORK))
    page.click("One epoch")
    agree(page, *trained(parameters(NETWORK), [(page.value(RATE), 32)]))
    with pytest.raises(ValueError, match=r"^network .*softmax"):
        run(copied(Network.init([4, 3], ["softmax"], np.random.default_rng(8))))
