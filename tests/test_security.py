"""What SECURITY.md promises, as far as no other test holds it."""

import json
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psutil
import pytest
from build import NOTEBOOKS
from nbformat.v4 import new_code_cell
from page import Page
from test_faults import LOOPBACK_ONLY, client, read

from nn_notes.explore import Choice, Matrix, View

ROOT = Path(__file__).parents[1]
# An OSError might be taken for a network that is down; nothing takes this for anything but what it is.
REFUSE = LOOPBACK_ONLY.replace("OSError", "RuntimeError")


@contextmanager
def lab(home):
    """The first line that `make lab` would run, without a browser and in folders of its own: what it says it serves."""
    recipe = subprocess.run(
        ["make", "--dry-run", "--always-make", "lab", "LAB_ARGS=--no-browser --allow-root --port=0"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    command = recipe[recipe.index("JUPYTER_CONFIG_PATH=") :].replace("\\\n", " ").strip()
    command = command.replace(".venv/bin/python", sys.executable)
    environment = os.environ | {f"JUPYTER_{name}_DIR": str(home / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    process = subprocess.Popen(f"exec env {command}", shell=True, cwd=ROOT, env=environment, stderr=subprocess.PIPE)
    try:
        for line in process.stderr:
            if found := re.search(rb"(http://\S+/lab)\?token=(\w+)", line):
                yield found[1].decode(), found[2].decode(), psutil.Process(process.pid)
                break
        else:
            pytest.fail("JupyterLab has not started")
    finally:
        process.terminate()
        process.communicate()


def answer_of(address):
    """What the server says to one who has no token. It names its address a moment before it listens."""
    for _ in range(100):
        try:
            return urlopen(address)
        except HTTPError as error:
            return error
        except URLError:
            time.sleep(0.1)
    raise TimeoutError(address)


def test_lab_listens_on_loopback_with_a_token_that_is_new_on_every_start(tmp_path):
    with lab(tmp_path) as (address, token, process):
        assert len(token) >= 32
        api = address.removesuffix("/lab") + "/api/contents"
        refused = answer_of(api)
        assert refused.status == 403
        refused.close()
        listening = {c.laddr.ip for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN}
        assert listening and listening <= {"127.0.0.1", "::1"}
        with urlopen(f"{api}?token={token}") as answer:
            assert json.load(answer)["type"] == "directory"
    with lab(tmp_path) as (_, another, _):
        assert len(another) >= 32 and another != token


def test_an_install_with_another_hash_is_refused(tmp_path):
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    name, version = re.search(r"^(tqdm)==(\S+)", lock, re.MULTILINE).groups()
    wrong = tmp_path / "wrong.lock"
    wrong.write_text(f"{name}=={version} --hash=sha256:{'0' * 64}\n")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes", "--dest", str(tmp_path)]
    run = subprocess.run([*command, "--requirement", str(wrong)], capture_output=True, text=True)
    assert run.returncode and "DO NOT MATCH THE HASHES" in run.stderr
    assert "--require-hashes" in (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_fetch_nothing(path):
    notebook = read(path.stem)
    notebook.cells.insert(0, new_code_cell(REFUSE))
    client(notebook).execute()
    assert notebook.cells[-1].execution_count == len([c for c in notebook.cells if c.source])


def test_the_network_is_refused():
    code = f"{REFUSE}\nimport socket\nsocket.create_connection(('192.0.2.1', 80))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "RuntimeError: the network is down, and socket.getaddrinfo asks for 192.0.2.1" in run.stderr


EVIL = '<img src=x onerror="alert(1)">'


def test_what_a_reader_types_or_an_error_says_is_no_html():
    def model(f):
        if f == "raises":
            raise ValueError(EVIL)
        return {"x": [1.0]}

    page = Page(View({"f": Choice("f", "fine", ["fine", "raises"])}, model, lambda a: [[Matrix("x", a["x"])]]))
    page.move("f", "raises")
    assert page.error == f"ValueError: {EVIL}"
    page.do({"set": "f", "to": EVIL})
    assert EVIL in page.error
    # The page puts an alert, a label and a cell there as text. HTML is only what the views themselves have written.
    script = (ROOT / "nn_notes/explore.js").read_text(encoding="utf-8")
    filled = re.findall(r"(\S+)\.innerHTML = (.*);", script)
    assert sorted(filled) == [("board", "html"), ("key", 'model.get("legend")'), ("texts[n]", "html")]
    assert "alert.textContent = message.error" in script


@pytest.mark.parametrize(
    "step", [{"act": "__class__"}, {"set": "state", "to": 1}, {"set": "f", "to": ["fine"]}, {"run": "code"}]
)
def test_a_view_takes_only_what_it_offers(step):
    view = View({"f": Choice("f", "fine", ["fine"])}, lambda f: {"x": [1.0]}, lambda a: [[Matrix("x", a["x"])]])
    page = Page(view)
    page.do(step)
    assert page.error and view.state == {"f": "fine"}
