"""Lists within lists: an item stands as far from the margin as the page sets it."""

import lxml.html
import pytest

from casebook.extractors.kinds import markdown
from casebook.extractors.text.passages import Block, lay_out
from casebook.extractors.web.markup.tree_blocks import blocks_of
from casebook.schemas.documents import Document
from casebook.schemas.sources import Payload, SourceKind
from casebook.summarizer.grounding.locating import QuoteFinder
from casebook.summarizer.language.sentences import sentences_of

STEPS = (
    "<ol><li>Sort the tickets<ul><li>by product</li><li>by language<ul><li>two at most</li></ul>"
    "</li></ul></li><li><p>Route them.</p><p>An agent looks on.</p></li></ol><p>That is all.</p>"
)


def lines(markup: str) -> list[str]:
    """Return the lines of the blocks of ``markup``, as they are laid out, without empty ones."""
    body = lxml.html.fragment_fromstring(markup, create_parent="body")
    return [line for line in lay_out(blocks_of(body))[0].split("\n") if line]


def test_an_item_of_an_item_stands_further_in():
    """Each list within an item adds a step; a second paragraph of an item stands where it does."""
    assert lines(STEPS) == [
        "1. Sort the tickets",
        "  by product",
        "  by language",
        "    two at most",
        "2. Route them.",
        "An agent looks on.",
        "That is all.",
    ]


def test_a_list_that_lies_beside_the_items_is_one_within():
    """Pages put a list right into a list; browsers set it in, and so do we."""
    assert lines("<ul><li>one</li><ul><li>within</li></ul><li>two</li></ul>") == [
        "one",
        "  within",
        "two",
    ]


def test_numbers_stand_behind_the_step():
    """The numbers of a list within a list stand where its items do."""
    assert lines("<ul><li>Set up<ol><li>a key</li><li>a queue</li></ol></li></ul>") == [
        "Set up",
        "  1. a key",
        "  2. a queue",
    ]


def test_parts_of_a_page_that_are_set_as_a_list_are_no_level():
    """Cards with a heading are parts of the page: a list in one of them is not within another."""
    card = "<li><h3>Routing</h3><p>What it does</p><ul><li>sorts</li><li>routes</li></ul></li>"
    assert lines(f"<ul>{card}</ul>") == ["Routing", "What it does", "sorts", "routes"]


def test_an_item_whose_outer_one_was_left_out_stands_in_its_place():
    """No line stands further in than one step behind the line before it."""
    text, _ = lay_out([Block("Before."), Block("deep", depth=3), Block("deeper", depth=4)])
    assert text.split("\n") == ["Before.", "deep", "  deeper"]


def test_all_lines_of_an_item_stand_where_it_does():
    """A break within an item of an inner list does not bring the rest back to the margin."""
    assert lines("<ul><li>a<ul><li>one<br>two</li></ul></li></ul>") == ["a", "  one", "  two"]


def test_a_program_in_an_item_keeps_its_own_spaces():
    """What stands in a program can be copied: nothing is put before its lines."""
    said = lines("<ul><li>a<ul><li><p>run</p><pre>if x:\n    y()</pre></li></ul></li></ul>")
    assert said == ["a", "  run", "if x:", "    y()"]


def test_markdown_keeps_the_levels_of_its_lists():
    """A list within a list of a Markdown file reads as it was written, without its points."""
    source = b"# Notes\n\n- The queue\n  - stops at 40\n  - starts again at 10\n- The router\n"
    text = markdown.extract(Payload(data=source, media_type="text/markdown")).text
    assert "The queue\n  stops at 40\n  starts again at 10\nThe router" in text


@pytest.mark.parametrize(
    "quote",
    [
        "by language two at most",
        "Sort the tickets by product",
        "by product\nby language",
        "2. Route them. An agent looks on.",
    ],
)
def test_a_quote_is_found_across_levels(quote):
    """Steps before lines keep no quote from being found word for word, nor change its passage."""
    body = lxml.html.fragment_fromstring(STEPS, create_parent="body")
    text, passages = lay_out(blocks_of(body))
    document = Document(
        document_id="d",
        source_id="s",
        snapshot_id="n",
        kind=SourceKind.WEB,
        extractor="html/1",
        url=None,
        title=None,
        authors=(),
        published=None,
        language="en",
        site=None,
        text=text,
        passages=passages,
        extraction=(),
    )
    found = QuoteFinder(document).find(quote)
    assert [evidence.score for evidence in found] == [1.0]
    assert [evidence.passage for evidence in found] == [1]
    opening = [sentence.text for sentence in sentences_of(document) if sentence.opens]
    assert opening[:4] == ["Sort the tickets", "by product", "by language", "two at most"]
