"""Addresses that open a source at a quote."""

import pytest

from casebook.publishing.anchors import link_to_quote, web_address
from casebook.schemas.cases import Evidence
from casebook.schemas.documents import Locator
from casebook.schemas.sources import SourceKind

PAGE = "https://engineering.harbourline.example/claims-assistant"
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
def test_short_quotes_are_named_whole(link, quote, directive):
    """Every character with a meaning in a text directive or an address is percent-encoded."""
    assert link(f"Before it: {quote} and more.", quote) == f"{PAGE}#:~:text={directive}"


def test_long_quotes_are_named_by_both_ends(link):
    """A long quote gives its first and last words, so that a difference inside does no harm."""
    quote = PARAGRAPH[PARAGRAPH.index("after the") :].removesuffix(".")
    assert link(PARAGRAPH, quote) == (
        f"{PAGE}#:~:text=after%20the%20pilot%20had%20shown,sent%20them%20to%20the%20claimant"
    )


def test_ends_grow_until_they_are_unique(link):
    """First words that stand earlier in the source are lengthened until they do not."""
    text = "We saw the same thing in May. " * 2 + "We saw the same thing in June and " + "x " * 60
    quote = text[text.index("We saw the same thing in June") :].strip()
    assert link(text, quote).startswith(
        f"{PAGE}#:~:text=We%20saw%20the%20same%20thing%20in%20June,"
    )


def test_a_repeated_quote_gets_the_words_before_it(link):
    """Where the quote itself stands earlier, the words before it tell the browser which one."""
    text = "In March it failed. In the month of June it failed."
    start = text.rindex("it failed")
    assert link(text, "it failed") == f"{PAGE}#:~:text=it%20failed"
    assert link(text[:start] + "it FAILED again", "it FAILED").endswith(
        "text=month%20of%20June-,it%20FAILED"
    )


def test_quotes_over_several_lines_are_named_by_both_ends(link):
    """A browser finds no exact text across blocks, and no list mark or table bar on a page."""
    text = "Costs:\n- two machines\n- one officer | per shift"
    assert link(text, text[7:]) == f"{PAGE}#:~:text=two%20machines,per%20shift"


def test_words_that_the_quote_cuts_in_two_are_left_out(link):
    """A directive matches whole words only, so half a word would match nothing."""
    assert link("underwriting claims quickly", "writing claims quick") == f"{PAGE}#:~:text=claims"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/p#results", "https://a.example/p#results:~:text=told%20here"),
        ("https://a.example/#/route", "https://a.example/#/route:~:text=told%20here"),
        ("https://a.example/p#x:~:text=old", "https://a.example/p#x:~:text=told%20here"),
        ("http://a.example/p?q=1&r=2", "http://a.example/p?q=1&r=2#:~:text=told%20here"),
    ],
)
def test_a_fragment_that_is_there_is_kept(link, url, expected):
    """The anchor of an address survives; only an older text directive gives way."""
    assert link("It is told here.", "told here", url=url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://youtu.be/abc", "https://youtu.be/abc?t=75"),
        ("https://www.youtube.com/watch?v=abc", "https://www.youtube.com/watch?v=abc&t=75"),
        ("https://youtu.be/abc?t=5&si=z#c", "https://youtu.be/abc?si=z&t=75#c"),
    ],
)
def test_videos_open_at_the_second(link, url, expected):
    """A video's address gets the passage's second, in place of one that it had."""
    at = Locator(seconds=75.9)
    assert link("told", "told", url=url, kind=SourceKind.YOUTUBE, locator=at) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://pod.example/1", "https://pod.example/1#:~:text=told"),
        ("https://youtu.be/abc", "https://youtu.be/abc?t=75"),
    ],
)
def test_a_page_that_writes_times_opens_at_the_words(link, url, expected):
    """A transcript on a page is found by its words, one that was pasted for a video by its second."""
    at = Locator(seconds=75.9, speaker="Ada Berg")
    assert link("told", "told", url=url, kind=SourceKind.TEXT, locator=at) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/p.pdf", "https://a.example/p.pdf#page=7"),
        ("https://a.example/p.pdf#page=2&zoom=90", "https://a.example/p.pdf#zoom=90&page=7"),
    ],
)
def test_pdfs_open_at_the_page(link, url, expected):
    """A PDF's address gets the page, and keeps what else its viewer was told."""
    at = Locator(page=7)
    assert link("told", "told", url=url, kind=SourceKind.PDF, locator=at) == expected


def test_a_talk_without_times_links_to_itself(link):
    """A text directive would mean nothing to a video player."""
    url = "https://youtu.be/abc"
    assert link("told", "told", url=url, kind=SourceKind.CAPTIONS) == url


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
def test_only_web_addresses_become_links(link, url):
    """Anything but http and https with a host, and without credentials, links nowhere."""
    assert web_address(url) is None
    assert link("told", "told", url=url) is None


def test_a_quote_that_was_not_found_has_no_place(link, full_case):
    """A quote that only the model claims cannot be linked to."""
    claimed = Evidence(quote="nobody said this")
    assert link_to_quote(full_case.document, claimed) is None
