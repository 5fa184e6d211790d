"""Answers of interfaces as lists: each has its own names for address, title and day."""

import json

import pytest

from casebook.extractors.links.reading import read_listing
from casebook.schemas.sources import Payload

URL, TITLE, DAY = "https://a.example/one", "How we sort letters", "2024-03-05"
PARTS = {"date-parts": [[2024, 3, 5]]}
NODE = {"title": TITLE, "url": URL, "publishedAt": DAY}

ANSWERS = {
    "Substack": [
        {
            "title": TITLE,
            "slug": "one",
            "post_date": f"{DAY}T10:00:00.000Z",
            "canonical_url": URL,
            "cover_image": "https://cdn.example/a.png",
        }
    ],
    "HubSpot": {
        "total": 1,
        "results": [{"name": TITLE, "created": "2023-01-01", "url": URL, "publishDate": DAY}],
    },
    "Strapi": {"data": [{"id": 1, "attributes": NODE}], "meta": {}},
    "GraphQL": {"data": {"posts": {"edges": [{"node": NODE}]}}},
    "Crossref": {"status": "ok", "message": {"items": [{"URL": URL, "title": [TITLE], "issued": PARTS}]}},
    "OpenAlex": {
        "results": [
            {
                "id": "https://index.example/W1",
                "doi": URL,
                "title": TITLE,
                "publication_date": DAY,
            }
        ]
    },
    "Semantic Scholar": {"data": [{"url": URL, "title": TITLE, "publicationDate": DAY}]},
    "Airtable": {
        "records": [
            {
                "createdTime": "2023-01-01T00:00:00Z",
                "fields": {"Name": TITLE, "URL": URL, "Published": DAY},
            }
        ]
    },
    "Zotero": [{"key": "A", "data": {"title": TITLE, "url": URL, "date": DAY}}],
    "CSL": [{"type": "article", "title": TITLE, "URL": URL, "issued": PARTS}],
}  # fmt: skip


def told(answer):
    payload = Payload(
        data=json.dumps(answer).encode(), media_type="application/json", name="answer.json"
    )
    return [(c.url, c.title, str(c.published)) for c in read_listing(payload).candidates]


@pytest.mark.parametrize("interface", ANSWERS)
def test_the_answer_of_an_interface_is_a_list(interface):
    """The entry alone is a source, called by its title, of the day on which it was published."""
    assert told(ANSWERS[interface]) == [(URL, TITLE, DAY)]


def test_reddit_keeps_entries_in_children():
    """Each of them keeps its fields apart."""
    listing = {"kind": "Listing", "data": {"children": [{"kind": "t3", "data": NODE}]}}
    assert told(listing) == [(URL, TITLE, DAY)]


def test_a_bookmark_is_called_what_its_owner_wrote():
    """Pinboard has no other title."""
    assert told([{"href": URL, "description": TITLE, "time": DAY}])[0][:2] == (URL, TITLE)


def test_an_entry_is_where_it_says_itself():
    """What it keeps apart may be the picture of it."""
    picture = {"url": "https://cdn.example/a.png", "title": "A picture"}
    assert told([{**NODE, "data": picture}]) == [(URL, TITLE, DAY)]


def test_the_links_of_an_answer_are_no_entries():
    """They lead to its next page."""
    links = [{"rel": "next", "href": "https://a.example/api?page=2"}]
    assert told({"links": links, "pages": [1, 2], "records": [NODE]}) == [(URL, TITLE, DAY)]


def test_an_entry_of_json_feed_may_be_what_is_attached_to_it():
    """A podcast's episode without a page of its own is its recording."""
    item = {"id": "1", "title": "One", "attachments": [{"url": "https://blog.example.com/a.mp3"}]}
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [item]}
    (one,) = read_listing(Payload(data=json.dumps(feed).encode(), media_type="x/y")).candidates
    assert (one.url, one.title) == ("https://blog.example.com/a.mp3", "One")
