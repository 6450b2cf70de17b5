"""The live views of notebook 05: their numbers against plain NumPy, and what they say when they are moved."""

import re

import numpy as np
import pytest
from page import Page

from nn_notes import Network
from nn_notes.views import gradient_descent

X, T = np.array([-0.5, 0.2, 0.9, 1.4, 2.0]), np.array([-1.1, -0.3, 0.8, 1.7, 2.4])
START = np.array([-2.0, 0.0])
# The neuron's Hessian by hand: twice the means of x², x and 1.
CURVATURES, DIRECTIONS = np.linalg.eigh(2 * np.array([[np.mean(X * X), np.mean(X)], [np.mean(X), 1]]))
LIMIT = 2 / CURVATURES[1]
LOWEST = np.polyfit(X, T, 1)


@pytest.fixture
def page():
    return at(None)


def at(rate, start=START):
    return Page(gradient_descent.learning_rate(X, T, start, rate))


def by_numpy(γ, w, b, steps=40):
    """The path of gradient descent and its losses, from the derivatives of the mean of (wx + b − t)² by hand."""
    path, losses = [], []
    for _ in range(steps + 1):
        miss = w * X + b - T
        path.append((w, b))
        losses.append(np.mean(miss**2))
        w, b = w - γ * np.mean(2 * miss * X), b - γ * np.mean(2 * miss)
    return np.array(path), np.array(losses)


@pytest.mark.parametrize("start", [(-2.0, 0.0), (3.5, -1.25)], ids=str)
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9, 1.2])
def test_the_path_is_that_of_numpy(start, share):
    page = at(share * LIMIT)
    page.move("w₀", start[0])
    page.move("b₀", start[1])
    γ, arrays = page.view.state["γ"], page.view.arrays
    assert γ == share * LIMIT
    path, losses = by_numpy(γ, *start)
    np.testing.assert_allclose(arrays["θ"], path, rtol=1e-9)
    np.testing.assert_allclose(arrays["J"], losses, rtol=1e-9)
    np.testing.assert_allclose(arrays["∇J"], (path[0] - path[1]) / γ, rtol=1e-9)
    np.testing.assert_allclose(arrays["1 − γλ"], 1 - γ * CURVATURES[::-1], rtol=1e-12)


def test_the_board_holds_the_formula_with_its_numbers():
    page = at(0.1)
    path, losses = by_numpy(0.1, *START)
    gradient = (path[0] - path[1]) / 0.1
    expected = {
        "θ1": path[1], "θ0": path[0], "∇J(θ0)": gradient, "J after 0 to 6 steps": losses[:7],
        "curvatures λ": CURVATURES[::-1], "1 − γλ": 1 - 0.1 * CURVATURES[::-1],
    }  # fmt: skip
    board = page.board()
    assert list(board) == list(expected)
    for words, numbers in expected.items():
        np.testing.assert_allclose(board[words], [numbers], rtol=0, atol=0.00501, err_msg=words)
    assert f"takes {losses[0] - losses[1]:.3g} off" in page.words()
    assert f"promises {0.1 * gradient @ gradient:.3g}" in page.words()


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
        (1.5, START, "diverges</b>: after 40 steps J rises, 1e+24 times as far above its lowest"),
        # Along the steepest direction even a small step is long enough.
        (0.05, along(1), "converges</b>: 40 steps leave less than 0.1 %"),
        (0.5, LOWEST, "The start is the lowest point already."),
    ],
)
def test_the_verdict_is_that_of_the_path(share, start, sentence):
    page = at(share * LIMIT, start)
    assert sentence in page.words()


def test_the_picture_follows_and_leaves_no_trace(page):
    first = page.pixels.copy()
    assert np.mean(first[..., :3] < 0.95 * 255) > 0.2, "the grey surface stands behind the path"
    for label, value in [("γ", 0.6), ("w₀", 3.0), ("b₀", 2.0)]:
        before = np.array_split(page.pixels.copy(), 2, axis=1)
        page.move(label, value)
        for old, new in zip(before, np.array_split(page.pixels, 2, axis=1), strict=True):
            assert (old != new).any()
    page.click("Reset")
    np.testing.assert_array_equal(page.pixels, first)


def test_the_picture_has_words(page):
    html = page.view._repr_mimebundle_()[0]["text/html"]
    assert "path of gradient descent" in re.search('<img alt="(.*?)"', html)[1]


def test_gamma_runs_evenly_over_its_logarithm_from_a_hundredth_of_the_limit_to_past_it(page):
    stops = page.stops("γ")
    assert all(float(f"{stop:.3g}") == stop for stop in stops)
    np.testing.assert_allclose(stops[:1] + stops[-1:], [LIMIT / 100, LIMIT * 1.5], rtol=0.005)
    # The start is a stop more.
    steps = np.diff(np.log([stop for stop in stops if stop != page.value("γ")]))
    np.testing.assert_allclose(steps, np.log(150) / 100, atol=0.011)
    assert page.value("γ") == float(f"{LIMIT / 2:.3g}")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((X, T[:3], START), ValueError, r"t has shape \(3,\); it needs shape \(5,\)"),
        ((X[:, None], T, START), ValueError, r"x has shape \(5, 1\); its number of axes needs to be 1"),
        (([], [], START), ValueError, "x is empty"),
        ((X, T, (0, 0, 0)), ValueError, r"start has shape \(3,\); it needs shape \(2,\)"),
        ((X, T, (0, np.nan)), ValueError, r"start\[1\] is nan; it needs finite numbers"),
        ((X, "text", START), TypeError, "t is 'text'; it needs real numbers"),
    ],
)
def test_bad_input_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        gradient_descent.learning_rate(*arguments)


# A training run of 12 samples of 3 classes, and 7 held back.

CLASSES, HELD_BACK = np.eye(3)[np.arange(12) % 3], np.eye(3)[[0, 1, 2, 2, 1, 2, 0]]
SAMPLES = np.random.default_rng(6).normal(size=(12, 4)) + CLASSES @ np.eye(3, 4)
OTHERS = np.random.default_rng(7).normal(size=(7, 4)) + HELD_BACK @ np.eye(3, 4)
NETWORK = Network.init([4, 5, 3], ["tanh", "identity"], np.random.default_rng(8))


def run(network=NETWORK, scale=1.0):
    return Page(gradient_descent.training(network, (scale * SAMPLES, CLASSES), (scale * OTHERS, HELD_BACK)))


def parameters(network):
    return [theta.copy() for layer in network.layers for theta in (layer.W, layer.b)]


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
    words, best = re.sub("<.*?>", "", page.words()), history[:, 1].argmin()
    assert f"Epoch {len(history) - 1}: J is {history[-1, 0]:.3f} in training and {history[-1, 1]:.3f} in" in words
    assert f"validation, where {100 * right:.0f} % are read right." in words
    assert f"so far is that of epoch {best}, {history[best, 1]:.3f} (5.5)" in words


@pytest.mark.parametrize("size", [1, 8, 32])
def test_an_epoch_is_that_of_numpy(size):
    page = run()
    agree(page, *trained(parameters(NETWORK), []))
    assert "No step has been taken yet." in page.words()
    page.move("batch size B", str(size))
    page.move("γ", 0.5)
    page.click("One epoch")
    agree(page, *trained(parameters(NETWORK), [(page.view.state["γ"], size)]))


def test_gamma_and_the_batch_can_change_on_the_way():
    page, epochs = run(), []
    assert (page.value("γ"), page.value("batch size B")) == (pytest.approx(0.2), "32")
    for γ, size in [(0.2, 32), (1.0, 8), (1.0, 8), (0.02, 1), (2.0, 1)]:
        page.move("γ", γ)
        page.move("batch size B", str(size))
        page.click("One epoch")
        epochs.append((page.view.state["γ"], size))
        agree(page, *trained(parameters(NETWORK), epochs))


def test_the_best_epoch_may_be_an_earlier_one():
    page, epochs = run(), []
    for γ, size in [(0.2, 8)] * 3 + [(2.0, 1)] * 2:
        page.move("γ", γ)
        page.move("batch size B", str(size))
        page.click("One epoch")
        epochs.append((page.view.state["γ"], size))
    theta, history = trained(parameters(NETWORK), epochs)
    assert 0 < history[:, 1].argmin() < 5
    agree(page, theta, history)


def test_it_says_what_the_steps_did_to_a_bias():
    page = run()
    page.move("γ", 0.2)
    page.move("batch size B", "8")
    for n in range(2):
        page.click("One epoch")
        before, after = (trained(parameters(NETWORK), [(0.2, 8)] * epochs)[0][3][0] for epochs in (n, n + 1))
        words = re.sub("<.*?>", "", page.words()).replace("−", "-")
        assert "2 steps moved b(2)[0] by -γ∇J each" in words and "its 2 gradients" in words
        first, steps, γ, gradient, last = re.search(
            r": (-?[\d.]+) - (\d+) · ([\d.]+) · \(?(-?[\d.]+)\)? = (-?[\d.]+), with", words
        ).groups()
        assert (first, steps, γ, last) == (f"{before:.4f}", "2", "0.2", f"{after:.4f}")
        assert float(gradient) == pytest.approx((before - after) / (2 * 0.2), abs=5.01e-7)


def test_the_given_network_is_left_alone():
    before, page = parameters(NETWORK), run()
    for label in ("One epoch", "One epoch", "New random numbers", "One epoch"):
        page.click(label)
    for now, given in zip(parameters(NETWORK), before, strict=True):
        np.testing.assert_array_equal(now, given)


def test_a_run_ends_after_its_epochs(monkeypatch):
    monkeypatch.setattr(gradient_descent, "EPOCHS", 3)
    page = run()
    assert page.view._page.repeated == "One epoch"
    for _ in range(3):
        page.click("One epoch")
        assert "ended" not in page.message
    before = page.everything()
    page.click("One epoch")
    assert page.message["ended"] and page.everything() == before
    agree(page, *trained(parameters(NETWORK), [(page.value("γ"), 32)] * 3))


def test_reset_brings_the_start_back():
    page = run()
    first = page.everything()
    page.move("γ", 2.0)
    page.move("batch size B", "1")
    page.click("One epoch")
    page.click("New random numbers")
    page.click("One epoch")
    page.click("Reset")
    assert page.everything() == first
    page.click("One epoch")
    agree(page, *trained(parameters(NETWORK), [(page.value("γ"), 32)]))


def test_new_random_numbers_begin_a_different_run():
    page, starts = run(), [parameters(NETWORK)]
    page.move("γ", 0.5)
    page.move("batch size B", "8")
    for seed in (1, 2):
        page.click("One epoch")
        page.click("New random numbers")
        start = parameters(page.view.state["network"])
        assert all((new != old).all() for old_start in starts for new, old in zip(start, old_start, strict=True))
        starts.append(start)
        agree(page, *trained(start, []))
        assert "No step has been taken yet." in page.words()
        # The seed goes on, so that the data are shuffled anew too.
        page.click("One epoch")
        agree(page, *trained(start, [(page.view.state["γ"], 8)], seed))
    assert (page.value("γ"), page.value("batch size B")) == (pytest.approx(0.5, rel=0.04), "8")


def test_the_picture_has_words_and_follows_the_run():
    page = run()
    html = page.view._repr_mimebundle_()[0]["text/html"]
    assert "loss by epoch" in re.search('<img alt="(.*?)"', html)[1]
    first, seen = page.pixels.tobytes(), set()
    for label in ("One epoch", "One epoch", "New random numbers", "Reset"):
        page.click(label)
        seen.add(page.pixels.tobytes())
    assert len(seen) == 4 and page.pixels.tobytes() == first


def test_the_picture_has_a_line_through_all_losses_and_a_dot_at_the_last():
    page = run()
    for n in range(3):
        *lines, dot, other_dot = page.view._canvas._moving
        _, history = trained(parameters(NETWORK), [(page.value("γ"), 32)] * n)
        for line, end, J in zip(lines, (dot, other_dot), history.T, strict=True):
            np.testing.assert_allclose(line.get_xydata(), np.stack([np.arange(n + 1), J], axis=1), rtol=1e-9)
            np.testing.assert_allclose(end.get_xydata(), [[n, J[-1]]], rtol=1e-9)
        page.click("One epoch")


@pytest.mark.parametrize("size", ["1", "8", "32"])
@pytest.mark.parametrize("γ", [0.2, 2.0])
def test_a_loss_that_is_not_finite_is_an_error_that_names_gamma(γ, size):
    page = run(Network.init([4, 3], ["identity"], np.random.default_rng(8)), scale=1e200)
    page.move("γ", γ)
    page.move("batch size B", size)
    before = page.everything()
    page.click("One epoch")
    assert re.fullmatch(rf"FloatingPointError: the loss is .* after epoch 1; a γ below {γ:g} may mend it.*", page.error)
    # The state is as it was, and can be moved.
    assert len(page.view.state["history"]) == 1
    page.move("γ", γ)
    assert page.everything() == before
    page.click("New random numbers")
    assert not page.error
    page.click("Reset")
    assert not page.error and page.view.state["seed"] == 0


@pytest.mark.parametrize(
    ("train", "validation", "message"),
    [
        ((SAMPLES[:, :3], CLASSES), (OTHERS, HELD_BACK), r"train\[0\] has shape \(12, 3\).* length 4"),
        ((SAMPLES[0], CLASSES), (OTHERS, HELD_BACK), r"train\[0\] has shape \(4,\)"),
        ((SAMPLES, CLASSES[:5]), (OTHERS, HELD_BACK), r"train\[1\] has shape \(5, 3\); it needs shape \(12, 3\)"),
        ((SAMPLES, CLASSES), (OTHERS.T, HELD_BACK), r"validation\[0\] has shape \(4, 7\).* length 4"),
        ((SAMPLES, CLASSES), (OTHERS, HELD_BACK[:, :2]), r"validation\[1\] has shape \(7, 2\); it needs .*\(7, 3\)"),
        ((SAMPLES * np.nan, CLASSES), (OTHERS, HELD_BACK), r"train\[0\]\[0, 0\] is nan; it needs finite numbers"),
        ((SAMPLES, CLASSES), (OTHERS[:2], HELD_BACK[:2]), "validation has no sample of class 2"),
    ],
)
def test_data_that_do_not_fit_are_named(train, validation, message):
    with pytest.raises(ValueError, match=message):
        gradient_descent.training(NETWORK, train, validation)
