"""What a document states about itself."""

from datetime import date

import pytest
from written_documents import document_of

from casebook.summarizer.drafting.facts import facts_of
from casebook.summarizer.language.sentences import sentences_of


def facts(text, **fields):
    document = document_of(text, **fields)
    return {name: fact.value for name, fact in facts_of(document, sentences_of(document)).items()}


def test_a_document_that_says_nothing_has_no_facts():
    """No value is filled in."""
    assert facts("The kettle is on. Somebody will pour it.") == {}


def test_the_year_is_that_of_publication_else_the_one_named_most():
    """A stated date goes before what the text mentions."""
    text = "In 2019 it began. By 2024 it ran. In 2024 it grew."
    assert facts(text, published=date(2026, 3, 1))["year"] == "2026"
    assert facts(text)["year"] == "2024"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("full production", "It has been live for every shop since September."),
        ("full production", "The model is in production in nine countries."),
        ("limited production", "It is live at three sites since May."),
        ("internal tool", "They wrote an internal code-review agent."),
        ("proof of concept", "So far it is still a prototype."),
        (None, "Test any provider by a proof-of-concept before you commit."),
        (None, "The hosted version is available to organizations that want it."),
    ],
)
def test_the_stage_is_told_of_the_system_itself(value, sentence):
    """Advice and offers tell nothing of how far the system has come."""
    assert facts(sentence).get("deployment") == value


BANK = "The bank checks each loan. A banking app shows it. Fintech rules apply to the bank. "
CLINIC = "The hospital asks each patient. Clinical notes help the doctor. A physician decides. "


def test_an_industry_must_lead_clearly():
    """One that the text is full of is told; of two that it speaks of alike, none is."""
    assert facts(BANK * 3)["industry"] == "finance"
    assert "industry" not in facts((BANK + CLINIC) * 3)


def test_a_passing_mention_makes_no_industry():
    """A credit card and a bank in a long text about something else are no finance."""
    filler = "The kettle is on and somebody will pour it for all of us at noon. "
    assert "industry" not in facts(BANK + filler * 140)


def test_the_sites_own_name_is_no_evidence_for_an_industry():
    """Who publishes does not say what the text is about."""
    text = "Hospital Bank Weekly met in the hills. Hospital Bank Weekly sang. " * 5
    assert "industry" not in facts(text, site="Hospital Bank Weekly")
