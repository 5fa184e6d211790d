"""Reading a response's body within its caps, decompressing in pieces of bounded size.

A gzip of 2 MB can hold 2 GB. So the body is read raw and inflated here, at most ``_PIECE`` bytes
at a time, and the count stops it: what is in memory never exceeds the cap by more than a piece.
"""

import zlib
from collections.abc import AsyncIterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from casebook.extractors.urls import shown
from casebook.schemas.errors import BodyTruncated, ResponseMalformed, TooLarge

MEGABYTE = 1_000_000

_GZIP_MAGIC = b"\x1f\x8b"
_PIECE = 64 * 1024
_INFLATED = frozenset({"gzip", "x-gzip", "deflate"})
# The other content codings that are registered (IANA), and one that was.
_FOREIGN = frozenset("aes128gcm br compress dcb dcz exi pack200-gzip sdch x-compress zstd".split())
_MOST_ENCODINGS = 3
_ARCHIVE = b"PK\x03\x04"  # as a Word document begins
_SNIFFED = 1024  # bytes; readers look for a PDF's header this far (ISO 32000-2, annex I)
# The second byte of an MPEG audio frame: layers II and III, and ADTS (ISO 11172-3, 13818-7).
_MPEG_FRAMES = frozenset(bytes([second]) for second in b"\xe2\xe3\xf1\xf2\xf3\xf9\xfa\xfb\xfc\xfd")
_MAYBE_FILE = {
    "application/pdf", "application/x-pdf", "application/octet-stream", "application/zip",
    "application/x-zip-compressed", "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}  # fmt: skip


def is_sound(head: bytes) -> bool:
    """Tell a recording, with or without pictures, by its first bytes."""
    return (
        head.startswith((b"ID3", b"OggS", b"fLaC", b"\x1aE\xdf\xa3"))
        or head[4:8] == b"ftyp"
        or (head.startswith(b"RIFF") and head[8:12] == b"WAVE")
        or (head[:1] == b"\xff" and head[1:2] in _MPEG_FRAMES)
    )


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What one fetch may take. Bytes are counted after decompression.

    ``deadline_seconds`` is for the whole fetch with its redirects, ``connect_seconds`` for each
    attempt to connect; ``sound_seconds`` is the deadline of what is known to be a recording;
    ``file_bytes`` are for what has its pictures with it, PDFs and Word documents;
    ``list_bytes`` are for a list that lies in a file, such as a table with whole texts in it.
    """

    deadline_seconds: float = 30.0
    connect_seconds: float = 10.0
    max_redirects: int = 5
    text_bytes: int = 10 * MEGABYTE
    list_bytes: int = 50 * MEGABYTE
    file_bytes: int = 50 * MEGABYTE
    sound_bytes: int = 200 * MEGABYTE
    sound_seconds: float = 600.0

    def announced_cap(self, media_type: str) -> int:
        """Return the cap for what the header says, before any byte is seen."""
        if media_type.startswith(("audio/", "video/")) or media_type == "application/octet-stream":
            return self.sound_bytes
        return self.file_bytes if media_type in _MAYBE_FILE else self.text_bytes

    def cap(self, head: bytes | bytearray) -> int:
        """Return the cap for what the first bytes show."""
        if is_sound(bytes(head[:_SNIFFED])):
            return self.sound_bytes
        is_large = head.startswith(_ARCHIVE) or b"%PDF-" in head[:_SNIFFED]
        return self.file_bytes if is_large else self.text_bytes


class Decoder(Protocol):
    """Undoes one content encoding."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what ``data`` decodes to, in pieces of at most ``_PIECE`` bytes or its own size."""
        ...

    @property
    def complete(self) -> bool:
        """Whether the encoded stream has come to its end."""
        ...


class Identity:
    """No encoding."""

    complete = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield ``data`` itself."""
        yield data


class Inflater:
    """gzip (of any number of members), zlib, and the raw deflate that some servers send."""

    def __init__(self) -> None:
        self._held = b""
        self._stream: zlib._Decompress | None = None

    @property
    def complete(self) -> bool:
        """Whether the last member has ended, or nothing was sent at all."""
        return not self._held if self._stream is None else self._stream.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what ``data`` decodes to, in pieces of at most ``_PIECE`` bytes.

        Raises:
            zlib.error: if it is damaged.
        """
        data, self._held = self._held + data, b""
        piece = b""
        while data or len(piece) == _PIECE:
            if self._stream is None or self._stream.eof:
                if len(data) < len(_GZIP_MAGIC):
                    self._held = data
                    return
                if self._stream is not None and not data.startswith(_GZIP_MAGIC):
                    return  # padding after the last member
                self._stream = zlib.decompressobj(_window_bits(data))
            piece = self._stream.decompress(data, _PIECE)
            yield piece
            data = self._stream.unconsumed_tail or self._stream.unused_data


def _window_bits(head: bytes) -> int:
    """Return zlib's ``wbits`` for a stream that begins with ``head`` (RFC 1950, 1952)."""
    if head.startswith(_GZIP_MAGIC):
        return zlib.MAX_WBITS | 16
    is_zlib = head[0] & 0x0F == zlib.DEFLATED and int.from_bytes(head[:2]) % 31 == 0
    return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS


class Chain:
    """Several encodings, undone from the last to the first; what lies between is counted too.

    Else a stream that unpacks to endless empty streams would never end and never count.
    """

    def __init__(self, decoders: Sequence[Decoder], most: int) -> None:
        self._decoders, self._most, self._between = decoders, most, 0

    @property
    def complete(self) -> bool:
        """Whether each stream has come to its end."""
        return all(decoder.complete for decoder in self._decoders)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what ``data`` decodes to, in pieces of at most ``_PIECE`` bytes.

        Raises:
            TooLarge: once what lies between two encodings passes ``most`` bytes.
            zlib.error: if it is damaged.
        """
        return self._through(data, self._decoders)

    def _through(self, data: bytes, decoders: Sequence[Decoder]) -> Iterator[bytes]:
        if not decoders:
            yield data
            return
        for piece in decoders[0].feed(data):
            if len(decoders) > 1:
                self._between += len(piece)
                _check(self._between, self._most)
            yield from self._through(piece, decoders[1:])


def decoder_for(content_encoding: str, most: int) -> Decoder:
    """Return the decoder for a Content-Encoding header.

    Several encodings are undone from the last to the first, with at most ``most`` bytes between
    them. What names no encoding at all ("none", "utf-8") is passed over, as browsers do.

    Raises:
        ResponseMalformed: for an encoding that there is, and that we did not say we accept.
    """
    names = [name.strip().lower() for name in content_encoding.split(",")]
    if foreign := [name for name in names if name in _FOREIGN]:
        raise ResponseMalformed(
            f"the server sent the content encoding {shown(foreign[0])}, which casebook does not "
            "accept: save the page in a browser and submit the file."
        )
    decoders = [Inflater() for name in names if name in _INFLATED]
    if len(decoders) > _MOST_ENCODINGS:
        raise ResponseMalformed(f"its body is compressed {len(decoders)} times over.")
    if not decoders:
        return Identity()
    return decoders[0] if len(decoders) == 1 else Chain(decoders, most)


async def read_body(
    chunks: AsyncIterable[bytes], headers: Mapping[str, str], media_type: str, limits: FetchLimits
) -> bytes:
    """Return the decoded body.

    Raises:
        TooLarge: as soon as the announced, received or decoded size passes the cap.
        BodyTruncated: if an encoded body stops before its end.
        ResponseMalformed: if its encoding is unknown or damaged.
    """
    _check(int(headers.get("content-length", 0)), limits.announced_cap(media_type))
    decoder = decoder_for(headers.get("content-encoding", ""), limits.text_bytes)
    body, received = bytearray(), 0
    try:
        async for chunk in chunks:
            received += len(chunk)
            for piece in decoder.feed(chunk):
                body += piece
                _check(len(body), limits.cap(body))
            _check(received, limits.cap(body))
    except zlib.error as error:
        raise ResponseMalformed(
            f"its compressed body is damaged ({error}): retry, or submit the page as a file."
        ) from error
    if not decoder.complete:
        raise BodyTruncated("its compressed body stops before its end: retry later.")
    return bytes(body)


def _check(size: int, cap: int) -> None:
    if size > cap:
        raise TooLarge(
            f"it is larger than the {cap / MEGABYTE:g} MB that casebook reads of this kind: "
            "submit a smaller extract of it as a file."
        )
