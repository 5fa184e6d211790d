"""Names of cases in addresses."""

import re

import pytest
from case_views import a_short_view

from publishing.slugs import slugs
from schemas.errors import PublishError


def slug(view, address: str | None = None) -> str:
    case_id = view.case.case_id
    return slugs([view], {case_id: address} if address else {})[case_id]


def test_a_slug_is_the_title_and_the_start_of_the_id():
    """People can read it, and the id distinguishes equal titles."""
    one = a_short_view("Größer: 3 × faster!", case_id="case1_abcdefgh12345678")
    two = a_short_view("Größer: 3 × faster!", case_id="case1_zyxwvuts12345678")
    assert list(slugs([one, two], {}).values()) == [
        "grosser-3-x-faster-abcdefgh",
        "grosser-3-x-faster-zyxwvuts",
    ]


def test_ids_that_begin_alike_are_given_in_full():
    """Two cases never share a page."""
    views = [a_short_view("Same", case_id=f"case1_abcdefgh{n}") for n in (1, 2)]
    assert set(slugs(views, {}).values()) == {"same-abcdefgh1", "same-abcdefgh2"}


def test_a_published_case_keeps_its_address():
    """An edited title does not break links to the page."""
    view = a_short_view("Second title", case_id="case1_abcdefgh1")
    assert slug(view, "cases/first-title-abcdefgh/index.html") == "first-title-abcdefgh"


def test_an_address_of_another_case_is_not_taken_over():
    """Only an address that carries the case's own id counts as its own."""
    view = a_short_view("Title", case_id="case1_abcdefgh1")
    assert slug(view, "cases/x-zzzzzzzz/index.html") == "title-abcdefgh"


def test_a_case_given_twice_is_refused():
    """Two revisions of one case would overwrite each other."""
    with pytest.raises(PublishError, match="case1_same"):
        slugs([a_short_view(t, case_id="case1_same") for t in "ab"], {})


@pytest.mark.datasets
def test_hostile_titles_make_safe_slugs(hostile_strings):
    """Whatever a title holds, its slug is short lower-case letters, digits and hyphens."""
    made = slugs([a_short_view(text) for text in hostile_strings], {}).values()
    assert len(set(made)) == len(hostile_strings)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name) for name in made)
    assert max(map(len, made)) <= 60 + 1 + 8
