"""Slider events faster than the kernel can answer: the page is soon right, and the kernel keeps nothing of them."""

from contextlib import closing

import numpy as np
import pytest
from lab import View
from plain_layer import START, expected

EVENTS = 500
SOON = 250  # ms, from the last event until the page is right
ROOM = 5e6  # bytes

BURST = """async (view, {label, stops, wanted, pause}) => {
    const input = [...view.querySelectorAll('input')].find(input => input.ariaLabel === label)
    const right = () => {
        const cells = [...view.querySelectorAll('.nn-row td')].map(cell => cell.textContent.replace('\\u2212', '-'))
        return cells.length === wanted.length && cells.every((text, n) => Math.abs(text - wanted[n]) < 0.005 + 1e-9)
    }
    if (right()) return 'it is right before anything has moved'
    for (const stop of stops) {
        if (pause) await new Promise(then => setTimeout(then))
        input.value = stop
        input.dispatchEvent(new Event('input', {bubbles: true}))
    }
    const last = performance.now()
    while (!right()) {
        await new Promise(requestAnimationFrame)
        if (performance.now() - last > 20_000) return 'it does not become right'
    }
    return performance.now() - last
}"""

KEPT = """
import gc, matplotlib.figure, psutil
gc.collect()
print(sum(issubclass(type(it), matplotlib.figure.Figure) for it in gc.get_objects()))
print(psutil.Process().memory_info().rss)
"""


def layer(z_0):
    """The entries of the board of notebook 01, one after the other, at that z[0]."""
    z, W, b = START
    return expected((np.array([z_0, *z[1:]]), W, b)).values()


def path(rate):
    """Those of the first board of notebook 05: from a w, at that γ."""
    x, t = np.array([-0.5, 0.2, 0.9, 1.4, 2.0]), np.array([-1.1, -0.3, 0.8, 1.7, 2.4])
    X = np.stack([x, np.ones(5)], axis=1)
    curvatures = np.sort(np.linalg.eigvalsh(2 / 5 * X.T @ X))[::-1]

    def entries(w):
        visited = [np.array([w, 0.0])]
        for _ in range(6):
            visited.append(visited[-1] - rate * 2 / 5 * X.T @ (X @ visited[-1] - t))
        J = [np.mean((X @ theta - t) ** 2) for theta in visited]
        slope = 2 / 5 * X.T @ (X @ visited[0] - t)
        return [visited[1], visited[0], slope, J, curvatures, 1 - rate * curvatures]

    return entries


@pytest.mark.parametrize(
    ("name", "label", "ends"),
    [("01_single_layer", "z[0]", (-0.35, 0.65, -1.4, 1.85)), ("05_gradient_descent", "w₀", (-1.2, 1.6, -0.4, 2.9))],
)
def test_a_burst_is_shown_soon_and_leaves_nothing(opened, name, label, ends):
    with closing(opened(name)) as lab:
        lab.run_all()
        view = View(lab, lab.live_views().first)
        view.click("Reset")
        last = view.slider(label).evaluate("input => Number(input.max)")
        view.press(label, "Home")
        low = view.value(label)
        view.press(label, "End")
        step = (view.value(label) - low) / last
        around = np.arange(EVENTS - 1) % (last + 1)
        entries = layer
        if name == "05_gradient_descent":
            entries = path(view.value("γ"))

        def burst(end, pause):
            wanted = np.concatenate([np.ravel(array) for array in entries(end)]).tolist()
            stops = [*around.tolist(), round((end - low) / step)]
            took = view.where.evaluate(BURST, {"label": label, "stops": stops, "wanted": wanted, "pause": pause})
            assert isinstance(took, (int, float)), took
            return took

        # All at once, and one after the other as fast as a page can. The first round of each warms up.
        first = [burst(end, pause) for end, pause in zip(ends[:2], (False, True), strict=True)]
        figures, memory = map(int, lab.kernel(KEPT).split())
        took = [burst(end, pause) for end, pause in zip(ends[2:], (False, True), strict=True)]
        figures_after, memory_after = map(int, lab.kernel(KEPT).split())
        measured = {"ms": [*first, *took], "figures": figures_after - figures, "MB": (memory_after - memory) / 1e6}
        print(name, measured)
        assert max(took) < SOON
        assert figures_after <= figures
        assert memory_after - memory < ROOM
        assert lab.errors() == []
