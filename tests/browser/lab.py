"""A real JupyterLab in a real Chromium, to see what a reader sees; his own settings are neither read nor changed."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
from build import NOTEBOOKS
from playwright.sync_api import sync_playwright

PATIENCE = 120  # seconds; what is awaited takes far less, but a machine may be busy
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
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
SETTINGS = {"apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False}}


@contextmanager
def server(notebooks, home):
    """A JupyterLab on a copy of a folder of notebooks, all that it writes in ``home``: its address for each of them."""
    shutil.copytree(notebooks, home / "notebooks", ignore=shutil.ignore_patterns(".*", "__pycache__"))
    for plugin, value in SETTINGS.items():
        file = home / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value))
    own = {
        "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    theirs = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    environment = theirs | {name: str(home / folder) for name, folder in own.items()}
    # As `make lab` serves them.
    environment["JUPYTER_CONFIG_PATH"] = str(NOTEBOOKS)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex()
    command = [
        *(sys.executable, "-m", "jupyterlab", str(home / "notebooks")),
        *("--no-browser", "--allow-root", "--expose-app-in-browser"),
        *(f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"),
        "--KernelManager.transport_encryption=auto",
    ]
    with open(home / "log", "w+") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _await_answer(process, f"http://127.0.0.1:{port}/api?token={token}", home / "log")
            yield f"http://127.0.0.1:{port}/lab/tree/{{}}?reset&token={token}"
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _await_answer(process, address, log):
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            return urlopen(address, timeout=PATIENCE).close()
        except URLError:
            time.sleep(0.05)
    raise RuntimeError(f"JupyterLab does not answer. It said:\n{log.read_text()}")


@contextmanager
def browser():
    """Chromium, as the machine has it: one context, so that JupyterLab comes from the cache from the second page on."""
    executable = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if executable is None:
        raise RuntimeError(
            "There is no Chromium here. Debian: sudo apt install chromium. Elsewhere: put one on the PATH as "
            f"{', '.join(CHROMIUMS)}, or name it in the environment variable CHROMIUM."
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield chromium.new_context(viewport={"width": 1280, "height": 900})
        chromium.close()


def opened(address, context, name):
    """Open a notebook in a page of its own, with its kernel waiting."""
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    lab = Lab(page)
    page.goto(address.format(f"{name}.ipynb"))
    page.wait_for_function(
        """path => {
            const panel = window.jupyterapp?.shell.currentWidget
            return panel?.context?.path === path && panel.sessionContext.session?.kernel?.status === 'idle'
        }""",
        arg=f"{name}.ipynb",
    )
    return lab


class Lab:
    """A notebook in JupyterLab."""

    def __init__(self, page):
        self.page, self._console = page, []
        page.on("console", lambda message: message.type == "error" and self._console.append(message.text))
        page.on("pageerror", lambda error: self._console.append(str(error)))

    def run_all(self):
        """Run every cell, and wait until the last has run."""
        self.page.evaluate(
            "() => { jupyterapp.commands.execute('notebook:run-all-cells').finally(() => { window.ran = true }) }"
        )
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

    def still_views(self):
        """What stands in the place of the live views until something has run."""
        return self.page.locator(".jp-OutputArea-output .nn-view:not(.nn-live)")

    def live_views(self):
        return self.page.locator(".jp-Notebook .nn-live")

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

    def value(self, label):
        """The number beside a slider."""
        return _number(self.slider(label).get_attribute("aria-valuetext"))

    def exactly(self, label):
        """That number to all of its digits, as the page has it."""
        beside = "input => input.closest('label').querySelector('.nn-value').title"
        return float(self.slider(label).evaluate(beside))

    def drag(self, label, by, steps=10):
        """Drag a slider's handle by so many pixels with the mouse, through so many places."""
        slider = self.slider(label)
        self._in_sight(slider)
        box = slider.bounding_box()
        low, high, place = slider.evaluate("input => [input.min, input.max, input.value].map(Number)")
        # The handle stays within the track: its middle keeps half of its width, 8 pixels, from either end.
        x, y = box["x"] + 8 + (box["width"] - 16) * (place - low) / (high - low), box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + by, y, steps=steps)
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
        self.where.get_by_label(label, exact=True).select_option(name)

    def _in_sight(self, control):
        """Go to a control with the mouse, and wait before it goes down, as a person would: JupyterLab lays out anew
        what comes into sight, and a click whose button moves from under it is no click."""
        control.hover()
        control.evaluate(
            """async element => {
                let at, still = 0
                while (still < 10) {
                    await new Promise(requestAnimationFrame)
                    const {x, y} = element.getBoundingClientRect()
                    still = at === `${x} ${y}` ? still + 1 : 0
                    at = `${x} ${y}`
                }
            }"""
        )

    def board(self):
        """The arrays on the page: a dict from what stands above each, without its shape, to its numbers."""
        tables = self.where.evaluate(
            """view => [...view.querySelectorAll('.nn-row table')].map(table => {
                const caption = table.caption.cloneNode(true)
                caption.querySelector('small').remove()
                return [caption.textContent.trim(),
                        [...table.rows].map(row => [...row.cells].map(cell => cell.textContent))]
            })"""
        )
        return {caption: np.array([[_number(text) for text in row] for row in rows]) for caption, rows in tables}

    def until(self, fault, *arguments):
        """Wait until ``fault(view, *arguments)``, which says in words what the page lacks, has nothing to say."""
        end = time.monotonic() + PATIENCE / 4
        while words := fault(self, *arguments):
            if time.monotonic() > end:
                raise AssertionError(f"{words}\nerrors: {self.lab.errors()}")
            self.page.wait_for_timeout(20)


def _number(text):
    """The number that a reader sees; a dot is one that is not there yet, and a hyphen is no minus sign."""
    assert "-" not in text
    return np.nan if text == "·" else float(text.replace("\N{MINUS SIGN}", "-"))
