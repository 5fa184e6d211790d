"""Places of a page that say word for word what an earlier one said, and are read once.

Shops lay a text out for each width of screen and each variant and show one of them; threads quote
whole posts. What manuals repeat is meant, so they are left alone (see ``choice``).
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from casebook.extractors.web.blocks.spans import Span
from casebook.extractors.web.markup.tree_blocks import Place, Placed

_MODULUS = (1 << 61) - 1
_BASE = 1_000_003
_MOST = 0.5
_SETTING_APART = frozenset({"blockquote", "aside", "figure"})
_SHORTEST_QUOTE, _NEAR = 8, 12


def repeats_of(
    placed: Sequence[Placed], words: Sequence[Sequence[str]], spans: Mapping[Place, Span]
) -> list[list[Span]]:
    """Return the places that say the same, one list for each text, the longest text first.

    No two of a list overlap; each list has at least two. A program is like no other one: shown
    twice, it is meant to be. Linear: texts are compared by a rolling hash (Rabin and Karp 1987).
    """
    sums = list(accumulate(map(len, words), initial=0))
    hashes, powers = _prefixes(placed, words)
    found: dict[tuple[int, int], list[Span]] = {}
    for start, end in spans.values():
        told = (hashes[end] - hashes[start] * powers[end - start]) % _MODULUS
        alike = found.setdefault((sums[end] - sums[start], told), [])
        if not alike or alike[-1][1] <= start:
            alike.append((start, end))
    order = sorted(found.items(), key=lambda item: -item[0][0])
    return [alike for (count, _), alike in order if count and len(alike) > 1]


def _prefixes(
    placed: Sequence[Placed], words: Sequence[Sequence[str]]
) -> tuple[list[int], list[int]]:
    """Return the hash of the blocks before each number, and the powers of the base."""
    hashes, powers = [0], [1]
    for number, (one, said) in enumerate(zip(placed, words, strict=True)):
        key = hash(number if one.block.verbatim else " ".join(said))
        hashes.append((hashes[-1] * _BASE + key) % _MODULUS)
        powers.append(powers[-1] * _BASE % _MODULUS)
    return hashes, powers


def without_repeats(
    kept: Any, repeats: Sequence[Sequence[Span]], words: Sequence[int], fewest: int
) -> Any:
    """Return ``kept`` without what repeats a kept text of at least ``fewest`` words."""
    kept, counts = kept.copy(), np.array(words)
    for alike in repeats:
        start, end = alike[0]
        if counts[start:end].sum() < fewest:
            break
        is_said = False
        for start, end in alike:
            share = (kept[start:end] * counts[start:end]).sum()
            if is_said:
                kept[start:end] = False
            is_said |= share > _MOST * counts[start:end].sum()
    return kept


def without_pulled(placed: Sequence[Placed], kept: Any, words: Sequence[Sequence[str]]) -> Any:
    """Return ``kept`` without quotations pulled out of the text around them, which says them too.

    Of ``words``, those of each block, one nearby that is not set apart has all that they have.
    """
    kept = kept.copy()
    keys = [f" {' '.join(said)} " for said in words]
    found = np.flatnonzero(kept).tolist()
    apart = {n for n in found if _is_set_apart(placed[n], words[n])}
    for at, n in enumerate(found):
        if n in apart:
            near = found[max(0, at - _NEAR) : at + _NEAR + 1]
            kept[n] = not any(keys[n] in keys[m] for m in near if m not in apart)
    return kept


def _is_set_apart(one: Placed, words: Sequence[str]) -> bool:
    return (
        len(words) >= _SHORTEST_QUOTE
        and not (one.row or one.block.verbatim or one.block.depth)
        and any(up.tag in _SETTING_APART or "quote" in up.names for up in one.place.upwards())
    )
