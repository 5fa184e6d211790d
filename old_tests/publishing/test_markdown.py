"""A published case as one Markdown text."""

import re

import pytest
from lxml import html
from markdown_it import MarkdownIt

from casebook.publishing.markdown import PARTS, plain, summary_markdown
from casebook.publishing.records import Trace, published_case
from casebook.schemas.cases import STATEMENT_FIELDS

READER = MarkdownIt("commonmark", {"html": True}).enable("table")


def markdown_of(view):
    """The Markdown that readers get of a case."""
    return summary_markdown(published_case(view, "a-slug", Trace()))


@pytest.fixture
def text(full_case):
    return markdown_of(full_case)


def test_every_field_has_a_section():
    """A new field of the case study cannot be forgotten."""
    assert sorted(name for fields in PARTS.values() for name in fields) == sorted(STATEMENT_FIELDS)


def test_sections_come_as_a_reader_expects_them(text):
    """Overview first, how challenges were met beside them, what is not said at the end."""
    assert re.findall(r"^##+ (.+)$", text, re.MULTILINE) == [
        "Overview", "Architecture", "Challenges and how they were met", "Challenges",
        "How they were met", "Techniques and tools", "Tools", "Results", "Lessons", "Tags",
        "What the source does not say",
    ]  # fmt: skip
    silent = text.partition("## What the source does not say")[2].partition("---")[0]
    assert re.findall(r"^- (.+)$", silent, re.MULTILINE) == ["techniques", "failures"]


def test_every_quote_is_cited_and_leads_to_its_place(text, full_case):
    """Each mark has its footnote with the quote and a link, and no footnote is left over."""
    body, _, notes = text.partition("\n[^1]: ")
    cited = set(re.findall(r"\[\^(\d+)\]", body))
    defined = re.findall(r"^\[\^(\d+)\]: “", f"[^1]: {notes}", re.MULTILINE)
    assert cited == set(defined)
    assert len(defined) == len(cited) > 8
    assert "harbourline.example/claims-assistant#:~:text=" in notes


def test_results_are_a_table_with_their_parts(text):
    """Value, baseline and method stand in columns; what is told in words alone is a list item."""
    table = text.partition("## Results\n\n")[2].partition("\n\n- ")[0].splitlines()
    assert table[0] == "| Result | Metric | Value | Before | Method |"
    assert "| 3 hours | 26 hours | all claims of March |" in table[2]
    assert "\n- About 4,000 claims a week" in text


def test_what_is_unsupported_is_not_in_it_and_what_is_weak_says_so(text):
    """The Markdown says what the page says, no more."""
    assert "UNSUPPORTED" not in text
    assert "*(weak support: The quote does not name the number)*" in text
    assert "*(edited by a person)*" in text


@pytest.mark.parametrize(
    ("said", "escaped"),
    [
        ("1. It costs $5 and $10", r"1\. It costs \$5 and \$10"),
        ("# no\nheading | <b>", r"\# no heading \| &lt;b&gt;"),
        ("see https://x.example or www.x.example", r"see https:\//x.example or www\.x.example"),
        ("snake_case *bold* [a](b)", r"snake\_case \*bold\* \[a\](b)"),
    ],
)
def test_marks_in_a_text_stay_text(said, escaped):
    """What Markdown would read as markup is escaped, and only that."""
    assert plain(said) == escaped


@pytest.mark.datasets
def test_no_hostile_string_becomes_markup(hostile_packs, hostile_views):
    """Attack and naughty strings everywhere: rendered, they are text, and every link is ours."""
    allowed = set("html body h1 h2 h3 p ul li strong em a hr table thead tbody tr th td".split())
    for view in (*hostile_packs, *hostile_views):
        tree = html.document_fromstring(READER.render(markdown_of(view)))
        assert {e.tag for e in tree.iter(html.etree.Element)} <= allowed
        assert not list(tree.iter(html.etree.Comment))
        for address in tree.xpath("//@href"):
            assert address.startswith("https://hostile.example/"), address
