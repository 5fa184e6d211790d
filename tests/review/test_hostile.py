"""Text from the web and from models stays text, wherever the desk shows it."""

import pytest
from case_views import a_document
from hostile import a_hostile_document, a_hostile_study, attack_strings, plant
from lxml import html

from review import decisions

# Elements that the desk's own templates use; any other came from the text.
TAGS = set(
    "html head meta title link script body a header nav p span div main form label input button"
    " h1 h2 h3 ul ol li svg circle path rect time details summary article section dl dt dd"
    " article aside footer table thead tbody tr th td pre line text"
    " blockquote strong s q mark select option datalist textarea dialog kbd code meter bdi".split()
)


@pytest.mark.datasets
def test_hostile_text_comes_out_as_text(desk, build, warehouse):
    """In each part of a case, its comparison, history and lists: as words, not as elements."""
    for n, text in enumerate(attack_strings()[::1500]):
        paths = plant(build, text, n)
        case_id = paths[0].removeprefix("/cases/")
        decisions.reject(warehouse, case_id, text, text)
        quote = warehouse.case(case_id).revision.study.statements[0].evidence[0]
        build.newer(case_id, a_hostile_study(f"{text} {text}", quote))
        for path in [*paths, f"{paths[0]}/draft"]:
            page = html.fromstring(desk.get(path, params={"q": text}).text)
            assert_inert(page)
            assert " ".join(text.split()) in " ".join(page.text_content().split())
        for path in (f"{paths[0]}/preview", f"/cases/{text}"):
            assert_inert(html.fromstring(desk.get(path).text))
        for path in ("/submit", "/submit/page"):
            page = html.fromstring(desk.get(path, params={"url": text, "hint": text}).text)
            for known in page.xpath("//a[@data-bookmarklet]"):
                known.drop_tree()
            assert_inert(page)
    for path in (
        "/",
        "/?status=rejected",
        "/?status=failed",
        "/batches",
        "/watches",
        "/tags",
        "/publish",
        "/insight",
    ):
        assert_inert(html.fromstring(desk.get(path, params={"q": text}).text))


@pytest.mark.datasets
def test_every_hostile_string_in_a_source_stays_text(desk, build):
    """All attack and naughty strings, as passages and headings, put no element in a page."""
    strings = attack_strings()
    for at in range(0, len(strings), 800):
        document = a_hostile_document(strings[at : at + 800])
        page = html.fromstring(desk.get(f"/cases/{build.draft(document=document)}").text)
        assert_inert(page)
        shown = " ".join(page.text_content().split())
        plain = [text for text in strings[at : at + 800] if text.isascii() and text.isprintable()]
        assert all(" ".join(text.split()) in shown for text in plain[::20])


def test_only_web_addresses_become_links(desk, build):
    """A source's address of another scheme is shown nowhere as a link."""
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
            assert not name.startswith(("on", "style", "srcdoc"))
            if name in {"href", "src", "action", "hx-get", "hx-post"}:
                assert value.startswith(("/", "#", "http://", "https://")), value
                assert name == "href" or value.startswith("/"), value
    assert all(
        node.get("src", "").startswith(("/static/", "/preview/")) for node in page.iter("script")
    )
    assert all(not (node.text or "").strip() for node in page.iter("script"))
