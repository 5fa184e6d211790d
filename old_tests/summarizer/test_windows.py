"""Windows over documents of any shape."""

from hypothesis import given
from hypothesis import strategies as st
from written_documents import document_of

from casebook.schemas.documents import Locator, Passage
from casebook.summarizer.drafting.windows import cut, halves
from casebook.summarizer.models.rendering import estimate_tokens, render_passages

LENGTHS = st.lists(st.tuples(st.integers(1, 900), st.integers(0, 3)), min_size=1, max_size=40)


def sectioned(shape):
    """Return a document of paragraphs (words, section) each."""
    text, passages = "", []
    for n, (words, section) in enumerate(shape, start=1):
        start = len(text)
        text += "word " * words
        passages.append(
            Passage(n=n, start=start, end=len(text) - 1, locator=Locator(section=f"S{section}"))
        )
    return document_of(text, passages=passages)


@given(LENGTHS, st.integers(150, 4000))
def test_windows_hold_every_character_once_and_in_order(shape, limit):
    """Nothing is lost, nothing is read twice, and no window is longer than allowed."""
    document = sectioned(shape)
    windows = cut(document, limit)
    spans = [(p.start, p.end) for window in windows for p in window.passages]
    told = "".join(document.text[start:end] for start, end in spans).replace(" ", "")
    assert told == document.text.replace(" ", "")
    assert spans == sorted(spans)
    assert all(window.tokens <= limit for window in windows)


@given(LENGTHS)
def test_the_estimate_covers_what_is_shown(shape):
    """A window that fits by its estimate fits as it is rendered."""
    document = sectioned(shape)
    for window in cut(document, 500):
        assert estimate_tokens(render_passages(document, window.passages)) <= window.tokens


def test_a_window_ends_where_a_section_does():
    """A border in the second half of a window is preferred to a cut within a section."""
    document = sectioned([(100, n // 3) for n in range(12)])
    sections = [{p.locator.section for p in w.passages} for w in cut(document, 600)]
    assert sections == [{"S0"}, {"S1"}, {"S2"}, {"S3"}]


def test_windows_are_about_as_long_as_each_other():
    """The last one is no crumb: what is cut in pieces is cut evenly."""
    document = sectioned([(50, 0)] * 21)
    sizes = [window.tokens for window in cut(document, 820)]
    assert len(sizes) == 3
    assert min(sizes) > 0.4 * max(sizes)


def test_a_paragraph_longer_than_any_window_is_read_in_pieces():
    """Its number stays, so that a quote from any piece is found in it."""
    windows = cut(sectioned([(3000, 0)]), 1000)
    assert len(windows) > 4
    assert {p.n for window in windows for p in window.passages} == {1}


def test_halves_are_the_window_until_it_cannot_be_cut():
    """Cut again and again, an endless refusal ends with pieces of a few words."""
    document = sectioned([(400, 0), (100, 1), (500, 1)])
    [window] = cut(document, 10_000)
    first, second = halves(document, window)
    assert [p.n for p in first.passages] == [1]
    assert [p.n for p in second.passages] == [2, 3]
    pieces, count = [window], 0
    while pieces:
        piece = pieces.pop()
        parts = halves(document, piece)
        pieces += parts if len(parts) > 1 else []
        count += 1
    assert count < 60
