"""Pictures: what they show, by the artists that matplotlib then holds; nothing is kept of them but their bytes."""

import gc
import weakref

import numpy as np
import pytest
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from nn_notes import ACTIVATIONS, descent
from nn_notes.activations import ComponentWise
from nn_notes.charts import reaching
from nn_notes.plots import (
    DIVERGING,
    bend,
    box,
    curves,
    figure,
    heatmap,
    lines,
    loglog,
    parting,
    picture,
    slices,
    surface,
    tensor,
)

NAMES = ("across", "up")


def test_a_picture_keeps_its_bytes_and_lets_the_figure_go():
    fig, axes = figure(4)
    for ax in axes:
        heatmap(ax, np.eye(5), "I")
    figures = weakref.ref(fig)
    shown = picture(fig, "Four unit matrices.")
    fig.clear()
    del fig, axes, ax
    gc.collect()
    assert figures() is None
    bundle, metadata = shown._repr_mimebundle_()
    assert bundle["image/png"].startswith(b"\x89PNG") and bundle["text/plain"] == "Four unit matrices."
    assert metadata["image/png"]["alt"] == "Four unit matrices."
    assert (metadata["image/png"]["width"], metadata["image/png"]["height"]) == (1613, 326)


@pytest.mark.parametrize(
    ("columns", "rows", "width", "bar", "pieces"),
    [
        (1, 1, 11, False, 1),
        (2, 1, 4, False, 1),
        (2, 1, 8, False, 2),
        (2, 2, 8, False, 2),
        # As many to a piece as fit, and a colour bar with what is on its left.
        (5, 1, 11, False, 3),
        (2, 1, 8, True, 2),
    ],
)
def test_a_wide_picture_says_where_it_is_cut_for_a_narrow_page(columns, rows, width, bar, pieces):
    fig, axes = figure(columns, rows, width)
    for ax in np.ravel(axes):
        image = heatmap(ax, np.eye(2), "I")
    if bar:
        fig.colorbar(image, ax=axes)
    _, metadata = picture(fig, "Unit matrices.")._repr_mimebundle_()
    cuts = metadata["image/png"]["panels"]
    assert len(cuts) == pieces
    assert [left for left, _ in cuts] == [0, *(right for _, right in cuts[:-1])] and cuts[-1][1] == 96 * width
    boxes = [ax.get_tightbbox().intervalx for ax in fig.axes]
    assert all(any(left <= start and end <= right for left, right in cuts) for start, end in boxes)


def test_pictures_that_are_kept_keep_no_figure():
    kept, before = [], sum(isinstance(it, Figure) for it in gc.get_objects())
    for n in range(5):
        fig, ax = figure()
        heatmap(ax, np.full((3, 3), n), "n")
        kept.append(picture(fig, "A matrix."))
    del fig, ax
    gc.collect()
    assert sum(isinstance(it, Figure) for it in gc.get_objects()) <= before
    assert len({shown._repr_mimebundle_()[0]["image/png"] for shown in kept}) == 5


@pytest.mark.parametrize("n", [1, 4, 5, 12])
def test_every_line_has_a_colour_of_its_own(n):
    x, y = np.arange(1.0, 4), np.random.default_rng(0).uniform(1, 2, (3, n))
    _, (ax, log, parted) = figure(3)
    series = {f"{k}": y[:, k] for k in range(n)}
    lines(ax, x, series, "", NAMES)
    assert len(loglog(log, x, series, "", NAMES)) == n
    made = parting(parted, x, y, 2 * y, "", NAMES)
    for drawn in (ax.lines, log.lines, made[:n]):
        np.testing.assert_array_equal([line.get_ydata() for line in drawn], y.T)
        assert len({line.get_color() for line in drawn}) == n
    np.testing.assert_array_equal([line.get_ydata() for line in made[n:]], 2 * y.T)
    assert [a.get_color() for a in made[:n]] == [b.get_color() for b in made[n:]]


def test_limits_of_the_largest_numbers_can_be_drawn(recwarn):
    fig, ax = figure()
    ax.set(ylim=reaching((-1, 2), np.array([1.7e308, -1.7e308])))
    picture(fig, "Nothing.")
    assert not recwarn


@pytest.mark.parametrize(
    ("a", "texts"),
    [
        ([[1e308, -1e308]], ["1.000e+308", "−1.000e+308"]),
        ([[np.nan, np.inf, -np.inf, 0]], ["NaN", "∞", "−∞", "0"]),
        ([[np.nan, np.nan]], ["NaN", "NaN"]),
        ([[5e-324, -0.001]], ["0.00", "0.00"]),
    ],
)
def test_a_heatmap_says_what_its_numbers_are(a, texts, recwarn):
    fig, ax = figure()
    fig.colorbar(heatmap(ax, a, ""), ax=ax)
    picture(fig, "Numbers.")
    assert [text.get_text() for text in ax.texts] == texts and not recwarn


def test_a_dot_stands_only_where_a_cell_is_blank():
    _, ax = figure()
    heatmap(ax, [[np.nan, np.nan, 1.0]], "", blank=[[True, False, False]])
    assert [text.get_text() for text in ax.texts] == ["·", "NaN", "1.00"]


def test_a_heatmap_of_the_digits_is_drawn_without_a_line_to_each():
    _, ax = figure()
    heatmap(ax, np.random.default_rng(0).uniform(size=(1797, 64)), "")
    assert len(ax.get_yticks()) < 20 and len(ax.get_yticks(minor=True)) == 0 and not ax.texts


@pytest.mark.parametrize("f", [f for f in ACTIVATIONS.values() if isinstance(f, ComponentWise)], ids=repr)
def test_a_bend_stands_above_its_slope_and_is_grey_where_it_is_saturated(f):
    _, axes = figure(1, 2)
    bend(axes, f, "f")
    for ax, y, title in zip(axes, (f, f.derivative), ("f(x)", "f′(x)"), strict=True):
        (line,) = ax.lines
        np.testing.assert_array_equal(line.get_ydata(), y(line.get_xdata()))
        assert ax.get_title() == title and ax.get_xlim() == (-8, 8)
    grey = [path.vertices[:, 0] for ax in axes for path in ax.collections[0].get_paths()]
    for x in (-7.9, 0, 7.9):
        flat = f.derivative([x])[0] < 0.01 * f.derivative(line.get_xdata()).max()
        assert [part.min() <= x <= part.max() for part in grey].count(True) == 2 * flat


def test_names_stand_beside_their_lines_where_they_are_put():
    x, series = [1, 2], {"a": [1, 2], "b": [2, 1]}
    _, (ax, other) = figure(2)
    lines(ax, x, series, "", NAMES, {"a": (1.5, 1), "b": (1.2, 2)})
    lines(other, x, series, "", NAMES)
    assert [(text.get_text(), text.get_position()) for text in ax.texts] == [("a", (1.5, 1)), ("b", (1.2, 2))]
    assert [text.get_color() for text in ax.texts] == [line.get_color() for line in ax.lines]
    assert ax.get_legend() is None and other.get_legend() and not other.texts


@pytest.mark.parametrize(("last", "scale"), [(0.0, "linear"), (0.1, "log")])
def test_a_loss_of_zero_has_its_place(last, scale):
    _, ax = figure()
    curves(ax, descent.History([1.0, 0.5], [1.0, last], best=1))
    assert ax.get_yscale() == scale


def test_a_surface_can_be_taken_away():
    _, ax = figure()
    before = len(ax.get_children())
    for artist in surface(ax, lambda a: (a**2).sum(axis=0), [1, 2], [1, 2, 3], "", NAMES):
        artist.remove()
    assert len(ax.get_children()) == before


def test_a_slope_is_fitted_to_the_values_that_are_there():
    x = np.array([2.0, 3.0, 5.0, 7.0])
    _, ax = figure()
    nowhere, gaps = np.where(x < 4, x**3, np.nan), np.where(x < 3, 0, x**2)
    slopes = loglog(ax, x, {"known": x**2, "half known": nowhere, "with gaps": gaps, "one": x == 2}, "", ("", ""))
    assert slopes == pytest.approx({"known": 2, "half known": 3, "with gaps": 2, "one": np.nan}, nan_ok=True)
    assert [line.get_label() for line in ax.lines][-2:] == ["with gaps: slope 2.0", "one"]


# A tensor as the box that it is

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


# A tensor of up to four axes, its matrices side by side and one behind the other

SHAPES = [(), (3,), (2, 1), (2, 3), (2, 5, 3), (2, 5, 7, 3)]
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)


def numbers(shape):
    return np.random.default_rng(0).permutation(np.arange(1.0, 1 + np.prod(shape, dtype=int))).reshape(shape)


def drawn(shape, **named):
    a = numbers(shape)
    _, ax = figure()
    front = tensor(ax, a, "A title", **named)
    return a, ax, [artist for artist in ax.collections if isinstance(artist, QuadMesh)], front


@every_shape
def test_every_entry_is_drawn_once_and_in_its_place(shape):
    a, _, sheets, _ = drawn(shape)
    shown = np.array([sheet.get_array() for sheet in sheets])
    np.testing.assert_array_equal(shown.ravel(), a.ravel())
    assert shown.shape[1:] == (1, 1, *shape)[-2:]


@every_shape
def test_the_first_sheet_of_a_stack_is_in_front_and_carries_its_numbers(shape):
    a, ax, sheets, front = drawn(shape)
    stack = shape[-3] if len(shape) > 2 else 1
    assert front is sheets[-stack]
    for s in range(0, len(sheets), stack):
        depths = [sheet.zorder for sheet in sheets[s : s + stack]]
        assert depths == sorted(set(depths), reverse=True)
    written = [text.get_text() for text in ax.texts if text.get_text().strip()]
    ahead = a if len(shape) < 3 else a[..., 0, :, :]
    assert written == [f"{entry:.0f}" for entry in ahead.ravel()]


@every_shape
def test_sheets_lie_within_the_axes_and_a_cell_is_a_square_of_one(shape):
    _, ax, sheets, _ = drawn(shape)
    assert ax.get_aspect() == 1
    corners = np.array([sheet.get_coordinates() for sheet in sheets])
    np.testing.assert_allclose(np.diff(corners[..., 0], axis=2), 1)
    np.testing.assert_allclose(np.diff(corners[..., 1], axis=1), -1)
    for (low, high), at in zip((ax.get_xlim(), ax.get_ylim()), np.moveaxis(corners, -1, 0), strict=True):
        assert low < at.min() and at.max() < high


def test_axes_are_named():
    _, ax, _, _ = drawn((2, 5, 7, 3), axes="abcd")
    names = [text.get_text() for text in ax.texts if not text.get_text().isdigit()]
    assert names == ["d", "c", "b↗", "a = 0", "d", "c", "b↗", "a = 1"]
    _, ax, _, _ = drawn((2, 1), axes="a ")
    assert [text.get_text().strip() for text in ax.texts[-2:]] == ["", "a"]


def test_colour_is_full_at_the_scale_on_both_sides():
    for given, full in [({"scale": 4}, 4), ({}, 6)]:
        *_, front = drawn((2, 3), **given)
        assert (front.norm.vmin, front.norm.vmax) == (-full, full)
