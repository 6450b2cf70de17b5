"""What holds of every live view, on numbers of a reader's own: they stand as they are, and what moves them is kept."""

import json
import re
from functools import partial
from xml.etree import ElementTree

import numpy as np
import plain
import pytest
from live import CALLS, made, seen
from page import CELL, Page, untagged
from plain import Cubic, Loud
from stripped import still

from nn_notes import Layer, Network
from nn_notes.charts import Chart
from nn_notes.explore import ASLEEP, SPEC, Drawing, Matrix, Slider
from nn_notes.views import (
    activation_curves,
    backpropagation,
    derivative_shapes,
    gradient_descent,
    jacobians,
    losses,
    operations,
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
    "operations.view": lambda: operations.view(0.123, -7.77),
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


@every_view
def test_a_view_can_be_brought_to_where_another_one_stands(page, made):
    rng = np.random.default_rng(0)
    lead(page, rng)
    there = Page(made().at(*steps(page), **places(page, page.places)))
    assert there.everything()[:-1] == page.everything()[:-1] and standing(there) == standing(page)
    # What is copied from there stands behind that call.
    lead(there, rng)
    again = made().at(*steps(page), **places(page, page.places)).at(*steps(there), **places(there, there.places))
    assert Page(again).everything()[:-1] == there.everything()[:-1]
    # From a Reset on it is the first state in everything, also in what is drawn next.
    there.click("Reset")
    fresh = Page(made())
    assert there.everything() == fresh.everything()
    for label in [*page.view.actions][:-1]:
        for one in (there, fresh):
            one.click(label)
        assert there.everything() == fresh.everything()


def lead(page, rng):
    """Through a Reset and whatever is pressed, and to where what was moved before a press counts."""
    for n in range(15):
        page.click("Reset") if n == 5 else page.wander(rng)
    for label in [label for label in page.view.actions if label not in ("Reset", "New random numbers")] * 2:
        for slider in page.sliders:
            page.move(slider, rng.choice(page.stops(slider)).item())
        page.click(label)
    for _ in range(3):
        if page.sliders:
            page.move(rng.choice(page.sliders), 0.5)


def places(page, moved):
    """What a page has of its controls, as ``at`` takes it: arrays in their shapes."""
    return {name: np.reshape(x, page.view.state[name].shape) if isinstance(x, list) else x for name, x in moved.items()}


def steps(page):
    """What was pressed on a page, as ``at`` takes it."""
    for part in page.way:
        yield from [places(page, part)] if isinstance(part, dict) else [part[0]] * part[1]


# What is left when the tags are gone, which may have hyphens.
NEGATIVE_ZERO = re.compile(r"−0(\.0*)?(?![\d.])")
HYPHEN = re.compile(r"-\s?[\d.]")


@every_view
def test_no_number_is_minus_zero_or_has_a_hyphen(page):
    rng = np.random.default_rng(0)
    for step in range(60):
        if page.sliders:
            label = rng.choice(page.sliders)
            # Zero and what is around it is where a sign goes wrong.
            page.move(label, rng.choice(sorted(page.stops(label), key=abs)[: 5 if step % 2 else None]))
        else:
            page.wander(rng)
        if step % 7 == 0 and page.choices:
            label = rng.choice([*page.choices])
            page.move(label, str(rng.choice(page.choices[label])))
        if step % 5 == 0:
            page.click(str(rng.choice([*page.view.actions])))
        for text in [*(text for text, _ in page.cells), re.sub("<[^>]*>", "", page.words())]:
            assert not NEGATIVE_ZERO.search(text) and not HYPHEN.search(text), text


@every_view
def test_without_a_kernel_its_first_state_stands_there(page):
    bundle = page.view._repr_mimebundle_()
    assert json.loads(bundle[SPEC])["opening"]["board"] == page.message["board"] and "nan" not in page.message["board"]
    assert CELL.findall(bundle["text/html"]) == CELL.findall(page.message["board"])
    json.dumps(bundle, allow_nan=False)


@every_view
def test_without_styles_it_reads_row_by_row_and_speaks_of_no_colours(page):
    left, rows = still(page.view), page.view._rows
    assert len(left.rows) == len(rows)
    for words, row in zip(left.rows, rows, strict=True):
        # Charts and drawings by their words, arrays and sentences by their own, from left to right.
        at = -1
        for item in row:
            first = item.words if isinstance(item, Chart | Drawing) else item[0] if isinstance(item, Matrix) else item
            at = words.find(untagged(first), at + 1)
            assert at >= 0, (item, words)
    assert left.rest == [ASLEEP]
    assert not re.search("colou?r|blue|orange|white", " ".join([*left.rows, *left.rest]), re.IGNORECASE)
    assert len(left.images) == sum(isinstance(item, Chart | Drawing) for row in rows for item in row)
    assert all(len(words.split()) > 3 for words in left.images)


PICTURES = {
    "the change of the first two outputs as arrows": lambda: jacobians.view(plain.Z, plain.W, plain.B),
    "path of gradient descent": lambda: gradient_descent.learning_rate(plain.X, plain.T, [-2, 0]),
    "each output of the activation": lambda: activation_curves.view(X, DELTA),
    "a tangent where it is": losses.prediction,
}


@pytest.mark.parametrize(("words", "made"), PICTURES.items(), ids=PICTURES)
def test_all_pictures_follow_and_have_words(words, page):
    first, *_ = page.charts()
    assert words in ElementTree.fromstring(first).get("aria-label").lower()
    for label in page.sliders:
        before, stops = [*page.charts()], page.stops(label)
        page.move(label, stops[(stops.index(page.value(label)) + 10) % len(stops)])
        assert all(old != new for old, new in zip(before, page.charts(), strict=True)), label


@every_view
def test_titles_and_names_of_charts_have_room(page):
    for svg in page.charts():
        chart = ElementTree.fromstring(svg)
        _, _, width, height = map(float, chart.get("viewBox").split())
        title, *_ = chart.iter("{http://www.w3.org/2000/svg}text")
        # A letter is 0.58 of its size, and a bold one more.
        assert float(title.get("x")) + 0.62 * 130 * len(title.text) < width, title.text
        *_, across, up = chart.find("{http://www.w3.org/2000/svg}g").iter("{http://www.w3.org/2000/svg}text")
        assert 0.58 * 115 * len(across.text) < width and 0.58 * 115 * len(up.text) < height


# On which rows a table alone equals others that are added and multiplied, in the order of the page.
EQUATIONS = {
    "derivative_shapes.view": ["output y", "Δy predicted"],
    "single_layer.view": ["u"],
    "jacobians.view": ["u", "∂z′/∂z"],
    "backpropagation.view": ["ξ(2) = ∂E/∂b(2)", "ξ(1) = ∂E/∂b(1)"],
    "gradient_descent.learning_rate": ["θ1"],
    "activation_curves.view": ["δF"],
    "live.view": ["S − t", "−t/S · F"],
    "operations.view": ["g"],
}


def equations(rows):
    """Of each equation on the board its result, by name and as it is, and what the other side comes to."""
    for row in rows:
        sides = [[]]
        for item in row:
            if not isinstance(item, str):
                if sides[-1] and not isinstance(sides[-1][-1], str):
                    sides += [[], []]
                sides[-1].append(item)
            elif item == "=":
                sides.append([])
            elif re.fullmatch(r"·|[+−]?( ?[\d.]+(e[+−]\d+)? ·)?", item):
                sides[-1].append(item)
            else:
                sides += [[], []]
        for n, side in enumerate(sides):
            beside = [sides[m] for m in (n - 1, n + 1) if 0 <= m < len(sides) and len(sides[m]) > 1]
            if len(side) == 1 and beside:
                yield *side[0], summed(beside[0])


def summed(side):
    """The terms of one side, added; a number between them has three digits."""
    total, sign, product = 0, 1, None
    for item in [*side, "+"]:
        if not isinstance(item, str):
            product = item[1] if product is None else product @ item[1]
        elif item != "·":
            total = total + (0 if product is None else sign * product)
            factor = re.search(r"[\d.]+(e[+−]\d+)?", item)
            size = float(factor[0].replace("−", "-")) if factor else 1
            sign, product = -size if item[0] == "−" else size, None
    return total


@pytest.mark.parametrize("name", EQUATIONS)
def test_a_row_that_reads_as_an_equation_is_one(name):
    for state in seen(name):
        found = [(label, result, other) for label, result, other in equations(state.rows)]
        if name != "derivative_shapes.view":
            assert [label.removesuffix("/τ") for label, *_ in found] == EQUATIONS[name]
        for _, result, other in found:
            known = ~np.isnan(result)
            np.testing.assert_allclose(result[known], other[known], rtol=2e-3, atol=1e-9)
    assert [label for label, *_ in equations(seen(name)[0].rows)] == EQUATIONS[name]


# What a reader is given, or writes: it is made of nothing on the board.
GIVEN = re.compile(r"input [xX]|Kᵀ?|z\(0\)|W\(\d\)⊤|t|y|δ|θ0|(yours|measured|the difference)(\[\d\])?")


@every_view
def test_every_other_number_says_what_it_is_made_of(page):
    rng = np.random.default_rng(0)
    for _ in range(25):
        rows = page.rows()
        matrices = [m for row in page.view._rows for m in row if isinstance(m, Matrix)]
        equal = {label for label, *_ in equations(rows)}
        for m, told in zip(matrices, page.made, strict=True):
            name = untagged(m.label)
            if not told:
                assert m.hand or name in equal or GIVEN.fullmatch(name), name
                continue
            for entry, reason in zip(np.ravel(m.array), json.loads(told), strict=True):
                if isinstance(reason, str):
                    assert len(reason.split()) > 1, name
                    # What is not in it adds nothing.
                    assert entry == 0 or not re.search(r"\bnot\b|another", reason), (name, reason)
                elif m.known:
                    factors = [[np.atleast_2d(matrices[n].array)[i, j] for n, i, j in places] for _, *places in reason]
                    terms = [number * np.prod(f) for (number, *_), f in zip(reason, factors, strict=True)]
                    np.testing.assert_allclose(sum(terms), entry, rtol=1e-9, atol=1e-12, err_msg=name)
        page.wander(rng)


@every_view
def test_a_drawing_that_is_dragged_moves_a_slider(page):
    for name in re.findall(r'<svg[^>]* data-drag="(.*?)"', page.message["board"]):
        assert isinstance(page.view.controls[name], Slider)


def _to(**places):
    return [{"set": name, "to": to} for name, to in places.items()]


def _put(name, *values):
    return [{"set": name, "entry": n, "to": to} for n, to in enumerate(values)]


def _press(label, times=1):
    return [{"act": label}] * times


# Of each view, in the order of its tasks, what a reader does to meet it.
TRIES = {
    "derivative_shapes.view": [
        _to(what="matrix", by="matrix"),
        _to(habit="columns"),
        _to(entry=0.0),
    ],
    "single_layer.view": [
        _put("z", 0.0),
        [*_to(f="identity"), *_put("z", 1.5)],
        [*_to(f="relu"), *_put("b", -2.0)],
    ],
    "jacobians.view": [
        _to(f="identity", along="all of z", length=2.0),
        _to(f="identity", along="all", length=3.16),
        _to(f="softmax", along="b[0]"),
    ],
    "weight_tensor.view": [
        _to(axis="j", place=2),
        [*_to(axis="i"), *_put("z", 1.0)],
        _put("xi", 0.0),
    ],
    "backpropagation.view": [
        _press("All factors"),
        _to(nudge=-1.0),
        [*_press("All factors"), *_to(nudge=1.0)],
    ],
    "gradient_descent.learning_rate": [
        _to(γ=0.00492),
        _to(γ=0.702),
        _to(γ=0.447),
    ],
    "gradient_descent.training": [
        _press("One epoch", 12),
        _press("One epoch", 40),
        [*_to(γ=2.0), *_press("One epoch", 10)],
    ],
    "activation_curves.view": [
        [*_to(f="relu"), *_put("x", -1.0, -1.0, -1.0)],
        [*_to(f="relu"), *_put("x", 1.0, 1.0, 1.0)],
        [*_to(f="softmax"), *_put("x", 1.0, 1.0, 1.0)],
    ],
    "live.prediction": [
        _to(y=0.8),
        _to(t=1.0, y=0.01),
        _to(t=0.5),
    ],
    "live.view": [
        _put("u", 4.0, -4.0),
        _put("u", -4.0, 4.0, -4.0),
        _put("u", 1.0, 1.0, 1.0),
    ],
    "operations.view": [
        _to(y=-1.0),
        _to(x=0.0),
    ],
}


def test_every_view_has_something_to_try_but_those_whose_task_is_on_the_board():
    assert {name for name in CALLS if not name.startswith("blackboard")} == TRIES.keys()


@pytest.mark.parametrize("name", TRIES)
def test_what_is_to_be_tried_can_be_and_is_not_met_at_first(name):
    opened = {"open": True}
    assert "met" not in made(name).answer([opened]), "it is met without a hand's turn"
    assert len(TRIES[name]) == len(made(name).spec["tries"])
    for n, steps in enumerate(TRIES[name]):
        view = made(name)
        told = [view.answer([step]) for step in [opened, *steps]]
        met = [message["met"] for message in told if "met" in message]
        assert any(n in some for some in met) and "error" not in told[-1], view.spec["tries"][n]
        # A page is told what is met where it stands, also one that shows nothing yet.
        assert view.answer([opened]).get("met", []) == met[-1]
        view.answer([{"act": "Reset"}])
        assert "met" not in view.answer([opened])
