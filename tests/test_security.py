"""What SECURITY.md promises, as far as no other test holds it: pages/test_notebooks.py has that they fetch nothing."""

import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
import psutil
import pytest
from build import NOTEBOOKS
from page import Page
from served import ROOT, answer_of, lab, wait_for

from nn_notes.explore import Choice, LogSlider, Matrix, Slider, Sliders, View


def listening(processes):
    """The addresses at which processes listen; one of them may have ended by now."""
    found = set()
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            found |= {c.laddr.ip for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN}
    return found


OPEN = {
    "ServerApp": {
        "ip": "0.0.0.0",
        "token": "",
        "password": "",
        "allow_origin": "*",
        "allow_remote_access": True,
        "allow_unauthenticated_access": True,
        "disable_check_xsrf": True,
    },
    "IdentityProvider": {"token": ""},
    "PasswordIdentityProvider": {"hashed_password": "", "token": ""},
    "KernelManager": {"ip": "0.0.0.0"},
}
# As Jupyter's applications are called whose files it reads.
NAMES = ("jupyter", "jupyter_server", "jupyter_lab", "jupyter_notebook")


def python(configuration):
    return "".join(f"c.{cls}.{k} = {v!r}\n" for cls, traits in configuration.items() for k, v in traits.items())


def configured(folder):
    """A folder in which every file that Jupyter may read opens the server to everyone."""
    folder.mkdir(parents=True)
    for name in NAMES:
        (folder / f"{name}_config.py").write_text(python(OPEN))
        (folder / f"{name}_config.json").write_text(json.dumps(OPEN))
        (folder / f"{name}_config.d").mkdir()
        (folder / f"{name}_config.d" / "open.json").write_text(json.dumps(OPEN))
    return str(folder)


def test_lab_listens_on_loopback_with_a_token_that_is_new_on_every_start(tmp_path):
    with lab(tmp_path) as (address, token, process):
        assert len(token) >= 32
        api = address.removesuffix("/lab") + "/api/contents"
        refused = answer_of(api)
        assert refused.status == 403
        refused.close()
        assert listening([process]) and listening([process]) <= {"127.0.0.1", "::1"}
        with urlopen(f"{api}?token={token}") as answer:
            served = {entry["name"] for entry in json.load(answer)["content"]}
        # The copies, which may be written in, and nothing else of the project.
        assert served == {path.name for path in NOTEBOOKS.glob("*.ipynb")} | {"cheat_sheet.html"}
    with lab(tmp_path) as (_, another, _):
        assert len(another) >= 32 and another != token
    # It leaves nothing behind.
    assert not list(tmp_path.glob("jupyter-*"))


@pytest.mark.parametrize(
    ("place", "variables"),
    [
        (".jupyter", {}),
        ("elsewhere", {"JUPYTER_CONFIG_DIR": "{place}"}),
        ("elsewhere", {"JUPYTER_CONFIG_PATH": "{place}"}),
        (".config/jupyter", {"JUPYTER_PLATFORM_DIRS": "1"}),
        (None, {"JUPYTER_TOKEN": "known"}),
        (None, {"JUPYTER_TOKEN_FILE": "{home}/token"}),
        (None, {"JUPYTER_SERVER_ALLOW_UNAUTHENTICATED_ACCESS": "true", "JUPYTER_ALLOW_INSECURE_WRITES": "true"}),
        (None, {"JUPYTER_GATEWAY_URL": "http://127.0.0.1:9"}),
    ],
    ids=str,
)
def test_no_configuration_of_jupyter_opens_the_lab(tmp_path, place, variables):
    (tmp_path / "token").write_text("known")
    where = configured(tmp_path / place) if place else ""
    variables = {name: value.format(place=where, home=tmp_path) for name, value in variables.items()}
    with lab(tmp_path, **variables) as (address, token, process):
        api = address.removesuffix("/lab") + "/api"
        assert len(token) >= 32
        # A kernel is started, for its ports are open too.
        with urlopen(Request(f"{api}/kernels?token={token}", b"{}"), timeout=60) as started:
            assert started.status == 201
        wait_for(lambda: listening(process.children()))
        assert listening([process, *process.children()]) <= {"127.0.0.1", "::1"}
        for wrong in ("", "?token=", "?token=known"):
            contents = Request(f"{api}/contents{wrong}", headers={"Origin": "http://elsewhere.example"})
            for asked in (contents, Request(f"{api}/kernels{wrong}", b"{}")):
                with pytest.raises(HTTPError) as refused:
                    urlopen(asked, timeout=60)
                assert refused.value.status in (403, 404)
                assert "Access-Control-Allow-Origin" not in refused.value.headers
                refused.value.close()


def test_what_is_asked_for_on_the_command_line_is_done(tmp_path):
    with lab(tmp_path, "--ip=0.0.0.0") as (*_, process):
        wait_for(lambda: "0.0.0.0" in listening([process]))


def test_the_attacks_open_a_lab_that_reads_them(tmp_path):
    """Jupyter as it is without `make lab` takes the same files at their word."""
    (tmp_path / "notebooks").mkdir()
    run = subprocess.run(
        [sys.executable, "-m", "jupyterlab", "--show-config-json"],
        env=os.environ | {"JUPYTER_CONFIG_DIR": configured(tmp_path / "config")},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(run.stdout)["ServerApp"]["ip"] == "0.0.0.0"


def test_an_install_with_another_hash_is_refused(tmp_path):
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    name, version = re.search(r"^(tqdm)==(\S+)", lock, re.MULTILINE).groups()
    wrong = tmp_path / "wrong.lock"
    wrong.write_text(f"{name}=={version} --hash=sha256:{'0' * 64}\n")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes", "--dest", str(tmp_path)]
    run = subprocess.run([*command, "--requirement", str(wrong)], capture_output=True, text=True)
    assert run.returncode and "DO NOT MATCH THE HASHES" in run.stderr
    assert "--require-hashes" in (ROOT / "Makefile").read_text(encoding="utf-8")


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
    own = ["board html", "key spec.legend", "line words[n]", "now html"]
    assert sorted(map(" ".join, filled)) == own
    # Of an answer: what replaces a sentence, or the axes of a chart.
    assert re.findall(r"rewrite\((.*)\);", script) == ["texts[n], html", "axes[n], drawn"]
    assert "alert.textContent = (message.error" in script


def every_control():
    """A view with every kind of control, one with a limit that hangs on another."""
    return View(
        {
            "s": Slider("s", 0.5, 0, 1),
            "n": Slider("n", 1, 0, lambda state: {"short": 1, "long": 3}[state["f"]], step=1),
            "γ": LogSlider("γ", 1, 0.01, 100),
            "z": Sliders("z", [0.5, -1.0], -2, 2),
            "W": Sliders("W", [[0.333, 5.0]], -2, 2),
            "f": Choice("f", "short", ["short", "long"]),
        },
        lambda **state: state,
        lambda a: [[Matrix("W", a["W"], hand="W"), Matrix("z", a["z"], hand="z")], [f"Column {a['n']:g} of {a['f']}"]],
        actions={"Go": lambda state: {"s": 1.0}},
    )


BETWEEN = [1.0000001, -1e-9, 0.123]
NUMBERS = [-99, 99, True, False, "nan", "0.5", None, [], [0.5], {}, 10**400, float("nan"),
           float("inf"), -float("inf"), "__class__"]  # fmt: skip
ATTACKS = [
    *({"set": name, "to": to} for name in ("s", "n", "γ") for to in [*NUMBERS, *BETWEEN]),
    *({"set": "z", "entry": 0, "to": to} for to in [*NUMBERS, 2.05, [0.5, 0.5]]),
    *({"set": "f", "to": to} for to in [*NUMBERS, ["short"], "", "Short", "high"]),
    # The limit of this state, and a stop of no state.
    {"set": "n", "to": 2},
    {"set": "n", "to": 0.5},
    # Within the limits of another entry.
    {"set": "W", "entry": 0, "to": 5.0},
    *({"set": "z", "entry": entry, "to": 0.5} for entry in (-1, 2, 10**30, 0.0, 0.5, True, "0", None, [0], [0, 1])),
    {"set": "z", "to": [0.5, 0.5]},
    {"set": "z", "to": 0.5},
    {"set": "s", "entry": 0, "to": 0.5},
    {"set": "f", "entry": 0, "to": "long"},
    *({"set": name, "to": 0.5} for name in ("state", "__class__", "", None, 0, ["s"], {})),
    *({"act": label} for label in ("__class__", "go", "", None, 0, True, ["Go"], {})),
    *({"open": value} for value in (1, False, "true", None, [True])),
    {"set": "s", "to": 1.0, "act": "Go"},
    {"set": "s", "to": 1.0, "open": True},
    {"set": "s", "to": 1.0, "more": 1},
    {"act": "Go", "open": True},
    {"act": "Go", "to": 1},
    {"set": "s"},
    {"to": 1.0},
    {"run": "code"},
    {},
    *([], ["act", "Go"], "act", "Go", 0, 1.5, None, True),
]  # fmt: skip


def kept(view):
    """The state, in plain numbers and down to the sign of a zero."""
    return {name: repr(value.tolist() if hasattr(value, "tolist") else value) for name, value in view.state.items()}


@pytest.mark.parametrize("step", ATTACKS, ids=lambda step: repr(step)[:60])
def test_a_view_takes_only_what_it_offers(step):
    page = Page(every_control())
    before, seen = kept(page.view), page.everything()
    assert page.view.answer([step])["error"].startswith(("ValueError: ", "TypeError: "))
    assert kept(page.view) == before
    # And page and kernel go on as if nothing had been sent.
    page.do({"act": "Go"}, {"act": "Reset"})
    assert not page.error and page.everything() == seen


@pytest.mark.parametrize("message", [None, {}, {"steps": [{"act": "Go"}]}, "Go", 0, {"act": "Go"}], ids=repr)
def test_a_message_is_a_list_of_steps(message):
    view = every_control()
    before = kept(view)
    assert "error" in view.answer(message) and kept(view) == before


def test_what_is_offered_is_taken():
    page = Page(every_control())
    for label in [*page.sliders, "f"]:
        for one in page.stops(label) if label in page.sliders else ["long", "short"]:
            page.move(label, one)
            assert not page.error and page.value(label) == one
            kernel = {name: np.ravel(page.view.state[name]).tolist() for name in page.places}
            assert kernel == {name: np.ravel(place).tolist() for name, place in page.places.items()}
