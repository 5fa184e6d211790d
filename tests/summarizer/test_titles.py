"""Proposed titles for sources without one."""

import pytest

from schemas.sources import Document, Passage, SourceKind
from summarizer.drafts import Draft, FactClaim
from summarizer.profiles import Strategy
from summarizer.speakers import by_words
from summarizer.titles import with_title

TURNS = (
    ("Ada Berg", "Welcome to another episode of Night Shift AI. How does your RAG search work?"),
    ("Moses Adeyemi", "Our RAG search reads the manuals at night, and the crews ask it by radio."),
    ("Audience member", "And what does it cost?"),
    ("Ada Berg", "Does the RAG search fail?"),
)


def conversation(*turns: tuple[str | None, str], title: str | None = None) -> Document:
    text, passages = "", []
    for n, (speaker, words) in enumerate(turns, 1):
        start = len(text)
        text += f"{words}\n\n"
        passages.append(Passage(n=n, start=start, end=start + len(words), speaker=speaker))
    about = {"kind": SourceKind.CAPTIONS, "title": title, "url": None}
    ids = {"document_id": "doc1_a", "source_id": "src1_a", "snapshot_id": "snap1_a"}
    document = Document(text=text, passages=passages, **about, **ids)
    return document.spoken_by(by_words(document)[0])


def title_of(document: Document, place: str, *facts: FactClaim) -> FactClaim | None:
    made = Draft(strategy=Strategy.GUIDED, strategy_reason="", facts=facts)
    found = [one for one in with_title(made, document, place).facts if one.name == "title"]
    return found[0] if found else None


NAMED = [
    ("/talks/night-shift-ai-215.md", "Night Shift AI 215: Moses Adeyemi"),
    ("/talks/215.vtt", "Night Shift AI: Moses Adeyemi"),
    ("/talks/2026-03-01_state-of-rag-search.srt", "Night Shift AI: State of RAG Search: Moses Adeyemi"),
    ("https://pod.example/shows/rag-search?x=1", "Night Shift AI: RAG Search: Moses Adeyemi"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "title"), NAMED)
def test_a_conversation_is_called_by_its_show_its_file_and_its_guests(place, title):
    """Words are spelled as in the text; roles are not names, and hosts are left out."""
    found = title_of(conversation(*TURNS), place)
    assert (found.value, found.inferred, found.quotes) == (title, True, ())


def test_captions_without_names_are_called_by_their_file():
    """If the file name says nothing either, there is no title."""
    said = conversation((None, "We asked Python questions of the LLM, and the LLM knew Python."))
    assert title_of(said, "/x/440-python-and-the-llm.vtt").value == "440 Python and the LLM"
    assert title_of(said, "/x/440.vtt") is None


def test_a_title_of_source_or_model_is_kept():
    """Only a draft without a title gets a proposal."""
    given = FactClaim(name="title", value="Manuals by radio")
    assert title_of(conversation(*TURNS), "/talks/a.vtt", given) == given
