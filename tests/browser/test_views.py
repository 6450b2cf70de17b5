"""Every live view in a real browser: it follows what a reader does, and all can use it.

The numbers on the page are held to plain NumPy, computed here from what the sliders show. Notebooks 01 and 03 have
files of their own for that.
"""

import json
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from lab import View


def sigmoid(u):
    return 1 / (1 + np.exp(-u))


def softmax(u):
    return np.exp(u) / np.exp(u).sum()


def place(view, label):
    """At which of its stops a slider stands."""
    return view.slider(label).evaluate("input => input.valueAsNumber")


def text(view):
    """The sentences of the board."""
    return " ".join(view.where.locator(".nn-row .nn-text").all_text_contents())


def lacking(view, wanted, digits=lambda name: 2):
    """What the board lacks, in words: ``wanted(view)`` gives its arrays, and the words that its sentences must have."""
    arrays, *words = wanted(view)
    arrays = {name: np.atleast_2d(array) for name, array in arrays.items()}
    seen, said = view.board(), text(view)
    if seen.keys() != arrays.keys():
        return f"the arrays are {list(seen)}, not {list(arrays)}"
    faults = [
        f"{name} is\n{seen[name]}\nnot\n{array}"
        for name, array in arrays.items()
        if seen[name].shape != array.shape or np.abs(seen[name] - array).max() > 0.5 * 0.1 ** digits(name) + 1e-9
    ]
    return "\n".join(faults + [f"{word!r} is not in {said!r}" for word in words if word not in said])


def signed(x, digits):
    """A number as the page writes it."""
    return "0" if x == 0 else f"{x:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def picture(view):
    return view.where.locator("canvas[role=img]").evaluate("canvas => canvas.toDataURL()")


def unpainted(view, before):
    return "" if picture(view) != before else "the picture is what it was"


def dragged(view, label, by, *expectation):
    """Drag a slider: it moves, the board becomes right, and the picture, where there is one, another one."""
    view.until(lacking, *expectation)
    stood, drawn = place(view, label), view.where.locator("canvas").count() and picture(view)
    view.drag(label, by=by)
    assert (place(view, label) - stood) * by > 0
    view.until(lacking, *expectation)
    if drawn:
        view.until(unpainted, drawn)


# Notebook 00


def derivative_shapes(view):
    first = view.board()
    K, x_first, layout = first["Kᵀ"].T, first["input x"], "numerator"

    def wanted(view):
        x, dx = x_first.copy(), np.zeros((1, 3))
        x[0, 0], dx[0, 0] = view.value("entry of x"), view.value("nudge")
        y, J = x**2 @ K.T, 2 * K * x
        # A nudge that is a row meets the derivative in denominator layout.
        D, met = (J, "(∂y/∂x)ᵀ") if layout == "numerator" else (J.T, "∂y/∂x as it is")
        arrays = {
            "input x": x, "output y": y, "x²": x**2, "Kᵀ": K.T, "∂y/∂x": D,
            "Δy predicted": dx @ J.T, "Δx": dx, met: J.T, "Δy actual": (x + dx) ** 2 @ K.T - y,
        }  # fmt: skip
        return arrays, f"So ∂y/∂x is {D.shape}."

    dragged(view, "nudge", 25, wanted)
    dragged(view, "entry of x", -30, wanted)
    view.choose("layout", "denominator")
    layout = "denominator"
    dragged(view, "entry of x", 20, wanted)


# Notebook 02


def jacobians(view):
    directions = {"z[1]": ([0, 1, 0], np.zeros((3, 2))), "all of W": (np.zeros(3), np.ones((3, 2)) / np.sqrt(6))}
    along = "z[1]"

    def wanted(view):
        z = np.array([view.value(f"z[{i}]") for i in range(3)])
        W = np.array([[view.value(f"W[{i},{j}]") for j in range(2)] for i in range(3)])
        b = np.array([view.value(f"b[{j}]") for j in range(2)])
        length = view.value("length")
        u = z @ W + b
        F = np.diag(sigmoid(u) * (1 - sigmoid(u)))

        def changes(length):
            dz, dW = (length * np.array(d) for d in directions[along])
            return dz, dW, F @ (dz @ W + z @ dW), sigmoid((z + dz) @ (W + dW) + b) - sigmoid(u)

        dz, dW, predicted, actual = changes(length)
        errors = [np.linalg.norm(np.subtract(*changes(share * length)[2:])) for share in (1, 0.5)]
        return (
            {
                "u": u, "z": z, "W": W, "b": b, "z′": sigmoid(u), "∂z′/∂b = F": F, "∂z′/∂z": F @ W.T, "F": F,
                "∂u/∂z = Wᵀ": W.T, "Δz": dz, "ΔW": dW, "Δb": np.zeros(2),
                "Δz′ predicted": predicted, "Δz′ actual": actual,
            },
            f"A nudge of length {length:.3g}: the prediction is wrong by {errors[0]:.3g}.",
            f"it is wrong by {errors[1]:.3g}",
        )  # fmt: skip

    dragged(view, "length", -20, wanted)
    dragged(view, "z[1]", -15, wanted)
    view.choose("nudge along", "all of W")
    along = "all of W"
    dragged(view, "W[2,1]", -15, wanted)


# Notebook 04


def backpropagation(view):
    # W(1) and b are not on the page.
    given = json.loads(
        view.lab.kernel(
            "import json\n"
            "print(json.dumps([[[l.W.tolist(), l.b.tolist()] for l in network.layers[1:]], z[1].tolist(), t.tolist()]))"
        )
    )
    (W1, b1), (W2, b2) = [map(np.array, layer) for layer in given[0]]
    x, t = map(np.array, given[1:])

    def passes(nudge):
        V = W1.copy()
        V[0, 0] += nudge
        z1 = sigmoid(x @ V + b1)
        z2 = softmax(z1 @ W2 + b2)
        F1, F2 = np.diag(z1 * (1 - z1)), np.diag(z2) - np.outer(z2, z2)
        delta2 = -t / z2
        xi2 = delta2 @ F2
        delta1 = xi2 @ W2.T
        xi1 = delta1 @ F1
        arrays = {
            "z(0)": x, "z(1)": z1, "z(2)": z2, "t": t,
            "δ(2) = ∂E/∂z(2)": delta2, "F(2)": F2, "ξ(2) = ∂E/∂b(2)": xi2,
            "∂E/∂W(2) = z(1)⊤ξ(2)": np.outer(z1, xi2), "W(2)⊤": W2.T,
            "δ(1) = ξ(2)W(2)⊤": delta1, "F(1)": F1, "ξ(1) = ∂E/∂b(1)": xi1, "∂E/∂W(1) = z(0)⊤ξ(1)": np.outer(x, xi1),
        }  # fmt: skip
        return arrays, -(t * np.log(z2)).sum()

    def wanted(view):
        nudge = view.value("nudge")
        before, E_before = passes(0)
        arrays, E = passes(nudge)
        slope = before["∂E/∂W(1) = z(0)⊤ξ(1)"][0, 0]
        return (
            arrays,
            f" = {signed(slope * nudge, 4)}E goes from",
            f"E goes from {E_before:.4f} to {E:.4f}, a change of {signed(E - E_before, 4)}",
        )

    def unknown(view, step, dots):
        seen = view.where.locator(".nn-row td").all_text_contents().count("·")
        at = f"Step {step} of 6:"
        return "" if seen == dots and at in text(view) else f"{seen} entries are not known yet in {text(view)!r}"

    def digits(name):
        return 2 if name[0] in "ztW" else 3

    # Of ξ(2), ∂E/∂W(2), δ(1), ξ(1) and ∂E/∂W(1).
    dots = 2 + 6 + 3 + 3 + 15
    view.until(unknown, 1, dots)
    view.click("Next factor")
    view.until(unknown, 2, dots - 2)
    view.click("All factors")
    view.until(unknown, 6, 0)
    dragged(view, "nudge", 35, wanted, digits)
    dragged(view, "nudge", -50, wanted, digits)


# Notebook 05


def learning_rate(view):
    x, t = np.array([-0.5, 0.2, 0.9, 1.4, 2.0]), np.array([-1.1, -0.3, 0.8, 1.7, 2.4])
    X = np.stack([x, np.ones(5)], axis=1)
    curvatures = np.sort(np.linalg.eigvalsh(2 / 5 * X.T @ X))[::-1]

    def wanted(view):
        rate = view.value("γ")
        path = [np.array([view.value("w₀"), view.value("b₀")])]
        for _ in range(6):
            path.append(path[-1] - rate * 2 / 5 * X.T @ (X @ path[-1] - t))
        J = [np.mean((X @ theta - t) ** 2) for theta in path]
        arrays = {
            "θ1": path[1], "θ0": path[0], "∇J(θ0)": (path[0] - path[1]) / rate, "J after 0 to 6 steps": J,
            "curvatures λ": curvatures, "1 − γλ": 1 - rate * curvatures,
        }  # fmt: skip
        return arrays, f"− {rate:.3g} ·", f"The first step takes {J[0] - J[1]:.3g} off J"

    dragged(view, "γ", 15, wanted)
    dragged(view, "γ", -30, wanted)
    dragged(view, "w₀", 40, wanted)
    dragged(view, "b₀", -20, wanted)


def epoch(view):
    return int(re.search(r"Epoch (\d+):", text(view))[1])


def not_at(view, n):
    return "" if epoch(view) == n else f"it is epoch {epoch(view)}, not {n}"


def before_epoch(view, n):
    return "" if epoch(view) >= n else f"it is epoch {epoch(view)}, not yet {n}"


def training(view):
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
    rate = place(view, "γ")
    view.drag("γ", by=-20)
    assert place(view, "γ") < rate
    view.click("Play")
    view.until(before_epoch, 4)
    view.click("Pause")
    # The epoch that is on its way still comes.
    view.page.wait_for_timeout(500)
    paused, drawn = epoch(view), picture(view)
    assert 4 <= paused < 100 and certain() > at_first
    view.page.wait_for_timeout(500)
    assert epoch(view) == paused and picture(view) == drawn
    assert f"{int(np.ceil(view_samples(view) / 8))} steps moved" in text(view)
    view.click("Reset")
    view.until(not_at, 0)
    view.until(unpainted, drawn)
    assert certain() == at_first and place(view, "γ") == rate


def view_samples(view):
    return int(view.lab.kernel("print(len(split.train[0]))"))


# Notebook 06


def activation_curves(view):
    delta = view.board()["δ"][0]
    f, jacobian = sigmoid, lambda s: np.diag(s * (1 - s))

    def wanted(view):
        x = np.array([view.value(f"x[{i}]") for i in range(3)])
        F = jacobian(f(x))
        lengths = [np.linalg.norm(row) for row in (delta, delta @ F)]
        arrays = {"x": x, "f(x)": f(x), "δF": delta @ F, "δ": delta, "F": F}
        return arrays, f"length {lengths[0]:.3g}, the bend lets length {lengths[1]:.3g} through"

    dragged(view, "x[0]", 20, wanted)
    view.choose("activation", "softmax")
    f, jacobian = softmax, lambda S: np.diag(S) - np.outer(S, S)
    dragged(view, "x[2]", -15, wanted)


# Notebook 07


def prediction(view):
    def wanted(view):
        y, t = (np.array([view.value(name), 1 - view.value(name)]) for name in "yt")
        arrays = {"y": y, "t": t, "∂EMSE/∂y = (2/D)(y − t)": y - t, "∂ECE/∂y = −t/y": -t / y}
        mse, cross = np.mean((y - t) ** 2), -(t * np.log(y)).sum()
        slopes = [signed(row @ [1, -1], 3) for row in (y - t, -t / y)]
        return arrays, *(
            f" = {E:.3f}, slope along the row (1, −1): {s}." for E, s in zip((mse, cross), slopes, strict=True)
        )

    dragged(view, "y", 50, wanted)
    dragged(view, "t", -30, wanted)


def logits(view):
    right = 1

    def wanted(view):
        u, t = np.array([view.value(f"u[{k}]") for k in range(3)]), np.eye(3)[right]
        S = softmax(u)
        F = np.diag(S) - np.outer(S, S)
        arrays = {
            "u": u, "S": S, "S − t": S - t, "t": t, "−t/S · F": -t / S @ F, "−t/S": -t / S, "F = diag(S) − SᵀS": F,
        }  # fmt: skip
        return arrays, f"E = −log {S[right]:.4f} = {-np.log(S[right]):.4f}.", "rounds to 0.000000"

    dragged(view, "u[0]", 20, wanted)
    dragged(view, "u[2]", -15, wanted)
    view.choose("right class", "2")
    right = 2
    view.until(lacking, wanted)
    before = view.value("u[2]")
    view.click("Step against the gradient")
    view.until(lambda view: "" if view.value("u[2]") > before else "the right class has not gained")
    view.until(lacking, wanted)


VIEWS = {
    "00_derivative_shapes": [derivative_shapes],
    "02_jacobians": [jacobians],
    "04_backpropagation": [backpropagation],
    "05_gradient_descent": [learning_rate, training],
    "06_activations": [activation_curves],
    "07_losses": [prediction, logits],
}
# Pytest orders the tests by the place in these lists, so that each notebook is opened once.
EVERY = [*VIEWS, "01_single_layer", "03_weight_tensor"]


@pytest.fixture(scope="module")
def notebook(request, opened):
    """The live views of a notebook that has run; at the end nothing may have gone wrong."""
    lab = opened(request.param)
    lab.run_all()
    last = lab.live_views().nth(len(VIEWS.get(request.param, ["one"])) - 1)
    last.locator(".nn-row").first.wait_for(state="attached")
    yield [View(lab, where) for where in lab.live_views().all()]
    assert lab.errors() == []
    lab.close()


@pytest.mark.parametrize("notebook", VIEWS, indirect=True)
def test_views_follow_a_drag(notebook, request):
    checks = VIEWS[request.node.callspec.params["notebook"]]
    for view, follow in zip(notebook, checks, strict=True):
        follow(view)
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


@pytest.mark.parametrize("notebook", EVERY, indirect=True)
def test_axe_finds_no_barrier(notebook):
    page = notebook[0].page
    for theme, light in ("JupyterLab Dark", False), ("JupyterLab Light", True):
        page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
        page.locator(f"body[data-jp-theme-light={str(light).lower()}]").wait_for(state="attached")
        for view in notebook:
            assert violations(view) == [], theme


@pytest.fixture(scope="module")
def single(opened):
    lab = opened("01_single_layer")
    lab.run_all()
    lab.page.locator(".nn-live .nn-row").first.wait_for(state="attached")
    yield View(lab, lab.live_views())
    assert lab.errors() == []
    lab.close()


FOCUS = """view => {
    const all = [...view.querySelectorAll('input, select, button')]
    const style = getComputedStyle(document.activeElement)
    return [all.indexOf(document.activeElement), style.outlineStyle, parseFloat(style.outlineWidth)]
}"""


def test_tab_reaches_every_control_in_order(single):
    controls = single.where.locator("input, select, button")
    # 11 sliders, the activation, and three buttons.
    assert controls.count() == 3 + 6 + 2 + 1 + 3
    controls.first.focus()
    for key in ("Tab", "Shift+Tab"):
        single.page.keyboard.press(key)
    for n in range(controls.count()):
        at, outline, width = single.where.evaluate(FOCUS)
        assert (at, width > 0) == (n, True) and outline != "none"
        single.page.keyboard.press("Tab")
    # And out of the view again.
    assert single.where.evaluate(FOCUS)[0] == -1


def test_axe_finds_a_barrier_where_there_is_one(single):
    # The last test of this page: its sliders lose their names.
    single.where.evaluate(
        """view => view.querySelectorAll('input').forEach(input => {
            input.removeAttribute('aria-label')
            input.closest('label').replaceWith(input)
        })"""
    )
    found = violations(single)
    assert len(found) == 11 and all(words.startswith("label (critical)") for words in found)
