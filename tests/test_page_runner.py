"""Cells as a page runs them: what they put out, what they need, and the views in them."""

import json
import sys
import warnings

import numpy as np
import pytest

from nn_notes.explore import SPEC, View
from nn_notes.page.runner import Runner


@pytest.fixture
def page(monkeypatch):
    """A page of cells: a function that runs one of them, and gives what it puts out."""
    monkeypatch.setattr(View, "transport", View.transport)
    outputs = []
    runner = Runner(lambda output: outputs.append(json.loads(output)))

    def run(cells, n=-1, where="page"):
        outputs.clear()
        n = n % len(cells)
        run.plan = json.loads(runner.plan(json.dumps(cells), n))
        run.well = runner.run(json.dumps(cells), json.dumps(run.plan["order"]), where)
        return [*outputs]

    run.runner = runner
    return run


def texts(outputs):
    return [output.get("text") or output["data"]["text/plain"] for output in outputs]


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("1 + 1", ["2"]),
        ("1 + 1;", []),
        ("None", []),
        ("a = 1", []),
        ("", []),
        ("# nothing", []),
        ("print('a', 'b')\n3", ["a", " ", "b", "\n", "3"]),
        ("display(1, 2)", ["1", "2"]),
        ("def f():\n    return 1\n\nf()", ["1"]),
    ],
)
def test_a_cell_shows_its_last_line_and_what_it_prints(page, code, shown):
    assert texts(page([code])) == shown and page.well


def test_a_value_is_shown_in_every_form_that_it_has(page):
    (shown,) = page(["from nn_notes.show import show", "show({'x': [1.0, 2.0]})"])
    assert shown["output_type"] == "execute_result"
    assert shown["data"].keys() == {"text/plain", "text/latex"} and "pmatrix" in shown["data"]["text/latex"]
    (shown,) = page([
        "from nn_notes.plots import figure, picture\nfig, ax = figure()", "picture(fig, 'An empty one.')"
    ])  # fmt: skip
    assert shown["metadata"]["image/png"]["alt"] == "An empty one." and shown["data"]["image/png"].startswith("iVBOR")


@pytest.mark.parametrize(
    ("code", "name", "value", "line"),
    [
        ("a = 1\na / 0", "ZeroDivisionError", "division by zero", "a / 0"),
        ("def f(:", "SyntaxError", "", "def f(:"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", "", "raise KeyboardInterrupt"),
        ("import sys\nsys.exit(3)", "SystemExit", "3", "sys.exit(3)"),
    ],
)
def test_an_error_is_shown_with_its_line(page, code, name, value, line):
    (error,) = page(["b = 2", code])
    assert (error["output_type"], error["ename"]) == ("error", name) and value in error["evalue"] and not page.well
    trace = "\n".join(error["traceback"])
    assert "cell 2" in trace and line in trace and "runner.py" not in trace


def test_an_error_in_a_cell_that_is_needed_is_shown_too(page):
    outputs = page(["print('unseen')\na = 1 / 0", "a"])
    assert [output["output_type"] for output in outputs] == ["error"] and "cell 1" in outputs[0]["traceback"][1]


def test_what_the_cells_before_put_out_is_not_shown(page):
    assert texts(page(["print('unseen')\na = 1\na", "print(a)"])) == ["1", "\n"]


def test_a_cell_warns_each_time(page, monkeypatch):
    monkeypatch.setattr(warnings, "showwarning", lambda message, *_: print(message, file=sys.stderr))
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        for _ in range(2):
            outputs = page(["import warnings", "warnings.warn('mind')"])
            assert {output["name"] for output in outputs} == {"stderr"} and texts(outputs) == ["mind", "\n"]


DRAWN = ["import numpy as np\nrng = np.random.default_rng(0)", "x = rng.normal()", "y = rng.normal()", "x, y"]


def test_there_is_no_hidden_state(page):
    """Whatever was run before, and however often, a cell shows what the page from its top would show."""
    rng = np.random.default_rng(0)
    want = repr((rng.normal(), rng.normal()))
    for order in [(3,), (3, 3), (1, 2, 3), (2, 1, 3), (1, 1, 1, 3), (0, 3)]:
        for n in order:
            shown = page(DRAWN, n, where=repr(order))
        assert texts(shown) == [want], order


def test_an_edited_cell_counts_as_it_now_is(page):
    assert texts(page(["a = 1", "b = a + 1", "b"])) == ["2"]
    assert texts(page(["a = 5", "b = a + 1", "b"])) == ["6"]
    assert texts(page(["a = 5", "b = a - 1", "b"])) == ["4"]


def test_what_ran_down_the_page_is_not_run_again(page):
    cells = ["ran = []", "ran.append(1)", "ran.append(2)", "len(ran)"]
    slow = ["import builtins\nbuiltins.count = getattr(builtins, 'count', 0) + 1\na = builtins.count", "a", "a + 0"]
    assert [texts(page(slow, n)) for n in (0, 1, 2)] == [[], ["1"], ["1"]]
    assert texts(page(slow, 1)) == ["2"]
    assert [texts(page(cells, n)) for n in (1, 2, 3)] == [[], [], ["2"]]


def test_namespaces_are_apart(page):
    assert texts(page(["a = 1", "a"], where="one")) == ["1"]
    assert page(["pass", "a"], where="two")[0]["ename"] == "NameError"


PLOTTED = ["from nn_notes.plots import figure, lines", "a = 1", "a", "fig, ax = figure()\na"]


@pytest.mark.parametrize(("n", "packages"), [(0, []), (2, []), (3, ["matplotlib"])])
def test_what_is_large_is_wanted_where_it_is_used(page, n, packages):
    page(PLOTTED, n)
    assert page.plan["packages"] == packages and page.well


def test_what_is_large_comes_later_too(page):
    for n in (2, 3):
        assert texts(page(PLOTTED, n)) == ["1"]


VIEW = ["from nn_notes.views import single_layer", "single_layer.view([0.5], [[1.0, 2.0]], [0.0, 0.0])"]


def test_a_view_answers_by_its_number(page):
    (shown,) = page(VIEW)
    number = shown["metadata"][SPEC]["view"]
    assert json.loads(shown["data"][SPEC])["opening"]["board"]
    (other,) = page(VIEW)
    assert other["metadata"][SPEC]["view"] != number
    message = json.loads(page.runner.answer(number, json.dumps([{"open": True}, {"set": "f", "to": "tanh"}])))
    assert message["controls"]["f"] == "tanh" and "board" in message


def test_tracebacks_and_inspect_find_what_a_cell_has_defined(page):
    cells = ["def f(x):\n    return x", "from nn_notes.show import source", "source(f)"]
    assert texts(page(cells)) == ["def f(x):\n    return x"]
