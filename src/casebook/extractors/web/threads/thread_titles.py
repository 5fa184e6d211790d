"""What a thread is called: its heading, without what the software and the site say around it."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice, permutations
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.text.authors import names_site
from casebook.extractors.text.characters import one_line

_HEADINGS = etree.XPath("//h1 | //h2 | //h3")
_LINKS = etree.XPath("//a[@href]")
_SEPARATOR = re.compile(r"\s+(?:[|·•»«:—–/-]|::)\s+|:\s+|\s*[|»]\s*")
_MAKER = re.compile(r"powered by\b", re.IGNORECASE)
_FEWEST_WORDS = 2
_MOST_HEADINGS, _MOST_LINKS = 60, 3_000
_MOST_WITHIN = 60
_MOST_PARTS = 4
_FEW = 4
_LONGEST_TITLE = 400


def thread_title(tree: Any, stated: Sequence[str], sites: Sequence[str]) -> str | None:
    """Return the title of the thread under ``tree``, None where its titles tell no better.

    That is the longest heading, or element in one, that is a part of one of the titles ``stated``;
    else the first without the parts behind it to which the page links: its forum, its site.
    """
    titles = [line for title in stated if 0 < len(line := one_line(title)) <= _LONGEST_TITLE]
    shown = {text for text in _headings(tree) if any(_is_part(text, title) for title in titles)}
    named = [text for text in shown if not any(names_site(text, site) for site in sites)]
    if named:
        return max(named, key=len)
    return (_shared(titles) or _without_places(titles[0], tree)) if titles else None


def _shared(titles: Sequence[str]) -> str | None:
    """Return the longest part that one title begins with and another ends with.

    Either has the site or the forum on its other side.
    """
    titles = list(dict.fromkeys(titles))[:_FEW]
    parts = [_parts(title) for title in titles]
    common = {
        part
        for one, other in permutations(range(len(parts)), 2)
        for part in parts[one] & parts[other]
        if titles[one].startswith(part) and titles[other].endswith(part)
    }
    return max((one for one in common if len(one.split()) >= _FEWEST_WORDS), key=len, default=None)


def _parts(title: str) -> set[str]:
    """Return all that stands in ``title`` between two of its marks, or its ends."""
    marks = list(_SEPARATOR.finditer(title))[-_MOST_PARTS:]
    starts = [0, *(mark.end() for mark in marks)]
    ends = [*(mark.start() for mark in marks), len(title)]
    return {title[start:end] for start in starts for end in ends if start < end} - {title}


def _headings(tree: Any) -> Iterator[str]:
    for heading in islice(_HEADINGS(tree), _MOST_HEADINGS):
        for part in islice(heading.iter(), _MOST_WITHIN):
            text = one_line(part.text_content())
            if len(text.split()) >= _FEWEST_WORDS:
                yield text


def _is_part(text: str, title: str) -> bool:
    """Tell ``text`` that ``title`` begins with, or has behind a separator."""
    before, found, behind = title.partition(text)
    if not found or behind[:1].isalnum():
        return False
    return not before or any(mark.end() == len(before) for mark in _SEPARATOR.finditer(before))


def _without_places(title: str, tree: Any) -> str | None:
    """Return ``title`` without the places at its end; None where it has none."""
    marks = list(_SEPARATOR.finditer(title))[-_MOST_PARTS:]
    if not marks:
        return None
    linked = {one_line(link.text_content()) for link in islice(_LINKS(tree), _MOST_LINKS)}
    rest = title
    for mark in reversed(marks):
        last = rest[mark.end() :]
        if last not in linked and not _MAKER.match(last):
            break
        rest = rest[: mark.start()]
    return rest if rest != title else None
