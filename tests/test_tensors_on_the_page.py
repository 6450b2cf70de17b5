"""Arrays of up to four axes as a page shows them: typeset, and drawn."""

import numpy as np
import pytest
from matplotlib.collections import QuadMesh

from nn_notes.plots import figure, tensor
from nn_notes.show import show

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
    for sheet in sheets:
        corners = sheet.get_coordinates()
        assert np.allclose(np.diff(corners[..., 0], axis=1), 1)
        assert np.allclose(np.diff(corners[..., 1], axis=0), -1)
        assert ax.get_xlim()[0] < corners[..., 0].min()
        assert corners[..., 0].max() < ax.get_xlim()[1]
        assert ax.get_ylim()[0] < corners[..., 1].min()
        assert corners[..., 1].max() < ax.get_ylim()[1]


def test_axes_are_named():
    _, ax, _, _ = drawn((2, 5, 7, 3), axes="abcd")
    names = [text.get_text() for text in ax.texts if not text.get_text().isdigit()]
    assert names == ["d", "c", "b↗", "a = 0", "d", "c", "b↗", "a = 1"]
    _, ax, _, _ = drawn((2, 1), axes="a ")
    assert [text.get_text().strip() for text in ax.texts[-2:]] == ["", "a"]


def test_colour_is_full_at_the_scale_on_both_sides():
    _, _, _, front = drawn((2, 3), scale=4)
    assert (front.norm.vmin, front.norm.vmax) == (-4, 4)
    _, _, _, front = drawn((2, 3))
    assert (front.norm.vmin, front.norm.vmax) == (-6, 6)


def test_a_slice_is_typeset_with_its_indices():
    text = show({"T": numbers((2, 3, 2, 2))})._repr_latex_()
    assert [f"[{a},{b}]" in text for a in range(2) for b in range(3)] == [True] * 6
    assert "[0,]" not in text
    text = show({"T": numbers((2, 3, 2))})._repr_latex_()
    assert "[0]" in text
    assert "[1]" in text


def test_bold_letters_are_plain_where_nothing_is_typeset():
    assert repr(show({r"\frac{\partial \mathbf y}{\partial x}": 2.0})).startswith("∂y/∂x: a number")
