"""Every live view on numbers of a reader's own: they stand as they are, and no picture or list ends before they do."""

import copy
import pickle
import re

import numpy as np
import pytest
from page import Page

from nn_notes import Layer, Network, activations, losses
from nn_notes.views import (
    activation_curves,
    backpropagation,
    derivative_shapes,
    gradient_descent,
    jacobians,
    single_layer,
    weight_tensor,
)
from nn_notes.views import losses as losses_view

RNG = np.random.default_rng(0)
Z, B = [0.123, 5.0], [1 / 3, -0.1 - 0.2]
W = [[0.333, -2.75], [1.0, 0.017]]
NETWORK = Network([Layer(W, B, "tanh"), Layer(np.array(W) / 3, B, "softmax")])
CLASSES = np.eye(2)[[0, 1, 1]]
SAMPLES = RNG.normal(size=(3, 2))


class Cubic(activations.ComponentWise):
    """An activation of a reader's own, which knows no bound."""

    def value(self, u):
        return u**3

    def slope(self, u):
        return 3 * u**2


class Loud(Cubic):
    """One whose name is no plain text."""

    name = "<b>loud</b>"


def training(network=None):
    network = network or Network([Layer(W, B, "identity")])
    return gradient_descent.training(network, (SAMPLES, CLASSES), (SAMPLES, CLASSES))


VIEWS = {
    "00": lambda: derivative_shapes.view([7.77, 0.123], [[-3.3, 0.017], [1.0, 5.0]]),
    "01": lambda: single_layer.view(Z, W, B),
    "01, an activation of one's own": lambda: single_layer.view(Z, W, B, Cubic()),
    "02": lambda: jacobians.view(Z, W, B),
    "02, five outputs": lambda: jacobians.view(Z, RNG.normal(size=(2, 5)), np.arange(5) / 3, Cubic()),
    "03": lambda: weight_tensor.view(Z, B),
    "04": lambda: backpropagation.view(NETWORK, Z, [0.333, 0.667], "cross_entropy"),
    "05, a path": lambda: gradient_descent.learning_rate([0, 10, 20, 30, 40], [32, 50, 68, 86, 104], [0, 0.123], 1e-4),
    "05, a run": training,
    "06": lambda: activation_curves.view([-20.123, 0.333, 9.0, 1.0, 0.017], np.arange(5) / 3, "relu"),
    "06, an activation of one's own": lambda: activation_curves.view([0.333, 3.0], B, Loud()),
    "07, a prediction": lambda: losses_view.prediction(0.123, 1 / 3),
    "07, logits": lambda: losses_view.view([5.123, 0.333, -1.0], 1),
}
every_view = pytest.mark.parametrize("made", VIEWS.values(), ids=VIEWS)


def frozen(view):
    """The numbers of the controls, to all digits."""
    return {
        name: view.state[name].ravel().tolist() if hasattr(view.state[name], "ravel") else view.state[name]
        for name in view.controls
    }


def sliders(view):
    """Of each slider: its control, its entry or None, and its stops."""
    for name, control in view.controls.items():
        if control.stops and isinstance(control.stops[0], list):
            yield from ((name, n, stops) for n, stops in enumerate(control.stops))
        elif control.stops:
            yield name, None, control.stops


def moved(name, entry, to):
    return {"set": name, "to": to} | ({} if entry is None else {"entry": entry})


@every_view
def test_only_what_is_moved_changes_and_goes_back(made):
    page = Page(made())
    first, seen = frozen(page.view), page.everything()
    for name, entry, stops in list(sliders(page.view)):
        own = first[name] if entry is None else first[name][entry]
        assert own in stops
        for to in {stops[0], stops[-1], stops[(stops.index(own) + 1) % len(stops)]}:
            page.do(moved(name, entry, to))
            assert not page.error
            expected = first | {name: to if entry is None else [*first[name][:entry], to, *first[name][entry + 1 :]]}
            assert frozen(page.view) == expected == page.places
        page.do(moved(name, entry, own))
    assert page.everything() == seen


@every_view
def test_reset_brings_them_back_to_the_last_digit(made):
    page = Page(made())
    first, seen = frozen(page.view), page.everything()
    for label in page.view.actions:
        page.click(label)
    page.click("Reset")
    assert frozen(page.view) == first and page.everything() == seen


# What is left when the tags are gone, which may have hyphens.
NEGATIVE_ZERO = re.compile(r"−0(\.0*)?(?![\d.])")
HYPHEN = re.compile(r"-\s?[\d.]")


@every_view
def test_no_number_is_minus_zero_or_has_a_hyphen(made):
    page, rng = Page(made()), np.random.default_rng(0)
    choices = [(name, list(c.names)) for name, c in page.view.controls.items() if not c.stops]
    for step in range(60):
        every = list(sliders(page.view))
        name, entry, stops = every[rng.integers(len(every))]
        # Zero and what is around it is where a sign goes wrong.
        near = sorted(stops, key=abs)[: 5 if step % 2 else None]
        page.do(moved(name, entry, near[rng.integers(len(near))]))
        if step % 7 == 0 and choices:
            name, names = choices[rng.integers(len(choices))]
            page.do({"set": name, "to": names[rng.integers(len(names))]})
        if step % 5 == 0:
            page.click(list(page.view.actions)[rng.integers(len(page.view.actions))])
        for text in [*(text for text, _ in page.cells), re.sub("<[^>]*>", "", page.words())]:
            assert not NEGATIVE_ZERO.search(text) and not HYPHEN.search(text), text


def within(ax, x, y):
    """Whether places lie in the picture."""
    (left, right), (low, high) = sorted(ax.get_xlim()), sorted(ax.get_ylim())
    return (left <= np.min(x)) and (np.max(x) <= right) and (low <= np.min(y)) and (np.max(y) <= high)


@pytest.mark.parametrize(
    ("x", "t", "start", "rate"),
    [
        ([0, 10, 20, 30, 40], [32, 50, 68, 86, 104], [0, 0], None),
        ([0, 10, 20, 30, 40], [32, 50, 68, 86, 104], [0, 0], 2e-3),
        ([1, 2], [3, 5], [1e6, -1e6], 0.1),
        ([1, 2], [3, 5], [0, 0], 1.0),
        ([1, 2], [3e16, 5e16], [1e16, 2e16], 0.01),
        ([1e-3, 2e-3], [1e3, 2e3], [0.5, 0.5], 0.5),
    ],
)
def test_a_start_and_its_path_are_in_the_picture(x, t, start, rate):
    page = Page(gradient_descent.learning_rate(x, t, start, rate))
    left, right = page.view._canvas._figure.axes
    assert page.places["w"] == start[0] and page.places["b"] == start[1]
    theta, J = page.view.arrays["θ"], page.view.arrays["J"]
    assert within(left, *theta[: gradient_descent.LISTED + 1].T)
    # All of the curve but for the roundoff at its end.
    shown = np.greater(J, gradient_descent.ROUNDOFF * J[0])
    assert within(right, [0, len(J) - 1], J[shown])


def test_a_first_step_that_overflows_is_said_to():
    with pytest.raises(FloatingPointError, match=r"the first step is not finite; a γ below 1e\+308 may mend it"):
        gradient_descent.learning_rate([1, 2], [3, 5], [0, 0], 1e308)


def test_the_picture_widens_and_comes_back():
    page = Page(gradient_descent.learning_rate([0.5, 1.5], [1, 2], [0, 0], 0.5))
    (left, _), first = page.view._canvas._figure.axes, page.pixels.copy()
    limits = left.get_xlim()
    for label, to in [("γ", 100), ("w₀", 100)]:
        page.move(label, to)
        assert within(left, *page.view.arrays["θ"][:7].T)
    assert np.ptp(left.get_xlim()) > np.ptp(limits)
    page.click("Reset")
    assert left.get_xlim() == limits
    np.testing.assert_array_equal(page.pixels, first)


@pytest.mark.parametrize("M", [1, 4, 5, 9])
@pytest.mark.parametrize("f", ["identity", "softmax", Cubic()], ids=repr)
def test_jacobians_of_any_number_of_outputs(M, f):
    page = Page(jacobians.view([3.0, -2.0], 4 * np.random.default_rng(M).normal(size=(2, M)), np.arange(M) / 7, f))
    left, right = page.view._canvas._figure.axes
    a = page.view.arrays
    assert within(left, 0, a["actual curve"]) and within(left, 0, a["predicted curve"])
    drawn = [line.get_ydata() for line in left.lines[: 2 * M]]
    np.testing.assert_array_equal(drawn, [*a["actual curve"].T, *a["predicted curve"].T])
    errors = a["error curve"]
    if (errors > a["roundoff"]).any():
        assert within(right, 1, errors[errors > a["roundoff"]])
    else:
        assert "the prediction is exact" in page.words()
    page.move("length", 0.1)
    page.move("z[1]", 0.3)
    assert not page.error


@pytest.mark.parametrize("f", [*activations.ACTIVATIONS, Cubic(), Loud()], ids=repr)
@pytest.mark.parametrize("x", [[-20.0, 0.3, 12.0], [0.1] * 9], ids=str)
def test_every_dot_of_every_activation_is_in_the_picture(f, x):
    page = Page(activation_curves.view(x, np.ones(len(x)), f))
    left, right, *_ = page.view._canvas._figure.axes
    for n, name in enumerate(page.view.controls["f"].names):
        page.move("activation", name)
        assert not page.error
        dots = [(ax, line) for ax in (left, right) for line in ax.lines if line.get_marker() == "o"]
        assert len(dots) == 2 * len(x)
        assert all(within(ax, *line.get_data()) for ax, line in dots), (n, name)


def test_an_activation_of_ones_own_is_offered_with_its_numbers_and_as_text():
    page = Page(activation_curves.view([0.5, -1.5], [1, 1], Loud()))
    assert list(page.view.controls["f"].names) == [*activations.ACTIVATIONS, Loud.name]
    assert "&lt;b&gt;loud&lt;/b&gt;(<i>x</i>)<sub>0</sub> = 0.125, <i>F</i><sub>00</sub> = 0.750" in page.words()
    page.move("activation", "tanh")
    assert "tanh(0.5) = 0.462" in re.sub("<[^>]*>", "", page.words())


def test_an_activation_of_ones_own_stands_where_it_is_called_as_another():
    class ReLU(Cubic):
        """It has the name of one of the five."""

    page = Page(activation_curves.view([2.0], [1], ReLU()))
    assert page.view.arrays["f(x)"] == [8] and "max" not in page.words()
    assert Page(single_layer.view([2.0], [[1.0]], [0.0], ReLU())).view.arrays["z′"] == [8]


def test_logits_far_out_say_what_they_are():
    page = Page(losses_view.view([1000.0, 0.0, 0.0], 1))
    cells = [text for text, _ in page.cells]
    assert "−∞" in cells and "NaN" in cells and "·" not in cells
    assert "= 1000.0000" in page.words() and "rounds to NaN" in page.words()


@pytest.mark.parametrize("name", ["y", "t"])
def test_the_dots_of_a_prediction_are_in_the_picture(name):
    page = Page(losses_view.prediction())
    for to in (0.01, 0.99):
        page.move(name, to)
        for ax in page.view._canvas._figure.axes:
            assert all(within(ax, *line.get_data()) for line in ax.lines if line.get_marker() == "o")


def test_a_negative_weight_times_zero_is_zero():
    page, negative = Page(derivative_shapes.view([0.5, 1.0], [[0.5, 1.0]])), 0
    for _ in range(4):
        page.click("New random numbers")
        page.move("entry of x", 0.0)
        negative += page.view.state["weights"]["vector", "vector"].flat[0] < 0
        assert re.search(r"· \(0\) = 0\.", re.sub("<[^>]*>", "", page.words()))
    assert 0 < negative < 4


def test_the_entry_is_that_of_the_input():
    page = Page(derivative_shapes.view([7.77, 0.123], [[-3.3, 0.017], [1.0, 5.0]]))
    page.move("by a", "matrix")
    np.testing.assert_array_equal(page.view.arrays["x"], [[-3.3, 0.017], [1.0, 5.0]])
    page.move("by a", "vector")
    np.testing.assert_array_equal(page.view.arrays["x"], [[7.77, 0.123]])


def pickled(network):
    return pickle.loads(pickle.dumps(network))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled])
def test_a_copied_network_can_be_trained(copied):
    network = Network([Layer(W, B, "tanh"), Layer(W, B, "identity")])
    page = Page(training(copied(network)))
    page.click("One epoch")
    assert not page.error
    with pytest.raises(ValueError, match="network ends in softmax; it needs identity there"):
        training(copied(Network(Layer(W, B, "softmax"))))


def test_a_run_far_out_is_in_the_picture():
    page = Page(training(Network([Layer(1e4 * np.array(W), B, "identity")])))
    (ax, *_) = page.view._canvas._figure.axes
    assert within(ax, 0, page.view.arrays["losses"]) and ax.get_ylim()[1] > 10


def test_a_loss_of_zero_is_not_minus_zero():
    network = Network([Layer(W, [0, 0], "identity")])
    page = Page(backpropagation.view(network, [0, 0], [0, 0], losses.mse))
    assert "goes from 0 to 0" in page.words()
