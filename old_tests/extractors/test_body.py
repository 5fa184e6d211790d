import asyncio
import gzip
import tracemalloc
import zlib

import pytest

from casebook.extractors.network.body import FetchLimits, Inflater
from casebook.schemas.errors import (
    BodyTruncated,
    ResponseMalformed,
    TooLarge,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
MEGABYTE = 1_000_000

# --- Size ----------------------------------------------------------------------------------------


_OFFICE = "application/vnd.openxmlformats-officedocument"


async def test_a_large_announcement_is_refused_before_reading(server, client):
    """200 MB announced: refused from the header, while the server still waits to send."""
    server.hang("/", OK + b"Content-Length: 200000000\r\n\r\n")
    with pytest.raises(TooLarge, match=r"public\.example/: it is larger than the 10 MB"):
        await asyncio.wait_for(client.get("http://public.example/"), 2)


async def test_a_large_pdf_announcement_has_its_own_cap(server, client):
    """A PDF may have 50 MB, and no more."""
    server.hang(
        "/", b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Length: 50000001\r\n\r\n"
    )
    with pytest.raises(TooLarge, match="50 MB"):
        await asyncio.wait_for(client.get("http://public.example/"), 2)


async def test_an_endless_body_stops_at_the_cap(server, client):
    """Without an announcement the count stops it."""
    server.repeat("/", OK + b"\r\n", bytes(256 * 1024), pause=0)
    with pytest.raises(TooLarge):
        await client.get("http://public.example/")


@pytest.mark.parametrize(
    ("start", "media_type", "allowed"),
    [
        (b"%PDF-1.7", "application/pdf", True),
        (b"%PDF-1.7", "application/octet-stream", True),
        (b"PK\x03\x04", "application/zip", True),
        (b"PK\x03\x04", f"{_OFFICE}.wordprocessingml.document", True),
        (b"MZ", "application/pdf", False),
        (b"<html>", "text/html", False),
    ],
)
async def test_the_first_bytes_choose_the_cap(start, media_type, allowed, server, client_with):
    """A Word document has a PDF's cap; calling a file a PDF does not earn it one."""
    limits = FetchLimits(text_bytes=10_000, file_bytes=50_000)
    body = start + bytes(30_000)
    server.raw("/", f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\n\r\n".encode(), body)
    async with client_with(limits=limits) as client:
        if allowed:
            assert (await client.get("http://public.example/")).data == body
        else:
            with pytest.raises(TooLarge):
                await client.get("http://public.example/")


async def test_a_gzip_bomb_stops_at_the_cap_with_little_memory(server, client):
    """2 MB that unpack to 2 GB: at most the cap is ever in memory."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    bomb = b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + block * 2048
    assert len(bomb) < 3 * MEGABYTE
    server.answer("/", bomb, Content_Type="text/html", Content_Encoding="gzip")
    tracemalloc.start()
    with pytest.raises(TooLarge):
        await client.get("http://public.example/")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 25 * MEGABYTE


async def test_compression_that_yields_nothing_is_counted_too(server, client_with):
    """Endless empty gzip members stop at the cap on what was received."""
    server.repeat(
        "/", OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"", mtime=0) * 1000, pause=0
    )
    limits = FetchLimits(text_bytes=100_000)
    async with client_with(limits=limits) as client:
        with pytest.raises(TooLarge):
            await client.get("http://public.example/")


async def test_a_bomb_between_two_encodings_is_counted(server, client):
    """Kilobytes that unpack to 20 MB of empty streams, which hold nothing, stop at the cap."""
    empty = gzip.compress(gzip.compress(b"", mtime=0) * 1_000_000, mtime=0)
    assert len(empty) < MEGABYTE
    server.answer("/", empty, Content_Type="text/html", Content_Encoding="gzip, gzip")
    with pytest.raises(TooLarge):
        await asyncio.wait_for(client.get("http://public.example/"), 60)


# --- Encodings -----------------------------------------------------------------------------------

TEXT = b"what engineers say " * 20_000
RAW = zlib.compressobj(wbits=-zlib.MAX_WBITS)
ENCODED = {
    "gzip": ("gzip", gzip.compress(TEXT, mtime=0)),
    "x-gzip": ("X-GZip", gzip.compress(TEXT, mtime=0)),
    "two members": (
        "gzip",
        gzip.compress(TEXT[:1000], mtime=0) + gzip.compress(TEXT[1000:], mtime=0),
    ),
    "padded": ("gzip", gzip.compress(TEXT, mtime=0) + bytes(100)),
    "zlib": ("deflate", zlib.compress(TEXT)),
    "raw deflate": ("deflate", RAW.compress(TEXT) + RAW.flush()),
    "identity": ("identity", TEXT),
    "no encoding's name": ("none", TEXT),
    "a charset": ("UTF-8", TEXT),
    "several names": ("identity, gzip", gzip.compress(TEXT, mtime=0)),
    "an empty name": ("gzip,", gzip.compress(TEXT, mtime=0)),
    "a charset beside": ("utf-8, gzip", gzip.compress(TEXT, mtime=0)),
    "twice": ("gzip, gzip", gzip.compress(gzip.compress(TEXT, mtime=0), mtime=0)),
    "two kinds": ("deflate, gzip", gzip.compress(zlib.compress(TEXT), mtime=0)),
}


@pytest.mark.parametrize("name", ENCODED)
async def test_accepted_encodings_are_undone(name, server, client):
    """gzip, zlib and raw deflate give back every byte; what names no encoding is passed over."""
    encoding, body = ENCODED[name]
    server.answer("/", body, Content_Encoding=encoding)
    assert (await client.get("http://public.example/")).data == TEXT


@pytest.mark.parametrize("length", [65_535, 65_536, 65_537, 65_600, 65_900, 131_072, 131_073])
def test_no_byte_is_lost_where_a_piece_is_full(length):
    """The library may hold back output after the last input byte when a piece fills up."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(bytes(length)) + packer.flush()
    inflater = Inflater()
    pieces = list(inflater.feed(packed))
    assert sum(map(len, pieces)) == length
    assert max(map(len, pieces)) <= 65_536
    assert inflater.complete


async def test_encoded_bytes_may_come_one_by_one(server, client):
    """A member's magic number may be cut in two."""
    body = gzip.compress(b"one", mtime=0) + gzip.compress(b"two", mtime=0)
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    server.raw("/", OK + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n", chunks)
    assert (await client.get("http://public.example/")).data == b"onetwo"


async def test_an_empty_encoded_body_is_empty(server, client):
    """Some servers name an encoding on no content."""
    server.answer("/", b"", Content_Encoding="gzip")
    assert (await client.get("http://public.example/")).data == b""


@pytest.mark.parametrize(
    ("encoding", "body", "error"),
    [
        ("br", b"x", ResponseMalformed),
        ("gzip, br", b"x", ResponseMalformed),
        ("zstd", b"x", ResponseMalformed),
        ("gzip, gzip, gzip, gzip", b"x", ResponseMalformed),
        ("gzip, gzip", gzip.compress(gzip.compress(TEXT, mtime=0)[:-30], mtime=0), BodyTruncated),
        ("gzip, gzip", gzip.compress(TEXT, mtime=0), ResponseMalformed),
        ("gzip", b"this is not gzip", ResponseMalformed),
        ("gzip", gzip.compress(TEXT, mtime=0)[:-30], BodyTruncated),
        ("gzip", b"\x1f", BodyTruncated),
    ],
)
async def test_unknown_or_broken_encodings_fail(encoding, body, error, server, client):
    """What cannot be decoded is a failure, never text."""
    server.answer("/", body, Content_Encoding=encoding)
    with pytest.raises(error, match=r"^http://public\.example/: "):
        await client.get("http://public.example/")
