"""Text directives: the part of an address that opens a page at a quote.

They follow "URL Fragment Text Directives" (WICG).
"""

import re
from functools import lru_cache
from urllib.parse import quote

# Long exact texts break on the first character that differs between page and extraction, so longer
# quotes are given by their first and last words only.
_EXACT_CHARACTERS = 100
_EDGE_WORDS = 5
_PREFIX_WORDS = 3
# Cells of a table row are separate blocks on the page, although they share a line in the text.
_BLOCK_END = re.compile(r"[\n\r\t]|\s\|\s")
# Markdown marks of headings, list items and citations are not on the page.
_BLOCK_MARK = re.compile(r"^\s*(?:(?:[#>*+•|-]+|\d+[.)])\s+)+")


def text_directive(text: str, start: int, end: int) -> str:
    """Return ``[prefix-,]start[,end]`` for the quote ``text[start:end]``, percent-encoded."""
    lines = [words for line in _BLOCK_END.split(text[start:end]) if (words := _words(line))]
    if not lines:
        return ""
    _drop_cut_words(lines, text, start, end)
    first, last = lines[0], lines[-1]
    terms = [" ".join(first)]
    if len(lines) > 1:
        terms = [_opening(first, text, start), _ending(last)]
    elif len(terms[0]) > _EXACT_CHARACTERS and len(first) > 2 * _EDGE_WORDS:
        half = len(first) // 2
        terms = [_opening(first[:half], text, start), _ending(first[half:])]
    return ",".join([*_prefix(terms[0], text, start), *map(_encode, terms)])


def _opening(words: list[str], text: str, start: int) -> str:
    """Return the fewest first words, at least five, that do not occur earlier in the source."""
    openings = (" ".join(words[:n]) for n in range(_EDGE_WORDS, len(words)))
    return next((o for o in openings if not _occurs_earlier(o, text, start)), " ".join(words))


def _ending(words: list[str]) -> str:
    """Return the fewest last words, at least five, that do not occur earlier in ``words``."""
    endings = (" ".join(words[-n:]) for n in range(_EDGE_WORDS, len(words)))
    rest = " ".join(words).lower()
    unique = (e for e in endings if rest.find(e.lower()) == len(rest) - len(e))
    return next(unique, " ".join(words))


def _prefix(opening: str, text: str, start: int) -> list[str]:
    """Return the words before a quote if its opening also occurs earlier, else nothing."""
    if not _occurs_earlier(opening, text, start):
        return []
    context = _words(_BLOCK_END.split(text[:start])[-1])[-_PREFIX_WORDS:]
    return [_encode(" ".join(context)) + "-"] if context else []


def _occurs_earlier(term: str, text: str, start: int) -> bool:
    # Most terms occur once in the text, which is normalised once for all of its quotes.
    term = term.lower()
    return _whole(text).count(term) > 1 and term in _flat(text[:start])


def _drop_cut_words(lines: list[list[str]], text: str, start: int, end: int) -> None:
    """Drop a first or last word that the quote cuts off: browsers match whole words only."""
    first, last = lines[0], lines[-1]
    if start and text[start - 1 : start + 1].isalnum() and len(first) > 1:
        del first[0]
    if text[end - 1 : end + 1].isalnum() and end < len(text) and len(last) > 1:
        del last[-1]


def _words(line: str) -> list[str]:
    return _BLOCK_MARK.sub("", line).split()


def _flat(text: str) -> str:
    return " ".join(text.split()).lower()


_whole = lru_cache(maxsize=1)(_flat)


def _encode(term: str) -> str:
    # "-" marks a prefix or suffix in the grammar of directives, and quote() never encodes it.
    return quote(term, safe="").replace("-", "%2D")
