"""What holds of every live view, on numbers of a reader's own: they stand as they are, and what moves them is kept."""

import re
from functools import partial

import numpy as np
import plain
import pytest
from live import CALLS, made
from page import Page
from plain import Cubic, Loud

from nn_notes import Layer, Network
from nn_notes.views import (
    activation_curves,
    backpropagation,
    derivative_shapes,
    gradient_descent,
    jacobians,
    losses,
    single_layer,
    weight_tensor,
)

Z, B = [0.123, 5.0], [1 / 3, -0.1 - 0.2]
W = [[0.333, -2.75], [1.0, 0.017]]
NETWORK = Network([Layer(W, B, "tanh"), Layer(np.array(W) / 3, B, "softmax")])
LOGITS = Network([Layer(W, B, "identity")])
SAMPLES = np.random.default_rng(0).normal(size=(3, 2)), np.eye(2)[[0, 1, 1]]
WIDE = np.random.default_rng(1).normal(size=(2, 5))
FAHRENHEIT = [0, 10, 20, 30, 40], [32, 50, 68, 86, 104]

OWN = {
    "derivative_shapes.view": lambda: derivative_shapes.view([7.77, 0.123], [[-3.3, 0.017], [1.0, 5.0]]),
    "single_layer.view": lambda: single_layer.view(Z, W, B),
    "single_layer.view, an activation of one's own": lambda: single_layer.view(Z, W, B, Cubic()),
    "jacobians.view": lambda: jacobians.view(Z, W, B),
    "jacobians.view, five outputs": lambda: jacobians.view(Z, WIDE, np.arange(5) / 3, Cubic()),
    "weight_tensor.view": lambda: weight_tensor.view(Z, B),
    "backpropagation.view": lambda: backpropagation.view(NETWORK, Z, [0.333, 0.667], "cross_entropy"),
    "gradient_descent.learning_rate": lambda: gradient_descent.learning_rate(*FAHRENHEIT, [0, 0.123], 1e-4),
    "gradient_descent.training": lambda: gradient_descent.training(LOGITS, SAMPLES, SAMPLES),
    "activation_curves.view": lambda: activation_curves.view(
        [-20.123, 0.333, 9.0, 1.0, 0.017], np.arange(5) / 3, "relu"
    ),
    "activation_curves.view, an activation of one's own": lambda: activation_curves.view([0.333, 3.0], B, Loud()),
    "live.prediction": lambda: losses.prediction(0.123, 1 / 3),
    "live.view": lambda: losses.view([5.123, 0.333, -1.0], 1),
}
# One that has no numbers here is taken as its page makes it.
VIEWS = OWN | {name: partial(made, name) for name in CALLS if not any(own.startswith(name) for own in OWN)}
X, DELTA, T = np.array([-0.8, 0.4, 1.3]), np.array([0.5, -1.2, 0.8]), [0.2, 0.8]

every_view = pytest.mark.parametrize("made", VIEWS.values(), ids=VIEWS)


@pytest.fixture
def page(made):
    return Page(made())


def standing(page):
    """Where every control stands, which is the same on the page and in the kernel, to all digits."""
    kernel = {name: page.view.state[name] for name in page.view.controls}
    assert page.places == {name: np.ravel(x).tolist() if np.ndim(x) else x for name, x in kernel.items()}
    return {label: page.value(label) for label in [*page.sliders, *page.choices]}


@every_view
def test_only_what_is_moved_changes_and_goes_back(page):
    first, seen = standing(page), page.everything()
    for label in page.sliders:
        own, stops = page.value(label), page.stops(label)
        for to in {stops[0], stops[-1], stops[(stops.index(own) + 1) % len(stops)]}:
            page.move(label, to)
            assert not page.error
            assert standing(page) == first | {label: to}
        page.move(label, own)
    assert page.everything() == seen


@every_view
def test_reset_brings_everything_back_to_the_last_digit(page):
    first = page.everything()
    for label in page.sliders:
        page.move(label, page.stops(label)[-2])
    for label, names in page.choices.items():
        page.move(label, names[-1])
    for label in page.view.actions:
        page.click(label)
    page.click("Reset")
    assert page.everything() == first


@every_view
def test_buttons_do_the_same_for_every_reader_and_new_numbers_are_new(page, made):
    other, chosen = Page(made()), [page.value(label) for label in page.choices]
    for label in [label for label in page.view.actions if label != "Reset"] * 3:
        before = {name: a.copy() for name, a in page.view.state.items() if isinstance(a, np.ndarray)}
        seen = page.everything()
        page.click(label)
        other.click(label)
        assert not page.error and page.everything() == other.everything()
        standing(page)
        if label == "New random numbers":
            assert page.everything() != seen
            assert all(np.mean(page.view.state[name] != a) > 0.5 for name, a in before.items() if a.ndim)
    assert [page.value(label) for label in page.choices] == chosen


# What is left when the tags are gone, which may have hyphens.
NEGATIVE_ZERO = re.compile(r"−0(\.0*)?(?![\d.])")
HYPHEN = re.compile(r"-\s?[\d.]")


@every_view
def test_no_number_is_minus_zero_or_has_a_hyphen(page):
    rng = np.random.default_rng(0)
    for step in range(60):
        label = rng.choice(page.sliders)
        # Zero and what is around it is where a sign goes wrong.
        page.move(label, rng.choice(sorted(page.stops(label), key=abs)[: 5 if step % 2 else None]))
        if step % 7 == 0 and page.choices:
            label = rng.choice([*page.choices])
            page.move(label, str(rng.choice(page.choices[label])))
        if step % 5 == 0:
            page.click(str(rng.choice([*page.view.actions])))
        for text in [*(text for text, _ in page.cells), re.sub("<[^>]*>", "", page.words())]:
            assert not NEGATIVE_ZERO.search(text) and not HYPHEN.search(text), text


@every_view
def test_without_a_kernel_its_first_state_stands_there(page):
    html, picture = page.view._repr_mimebundle_()[0]["text/html"], page.view._page.picture
    assert page.message["board"] in html and "nan" not in page.message["board"]
    assert re.findall('<img alt="(.*?)"', html) == ([picture["words"]] if picture else [])


PICTURES = {
    "the change of each output as the nudge grows": lambda: jacobians.view(plain.Z, plain.W, plain.B),
    "path of gradient descent": lambda: gradient_descent.learning_rate(plain.X, plain.T, [-2, 0]),
    "each output of the activation": lambda: activation_curves.view(X, DELTA),
    "a tangent where the prediction is": losses.prediction,
}


@pytest.mark.parametrize(("words", "made"), PICTURES.items(), ids=PICTURES)
def test_both_pictures_follow_and_have_words(words, page):
    assert words in page.view._page.picture["words"]
    for label in page.sliders:
        before, stops = np.array_split(page.pixels.copy(), 2, axis=1), page.stops(label)
        page.move(label, stops[(stops.index(page.value(label)) + 10) % len(stops)])
        for old, new in zip(before, np.array_split(page.pixels, 2, axis=1), strict=True):
            assert (old != new).any(), label
