"""Pictures: nothing is left out of them, and nothing of them is kept but their bytes."""

import gc
import weakref

import numpy as np
import pytest
from matplotlib.figure import Figure

from nn_notes import descent
from nn_notes.activations import relu, tanh
from nn_notes.plots import bend, colours, curves, figure, heatmap, lines, loglog, parting, picture, reaching, surface

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
    assert metadata["image/png"] == {"alt": "Four unit matrices.", "width": 1613, "height": 326}


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
    assert len(set(colours(n))) == n and colours(4) == colours(n)[:4] + colours(4)[n:]
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


@pytest.mark.parametrize(
    ("limits", "values", "log", "expected"),
    [
        ((-1, 2), [0, 2], False, (-1, 2)),
        ((-1, 2), [0, 2.1], False, (-1, 3.5)),
        ((-1, 2), [-40, 0], False, (-47.5, 2)),
        ((-8, 8), [20, -20], False, (-32, 32)),
        ((-1, 2), [np.nan, np.inf, -np.inf], False, (-1, 2)),
        ((1e-3, 1e3), [1, 1e3], True, (1e-3, 1e3)),
        ((1e-3, 1e3), [2e3, 5e-6, 0, -1, np.inf], True, (1e-6, 1e4)),
        ((1e-3, 1e3), [0, -1], True, (1e-3, 1e3)),
    ],
)
def test_limits_reach_as_far_as_the_numbers(limits, values, log, expected):
    np.testing.assert_allclose(reaching(limits, np.array(values, float), log), expected)


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


@pytest.mark.parametrize("f", [tanh, relu])
def test_every_dot_of_a_bend_is_in_the_picture(f):
    _, axes = figure(3)
    bend(axes, f, "f", [-30.0, 0.5, 12.0])
    for ax in axes[:2]:
        low, high = ax.get_xlim()
        assert low < -30 and high > 12


def test_a_loss_of_zero_has_its_place():
    _, ax = figure()
    curves(ax, descent.History([1.0, 0.5], [1.0, 0.0], best=1))
    assert ax.get_yscale() == "linear"
    _, ax = figure()
    curves(ax, descent.History([1.0, 0.5], [1.0, 0.1], best=1))
    assert ax.get_yscale() == "log"


def test_a_surface_can_be_taken_away():
    _, ax = figure()
    before = len(ax.get_children())
    for artist in surface(ax, lambda a: (a**2).sum(axis=0), [1, 2], [1, 2, 3], "", NAMES):
        artist.remove()
    assert len(ax.get_children()) == before
