"""The live views of notebook 07: their numbers against plain NumPy, their actions, and their still form."""

import re

import numpy as np
import pytest
from page import Page

from nn_notes.views import losses as live

U = np.array([0.4, 1.3, -0.6])


def shows(page, expected):
    """The board has these numbers and no others."""
    board = page.board()
    assert list(board) == list(expected)
    for words, numbers in expected.items():
        np.testing.assert_allclose(board[words], np.atleast_2d(numbers), rtol=0, atol=0.00501, err_msg=words)


@pytest.mark.parametrize(("y", "t"), [(0.25, 0.8), (0.01, 1.0), (0.99, 0.0), (0.5, 0.5)])
def test_a_prediction_has_the_losses_and_slopes_of_the_two_outcomes(y, t):
    page = Page(live.prediction())
    page.move("y", y)
    page.move("t", t)
    a = page.view.arrays
    E, gradients = (
        [(y - t) ** 2, -t * np.log(y) - (1 - t) * np.log(1 - y)],
        [[y - t, t - y], [-t / y, (t - 1) / (1 - y)]],
    )
    np.testing.assert_allclose(a["E"], E, rtol=1e-12)
    np.testing.assert_allclose(a["∂E/∂y"], gradients, atol=1e-12)
    np.testing.assert_allclose(a["slope"], [2 * (y - t), (y - t) / (y * (1 - y))], atol=1e-10)
    p = live.PLACES
    np.testing.assert_allclose(a["curves"], [(p - t) ** 2, -t * np.log(p) - (1 - t) * np.log(1 - p)], atol=1e-12)
    np.testing.assert_allclose(a["slopes"], [2 * (p - t), (p - t) / (p * (1 - p))], atol=1e-10)
    shows(page, {
        "y": [y, 1 - y], "t": [t, 1 - t],
        "∂EMSE/∂y = (2/D)(y − t)": gradients[0], "∂ECE/∂y = −t/y": gradients[1],
    })  # fmt: skip
    mse, entropy = (line for line in page.texts if "slope" in line)
    assert f"= {E[0]:.3f}, slope" in mse and f"= {E[1]:.3f}, slope" in entropy


def test_the_picture_follows_and_comes_back():
    page = Page(live.prediction())
    first, seen = page.everything(), {page.pixels.tobytes()}
    for label, to in [("y", 0.6), ("t", 0.1)]:
        page.move(label, to)
        seen.add(page.pixels.tobytes())
    assert len(seen) == 3
    np.testing.assert_array_equal(page.pixels, Page(live.prediction(0.6, 0.1)).pixels)
    page.click("Reset")
    assert page.everything() == first


@pytest.mark.parametrize("u", [U, [-4.0, 4.0, 0.5], [0.0, 0.0, 0.0]])
@pytest.mark.parametrize("target", ["0", "2"])
def test_both_roads_from_the_logits(u, target):
    page = Page(live.view(U, 1))
    for k, entry in enumerate(u):
        page.move(f"u[{k}]", entry)
    page.move("right class", target)
    a, S, t = page.view.arrays, np.exp(u) / np.exp(u).sum(), np.eye(3)[int(target)]
    np.testing.assert_allclose(a["S"], S, rtol=1e-12)
    np.testing.assert_allclose(a["−t/S"], -t / S, rtol=1e-12)
    np.testing.assert_allclose(a["F"], np.diag(S) - np.outer(S, S), atol=1e-12)
    np.testing.assert_allclose(a["product"], S - t, atol=1e-12)
    np.testing.assert_allclose(a["S − t"], S - t, atol=1e-12)
    np.testing.assert_allclose(a["E"], -np.log(S[int(target)]), rtol=1e-12)
    shows(page, {
        "u": u, "S": S, "S − t": S - t, "t": t, "−t/S · F": S - t, "−t/S": -t / S,
        "F = diag(S) − SᵀS": np.diag(S) - np.outer(S, S),
    })  # fmt: skip
    assert f"−log {S[int(target)]:.4f} = {-np.log(S[int(target)]):.4f}" in page.words()


def test_a_step_goes_against_the_gradient():
    page = Page(live.view(U, 1))
    S = np.exp(U) / np.exp(U).sum()
    losses = [page.view.arrays["E"]]
    page.click("Step against the gradient")
    u = np.array([page.value(f"u[{k}]") for k in range(3)])
    np.testing.assert_allclose(u, U - (S - [0, 1, 0]), rtol=1e-12)
    np.testing.assert_array_equal(page.view.state["u"], u)
    for _ in range(40):
        losses.append(page.view.arrays["E"])
        page.click("Step against the gradient")
    assert (np.diff(losses) <= 0).all() and losses[-1] < losses[0] / 3


@pytest.mark.parametrize("made", [live.prediction, lambda: live.view(U)], ids=["prediction", "view"])
def test_new_random_numbers_differ_and_reset_brings_the_first_back(made):
    page = Page(made())
    first, seen = page.everything(), {page.view.arrays["E"].tobytes()}
    for _ in range(3):
        page.click("New random numbers")
        seen.add(page.view.arrays["E"].tobytes())
    assert len(seen) == 4
    page.click("Reset")
    assert page.everything() == first


def test_without_a_kernel_the_first_state_stands_there():
    S = np.exp(U) / np.exp(U).sum()
    html = live.view(U, 1)._repr_mimebundle_()[0]["text/html"]
    assert f"−log {S[1]:.4f} = {-np.log(S[1]):.4f}" in html
    (words,) = re.findall('<img alt="([^"]*)"', live.prediction()._repr_mimebundle_()[0]["text/html"])
    assert "tangent" in words


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: live.prediction(0.0, 0.5), "y is 0.0"),
        (lambda: live.prediction(0.5, 1.5), "t is 1.5"),
        (lambda: live.view(U, 3), "target"),
        (lambda: live.view(U[None]), "u"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        call()
