"""The live view of notebook 03: every slice and its share of the outer product held to plain NumPy, and the drawing."""

import re

import numpy as np
import plain
import pytest
from page import Page

from nn_notes.views import weight_tensor

SIZES = {"k": 3, "i": 5, "j": 3}
every_slice = pytest.mark.parametrize(("axis", "n"), [(axis, n) for axis in SIZES for n in range(SIZES[axis])])
every_axis = pytest.mark.parametrize("axis", SIZES)


@pytest.fixture
def page():
    return Page(weight_tensor.view([1.2, -0.7, 0.5, -1.4, 0.9], [2.0, -1.0, 0.5]))


def walk_to(page, axis, n):
    page.move("walk along", axis)
    page.move("slice", n)


def drawing(page):
    (svg,) = re.findall("<svg.*?</svg>", page.words())
    return svg


@every_slice
def test_every_slice_with_its_share_of_the_outer_product(page, axis, n):
    walk_to(page, axis, n)
    page.shows(*plain.weight_tensor(page.value))
    if n == SIZES[axis] - 1:
        np.testing.assert_allclose(page.view.arrays["gathered"], page.view.arrays["outer"])


def test_turning_an_entry_of_z_or_xi(page):
    walk_to(page, "i", 3)
    page.move("z[3]", 1.5)
    page.move("ξ[1]", -0.25)
    page.shows(*plain.weight_tensor(page.value))
    np.testing.assert_array_equal(page.view.arrays["slice"], 1.5 * np.eye(3))


def test_the_slider_ends_where_the_axis_does(page):
    for axis, size in SIZES.items():
        walk_to(page, axis, 0)
        assert page.stops("slice") == [*range(size)]
    walk_to(page, "i", 4)
    page.move("walk along", "k")
    assert page.value("slice") == page.view.state["place"] == page.view.arrays["place"] == 2
    assert not page.error


@every_axis
def test_next_slice_goes_round(page, axis):
    page.move("walk along", axis)
    for n in [*range(1, SIZES[axis]), 0]:
        page.click("Next slice")
        assert page.view.arrays["place"] == page.value("slice") == n
        assert f"slice {n} along {axis}" in drawing(page)


def test_new_numbers_are_walked_through_at_the_same_place(page):
    walk_to(page, "i", 4)
    page.click("New random numbers")
    assert (page.value("walk along"), page.value("slice")) == ("i", 4)
    page.shows(*plain.weight_tensor(page.value))
    page.click("Reset")
    assert (page.value("walk along"), page.value("slice"), page.stops("slice")) == ("k", 0, [0, 1, 2])


@every_slice
def test_the_drawing_has_a_cell_to_each_entry_and_shows_the_slice(page, axis, n):
    walk_to(page, axis, n)
    cell = r'<path d="([^"]*)" fill-opacity="(.*?)" stroke-opacity="(.*?)" fill="(.*?)"/>'
    drawn, grounds = re.findall(cell, drawing(page)), re.findall(r'd="([^"]*)" fill="var', drawing(page))
    filled = [(fill, round(float(share) / float(see), 2)) for _, share, see, fill in drawn if fill != "none"]
    assert len({path for path, *_ in drawn}) == len(drawn) == 45
    assert len(filled) == 15 and len(set(filled)) == 5
    # What lies behind the slice does not shine through it.
    assert grounds == [path for path, _, see, _ in drawn if see == "1"] and len(grounds) == 45 // SIZES[axis]
    assert f"slice {n} along {axis}" in drawing(page)


@every_slice
@pytest.mark.parametrize("turn", [10, 35, 80])
def test_however_the_box_is_turned_it_stays_within_one_frame(page, axis, n, turn):
    frame = re.search(r'viewBox="(.*?)"', drawing(page))[1]
    walk_to(page, axis, n)
    page.move("turn the box", turn)
    assert re.search(r'viewBox="(.*?)"', drawing(page))[1] == frame
    left, top, width, height = map(int, frame.split())
    points = np.array(re.findall(r"(-?\d+),(-?\d+)", drawing(page)), int)
    assert ([left, top] <= points).all() and (points <= [left + width, top + height]).all()


def test_a_box_that_is_turned_shows_more_of_its_side(page):
    def across(path):
        places = [int(x) for x in re.findall(r"(-?\d+),", path)]
        return max(places) - min(places)

    def faces():
        """Of the nearest cell, how wide its front and its right side are."""
        front, side, _ = re.findall(r'<path d="(M.*?Z)(M.*?Z)(M.*?Z)"', drawing(page))[-1]
        return across(front), across(side)

    page.move("turn the box", 10)
    front, side = faces()
    page.move("turn the box", 80)
    assert faces() == (side, front) and side < front
