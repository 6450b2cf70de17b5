"""A live view on a reader's own numbers, in a real browser: they stand as they are until he moves them."""

import json

import numpy as np
import pytest
from lab import View

Z, B = [0.123, 5.0], [0.0, -1 / 3]
W = [[0.333, -2.75], [1.0, 0.017]]
OWN = {
    "z[0]": 0.123, "z[1]": 5.0, "W[0,0]": 0.333, "W[0,1]": -2.75, "W[1,0]": 1.0, "W[1,1]": 0.017,
    "b[0]": 0.0, "b[1]": -1 / 3,
}  # fmt: skip
SHOWN = ["0.123", "5.00", "0.333", "−2.75", "1.00", "0.017", "0.00", "−0.333333"]


@pytest.fixture(scope="module")
def opened_view(opened):
    lab = opened("01_single_layer")
    lab.run_all()
    views = lab.live_views().count()
    lab.run_new(f"view = single_layer.view({Z}, {W}, {B})\nview")
    where = lab.live_views().nth(views)
    where.locator(".nn-row").first.wait_for(state="attached")
    yield View(lab, where)
    assert lab.errors() == []
    lab.close()


@pytest.fixture
def view(opened_view):
    opened_view.click("Reset")
    opened_view.until(apart, OWN)
    return opened_view


def apart(view, wanted):
    """Where page or kernel have other numbers than these, in words."""
    page = {label: view.exactly(label) for label in wanted}
    kernel = json.loads(
        view.lab.kernel(
            "import json\n"
            "print(json.dumps({f'{n}[{\",\".join(map(str, at))}]': x.item()"
            " for n in 'zWb' for at, x in __import__('numpy').ndenumerate(view.state[n])}))"
        )
    )
    return "" if page == kernel == wanted else f"the page has {page} and the kernel {kernel}, not {wanted}"


def test_they_stand_there_as_they_are(view):
    texts = [view.slider(label).get_attribute("aria-valuetext") for label in OWN]
    assert texts == SHOWN == view.where.locator(".nn-value").all_text_contents()
    assert np.allclose(view.board()["W"], W, rtol=0, atol=0.00501)


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
def test_a_key_moves_one_entry_and_no_other(view, label, key, to):
    view.press(label, key)
    view.until(apart, OWN | {label: to})


@pytest.mark.parametrize(
    ("label", "key", "back"), [("W[0,0]", "ArrowRight", "ArrowLeft"), ("b[1]", "PageUp", "PageDown")]
)
def test_there_and_back(view, label, key, back):
    view.press(label, key)
    view.press(label, back)
    view.until(apart, OWN)
    changes = view.where.locator("table").filter(has_text="Δ").locator("td")
    assert changes.all_text_contents() == 8 * ["0"]


def test_a_drag_moves_one_entry_and_no_other(view):
    view.drag("W[1,1]", by=25)
    moved = view.exactly("W[1,1]")
    assert 0.1 < moved == round(moved * 20) / 20
    view.until(apart, OWN | {"W[1,1]": moved})


def test_page_and_kernel_agree_after_an_error(view):
    view.lab.kernel("view.actions['New random numbers'] = lambda state: 1 / 0")
    view.press("z[0]", "ArrowRight")
    view.click("New random numbers")
    view.press("b[0]", "ArrowRight")
    view.until(apart, OWN | {"z[0]": 0.15, "b[0]": 0.05})
    assert view.where.get_by_role("alert").count() == 0
