"""Near-copies of a source: differing numbers, and the likely original."""

from datetime import date

import pytest
from scripted_model import document_of

from desk.near_copies import _differing, _original

MINE = document_of("We answer 400 letters a day. A clerk checks each.", "It took 3 weeks.")
THEIRS = document_of("We answer 900 letters a day. A clerk checks each.", "It took 3 weeks.")


def test_only_sentences_with_other_numbers_differ():
    """Sentences that differ in a number are shown side by side; equal ones are not."""
    found = list(_differing(MINE, THEIRS))
    assert found == [("We answer 400 letters a day.", "We answer 900 letters a day.")]


@pytest.mark.parametrize(
    ("mine", "theirs", "said"),
    [
        (
            {"canonical_url": "https://a.example/1"},
            {"url": "https://a.example/1"},
            "names the other",
        ),
        ({"published": date(2025, 3, 1)}, {"published": date(2024, 3, 1)}, "The other is dated"),
        ({"url": "https://blog.acme.example/1"}, {"url": "https://b.example"}, "This one is on"),
        ({}, {}, None),
    ],
)
def test_the_original_is_named_with_its_reason(mine, theirs, said):
    """By canonical address, earlier date, or the company's own site; otherwise none is named."""
    found = _original(MINE.model_copy(update=mine), THEIRS.model_copy(update=theirs), "Acme")
    assert (said in found) if said else found is None
