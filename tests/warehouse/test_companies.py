"""Companies: the keys of their names, and their rows in the warehouse."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from warehouse_rows import Story, study

from schemas.companies import (
    CompanyChange,
    CompanyName,
    company_key,
    earlier_keys,
    key_origin,
)
from schemas.reviews import Revision
from warehouse import Warehouse

HOMES = Path(__file__).parent / "homes"


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


def _case(name: str, company: str, industry: str = "tech", steps: str = "draft 1") -> list[Any]:
    """Return the rows of a case of this company."""
    told = study(company=company, industry=industry)
    return [
        row.model_copy(update={"study": told}) if isinstance(row, Revision) else row
        for row in Story(name).rows(steps)
    ]


def test_companies_are_resolved_when_cases_are_stored(warehouse):
    """A company has one row, whatever the spelling; the most frequent spelling of cases names it."""
    warehouse.append(*_case("a", "Klarna Bank AB"))
    warehouse.append(*_case("b", "Klarna"), *_case("c", "Klarna"), *_case("d", "Apple Bank"))
    warehouse.append(*_case("e", "Various"))
    assert [
        (one.company_id, one.name, one.aliases, one.cases) for one in warehouse.companies()
    ] == [
        ("klarna", "Klarna", ("Klarna Bank AB",), 3),
        ("applebank", "Apple Bank", (), 1),
    ]
    assert warehouse.case("case1_a").company == warehouse.case("case1_b").company
    assert warehouse.case("case1_e").company is None


def test_the_industry_of_a_company_is_that_of_its_first_approved_case(warehouse):
    """A later case does not change it; a correction of the first one, or a curator, does."""
    warehouse.append(*_case("a", "Klarna", "finance"))
    assert warehouse.companies()[0].industry is None
    warehouse.append(*_case("b", "Klarna", "tech", "draft 1, approve 1, publish 1"))
    approved = _case("a", "Klarna", "finance", "draft 1, approve 1, publish 1")
    warehouse.append(*approved)
    assert warehouse.companies()[0].industry == "tech"
    rows = warehouse.sql("SELECT company_id, industry FROM published_cases")[1]
    assert rows == [("klarna", "tech")] * 2
    warehouse.append(*_case("b", "Klarna", "retail", "draft 1, edit 2, approve 2")[3:])
    assert warehouse.companies()[0].industry == "retail"
    change = CompanyChange(company_id="klarna", name="Klarna Group", industry="finance", who="ada")
    warehouse.append(change)
    found = warehouse.case("case1_a").company
    assert (found.name, found.industry) == ("Klarna Group", "finance")
    assert found.aliases == ("Klarna",)


def test_an_alias_moves_all_spellings_with_its_key(warehouse):
    """The newest row of a key counts, for later spellings too; industry and counts follow."""
    warehouse.append(*_case("a", "Initech"), *_case("b", "Initrode Inc."))
    alias = {"key": "initrode", "company_id": "initech", "origin": "curator", "who": "ada"}
    warehouse.append(CompanyName(name="Initrode", **alias))
    warehouse.append(*_case("c", "INITRODE"))
    (found,) = warehouse.companies()
    assert (found.company_id, found.cases) == ("initech", 3)
    assert (found.name, {*found.aliases}) == ("Initech", {"INITRODE", "Initrode", "Initrode Inc."})


@pytest.mark.parametrize("home", ["2026-12-01"])
def test_an_existing_home_gets_its_companies(path, home):
    """The names of all stored revisions are resolved by the migration."""
    path.parent.mkdir()
    path.write_bytes(gzip.decompress((HOMES / f"{home}.duckdb.gz").read_bytes()))
    with Warehouse(path) as warehouse:
        names = warehouse.sql("SELECT DISTINCT value FROM facts WHERE name = 'company'")[1]
        assert [(one.name,) for one in warehouse.companies()] == names != []
