"""The grammar: a formula's text to the tree of its parts."""

import re
from dataclasses import dataclass, replace

from . import tree
from .scope import FUNCTIONS, WORDS, NotationError, pointed

__all__ = ["Reader"]

RELATIONS = {"=", "<", ">", "le", "ge", "ne", "in", "leftarrow"}
# Signs that a keyboard may have, or another page: in the plain spelling they stand for words.
TYPED = {
    "∂": "partial", "∇": "nabla", "∑": "sum", "⊙": "odot", "⊗": "otimes", "·": "cdot", "ᵀ": "top", "ℓ": "ell",
    "γ": "gamma", "δ": "delta", "Δ": "Delta", "ξ": "xi", "Ξ": "Xi", "θ": "theta", "σ": "sigma",
}  # fmt: skip

COMMANDS = r"""
    (?P<space>\s+|~|\\[,;:!>\s]|\\(?:left|right|[bB]igg?[lr]?|textstyle|displaystyle|mathbf|quad)(?![a-zA-Z]))
    |(?P<text>\\text\{[^{}]*\})
    |(?P<gap>\\\\(?:\[[^\]]*\])?|\\qquad(?![a-zA-Z])|\\(?:begin|end)\{(?:gathered|aligned)\})
    |(?P<word>\\(?:begin|end)\{[a-z]+\}|\\(?:mathrm|operatorname\*?)\{[^{}]*\}|\\[a-zA-Z]+)
"""
LETTER = f"[A-Za-z{''.join(TYPED)}]"
# dE/dW is the derivative there, and indices need no braces, if there are none.
BELOW = r"(?P<below>(?<=_)[A-Za-z\d:]+)|"
PLAINLY = rf"""
    (?P<space>\s+)
    |(?P<code>@|\.T(?![A-Za-z]))
    |(?P<typed>[{"".join(TYPED)}])
    |(?P<nudge>(?<![A-Za-z_^])d(?={LETTER}[^\s/]*/d{LETTER})|(?<=/)d(?={LETTER}))
    |(?P<word>(?<![A-Za-z])(?:{"|".join(WORDS)})(?![A-Za-z]))
"""
SIGNS = r"""
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<letter>[A-Za-z]+)
    |(?P<sign>[-+*/=<>()\[\]{}|,.:^_'&])
"""
LATEX, BRACED, PLAIN = (re.compile(words + SIGNS, re.VERBOSE) for words in (COMMANDS, PLAINLY, BELOW + PLAINLY))
CLOSING = {"(": ")", "[": "]", "{": "}"}
# Words that no factor begins with.
BETWEEN = {*RELATIONS, "odot", "otimes", "cdot", "times", "top", "star", "rVert", "rvert", "end", "dots"}


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    at: int


def tokens(text):
    """The tokens of a formula, without its spaces, and with an end."""
    in_matrix = False
    for match in matches(text, LATEX if "\\" in text else BRACED if "{" in text else PLAIN):
        kind, found, at = match.lastgroup, match[0], match.start()
        if kind == "word":
            in_matrix = in_matrix or found.startswith(r"\begin")
            in_matrix = in_matrix and not found.startswith(r"\end")
            yield Token("word", bare(found), at)
        elif kind == "letter":
            yield from (Token("letter", letter, n) for n, letter in enumerate(found, at))
        elif kind == "code":
            hint = "factors stand side by side" if found == "@" else "a transpose is written ^T"
            raise NotationError(pointed(f"{found} is code; {hint}", text, at))
        elif kind == "nudge":
            yield Token("word", "partial", at)
        elif kind == "typed":
            if found == "ᵀ":
                yield Token("sign", "^", at)
            yield Token("word", TYPED[found], at)
        elif kind == "below":
            yield Token("sign", "{", at)
            for n, index in enumerate(found, at):
                yield Token("letter" if index.isalpha() else "number" if index.isdigit() else "sign", index, n)
            yield Token("sign", "}", match.end())
        # Outside of a matrix & only lines up what stands below each other.
        elif kind != "space" and (found != "&" or in_matrix):
            yield Token(kind, found, at)
    yield Token("end", "", len(text))


def matches(text, pattern):
    at = 0
    while at < len(text):
        match = pattern.match(text, at)
        if not match:
            raise NotationError(pointed(f"{text[at]!a} has no meaning here", text, at))
        yield match
        at = match.end()


def bare(word):
    r"""The name of a command: ``diag`` for ``\mathrm{diag}``, ``pmatrix`` for its beginning and ``end`` for its end."""
    if word.startswith(r"\end"):
        return "end"
    inner = re.fullmatch(r"\\(?:begin|mathrm|operatorname\*?)\{(.*)\}", word)
    return re.sub(r"\\.|\s", "", inner[1]) if inner else word.lstrip("\\")


def words(token):
    r"""What stands in ``\text{…}``."""
    return token.text[len(r"\text{") : -1].strip()


class Reader:
    r"""Recursive descent: a method to a rule, and a method ``read_frac`` to the command ``\frac``.

    ::

        formula = { [chain ":"] chain | text | gap | "," | "." }
        chain   = sum { relation sum }
        sum     = [sign] term { sign term }
        term    = product { ⊙ product }
        product = factor { [·] factor | "/" factor }
        factor  = ( number | letter | function | command | bracket ) { "^" argument | "_" indices }
        letter  = name { "'" | "_" indices | "^{(" sum ")}" | "^(" sum ")" | "^*" } [ "(" arguments ")" ]
    """

    def __init__(self, text):
        self.text, self.tokens, self.n = text, list(tokens(text)), 0

    # --- Tokens ---

    @property
    def next(self):
        return self.tokens[self.n]

    def ahead(self, n):
        """The text of a later token."""
        return self.tokens[min(self.n + n, len(self.tokens) - 1)].text

    def take(self):
        token = self.next
        self.n += token.kind != "end"
        return token

    def sees(self, *texts):
        return self.next.kind in ("sign", "word") and self.next.text in texts

    def accepts(self, *texts):
        return self.take() if self.sees(*texts) else None

    def expect(self, text):
        if not self.sees(text):
            raise self.unexpected(text)
        return self.take()

    def unexpected(self, needed):
        found = "the formula ends" if self.next.kind == "end" else f"{self.next.text} stands"
        return self.error(f"{found} where {needed} is needed")

    def error(self, problem, token=None):
        return NotationError(pointed(problem, self.text, (token or self.next).at))

    # --- From the whole to the factors ---

    def formula(self):
        chains, phrase, condition = [], None, None
        while self.next.kind != "end":
            if self.next.kind == "text":
                phrase = self.phrase()
            elif self.next.kind == "gap" or self.sees(",", "."):
                self.take()
            else:
                chain = self.chain()
                if self.accepts(":"):
                    condition = chain
                    continue
                if phrase:
                    chain = replace(chain, sides=(phrase, *chain.sides), relations=("=", *chain.relations))
                if condition:
                    where = tree.Condition(condition, at=condition.at)
                    chain = replace(chain, sides=tuple(tree.Product((where, side), at=side.at) for side in chain.sides))
                chains.append(chain)
                phrase = condition = None
        if not chains:
            raise self.error("nothing is written here")
        return tuple(chains)

    def phrase(self):
        """What text says of what comes after it, if it ends in a colon; other text is for people."""
        token = self.take()
        return tree.Phrase(words(token)[:-1], at=token.at) if words(token).endswith(":") else None

    def chain(self):
        at, sides, relations = self.next.at, [self.sum()], []
        while token := self.accepts(*RELATIONS):
            relations.append(token.text)
            sides.append(self.sum())
        return tree.Chain(tuple(sides), tuple(relations), at=at)

    def sum(self):
        at, terms = self.next.at, []
        while not terms or self.sees("+", "-"):
            sign = self.accepts("+", "-")
            terms.append((-1 if sign and sign.text == "-" else 1, self.term()))
        return terms[0][1] if len(terms) == 1 and terms[0][0] == 1 else tree.Added(tuple(terms), at=at)

    def term(self):
        left = self.product()
        while token := self.accepts("odot", "otimes"):
            right = self.product()
            left = (
                tree.Entrywise("odot", left, right, at=token.at)
                if token.text == "odot"
                else tree.Kronecker(left, right, at=token.at)
            )
        return left

    def product(self):
        at, factors = self.next.at, [self.factor()]
        while True:
            if token := self.accepts("/"):
                factors.append(tree.Entrywise("/", factors.pop(), self.factor(), at=token.at))
            elif self.accepts("cdot", "*") or self.begins_factor():
                factors.append(self.factor())
            else:
                return factors[0] if len(factors) == 1 else tree.Product(tuple(factors), at=at)

    def begins_factor(self):
        kind, text = self.next.kind, self.next.text
        return kind in ("letter", "number") or (kind == "word" and text not in BETWEEN) or self.sees(*CLOSING)

    # --- Factors ---

    def factor(self):
        at, kind, text = self.next.at, self.next.kind, self.next.text
        if kind == "number":
            return self.scripted(tree.Number(float(self.take().text), at=at))
        if self.sees("|"):
            return self.scripted(self.absolute())
        if not self.begins_factor():
            raise self.unexpected("a letter, a number or a bracket")
        if kind == "sign":
            return self.scripted(self.bracket())
        if text in FUNCTIONS:
            return self.scripted(self.function())
        if kind == "word" and (rule := getattr(self, f"read_{text}", None)):
            self.take()
            return self.scripted(rule(at))
        return self.letter()

    def scripted(self, body):
        """A factor with transposes, powers and indices on it."""
        while token := self.accepts("^", "_"):
            if token.text == "_":
                body = tree.Indexed(body, self.indices(), at=token.at)
            elif self.upright():
                body = tree.Transposed(body, at=token.at)
            elif self.sees("{") and self.ahead(1) in ("top", "T"):
                self.n += 2
                self.expect("}")
                body = tree.Transposed(body, at=token.at)
            else:
                body = tree.Power(body, self.argument(), at=token.at)
        return body

    def upright(self):
        """Whether a transpose stands here, which is taken then."""
        return self.next.text in ("top", "T") and bool(self.take())

    def bracket(self):
        token = self.take()
        body = tree.Iverson(self.chain(), at=token.at) if token.text == "[" else self.inner()
        self.expect(CLOSING[token.text])
        return body

    def inner(self):
        """A chain, or the only side of one."""
        chain = self.chain()
        return chain.sides[0] if len(chain.sides) == 1 else chain

    def absolute(self):
        at, body = self.take().at, self.sum()
        self.expect("|")
        return tree.Function("abs", (body,), at=at)

    def function(self):
        token = self.take()
        if self.sees("("):
            return tree.Function(token.text, self.arguments(), at=token.at)
        argument = self.argument() if self.sees("{") else self.factor()
        return tree.Function(token.text, (argument,), at=token.at)

    def arguments(self):
        self.expect("(")
        arguments = [self.sum()]
        while self.accepts(","):
            arguments.append(self.sum())
        self.expect(")")
        return tuple(arguments)

    def argument(self, rule=None):
        r"""What a command takes: what stands in braces, or else a single sign, as TeX has it: ``\frac12`` is a half."""
        if self.accepts("{"):
            body = (rule or self.sum)()
            self.expect("}")
            return body
        token = self.next
        # A decimal is taken whole: half of it is no number.
        if token.text.isdigit() and len(token.text) > 1:
            first, rest = replace(token, text=token.text[0]), Token("number", token.text[1:], token.at + 1)
            self.tokens[self.n : self.n + 1] = [first, rest]
        if token.kind not in ("number", "letter", "word") or token.text in BETWEEN:
            raise self.unexpected("a letter, a number or a brace")
        text = self.take().text
        return tree.Number(float(text), at=token.at) if token.kind == "number" else tree.Letter(text, at=token.at)

    # --- Letters ---

    def letter(self):
        token = self.take()
        if token.text == "e" and self.accepts("^"):
            return tree.Function("exp", (self.argument(),), at=token.at)
        if token.text == "O" and self.sees("("):
            return tree.Order(self.bracket(), at=token.at)
        letter, upright = self.marked(tree.Letter(token.text, at=token.at))
        power = None
        if self.sees("^") and self.tokens[self.n + 1].kind == "number" and self.ahead(2) == "(":
            self.take()
            power = self.argument()
        if self.sees("("):
            return self.scripted(tree.Applied(letter, self.arguments(), power, at=token.at))
        return self.scripted(tree.Transposed(letter, at=token.at) if upright else letter)

    def marked(self, letter):
        """A letter with its layer, primes and indices; and whether a transpose stood in one brace with the layer."""
        upright = False
        while True:
            if self.accepts("'"):
                letter = replace(letter, primes=letter.primes + 1)
            elif self.sees("_") and not letter.indices:
                self.take()
                indices = self.indices()
                word = "".join(index.letter if isinstance(index, tree.Letter) else ":" for index in indices)
                letter = replace(letter, indices=indices, word=word)
            elif self.sees("^") and self.ahead(1) in ("star", "*"):
                self.n += 2
                letter = replace(letter, letter=f"{letter.letter}_star")
            elif self.sees("^") and self.ahead(1) == "(":
                self.n += 2
                letter = replace(letter, layer=self.sum())
                self.expect(")")
            elif self.sees("^") and self.ahead(1) == "{" and self.ahead(2) == "(":
                self.n += 3
                letter = replace(letter, layer=self.sum())
                self.expect(")")
                upright = self.upright()
                self.expect("}")
            else:
                return letter, upright

    def indices(self):
        """To each index a letter, a number, a colon or what is computed: ``_{kij}``, ``_{i:}``, ``_{a+1}``, ``_k``."""
        if not self.accepts("{"):
            return (self.argument(),)
        indices = []
        while not self.accepts("}"):
            if self.accepts(":"):
                indices.append(":")
            elif not self.accepts(","):
                index = self.sum()
                indices += index.factors if isinstance(index, tree.Product) else [index]
        if not indices:
            raise self.error("an index is needed here", self.tokens[self.n - 1])
        return tuple(indices)

    # --- Commands ---

    def read_frac(self, at):
        if self.sees("{") and self.ahead(1) == "partial":
            return self.derivative(at)
        top = self.argument()
        return tree.Entrywise("frac", top, self.argument(), at=at)

    read_tfrac = read_frac

    def derivative(self, at):
        self.n += 2
        of = None if self.sees("}") else self.term()
        self.expect("}")
        self.expect("{")
        by = self.nudged()
        self.expect("}")
        # With nothing above the line, it is that of what stands behind.
        return tree.Derivative(of or self.product(), by, at=at)

    def read_partial(self, at):
        of = self.letter()
        self.expect("/")
        return tree.Derivative(of, self.nudged(), at=at)

    def nudged(self):
        self.expect("partial")
        return self.nudgeable(self.next, self.letter())

    def nudgeable(self, token, by):
        if not isinstance(by, tree.Letter):
            raise self.error("what is nudged needs to be a letter", token)
        return by

    def read_nabla(self, at):
        by = self.nudgeable(self.next, self.argument()) if self.accepts("_") else None
        return tree.Gradient(self.factor(), by, at=at)

    def read_sum(self, at):
        self.expect("_")
        if self.sees("{") and self.tokens[self.n + 1].kind == "text":
            return self.sum_over_all(at)
        if self.sees("{") and self.ahead(2) == "=":
            return self.sum_between(at)
        return self.over_indices(at, "sum")

    def read_prod(self, at):
        self.expect("_")
        return self.over_indices(at, "product")

    def over_indices(self, at, sign):
        token, indices = self.next, self.indices()
        if not all(isinstance(index, tree.Letter) for index in indices):
            raise self.error(f"a {sign} runs over letters", token)
        return tree.Total(tuple(index.letter for index in indices), self.product(), sign=sign, at=at)

    def sum_between(self, at):
        self.expect("{")
        index = self.take().text
        self.expect("=")
        first = self.sum()
        self.expect("}")
        self.expect("^")
        last = self.argument()
        return tree.Total((index,), self.product(), first, last, at=at)

    def sum_over_all(self, at):
        self.expect("{")
        token = self.take()
        if words(token) != "all indices of":
            raise self.error("a sum runs over indices, or over all indices of a letter", token)
        letter = self.letter()
        self.expect("}")
        return tree.TotalOverAll(letter, self.product(), at=at)

    def read_arg(self, at):
        self.expect("min")
        return self.read_argmin(at)

    def read_argmin(self, at):
        self.expect("_")
        return tree.LeastAt(self.argument().letter, self.product(), at=at)

    def read_cdots(self, at):
        return tree.Dots(at=at)

    def read_lVert(self, at):
        body = self.sum()
        self.expect("rVert")
        return tree.Function("norm", (body,), at=at)

    def read_lvert(self, at):
        body = self.sum()
        self.expect("rvert")
        return tree.Function("abs", (body,), at=at)

    def read_mathbb(self, at):
        if self.take().text != "R":
            raise self.error("only R is known here", self.tokens[self.n - 1])
        return tree.Reals(at=at)

    def read_pmatrix(self, at):
        rows = [[self.sum()]]
        while not self.accepts("end"):
            if self.accepts("&"):
                rows[-1].append(self.sum())
            elif self.next.kind == "gap":
                self.take()
                rows.append([self.sum()])
            else:
                raise self.unexpected("the end of the matrix")
        return tree.Matrix(tuple(map(tuple, rows)), at=at)

    def read_boxed(self, at):
        return self.argument(self.inner)

    def read_underbrace(self, at, mark="_"):
        body = self.read_boxed(at)
        self.expect(mark)
        self.expect("{")
        claims = []
        while not self.accepts("}"):
            if not self.accepts(","):
                claims += self.claims(body)
        return tree.Braced(body, tuple(claims), at=at)

    def read_overbrace(self, at):
        return self.read_underbrace(at, "^")

    # --- What braces claim ---

    def claims(self, body):
        """A list of one claim about what is braced, or of none for a remark."""
        at = self.next.at
        if self.next.kind == "text":
            return self.claims_in_words(at)
        if self.next.kind == "letter" and self.ahead(1) == ":":
            token, letter = self.next, self.letter()
            if letter.letter not in {inner.letter for inner in tree.letters_in(body)}:
                raise self.error(f"{letter.letter} does not stand in this brace", token)
            self.expect(":")
            if (lengths := self.lengths()) is None:
                raise self.error("a shape needs a comma, as (3,) has one", self.tokens[self.n - 1])
            return [tree.Shape(lengths, letter, at=at)]
        mark = self.n
        if self.sees("(") and (lengths := self.lengths()) is not None:
            return [tree.Shape(lengths, at=at)]
        self.n = mark
        body = self.sum()
        if not self.sees("times"):
            return [tree.Same(body, at=at)]
        lengths = [body]
        while self.accepts("times"):
            lengths.append(self.sum())
        return [tree.LaidOut(tuple(lengths), at=at)]

    def claims_in_words(self, at):
        said = words(self.take())
        if said in ("a number", "one number"):
            return [tree.Shape((), at=at)]
        if said == "numbers in":
            return [tree.Count(self.sum(), at=at)]
        if said == "axes of":
            letters = [self.letter()]
            while self.accepts(","):
                self.take()
                letters.append(self.letter())
            return [tree.Axes(tuple(letters), at=at)]
        depth = 0
        while depth or not self.sees("}"):
            depth += {"{": 1, "}": -1}.get(self.next.text, 0)
            if self.take().kind == "end":
                raise self.error("the formula ends inside a brace")
        return []

    def lengths(self):
        """A shape as Python writes it; None for a bracket that is none."""
        self.expect("(")
        lengths, commas = [], 0
        while not self.accepts(")"):
            if self.accepts(","):
                commas += 1
            else:
                lengths.append(self.sum())
        return tuple(lengths) if bool(commas) == bool(lengths) else None
