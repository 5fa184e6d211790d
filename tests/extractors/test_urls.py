"""Addresses have one reading, and one page has one canonical address."""

import tomllib
from pathlib import Path

import pytest
from datasets import hostile_strings
from hypothesis import example, given, settings
from hypothesis import strategies as st

from extractors import sites
from extractors.sites import canonical_url
from extractors.urls import is_web_address, parse_web_url, shown
from schemas.errors import InvalidUrl
from schemas.sources import SourceKind

TABLE = tomllib.loads((Path(__file__).parent / "samples/urls.toml").read_text("utf-8"))
READ, REFUSED, SAME = (TABLE[name] for name in ("read", "refused", "same"))


@pytest.mark.parametrize(("text", "expected"), READ.items())
def test_addresses_are_read_as_browsers_read_them(text, expected):
    """Case, ports, dot segments, odd scripts and odd numbers have one reading."""
    assert str(parse_web_url(text)) == expected


@pytest.mark.parametrize("reason", REFUSED)
def test_other_text_is_refused_with_its_reason(reason):
    """Each refusal is one line that says what is wrong, without repeating a password."""
    for text in REFUSED[reason]:
        with pytest.raises(InvalidUrl, match=reason) as refused:
            parse_web_url(text)
        assert str(refused.value).isprintable()
        assert "secret" not in str(refused.value)


def test_an_address_that_no_server_takes_is_refused():
    """Covers overlong addresses and host names."""
    for text in (f"http://example.com/{'a' * 9000}", f"http://{'a.' * 130}example/"):
        with pytest.raises(InvalidUrl, match=r"longer than|valid host"):
            parse_web_url(text)


STARTS = ["", "http://", "https://a.example/", "http://a.example/?q=", "https://["]


def read_or_refused(text: str) -> bool:
    try:
        url = str(parse_web_url(text))
    except InvalidUrl as refused:
        return str(refused).isprintable()
    return url.isascii() and url.isprintable() and " " not in url


@settings(deadline=None)
@given(st.text(), st.sampled_from(STARTS))
def test_any_text_is_read_or_refused(text, before):
    """The only error is InvalidUrl, and addresses are printable ASCII."""
    assert read_or_refused(before + text)


@pytest.mark.datasets
def test_hostile_strings_are_read_or_refused():
    """They are tried alone and as host, path and query."""
    for text in hostile_strings(every=5):
        assert all(read_or_refused(before + text) for before in STARTS), text


def test_a_redirect_is_read_relative_to_its_page():
    """Relative locations are resolved by RFC 3986; other schemes are refused."""
    page = parse_web_url("https://a.example/dir/page?q=1")
    for location, expected in {
        "/next?x=1": "https://a.example/next?x=1",
        "next": "https://a.example/dir/next",
        "//b.example/": "https://b.example/",
        "?q=2": "https://a.example/dir/page?q=2",
    }.items():
        assert str(page.join(location)) == expected
    for location in ("/a\nb", "https:\\\\b.example", "file:///etc/passwd", "//["):
        with pytest.raises(InvalidUrl):
            page.join(location)


def test_shown_text_cannot_steer_a_terminal():
    """Control, escape and bidirectional characters are removed, long text is cut."""
    assert shown("a\x1b[31m\u202eb\x9b\n") == "a[31mb"
    assert shown("") == "(empty)"
    assert len(shown("x" * 500)) == 121


def test_addresses_are_not_paths():
    """Only http(s):// makes an address; everything else may be a file."""
    assert all(map(is_web_address, ["https://example.com", " HTTP://x", "http://](#http"]))
    assert not any(map(is_web_address, ["ftp://example.com", "C:\\notes.md", "example.com/page"]))


POST = "https://example.com/blog/llm"


@pytest.mark.parametrize(
    ("url", "expected"),
    [(url, expected) for expected, urls in SAME.items() for url in (*urls, expected)],
)
def test_the_addresses_of_one_page_are_one_source(url, expected):
    """Covers editions, caches, redirectors and spellings; the function is idempotent."""
    assert canonical_url(url) == expected


def test_trackers_do_not_make_other_pages_and_content_does():
    """Known tracking parameters are removed, similar ones are kept."""
    names = {kind: TABLE["parameters"][kind].split() for kind in ("trackers", "content")}
    for name in names["trackers"]:
        assert canonical_url(f"{POST}?a=1&{name}=x&b=2") == f"{POST}?a=1&b=2", name
    for name in names["content"]:
        assert canonical_url(f"{POST}?{name}=1") != canonical_url(f"{POST}?{name}=2"), name


HOSTS = "example.com www.youtube.com youtu.be arxiv.org github.com web.archive.org m.example.co.uk "
HOSTS += "www.google.com archive.ph medium.com raw.githubusercontent.com openreview.net x.com"
PARTS = (
    "watch abs 2310.06825v2 dQw4w9WgXcQ web 2020 amp blob main a.amp https: .. %2e é o.git x s c"
)


@settings(deadline=None)
@example("youtu.be", ["dQw4w9WgXcQ", "amp"], {})
@given(
    st.sampled_from(HOSTS.split()),
    st.lists(st.sampled_from(PARTS.split()) | st.text(max_size=5), max_size=6),
    st.dictionaries(st.sampled_from("v q url u list id utm_source amp".split()), st.text()),
)
def test_the_canonical_form_is_stable(host, parts, pairs):
    """Canonicalising twice changes nothing, for any combination of known parts."""
    query = "&".join(f"{name}={value}" for name, value in pairs.items())
    try:
        once = canonical_url(f"https://{host}/{'/'.join(parts)}?{query}")
    except InvalidUrl:
        return
    assert canonical_url(once) == once


KINDS = {
    "https://youtu.be/dQw4w9WgXcQ": SourceKind.VIDEO,
    "https://www.youtube.com/@channel": None,
    "https://www.youtube.com/watch?v=short": None,
    "https://notyoutube.com/watch?v=dQw4w9WgXcQ": None,
    "https://arxiv.org/pdf/2401.12345": SourceKind.PAPER,
    "https://openreview.net/forum?id=AbCdEf_123": SourceKind.PAPER,
    "https://example.com/abs/2401.12345": None,
    "notes.md": None,
}


def test_parts_of_known_addresses():
    """Covers kinds, video and list ids, paper versions, and raw forms of files."""
    assert {url: sites.kind_of_url(url) for url in KINDS} == KINDS
    assert sites.video_id("https://www.youtube.com/embed/videoseries?list=PL1") is None
    assert sites.playlist_id("https://www.youtube.com/embed/videoseries?list=PL1") == "PL1"
    assert sites.playlist_id("https://youtube.com/@somebody/videos") == "@somebody"
    assert sites.playlist_id("https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PL1") is None
    assert sites.paper_id("https://arxiv.org/pdf/2401.12345v2", version=True) == "2401.12345v2"
    raw = sites.raw_file(parse_web_url("https://github.com/o/r/blob/main/docs/a.md"))
    assert str(raw) == "https://raw.githubusercontent.com/o/r/main/docs/a.md"
    for url in ("https://github.com/o/r/blob/main/a.py", "https://github.com/o/r/issues/4"):
        assert sites.raw_file(parse_web_url(url)) is None
