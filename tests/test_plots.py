"""Pictures: what they show, by the artists that matplotlib then holds; nothing is kept of them but their bytes."""

import gc
import weakref

import numpy as np
import pytest
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.quiver import Quiver

from nn_notes import ACTIVATIONS, descent, losses, numeric
from nn_notes.activations import ComponentWise
from nn_notes.charts import OCHRE, reaching
from nn_notes.plots import (
    BACK,
    DIVERGING,
    bend,
    bowls,
    box,
    clouds,
    curves,
    downhill,
    fading,
    figure,
    graph,
    heatmap,
    layer,
    lines,
    loglog,
    network,
    outer,
    parting,
    picture,
    prediction,
    shapes,
    slices,
    surface,
    tangent,
    tensor,
)
from nn_notes.show import NEGATIVE, POSITIVE

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


def beside(ax):
    """The names beside lines, with how high they stand, in pixels."""
    ax.figure.canvas.draw()
    return {text.get_text(): text.get_window_extent().y0 for text in ax.texts}


def test_names_stand_beside_the_ends_of_their_lines_and_do_not_cover_each_other():
    _, (log, parted) = figure(2)
    x = np.array([1.0, 10.0, 100.0])
    # The first two end in one place, the third on top of them but for a hair, and the last far below.
    series = {"a": x**2, "b": 1e6 / x, "c": 1.01 * x**2, "d": x}
    loglog(log, x, series, "", NAMES)
    heights = beside(log)
    names = ["d: slope 1.0", "a: slope 2.0", "b: slope −1.0", "c: slope 2.0"]
    assert sorted(heights, key=heights.get) == names
    size = log.texts[0].get_window_extent().height
    assert np.diff([heights[name] for name in names]).min() > 0.9 * size
    for text, line in zip(log.texts, log.lines, strict=True):
        assert text.get_color() == line.get_color()
        assert text.xy == (100, line.get_ydata()[-1])
    parting(parted, x, np.outer(x, [1, 2]), np.outer(x, [-1, -2]), "", NAMES)
    heights = beside(parted)
    outputs = ["output 1, predicted", "output 0, predicted", "output 0, actual", "output 1, actual"]
    assert sorted(heights, key=heights.get) == outputs


def test_a_name_stands_at_the_left_if_that_is_asked_for():
    x = np.array([1.0, 10.0, 100.0])
    for ends, places in [("left", [1, 10]), ({"a": "left"}, [1, 100]), ({"b": "right"}, [100, 100])]:
        _, ax = figure()
        # Where a line has no first point, it begins at the next; and its points may come in any order.
        loglog(ax, x[::-1], {"a": x[::-1], "b": np.array([3, 2, 0])}, "", NAMES, ends=ends)
        assert sorted(text.xy[0] for text in ax.texts) == places


def test_a_line_without_a_point_has_no_name():
    _, ax = figure()
    loglog(ax, [1, 2], {"none": [0, np.nan], "some": [0, 1]}, "", NAMES)
    assert [text.get_text() for text in ax.texts] == ["some"]


def test_a_prediction_is_a_straight_line_and_its_gap_is_ochre():
    _, ax = figure()
    assert prediction(ax, lambda x: x**2, 6, 3, 2, NAMES) == (12, 16)
    assert ax.get_title() == "A nudge of 2: off by 4"
    assert [text.get_text() for text in ax.texts] == ["nudge 2", "actual 16", "predicted 12"]
    _, straight, curve, gap, start = ax.lines
    np.testing.assert_allclose(straight.get_ydata(), 9 + 6 * (straight.get_xdata() - 3))
    np.testing.assert_allclose(curve.get_ydata(), curve.get_xdata() ** 2)
    assert (straight.get_linestyle(), curve.get_linestyle(), gap.get_color()) == ("--", "-", OCHRE)
    assert [*map(list, gap.get_xydata())] == [[5, 21], [5, 25]] and [*start.get_xydata()[0]] == [3, 9]
    assert curve.get_xdata()[-1] == straight.get_xdata()[-1] == 5


@pytest.mark.parametrize(
    ("f", "slope", "at", "value", "words"),
    [
        (lambda x: (x - 1) ** 2, 4, 3, 4, "value 4, slope 4"),
        (lambda x: (x - 1) ** 2, 0, 1, 0, "value 0, slope 0"),
        (lambda x: -np.log(x), -2, 0.5, np.log(2), "value 0.693, slope −2"),
    ],
)
def test_a_tangent_touches_its_curve_and_says_its_slope(f, slope, at, value, words):
    _, ax = figure()
    x = np.linspace(0.1, 4, 40)
    assert tangent(ax, f, slope, at, x, "E", NAMES) == value
    curve, line, point = ax.lines
    np.testing.assert_allclose(curve.get_ydata(), f(x))
    np.testing.assert_allclose(line.get_ydata(), value + slope * (x - at))
    assert line.get_color() == OCHRE and [*point.get_xydata()[0]] == [at, value]
    # The curve is as high as the picture, wherever the line goes.
    assert ax.get_ylim()[0] > f(x).min() - 1 and ax.get_ylim()[1] < f(x).max() + 1
    (text,) = ax.texts
    assert text.get_text() == words and text.xy == (at, value)


@pytest.mark.parametrize("E", [losses.mse, losses.cross_entropy], ids=str)
def test_arrows_go_against_the_gradient_and_the_target_is_where_the_loss_is_least(E):
    _, ax = figure()
    downhill(ax, E, [0.7, 0.3], "E")
    (arrows,) = (artist for artist in ax.collections if isinstance(artist, Quiver))
    spots, drawn = arrows.XY, np.stack([arrows.U, arrows.V], axis=1)
    for y, arrow in zip(spots, drawn, strict=True):
        assert E(y + 1e-4 * arrow, [0.7, 0.3]) < E(y, [0.7, 0.3])
        np.testing.assert_allclose(arrow, -numeric.jacobian(lambda y: E(y, np.array([0.7, 0.3])), y))
    line, cross = ax.lines
    np.testing.assert_array_equal(line.get_xydata().sum(axis=1), 1)
    assert [*cross.get_xydata()[0]] == [0.7, 0.3]


def test_a_walk_on_a_bowl_is_seen_from_its_lowest_point():
    H, visited = np.array([[2.0, 1.0], [1.0, 4.0]]), np.array([[1.0, -0.5], [0.5, 0.25], [0.1, 0.0]])
    made = bowls({"short": (H, visited), "round": (np.eye(2), visited[:1])}, 1.5, NAMES)
    left, right = made.axes
    assert [ax.get_title() for ax in made.axes] == ["short", "round"]
    path, first = left.lines
    np.testing.assert_array_equal(path.get_xydata(), visited)
    assert [*first.get_xydata()[0]] == [1, -0.5]
    assert left.get_xlim() == right.get_ylim() == (-1.5, 1.5)
    # The height of a line is ½ far H farᵀ everywhere on it.
    *_, contours = left.collections
    for level, paths in zip(contours.levels, contours.get_paths(), strict=True):
        on = paths.vertices
        np.testing.assert_allclose(np.einsum("np,pq,nq->n", on, H, on) / 2, level, rtol=0.15, atol=2e-3)
    assert (left.get_ylabel(), right.get_ylabel(), right.get_xlabel()) == ("up", "up", "across")
    # On a narrow page each stands alone, so each has its numbers.
    assert all(ax.yaxis.get_tick_params()["labelleft"] for ax in made.axes)


def test_what_fades_by_one_factor_is_a_line_with_its_name_at_its_end():
    left = 0.5 ** np.arange(5)[:, None] ** [1, 2]
    made = fading({"halved": left, "kept": np.ones((5, 2))}, ["one", "other"], NAMES)
    for k, ax in enumerate(made.axes):
        assert ax.get_yscale() == "log"
        np.testing.assert_array_equal([line.get_ydata() for line in ax.lines], [left[:, k], np.ones(5)])
        assert [(text.get_text(), text.xy) for text in ax.texts] == [("halved", (4, left[4, k])), ("kept", (4, 1))]
        assert [text.get_color() for text in ax.texts] == [line.get_color() for line in ax.lines]


def test_clouds_share_their_axes_and_have_a_cross_in_the_middle():
    dots = {"wide": np.array([[-9.0, 1.0], [8.0, 2.0]]), "narrow": np.array([[0.1, 0.2]])}
    made = clouds(dots, [0.5, 1], NAMES)
    assert made.axes[0].get_xlim() == made.axes[1].get_xlim()
    for ax, (title, places) in zip(made.axes, dots.items(), strict=True):
        around, cross = ax.lines
        assert ax.get_title() == title and [*cross.get_xydata()[0]] == [0.5, 1]
        np.testing.assert_array_equal(around.get_xydata(), places)


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


def test_an_outer_product_is_drawn_as_a_multiplication_table():
    _, ax = figure()
    image = outer(ax, [2.0, -3.0, 0.5], [0.4, -1.0], "∂E/∂W", ("z(0)", "ξ(1)"), scale=2)
    written = {text.get_position()[::-1]: text.get_text() for text in ax.texts}
    assert (0, 0) not in written and len(written) == 11
    assert [written[0, j] for j in (1, 2)] == ["0.40", "−1.00"]
    assert [[written[i, j] for j in (0, 1, 2)] for i in (1, 2, 3)] == [
        ["2.00", "0.80", "−2.00"], ["−3.00", "−1.20", "3.00"], ["0.50", "0.20", "−0.50"],
    ]  # fmt: skip
    assert (ax.get_ylabel(), ax.get_xlabel(), ax.get_title()) == ("z(0)", "ξ(1)", "∂E/∂W")
    assert (image.norm.vmin, image.norm.vmax) == (-2, 2)


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
    assert [text.get_text() for text in ax.texts] == ["kept: epoch 1", "training", "validation"]
    assert [text.xy for text in ax.texts[1:]] == [(1, 0.5), (1, last)]


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


def test_no_cube_is_drawn_over_the_numbers_of_a_box_and_no_edge_runs_through_them():
    # More cubes than what is drawn on top has for its place by default.
    fig, ax = figure(subplot_kw={"projection": "3d"})
    box(ax, np.einsum("i,kj->kij", [2, 3, -1, 4], np.eye(6)), "T", 5, digits=0)
    fig.canvas.draw()
    assert {text.get_text() for text in ax.texts} == {"2", "3", "−1", "4"}
    assert min(text.zorder for text in ax.texts) > max(cube.zorder for cube in ax.collections) > 99
    for text, z in zip(ax.texts, np.tile([2, 3, -1, 4], 6), strict=True):
        (plate,) = text.get_path_effects()
        np.testing.assert_allclose(plate._gc["foreground"], DIVERGING((z / 5 + 1) / 2))


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


WEIGHTS = [np.array([[1.0, -0.5], [0.25, 2.0], [-3.0, 0.75]]), np.array([[4.0], [-1.0]])]
VALUES = [[0.1, 0.2, 0.3], [0.4, -0.5], [0.6]]


def test_a_network_has_an_edge_to_each_weight_as_thick_as_it_is():
    _, ax = figure()
    network(ax, WEIGHTS, VALUES)
    flat = np.concatenate([W.ravel() for W in WEIGHTS])
    widths = np.array([line.get_linewidth() for line in ax.lines])
    np.testing.assert_allclose(np.corrcoef(widths, np.abs(flat))[0, 1], 1)
    assert [line.get_color() == POSITIVE for line in ax.lines] == [*(flat > 0)]
    # From its own neuron to its own neuron.
    (left, right), (top, bottom) = ax.lines[4].get_data()
    assert (left, right) == (0, 1) and (top, bottom) == (-1, 0.5)


@pytest.mark.parametrize(
    ("more", "texts"),
    [
        ({}, ["0.1", "0.2", "0.3", "0.4", "−0.5", "0.6"]),
        ({"back": [None, [7, 8], [9]]}, ["7", "8", "9"]),
        ({"names": ["z", "u"]}, ["z", "u"]),
        ({"gradients": [None, [[11], [12]]]}, ["11", "12"]),
        ({}, ["1", "−0.5", "−3", "4"]),
    ],
)
def test_a_network_has_its_numbers(more, texts):
    _, ax = figure()
    network(ax, WEIGHTS, VALUES, **more)
    drawn = [text.get_text().removesuffix("0").removesuffix(".0") for text in ax.texts]
    assert {text.rstrip("0").rstrip(".") for text in texts} <= {text.rstrip("0").rstrip(".") for text in drawn}


def test_a_gap_with_many_edges_has_no_numbers_on_them():
    _, ax = figure()
    network(ax, [np.ones((3, 4))], [np.zeros(3), np.zeros(4)])
    assert len(ax.texts) == 7 and len(ax.lines) == 12


PLACES = {"x": (0, 0), "×": (1, 1), "e": (2, 1)}
EDGES = [("x", "×", 3, -2), ("×", "e", 6.25, 1)]


def test_a_graph_has_an_arrow_to_each_edge_and_a_circle_to_each_place():
    _, ax = figure()
    graph(ax, PLACES, EDGES)
    arrows = [(text.xyann, text.xy) for text in ax.texts if getattr(text, "arrow_patch", None)]
    np.testing.assert_array_equal(arrows, [((0, 0), (1, 1)), ((1, 1), (2, 1))])
    circles = [circle.get_offsets()[0].tolist() for circle in ax.collections]
    assert circles == [list(place) for place in PLACES.values()]


@pytest.mark.parametrize(
    ("more", "forward", "backward"),
    [
        ({}, ["3", "6", "x", "×", "e"], ["−2", "1"]),
        ({"digits": 1}, ["3.0", "6.2", "x", "×", "e"], ["−2.0", "1.0"]),
        ({"back": {"x": 7}}, ["3", "6", "x", "×", "e"], ["−2", "1", "7"]),
    ],
)
def test_a_graph_has_what_goes_forwards_in_black_and_what_comes_back_in_violet(more, forward, backward):
    _, ax = figure()
    graph(ax, PLACES, EDGES, **more)
    texts = {
        color: [t.get_text() for t in ax.texts if t.get_text() and t.get_color() == color] for color in ("black", BACK)
    }
    assert texts == {"black": forward, BACK: backward}


def test_what_goes_forwards_stands_above_a_level_edge_and_what_comes_back_below():
    _, ax = figure()
    graph(ax, PLACES, EDGES)
    up = {text.get_text(): text.xyann[1] for text in ax.texts if text.get_text() in ("6", "1")}
    assert up["6"] > 0 > up["1"]


def test_a_layer_says_what_goes_in_what_comes_out_and_the_biases_between():
    _, ax = figure()
    W, b = np.array([[2, -3], [5, 7], [-4, 6]]), np.array([1, -10])
    np.testing.assert_array_equal(layer(ax, [8, 2, 3], W, b, digits=0), [15, -2])
    texts = {text.get_text(): text for text in ax.texts}
    numbers = ["8", "2", "3", "15", "−2", "−3", "5", "7", "−4", "6", "bias 1", "bias −10", "$z$", "$u$"]
    assert {*texts} == {*numbers}
    for u, bias, color in [("15", "bias 1", POSITIVE), ("−2", "bias −10", NEGATIVE)]:
        x, y = texts[bias].get_position()
        assert texts[u].get_position() == (1, y) and 1 < x < ax.get_xlim()[1]
        assert texts[bias].get_color() == color


# The shapes of derivatives, as boxes of cells

OUTPUTS, INPUTS = {"number": (), "pair": (2,), "table": (2, 5)}, {"number": (), "triple": (3,), "table": (7, 3)}


def test_each_cell_of_a_shape_has_the_grey_of_its_output():
    _, ax = figure()
    shapes(ax, OUTPUTS, INPUTS)
    boxes = iter(artist.get_array() for artist in ax.collections if isinstance(artist, QuadMesh))
    for y in OUTPUTS.values():
        entries = np.arange(np.prod(y, dtype=int))
        for x in [(), *INPUTS.values()]:
            sheets = int(np.prod((y + x)[:-2], dtype=int))
            found = np.array([next(boxes) for _ in range(sheets)])
            copies = [np.full(int(np.prod(x, dtype=int)), n) for n in entries]
            np.testing.assert_array_equal(found.ravel(), np.concatenate(copies))
    for x in INPUTS.values():
        assert next(boxes).size == np.prod(x)
    assert not [*boxes]


def test_a_vector_of_outputs_stands_and_one_of_inputs_lies():
    _, ax = figure()
    shapes(ax, {"pair": (2,)}, {"number": (), "triple": (3,)})
    boxes = [artist.get_array().shape for artist in ax.collections if isinstance(artist, QuadMesh)]
    assert boxes == [(2, 1), (2, 1), (2, 3), (1, 1), (1, 3)]


def test_shapes_are_said_and_lie_within_the_axes():
    fig, ax = figure(width=7, height=3.1)
    shapes(ax, OUTPUTS, INPUTS)
    fig.canvas.draw()
    said = [text.get_text() for text in ax.texts if text.get_text()]
    for (what, y), (by, x) in zip(OUTPUTS.items(), INPUTS.items(), strict=True):
        assert f"of a {what}\n{y}" in said and f"by a {by}\n{x}" in said
    assert {f"{y + x}" for y in OUTPUTS.values() for x in INPUTS.values()} <= {*said}
    corners = [artist.get_coordinates().reshape(-1, 2) for artist in ax.collections if isinstance(artist, QuadMesh)]
    for (low, high), at in zip((ax.get_xlim(), ax.get_ylim()), np.concatenate(corners).T, strict=True):
        assert low <= at.min() and at.max() <= high
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text()]
    assert not [1 for n, box in enumerate(boxes) for other in boxes[:n] if box.overlaps(other)]
