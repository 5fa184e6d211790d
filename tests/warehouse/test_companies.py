"""Companies: the keys of their names, and their rows in the warehouse."""

import pytest

from schemas.companies import company_key, earlier_keys, key_origin


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Doordash, Inc.", "DoorDash"),
        ("door dash", "DOORDASH INC"),
        ("Dóordash", "DoorDash"),
        ("Klarna Bank AB", "Klarna"),
        ("Uber Technologies, Inc.", "Uber"),
        ("AWS", "Amazon Web Services"),
        ("Amazon Web Services (AWS)", "AWS"),
        ("BCC (Bank CenterCredit)", "Bank CenterCredit"),
        ("Meta (formerly Facebook)", "Meta Platforms, Inc."),
        ("Weights & Biases", "Weights and Biases"),
        ("The Globe and Mail", "Globe & Mail Inc."),
        ("Acme GmbH & Co. KG", "ACME"),
    ],
)
def test_spellings_of_a_company_have_one_key(name, other):
    """Legal forms, punctuation, case, acronyms with their expansion and aliases do not count."""
    assert company_key(name) == company_key(other) is not None


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Apple", "Apple Bank"),
        ("Scale", "Scale AI"),
        ("Scale AI", "Scale Venture Partners"),
        ("Circle", "CircleCI"),
        ("Trae", "Traeger"),
        ("Hex", "Hexagon"),
        ("Amazon", "Amazon Web Services"),
        ("Amazon", "Amazon (Alexa)"),
        ("Google", "Google DeepMind"),
        ("Allianz", "Allianz Direct"),
        ("Volvo", "Volvo Group"),
        ("HP", "HPE"),
    ],
)
def test_different_companies_have_different_keys(name, other):
    """A common beginning is not enough: only listed names and legal forms are dropped."""
    assert company_key(name) != company_key(other)


@pytest.mark.parametrize("name", ["Various", "Various (Meta / Google)", "Unnamed bank", "unknown"])
def test_a_name_of_no_company_has_no_key(name):
    """Texts such as "Various" would join the cases of different companies."""
    assert company_key(name) is None


def test_the_origin_of_a_key_is_the_list_only_for_aliases():
    """An acronym beside its expansion needs no list."""
    assert key_origin("Klarna Bank AB") == "list"
    assert key_origin("Bank CenterCredit (BCC)") == "rule"


def test_earlier_keys_include_those_with_words_that_no_longer_count():
    """Pages were published under them."""
    assert earlier_keys("The Weights and Biases LLP") >= {
        "theweightsandbiasesllp",
        "theweightsandbiases",
        "weightsbiases",
    }
