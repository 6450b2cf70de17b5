"""Gradient descent: one step and one epoch by hand, and a run that keeps its best epoch however it ends."""

import math
import re
import sys
from itertools import count, groupby

import numpy as np
import pytest
from strategies import deep, ending, generic, in_order, losses, of_type, parameters, random_network, targets

from nn_notes import Layer, Network, backprop, descent
from nn_notes.descent import GradientDescent, Momentum, epoch, fit, mean_loss, path
from nn_notes.losses import MSE, mse, softmax_cross_entropy

# A rule to learn, with labels that are partly wrong: the validation loss falls and then rises.
X, VALIDATION_X = generic(23, 3), generic(17, 3)
T, VALIDATION_T = (np.eye(2)[(X @ [1, 2, -1] + generic(len(X), seed=1) > 0).astype(int)] for X in (X, VALIDATION_X))
VALIDATION = VALIDATION_X, VALIDATION_T


def start():
    return random_network([3, 7, 2], ["tanh", "identity"])


def run(network=None, loss="softmax_cross_entropy", seed=0, **changed):
    """The trained network and its history."""
    given = {"train": (X, T), "validation": VALIDATION, "learning_rate": 0.5, "epochs": 6}
    given |= {"batch_size": 5, "patience": None, "rng": np.random.default_rng(seed), "progress": False}
    return fit(network=start() if network is None else network, loss=loss, **given | changed)


def theta(network):
    """All parameters in one row."""
    return np.concatenate([a.ravel() for a in parameters(network)])


class Watched(MSE):
    """mse that calls back with the targets of every training batch."""

    def __init__(self, callback):
        self.callback = callback

    def bare_gradient(self, y, t):
        self.callback(t)
        return super().bare_gradient(y, t)


def interrupting(batch):
    """A loss during whose n-th training batch the user interrupts."""
    seen = []

    def callback(t):
        seen.append(t)
        if len(seen) == batch:
            raise KeyboardInterrupt

    return Watched(callback)


# By hand


def test_a_step_by_hand():
    """5.1, in place."""
    theta = np.array([[1.0, 2.0]])
    GradientDescent(0.1).step([theta, theta[0]], [np.array([[1.0, -2.0]]), np.array([0.0, 1.0])])
    assert theta.tolist() == [[0, 3]]


@pytest.mark.parametrize(
    ("beta", "visited"),
    [
        # v ← βv − 0.5g and θ ← θ + v, with the slope 2θ, from 4.
        (0.0, [4, 0, 0, 0]),
        (0.5, [4, 0, -2, -1]),
        (0.25, [4, 0, -1, -0.25]),
    ],
)
def test_momentum_keeps_some_of_the_last_step(beta, visited):
    theta, ball, seen = np.array([4.0]), Momentum(0.5, beta), [4.0]
    for _ in range(3):
        ball.step([theta], [0.5 * (2 * theta)])
        seen.append(theta.item())
    assert seen == visited


def test_momentum_trains_in_single_precision_and_each_parameter_has_its_own_velocity():
    parameters = [np.zeros((2, 3), np.float32), np.zeros(2, np.float32)]
    ball = Momentum(0.5, 0.5)
    for _ in range(2):
        ball.step(parameters, [np.full((2, 3), 0.5, np.float32), np.ones(2, np.float32)])
    assert [theta.dtype for theta in parameters] == [np.float32] * 2
    assert (parameters[0] == -1.25).all() and (parameters[1] == -2.5).all()


def test_an_epoch_by_hand():
    """y = 3·2 + 1 = 7 for t = 4: J = 9, ∂J/∂y = 6, ∂J/∂W = 18, ∂J/∂b = 6; the second epoch starts from there."""
    network = Network(Layer([[2]], [1], "identity"))
    once = [np.array([[3.0]]), np.array([[4.0]]), mse, GradientDescent(0.125), 1, np.random.default_rng(0)]
    assert epoch(network, *once) == 9
    assert (network.layers[0].W.item(), network.layers[0].b.item()) == (-0.25, 0.25)
    assert epoch(network, *once) == 4.5**2


@losses
def test_an_epoch_in_one_batch_is_one_step_along_the_gradient(E):
    network, T = random_network([3, 2], [ending(E.name)]), targets(E.name, (23, 2))
    J, ((dW, db),) = backprop.gradients(network, X, T, E)
    (before,), (after,) = network.copy().layers, network.layers
    assert epoch(network, X, T, E, GradientDescent(0.1), 23, np.random.default_rng(0)) == pytest.approx(J, rel=1e-14)
    np.testing.assert_allclose(after.W, before.W - 0.1 * dW, rtol=1e-13)
    np.testing.assert_allclose(after.b, before.b - 0.1 * db, rtol=1e-13)


# To each: the gradient, where to start, the rate, how many steps, and every θ that is visited.
PATHS = {
    # 5.1 for J = θ₁² + θ₂²/2: each step takes θ₁ by 1 − 2γ and θ₂ by 1 − γ.
    "by hand": (lambda theta: theta * [2, 1], [8, 8], 0.25, 3, [[8, 8], [4, 6], [2, 4.5], [1, 3.375]]),
    # 5.2 for J = θ²: it arrives at γ = 1/2, bounces at 1, and goes outwards beyond.
    "exact": (lambda theta: 2 * theta, [3], 0.5, 1, [[3], [0]]),
    "to and fro": (lambda theta: 2 * theta, [3], 1, 5, [[3], [-3], [3], [-3], [3], [-3]]),
    "outwards": (lambda theta: 2 * theta, [3], 1.25, 2, [[3], [-3 * 1.5], [3 * 1.5**2]]),
    "no steps": (np.square, [1, 2], 0.1, 0, [[1, 2]]),
    # It ends where it is no longer finite, and NumPy does not warn, inside its gradient neither.
    "to NaN": (lambda theta: theta * math.nan, [1.0, 2.0], 0.1, 5, [[1, 2]]),
    "to infinity less infinity": (lambda theta: theta * np.inf - theta * np.inf, [1.0], 0.1, 3, [[1]]),
    "to overflow": (lambda theta: theta * -1e200, [1.0], 1.0, 100, [[1], [1e200]]),
}


@pytest.mark.parametrize(("gradient", "theta", "rate", "steps", "visited"), PATHS.values(), ids=PATHS)
def test_a_path_by_hand(gradient, theta, rate, steps, visited):
    np.testing.assert_array_equal(path(gradient, theta, rate, steps), visited)


def test_a_short_step_lowers_the_loss_by_rate_times_square_of_the_gradient():
    """5.2: half the rate, a quarter of the error."""
    errors = []
    for rate in (1e-3, 5e-4):
        network = start()
        J, grads = backprop.gradients(network, X, T, "mse")
        epoch(network, X, T, mse, GradientDescent(rate), 23, np.random.default_rng(0))
        square = sum((a**2).sum() for pair in grads for a in pair)
        errors.append(mse(network(X), T).mean() - (J - rate * square))
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.01)


# Batches


@pytest.mark.parametrize(
    ("batch_size", "sizes"),
    [(5, [5, 5, 5, 5, 3]), (23, [23]), (22, [22, 1]), (1, [1] * 23)],
    ids=["a smaller last", "all in one", "one left over", "one by one"],
)
def test_batches_cover_all_samples_once_in_an_order_that_is_new_each_epoch(batch_size, sizes):
    T, batches = np.arange(46.0).reshape(23, 2), []
    run(loss=Watched(batches.append), train=(X, T), learning_rate=1e-3, epochs=2, batch_size=batch_size)
    assert [len(t) for t in batches] == sizes * 2
    first, second = np.split(np.concatenate(batches), 2)
    for order in (first, second):
        np.testing.assert_array_equal(order[order[:, 0].argsort()], T)
    assert not np.array_equal(first, T) and not np.array_equal(first, second)


def test_inputs_stay_with_their_targets():
    """Only if x and t are shuffled alike does a network that knows the rule have nothing to learn."""
    network = Network(Layer([[1], [2], [3]], [4], "identity"))
    trained, history = run(network, mse, train=(X, network(X)), validation=(X, network(X)), epochs=3)
    np.testing.assert_allclose(history.train, 0, atol=1e-28)
    np.testing.assert_allclose(theta(trained), [1, 2, 3, 4], rtol=1e-13)


# A run


@losses
def test_a_run_lowers_the_loss(E):
    network = random_network([3, 7, 2], ["tanh", ending(E.name)])
    trained, history = run(network, E, learning_rate=0.1, epochs=20)
    assert history.validation[history.best] < 0.9 * history.validation[0]
    assert E(trained(X), T).mean() < 0.9 * history.train[0]


def test_the_history_begins_with_the_network_as_it_was():
    _, history = run()
    assert history.ended == "epochs"
    assert len(history.train) == len(history.validation) == 7
    assert history.train[0] == softmax_cross_entropy(start()(X), T).mean()
    assert all(type(J) is float for J in history.validation)


def test_a_run_of_one_epoch_and_the_least_patience():
    _, history = run(epochs=1, patience=1)
    assert (len(history.train), history.best, history.ended) == (2, 1, "epochs")


def test_the_training_loss_of_an_epoch_is_the_mean_over_its_samples():
    """Also where the last batch is smaller: with a rate of next to nothing, it is the loss of all the data."""
    _, history = run(learning_rate=1e-12, epochs=2)
    np.testing.assert_allclose(history.train, history.train[0], rtol=1e-9)


@pytest.mark.parametrize(
    ("patience", "ended"), [(None, "epochs"), (4, "patience"), (1000, "epochs")], ids=["no limit", "short", "long"]
)
def test_what_is_kept_is_the_epoch_with_the_best_validation_loss(patience, ended):
    """5.5, with the validation loss computed anew."""
    trained, history = run(epochs=60, patience=patience)
    assert history.ended == ended
    assert 0 < history.best < len(history.validation) - 1, "it has to get worse again, or there is nothing to keep"
    assert history.validation[history.best] == min(history.validation)
    again = softmax_cross_entropy(trained(VALIDATION_X), VALIDATION_T).mean()
    assert again == pytest.approx(min(history.validation), rel=1e-14)
    if ended == "patience":
        assert len(history.validation) - 1 == history.best + patience
    else:
        assert len(history.validation) == 61


@pytest.mark.parametrize("patience", [None, 2])
def test_where_every_epoch_is_worse_the_network_is_kept_as_it_was(patience):
    network = start()
    trained, history = run(network, "mse", train=(X, network(X) + 1), validation=(X, network(X)), patience=patience)
    assert (history.best, history.ended) == (0, "patience" if patience else "epochs")
    assert len(history.train) == (patience or 6) + 1
    np.testing.assert_array_equal(theta(trained), theta(network))
    assert trained is not network


def test_the_first_of_equal_epochs_is_kept():
    """Nothing to learn, so all epochs are alike."""
    network = Network(Layer([[1, 0], [0, 1], [1, 1]], [1, 0], "identity"))
    exact = X.round(), network(X.round())
    _, history = run(network, mse, train=exact, validation=exact)
    assert history.validation == [0] * 7 and history.best == 0


def test_a_seed_settles_a_run_to_the_byte():
    (first, history), (second, again), (other, _) = run(), run(), run(seed=1)
    assert theta(first).tobytes() == theta(second).tobytes() != theta(other).tobytes()
    assert history == again


def test_a_loss_goes_by_its_name_or_as_an_object():
    (first, _), (second, _) = run(loss="mse"), run(loss=mse)
    assert theta(first).tobytes() == theta(second).tobytes()


def test_neither_the_network_nor_the_data_are_changed():
    network = start()
    held = [X, T, VALIDATION_X, VALIDATION_T, *parameters(network)]
    before = [a.tobytes() for a in held]
    trained, _ = run(network)
    assert [a.tobytes() for a in held] == before
    assert not (theta(trained) == theta(network)).any()


# How else it can end


def test_an_interrupt_in_the_third_epoch_gives_what_two_epochs_gave():
    trained, history = run(loss=interrupting(batch=2 * 5 + 3), learning_rate=0.05)
    expected, whole = run(loss=mse, learning_rate=0.05, epochs=2)
    assert theta(trained).tobytes() == theta(expected).tobytes()
    assert (history.train, history.validation, history.best) == (whole.train, whole.validation, 2)
    assert (history.ended, whole.ended) == ("interrupt", "epochs")


def test_an_interrupt_between_any_two_bytecodes_leaves_history_and_network_in_step():
    own, ends = {descent.fit.__code__, descent._better.__code__}, []
    while "epochs" not in ends:
        steps = count()

        def interrupt(frame, event, arg, steps=steps):
            if frame.f_code not in own:
                return None
            frame.f_trace_opcodes = True
            if event == "opcode" and next(steps) == len(ends):
                raise KeyboardInterrupt
            return interrupt

        before = sys.gettrace()
        sys.settrace(interrupt)
        try:
            trained, history = run(epochs=2)
        except KeyboardInterrupt:
            ends.append("raised")
            continue
        finally:
            sys.settrace(before)
        ends.append(history.ended)
        assert len(history.train) == len(history.validation)
        assert mean_loss(trained, VALIDATION, softmax_cross_entropy) == history.validation[history.best]
        assert history.validation[history.best] == min(history.validation)
    # It only ends the call where there is nothing to lose yet, or the run is over.
    assert [end for end, _ in groupby(ends)] == ["raised", "interrupt", "raised", "epochs"]


def test_an_interrupt_in_the_first_epoch_gives_the_network_as_it_was():
    trained, history = run(loss=interrupting(batch=2))
    np.testing.assert_array_equal(theta(trained), theta(start()))
    assert (history.best, history.ended, len(history.train)) == (0, "interrupt", 1)


@pytest.mark.parametrize(
    ("learning_rate", "batch_size", "message"),
    [
        (1e3, 5, r".*\b(inf|nan)\b.* epoch 11\b.* 1000\b"),
        (1e200, 5, r".*\b(inf|nan)\b.* epoch 1\b.* 1e\+200\b"),
        (1e200, 23, r"[^\d]*[\d.]+ .*\b(inf|nan)\b.* epoch 1\b.* 1e\+200\b"),
    ],
    ids=["slowly", "at once", "at the last batch"],
)
def test_divergence_is_an_error_that_says_where_and_what_to_try(learning_rate, batch_size, message):
    """And NumPy does not warn: a warning would be an error of its own here."""
    network = random_network([3, 2], ["identity"])
    with pytest.raises(FloatingPointError, match=f"^the loss {message}"):
        run(network, "mse", learning_rate=learning_rate, batch_size=batch_size, epochs=200)


class Loud(MSE):
    """A loss of one's own, in whose formula NumPy would warn."""

    def __init__(self, formula):
        self.formula = formula

    def bare_value(self, y, t):
        return self.formula(np.ones(len(y)))


LOUD = {"over": lambda one: np.exp(1e4 * one), "divide": lambda one: one / 0, "invalid": lambda one: np.log(-one)}


@pytest.mark.parametrize("formula", LOUD.values(), ids=LOUD)
def test_a_loss_that_is_not_finite_is_no_warning(formula):
    assert not math.isfinite(mean_loss(start(), (X, T), Loud(formula)))
    assert not math.isfinite(epoch(start(), X, T, Loud(formula), GradientDescent(0.1), 5, np.random.default_rng(0)))
    with pytest.raises(FloatingPointError, match=r"^the loss .*\b(inf|nan)\b.* network\(train\[0\]\)\[0, \d\]"):
        run(loss=Loud(formula))


def to_two(W, f):
    """A layer that gives two numbers, without a bias."""
    return Network(Layer(W, [0, 0], f))


FINE = [[1.0, 0.0]], [[0.5, 0.5]]
FAR = [[1.0, 0.0], [0.0, 1e4]], [[0.0, 1.0], [1.0, 0.0]]  # probabilities (1, 0) for the second, of which the first is 1
# To each: the network, the loss, the data to train on and those to validate by; and what the error says.
BEFORE = {
    "probability 0 in training": (
        (to_two(np.eye(2), "softmax"), "cross_entropy", FAR, FINE),
        "the loss … inf … gradient … network(train[0])[1, 0] … 0 … train[1][1, 0] … 1 … softmax_cross_entropy",
    ),
    "probability 0 in validation": (
        (to_two(np.eye(2), "softmax"), "cross_entropy", FINE, FAR),
        "the loss … inf … gradient … network(validation[0])[1, 0] … 0 … validation[1][1, 0] … 1",
    ),
    "probability 5e-324": (
        (to_two([[0, 1]], "softmax"), "cross_entropy", *[([[-744.5]], [[0.5, 0.5]])] * 2),
        "the loss … 372.22 … gradient … network(x)[0, 1] … 4.94066e-324 … t[0, 1] … 0.5 … softmax_cross_entropy",
    ),
    "a square in training": (
        (to_two(np.eye(2), "identity"), "mse", ([[1, 2], [3, 1e200]], np.zeros((2, 2))), FINE),
        "the loss … inf … network(train[0])[1, 1] … 1e+200 … train[1][1, 1] … 0",
    ),
    "a square in validation": (
        (to_two(np.eye(2), "identity"), "mse", FINE, ([[1e200, 2]], [[1, 1]])),
        "the loss … inf … network(validation[0])[0, 0] … 1e+200 … validation[1][0, 0] … 1",
    ),
    "an output": (
        (deep(1e200), "mse", *[([[0], [1e200]], [[0], [0]])] * 2),
        "the loss … inf … gradient … network(train[0])[1, 0] … inf … train[1][1, 0]",
    ),
    "a sum": ((deep(1.3e254), "mse", *[([[1e-100]] * 2, [[0]] * 2)] * 2), "the loss … inf"),
    "a gradient": (
        (deep(1e-200, 1e200), "mse", ([[1e150]], [[-1e120]]), ([[1]], [[1]])),
        "the gradient … layers[0].W[0, 0] … inf",
    ),
}


@pytest.mark.parametrize(("given", "says"), BEFORE.values(), ids=BEFORE)
def test_what_is_infinite_before_the_first_step_is_not_blamed_on_the_rate(given, says):
    network, loss, train, validation = given
    with pytest.raises(FloatingPointError, match=f"^{in_order(says)}(?!.*learning_rate)"):
        run(network, loss, train=train, validation=validation, learning_rate=1e-300, batch_size=1)


def test_a_complex_bias_is_enough_to_refuse_a_network():
    with pytest.raises(TypeError, match=r"^network .*complex"):
        run(Network(Layer(np.ones((3, 2)), [1j, 0], "identity")))


# Precision


@losses
def test_single_precision_stays_so(E):
    given = [random_network([3, 7, 2], ["tanh", ending(E.name)]), X, T, *VALIDATION]
    network, *data = (of_type(np.float32, a) for a in given)
    how = {"loss": E, "learning_rate": 0.1, "epochs": 5}
    trained, history = run(network, train=data[:2], validation=data[2:], **how)
    assert {a.dtype for a in parameters(trained)} == {np.dtype(np.float32)}
    assert {type(J) for J in history.train + history.validation} == {float}
    expected, exact = run(given[0], **how)
    np.testing.assert_allclose(theta(trained), theta(expected), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(history.train, exact.train, rtol=1e-5)
    # All of it was: by hand the same, to the bit.
    by_hand, rng = network.copy(), np.random.default_rng(0)
    for _ in range(history.best):
        epoch(by_hand, *data[:2], E, GradientDescent(0.1), 5, rng)
    assert history.best > 0 and theta(by_hand).tobytes() == theta(trained).tobytes()


@pytest.mark.parametrize("double", range(5), ids=["network", "X", "T", "validation X", "validation T"])
def test_what_is_mixed_is_trained_in_float64_to_the_bit(double):
    mixed = [a if n == double else of_type(np.float32, a) for n, a in enumerate((start(), X, T, *VALIDATION))]
    (trained, history), (expected, same) = (
        run(network, "mse", learning_rate=0.1, train=data[:2], validation=data[2:])
        for network, *data in (mixed, [of_type(float, a) for a in mixed])
    )
    assert theta(trained).dtype == np.float64
    assert theta(trained).tobytes() == theta(expected).tobytes()
    assert history == same


def test_a_path_in_single_precision_stays_so():
    theta = np.float32([8, 8])
    assert path(lambda theta: theta * np.float32([2, 1]), theta, 0.25, 3).dtype == np.float32
    assert path(lambda theta: theta * [2.0, 1.0], theta, 0.25, 3).dtype == np.float64


# Progress


def test_the_progress_bar_goes_to_stderr_and_is_drawn_by_the_clock(capsys):
    _, history = run(progress=True, epochs=300, learning_rate=1e-3)
    out, err = capsys.readouterr()
    assert out == ""
    assert re.search(rf"\b300/300 \[[^]]*\d(epoch/s|s/epoch), validation loss {history.validation[-1]:.4f}\]", err)
    assert err.count("\r") < 150, "not at every epoch"


def test_without_a_progress_bar_nothing_is_printed(capsys):
    run()
    assert capsys.readouterr() == ("", "")


def test_a_progress_bar_is_shown_unless_told_otherwise(capsys):
    how = {"loss": "mse", "learning_rate": 0.1, "epochs": 1, "batch_size": 5, "patience": None}
    fit(start(), (X, T), VALIDATION, rng=np.random.default_rng(0), **how)
    assert "1/1" in capsys.readouterr().err
