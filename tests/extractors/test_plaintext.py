"""Plain text becomes paragraphs, with headings by their look."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.plaintext import read
from schemas.sources import Payload

NOTE = (Path(__file__).parent / "samples/note.txt").read_text("utf-8")


def text(source: str):
    return read(Payload(data=source.encode(), media_type="text/plain", name="a.txt"))


def test_a_text_has_a_header_headings_items_and_code():
    """Fields at the top are metadata; underlined and numbered lines are headings; code stays."""
    found = text(NOTE)
    assert (found.title, found.authors) == ("Moving search to vectors", ["Ada Example", "Bo Li"])
    assert str(found.published) == "2025-02-03"
    assert {passage.section for passage in found.passages} == {"Setup", "2.1 Results"}
    assert "of the year, and it took two weeks.\n1. Index the items\n2. Compare" in found.text
    assert "    def f():\n        return 1" in found.text


@pytest.mark.parametrize("line", ["Dear all,", "- an item", "and so on", "We moved it."])
def test_a_short_line_is_not_always_a_heading(line):
    """List items, sentences and salutations stay text."""
    found = text(f"{line}\n\nA paragraph of text stands here.\n\n{line}\n\nWe moved the search.")
    assert (found.title, {passage.section for passage in found.passages}) == (None, {None})


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read(source):
    """Offsets are right for any characters; the type itself checks them."""
    assert text(source).passages is not None
