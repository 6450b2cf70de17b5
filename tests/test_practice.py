"""Exercises with fresh numbers: short, new for every seed, right by other roads, and fit to be printed."""

import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import plain
import pytest

from nn_notes import ACTIVATIONS, practice
from nn_notes.practice import KINDS, exercise, page

every_kind = pytest.mark.parametrize("kind", KINDS)
SEEDS = range(150)


def short(x):
    """Whether a number has four decimals at most."""
    return abs(x) < 100 and abs(x * 10_000 - round(x * 10_000)) < 1e-6


@every_kind
def test_a_thousand_exercises_have_short_numbers_and_no_two_are_the_same(kind):
    drawn = [exercise(kind, seed) for seed in SEEDS]
    for one in drawn:
        arrays = {**one.given, **one.solution}
        long = {name for name, a in arrays.items() if not all(map(short, a.ravel()))}
        assert long <= {*one.written, "E"}, (one.seed, long)
        assert one.solution.keys() == one.formulas.keys()
    tasks = [one.html() for one in drawn]
    # There are not more of the smallest.
    assert len(set(tasks)) > len(tasks) / (8 if kind in ("cross_entropy", "shapes") else 1.1)


@every_kind
def test_a_seed_gives_the_same_exercise_again(kind):
    assert exercise(kind, 3).html(solved=True) == exercise(kind, 3).html(solved=True)


# Each solution by plain NumPy, by the names on paper.


def layer(a, f):
    u = a["z"] @ a["W"] + a["b"]
    return {"u": u, "z_next": f(u)}


def jacobians(a, f):
    u = a["z"] @ a["W"] + a["b"]
    F = plain.jacobian(f, u)
    return {"u": u, "F": F, "dz_dz": F @ a["W"].T, "dz_db": F}


def collapse(a, f):
    T = np.zeros((len(a["xi"]), len(a["z"]), len(a["xi"])))
    for k in range(len(a["xi"])):
        T[k, :, k] = a["z"]
    return {"T": T, "dE_dW": np.tensordot(a["xi"], T, 1)}


def backprop(a, f):
    u_1 = a["x"] @ a["W_1"] + a["b_1"]
    u_2 = f(u_1) @ a["W_2"] + a["b_2"]
    xi_2 = 2 * (u_2 - a["t"]) / len(a["t"])
    delta_1 = a["W_2"] @ xi_2
    xi_1 = delta_1 @ plain.jacobian(f, u_1)
    return {
        "u_1": u_1, "z_1": f(u_1), "u_2": u_2, "xi_2": xi_2, "dE_dW_2": f(u_1)[:, None] * xi_2, "dE_db_2": xi_2,
        "delta_1": delta_1, "xi_1": xi_1, "dE_dW_1": a["x"][:, None] * xi_1, "dE_db_1": xi_1,
    }  # fmt: skip


def cross_entropy(a, f):
    S = np.exp(a["u"]) / np.exp(a["u"]).sum()
    return {"S": S, "E": -(a["t"] * np.log(S)).sum(), "dE_du": S - a["t"]}


def step(a, f):
    u = a["z"] @ a["W"] + a["b"]
    xi = 2 * (u - a["t"]) / len(u)
    by_W = a["z"][:, None] * xi
    return {
        "u": u, "xi": xi, "dE_dW": by_W, "dE_db": xi, "W_next": a["W"] - a["gamma"] * by_W,
        "b_next": a["b"] - a["gamma"] * xi,
    }  # fmt: skip


def shapes(a, f):
    """Held below, by the sizes."""


ROADS = [layer, jacobians, collapse, backprop, cross_entropy, step, shapes]


def test_every_kind_has_another_road():
    assert [road.__name__ for road in ROADS] == [*KINDS]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("road", [layer, jacobians, collapse, backprop, cross_entropy, step], ids=lambda f: f.__name__)
def test_solutions_are_those_of_another_road(road, activation):
    for seed in range(20):
        one = exercise(road.__name__, seed, activation=activation)
        for name, wanted in road(one.given, plain.formula(activation)).items():
            np.testing.assert_allclose(one.solution[name], wanted, atol=1e-12, err_msg=f"{name}, seed {seed}")


def test_a_solution_that_the_witness_does_not_find_is_not_given_out(monkeypatch):
    monkeypatch.setattr(practice.mse, "gradient", lambda y, t: y - t)
    with pytest.raises(AssertionError, match="not what the witness finds"):
        exercise("step", 0, sizes=(2, 3))


def test_shapes_are_those_of_the_layer():
    one = exercise("shapes", 0, sizes=(4, 3))
    assert "4 inputs and 3 outputs" in one.task
    assert {name: tuple(a.astype(int)) for name, a in one.solution.items()} == {
        "u": (3,), "F": (3, 3), "dz_dz": (3, 4), "T": (3, 4, 3), "dz_db": (3, 3), "dE_dW": (4, 3), "dE_db": (3,),
        "dE_dz": (4,),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "sizes"),
    [("layer", (4, 3)), ("jacobians", (2, 4)), ("collapse", (4, 2)), ("backprop", (3, 2, 1)), ("cross_entropy", (4,))],
)
def test_sizes_are_those_that_are_asked_for(kind, sizes):
    one = exercise(kind, 1, sizes=sizes)
    first, last = next(iter(one.given.values())), [*one.solution.values()][-1]
    assert len(first) == sizes[0] and sizes[-1] in (*last.shape, last.size, one.given.get("t", last).size)


def test_halves_come_with_difficulty():
    easy, hard = (
        {x for seed in range(20) for x in exercise("layer", seed, difficulty=n).given["W"].ravel() % 1} for n in (1, 2)
    )
    assert easy == {0.0} and hard == {0.0, 0.5}


def test_an_answer_is_told_which_entry_is_wrong(capsys):
    one = exercise("backprop", 5)
    yours = {name: a.copy() for name, a in one.solution.items()}
    one.answer(...)
    one.answer(yours)
    yours["dE_dW_1"][1, 0] += 1
    one.answer(yours)
    tried, right, wrong = capsys.readouterr().out.splitlines()
    assert (tried, right) == ("backprop 5: not tried yet", "backprop 5: right")
    assert "dE_dW_1[1, 0]" in wrong and "what comes before it is right" in wrong


@every_kind
def test_the_form_is_python_with_a_place_for_each_part(kind):
    one, namespace = exercise(kind, 0), {}
    exec(one.form(), namespace)
    assert namespace["yours"] == dict.fromkeys(one.solution, ...)


@every_kind
@pytest.mark.parametrize("solved", [False, True])
def test_a_page_is_whole_and_a_task_gives_nothing_away(kind, solved):
    one = exercise(kind, 2, activation="sigmoid")
    text = page([one, one], "Week <3>", solved)
    assert "Week &lt;3&gt;" in text and "<script" not in text and "http" not in text
    for found in re.findall(r"<math>.*?</math>", text):
        ElementTree.fromstring(found)
    # A task has an equation to each thing given; a solution one more to each thing found, and how.
    equations = len(one.given) + solved * sum(1 + bool(formula) for formula in one.formulas.values())
    found = (text.count("<mo>=</mo>") + text.count("<mo>:</mo>")) / 2
    assert found >= equations if solved else found == equations


def test_a_class_gets_a_sheet_and_a_key_each_and_nothing_is_written_over(tmp_path, capsys):
    practice.main(["3", str(tmp_path / "class"), "--kinds", "layer,step", "--seed", "7"])
    names = sorted(path.name for path in (tmp_path / "class").iterdir())
    assert names == [f"{what}_00{n}.html" for what in ("key", "sheet") for n in (1, 2, 3)]
    sheets = [(tmp_path / "class" / name).read_text(encoding="utf-8") for name in names]
    assert len(set(sheets)) == 6 and all(text.count("<section>") == 2 for text in sheets)
    assert "are in" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        practice.main(["1", str(tmp_path / "class")])
    assert "is there already; nothing was written" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "message"), [(["0", "x"], "count is 0"), (["1", "x", "--kinds", "a"], "'a'")])
def test_the_command_says_what_it_needs(arguments, message, tmp_path):
    command = [sys.executable, "-m", "nn_notes.practice", *arguments]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert said.returncode == 2 and message in said.stderr and not [*tmp_path.iterdir()]
