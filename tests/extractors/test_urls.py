import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.extractors.sites import canonical_url, kind_of_url
from casebook.extractors.urls import is_web_address, parse_web_url
from casebook.schemas.errors import InvalidUrl
from casebook.schemas.sources import SourceKind

READ = {
    "https://example.com": "https://example.com/",
    "  HTTPS://Example.COM:443/a?b#c ": "https://example.com/a?b",
    "http://example.com.:80/": "http://example.com/",
    "http://example.com:8080/x": "http://example.com:8080/x",
    "https://example.com:80/": "https://example.com:80/",
    "https://example.com:/": "https://example.com/",
    "http://a.example/b/../../c/./d/%2E%2e/e": "http://a.example/c/e",
    "http://a.example/b/..": "http://a.example/",
    "http://a.example/a b/é?ü=ß x": "http://a.example/a%20b/%C3%A9?%C3%BC=%C3%9F%20x",
    "http://a.example/?q=a\\b": "http://a.example/?q=a\\b",
    "http://foo_bar.example/": "http://foo_bar.example/",
    "http://bücher.example/": "http://xn--bcher-kva.example/",
    "http://faß.example/": "http://xn--fa-hia.example/",
    "http://ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ": "http://example.com/",
    "http://ｅｘａｍｐｌｅ。com/": "http://example.com/",
    "http://ex\u00adample.com/": "http://example.com/",
    "http://１２７.０.０.１/": "http://127.0.0.1/",
    "http://0/": "http://0.0.0.0/",
    "http://127.1/": "http://127.0.0.1/",
    "http://127.0.0.1./": "http://127.0.0.1/",
    "http://0177.0.0.1/": "http://127.0.0.1/",
    "http://0x7f.0x1/": "http://127.0.0.1/",
    "http://0X7F000001/": "http://127.0.0.1/",
    "http://2130706433/": "http://127.0.0.1/",
    "http://[::FFFF:127.0.0.1]:8080/": "http://[::ffff:7f00:1]:8080/",
    "http://1.example/": "http://1.example/",
}

REFUSED = {
    "": "http:// and https://",
    "example.com": "http:// and https://",
    "ftp://example.com/": "http:// and https://",
    "javascript:alert(1)": "http:// and https://",
    "http:///path": "no host",
    "http:example.com": "no host",
    "http://:80/": "no host",
    "http://a:b:c/": "no host",
    "http://user@example.com/": "user name or password",
    "http://user:secret@example.com/": "user name or password",
    "http://example.com@127.0.0.1/": "user name or password",
    "http://example.com:99999/": "port 99999",
    "http://example.com:0/": "port 0",
    "http://example.com:８０/": "no host",
    "http://example.com\\@127.0.0.1/": "backslash",
    "http:\\\\127.0.0.1/": "backslash",
    "http://exa\tmple.com/": "control character",
    "http://example.com/\r\nHost: evil": "control character",
    "http://example.com/\x00": "control character",
    "http://exa mple.com/": "no host name that can exist",
    "http://%31%32%37.0.0.1/": "no host name that can exist",
    "http://a..example/": "no host name that can exist",
    f"http://{'a' * 64}.example/": "no host name that can exist",
    f"http://{'a.' * 130}example/": "no host name that can exist",
    "http://☃.example/": "xn--",
    "http://a℀b.example/": "not a web address",
    "http://o177.0.0.1/": "no IPv4 address",
    "http://0o177.0.0.1/": "no IPv4 address",
    "http://1.2.3.4.5/": "no IPv4 address",
    "http://4294967296/": "no IPv4 address",
    "http://[::1/": "not a web address",
    "http://[::1%25eth0]/": "zone",
    "http://[v1.x]/": "not a web address|no IPv6",
    f"http://example.com/{'a' * 9000}": "longer than",
}

CANONICAL = {
    "http://www.Example.com:80/a/../b/%7Ejoe/?utm_source=x&b=2&a=1&fbclid=3#part": (
        "https://example.com/b/~joe?a=1&b=2"
    ),
    "https://example.com/": "https://example.com",
    "https://example.com/?p=7": "https://example.com?p=7",
    "https://example.com/%e2%82%ac/": "https://example.com/%E2%82%AC",
    "http://wiki.corp:8080/Page/": "http://wiki.corp:8080/Page",
    "https://www/": "https://www",
    "https://example.com/talk?session=12&ref=hn": "https://example.com/talk?session=12",
    "https://example.com/?gallery=4&reference=9&uid=3": (
        "https://example.com?gallery=4&reference=9&uid=3"
    ),
    "https://example.com/?id=&q=%ff": "https://example.com?id=&q=%FF",
    "https://example.com/?b=2&b=1": "https://example.com?b=2&b=1",
    "https://example.com/p?_hsenc=1&mc_cid=2&gclid=3&amp=1": "https://example.com/p",
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=42s&list=PL1": (
        "https://youtube.com/watch?v=dQw4w9WgXcQ"
    ),
    "https://youtu.be/dQw4w9WgXcQ?si=abc": "https://youtube.com/watch?v=dQw4w9WgXcQ",
    "https://m.youtube.com/shorts/dQw4w9WgXcQ": "https://youtube.com/watch?v=dQw4w9WgXcQ",
    "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ": "https://youtube.com/watch?v=dQw4w9WgXcQ",
    "https://www.youtube.com/playlist?list=PL1": "https://youtube.com/playlist?list=PL1",
    "https://arxiv.org/abs/2401.12345v3": "https://arxiv.org/abs/2401.12345",
    "https://arxiv.org/pdf/2401.12345v1.pdf": "https://arxiv.org/abs/2401.12345",
    "http://www.arxiv.org/html/2401.12345": "https://arxiv.org/abs/2401.12345",
    "https://export.arxiv.org/pdf/hep-th/9901001v2": "https://arxiv.org/abs/hep-th/9901001",
    "https://arxiv.org/list/cs.SE/recent": "https://arxiv.org/list/cs.SE/recent",
    "https://en.m.wikipedia.org/wiki/DuckDB": "https://en.wikipedia.org/wiki/DuckDB",
    "https://www.google.com/amp/s/blog.example/post/": "https://blog.example/post",
    "https://blog-example.cdn.ampproject.org/c/s/blog.example/post?id=2": (
        "https://blog.example/post?id=2"
    ),
    "https://web.archive.org/web/2025/https://www.x.example/": "https://x.example",
    "https://m.example.com/post": "https://example.com/post",
    "https://mobile.news.example.com/post": "https://news.example.com/post",
    "https://amp.example.co.uk/post": "https://example.co.uk/post",
    "https://www.m.example.com/post": "https://example.com/post",
    "https://m.co.uk/post": "https://m.co.uk/post",
    "https://amp.dev/about": "https://amp.dev/about",
    "https://m.x/post": "https://m.x/post",
    "https://example.com/2025/post/amp/": "https://example.com/2025/post",
    "https://example.com/amp/2025/post": "https://example.com/2025/post",
    "https://example.com/amp/post/amp": "https://example.com/post",
    "https://example.com/amp": "https://example.com/amp",
    "https://example.com/guitars/amps": "https://example.com/guitars/amps",
    "https://example.com/post.amp.html": "https://example.com/post.html",
    "https://example.com/post.amp": "https://example.com/post",
    "https://example.com/post?outputType=amp&page=2": "https://example.com/post?page=2",
    "https://www.google.co.uk/amp/s/www.example.com/post/amp": "https://example.com/post",
    "https://www-example-com.cdn.ampproject.org/v/s/www.example.com/post?amp_js_v=0.1&usqp=x": (
        "https://example.com/post"
    ),
    "https://example-com.bing-amp.com/c/s/example.com/post": "https://example.com/post",
    "https://ar5iv.org/abs/2401.12345": "https://arxiv.org/abs/2401.12345",
    "https://ar5iv.labs.arxiv.org/html/2401.12345v2": "https://arxiv.org/abs/2401.12345",
    "https://blog.example.com/p?gi=1a2b&ttclid=1&li_fat_id=2&srsltid=3&spm=4": (
        "https://blog.example.com/p"
    ),
    "https://app.example.com/#!/post/1/": "https://app.example.com#!/post/1",
    "https://app.example.com/#/post/2": "https://app.example.com#/post/2",
    "https://app.example.com/#!post/3": "https://app.example.com#!post/3",
    "https://example.com/p#/": "https://example.com/p",
    "https://example.com/p#!": "https://example.com/p",
    "https://example.com/p#:~:text=word": "https://example.com/p",
    "https://www.youtube.com/embed/videoseries?list=PL1": (
        "https://youtube.com/embed/videoseries?list=PL1"
    ),
    "https://www.youtube.com/watch/dQw4w9WgXcQ": "https://youtube.com/watch?v=dQw4w9WgXcQ",
    "https://www.youtube.com/attribution_link?a=1&u=%2Fwatch%3Fv%3DdQw4w9WgXcQ%26feature%3Dem": (
        "https://youtube.com/watch?v=dQw4w9WgXcQ"
    ),
    "https://www.google.com/url?q=https://example.com/a&sa=D": "https://example.com/a",
    "https://arxiv.org/abs/arXiv:2401.12345V2": "https://arxiv.org/abs/2401.12345",
    "https://arxiv.org/e-print/2401.12345v1": "https://arxiv.org/abs/2401.12345",
    "http://de.arxiv.org/abs/2401.12345": "https://arxiv.org/abs/2401.12345",
    "https://doi.org/10.48550/arXiv.2401.12345": "https://arxiv.org/abs/2401.12345",
    "https://www.aclweb.org/anthology/P19-1001.pdf": "https://aclanthology.org/P19-1001",
    "https://aclanthology.org/2023.acl-long.1v2.pdf": "https://aclanthology.org/2023.acl-long.1",
    "https://openreview.net/attachment?id=abcDEF123&name=pdf": (
        "https://openreview.net/forum?id=abcDEF123"
    ),
    "http://archive.org/web/20200101/http://example.com/a": "https://example.com/a",
    "https://github.com/a/b.git": "https://github.com/a/b",
    "https://github.com/a/b/raw/main/docs/x.md": "https://github.com/a/b/blob/main/docs/x.md",
    "https://raw.githubusercontent.com/a/b/refs/heads/main/x.md": (
        "https://github.com/a/b/blob/main/x.md"
    ),
    "https://a.blogspot.com/2020/01/x.html?m=1": "https://a.blogspot.com/2020/01/x.html",
    "https://example.com/a;jsessionid=1F?PHPSESSID=2": "https://example.com/a",
    "https://example.com/p?_branch_match_id=1&hsLang=en&_gl=2&wt_mc=3&trk_x=4": (
        "https://example.com/p"
    ),
    "https://example.com/p?git=1&spmx=2&smid5=3": "https://example.com/p?git=1&smid5=3&spmx=2",
}


@pytest.mark.parametrize(("text", "expected"), READ.items())
def test_addresses_are_read_as_browsers_read_them(text, expected):
    """Case, ports, dot segments, odd scripts and odd numbers have one reading."""
    assert str(parse_web_url(text)) == expected


@pytest.mark.parametrize(("text", "reason"), REFUSED.items())
def test_what_is_no_web_address_is_refused_with_its_reason(text, reason):
    """Each refusal is one line that says what is wrong."""
    with pytest.raises(InvalidUrl, match=reason) as refused:
        parse_web_url(text)
    assert "\n" not in str(refused.value)


def test_a_password_in_an_address_is_not_repeated():
    """A message lands in logs and failure rows, so it must not carry the secret."""
    with pytest.raises(InvalidUrl) as refused:
        parse_web_url("https://me:hunter2@example.com/")
    assert "hunter2" not in str(refused.value)


@given(st.text(), st.sampled_from(["", "http://", "https://a.example/", "https://["]))
def test_any_text_is_read_or_refused(text, before):
    """No text gets another error than InvalidUrl, and what is read is printable ASCII."""
    try:
        url = str(parse_web_url(before + text))
    except InvalidUrl:
        return
    assert url.isascii()
    assert url.isprintable()
    assert " " not in url


@pytest.mark.datasets
def test_naughty_strings_are_read_or_refused(datasets):
    """The big list of naughty strings, alone and as a host, a path and a query."""
    strings = json.loads((datasets / "security" / "naughty_strings.json").read_text("utf-8"))
    for text in strings:
        for before in ("", "http://", "http://a.example/", "http://a.example/?q="):
            try:
                assert str(parse_web_url(f"{before}{text}")).isascii()
            except InvalidUrl as refused:
                assert "\n" not in str(refused)  # noqa: PT017 both outcomes are fine


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/next?x=1", "https://a.example/next?x=1"),
        ("next", "https://a.example/dir/next"),
        ("//b.example/", "https://b.example/"),
        ("?q=2", "https://a.example/dir/page?q=2"),
        ("../../../up", "https://a.example/up"),
    ],
)
def test_a_redirect_is_read_relative_to_its_page(location, expected):
    """Relative locations resolve as RFC 3986 says."""
    assert str(parse_web_url("https://a.example/dir/page?q=1").join(location)) == expected


@pytest.mark.parametrize("location", ["/a\nb", "https:\\\\b.example", "file:///etc/passwd", "//["])
def test_a_redirect_to_no_web_address_is_refused(location):
    """The standard library's urljoin strips control characters; the check comes before it."""
    with pytest.raises(InvalidUrl):
        parse_web_url("https://a.example/").join(location)


@pytest.mark.parametrize(("url", "expected"), CANONICAL.items())
def test_one_page_has_one_canonical_address(url, expected):
    """Editions, trackers and spellings fold into one; what names content is kept."""
    assert canonical_url(url) == expected


@pytest.mark.parametrize("url", [*READ, *CANONICAL])
def test_canonical_form_is_stable(url):
    """The canonical form of a canonical form is itself."""
    assert canonical_url(canonical_url(url)) == canonical_url(url)


@given(st.text(), st.text())
def test_canonical_form_of_any_path_and_query_is_stable(path, query):
    """Whatever stands in path and query, canonicalising twice changes nothing more."""
    try:
        once = canonical_url(f"https://a.example/{path}?{query}")
    except InvalidUrl:
        return
    assert canonical_url(once) == once


def test_canonical_form_of_no_address_is_refused():
    """There is no identity to make up for text that is no address."""
    with pytest.raises(InvalidUrl):
        canonical_url("notes.md")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.com", True),
        (" HTTP://x", True),
        ("http://](#http", True),
        ("ftp://example.com", False),
        ("notes.md", False),
        ("C:\\notes.md", False),
        ("example.com/page", False),
    ],
)
def test_addresses_are_told_from_paths(text, expected):
    """Only http(s):// makes an address; everything else may be a file."""
    assert is_web_address(text) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://youtu.be/dQw4w9WgXcQ", SourceKind.YOUTUBE),
        ("https://www.youtube.com/live/dQw4w9WgXcQ", SourceKind.YOUTUBE),
        ("https://www.youtube.com/@channel", None),
        ("https://www.youtube.com/watch?v=short", None),
        ("https://notyoutube.com/watch?v=dQw4w9WgXcQ", None),
        ("https://arxiv.org/pdf/2401.12345", SourceKind.ARXIV),
        ("https://arxiv.org/list/cs.SE/recent", None),
        ("https://example.com/abs/2401.12345", None),
        ("notes.md", None),
    ],
)
def test_videos_and_papers_are_known_by_address(url, expected):
    """Only a video's or a paper's own page has a kind before it is fetched."""
    assert kind_of_url(url) is expected
