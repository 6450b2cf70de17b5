"""Mutation testing: how many small faults in the mathematics the quick tests notice: python trust/mutants.py

mutmut changes one thing at a time in the functions of the modules that ``[tool.mutmut]`` in pyproject.toml names: a
sign, a number, an argument, a word. A mutant is killed when a test fails, or takes far too long. One that survives
either shows a test to be missing, or changes nothing that anyone could see; then it stands in mutants.toml, with the
reason. The score is killed / (all − accepted).

The figures go to .figures/mutants.json. ``--report`` runs nothing and says again what came of the last run.

It exits with 1 if the score is under the least that mutants.toml allows, and with 2 if mutmut did not get through.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections import Counter
from pathlib import Path

import figures
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

ROOT = Path(__file__).parents[1]
KILLED = {"killed", "timeout", "segfault"}

# Every mutant has a process of its own. tqdm's lock is one for them all, and whoever dies with it stops the others.
MUTMUT = """
import threading
from mutmut.__main__ import cli
from tqdm.std import tqdm
tqdm.set_lock(threading.RLock())
cli()
"""

# Survivors that change nothing. Each change is written as ``described`` writes it.
TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
ACCEPTED = {change: group["reason"] for group in TABLE["accepted"] for change in group["changes"]}


def described(mutant, source):
    """Where a mutant is and what it changes, in words that hold for as long as the line does."""
    function, cls = orig_function_and_class_names_from_key(mutant)
    changes = get_diff_for_mutant(mutant, path=source).splitlines()[2:]
    before, after = (" ".join(line[1:].strip() for line in changes if line[0] == sign) for sign in "-+")
    place = ".".join(filter(None, [source.stem, cls, function.rpartition(".")[-1]]))
    return f"{place}: {before} → {after}"


def outcomes():
    """Every mutant of the last run: its name, its file, and what became of it."""
    for meta in sorted((ROOT / "mutants" / "nn_notes").glob("*.py.meta")):
        source = Path("nn_notes", meta.name.removesuffix(".meta"))
        codes = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
        yield from ((mutant, source, status_by_exit_code[code]) for mutant, code in codes.items())


def main():
    parser = argparse.ArgumentParser(description="Mutation testing of the mathematical modules.")
    parser.add_argument("--report", action="store_true", help="report on the last run")
    parser.add_argument("--jobs", type=int, default=2, help="how many mutants are tested at once")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    measured = {}
    if not arguments.report:
        shutil.rmtree(ROOT / "mutants", ignore_errors=True)
        start = time.perf_counter()
        run = subprocess.run([sys.executable, "-c", MUTMUT, "run", f"--max-children={arguments.jobs}"])
        if run.returncode:
            sys.exit(2)
        measured["minutes"] = round((time.perf_counter() - start) / 60, 1)

    every = list(outcomes())
    counts = Counter(status for *_, status in every)
    if not every or counts["not checked"]:
        print(f"{counts['not checked']} of {len(every)} mutants were not tried", file=sys.stderr)
        sys.exit(2)
    alive = {mutant: described(mutant, source) for mutant, source, status in every if status not in KILLED}
    accepted = {mutant: what for mutant, what in alive.items() if what in ACCEPTED}
    survived = {mutant: what for mutant, what in alive.items() if what not in ACCEPTED}
    score = (len(every) - len(alive)) / (len(every) - len(accepted))
    measured |= {
        "mutants": len(every),
        "killed": len(every) - len(alive),
        "timeouts": counts["timeout"],
        "survived": survived,
        "accepted": {mutant: {"change": what, "reason": ACCEPTED[what]} for mutant, what in accepted.items()},
        "score": score,
    }
    if not arguments.report:
        figures.write("mutants", measured)
    for mutant, what in survived.items():
        print(f"{mutant.rpartition('.')[-1]}\n    {what}")
    for what in sorted(ACCEPTED.keys() - accepted.values()):
        print(f"accepted, but not among the survivors: {what}")
    print(
        f"{len(every)} mutants: {len(every) - len(alive)} killed ({counts['timeout']} of them by time), "
        f"{len(accepted)} accepted, {len(survived)} survived; the score is {score:.1%}"
    )
    sys.exit(score < TABLE["least score"])


if __name__ == "__main__":
    main()
