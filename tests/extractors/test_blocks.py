"""Blocks become a text and passages whose offsets are exact."""

from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.blocks import Block, lay_out

SENTENCE = "We moved the router to a small model in March, and the bill fell by half. "


def laid_out(*blocks: Block):
    text, passages = lay_out(blocks)
    return [(text[p.start : p.end], p.headings, p.page) for p in passages]


def test_short_neighbours_are_joined_under_their_headings():
    """Only blocks of the same place are joined, not across headings or pages."""
    items = [Block("One.", page=1), Block("Two.", page=1), Block("Three.", page=2)]
    found = laid_out(Block("A", 1), *items, Block("B", 2), Block("Four.", page=2))
    assert found == [("One.\nTwo.", ("A",), 1), ("Three.", ("A",), 2), ("Four.", ("A", "B"), 2)]
    assert laid_out(Block("Only", 1), Block("Slides", 2)) == [("Only\nSlides", (), None)]


def test_long_blocks_are_cut_at_the_ends_of_sentences():
    """Code is cut at line ends, and text without sentence or line ends anywhere."""
    prose = [text for text, _, _ in laid_out(Block(SENTENCE * 60))]
    assert all(len(text) <= 1_200 and text.endswith("half.") for text in prose)
    assert " ".join(prose) == (SENTENCE * 60).strip()
    code = [text for text, _, _ in laid_out(Block("    call()\n" * 300, verbatim=True))]
    assert "\n".join(code) == ("    call()\n" * 300).rstrip()
    assert "".join(text for text, _, _ in laid_out(Block("x" * 5_000))) == "x" * 5_000


@settings(max_examples=40, deadline=None)
@given(st.lists(st.builds(Block, st.text(max_size=300), st.integers(0, 6))))
def test_no_word_is_lost_whatever_the_blocks_are(blocks):
    """The type itself checks that the offsets are within the text."""
    text, passages = lay_out(blocks)
    assert all(text[p.start : p.end].strip() for p in passages)
    assert bool(text) == bool(passages)
