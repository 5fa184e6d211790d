"""The notes of a text: what its marks lead to, or what is named so. Pure."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any

from casebook.extractors.text.characters import count_words
from casebook.extractors.text.references import stands_over_references
from casebook.extractors.web.blocks.block_features import Matrix
from casebook.extractors.web.markup.tree_blocks import Place, Placed

_NAMED = re.compile(r"(?<![^\s_-])footnotes(?:-(?:list|section|wrapper))?(?!\S)")
_ROLES = frozenset({"doc-endnotes", "doc-endnote", "doc-footnote"})
_MARK = re.compile(r"[\[(]?(?:\d{1,3}|[a-z*†‡§¶]|\*\*)[\])]?")
_FRAGMENT = re.compile(r"[^#]*#(.+)")
_SENTENCE = 8
"""Words of a block in which a mark may stand; in a shorter one it is a number of a menu."""

_LONGEST = 300
"""Words and elements of a note; what is longer is a part of the text."""

_MOST = 300
"""Notes; a page with more marks is looked at no further."""

_FEW, _NEAR = 4, 6
"""Texts of a mark, and elements between it and its sentence."""

_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())


def notes_of(placed: Sequence[Placed], kept: Matrix, words: Sequence[int]) -> Iterator[int]:
    """Yield the blocks that are notes of those ``kept``, without the works that are cited."""
    marked = _marked(placed, kept, words)
    noted = cache(lambda place: _is_named(place) or place.element in marked)
    is_cited = False
    for n, one in enumerate(placed):
        if one.level:
            is_cited = stands_over_references(one.block.text)
        is_mark = _MARK.fullmatch(one.block.text.strip())
        if not is_cited and not is_mark and any(map(noted, one.place.upwards())):
            yield n


def _marked(placed: Sequence[Placed], kept: Matrix, words: Sequence[int]) -> set[Any]:
    """Return the elements that hold the notes to which marks in kept blocks lead."""
    sentences = {
        one.place.element
        for one, keep, count in zip(placed, kept, words, strict=True)
        if keep and count >= _SENTENCE
    }
    tree = placed[0].place.element.getroottree()
    ids = {
        match[1]
        for link in tree.iter("a")
        if "#" in (address := link.get("href") or "")
        and (match := _FRAGMENT.fullmatch(address))
        and _MARK.fullmatch("".join(islice(link.itertext(), _FEW)).strip())
        and not sentences.isdisjoint(islice(link.iterancestors(), _NEAR))
    }
    if not 0 < len(ids) <= _MOST:
        return set()
    ends = [each for each in tree.iter("*") if ids & {each.get("id"), each.get("name")}]
    known = {place.element for one in placed for place in one.place.upwards()}
    return {holder for end in ends[:_MOST] if (holder := _holder(end, known)) is not None}


def _holder(end: Any, known: set[Any]) -> Any | None:
    """Return which of the elements ``known`` holds the words of the note that begins at ``end``."""
    for each in filter(known.__contains__, (end, *islice(end.iterancestors(), _NEAR))):
        inside = list(islice(each.iter("*"), _LONGEST))
        tails = (e.tail for e in inside[1:])
        count = sum(map(count_words, filter(None, (*(e.text for e in inside), *tails))))
        if count > 1:
            is_note = count <= _LONGEST and _HEADINGS.isdisjoint(e.tag for e in inside)
            return each if is_note else None
    return None


def _is_named(place: Place) -> bool:
    named = "footnotes" in place.names and bool(_NAMED.search(place.names))
    return named or place.role in _ROLES
