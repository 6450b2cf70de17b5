"""Break every displayed formula and the derivation of every equation, one place at a time, and see it noticed.

``make break-pages`` runs it over all pages; ``.venv/bin/python trust/breaker 03 04`` over two of them.

Of a formula it is the LaTeX that is broken (slips.py), and the examples that it is judged on have to refute it
(latex.py).

Each statement that is part of a derivation (statements.py), and the check's own, is broken in every way that there is
(ways.py). The page then runs on as far as the check needs it. A break is caught if the check says that the equation
fails, and refused if the code raises before, as where shapes do not fit. If it stays green, it is measured why, and
most kinds of that are no fault of the page. The score is (caught + refused) / (all − explained).

It exits with 1 if an equation has no break that its own check catches, if a check catches none but a sign before one of
its forms, if a formula is not judged or its examples catch no break of it, or if a score of a page is under 97 %.
"""

import contextlib
import dataclasses
import functools
import gc
import io
import os
import pickle
import signal
import sys
import time
import traceback
import warnings
from glob import glob
from pathlib import Path

# The arrays are small, and a process with threads is no good at making copies of itself.
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}

import numpy as np

TRUST = Path(__file__).parents[1]
NOTEBOOKS = TRUST.parent / "notebooks"
sys.path[:0] = [str(TRUST), str(NOTEBOOKS), str(TRUST.parent / "book"), str(TRUST.parent / "tests/support")]

import figures  # noqa: E402
import latex  # noqa: E402
from statements import Page, compiled, read  # noqa: E402
from ways import OFF, Failed, Package, Way, arrays, every_entry, mapped, wrong_package, wrong_pages  # noqa: E402

# Why a break can stay green. What comes of it if the same place is off by a little instead is measured too.
EXPLAINED = {
    "turned": "What is turned is symmetric, or a vector. It is noticed when the same place is off.",
    "sign": "Two signs cancel, or what is checked is even in it. It is noticed when the same place is off.",
    "no part": "It is no part of what is derived, as what is constant to a derivative: no number changes with it.",
    "zero": "The check is that something is zero, and it still is.",
    "example": "All forms of the check call this function. It is the example, and the equation holds at any example.",
    "tolerance": "The forms change by less than the tolerance that the page gives its check.",
}
UNEXPLAINED = {
    "hidden": "The example hides it, as where a factor is 1. It is noticed when the same place is off.",
    "unseen": "Numbers of the derivation change, and no form of a check has any of them.",
    "alike": "All forms of a check change alike.",
}
# The lowest of today's pages has 98.6 %: on a page, that is room for a handful more.
LEAST = 0.97
ROUNDING = 1e-13
SECONDS = 60  # for one break


def in_a_child(action):
    """What the action returns in a copy of this process, which it may leave in any state; None if it does not end."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    if (child := os.fork()) == 0:
        try:
            signal.alarm(SECONDS)
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump(action(), pipe)
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    return None if os.waitpid(child, 0)[1] == signal.SIGALRM else pickle.loads(answer)


@dataclasses.dataclass
class Break:
    """A way to break a statement, and what came of it.

    ``found`` has for each check that is to notice it what became of it, and which equation failed, if one did. ``kind``
    is why the break stays green, if it does.
    """

    page: Page
    statement: int
    way: Way
    found: dict
    kind: str | None = None

    def of(self, number):
        """What became of an equation, in each check of it."""
        return {result for check, result in self.found.items() if number in self.page.statements[check].equations}

    def catches(self, check):
        """Whether a check catches it, and it is more than a sign before one of the check's own forms."""
        trivial = self.statement == check and self.way.sort == "sign" and not self.way.spoil
        return not trivial and check in self.found and self.found[check][0] == "caught"

    @property
    def label(self):
        numbers = ", ".join(dict.fromkeys(n for check in self.found for n in self.page.statements[check].equations))
        return f"{self.page.name[:2]} ({numbers}) {self.page.first_line(self.statement)} | {self.way.words}"

    @property
    def outcome(self):
        found = {outcome for outcome, _ in self.found.values()}
        return next((outcome for outcome in ("caught", "refused") if outcome in found), "green")


class Run:
    """A page that is run once as it is, and then with every break."""

    def __init__(self, package, page):
        self.package, self.page = package, page
        parts = {n: page.parts(n) for n, statement in enumerate(page.statements) if statement.checks}
        self.needed = sorted(set(parts).union(*map(page.slice, parts)))
        # For each statement, the checks that are to notice when it is broken.
        self.judges = {n: [check for check in parts if n == check or n in parts[check]] for n in self.needed}
        self.calls, self.right, self.namespace = {}, {}, {"__name__": "__page__"}
        for n in self.needed:
            package.called.clear()
            forms, values = self.step(n)
            self.calls[n], self.right[n] = sorted(package.called), (forms, [np.array(value) for value in values])

    def step(self, n, way=None):
        """Run a statement, as it is or broken: the forms that its checks compare, and the numbers that it sets."""
        statement = self.page.statements[n]
        self.package.forms = []
        self.package.spoilt, self.package.spoil = (way and way.spoil) or (None, None)
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compiled(way.node) if way else statement.code, self.namespace)
        return self.package.forms, list(arrays([self.namespace.get(name) for name in sorted(statement.sets)]))

    def breaks(self):
        """Every break of the page, with what became of it."""
        self.namespace = {"__name__": "__page__"}
        for n in self.needed:
            if judges := self.judges[n]:
                node = self.page.statements[n].node
                # Where a check allows a tolerance, a thousandth may be within it.
                off = max(1e-3, *(10 * tolerance for check in judges for _, tolerance in self.right[check][0]))
                self.namespace[OFF] = functools.partial(mapped, change=every_entry(off))
                ways = [*wrong_pages(node), *(way for name in self.calls[n] for way in wrong_package(node, name, off))]
                yield from (self.broken(n, way) for way in ways)
            self.step(n)

    def broken(self, n, way):
        found, moves = self.tried(n, way)
        made = Break(self.page, n, way, found)
        if made.outcome == "green":
            if way.instead:
                return self.broken(n, way.instead)
            made.kind = self.kind(made, moves)
        return made

    def kind(self, made, moves):
        """Why a break stays green, where ``moves`` says whether any number is another one."""
        seen = {outcome for outcome, _ in made.found.values()}
        if "alike" in seen:
            return "example" if made.way.spoil and set(made.found) == {made.statement} else "alike"
        if "tolerance" in seen:
            return "tolerance"
        if seen == {"zero"}:
            return "zero"
        off, also_moves = self.tried(made.statement, made.way.off())
        if {outcome for outcome, _ in off.values()} <= {"same", "zero"}:
            return "unseen" if moves or also_moves else "no part"
        return made.way.sort if made.way.sort in EXPLAINED else "hidden"

    def tried(self, n, way):
        """The outcomes of a break, and whether any number moves; one that does not end is refused."""
        return in_a_child(lambda: self.outcomes(n, way)) or (dict.fromkeys(self.judges[n], ("refused", None)), False)

    def outcomes(self, first, way):
        """What becomes of each check when a statement is broken, and whether a number moves that the page sets."""
        judges, failed, found, moves = self.judges[first], {}, {}, False
        needed = {first, *judges}.union(*map(self.page.slice, judges))
        for n in sorted(n for n in needed if first <= n <= max(judges)):
            if before := sorted(self.page.slice(n) & failed.keys()):
                failed[n] = failed[before[0]]
            else:
                try:
                    forms, values = self.step(n, way if n == first else None)
                except Failed as failure:
                    failed[n] = ("caught", failure.args[0])
                except Exception:
                    failed[n] = ("refused", None)
                else:
                    moves = moves or differ(self.right[n][1], values)
            if n in judges:
                found[n] = failed.get(n) or (passed(self.right[n][0], forms), None)
        return found, moves


def differ(right, values):
    """Whether numbers are others than they were, beyond rounding."""
    return len(right) != len(values) or any(distance(a, b, a) > ROUNDING for a, b in zip(right, values, strict=True))


def distance(a, b, expected):
    """How far two arrays are apart, in the measure of a check."""
    if np.array_equal(a, b):
        return 0.0
    if a.shape != b.shape or a.dtype.kind not in "iufc" or not np.isfinite([a, b]).all():
        return np.inf
    return np.abs(a - b).max() / (np.abs(expected).max() or 1.0)


def passed(right, forms):
    """What a check that passes sees of a break: its forms change alike, within the tolerance, or not at all."""
    if len(right) != len(forms):
        return "alike"
    found = {"zero"}
    for (before, tolerance), (after, _) in zip(right, forms, strict=True):
        furthest = max(distance(a, b, before[1]) for a, b in zip(before, after, strict=True))
        if furthest > ROUNDING:
            found.add("tolerance" if furthest <= 2 * tolerance else "alike")
        elif before[1].any():
            found.add("same")
    return next(outcome for outcome in ("alike", "tolerance", "same", "zero") if outcome in found)


def table(page, breaks):
    """Print for each equation of a page how many of its breaks are noticed, and give what is amiss."""
    for number in page.equations:
        found = [made.of(number) for made in breaks]
        # A break that leaves every form of an equation as it was, and is caught elsewhere, was none of this one.
        tried = [results for results in found if not {outcome for outcome, _ in results} <= {"same", "zero"}]
        caught = [results for results in tried if ("caught", number) in results]
        red = [results for results in tried if {outcome for outcome, _ in results} & {"caught", "refused"}]
        print(f"{number:8} {len(tried):8} {len(caught):21} {len(red) - len(caught):18}")
        if not caught:
            yield f"({number}) has no break that its check catches"
    for n, statement in enumerate(page.statements):
        if statement.checks and not any(made.catches(n) for made in breaks):
            yield f"the check of ({', '.join(statement.equations)}) catches nothing: {page.first_line(n)}"
    yield from too_low(page.name, "its score", breaks)


def too_low(page, name, breaks):
    """Say so if a score of a page is too low."""
    if (score := score_of(breaks)) < LEAST:
        yield f"{page}: {name} is {score:.1%}, and {LEAST:.0%} is asked; what counts is listed above"


def score_of(breaks):
    """How many are noticed of all breaks but those that are explained."""
    counts = UNEXPLAINED | latex.UNEXPLAINED
    green = sum(made.kind in counts for made in breaks)
    return 1 - green / max(1, green + sum(made.kind is None for made in breaks))


def summed_up(breaks, explained, unexplained):
    """Print which breaks stay green, by why; and give their figures."""
    survivors = {kind: [made.label for made in breaks if made.kind == kind] for kind in explained | unexplained}
    for kind, why in (explained | unexplained).items():
        counts = ", and count" if kind in unexplained else ""
        print(f"\n{kind}: {len(survivors[kind])} stay green{counts}. {why}", *survivors[kind], sep="\n    ")
    return {
        "breaks": len(breaks),
        **{outcome: sum(made.outcome == outcome for made in breaks) for outcome in ("caught", "refused", "green")},
        "explained": {why: survivors[kind] for kind, why in explained.items()},
        "unexplained": {why: survivors[kind] for kind, why in unexplained.items()},
        "score": score_of(breaks),
    }


def said(numbers, of, by):
    return (
        f"{numbers[of]} {of}, {numbers['breaks']} breaks: {numbers['caught']} caught by {by}, {numbers['refused']} by "
        f"another error, {numbers['green']} stay green; the score is {numbers['score']:.1%}"
    )


def main(names):
    """Break the pages whose files begin with these names; or all of them, for the report on trust."""
    if not (texts := [text for name in names or ["[0-9]"] for text in sorted(glob(f"{NOTEBOOKS / 'text' / name}*"))]):
        return f"no page begins with {' or '.join(names)}"
    texts = [Path(text) for text in texts]
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    # Formulas come first, while nothing of the package is wrapped.
    start, displayed = time.monotonic(), list(latex.broken(texts))
    of_formulas = [made for page in displayed for made in page.breaks]
    print(f"formulas: {len(of_formulas)} breaks in {time.monotonic() - start:.0f} s", flush=True)
    package, pages = Package(), []
    gc.freeze()
    for name, cells in in_a_child(lambda: [(text.stem, read(text)) for text in texts]):
        start = time.monotonic()
        run = Run(package, Page(name, cells))
        pages.append((run.page, list(run.breaks())))
        print(f"{name}: {len(pages[-1][1])} breaks in {time.monotonic() - start:.0f} s", flush=True)

    print("equation   breaks   caught by its check   by another error")
    amiss = [fault for page, breaks in pages for fault in table(page, breaks)]
    numbers = summed_up([made for _, breaks in pages for made in breaks], EXPLAINED, UNEXPLAINED)
    numbers["equations"] = sum(len(page.equations) for page, _ in pages)

    print("\nThe formulas")
    for page in displayed:
        amiss += [*page.amiss, *too_low(page.name, "the score of its formulas", page.breaks)]
    numbers["formulas"] = summed_up(of_formulas, latex.EXPLAINED, latex.UNEXPLAINED)
    numbers["formulas"]["formulas"] = sum(page.formulas for page in displayed)
    if not names:
        figures.write("pages", numbers | {"amiss": amiss})
    print(f"\n{said(numbers, 'equations', 'a check')}\n{said(numbers['formulas'], 'formulas', 'their examples')}")
    return "\n".join(amiss)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) or None)
