"""One request: what it sends, what it accepts, how long it takes, how much it reads."""

import asyncio
import gzip
import time
import tracemalloc
import zlib
from functools import partial

import pytest
from public_web import PUBLIC, Names

from extractors.network.client import USER_AGENT, GuardedClient, Politeness
from extractors.network.limits import FetchLimits
from schemas.errors import FetchError, ServerBusy, TooLarge, Unreachable

URL = "http://public.example/"
PAGE = "public.example/"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


async def test_the_request_names_the_project_and_keeps_no_cookies(web, client):
    """The site's owner can identify us, and one fetch does not affect the next."""
    web.answer("public.example/a?b=c", b"x", Set_Cookie="session=1")
    page = await client.get(f"{URL}a?b=c#d")
    await client.get(f"{URL}a?b=c")
    first, second = (one.headers for one in web.asked)
    assert first["user-agent"] == USER_AGENT
    assert USER_AGENT.startswith("casebook/")
    assert "set-cookie" not in page.headers
    assert "cookie" not in second


OURS = "application/vnd.casebook.video+json"
ODD_TYPES = ("", f"text/{'x' * 90_000}", "text/\xc2\x9b31m; charset=\xc2\x9b31m", OURS)


async def test_the_content_type_is_read(web, client):
    """The header's media type and charset are used if valid and not one of our own types."""
    known = ("text/HTML; Charset=UTF-8", "text/html; charset=utf-8, text/html")
    for header in (*known, *ODD_TYPES):
        web.pages.clear()
        web.answer(PAGE, b"x", header)
        page = await client.get(URL)
        odd = header in ODD_TYPES
        assert page.media_type == ("application/octet-stream" if odd else "text/html")
        assert page.charset == (None if odd else "utf-8")


async def test_what_is_sent_stays_with_its_address(web, client):
    """A POST is not redirected; a redirect to another host does not get our headers."""
    web.redirect("public.example/api", "http://other.example/")
    with pytest.raises(FetchError):
        await client.get(f"{URL}api", body=b"{}", headers={"Content-Type": "application/json"})
    assert [(one.method, one.body) for one in web.asked] == [("POST", b"{}")]
    web.redirect("public.example/a", "/b")
    web.redirect("public.example/b", "http://other.example/")
    web.answer("other.example/", b"x")
    await client.get(f"{URL}a", headers={"Cookie": "A=1"})
    assert [one.headers.get("cookie") for one in web.asked[1:]] == ["A=1", "A=1", None]


async def test_redirects_are_followed_to_the_end(web, client):
    """Five redirects are allowed, each checked before its request; loops end after six."""
    for hop in range(5):
        where = f"{hop + 1}" if hop % 2 else f"http://b.example/{hop + 1}"
        for host in ("public.example", "b.example"):
            web.redirect(f"{host}/{hop}", where)
    web.answer("b.example/5", b"end")
    admitted = []

    async def admit(url):
        admitted.append(len(web.asked))

    page = await client.get(f"{URL}0", admit=admit)
    assert (page.data, page.url, page.final_url) == (b"end", f"{URL}0", "http://b.example/5")
    assert admitted == [0, 1, 2, 3, 4, 5]
    web.redirect("loop.example/", "/")
    with pytest.raises(FetchError, match="more than 5 times"):
        await client.get("http://loop.example/")
    assert len(web.asked) == 12


DRIPS = {
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "body": (OK + b"Content-Length: 1000\r\n\r\n", b"x"),
    "early hints": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
}


@pytest.mark.parametrize("drip", DRIPS)
async def test_a_dripping_server_meets_the_deadline(drip, web, client):
    """However slowly bytes arrive, the whole fetch has one deadline."""
    web.raw(PAGE, *DRIPS[drip], pause=0.02)
    start = time.monotonic()
    with pytest.raises(Unreachable, match=r"0\.2 s") as late:
        await client.get(URL, limits=FetchLimits(deadline_seconds=0.2))
    assert time.monotonic() - start < 1
    assert late.value.kind == "deadline_exceeded"


BROKEN = {
    "body_truncated": [
        [OK + b"Content-Length: 1000\r\n\r\n", b"half"],
        [OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"],
        [OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"],
        [b"HTTP/1.1 206 Partial\r\n\r\n", b"<h1>Half"],
    ],
    "host_unreachable": [[], [b"HTTP/1.1 200"]],
    "malformed": [
        [b"SSH-2.0-OpenSSH_9.6\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"],
        [OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 200_000],
        [b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd, \xc2\x9b31m\r\n\r\n"],
    ],
    "redirect_forbidden": [[b"HTTP/1.1 302 Y\r\nLocation: ftp://x/\xe2\x80\xae\r\n\r\n"]],
}


@pytest.mark.parametrize("cause", BROKEN)
async def test_broken_answers_have_their_cause(cause, web, client):
    """Each violation of HTTP gives an error of one line without control characters."""
    for parts in BROKEN[cause]:
        web.pages.clear()
        web.raw(PAGE, *parts)
        with pytest.raises(FetchError, match=r"^http://public\.exam") as failed:
            await client.get(URL)
        assert (failed.value.kind, str(failed.value).isprintable()) == (cause, True)


STATUSES = {
    "malformed": [304],
    "page_forbidden": [401, 403, 999],
    "page_missing": [404, 410],
    "server_busy": [408, 429, 503],
    "server_failed": [500],
}


@pytest.mark.parametrize("cause", STATUSES)
async def test_statuses_have_their_cause(cause, web, client):
    """An error page is never returned as the page."""
    for status in STATUSES[cause]:
        web.pages.clear()
        web.answer(PAGE, b"" if status == 304 else b"<h1>", status=status, Retry_After="0")
        with pytest.raises(Exception, match=rf"^{URL} answers {status}") as failed:
            await client.get(URL)
        assert failed.value.kind == cause
        assert failed.value.transient is cause.startswith("server")
        assert failed.value.gone is (cause == "page_missing")


PASSED = ("Mon, 25 Nov 2024 07:28:00 GMT", f"Mon, 25 Nov {'9' * 20} 07:28:00 GMT")


@pytest.mark.parametrize("value", [*PASSED, "120", "Tue, 25 Nov 2199 07:28:00 GMT", "9" * 5000])
async def test_a_busy_server_says_when_to_retry(value, web, make_client):
    """Retry-After is reported if plausible; until then no request is sent."""
    web.answer(PAGE, status=429, Retry_After=value)
    is_closed = value not in PASSED
    no_sleep = partial(asyncio.sleep, 0)
    async with make_client(politeness=Politeness(0.0, sleep=no_sleep)) as client:
        for _ in range(2):
            with pytest.raises(ServerBusy) as busy:
                await client.get(URL)
    assert len(web.asked) == (1 if is_closed else 2)
    assert bool(busy.value.retry_after) is is_closed


async def test_https_is_verified_against_the_host_name(web, client, dialer):
    """The connection to the checked address verifies the requested host name."""
    web.answer(PAGE, b"secret")
    assert (await client.get("https://public.example/")).data == b"secret"
    assert dialer.connects == [(PUBLIC, 443)]
    with pytest.raises(FetchError, match="valid certificate") as failed:
        await client.get("https://other.example/")
    assert failed.value.kind == "tls_failed"


async def test_an_unknown_certificate_or_no_tls_is_refused(web, dialer):
    """By default only the system's authorities are trusted."""
    async with GuardedClient(resolver=Names(), dialer=dialer, politeness=Politeness(0)) as client:
        with pytest.raises(FetchError, match="self-signed"):
            await client.get("https://public.example/")
        plain = await asyncio.start_server(
            lambda _, writer: writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "127.0.0.1", 0
        )
        web.ports[443] = plain.sockets[0].getsockname()[1]
        with pytest.raises(FetchError, match="secure connection"):
            await client.get("https://public.example/")
        plain.close()


async def test_redirects_may_not_leave_https(web, client, dialer):
    """From https to http is refused before connecting; http to https is allowed."""
    web.redirect("public.example/down", "http://public.example/page")
    with pytest.raises(FetchError, match="from https to the unencrypted"):
        await client.get("https://public.example/down")
    assert dialer.connects == [(PUBLIC, 443)]
    web.redirect("public.example/up", "https://public.example/page")
    web.answer("public.example/page", b"up")
    assert (await client.get("http://public.example/up")).data == b"up"


@pytest.mark.parametrize(
    ("kind", "size", "cap"),
    [("text/html", 10_000_001, "10 MB"), ("application/pdf", 50_000_001, "50 MB")],
)
async def test_a_large_announcement_is_refused_before_reading(kind, size, cap, web, client):
    """The header decides, before the server sends the body."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n\r\n"
    web.raw(PAGE, head.encode(), b"", pause=0.1)
    async with asyncio.timeout(2):
        with pytest.raises(TooLarge, match=rf"public\.example/: it is larger than {cap}"):
            await client.get(URL)


@pytest.mark.parametrize("encoding", ["", "Content-Encoding: gzip\r\n"])
async def test_an_endless_body_stops_at_the_cap(encoding, web, client):
    """Without a stated length, bytes are counted, also if they decode to nothing."""
    part = bytes(256 * 1024) if not encoding else gzip.compress(b"", mtime=0) * 10_000
    web.raw(PAGE, OK + encoding.encode() + b"\r\n", part, pause=0)
    with pytest.raises(TooLarge):
        await client.get(URL, limits=FetchLimits(text_bytes=1_000_000))


async def test_the_first_bytes_choose_the_cap(web, client):
    """Recordings and Word documents have a large cap; merely claiming to be a PDF does not help."""
    limits = FetchLimits(text_bytes=10_000, file_bytes=50_000, audio_bytes=50_000)
    for start in (b"%PDF-1.7", b"PK\x03\x04", b"ID3\x04", b"MZ", b"<html>"):
        web.pages.clear()
        web.raw(
            PAGE, b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n", start + bytes(30_000)
        )
        if start in {b"MZ", b"<html>"}:
            with pytest.raises(TooLarge):
                await client.get(URL, limits=limits)
        else:
            assert len((await client.get(URL, limits=limits)).data) > 30_000


async def test_a_bomb_stops_at_the_cap_with_little_memory(web, client):
    """Memory stays below the cap although kilobytes expand to gigabytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    bomb = b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + block * 2048
    web.answer(PAGE, bomb, "text/html", Content_Encoding="gzip")
    tracemalloc.start()
    with pytest.raises(TooLarge):
        await client.get(URL)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 25_000_000


TEXT = b"what engineers say " * 20_000
RAW = zlib.compressobj(wbits=-zlib.MAX_WBITS)
GZIP = gzip.compress(TEXT, mtime=0)
ENCODED = [
    *(("gzip", GZIP), ("X-GZip", GZIP), ("gzip", GZIP + bytes(100)), ("identity, gzip", GZIP)),
    *(("deflate", zlib.compress(TEXT)), ("deflate", RAW.compress(TEXT) + RAW.flush())),
    *(("identity", TEXT), ("UTF-8", TEXT)),
]


async def test_accepted_encodings_are_decoded(web, client):
    """Gzip and deflate are decoded without loss; unknown words in the header are ignored."""
    for encoding, body in ENCODED:
        web.pages.clear()
        web.answer(PAGE, body, Content_Encoding=encoding)
        assert (await client.get(URL)).data == TEXT, encoding


@pytest.mark.parametrize("length", [0, 65_535, 65_536, 65_537, 131_072])
async def test_no_byte_is_lost_where_a_piece_is_full(length, web, client):
    """The decompressor may have output left after the last input; bodies may be cut anywhere."""
    for name, pack in (("deflate", zlib.compress), ("gzip", gzip.compress)):
        body = pack(bytes(length))
        chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
        head = f"Content-Encoding: {name}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        web.answer(f"public.example/{name}1", body, Content_Encoding=name)
        web.raw(f"public.example/{name}2", OK + head, chunks)
        for number in (1, 2):
            assert len((await client.get(f"{URL}{name}{number}")).data) == length


async def test_unknown_or_broken_encodings_fail(web, client):
    """A body that cannot be decoded is a failure, never text."""
    unknown = [(encoding, b"x") for encoding in ("zstd", "br", "gzip, gzip")]
    for encoding, body in (*unknown, *(("gzip", cut) for cut in (b"no gzip", GZIP[:-30], b"\x1f"))):
        web.pages.clear()
        web.answer(PAGE, body, Content_Encoding=encoding)
        error = Unreachable if GZIP.startswith(body) else FetchError
        with pytest.raises(error, match=r"^http://public\.example/: "):
            await client.get(URL)
