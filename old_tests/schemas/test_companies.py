"""One name for one company."""

from datetime import UTC, datetime

import pytest

from casebook.schemas.companies import CompanyAlias, CompanyNames, company_key

USED = ["DoorDash", "DoorDash", "Doordash", "Booking.com", "Meta", "Zalando SE", "Bosch"]


def alias(name, of):
    return CompanyAlias(alias_id="a", alias=name, name=of, who="ada", made_at=datetime.now(UTC))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("DoorDash", "Doordash, Inc.", True),
        ("Delivery Hero", "DeliveryHero SE", True),
        ("Robert Bosch GmbH & Co. KG", "Robert Bosch GmbH & Co", True),
        ("Nestlé S.A.", "Nestle", True),
        ("Meta", "Metaflow", False),
        ("Co-op", "Coop", True),
        ("AG", "SE", False),
        ("Exa", "Exa.ai", False),
    ],
)
def test_case_marks_and_legal_forms_do_not_tell_companies_apart(one, other, same):
    """And nothing else is taken for the same."""
    assert (company_key(one) == company_key(other)) is same


def test_the_spelling_in_use_is_kept():
    """A new draft's company is written as most cases have it; an unknown one as it is."""
    names = CompanyNames(USED)
    assert [names.resolve(n) for n in ("Doordash", "zalando", "Robert Bosch", "Booking")] == [
        "DoorDash", "Zalando SE", "Robert Bosch", "Booking",
    ]  # fmt: skip


def test_a_curators_alias_counts_until_it_is_taken_back():
    """The newest word on a name is in force, a chain is followed, and a circle ends."""
    made = [alias("Facebook", "Meta"), alias("FB", "Facebook")]
    assert CompanyNames(USED, made).resolve("fb") == "Meta"
    assert CompanyNames(USED, [*made, alias("facebook", None)]).resolve("Facebook") == "Facebook"
    circle = [alias("A", "B"), alias("B", "A")]
    assert CompanyNames([], circle).resolve("A") in {"A", "B"}


def test_a_filter_finds_every_spelling():
    """Exact ones by alias and spelling; where there are none, those that lack a web ending."""
    names = CompanyNames([*USED, "Facebook"], [alias("Facebook", "Meta")])
    assert set(names.same_as("DOORDASH")) == {"DoorDash", "Doordash"}
    assert set(names.same_as("Facebook")) == {"Facebook", "Meta"}
    assert names.same_as("Booking") == ["Booking.com"]
    assert names.same_as("Nobody") == []
