"""Addresses that open a source at a quote."""

import pytest
from case_views import a_document, a_quote

from publishing.anchors import link_to_quote, place, web_address
from schemas.cases import Evidence
from schemas.sources import SourceKind

PAGE = "https://engineering.harbourline.example/claims-assistant"


def link(text: str, quote: str, *, url: str | None = PAGE, kind=SourceKind.WEB, **where) -> str:
    """Link to the first place where ``quote`` stands in a document of ``text``."""
    document = a_document(text, url=url, kind=kind)
    return link_to_quote(document, a_quote(document, quote, **where))


PARAGRAPH = (
    "We built the first version in March. We built the second version in May after the pilot "
    "had shown that officers rewrote six of ten drafts before they sent them to the claimant."
)


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
    """Every character with a meaning in a text directive or an address is percent-encoded."""
    assert link(f"Before it: {quote} and more.", quote) == f"{PAGE}#:~:text={directive}"


def test_long_quotes_are_named_by_both_ends():
    """A long quote gives its first and last words, so that a difference inside does no harm."""
    quote = PARAGRAPH[PARAGRAPH.index("after the") :].removesuffix(".")
    assert link(PARAGRAPH, quote) == (
        f"{PAGE}#:~:text=after%20the%20pilot%20had%20shown,sent%20them%20to%20the%20claimant"
    )


def test_ends_grow_until_they_are_unique():
    """First words that stand earlier in the source are lengthened until they do not."""
    text = "We saw the same thing in May. " * 2 + "We saw the same thing in June and " + "x " * 60
    quote = text[text.index("We saw the same thing in June") :].strip()
    assert link(text, quote).startswith(
        f"{PAGE}#:~:text=We%20saw%20the%20same%20thing%20in%20June,"
    )


def test_a_repeated_quote_gets_the_words_before_it():
    """Where the quote itself stands earlier, the words before it identify the right one."""
    text = "In March it failed. In the month of June it failed."
    start = text.rindex("it failed")
    assert link(text, "it failed") == f"{PAGE}#:~:text=it%20failed"
    assert link(text[:start] + "it FAILED again", "it FAILED").endswith(
        "text=month%20of%20June-,it%20FAILED"
    )


def test_quotes_over_several_lines_are_named_by_both_ends():
    """A browser finds no exact text across blocks, and no list mark or table bar on a page."""
    text = "Costs:\n- two machines\n- one officer | per shift"
    assert link(text, text[7:]) == f"{PAGE}#:~:text=two%20machines,per%20shift"


def test_words_that_the_quote_cuts_in_two_are_left_out():
    """A directive matches whole words only, so half a word would match nothing."""
    assert link("underwriting claims quickly", "writing claims quick") == f"{PAGE}#:~:text=claims"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/p#results", "https://a.example/p#results:~:text=said%20here"),
        ("https://a.example/#/route", "https://a.example/#/route:~:text=said%20here"),
        ("https://a.example/p#x:~:text=old", "https://a.example/p#x:~:text=said%20here"),
        ("http://a.example/p?q=1&r=2", "http://a.example/p?q=1&r=2#:~:text=said%20here"),
    ],
)
def test_a_fragment_that_is_there_is_kept(url, expected):
    """The anchor of an address survives; only an older text directive gives way."""
    assert link("It is said here.", "said here", url=url) == expected


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
        ("paper", "https://a.example/abs/1", {}, "https://a.example/abs/1#:~:text=said"),
    ],
)  # fmt: skip
def test_each_kind_opens_at_its_place(kind, url, where, expected):
    """Videos open at the second, PDFs at the page; a transcript on a page opens at the words."""
    assert link("said", "said", url=url, kind=SourceKind(kind), **where) == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"page": 3}, "page 3"),
        ({"seconds": 7.9}, "0:07"),
        ({"seconds": 751.0}, "12:31"),
        ({"seconds": 3725.0, "speaker": "Ada Berg"}, "1:02:05, Ada Berg"),
        ({"speaker": "Ada Berg"}, "§ What we built, Ada Berg"),
        ({}, "§ What we built"),
    ],
)
def test_a_place_is_named(where, expected):
    """A reader gets the page, the time on the player's clock, or the heading above."""
    document = a_document()
    assert place(a_quote(document, "made up rates", **where), document) == expected


def test_a_place_without_a_document_has_no_heading():
    """The heading stands in the document alone; a missing quote has no place."""
    document = a_document()
    assert place(a_quote(document, "made up rates")) == ""
    assert place(Evidence(quote="never in the source"), document) == ""


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JaVaScRiPt://a.example/%0aalert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://a.example/x",
        "//a.example/x",
        "https://",
        "https://[::1",
        "https:///path",
        "https://user:pw@a.example/",
        "https://a.example/ x",
        "java\nscript:alert(1)",
        "https://a.example/\u0000",
    ],
)
def test_only_web_addresses_become_links(url):
    """Anything but http and https with a host, and without credentials, links nowhere."""
    assert web_address(url) is None
    assert link("said", "said", url=url) is None


def test_a_quote_that_was_not_found_has_no_link():
    """A quote that only the model claims cannot be linked to."""
    assert link_to_quote(a_document(), Evidence(quote="never in the source")) is None
