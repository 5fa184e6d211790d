"""Whose system a document is about."""

import pytest
from written_documents import document_of

from casebook.summarizer.drafting.company import company_of
from casebook.summarizer.language.sentences import sentences_of


def company(text, **fields):
    document = document_of(text, **fields)
    found = company_of(document, sentences_of(document))
    return found.value if found else None


FILLER = "It took a year in all. The index is rebuilt at night. Nobody minds. " * 3


@pytest.mark.parametrize(
    ("expected", "text", "fields"),
    [
        (
            "Kellamoor Logistics",
            (
                "Ruben Achterberg, Warehouse Systems, Kellamoor Logistics.\n\nThe voice assistant "
                f"is described here.\n\nKellamoor operates eleven warehouses. {FILLER}"
            ),
            {},
        ),
        (
            "Parcelwise",
            f"Parcelwise runs tracking for shops. At Parcelwise we sort tickets. {FILLER}",
            {"site": "Parcelwise Engineering"},
        ),
        (
            "Hollmann Reiter Group",
            (
                "Hollmann Reiter Group supplies roofers from 58 branches. Tallyforge built the reading "
                f"pipeline. {FILLER} Hollmann Reiter Group is extending it. We at Tallyforge agree."
            ),
            {
                "title": "Hollmann Reiter Group: four out of five invoices posted untouched",
                "site": "Tallyforge",
            },
        ),
        (
            "Marlowe Grid",
            f"Sanne leads productivity at Marlowe Grid. {FILLER} Marlowe Grid has 420 engineers.",
            {"title": "Recap: Marlowe Grid's review agent", "site": "Patchnotes"},
        ),
    ],
)
def test_the_company_is_the_one_whose_system_it_is(expected, text, fields):
    """By-line, self-description, title: not the publisher, not the vendor who built it."""
    assert company(text, **fields) == expected


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (FILLER, {}),
        ("Additionally, a company should test its backups. " + FILLER, {}),
        ("RapidMiner is a platform for data. KNIME is a platform too. " + FILLER, {}),
        ("PostgreSQL runs everywhere. PostgreSQL handles most of it. " + FILLER, {}),
        ("Acme built a bot. Globex built a bot. Acme runs it. Globex runs it. " + FILLER, {}),
        (f"The news team at large wrote this. {FILLER}", {"site": "Daily Herald"}),
        ("Stir the soup. Add the leeks in March. Serve with bread. " * 4, {"title": "Leek soup"}),
    ],
)
def test_none_rather_than_a_wrong_one(text, fields):
    """No name, an adverb, a list of products, a tool, two rivals, a mere publisher: nobody."""
    assert company(text, **fields) is None


def test_the_sentence_that_names_the_company_is_its_quote():
    """The curator sees where the name was read."""
    document = document_of("At Acme Freight, we sort parcels. Acme Freight runs nine depots.")
    found = company_of(document, sentences_of(document))
    assert found is not None
    assert found.value in found.quotes[0]
    assert found.quotes[0] in document.text
