"""The blackboard: what is typed stands there as mathematics, with its value and the verdict; nothing on it is run."""

import numpy as np
import pytest
from page import Page, untagged

from nn_notes.derivation import Goal, layer, network, outputs
from nn_notes.views import blackboard

GOAL = Goal(r"\frac{\partial E}{\partial W}", "ij", layer, {"M_in": 5, "M_out": 3})
LETTERS = GOAL.own.letters
RIGHT = np.outer(LETTERS["z"], LETTERS["xi"])


@pytest.fixture
def page():
    return Page(blackboard.view(GOAL))


# A goal, how a transpose is typed there, and the letters.
@pytest.mark.parametrize(
    ("goal", "ways", "free", "letters"),
    [
        (GOAL, "A transpose is typed W^T, ⊙ odot, ∑ sum_k", "i, the row, and j, the column, stay free",
         ["z (5,): the input", "W (5, 3): the weights", "b (3,): the bias", "u (3,): zW + b",
          "f (3,): f(u), any activation, softmax too", "z' (3,): f(u), the output", "F (3, 3): ∂z'/∂u",
          "T (3, 5, 3): ∂u/∂W", "I (3, 3): the identity", "E (one number): the loss", "delta (3,): ∂E/∂z'",
          "xi (3,): ∂E/∂u", "t (3,): the target"]),
        (Goal(r"\partial E/\partial z^{(\ell)}", "k", network, {"M_0": 5, "M_1": 4, "M_2": 3, "M_3": 2}),
         "A layer is typed W^(l), its transpose W^(l)^T, ⊙ odot, ∑ sum_k", "k stays free",
         ["z^(l) (3,), z^(l+1) (2,): a layer's output", "W^(l) (4, 3), W^(l+1) (3, 2): the weights",
          "b^(l) (3,), b^(l+1) (2,): the bias", "u^(l) (3,), u^(l+1) (2,): before the activation",
          "f: any activation, softmax too",
          "F^(l) (3, 3), F^(l+1) (2, 2): ∂z/∂u of its layer", "E (one number): the loss",
          "delta^(l+1) (2,): ∂E/∂z of its layer", "xi^(l+1) (2,): ∂E/∂u of its layer", "x (5,): the input",
          "t (2,): the target", "ell = 2: this layer", "l = 2: the same", "L = 3: the last layer"]),
        (Goal(r"\partial E/\partial u", "k", outputs, {"D": 3}), "A transpose is typed F^T, ⊙ odot, ∑ sum_k",
         "k stays free",
         ["u (3,): before the sigmoids", "t (3,): the target", "y (3,): σ(u), the prediction",
          "sigma (3,): σ(u), the same", "E (one number): the loss, mean of (y − t)²", "delta (3,): ∂E/∂y",
          "F (3, 3): ∂y/∂u", "D = 3: how many outputs"]),
        (Goal("z", "i", lambda rng, bend, M: {"z": np.ones(M)}, {"M": 2}), "A transpose is typed z^T, ⊙ odot, ∑ sum_k",
         "i stays free",
         ["z (2,)"]),
    ],
)  # fmt: skip
def test_an_empty_board_asks_and_says_how_and_with_which_letters(goal, ways, free, letters):
    page = Page(blackboard.view(goal))
    *_, known = page.rows()[-1]
    assert [untagged(item).replace("\xa0", " ") for item in known.split("<li>")[1:]] == letters
    question, task, how, known = page.said().replace("\n= ?", " = ?").split("\n")
    assert question.endswith("= ?") and task == "Type what this is equal to: it is checked as you type."
    assert how == f"{ways}; or all in LaTeX. With indices, {free}."
    assert known.startswith("These letters may stand in it, each with its shape: ")
    page.shows({})


# What is typed, what stands there, and the words with it.
@pytest.mark.parametrize(
    ("formula", "arrays", "words"),
    [
        ("z^T xi", {"yours": RIGHT, "measured": RIGHT},
         "✓ Right: it holds on 26 examples, with numbers and widths drawn at random."),
        ("2 z^T xi", {"yours": 2 * RIGHT, "measured": RIGHT, "the difference": RIGHT}, "Not yet: it is 2 times"),
        ("xi^T z", {"yours": RIGHT.T, "measured": RIGHT}, "Not yet: this is its transpose."),
        ("z xi", {}, "Not yet: a row does not meet a row"),
        ("T", {f"yours[{k}]": LETTERS["T"][k] for k in range(3)} | {"measured": RIGHT}, "it has shape (3, 5, 3)"),
        ("z^T (delta F^T)", {"yours": RIGHT, "measured": RIGHT}, "Nearly: right where F is symmetric"),
        # Where nothing can be set, the question stands there.
        ("z^T xi)", {}, "= ?\nNot yet: )"),
        ("outer(z, xi)", {}, "Not yet: outer is no function here; factors stand side by side"),
    ],
)  # fmt: skip
def test_the_board_says_what_a_formula_is(page, formula, arrays, words):
    page.move("Your formula", formula)
    page.shows(arrays, words)
    assert not page.error and ("✓" in page.said()) == ("Right" in words)
    # How it is typed, and with which letters, stays there as long as it is wanted.
    assert ("These letters may stand in it" in page.said()) != ("Right" in words)


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
