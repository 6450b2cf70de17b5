"""What Sphinx builds the book from: the executed notebooks as they are, with what a page on the web needs besides."""

import base64
import json
import os
import re
import struct
from copy import deepcopy
from hashlib import sha256
from html import escape
from pathlib import Path
from shutil import copy, copytree, rmtree
from subprocess import run

import nbformat
import pages
from bytecode import PACKAGE, compiled

from nn_notes.explore import SPEC
from nn_notes.page.needs import plan

HERE = Path(__file__).parent
ROOT = HERE.parent
KATEX = HERE / "node_modules/katex/dist"
# Its own two lines; the book has Sphinx's links to the pages before and after.
NEIGHBOURS = re.compile(r"\n+Previous: .*\Z")


def stage(source):
    """Lay everything out in the folder ``source``, anew."""
    rmtree(source, ignore_errors=True)
    static = source / "_static"
    copytree(HERE / "static", static)
    notebooks = read()
    for name, notebook in notebooks.items():
        nbformat.write(staged(name, notebook, static), source / f"{name}.ipynb")
    listed = "\n".join(f"{pages.short(name)} <{name}>" for name in notebooks)
    index = (HERE / "index.md").read_text(encoding="utf-8").replace("NOTEBOOKS", listed)
    landing = view(pages.landing_view()._repr_mimebundle_(), [pages.LANDING_CODE], pages.LANDING_CODE)
    for name, text in {**pages.generated(notebooks), "index.md": index, "view.html": landing}.items():
        (source / name).write_text(text, encoding="utf-8")
    _mathematics(static)
    _page(static / "page")
    copytree(ROOT / "notebooks", static / "notebooks", ignore=_all_but_pages)
    (static / "card.png").write_bytes((ROOT / "docs/live_view.png").read_bytes())
    # Last, as its version is that of all the others.
    _offline(source)


def _all_but_pages(_, names):
    return [name for name in names if not name.endswith((".ipynb", ".html"))]


def read():
    """A dict from the name of a page to its notebook."""
    return {path.stem: nbformat.read(path, 4) for path in sorted(ROOT.glob("notebooks/[0-9]*.ipynb"))}


def staged(name, notebook, static):
    """A copy of a notebook whose live views bring along what they are made of, and whose pictures are files."""
    notebook = deepcopy(notebook)
    pictures, sources = 0, []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            sources.append(cell.source)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if SPEC in data:
                output.data = {"text/html": view(data, sources)}
            elif "image/png" in data:
                pictures += 1
                file = f"figures/{name}-{pictures}.png"
                (static / file).parent.mkdir(exist_ok=True)
                png = base64.b64decode(data["image/png"])
                (static / file).write_bytes(png)
                # A page begins with the first.
                loading = "eager" if pictures == 1 else "lazy"
                words = output.metadata.get("image/png", {})
                output.data = {"text/html": _picture(f"_static/{file}", png, words, loading)}
    notebook.cells[-1].source = NEIGHBOURS.sub("", notebook.cells[-1].source)
    return notebook


def view(data, sources, code=""):
    """A live view in a page: its still picture, and what it wakes from.

    Args:
        data: the view's MIME bundle.
        sources: the code of the page's cells, up to that which shows it.
        code: this code, where the page has no cells.
    """
    made_by = f' data-code="{escape(code)}"' if code else ""
    # In a script nothing is an entity, and only its own end tag ends it.
    spec = data[SPEC].replace("</", r"<\/")
    return (
        f'<div class="nn-book-view" data-plan="{escape(json.dumps(plan(sources)))}"{made_by}>{data["text/html"]}'
        f'<script type="application/json" class="nn-spec">{spec}</script></div>'
    )


def _picture(address, png, metadata, loading):
    width, height = struct.unpack(">II", png[16:24])
    size = f'width="{metadata.get("width", width)}" height="{metadata.get("height", height)}"'
    image = f'<img src="{address}" alt="{escape(metadata.get("alt", ""))}" {size} loading="{loading}">'
    cuts = metadata.get("panels", ())
    return image + "".join(_piece(address, left, right, metadata) for left, right in cuts * (len(cuts) > 1))


def _piece(address, left, right, metadata):
    """A part of a picture, which on a narrow page stands below the one before it."""
    numbers = {"left": left, "wide": right - left, "whole": metadata["width"], "high": metadata["height"]}
    style = "".join(f"--{name}:{value};" for name, value in numbers.items())
    return f'<span class="nn-piece" style="{style}background-image:url({address})"></span>'


def _mathematics(folder):
    """KaTeX's style sheet, and its fonts in the one format that every browser of today takes."""
    (folder / "fonts").mkdir(parents=True)
    style = (KATEX / "katex.min.css").read_text(encoding="utf-8")
    style = re.sub(r',url\([^)]*\) format\("(?:woff|truetype)"\)', "", style)
    (folder / "katex.css").write_text(style, encoding="utf-8")
    for font in (KATEX / "fonts").glob("*.woff2"):
        (folder / "fonts" / font.name).write_bytes(font.read_bytes())


def _page(folder):
    """The page's side of live views and cells: what it runs, its editor, and where Python comes from."""
    folder.mkdir()
    for file in (*(PACKAGE / "page").glob("*.js"), *(PACKAGE / "page").glob("*.css"), *PACKAGE.glob("explore.*s")):
        copy(file, folder)
    copy(KATEX / "katex.mjs", folder)
    # Many files of one library, which a browser would fetch one by one.
    command = [HERE / "node_modules/.bin/esbuild", HERE / "editor.js", "--bundle", "--minify", "--format=esm"]
    run([*map(str, command), f"--outfile={folder / 'editor.mjs'}", "--log-level=warning"], check=True)
    pins = json.loads((HERE / "pyodide.json").read_text(encoding="utf-8"))
    if own := os.environ.get("PYODIDE"):
        # A folder with Pyodide's files: the book then asks no other machine for anything.
        copytree(own, folder.parent / "pyodide")
        pins["base"] = "../pyodide/"
    compiled(folder)
    pins["own"] = [_version(folder / name) for name in ("python_stdlib.zip", "nn_notes.zip")]
    (folder / "pyodide.json").write_text(json.dumps(pins), encoding="utf-8")


def _version(file):
    """A file of the page's own, as it is asked for: the address is another one when it is another file."""
    body = file.read_bytes()
    return {"name": f"{file.name}?v={sha256(body).hexdigest()[:12]}", "size": len(body)}


def _offline(source):
    """The service worker: it stands above what it keeps, and what it kept of another version goes."""
    digest = sha256()
    for file in sorted(path for path in source.rglob("*") if path.is_file()):
        digest.update(file.read_bytes())
    worker = (PACKAGE / "page/offline.js").read_text(encoding="utf-8").replace("VERSION", digest.hexdigest()[:12])
    (source / "_root").mkdir()
    (source / "_root/offline.js").write_text(worker, encoding="utf-8")
