"""Near-duplicates: MinHash signatures of word runs, and bands with which SQL finds candidates.

Each run falls into a bin, which keeps the smallest hash; empty bins borrow from their neighbours
(Shrivastava and Li 2014, "Densifying one permutation hashing").
"""

import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b

BINS = 128
ROWS = 3  # bins in a band: texts that share half of their runs share a band with p > .99
_RUN = 3
_HALF = 1 << 63
# A word, or a character of a script without spaces between words.
_WORD = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
    r"|[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+"
)


def signature(text: str) -> tuple[int, ...]:
    """Return 128 hashes with which texts are compared; none for a text without words."""
    bins: list[int | None] = [None] * BINS
    words = _WORD.findall(text.casefold())
    for start in range(max(1, len(words) - _RUN + 1) if words else 0):
        value = _hash(" ".join(words[start : start + _RUN]).encode("utf-8", "surrogatepass"))
        place, rest = value % BINS, value // BINS
        least = bins[place]
        bins[place] = rest if least is None else min(least, rest)
    return tuple(_filled(bins))


def similarity(a: Sequence[int], b: Sequence[int]) -> float:
    """Return the estimated share of word runs that two texts have in common, 0 to 1."""
    same = sum(one == other for one, other in zip(a, b, strict=False))
    return same / BINS if a and b else 0.0


def bands(signature: Sequence[int]) -> list[tuple[int, int]]:
    """Return band numbers and hashes (signed 64-bit); texts that share a pair are candidates."""
    starts = range(0, len(signature) - ROWS + 1, ROWS)
    parts = (repr(tuple(signature[start : start + ROWS])).encode() for start in starts)
    return [(n, _hash(part) - _HALF) for n, part in enumerate(parts)]


def _hash(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=8).digest())


def _filled(bins: Sequence[int | None]) -> Iterator[int]:
    """Yield the bins; an empty one gets the value of the next full one, marked by the distance."""
    if all(value is None for value in bins):
        return
    for place in range(BINS):
        ahead = next(d for d in range(BINS) if bins[(place + d) % BINS] is not None)
        yield (bins[(place + ahead) % BINS] or 0) + (ahead << 57)
