"""A page's own table of contents: links to its sections, which are none of its text. Pure."""

import re
from collections.abc import Iterator, Sequence

from casebook.extractors.web.block_features import Matrix
from casebook.extractors.web.tree_blocks import Placed

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
    for start, end in _tables(placed):
        before = placed[start - 1].block.text.strip() if start else ""
        named = _CALLED.fullmatch(before)
        led = before.endswith(":") and not named and bool(kept[start - 1])
        if led or kept[start:end].all():
            continue
        kept[start:end] = False
        if named:
            kept[start - 1] = False
    return kept


def _tables(placed: Sequence[Placed]) -> Iterator[tuple[int, int]]:
    """Yield where the runs of entries begin and end."""
    start = 0
    for n, one in enumerate([*placed, None]):
        if one is not None and _is_entry(one):
            continue
        if n - start >= _FEWEST:
            yield start, n
        start = n + 1


def _is_entry(one: Placed) -> bool:
    """Tell an item that is nothing but a link within the page."""
    if not one.block.depth or one.linked < _LINKED or one.block.heading:
        return False
    link = next(one.place.element.iter("a"), None)
    href = link.get("href") or "" if link is not None else ""
    return href.startswith("#") and len(href) > 1
