"""The live view of notebook 08, its board held to plain NumPy wherever x and y stand."""

import plain
import pytest
from page import Page

from nn_notes.views import operations


@pytest.mark.parametrize(("x", "y"), [(3, 2), (-1.5, 0), (0, 4), (0.7, -5)])
def test_the_board_is_that_of_numpy(x, y):
    page = Page(operations.view(x, y))
    page.shows(*plain.operations(page.value))
    page.move("x", 2.5)
    page.move("y", -3.0)
    page.shows(*plain.operations(page.value))


def test_the_drawing_has_the_numbers_of_both_ways():
    words = operations.view(3, -2)._rows[0][0].words
    assert words == (
        "The graph of e = xy + x: from x to × 3.0, and back −2.0; from y to × −2.0, and back 3.0; "
        "from × to + −6.0, and back 1.0; from x to + 3.0, and back 1.0; from + to e −3.0, and back 1.0"
    )
