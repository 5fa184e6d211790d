"""How a document is shown to a model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_documents import document_of

from casebook.schemas.documents import Locator, Passage
from casebook.summarizer.models.rendering import (
    CHARACTERS_PER_TOKEN,
    estimate_tokens,
    fence_of,
    opening_and_end,
    render_passages,
)


def test_the_same_document_has_the_same_fence():
    """So its prompt, and with it the generation id, is found again."""
    assert fence_of(document_of("One.")) == fence_of(document_of("One."))


@pytest.mark.parametrize(
    "other",
    [document_of("Two."), document_of("One.", title="T"), document_of("One.", section="S")],
    ids=["text", "title", "section"],
)
def test_all_that_a_page_has_a_say_in_changes_its_fence(other):
    """Text, title and headings are hashed, so none of them can hold the fence they stand in."""
    assert fence_of(other) != fence_of(document_of("One."))


def test_a_page_that_guesses_a_fence_gets_another():
    """Writing the fence of a page into it makes it another page."""
    fence = fence_of(document_of("One."))
    assert fence_of(document_of(f"One.\n\n{fence}")) != fence


def test_passages_are_numbered_under_their_sections():
    """A heading is shown where it changes, every passage with its number and own characters."""
    text = "Intro.\n\nFirst\nline.\n\nSecond."
    sections = [None, "How", "How"]
    plain = document_of(text).passages
    passages = [
        Passage(n=p.n, start=p.start, end=p.end, locator=Locator(section=section))
        for p, section in zip(plain, sections, strict=True)
    ]
    shown = render_passages(document_of(text, passages=passages))
    assert shown == "[1] Intro.\n# How\n[2] First\nline.\n[3] Second."


def test_chosen_passages_keep_their_numbers():
    """A part of the document is shown under the numbers of the whole."""
    document = document_of("One.\n\nTwo.\n\nThree.")
    assert render_passages(document, document.passages[1:]) == "[2] Two.\n[3] Three."


@given(st.text())
def test_the_estimate_is_never_zero_and_grows_with_the_text(text):
    """An empty message costs a token; longer text never less."""
    assert 1 <= estimate_tokens(text) <= estimate_tokens(text + "more")


@given(st.lists(st.integers(1, 60), min_size=1, max_size=25), st.integers(1, 200))
def test_opening_and_end_keep_order_and_budget(lengths, budget):
    """Passages come once, in order, from both ends, and no more than the budget holds.

    One passage at either end may be longer than its share: a document is never shown empty.
    """
    document = document_of("\n\n".join("x" * length for length in lengths))
    chosen = [p.n for p in opening_and_end(document, budget)]
    assert chosen == sorted(set(chosen))
    assert chosen[0] == 1
    sizes = sorted(lengths[n - 1] for n in chosen)
    assert sum(sizes[:-2]) <= budget * CHARACTERS_PER_TOKEN


def test_a_document_that_fits_is_shown_whole():
    """With budget enough no passage is left out."""
    document = document_of("\n\n".join(["words"] * 9))
    assert opening_and_end(document, 1000) == list(document.passages)


def test_what_is_left_out_is_the_middle():
    """Of ten equal passages and a budget of three, two opening ones and the last remain."""
    document = document_of("\n\n".join(["x" * 35] * 10))
    assert [p.n for p in opening_and_end(document, 30)] == [1, 2, 10]
