"""Addresses have one reading, and one page has one canonical address."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from public_web import dataset

from extractors import sites
from extractors.sites import canonical_url
from extractors.urls import is_web_address, parse_web_url, shown
from schemas.errors import InvalidUrl
from schemas.sources import SourceKind

READ = {
    "https://example.com": "https://example.com/",
    "  HTTPS://Example.COM:443/a?b#c ": "https://example.com/a?b",
    "http://example.com.:80/": "http://example.com/",
    "http://a.example/b/../../c/./d/%2E%2e/e": "http://a.example/c/e",
    "http://a.example/a b/é?ü=ß x": "http://a.example/a%20b/%C3%A9?%C3%BC=%C3%9F%20x",
    "http://bücher.example/": "http://xn--bcher-kva.example/",
    "http://ex\u00adample.com/": "http://example.com/",
    "http://１２７.０.０.１/": "http://127.0.0.1/",
    "http://0177.0.0.1/": "http://127.0.0.1/",
    "http://2130706433/": "http://127.0.0.1/",
    "http://%31%32%37.0.0.1/": "http://127.0.0.1/",
    "http://[::FFFF:127.0.0.1]:8080/": "http://[::ffff:7f00:1]:8080/",
}
REFUSED = {
    "http:// and https://": "|example.com|ftp://example.com/|javascript:alert(1)",
    "no host": "http:///path|http://a..example/|" + f"http://{'a.' * 130}example/",
    "user name": "http://user:secret@example.com/|http://example.com@127.0.0.1/",
    "backslash": "http://example.com\\@127.0.0.1/|http:\\\\127.0.0.1/",
    "control character": "http://exa\tmple.com/|http://example.com/\r\nHost: evil",
    "longer than": f"http://example.com/{'a' * 9000}",
    "its host and port": "http://:80/|http://a:b:c/|http://a.example:99999/|http://a.example:８０/|"
    "http://exa mple.com/|http://a℀b.example/|http://[::1/|http://[::1%25eth0]/|http://1.2.3.4.5/",
}


@pytest.mark.parametrize(("text", "expected"), READ.items())
def test_addresses_are_read_as_browsers_read_them(text, expected):
    """Case, ports, dot segments, odd scripts and odd numbers have one reading."""
    assert str(parse_web_url(text)) == expected


@pytest.mark.parametrize("reason", REFUSED)
def test_other_text_is_refused_with_its_reason(reason):
    """Each refusal is one line that says what is wrong, without repeating a password."""
    for text in REFUSED[reason].split("|"):
        with pytest.raises(InvalidUrl, match=reason) as refused:
            parse_web_url(text)
        assert str(refused.value).isprintable()
        assert "secret" not in str(refused.value)


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
    """No text gets another error than InvalidUrl, and the address is printable ASCII."""
    assert read_or_refused(before + text)


@pytest.mark.datasets
def test_naughty_strings_are_read_or_refused():
    """The big list of naughty strings, alone and as a host, a path and a query."""
    for text in json.loads(dataset("security/naughty_strings.json").read_text("utf-8")):
        assert all(read_or_refused(before + text) for before in STARTS), text


def test_a_redirect_is_read_relative_to_its_page():
    """Relative locations resolve as RFC 3986 says; what is not a web address is refused."""
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


# --- Canonical form ------------------------------------------------------------------------------

POST = "https://example.com/blog/llm"
VIDEO = "https://youtube.com/watch?v=dQw4w9WgXcQ"
# Addresses of one page as mail programs, readers, archives and sites hand them out.
SAME = {
    POST: """
        http://www.Example.com:80/blog/x/../llm/?utm_source=x&fbclid=3#part https://m.example.com/blog/llm
        https://amp.example.com/blog/llm https://example.com/blog/llm/amp/ https://example.com/amp/blog/llm
        https://example.com/blog/llm?amp=1&print=1 https://example.com/blog/%6clm/index.html
        https://www.google.co.uk/amp/s/www.example.com/blog/llm/amp
        https://www-example-com.cdn.ampproject.org/v/s/www.example.com/blog/llm?amp_js_v=0.1&usqp=x
        http://web.archive.org/web/2020/https%3A%2F%2Fexample.com%2Fblog%2Fllm%3Futm_id%3D1
        https://web.archive.org/web/2024id_/https://example.com/blog/llm
        https://archive.ph/https://example.com/blog/llm
        https://example.com/blog/llm;jsessionid=1F?PHPSESSID=2 https://EXAMPLE.com:443/./blog/llm/?&#
    """,
    "https://example.com/b/~joe?a=1&b=2": "http://example.com/a/../b/%7Ejoe/?b=2&a=1",
    "https://example.com": "https://www.example.com/ https://www.example.com/index.html",
    "https://example.com/talk?session=12": "https://example.com/talk?session=12&ref=hn",
    "https://example.com?id=&q=%FF": "https://example.com/?id=&q=%ff",
    "https://example.com/amp": "https://example.com/amp",
    "https://amp.dev/about": "https://amp.dev/about",
    "https://m.co.uk/post": "https://m.co.uk/post",
    "http://wiki.corp:8080/Page": "http://wiki.corp:8080/Page/",
    "https://app.example.com#!/post/1": "https://app.example.com/#!/post/1/",
    VIDEO: """
        https://www.youtube.com/watch?list=PL123&v=dQw4w9WgXcQ&index=2 https://youtu.be/dQw4w9WgXcQ?si=a
        https://m.youtube.com/shorts/dQw4w9WgXcQ https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ
        https://www.youtube.com/live/dQw4w9WgXcQ https://youtube.com/e/dQw4w9WgXcQ
        https://youtube.com/watch?v=dQw4w9WgXcQ%26t=10 https://www.youtube.com/watch/dQw4w9WgXcQ
        https://web.archive.org/web/2020/https://www.youtube.com/watch?v=dQw4w9WgXcQ
    """,
    "https://youtube.com/playlist?list=PLabc": "https://m.youtube.com/playlist?list=PLabc&si=1",
    "https://arxiv.org/abs/2310.06825": """
        https://arxiv.org/pdf/2310.06825v1.pdf http://www.arxiv.org/html/2310.06825v3
        https://www.doi.org/10.48550/arXiv.2310.06825 https://ar5iv.labs.arxiv.org/html/2310.06825
        https://huggingface.co/papers/2310.06825 https://www.alphaxiv.org/de/overview/2310.06825
        https://arxiv.org/abs/arXiv:2310.06825V2 https://export.arxiv.org/abs/2310.06825?context=cs.CL
    """,
    "https://arxiv.org/abs/math/0309136": "https://arxiv.org/abs/math.GT/0309136v1",
    "https://arxiv.org/list/cs.SE/recent": "https://arxiv.org/list/cs.SE/recent",
    "https://aclanthology.org/P19-1001": "http://aclweb.org/anthology/P/P19/P19-1001.pdf",
    "https://aclanthology.org/2023.acl-long.1": "https://aclanthology.org/2023.acl-long.1v2.pdf",
    "https://openreview.net/forum?id=AbCdEf_123": "https://openreview.net/pdf?noteId=z&id=AbCdEf_123",
    "https://github.com/o/r": """
        https://github.com/O/R.git https://github.com/o/r?tab=readme-ov-file#x https://github.com/o/r/tree/main
    """,
    "https://github.com/o/r/blob/main/README.md": """
        https://github.com/O/R/blob/main/README.md?plain=1#L10-L20 https://github.com/o/r/edit/main/README.md
        https://raw.githubusercontent.com/o/r/main/README.md?token=GHSAT0AAA
        https://github.com/o/r/raw/refs/heads/main/README.md
    """,
    "https://medium.com/p/0123456789ab": """
        https://medium.com/@a/t-0123456789ab https://medium.com/a-publication/t-0123456789ab?source=x&sk=1
        https://a.medium.com/t-0123456789ab
    """,
    "https://x.substack.com/p/y": """
        https://x.substack.com/p/y?r=abc&utm_medium=ios https://open.substack.com/pub/x/p/y?r=abc
    """,
    "https://x.com/u/status/1": "https://mobile.twitter.com/u/status/1?s=20&t=abc",
    "https://reddit.com/r/x/comments/abc/t": "https://old.reddit.com/r/x/comments/abc/t/?share_id=1",
    "https://en.wikipedia.org/wiki/DuckDB": "https://en.m.wikipedia.org/wiki/DuckDB",
}  # fmt: skip
TRACKERS = """
    utm_source utm-social gclid gad_source _ga fbclid msclkid twclid li_fat_id igshid yclid mc_cid
    mc_eid _hsenc __hstc hsCtaTracking mkt_tok vero_id _ke ck_subscriber_id cmpid ncid smid trk
    trackingId mtm_source matomo_kwd hsa_acc at_medium xtor epik __s _branch_match_id cjevent
    ref_src soc_src elqTrackId dm_i mbid sscid mkcid PHPSESSID amp outputType triedRedirect
""".split()
CONTENT = """
    p id story v q lang source_id ref_id campaign content medium t s key mode version from event
    session_id tab fbid gid pid cid uid clip mc share src page_source ad_id session keyword
""".split()


@pytest.mark.parametrize(
    ("url", "expected"),
    [(url, expected) for expected, urls in SAME.items() for url in (*urls.split(), expected)],
)
def test_the_addresses_of_one_page_are_one_source(url, expected):
    """Editions, caches, links that lead on, and a site's own spellings; twice is once."""
    assert canonical_url(url) == expected


def test_trackers_do_not_make_other_pages_and_content_does():
    """Vendors' parameters are removed; one that only resembles them must stay."""
    for name in TRACKERS:
        assert canonical_url(f"{POST}?a=1&{name}=x&b=2") == f"{POST}?a=1&b=2", name
    for name in CONTENT:
        assert canonical_url(f"{POST}?{name}=1") != canonical_url(f"{POST}?{name}=2"), name


HOSTS = "example.com www.youtube.com youtu.be arxiv.org github.com web.archive.org m.example.co.uk "
HOSTS += "www.google.com archive.ph medium.com raw.githubusercontent.com openreview.net x.com"
PARTS = (
    "watch abs 2310.06825v2 dQw4w9WgXcQ web 2020 amp blob main a.amp https: .. %2e é o.git x s c"
)


@settings(deadline=None)
@given(
    st.sampled_from(HOSTS.split()),
    st.lists(st.sampled_from(PARTS.split()) | st.text(max_size=5), max_size=6),
    st.dictionaries(st.sampled_from("v q url u list id utm_source amp".split()), st.text()),
)
def test_the_canonical_form_is_stable(host, parts, pairs):
    """However parts that known sites use are put together, canonicalising twice is once."""
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
    """Kinds of sources, videos, lists of videos, versions of papers, and raw forms of files."""
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
