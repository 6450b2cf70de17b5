"""The built site as files: links, mathematics, pictures, cells, what a page weighs, and where its Python comes from."""

import json
import re
from base64 import b64decode
from hashlib import sha256
from urllib.parse import unquote, urlsplit

import pytest
from bytecode import PYODIDE
from equations import TAG
from series import PATHS, code_cells, every_notebook, read
from serve import SITE

NAMES = sorted(path.stem for path in SITE.glob("*.html"))
every_page = pytest.mark.parametrize("name", NAMES)
COLLECTED = ["api", "equations", "exercises", "index", "search", "slips", "symbols"]


def test_every_page_is_there(site):
    assert sorted(site) == sorted([*(path.stem for path in PATHS), *COLLECTED])


def targets(soup):
    """Whatever a page loads or leads to."""
    for node in soup.find_all(True):
        yield from (node[key] for key in ("href", "src") if node.has_attr(key))


def dead(site, anchors, name):
    """The links of a page that lead nowhere in the site."""
    for target in targets(site[name]):
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            continue
        page = unquote(parts.path) or f"{name}.html"
        there = anchors.get(page.removesuffix(".html"), [])
        if not (SITE / page).is_file() or (parts.fragment and unquote(parts.fragment) not in there):
            yield target


@every_page
def test_links_lead_somewhere(site, anchors, name):
    assert list(dead(site, anchors, name)) == []
    assert len(anchors[name]) == len(set(anchors[name]))


def test_style_sheets_load_what_is_there():
    for sheet in SITE.rglob("*.css"):
        for target in re.findall(r"url\(['\"]?([^)'\"]+)", sheet.read_text(encoding="utf-8")):
            assert target.startswith(("data:", "#")) or (sheet.parent / target).is_file(), (sheet.name, target)


@every_page
def test_nothing_is_loaded_from_elsewhere(site, name):
    loaded = [node for node in site[name].find_all(["script", "img", "link", "iframe"]) if node.name != "a"]
    for node in loaded:
        address = node.get("src") or node.get("href") or ""
        assert not urlsplit(address).netloc or "canonical" in node.get("rel", []), address


@every_page
def test_no_formula_is_left_as_it_was_written(site, name):
    text = site[name].find("article").get_text() if name == "search" else prose(site[name])
    assert re.findall(r".{0,20}(?:\$|\\[a-z(\[]).{0,20}", text) == []
    assert not site[name].select(".katex-error")


def prose(soup):
    """What a page says outside of code and mathematics."""
    left_out = {id(node) for node in soup.select("pre, code, .katex, script, style")}
    texts = (t for t in soup.find("article").find_all(string=True) if not left_out & {id(p) for p in t.parents})
    return " ".join(texts)


@every_notebook
def test_every_formula_of_a_notebook_is_typeset(site, path):
    latex = [
        c.data["text/latex"] for cell in code_cells(path) for c in cell.outputs if "text/latex" in c.get("data", {})
    ]
    prose = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    prose = re.sub(r"^```.*?^```|`[^`]*`", "", prose, flags=re.MULTILINE | re.DOTALL)
    displayed = re.findall(r"\$\$(.*?)\$\$", prose, re.DOTALL)
    written = [TAG.sub("", formula).strip() for formula in [*displayed, *(text.strip("$") for text in latex)]]
    shown = [note.string.strip() for note in site[path.stem].select(".nn-scroll annotation")]
    assert sorted(shown) == sorted(written)
    inline = re.findall(r"\$([^$]+)\$", re.sub(r"\$\$.*?\$\$", "", prose, flags=re.DOTALL))
    assert len(site[path.stem].find("article").select(".katex")) == len(written) + len(inline)


@every_notebook
def test_every_formula_is_there_for_screen_readers(site, path):
    formulas = site[path.stem].select(".katex")
    assert formulas and all(formula.find("math") and formula.select("[aria-hidden=true]") for formula in formulas)


@every_notebook
def test_pictures_have_their_words_and_their_room(site, path):
    stored = [o for cell in code_cells(path) for o in cell.outputs if "image/png" in o.get("data", {})]
    shown = site[path.stem].select(".cell_output img[src]:not([src^='data:'])")
    assert [image["alt"] for image in shown] == [output.metadata["image/png"]["alt"] for output in stored]
    assert [image["loading"] for image in shown] == ["eager", *["lazy"] * (len(shown) - 1)]
    assert all(int(image["width"]) and int(image["height"]) for image in shown)


@every_notebook
def test_code_cells_stand_in_order(site, path):
    cells = [cell.select_one(".cell_input pre").get_text().strip("\n") for cell in site[path.stem].select("div.cell")]
    assert cells == [cell.source for cell in code_cells(path)]


@every_notebook
def test_every_tag_is_an_anchor(site, path):
    tags = TAG.findall("\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown"))
    for page in (path.stem, "equations"):
        anchors = [node["id"] for node in site[page].select(".nn-math[id]")]
        assert [anchor for anchor in anchors if anchor[9:] in tags] == [f"equation-{tag}" for tag in tags]


@every_page
def test_what_prose_names_is_a_link(site, anchors, name):
    known = {
        anchor[9:] for page in anchors.values() for anchor in page if anchor.startswith(("equation-", "exercise-"))
    }
    other = "pre, code, .katex, .cell_output, style, a, h1, h2, h3, summary"
    left_out = {id(node) for node in site[name].select(other)}
    for text in site[name].find("article").find_all(string=True):
        if not left_out & {id(parent) for parent in text.parents}:
            assert not known & set(re.findall(r"(?<=\()\d+\.\d+(?=\))|(?<=xercise )\d\.[A-Z]", text)), text


@every_page
def test_every_page_says_what_it_is(site, name):
    head = site[name].head
    assert head.title.string.strip()
    if name != "search":
        assert 20 <= len(head.find("meta", attrs={"name": "description"})["content"]) <= 165


@every_page
def test_a_page_is_light(site, name):
    """At most 1 MB, without its fonts and its mathematics, and without pictures that are loaded when they are near."""
    page = site[name]
    mathematics = sum(len(str(formula).encode()) for formula in page.select(".katex"))
    files = [node.get("src") or node.get("href") for node in page.select("script[src], link[rel=stylesheet]")]
    loaded = sum((SITE / urlsplit(file).path).stat().st_size for file in files)
    assert len((SITE / f"{name}.html").read_bytes()) - mathematics + loaded <= 1_000_000


def test_what_is_pinned_is_pyodide_as_it_is_published():
    pins = json.loads((SITE / "_static/page/pyodide.json").read_text(encoding="utf-8"))
    assert json.loads((PYODIDE / "package.json").read_text(encoding="utf-8"))["version"] in pins["base"]
    lock = json.loads((PYODIDE / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]["numpy"]
    for file in pins["files"]:
        if file["name"] == lock["file_name"]:
            digest = lock["sha256"]
        else:
            body = (PYODIDE / file["name"]).read_bytes()
            digest = sha256(body).hexdigest()
            assert file["size"] == len(body)
        assert b64decode(file["integrity"].removeprefix("sha256-")).hex() == digest
