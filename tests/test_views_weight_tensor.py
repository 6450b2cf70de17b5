"""The live view of notebook 03, its arrays held to plain NumPy."""

import re

import numpy as np
import pytest
from page import Page

from nn_notes.views import weight_tensor

Z, XI = np.array([1.2, -0.7, 0.5, -1.4, 0.9]), np.array([2.0, -1.0, 0.5])
SIZES = {"k": 3, "i": 5, "j": 3}
SLICES = [(axis, n) for axis, size in SIZES.items() for n in range(size)]


@pytest.fixture
def page():
    return Page(weight_tensor.view(Z, XI))


def walk_to(page, axis, n):
    page.move("walk along", axis)
    page.move("slice", n)


def drawing(page):
    (svg,) = re.findall("<svg.*?</svg>", page.words())
    return svg


def tensor(z, xi):
    return np.array([[[z_i * (k == j) for j in range(len(xi))] for z_i in z] for k in range(len(xi))])


@pytest.mark.parametrize(("axis", "n"), SLICES)
def test_every_slice_with_its_share_of_the_outer_product(page, axis, n):
    walk_to(page, axis, n)
    kept = np.zeros((5, 3), bool)
    share = np.zeros((5, 3), bool)
    if axis == "i":
        kept[: n + 1], share[n] = True, True
    else:
        kept[:, : n + 1], share[:, n] = True, True
    outer, arrays = Z[:, None] * XI, page.view.arrays
    np.testing.assert_array_equal(arrays["slice"], np.moveaxis(tensor(Z, XI), "kij".index(axis), 0)[n])
    np.testing.assert_allclose(arrays["share"], np.where(share, outer, 0), atol=1e-15)
    np.testing.assert_allclose(arrays["gathered"], np.where(kept, outer, 0), atol=1e-15)
    np.testing.assert_allclose(arrays["outer"], outer)


@pytest.mark.parametrize("axis", SIZES)
def test_the_last_slice_completes_the_outer_product_whichever_way_one_walks(page, axis):
    walk_to(page, axis, SIZES[axis] - 1)
    np.testing.assert_allclose(page.view.arrays["gathered"], np.outer(Z, XI))


def test_turning_an_entry_of_z_or_xi(page):
    walk_to(page, "i", 3)
    page.move("z[3]", 1.5)
    page.move("ξ[1]", -0.25)
    z, xi = np.where(np.arange(5) == 3, 1.5, Z), np.array([2.0, -0.25, 0.5])
    np.testing.assert_array_equal(page.view.arrays["T"], tensor(z, xi))
    np.testing.assert_array_equal(page.view.arrays["slice"], 1.5 * np.eye(3))
    np.testing.assert_allclose(page.view.arrays["outer"], np.outer(z, xi))


def test_the_slider_ends_where_the_axis_does(page):
    for axis, size in SIZES.items():
        walk_to(page, axis, 0)
        assert page.stops("slice") == [*range(size)]
    walk_to(page, "i", 4)
    page.move("walk along", "k")
    assert page.value("slice") == page.view.state["place"] == page.view.arrays["place"] == 2
    assert not page.error


@pytest.mark.parametrize("axis", SIZES)
def test_next_slice_goes_round(page, axis):
    page.move("walk along", axis)
    for n in [*range(1, SIZES[axis]), 0]:
        page.click("Next slice")
        assert page.view.arrays["place"] == page.value("slice") == n
        assert f"slice {n} along {axis}" in drawing(page)


def test_reset_and_new_random_numbers(page):
    first = page.everything()
    walk_to(page, "i", 4)
    page.click("New random numbers")
    state = page.view.state
    assert (state["z"] != Z).all() and (state["xi"] != XI).all()
    assert page.places["z"] == state["z"].tolist() and page.places["xi"] == state["xi"].tolist()
    assert (page.value("walk along"), page.value("slice")) == ("i", 4)
    np.testing.assert_allclose(page.view.arrays["outer"], np.outer(state["z"], state["xi"]))
    page.click("Reset")
    assert page.everything() == first
    assert (page.value("walk along"), page.value("slice"), page.stops("slice")) == ("k", 0, [0, 1, 2])
    np.testing.assert_allclose(page.view.arrays["outer"], np.outer(Z, XI))


@pytest.mark.parametrize(("axis", "n"), SLICES)
def test_the_page_shows_the_numbers(page, axis, n):
    walk_to(page, axis, n)
    board, arrays = page.board(), page.view.arrays
    at = "".join(str(n) if letter == axis else ":" for letter in "kij")
    shown = {
        "z": "z", "ξ": "ξ", f"T{at}, the slice": "slice", "its share of ξT": "share",
        f"gathered up to {axis} = {n}": "gathered", "zᵀξ": "outer",
    }  # fmt: skip
    assert list(board) == list(shown)
    for words, name in shown.items():
        np.testing.assert_allclose(board[words], np.atleast_2d(arrays[name]), rtol=0, atol=0.005 + 1e-9)
    turned = (Z if axis == "i" else XI)[n]
    assert f"= {turned:.2f}".replace("-", "−") in page.texts[2]


@pytest.mark.parametrize(("axis", "n"), SLICES)
def test_the_drawing_has_a_cell_to_each_entry_and_shows_the_slice(page, axis, n):
    walk_to(page, axis, n)
    drawn = re.findall(r'<path d="(.*?)" fill-opacity="(.*?)" stroke-opacity=".*?" fill="(.*?)"/>', drawing(page))
    filled = [fill for _, _, fill in drawn if fill not in ("none", "#ffffff")]
    assert len({path for path, _, _ in drawn}) == len(drawn) == 45
    assert len(filled) == 15 and len(set(filled)) == 5
    assert sum(opacity == "1" for _, opacity, _ in drawn) == 45 // SIZES[axis]
    assert f"slice {n} along {axis}" in drawing(page)


@pytest.mark.parametrize(("axis", "n"), SLICES)
def test_the_drawing_stays_within_its_frame(page, axis, n):
    walk_to(page, axis, n)
    left, top, width, height = map(int, re.search(r'viewBox="(.*?)"', drawing(page))[1].split())
    points = np.array(re.findall(r"(-?\d+),(-?\d+)", drawing(page)), int)
    assert ([left, top] <= points).all() and (points <= [left + width, top + height]).all()


@pytest.mark.parametrize(
    ("z", "xi", "message"),
    [
        ([[1, 2]], [1], r"z has shape \(1, 2\)"),
        ([], [1], "z is empty"),
        ([1], [np.nan], r"xi\[0\] is nan"),
    ],
)
def test_bad_input_is_named(z, xi, message):
    with pytest.raises(ValueError, match=message):
        weight_tensor.view(z, xi)
