"""Colours as they are stored and drawn: blue is below zero, orange above. Those of live views: test_live_views.py."""

import re

import numpy as np
import pytest
from colours import hue, miscoloured
from live import CALLS, every_view, seen
from matplotlib.colors import to_hex
from page import CELL, number
from series import code_cells

from nn_notes import plots
from nn_notes.charts import OCHRE, TEAL


@every_view
def test_cells_of_a_stored_view_have_the_colour_of_their_number(name):
    path, n, _ = CALLS[name]
    html = code_cells(path)[n].outputs[-1].data["text/html"]
    full = number(re.search('data-high="(.*?)"', html)[1])
    assert miscoloured([(text, style) for style, text in CELL.findall(html)], full) == []


def test_the_drawing_of_the_tensor_has_the_colour_of_each_entry():
    for now in seen("weight_tensor.view"):
        ((_, z), (_, xi), _), (drawing, *_), _ = now.rows
        hues = [hue(fill) for fill in re.findall('fill="(#[0-9a-f]{6})"', drawing)]
        assert [hues.count(sign) for sign in (-1, 1)] == [xi.size * np.sum(np.sign(z) == sign) for sign in (-1, 1)]


DRAWN = {
    "heatmap": (lambda ax, a: plots.heatmap(ax, a[0], "", scale=1), None),
    "tensor": (lambda ax, a: plots.tensor(ax, a, "", scale=1), None),
    "box": (lambda ax, a: plots.box(ax, a, "", 1), {"projection": "3d"}),
}


@pytest.mark.parametrize("x", [-0.6, 0.6])
@pytest.mark.parametrize(("draw", "axes"), DRAWN.values(), ids=DRAWN)
def test_a_picture_of_numbers_has_their_colour(draw, axes, x):
    fig, ax = plots.figure(subplot_kw=axes)
    draw(ax, np.full((2, 3, 4), x))
    fig.canvas.draw()
    assert hue(np.asarray(fig.canvas.buffer_rgba()).mean(axis=(0, 1))) == np.sign(x)


def test_a_true_digit_is_teal_and_a_wrong_one_ochre():
    _, axes = plots.figure(1, 2, squeeze=False)
    plots.digits(axes, np.zeros((1, 64)), [np.where(np.arange(10) == 3, 0.55, 0.05)], [8])
    bars = [to_hex(bar.get_facecolor()) for bar in axes[1, 0].patches]
    assert [bars[8], bars[3]] == [TEAL, OCHRE]
    hues = [*map(hue, bars)]
    assert [hues[8], hues[3], *{*hues[:3], *hues[4:8], hues[9]}] == [-1, 1, 0]
