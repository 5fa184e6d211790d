"""Who signs a page, where what is marked up as the author's is more than a name."""

import pytest
from lxml import html

from casebook.extractors.text.authors import as_spelled, byline

ARTICLE = "<p>We are happy to tell you how we run the model in 3 regions.</p>" * 30


def page(marked: str):
    return html.fromstring(f"<html><body><h1>How we run it</h1>{marked}</body></html>")


@pytest.mark.parametrize(
    "marked",
    [
        f"<div class='author-page'>{ARTICLE}</div>",
        "<div class='author'>Words of a sentence - and more</div>",
        "<h2>No line but this one</h2>",
    ],
)
def test_the_beginning_of_a_sentence_is_no_name(marked):
    """A whole article may stand in an element that is called the author's."""
    assert byline(page(marked)) is None


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        ("Ada Example", "Ada Example"),
        ("ada example", "Ada Example"),
        ("Ada van der Example", "Ada van der Example"),
        ("<time>3 June</time><!-- who -->Ada Example", "Ada Example"),
        (f"Ada Example · writer {ARTICLE}", "Ada Example"),
    ],
)
def test_what_is_marked_up_as_the_author_begins_with_the_name(marked, names):
    """A day before it is none of it, nor what is told of the person behind it."""
    assert byline(page(f"<div class='author'>{marked}</div>")) == names


def test_elements_in_one_another_are_each_read_in_their_beginning():
    """All of a page in each of a thousand would be the page a thousand times."""
    nested = page("<div class='author'>" * 1_000 + ARTICLE * 30 + "</div>" * 1_000)
    assert byline(nested) is None
    assert as_spelled(["Ada Example"], nested) == ("Ada Example",)


def test_a_heading_without_anything_beside_it_is_signed_by_nobody():
    """No line stands before it, not even a title's."""
    assert byline(page("")) is None
