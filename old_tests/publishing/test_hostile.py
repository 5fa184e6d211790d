"""Whatever a source or a model writes, it stays text."""

import re
from pathlib import Path

import pytest
from lxml import html

pytestmark = pytest.mark.datasets

OUR_TAGS = {
    "html", "head", "meta", "title", "link", "script", "body", "a", "header", "main", "footer", "p",
    "article", "section", "aside", "div", "span", "h1", "h2", "h3", "ul", "ol", "li", "dl", "dt",
    "dd", "details", "summary", "blockquote", "table", "thead", "tbody", "tr", "th", "td", "code",
    "strong", "time", "bdi", "button", "form", "label", "input", "select", "option",
    "meter", "nav",
}  # fmt: skip
OUR_ATTRIBUTES = {
    "lang", "charset", "property", "http-equiv", "content", "name", "rel", "href", "type", "src", "defer",
    "class", "id", "dir", "title", "role", "download", "scope", "cite", "hidden", "for", "value", "datetime",
    "aria-label", "aria-labelledby", "aria-pressed", "autocomplete", "placeholder",
    "min", "max", "aria-hidden", "data-industry", "data-year", "data-kind", "data-tag", "data-label",
    "aria-current", "data-company", "data-metric", "data-unit", "data-number",
}  # fmt: skip


def assert_harmless(path: Path) -> None:
    """The page is made of our elements and attributes, and its links lead where ours do."""
    tree = html.fromstring(path.read_bytes())
    elements = list(tree.iter(html.etree.Element))
    assert {e.tag for e in elements} <= OUR_TAGS
    assert {name for e in elements for name in e.keys()} <= OUR_ATTRIBUTES  # noqa: SIM118 - lxml
    assert [s.text for s in tree.iter("script")] == [None]
    assert not list(tree.iter(html.etree.Comment))
    for address in tree.xpath("//@href | //@src | //@cite"):
        scheme = re.match(r"[^/?#]*:", address)
        assert scheme is None or address.startswith("https://hostile.example/"), address


def shown(text: str) -> str:
    """The text as a browser's parser keeps it: white space folded, control characters aside."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())


def test_no_hostile_string_becomes_markup_as_statement_or_quote(publish, hostile_packs):
    """All attack and naughty strings, as statements and quotes, are shown and do nothing."""
    out, pages = publish(*hostile_packs)
    for view, page in zip(hostile_packs, pages, strict=True):
        path = out / page.address
        assert_harmless(path)
        tree = html.fromstring(path.read_bytes())
        said = [shown(p.text_content()) for p in tree.xpath("//*[@class='statement']/p[1]")]
        lessons = view.revision.case_study.lessons
        assert said == [f"{shown(s.text)} weak support" for s in lessons]
        quotes = [shown(q.text_content()) for q in tree.iter("blockquote")]
        assert quotes == [shown(s.evidence[0].quote) for s in lessons]
    assert_harmless(out / "index.html")


def test_no_hostile_string_becomes_markup_anywhere_else(publish, hostile_views):
    """Titles, facts, tags, reasons, authors, languages and reviewers' names are text as well."""
    out, pages = publish(*hostile_views, title=hostile_views[0].document.title)
    for page in pages:
        assert_harmless(out / page.address)
    assert_harmless(out / "index.html")
    assert_harmless(out / "results.html")
    titles = {shown(a.text_content()) for a in html.parse(out / "index.html").xpath("//h3/a")}
    assert {shown(view.document.title) for view in hostile_views[:-1]} <= titles
