"""The blackboard: what is typed stands there as mathematics, with its value and the verdict; nothing on it is run."""

import numpy as np
import pytest
from page import Page

from nn_notes.derivation import Goal, layer
from nn_notes.views import blackboard

GOAL = Goal(r"\frac{\partial E}{\partial W}", "ij", layer, {"M_in": 5, "M_out": 3})
LETTERS = GOAL.own.letters
RIGHT = np.outer(LETTERS["z"], LETTERS["xi"])


@pytest.fixture
def page():
    return Page(blackboard.view(GOAL))


def test_an_empty_board_asks_and_names_its_letters(page):
    assert page.said().startswith("∂E∂W\n= ?\nWrite it with these letters: z, W, b, u, f, z', F, T, ")
    page.shows({})


# What is typed, what stands there, and the words with it.
@pytest.mark.parametrize(
    ("formula", "arrays", "words"),
    [
        ("z^T xi", {"yours": RIGHT}, "Right: it holds on 26 examples, with numbers and widths drawn at random."),
        ("2 z^T xi", {"yours": 2 * RIGHT, "measured": RIGHT, "the difference": RIGHT}, "Not yet: it is 2 times"),
        ("xi^T z", {"yours": RIGHT.T, "measured": RIGHT}, "Not yet: this is its transpose."),
        ("z xi", {}, "Not yet: a row does not meet a row"),
        ("T", {f"yours[{k}]": LETTERS["T"][k] for k in range(3)} | {"measured": RIGHT}, "it has shape (3, 5, 3)"),
        ("z^T (delta F^T)", {"yours": RIGHT}, "Nearly: right where F is symmetric"),
    ],
)  # fmt: skip
def test_the_board_says_what_a_formula_is(page, formula, arrays, words):
    page.move("Your formula", formula)
    page.shows(arrays, words)


def test_a_value_of_many_numbers_is_not_drawn(page):
    goal = Goal(r"\partial u/\partial W", "kij", layer, {"M_in": 20, "M_out": 4})
    board = Page(blackboard.view(goal, "T"))
    assert "Right" in board.said() and not board.board()


def test_a_formula_can_stand_there_at_first_and_is_back_after_a_reset():
    page = Page(blackboard.view(GOAL, "z^T"))
    first = page.everything()
    page.move("Your formula", "z^T xi")
    page.click("Reset")
    assert page.everything() == first and "shape (5, 1)" in page.said()


def test_what_is_typed_is_text_on_the_page(page):
    page.move("Your formula", "z < <b>xi</b>")
    assert "<b>xi" not in page.words() and "&lt;b&gt;" in page.words()


@pytest.mark.parametrize("formula", ["z" * 301, 3, None, ["z"]])
def test_what_is_no_line_of_text_is_refused_and_changes_nothing(page, formula):
    before = page.said()
    page.do({"set": "formula", "to": formula})
    assert "Your formula" in page.error and page.said() == before
