"""The live view of notebook 01, its board held to plain NumPy wherever the nudge begins."""

import plain
import pytest
from page import Page

from nn_notes import ACTIVATIONS
from nn_notes.views import single_layer


@pytest.mark.parametrize("f", ACTIVATIONS)
def test_the_board_is_that_of_numpy(f):
    page = Page(single_layer.view(plain.Z, plain.W, plain.B))
    page.shows(*plain.single_layer(page.value))
    page.move("activation", f)
    for label, to in [("z[1]", 1.0), ("W[2,0]", -0.55), ("b[0]", 0.15)]:
        page.move(label, to)
        page.shows(*plain.single_layer(page.value))
    here = plain.parameters(page.value)
    page.click("Start from here")
    page.shows(*plain.single_layer(page.value, here))
    page.click("New random numbers")
    page.shows(*plain.single_layer(page.value, plain.parameters(page.value)))
    assert page.value("activation") == f
