"""results.md, a chapter to each command: what was measured, on which machine, and which goals are met."""

import os
import platform
import re
import statistics
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
RESULTS = HERE / "results.md"


class Goal(NamedTuple):
    """What is asked of a number: that it is at least, or at most, so much."""

    name: str
    found: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def met(self):
        return self.found >= self.at_least if self.at_most is None else self.found <= self.at_most

    def __str__(self):
        bound, words = (self.at_most, "at most") if self.at_least is None else (self.at_least, "at least")
        apart = abs(self.found / bound - 1)
        said = f"{'met' if self.met else 'NOT MET'} by {100 * apart:.0f} %"
        return f"{said}: {self.name} is {self.found:.3g}, asked {words} {bound:g}"


def chapter(title, text):
    """Put a chapter into results.md in the place of the one with the same title, or behind the others."""
    whole = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    chapters = dict(re.findall(r"^# (.*)\n((?:(?!# ).*\n)*)", whole, re.MULTILINE))
    chapters[title] = f"\n{text.strip()}\n\n"
    RESULTS.write_text("".join(f"# {name}\n{text}" for name, text in chapters.items()).strip() + "\n", encoding="utf-8")


def judged(title, parts, goals):
    """Put a chapter of some parts into results.md, and print its goals. Returns whether one of them is missed."""
    chapter(title, "\n\n".join(parts))
    print("\n".join(map(str, goals)))
    return not all(goal.met for goal in goals)


def table(head, rows):
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def machine(*packages):
    """Where it was measured, and with what."""
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=HERE, capture_output=True, text=True)
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()) if os.name == "posix" else None
    return (
        f"{cpu[1] if cpu else platform.processor()}, {os.cpu_count()} cores; Python {platform.python_version()}, "
        f"{', '.join(f'{name} {version(name)}' for name in packages)}; commit {commit.stdout.strip()}."
    )


def spread(values, digits=2):
    """A median, and between which two values the middle half lies."""
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"
