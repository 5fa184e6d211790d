"""Lists that are packed: gzip, as sitemaps are served and some feeds are."""

import zlib
from collections.abc import Iterator

from casebook.extractors.naming import where
from casebook.extractors.network.body import MEGABYTE, Inflater
from casebook.schemas.errors import Damaged, TooLarge
from casebook.schemas.sources import Payload

MOST_BYTES = 50 * MEGABYTE
"""Bytes of a sitemap after decompression: the sitemap protocol's own limit."""

_GZIP = b"\x1f\x8b"
_PART = 64 * 1024


def unpacked(payload: Payload) -> bytes:
    """Return the bytes of a list without gzip.

    Raises:
        TooLarge: if there are more than a list may have.
        Damaged: if they cannot be unpacked, or are cut off.
    """
    if not payload.data.startswith(_GZIP):
        return payload.data
    inflater, data = Inflater(), bytearray()
    try:
        for piece in _pieces(payload.data, inflater):
            data += piece
            if len(data) > MOST_BYTES:
                raise TooLarge(
                    f"{where(payload)} unpacks to more than {MOST_BYTES / MEGABYTE:g} MB, which no "
                    "sitemap may: give a smaller list."
                )
    except zlib.error as error:
        raise Damaged(f"{where(payload)} is a damaged gzip file; download it again.") from error
    if not inflater.complete:
        raise Damaged(f"{where(payload)} is a gzip file that is cut off; download it again.")
    return bytes(data)


def _pieces(packed: bytes, inflater: Inflater) -> Iterator[bytes]:
    """Yield what ``packed`` holds; what follows each of its members is copied, so it is cut."""
    for start in range(0, len(packed), _PART):
        yield from inflater.feed(packed[start : start + _PART])
