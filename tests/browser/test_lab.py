"""A notebook in a real browser, saved and opened again, and the view of notebook 01, in all that can be done."""

import json

import numpy as np
import plain
import pytest
from kernels import client, read
from lab import View, stored_views
from lab import opened as open_in
from live import made
from nbconvert import HTMLExporter

from nn_notes import ACTIVATIONS
from nn_notes.explore import ASLEEP
from nn_notes.lab import by_hand


def test_a_view_sleeps_again_where_a_notebook_is_opened_that_was_saved_awake(opened):
    name = "02_jacobians"
    lab, stored = opened(name), stored_views(name)
    contents = "jupyterapp.serviceManager.contents"
    original = lab.page.evaluate(f"{contents}.get('{name}.ipynb')")
    lab.run_all()
    lab.views(stored)[0].press("length of the nudge", "ArrowRight")
    lab.save()
    lab.close()
    lab = opened(name)
    # The widget that was saved is one that this kernel does not know.
    lab.page.locator(".jupyter-widgets", has_text="model not found").nth(stored - 1).wait_for(state="attached")
    lab.sleeps(stored)
    lab.run_all()
    lab.views(stored)
    assert lab.still_views().count() == 0
    lab.page.evaluate(f"original => {contents}.save('{name}.ipynb', original)", original)
    lab.close()


# A page that is busy does not come to load a widget before anywidget's patience ends; here that ends at once.
IMPATIENT = """AbortSignal.timeout = () => {
    const given = new AbortController()
    queueMicrotask(() => given.abort())
    return given.signal
}"""


def test_a_view_answers_however_long_a_page_takes_to_load_it(server, browser):
    context = browser.browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(IMPATIENT)
    lab = open_in(server, context, "02_jacobians")
    lab.run_all()
    view, *_ = lab.views(stored_views("02_jacobians"))
    before = view.value("length of the nudge")
    view.press("length of the nudge", "ArrowRight")
    assert view.value("length of the nudge") != before
    view.until(lambda view: view.lacks(*plain.jacobians(view.value)))
    # It says so, and that is all.
    assert lab.errors() == ["[anywidget] Failed to initialize model."] * stored_views("02_jacobians")
    lab.close()
    context.close()


# Of a widget whose state is not stored.
@pytest.mark.filterwarnings("ignore:Your element with mimetype")
@pytest.mark.parametrize("store", [True, False], ids=["with its widgets", "without"])
def test_an_exported_page_shows_still_pictures_and_nothing_dead(browser, tmp_path, store):
    notebook, name = read("07_losses"), "07_losses"
    client(notebook, store_widget_state=store).execute()
    assert ("widgets" in notebook.metadata) == store
    html, _ = HTMLExporter().from_notebook_node(notebook)
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    # No network, as there is none here. What a page fetches from elsewhere it does without.
    alone = browser.browser.new_context(offline=True)
    page = alone.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    stills = page.locator(".nn-still")
    assert stills.count() == stored_views(name)
    for still in stills.all():
        assert still.is_visible() and ASLEEP in still.inner_text()
        after = still.evaluate("still => still.closest('.jp-OutputArea-child').nextElementSibling?.offsetHeight")
        assert not after
    alone.close()


START = plain.Z, plain.W, plain.B


def parameters(view):
    return plain.parameters(view.value)


def wrong(view, start=START):
    return view.lacks(*plain.single_layer(view.value, start))


def away(view, values):
    """Where the sliders do not stand at z, W and b, in words."""
    now = parameters(view)
    return "" if all(map(np.array_equal, now, values)) else f"the sliders stand at {now}, not {values}"


def unmoved(view, values):
    return "" if away(view, values) else "the sliders have not moved"


def test_what_stands_there_before_a_run_is_right(opened):
    lab, first = opened("01_single_layer"), plain.labelled(z=plain.Z, W=plain.W, b=plain.B)
    lab.still_views().wait_for(state="attached")
    assert View(lab, lab.still_views()).lacks(*plain.single_layer((first | {"activation": "sigmoid"}).get)) == ""
    lab.close()


@pytest.fixture(scope="module")
def opened_view(ran):
    with ran("01_single_layer") as (view,):
        yield view


def new_view(lab, code):
    """One that a cell of the reader's own shows."""
    before = lab.live_views().count()
    lab.run_new(code)
    return lab.views(before + 1)[-1]


@pytest.fixture
def copied(view):
    """A function that gives what the button of a view copies, by default of this one."""
    view.page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    def copy(one=view):
        one.click("Copy code for this state")
        return view.page.evaluate("() => navigator.clipboard.readText()")

    return copy


@pytest.fixture
def view(opened_view):
    """The view of notebook 01, as it is at first; at the end nothing may have gone wrong."""
    opened_view.click("Reset")
    opened_view.until(away, START)
    opened_view.until(wrong)
    yield opened_view
    assert opened_view.lab.errors() == []


@pytest.mark.parametrize("label", ["z[0]", "W[2,1]", "b[1]"])
def test_matrices_follow_a_drag(view, label):
    before = view.value(label)
    view.drag(label, by=-15)
    assert view.value(label) < before
    view.until(wrong)


@pytest.mark.parametrize("label", ["z[1]", "W[0,0]", "b[0]"])
def test_matrices_follow_the_keys(view, label):
    before = view.value(label)
    for key, times, stops in [("ArrowRight", 7, 7), ("ArrowLeft", 9, -2)]:
        view.press(label, key, times)
        assert view.value(label) == pytest.approx(before + stops * 0.05)
        view.until(wrong)


@pytest.mark.parametrize(
    ("keys", "to"),
    [
        (["ArrowUp"], 1.25),
        (["ArrowDown"], 1.15),
        (["PageUp"], 1.7),
        (["PageDown"], 0.7),
        (["Home"], -2),
        (["End", "ArrowRight"], 2),
        (["Home", "Escape"], 1.2),
        ([*"-1.5", "Enter"], -1.5),
        ([*"0,123", "Enter"], 0.123),
        (["Enter", *"-1", "Enter"], -1),
        ([*".5", "Tab"], 0.5),
        ([*"0.123", "Enter", "ArrowRight"], 0.15),
        ([*"0.123", "Enter", "ArrowRight", "ArrowLeft"], 0.123),
        ([*"1.5", "Escape"], 1.2),
        (["Enter", "Enter"], 1.2),
    ],
    ids=str,
)
def test_a_number_is_moved_by_keys_and_typed(view, keys, to):
    view.slider("z[0]").focus()
    for key in keys:
        view.page.keyboard.press(key)
    view.until(away, ([to, *START[0][1:]], *START[1:]))
    view.until(wrong)
    assert view.where.locator(".nn-typed").count() == 0
    if keys[-1] != "Tab":
        assert view.slider("z[0]").evaluate("entry => entry === document.activeElement")


@pytest.mark.parametrize(("typed", "amiss"), [("7", "z[0] is 7; it needs a number from -2 to 2"),
                                              ("1.2.3", "z[0] is '1.2.3'; it needs one real number")])  # fmt: skip
def test_a_number_that_cannot_be_is_refused_in_words(view, typed, amiss):
    view.slider("z[0]").dblclick()
    view.page.keyboard.type(typed)
    view.page.keyboard.press("Enter")
    view.where.get_by_role("alert").filter(has_text=amiss).wait_for()
    assert away(view, START) == ""
    view.press("z[0]", "ArrowRight")
    view.until(wrong)
    assert view.lab.errors() == []


def test_escape_takes_a_drag_back(view):
    view._in_sight(view.slider("W[1,0]"))
    view.page.mouse.down()
    box = view.slider("W[1,0]").bounding_box()
    view.page.mouse.move(box["x"] - 50, box["y"])
    view.until(unmoved, START)
    view.page.keyboard.press("Escape")
    view.page.mouse.move(box["x"] - 70, box["y"])
    view.until(away, START)
    view.page.mouse.up()
    view.until(wrong)


def test_the_large_slider_moves_the_entry_that_was_chosen_last(view):
    for label in ("b[1]", "W[2,0]"):
        view.slider(label).click()
        before = view.value(label)
        view.press(f"Move {label}", "ArrowLeft", times=4)
        assert view.value(label) == pytest.approx(before - 0.2)
        view.until(wrong)
        assert view.where.locator(".nn-chosen").evaluate_all("all => all.map(one => one.ariaLabel)") == [label]


def test_the_large_slider_stays_in_sight(view):
    large, page = view.slider("Move z[0]"), view.page
    view.press("z[0]", "ArrowRight")
    for width, height in (1366, 768), (800, 900):
        page.set_viewport_size({"width": width, "height": height})
        view.where.locator(".nn-row").last.scroll_into_view_if_needed()
        page.wait_for_timeout(300)
        box = large.bounding_box()
        assert large.evaluate(
            "(input, [x, y]) => document.elementFromPoint(x, y) === input",
            [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2],
        )
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_number_says_why_it_is_what_it_is(view):
    why, u = view.where.locator(".nn-why"), view.where.locator("table").filter(has_text="u").first.locator("td")
    texts = "view => [...view.querySelectorAll('.nn-lit')].map(cell => cell.textContent)"
    u.nth(0).hover()
    assert why.text_content() == "0.25 = 1.20 · 0.50 + (−0.70) · 1.50 + 0.50 · (−0.40) + 0.90"
    assert view.where.evaluate(texts) == ["0.25", "1.20", "−0.70", "0.50", "0.50", "1.50", "−0.40", "0.90"]
    # By the keys: from one entry to the next, also while the numbers move.
    view.where.locator(".nn-legend").hover()
    assert why.text_content() == ""
    u.nth(0).press("ArrowRight")
    assert why.text_content() == "−1.21 = 1.20 · (−1.00) + (−0.70) · 0.30 + 0.50 · 0.80 + (−0.20)"
    view.slider("Move z[0]").evaluate("input => { input.stepUp(); input.dispatchEvent(new Event('input')) }")
    view.until(wrong)
    assert why.text_content() == "−1.26 = 1.25 · (−1.00) + (−0.70) · 0.30 + 0.50 · 0.80 + (−0.20)"
    # What stands in no equation says it, too: of what it is made, wherever that stands, or in words.
    ahead = {"F = ∂z′/∂u": ["0.25 = 0.57 − 0.57 · 0.57", "0: u[1] does not reach z′[0]"],
             "∂u1/∂W": ["0: W[0,0] is not in u[1]", "1.25 = z[0]"],
             "z′": ["0.57: sigmoid of u[0]", "0.22: sigmoid of u[1]"]}  # fmt: skip
    tables = [*view._tables()]

    def hovered(caption):
        for cell in view.where.locator(".nn-row table").nth(tables.index(caption)).locator("td").all()[:2]:
            cell.hover()
            yield why.text_content()

    assert {caption: [*hovered(caption)] for caption in ahead} == ahead
    view.choose("activation", "tanh")
    view.until(wrong)
    assert [*hovered("F = ∂z′/∂u")] == ["0.93 = 1 − 0.27 · 0.27", "0: u[1] does not reach z′[0]"]
    # And of what is given there is nothing to say.
    view.slider("z[1]").hover()
    assert why.text_content() == "" and view.where.evaluate(texts) == []


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(view, activation):
    view.choose("activation", activation)
    view.drag("b[0]", by=-20)
    view.until(wrong)
    assert view.value("activation") == activation


def test_new_random_numbers(view):
    for _ in range(2):
        before = parameters(view)
        view.click("New random numbers")
        view.until(unmoved, before)
        view.until(wrong, parameters(view))


def test_start_from_here(view):
    view.drag("z[0]", by=-20)
    view.until(wrong)
    here = parameters(view)
    view.click("Start from here")
    view.until(wrong, here)
    view.press("W[0,0]", "ArrowRight", times=3)
    view.until(wrong, here)


def test_what_is_met_on_the_way_of_a_drag_is_not_ticked(opened_view):
    # A new one, as ticks stay where they are.
    view = new_view(opened_view.lab, "single_layer.view(z, W, b)")
    view.until(wrong)
    cell, met, mouse = view.slider("z[1]"), view.where.locator(".nn-met", has_text="silence"), view.page.mouse
    view._in_sight(cell)
    box = cell.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 42, y)
    view.until(lambda view: "" if view.exactly("z[1]") == 0 else "z[1] is not 0")
    view.until(wrong)
    mouse.move(x + 60, y)
    view.until(lambda view: "" if view.exactly("z[1]") > 0 else "z[1] is still 0")
    view.until(wrong)
    mouse.up()
    assert not met.count()
    # Whoever stays there is told.
    cell.press("0")
    view.page.keyboard.press("Enter")
    view.until(lambda _: "" if met.count() else "it is not ticked")


def test_reset_brings_back_the_first_state(view):
    view.choose("activation", "softmax")
    view.click("New random numbers")
    view.until(unmoved, START)
    view.until(wrong, parameters(view))
    view.click("Reset")
    view.until(away, START)
    view.until(wrong)
    assert view.value("activation") == "sigmoid"


def test_code_for_a_state_brings_it_back(view, copied):
    view.choose("activation", "softmax")
    view.press("W[1,0]", "PageUp")
    view.press("z[0]", "ArrowRight", times=3)
    view.until(wrong)
    code = copied()
    there = eval(f"view{code}", {"view": made("single_layer.view")}).state
    numbers = plain.labelled(**{name: there[name] for name in "zWb"})
    assert numbers == {label: view.exactly(label) for label in numbers}
    assert there["f"] == "softmax" and "b=" not in code


def test_code_for_a_state_brings_back_what_was_pressed(view, copied):
    view.press("z[0]", "ArrowRight", times=2)
    for _ in range(2):
        before = parameters(view)
        view.click("New random numbers")
        view.until(unmoved, before)
        view.until(wrong, parameters(view))
    view.press("W[1,0]", "PageDown")
    here = parameters(view)
    view.click("Start from here")
    view.press("b[0]", "ArrowLeft")
    view.until(wrong, here)
    code = copied()
    assert code.startswith('.at({"z": [') and '*["New random numbers"] * 2, {"W": [[' in code
    there = eval(f"view{code}", {"view": made("single_layer.view")}).state
    numbers = plain.labelled(**{name: there[name] for name in "zWb"})
    assert numbers == {label: view.exactly(label) for label in numbers}
    assert all(map(np.allclose, there["start"].values(), here))


def test_a_second_page_follows(view, copied):
    """JupyterLab's "Create New View for Cell Output"."""
    page = view.page
    view.click("Start from here")
    page.evaluate("() => jupyterapp.commands.execute('notebook:create-output-view')")
    second = View(view.lab, page.locator(".jp-LinkedOutputView .nn-live"))
    second.where.locator(".nn-row").first.wait_for(state="attached")
    for one, other in [(view, second), (second, view)]:
        before = parameters(other)
        one.press("z[1]", "ArrowRight", times=3)
        one.until(unmoved, before)
        other.until(away, parameters(one))
        other.until(lambda other, one=one: other.lacks(one.board()))
    # It knows what was pressed before it was there.
    assert copied(second).startswith('.at("Start from here", z=')
    page.locator(".lm-TabBar-tab", has_text="Output View").locator(".lm-TabBar-tabCloseIcon").click()
    second.where.wait_for(state="detached")


def changes(view):
    """What the cells say of Δ; an exact zero is 0, and a 0.00 would be the rounding error of where a slider stops."""
    return view.where.locator("table").filter(has_text="Δ").locator("td").all_text_contents()


def test_there_and_back_is_no_change(view):
    for key in ("ArrowRight", "ArrowLeft"):
        view.press("z[0]", key)
        view.until(wrong)
    assert changes(view) == 8 * ["0"]


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


# On numbers of a reader's own, which stand as they are until he moves them.

OWN_NUMBERS = {"z": [0.123, 5.0], "W": [[0.333, -2.75], [1.0, 0.017]], "b": [0.0, -1 / 3]}
OWN = {label: x.item() for label, x in plain.labelled(**OWN_NUMBERS).items()}


@pytest.fixture(scope="module")
def opened_own(opened_view):
    yield new_view(opened_view.lab, f"view = single_layer.view(**{OWN_NUMBERS})\nview")
    assert opened_view.lab.errors() == []


@pytest.fixture
def own(opened_own):
    opened_own.click("Reset")
    opened_own.until(apart, OWN)
    return opened_own


def apart(view, wanted):
    """Where page or kernel have other numbers than these, in words."""
    page = {label: view.exactly(label) for label in wanted}
    kernel = json.loads(view.lab.kernel("import json\nprint(json.dumps({n: view.state[n].tolist() for n in 'zWb'}))"))
    kernel = plain.labelled(**kernel)
    return "" if page == kernel == wanted else f"the page has {page} and the kernel {kernel}, not {wanted}"


def test_own_numbers_stand_there_as_they_are(own):
    texts = [own.slider(label).get_attribute("aria-valuetext") for label in OWN]
    assert texts == ["0.123", "5.00", "0.333", "−2.75", "1.00", "0.017", "0.00", "−0.333333"]
    assert np.allclose(own.board()["W"], OWN_NUMBERS["W"], rtol=0, atol=0.00501)


@pytest.mark.parametrize(
    ("label", "key", "to"),
    [
        ("W[1,0]", "ArrowRight", 1.05),
        ("W[0,0]", "ArrowRight", 0.35),
        ("W[0,0]", "ArrowLeft", 0.3),
        ("W[0,1]", "Home", -2.75),
        ("z[1]", "ArrowLeft", 4.95),
        ("z[1]", "Home", -5.0),
        ("b[1]", "End", 2.0),
    ],
)
def test_a_key_moves_one_entry_and_no_other(own, label, key, to):
    own.press(label, key)
    own.until(apart, OWN | {label: to})


@pytest.mark.parametrize(
    ("label", "key", "back"), [("W[0,0]", "ArrowRight", "ArrowLeft"), ("b[1]", "PageUp", "PageDown")]
)
def test_an_own_number_can_be_gone_back_to(own, label, key, back):
    own.press(label, key)
    own.press(label, back)
    own.until(apart, OWN)
    assert changes(own) == 8 * ["0"]


def test_a_drag_moves_one_entry_and_no_other(own):
    own.drag("W[1,1]", by=25)
    moved = own.exactly("W[1,1]")
    assert 0.1 < moved == round(moved * 20) / 20
    own.until(apart, OWN | {"W[1,1]": moved})


def test_page_and_kernel_agree_after_an_error(own):
    own.lab.kernel("view.actions['New random numbers'] = lambda state: 1 / 0")
    own.press("z[0]", "ArrowRight")
    own.click("New random numbers")
    own.press("b[0]", "ArrowRight")
    own.until(apart, OWN | {"z[0]": 0.15, "b[0]": 0.05})
    assert own.where.get_by_role("alert").count() == 0


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
        return by_hand(path)

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
