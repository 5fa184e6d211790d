"""The list of references at a paper's end, told apart from its text. Pure."""

import re
from bisect import bisect_left
from collections.abc import Sequence

from casebook.extractors.text.passages import Block

_HEADING = re.compile(
    r"(?:(?:\d{1,2}|[IVX]{1,5}|[A-Z])[.:]?\s+)?(?:list of )?"
    r"(?:references(?: cited| and notes)?|bibliography|literature(?: cited)?|works cited|"
    r"bibliographie|literaturverzeichnis|literatur|quellen|références|referencias|bibliografía)"
    r"\s*[:.]?",
    re.IGNORECASE,
)
_ENTRY = re.compile(
    r"\[[\w+., -]{1,40}\]|\(?\d{1,3}[.)]\s|[A-Z][\w'’-]+,\s+(?:[A-Z]\.|[A-Z][a-z]+)"
)
_NUMBER = re.compile(r"\[(\d{1,3})\] ")
_CITED = re.compile(
    r"\b(?:19|20)\d\d[a-z]?\b|\bdoi\b|\barxiv\b|\bet al\b|\bpp?\.\s*\d|\bvol\.|https?://|"
    r"\bin proceedings\b|\bproc\.|\bjournal\b|\bconference\b",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?:(?:\d{1,2}|[A-Z]|[IVX]{1,5})[.:]?\s+)?(?:appendi(?:x|ces)|supplement|acknowledge?ment|"
    r"about the author|author contributions|biograph|index\b|glossary|annex)",
    re.IGNORECASE,
)
_MOSTLY = 0.5
_SOME = 4
_OTHERS = 6
"""Blocks in a row of which none reads like an entry: something else, under no heading."""


def stands_over_references(text: str) -> bool:
    """Tell the heading of a list of references."""
    return len(text) < 40 and bool(_HEADING.fullmatch(text.strip()))  # noqa: PLR2004 - a quick no


def without_references(blocks: Sequence[Block]) -> tuple[list[Block], list[Block], str]:
    """Return ``blocks`` without their lists of references, those lists, and a note of it.

    A list begins under a heading that names it, if what follows looks like one, and ends at the
    next heading under which something else stands, or where much of something else does.
    """
    kept: list[Block] = []
    left: list[Block] = []
    dropped = at = 0
    told = [number for number, block in enumerate(blocks) if not block.heading]
    while at < len(blocks):
        end = _end(blocks, at, told) if _begins(blocks, at, told) else at
        if end > at:
            notes = _notes_among(blocks[at + 1 : end])
            kept += notes
            left += [block for block in blocks[at:end] if block not in notes]
            dropped += end - at - 1 - len(notes)
            at = end
        else:
            kept.append(blocks[at])
            at += 1
    if not kept:
        return list(blocks), [], "not told apart from the text"
    return kept, left, f"{dropped} passages left out" if dropped else "none found"


def _begins(blocks: Sequence[Block], at: int, told: Sequence[int]) -> bool:
    block = blocks[at]
    if not block.heading or not stands_over_references(block.text):
        return False
    # Notes at the foot of its first page may stand among the first few.
    return any(_is_list(blocks, at, told, some) for some in (_SOME, 2 * _SOME))


def _is_list(blocks: Sequence[Block], at: int, told: Sequence[int], some: int = _SOME) -> bool:
    """Tell whether most of the next few blocks below ``at`` read like entries of such a list.

    ``told`` are the places of all blocks that are no headings.
    """
    first = bisect_left(told, at)
    return cites([blocks[number].text for number in told[first : first + some]])


def _notes_among(entries: Sequence[Block]) -> list[Block]:
    """Return the notes of the text among the entries of a list, at whose page's foot they stand.

    They cite nothing, and their numbers are none of the list's.
    """
    found: list[Block] = []
    last = 0
    for block in entries:
        if not (number := _NUMBER.match(block.text)):
            continue
        if _CITED.search(block.text) or int(number[1]) == last + 1:
            last = int(number[1])
        else:
            found.append(block)
    return found


def cites(texts: Sequence[str]) -> bool:
    """Tell whether most of these paragraphs read like entries of a list of references."""
    like = [text for text in texts if _CITED.search(text)]
    return bool(texts) and len(like) >= _MOSTLY * len(texts)


def _end(blocks: Sequence[Block], at: int, told: Sequence[int]) -> int:
    """Return where the list that begins at ``at`` ends."""
    others = 0
    for number in range(at + 1, len(blocks)):
        block = blocks[number]
        others = 0 if _ENTRY.match(block.text) or _CITED.search(block.text) else others + 1
        if others == _OTHERS:
            return number + 1 - _OTHERS
        if not block.heading or _ENTRY.match(block.text):
            continue
        if _AFTER.match(block.text) or not _is_list(blocks, number, told):
            # An appendix may begin in plain type, before its first heading.
            run = range(number - others + 1, number)
            return next((n for n in run if _AFTER.match(blocks[n].text)), number)
    return len(blocks)
