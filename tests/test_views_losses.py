"""The live views of notebook 07: their numbers against plain NumPy, their actions, and their still form."""

import re

import numpy as np
import pytest

from nn_notes.views import losses as live

U = np.array([0.4, 1.3, -0.6])


def button(view, label):
    found = [view.widget]
    for widget in found:
        found += getattr(widget, "children", ())
    (one,) = [widget for widget in found if getattr(widget, "description", None) == label]
    return one


def moved(view, **state):
    view.state |= state
    view.update()
    return view


def board(view):
    return view._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize(("y", "t"), [(0.25, 0.8), (0.01, 1.0), (0.99, 0.0), (0.5, 0.5)])
def test_a_prediction_has_the_losses_and_slopes_of_the_two_outcomes(y, t):
    a = moved(live.prediction(), y=y, t=t).arrays
    np.testing.assert_allclose(a["E"], [(y - t) ** 2, -t * np.log(y) - (1 - t) * np.log(1 - y)], rtol=1e-12)
    np.testing.assert_allclose(a["∂E/∂y"], [[y - t, t - y], [-t / y, -(1 - t) / (1 - y)]], atol=1e-12)
    np.testing.assert_allclose(a["slope"], [2 * (y - t), (y - t) / (y * (1 - y))], atol=1e-10)
    p = live.PLACES
    np.testing.assert_allclose(a["curves"], [(p - t) ** 2, -t * np.log(p) - (1 - t) * np.log(1 - p)], atol=1e-12)
    np.testing.assert_allclose(a["slopes"], [2 * (p - t), (p - t) / (p * (1 - p))], atol=1e-10)


def test_the_picture_follows_and_comes_back():
    view = live.prediction()
    first = board(view)
    seen = {first, board(moved(view, y=0.6)), board(moved(view, t=0.1))}
    assert len(seen) == 3
    button(view, "Reset").click()
    # Cells that changed are marked.
    assert board(moved(view)) == first


@pytest.mark.parametrize("u", [U, [-4.0, 4.0, 0.5], [0.0, 0.0, 0.0]])
@pytest.mark.parametrize("target", ["0", "2"])
def test_both_roads_from_the_logits(u, target):
    u = np.array(u)
    a = moved(live.view(U, 1), u=u, target=target).arrays
    S, t = np.exp(u) / np.exp(u).sum(), np.eye(3)[int(target)]
    np.testing.assert_allclose(a["S"], S, rtol=1e-12)
    np.testing.assert_allclose(a["−t/S"], -t / S, rtol=1e-12)
    np.testing.assert_allclose(a["F"], np.diag(S) - np.outer(S, S), atol=1e-12)
    np.testing.assert_allclose(a["product"], S - t, atol=1e-12)
    np.testing.assert_allclose(a["S − t"], S - t, atol=1e-12)
    np.testing.assert_allclose(a["E"], -np.log(S[int(target)]), rtol=1e-12)


def test_a_step_goes_against_the_gradient_to_a_stop_of_the_slider():
    view = live.view(U, 1)
    S = np.exp(U) / np.exp(U).sum()
    losses = [view.arrays["E"]]
    button(view, "Step against the gradient").click()
    np.testing.assert_allclose(view.state["u"], U - (S - [0, 1, 0]), atol=0.0251)
    np.testing.assert_allclose(view.state["u"] * 20, np.round(view.state["u"] * 20), atol=1e-9)
    for _ in range(40):
        losses.append(view.arrays["E"])
        button(view, "Step against the gradient").click()
    assert (np.diff(losses) <= 0).all() and losses[-1] < losses[0] / 3
    assert np.abs(view.state["u"]).max() <= 4


@pytest.mark.parametrize("made", [live.prediction, lambda: live.view(U)], ids=["prediction", "view"])
def test_new_random_numbers_differ_and_reset_brings_the_first_back(made):
    view = made()
    first = view.arrays
    seen = set()
    for _ in range(3):
        button(view, "New random numbers").click()
        seen.add(view.arrays["E"].tobytes())
    assert len(seen | {first["E"].tobytes()}) == 4
    button(view, "Reset").click()
    for name, array in first.items():
        np.testing.assert_array_equal(view.arrays[name], array)


def test_without_a_kernel_the_first_state_stands_there():
    bundle = live.view(U, 1)._repr_mimebundle_()
    S = np.exp(U) / np.exp(U).sum()
    assert f"−log {S[1]:.4f} = {-np.log(S[1]):.4f}" in bundle["text/html"]
    assert bundle["text/plain"]
    found = re.findall(r'<img alt="([^"]*)"', board(live.prediction()))
    assert len(found) == 1 and "tangent" in found[0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: live.prediction(0.0, 0.5), "y is 0.0"),
        (lambda: live.prediction(0.5, 1.5), "t is 1.5"),
        (lambda: live.view([0.0, 9.0]), "u runs from 0 to 9"),
        (lambda: live.view(U, 3), "target"),
        (lambda: live.view(U[None]), "u"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        call()
