import asyncio
import gzip
import time
import tracemalloc
import zlib

import pytest
from public_web import PUBLIC, Names

from extractors.network.body import FetchLimits
from extractors.network.client import USER_AGENT, GuardedClient, Politeness
from schemas.errors import AccessDenied, BadResponse, ServerBusy, SourceGone, TooLarge, Unreachable

URL = "http://public.example/"
PAGE = "public.example/"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


# --- What it asks and remembers ------------------------------------------------------------------


async def test_the_request_names_the_project_and_keeps_no_cookies(web, client):
    """A site's owner can see who asks; one fetch does not change the next."""
    web.answer("public.example/a?b=c", b"x", Set_Cookie="session=1")
    page = await client.get(f"{URL}a?b=c#d")
    await client.get(f"{URL}a?b=c")
    first, second = (one.headers for one in web.asked)
    assert first["user-agent"] == USER_AGENT
    assert USER_AGENT.startswith("casebook/")
    assert "set-cookie" not in page.headers
    assert "cookie" not in second


@pytest.mark.parametrize(
    ("header", "media_type", "charset"),
    [
        ("text/HTML; Charset=UTF-8", "text/html", "utf-8"),
        ("text/html; charset=utf-8, text/html", "text/html", "utf-8"),
        ("", "application/octet-stream", None),
        (f"text/{'x' * 90_000}", "application/octet-stream", None),
        ("text/\xc2\x9b31m; charset=\xc2\x9b31m", "application/octet-stream", None),
    ],
)
async def test_the_content_type_is_read(header, media_type, charset, web, client):
    """Media type and charset come from the header, in lower case, where they can be names."""
    web.answer(PAGE, b"x", header)
    page = await client.get(URL)
    assert (page.media_type, page.charset) == (media_type, charset)


async def test_what_is_sent_stays_with_its_address(web, client):
    """A POST is not redirected; a redirect to another host does not get our headers."""
    web.redirect("public.example/api", "http://other.example/")
    with pytest.raises(BadResponse):
        await client.get(f"{URL}api", body=b"{}", headers={"Content-Type": "application/json"})
    assert [(one.method, one.body) for one in web.asked] == [("POST", b"{}")]
    web.redirect("public.example/a", "/b")
    web.redirect("public.example/b", "http://other.example/")
    web.answer("other.example/", b"x")
    await client.get(f"{URL}a", headers={"Cookie": "A=1"})
    assert [one.headers.get("cookie") for one in web.asked[1:]] == ["A=1", "A=1", None]


# --- Redirects and time --------------------------------------------------------------------------


async def test_redirects_are_followed_to_the_end(web, client):
    """Five hops are allowed, each is admitted before it is requested; a loop stops after six."""
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
    with pytest.raises(BadResponse, match="more than 5 times"):
        await client.get("http://loop.example/")
    assert len(web.asked) == 12


@pytest.mark.parametrize(
    ("head", "part"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (OK + b"\r\n", b"x"),
        (OK + b"Content-Length: 1000\r\n\r\n", b"x"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
    ids=["headers", "body", "announced body", "early hints"],
)
async def test_a_dripping_server_meets_the_deadline(head, part, web, client):
    """However the drops are spaced, the whole fetch has one deadline."""
    web.raw(PAGE, head, part, pause=0.02)
    start = time.monotonic()
    with pytest.raises(Unreachable, match=r"0\.2 s") as late:
        await client.get(URL, limits=FetchLimits(deadline_seconds=0.2))
    assert time.monotonic() - start < 1
    assert late.value.kind == "deadline_exceeded"


async def test_slow_names_have_a_time_of_their_own(make_client):
    """A look-up that hangs is not a slow server."""

    async def never(host, port):
        await asyncio.Event().wait()

    async with make_client(limits=FetchLimits(connect_seconds=0.05), resolver=never) as client:
        with pytest.raises(Unreachable, match="has no address"):
            await client.get(URL)


# --- Broken and unwelcome answers ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "error", "cause"),
    [
        ([OK + b"Content-Length: 1000\r\n\r\n", b"half"], Unreachable, "body_truncated"),
        ([OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"], Unreachable, "body_truncated"),
        ([OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"], Unreachable, "body_truncated"),
        ([b"HTTP/1.1 206 Partial\r\n\r\n", b"<h1>Half"], Unreachable, "body_truncated"),
        ([], Unreachable, "host_unreachable"),
        ([b"HTTP/1.1 200"], Unreachable, "host_unreachable"),
        ([b"SSH-2.0-OpenSSH_9.6\r\n\r\n"], BadResponse, "malformed"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"], BadResponse, "malformed"),
        ([OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n"], BadResponse, "malformed"),
        ([b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 200_000], BadResponse, "malformed"),
        (
            [b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd, \xc2\x9b31m\r\n\r\n"],
            BadResponse,
            "malformed",
        ),
        (
            [b"HTTP/1.1 302 Y\r\nLocation: ftp://x/\xe2\x80\xae\r\n\r\n"],
            BadResponse,
            "redirect_forbidden",
        ),
    ],
    ids=range(12),
)
async def test_broken_answers_have_their_cause(parts, error, cause, web, client):
    """Each way to break HTTP is one of our errors: one line that cannot steer a terminal."""
    web.raw(PAGE, *parts)
    with pytest.raises(error, match=r"^http://public\.example/") as failed:
        await client.get(URL)
    assert (failed.value.kind, str(failed.value).isprintable()) == (cause, True)


@pytest.mark.parametrize(
    ("status", "error", "kind", "transient"),
    [
        (304, BadResponse, "malformed", False),
        (401, AccessDenied, "page_forbidden", False),
        (404, SourceGone, "page_missing", False),
        (408, ServerBusy, "server_busy", True),
        (410, SourceGone, "page_missing", False),
        (429, ServerBusy, "server_busy", True),
        (500, Unreachable, "server_failed", True),
        (503, ServerBusy, "server_busy", True),
        (999, AccessDenied, "page_forbidden", False),
    ],
)
async def test_statuses_have_their_cause(status, error, kind, transient, web, client):
    """An error page is never taken for the page."""
    web.answer(PAGE, b"" if status == 304 else b"<h1>Sorry</h1>", status=status)
    with pytest.raises(error, match=rf"http://public\.example/ answers {status}") as failed:
        await client.get(URL)
    assert (failed.value.kind, failed.value.transient) == (kind, transient)


@pytest.mark.parametrize(
    ("value", "is_closed"),
    [
        ("120", True),
        ("Mon, 25 Nov 2024 07:28:00 GMT", False),
        ("Tue, 25 Nov 2199 07:28:00 GMT", True),
        ("soon", False),
        (f"Mon, 25 Nov {'9' * 20} 07:28:00 GMT", False),
        ("9" * 5000, True),
    ],
)
async def test_a_busy_server_says_when_to_retry(value, is_closed, web, make_client):
    """Retry-After is passed on where it makes sense; until then nothing is asked."""
    web.answer(PAGE, status=429, Retry_After=value)

    async def no_sleep(seconds: float) -> None:
        pass

    async with make_client(politeness=Politeness(0.0, sleep=no_sleep)) as client:
        for _ in range(2):
            with pytest.raises(ServerBusy) as busy:
                await client.get(URL)
    assert len(web.asked) == (1 if is_closed else 2)
    assert bool(busy.value.retry_after) is is_closed


# --- TLS -----------------------------------------------------------------------------------------


async def test_https_is_verified_against_the_host_name(web, client, dialer):
    """The pinned connection still speaks TLS with the name that was asked for."""
    web.answer(PAGE, b"secret")
    assert (await client.get("https://public.example/")).data == b"secret"
    assert dialer.connects == [(PUBLIC, 443)]
    with pytest.raises(BadResponse, match="valid certificate") as failed:
        await client.get("https://other.example/")
    assert failed.value.kind == "tls_failed"


async def test_an_unknown_certificate_or_no_tls_is_refused(web, dialer):
    """By default only the system's authorities are trusted."""
    async with GuardedClient(resolver=Names(), dialer=dialer, politeness=Politeness(0)) as client:
        with pytest.raises(BadResponse, match="self-signed"):
            await client.get("https://public.example/")
        plain = await asyncio.start_server(
            lambda _, writer: writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "127.0.0.1", 0
        )
        web.ports[443] = plain.sockets[0].getsockname()[1]
        with pytest.raises(BadResponse, match="secure connection"):
            await client.get("https://public.example/")
        plain.close()


async def test_redirects_may_not_leave_https(web, client, dialer):
    """From https to http is refused before the second connection; http to https is fine."""
    web.redirect("public.example/down", "http://public.example/page")
    with pytest.raises(BadResponse, match="from https to the unencrypted"):
        await client.get("https://public.example/down")
    assert dialer.connects == [(PUBLIC, 443)]
    web.redirect("public.example/up", "https://public.example/page")
    web.answer("public.example/page", b"up")
    assert (await client.get("http://public.example/up")).data == b"up"


# --- Size ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "size", "cap"),
    [("text/html", 10_000_001, "10 MB"), ("application/pdf", 50_000_001, "50 MB")],
)
async def test_a_large_announcement_is_refused_before_reading(kind, size, cap, web, client):
    """The header alone decides, while the server still waits to send."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n\r\n"
    web.raw(PAGE, head.encode(), b"", pause=0.1)
    async with asyncio.timeout(2):
        with pytest.raises(TooLarge, match=rf"public\.example/: it is larger than the {cap}"):
            await client.get(URL)


@pytest.mark.parametrize("encoding", ["", "Content-Encoding: gzip\r\n"])
async def test_an_endless_body_stops_at_the_cap(encoding, web, client):
    """Without an announcement the count stops it, also where it decodes to nothing."""
    part = bytes(256 * 1024) if not encoding else gzip.compress(b"", mtime=0) * 10_000
    web.raw(PAGE, OK + encoding.encode() + b"\r\n", part, pause=0)
    with pytest.raises(TooLarge):
        await client.get(URL, limits=FetchLimits(text_bytes=1_000_000))


@pytest.mark.parametrize(
    ("start", "kind", "allowed"),
    [
        (b"%PDF-1.7", "application/octet-stream", True),
        (b"PK\x03\x04", "application/zip", True),
        (b"ID3\x04", "audio/mpeg", True),
        (b"MZ", "application/pdf", False),
        (b"<html>", "text/html", False),
    ],
)
async def test_the_first_bytes_choose_the_cap(start, kind, allowed, web, make_client):
    """A recording or Word document has a large cap; calling a file a PDF does not earn it one."""
    limits = FetchLimits(text_bytes=10_000, file_bytes=50_000, audio_bytes=50_000)
    body = start + bytes(30_000)
    web.raw(PAGE, f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n".encode(), body)
    async with make_client(limits=limits) as client:
        if allowed:
            assert (await client.get(URL)).data == body
        else:
            with pytest.raises(TooLarge):
                await client.get(URL)


def gzip_bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + block * 2048


async def test_a_bomb_stops_at_the_cap_with_little_memory(web, client):
    """Kilobytes that unpack to gigabytes: at most the cap is ever in memory."""
    web.answer(PAGE, gzip_bomb(), "text/html", Content_Encoding="gzip")
    tracemalloc.start()
    with pytest.raises(TooLarge):
        await client.get(URL)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 25_000_000


# --- Encodings -----------------------------------------------------------------------------------

TEXT = b"what engineers say " * 20_000
RAW = zlib.compressobj(wbits=-zlib.MAX_WBITS)
GZIP = gzip.compress(TEXT, mtime=0)
ENCODED = [
    *(("gzip", GZIP), ("X-GZip", GZIP), ("gzip", GZIP + bytes(100)), ("identity, gzip", GZIP)),
    *(("deflate", zlib.compress(TEXT)), ("deflate", RAW.compress(TEXT) + RAW.flush())),
    *(("identity", TEXT), ("UTF-8", TEXT)),
]


@pytest.mark.parametrize(("encoding", "body"), ENCODED, ids=range(len(ENCODED)))
async def test_accepted_encodings_are_decoded(encoding, body, web, client):
    """Gzip and deflate give back every byte; words that do not name one are ignored."""
    web.answer(PAGE, body, Content_Encoding=encoding)
    assert (await client.get(URL)).data == TEXT


@pytest.mark.parametrize("length", [0, 65_535, 65_536, 65_537, 131_072, 131_073])
async def test_no_byte_is_lost_where_a_piece_is_full(length, web, client):
    """Output may be left after the last input byte; a body may be cut anywhere."""
    for name, pack in (("deflate", zlib.compress), ("gzip", gzip.compress)):
        body = pack(bytes(length))
        chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
        head = f"Content-Encoding: {name}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        web.answer(f"public.example/{name}1", body, Content_Encoding=name)
        web.raw(f"public.example/{name}2", OK + head, chunks)
        for number in (1, 2):
            assert len((await client.get(f"{URL}{name}{number}")).data) == length


@pytest.mark.parametrize(
    ("encoding", "body", "error"),
    [
        ("zstd", b"x", BadResponse),
        ("gzip, gzip", b"x", BadResponse),
        ("gzip", b"this is not gzip", BadResponse),
        ("br", b"x", BadResponse),
        ("gzip", GZIP[:-30], Unreachable),
        ("gzip", b"\x1f", Unreachable),
    ],
    ids=range(6),
)
async def test_unknown_or_broken_encodings_fail(encoding, body, error, web, client):
    """What cannot be decoded is a failure, never text."""
    web.answer(PAGE, body, Content_Encoding=encoding)
    with pytest.raises(error, match=r"^http://public\.example/: "):
        await client.get(URL)
