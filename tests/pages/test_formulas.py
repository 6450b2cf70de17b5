"""What is proved is what people read: each displayed formula is read from its page's text, and judged on examples.

Every side of every = is held to all others, and every shape below a brace to what it is about; what the letters mean is
in ``tests/support/letters.py``.
"""

import numpy as np
import pytest
from build import NOTEBOOKS
from displayed import UNREAD, displayed, withstood
from letters import BENDS, PAGES, examples
from test_equations import PROMISED

from nn_notes import notation, numeric

TEXTS = {path.name[:2]: path.read_text(encoding="utf-8") for path in sorted(NOTEBOOKS.glob("text/[0-9]*.md"))}
FORMULAS = [formula for page, text in TEXTS.items() for formula in displayed(page, text)]
NUMBERED = {formula.number: formula for formula in FORMULAS if formula.numbered}


@pytest.mark.parametrize("formula", [formula for formula in FORMULAS if not formula.unread], ids=str)
def test_formulas_hold_as_they_are_written(formula):
    assert len(withstood(formula, formula.latex)) >= 20


@pytest.mark.parametrize("formula", [formula for formula in FORMULAS if formula.unread], ids=str)
def test_what_is_not_judged_cannot_be(formula):
    assert not formula.numbered
    with pytest.raises(notation.NotationError):
        withstood(formula, formula.latex)


def test_every_numbered_equation_is_here_and_few_formulas_are_not_judged():
    assert {*NUMBERED} == {f"{int(page)}.{n}" for page, many in PROMISED.items() for n in range(1, many + 1)}
    assert len(UNREAD) == sum(formula.unread for formula in FORMULAS) <= 6


@pytest.mark.parametrize("page", PAGES)
def test_widths_are_those_of_the_page_and_all_different_and_all_equal(page):
    number = next(number for number, formula in NUMBERED.items() if formula.page == page)
    own = PAGES[page].widths
    drawn = [[sizes[width] for width in own.values()] for _, sizes in examples(page, number, "")]
    assert list(own.values()) in drawn
    assert sum(len(set(widths)) == len(own) for widths in drawn) >= 10
    assert sum(len(set(widths)) == 1 for widths in drawn) >= 5


def test_a_bend_has_a_jacobian_that_is_not_symmetric():
    u = np.random.default_rng(0).normal(size=4)
    assert any(np.abs(J - J.T).max() > 0.1 for J in (numeric.jacobian(bend, u) for bend in BENDS))


# What is easily mistyped: the equation, what stands there, and what might.
@pytest.mark.parametrize(
    ("number", "right", "wrong"),
    [
        ("0.1", r"2x", r"x"),
        ("0.8", r"X_{bc}", r"X_{cb}"),
        ("0.10", r"\frac{\partial r}{\partial y}", r"\frac{\partial y}{\partial r}"),
        ("0.11", r"D_{ba}", r"D_{ab}"),
        ("1.1", r"W_{ij}", r"W_{ji}"),
        ("1.2", r"W^\top", r"W"),
        ("1.6", r"[k=l]", r"[k=k]"),
        ("1.6", r"f'(u_k)", r"f'(-u_k)"),
        ("1.7", r"E(z^{(L)}, t)", r"z^{(L)}"),
        ("2.1", r"O(\lVert\Delta\rVert^2)", r"O(\lVert\Delta\rVert^3)"),
        ("2.3", r"W^\top", r"W"),
        ("2.3", r"\underbrace{F}", r"\underbrace{F^\top}"),
        ("2.4", r"W_{i:}^\top", r"W_{i:}"),
        ("2.5", r"W_{:j}^\top", r"W_{:j}"),
        ("2.7", r"\odot", r"\cdot"),
        ("2.9", r"O(h^2)", r"O(h)"),
        ("2.9", r"{2h}", r"{h}"),
        ("2.10", r"\operatorname{Im}", r"\operatorname{Re}"),
        ("2.11", r"\underbrace{e_b}", r"\underbrace{e_a}"),
        ("2.11", r"\frac{\partial y}{\partial x_b}}", r"\frac{\partial y_b}{\partial x}}"),
        ("2.12", r"e_a^\top", r"e_a"),
        ("2.12", r"\frac{\partial y_a}{\partial x}}", r"\frac{\partial y}{\partial x_a}}"),
        ("2.13", r"+ c\,\frac", r"+ \frac"),
        ("3.2", r"\underbrace{z}", r"\underbrace{z'}"),
        ("3.5", r"z^\top", r"z"),
        ("3.7", r"z_i", r"z_j"),
        ("3.7", r"T_{kij}", r"T_{kji}"),
        ("3.7", r"z_i}_{(5,)}\;\underbrace{[k=j]}", r"z_j}_{(5,)}\;\underbrace{[k=i]}"),
        ("3.9", r"F_{kj}", r"F_{jk}"),
        ("3.10", r"\underbrace{z^\top}_{(5,\,1)}\;\underbrace{\xi}_{(1,\,3)}", r"\xi^\top z"),
        ("3.11", r"M_{out}^2", r"M_{out}"),
        ("3.12", r"\underbrace{z}_{(5,)}\otimes\underbrace{I}_{(3,\,3)}", r"I\otimes z"),
        ("3.12", r"\underbrace{F}_{(3,\,3)}", r"F^\top"),
        ("4.1", r"z^{(L-1)}", r"z^{(L)}"),
        ("4.2", r"(M_{\ell+1},\,M_\ell)", r"(M_{L-1},\,M_\ell)"),
        ("4.4", r"W^{(\ell+1)\top}", r"W^{(\ell+1)}"),
        ("4.4", r"F^{(\ell+1)}", r"F^{(\ell)}"),
        ("4.6", r"z^{(\ell-1)\top}", r"z^{(\ell)\top}"),
        ("4.8", r"f'(u^{(\ell)})", r"f(u^{(\ell)})"),
        ("4.9", r"n_a\,n_{a+1}", r"n_a\,n_a"),
        ("4.10", r"\underbrace{\frac{\partial q}", r"\underbrace{\frac{\partial p}"),
        ("4.10", r"+ \underbrace", r"- \underbrace"),
        ("4.11", r"\underbrace{F}", r"\underbrace{F^\top}"),
        ("4.11", r"V^\top", r"V"),
        ("4.11", r"\underbrace{\delta'}_{(3,)} +", r"\underbrace{\delta}_{(3,)} +"),
        ("4.12", r"z^{(1)\top}", r"z^{(2)\top}"),
        ("4.12", r"z^{(0)\top}}_{(3,\,1)}\,\underbrace{\xi^{(1)}", r"z^{(0)\top}}_{(3,\,1)}\,\underbrace{\xi^{(2)}"),
        ("4.13", r"V^{-1}", r"V^\top"),
        ("4.13", r"{V^\top}", r"{V^{-1}}"),
        ("4.13", r"{R^{-1}}", r"{R}"),
        ("4.14", r"M_0 + 2", r"M_0 +"),
        ("4.14", r"M_{\ell-1} + 1", r"M_{\ell-1}"),
        ("5.1", r"- \gamma", r"+ \gamma"),
        ("5.2", r"\lVert\nabla J\rVert^2", r"\lVert\nabla J\rVert"),
        ("5.3", r"\frac1B", r"\frac2B"),
        ("5.4", r"Z^\top", r"Z"),
        ("5.4", r"(4,\,2)", r"(2,\,4)"),
        ("5.1", r"(26,)", r"(25,)"),
        ("5.5", r"\theta_{n^\star}", r"\theta_{0}"),
        ("5.5", r"(\theta_n)", r"(-\theta_n)"),
        ("5.6", r"(\theta_q-\theta^\star_q)", r"\theta_q"),
        ("5.6", r"\underbrace{H}", r"\tfrac12\,\underbrace{H}"),
        ("5.7", r"(1 - \gamma\lambda)", r"(1 - \gamma)"),
        ("5.8", r"- \gamma", r"+ \gamma"),
        ("5.8", r"+ \underbrace{v'}", r"+ \underbrace{v}"),
        ("5.9", r"N-B", r"N"),
        ("5.9", r"\frac{B(B-1)}", r"\frac{B^2}"),
        ("5.10", r"d^2 + m^2", r"d^2"),
        ("5.11", r"\beta & \beta", r"\beta & 1"),
        ("5.11", r"1-\gamma\lambda & -\gamma\lambda", r"1-\gamma\lambda & \gamma\lambda"),
        ("6.1", r"e^{-x}", r"e^x"),
        ("6.6", r"S_i\,\big([i=j]-S_j\big)", r"S_i(1-S_j)"),
        ("6.7", r"\underbrace{S^\top}_{(3,\,1)}\,\underbrace{S}_{(1,\,3)}", r"S\,S^\top"),
        ("6.9", r"x>0", r"x<0"),
        ("6.10", r"\underbrace{\delta S^\top}_{\text{one number}}", r"\delta \odot S"),
        ("6.11", r"S_i=1", r"S_i=2"),
        ("6.12", r"\sqrt{1-q}", r"\sqrt{q}"),
        ("6.12", r"\sigma'(2a)", r"\sigma'(a)"),
        ("6.13", r"b^{(1)}W^{(2)}+b^{(2)}}", r"b^{(1)}+b^{(2)}}"),
        ("6.13", r"\underbrace{W^{(1)}W^{(2)}}", r"\underbrace{W^{(2)}W^{(1)}}"),
        ("6.14", r"\mathrm{ReLU}(-x)", r"\mathrm{ReLU}(x)"),
        ("6.15", r"a_{k-1}", r"a_k"),
        ("6.15", r"(s_k - s_{k-1})", r"s_k"),
        ("6.16", r"M_{out}\;", r""),
        ("6.16", r"f'(u)^2", r"f'(u)"),
        ("6.17", r"\frac{1}{M_{out}", r"\frac{2}{M_{out}"),
        ("6.18", r"\alpha x,", r"x,"),
        ("6.19", r"\le0", r">0"),
        ("6.20", r"\underbrace{\Phi(x)}", r"\underbrace{\Phi(-x)}"),
        ("6.21", r"\varphi", r"\Phi"),
        ("6.22", r"\frac1\tau", r"\tau"),
        ("6.23", r"= -", r"= "),
        ("6.23", r"{\tau^2}", r"{\tau}"),
        ("7.2", r"= \frac2D\,", r"= \frac1D\,"),
        ("7.4", r"-\underbrace{\frac ty}", r"\underbrace{\frac ty}"),
        ("7.5", r"S - t", r"t - S"),
        ("7.7", r"e^{u_l-m}", r"e^{u_l}"),
        ("7.8", r"}{2s^2} + \log", r"}{s^2} + \log"),
        ("7.8", r"D\log\big(s\sqrt{2\pi}\big)", r"D\log\big(\sqrt{2\pi}\big)"),
        ("7.9", r"= \frac{D}{2s^2}", r"= \frac{D}{s^2}"),
        ("7.10", r"\prod_i y_i^{t_i}", r"\prod_i t_i^{y_i}"),
        ("7.11", r"= \frac2D\Big(", r"= \frac1D\Big("),
        ("7.11", r"\underbrace{S}_{(3,)} - \frac1B", r"\underbrace{S}_{(3,)} - "),
    ],
)
def test_a_slip_on_the_page_is_noticed(number, right, wrong):
    formula = NUMBERED[number]
    assert right in formula.latex
    with pytest.raises((notation.Refuted, notation.NotationError)):
        withstood(formula, formula.latex.replace(right, wrong))
