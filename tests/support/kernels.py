"""Notebooks run in kernels: what their cells say, stored and anew."""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
QUIET = ["--IPKernelApp.log_level=ERROR"]
# A kernel needs the loopback and pipes.
LOOPBACK_ONLY = """
import sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0] if event.startswith("socket.get") else arguments[1]
        host = host[0] if isinstance(host, tuple) else host
        if not str(host).startswith(("127.", "localhost", "::1", "/")):
            raise OSError(f"the network is down, and {event} asks for {host}")

sys.addaudithook(refuse)
"""


def read(name, folder=ROOT / "notebooks"):
    """The code cells of a notebook, with their stored outputs."""
    notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return notebook


def words(cells):
    """What each cell says in plain text; None where it may differ from run to run."""
    return [None if "nbval-ignore-output" in cell.metadata.get("tags", []) else said(cell.outputs) for cell in cells]


def said(outputs):
    texts = []
    for output in outputs:
        assert output.output_type != "error", output
        assert output.get("name") != "stderr", output.text
        texts.append(output.text if output.output_type == "stream" else output.data["text/plain"])
    return "".join(texts)


def client(notebook, **options):
    """What gives the notebook the outputs of a new kernel."""
    return NotebookClient(
        notebook,
        coalesce_streams=True,
        extra_arguments=QUIET,
        resources={"metadata": {"path": str(ROOT / "notebooks")}},
        **options,
    )
