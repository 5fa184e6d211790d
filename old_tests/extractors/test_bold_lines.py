"""Lines in bold type that serve as headings, and those that do not."""

import lxml.html
import pytest

from casebook.extractors.kinds import html, markdown
from casebook.extractors.web.blocks.bold_lines import with_bold_headings
from casebook.extractors.web.markup.tree_blocks import placed_blocks
from casebook.schemas.sources import Payload

TEXT = "We moved the ticket router from keyword rules to a small model in March and kept the rules."


def headings(markup: str) -> list[str]:
    """Return the blocks of ``markup`` that are headings."""
    body = lxml.html.fragment_fromstring(markup, create_parent="body")
    blocks = with_bold_headings(placed_blocks(body))
    return [block.text.strip() for block in blocks if block.heading]


def two(line: str, text: str = f"<p>{TEXT}</p>") -> str:
    """Return two of the same: one alone is no heading."""
    return line.format("What we built") + text + line.format("What did it cost?") + text


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("<p><b>{}</b></p>", f"<p>{TEXT}</p>"),
        ("<p><strong><span>{}</span></strong><br></p>", f"<p>{TEXT}</p>"),
        ("<p><strong>{}</strong></p>", "<ul><li>sort</li><li>route</li></ul>"),
    ],
)
def test_bold_lines_over_text_are_headings(line, text):
    """What editors set in bold for want of a heading is one: over prose, and over a list."""
    assert headings(two(line, text)) == ["What we built", "What did it cost?"]


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param(f"<p><b>What we built</b></p><p>{TEXT}</p>", id="a single one"),
        pytest.param(two("<p><b>{}</b> and more</p>"), id="not all bold"),
        pytest.param(two("<p><b>{}:</b></p>"), id="leads on"),
        pytest.param(two("<p><b>{} It was cheap.</b></p>"), id="a sentence"),
        pytest.param(two("<p><b>Pros</b></p>"), id="said again"),
        pytest.param(two("<p><b>{}</b></p>", "<p>Head of support at Harbour</p>"), id="a name"),
        pytest.param(two("<p><b>{}</b></p>", f"<p><b>{TEXT}</b></p>"), id="over bold"),
        pytest.param(two("<p><b>{}</b></p>", "<pre>a = 1\nb = 2</pre>"), id="over a program"),
        pytest.param(two("<ul><li><p><b>{}</b></p></li></ul>"), id="an item"),
        pytest.param(two("<blockquote><p><b>{}</b></p></blockquote>"), id="a quotation"),
        pytest.param(two("<p><b><a href='/x'>{}</a></b></p>"), id="links"),
        pytest.param(
            two("<table><tr><td><p><b>{}</b></p></td><td>3</td></tr></table>"), id="a row"
        ),
    ],
)
def test_other_bold_lines_stay_text(markup):
    """A label, a remark, a name, a cell: what is said there must stay in a passage."""
    assert headings(markup) == []


def test_passages_have_the_bold_line_above_as_their_section():
    """On a page and in Markdown alike."""
    parts = [("What we built", TEXT), ("What did it cost?", TEXT.replace("March", "May"))]
    body = "".join(f"<p><b>{line}</b></p><p>{text}</p>" for line, text in parts)
    page = f"<html lang=en><body><article><h1>Routing</h1><p>{TEXT * 3}</p>{body}</article>"
    source = "# Routing\n\n" + "".join(f"**{line}**\n\n{text}\n\n" for line, text in parts)
    url = "https://harbour.example/blog/routing"
    read = html.extract(Payload(data=page.encode(), media_type="text/html", url=url, final_url=url))
    written = markdown.extract(Payload(data=source.encode(), media_type="text/markdown"))
    for found in (read, written):
        assert [passage.locator.section for passage in found.passages][-2:] == [
            "What we built",
            "What did it cost?",
        ]
