"""Mathematics, typeset when the book is built: the page has it as it stands, for eyes and for screen readers."""

import json
import subprocess
from html import escape
from pathlib import Path

from docutils import nodes
from equations import TAG
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
SCRIPT = Path(__file__).with_suffix(".mjs")
# So many characters of LaTeX are never wider than a phone.
SHORT = 30
# So many formulas fill the first screen of a page.
FIRST = 8


class Typesetter:
    """One process of Node that typesets the formulas of a build, from the first that there is until it is closed."""

    def __init__(self):
        self._process, self._known = None, {}

    def __call__(self, latex, display):
        """The HTML of a formula. Raises ``ValueError`` where it is none."""
        if (latex, display) not in self._known:
            answer = self._ask({"latex": latex, "display": display})
            if "error" in answer:
                raise ValueError(f"{answer['error']}: {latex}")
            self._known[latex, display] = answer["html"]
        return self._known[latex, display]

    def _ask(self, question):
        if self._process is None:
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(["node", SCRIPT], stdin=pipe, stdout=pipe, encoding="utf-8")
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self):
        if self._process is not None:
            self._process.communicate()
            self._process = None


typeset = Typesetter()


def _html(node, latex, display):
    try:
        html = typeset(latex, display)
    except ValueError as error:
        LOGGER.warning("%s", error, location=node)
        return escape(latex)
    return _late(html, display) if node.get("late") else html


def _late(html, display):
    """A formula whose drawing is text to a browser with scripts, until book.js makes elements of it.

    It takes a hundred elements and more, which is most of a page, and is seen when it comes near; MathML is there at
    once.
    """
    at = html.index('<span class="katex-html"')
    # What it is in, besides: katex, and katex-display.
    end = len(html) - len("</span>") * (1 + display)
    return f'{html[:at]}<noscript class="nn-late">{html[at:end]}</noscript>{html[end:]}'


def inline(translator, node):
    translator.body.append(_html(node, node.astext(), False))
    raise nodes.SkipNode


def block(translator, node):
    """A formula in a box of its own, which scrolls where the page is too narrow; its number stands beside the box."""
    number = node.get("tag")
    what = f"Equation {number}" if number else "Formula"
    anchor = f' id="{node["ids"][0]}"' if node["ids"] else ""
    # The place of the cell that checks it, among the code cells.
    cell = f' data-cell="{node["cell"]}"' if "cell" in node else ""
    classes = " ".join(["nn-math", *node["classes"]])
    translator.body.append(
        f'<div class="{classes}"{anchor}{cell}><div class="nn-scroll" data-what="{what}">'
        f"{_html(node, TAG.sub('', node.astext()).strip(), True)}</div>"
    )
    if number:
        translator.body.append(f'<a class="nn-number" href="{escape(node["place"])}" title="{what}">({number})</a>')
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def glue(app, doctree, page):
    """A browser would break a line between a formula and the comma behind it: with a short one, none is broken."""
    for formula in list(doctree.findall(nodes.math)):
        at = formula.parent.index(formula) + 1
        after = formula.parent[at] if at < len(formula.parent) else None
        if isinstance(after, nodes.Text) and after[0] in ".,;:?!)" and len(formula.astext()) <= SHORT:
            kept = nodes.inline("", "", formula.deepcopy(), nodes.Text(after[0]), classes=["nn-glue"])
            formula.parent.replace(after, nodes.Text(after[1:]))
            formula.parent.replace(formula, kept)


def far(app, doctree, page):
    """Mark the formulas that are out of sight when the page is opened."""
    formulas = doctree.findall(lambda node: isinstance(node, nodes.math | nodes.math_block))
    for formula in [*formulas][FIRST:]:
        formula["late"] = True


def setup(app):
    app.connect("doctree-resolved", far)
    app.connect("doctree-resolved", glue)
    app.add_html_math_renderer("typeset", (inline, None), (block, None))
    app.connect("build-finished", lambda app, error: typeset.close())
    return {"parallel_read_safe": True}
