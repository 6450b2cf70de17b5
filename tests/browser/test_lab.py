"""The notebooks in a real browser: they run clean, and the live views show what NumPy says."""

import json

import numpy as np
import pytest
import work
from build import NOTEBOOKS
from lab import View
from plain_layer import ACTIVATIONS, START, expected

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_notebook_runs_clean(opened, path):
    lab, stored = opened(path.stem), stored_views(path)
    assert stored
    lab.still_views().nth(stored - 1).wait_for(state="attached")
    for still in lab.still_views().all():
        assert still.locator("td").all_text_contents(), "the view is empty before anything has run"
    assert lab.still_views().count() == stored and lab.live_views().count() == 0
    lab.run_all()
    lab.live_views().nth(stored - 1).wait_for(state="attached")
    for live in lab.live_views().all():
        live.locator(".nn-row").first.wait_for(state="attached")
    assert lab.errors() == []
    assert lab.live_views().count() == stored and lab.still_views().count() == 0
    lab.close()


def stored_views(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return sum("nn-view" in "".join(output.get("data", {}).get("text/html", [])) for output in outputs)


# Notebook 01. What the page should say is computed here in plain NumPy, from the numbers that the sliders show.


def difference(seen, wanted):
    """Where the page differs from what it should say by more than its two decimals, in words."""
    if seen.keys() != wanted.keys():
        return f"the arrays are {list(seen)}, not {list(wanted)}"
    return "\n".join(
        f"{name} is\n{seen[name]}\nnot\n{wanted[name]}"
        for name in wanted
        if seen[name].shape != wanted[name].shape or np.abs(seen[name] - wanted[name]).max() > 0.005 + 1e-9
    )


def parameters(view):
    """z, W and b, as the sliders say."""
    z = [view.value(f"z[{i}]") for i in range(3)]
    W = [[view.value(f"W[{i},{j}]") for j in range(2)] for i in range(3)]
    b = [view.value(f"b[{j}]") for j in range(2)]
    return np.array(z), np.array(W), np.array(b)


def wrong(view, start=START, activation="sigmoid"):
    return difference(view.board(), expected(parameters(view), start, activation))


def away(view, values):
    """Where the sliders do not stand at z, W and b, in words."""
    now = parameters(view)
    return "" if all(map(np.array_equal, now, values)) else f"the sliders stand at {now}, not {values}"


def unmoved(view, values):
    """Whether the sliders stand where they stood, in words."""
    return "" if away(view, values) else "the sliders have not moved"


@pytest.fixture(scope="module")
def opened_view(opened):
    lab = opened("01_single_layer")
    lab.run_all()
    yield View(lab, lab.live_views())
    lab.close()


@pytest.fixture
def view(opened_view):
    """The view of notebook 01, as it is at first; at the end nothing may have gone wrong."""
    opened_view.click("Reset")
    opened_view.until(away, START)
    opened_view.until(wrong)
    yield opened_view
    assert opened_view.lab.errors() == []


def test_what_stands_there_before_a_run_is_right(opened):
    lab = opened("01_single_layer")
    lab.still_views().wait_for(state="attached")
    assert difference(View(lab, lab.still_views()).board(), expected(START)) == ""
    lab.close()


@pytest.mark.parametrize("label", ["z[0]", "W[2,1]", "b[1]"])
def test_matrices_follow_a_drag(view, label):
    before = view.value(label)
    view.drag(label, by=-15)
    assert view.value(label) < before
    view.until(wrong)


@pytest.mark.parametrize("label", ["z[1]", "W[0,0]", "b[0]"])
def test_matrices_follow_the_keys(view, label):
    before = view.value(label)
    view.press(label, "ArrowRight", times=7)
    assert view.value(label) == pytest.approx(before + 7 * 0.05)
    view.until(wrong)
    view.press(label, "ArrowLeft", times=9)
    assert view.value(label) == pytest.approx(before - 2 * 0.05)
    view.until(wrong)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(view, activation):
    view.choose("activation", activation)
    view.drag("b[0]", by=-20)
    view.until(wrong, START, activation)


def test_new_random_numbers(view):
    for _ in range(2):
        before = parameters(view)
        view.click("New random numbers")
        view.until(unmoved, before)
        view.until(wrong)


def test_nudge_from_here(view):
    view.drag("z[0]", by=-20)
    view.until(wrong)
    here = parameters(view)
    view.click("Nudge from here")
    view.until(wrong, here)
    view.press("W[0,0]", "ArrowRight", times=3)
    view.until(wrong, here)


def test_reset_brings_back_the_first_state(view):
    view.choose("activation", "softmax")
    view.click("New random numbers")
    view.until(unmoved, START)
    view.until(wrong, START, "softmax")
    view.click("Reset")
    view.until(away, START)
    view.until(wrong)


def test_a_second_page_follows(view):
    """JupyterLab's "Create New View for Cell Output"."""
    page = view.page
    view.click("Nudge from here")
    page.evaluate("() => jupyterapp.commands.execute('notebook:create-output-view')")
    second = View(view.lab, page.locator(".jp-LinkedOutputView .nn-live"))
    second.where.locator(".nn-row").first.wait_for(state="attached")
    for one, other in [(view, second), (second, view)]:
        before = parameters(other)
        one.press("z[1]", "ArrowRight", times=3)
        one.until(unmoved, before)
        other.until(away, parameters(one))
        assert one.board().keys() == other.board().keys()
        other.until(lambda other, one=one: difference(other.board(), one.board()))
    page.locator(".lm-TabBar-tab", has_text="Output View").locator(".lm-TabBar-tabCloseIcon").click()
    second.where.wait_for(state="detached")


def test_there_and_back_is_no_change(view):
    for key in ("ArrowRight", "ArrowLeft"):
        view.press("z[0]", key)
        view.until(wrong)
    # An exact zero is shown as 0; a 0.00 would be the rounding error of where a slider can stop.
    changes = view.where.locator("table").filter(has_text="Δ").locator("td")
    assert changes.all_text_contents() == 8 * ["0"]


def test_fast_drag_ends_in_its_last_state_without_flicker(view):
    # After each change of the page and in each frame: is the whole board there, in its place, and not made anew?
    view.where.evaluate(
        """view => {
            const tables = () => view.querySelectorAll('.nn-row table')
            const whole = tables().length, height = view.offsetHeight
            const look = () => {
                seen.looks += 1
                if (!view.isConnected) seen.faults.push('the view is gone')
                if (tables().length !== whole) seen.faults.push(`${tables().length} tables`)
                if ([...tables()].some(table => !table.textContent)) seen.faults.push('an empty table')
                if (view.offsetHeight !== height) seen.faults.push(`${view.offsetHeight} px`)
            }
            window.seen = {looks: 0, changes: 0, faults: []}
            new MutationObserver(() => { seen.changes += 1; look() }).observe(view, {childList: true, subtree: true})
            const frame = () => { look(); requestAnimationFrame(frame) }
            frame()
        }"""
    )
    for by in (-40, 30, -20):
        view.drag("z[1]", by=by, steps=60)
    view.until(wrong)
    seen = view.page.evaluate("() => seen")
    assert set(seen["faults"]) == set()
    assert seen["changes"] > 10 and seen["looks"] > seen["changes"]


def test_what_a_reader_writes_in_jupyterlab_is_told_from_what_a_run_leaves(opened, tmp_path):
    lab, path = opened("00_derivative_shapes"), tmp_path / "saved.ipynb"
    lab.run_all()

    def found_after(code=""):
        """What is written by hand in what JupyterLab would save."""
        script = """async () => {
            const {content, context} = jupyterapp.shell.currentWidget
            %s
            return JSON.stringify(context.model.toJSON())
        }"""
        path.write_text(lab.page.evaluate(script % code), encoding="utf-8")
        return work.by_hand(path)

    assert found_after() is None
    sources = ["".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    (exercise,) = (n for n, source in enumerate(sources) if source.startswith("shape = ..."))
    answered = f"content.widgets[{exercise}].model.sharedModel.setSource('shape = 42')"
    assert found_after(answered) == f"written by hand: cell {exercise}"
    added = """content.activeCellIndex = 0
        await jupyterapp.commands.execute('notebook:insert-cell-below')
        content.widgets[1].model.sharedModel.setSource('Here I was lost.')"""
    assert found_after(added) == f"written by hand: cells 1, {exercise + 1}"
    lab.close()
