"""Limits of one fetch, and the decompression that respects them.

A gzip of 2 MB can expand to 2 GB, so bodies are decompressed here in pieces: memory never exceeds
the cap by more than one piece.
"""

import zlib
from collections.abc import AsyncIterable, Iterator, Mapping
from dataclasses import dataclass

from extractors.signatures import is_recording
from extractors.urls import shown
from schemas.errors import FetchError, TooLarge, Unreachable

MEGABYTE = 1_000_000

_PIECE = 64 * 1024
_ENCODINGS = {"gzip", "x-gzip", "deflate"}
_NOT_DECODED = {"br", "compress", "x-compress", "zstd", "dcb", "dcz"}
_SNIFFED = 1024  # bytes that may precede the header of a PDF (ISO 32000-2, annex I)


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """The limits of one fetch. Bytes are counted after decompression.

    ``deadline_seconds`` covers the whole fetch with its redirects, ``connect_seconds`` each attempt
    to connect. ``file_bytes`` applies to PDFs, Office documents, feeds and other lists.
    """

    deadline_seconds: float = 30.0
    connect_seconds: float = 10.0
    max_redirects: int = 5
    text_bytes: int = 10 * MEGABYTE
    file_bytes: int = 50 * MEGABYTE
    audio_bytes: int = 200 * MEGABYTE
    audio_seconds: float = 600.0

    def announced_cap(self, media_type: str) -> int:
        """Return the cap for a media type, before any byte is received."""
        if media_type.startswith("text/"):
            return self.text_bytes
        return self.file_bytes if "pdf" in media_type else self.audio_bytes

    def cap(self, head: bytes) -> int:
        """Return the cap for a body with these first bytes."""
        if is_recording(head):
            return self.audio_bytes
        return self.file_bytes if head[:4] == b"PK\x03\x04" or b"%PDF-" in head else self.text_bytes


async def read_body(
    chunks: AsyncIterable[bytes], headers: Mapping[str, str], media_type: str, limits: FetchLimits
) -> bytes:
    """Return the decoded body.

    Raises TooLarge as soon as the announced, received or decoded size passes the cap, Unreachable
    if an encoded body stops before its end, FetchError if its encoding is unknown or damaged.
    """
    _check_size(int(headers.get("content-length", 0)), limits.announced_cap(media_type))
    inflater = _Inflater() if _is_packed(headers.get("content-encoding", "")) else None
    body, received = bytearray(), 0
    try:
        async for chunk in chunks:
            received += len(chunk)
            for piece in inflater.feed(chunk) if inflater else (chunk,):
                body += piece
                _check_size(len(body), limits.cap(bytes(body[:_SNIFFED])))
            _check_size(received, limits.cap(bytes(body[:_SNIFFED])))  # empty streams count too
    except zlib.error as error:
        raise FetchError("its compressed body is damaged: retry later.", "malformed") from error
    if inflater and received and not inflater.complete:
        raise Unreachable("its compressed body stops before its end: retry.", "body_truncated")
    return bytes(body)


def _check_size(size: int, cap: int) -> None:
    if size > cap:
        most = f"{cap / MEGABYTE:g} MB, the limit for this kind of file"
        raise TooLarge(f"it is larger than {most}: submit a smaller extract as a file.")


class _Inflater:
    """Decompresses gzip, zlib, and the raw deflate that some servers send."""

    def __init__(self) -> None:
        self._stream: zlib._Decompress | None = None

    @property
    def complete(self) -> bool:
        return self._stream is not None and self._stream.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._stream is None:
            framed = data[0] == 0x1F or data[0] & 0x0F == zlib.DEFLATED  # noqa: PLR2004 - gzip
            self._stream = zlib.decompressobj(zlib.MAX_WBITS | 32 if framed else -zlib.MAX_WBITS)
        piece = b""
        # A full piece may leave output in the stream; bytes after the end are padding.
        while not self._stream.eof and (data or len(piece) == _PIECE):
            piece = self._stream.decompress(data, _PIECE)
            yield piece
            data = self._stream.unconsumed_tail


def _is_packed(content_encoding: str) -> bool:
    """Return whether a body is compressed; raise FetchError for an unsupported encoding."""
    names = [name.strip().lower() for name in content_encoding.split(",")]
    known = [name for name in names if name in _ENCODINGS]
    if len(known) > 1 or not _NOT_DECODED.isdisjoint(names):
        encoding = shown(content_encoding)
        raise FetchError(f"its compression ({encoding}) is unknown: save it.", "malformed")
    return bool(known)
