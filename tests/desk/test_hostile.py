"""Text from the web and from models stays text, wherever the desk shows it."""

import json

import pytest
from case_views import a_document
from datasets import hostile_texts
from lxml import html

# Elements that the desk's own templates use; any other came from the text.
TAGS = set(
    "html head meta title link script body a header nav p span div main form label input button"
    " h1 h2 h3 ul ol li svg circle path rect time details summary article section dl dt dd"
    " article aside footer table thead tbody tr th td pre line text"
    " blockquote strong s q mark select option datalist textarea dialog kbd code meter bdi".split()
)


@pytest.mark.datasets
def test_hostile_words_in_an_address_come_out_as_text(desk):
    """Covers the search field, and form fields that are prefilled from the address."""
    for text in hostile_texts(every=200):
        for path in ("/", "/submit", "/submit/page", "/cases/x"):
            answer = desk.get(path, params={"q": text, "url": text, "hint": text, "company": text})
            page = html.fromstring(answer.text)
            for known in page.xpath("//a[@data-bookmarklet]"):
                known.drop_tree()
            assert_inert(page)


def test_only_web_addresses_become_links(desk, build):
    """A source address with another scheme is never shown as a link."""
    document = a_document(url="javascript:alert(1)")
    case_id = build.draft(document=document, url="javascript:alert(2)")
    build.failed("x", transient=True, url="data:text/html,<script>alert(3)</script>")
    for path in (f"/cases/{case_id}", "/", "/?status=failed"):
        assert_inert(html.fromstring(desk.get(path).text))


def assert_inert(page) -> None:
    elements = [node for node in page.iter() if isinstance(node.tag, str)]
    assert {node.tag for node in elements} <= TAGS
    for node in elements:
        for name, value in node.attrib.items():
            assert not name.startswith(("on", "hx-on", "style", "srcdoc"))
            if name in {"href", "src", "action", "hx-get", "hx-post"}:
                assert value.startswith(("/", "#", "http://", "https://")), value
                assert name == "href" or value.startswith("/"), value
    ours = ("/static/", "/preview/")
    for script in page.iter("script"):
        if script.get("type") == "application/ld+json":
            assert json.loads(script.text)
        else:
            assert script.get("src", "").startswith(ours)
            assert not (script.text or "").strip()
