"""The live views of notebook 07: their boards and curves against plain NumPy, and a step down."""

import numpy as np
import plain
import pytest
from page import Page

from nn_notes.views import losses as live

U = np.array([0.4, 1.3, -0.6])


@pytest.mark.parametrize(("y", "t"), [(0.25, 0.8), (0.01, 1.0), (0.99, 0.0), (0.5, 0.5)])
def test_a_prediction_has_the_losses_and_slopes_of_the_two_outcomes(y, t):
    page = Page(live.prediction())
    page.move("y[0]", y)
    page.move("t[0]", t)
    page.shows(*plain.prediction(page.value))
    a, p = page.view.arrays, live.PLACES
    np.testing.assert_allclose(a["E"], [(y - t) ** 2, -t * np.log(y) - (1 - t) * np.log(1 - y)], rtol=1e-12)
    np.testing.assert_allclose(a["slope"], [2 * (y - t), (y - t) / (y * (1 - y))], atol=1e-10)
    np.testing.assert_allclose(a["curves"], [(p - t) ** 2, -t * np.log(p) - (1 - t) * np.log(1 - p)], atol=1e-12)
    np.testing.assert_allclose(a["slopes"], [2 * (p - t), (p - t) / (p * (1 - p))], atol=1e-10)


def test_the_picture_is_that_of_a_prediction_that_begins_there():
    page = Page(live.prediction())
    page.move("y[0]", 0.6)
    page.move("t[0]", 0.1)
    assert [*page.charts()] == [*Page(live.prediction(0.6, 0.1)).charts()]


@pytest.mark.parametrize("name", ["y[0]", "t[0]"])
def test_the_dots_of_a_prediction_are_in_the_picture(name):
    page = Page(live.prediction())
    for to in (0.01, 0.99):
        page.move(name, to)
        assert [mark.chart for mark in page.marks() if "dots" in mark.looks and len(mark.data())] == [0, 0, 0, 1, 1]


@pytest.mark.parametrize("u", [U, [-4.0, 4.0, 0.5], [0.0, 0.0, 0.0]])
@pytest.mark.parametrize("target", ["0", "2"])
def test_both_roads_from_the_logits(u, target):
    page = Page(live.view(U, 1))
    page.shows(*plain.logits(page.value))
    for k, entry in enumerate(u):
        page.move(f"u[{k}]", entry)
    page.move("right class", target)
    page.shows(*plain.logits(page.value))
    S = np.exp(u) / np.exp(u).sum()
    np.testing.assert_allclose(page.view.arrays["E"], -np.log(S[int(target)]), rtol=1e-12)


def test_a_step_goes_against_the_gradient():
    page = Page(live.view(U, 1))
    losses = [page.view.arrays["E"]]
    page.click("Step against the gradient")
    u = plain.slid(page.value, "u", 3)
    np.testing.assert_allclose(u, U - (np.exp(U) / np.exp(U).sum() - [0, 1, 0]), rtol=1e-12)
    np.testing.assert_array_equal(page.view.state["u"], u)
    for _ in range(40):
        losses.append(page.view.arrays["E"])
        page.click("Step against the gradient")
    assert (np.diff(losses) <= 0).all() and losses[-1] < losses[0] / 3


def test_logits_far_out_say_what_they_are():
    page = Page(live.view([1000.0, 0.0, 0.0], 1))
    cells = [text for text, _ in page.cells]
    assert "−∞" in cells and "NaN" in cells and "·" not in cells
    assert "= 1000.0000" in page.words() and "differ by NaN at most" in page.words()


@pytest.mark.parametrize(
    ("to", "S"),
    [
        ((0.2, 0.5), (0.2, 0.5, 0.3)),
        ((0.6, 0.1), (0.6, 0.1, 0.3)),
        ((0.9, 0.9), (0.499, 0.499, 0.002)),
        ((-0.5, 0.4), (0.002, 0.4, 0.598)),
        ((1.7, -3.0), (0.996, 0.002, 0.002)),
    ],
)
def test_a_dot_in_the_triangle_is_dragged_to_a_place_within(to, S):
    page = Page(live.view(U, 1))
    page.do({"drag": "S", "to": [*to]})
    np.testing.assert_allclose(page.view.arrays["S"], S, atol=2e-3)
    page.shows(*plain.logits(page.value))


def test_further_classes_keep_their_proportions_in_a_drag():
    page = Page(live.view([*U, -1.0, 2.0], 1))
    before = page.view.arrays["S"][2:]
    page.do({"drag": "S", "to": [0.3, 0.3]})
    S = page.view.arrays["S"]
    np.testing.assert_allclose(S[:2], 0.3, atol=2e-3)
    np.testing.assert_allclose(S[2:] / S[2:].sum(), before / before.sum(), atol=2e-3)


@pytest.mark.parametrize(("u", "corner"), [(U, "sure of 2"), ([*U, -1.0], "sure of another")])
def test_every_corner_of_the_triangle_has_a_name(u, corner):
    board = Page(live.view(u, 1)).view.opening()
    assert all(f">{name}</text>" in board.replace("\\", "") for name in ("sure of 0", "sure of 1", corner))


@pytest.mark.parametrize("target", range(3))
def test_in_the_triangle_the_arrow_is_the_gradient_and_a_contour_one_loss(target):
    page = Page(live.view(U, target))
    t, S = np.eye(3)[target], page.view.arrays["S"]
    shaft, _ = (mark for mark in page.marks() if "S − t, from t to S" in mark.looks)
    assert shaft.goes_through(*np.transpose([t[:2], S[:2]]))
    contours = [mark.data() for mark in page.marks() if "faint" in mark.looks and mark.pieces]
    losses = [-np.log(np.column_stack([line, 1 - line.sum(axis=1)])[:, target]) for line in contours]
    np.testing.assert_allclose(losses, np.transpose([live.CONTOURS] * 2), atol=0.02)
