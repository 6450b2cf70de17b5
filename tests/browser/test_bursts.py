"""Slider events faster than the kernel can answer: the page is soon right, and the kernel keeps nothing of them."""

import numpy as np
import plain
import pytest

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
import gc, psutil
gc.collect()
print(psutil.Process().memory_info().rss)
"""


@pytest.mark.parametrize(
    ("name", "label", "moved", "wanted", "ends"),
    [
        ("01_single_layer", "Move z[0]", "z[0]", plain.single_layer, (-0.35, 0.65, -1.4, 1.85)),
        ("05_gradient_descent", "w₀", "w₀", plain.learning_rate, (-1.2, 1.6, -0.4, 2.9)),
    ],
)
def test_a_burst_is_shown_soon_and_leaves_nothing(ran, name, label, moved, wanted, ends):
    with ran(name) as (view, *_):
        view.click("Reset")
        last = view.slider(label).evaluate("input => Number(input.max)")
        view.press(label, "Home")
        low = view.value(label)
        view.press(label, "End")
        step, values = (view.value(label) - low) / last, view.values()
        around = np.arange(EVENTS - 1) % (last + 1)

        def burst(end, pause):
            arrays, *_ = wanted((values | {moved: end}).get)
            entries = np.concatenate([np.ravel(array) for array in arrays.values()]).tolist()
            stops = [*around.tolist(), round((end - low) / step)]
            took = view.where.evaluate(BURST, {"label": label, "stops": stops, "wanted": entries, "pause": pause})
            assert isinstance(took, (int, float)), took
            return took

        # All at once, and one after the other as fast as a page can. The first round of each warms up.
        first = [burst(end, pause) for end, pause in zip(ends[:2], (False, True), strict=True)]
        before = int(view.lab.kernel(KEPT))
        took = [burst(end, pause) for end, pause in zip(ends[2:], (False, True), strict=True)]
        kept = int(view.lab.kernel(KEPT)) - before
        print(name, {"ms": [*first, *took], "bytes": kept})
        assert max(took) < SOON
        assert kept < ROOM
