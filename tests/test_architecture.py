"""Who may know whom: the modules of nn_notes, by what they import, and what importing and running them sets off."""

import ast
import os
import subprocess
import sys
import tomllib
from importlib.metadata import files
from importlib.util import resolve_name
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from nn_notes import validate

ROOT = Path(__file__).parents[1]
MODULES = {path.relative_to(ROOT).with_suffix("").parts[1:]: path for path in (ROOT / "nn_notes").rglob("*.py")}

# Short form and long form are evidence for each other only because neither was written from the other: no line below
# joins the one to the other, or a model to its witness and its checks.
SHORT = {"activations", "losses", "network", "backprop", "descent"}
LONG = {"tensors"}
MAY_KNOW = {
    "validate": {"numpy"},
    "family": {"validate"},
    "activations": {"numpy", "validate", "family"},
    "losses": {"numpy", "validate", "family", "activations"},
    "archive": {"numpy"},
    "network": {"numpy", "validate", "family", "activations", "archive"},
    "backprop": {"numpy", "validate", "family", "network", "losses"},
    "descent": {"numpy", "validate", "family", "network", "losses", "backprop", "tqdm"},
    "tensors": {"numpy", "validate"},
    "numeric": {"numpy", "validate"},
    "notation": {"numpy", "validate", "numeric", "notation"},
    "derivation": {"numpy", "validate", "numeric", "notation"},
    "checks": {"numpy", "validate"},
    "counting": {"numpy", "validate"},
    # No formula of the short form, of the long one, or of a network: it is evidence for all of them.
    "graph": {"numpy", "validate"},
    "ideas": set(),
    "data": {"numpy", "validate"},
    "show": {"numpy", "validate"},
    "practice": {"numpy", "validate", "numeric", "notation", "checks", "show", "activations", "losses"},
    "lab": {"nbformat", "jupyter_core", "jupyterlab"},
    "charts": {"numpy", "show"},
    "reasons": {"activations"},
    "plots": {"numpy", "validate", "matplotlib", "show", "charts"},
    "explore": {"numpy", "validate", "show", "charts"},
    # How views get to a page in Jupyter; nobody but views knows it, and they not before one is shown.
    "page": {"explore", "page"},
    "widget": {"explore", "anywidget", "traitlets", "IPython"},
    "views": {
        "numpy",
        "validate",
        "family",
        "show",
        "charts",
        "explore",
        "reasons",
        "widget",
        "views",
        "notation",
        "derivation",
        "graph",
        *SHORT,
        *LONG,
    },
    "__init__": {"checks", "numeric", *SHORT, *LONG},
}

# What a browser has none of.
PROCESSES = {"concurrent", "ctypes", "multiprocessing", "subprocess", "threading"}
NOT_IN_A_BROWSER = PROCESSES | {"http", "socket", "ssl", "urllib"}


def imports(source, package):
    """Whom a module imports, anywhere in it: parts of nn_notes by their own names, others by their first one."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            whole = resolve_name("." * node.level + (node.module or ""), package)
            found |= {f"{whole}.{alias.name}" for alias in node.names}
    return {name.removeprefix("nn_notes.").partition(".")[0] for name in found}


def test_every_module_is_spoken_for():
    assert {name for name, *_ in MODULES} == set(MAY_KNOW)


@pytest.mark.parametrize(("module", "path"), MODULES.items(), ids=map(".".join, MODULES))
def test_modules_import_only_whom_they_may_know(module, path):
    known = imports(path.read_text(encoding="utf-8"), ".".join(["nn_notes", *module[:-1]]))
    assert known - sys.stdlib_module_names <= MAY_KNOW[module[0]]
    assert not known & NOT_IN_A_BROWSER


@pytest.mark.parametrize(
    ("package", "source", "found"),
    [
        ("nn_notes", "import numpy as np", {"numpy"}),
        ("nn_notes", "from tqdm.auto import tqdm", {"tqdm"}),
        ("nn_notes", "from .losses import LOSSES", {"losses"}),
        ("nn_notes", "from . import tensors, numeric", {"tensors", "numeric"}),
        ("nn_notes", "from nn_notes import tensors", {"tensors"}),
        ("nn_notes", "from nn_notes.tensors import contract", {"tensors"}),
        ("nn_notes", "import nn_notes.tensors", {"tensors"}),
        ("nn_notes", "def f():\n    import urllib.request", {"urllib"}),
        ("nn_notes.views", "from .. import tensors\nfrom ..explore import View", {"tensors", "explore"}),
        ("nn_notes.views", "from . import single_layer", {"views"}),
    ],
)
def test_every_way_to_import_is_seen(package, source, found):
    assert imports(source, package) == found


# Run by a fresh Python, which reports every thread, process and socket as it is asked for.
WATCHED = """
import os, sys

def watch(event, arguments):
    if event.startswith(("_thread.start", "subprocess.", "socket.", "urllib.", "os.fork", "os.exec", "os.posix_spawn")):
        print("asked for", event)

sys.addaudithook(watch)
import threading
start = threading.Thread.start
threading.Thread.start = lambda self: (print("asked for a thread"), start(self))[1]

{code}
others = "matplotlib", "anywidget", "ipywidgets", "traitlets", "sklearn", "scipy", "IPython"
print("done", *sorted(set(others) & set(sys.modules)))
"""
IMPORT = "import nn_notes"
TRAIN = """
import numpy as np
from nn_notes import Network, data, descent

rng = np.random.default_rng(0)
split = data.digits()
network = Network.init([64, 8, 10], ["tanh", "identity"], rng)
how = {"loss": "softmax_cross_entropy", "learning_rate": 0.1, "epochs": 1, "batch_size": 32, "patience": 1}
descent.fit(network, split.train, split.validation, rng=rng, **how)
"""
# Every view, made and asked, as a transport that is none of Jupyter's would.
VIEWS = """
import pkgutil
from nn_notes import Layer, Network, views
from nn_notes.derivation import Goal, outputs
from nn_notes.views import (activation_curves, backpropagation, blackboard, derivative_shapes, gradient_descent,
                            jacobians, losses, operations, single_layer, weight_tensor)

x, W, I = [0.5, -1.0], [[0.5, -1.0], [1.5, 0.3]], [[1, 0], [0, 1]]
network = Network(Layer(W, x, "identity"))
made = [
    activation_curves.view(x, x), backpropagation.view(network, x, x, "mse"), derivative_shapes.view(x, W),
    blackboard.view(Goal("\\partial E/\\partial u", "k", outputs, {"D": 2}), "delta F"),
    gradient_descent.learning_rate(x, x, x), gradient_descent.training(network, (W, I), (W, I)),
    jacobians.view(x, W, x), losses.prediction(), losses.view(x), operations.view(3, 2), single_layer.view(x, W, x),
    weight_tensor.view(x, x),
]
for view in made:
    view.answer([{"open": True}, {"act": "Reset"}]), view._repr_mimebundle_()
modules = {view._model.__module__.removeprefix("nn_notes.views.") for view in made}
assert modules == {module.name for module in pkgutil.iter_modules(views.__path__)}
"""


def watched(code):
    command = [sys.executable, "-c", WATCHED.format(code=code)]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout


@pytest.mark.parametrize("code", [IMPORT, TRAIN, VIEWS], ids=["import", "train", "views"])
def test_importing_training_and_views_need_neither_jupyter_nor_threads_processes_or_the_network(code):
    assert watched(code) == "done\n"


def test_what_takes_long_to_import_is_imported_where_it_is_wanted():
    late = "import sys, nn_notes; print(*sorted({'tqdm', 'zipfile'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", late], capture_output=True, text=True, check=True).stdout == "\n"


@pytest.mark.parametrize(
    ("code", "report"),
    [
        ("import threading; threading.Thread(target=print).start()", "asked for a thread"),
        ("import subprocess; subprocess.run([sys.executable, '-c', ''])", "asked for subprocess.Popen"),
        ("import socket; socket.socket()", "asked for socket.__new__"),
        ("import nn_notes, ipywidgets", "ipywidgets"),
        # Who shows a view, and then only.
        ("import nn_notes.widget", "IPython anywidget"),
        ("import nn_notes.plots", "matplotlib"),
    ],
)
def test_the_watch_sees(code, report):
    assert report in watched(code)


TRANSPORTS = """
from nn_notes.explore import View
print(View.transport)
{before}
import nn_notes.views
print(View.transport.__module__)
"""


@pytest.mark.parametrize(
    ("before", "transport"), [("", "nn_notes.views"), ("View.transport = staticmethod(print)", "builtins")]
)
def test_views_bring_a_transport_where_there_is_none(before, transport):
    assert watched(TRANSPORTS.format(before=before)) == f"None\n{transport}\ndone\n"


def test_only_numpy_and_matplotlib_are_compiled():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {Requirement(line).name for line in project["dependencies"]}
    compiled = {name for name in needed if any(file.suffix in (".so", ".pyd", ".dylib") for file in files(name))}
    assert compiled == {"numpy", "matplotlib"}


# A Western Windows console prints cp1252, which has no arrow, no true minus, and no Greek.


def said(source):
    """The text that a module may print: in errors, in print, in arguments to the checks of validate, and in a repr."""
    for node in ast.walk(ast.parse(source)):
        is_call = isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"print", *validate.__all__}
        is_shown = isinstance(node, ast.FunctionDef) and node.name in ("__repr__", "__str__")
        if isinstance(node, ast.Raise) or is_call or is_shown:
            constants = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
            yield from (value for value in constants if isinstance(value, str))


# A view's errors are shown on the page.
@pytest.mark.parametrize("name", [name for name in MODULES if name[0] != "views"], ids=".".join)
def test_any_console_can_print_what_a_module_says(name):
    for text in said(MODULES[name].read_text(encoding="utf-8")):
        text.encode("cp1252")


PRINTED = """
import copy, numpy as np
from nn_notes import ACTIVATIONS, LOSSES, Network, answer, check, compare, data, descent, losses

rng = np.random.default_rng(0)
network = Network.init([2] * (len(ACTIVATIONS) + 1), list(ACTIVATIONS), rng)
print(network, repr(network), network.layers, str(network.layers[0]), network.forward([1, 2]))
print(ACTIVATIONS, LOSSES, descent.History([1.0], [2.0]), data.digits().test)
check("1.1", [1.0], [1])
compare("W", [1.0], [1])
answer("1.A", ..., 3)
pair = data.moons(7, rng)
how = {"loss": "mse", "learning_rate": 0.1, "epochs": 2, "batch_size": 7, "patience": None}
network, history = descent.fit(network, pair, pair, rng=rng, **how)
print(network, history)
"""


def test_a_western_console_can_print_all_there_is():
    command = [sys.executable, "-W", "error", "-c", PRINTED]
    run = subprocess.run(command, capture_output=True, cwd=ROOT, env=os.environ | {"PYTHONIOENCODING": "cp1252:strict"})
    assert run.returncode == 0, run.stderr.decode("cp1252")
    assert "Network(2 -> 2 identity -> 2 sigmoid" in run.stdout.decode("cp1252")
