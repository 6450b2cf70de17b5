"""The book in Firefox and in WebKit: a view wakes and moves, and a cell runs."""

import engines
import pytest
from served import wait_for

VIEW = "document.querySelector('.nn-book-view')"
CELL = "[...document.querySelectorAll('div.cell')].find(cell => cell.textContent.includes('check('))"


@pytest.fixture(params=[engines.firefox, engines.webkit], ids=lambda engine: engine.__name__)
def reading(request, published):
    """A page of the book: a function that evaluates a script there."""
    with request.param() as (go, evaluate):
        go(f"{published[0].address}01_single_layer.html")
        yield evaluate


def test_a_view_wakes_and_moves_and_a_cell_runs(reading):
    assert reading(f"{VIEW}.querySelector('.nn-still').offsetHeight") > 100
    reading(f"({VIEW}.scrollIntoView(), null)")
    wait_for(lambda: reading(f"Boolean({VIEW}.querySelector('.nn-board'))"))
    first = reading(f"{VIEW}.querySelector('.nn-board').textContent")
    assert "0.25" in first and reading(f"{VIEW}.querySelector('.nn-still').offsetHeight") == 0
    wait_for(lambda: reading(f"{VIEW}.querySelector('.nn-status').textContent") == "")
    reading(f"""(() => {{
        const slider = {VIEW}.querySelector('input[type=range]');
        slider.stepUp();
        slider.dispatchEvent(new Event('input', {{bubbles: true}}));
    }})()""")
    wait_for(lambda: reading(f"{VIEW}.querySelector('.nn-board').textContent") != first)
    reading(f"([...{CELL}.querySelectorAll('button')].find(button => button.textContent === 'Run').click(), null)")
    wait_for(lambda: "holds" in reading(f"{CELL}.querySelector('.nn-output').textContent"))
