"""Every live view in a real browser: it follows what a reader does, as plain NumPy says, and all can use it."""

import re
from functools import partial

import numpy as np
import plain
import pytest
from axe_playwright_python.sync_playwright import Axe
from build import NOTEBOOKS
from colours import miscoloured
from lab import stored_views
from live import given
from page import number


def place(view, label):
    """Where a slider stands: at which of its stops, or at which number."""
    return view.slider(label).evaluate("slider => slider.valueAsNumber ?? Number(slider.ariaValueNow)")


def picture(view):
    """The charts of a view, as they are drawn."""
    return view.where.locator("svg.nn-chart").evaluate_all("all => all.map(chart => chart.outerHTML).join()")


def unpainted(view, before):
    return "" if picture(view) != before else "the picture is what it was"


def wrong(view, wanted):
    return view.lacks(*wanted(view.value))


def follow(view, wanted, *moves):
    """Drag sliders by so many pixels, or choose: each time the board becomes right, and a picture another one."""
    view.until(wrong, wanted)
    for label, to in moves:
        drawn = picture(view)
        if isinstance(to, str):
            view.choose(label, to)
        else:
            stood = place(view, label)
            view.drag(label, by=to)
            assert (place(view, label) - stood) * to > 0
        view.until(wrong, wanted)
        if drawn:
            view.until(unpainted, drawn)


def follow_dot(view, wanted, across, by, moved):
    """Drag a dot: the board becomes right, and the sliders of those labels have moved in that direction."""
    stood = {label: place(view, label) for label in moved}
    view.drag_dot(across, *by)
    view.until(wrong, wanted)
    assert all((place(view, label) - before) * moved[label] > 0 for label, before in stood.items())


def says_why(view, outer, left, right, row, column):
    """An entry of an outer product says what it is: a number of the one row times a number of the other."""
    texts = view._tables()
    view.where.locator(".nn-row table").nth([*texts].index(outer)).locator(f"tr:nth-child({row + 1}) td").nth(
        column
    ).hover()
    factors = [f"({text})" if text.startswith("−") else text for text in (texts[left][0, row], texts[right][0, column])]
    made = rf"{texts[outer][row, column]} [=≈] {re.escape(' · '.join(factors))}"
    assert re.fullmatch(made, view.where.locator(".nn-why").text_content())


# The first entry of the input, and its nudge.
ENTRY, NUDGE = "x[0]", "nudge it by"


def derivative_shapes(view):
    first = view.board()
    K, x_first = first["Kᵀ"].T, first["input x"]

    def wanted(value):
        x, dx = x_first.copy(), np.zeros((1, 3))
        x[0, 0], dx[0, 0] = value(ENTRY), value(NUDGE)
        y, J = x**2 @ K.T, 2 * K * x
        # A nudge that is a row meets the derivative in denominator layout.
        D, met = (J, "(∂y/∂x)ᵀ") if value("layout") == "numerator" else (J.T, "∂y/∂x as it is")
        arrays = {
            "input x": x, "output y": y, "x²": x**2, "Kᵀ": K.T, "∂y/∂x": D,
            "Δy predicted": dx @ J.T, "Δx": dx, met: J.T, "Δy actual": (x + dx) ** 2 @ K.T - y,
        }  # fmt: skip
        return arrays, f"So ∂y/∂x is {D.shape}."

    follow(view, wanted, (NUDGE, 25), (ENTRY, -30), ("layout", "denominator"), (ENTRY, 20))
    # In the other layout the numbers of the derivative, and no others, walk to their new places.
    walking = """view => [...new Set(view.getAnimations({ subtree: true }).map(
        ({ effect }) => effect.target.closest("table").caption.textContent.split(" ")[0]))]"""
    view.choose("layout", "numerator")
    view.until(lambda view: "" if view.where.evaluate(walking) == ["∂y/∂x"] else "the derivative does not walk alone")
    view.until(lambda view: "" if view.where.evaluate(walking) == [] else "it does not arrive")
    # Of the two sliders of an input, the one that has nothing to move is not there.
    for by, there, gone in [("matrix", "X[0,0]", ENTRY), ("vector", ENTRY, "X[0,0]")]:
        view.choose("by a", by)
        view.slider(there).wait_for()
        assert view.control(gone).is_hidden()


def jacobians(view):
    length = "length of the nudge"
    follow(view, plain.jacobians, (length, -20), ("z[1]", -15), ("nudge along", "all of W"), ("W[2,1]", -15))
    follow_dot(view, plain.jacobians, "length", (20, 0), {length: 1})


def weight_tensor(view):
    def amiss(view, *at):
        axis, n = at
        if (view.value("walk along"), view.value("slice")) != at:
            return f"the view is not at slice {n} along {axis}"
        drawn = view.where.locator("svg[role=img]").get_attribute("aria-label")
        return wrong(view, plain.weight_tensor) if f"slice {n} along {axis}" in drawn else drawn

    # A click waits until the page stands still, which a drag does not.
    view.click("Reset")
    view.until(amiss, "k", 0)
    first = view.values()
    view.drag("slice", by=450)
    view.until(amiss, "k", 2)
    view.choose("walk along", "i, the input")
    view.until(amiss, "i", 2)
    view.press("slice", "ArrowRight", times=2)
    view.until(amiss, "i", 4)
    follow(view, plain.weight_tensor, ("z[4]", -30), ("ξ[1]", 20))
    says_why(view, "zᵀξ", "z", "ξ", 3, 2)
    view.choose("walk along", "j, where the weight leads")
    view.until(amiss, "j", 2)
    for button, axis in [("Next slice", "j"), ("New random numbers", "j"), ("Reset", "k")]:
        view.click(button)
        view.until(amiss, axis, 0)
    assert view.values() == first
    view.choose("speed", "medium")
    view.click("Play")
    for n in (1, 2, 0, 1):
        view.until(amiss, "k", n)
    view.click("Pause")
    # The step that is on its way still comes.
    view.page.wait_for_timeout(700)
    paused = view.value("slice")
    view.page.wait_for_timeout(1200)
    assert view.value("slice") == paused
    # Another button pauses, too.
    view.click("Play")
    view.click("Reset")
    view.page.wait_for_timeout(1200)
    view.until(amiss, "k", 0)
    # Drag the box, and it turns.
    box, stood = view.where.locator("[data-drag]"), view.value("turn the box")
    view._in_sight(box)
    at = box.bounding_box()
    view.page.mouse.move(at["x"] + 90, at["y"] + 150)
    view.page.mouse.down()
    view.page.mouse.move(at["x"] + 130, at["y"] + 155, steps=5)
    view.page.mouse.up()
    view.until(lambda view: "" if view.value("turn the box") > stood else "the box has not turned")
    view.until(amiss, "k", 0)
    # What was to be tried is ticked, once and for good.
    met = view.where.locator(".nn-met")
    assert met.all_text_contents() == ["gather the whole of zᵀξ along j ✓"]
    view.slider("ξ[0]").press("0")
    view.page.keyboard.press("Enter")
    view.until(lambda view: "" if met.count() == 2 else "it is not ticked")
    view.click("Reset")
    view.until(amiss, "k", 0)
    assert met.all_text_contents()[1] == "make a whole column of zᵀξ vanish ✓"


def backpropagation(view):
    network, x, t, _ = given("backpropagation.view")
    (W, b, f), *others = [(layer.W, layer.b, layer.activation.name) for layer in network.layers]

    def passes(i, j, nudge):
        nudged = W.copy()
        nudged[i, j] += nudge
        return plain.backpropagation([(nudged, b, f), *others], x, t)

    def wanted(value):
        i, j = map(int, re.fullmatch(r"W\(1\)\[(\d), (\d)\]", value("weight")).groups())
        (before, E_before), (arrays, E), nudge = passes(i, j, 0), passes(i, j, value("nudge")), value("nudge")
        foretold = before["∂E/∂W(1) = z(0)⊤ξ(1)"][i, j] * nudge
        return (
            arrays,
            f" = {plain.signed(foretold, 4)}E goes from",
            f"E goes from {E_before:.4f} to {E:.4f}, a change of {plain.signed(E - E_before, 4)}",
        )

    def over(view):
        return view.where.locator("button[aria-disabled=true]").all_text_contents()

    def unknown(view, step, dots):
        seen = view.where.locator(".nn-row td").all_text_contents().count("·")
        at = f"Step {step} of 6:"
        return "" if seen == dots and at in view.said() else f"{seen} entries are not known yet in {view.said()!r}"

    # Of ξ(2), ∂E/∂W(2), δ(1), ξ(1) and ∂E/∂W(1).
    dots = 2 + 6 + 3 + 3 + 15
    view.until(unknown, 1, dots)
    view.click("Next factor")
    view.until(unknown, 2, dots - 2)
    assert not over(view)
    view.click("All factors")
    view.until(unknown, 6, 0)
    # There is nothing left to do, and so it stays.
    assert over(view) == ["Play", "Next factor"]
    view.where.get_by_role("button", name="Play").press("Enter")
    view.click("Start again")
    view.until(unknown, 1, dots)
    assert not over(view)
    view.choose("speed", "fast")
    view.click("Play")
    view.until(unknown, 6, 0)
    view.until(lambda view: "" if over(view) == ["Play", "Next factor"] else "it plays on")
    for l in 1, 2:
        product = f"∂E/∂W({l}) = z({l - 1})⊤ξ({l})"
        says_why(view, product, f"z({l - 1})", f"ξ({l}) = ∂E/∂b({l})", 1, 0)
    for i, j in (0, 0), (4, 2):
        # An edge is clicked where no other lies on it.
        view._in_sight(view.where.locator("svg[role=img]"))
        edge = view.where.locator(f'[data-to="W(1)[{i}, {j}]"]')
        at = edge.evaluate(
            """path => {
                const at = path.getPointAtLength(40).matrixTransform(path.getScreenCTM())
                return [at.x, at.y]
            }"""
        )
        view.page.mouse.click(*at)
        view.until(lambda view, name=f"W(1)[{i}, {j}]": "" if view.value("weight") == name else "no edge is chosen")
        follow(view, wanted, ("nudge", 35), ("nudge", -50))


def learning_rate(view):
    follow(view, plain.learning_rate, (plain.RATE, 15), (plain.RATE, -30), ("w₀", 40), ("b₀", -20))
    # Why a number is what it is, at the γ that it now has.
    view.where.locator("td").first.hover()
    assert f" − {view.value(plain.RATE):.3g} · " in view.where.locator(".nn-why").text_content()
    follow_dot(view, plain.learning_rate, "w", (-30, 25), {"w₀": -1, "b₀": -1})


def training(view):
    def epoch(view):
        return int(re.search(r"Epoch (\d+):", view.said())[1])

    def not_at(view, *epochs):
        return "" if epoch(view) in epochs else f"it is epoch {epoch(view)}, not yet {epochs[0]}"

    def certain():
        # Ten probabilities, each rounded to two decimals.
        (said,) = view.board().values()
        assert said.shape == (10, 10) and np.abs(said.sum(axis=1) - 1).max() <= 10 * 0.005
        return said.diagonal().mean()

    at_first, drawn = certain(), picture(view)
    view.until(not_at, 0)
    view.click("One epoch")
    view.until(not_at, 1)
    view.until(unpainted, drawn)
    assert certain() > at_first
    # Smaller steps, so that the run is not over before the button is pressed.
    view.choose("batch size B", "8")
    rate = place(view, plain.RATE)
    view.drag(plain.RATE, by=-20)
    assert place(view, plain.RATE) < rate
    view.click("Play")
    view.until(not_at, *range(4, 100))
    view.click("Pause")
    # The epoch that is on its way still comes.
    view.page.wait_for_timeout(500)
    paused, drawn = epoch(view), picture(view)
    assert 4 <= paused < 100 and certain() > at_first
    view.page.wait_for_timeout(500)
    assert epoch(view) == paused and picture(view) == drawn
    assert f"{-(-len(given('gradient_descent.training')[1][0]) // 8)} steps moved" in view.said()
    view.click("Reset")
    view.until(not_at, 0)
    view.until(unpainted, drawn)
    assert certain() == at_first and place(view, plain.RATE) == rate


def activation_curves(view):
    wanted = partial(plain.activation_curves, delta=view.board()["δ"][0])
    follow_dot(view, wanted, "x 1", (25, 0), {"x[1]": 1})
    # And what has been moved on the picture can be moved on with the large slider.
    assert view.slider("Move x[1]").count() == 1
    follow(view, wanted, ("x[0]", 20), ("activation", "softmax"), ("x[2]", -15))


def prediction(view):
    follow(view, plain.prediction, ("y[0]", 50), ("t[0]", -30))
    follow_dot(view, plain.prediction, "y", (-40, 0), {"y[0]": -1})


def logits(view):
    follow(view, plain.logits, ("u[0]", 20), ("u[2]", -15), ("right class", "2"))
    before = view.value("u[2]")
    view.click("Step against the gradient")
    view.until(lambda view: "" if view.value("u[2]") > before else "the right class has not gained")
    view.until(wrong, plain.logits)


def operations(view):
    follow(view, plain.operations, ("x", -40), ("y", 30))


# What is typed on the blackboard of each page, and what a good teacher says to it.
TYPED = {
    "02_jacobians": [
        ("F W^T", "Right: it holds"),
        ("F W", "does not meet"),
        ("F WT", "a transpose is written W^T"),
        ("sum_j F_kj W_ij", "Right: it holds"),
    ],
    "03_weight_tensor": [
        ("z^T xi", "✓ Right: it holds on 26 examples, with numbers and widths drawn at random."),
        (r"z^\top\xi", "Right: it holds on 26 examples, with numbers and widths drawn at random."),
        ("∂E/∂W = zᵀ ξ", "Right: it holds on 26 examples, with numbers and widths drawn at random."),
        ("sum_k xi_k T_kij", "Right: it holds on 26 examples, with numbers and widths drawn at random."),
        ("z_i xi_j", "Right: it holds on 26 examples, with numbers and widths drawn at random."),
        ("xi^T z", "Not yet: this is its transpose."),
        ("2z^T xi", "Not yet: it is 2 times what is needed"),
        ("-z^T xi", "Not yet: the sign is wrong"),
        ("z xi", "Not yet: a row does not meet a row"),
        ("z^T delta", "Not yet: the shape is right, the numbers are not: 15 of 15 differ, by"),
        ("z_i xi_k", "Not yet: the free indices are i and k, and have to be i and j"),
        ("z^T delta F^T", "Nearly: right where F is symmetric"),
        ("q^T xi", "Not yet: q is not a letter of this page"),
        ("dE/dW", "Not yet: that is the question itself."),
        ("z^T xi)", "Not yet: ) stands where"),
        ("<img src=x onerror=alert(1)>", "Not yet: < stands where"),
        ("__import__('os').system('ls')", "Not yet: _ stands where"),
    ],
    "04_backpropagation": [
        ("delta^(l+1) F^(l+1) W^(l+1)^T", "Right: it holds"),
        ("delta^(l+1) odot f'(u^(l+1)) W^(l+1)^T", "differ; entry by entry they need to be equal"),
        ("xi^(l+1) W^(l+1)^T", "Right: it holds"),
    ],
    "07_losses": [
        ("2(y-t) odot y odot (1-y)", "Not yet: it is D times what is needed"),
        ("2/D (y-t) odot y odot (1-y)", "Right: it holds"),
    ],
}


def blackboard(view, answers):
    def silent(view, words):
        return "" if words in view.said() else f"{words!r} is not in {view.said()!r}"

    view.until(silent, "These letters may stand in it")
    line = view.control("Your formula")
    for typed, words in answers:
        line.fill("")
        line.press_sequentially(typed)
        view.until(silent, words)
        assert line.input_value() == typed
        # Where it cannot be set, the question stands there.
        assert view.where.locator("math").count() == 1
        assert ("= ?" in view.said()) == ("stands where" in words)
    view.click("Reset")
    view.until(silent, "These letters may stand in it")


# Of each view a control that no other view of its notebook has.
VIEWS = [
    ("00_derivative_shapes", ENTRY, derivative_shapes),
    ("02_jacobians", "length of the nudge", jacobians),
    ("03_weight_tensor", "slice", weight_tensor),
    ("04_backpropagation", "nudge", backpropagation),
    ("05_gradient_descent", "w₀", learning_rate),
    ("05_gradient_descent", "batch size B", training),
    ("06_activations", "x[0]", activation_curves),
    ("07_losses", "y[0]", prediction),
    ("07_losses", "u[0]", logits),
    ("08_what_libraries_do", "x", operations),
    *((name, "Your formula", partial(blackboard, answers=answers)) for name, answers in TYPED.items()),
]


NAMES = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
every_notebook = pytest.mark.parametrize("notebook", NAMES, indirect=True)


@pytest.fixture
def notebook(request, kept):
    return kept(request.param)


@every_notebook
def test_a_notebook_runs_clean_and_its_views_take_the_place_of_their_pictures(request, notebook):
    assert len(notebook) == stored_views(request.node.callspec.params["notebook"]) > 0
    for view in notebook:
        view.where.locator(".nn-row").first.wait_for(state="attached")
        view.where.evaluate("live => live.scrollIntoView()")
        view.where.wait_for(state="visible")
        # The picture takes no room.
        still, alive = view.where.evaluate(
            """live => [...live.closest('.jp-OutputArea').querySelectorAll('.jp-OutputArea-child')]
                .map(output => output.offsetHeight)"""
        )
        assert still == 0 < alive
    assert notebook[0].lab.still_views().count() == 0
    assert notebook[0].lab.errors() == []


@pytest.mark.parametrize(("notebook", "label", "follows"), VIEWS, indirect=["notebook"])
def test_a_view_follows_what_a_reader_does(notebook, label, follows):
    (view,) = (view for view in notebook if view.control(label).count())
    follows(view)
    assert view.lab.errors() == []


def violations(view):
    """What axe finds in a view that keeps some from using it, in words."""
    view.where.scroll_into_view_if_needed()
    view.where.evaluate("view => { view.dataset.axe = 'here' }")
    found = Axe().run(view.page, context="[data-axe=here]").response["violations"]
    view.where.evaluate("view => { delete view.dataset.axe }")
    return [
        f"{rule['id']} ({rule['impact']}): {node['html']} {node['failureSummary']}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


@every_notebook
def test_axe_finds_no_barrier(notebook):
    page = notebook[0].page
    for theme, light in ("JupyterLab Dark", False), ("JupyterLab Light", True):
        page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
        page.locator(f"body[data-jp-theme-light={str(light).lower()}]").wait_for(state="attached")
        for view in notebook:
            assert violations(view) == [], theme


COLOURS = """view => [...view.querySelectorAll('td')].map(cell =>
    [cell.textContent, getComputedStyle(cell).backgroundColor])"""


@every_notebook
def test_a_negative_cell_is_blue_and_a_positive_one_orange(notebook):
    for view in notebook:
        full = number(view.where.locator(".nn-legend").get_attribute("data-high"))
        cells = view.where.evaluate(COLOURS)
        # An empty blackboard has none.
        assert cells or view.control("Your formula").count()
        assert miscoloured(cells, full) == []


FOCUS = """view => {
    const all = [...view.querySelectorAll('input, select, button, [role=slider], td[tabindex="0"]')]
    const style = getComputedStyle(document.activeElement)
    return [all.indexOf(document.activeElement), style.outlineStyle, parseFloat(style.outlineWidth)]
}"""


@pytest.mark.parametrize("notebook", ["01_single_layer"], indirect=True)
def test_tab_reaches_every_control_in_order(notebook):
    (view,) = notebook
    controls = view.controls()
    # The large slider, the activation, three buttons, u, 11 entries, ten tables more, and the button that copies.
    assert controls.count() == 1 + 1 + 3 + 1 + 3 + 6 + 2 + 10 + 1
    controls.first.focus()
    for key in ("Tab", "Shift+Tab"):
        view.page.keyboard.press(key)
    for n in range(controls.count()):
        at, outline, width = view.where.evaluate(FOCUS)
        assert (at, width > 0) == (n, True) and outline != "none"
        view.page.keyboard.press("Tab")
    # And out of the view again.
    assert view.where.evaluate(FOCUS)[0] == -1


def test_axe_finds_a_barrier_where_there_is_one(ran):
    with ran("01_single_layer") as (view,):
        view.where.evaluate(
            """view => view.querySelectorAll('input, [role=slider]').forEach(slider => {
                slider.removeAttribute('aria-label')
                slider.closest('label')?.replaceWith(slider)
            })"""
        )
        found = sorted(words.split(":")[0] for words in violations(view))
        assert found == 11 * ["aria-input-field-name (serious)"] + ["label (critical)"]
