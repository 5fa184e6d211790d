"""Addresses that open a source at a quote."""

import pytest
from case_views import a_document, a_quote

from publishing.anchors import link_to_quote, place, web_address
from schemas.cases import Evidence
from schemas.sources import SourceKind

PAGE = "https://engineering.harbourline.example/claims-assistant"


def link(text: str, quote: str, *, url: str | None = PAGE, kind=SourceKind.WEB, **where) -> str:
    """Return the link to the first occurrence of ``quote`` in a document of ``text``."""
    document = a_document(text, url=url, kind=kind)
    return link_to_quote(document, a_quote(document, quote, **where))


@pytest.mark.parametrize(
    ("quote", "directive"),
    [
        ("plain words", "plain%20words"),
        ("end-to-end, R&D", "end%2Dto%2Dend%2C%20R%26D"),
        ("50 % of #1", "50%20%25%20of%20%231"),
        ("“größer” – 大阪", "%E2%80%9Cgr%C3%B6%C3%9Fer%E2%80%9D%20%E2%80%93%20%E5%A4%A7%E9%98%AA"),
        ("a=b:~:text=c/d?", "a%3Db%3A~%3Atext%3Dc%2Fd%3F"),
        ("two  spaces\u00a0here", "two%20spaces%20here"),
    ],
)
def test_short_quotes_are_named_whole(quote, directive):
    """All characters with a meaning in text directives or addresses are percent-encoded."""
    assert link(f"Before it: {quote} and more.", quote) == f"{PAGE}#:~:text={directive}"


def test_a_repeated_quote_gets_the_words_before_it():
    """If the quote also occurs earlier, the words before it identify the right place."""
    text = "In March it failed. In the month of June it FAILED again"
    assert link(text, "it failed") == f"{PAGE}#:~:text=it%20failed"
    assert link(text, "it FAILED").endswith("text=month%20of%20June-,it%20FAILED")


LONG = "after the pilot had shown that officers rewrote six of ten drafts before they sent them to the claimant"
SAME = "We saw the same thing in "


@pytest.mark.parametrize(
    ("text", "quote", "directive"),
    [
        (LONG, LONG, "after%20the%20pilot%20had%20shown,sent%20them%20to%20the%20claimant"),
        (f"{SAME}May. {SAME}June and {'x ' * 60}", f"{SAME}June and {'x ' * 60}".strip(),
         "We%20saw%20the%20same%20thing%20in%20June,x%20x%20x"),
        ("Costs:\n- two machines\n- one officer | per shift", "- two machines\n- one officer | per shift",
         "two%20machines,per%20shift"),
        ("underwriting claims quickly", "writing claims quick", "claims"),
    ],
    ids=["long", "repeated opening", "two blocks", "cut words"],
)  # fmt: skip
def test_other_quotes_are_named_by_what_a_browser_finds(text, quote, directive):
    """Long quotes are named by both ends, without block breaks and partial words."""
    assert link(text, quote).startswith(f"{PAGE}#:~:text={directive}")


YOUTUBE = "https://youtu.be/abc"
TALK = {"seconds": 75.9, "speaker": "Ada Berg"}


@pytest.mark.parametrize(
    ("kind", "url", "where", "expected"),
    [
        ("video", YOUTUBE, TALK, "https://youtu.be/abc?t=75"),
        ("video", "https://youtu.be/abc?t=5&si=z#c", TALK, "https://youtu.be/abc?si=z&t=75#c"),
        ("video", "https://www.youtube.com/watch?v=a", TALK, "https://www.youtube.com/watch?v=a&t=75"),
        ("recording", "https://pod.example/1.mp3", TALK, "https://pod.example/1.mp3#t=75"),
        ("text", YOUTUBE, TALK, "https://youtu.be/abc?t=75"),
        ("text", "https://pod.example/1", TALK, "https://pod.example/1#:~:text=said"),
        ("captions", YOUTUBE, {}, YOUTUBE),
        ("pdf", "https://a.example/p.pdf", {"page": 7}, "https://a.example/p.pdf#page=7"),
        ("pdf", "https://a.example/p#page=2&zoom=90", {"page": 7}, "https://a.example/p#zoom=90&page=7"),
        ("pdf", "https://a.example/p.pdf", {}, "https://a.example/p.pdf"),
        ("web", "https://a.example/p?q=1#x", {}, "https://a.example/p?q=1#x:~:text=said"),
        ("web", "https://a.example/p#x:~:text=old", {}, "https://a.example/p#x:~:text=said"),
        ("paper", "https://a.example/abs/1", {}, "https://a.example/abs/1#:~:text=said"),
    ],
)  # fmt: skip
def test_each_kind_opens_at_its_place(kind, url, where, expected):
    """Videos open at the time, PDFs at the page, web pages at the words."""
    assert link("said", "said", url=url, kind=SourceKind(kind), **where) == expected


PLACES = {
    "page 3": {"page": 3},
    "0:07": {"seconds": 7.9},
    "about 0:09": {"seconds": 9, "estimated": True},
    "0:07, as a machine heard it": {"seconds": 7.9, "heard": "generated"},
    "1:02:05, Ada Berg": {"seconds": 3725.0, "speaker": "Ada Berg"},
    "§ What we built": {},
}


@pytest.mark.parametrize(("expected", "where"), PLACES.items())
def test_a_place_is_named(expected, where):
    """A place is a page, a time, or a heading; a missing quote has none."""
    document = a_document()
    assert place(a_quote(document, "made up rates", **where), document) == expected
    missing = Evidence(quote="never in the source")
    assert (place(missing, document), link_to_quote(document, missing)) == ("", None)


def test_slides_of_a_talk_open_in_their_own_file():
    """A quote of a slide leads to that page of the PDF, and is called so; never to a second."""
    talk = a_document("said", url=YOUTUBE, kind=SourceKind.VIDEO)
    quote = a_quote(talk, "said", page=4)
    assert link_to_quote(talk, quote) == YOUTUBE
    talk = talk.model_copy(update={"slides": "https://a.example/deck.pdf"})
    assert link_to_quote(talk, quote) == "https://a.example/deck.pdf#page=4"
    assert place(quote, talk) == "slides, page 4"


UNSAFE = [
    None, "", "javascript:alert(1)", "JaVaScRiPt://a.example/%0aalert(1)", "data:text/html,x",
    "file:///etc/passwd", "ftp://a.example/x", "//a.example/x", "https://", "https://[::1",
    "https:///path", "https://user:pw@a.example/", "https://a.example/ x",
    "java\nscript:alert(1)", "https://a.example/\u0000",
]  # fmt: skip


@pytest.mark.parametrize("url", UNSAFE)
def test_only_web_addresses_become_links(url):
    """Only http and https addresses with a host and without credentials become links."""
    assert web_address(url) is None
    assert link("said", "said", url=url) is None
