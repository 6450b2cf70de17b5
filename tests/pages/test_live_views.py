"""The live views, as their pages make them: what stands there is what it is said to be, wherever a view is moved.

The arrays of their models are held to plain NumPy in tests/test_views_*.py, and here what is shown to each other and to
these.
"""

import pkgutil
import re
from inspect import signature

import numpy as np
import pictures
import pytest
from colours import miscoloured
from live import CALLS, every_view, given, made, maker, seen
from series import PATHS, code_cells
from strategies import in_order

from nn_notes import charts, views
from nn_notes.charts import OCHRE, TEAL
from nn_notes.page.needs import plan
from nn_notes.show import BACK as PURPLE
from nn_notes.show import significant


def test_every_module_has_its_page_and_every_page_its_view():
    used = {maker(name).__module__ for name in CALLS}
    assert used == {f"nn_notes.views.{module.name}" for module in pkgutil.iter_modules(views.__path__)}
    assert {path for path, *_ in CALLS.values()} == set(PATHS)


@every_view
def test_what_is_none_is_refused_by_its_name(name):
    view, standing = maker(name), signature(maker(name)).bind(*given(name))
    standing.apply_defaults()
    for argument, value in standing.arguments.items():
        if value is not None:
            with pytest.raises(TypeError, match=f"^{in_order(f'{argument} … NoneType')}"):
                view(**standing.arguments | {argument: None})


@every_view
def test_a_view_begins_as_it_is_stored(name):
    path, n, _ = CALLS[name]
    assert not pictures.difference(code_cells(path)[n].outputs, [{"data": made(name)._repr_mimebundle_()}])


@every_view
def test_in_the_book_it_does_not_wait_for_matplotlib(name):
    """It is larger than all the rest, so the cells that a view needs take no name from one that draws."""
    path, n, _ = CALLS[name]
    assert plan([cell.source for cell in code_cells(path)[: n + 1]])["packages"] == []


@every_view
def test_cells_have_the_colour_of_their_number(name):
    scale = made(name)._scale
    for now in seen(name):
        assert miscoloured(now.cells, scale) == []


# Formulas of the page, worked out with the arrays of the page.

SIGNS = {"·": "@", "−": "-", "ᵀ": ".T", "⊤": ".T", "²": "**2", "diag": "diag"} | {sign: sign for sign in "+/()"}


def worked_out(formula, known):
    """What a formula gives, as a matrix, or None where it has more in it than numbers, signs and what is known."""
    names, python, factor = sorted(known, key=len, reverse=True), "", False
    for token in re.findall("|".join([*map(re.escape, names), "diag", r"\d+(?:\.\d+)?", r"\S"]), formula):
        value = f"known[{token!r}]" if token in known else f"np.array([[{token}]])" if token[0].isdecimal() else ""
        if not value and token not in SIGNS:
            return None
        # What stands side by side is multiplied.
        python += "@" if factor and (value or token in ("(", "diag")) else ""
        python += value or SIGNS[token]
        factor = value or token in ")ᵀ⊤²"
    return eval(python, {"np": np, "known": known, "diag": lambda row: np.diag(row[0])})


def agree(one, other):
    """Whether two arrays are the same, where the page has the numbers of both already."""
    if one.shape != other.shape:
        return False
    there = np.isfinite(one) & np.isfinite(other)
    return np.allclose(one[there], other[there], rtol=1e-9, atol=1e-9)


@every_view
def test_arrays_with_signs_between_them_are_equations_that_hold(name):
    for now in seen(name):
        for row in now.rows:
            known, text = {}, ""
            for n, item in enumerate(row):
                if isinstance(item, str):
                    text += item if re.fullmatch(r"[=·+−]|− [\d.]+ ·", item) else ";"
                else:
                    known[f"#{n}"] = item[1]
                    # Where two arrays stand side by side, an equation ends.
                    text += f";#{n}" if text[-1:].isdecimal() else f"#{n}"
            equations = [part.split("=") for part in text.split(";") if "=" in part]
            assert len(equations) == row.count("=")
            for left, right in equations:
                assert agree(worked_out(left, known), worked_out(right, known)), row


def called(rows):
    """The arrays by what they go by, the words before = or the letter in "input x": a dict to caption and array."""
    arrays = [item for row in rows for item in row if not isinstance(item, str)]
    return {re.sub("^[a-z]+ (.)$", r"\1", words.partition(" = ")[0]): (words, array) for words, array in arrays}


@every_view
def test_captions_are_formulas_that_hold(name):
    for now in seen(name):
        board = called(now.rows)
        known = {label: np.array([[x]]) for label, x in now.sliders.items()}
        known |= {own: array for own, (_, array) in board.items()}
        for own, (caption, array) in board.items():
            others = {other: numbers for other, numbers in known.items() if other != own}
            others |= {"I": np.eye(len(array)), "D": np.array([[array.size]])}
            first, *sides = caption.removesuffix(" as it is").split(" = ")
            for side in (first, *sides):
                value = worked_out(side, others)
                if value is not None and not side.isdecimal():
                    assert agree(array, value), caption
                else:
                    # What the page has no numbers for is a derivative, or an index.
                    assert side == first or re.match(r"∂|[\d, ab=]+$", side), caption


@every_view
def test_sliders_stand_at_the_numbers_of_the_array_with_their_letter(name):
    for now in seen(name):
        for letter, (_, array) in called(now.rows).items():
            values = [value for label, value in now.sliders.items() if label.partition("[")[0] == letter]
            # Of (y, 1 − y) there is a slider for the first.
            np.testing.assert_allclose(array.flat[: len(values)], values, atol=1e-9, err_msg=letter)


# Of each line and of dots: the chart, its looks and its name in the legend, and the numbers through which it goes.

INK, DASHED, DOTTED = "currentColor", "60 40", "20 30"


def heads(start, tip, far):
    """The head of an arrow, if it has a length, in a chart that goes so far."""
    if way := complex(*tip) - complex(*start):
        head = complex(*tip) + np.array([-1 - 0.5j, 0, -1 + 0.5j]) * 0.08 * far * way / abs(way)
        yield head.real, head.imag


def of_the_nudge(a):
    lengths, length, predicted, actual = np.logspace(-2, 0.5, 60), a["length"], a["Δz′ predicted"], a["Δz′ actual"]
    # In the plane of both outputs.
    (_, edge) = charts.reaching(
        (-0.4, 0.4), [s * max(abs(x), 1.5 * abs(y)) for x, y in (predicted, actual) for s in (-1, 1)]
    )
    yield 0, {"line", INK, "faint", "actual, at every length"}, *a["actual curve"].T
    yield 0, {"line", PURPLE, "the error"}, *np.transpose([predicted, actual])
    for looks, tip in ({DASHED, "predicted"}, predicted), ({"actual"}, actual):
        yield 0, {"line", INK, *looks}, *np.transpose([[0, 0], tip])
        # Both heads are drawn through, as the actual arrow is.
        yield from ((0, {"line", INK, "actual"}, *head) for head in heads((0, 0), tip, edge))
    for k, colour in enumerate(charts.colours(len(a["b"]))):
        yield 1, {"line", colour, f"output {k}"}, lengths, a["actual curve"][:, k]
        yield 1, {"line", colour, DASHED}, lengths, a["predicted curve"][:, k]
    yield 1, {"dots", INK}, length, [*predicted, *actual]
    yield 1, {"line", INK, DASHED, "predicted"}, [], []
    yield 2, {"line", INK, DOTTED, "faint", "slope 2: as the square of the length"}, lengths, lengths**2 / 10
    yield 2, {"line", PURPLE, "the error"}, lengths, a["error curve"]
    yield 2, {"dots", PURPLE}, [length], [a["error"]]


def of_the_path(a):
    yield 0, {"line", TEAL}, *a["θ"].T
    yield 0, {"dots", TEAL, "a step"}, *a["θ"].T
    yield 0, {"dots", TEAL, "the start"}, *a["θ"][:1].T
    yield 0, {"dots", INK, "lowest J"}, *a["θ*"][:, None]
    yield 1, {"line", INK, DOTTED, f"lowest J: {significant(a['J*'], 2)}"}, [-1, 41], a["J*"]
    for kind in ("line", "dots"):
        yield 1, {kind, TEAL}, range(len(a["J"])), a["J"]


def of_the_run(a):
    blind = np.log(len(a["said"]))
    yield 0, {"line", INK, DOTTED, f"a blind guess: −log 1/{len(a['said'])} = {blind:.2f}"}, [-1, 121], blind
    for colour, which, J in zip((TEAL, OCHRE), ("training", "validation"), a["losses"].T, strict=True):
        yield 0, {"line", colour, which}, range(len(J)), J
        yield 0, {"dots", colour}, [len(J) - 1], J[-1:]


def of_the_activation(a):
    line, near, dashes = np.linspace(-8, 8, 161), np.array([-2, 2]), [None, "90 60", "30 40"]
    for i, (colour, x, slope) in enumerate(zip(charts.colours(len(a["x"])), a["x"], a["F"].diagonal(), strict=True)):
        faint = {"line", colour, "faint", dashes[i]} - {None}
        yield 0, faint, line, a["curves"][i]
        yield 0, {"line", colour}, x + near, a["f(x)"][i] + slope * near
        yield 0, {"dots", colour, f"i = {i}"}, [x], [a["f(x)"][i]]
        yield 1, faint, line, a["slopes"][i]
        yield 1, {"dots", colour, f"i = {i}"}, [x], [slope]


def of_the_losses(a):
    places, near, (y, _), (t, _) = np.linspace(0.005, 0.995, 199), np.array([-0.12, 0.12]), a["y"], a["t"]
    for n, (colour, which) in enumerate([(TEAL, "mean squared error"), (OCHRE, "cross entropy")]):
        yield 0, {"line", colour, which}, places, a["curves"][n]
        yield 0, {"line", colour, DASHED}, y + near, a["E"][n] + a["slope"][n] * near
        yield 0, {"dots", colour}, [y], [a["E"][n]]
        yield 1, {"line", colour, which}, places, a["slopes"][n]
        yield 1, {"dots", colour}, [y], [a["slope"][n]]
    yield 0, {"dots", INK, "the target t[0]"}, [t], [charts.reaching((0, 4), a["E"])[0]]
    yield 1, {"line", INK, "faint"}, [0, 1], [0, 0]
    yield 0, {"line", INK, DOTTED}, t, charts.reaching((0, 4), a["E"])
    yield 1, {"line", INK, DOTTED, "the target t[0]"}, t, charts.reaching((-12, 12), a["slope"])


def of_the_logits(a):
    S, t = a["S"], a["t"]
    yield 0, {"line", INK}, [0, 1, 0, 0], [0, 0, 1, 0]
    contours = {"line", INK, "faint", "E = 0.5, 1, 2, 3, away from t"}
    yield 0, contours, [], []
    for p in np.exp([-0.5, -1, -2, -3]):
        # From corner to corner of the others, as near to the right one as p is to 1.
        ends = [p * t + (1 - p) * other for other in np.eye(3)[::-1] if other @ t == 0]
        yield 0, contours, *np.transpose(ends)[:2]
    yield 0, {"line", PURPLE, "S − t, from t to S"}, *np.transpose([t, S])[:2]
    yield from ((0, {"line", PURPLE, "S − t, from t to S"}, *head) for head in heads(t[:2], S[:2], 1))
    yield 0, {"dots", TEAL, "S"}, *S[:2, None]
    yield 0, {"dots", INK, "t"}, *t[:2, None]


LINES = {
    "jacobians.view": of_the_nudge,
    "gradient_descent.learning_rate": of_the_path,
    "gradient_descent.training": of_the_run,
    "activation_curves.view": of_the_activation,
    "live.prediction": of_the_losses,
    "live.view": of_the_logits,
}


@every_view
def test_curves_tangents_and_dots_go_through_their_places(name):
    for now in seen(name):
        # Contours are no curve of an array; they have a test of their own.
        drawn = [mark for mark in now.marks if not (name.endswith("learning_rate") and "faint" in mark.looks)]
        expected = [*LINES[name](now.arrays)] if name in LINES else []
        assert len(drawn) == len(expected)
        for chart, looks, x, y in expected:
            assert any(
                mark.chart == chart and mark.looks == looks and mark.goes_through(x, y) for mark in drawn
            ), (chart, looks)  # fmt: skip
