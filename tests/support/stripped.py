"""The still picture of a view on a page that keeps neither styles nor scripts nor drawings."""

from html.parser import HTMLParser


class Stripped(HTMLParser):
    """What such a page has: ``rows``, its outermost tables in words, the words of ``images``, and all the ``rest``."""

    def __init__(self, html):
        super().__init__()
        self.rows, self.rest, self.images, self._depth, self._skip = [], [], [], 0, 0
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self._skip += tag in ("style", "script", "svg")
        if tag == "table":
            self._depth += 1
            self.rows += [""] if self._depth == 1 else []
        if tag == "img":
            self.images.append(dict(attributes)["alt"])
            self.handle_data(f"[{self.images[-1]}]")

    def handle_endtag(self, tag):
        self._skip -= tag in ("style", "script", "svg")
        self._depth -= tag == "table"
        if self._depth:
            self.rows[-1] += {"caption": ": ", "td": " ", "tr": "; " if self._depth > 1 else ""}.get(tag, "")

    def handle_data(self, text):
        if not self._skip and self._depth:
            self.rows[-1] += text
        elif not self._skip and text.strip():
            self.rest.append(text)


def still(view):
    """What is left of a view."""
    return Stripped(view._repr_mimebundle_()["text/html"])
