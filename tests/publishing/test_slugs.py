"""Names of cases in addresses."""

import re

import pytest
from datasets import hostile_strings

from publishing.slugs import slug_of

ONE, TWO = "case1_abcdefgh12345678", "case1_abcdefgh87654321"


def test_a_slug_is_the_title_and_the_start_of_the_id():
    """It is readable; the id distinguishes equal titles, in full if necessary."""
    first = slug_of(ONE, "Größer: 3 × faster!", None, set())
    assert first == "grosser-3-x-faster-abcdefgh"
    second = slug_of(TWO, "Größer: 3 × faster!", None, {first})
    assert second == "grosser-3-x-faster-abcdefgh87654321"


def test_a_published_case_keeps_its_address():
    """Editing the title does not change the address; a foreign address is not adopted."""
    earlier = "cases/first-title-abcdefgh/index.html"
    assert slug_of(ONE, "Second title", earlier, set()) == "first-title-abcdefgh"
    assert slug_of("case1_zyxwvuts", "Second", earlier, set()) == "second-zyxwvuts"


@pytest.mark.datasets
def test_hostile_titles_make_safe_slugs():
    """The slug of any title is short lower-case letters, digits and hyphens."""
    made = [slug_of(ONE, text, None, set()) for text in hostile_strings(every=5)]
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name) for name in made)
    assert max(map(len, made)) <= 60 + 1 + 8
