"""What pages are called, who wrote them and when, where makers of pages tell it in ways of theirs."""

from datetime import date

import pytest

from casebook.extractors.kinds.html import extract
from casebook.schemas.documents import Extracted
from casebook.schemas.sources import Payload

SAID = "The router reads each ticket and sends it to the desk that can answer it within the hour."
PROSE = "".join(
    f"<p>{said}</p>"
    for said in (
        SAID,
        "The first version sent nine of ten to the right desk, as good as the old rules had been.",
        "What surprised all of us was that the drafts it wrote mattered less than the routing did.",
        "Today it handles all of the messages, and two people look at a sample of them each week.",
    )
)


def read(url: str, head: str, body: str) -> Extracted:
    markup = f"<!doctype html><html lang=en><head>{head}</head><body>{body}</body></html>"
    return extract(Payload(data=markup.encode(), media_type="text/html", url=url, final_url=url))


def test_a_story_is_called_by_its_heading_where_its_title_names_the_customer_alone():
    """The heading begins with the name, and says what was reached."""
    head = "<title>Harbour | Relay</title><meta property=og:title content=Harbour>"
    told = "Harbour cuts triage time by 80% with Relay"
    found = read("https://relay.example/customers/harbour", head, f"<h1>{told}</h1>{PROSE}")
    assert found.title == told


def test_the_name_of_a_blog_is_not_that_of_its_author():
    """Hashnode states the author as publisher, and the blog for those who share its posts."""
    head = (
        "<title>One card</title><meta property=og:site_name content='Quay Dev'>"
        '<script type="application/ld+json">{"@type":"BlogPosting","headline":"One card","author":'
        '{"@type":"Person","name":"Idris Okafor"},"publisher":{"@type":"Person","name":'
        '"Idris Okafor"}}</script>'
    )
    found = read("https://quay.example/one-card", head, f"<h1>One card</h1>{PROSE}")
    assert (found.site, found.authors) == ("Quay Dev", ("Idris Okafor",))


@pytest.mark.parametrize(
    ("over", "day"),
    [
        ("<p>July 9, 2025</p><p>API</p>", date(2025, 7, 9)),
        ("<nav><p>July 9, 2025</p></nav>", None),
        ("<p><a href=/x>July 9, 2025</a></p>", None),
        ("<p>Seen on July 9, 2025</p>", None),
    ],
)
def test_a_day_right_over_the_heading_is_that_of_the_page(over, day):
    """Stories of customers that state nothing for machines; one of a menu or a link is another's."""
    body = f"<main>{over}<h1>Harbour routes tickets</h1>{PROSE}</main>"
    found = read("https://relay.example/index/harbour", "<title>Harbour routes</title>", body)
    assert found.published == day


REDDIT = "https://old.reddit.com/r/routing/comments/1abcd/our_stack/"
ABOUT = "Beginners, please ask the questions that you have in the other place."
OLD = (
    '<div class="side"><div class="titlebox"><form class="usertext"><div class="usertext-body">'
    f'<div class="md"><p>{ABOUT}</p></div></div></form></div></div><div class="content">'
    '<p class="title"><a class="title" href="/r/x">Our stack after a year</a></p><p>submitted by '
    '<a class="author" href="/user/birch">birch</a></p><div class="usertext-body"><div class="md">'
    f"{PROSE}</div></div></div>"
)
NAMED = "<title>Our stack after a year : routing</title>"


def test_what_a_forum_is_about_is_no_post_of_it():
    """Reddit's old pages have it beside the thread, and before it, in the markup of a post."""
    found = read(REDDIT, NAMED, OLD)
    assert SAID in found.text
    assert ABOUT not in found.text


def test_a_thread_is_called_by_what_its_titles_share():
    """The forum stands before it in the one and behind it in the other."""
    head = f"{NAMED}<meta property=og:title content='r/routing - Our stack after a year'>"
    assert read(REDDIT, head, OLD).title == "Our stack after a year"


def test_who_opened_a_thread_is_stated_by_its_element():
    """Reddit's pages say it in an attribute of the post, and show it by a script."""
    post = (
        '<shreddit-post author="birch" created-timestamp="2025-07-01T10:00:00+0000"><h1 slot=title>'
        f'Our stack after a year</h1><div slot="text-body">{PROSE}</div></shreddit-post>'
    )
    found = read(REDDIT.replace("old", "www"), NAMED, post)
    assert found.authors == ("birch",)
