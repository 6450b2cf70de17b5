"""A real JupyterLab in a real Chromium, to see what a reader sees; his own settings are neither read nor changed."""

import json
import time
from contextlib import contextmanager

import chromium
import matplotlib
import numpy as np
import served
from build import NOTEBOOKS
from page import number
from playwright.sync_api import sync_playwright

from nn_notes.explore import ASLEEP

PATIENCE = 120  # seconds; what is awaited takes far less, but a machine may be busy
# A sandbox inside a container's own is refused; the rest keeps Chromium from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # What one test has run is not there for the next.
    "docmanager-extension/plugin": {"autosave": False},
}


@contextmanager
def server(notebooks, home):
    """A JupyterLab on a copy of a folder of notebooks, all that it writes in ``home``: its address for each of them."""
    for plugin, value in SETTINGS.items():
        file = home / ".jupyter/lab/user-settings/@jupyterlab" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value))
    # The list of fonts is not built anew.
    fonts = {"MPLCONFIGDIR": matplotlib.get_cachedir()}
    with served.lab(home, "--expose-app-in-browser", notebooks, **fonts) as (address, token, _):
        yield f"{address}/tree/{{}}?reset&token={token}"


@contextmanager
def browser():
    """Chromium, as the machine has it: one context, so that JupyterLab comes from the cache from the second page on."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=FLAGS)
        yield browser.new_context(viewport={"width": 1280, "height": 900})
        browser.close()


def opened(address, context, name):
    """Open a notebook in a page of its own, with its kernel waiting."""
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    lab = Lab(page)
    page.goto(address.format(f"{name}.ipynb"))
    lab.waits(f"{name}.ipynb")
    return lab


def stored_views(name):
    """How many live views a notebook has, by what it has stored of them."""
    cells = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return sum("nn-view" in "".join(output.get("data", {}).get("text/html", [])) for output in outputs)


class Lab:
    """A notebook in JupyterLab."""

    def __init__(self, page):
        self.page, self._console = page, []
        page.on("console", lambda message: message.type == "error" and self._console.append(message.text))
        page.on("pageerror", lambda error: self._console.append(str(error)))

    def waits(self, path):
        """Wait until that notebook is in front, with its kernel waiting."""
        self.page.wait_for_function(
            """path => {
                const panel = window.jupyterapp?.shell.currentWidget
                return panel?.context?.path === path && panel.sessionContext.session?.kernel?.status === 'idle'
            }""",
            arg=path,
        )

    def sleeps(self, n):
        """So many views stand there as still pictures that say how to wake them, and nothing that seems to be alive."""
        self.still_views().nth(n - 1).wait_for(state="attached")
        assert self.still_views().count() == n and self.live_views().count() == 0
        for still in self.still_views().all():
            # JupyterLab leaves out of the painting what is out of sight.
            still.evaluate("still => still.scrollIntoView()")
            still.wait_for(state="visible")
            assert "".join(still.locator("td").all_text_contents()), "the view is empty before anything has run"
            assert still.locator("input, select, button").count() == 0
            line = still.locator(".nn-asleep")
            line.wait_for(state="visible")
            # From the page's tree: the notebook may have moved on, and has no painted text out of sight.
            assert line.text_content() == ASLEEP
            assert self.page.locator(".jupyter-widgets:visible").all_text_contents() == []

    def run_all(self):
        """Run every cell, and wait until the last has run."""
        self.start_all()
        self.all_ran()

    def start_all(self):
        self.page.evaluate(
            """() => {
                window.ran = false
                jupyterapp.commands.execute('notebook:run-all-cells').finally(() => { window.ran = true })
            }"""
        )

    def all_ran(self):
        self.page.wait_for_function("() => window.ran")
        counts = self._cells("w => w.model.executionCount")
        assert counts == list(range(1, len(counts) + 1)), f"not every cell has run: {counts}\n{self.errors()}"

    def run_new(self, code):
        """Run a cell of the reader's own at the end, and wait until it has run."""
        self.page.evaluate(
            """async source => {
                const {content} = jupyterapp.shell.currentWidget
                content.model.sharedModel.addCell({cell_type: 'code', source})
                content.activeCellIndex = content.widgets.length - 1
                await jupyterapp.commands.execute('notebook:run-cell')
            }""",
            code,
        )

    def kernel(self, code):
        """What the kernel prints when it runs a piece of code, beside the cells."""
        return self.page.evaluate(
            """async code => {
                const {kernel} = jupyterapp.shell.currentWidget.sessionContext.session
                const future = kernel.requestExecute({code, store_history: false})
                let text = ''
                future.onIOPub = ({content}) => { text += content.text ?? content.traceback?.join('\\n') ?? '' }
                await future.done
                return text
            }""",
            code,
        )

    def errors(self):
        """What went wrong, in words: on the console, in the cells, and in the views."""
        outputs = [output for cell in self._cells("w => w.model.outputs.toJSON()") for output in cell]
        said = [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"]
        return self._console + said + self.page.locator(".nn-view [role=alert]:not([hidden])").all_text_contents()

    def sources(self):
        """What stands in the code cells."""
        return self._cells("w => w.model.sharedModel.source")

    def still_views(self):
        """What stands in the place of the live views until something has run."""
        return self.page.locator(".jp-OutputArea-output .nn-still:not([hidden])")

    def live_views(self):
        return self.page.locator(".jp-Notebook .nn-live")

    def views(self, n):
        """The live views, once the n-th of them stands there."""
        self.live_views().nth(n - 1).locator(".nn-row").first.wait_for(state="attached")
        return [View(self, where) for where in self.live_views().all()]

    def save(self):
        self.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")

    def close(self):
        self.page.evaluate("() => jupyterapp.serviceManager.sessions.shutdownAll()")
        self.page.close()

    def _cells(self, function):
        return self.page.evaluate(
            f"() => jupyterapp.shell.currentWidget.content.widgets.filter(w => w.model.type === 'code').map({function})"
        )


class View:
    """A live view, as its reader sees and moves it: ``where`` it is on the page of the ``lab``.

    Texts are read from the page's tree, as JupyterLab leaves out of the painting what is scrolled out of sight.
    """

    def __init__(self, lab, where):
        self.lab, self.page, self.where = lab, lab.page, where

    def slider(self, label):
        return self.where.get_by_role("slider", name=label, exact=True)

    def control(self, label):
        return self.where.get_by_label(label, exact=True)

    def controls(self):
        """All that the keyboard reaches."""
        every = ("input", "select", "button", "[role=slider]", 'td[tabindex="0"]')
        return self.where.locator(f":is({', '.join(every)}):not([hidden] *)")

    def value(self, label):
        """The number that a slider stands at, or the name that is chosen."""
        text = self.control(label).evaluate("control => control.ariaValueText ?? [control.value]")
        return number(text) if isinstance(text, str) else text[0]

    def values(self):
        """The same of all sliders and choices, by their labels."""
        # But of the large slider, which moves an entry that is among them.
        labels = self.controls().evaluate_all("all => all.map(control => control.ariaLabel)")
        return {label: self.value(label) for label in labels if label and not label.startswith("Move ")}

    def exactly(self, label):
        """The number of an entry to all of its digits, as the page has it."""
        return float(self.slider(label).get_attribute("aria-valuenow"))

    def drag(self, label, by, steps=10):
        """Drag a slider's handle, or a number in a table, by so many pixels with the mouse, through so many places."""
        slider = self.slider(label)
        for _ in range(20):
            self._in_sight(slider)
            box = slider.bounding_box()
            part = slider.evaluate("({value, max}) => max === undefined ? 0.5 : value / max")
            # The handle stays within the track: its middle keeps half of its width, 8 pixels, from either end.
            x, y = box["x"] + 8 + (box["width"] - 16) * part, box["y"] + box["height"] / 2
            self.page.mouse.move(x, y)
            # A page that is still being laid out may have moved it from under the mouse meanwhile.
            if slider.evaluate("(input, at) => input.getRootNode().elementFromPoint(...at) === input", [x, y]):
                break
        else:
            raise AssertionError(f"{label} does not stay under the mouse")
        self.page.mouse.down()
        self.page.mouse.move(x + by, y, steps=steps)
        self.page.mouse.up()

    def drag_dot(self, across, right, down, steps=10):
        """Drag the first dot of a chart that moves a control across, by so many pixels."""
        dot = self.where.locator(f'.nn-mark[data-across="{across}"]').first
        self._in_sight(dot.locator("xpath=ancestor::*[@class='nn-chart']"))
        x, y = dot.evaluate(
            """dot => {
                const [, x, y] = dot.getAttribute('d').match(/M(-?\\d+) (-?\\d+)/)
                const spot = new DOMPoint(x, y).matrixTransform(dot.getScreenCTM())
                return [spot.x, spot.y]
            }"""
        )
        self.page.mouse.move(x + 3, y - 3)
        assert self.where.locator(".nn-board").evaluate("board => board.style.cursor") == "grab"
        self.page.mouse.down()
        self.page.mouse.move(x + 3 + right, y - 3 + down, steps=steps)
        self.page.mouse.up()

    def press(self, label, key, times=1):
        """Press a key, with the focus on a slider."""
        for _ in range(times):
            self.slider(label).press(key)

    def click(self, button):
        button = self.where.get_by_role("button", name=button, exact=True)
        self._in_sight(button)
        button.click()

    def choose(self, label, name):
        self.control(label).select_option(name)

    def _in_sight(self, control):
        """Go to a control with the mouse, and wait before it goes down, as a person would."""
        control.hover()
        served.at_rest(control)

    def board(self):
        """The arrays on the page: a dict from what stands above each, without its shape, to its numbers."""
        return {caption: np.vectorize(number)(texts) for caption, texts in self._tables().items()}

    def _tables(self):
        tables = self.where.evaluate(
            """view => [...view.querySelectorAll('.nn-row table:has(> caption)')].map(table => {
                const caption = table.caption.cloneNode(true)
                caption.querySelector('small').remove()
                return [caption.textContent.trim(),
                        [...table.rows].map(row => [...row.cells].map(cell => cell.textContent))]
            })"""
        )
        return {caption: np.array(rows) for caption, rows in tables}

    def said(self):
        """The sentences of the board."""
        return " ".join(self.where.locator(".nn-row .nn-text").all_text_contents())

    def lacks(self, arrays, *words):
        """What the board lacks of these arrays, to the decimals that it shows, and of these words, in words."""
        seen, said = self._tables(), self.said()
        if seen.keys() != arrays.keys():
            return f"the arrays are {list(seen)}, not {list(arrays)}"
        faults = [f"{some!r} is not in {said!r}" for some in words if some not in said]
        for name, wanted in arrays.items():
            texts, wanted = seen[name], np.atleast_2d(wanted)
            room = np.vectorize(_room)(texts)
            if texts.shape != wanted.shape or (np.abs(np.vectorize(number)(texts) - wanted) > room).any():
                faults.append(f"{name} is\n{texts}\nnot\n{wanted}")
        return "\n".join(faults)

    def until(self, fault, *arguments):
        """Wait until ``fault(view, *arguments)``, which says in words what the page lacks, has nothing to say."""
        end = time.monotonic() + PATIENCE / 4
        while words := fault(self, *arguments):
            if time.monotonic() > end:
                raise AssertionError(f"{words}\nerrors: {self.lab.errors()}")
            self.page.wait_for_timeout(20)


def _room(text):
    """How far a number may be from the one that is shown: there are two decimals or more, but for a plain zero."""
    decimals = len(text.partition(".")[2])
    assert decimals >= 2 or text == "0"
    return (0.5 * 0.1**decimals if decimals else 0) + 1e-9
