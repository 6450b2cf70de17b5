"""What goes wrong around the package, and what a user is left with: a clear error, or the results he would have had.

What ends a training run, step by step, is in test_descent.py.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from jupyter_client.manager import start_new_kernel
from kernels import LOOPBACK_ONLY, QUIET, client, read, said, words
from nbformat.v4 import new_code_cell, output_from_msg
from page import Page, small_view
from strategies import parameters

from nn_notes import Network, descent

ROOT = Path(__file__).parents[1]
ONE = "01_single_layer"


@pytest.fixture(autouse=True)
def _survived(request, figures):
    """Each fault is named as survived, which is written down if every test here has passed."""
    figures.setdefault("faults", []).append(request.node.name.removeprefix("test_").replace("_", " "))


# Training


def start():
    return Network.init([2, 3, 1], ["tanh", "identity"], np.random.default_rng(0))


def data(n):
    rng = np.random.default_rng(1)
    return rng.normal(size=(n, 2)), rng.normal(size=(n, 1))


def fit(network, pair, learning_rate=0.1, batch_size=1):
    rng = np.random.default_rng(2)
    how = {"loss": "mse", "learning_rate": learning_rate, "epochs": 20, "batch_size": batch_size, "patience": None}
    return descent.fit(network, pair, pair, rng=rng, progress=False, **how)


def test_training_that_diverges():
    network, pair = start(), data(7)
    with pytest.raises(FloatingPointError, match=r"learning_rate .*\b1e\+06\b"):
        fit(network, pair, learning_rate=1e6)
    for now, given in zip([*parameters(network), *pair], [*parameters(start()), *data(7)], strict=True):
        np.testing.assert_array_equal(now, given)
    # With a rate that it can bear, the same network and data train on.
    assert min(fit(network, pair)[1].validation) < fit(network, pair)[1].validation[0]


@pytest.mark.parametrize("n", [1, 2])
def test_training_on_hardly_any_data(n):
    trained, history = fit(start(), data(n))
    assert history.ended == "epochs" and history.validation[history.best] < history.validation[0]
    assert all(np.isfinite(a).all() for a in parameters(trained))


@pytest.mark.parametrize(
    ("n", "batch_size", "message"),
    [(0, 1, r"train\[0\] .*\(0, 2\)"), (3, 4, r"batch_size .*\b4\b.*\b3$")],
    ids=["none at all", "fewer than a batch"],
)
def test_training_out_of_data(n, batch_size, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        fit(start(), data(n), batch_size=batch_size)


TRAIN = """
import numpy as np
from nn_notes import Network, data, descent

rng = np.random.default_rng(0)
split = data.digits()
start = Network.init([64, 16, 10], ["tanh", "identity"], rng)
network, history = descent.fit(
    start, split.train, split.validation, loss="softmax_cross_entropy",
    learning_rate=0.1, epochs=10**6, batch_size=32, patience=None, rng=rng)
"""
LEFT = """
print(history.ended, len(history.train) == len(history.validation), history.best > 0)
J = descent.mean_loss(network, split.validation, __import__("nn_notes").losses.softmax_cross_entropy)
print(J == history.validation[history.best] == min(history.validation))
"""


def test_training_that_the_reader_interrupts(kernel):
    bar = []

    def interrupt(message):
        # The bar has gone on for a while, so the run is in the middle.
        if message["msg_type"] == "comm_msg":
            bar.append(message)
            if len(bar) == 20:
                kernel.manager.interrupt_kernel()

    outputs = kernel.run(TRAIN, interrupt)
    assert [output.output_type for output in outputs] == ["display_data"], outputs
    assert said(kernel.run(LEFT)) == "interrupt True True\nTrue\n"


# Views


def test_a_view_whose_callback_fails():
    page = Page(small_view())
    before = [*page.cells]
    page.move("n", 3)
    assert page.error == "ValueError: n is 3 <b>here</b>" and page.cells == before
    # The slider stands where the reader has put it, on the page and in the kernel.
    assert page.value("n") == page.view.state["n"] == 3
    page.move("n", 2)
    assert not page.error and page.everything() == Page(page.view).everything()
    page.do({"set": "kind", "to": "<script>"})
    assert page.error.startswith("ValueError: kind ") and "<script>" in page.error
    page.do({"act": "Flip"})
    assert not page.error and page.view.state["kind"] == "narrow"


def test_a_view_that_the_reader_interrupts():
    """Interrupt the kernel hits whatever runs, an answer too; the page must not wait for ever."""
    page, interrupted = Page(small_view()), []

    def layout(a, arranged=page.view._layout):
        if not interrupted:
            interrupted.append(True)
            raise KeyboardInterrupt
        return arranged(a)

    page.view._layout = layout
    page.move("z[0]", 1.5)
    assert page.error == "KeyboardInterrupt"
    page.move("γ", 1)
    assert not page.error and page.everything() == Page(page.view).everything()


# Kernels


class Kernel:
    """A kernel to run single cells in."""

    def __init__(self):
        self.manager, self.client = start_new_kernel(cwd=str(ROOT / "notebooks"), extra_arguments=QUIET)

    def run(self, code, watch=lambda message: None):
        """The outputs of a cell; ``watch`` sees every message as it comes."""
        outputs = []

        def collect(message):
            watch(message)
            if message["msg_type"] in ("stream", "execute_result", "display_data", "error"):
                outputs.append(output_from_msg(message))

        self.client.execute_interactive(code, output_hook=collect, timeout=60)
        return outputs

    def restart(self):
        self.manager.restart_kernel(now=True)
        self.client.wait_for_ready(timeout=60)

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel():
    kernel = Kernel()
    yield kernel
    kernel.close()


@pytest.mark.parametrize(
    "twice",
    [lambda items: items * 2, lambda items: [item for item in items for _ in range(2)]],
    ids=["all after all", "each before the next"],
)
def test_cells_are_run_twice(twice):
    notebook = read(ONE)
    expected = twice(words(notebook.cells))
    notebook.cells = [new_code_cell(cell.source, metadata=cell.metadata) for cell in twice(notebook.cells)]
    assert words(client(notebook).execute().cells) == expected


def test_a_cell_is_run_before_those_that_it_needs(kernel):
    imports, *cells = read(ONE).cells
    missing = 0
    for cell, expected in zip(cells, words(cells), strict=True):
        kernel.run("%reset -f")
        kernel.run(imports.source)
        outputs = kernel.run(cell.source)
        if outputs and outputs[-1].output_type == "error":
            assert outputs[-1].ename == "NameError" and "is not defined" in outputs[-1].evalue, outputs[-1]
            missing += 1
        elif expected is not None:
            assert said(outputs) == expected, cell.source
    assert missing > len(cells) / 2


def test_a_kernel_is_restarted_in_the_middle(kernel):
    cells = read(ONE).cells
    for cell in cells[: len(cells) // 2]:
        kernel.run(cell.source)
    kernel.restart()
    # It has forgotten all.
    assert kernel.run("u")[-1].ename == "NameError"
    for cell, expected in zip(cells, words(cells), strict=True):
        outputs = kernel.run(cell.source)
        if expected is not None:
            assert said(outputs) == expected, cell.source


def test_two_notebooks_are_run_at_once():
    async def both():
        return await asyncio.gather(*(client(read(name)).async_execute() for name in names))

    names = ("00_derivative_shapes", ONE)
    run = asyncio.run(both())
    assert [words(notebook.cells) for notebook in run] == [words(read(name).cells) for name in names]


# Machines

# Executes a notebook in a process of its own, after a cell that looks around; prints what each cell says, and which
# kinds of picture there were.
ELSEWHERE = """
import json, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from kernels import QUIET, read, words
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

folder = Path.cwd()
notebook = read({name!r}, folder)
notebook.cells.insert(0, new_code_cell({first!r}))
NotebookClient(
    notebook, coalesce_streams=True, extra_arguments=QUIET, resources={{"metadata": {{"path": str(folder)}}}}
).execute()
kinds = {{kind for cell in notebook.cells for output in cell.outputs for kind in output.get("data", {{}})}}
print(json.dumps([words(notebook.cells), sorted(kinds)]))
"""


def elsewhere(first, folder=ROOT / "notebooks", name=ONE, before=(), **environment):
    """What the first cell says, what those of the notebook say, and the kinds of output, from a process of its own."""
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    code = ELSEWHERE.format(tests=str(ROOT / "tests/support"), name=name, first=first)
    command = [*before, sys.executable, "-W", "error::UserWarning", "-W", "ignore::DeprecationWarning", "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=kept | environment, timeout=120)
    assert run.returncode == 0, run.stderr
    (look, *texts), kinds = json.loads(run.stdout)
    return look, texts, kinds


def test_no_display():
    look, texts, kinds = elsewhere("import os\nprint(sorted({'DISPLAY', 'MPLBACKEND'} & set(os.environ)))")
    assert texts == words(read(ONE).cells)
    assert "image/png" in kinds
    # IPython itself names its backend, which nothing here uses.
    assert look in ("[]\n", "['MPLBACKEND']\n")


ASK = """
import socket
for ask in (lambda: socket.create_connection(("192.0.2.1", 9)), lambda: socket.getaddrinfo("example.org", 80)):
    try:
        ask()
    except OSError as error:
        print(error)
"""


def test_no_network():
    look, texts, _ = elsewhere(LOOPBACK_ONLY + ASK)
    assert look.splitlines() == [
        "the network is down, and socket.getaddrinfo asks for 192.0.2.1",
        "the network is down, and socket.getaddrinfo asks for example.org",
    ]
    assert texts == words(read(ONE).cells)


READ_ONLY = """
from pathlib import Path
import nn_notes
print(Path(nn_notes.__file__).parent)
for folder in (Path(nn_notes.__file__).parent, Path.cwd()):
    try:
        (folder / "written").write_text("something")
    except PermissionError as error:
        print(error.strerror)
"""


def test_a_checkout_that_is_read_only(tmp_path):
    shutil.copytree(ROOT / "nn_notes", tmp_path / "nn_notes", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / f"{ONE}.ipynb", tmp_path / "notebooks")
    everything = sorted([tmp_path, *tmp_path.rglob("*")])
    for path in everything:
        path.chmod(path.stat().st_mode & ~0o222)
    # What makes root one who may write everywhere is taken away.
    before = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"] if os.getuid() == 0 else []
    try:
        look, texts, _ = elsewhere(READ_ONLY, tmp_path / "notebooks", before=before, PYTHONPATH=str(tmp_path))
        assert look.splitlines() == [str(tmp_path / "nn_notes"), "Permission denied", "Permission denied"]
        assert texts == words(read(ONE).cells)
        assert sorted([tmp_path, *tmp_path.rglob("*")]) == everything
    finally:
        for path in everything:
            path.chmod(path.stat().st_mode | 0o200)
