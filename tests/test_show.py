"""Arrays as a person reads them: every number truly, and of large arrays the corners."""

import re

import numpy as np
import pytest

from nn_notes import data, show

BIG = np.arange(2000.0)


@pytest.mark.parametrize(
    ("x", "digits", "text"),
    [
        (0.0, 2, "0"),
        (-0.0, 2, "0"),
        (-0.004, 2, "0.00"),
        (-0.006, 2, "−0.01"),
        (1234.5, 1, "1234.5"),
        (99999999.0, 2, "99999999.00"),
        (-1e8, 2, "−1.000e+08"),
        (1e300, 0, "1.000e+300"),
        (123456789012.0, 5, "1.23457e+11"),
        (np.nan, 2, "NaN"),
        (np.inf, 2, "∞"),
        (-np.inf, 2, "−∞"),
    ],
)
def test_a_number_is_written_as_it_is(x, digits, text):
    assert show.number(x, digits) == text
    assert show.cells([x], digits=digits)[0][0] == text


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (-1234.5, "−1.23e+03"),
        (-1.5e-7, "−1.5e−07"),
        (0.333333, "0.333"),
        (np.nan, "NaN"),
        (-np.inf, "−∞"),
    ],
)
def test_significant_digits(x, text):
    assert show.significant(x) == text


def test_typeset_infinity_nan_and_powers_of_ten():
    text = show.show({"a": [-np.inf, np.nan, -2.5e300]})._repr_latex_()
    assert r"-\infty & \text{NaN} & -2.500\cdot10^{300}" in text


@pytest.mark.parametrize("a", [[], np.ones((0, 3)), np.ones((3, 0))], ids=lambda a: str(np.shape(a)))
def test_an_empty_array_is_its_shape(a):
    html = show.table("x", a)
    assert f"x <small>{np.shape(a)}</small>" in html and "<td" not in html
    assert show.cells(a) == []
    assert f"shape {np.shape(a)}" in repr(show.show({"a": a}))


# Large arrays


def test_the_digits_are_shown_by_their_corners():
    X, T = data.digits().train
    shown = show.show({"X": X, "T": T})
    text, typeset = repr(shown), shown._repr_latex_()
    # It was 956 KiB for all of the images, which keeps a page busy for a minute.
    assert len(typeset) < 2000 and len(text) < 2000
    assert "X: shape (1197, 64)" in text and "_{(1197, 64)}" in typeset
    assert len(show.table("X", X)) < 7000 and "(1197, 64)" in show.table("X", X)
    first, *_, last = text.splitlines()[1:8]
    assert first.split() == [*(show.number(x) for x in X[0, :3]), "…", *(show.number(x) for x in X[0, -3:])]
    assert last.split() == [*(show.number(x) for x in X[-1, :3]), "…", *(show.number(x) for x in X[-1, -3:])]


@pytest.mark.parametrize(
    ("shape", "entries"),
    [
        ((1000,), 1000),
        ((1001,), 6),
        ((10, 100), 1000),
        ((2, 1000), 2 * 6),
        ((1000, 7), 6 * 7),
        ((7, 143), 7 * 6),
        ((3, 400, 2), 3 * 6 * 2),
        ((4, 400, 2), 2 * 6 * 2),
        ((20, 64, 10), 2 * 36),
        ((5, 6, 64, 10), 4 * 36),
        ((2, 3, 20, 20), 6 * 36),
    ],
    ids=str,
)
def test_beyond_a_thousand_entries_the_corners_are_shown(shape, entries):
    a = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
    shown = show.show({"a": a})
    text, typeset = repr(shown), shown._repr_latex_()
    lines = [line for line in text.splitlines()[1:] if "slice" not in line]
    seen = [float(x) for line in lines for x in line.split() if x != "…"]
    assert len(seen) == entries == len(set(seen))
    in_latex = re.sub(r"_\{[^}]*\}|underset\{[^}]*\}|\[1ex\]", "", typeset)
    assert [float(x) for x in re.findall(r"\d+", in_latex)] == seen
    # The first and the last are among them, and dots where something is left out.
    assert (seen[0], seen[-1]) == (1, np.prod(shape))
    assert ("…" in text) == (r"dots" in typeset) == (entries < np.prod(shape))


def test_a_slice_keeps_its_index_where_others_are_left_out():
    text = repr(show.show({"T": np.ones((5, 6, 64, 10))}))
    assert re.findall("slice (.*)", text) == ["0, 0", "0, 5", "4, 0", "4, 5"]
    typeset = show.show({"T": np.ones((20, 64, 10))})._repr_latex_()
    assert re.findall(r"underset\{\[(.*?)\]", typeset) == ["0", "19"] and r"\;\cdots\;" in typeset


def test_colours_do_not_overflow(recwarn):
    cells = show.cells([1e308, -1e308, 1e-320, 0.0, np.nan, np.inf, -np.inf], scale=1e-300)
    assert [place for _, place in cells] == [102, 101, 50, 50, 50, 102, 101] and not recwarn


@pytest.mark.parametrize("x", [-3.0, -1.0, -0.01, 0.0, 0.5, 2.0])
def test_a_number_has_one_colour_wherever_it_stands(x):
    ((_, place),) = show.cells([x])
    found = re.match(r"background:(#.{6})(..)( linear-gradient[^;]* no-repeat)?;color:(.*?);", show.PALETTE[place])
    end, share, cut, ink = found.groups()
    # On white paper it is the colour that it has in a picture.
    ends, share = np.array([[*bytes.fromhex(c[1:])] for c in (end, show.ZERO)]), int(share, 16) / 255
    drawn = [*bytes.fromhex(show.colour(x, 2.0)[1:])]
    np.testing.assert_allclose([share, 1 - share] @ ends, drawn, atol=1)
    assert ink == {"#000": "var(--nn-ink,inherit)", "#fff": "#fff"}[show.ink(x, 2.0)]
    assert (show.colour(x, 2.0) == show.ZERO) == (abs(x) < 0.02) and bool(cut) == (abs(x) > 2)


def test_a_legend_says_what_colours_mean_and_nothing_where_there_are_none():
    legend = show.legend(4.0)
    assert re.sub("<[^>]*>", "", legend) == ""
    for words in ("Blue is negative, orange is positive", "A cut corner is beyond", '"−4.0"', '"4.0"'):
        assert words in legend


# Beyond two axes


def test_a_slice_is_typeset_with_its_indices():
    text = show.show({"T": np.ones((2, 3, 2, 2))})._repr_latex_()
    assert re.findall(r"underset\{\[(.*?)\]", text) == [f"{a},{b}" for a in range(2) for b in range(3)]
    text = show.show({"T": np.ones((2, 3, 2))})._repr_latex_()
    assert re.findall(r"underset\{\[(.*?)\]", text) == ["0", "1"]


def test_bold_letters_are_plain_where_nothing_is_typeset():
    assert repr(show.show({r"\frac{\partial \mathbf y}{\partial x}": 2.0})).startswith("∂y/∂x: a number")
