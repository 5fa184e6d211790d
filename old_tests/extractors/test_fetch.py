import os
import sys
import tracemalloc

import pytest
from written_word import WORD, document, paragraph

from casebook.extractors.gathering.fetch import MEDIA_TYPES, fetch, fetch_list, identify, read_file
from casebook.extractors.network.body import FetchLimits
from casebook.extractors.network.robots import Robots
from casebook.extractors.registry import extract
from casebook.schemas.errors import (
    AddressForbidden,
    FileMissing,
    FileUnreadable,
    InvalidUrl,
    PageMissing,
    RedirectForbidden,
    RobotsForbid,
    TooLarge,
)
from casebook.schemas.sources import Payload, SourceKind, SourceRef


@pytest.fixture
def robots(client):
    return Robots(client)


async def fetched(source, client, robots, url=None):
    return await fetch(SourceRef(source=str(source), url=url), client, robots)


# --- Web pages -----------------------------------------------------------------------------------


async def test_a_page_becomes_a_payload(server, client, robots):
    """Bytes, type, charset, both addresses and the last part of the path are there."""
    server.redirect("/old", "/docs/caf%C3%A9.html?x=1")
    server.answer("/docs/caf%C3%A9.html?x=1", b"<p>hi", Content_Type="text/html; charset=utf-8")
    payload = await fetched(" http://public.example/old#part ", client, robots)
    assert payload == Payload(
        data=b"<p>hi",
        media_type="text/html",
        charset="utf-8",
        name="café.html",
        url="http://public.example/old",
        final_url="http://public.example/docs/caf%C3%A9.html?x=1",
        headers={"content-length": "5", "content-type": "text/html; charset=utf-8"},
    )


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/talk.docx", WORD),
        ("/talk.docx", "application/octet-stream"),
        ("/talk.docx", "application/msword"),
        ("/download", "application/zip"),
        ("/download?id=7", "application/x-zip-compressed"),
        ("/talk.docx", "text/plain"),
        ("/talk.docx", "text/html; charset=utf-8"),
        ("/talk.doc", "application/force-download"),
    ],
)
async def test_a_word_document_is_read_however_it_is_served(
    path, media_type, server, client, robots
):
    """Servers call it an archive, a page, a text, and much else."""
    said = "We route eleven thousand letters a day with one small model."
    server.answer(path, document(paragraph(said)), Content_Type=media_type)
    payload = await fetched(f"http://public.example{path}", client, robots)
    found = extract(payload)
    assert (found.kind, found.text) == (SourceKind.WORD, said)


async def test_robots_are_asked_before_the_page(server, client, robots):
    """A forbidden page is never requested."""
    server.answer("/robots.txt", b"User-agent: *\nDisallow: /\n")
    with pytest.raises(RobotsForbid):
        await fetched("http://public.example/page", client, robots)
    assert server.paths == ["/robots.txt"]


async def test_a_missing_page_is_missing(client, robots):
    """Errors of the client come through as they are."""
    with pytest.raises(PageMissing):
        await fetched("http://public.example/page", client, robots)


@pytest.mark.parametrize(
    "source", ["file:///etc/passwd", "FTP://example.com/x", " gopher://x/", "ldap://](#ldap"]
)
async def test_other_schemes_are_refused(source, client, robots, dialer):
    """file:// is no way round the checks on files."""
    with pytest.raises(InvalidUrl, match="http:// or https://"):
        await fetched(source, client, robots)
    assert dialer.connects == []


REFRESH = b"<html><head><meta content='0; url=/new?a=1&amp;b=2' http-equiv=refresh></head>Moved"


async def test_a_page_that_only_sends_its_reader_on_is_followed(server, client, robots):
    """A meta refresh on an empty page is a redirect; on a page with a text it is not."""
    server.answer("/old", REFRESH, Content_Type="text/html")
    server.answer("/kept", REFRESH + b" word" * 60, Content_Type="text/html")
    server.answer("/new?a=1&b=2", b"<p>here", Content_Type="text/html")
    moved = await fetched("http://public.example/old", client, robots)
    assert (moved.data, moved.final_url) == (b"<p>here", "http://public.example/new?a=1&b=2")
    assert (await fetched("http://public.example/kept", client, robots)).data.startswith(REFRESH)


@pytest.mark.parametrize("target", ["http://127.0.0.1/", "http://[::1]/", "file:///etc/passwd"])
async def test_a_page_cannot_send_us_into_the_private_network(target, server, client, robots):
    """What a page says of its next address is judged like any redirect."""
    page = f"<meta http-equiv='refresh' content='0;url={target}'>".encode()
    server.answer("/old", page, Content_Type="text/html")
    with pytest.raises((AddressForbidden, RedirectForbidden)):
        await fetched("http://public.example/old", client, robots)


OTHER = [
    ("/2025/post", "/"),
    ("/2025/post", "/index.html"),
    ("/2025/post", "/home"),
    ("/de/2025/post", "/de/"),
    ("/blog/post", "/blog/"),
    ("/en/blog/2025/post", "/en-us/blog"),
    ("/customers/acme", "/customers"),
    ("/2025/post", "/404"),
    ("/2025/post", "/en/page-not-found.html"),
    ("/2025/post", "/errors/404.aspx?aspxerrorpath=/2025/post"),
]
RIGHT = [
    ("/index.html", "/"),
    ("/de", "/en/"),
    ("/blog/index.html", "/blog/"),
    ("/posts/12/our-post", "/posts/12"),
    ("/2025/post", "/blog/our-post"),
    ("/post", "/?p=12"),
    ("/post", "/#/posts/12"),
    ("/news", "/blog"),
    ("/2025/post", "/posts/404-pages-that-answer"),
    ("/404", "/404.html"),
    ("/2025/post", "/posts/404"),
]


@pytest.mark.parametrize(("asked", "shown"), OTHER)
async def test_a_front_page_or_overview_is_not_the_page_that_was_asked_for(
    asked, shown, server, client, robots
):
    """Sites send lost addresses to their front page, the overview above, or a page that says so."""
    server.redirect(asked, shown)
    server.answer(shown, b"<p>all that we have", Content_Type="text/html")
    with pytest.raises(PageMissing, match=r"front page|overview|not found"):
        await fetched(f"http://public.example{asked}", client, robots)


@pytest.mark.parametrize(("asked", "shown"), RIGHT)
async def test_a_page_that_moved_is_the_page(asked, shown, server, client, robots):
    """Other names for a front page or an overview lead there rightly, and pages get new ones."""
    server.redirect(asked, shown)
    server.answer(shown.partition("#")[0], b"<p>told", Content_Type="text/html")
    assert (await fetched(f"http://public.example{asked}", client, robots)).data == b"<p>told"


async def test_the_front_page_of_the_site_around_a_blog_is_not_its_page(server, client, robots):
    """A blog that was closed leads to its company; a page that moved there is read."""
    server.redirect("/post", "http://www.public.example/")
    server.redirect("/other", "http://www.public.example/blog/other")
    for path in ("/", "/blog/other"):
        server.answer(path, b"<p>told", Content_Type="text/html")
    with pytest.raises(PageMissing, match=r"front page of www\.public\.example"):
        await fetched("http://blog.public.example/post", client, robots)
    assert (await fetched("http://blog.public.example/other", client, robots)).data


async def test_a_section_that_got_a_host_of_its_own_is_where_it_went(server, client, robots):
    """What lay below it and leads to its front page is lost all the same."""
    server.redirect("/docs/", "http://docs.public.example/")
    server.redirect("/products/docs", "http://docs.public.example/")
    server.redirect("/docs/post", "http://docs.public.example/")
    server.answer("/", b"<p>told", Content_Type="text/html")
    for path in ("/docs/", "/products/docs"):
        assert (await fetched(f"http://public.example{path}", client, robots)).data == b"<p>told"
    with pytest.raises(PageMissing, match="front page"):
        await fetched("http://public.example/docs/post", client, robots)


async def test_a_list_that_moved_to_the_overview_above_it_is_read(server, client, robots):
    """An overview is what a list is; a front page that stands in for a feed is not."""
    server.redirect("/blog/feed.xml", "/blog")
    server.redirect("/feed.xml", "/")
    for path in ("/blog", "/"):
        server.answer(path, b"<p>all that we have", Content_Type="text/html")
    told = await fetch_list(SourceRef(source="http://public.example/blog/feed.xml"), client, robots)
    assert told.data == b"<p>all that we have"
    with pytest.raises(PageMissing, match="front page"):
        await fetch_list(SourceRef(source="http://public.example/feed.xml"), client, robots)


# --- Files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.html", "text/html"),
        ("a.MD", "text/markdown"),
        ("a.txt", "text/plain"),
        ("a.pdf", "application/pdf"),
        ("a.vtt", "text/vtt"),
        ("a.srt", "application/x-subrip"),
        ("a.bin", "application/octet-stream"),
        ("a", "application/octet-stream"),
    ],
)
async def test_a_file_becomes_a_payload(name, media_type, tmp_path, client, robots):
    """A file's type comes from its suffix; it has no address unless one is given."""
    (tmp_path / name).write_bytes(b"bytes")
    payload = await fetched(tmp_path / name, client, robots)
    assert payload == Payload(data=b"bytes", media_type=media_type, name=name)


async def test_a_file_may_say_where_it_came_from(tmp_path, client, robots, dialer):
    """The address is noted, and nothing is fetched from it."""
    (tmp_path / "talk.vtt").write_bytes(b"WEBVTT")
    payload = await fetched(tmp_path / "talk.vtt", client, robots, "https://youtu.be/dQw4w9WgXcQ")
    assert payload.url == payload.final_url == "https://youtu.be/dQw4w9WgXcQ"
    assert dialer.connects == []


async def test_a_file_with_a_wrong_address_is_refused(tmp_path, client, robots):
    """A case must not be published under an address that is none."""
    (tmp_path / "a.txt").write_bytes(b"x")
    with pytest.raises(InvalidUrl):
        await fetched(tmp_path / "a.txt", client, robots, "javascript:alert(1)")


@pytest.mark.parametrize("source", ["nowhere.txt", "a.txt/b", "null\0byte", "~nobody-here/x.md"])
async def test_a_missing_file_is_missing(source, tmp_path, monkeypatch, client, robots):
    """Nothing at the path, a file on the way to it, and paths that cannot exist."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_bytes(b"x")
    with pytest.raises(FileMissing, match="There is no file"):
        await fetched(source, client, robots)


def test_the_home_folder_is_known(tmp_path, monkeypatch):
    """A path from a list on standard input has not been through a shell."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert (
        identify(SourceRef(source="~/a.txt")).source_id
        == identify(SourceRef(source=str(tmp_path / "a.txt"))).source_id
    )


async def test_a_folder_cannot_be_read(tmp_path, client, robots):
    """A folder is refused before anything is opened."""
    with pytest.raises(FileUnreadable, match="folder or a device"):
        await fetched(tmp_path, client, robots)


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes there")
async def test_a_pipe_cannot_be_read(tmp_path, client, robots):
    """A named pipe would block for ever."""
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(FileUnreadable):
        await fetched(tmp_path / "pipe.txt", client, robots)


async def test_a_path_too_long_for_the_system_cannot_be_read(client, robots):
    """What the system says of the path is passed on in one line."""
    with pytest.raises(FileUnreadable, match="too long") as failed:
        await fetched("a" * 5000, client, robots)
    assert len(str(failed.value)) < 300


async def test_a_file_of_200_mb_is_refused_unread(tmp_path, client, robots):
    """The size is asked before reading."""
    with (tmp_path / "huge.html").open("wb") as file:
        file.truncate(200_000_000)  # sparse: takes no space
    tracemalloc.start()
    with pytest.raises(TooLarge, match="10 MB"):
        await fetched(tmp_path / "huge.html", client, robots)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_the_cap_depends_on_the_suffix(tmp_path):
    """A PDF may be larger than a page."""
    limits = FetchLimits(text_bytes=10, file_bytes=20)
    for name in ("a.pdf", "a.txt"):
        (tmp_path / name).write_bytes(bytes(15))
    assert len(read_file(tmp_path / "a.pdf", limits)) == 15
    with pytest.raises(TooLarge):
        read_file(tmp_path / "a.txt", limits)


def test_every_suffix_is_lower_case():
    """Suffixes are looked up in lower case."""
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in MEDIA_TYPES)


# --- Identity ------------------------------------------------------------------------------------


def test_one_page_is_one_source():
    """All addresses of a page, typed or given for a file, have one id before any fetch."""
    refs = [
        SourceRef(source="https://www.example.com/post/?utm_source=x"),
        SourceRef(source="http://example.com/post#top"),
        SourceRef(source="saved.html", url="https://example.com/post"),
    ]
    identities = {identify(ref) for ref in refs}
    assert len(identities) == 1
    identity = identities.pop()
    assert identity.source_id.startswith("src1_")
    assert (identity.canonical_url, identity.kind) == ("https://example.com/post", None)


def test_a_video_and_a_paper_have_their_kind():
    """The address tells the kind; any other page's is told by its bytes."""
    assert identify(SourceRef(source="https://youtu.be/dQw4w9WgXcQ")).kind is SourceKind.YOUTUBE
    assert identify(SourceRef(source="https://arxiv.org/abs/2401.12345")).kind is SourceKind.ARXIV


def test_a_file_is_known_by_its_bytes():
    """The same bytes under two names are one source; other bytes are another."""
    one, two = SourceRef(source="a.md"), SourceRef(source="b.md")
    text = Payload(data=b"text", media_type="text/markdown")
    other = Payload(data=b"other", media_type="text/markdown")
    assert identify(one, text) == identify(two, text)
    assert identify(one, text) != identify(one, other)
    assert identify(one, text).canonical_url is None


def test_a_file_that_cannot_be_read_is_known_by_its_path(tmp_path, monkeypatch):
    """Relative or absolute, the path is the same source; another path is another."""
    monkeypatch.chdir(tmp_path)
    relative = identify(SourceRef(source="gone.md"))
    assert relative == identify(SourceRef(source=str(tmp_path / "gone.md")))
    assert relative != identify(SourceRef(source="other.md"))


@pytest.mark.parametrize("source", ["http://](#http", "file:///etc/passwd", "http://a:b@c/"])
def test_what_is_no_address_still_has_an_identity(source):
    """A failure needs a source to belong to, so identifying never fails."""
    identity = identify(SourceRef(source=source))
    assert identity == identify(SourceRef(source=f" {source} "))
    assert identity.canonical_url is None
