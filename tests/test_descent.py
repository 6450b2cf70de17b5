"""Gradient descent: one step and one epoch by hand, and a run that keeps its best epoch however it ends."""

import math

import numpy as np
import pytest
from strategies import ending, generic, parameters, targets

from nn_notes import LOSSES, Layer, Network, backprop
from nn_notes.descent import epoch, fit, path, step
from nn_notes.losses import MSE, mse

# A rule to learn, with labels that are partly wrong: the validation loss falls and then rises.
X, VALIDATION_X = generic(23, 3), generic(17, 3)
T, VALIDATION_T = (np.eye(2)[(X @ [1, 2, -1] + generic(len(X), seed=1) > 0).astype(int)] for X in (X, VALIDATION_X))


def start():
    return Network.init([3, 7, 2], ["tanh", "identity"], np.random.default_rng(0))


def run(network=None, loss="softmax_cross_entropy", learning_rate=0.5, epochs=6, patience=None, seed=0, **changed):
    given = {"train": (X, T), "validation": (VALIDATION_X, VALIDATION_T), "batch_size": 5, "progress": False} | changed
    rng = np.random.default_rng(seed)
    network = start() if network is None else network
    return fit(network, loss=loss, learning_rate=learning_rate, epochs=epochs, patience=patience, rng=rng, **given)


def theta(network):
    """All parameters in one row."""
    return np.concatenate([a.ravel() for a in parameters(network)])


class Watched(MSE):
    """mse that calls back with the targets of every training batch."""

    def __init__(self, callback):
        self.callback = callback

    def slope(self, y, t):
        self.callback(t)
        return super().slope(y, t)


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
    step(theta, np.array([[10.0, -20.0]]), 0.1)
    assert theta.tolist() == [[0, 4]]


def test_an_epoch_by_hand():
    """y = 3·2 + 1 = 7 for t = 4: J = 9, ∂J/∂y = 6, ∂J/∂W = 18, ∂J/∂b = 6; the second epoch starts from there."""
    network = Network(Layer([[2]], [1], "identity"))
    once = [np.array([[3.0]]), np.array([[4.0]]), mse, 0.125, 1, np.random.default_rng(0)]
    assert epoch(network, *once) == 9
    assert (network.layers[0].W.item(), network.layers[0].b.item()) == (-0.25, 0.25)
    assert epoch(network, *once) == 4.5**2


@pytest.mark.parametrize("loss", LOSSES)
def test_an_epoch_in_one_batch_is_one_step_along_the_gradient(loss):
    network, T = (
        Network.init([3, 2], [ending(loss)], np.random.default_rng(0)),
        targets(loss, (23, 2), np.random.default_rng(1)),
    )
    J, ((dW, db),) = backprop.gradients(network, X, T, loss)
    (before,), (after,) = network.copy().layers, network.layers
    assert epoch(network, X, T, LOSSES[loss], 0.1, 23, np.random.default_rng(0)) == pytest.approx(J, rel=1e-14)
    np.testing.assert_allclose(after.W, before.W - 0.1 * dW, rtol=1e-13)
    np.testing.assert_allclose(after.b, before.b - 0.1 * db, rtol=1e-13)


def test_a_path_by_hand():
    """5.1 for J = θ₁² + θ₂²/2: each step takes θ₁ by 1 − 2γ and θ₂ by 1 − γ."""
    visited = path(lambda theta: theta * [2, 1], [8, 8], 0.25, 3)
    np.testing.assert_array_equal(visited, [[8, 8], [4, 6], [2, 4.5], [1, 3.375]])


@pytest.mark.parametrize(
    ("rate", "steps", "last"), [(0.5, 1, 0), (1, 5, -3), (1.25, 2, 3 * 1.5**2)], ids=["exact", "to and fro", "outwards"]
)
def test_a_step_that_is_too_long(rate, steps, last):
    """5.2 for J = θ²: it arrives at γ = 1/2, bounces at 1, and goes outwards beyond."""
    assert path(lambda theta: 2 * theta, [3], rate, steps)[-1] == last


def test_a_short_step_lowers_the_loss_by_rate_times_square_of_the_gradient():
    """5.2: half the rate, a quarter of the error."""
    errors = []
    for rate in (1e-3, 5e-4):
        network = start()
        J, grads = backprop.gradients(network, X, T, "mse")
        epoch(network, X, T, mse, rate, 23, np.random.default_rng(0))
        square = sum((a**2).sum() for pair in grads for a in pair)
        errors.append(mse(network(X), T).mean() - (J - rate * square))
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.01)


def test_a_path_ends_where_it_is_no_longer_finite():
    visited = path(lambda theta: theta**3, [10.0], 1.0, 100)
    assert 2 < len(visited) < 100 and np.isfinite(visited).all()
    assert path(lambda theta: theta * math.nan, [1.0, 2.0], 0.1, 5).tolist() == [[1, 2]]


def test_a_path_of_no_steps_is_its_start():
    assert path(np.square, [1, 2], 0.1, 0).tolist() == [[1, 2]]


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


@pytest.mark.parametrize("loss", LOSSES)
def test_a_run_lowers_the_loss(loss):
    network = Network.init([3, 7, 2], ["tanh", ending(loss)], np.random.default_rng(0))
    trained, history = run(network, loss, learning_rate=0.1, epochs=20)
    assert history.validation[history.best] < 0.9 * history.validation[0]
    assert LOSSES[loss](trained(X), T).mean() < 0.9 * history.train[0]


def test_the_history_begins_with_the_network_as_it_was():
    _, history = run(epochs=6)
    assert history.ended == "epochs"
    assert len(history.train) == len(history.validation) == 7
    assert history.train[0] == LOSSES["softmax_cross_entropy"](start()(X), T).mean()
    assert all(type(J) is float for J in history.validation)


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
    again = LOSSES["softmax_cross_entropy"](trained(VALIDATION_X), VALIDATION_T).mean()
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
    rest = {"loss": mse, "learning_rate": 0.05}
    trained, history = run(**rest | {"loss": interrupting(batch=2 * 5 + 3)})
    expected, expected_history = run(**rest, epochs=2)
    assert history.ended == "interrupt"
    assert theta(trained).tobytes() == theta(expected).tobytes()
    assert (history.train, history.validation) == (expected_history.train, expected_history.validation)
    assert history.best == expected_history.best == 2


def test_an_interrupt_in_the_first_epoch_gives_the_network_as_it_was():
    trained, history = run(loss=interrupting(batch=2))
    np.testing.assert_array_equal(theta(trained), theta(start()))
    assert (history.best, history.ended, len(history.train)) == (0, "interrupt", 1)


@pytest.mark.parametrize(
    ("learning_rate", "batch_size", "message"),
    [
        (1e3, 5, "the loss is (inf|nan) in training and .* after epoch 11; a learning_rate below 1000 may mend it"),
        (1e200, 5, r"the loss is (inf|nan) in training and .* after epoch 1; a learning_rate below 1e\+200"),
        (1e200, 23, r"the loss is [0-9.]+ in training and (inf|nan) in validation after epoch 1; .* below 1e\+200"),
    ],
    ids=["slowly", "at once", "at the last batch"],
)
def test_divergence_is_an_error_that_says_where_and_what_to_try(learning_rate, batch_size, message):
    """And NumPy does not warn: a warning would be an error of its own here."""
    network = Network.init([3, 2], ["identity"], np.random.default_rng(0))
    with pytest.raises(FloatingPointError, match=f"^{message}"):
        run(network, "mse", learning_rate, batch_size=batch_size, epochs=200)


def at(layer, X, T=None, loss="mse", last="identity", validation=None, learning_rate=1e-300):
    """A run of a network of one layer, which ends before its first step."""
    X = np.array(X, float)
    T = np.zeros((len(X), np.shape(layer)[1])) if T is None else T
    network = Network(Layer(layer, np.zeros(np.shape(layer)[1]), last))
    validation = (X, T) if validation is None else validation
    return lambda: run(network, loss, learning_rate, train=(X, T), validation=validation, batch_size=1)


FINE = [[1.0, 0.0]], [[0.5, 0.5]]
FAR = [[1.0, 0.0], [0.0, 1e4]], [[0.0, 1.0], [1.0, 0.0]]  # probabilities (1, 0) for the second, of which the first is 1
LOGITS = "softmax_cross_entropy and sigmoid_cross_entropy take logits, and stay finite there"
BEFORE = {
    "probability 0 in training": (
        at(np.eye(2), *FAR, "cross_entropy", "softmax", FINE),
        r"the loss is inf, and its gradient not finite, at network\(train\[0\]\)\[1, 0\], which is 0 where "
        rf"train\[1\]\[1, 0\] is 1; {LOGITS}",
    ),
    "probability 0 in validation": (
        at(np.eye(2), *FINE, "cross_entropy", "softmax", FAR),
        r"the loss is inf, and its gradient not finite, at network\(validation\[0\]\)\[1, 0\], which is 0 where "
        rf"validation\[1\]\[1, 0\] is 1; {LOGITS}",
    ),
    "probability 5e-324": (
        at([[0.0, 1]], [[-744.5]], [[0.5, 0.5]], "cross_entropy", "softmax"),
        r"the loss is 372.\d*, and its gradient not finite, at network\(x\)\[0, 1\], which is 4.9.*e-324 where "
        rf"t\[0, 1\] is 0.5; {LOGITS}",
    ),
    "a square in training": (
        at(np.eye(2), [[1, 2], [3, 1e200]]),
        r"the loss is inf at network\(train\[0\]\)\[1, 1\], which is 1e\+200 where train\[1\]\[1, 1\] is 0",
    ),
    "a square in validation": (
        at(np.eye(2), *FINE, validation=([[1e200, 2]], [[1, 1]])),
        r"the loss is inf at network\(validation\[0\]\)\[0, 0\], which is 1e\+200 where validation\[1\]\[0, 0\] is 1",
    ),
    "an output": (
        at([[1e200]], [[0], [1e200]]),
        r"the loss is inf, and its gradient not finite, at network\(train\[0\]\)\[1, 0\], which is inf where train",
    ),
    "a sum": (at([[1.3e254]], [[1e-100]] * 2), "the loss is inf; it needs numbers that float64 can hold"),
}


@pytest.mark.parametrize(("call", "message"), BEFORE.values(), ids=BEFORE)
def test_what_is_infinite_before_the_first_step_is_not_blamed_on_the_rate(call, message):
    with pytest.raises(FloatingPointError, match=f"^{message}"):
        call()


def test_a_gradient_that_is_infinite_before_the_first_step_is_not_blamed_on_the_rate():
    network = Network([Layer([[1e-200]], [0], "identity"), Layer([[1e200]], [0], "identity")])
    pair = [[1e150]], [[-1e120]]
    with pytest.raises(FloatingPointError, match=r"^the gradient by layers\[0\].W\[0, 0\] is inf; it needs"):
        run(network, "mse", 1e-300, train=pair, validation=([[1]], [[1]]), batch_size=1)


# Precision


@pytest.mark.parametrize("loss", LOSSES)
def test_single_precision_stays_so(loss):
    network, train, validation = single(loss)
    trained, history = run(network, loss, 0.1, epochs=5, train=train, validation=validation)
    assert {a.dtype for a in parameters(trained)} == {np.dtype(np.float32)}
    assert {type(J) for J in history.train + history.validation} == {float}
    expected, double = run(
        Network(Layer(n.W.astype(float), n.b.astype(float), n.activation) for n in network.layers),
        loss,
        0.1,
        epochs=5,
        train=[a.astype(float) for a in train],
        validation=[a.astype(float) for a in validation],
    )
    np.testing.assert_allclose(theta(trained), theta(expected), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(history.train, double.train, rtol=1e-5)
    # All of it was: by hand the same, to the bit.
    by_hand, rng = network.copy(), np.random.default_rng(0)
    for _ in range(history.best):
        epoch(by_hand, *train, LOSSES[loss], 0.1, 5, rng)
    assert history.best > 0 and theta(by_hand).tobytes() == theta(trained).tobytes()


@pytest.mark.parametrize("double", ["network", "X", "T", "validation"])
def test_what_is_mixed_is_trained_in_float64_to_the_bit(double):
    network, (X, T), validation = single("mse")
    whole = {"network": start(), "X": X.astype(float), "T": T.astype(float)}
    whole["validation"] = [a.astype(float) for a in validation]
    given = {"network": network, "X": X, "T": T, "validation": validation}
    mixed, exact = (
        given | {double: whole[double]},
        whole | ({} if double == "network" else {"network": in_double(network)}),
    )
    (trained, history), (expected, same) = (
        run(n["network"], "mse", 0.1, train=(n["X"], n["T"]), validation=n["validation"]) for n in (mixed, exact)
    )
    assert theta(trained).dtype == np.float64
    assert theta(trained).tobytes() == theta(expected).tobytes()
    assert history == same


def single(loss):
    """A network and two pairs in float32."""
    network = Network.init([3, 7, 2], ["tanh", ending(loss)], np.random.default_rng(0))
    layers = (Layer(n.W.astype(np.float32), n.b.astype(np.float32), n.activation) for n in network.layers)
    pairs = ([a.astype(np.float32) for a in pair] for pair in ((X, T), (VALIDATION_X, VALIDATION_T)))
    return Network(layers), *pairs


def in_double(network):
    return Network(Layer(n.W.astype(float), n.b.astype(float), n.activation) for n in network.layers)


def test_a_path_in_single_precision_stays_so():
    theta = np.float32([8, 8])
    assert path(lambda theta: theta * np.float32([2, 1]), theta, 0.25, 3).dtype == np.float32
    assert path(lambda theta: theta * [2.0, 1.0], theta, 0.25, 3).dtype == np.float64


# Progress


def test_the_progress_bar_goes_to_stderr(capsys):
    run(progress=True)
    out, err = capsys.readouterr()
    assert out == "" and "6/6" in err and "validation loss" in err


def test_without_a_progress_bar_nothing_is_printed(capsys):
    run()
    assert capsys.readouterr() == ("", "")
