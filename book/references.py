"""Links that prose only names: "(2.3)" leads to that equation, "exercise 1.C" to that exercise."""

import re
from pathlib import Path

import nbformat
from docutils import nodes
from equations import TAG, table

NUMBER = r"\d+\.\d+"
# One number in brackets or several, unless they are the argument of a function; or an exercise.
REFERENCE = re.compile(rf"(?<!\w)\({NUMBER}(?:(?:, |–| and ){NUMBER})*\)|\b[Ee]xercise (\d+\.[A-Z])\b")
EXERCISE = re.compile(r"(\d+\.[A-Z]), ")
NOT_PROSE = (nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.raw, nodes.reference, nodes.title)
# This page shows once more what has its place elsewhere.
TABLE = "equations"


def start(app, env, docnames):
    """Where everything with a name stands, the page and the anchor on it; and which cell checks each equation."""
    env.nn_places = {}
    paths = sorted(Path(app.srcdir).glob("*.ipynb"))
    env.nn_cells = {e.number: e.cell for e in table({path.stem: nbformat.read(path, 4) for path in paths})}


def mark(app, doctree):
    """Give each numbered equation and each exercise an anchor."""
    for block in doctree.findall(nodes.math_block):
        if tag := TAG.search(block.astext()):
            block["tag"] = tag[1]
            _known(app.env, tag[1], f"equation-{tag[1]}")
    for strong in doctree.findall(nodes.strong):
        if not strong.parent.index(strong) and (name := EXERCISE.match(strong.astext())):
            strong.parent["ids"].append(f"exercise-{name[1]}")
            _known(app.env, name[1], f"exercise-{name[1]}")


def _known(env, name, anchor):
    if env.docname != TABLE:
        env.nn_places[name] = env.docname, anchor


def link(app, doctree, page):
    """Turn what names an equation or an exercise into a link to it."""

    def address(name):
        other, anchor = app.env.nn_places[name]
        return f"{'' if other == page else app.builder.get_relative_uri(page, other)}#{anchor}"

    for block in list(doctree.findall(nodes.math_block)):
        if "math-wrapper" in block.parent.get("classes", []):
            # The theme's box would have the same anchor, and its numbers scroll away.
            block.parent.replace_self(block)
        if "tag" in block:
            block["ids"], block["place"] = [f"equation-{block['tag']}"], address(block["tag"])
            if page != TABLE:
                block["cell"] = app.env.nn_cells[block["tag"]]
    for text in list(doctree.findall(nodes.Text)):
        named = [(span, name) for span, name in _named(text) if name in app.env.nn_places]
        if named and not any(isinstance(outer, NOT_PROSE) for outer in _around(text)):
            parts, done = [], 0
            for (start, end), name in named:
                shown = nodes.reference("", text[start:end], internal=True, refuri=address(name), classes=["nn-ref"])
                parts += [nodes.Text(text[done:start]), shown]
                done = end
            text.parent.replace(text, [*parts, nodes.Text(text[done:])])


def _named(text):
    """What a text names, each with its span in it."""
    for reference in REFERENCE.finditer(text):
        if reference[1]:
            yield reference.span(), reference[1]
        else:
            yield from ((number.span(), number[0]) for number in re.compile(NUMBER).finditer(text, *reference.span()))


def _around(node):
    while node := node.parent:
        yield node


def setup(app):
    app.connect("env-before-read-docs", start)
    app.connect("doctree-read", mark)
    app.connect("doctree-resolved", link)
    return {"parallel_read_safe": False}
