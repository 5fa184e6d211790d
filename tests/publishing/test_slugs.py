"""Names of cases in addresses."""

import re

import pytest
from case_views import a_short_view

from publishing.conversion import published_case
from publishing.slugs import slugs
from schemas.errors import PublishError


def slug(view, address: str | None = None) -> str:
    case_id = view.case.case_id
    return slugs([published_case(view)], {case_id: address} if address else {})[case_id]


def test_a_slug_is_the_title_and_the_start_of_the_id():
    """People can read it, and the id distinguishes equal titles."""
    one = a_short_view("Größer: 3 × faster!", case_id="case1_abcdefgh12345678")
    two = a_short_view("Größer: 3 × faster!", case_id="case1_zyxwvuts12345678")
    assert list(slugs([published_case(one), published_case(two)], {}).values()) == [
        "grosser-3-x-faster-abcdefgh",
        "grosser-3-x-faster-zyxwvuts",
    ]


def test_a_published_case_keeps_its_address():
    """An edited title does not break links to the page."""
    view = a_short_view("Second title", case_id="case1_abcdefgh1")
    assert slug(view, "cases/first-title-abcdefgh/index.html") == "first-title-abcdefgh"


def test_a_case_given_twice_is_refused():
    """Two revisions of one case would overwrite each other."""
    with pytest.raises(PublishError, match="case1_same"):
        slugs([published_case(a_short_view(t, case_id="case1_same")) for t in "ab"], {})


@pytest.mark.datasets
def test_hostile_titles_make_safe_slugs(hostile_strings):
    """Whatever a title holds, its slug is short lower-case letters, digits and hyphens."""
    cases = [published_case(a_short_view(text)) for text in hostile_strings[::5]]
    made = slugs(cases, {}).values()
    assert len(set(made)) == len(cases)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name) for name in made)
    assert max(map(len, made)) <= 60 + 1 + 8
