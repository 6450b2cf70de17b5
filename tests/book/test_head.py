"""What a page says of itself, where it is known where the site will be and where it is not."""

import re
from types import SimpleNamespace
from xml.etree import ElementTree

import head
import pytest
from docutils import nodes


def app(tmp_path, base):
    config, env = SimpleNamespace(html_baseurl=base), SimpleNamespace(found_docs={"index", "01_page"})
    return SimpleNamespace(config=config, env=env, srcdir=tmp_path, outdir=tmp_path)


def said(app, text):
    doctree = nodes.section("", nodes.title("", "Who?"), nodes.paragraph("", text), nodes.paragraph("", "More."))
    context = {"title": 'Who is <em>"who"</em>?', "metatags": "<meta first>", "body": ""}
    head.describe(app, "01_page", "page.html", context, doctree)
    assert context["metatags"].startswith("<meta first>")
    return dict(re.findall(r'<meta (?:name|property)="(.+?)" content="(.*?)">', context["metatags"]))


def test_a_page_is_described_by_how_it_begins(tmp_path):
    tags = said(app(tmp_path, ""), 'One\n"sentence".')
    assert tags["description"] == tags["og:description"] == "One &quot;sentence&quot;."
    assert tags["og:title"] == "Who is &quot;who&quot;?"
    assert not {"og:url", "og:image"} & set(tags)


def test_a_long_beginning_is_cut_between_words(tmp_path):
    text = said(app(tmp_path, ""), "word " * 99)["description"]
    assert len(text) <= head.LENGTH + 2 and re.fullmatch("(word )+…", text)


def test_where_the_site_will_be_is_in_its_cards(tmp_path):
    tags = said(app(tmp_path, "https://book.example/"), "One.")
    assert tags["og:url"] == "https://book.example/01_page.html"
    assert tags["og:image"] == f"https://book.example/{head.IMAGE}"


@pytest.mark.parametrize(
    ("repository", "where"),
    [("", ["JupyterLite"]), ("someone/a-fork", ["JupyterLite", "Binder", "Colab", "VS Code"])],
)
def test_a_notebook_can_be_opened_elsewhere(repository, where, monkeypatch, tmp_path):
    monkeypatch.setenv("REPOSITORY", repository)
    (tmp_path / "01_page.ipynb").touch()
    context = {"title": "Who?"}
    head.describe(app(tmp_path, ""), "01_page", "page.html", context, None)
    assert [*context["elsewhere"]] == where
    assert all("01_page.ipynb" in address for address in context["elsewhere"].values())
    assert all(repository in address for name, address in context["elsewhere"].items() if name != "JupyterLite")


def test_the_site_map_has_every_page(tmp_path):
    head.list_pages(app(tmp_path, "https://book.example/"), None)
    found = [place.text for place in ElementTree.parse(tmp_path / "sitemap.xml").iter() if place.tag.endswith("loc")]
    assert found == ["https://book.example/01_page.html", "https://book.example/index.html"]


@pytest.mark.parametrize(("base", "error"), [("", None), ("https://book.example/", ValueError())])
def test_there_is_no_map_of_no_site(tmp_path, base, error):
    head.list_pages(app(tmp_path, base), error)
    assert not list(tmp_path.iterdir())
