"""The displayed formulas of the pages, and how each is judged: on drawn examples of what its letters mean."""

import re
from itertools import chain
from typing import NamedTuple

from letters import examples

from nn_notes import notation

TAG = re.compile(r"\s*\\tag\{(.*?)\}")

# Formulas that cannot be judged, by page and how they begin, with the reason. None of them has a number.
UNREAD = {
    ("02", r"y_a(x+\Delta) = y_a(x)"): "a Taylor series: its dots have no end",
    ("02", r"y(x + ihd) = "): "a Taylor series: its dots have no end",
    ("06", r"\left(\frac mp\right)'"): "the prime of a bracket does not say by what",
}


class Displayed(NamedTuple):
    """A displayed formula. ``number`` is its own or, where it has none, that of the equation it leads to."""

    page: str
    number: str
    numbered: bool
    latex: str

    def __str__(self):
        return self.number if self.numbered else f"to {self.number}: {' '.join(self.latex.split())[:30]}"

    @property
    def unread(self):
        return any(self.page == page and self.latex.startswith(start) for page, start in UNREAD)


def displayed(page, text):
    """The formulas of a page, in order. What comes after the last equation counts to that one."""
    found = re.findall(r"\$\$(.*?)\$\$", text, re.DOTALL)
    numbers = [tag[1] if (tag := TAG.search(latex)) else None for latex in found]
    for n, latex in enumerate(found):
        leads_to = next(filter(None, chain(numbers[n:], reversed(numbers))))
        yield Displayed(page, leads_to, numbers[n] is not None, TAG.sub("", latex).strip())


def drawn(formula):
    return examples(formula.page, formula.number, formula.latex)


def withstood(formula, latex):
    """How many comparisons a formula withstands on the examples of another one, which may be itself."""
    return [notation.judge(latex, letters, sizes) for letters, sizes in drawn(formula)]
