"""A page's own table of contents: links to its sections, which are none of its text. Pure."""

import re
from collections.abc import Iterator, Sequence

from casebook.extractors.web.blocks.block_features import Matrix
from casebook.extractors.web.markup.tree_blocks import Placed

_FEWEST = 3
_LINKED = 0.9
_CALLED = re.compile(
    r"\W*(?:(?:table of )?contents|in this (?:article|guide|post)|on this page|topics covered)\W*",
    re.IGNORECASE,
)


def without_part_of_contents(placed: Sequence[Placed], kept: Matrix) -> Matrix:
    """Return ``kept`` without the entries of a table of contents of which only some are kept.

    The trees judge each entry by itself; a table that they keep whole is part of the text, and so
    is one that a sentence leads up to.
    """
    kept = kept.copy()
    for start, end in _tables(placed, kept):
        before = placed[start - 1].block.text.strip() if start else ""
        named = _CALLED.fullmatch(before)
        led = before.endswith(":") and not named and bool(kept[start - 1])
        if led or kept[start:end].all():
            continue
        kept[start:end] = False
        if named:
            kept[start - 1] = False
    return kept


def _tables(placed: Sequence[Placed], kept: Matrix) -> Iterator[tuple[int, int]]:
    """Yield where the runs of entries begin and end, where one of them or what leads up is kept."""
    start = 0
    for n, one in enumerate([*placed, None]):
        if one is not None and one.block.depth and one.linked >= _LINKED and not one.block.heading:
            continue
        if n - start >= _FEWEST and kept[max(start - 1, 0) : n].any():
            yield from _entries(placed, start, n)
        start = n + 1


def _entries(placed: Sequence[Placed], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where the runs begin and end of what leads to a place on the page."""
    for n in range(start, end + 1):
        if n == end or not _leads_within(placed[n]):
            if n - start >= _FEWEST:
                yield start, n
            start = n + 1


def _leads_within(one: Placed) -> bool:
    link = next(one.place.element.iter("a"), None)
    href = link.get("href") or "" if link is not None else ""
    return href.startswith("#") and len(href) > 1
