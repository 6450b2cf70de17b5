"""The cells of the book: each runs in the page, can be changed, and the equations prove themselves."""

import json
import re

import pytest
from booked import Reading, View, painted
from build import NOTEBOOKS
from series import code_cells, every_notebook, exercises
from served import at_rest, wait_for

from nn_notes import explore
from nn_notes.page.runner import Runner


def text_of(outputs):
    """What a reader without pictures sees, but for views."""
    own = [output for output in outputs if explore.SPEC not in output.get("data", {})]
    return "".join("".join(output.get("text") or output["data"]["text/plain"]) for output in own).strip()


def told(cell):
    """Whether a cell puts out the same wherever it is run."""
    return "nbval-ignore-output" not in cell.metadata.get("tags", [])


@every_notebook
def test_every_cell_alone_puts_out_what_is_stored(path, monkeypatch):
    """Each with those alone that it needs: nothing that it needs is missing."""
    monkeypatch.setattr(explore.View, "transport", explore.View.transport)
    monkeypatch.chdir(NOTEBOOKS)
    outputs, cells = [], code_cells(path)
    sources = json.dumps([cell.source for cell in cells])
    runner = Runner(lambda output: outputs.append(json.loads(output)))
    # What is measured takes longest, and is told otherwise each time.
    for n, cell in ((n, cell) for n, cell in enumerate(cells) if told(cell)):
        outputs.clear()
        assert runner.run(sources, json.dumps(json.loads(runner.plan(sources, n))["order"]), f"cell {n}")
        assert text_of(outputs) == text_of(cell.outputs), cell.source


def python_of_a_page(context, published):
    """A function that says what cells put out in a page: pairs of the sources of a page and a number among them.

    One Python runs them all, and begins anew with a page whose sources are others.
    """
    page = context.new_page()
    page.goto(f"{published[0].address}search.html")
    page.evaluate(
        """async () => {
            const { Python } = await import(new URL('_static/page/python.js', location).href);
            window.own = new Python();
        }"""
    )

    return lambda runs: page.evaluate(
        """async (runs) => {
            const results = [];
            for (const [sources, cell] of runs) {
                results.push(await own.ask({ act: 'run', sources, cell, where: 'page' }));
            }
            return results;
        }""",
        [list(run) for run in runs],
    )


@pytest.fixture(scope="module")
def in_the_page(again, published):
    return python_of_a_page(again(), published)


# A page says of these cells why they may put out something else than what is stored.
OTHERWISE = {"tag_flags", "tag_measured"}
DIFFERING = {"03_weight_tensor": 1, "04_backpropagation": 1, "05_gradient_descent": 1, "06_activations": 2}


@every_notebook
def test_every_cell_in_the_page_puts_out_what_is_stored(path, in_the_page, site):
    places, cells = site[path.stem].select("div.cell"), code_cells(path)
    assert len(places) == len(cells)
    sources = [cell.source for cell in cells]
    results = in_the_page([(sources, n) for n in range(len(cells))])
    for place, cell, result in zip(places, cells, results, strict=True):
        if OTHERWISE & {*place["class"]}:
            continue
        assert result["result"] is True, cell.source
        if told(cell):
            assert text_of(result["outputs"]) == text_of(cell.outputs), cell.source


ANSWERED_HERE = re.compile(r"(^[\w, ]+ = \.\.\.\n)+", re.MULTILINE)


@every_notebook
def test_the_solutions_of_exercises_are_right_in_the_page(path, in_the_page):
    sources, runs = [cell.source for cell in code_cells(path)], []
    for _, solution, cell in exercises(path):
        n = code_cells(path).index(cell)
        runs.append(([*sources[:n], ANSWERED_HERE.sub(lambda _, solution=solution: solution, cell.source)], n))
    results = in_the_page(runs)
    said = [text_of(result["outputs"]) for result in results]
    assert [words.partition(": right")[:2] for words in said] == [(label, ": right") for label, _, _ in exercises(path)]


@every_notebook
def test_few_cells_differ_in_a_browser(path, site):
    differing = [place for place in site[path.stem].select("div.cell") if OTHERWISE & {*place["class"]}]
    assert len(differing) == DIFFERING.get(path.stem, 0)


@pytest.mark.parametrize("name", DIFFERING)
def test_a_cell_that_differs_in_a_browser_says_why(name, again, published):
    reading = Reading(again(), published[0].address, name)
    differing = [cell for cell in reading.cells if cell.otherwise()]
    assert len(differing) == DIFFERING[name]
    for cell in differing:
        cell.run()
        assert cell.otherwise() in painted(cell.place) and "browser" in cell.otherwise()
    reading.page.close()


CHECKED = next(n for n, cell in enumerate(code_cells(NOTEBOOKS / "01_single_layer.ipynb")) if "check(" in cell.source)
INPUT = "z = np.array([1.2"


@pytest.fixture
def reading(browsing, published):
    return Reading(browsing(), published[0].address, "01_single_layer")


def test_all_of_numpy_is_there_and_a_figure_does_not_bring_it_again(browsing, published):
    written = "import os, site\nprint(os.stat(site.getsitepackages()[0] + '/numpy/__init__.py').st_mtime_ns)"
    wanted = "import matplotlib, numpy.fft, numpy.ma, numpy.polynomial, numpy.testing"
    first, whole, last = python_of_a_page(browsing(), published)([([code], 0) for code in (written, wanted, written)])
    assert whole["result"]
    assert text_of(first["outputs"]) == text_of(last["outputs"])


def test_a_cell_is_edited_run_and_reset(reading):
    cell = reading.cells[CHECKED]
    stored = cell.stored()
    assert cell.run() == stored and "holds" in stored
    cell.write("2 * z")
    reading.page.keyboard.press("Shift+Enter")
    wait_for(lambda: cell.output() == "array([ 2.4, -1.4,  1. ])", 60)
    cell.press("Reset")
    assert cell.stored() == stored and "by_einsum" in cell.place.locator(".cell_input").text_content()


def test_a_cell_runs_with_the_earlier_ones_as_they_now_are(reading):
    first = next(n for n, cell in enumerate(reading.cells) if INPUT in cell.place.locator(".cell_input").text_content())
    reading.cells[first].write("z = np.array([7.0, 0, 0])\nW = np.ones((3, 2))\nb = np.zeros(2)\nM_in, M_out = 3, 2")
    cell = reading.cells[CHECKED]
    cell.write("z @ W")
    assert cell.run() == "array([7., 7.])"
    # What is proved is the page, whatever was changed.
    assert "(1.1) holds" in reading.proof("1.1")


def test_an_error_is_shown_in_place(reading):
    cell = reading.cells[CHECKED]
    cell.write("z @ np.ones(7)")
    assert "ValueError" in cell.run() and "z @ np.ones(7)" in cell.output()


def test_what_is_written_stays_and_can_be_taken_away(reading, tmp_path):
    cell = reading.cells[CHECKED]
    cell.write("# mine\n3 * z")
    reading.page.reload()
    again = Reading.of(reading.page)
    assert "# mine" in again.cells[CHECKED].place.locator(".nn-editor").text_content()
    with again.page.expect_download() as download:
        at_rest(again.page.get_by_role("button", name="Download as a notebook")).click()
    download.value.save_as(tmp_path / "mine.ipynb")
    mine, original = code_cells(tmp_path / "mine.ipynb"), code_cells(NOTEBOOKS / "01_single_layer.ipynb")
    assert [n for n, (a, b) in enumerate(zip(mine, original, strict=True)) if a.source != b.source] == [CHECKED]
    assert mine[CHECKED].source == "# mine\n3 * z" and mine[CHECKED].outputs == []


def test_what_does_not_end_is_stopped_and_all_begins_anew(reading):
    cell, (view,) = reading.cells[CHECKED], reading.views
    view.awake().press("New random numbers").settled().press("Start from here").settled()
    before = view.slide("z[0]").settled().shown()
    cell.write("while True: pass")
    cell.press("Run")
    wait_for(lambda: cell.place.get_by_role("button", name="Stop").is_visible(), 60)
    cell.press("Stop")
    wait_for(lambda: "Stopped." in cell.place.locator(".nn-output").text_content(), 60)
    cell.write("1 + 1")
    assert cell.run() == "2"
    # The view wakes again where it stood, with what was drawn for it, and from where it started.
    assert view.slide("z[0]").settled().slide("z[0]", "ArrowLeft").settled().shown() == before


def test_a_view_in_a_cell_of_the_reader_s_is_live(reading):
    cell = reading.cells[CHECKED]
    cell.write("from nn_notes.views import losses as live\nlive.prediction(0.5, 0.5)")
    cell.run()
    (view,) = [View(reading.page, place) for place in cell.place.locator(".nn-output .nn-book-view").all()]
    before = view.awake().shown()
    assert view.slide("y[0]").settled().shown() != before


@every_notebook
def test_every_numbered_equation_proves_itself(path, again, published):
    reading = Reading(again(), published[0].address, path.stem)
    numbers = dict.fromkeys(re.findall(r"\\tag\{(\d+\.\d+)\}", path.read_text(encoding="utf-8")))
    assert numbers
    for number in numbers:
        said = reading.proof(number)
        assert f"({number}) holds" in said and "holds on 21 examples drawn just now" in said, number
    reading.page.close()


def test_a_formula_is_judged_as_it_stands_on_the_page(reading):
    formula = reading.page.locator("[id='equation-1.2'] annotation")
    formula.evaluate("formula => { formula.textContent = formula.textContent.replaceAll('W^\\\\top', 'W') }")
    said = reading.proof("1.2")
    assert "(1.2) holds" in said and "The formula does not hold as it stands here: " in said
