"""The series as a whole: links lead somewhere, the order is told the same everywhere, summaries are complete."""

import re

import pytest
from build import NOTEBOOKS, source
from equations import TAG

ROOT = NOTEBOOKS.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
TEXTS = sorted(NOTEBOOKS.glob("text/[0-9]*.md"))
INDEX = NOTEBOOKS / "text/index.md"
every_text = pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.stem)
LINK = re.compile(r"\[([^\]]+)\]\(([^)#:]+)\)")


def prose(text):
    return "\n".join(cell.source for cell in source(text).cells if cell.cell_type == "markdown")


def title(text):
    return prose(text).partition("\n")[0].removeprefix("# ")


def test_the_readme_tells_the_reading_order():
    rows = re.findall(r"^\| (\d\d) \| \[.+?\]\((.+?)\) \| (.+?) \| \$.+\$ \|$", README, re.MULTILINE)
    assert rows == [(text.stem[:2], f"notebooks/{text.stem}.ipynb", title(text)) for text in TEXTS]


@pytest.mark.parametrize("path", sorted(ROOT.glob("*.md")), ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    for _, target in LINK.findall(path.read_text(encoding="utf-8")):
        assert (ROOT / target).is_file(), target


@every_text
def test_contributors_are_told_what_code_a_page_prints(text):
    told = re.search(rf"^\| {text.stem[:2]} \| (.+) \|$", CONTRIBUTING, re.MULTILINE)[1]
    code = "\n".join(cell.source for cell in source(text).cells if cell.cell_type == "code")
    printed = re.findall(r"(\w+)(?=[,)])", " ".join(re.findall(r"^source\((.+\))$", code, re.MULTILINE)))
    assert printed and [name for name in printed if name.lower() not in told.lower()] == []


@pytest.mark.parametrize("path", sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]), ids=lambda path: path.name)
def test_no_formula_has_a_backslash_that_code_hosts_eat(path):
    # To Markdown, a backslash before punctuation escapes it: \, becomes a comma.
    text = re.sub(r"`[^`]*`", "", path.read_text(encoding="utf-8"))
    formulas = re.findall(r"\$([^$\n]+)\$", text)
    assert [formula for formula in formulas if re.search(r"\\[^A-Za-z]", formula)] == []


@pytest.mark.parametrize("text", [*TEXTS, INDEX], ids=lambda text: text.stem)
def test_links_lead_to_notebooks(text):
    for name, target in LINK.findall(prose(text)):
        assert (NOTEBOOKS / target).is_file(), (name, target)


@every_text
def test_previous_and_next(text):
    at = TEXTS.index(text)
    neighbours = {"Previous": TEXTS[at - 1] if at else None, "Next": TEXTS[at + 1] if at + 1 < len(TEXTS) else None}
    last = prose(text).rstrip().rpartition("\n")[2]
    for word, neighbour in neighbours.items():
        found = re.search(rf"{word}: (?:\[[^\]]+\]\((.+?)\)|none)", last)
        assert found, last
        assert found[1] == (neighbour and f"{neighbour.stem}.ipynb"), last


@every_text
def test_the_summary_has_every_equation(text):
    summary = prose(text).partition("## Summary")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\d\.\d+) \|", summary, re.MULTILINE)
    tags = TAG.findall(prose(text))
    assert tags and set(tags) <= set(rows)
