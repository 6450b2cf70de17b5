"""The whole book as one PDF, printed by a browser from the site that is built: python book/pdf.py"""

import re
import sys
from threading import Thread
from urllib.parse import urlsplit

import chromium
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright
from serve import BUILD, SITE, server

LAST = ["equations", "symbols", "slips", "exercises", "api"]
# A4 without its margins, in the pixels of a style sheet.
WIDTH = 680
FOOTER = '<div style="width:100%;text-align:center;font:8px sans-serif"><span class="pageNumber"></span></div>'
MARGIN = {"top": "16mm", "bottom": "18mm", "left": "15mm", "right": "15mm"}


def main():
    whole, pdf = SITE / "print.html", BUILD / "nn_notes.pdf"
    whole.write_text(document(), encoding="utf-8")
    with server() as serving, sync_playwright() as playwright:
        Thread(target=serving.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 1000})
        page.emulate_media(media="print", color_scheme="light")
        page.goto(f"http://127.0.0.1:{serving.server_port}/print.html")
        page.evaluate("document.fonts.ready")
        page.pdf(
            path=pdf, format="A4", margin=MARGIN, display_header_footer=True, header_template="<span></span>",
            footer_template=FOOTER, print_background=True, outline=True, tagged=True,
        )  # fmt: skip
        browser.close()
        serving.shutdown()
    whole.unlink()
    print(f"{pdf}: {pdf.stat().st_size / 1e6:.1f} MB")


def document():
    """All pages in one, in their order: anchors and links carry the name of the page that they were on."""
    pages = ["index", *sorted(path.stem for path in SITE.glob("0*.html")), *LAST]
    parts, head = [], None
    for page in pages:
        soup = BeautifulSoup((SITE / f"{page}.html").read_text(encoding="utf-8"), "html.parser")
        head = head or soup.head
        parts.append(_article(soup.find("article"), page, pages))
    for script in head.find_all("script"):
        script.decompose()
    script = '<script src="_static/book.js"></script>'
    return f'<!doctype html><html lang="en">{head}<body class="nn-print">{"".join(parts)}{script}</body></html>'


def _article(article, page, pages):
    for part in article.select(".headerlink, script, .nn-asleep, .nn-elsewhere, .tag_alone"):
        part.decompose()
    for details in article.find_all("details"):
        details["open"] = ""
    for image in article.find_all("img"):
        del image["loading"]
    for node in article.find_all(id=True):
        # What a style sheet names keeps its name.
        if not node.find_parent("svg"):
            node["id"] = f"{page}--{node['id']}"
    for link in article.find_all("a", href=True):
        found = re.fullmatch(r"(?:([\w]+)\.html)?(?:#(.+))?", link["href"])
        if found and (found[1] or page) in pages:
            link["href"] = "#" + "--".join(filter(None, [found[1] or page, found[2]]))
        elif not urlsplit(link["href"]).scheme:
            # Paper has no workspace and no files.
            link.unwrap()
    article["id"] = page
    return str(article)


if __name__ == "__main__":
    sys.exit(main())
