r"""The ways to break a formula: one slip in its LaTeX, in one place.

* A transpose more or less, two factors or two indices changed over, a fraction upside down, ⊙ for a product.
* A sign, a factor of 2 or ½, another number; a factor, an index, a sum or a function less.
* Another index, another letter, a prime more or less, a layer above or below.
* Another shape below a brace, another relation.

What stands where, the reader of ``nn_notes.notation`` says. What comes of a slip need not look well.
"""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from nn_notes import notation
from nn_notes.notation import reader, tree

# The rules of the reader of which it is noted where they have read.
NOTED = ["sum", "term", "product", "factor", "derivative", "argument", "bracket", "lengths"]
NOTED += ["letter", "marked", "indices"]
# What may wrongly stand for what.
OTHER = {"+": "-", "-": "+", "'": "", "odot": r"\cdot", "<": ">", ">": "<", "ne": "=", "leftarrow": "="}
OTHER |= {"Im": r"\operatorname{Re}", "Re": r"\operatorname{Im}", "log": r"\exp", "diag": "", "sqrt": "", "artanh": ""}
OTHER |= {r"\text{a number}": "(1,)", r"\text{one number}": "(1,)"}
NAME = re.compile(r"\\(?:mathrm|operatorname)\{\w*\}|\\[a-zA-Z]+|[a-zA-Z]")


@dataclass
class Place:
    """What a rule has read, from where to where in a formula, and what others have read in it."""

    formula: str
    rule: str
    start: int
    end: int
    outer: "Place | None" = None
    node: object = None
    inner: list = field(default_factory=list)

    @property
    def text(self):
        return self.formula[self.start : self.end]

    @property
    def layer(self):
        return self.rule == "sum" and self.outer.rule == "marked"

    @property
    def small(self):
        """Whether it stands in an index, a layer or a shape."""
        return self.rule in ("indices", "lengths") or self.layer or (self.outer is not None and self.outer.small)

    def parts(self, rule):
        return [place for place in self.inner if place.rule == rule]

    def walk(self):
        yield self
        for place in self.inner:
            yield from place.walk()


class Noting(reader.Reader):
    """A reader that notes the places of what it reads."""

    def __init__(self, text):
        super().__init__(text)
        self.ends = {match.start(): match.end() for match in reader.matches(text, reader.LATEX)}
        self.place = Place(text, "formula", 0, len(text))
        self.formula()

    def end(self, token):
        return self.ends[token.at] if token.kind in ("word", "text", "gap") else token.at + len(token.text)


def noting(rule):
    read = getattr(reader.Reader, rule)

    def noted(self, *arguments):
        outer, first = self.place, self.n
        self.place = place = Place(self.text, rule, self.next.at, self.next.at, outer)
        place.node = read(self, *arguments)
        self.place = outer
        # Marks may be none, and a bracket no shape.
        if self.n > first and place.node is not None:
            place.end = self.end(self.tokens[self.n - 1])
            outer.inner.append(place)
        return place.node

    return noted


for rule in NOTED:
    setattr(Noting, rule, noting(rule))


def wrong_formulas(text, letters):
    """A formula with these letters, broken in every way that there is: what is done, in words, and what comes of it."""
    seen = {notation.read(text)}
    for start, end, new in Slips(text, letters).all():
        before, after = text[:start], text[end:]
        new = spaced(new, after)
        broken = spaced(before, new + after) + new + after
        try:
            read = notation.read(broken)
        except notation.NotationError:
            read = broken
        if read not in seen:
            seen.add(read)
            yield " ".join(f"{before[-25:]}⟨{text[start:end]} → {new}⟩{after[:25]}".split()), broken


def spaced(text, after):
    """With a space where the name of a command would go on into what comes after it."""
    return text + " " if after[:1].isalpha() and re.search(r"\\[a-zA-Z]+$", text) else text


def exchanged(a, b):
    """Two places changed over, and what stands between them left there."""
    return a.start, b.end, b.text + a.formula[a.end : b.start] + a.text


class Slips:
    """Where something else could wrongly stand in a formula: from where to where, and what.

    A method ``of_factor`` gives those of what the rule ``factor`` has read.
    """

    def __init__(self, text, known):
        self.formula, self.known = Noting(text), known
        self.places = list(self.formula.place.walk())
        indices = [item.text for place in self.places if place.rule == "indices" for item in self.items(place)]
        self.indices = dict.fromkeys(text for text in indices if NAME.fullmatch(text))
        names = [self.name(place).text for place in self.places if place.rule == "letter" and not place.small]
        self.names = dict.fromkeys(name for name in names if name and name not in self.indices)
        self.lengths = dict.fromkeys(p.text for place in self.places if place.rule == "lengths" for p in place.inner)

    def all(self):
        for n, token in enumerate(self.formula.tokens):
            yield from self.of_token(n, token)
        for place in self.places:
            if place.layer:
                yield from ((place.end, place.end, step) for step in ("-1", "+1"))
            slips = getattr(self, f"of_{place.rule}", None)
            # An index has no sign, no factor and no transpose.
            large = not place.small and (place.rule == "letter" or place.text not in self.indices)
            if slips and (large or place.rule in ("indices", "lengths")):
                yield from slips(place)

    def of_token(self, n, token):
        start, end, before = token.at, self.formula.end(token), self.formula.tokens[n - 1]
        if token.kind == "number" and not self.in_shape(start):
            yield from ((start, end, str(int(token.text) + step)) for step in (1, -1) if int(token.text) + step >= 0)
        elif token.text == "top":
            # It stands alone above, or in one brace with a layer.
            above = {"^": before.at, "{": before.at - 1}.get(before.text)
            yield (start, end, "") if above is None else (above, end + (before.text == "{"), "")
        elif token.kind != "letter" and token.text in OTHER:
            yield start, end, OTHER[token.text]

    def in_shape(self, at):
        return any(place.start <= at < place.end for place in self.places if place.rule == "lengths")

    # --- What stands in a line ---

    def of_sum(self, place):
        if place.text[0] not in "+-":
            yield place.start, place.start, "-"

    def of_term(self, place):
        yield from ((place.start, place.start, factor) for factor in (r"2\,", r"\frac12\,"))

    def of_product(self, place):
        factors = place.parts("factor")
        for a, b in pairwise(factors):
            yield exchanged(a, b)
            if "/" not in place.formula[a.end : b.start]:
                yield a.end, b.start, r"\odot "
        if isinstance(place.node, tree.Product):
            yield from ((factor.start, factor.end, "") for factor in factors)

    def of_factor(self, place):
        if not isinstance(place.node, tree.Number):
            yield place.end, place.end, r"^\top"
        if place.text.startswith(r"\sum_"):
            yield from ((place.start, indices.end, "") for indices in place.parts("indices"))
        if isinstance(place.node, tree.Entrywise | tree.Derivative) and len(place.inner) == 2:
            yield exchanged(*place.inner)

    def of_derivative(self, place):
        if len(place.inner) == 2:
            yield exchanged(*place.inner)

    def of_bracket(self, place):
        if place.text[0] == "[" and "=" in place.text:
            at = place.formula.index("=", place.start)
            yield at, at + 1, r"\ne "

    def of_lengths(self, place):
        lengths = [length.text for length in place.inner]
        yield from (exchanged(a, b) for a, b in pairwise(place.inner))
        for n, length in enumerate(place.inner):
            yield from ((length.start, length.end, other) for other in self.lengths)
            if others := lengths[:n] + lengths[n + 1 :]:
                yield place.start, place.end, f"({','.join(others)},)"
        if len(lengths) < 2:
            (length,) = lengths or ["1"]
            yield from ((place.start, place.end, shape) for shape in ("()", f"(1, {length})", f"({length}, 1)"))

    # --- Letters and what hangs on them ---

    def of_letter(self, place):
        name = self.name(place)
        if name.text in self.indices:
            yield from ((name.start, name.end, other) for other in self.indices)
        elif name.text:
            yield from ((name.start, name.end, other) for other in self.names)
            yield name.end, name.end, "'"

    def name(self, place):
        """The place of a letter's name, which may go on below, as that of E_{MSE} does; an empty one where none is."""
        name = Place(place.formula, "name", place.start, place.start)
        if any(letter.at == place.start for letter in tree.letters_in(place.node)):
            name.end = NAME.match(place.formula, place.start).end()
            name.end = next((p.end for p in place.walk() if p.rule == "indices" and self.in_name(p)), name.end)
        return name

    def in_name(self, indices):
        letter = indices.outer.node[0] if indices.outer.rule == "marked" else None
        return letter is not None and len(letter.word) > 1 and f"{letter.letter}_{letter.word}" in self.known

    def of_indices(self, place):
        items, below = self.items(place), place.formula.rindex("_", 0, place.start + 1)
        yield from (exchanged(a, b) for a, b in pairwise(items))
        for item in items:
            if item.text in self.indices:
                yield from ((item.start, item.end, other) for other in self.indices)
            if len(items) > 1:
                yield item.start, item.end, ""
        if not place.formula[:below].endswith(r"\sum"):
            yield below, place.end, ""

    def items(self, place):
        """The places of indices, one by one; none where they are part of a name."""
        if self.in_name(place):
            return []
        starts = [token.at for token in self.formula.tokens if token.text == ":"]
        found = [Place(place.formula, "colon", at, at + 1) for at in starts if place.start <= at < place.end]
        for part in place.inner:
            several = isinstance(part.node, tree.Product)
            found += next(p for p in part.walk() if p.rule == "product").parts("factor") if several else [part]
        return sorted(found, key=lambda item: item.start)
