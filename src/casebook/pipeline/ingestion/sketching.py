"""Samples of word runs, by which near-copies are found. Pure.

A run is five words in a row. Of all runs of a text the sample keeps those whose hash is a multiple
of ``SCALE``: the same runs are kept of every text, so what two samples share estimates what the
texts share, in both directions: a copy shares with its original as an excerpt does with the whole.
The method is FracMinHash (Irber et al. 2022, "Lightweight compositional analysis of metagenomes
with FracMinHash"), MinHash with a sample that grows with the text.

What is kept of a longer text is thinner, each second or fourth hash of its sample: every document
that comes is held against all that were kept. Two samples compare at the scale of the thinner one,
as in that paper.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import blake2b

from casebook.schemas.copies import NearCopy, Overlap, Sketch
from casebook.schemas.documents import Document
from casebook.schemas.ids import content_id

METHOD = "words5/8"
RUN = 5
SCALE = 8

# benchmarks/near_copies.py measures these.
MOST_KEPT = 64
LONGEST_STEP = 4
LEAST_SHARE = 0.4
LEAST_SHARED = 6
LEAST_FOUND = 3
# Pairs kept of one document: of a hundred copies each then names the first twenty, and rows grow
# with the sources instead of with their square.
MOST_PAIRS = 20
# A page and its canonical one are the same text, but for what surrounds it.
SAME_SHARE = 0.8
SAME_OTHER_SHARE = 0.5
# Of a page that was rewritten more stays; another one of its site shares what surrounds it.
ANOTHER_SHARE = 0.2

# A word, or a character of the scripts without spaces between words: Thai to Khmer, kana, Han.
_WORD = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
    r"|[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+"
)
_SIGN = 1 << 63


def sketch(document: Document) -> Sketch:
    """Return the sample of a document."""
    hashes = sample(document.text)
    return Sketch(
        sketch_id=content_id("sketch", document.document_id, METHOD),
        document_id=document.document_id,
        source_id=document.source_id,
        method=METHOD,
        hashes=hashes,
        step=step(len(hashes)),
    )


def step(size: int) -> int:
    """Return which hashes of a sample are kept: each first, each second, or each fourth."""
    found = 1
    while found < LONGEST_STEP and size > MOST_KEPT * found:
        found *= 2
    return found


def sample(text: str, scale: int = SCALE) -> list[int]:
    """Return the hashes of about one in ``scale`` of the word runs of ``text``, ascending.

    They are signed 64-bit integers, as databases hold them.
    """
    return sorted({value - _SIGN for value in _hashes(text) if value % scale == 0})


def _hashes(text: str) -> Iterator[int]:
    words = _WORD.findall(text.casefold())
    for at in range(len(words) - RUN + 1):
        run = " ".join(words[at : at + RUN]).encode("utf-8", "surrogatepass")
        yield int.from_bytes(blake2b(run, digest_size=8).digest())


def near_copies(mine: Sketch, others: Sequence[Overlap], now: datetime) -> list[NearCopy]:
    """Return the others that have enough of this document's text, or it of theirs.

    The nearest ones, ``MOST_PAIRS`` at most; of equally near ones those that come first.
    """
    judged = [judge(mine, other, now) for other in others]
    found = [copy for copy in judged if copy is not None]
    return sorted(found, key=_nearness, reverse=True)[:MOST_PAIRS]


def judge(mine: Sketch, other: Overlap, now: datetime) -> NearCopy | None:
    """Return what two documents are to each other, if one has enough of the other's text."""
    share = other.shared / len(mine.thinned(other.step))
    other_share = other.shared / other.size
    # Of a short text few runs are sampled; where all are shared, it is the same.
    whole = share == other_share == 1
    enough = other.shared >= LEAST_FOUND and (whole or other.shared * other.step >= LEAST_SHARED)
    if not enough or max(share, other_share) < LEAST_SHARE:
        return None
    pair = sorted((mine.document_id, other.document_id))
    return NearCopy(
        copy_id=content_id("copy", *pair, mine.method),
        document_id=mine.document_id,
        source_id=mine.source_id,
        other_document_id=other.document_id,
        other_source_id=other.source_id,
        share=round(share, 3),
        other_share=round(other_share, 3),
        found_at=now,
    )


def _nearness(copy: NearCopy) -> float:
    return max(copy.share, copy.other_share)


def tells_the_same(text: str, other: str) -> bool:
    """Tell whether two texts are one, but for what surrounds it; every word run counts."""
    less, more = _shares(text, other)
    return more >= SAME_SHARE and less >= SAME_OTHER_SHARE


def tells_another(text: str, other: str) -> bool:
    """Tell whether little of either text stands in the other; every word run counts."""
    return _shares(text, other)[1] < ANOTHER_SHARE


def _shares(text: str, other: str) -> tuple[float, float]:
    """Return the parts of two texts that stand in the other one, the lesser first."""
    mine, theirs = set(_hashes(text)), set(_hashes(other))
    shared = len(mine & theirs)
    less, more = sorted((len(mine), len(theirs)))
    return (shared / more, shared / less) if shared else (0.0, 0.0)
