"""A formula's tree as MathML, which browsers set themselves, with the shape of each factor below it."""

from functools import singledispatch
from html import escape

from . import tree
from .scope import NotationError, Refuted

__all__ = ["mathml"]

SIGNS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "Delta": "Δ", "ell": "ℓ", "lambda": "λ", "theta": "θ",
    "xi": "ξ", "Xi": "Ξ", "pi": "π", "sigma": "σ", "tau": "τ", "varphi": "φ", "Phi": "Φ", "le": "≤", "ge": "≥",
    "ne": "≠", "in": "∈", "leftarrow": "←", "star": "⋆",
}  # fmt: skip
UPRIGHT = {"tanh", "ReLU"}
# No operator, which would stand away from its letter.
UPSIDE = '<mi mathvariant="normal">⊤</mi>'


def mathml(part, scope=None, asked=None):
    """A part of a formula as MathML; with ``asked``, another part, and = before it.

    With a scope each factor has its shape below it, or a ? where it has no value.
    """
    # What braces claim is judged elsewhere.
    scope = scope and scope.changed(held=None)
    question = f"{_set(asked, None, False)}<mo>=</mo>" if asked else ""
    return f'<math display="block"><mrow>{question}{_set(part, scope, scope is not None)}</mrow></math>'


@singledispatch
def _set(part, scope, shaped):
    raise TypeError(f"there is no way to set a {type(part).__name__}")


def _row(*inner):
    return f"<mrow>{''.join(inner)}</mrow>"


def _bracketed(inner, left="(", right=")"):
    return _row(f"<mo>{left}</mo>", inner, f"<mo>{right}</mo>")


def _tight(part, scope, loose=(tree.Added, tree.Chain, tree.Product, tree.Entrywise, tree.Kronecker)):
    """With brackets where it would fall apart without."""
    inner = _set(part, scope, False)
    return _bracketed(inner) if isinstance(part, loose) else _row(inner)


def _word(name):
    variant = ' mathvariant="normal"' if name in UPRIGHT else ""
    return f"<mi{variant}>{SIGNS.get(name, escape(name))}</mi>"


def _factor(part, scope, shaped):
    """A factor with its shape below it. A number needs none, and neither does what has one number to each index."""
    if isinstance(part, tree.Total):
        return _bracketed(_set(part, scope, shaped))
    inner = _tight(part, scope, (tree.Added, tree.Chain, tree.Product))
    if not shaped:
        return inner
    try:
        below = scope.value(part).shape
    except (NotationError, Refuted):
        below = "?"
    return f"<munder>{inner}<mtext>{below}</mtext></munder>" if below else inner


def _term(part, scope, shaped):
    """What stands between signs, or behind a sum."""
    inside = (tree.Product, tree.Entrywise, tree.Kronecker, tree.Total, tree.Added, tree.Braced)
    return (_set if isinstance(part, inside) else _factor)(part, scope, shaped)


def _marked(letter, below, above):
    if above and below:
        return f"<msubsup>{letter}{_row(below)}{_row(above)}</msubsup>"
    if above or below:
        tag, mark = ("msup", above) if above else ("msub", below)
        return f"<{tag}>{letter}{_row(mark)}</{tag}>"
    return letter


def _indices(indices, scope):
    return "".join("<mo>:</mo>" if index == ":" else _set(index, scope, False) for index in indices)


@_set.register
def _(part: tree.Number, scope, shaped):
    return f"<mn>{part.number:g}</mn>"


@_set.register
def _(part: tree.Phrase, scope, shaped):
    return f"<mtext>{escape(part.name)}</mtext>"


@_set.register
def _(part: tree.Letter, scope, shaped):
    return _letter(part, scope)


def _letter(part, scope, mark=""):
    letter, star, _ = part.letter.partition("_star")
    above = "<mo>⋆</mo>" * bool(star) + "<mo>′</mo>" * part.primes
    if part.layer:
        above += _bracketed(_set(part.layer, scope, False))
    return _marked(_word(letter), _indices(part.indices, scope), above + mark)


@_set.register
def _(part: tree.Indexed, scope, shaped):
    return _marked(_tight(part.body, scope), _indices(part.indices, scope), "")


@_set.register
def _(part: tree.Power, scope, shaped):
    return _marked(_tight(part.body, scope), "", _set(part.exponent, scope, False))


@_set.register
def _(part: tree.Transposed, scope, shaped):
    if isinstance(part.body, tree.Letter):
        return _letter(part.body, scope, UPSIDE)
    return _marked(_tight(part.body, scope), "", UPSIDE)


@_set.register
def _(part: tree.Product, scope, shaped):
    factors = [one for factor in part.factors for one in (tree.apart(factor, scope) if scope else [factor])]
    return '<mspace width="0.2em"/>'.join(_factor(factor, scope, shaped) for factor in factors)


@_set.register
def _(part: tree.Kronecker, scope, shaped):
    return "<mo>⊗</mo>".join(_factor(side, scope, shaped) for side in (part.left, part.right))


@_set.register
def _(part: tree.Dots, scope, shaped):
    return "<mo>⋯</mo>"


@_set.register
def _(part: tree.Entrywise, scope, shaped):
    if part.sign == "odot":
        sides = (
            _set(side, scope, shaped)
            if isinstance(side, (tree.Product, tree.Entrywise))
            else _factor(side, scope, shaped)
            for side in (part.left, part.right)
        )
        return "<mo>⊙</mo>".join(sides)
    if scope and len(factors := tree.apart(part, scope)) > 1:
        return _set(tree.Product(tuple(factors)), scope, shaped)
    return f"<mfrac>{_row(_set(part.left, scope, False))}{_row(_set(part.right, scope, False))}</mfrac>"


@_set.register
def _(part: tree.Added, scope, shaped):
    signs = ["<mo>−</mo>" if sign < 0 else "<mo>+</mo>" for sign, _ in part.terms]
    signs[0] = signs[0].replace("<mo>+</mo>", "")
    return "".join(sign + _term(term, scope, shaped) for sign, (_, term) in zip(signs, part.terms, strict=True))


@_set.register
def _(part: tree.Order, scope, shaped):
    return _word("O") + _bracketed(_set(part.body, scope, False))


@_set.register
def _(part: tree.Total, scope, shaped):
    below, body = "".join(map(_word, part.indices)), _term(part.body, scope, shaped)
    if part.first is None:
        return f"<munder><mo>{'∑' if part.sign == 'sum' else '∏'}</mo>{_row(below)}</munder>{body}"
    below += f"<mo>=</mo>{_set(part.first, scope, False)}"
    return f"<munderover><mo>∑</mo>{_row(below)}{_row(_set(part.last, scope, False))}</munderover>{body}"


@_set.register
def _(part: tree.TotalOverAll, scope, shaped):
    below = f"<mtext>all indices of </mtext>{_set(part.letter, scope, False)}"
    return f"<munder><mo>∑</mo>{_row(below)}</munder>{_term(part.body, scope, shaped)}"


@_set.register
def _(part: tree.Matrix, scope, shaped):
    rows = ("".join(f"<mtd>{_set(entry, scope, False)}</mtd>" for entry in row) for row in part.rows)
    return _bracketed(f"<mtable>{''.join(f'<mtr>{row}</mtr>' for row in rows)}</mtable>")


@_set.register
def _(part: tree.Applied, scope, shaped):
    head = _set(part.head, scope, False)
    head = _marked(head, "", _set(part.power, scope, False)) if part.power else head
    return head + _bracketed("<mo>,</mo>".join(_set(argument, scope, False) for argument in part.arguments))


@_set.register
def _(part: tree.Function, scope, shaped):
    inner = "<mo>,</mo>".join(_set(argument, scope, False) for argument in part.arguments)
    match part.name:
        case "sqrt":
            return f"<msqrt>{inner}</msqrt>"
        case "exp":
            return _marked("<mi>e</mi>", "", inner)
        case "abs":
            return _bracketed(inner, "|", "|")
        case "norm":
            return _bracketed(inner, "‖", "‖")
    return f'<mi mathvariant="normal">{part.name}</mi>{_bracketed(inner)}'


@_set.register
def _(part: tree.Iverson, scope, shaped):
    return _bracketed(_set(part.chain, scope, False), "[", "]")


@_set.register
def _(part: tree.LeastAt, scope, shaped):
    return f"<munder><mtext>arg min</mtext>{_word(part.index)}</munder>{_set(part.body, scope, False)}"


@_set.register
def _(part: tree.Derivative, scope, shaped):
    of, by = (_row("<mi>∂</mi>", _set(inner, scope, False)) for inner in (part.of, part.by))
    return f"<mfrac>{of}{by}</mfrac>"


@_set.register
def _(part: tree.Gradient, scope, shaped):
    return _marked("<mo>∇</mo>", part.by and _set(part.by, scope, False), "") + _set(part.of, scope, False)


@_set.register
def _(part: tree.Braced, scope, shaped):
    return _set(part.body, scope, shaped)


@_set.register
def _(part: tree.Reals, scope, shaped):
    return "<mi>ℝ</mi>"


@_set.register
def _(part: tree.Chain, scope, shaped):
    sides = [_term(side, scope, shaped) for side in part.sides]
    signs = (f"<mo>{escape(SIGNS.get(relation, relation))}</mo>" for relation in part.relations)
    return sides[0] + "".join(sign + side for sign, side in zip(signs, sides[1:], strict=True))
