"""What goes with the text that is kept: what stands between, over and below it. Pure.

The trees judge each block by itself, so a sentence, an item or a row may be lacking in the midst of
its likes. A heading that they drop gives the text under it to the section before; a caption tells
what a figure in the midst of the text shows.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from casebook.extractors.web.blocks.block_features import Matrix
from casebook.extractors.web.blocks.notes import notes_of
from casebook.extractors.web.blocks.questions import Fold, folded
from casebook.extractors.web.blocks.quoted import speakers_of
from casebook.extractors.web.markup.tree_blocks import Place, Placed
from casebook.extractors.web.page_kind import PageKind

LONGEST_HEADING = 20
"""Words; what is set as a heading and longer is a paragraph."""

_SHORTEST_CAPTION = 8
"""Words; shorter ones mostly name a photographer, if they have no number."""

_LARGEST_GAP = 6
"""Blocks; what lacks more in one place is another part of the page."""

_NUMBERED_CAPTION = re.compile(
    r"\s*(?:figure|fig\.|image|chart|table|diagram|graph|exhibit|listing)"
    r"\s*\d{1,4}[\d.-]{0,12}\s*[:.–—]",
    re.IGNORECASE,
)
_SHORTEST, _SHORTEST_ROW = 8, 2
_LINKED = 0.3
_FEWEST_ALIKE, _MOSTLY, _PARTLY_LINKED = 2, 0.5, 0.7
_FEWEST_SECTIONS, _SHORTEST_SECTION = 2, 15
_SET_IN = frozenset("p li ul ol dl dt dd blockquote pre h1 h2 h3 h4 h5 h6".split())
_OF_LISTS = frozenset({"li", "ul", "ol"})
_DEEPEST_LIST = 40
_LIKELY, _SURELY = 0.55, 0.65
"""From this chance on a block between two that are kept is text, whatever trafilatura says."""

# A figure as it is set large: "88%", "11 min", "$2.4M", "3x faster"; no number of a list ("1").
_FIGURE = re.compile(
    r"\s*(?:up to|over|[><~≈+–$€£-])?\s?(?=\D{0,3}\d[\d.,]*\s?[^\s\d.]|\D{0,3}\d[\d.,]{2})"
    r"\d[\d.,]*\s?(?:%|[^\W\d]{1,8}|×)?\s?\+?(?:\s?[^\W\d]{1,8})?\s*",
    re.IGNORECASE,
)
_FEWEST_TILES, _MOST_TILES, _LONGEST_LABEL = 2, 12, 20
_LIKELY_TILES = 0.2
_LONGEST_LIST, _SHORTEST_ITEM, _LIKELY_ITEMS = 12, 3, 0.25
TOLD = frozenset({PageKind.ARTICLE, PageKind.OTHER})
"""Kinds of pages that one reads from beginning to end."""


def with_what_belongs(
    placed: Sequence[Placed],
    kept: Matrix,
    words: Sequence[int],
    likes: Sequence[str],
    folds: Sequence[Fold] = (),
    *,
    kind: PageKind,
    chances: Matrix,
) -> Matrix:
    """Return ``kept`` with what goes with it; ``words`` are those of each block.

    ``likes`` are the names that blocks share with their likes, ``folds`` are what folds on the
    page, ``chances`` what the trees give each block. On a page that sells, headings stand over
    other goods too, and in a thread posts lie between posts; there the trees are left alone.
    """
    kept = kept.copy()
    found = np.flatnonzero(kept).tolist()
    if not found:
        return kept
    if kind in TOLD:
        _keep_told(placed, kept, words, likes, chances)
    kept[list(folded(folds, kept))] = True
    if kind is not PageKind.PRODUCT:
        kept[list(_over_text(placed, kept, words, found[0]))] = True
    captions = [_is_caption(one.place) and words[n] > 0 for n, one in enumerate(placed)]
    for n in _between(kept, captions, words):
        numbered = _NUMBERED_CAPTION.match(placed[n].block.text)
        kept[n] |= words[n] >= _SHORTEST_CAPTION or numbered is not None
    kept[list(notes_of(placed, kept, words))] = True
    if kind is PageKind.ARTICLE:
        kept[list(speakers_of(placed, kept, words))] = True
    return kept


def _keep_told(
    placed: Sequence[Placed],
    kept: Matrix,
    words: Sequence[int],
    likes: Sequence[str],
    chances: Matrix,
) -> None:
    """Keep, in ``kept``, what belongs to a text that one reads from beginning to end."""
    for found_in in (_likely, _items, _tiles):
        for n in found_in(placed, kept, words, chances):
            kept[n] = True
    for more in (_lacking, _alike, _sections, _rows):
        for n in more(placed, kept, words, likes):
            kept[n] = True


def _likely(
    placed: Sequence[Placed], kept: Matrix, words: Sequence[int], chances: Matrix
) -> Iterator[int]:
    """Yield the paragraphs between two blocks that are kept which the trees by themselves keep.

    A note in a box, what somebody says: trafilatura leaves out what is no paragraph by its tag. So
    it is right above the text with what sums it up, of which the trees are surer.
    """
    found = np.flatnonzero(kept).tolist()
    start = max(found[0] - _LARGEST_GAP - 1, -1)
    for before, after in pairwise([start, *found]):
        gap = placed[before + 1 : after]
        if before != start and all(one.row and one.linked < _LINKED for one in gap):
            yield from range(before + 1, after)
        if len(gap) > _LARGEST_GAP:
            continue
        least = _SURELY if before == start else _LIKELY
        for n in range(before + 1, after):
            one = placed[n]
            is_text = words[n] and not one.level and one.linked < _LINKED
            if is_text and chances[n] >= least and not _is_caption(one.place):
                yield n


def _items(
    placed: Sequence[Placed], kept: Matrix, words: Sequence[int], chances: Matrix
) -> Iterator[int]:
    """Yield lists of which nothing is kept, between two blocks that are.

    All that stands there are their items, which say something and lead nowhere.
    """
    for before, after in pairwise(np.flatnonzero(kept).tolist()):
        gap = [n for n in range(before + 1, after) if chances[n]]  # none has what calls to act
        if 1 < len(gap) <= _LONGEST_LIST and all(
            placed[n].block.depth and placed[n].linked < _LINKED for n in gap
        ):
            said = sum(words[n] for n in gap) >= _SHORTEST_ITEM * len(gap)
            if said and chances[gap].mean() >= _LIKELY_ITEMS:
                yield from gap


def _tiles(
    placed: Sequence[Placed], kept: Matrix, words: Sequence[int], chances: Matrix
) -> Iterator[int]:
    """Yield figures that are set large, each over what it counts: the results of a story.

    They stand side by side from the main heading on, before the text ends.
    """
    top = next((n for n, one in enumerate(placed) if one.level == 1), len(placed))
    found = np.flatnonzero(kept)
    first, last = min(top, found[0]), min(found[-1], len(placed) - 2)
    inside = Counter(one.place.parent for one in placed)
    rows: dict[Place | None, list[int]] = defaultdict(list)
    for n in range(first, last + 1):
        tile, label = placed[n].place.parent, placed[n + 1]
        if (
            tile is not None
            and inside[tile] == 2  # noqa: PLR2004 - the figure and what it counts
            and label.place.parent is tile
            and words[n + 1] in range(2, _LONGEST_LABEL + 1)
            and not (placed[n].linked or label.linked)
            and _FIGURE.fullmatch(placed[n].block.text)
        ):
            rows[tile.parent].append(n)
    tiles = [n for row in rows.values() if len(row) >= _FEWEST_TILES for n in row]
    if len(tiles) <= _MOST_TILES:
        likely = (n for n in tiles if chances[n + 1] >= _LIKELY_TILES)
        yield from (one for n in likely for one in (n, n + 1))


def _lacking(
    placed: Sequence[Placed], kept: Matrix, words: Sequence[int], likes: Sequence[str]
) -> Iterator[int]:
    """Yield the blocks of text between two that are kept, where they are like one of them.

    A program is like no other block; in the midst of a text it is what that tells of.
    """
    for before, after in pairwise(np.flatnonzero(kept).tolist()):
        if after - before - 1 > _LARGEST_GAP:
            continue
        for n in range(before + 1, after):
            is_program = _is_program(placed[n])
            shortest = _SHORTEST_ROW if placed[n].row else _SHORTEST
            is_text = words[n] >= (1 if is_program else shortest) and placed[n].linked < _LINKED
            if is_text and (is_program or likes[n] in {likes[before], likes[after]}):
                yield n


def _alike(
    placed: Sequence[Placed], kept: Matrix, words: Sequence[int], likes: Sequence[str]
) -> Iterator[int]:
    """Yield what stands right between two kept blocks while most of its likes are kept.

    However short: the term of a definition, the title of a note, the name of a parameter. So is an
    item of a list behind another one that is kept.
    """
    held = Counter(name for name, keep in zip(likes, kept, strict=True) if keep)
    total = Counter(likes)
    for n in range(1, len(placed) - 1):
        between = not kept[n] and kept[n - 1] and kept[n + 1]
        often = held[likes[n]] >= _FEWEST_ALIKE and held[likes[n]] > _MOSTLY * total[likes[n]]
        around = _list_of(placed[n].place) if between else None
        is_item = around is not None and _list_of(placed[n - 1].place) is around
        if between and (often or is_item) and words[n] and placed[n].linked < _PARTLY_LINKED:
            yield n


def _list_of(place: Place) -> Place | None:
    """Return the outermost list that an item stands in, through lists and items alone."""
    found: Place | None = None
    above: Place | None = place
    for _ in range(_DEEPEST_LIST):
        if above is None or above.tag not in _OF_LISTS:
            break
        found, above = above, above.parent
    return found


def _is_program(one: Placed) -> bool:
    return one.block.verbatim or one.place.tag == "pre"


def _sections(
    placed: Sequence[Placed], kept: Matrix, words: Sequence[int], likes: Sequence[str]
) -> Iterator[int]:
    """Yield the text of sections of which nothing is kept, though those like it are.

    Like it: with a heading of the same likes, in the same place of the page.
    """
    heads = [n for n, one in enumerate(placed) if one.level and words[n] <= LONGEST_HEADING]
    where = {n: _column(placed[n].place) for n in heads}
    alike = Counter((likes[n], where[n]) for n in heads if kept[n])
    first = next(iter(np.flatnonzero(kept)), len(placed))
    for n, after in pairwise([*heads, len(placed)]):
        if n < first or kept[n] or alike[likes[n], where[n]] < _FEWEST_SECTIONS:
            continue
        inside = (m for m in range(n + 1, after) if _column(placed[m].place) is where[n])
        text = [m for m in inside if placed[m].linked < _LINKED]
        if sum(words[m] for m in text) >= _SHORTEST_SECTION and not kept[n:after].any():
            yield from text


def _rows(
    placed: Sequence[Placed], kept: Matrix, words: Sequence[int], likes: Sequence[str]
) -> Iterator[int]:
    """Yield the rows of each table whose first one is kept."""
    del words, likes
    kept_heads: dict[Place, bool] = {}
    for n, one in enumerate(placed):
        table = one.place.parent
        if (
            one.row
            and table is not None
            and kept_heads.setdefault(table, bool(kept[n]))
            and one.linked < _LINKED
        ):
            yield n


def _column(place: Place) -> Place:
    """Return the place around a paragraph, or around the list that an item is of."""
    while place.parent is not None and place.tag in _SET_IN:
        place = place.parent
    return place


def _between(kept: Matrix, captions: Sequence[bool], words: Sequence[int]) -> Iterator[int]:
    """Yield the captions whose neighbours that are no captions are kept on both sides."""
    others = [n for n, is_one in enumerate(captions) if not is_one and words[n]]
    at = 0
    for n in (n for n, is_one in enumerate(captions) if is_one):
        while at < len(others) and others[at] < n:
            at += 1
        if 0 < at < len(others) and kept[others[at - 1]] and kept[others[at]]:
            yield n


def _over_text(
    placed: Sequence[Placed], kept: Matrix, words: Sequence[int], first: int
) -> Iterator[int]:
    """Yield the headings behind the block ``first`` that stand right over text that is kept.

    Over it, with no heading of their level or a higher one between.
    """
    is_over, highest = False, 0
    for n in range(len(placed) - 1, first, -1):
        level = placed[n].level if words[n] <= LONGEST_HEADING else 0
        if level and is_over and (not highest or level < highest):
            highest = level
            yield n
        elif not level and words[n]:
            is_over, highest = bool(kept[n]), 0


def _is_caption(place: Place) -> bool:
    return any(one.tag == "figcaption" for one in place.upwards())
