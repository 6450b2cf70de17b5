"""What a reader types, and what a good teacher says to it."""

import random
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from nn_notes import numeric
from nn_notes.derivation import Goal, derive, layer, network, outputs
from nn_notes.notation import evaluate

BY_W = Goal(r"\frac{\partial E}{\partial W}", "ij", layer, {"M_in": 5, "M_out": 3})
BY_Z = Goal(r"\frac{\partial z'}{\partial z}", "ki", layer, {"M_in": 3, "M_out": 2})
DOWN = Goal(r"\frac{\partial E}{\partial z^{(\ell)}}", "k", network, {"M_0": 5, "M_1": 4, "M_2": 3, "M_3": 2})
BY_U = Goal(r"\frac{\partial E}{\partial u}", "k", outputs, {"D": 3})
RIGHT = "right: it holds on 26 examples, with numbers and widths drawn at random."
SYMMETRIC = "nearly: right where F is symmetric, as for softmax and every component-wise f. Which way round is F?"
COMPONENT_WISE = "nearly: right where f works on each entry alone. Softmax does not: can you say it with F?"


@pytest.mark.parametrize(
    ("goal", "yours", "words"),
    [
        # Right, in many spellings.
        (BY_W, "z^T xi", RIGHT),
        (BY_W, r"z^\top\xi", RIGHT),
        (BY_W, r"\underbrace{z^\top}_{(5,\,1)}\,\xi", RIGHT),
        (BY_W, "zᵀ ξ", RIGHT),
        (BY_W, "dE/dW = z^T xi", RIGHT),
        (BY_W, "∂E/∂W = zᵀ ξ = ξ T", RIGHT),
        (BY_W, r"\frac{\partial E}{\partial W} = z^\top \xi", RIGHT),
        (BY_W, "xi T", RIGHT),
        (BY_W, "sum_k xi_k T_kij", RIGHT),
        (BY_W, "z_i xi_j", RIGHT),
        (BY_W, "xi_j z_i", RIGHT),
        (BY_W, "sum_k xi_k z_i [k=j]", RIGHT),
        (BY_W, "z^T (delta F)", RIGHT),
        (BY_W, "dE/dz' F T", RIGHT),
        (BY_Z, "F W^T", RIGHT),
        (BY_Z, "sum_j F_kj W_ij", RIGHT),
        (BY_Z, "dz'/du du/dz", RIGHT),
        (DOWN, "delta^(l+1) F^(l+1) W^(l+1)^T", RIGHT),
        (DOWN, "dE/dz^(l+1) F^(l+1) W^(l+1)^T", RIGHT),
        (DOWN, r"\xi^{(\ell+1)}W^{(\ell+1)\top}", RIGHT),
        (DOWN, r"\xi^{(\ell+1)}W^{(\ell+1)T}", RIGHT),
        (DOWN, "xi^(ell+1) W^(ell+1)^T", RIGHT),
        (BY_U, "2/D (y - t) odot y odot (1 - y)", RIGHT),
        (BY_U, "2/D (y_k - t_k) y_k (1 - y_k)", RIGHT),
        (BY_U, r"\frac2D(y-t)\odot\sigma'(u)", RIGHT),
        (BY_U, "delta F", RIGHT),
        # Right, and not always.
        (BY_W, "z^T delta F^T", SYMMETRIC),
        (BY_Z, "F^T W^T", SYMMETRIC),
        (DOWN, "(delta^(l+1) odot f'(u^(l+1))) W^(l+1)^T", COMPONENT_WISE),
        (Goal("I", "kj", layer, {"M_in": 2, "M_out": 2}), r"\begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}",
         "not yet: right for these widths, and wrong for others."),
        (BY_U, "2/3 (y - t) odot y odot (1 - y)", "not yet: right for these widths, and wrong for others."),
        (Goal("z", "i", lambda rng, bend, M: {"z": rng.normal(size=M), "q": np.ones(M)}, {"M": 1}),
         f"{np.random.default_rng(0).normal():.16f} q", "not yet: right for these numbers, and wrong for others."),
        # The usual slips.
        (BY_W, "xi^T z", "not yet: this is its transpose. It has shape (3, 5), and shape (5, 3) is needed."),
        (BY_W, "2 z^T xi", "not yet: it is 2 times what is needed, in every entry."),
        (BY_W, "-z^T xi", "not yet: the sign is wrong, in every entry."),
        (BY_U, "-4/D (y - t) odot y odot (1 - y)", "not yet: it is −2 times what is needed, in every entry."),
        (BY_U, "1/D (y - t) odot y odot (1 - y)", "not yet: it is 1/2 times what is needed, in every entry."),
        (BY_U, "2(y - t) odot y odot (1 - y)", "not yet: it is D times what is needed, in every entry."),
        # As long as the layer is the second one, 2 is the number of the layer too, and 3 of the last one.
        (DOWN, "2 xi^(l+1) W^(l+1)^T", "not yet: it is 2 times what is needed, in every entry."),
        (DOWN, "xi^(l+1) W^(l+1)^T / 3", "not yet: it is 1/3 times what is needed, in every entry."),
        (DOWN, "ell xi^(l+1) W^(l+1)^T", "not yet: it is ell times what is needed, in every entry."),
        (DOWN, "L xi^(l+1) W^(l+1)^T", "not yet: it is 3 times what is needed, in every entry."),
        (BY_U, "2(y - t)/(D D) odot y odot (1 - y)", "not yet: it is 1/D times what is needed, in every entry."),
        (BY_U, "(delta F)^T", "not yet: the numbers are right, but they stand upright, and a row is needed."),
        (BY_W, "z^T delta", "not yet: the shape is right, the numbers are not: 15 of 15 differ, by 0.84 at most."),
        (BY_W, r"\underbrace{z^\top}_{(3,\,1)}\,\xi", "not yet: shape (3, 1) is claimed, and it has shape (5, 1)\n"),
        (BY_W, "z^T", "not yet: it has shape (5, 1), and shape (5, 3) is needed."),
        (BY_W, "E", "not yet: it has one number, and shape (5, 3) is needed."),
        # Shapes that do not meet, and where.
        (BY_W, "z xi", "not yet: a row does not meet a row; one has to be transposed, or odot between them\n  z xi"),
        (BY_Z, "F W", "not yet: shape (2, 2) does not meet shape (3, 2): last axis and first need to be equal\n"),
        (BY_W, "z odot xi", "not yet: shape (5,) and shape (3,) differ; entry by entry they need to be equal"),
        # A T that is meant as a transpose, and one that is not.
        (BY_Z, "F WT", "not yet: a transpose is written W^T\n  F WT\n     ^"),
        (BY_Z, "WT F", "not yet: a transpose is written W^T\n  WT F\n   ^"),
        (BY_Z, "FWT", "not yet: a transpose is written FW^T\n"),
        (BY_Z, "F(W)T", "not yet: a transpose is written ^T\n"),
        (BY_W, "zT xi", "not yet: a transpose is written z^T\n"),
        (BY_W, r"zT \xi", "not yet: a transpose is written z^T\n"),
        (DOWN, "xi^(l+1) W^(l+1)T", "not yet: a transpose is written W^(l+1)^T\n"),
        (DOWN, r"\xi^{(\ell+1)} W^{(\ell+1)}T", r"not yet: a transpose is written W^{(\ell+1)}^T"),
        (BY_W, "(delta F)T", RIGHT),
        (BY_W, "2(xi)T", "not yet: it is 2 times what is needed, in every entry."),
        (BY_W, "xiT", "not yet: x is not a letter of this page;"),
        (BY_W, "T", "not yet: it has shape (3, 5, 3), and shape (5, 3) is needed."),
        # Indices.
        (BY_W, "z_i xi_k", "not yet: the free indices are i and k, and have to be i and j\n"),
        (BY_W, "z_i", "not yet: the free indices are i alone, and have to be i and j\n"),
        (BY_Z, "F_kj W_ij",
         "not yet: the free indices are k, j and i, and have to be k and i: is a sum over j missing?\n  F_kj W_ij"),
        # Letters and layers that are none.
        (BY_W, "q^T xi", "not yet: q is not a letter of this page; its letters are z, W, b, u, f, z', F, T,"),
        (DOWN, "xi", "not yet: xi has layers, and the one that is meant stands behind ^: write xi^(l+1)\n"),
        (DOWN, "xi(l+1)", "not yet: xi has layers, and the one that is meant stands behind ^: write xi^(l+1)\n"),
        (DOWN, "W", "not yet: W has layers, and the one that is meant stands behind ^: write W^(l) or W^(l+1)\n"),
        (DOWN, "u^(999)", "not yet: there is no such layer here\n"),
        (DOWN, "u^(-1)", "not yet: there is no such layer here\n"),
        # Braces alone make no LaTeX of it; an index is then as long as its braces.
        (DOWN, "xi^(l+1) W^{(ell+1)T}", RIGHT),
        (DOWN, "sum_j xi^(l+1)_j W^(l+1)_{kj}", RIGHT),
        (BY_Z, "sum_j F_{kj} W_{ij}", RIGHT),
        (BY_Z, r"\sum_j F_{kj} W_{ij} sum", r"not yet: where a formula has \, sum is written \sum"),
        (BY_U, "delta F'", "not yet: F' is not a letter of this page"),
        (DOWN, "f", "not yet: f is a function: of what stands behind it in brackets\n  f"),
        (BY_W, "outer(z, xi)", "not yet: outer is no function here; factors stand side by side\n  outer(z, xi)\n  ^"),
        (BY_W, "transpose(z) xi", "not yet: transpose is no function here, and r is not a letter of this page;"),
        (DOWN, "delta^(l)", "not yet: delta has no layer 2 here; it has 3"),
        # No answer at all.
        (BY_W, "dE/dW", "not yet: that is the question itself. What is it equal to?"),
        (BY_W, "nabla_W E", "not yet: that is the question itself. What is it equal to?"),
        (BY_W, r"\frac{\partial E}{\partial W_{ij}}", "not yet: that is the question itself. What is it equal to?"),
        (DOWN, "dE/dz^(l)", "not yet: that is the question itself. What is it equal to?"),
        (BY_U, "nabla E", "not yet: that is the question itself. What is it equal to?"),
        (DOWN, r"\frac{\partial E}{\partial z^{(\ell)}}", "not yet: that is the question itself. What is it equal to?"),
        (BY_W, "z^T xi = xi^T z", "not yet: this side is not equal to the last one"),
        (BY_W, "z^T xi, z", "not yet: one formula is enough, a side by itself or sides with = between them."),
        (BY_W, "(z = 2) xi", "not yet: this has one number, and the other side shape (5,)\n"),
        (BY_U, "2/(D = 3) (y - t) odot y odot (1 - y)", "not yet: right for these widths, and wrong for others."),
        (BY_Z, "F . W^T",
         "not yet: one formula is enough, a side by itself or sides with = between them. A product needs no dot."),
        (BY_W, "z < 1", "not yet: one formula is enough, a side by itself or sides with = between them."),
        # What cannot be read.
        (BY_W, "", "not yet: nothing is written here"),
        (BY_W, "nabla_2 z", "not yet: what is nudged needs to be a letter\n"),
        (BY_W, r"\frac1.52", "not yet: the formula ends where a letter, a number or a brace is needed\n"),
        (BY_W, "z^T xi)", "not yet: ) stands where a letter, a number or a bracket is needed"),
        (BY_W, "W.T", "not yet: .T is code; a transpose is written ^T\n  W.T\n   ^"),
        (BY_W, "z @ xi", "not yet: @ is code; factors stand side by side\n  z @ xi\n    ^"),
        # What is meant to do harm.
        (BY_W, "__import__('os').system('ls')", "not yet: _ stands where a letter, a number or a bracket is needed"),
        (BY_W, "<script>alert(1)</script>", "not yet: < stands where a letter, a number or a bracket is needed"),
        (BY_W, "9^9^9^9", "not yet: this is not finite"),
        (BY_W, "(" * 150 + "z" + ")" * 150, "not yet: this has 301 signs; 300 are enough for any answer."),
        (BY_W, "T_abc T_def T_ghk T_lmn", "not yet: this would have"),
    ],
)  # fmt: skip
def test_a_verdict_is_that_of_a_good_teacher(goal, yours, words):
    said = derive(yours, goal)
    assert said.words.startswith(words)
    assert said.right == (words == RIGHT)
    assert goal.verdict(yours) == said.words == repr(said)


# What is sound, and what comes of it when somebody types badly.
SOUND = {
    "z^T (delta F) + 2 z_i xi_j - dE/dz' F T": BY_W,
    r"\frac{\partial z'}{\partial u}\,W^\top = \sum_j F_{kj} W_{ij} \odot \nabla_z u(z, W, b)": BY_Z,
    "(delta^(l+1) odot f'(u^(l+1))) W^(l+1)^T / L^2": DOWN,
    "(z = z) outer(z, xi) nabla_W E / 1.5": BY_W,
    r"u^{(l-2)} \xi^{(l+1)} W^{(l+1)}T f'(u^{(l+1)})": DOWN,
    r"\frac2D(y-t)\odot\max(y, \sigma'(u)) \begin{pmatrix} 1 & [D<t_k] \end{pmatrix}": BY_U,
}
SIGN = re.compile(r"\\[a-zA-Z]+|.")


@pytest.mark.parametrize(("text", "goal"), SOUND.items())
def test_whatever_is_typed_gets_a_verdict(text, goal):
    chance = random.Random(text)
    signs = [sign for text in SOUND for sign in SIGN.findall(text)]
    for _ in range(200):
        typed = SIGN.findall(text)
        for _ in range(chance.randint(0, 6)):
            at = chance.randrange(len(typed))
            typed[at : at + chance.randint(0, 4)] = chance.choices(signs, k=chance.randint(0, 2))
            typed = typed or ["z"]
        said = derive("".join(typed), goal)
        assert said.words.startswith(("right: ", "nearly: ", "not yet: "))
        assert said.typeset is None or ElementTree.fromstring(said.typeset) is not None


def test_what_holds_only_where_all_widths_are_equal_is_told_so():
    def square(rng, bend, M, N):
        return {"A": rng.normal(size=(M, N)), "a": rng.normal(size=M), "u": lambda a, A: a @ A, "M": M, "N": N}

    goal = Goal(r"\partial u/\partial a", "ka", square, {"M": 3, "N": 2})
    assert derive("A^T N/M", goal).words == "not yet: it is 1/1.5 times what is needed, in every entry."
    wide = Goal("A", "ak", square, {"M": 3, "N": 2})
    assert derive(r"A \begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}", wide).words.startswith("not yet: right for")
    fitting = Goal("a", "k", lambda rng, bend, M, N: square(rng, bend, M, N) | {"I": np.eye(N)}, {"M": 3, "N": 2})
    words = derive("a I", fitting).words
    assert words.startswith("not yet: right only where all widths are equal, and here they are not: shape (3,) does")
    flat = Goal("a", "k", lambda rng, bend, M, N: {"a": np.ones(M), "c": np.ones(N)}, {"M": 3, "N": 2})
    needed = "Here it has shape (2,), and shape (3,) is needed."
    assert derive("c", flat).words == f"not yet: right only where all widths are equal. {needed}"


@pytest.mark.parametrize("goal", [BY_W, BY_Z, DOWN, BY_U], ids=lambda goal: goal.what)
def test_what_is_asked_for_is_measured_on_widths_of_all_kinds(goal):
    sizes = [example.wanted.shape for examples in goal.others.values() for example in examples]
    assert len(goal.others) == 5 and len(sizes) == 25 and len(set(sizes)) > 4
    assert all(np.ptp(example.wanted.shape) == 0 for example in goal.others["equal"])
    assert goal.own.wanted.ndim == len(goal.indices)


def test_a_jacobian_of_one_kind_of_examples_is_not_symmetric():
    for example in BY_Z.others["one-sided"]:
        F = example.letters["F"]
        assert np.abs(F - F.T).max() > 0.1
    for kind in ("mixing", "numbers"):
        assert all(np.allclose(e.letters["F"], e.letters["F"].T) for e in BY_Z.others[kind])
    assert any(np.count_nonzero(e.letters["F"]) > len(e.letters["F"]) for e in BY_Z.others["mixing"])


def test_value_and_what_is_wanted_are_those_of_the_example_that_is_shown():
    said = derive("2 z_i xi_j", BY_W)
    letters = BY_W.own.letters
    np.testing.assert_allclose(said.value, 2 * np.outer(letters["z"], letters["xi"]))
    np.testing.assert_allclose(2 * said.wanted, said.value)
    assert said.differs and not derive("z_i xi_j", BY_W).differs and not derive("q", BY_W).differs
    assert derive("q", BY_W).value is None


DERIVATIVES = [(goal, name, words) for goal in (BY_W, DOWN, BY_U) for name, words in goal.means.items() if "∂" in words]


@pytest.mark.parametrize("goal", [BY_W, DOWN, BY_U])
def test_of_every_letter_is_said_what_it_is(goal):
    assert goal.means.keys() == goal.own.letters.keys()
    assert Goal("z", "i", lambda rng, bend: {"z": np.ones(2)}, {}).means == {}


@pytest.mark.parametrize(("goal", "name", "words"), DERIVATIVES)
def test_what_is_said_to_be_a_derivative_is_it(goal, name, words):
    of, by = words.removesuffix(" of its layer").replace("∂", "").split("/")
    layer = r"^{(\ell+1)}" if goal is DOWN else ""
    # The loss is of no layer.
    derivative = rf"\frac{{\partial {of}{layer * (of != 'E')}}}{{\partial {by}{layer}}}"
    letter = name if name in ("F", "T") else rf"\{name}"
    said, is_it = (evaluate(text, goal.own.letters).array for text in (derivative, letter + layer))
    np.testing.assert_allclose(said, is_it, rtol=1e-9)


def test_letters_fit_each_other():
    letters = network(np.random.default_rng(0), np.tanh, 5, 4, 3, 2)
    W, b, x, t, ell = (letters[name] for name in ("W", "b", "x", "t", "ell"))

    def loss(z):
        for l in range(ell + 1, 4):
            z = np.tanh(z @ W[l] + b[l])
        return ((z - t) ** 2).sum()

    z = x
    for l in range(1, ell + 1):
        z = np.tanh(z @ W[l] + b[l])
    delta = letters["delta"][ell + 1]
    np.testing.assert_allclose(numeric.jacobian(loss, z), delta @ letters["F"][ell + 1] @ W[ell + 1].T)


def test_it_is_shown_as_mathematics_with_words_below():
    html = derive("z^T < xi", BY_W)._repr_html_()
    assert "<p>Not yet: one formula is enough" in html and "<math" not in html
    html = derive("z^T q", BY_W)._repr_html_()
    math, words = re.fullmatch("(<math.*</math>)(<p>.*</p>)", html, re.DOTALL).groups()
    assert "(5, 1)" in "".join(ElementTree.fromstring(math).itertext())
    assert "<pre>  z^T q\n      ^</pre>" in words
    assert "&lt;" in derive("z^T <", BY_W)._repr_html_()


# The parts of a formula, and their words as a browser has them.
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("z^T xi", "∂E∂W=z⊤(5, 1)ξ(3,)"),
        ("z_i xi_j", "∂E∂W=ziξj"),
        ("sum_k xi_k T_kij", "∂E∂W=∑kξkTkij"),
        ("dE/dW = xi T", "∂E∂W(5, 3)=ξ(3,)T(3, 5, 3)"),
        ("z^T (delta F)", "∂E∂W=z⊤(5, 1)(δF)(3,)"),
        ("z^T (delta - xi) 2", "∂E∂W=z⊤(5, 1)(δ−ξ)(3,)2"),
        ("z^T q", "∂E∂W=z⊤(5, 1)q?"),
        ("delta odot f'(u)", "∂E∂W=δ(3,)⊙f′(u)(3,)"),
        ("2/t(u)", "∂E∂W=2t(3,)u(3,)"),
        (r"\frac{1}{2}W_{i:}^{\top}", "∂E∂W=12Wi:⊤(3, 1)"),
        (r"|b_0|^2 + \sqrt{2} - \exp(b_1)", "∂E∂W=|b0|2+2−eb1"),
        (r"\lVert b\rVert \max(0, b)", "∂E∂W=‖b‖max(0,b)(3,)"),
        (r"\begin{pmatrix} 1 & 2 \end{pmatrix} [1 < 2]", "∂E∂W=(12)(2,)[1<2]"),
        (r"\nabla_W E", "∂E∂W=∇WE(5, 3)"),
        (r"\sum_{a=0}^{2} b_a (W^2)_{ia}", "∂E∂W=∑a=02ba(W2)ia?"),
        (r"\prod_k \xi_k", "∂E∂W=∏kξk"),
        ("z^(3)", "∂E∂W=z(3)?"),
    ],
)
def test_each_factor_has_its_shape_below_it(text, shown):
    assert "".join(ElementTree.fromstring(derive(text, BY_W).typeset).itertext()) == shown


@pytest.mark.parametrize(
    ("what", "indices", "error"),
    [
        (r"\frac{\partial E}{\partial W}", "k", "indices is 'k'; "),
        ("q", "k", "q is not a letter of this page"),
    ],
)
def test_a_goal_needs_an_index_to_each_axis(what, indices, error):
    with pytest.raises(ValueError, match=error):
        Goal(what, indices, layer, {"M_in": 5, "M_out": 3})
