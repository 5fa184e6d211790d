"""Which lines of a PDF are headings: by its table of contents, by their type, by their number.

Pure.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from casebook.extractors.pdf.blocks.cuts import Group
from casebook.extractors.pdf.blocks.furniture import NUMBER, ROMAN, key_of
from casebook.extractors.pdf.lines import Line
from casebook.extractors.pdf.words import CLOSING, ITEM
from casebook.extractors.text.characters import words_in
from casebook.extractors.text.references import stands_over_references

LONGEST = 160
"""Characters of a heading."""

_LONGEST_LINE = 120
"""Of a line that may be one by itself."""

_NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?|[A-Z]\.|[IVX]{1,5}\.)\s+[A-Z]")
_DEEP = re.compile(r"\d{1,2}(?:\.\d{1,2}){1,3}\.?\s")
"""The number of a section of a section; such a heading may be a sentence."""

_SECTION = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+[^\W\d_]")
_NO_SECTION = re.compile(r".*(?:[.,;:]|\s\d{1,4})\Z", re.DOTALL)
"""A sentence, or an entry of a table of contents."""

_NUMERALS = "I II III IV V VI VII VIII IX X XI XII".split()
_FEWEST_SECTIONS = 3

# "38 %", "2.1 s", "$4M": what a slide shows large.
_FIGURE = re.compile(r"[\W_]*\d[\d.,\s]*[\W_]*[^\W\d_]{0,2}\W*")
_OPENING = ("“", "„", "«", '"')
_QUOTED = re.compile(r"[“„«\"][^”“»\"]*\Z")
"""A quotation that is not over."""

_LARGER = 1.12


@dataclass(frozen=True, slots=True)
class Titles:
    """The keys of the titles in a table of contents, and their first and last words."""

    keys: frozenset[str]
    firsts: frozenset[str]
    lasts: frozenset[str]

    @classmethod
    def of(cls, outline: Iterable[str]) -> "Titles":
        """Return what a table of contents names."""
        keys = frozenset(map(key_of, outline))
        firsts = (NUMBER if key.startswith(NUMBER) else key.partition(" ")[0] for key in keys)
        lasts = (NUMBER if key.endswith(NUMBER) else key.rpartition(" ")[2] for key in keys)
        return cls(keys, frozenset(firsts), frozenset(lasts))

    def __contains__(self, text: str) -> bool:
        """Tell a line that is named; most lines begin or end like none that is."""
        if not self.keys:
            return False
        first = _end_of(text.partition(" ")[0], 0)
        if first and first not in self.firsts:
            return False
        last = _end_of(text.rpartition(" ")[2], -1)
        if last and last not in self.lasts:
            return False
        return key_of(text) in self.keys


@lru_cache(maxsize=4_000)
def _end_of(word: str, end: int) -> str:
    """Return what a key begins with (0), or ends with (-1), whose text does so with ``word``.

    That is "" where it may be anything. Letters stay, but for those of Roman numerals; a number may
    run into the words beside it.
    """
    words = words_in(word)
    if not words:
        return ""
    bare = words[end].lower()
    if bare[end].isdecimal():
        return NUMBER
    return bare if bare.isascii() and bare.isalpha() and bare.strip(ROMAN) else ""


def is_heading(line: Line, body: float, titles: Titles, *, longest: int = _LONGEST_LINE) -> bool:
    """Tell a line that stands as a heading, by the table of contents or by its type.

    ``body`` is the type size of the text, in points; one of more than ``longest`` characters is
    none.
    """
    text = line.text
    if len(text) > longest:
        return False
    if not text[:1].isalpha() and not any(map(str.isalpha, text)):
        return False
    if titles.keys and text in titles:
        return True
    set_apart = (line.bold or line.size >= _LARGER * body) and _is_set_apart(line, body)
    return set_apart or stands_over_references(text)


def _is_set_apart(line: Line, body: float) -> bool:
    text, larger = line.text, line.size >= _LARGER * body
    if text.rstrip(CLOSING).endswith((".", ",", ";")) and not _DEEP.match(text):
        return False
    if ITEM.match(text) and not _NUMBERED.match(text):
        return False
    if opens_quotation(text) or _FIGURE.fullmatch(text):
        return False
    begins = text[:1].isupper() or text[:1].isdigit()
    return larger or (line.size >= body and begins)


def opens_quotation(text: str) -> bool:
    """Tell the first line of a quotation that goes on."""
    return text.startswith(_OPENING) and bool(_QUOTED.match(text))


def is_section(text: str) -> bool:
    """Tell a heading that begins with its number."""
    return bool(_NUMBERED.match(text))


def with_sections(groups: Iterable[Group]) -> Iterator[Group]:
    """Yield ``groups`` with headings that nothing but their number tells: "2.1" after "2".

    Each is a line of its own, and its number is the next one, or the first one below the last.
    """
    last: tuple[int, ...] = ()
    for group in groups:
        number = _number_of(group) if group.lines[0].text[:1].isdigit() else ()
        if number and group.heads:
            last = number
        elif len(number) > 1 and _follows(last, number):
            last = number
            yield group._replace(heads=True)
            continue
        yield group


def with_numerals(groups: Sequence[Group]) -> list[Group]:
    """Return ``groups`` with headings that a Roman number tells, as in many papers, in plain type.

    Each is a line of its own with text under it, and they count from I to III at least; so do the
    letters of sections within. Points of a list stand one under the other.
    """
    found = list(groups)
    if not any(group.lines[0].text.startswith("I. ") for group in groups):
        return found
    sections: list[int] = []
    for n, group in enumerate(groups):
        wanted = _NUMERALS[len(sections) : len(sections) + 1]
        if wanted and _begins_with(group, wanted[0]):
            sections.append(n)
    if len(sections) < _FEWEST_SECTIONS or any(b - a == 1 for a, b in pairwise(sections)):
        return found
    letters = 0
    for n, group in enumerate(groups[:-1]):
        letter, after = chr(ord("A") + letters), chr(ord("B") + letters)
        if n in sections:
            found[n], letters = group._replace(heads=True), 0
            continue
        alone = n > sections[0] and not _begins_with(groups[n + 1], after)
        if alone and _begins_with(group, letter):
            found[n], letters = group._replace(heads=True), letters + 1
    return found


def _begins_with(group: Group, number: str) -> bool:
    """Tell a line of its own that may be the title of the section with a ``number``."""
    text = group.lines[0].text
    if not text.startswith(f"{number}. ") or group.lines[0].row or group.lines[1:]:
        return False
    title = text[len(number) + 2 :].lstrip()
    return title[:1].isupper() and len(text) <= _LONGEST_LINE and not _NO_SECTION.match(text)


def with_title_first(page: Sequence[Line], body: float) -> list[Line]:
    """Return the lines of a page with the one above all others first, if its type is the largest.

    Slides are drawn in the order in which their parts were made, and boxes before the text.
    """
    if not page:
        return []
    bases = [line.base for line in page]
    at = bases.index(max(bases))
    top, size = page[at], page[at].size
    if at == 0 or size < _LARGER * body or any(_vies(line, top) for line in page):
        return list(page)
    end = at + 1
    while end < len(page) and page[end].size == size:
        end += 1
    middle = (min(line.left for line in page) + max(line.right for line in page)) / 2
    if top.left > middle:
        return list(page)
    return [*page[at:end], *page[:at], *page[end:]]


def _vies(line: Line, top: Line) -> bool:
    """Tell a line that is larger than the one on top, or level with it."""
    return line is not top and (line.size > top.size or line.base > top.base - top.size)


def _number_of(group: Group) -> tuple[int, ...]:
    text = group.lines[0].text
    if group.lines[0].row or not (found := _SECTION.match(text)):
        return ()
    if not group.heads and (group.lines[1:] or len(text) > LONGEST or _NO_SECTION.match(text)):
        return ()
    return tuple(map(int, found[1].split(".")))


def _follows(last: tuple[int, ...], number: tuple[int, ...]) -> bool:
    *above, n = number
    if number == (*last, 1):
        return True
    return len(last) >= len(number) and (*above, n - 1) == last[: len(number)]
