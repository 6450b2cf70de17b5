"""The live view of notebook 03, its arrays held to plain NumPy."""

import re

import numpy as np
import pytest

from nn_notes.explore import Slider
from nn_notes.views import weight_tensor

Z, XI = np.array([1.2, -0.7, 0.5, -1.4, 0.9]), np.array([2.0, -1.0, 0.5])
SIZES = {"k": 3, "i": 5, "j": 3}
SLICES = [(axis, n) for axis, size in SIZES.items() for n in range(size)]


@pytest.fixture
def view():
    return weight_tensor.view(Z, XI)


def leaf(view, wanted):
    """The widget of that description, somewhere in the view."""
    found, left = [], [view.widget]
    while left:
        widget = left.pop()
        left += getattr(widget, "children", ())
        found += [widget] if getattr(widget, "description", None) == wanted else []
    assert len(found) == 1, wanted
    return found[0]


def page(view):
    return view._repr_mimebundle_()["text/html"]


def cells(html):
    """The numbers of each table, by what stands above it."""
    return {
        re.sub("<.*?>", "", caption): [float(x.replace("−", "-")) for x in re.findall(r"<td[^>]*>(.*?)</td>", body)]
        for caption, body in re.findall(r"<caption>(.*?)</caption>(.*?)</table>", html)
    }


def walk_to(view, axis, n):
    leaf(view, "walk along").value = axis
    leaf(view, "slice").value = n


def tensor(z, xi):
    return np.array([[[z_i * (k == j) for j in range(len(xi))] for z_i in z] for k in range(len(xi))])


@pytest.mark.parametrize(("axis", "n"), SLICES)
def test_every_slice_with_its_share_of_the_outer_product(view, axis, n):
    walk_to(view, axis, n)
    kept = np.zeros((5, 3), bool)
    share = np.zeros((5, 3), bool)
    if axis == "i":
        kept[: n + 1], share[n] = True, True
    else:
        kept[:, : n + 1], share[:, n] = True, True
    outer = Z[:, None] * XI
    np.testing.assert_array_equal(view.arrays["slice"], np.moveaxis(tensor(Z, XI), "kij".index(axis), 0)[n])
    np.testing.assert_allclose(view.arrays["share"], np.where(share, outer, 0), atol=1e-15)
    np.testing.assert_allclose(view.arrays["gathered"], np.where(kept, outer, 0), atol=1e-15)
    np.testing.assert_allclose(view.arrays["outer"], outer)


def test_the_last_slice_completes_the_outer_product_whichever_way_one_walks(view):
    for axis, size in SIZES.items():
        walk_to(view, axis, size - 1)
        np.testing.assert_allclose(view.arrays["gathered"], np.outer(Z, XI))


def test_turning_an_entry_of_z_or_xi(view):
    walk_to(view, "i", 3)
    leaf(view, "z[3]").value, leaf(view, "ξ[1]").value = 1.5, -0.25
    z, xi = np.where(np.arange(5) == 3, 1.5, Z), np.array([2.0, -0.25, 0.5])
    np.testing.assert_array_equal(view.arrays["T"], tensor(z, xi))
    np.testing.assert_array_equal(view.arrays["slice"], 1.5 * np.eye(3))
    np.testing.assert_allclose(view.arrays["outer"], np.outer(z, xi))


def test_the_slider_ends_where_the_axis_does(view):
    for axis, size in SIZES.items():
        walk_to(view, axis, 0)
        assert leaf(view, "slice").max == size - 1
    walk_to(view, "i", 4)
    leaf(view, "walk along").value = "k"
    assert leaf(view, "slice").value == view.state["place"] == 2
    assert 'role="alert"' not in page(view)


def test_next_slice_goes_round(view):
    for n in (1, 2, 0):
        leaf(view, "Next slice").click()
        assert view.arrays["place"] == leaf(view, "slice").value == n


def test_reset_and_new_random_numbers(view):
    walk_to(view, "i", 4)
    leaf(view, "New random numbers").click()
    assert (view.state["z"] != Z).all() and (view.state["xi"] != XI).all()
    np.testing.assert_allclose(view.arrays["outer"], np.outer(view.state["z"], view.state["xi"]))
    leaf(view, "Reset").click()
    np.testing.assert_array_equal(view.state["z"], Z)
    np.testing.assert_array_equal(view.state["xi"], XI)
    assert (view.arrays["axis"], view.arrays["place"], leaf(view, "slice").max) == ("k", 0, 2)


@pytest.mark.parametrize(("axis", "n"), SLICES)
def test_the_page_shows_the_numbers(view, axis, n):
    walk_to(view, axis, n)
    shown = cells(page(view))
    for label, name in (("the slice", "slice"), ("its share", "share"), ("gathered", "gathered"), ("zᵀξ", "outer")):
        (numbers,) = (numbers for caption, numbers in shown.items() if label in caption)
        np.testing.assert_allclose(numbers, np.ravel(view.arrays[name]), atol=0.005 + 1e-9)


@pytest.mark.parametrize(("axis", "n"), SLICES)
def test_the_drawing_has_a_cell_to_each_entry_and_shows_the_slice(view, axis, n):
    walk_to(view, axis, n)
    (drawing,) = re.findall("<svg.*?</svg>", page(view))
    drawn = re.findall(r'<path d="(.*?)" opacity="(.*?)" fill="(.*?)"/>', drawing)
    filled = [fill for _, _, fill in drawn if fill not in ("none", "#ffffff")]
    assert len({path for path, _, _ in drawn}) == len(drawn) == 45
    assert len(filled) == 15 and len(set(filled)) == 5
    assert sum(opacity == "1" for _, opacity, _ in drawn) == 45 // SIZES[axis]
    assert f"slice {n} along {axis}" in drawing


def test_the_drawing_stays_within_its_frame(view):
    for axis, n in SLICES:
        walk_to(view, axis, n)
        (drawing,) = re.findall("<svg.*?</svg>", page(view))
        left, top, width, height = map(int, re.search(r'viewBox="(.*?)"', drawing)[1].split())
        points = np.array(re.findall(r"(-?\d+),(-?\d+)", drawing), int)
        assert ([left, top] <= points).all() and (points <= [left + width, top + height]).all()


def test_a_slider_of_whole_numbers_shows_them_whole():
    assert Slider("n", 0, 0, 4, step=1).widget.readout_format == "d"
    assert Slider("x", 0, -2, 2).widget.readout_format == ".2f"
