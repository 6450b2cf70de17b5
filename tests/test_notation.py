"""The notation: what is written, what it is worth, what it is refuted by, and how an error points at its place."""

import random
import re

import numpy as np
import pytest

from nn_notes import notation

rng = np.random.default_rng(0)
z, W, b, delta, xi = (rng.normal(size=shape) for shape in (3, (3, 2), 2, 2, 2))
u = z @ W + b
T = np.einsum("i,kj->kij", z, np.eye(2))
V = {1: W, 2: rng.normal(size=(2, 4)), 3: rng.normal(size=(4, 3))}
LETTERS = {
    "z": z,
    "W": W,
    "b": b,
    "delta": delta,
    "xi": xi,
    "T": T,
    "e": np.eye(2)[..., None],
    "u": lambda z, W, b: z @ W + b,
    "f": lambda u: np.tanh(u),
    "z_next": lambda u: np.tanh(u),
    "g": lambda u: u * np.roll(u, 1),
    "E": lambda z_next: (z_next**2).sum(),
    "E_MSE": 7.0,
    "V": V,
    "y": lambda layer, V, y: z if layer == 0 else y[layer - 1] @ V[layer],
    "theta_star": 5.0,
    "h": 0.1,
    "i": 1j,
    "n": 1,
    "N": (b, W),
    "p": 3.0,
    "p_next": 4.0,
    "r": lambda s: abs(s),
    "s": 0.0,
    "v": lambda u: np.linalg.inv(u),
    "the count": 6,
}
KNOWN = ", ".join(LETTERS).replace("_next", "'")
SLOPE = 1 - np.tanh(u) ** 2
dE_du = 2 * np.tanh(u) * SLOPE


# What is written, its value for each value of its indices, and their names.
@pytest.mark.parametrize(
    ("text", "value", "names"),
    [
        # Numbers, sums and powers.
        ("2", 2, ""),
        ("1.5 + 2 - 3", 0.5, ""),
        ("-p", -3, ""),
        ("2p", 6, ""),
        ("p^2", 9, ""),
        ("p^{-1}", 1 / 3, ""),
        (r"(W^\top W)^{-1}", np.linalg.inv(W.T @ W), ""),
        ("2/p", 2 / 3, ""),
        (r"\frac12", 0.5, ""),
        (r"\frac2p", 2 / 3, ""),
        (r"\frac1.5p", 0.5, ""),
        (r"\frac{1+p}{2}\,p", 6, ""),
        (r"\tfrac1p z", z / 3, ""),
        ("p(p - 1)", 6, ""),
        (r"p\big(p - 1\big)^2", 12, ""),
        ("p^2(p - 1)", 18, ""),
        (r"W(\xi)^\top", W @ xi[:, None], ""),
        (r"f(u)^\top", np.tanh(u)[:, None], ""),
        ("f^2(u)^3", np.tanh(u) ** 6, ""),
        ("|1 - p|", 2, ""),
        (r"e^{2p}", np.exp(6), ""),
        (r"\log p", np.log(3), ""),
        (r"\log(1+p)^2", np.log(4) ** 2, ""),
        (r"\sqrt{p}", np.sqrt(3), ""),
        (r"\max(0, z)", np.maximum(0, z), ""),
        (r"\operatorname{Im}\,(p + ih)", 0.1, ""),
        (r"\lVert z\rVert^2", z @ z, ""),
        (r"\lvert z\rvert^2", z**2, ""),
        # Rows, columns and matrices.
        ("z", z, ""),
        ("zW + b", u, ""),
        (r"z^\top", z[:, None], ""),
        (r"z^{\top}", z[:, None], ""),
        (r"z^\top\xi", np.outer(z, xi), ""),
        (r"z z^\top", z @ z, ""),
        (r"W \xi^\top", W @ xi[:, None], ""),
        (r"W\xi", W @ xi, ""),
        (r"\xi W^\top", xi @ W.T, ""),
        (r"\xi T", np.einsum("k,kij->ij", xi, T), ""),
        (r"\mathrm{diag}(\xi)", np.diag(xi), ""),
        (r"\delta\odot\xi\,p", delta * xi * 3, ""),
        (r"z \otimes W", np.concatenate([z_a * W for z_a in z], axis=1), ""),
        (r"z^\top \otimes W", np.concatenate([z_a * W for z_a in z]), ""),
        (r"W \otimes \xi", [[W[a, c] * x for c in range(2) for x in xi] for a in range(3)], ""),
        (r"p \otimes \xi", 3 * xi, ""),
        (r"\frac{\delta}{\xi}", delta / xi, ""),
        (r"1 - \xi", 1 - xi, ""),
        (r"\begin{pmatrix} 1 & p \\ 0 & 2 \end{pmatrix}", [[1, 3], [0, 2]], ""),
        (r"\begin{pmatrix} 1 \\ p \end{pmatrix}", [[1], [3]], ""),
        (r"\begin{pmatrix} 1 & p \end{pmatrix}", [1, 3], ""),
        # Indices.
        ("z_k", z, "k"),
        ("W_{kj}", W, "kj"),
        ("W_{jk}", W, "jk"),
        (r"W_{k:}", W, "k"),
        (r"W_{:j}", W.T[..., None], "j"),
        (r"W_{:j}^\top", W.T, "j"),
        (r"W_j", W, "j"),
        ("W_{2j}", W[2], "j"),
        ("W_{k,0}", W[:, 0], "k"),
        ("W_{n+1,j}", W[2], "j"),
        ("W_{nj}", W[1], "j"),
        (r"T_{k::}", T, "k"),
        (r"T_{:a:}", T.transpose(1, 0, 2), "a"),
        ("T_{kak}", np.einsum("kak->ka", T), "ka"),
        ("e_j", np.eye(2)[..., None], "j"),
        (r"e_j^\top", np.eye(2), "j"),
        ("(zW)_j", z @ W, "j"),
        ("z_aW_{aj}", z[:, None] * W, "aj"),
        (r"\sum_az_aW_{aj}", z @ W, "j"),
        (r"\sum_{aj} W_{aj}", W.sum(), ""),
        (r"\sum_a\sum_j W_{aj}\,p", 3 * W.sum(), ""),
        (r"\sum_a z_a + p", z.sum() + 3, ""),
        (r"\sum_{a=0}^{2} a\,z_a", z[1] + 2 * z[2], ""),
        (r"\sum_{a=1}^{0} z_a", 0, ""),
        (r"\prod_a z_a", z.prod(), ""),
        (r"\prod_aW_{aj}\,p", (3 * W).prod(axis=0), "j"),
        (r"\log\prod_j e^{u_j}", u.sum(), ""),
        ("z_a[a=c]z_c", np.diag(z * z), "ac"),
        (r"\xi_k[k \ne j]\delta_j", xi[:, None] * delta * (1 - np.eye(2)), "kj"),
        ("[z>0]", (z > 0) * 1.0, ""),
        (r"\operatorname*{arg\,min}_a z_a", z.argmin(), ""),
        (r"\arg\min_a z_a", z.argmin(), ""),
        # Names.
        ("z'", np.tanh(u), ""),
        ("z'_k", np.tanh(u), "k"),
        (r"\mathbf z", z, ""),
        ("E_{MSE}", 7, ""),
        (r"\theta^\star + \theta^*", 10, ""),
        ("N_a", b, "a"),
        ("N_{ac}", W, "ac"),
        ("V^{(2)}", V[2], ""),
        (r"V^{(n)}_{ac}", W, "ac"),
        (r"V^{(n+1)\top}", V[2].T, ""),
        ("V^{(n+1)T}", V[2].T, ""),
        ("y^{(2)}", z @ W @ V[2], ""),
        # Functions, and letters that only stand before a bracket.
        ("f(u)", np.tanh(u), ""),
        ("f(u_j)", np.tanh(u), "j"),
        ("f(u)_j", np.tanh(u), "j"),
        ("f_j(2u)", np.tanh(2 * u), "j"),
        ("f^2(u)", np.tanh(u) ** 2, ""),
        ("f'(u)", SLOPE, ""),
        ("f'(u_j)", SLOPE, "j"),
        ("f'", SLOPE, ""),
        ("f'_j", SLOPE, "j"),
        ("u_j(1 - u_j)", u * (1 - u), "j"),
        # Derivatives.
        (r"\frac{\partial u}{\partial z}", W.T, ""),
        (r"\frac{\partial u_j}{\partial z_a}", W.T, "ja"),
        (r"\frac{\partial u}{\partial z_a}", W[..., None], "a"),
        (r"\frac{\partial u_j}{\partial z}", W.T, "j"),
        (r"\frac{\partial u}{\partial W}", T, ""),
        (r"\frac{\partial z'_j}{\partial u_j}", SLOPE, "j"),
        (r"\partial E/\partial u", dE_du, ""),
        (r"\frac{\partial E}{\partial u}\frac{\partial u}{\partial W}", np.outer(z, dE_du), ""),
        (r"\frac{\partial}{\partial z_a}\sum_j u_j", W.sum(axis=1), "a"),
        (r"\frac{\partial y^{(2)}}{\partial V^{(1)}}", np.einsum("a,bc->cab", z, V[2]), ""),
        (r"\frac{\partial y^{(2)}}{\partial y^{(1)}}\cdots\frac{\partial y^{(1)}}{\partial y^{(0)}}", V[2].T @ W.T, ""),
        (
            r"\underbrace{\partial y^{(3)}/\partial y^{(2)}}_{(3,\,4)}\cdots\frac{\partial y^{(1)}}{\partial y^{(0)}}",
            V[3].T @ V[2].T @ W.T,
            "",
        ),
        (
            r"\sum_{\text{all indices of } u} \frac{\partial E}{\partial u}\frac{\partial u}{\partial W}",
            np.outer(z, dE_du),
            "",
        ),
        (r"\nabla_u E", dE_du, ""),
        (r"\nabla E", 2 * np.tanh(u), ""),
        # The plain spelling.
        ("z W + b", u, ""),
        ("z^T xi", np.outer(z, xi), ""),
        ("W xi^T", W @ xi[:, None], ""),
        ("sum_k xi_k T_kac", np.einsum("k,kac->ac", xi, T), "ac"),
        ("delta odot f'(u)", delta * SLOPE, ""),
        ("delta * p", delta * 3, ""),
        ("diag(f'(u)) W^T", np.diag(SLOPE) @ W.T, ""),
        ("W_a:", W, "a"),
        ("y^(1) W^T", z @ W @ W.T, ""),
        ("V^(2)^T", V[2].T, ""),
        ("W_2c u_c", W[2] * u, "c"),
        ("exp(p) + log(p)", np.exp(3) + np.log(3), ""),
    ],
)
def test_what_is_written_has_its_value(text, value, names):
    found = notation.evaluate(text, LETTERS)
    assert "".join(found.names) == names
    np.testing.assert_allclose(found.array, value, rtol=1e-12, atol=1e-12)
    assert found.array.shape == np.shape(value)


# What holds, and how many comparisons that takes.
@pytest.mark.parametrize(
    ("text", "comparisons"),
    [
        ("u = zW + b", 1),
        ("u_j = (zW)_j + b_j = u_j", 3),
        ("u = u_j", 1),
        (r"u = zW + b \qquad\text{or}\qquad p = 3, \qquad 2 < p > 1", 4),
        (r"\begin{gathered} p = 3 \\[1ex] p \ge 3 \end{gathered}", 2),
        (r"\begin{aligned} p &= 3 \\ z' &= f(u) \end{aligned}", 2),
        (r"\boxed{\;p = 3\;}", 1),
        (r"\underbrace{zW}_{(2,)} + \underbrace{b}_{(1,\,2)}", 2),
        (r"\overbrace{z}^{(3,)}", 1),
        (r"\underbrace{W^\top}_{(2,\,3)}", 1),
        (r"\underbrace{z^\top}_{(3,\,1)}", 1),
        (r"\underbrace{\xi}_{1\times2}\;\underbrace{T}_{2\times6}", 2),
        (r"\underbrace{W_{aj}}_{(3,\,2)}", 1),
        (r"\underbrace{W_{aj}}_{\text{one number}}", 1),
        (r"\underbrace{p}_{()}", 1),
        (r"\underbrace{z_a W_{aj}}_{W:\,(3,\,2)}", 1),
        (r"\underbrace{2p}_{\text{numbers in } W}", 1),
        (r"\underbrace{W}_{\text{axes of } z,\ \text{axes of } b}", 1),
        (r"\underbrace{f'(u)}_{1 - z'\odot z'}", 1),
        (r"\underbrace{p = 3}_{\text{for ever}}", 1),
        (r"\text{the count:}\quad 2p", 1),
        (r"E(z') \in \mathbb R", 1),
        (r"\underbrace{p}_{()} \leftarrow p + 1", 2),
        (r"a=c:\quad z_a = z_c", 1),
        (r"f(u + hb) = f(u) + hf'(u)\odot b + O(h^2)", 1),
        (r"\frac{f(u + hb) - f(u - hb)}{2h} = f'(u)\odot b + O(h^2) = b\odot f'(u) + O(h^2)", 2),
        # At first the later term is the larger one.
        (r"\frac{h^2}{100} + h^3 = 0 + O(h^2)", 1),
        (r"\frac{h^2}{100} - h^3 = 0 + O(h^2)", 1),
    ],
)
def test_what_holds_is_compared(text, comparisons):
    assert notation.judge(text, LETTERS) == comparisons


# What does not hold, what is said of it, and from where on the caret points.
@pytest.mark.parametrize(
    ("text", "problem", "place"),
    [
        ("p = 4", "this is off from the other side, by 0.25 of the largest entry", "4"),
        ("u = zW", "this is off from the other side, by … of the largest entry", "zW"),
        ("u_j = z_aW_{aj} + b_j", "… of the largest entry; on one side only stands a", "z_aW_{aj} + b_j"),
        ("p = 3 = 4", "this is off from the other side, by 0.25 of the largest entry", "4"),
        ("u = z", "this has shape (3,), and the other side shape (2,)", "z"),
        (r"u = u^\top", "this has shape (2, 1), and the other side shape (2,): one of them stands upright", r"^\top"),
        ("W_a = W_{aj}", "this has one number, and the other side shape (2,)", "W_{aj}"),
        ("u_j = zW + b_j", "this has shape (2,), and the other side one number", "zW + b_j"),
        ("p < 2", "this is not so", "2"),
        (r"z \in \mathbb R", "this is no number; it has shape (3,)", r"z \in \mathbb R"),
        (r"\underbrace{W}_{(2,\,3)}", "shape (2, 3) is claimed, and it has shape (3, 2)", r"(2,\,3)}"),
        (r"\underbrace{W}_{\text{a number}}", "one number is claimed, and it has shape (3, 2)", r"\text{a number}}"),
        (r"\underbrace{z_a}_{z:\,(2,)}", "shape (2,) is claimed, and it has shape (3,)", r"z:\,(2,)}"),
        (r"\underbrace{T}_{2\times5}", "shape (2, 5) is claimed, and it has shape (2, 6) as a matrix", r"2\times5}"),
        (r"\underbrace{p}_{\text{numbers in } W}", "there are 6, not 3.0", r"\text{numbers in } W}"),
        (r"\underbrace{b_j}_{\text{numbers in } W}", "there are 6, not [… …]", r"\text{numbers in } W}"),
        (
            r"\underbrace{W}_{\text{axes of } b}",
            "shape (2,) is claimed, and it has shape (3, 2)",
            r"\text{axes of } b}",
        ),
        (r"\underbrace{p}_{4}", "this is off from the other side, by 0.25 of the largest entry", "4}"),
        (r"f(u + hb) = f(u) + O(h^2)", "what is left goes with the power 0.50 of this", "O(h^2)"),
        (r"f(u + hb) = f(u) + O(h^3)", "what is left goes with the power 0.33 of this", "O(h^3)"),
        (r"\frac{h^2}{100} + h^3 = 0 + O(h^3)", "what is left goes with the power 0.68 of this", "O(h^3)"),
        ("h = h + O(h^2)", "what is left goes with the power inf of this", "O(h^2)"),
        ("f(u + hb) = z + O(h)", "this has shape (3,), and the other side shape (2,)", "z + O(h)"),
        (r"p \leftarrow p", "this is off from the other side, by 0.25 of the largest entry", "p"),
        ("\np = 3,\n\\qquad p = 4", "this is off from the other side, by 0.25 of the largest entry", "4"),
    ],
)
def test_what_does_not_hold_is_refuted_where_it_stands(text, problem, place):
    pointed(notation.Refuted, text, problem, place)


# What cannot be read or has no value, what is said of it, and from where on the caret points.
@pytest.mark.parametrize(
    ("text", "problem", "place"),
    [
        # It cannot be read.
        ("", "nothing is written here", ""),
        (r"\qquad", "nothing is written here", ""),
        ("u = ", "the formula ends where a letter, a number or a bracket is needed", ""),
        ("u + + b", "+ stands where a letter, a number or a bracket is needed", "+ b"),
        ("(z + b", "the formula ends where ) is needed", ""),
        ("z + b)", ") stands where a letter, a number or a bracket is needed", ")"),
        (r"\frac{z", "the formula ends where } is needed", ""),
        (r"\frac^2", "^ stands where a letter, a number or a brace is needed", "^2"),
        (r"\frac{\partial u}{z}", "z stands where partial is needed", "z}"),
        (r"\nabla_2 E", "what is nudged needs to be a letter", "2 E"),
        (r"\frac{\partial u}{\partial f(u)}", "what is nudged needs to be a letter", "f(u)}"),
        (r"\underbrace{z}_{\text{so", "the formula ends where } is needed", ""),
        (r"\underbrace{z}_{\text{so} \frac", "the formula ends inside a brace", ""),
        ("z_{}", "an index is needed here", "}"),
        ("z; b", "';' has no meaning here", "; b"),
        ("__import__('os')", "_ stands where a letter, a number or a bracket is needed", "__import__('os')"),
        ("z if u else b; exit()", "';' has no meaning here", "; exit()"),
        (500 * "(", "this is too deep: too many brackets, one inside the other", 500 * "("),
        (r"\sum_2 z_2", "a sum runs over letters", "2 z_2"),
        (r"\prod_2 z_2", "a product runs over letters", "2 z_2"),
        (r"\arg z", "z stands where min is needed", "z"),
        (r"p \in \mathbb C", "only R is known here", "C"),
        (
            r"\begin{pmatrix} 1 = 2 \end{pmatrix}",
            "= stands where the end of the matrix is needed",
            r"= 2 \end{pmatrix}",
        ),
        (r"\underbrace{z}_{z:\,(3)}", "a shape needs a comma, as (3,) has one", ")}"),
        (r"\underbrace{z}_{(,)}", ", stands where a letter, a number or a bracket is needed", ",)}"),
        (r"\underbrace{z}_{W:\,(3,\,2)}", "W does not stand in this brace", r"W:\,(3,\,2)}"),
        (r"z_\leftarrow", "leftarrow stands where a letter, a number or a brace is needed", r"\leftarrow"),
        # A letter that is none, or not so.
        ("z + q", f"q is not a letter of this page; its letters are {KNOWN}", "q"),
        (r"z \foo b", f"foo is not a letter of this page; its letters are {KNOWN}", r"\foo b"),
        ("V", "V has layers, and the one that is meant stands behind ^: write V^(1)", "V"),
        ("y(z)", "y has layers, and the one that is meant stands behind ^: write y^(1)", "y(z)"),
        ("zV(2)", "V has layers, and the one that is meant stands behind ^: write V^(1)", "V(2)"),
        ("y^(-1)", "there is no such layer here", "y^(-1)"),
        ("f^(1)(u)", "f has no layers", "f^(1)(u)"),
        ("z^{(1)}", "z has no layers", "z^{(1)}"),
        ("V^{(4)}", "V has no layer 4 here; it has 1, 2, 3", "V^{(4)}"),
        ("y^{(4)}", "V has no layer 4 here; it has 1, 2, 3", "y^{(4)}"),
        ("V^{(p/2)}", "this needs to be a whole number", "/2)}"),
        ("u'", "a slope needs one prime and one argument", "u'"),
        ("f''(u)", "a slope needs one prime and one argument", "f''(u)"),
        ("v", "this has no value: …", "v"),
        (r"\partial r/\partial s", "the witness cannot measure this: …", r"\partial r/\partial s"),
        ("g'", "g mixes the entries of what it gets, so that there is no g'", "g'"),
        ("g'(u)", "g mixes the entries of what it gets, so that there is no g'", "g'(u)"),
        ("p(u, b)", "p is no function here; factors stand side by side", "p(u, b)"),
        ("2 zip(u, b)", "zip is no function here; factors stand side by side", "zip(u, b)"),
        (r"2\xi(u, b)", "xi is no function here; factors stand side by side", r"\xi(u, b)"),
        ("pq(u)", f"pq is no function here, and q is not a letter of this page; its letters are {KNOWN}", "q(u)"),
        ("pq", f"q is not a letter of this page; its letters are {KNOWN}", "q"),
        (r"\,xi", r"where a formula has \, xi is written \xi", "xi"),
        (r"\xi odot \xi", r"where a formula has \, odot is written \odot", r"odot \xi"),
        ("f(u, b)", "this has 2 arguments; it needs 1", "f(u, b)"),
        ("N", "N has 1 or 2 indices", "N"),
        # Indices.
        ("z_{jk}", "2 indices are too many for shape (3,)", "z_{jk}"),
        ("z_7", "there is no entry 7 on an axis of length 3", "z_7"),
        ("z_j b_j", "j runs over 2 here, and over 3 elsewhere; an index has one range", "b_j"),
        (r"(W)_{aa}", "a runs over 3 and over 2 here; an index has one range", "_{aa}"),
        (r"(z)_a (b)_a", "a runs over 3 and over 2 here; an index has one range", "(z)_a (b)_a"),
        ("(z)_a = (b)_a", "a runs over 3 and over 2 here; an index has one range", "_a"),
        ("(z)_a < (b)_a", "a runs over 3 and over 2 here; an index has one range", "_a"),
        (r"\sum_k z_a", "this sum runs over k, which does not stand behind it", r"\sum_k z_a"),
        (r"\prod_k z_a", "this product runs over k, which does not stand behind it", r"\prod_k z_a"),
        ("z_a[a=k]", "k is neither a letter of this page nor an index of one", "k]"),
        ("z_a[a=a']", f"a' is not a letter of this page; its letters are {KNOWN}", "a']"),
        (r"a \ne a:\quad z_a = 7", "this is never so, and nothing would be left to hold", r"a \ne a:\quad z_a = 7"),
        (
            r"\sum_{\text{some of } u} z",
            "a sum runs over indices, or over all indices of a letter",
            r"\text{some of } u} z",
        ),
        (
            r"\sum_{\text{all indices of } u} z",
            "a sum over all indices needs two factors behind it",
            r"\sum_{\text{all indices of } u} z",
        ),
        (
            r"2\sum_{\text{all indices of } u} z b",
            "the last axes of shape (3,) are not the first of shape (2,)",
            r"\sum_{\text{all indices of } u} z b",
        ),
        ("[z>b]", "the sides differ in shape", "[z>b]"),
        ("[z]", "square brackets need two sides, as in [k=j]", "[z]"),
        (
            r"\operatorname*{arg\,min}_a W_{aj}",
            "arg min needs one number behind it to each a",
            r"\operatorname*{arg\,min}_a W_{aj}",
        ),
        # Shapes that do not meet.
        ("z W + z", "shape (2,) and shape (3,) cannot be added", "z"),
        ("z z", "a row does not meet a row; one has to be transposed, or odot between them", "z"),
        (r"\xi\xi", r"a row does not meet a row; one has to be transposed, or \odot between them", r"\xi"),
        (r"\xi W", "shape (2,) does not meet shape (3, 2): last axis and first need to be equal", "W"),
        (r"z \odot b", "shape (3,) and shape (2,) differ; entry by entry they need to be equal", r"\odot b"),
        (r"z_a \otimes W", r"\otimes takes whole arrays; something here has an index", r"\otimes W"),
        (r"T^\top", "this has shape (2, 3, 2); only a row, a column or a matrix has a transpose", r"^\top"),
        ("W^2", "a power needs a number or a row below, and a number above", "^2"),
        ("W^{-1}", "a matrix with shape (3, 2) and these entries has no inverse", "^{-1}"),
        (r"(W W^\top - W W^\top)^{-1}", "a matrix with shape (3, 3) and these entries has no inverse", "^{-1}"),
        (r"\mathrm{diag}(W)", "diag got shape (3, 2); it needs a row", r"\mathrm{diag}(W)"),
        (r"\log(1, 2)", "log has 2 arguments; it needs one", r"\log(1, 2)"),
        (r"\max(z, b)", "what max gets differs in shape", r"\max(z, b)"),
        (
            r"f(\begin{pmatrix}z\end{pmatrix})",
            "a matrix needs numbers, as many in each row",
            r"\begin{pmatrix}z\end{pmatrix})",
        ),
        (r"\cdots z", "dots need a factor on either side", r"\cdots z"),
        (r"z\cdots u", "dots need the same factor on either side, in layers that go down", r"\cdots u"),
        (r"\nabla(zW)", "the nabla needs a function behind it, or a letter below", r"\nabla(zW)"),
        # Numbers.
        (r"\log(0)", "this is not finite", r"\log(0)"),
        ("9^{9^{9^9}}", "this is not finite", "^{9^9}}"),
        (
            r"\sum_{a=1}^{999999999} 1",
            "this sum has 999,999,999 terms; 1,000 are too many",
            r"\sum_{a=1}^{999999999} 1",
        ),
        (
            " ".join(f"z_{index}" for index in "abcdfghjklmoq"),
            "this would have 1,594,323 numbers; 1,000,000 are too many",
            " ".join(f"z_{index}" for index in "abcdfghjklmoq"),
        ),
        # Nothing that could be wrong.
        (r"p \mathbb R", "the real numbers have no value; something needs to be one of them", r"\mathbb R"),
        (r"p \in z", "only the real numbers are known to have something in them", "z"),
        (r"p \in \mathbb R = p", "nothing comes after a set", "p"),
        ("f(hu) = 0 + O(h^0)", "O(...) needs to go to zero with h", "O(h^0)"),
        ("f(hu) = O(hu)", "O(...) has no value; it can only be a term on a side of an equation", "O(hu)"),
        ("f(hu) = 0 + O(hu)", "O(...) needs one number, and not 0", "O(hu)"),
        ("f(hu) = 0 + O(1)", "O(...) needs a letter that goes to zero", "O(1)"),
        (r"2z \leftarrow z", "what an arrow gives a value needs to be a letter", r"2z \leftarrow z"),
        ("O(h)", "O(...) has no value; it can only be a term on a side of an equation", "O(h)"),
        ("zW", "this says nothing that could be wrong; it needs an = or a shape", "zW"),
    ],
)
def test_an_error_points_at_its_place(text, problem, place):
    pointed(notation.NotationError, text, problem, place)


def pointed(kind, text, problem, place):
    with pytest.raises(kind) as error:
        notation.judge(text, LETTERS)
    said, line, caret = str(error.value).split("\n")
    # Dots stand for what is left out.
    assert all(part in said for part in problem.split("…")) and (said == problem or "…" in problem), said
    assert line[2:] in text.split("\n")
    assert line[caret.index("^") :] == place


# Formulas of every kind, to be garbled.
SOUND = [
    r"\underbrace{\frac{\partial E}{\partial W}}_{(3,\,2)} = \underbrace{z^\top}_{(3,\,1)}\,\partial E/\partial u",
    r"f(u + hb) = f(u) + hf'(u)\odot b + O(h^2) \qquad\text{so}\qquad p \in \mathbb R, \; z \leftarrow z",
    r"\frac{\partial u_k}{\partial W_{ac}} = z_a\,[k=c] = \sum_{k} T_{kac}\,\xi_k \quad \nabla E(z') = \max(0, z_a)",
    r"V^{(n+1)\top}\cdots V^{(1)} + \begin{pmatrix} 1 & p \\ e^{2} & |p| \end{pmatrix}_{a:}",
    r"\text{the count:} \sum_{a=1}^{2} a - \log\prod_k p_k",
    r"z \otimes W = \xi \otimes z^\top",
    r"\overbrace{W_{:j}^\top}^{\text{axes of } z}\;\lVert z\rVert^2 \log\big(1+p\big)/2 = \underbrace{T}_{2\times6}",
    r"a=c:\quad W_{aj} = W_{cj} \qquad \theta^\star < 5, \; \boxed{\operatorname*{arg\,min}_a z_a = 1}",
    "sum_k xi_k T_kac - W_:c^T delta odot exp(p) / 2",
]


@pytest.mark.parametrize("seed", range(len(SOUND)))
def test_whatever_is_typed_is_judged_or_told_what_is_wrong(seed):
    chance = random.Random(seed)
    signs = [sign for text in SOUND for sign in SIGN.findall(text)]
    for _ in range(200):
        text = SIGN.findall(SOUND[seed])
        for _ in range(chance.randint(0, 4)):
            at = chance.randrange(len(text))
            text[at : at + chance.randint(0, 2)] = chance.choices(signs, k=chance.randint(0, 2))
            text = text or ["z"]
        try:
            notation.judge("".join(text), LETTERS)
        except (notation.NotationError, notation.Refuted) as error:
            assert str(error).endswith("^")


SIGN = re.compile(r"\\[a-zA-Z]+|.")


def test_an_equation_has_no_value():
    with pytest.raises(notation.NotationError, match="this is no single expression"):
        notation.evaluate("u = zW + b", LETTERS)


# On a page (3, 2) may stand for widths that are others in an example.
@pytest.mark.parametrize(("sizes", "holds"), [({5: 3, 7: 2}, True), ({5: 2, 7: 3}, False), ({3: 3, 2: 2}, False)])
def test_widths_may_go_by_other_numbers(sizes, holds):
    text = r"\underbrace{W}_{(5,\,7)} \underbrace{\xi^\top}_{(7,\,1)}"
    if holds:
        assert notation.judge(text, LETTERS, sizes) == 2
    else:
        with pytest.raises(notation.Refuted):
            notation.judge(text, LETTERS, sizes)


def test_a_formula_that_is_read_is_what_it_says_wherever_it_stands():
    assert notation.read("z W") == notation.read("  z\\,W") != notation.read("W z")
