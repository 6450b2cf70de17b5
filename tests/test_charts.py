"""Charts: ticks that say where they stand, lines and dots in their places, and colours of their own."""

import re
from xml.etree import ElementTree

import charted
import numpy as np
import pytest

from nn_notes import charts
from nn_notes.charts import Axis, Chart, Dots, Line, colours, reaching
from nn_notes.show import NEGATIVE, POSITIVE

LEFT, WIDTH = charts.LEFT, charts.WIDTH


UNIT = Axis("a", 0, 1)


def chart(marks=(), x=UNIT, y=UNIT, **more):
    return Chart("A title", x, y, [*marks], "Words.", **more)


def drawn(*marks, **axes):
    """What is drawn of some lines or dots, on axes from 0 to 1."""
    return charted.marks([charts.svg(chart(marks, **axes))])


# Limits and colours


@pytest.mark.parametrize(
    ("limits", "values", "log", "expected"),
    [
        ((-1, 2), [0, 2], False, (-1, 2)),
        ((-1, 2), [0, 2.1], False, (-1, 3.5)),
        ((-1, 2), [-40, 0], False, (-47.5, 2)),
        ((-8, 8), [20, -20], False, (-32, 32)),
        ((-1, 2), [np.nan, np.inf, -np.inf], False, (-1, 2)),
        ((1e-3, 1e3), [1, 1e3], True, (1e-3, 1e3)),
        ((1e-3, 1e3), [2e3, 5e-6, 0, -1, np.inf], True, (1e-6, 1e4)),
        ((1e-3, 1e3), [0, -1], True, (1e-3, 1e3)),
    ],
)
def test_limits_reach_as_far_as_the_numbers(limits, values, log, expected):
    np.testing.assert_allclose(reaching(limits, np.array(values, float), log), expected)


@pytest.mark.parametrize("n", [1, 4, 5, 12])
def test_every_line_has_a_colour_of_its_own(n):
    assert len(set(colours(n))) == n and colours(4) == colours(n)[:4] + colours(4)[n:]
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in colours(n))
    # A line in the colour of a sign would look like one.
    assert not {*colours(n)} & {NEGATIVE, POSITIVE}


# Ticks

AXES = [
    (0, 1),
    (0, 4),
    (-1, 2),
    (-12, 12),
    (-1.15, 1.15),
    (-0.05, 1.1),
    (-1, 121),
    (0, 10**0.5),
    (-3.3, -3.1),
    (0, 99999),
    (-250_000, 1_000_000),
    (999_998, 1_000_005),
    (-1_000_003.5, -999_996.5),
    (0, 3e-5),
    (-3e-9, 2e-9),
    (1e-300, 7e-300),
    (-3e16, 5e16),
    reaching((-1, 2), [1.7e308, -1.7e308]),
    reaching((-1e308, 1e308), []),
]
LOG_AXES = [(1e-3, 1e3), (1e-7, 10), (1e-2, 10**0.5), (1, 10), (1e-3, 10), (1e-6, 1e8), (1e-300, 1e300)]


def placed(axis, value):
    """How far along an axis a number stands, as a part of it, in numbers that do not overflow."""
    low, high, value = (np.log10(x) if axis.log else np.longdouble(x) for x in (axis.low, axis.high, value))
    return float((value - low) / (high - low))


@pytest.mark.parametrize(
    "axis", [*(Axis("a", *ends) for ends in AXES), *(Axis("a", *ends, log=True) for ends in LOG_AXES)],
    ids=lambda axis: f"{axis.low:g} to {axis.high:g}{', log' * axis.log}",
)  # fmt: skip
def test_ticks_stand_where_they_say_within_the_axis(axis, recwarn):
    across, up = charted.ticks(charts.svg(chart([Line([0, 1], [0, 1])], x=axis, y=axis)))
    top, height = charts.TOP, charts.HEIGHT
    for ticks, start, length in [(across, LEFT, WIDTH), (up, top + height, -height)]:
        assert 2 <= len(ticks) <= 7 and len({text for _, text in ticks}) == len(ticks)
        for at, text in ticks:
            assert 0 <= (at - start) / length <= 1
            assert at == pytest.approx(start + length * placed(axis, charted.value(text)), abs=0.51)
    assert not recwarn


@pytest.mark.parametrize(
    ("axis", "texts"),
    [
        (Axis("a", 0, 1), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (Axis("a", -12, 12), ["−10", "−5", "0", "5", "10"]),
        (Axis("a", 1e-7, 10, log=True), ["10⁻⁷", "10⁻⁵", "0.001", "0.1", "10"]),
        (Axis("a", -3e-9, 2e-9), ["−3e−09", "−2e−09", "−1e−09", "0", "1e−09", "2e−09"]),
        (Axis("a", 999_998, 1_000_005), ["999998", "1000000", "1000002", "1000004"]),
    ],
    ids=str,
)
def test_ticks_are_round_numbers(axis, texts):
    across, _ = charted.ticks(charts.svg(chart(x=axis)))
    assert [text for _, text in across] == texts


@pytest.mark.parametrize("ends", AXES, ids=str)
def test_the_texts_of_ticks_keep_clear_of_each_other_and_of_the_name(ends):
    axis = Axis("a", *ends)
    texts = [*ElementTree.fromstring(charts.svg(chart(x=axis, y=axis))).iter("{http://www.w3.org/2000/svg}text")]
    for anchor, room in [("middle", WIDTH / 6), ("end", LEFT - 200)]:
        for text in (text for text in texts if text.get("text-anchor") == anchor and len(text.text) > 1):
            # A digit is 0.56 of the size of the letters.
            assert float(text.get("textLength", 0.56 * 115 * len(text.text))) <= room


# Lines and dots

NAN, INF = np.nan, np.inf
LOG = Axis("y", 1e-2, 1e2, log=True)


@pytest.mark.parametrize(
    ("x", "y", "axes", "pieces"),
    [
        ([0, 1], [0, 1], {}, [[(0, 1600), (2400, 0)]]),
        ([0, 0.5, 1], [0, 0, 0], {}, [[(0, 1600), (1200, 1600), (2400, 1600)]]),
        # It is broken where there is no number, and a single one has no line.
        ([0, 0.25, 0.5, 0.75, 1], [0, 0, NAN, 0, 0], {}, [[(0, 1600), (600, 1600)], [(1800, 1600), (2400, 1600)]]),
        ([0, 0.5, 1], [INF, 0, 1], {}, [[(1200, 1600), (2400, 0)]]),
        ([0, NAN, 1], [0, 0, 0], {}, []),
        ([], [], {}, []),
        # A logarithm has no place for zero or less.
        ([0, 0.5, 0.75, 1], [-1, 0, 1, 10], {"y": LOG}, [[(1800, 800), (2400, 400)]]),
        # As far as single precision counts in tenths.
        ([0, 1], [0, 1e300], {}, [[(0, 1600), (2400, -1e6)]]),
        ([0, 1], [-1e300, 1], {}, [[(0, 1e6), (2400, 0)]]),
        ([0.5, 0.5], [0, 1], {}, [[(1200, 1600), (1200, 0)]]),
    ],
)
def test_a_line_goes_through_its_places(x, y, axes, pieces, recwarn):
    (line,) = drawn(Line(x, y), **axes)
    assert [piece.tolist() for piece in line.pieces] == [[*map(list, piece)] for piece in pieces]
    assert line.goes_through(x, y) and not recwarn


@pytest.mark.parametrize(
    ("x", "y", "axes", "places"),
    [
        ([0, 1, 0.5], [0, 1, 0.5], {}, [(0, 1600), (2400, 0), (1200, 800)]),
        ([-0.01, 1.01, 0.5, 0.5, 0.5], [0, 0, -1, 1.01, 1], {}, [(1200, 0)]),
        ([0, 0.5, NAN, 0, 1], [NAN, INF, 0, -1e300, 0], {}, [(2400, 1600)]),
        ([0, 0.5, 1], [-1, 0, 1], {"y": LOG}, [(2400, 800)]),
        ([], [], {}, []),
        (0.5, [0, 1], {}, [(1200, 1600), (1200, 0)]),
    ],
)
def test_dots_stand_in_their_places_and_none_outside(x, y, axes, places, recwarn):
    (dots,) = drawn(Dots(x, y), **axes)
    assert [place for piece in dots.pieces for place in piece.tolist()] == [*map(list, places)]
    assert dots.goes_through(x, y) and not recwarn


def test_a_place_that_is_a_little_off_is_seen():
    x, y = np.linspace(0, 1, 5), np.array([0.2, 0.9, NAN, 0.4, 0.5])
    for mark in drawn(Line(x, y), Dots(x, y)):
        assert mark.goes_through(x, y)
        # Two tenths of a pixel.
        for off in (2 / 1600, -2 / 1600):
            assert not mark.goes_through(x, y + off * np.eye(5)[3])
        assert not mark.goes_through(x[:4], y[:4]) and not mark.goes_through(x, np.nan_to_num(y))


def test_lines_are_cut_off_at_the_frame_and_dots_stand_before_them():
    dots, line, other = Dots([0], [0], "#111111"), Line([0, 9], [0, 9], "#222222"), Line([0, 1], [1, 0], "#333333")
    svg = charts.svg(chart([dots, line, other]))
    assert [mark.looks for mark in drawn(dots, line, other)] == [
        {"line", "#222222"}, {"line", "#333333"}, {"dots", "#111111"},
    ]  # fmt: skip
    behind, before = ElementTree.fromstring(svg).findall("{http://www.w3.org/2000/svg}svg")
    # A frame in SVG hides what is outside, unless it says otherwise; half of a dot may be.
    assert behind.get("overflow") is None and before.get("overflow") == "visible"


@pytest.mark.parametrize(("width", "height"), [(2, 2), (8, 7), (1, 3), (1e-6, 1e-6)])
def test_a_square_chart_has_the_same_unit_on_both_axes(width, height):
    axes = {"x": Axis("x", 5, 5 + width), "y": Axis("y", -height, 0)}
    (line,) = drawn(Line([5, 5 + width], [-height, 0]), square=True, **axes)
    across, up = (abs(scale.unit) for scale in line.scales)
    assert across == pytest.approx(up, rel=2e-3)
    assert line.size[1] / line.size[0] == pytest.approx(height / width, rel=1e-3)
    assert drawn(Line([0, 1], [0, 1]))[0].size == (2400, 1600)


# What is built once, and what changes


@pytest.mark.parametrize(
    ("x", "y", "across", "up"),
    [
        (Axis("x", -8, 8), Axis("y", 0, 1), "560 2960 -8 8 0", "1900 300 0 1 0"),
        (Axis("length", 0.01, 10**0.5, True), Axis("y", -1e-5, 2), "560 2960 0.01 3.1622776601683795 1", "1900 300 -1"),
    ],
)
def test_a_dot_says_what_it_moves_and_the_axes_what_a_place_is(x, y, across, up):
    drawn = charts.svg(chart([Dots([1], [0.5], across='"x" 0', up="b"), Dots([1], [0.5])], x, y))
    first, second = re.findall('<path class="nn-mark"[^>]*>', drawn)
    assert 'data-across="&quot;x&quot; 0" data-up="b"' in first and "data-" not in second
    assert f'data-across="{across}" data-up="{up}' in drawn


def test_only_what_moves_is_no_part_of_the_outline():
    line, dots = Line([0, 1], [0, 1], "#111111", "one"), Dots([0], [0])
    first = charts.outline(chart([line, dots]))
    moved = [line._replace(x=[0, NAN, 1], y=[2, 3, 4]), dots._replace(x=[], y=[])]
    assert charts.outline(chart(moved, x=Axis("other", -1, 5), y=LOG)) == first
    for marks in ([line], [line, line], [dots, line._replace(color="#222222")], [line._replace(label="two"), dots]):
        assert charts.outline(chart(marks)) != first
    assert charts.outline(chart([line, dots])._replace(title="Another")) != first
    assert charts.outline(chart([line, dots], square=True)) != first


def test_the_outline_with_axes_and_paths_is_the_whole():
    one = chart([Dots([0.5], [0.5]), Line([0, 1], [0, 1]), Line([0, 1], [1, 0])])
    axes, paths = iter([charts.axes(one)]), iter(charts.paths(one))
    put = charted.AXES.sub(lambda found: found[1] + next(axes), charts.outline(one))
    assert charted.PATH.sub(lambda found: found[1] + next(paths), put) == charts.svg(one)


# Words


def text_of(svg):
    return [text.text for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("place", [(0, 0), (0.5, 1), (0.25, 0.75)])
def test_a_note_stands_beside_a_dot_in_its_place(place):
    x, y = place
    svg = charts.svg(chart([Dots(np.array([x]), np.array([y]))], notes=((x, y, "a < b"),)))
    (note,) = re.findall(r'<text x="(\d+)" y="(\d+)" opacity="0.75">a &lt; b</text>', svg)
    assert [*map(int, note)] == [LEFT + WIDTH * x, charts.TOP + charts.HEIGHT * (1 - y)]


def test_titles_names_labels_and_words_are_text():
    evil = "<script>\"'&amp;</script>"
    axis = Axis(evil, 0, 1)
    svg = charts.svg(Chart(evil, axis, axis, [Line([0, 1], [0, 1], label=evil)], evil))
    assert text_of(svg).count(evil) == 4 and "<script" not in svg
    assert ElementTree.fromstring(svg).get("aria-label") == evil


@pytest.mark.parametrize(
    ("labels", "rows"),
    [
        ([], 0),
        (["one"], 1),
        (["one", "two", "three"], 1),
        (["mean squared error", "cross entropy", "target t"], 2),
        (["output"] * 9, 3),
        # None is too long for a row of its own.
        (["a blind guess: log 10 = 2.30", "training", "validation"], 2),
    ],
    ids=str,
)
def test_a_legend_takes_the_rows_that_it_needs(labels, rows):
    svg = charts.svg(chart([Line([0, 1], [0, 1], label=label) for label in ["", *labels]]))
    height = charts.TOP + charts.HEIGHT + charts.BOTTOM
    assert ElementTree.fromstring(svg).get("viewBox") == f"0 0 {LEFT + WIDTH + 120} {height + rows * charts.ROW}"
    named = [
        (float(text.get("x")), float(text.get("y")), len(text.text) * 0.56 * 115)
        for text in ElementTree.fromstring(svg).findall("{http://www.w3.org/2000/svg}text")[1:]
    ]
    assert len(named) == len(labels) and len({y for _, y, _ in named}) == rows
    # None runs into the next, or out of the picture.
    for (x, y, length), after in zip(named, [*named[1:], (0, 0, 0)], strict=False):
        assert x + length < (after[0] - charts.SWATCH + 20 if after[1] == y else LEFT + WIDTH + 120)
