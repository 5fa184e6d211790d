"""What pages of a PDF repeat around their text: running heads, feet, page numbers. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache

from casebook.extractors.pdf_lines import Line

_PAGE_NUMBER = re.compile(
    r"[-–— |]*(?:page\s*|p\.\s*|seite\s*)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:of|/|\||von)\s*\d{1,4})?"
    r"[-–— |]*",
    re.IGNORECASE,
)
_EDGE = 2
_LARGER = 1.12
_REPEATS = 0.4
_FEWEST_REPEATS = 2
_BAND_SHARE = 0.5
_FEWEST_BAND_PAGES = 4


def without_furniture(pages: Sequence[Sequence[Line]], body: float) -> list[list[Line]]:
    """Return ``pages`` without page numbers and the heads and feet that pages share.

    A line at a page's edge goes if it stands, numbers aside, on two pages in five, or twice at a
    height at which half of the pages have their outermost line (heads that change by chapter) and
    is no larger than the text, whose size is ``body`` points (titles of slides are).
    """
    edges = [_edges(page) for page in pages]
    outermost = [{_height(line) for line in (page[:1] + page[-1:])} for page in edges]
    heights = Counter(height for page in outermost for height in page)
    wanted = max(_FEWEST_BAND_PAGES, _BAND_SHARE * len(pages))
    bands = {height for height, count in heights.items() if count >= wanted}
    keys = Counter(key for page in edges for key in {key_of(line.text) for line in page})
    needed = max(_FEWEST_REPEATS, _REPEATS * len(pages))

    def goes(line: Line) -> bool:
        key = key_of(line.text)
        count = keys[key] if key else 0
        if count >= needed:
            return True
        small = line.size <= _LARGER * body and any(c.isalpha() for c in key)
        return small and count >= _FEWEST_REPEATS and _height(line) in bands

    return [list(_kept(page, edge, goes)) for page, edge in zip(pages, edges, strict=True)]


@lru_cache(maxsize=2_000)
def key_of(text: str) -> str:
    """Return ``text`` as it is compared: words alone, numbers alike."""
    return re.sub(r"\d+", "#", re.sub(r"\W+", " ", text)).strip().casefold()


def _kept(
    page: Sequence[Line], edges: Collection[Line], goes: Callable[[Line], bool]
) -> Iterator[Line]:
    at_edge = {id(line) for line in edges}
    for line in page:
        if id(line) in at_edge and (
            goes(line) or (len(page) > 1 and _PAGE_NUMBER.fullmatch(line.text.strip()))
        ):
            continue
        yield line


def _edges(page: Sequence[Line]) -> list[Line]:
    """Return the two lowest and the two highest lines, from below, wherever the content has them.

    What stands at the height of such a line stands at the edge as well.
    """
    ordered = sorted(page, key=lambda line: line.base)
    if len(ordered) <= 2 * _EDGE:
        return ordered
    return [*ordered[:_EDGE], *ordered[-_EDGE:]]


def _height(line: Line) -> int:
    return round(line.base / 3)
