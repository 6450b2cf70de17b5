"""The live view of notebook 03 in a real browser: the walk through the tensor, held to NumPy on the way."""

import numpy as np
import pytest
from lab import View


def board(z, xi, axis, n):
    """The arrays of the board, at slice n of an axis."""
    T = np.array([[[z_i * (k == j) for j in range(3)] for z_i in z] for k in range(3)])
    outer = z[:, None] * xi
    row, column = np.indices((5, 3))
    along = row if axis == "i" else column
    at = "".join(str(n) if letter == axis else ":" for letter in "kij")
    return {
        "z": z[None],
        "ξ": xi[None],
        f"T{at}, the slice": np.moveaxis(T, "kij".index(axis), 0)[n],
        "its share of ξT": outer * (along == n),
        f"gathered up to {axis} = {n}": outer * (along <= n),
        "zᵀξ": outer,
    }


def wrong(view, axis, n):
    """What the page lacks, in words: its arrays, from the numbers beside the sliders, and its drawing."""
    z = np.array([view.value(f"z[{i}]") for i in range(5)])
    xi = np.array([view.value(f"ξ[{k}]") for k in range(3)])
    seen, wanted = view.board(), board(z, xi, axis, n)
    if seen.keys() != wanted.keys():
        return f"the arrays are {list(seen)}, not {list(wanted)}"
    far = [name for name in wanted if np.abs(seen[name] - wanted[name]).max() > 0.005 + 1e-9]
    drawn = view.where.locator("svg[role=img]").get_attribute("aria-label")
    return f"{far} differ at slice {n} along {axis}" if far else "" if f"{n} along {axis}" in drawn else drawn


@pytest.fixture(scope="module")
def view(opened):
    lab = opened("03_weight_tensor")
    lab.run_all()
    yield View(lab, lab.live_views())
    assert lab.errors() == []
    lab.close()


def test_walk_turn_and_return(view):
    # A click waits until the page stands still, which a drag does not.
    view.click("Reset")
    view.until(wrong, "k", 0)
    view.drag("slice", by=450)
    view.until(wrong, "k", 2)
    view.choose("walk along", "i, the input")
    view.until(wrong, "i", 2)
    view.press("slice", "ArrowRight", times=2)
    view.until(wrong, "i", 4)
    before = view.value("z[4]"), view.value("ξ[1]")
    view.drag("z[4]", by=-30)
    view.drag("ξ[1]", by=20)
    view.until(wrong, "i", 4)
    assert view.value("z[4]") < before[0] and view.value("ξ[1]") > before[1]
    view.choose("walk along", "j, where the weight leads")
    view.until(wrong, "j", 2)
    view.click("Next slice")
    view.until(wrong, "j", 0)
    view.click("New random numbers")
    view.until(wrong, "j", 0)
    view.click("Reset")
    view.until(wrong, "k", 0)
    assert (view.value("z[4]"), view.value("ξ[1]")) == before
