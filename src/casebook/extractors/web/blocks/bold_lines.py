"""Lines in bold type that stand over text as headings do, without being marked up as such. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from casebook.extractors.text.characters import count_words, one_line
from casebook.extractors.text.passages import Block
from casebook.extractors.web.markup.tree_blocks import Placed

_LONGEST = 12
"""Words; what is longer is a sentence that is stressed."""

_FEWEST = 2
"""Such lines on a page; a single one is as often a remark."""

_SHORTEST_TEXT = 12
"""Words of a paragraph under a heading; under a name or a price stands what it is."""

_ALL, _MOSTLY = 0.99, 0.5
# A colon leads on to what is said about the heading above ("Pros:"), a full stop ends a sentence.
_ENDS = "?)"
_DATA = frozenset("td th dd dt blockquote figure figcaption aside".split())


def with_bold_headings(placed: Sequence[Placed]) -> list[Block]:
    """Return the blocks of ``placed``, in reading order, lines that serve as headings as such."""
    found = set(_bold_headings(placed))
    if len(found) < _FEWEST:
        return [one.block for one in placed]
    return [
        one.block._replace(heading=True, lead="") if n in found else one.block
        for n, one in enumerate(placed)
    ]


def _bold_headings(placed: Sequence[Placed]) -> Iterator[int]:
    """Yield the places of the lines in bold that stand once, over text that is set otherwise."""
    lines = [n for n, (one, below) in enumerate(pairwise(placed)) if _stands_over(one, below)]
    said = Counter(one_line(placed[n].block.text).lower() for n in lines)
    yield from (n for n in lines if said[one_line(placed[n].block.text).lower()] == 1)


def _stands_over(one: Placed, below: Placed) -> bool:
    if one.bold < _ALL or one.linked > _MOSTLY or one.place.tag != "p" or _is_data(one):
        return False
    return _is_plain(one) and _is_line(one.block.text) and _is_text(below)


def _is_text(below: Placed) -> bool:
    is_long = below.block.depth or count_words(below.block.text) >= _SHORTEST_TEXT
    return _is_plain(below) and below.bold < _MOSTLY and bool(is_long)


def _is_line(text: str) -> bool:
    said = one_line(text)
    ends = said[:1].isalnum() and (said[-1:].isalnum() or said[-1:] in _ENDS)
    return ends and "\n" not in text.strip() and count_words(said) <= _LONGEST


def _is_plain(one: Placed) -> bool:
    return not (one.block.heading or one.block.verbatim or one.row or one.button)


def _is_data(one: Placed) -> bool:
    """Tell what stands in a list, a table, a quotation or a figure."""
    around = one.place.parent.tag if one.place.parent else ""
    return bool(one.block.depth) or around in _DATA
