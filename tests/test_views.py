"""The live views: their numbers against plain NumPy, and what they do when they are moved."""

import re
from io import BytesIO

import numpy as np
import pytest
from ipywidgets import FloatLogSlider
from matplotlib.figure import Figure
from matplotlib.image import imread

from nn_notes.views import gradient_descent

X, T = np.array([-0.5, 0.2, 0.9, 1.4, 2.0]), np.array([-1.1, -0.3, 0.8, 1.7, 2.4])
START = np.array([-2.0, 0.0])
# The neuron's Hessian by hand: twice the means of x², x and 1.
CURVATURES, DIRECTIONS = np.linalg.eigh(2 * np.array([[np.mean(X * X), np.mean(X)], [np.mean(X), 1]]))
LIMIT = 2 / CURVATURES[1]
LOWEST = np.polyfit(X, T, 1)


def view(start=START):
    return gradient_descent.learning_rate(X, T, start)


def widgets(view):
    """Every widget of a view, however deep."""
    found = [view.widget]
    for widget in found:
        found += getattr(widget, "children", ())
    return found


def slider(view, label):
    (found,) = [widget for widget in widgets(view) if getattr(widget, "description", None) == label]
    return found


def picture(view):
    (found,) = [widget for widget in widgets(view) if getattr(widget, "format", None) == "png"]
    return found


def png(view):
    return bytes(picture(view).value)


def board(view):
    """What stands below the picture, in HTML."""
    return view._repr_mimebundle_()["text/html"].partition("<img")[2]


def cells(view):
    """The numbers on the board, one after the other."""
    found = re.findall(r"<td[^>]*>([^<]*)</td>", board(view))
    return [float(text.replace("\N{MINUS SIGN}", "-")) for text in found]


def by_numpy(γ, w, b, steps=40):
    """The path of gradient descent and its losses, from the derivatives of the mean of (wx + b − t)² by hand."""
    path, losses = [], []
    for _ in range(steps + 1):
        miss = w * X + b - T
        path.append((w, b))
        losses.append(np.mean(miss**2))
        w, b = w - γ * np.mean(2 * miss * X), b - γ * np.mean(2 * miss)
    return np.array(path), np.array(losses)


@pytest.mark.parametrize("start", [(-2.0, 0.0), (3.5, -1.25)], ids=str)
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9, 1.2])
def test_the_path_is_that_of_numpy(start, share):
    moved = view()
    slider(moved, "γ").value = share * LIMIT
    slider(moved, "w₀").value, slider(moved, "b₀").value = start
    γ = slider(moved, "γ").value
    path, losses = by_numpy(γ, *start)
    np.testing.assert_allclose(moved.arrays["θ"], path, rtol=1e-9)
    np.testing.assert_allclose(moved.arrays["J"], losses, rtol=1e-9)
    np.testing.assert_allclose(moved.arrays["∇J"], (path[0] - path[1]) / γ, rtol=1e-9)
    np.testing.assert_allclose(moved.arrays["1 − γλ"], 1 - γ * CURVATURES[::-1], rtol=1e-12)


def test_the_board_holds_the_formula_with_its_numbers():
    moved = view()
    slider(moved, "γ").value = 0.1
    γ = slider(moved, "γ").value
    path, losses = by_numpy(γ, *START)
    gradient = (path[0] - path[1]) / γ
    expected = [path[1], path[0], gradient, losses[:7], CURVATURES[::-1], 1 - γ * CURVATURES[::-1]]
    np.testing.assert_allclose(cells(moved), np.concatenate(expected), rtol=0, atol=0.00501)
    assert f"takes {losses[0] - losses[1]:.3g} off" in board(moved)
    assert f"promises {γ * gradient @ gradient:.3g}" in board(moved)


def along(direction, distance=2.0):
    return LOWEST + distance * DIRECTIONS[:, direction]


@pytest.mark.parametrize(
    ("share", "start", "sentence"),
    [
        (0.01, START, "creeps</b>: 40 steps leave 2"),
        (0.05, START, "creeps</b>: 40 steps leave 3.6 %"),
        (0.5, START, "converges</b>: 40 steps leave less than 0.1 %"),
        (0.9, START, "oscillates</b>: 40 steps leave less than 0.1 %"),
        (0.999, START, "oscillates</b>: 40 steps leave 7"),
        (1.001, START, "diverges</b>: after 40 steps J rises, 0.9"),
        (1.5, START, "diverges</b>: after 40 steps J rises, 1e+24 times as far above its lowest"),
        # Along the steepest direction even a small step is long enough.
        (0.05, along(1), "converges</b>: 40 steps leave less than 0.1 %"),
        (0.5, LOWEST, "The start is the lowest point already."),
    ],
)
def test_the_verdict_is_that_of_the_path(share, start, sentence):
    moved = view(start)
    # Finer than the slider's steps.
    moved.state["γ"] = share * LIMIT
    moved.update()
    assert sentence in board(moved)


def test_the_picture_follows_and_leaves_no_trace():
    moved = view()
    first = png(moved)
    assert np.mean(imread(BytesIO(first))[..., :3] < 0.95) > 0.2, "the grey surface stands behind the path"
    seen = {first}
    for label, value in [("γ", 0.6), ("w₀", 3.0), ("b₀", 2.0)]:
        slider(moved, label).value = value
        seen.add(png(moved))
    assert len(seen) == 4
    (reset,) = [widget for widget in widgets(moved) if getattr(widget, "description", None) == "Reset"]
    reset.click()
    assert png(moved) == first


def test_no_figure_is_made_or_drawn_whole_while_it_moves(monkeypatch):
    moved = view()

    def refuse(*_, **__):
        raise AssertionError("a callback makes or redraws a figure")

    monkeypatch.setattr(Figure, "__init__", refuse)
    monkeypatch.setattr(Figure, "draw", refuse)
    before = png(moved)
    slider(moved, "γ").value = 0.1
    assert png(moved) != before
    assert "alert" not in board(moved)


def test_a_model_that_raises_shows_its_error_and_the_view_goes_on():
    moved = view()
    moved.state["γ"] = -1.0
    moved.update()
    assert '<p role="alert"><b>ValueError:</b> learning_rate is -1.0; it needs more than 0' in board(moved)
    slider(moved, "γ").value = 0.1
    assert "alert" not in board(moved)
    assert len(cells(moved)) == 17


def test_the_picture_has_words():
    shown = view()
    words = picture(shown).tooltip
    assert "path of gradient descent" in words
    assert f'<img alt="{words}"' in shown._repr_mimebundle_()["text/html"]
    # Without a description, if only an empty one, the page cannot show the picture at all.
    assert picture(shown).get_state()["description"] == ""


def test_gamma_runs_evenly_over_its_logarithm_from_a_hundredth_of_the_limit_to_past_it():
    γ = slider(view(), "γ")
    assert isinstance(γ, FloatLogSlider)
    np.testing.assert_allclose([γ.base**γ.min, γ.value, γ.base**γ.max], [LIMIT / 100, LIMIT / 2, LIMIT * 1.5])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((X, T[:3], START), ValueError, r"t has shape \(3,\); it needs shape \(5,\)"),
        ((X[:, None], T, START), ValueError, r"x has shape \(5, 1\); its number of axes needs to be 1"),
        (([], [], START), ValueError, "x is empty"),
        ((X, T, (0, 0, 0)), ValueError, r"start has shape \(3,\); it needs shape \(2,\)"),
        ((X, T, (0, np.nan)), ValueError, r"start\[1\] is nan; it needs finite numbers"),
        ((X, "text", START), TypeError, "t is 'text'; it needs real numbers"),
    ],
)
def test_bad_input_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        gradient_descent.learning_rate(*arguments)
