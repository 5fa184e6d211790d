"""Which reading of a page to keep, and how far two readings agree. Pure.

Two readings are compared: trafilatura's, which is precise on prose, and the page's body without
its furniture, which is complete on manuals, lists and landing pages. The thresholds were set on
one half of the pages of ``benchmarks/extraction.py`` and are measured there on the other.
"""

import re
from collections import Counter
from collections.abc import Sequence

from casebook.extractors.page_kind import PageKind
from casebook.extractors.passages import Block

DOUBTFUL = 0.75
"""Agreement under which the reading is worth a look against the page."""

_WORD = re.compile(r"\w+")
_SHINGLE = 3
_FEWEST_WORDS = 5
_COMPLETE = 0.8
_SLIVER = 0.4


def choose(
    kind: PageKind, precise: Sequence[Block], full: Sequence[Block]
) -> tuple[str, list[Block]]:
    """Return the reading that suits a page of ``kind``, and its name.

    ``precise`` is trafilatura's reading, ``full`` the body without furniture.
    """
    share = _count(precise) / max(1, _count(full))
    if kind is PageKind.OTHER or (kind is PageKind.FORUM and share <= _COMPLETE):
        return "page body", list(full)
    # Under 40 % the rest of the body is comments or other articles, not gaps.
    if kind is PageKind.ARTICLE and _SLIVER < share < _COMPLETE:
        return "trafilatura, gaps filled", filled(precise, full)
    return "trafilatura", list(precise)


def agreement(one: Sequence[Block], other: Sequence[Block]) -> float:
    """Return the word-level F1 of two readings: 0 nothing in common, 1 the same words."""
    first, second = (Counter(_words(blocks)) for blocks in (one, other))
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else 1.0


def filled(precise: Sequence[Block], full: Sequence[Block]) -> list[Block]:
    """Return the blocks of ``full`` from the first to the last that ``precise`` has too.

    So tables and cards that were lost inside an article come back; what stands before and after
    it stays out. ``precise`` itself where the two share no block.
    """
    known = set(_shingles(_words(precise)))
    shared = [number for number, block in enumerate(full) if _is_known(block, known)]
    return list(full[shared[0] : shared[-1] + 1]) if shared else list(precise)


def _is_known(block: Block, known: set[tuple[str, ...]]) -> bool:
    words = _words([block])
    shingles = _shingles(words)
    return len(words) >= _FEWEST_WORDS and 2 * sum(s in known for s in shingles) >= len(shingles)


def _shingles(words: Sequence[str]) -> list[tuple[str, ...]]:
    return list(zip(*(words[n:] for n in range(_SHINGLE)), strict=False))


def _count(blocks: Sequence[Block]) -> int:
    return len(_words(blocks))


def _words(blocks: Sequence[Block]) -> list[str]:
    return [word for block in blocks for word in _WORD.findall(block.text.lower())]
