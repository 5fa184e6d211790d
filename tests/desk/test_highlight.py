"""Marks in a passage, for any text and any overlap."""

import html
import re

from hypothesis import example, given
from hypothesis import strategies as st

from desk.highlight import highlighted
from review.quotes import Span

TEXT = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("<>&\"'\r\n"),
    min_size=1,
    max_size=60,
)
MARK = re.compile(r'<mark data-q="([^"]*)">(.*?)</mark>', re.DOTALL)


def plain(markup: str) -> str:
    """Return the visible text: without tags, with character references decoded."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


@st.composite
def passages(draw):
    """A text, a stretch of it, and spans that may overlap, touch, or leave the stretch."""
    text = draw(TEXT)
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    places = draw(st.lists(st.tuples(*[st.integers(0, len(text))] * 2), max_size=6))
    spans = [Span(f"q{n}", *sorted(place)) for n, place in enumerate(places, start=1)]
    return text, start, end, spans


@given(passages())
@example(("a\r\nb<&amp;>", 0, 11, [Span("q1", 0, 2)]))
def test_text_is_neither_lost_nor_changed(passage):
    """The text read back from the HTML is the passage, whatever is marked in it."""
    text, start, end, spans = passage
    assert plain(highlighted(text, start, end, spans)) == text[start:end]


@given(passages())
def test_each_quote_is_marked_where_it_stands(passage):
    """The pieces with a quote's id, joined, are that quote's part of the passage."""
    text, start, end, spans = passage
    marks = MARK.findall(highlighted(text, start, end, spans))
    for span in spans:
        pieces = [plain(inner) for ids, inner in marks if span.id in ids.split()]
        assert "".join(pieces) == text[max(start, span.start) : min(end, span.end)]


@given(passages())
def test_nothing_but_our_marks_is_markup(passage):
    """Once our own tags are taken out, no angle bracket is left."""
    rest = re.sub(r'</?(mark|span)( (data-q|id)="[q0-9 ]*")?>', "", highlighted(*passage))
    assert not {"<", ">"} & set(rest)


def test_overlapping_quotes_share_a_piece():
    """Where two quotes overlap, one mark names both, and each has its anchor where it begins."""
    made = highlighted("abcdef", 0, 6, [Span("q1", 1, 4), Span("q2", 2, 5)])
    assert made == (
        'a<mark data-q="q1"><span id="q1"></span>b</mark>'
        '<mark data-q="q1 q2"><span id="q2"></span>cd</mark><mark data-q="q2">e</mark>f'
    )
