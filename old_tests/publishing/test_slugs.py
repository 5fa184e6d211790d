"""Names of cases in addresses."""

import re

import pytest

from casebook.publishing.slugs import slugs
from casebook.schemas.errors import PublishError


def slug(view):
    return slugs([view])[view.case.case_id]


def test_a_slug_is_the_title_and_the_start_of_the_id(make_case):
    """People can read it, and the id tells equal titles apart."""
    one = make_case("Größer: 3 × faster!", case_id="case1_abcdefgh12345678")
    two = make_case("Größer: 3 × faster!", case_id="case1_zyxwvuts12345678")
    assert list(slugs([one, two]).values()) == [
        "grosser-3-x-faster-abcdefgh",
        "grosser-3-x-faster-zyxwvuts",
    ]


def test_ids_that_begin_alike_are_given_in_full(make_case):
    """Two cases never share a page."""
    views = [make_case("Same", case_id=f"case1_abcdefgh{n}") for n in (1, 2)]
    assert set(slugs(views).values()) == {"same-abcdefgh1", "same-abcdefgh2"}


def test_a_published_case_keeps_its_address(make_case):
    """An edited title does not break links to the page."""
    address = "https://cases.example/cases/first-title-abcdefgh/index.html"
    view = make_case("Second title", case_id="case1_abcdefgh1", address=address)
    assert slug(view) == "first-title-abcdefgh"


def test_an_address_of_another_case_is_not_taken_over(make_case):
    """Only an address that carries the case's own id counts as its own."""
    view = make_case("Title", case_id="case1_abcdefgh1", address="cases/x-zzzzzzzz/index.html")
    assert slug(view) == "title-abcdefgh"


def test_a_case_given_twice_is_refused(make_case):
    """Two revisions of one case would overwrite each other."""
    with pytest.raises(PublishError, match="case1_same"):
        slugs([make_case("a", case_id="case1_same"), make_case("b", case_id="case1_same")])


@pytest.mark.datasets
def test_naughty_titles_make_safe_slugs(make_case, hostile_strings):
    """Whatever a title holds, its slug is short lower-case letters, digits and hyphens."""
    views = [make_case(text) for text in hostile_strings]
    made = slugs(views).values()
    assert len(set(made)) == len(hostile_strings)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name) for name in made)
    assert max(map(len, made)) <= 60 + 1 + 8
