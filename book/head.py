"""What each page says of itself to browsers, to search engines and to the machinery that wakes it."""

import os
import re
from hashlib import sha256
from html import escape
from pathlib import Path
from subprocess import PIPE, run

from docutils import nodes

HERE = Path(__file__).parent
IMAGE = "_static/card.png"
SHEET = "_static/style.css"
# What MyST-NB calls folded code, which hides the words that stand there.
NAMELESS = ' aria-label="Toggle hidden content"'
# Words of code that look like the text around them: an eighth of all that a browser has to build of a page.
PLAIN = re.compile('<span class="(?:n|nn|p|w)">([^<]*)</span>')
# As much as a search engine shows.
LENGTH = 160
# Where a notebook can be opened with all its cells, by the address of its repository on the code host.
HOSTED = {
    "Binder": "https://mybinder.org/v2/gh/{repository}/HEAD?urlpath=lab/tree/notebooks/{page}.ipynb",
    "Colab": "https://colab.research.google.com/github/{repository}/blob/main/notebooks/{page}.ipynb",
    "VS Code": "https://vscode.dev/github/{repository}/blob/main/notebooks/{page}.ipynb",
}


def elsewhere(page):
    """A dict from the name of another place to where it has the notebook of a page."""
    places = {"JupyterLite": f"workspace/lab/index.html?path={page}.ipynb"}
    if repository := os.environ.get("REPOSITORY"):
        places |= {name: address.format(repository=repository, page=page) for name, address in HOSTED.items()}
    return places


def describe(app, page, template, context, doctree):
    """A description and a card for every page, to a notebook its own file, and to what unfolds its own name."""
    title = re.sub("<[^>]*>", "", context.get("title", ""))
    tags = context.get("metatags") or ""
    said = {"og:title": title, "og:type": "website"}
    if doctree is not None and (description := _description(doctree)):
        said["og:description"] = description
        tags += f'<meta name="description" content="{escape(description)}">'
    if base := app.config.html_baseurl:
        said |= {"og:url": f"{base}{page}.html", "og:image": f"{base}{IMAGE}", "twitter:card": "summary_large_image"}
    if Path(app.srcdir, f"{page}.ipynb").is_file():
        context["elsewhere"] = elsewhere(page)
        tags += f'<link rel="alternate" type="application/x-ipynb+json" href="_static/notebooks/{page}.ipynb">'
    context["body"] = PLAIN.sub(r"\1", context.get("body", "").replace(NAMELESS, ""))
    context["metatags"] = tags + "".join(f'<meta property="{k}" content="{escape(v)}">' for k, v in said.items() if v)


def _description(doctree):
    """The first paragraph, as far as it goes in whole words."""
    paragraph = next(iter(doctree.findall(nodes.paragraph)), None)
    text = re.sub(r"\s+", " ", paragraph.astext()) if paragraph else ""
    return text if len(text) <= LENGTH else text[:LENGTH].rpartition(" ")[0] + " …"


def name_sheet(app, page, template, context, doctree):
    """All style sheets of a page as one: a browser paints nothing before it has each of them."""
    app.env.nn_sheets = [css.filename for css in context["css_files"]]
    context["css_files"] = [SHEET]


def join_sheets(app, error):
    """Make the one sheet, when every extension has written its own; its address is another one when it is another."""
    if error:
        return
    order = "".join(f'@import "./{name}";' for name in app.env.nn_sheets)
    command = [HERE / "node_modules/.bin/esbuild", "--bundle", "--minify", "--loader=css", "--external:*.woff2"]
    style = run([*map(str, command)], input=order, cwd=app.outdir, check=True, stdout=PIPE, text=True).stdout
    Path(app.outdir, SHEET).write_text(style, encoding="utf-8")
    version = f"{SHEET}?v={sha256(style.encode()).hexdigest()[:8]}"
    for path in Path(app.outdir).glob("*.html"):
        path.write_text(path.read_text(encoding="utf-8").replace(SHEET, version), encoding="utf-8")


def list_pages(app, error):
    """A site map, where it is known at which address the site will be."""
    if app.config.html_baseurl and not error:
        pages = sorted(page for page in app.env.found_docs)
        places = "".join(f"<url><loc>{escape(f'{app.config.html_baseurl}{page}.html')}</loc></url>" for page in pages)
        sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>\n'
        Path(app.outdir, "sitemap.xml").write_text(f"<?xml version='1.0'?>\n{sitemap}", encoding="utf-8")


def setup(app):
    app.connect("html-page-context", describe)
    # Last, when every extension has added its own.
    app.connect("html-page-context", name_sheet, priority=900)
    app.connect("build-finished", join_sheets, priority=900)
    app.connect("build-finished", list_pages)
    return {"parallel_read_safe": True}
