"""The pictures of notebook 03: what is drawn, by the artists that matplotlib then holds."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from nn_notes.plots import DIVERGING, box, figure, loglog, slices

Z = np.array([1.2, -0.7, 0.5, -1.4, 0.9])
T = np.array([[[z * (k == j) for j in range(3)] for z in Z] for k in range(3)])


def solid_cubes(ax):
    """The colours of the cubes that are filled."""
    return [tuple(cube.get_facecolor()[0]) for cube in ax.collections if cube.get_facecolor()[0, 3] > 0]


@pytest.mark.parametrize("cut", [None, "k", "i", "j"])
def test_the_box_has_a_cube_to_each_entry_and_fills_those_that_are_not_zero(cut):
    _, ax = figure(subplot_kw={"projection": "3d"})
    box(ax, T, "T", 1.6, cut)
    assert len(ax.collections) == T.size
    expected = [tuple(DIVERGING((z / 1.6 + 1) / 2)) for z in Z for _ in range(3)]
    np.testing.assert_allclose(sorted(solid_cubes(ax)), sorted(expected))
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_zlabel()) == ("$j$", "$k$", "$i$")


def test_the_whole_box_says_its_numbers_where_they_stand():
    fig, ax = figure(subplot_kw={"projection": "3d"})
    box(ax, T, "T", 1.6)
    fig.canvas.draw()
    said = {(*(int(x) for x in text.get_position_3d()),): text.get_text() for text in ax.texts}
    assert said == {(k, k, i): f"{z:.1f}".replace("-", "−") for k in range(3) for i, z in enumerate(Z)}


def test_a_box_that_was_never_drawn_takes_no_more_room_than_its_figure_has():
    alone, ax = figure(subplot_kw={"projection": "3d"})
    box(ax, T, "T", 1.6)
    beside = slices(T, "k", 1.6)
    for fig in (alone, beside):
        taken = fig.axes[0].get_tightbbox(fig.canvas.get_renderer())
        assert taken.width < fig.bbox.width and taken.height < fig.bbox.height
        assert isinstance(fig.get_layout_engine(), ConstrainedLayoutEngine)


def test_a_box_leaves_a_figure_without_a_layout_as_it_is():
    fig = Figure(layout="none")
    box(fig.add_subplot(projection="3d"), T, "T", 1.6)
    assert fig.get_layout_engine() is None


@pytest.mark.parametrize(("cut", "axis"), [("k", 0), ("i", 1), ("j", 2)])
def test_slices_shows_each_slice_flat(cut, axis):
    _, *flat, _ = slices(T, cut, 1.6).axes
    assert len(flat) == T.shape[axis]
    for n, ax in enumerate(flat):
        np.testing.assert_array_equal(ax.images[0].get_array(), np.take(T, n, axis))
        assert ax.get_title() == f"${cut} = {n}$"
        assert ax.get_ylabel() + ax.get_xlabel() == "".join(f"${letter}$" for letter in "kij" if letter != cut)


def test_a_slope_is_fitted_to_the_values_that_are_there():
    x = np.array([2.0, 3.0, 5.0, 7.0])
    _, ax = figure()
    slopes = loglog(ax, x, {"known": x**2, "half known": np.where(x < 4, x**3, np.nan)}, "", ("", ""))
    assert slopes == pytest.approx({"known": 2, "half known": 3})
