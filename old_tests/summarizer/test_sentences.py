"""Cutting passages into sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_documents import document_of

from casebook.summarizer.language.sentences import sentences_of


def texts(text):
    return [sentence.text for sentence in sentences_of(document_of(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It runs. It stops.", ["It runs.", "It stops."]),
        ("We use ASP.NET Core here. It works.", ["We use ASP.NET Core here.", "It works."]),
        ("Debugging .NET takes time.", ["Debugging .NET takes time."]),
        ("It costs approx. 5 euros a day.", ["It costs approx. 5 euros a day."]),
        ("It was slow.However, it held.", ["It was slow.", "However, it held."]),
    ],
)
def test_a_dot_inside_a_name_or_a_number_ends_no_sentence(text, expected):
    """Dotted names and abbreviations stay whole; a missing space still ends a sentence."""
    assert texts(text) == expected


@pytest.mark.parametrize("marker", ["- ", "• ", "* ", "3. ", "2) ", "— "])
def test_a_list_marker_is_no_part_of_the_sentence(marker):
    """What is quoted starts with the item's first word, and its offsets say so."""
    document = document_of(f"{marker}Keep the old path alive.")
    (sentence,) = sentences_of(document)
    assert sentence.text == "Keep the old path alive."
    assert document.text[sentence.start : sentence.end] == sentence.text


def test_line_breaks_end_sentences_and_open_new_ones():
    """Each line stands alone, and its first sentence is marked as opening it."""
    found = sentences_of(document_of("Noise. Halls are loud.\nMemory is short."))
    assert [(s.text, s.opens) for s in found] == [
        ("Noise.", True),
        ("Halls are loud.", False),
        ("Memory is short.", True),
    ]


@given(st.text(alphabet="ab A.!?\n-•1“”\"'é🙂 ", max_size=120))
def test_sentences_are_the_documents_own_characters_in_order(text):
    """Whatever the text, each sentence is its slice, trimmed, and none overlaps another."""
    document = document_of(text)
    end = 0
    for sentence in sentences_of(document):
        assert document.text[sentence.start : sentence.end] == sentence.text.strip()
        assert sentence.start >= end
        end = sentence.end
