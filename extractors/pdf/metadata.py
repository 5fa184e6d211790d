"""Title, authors and date of a PDF: from the file's metadata, else from its first page."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice
from typing import Any

from extractors.data import pattern
from extractors.dates import stated_day
from extractors.pdf.headings import key_of
from extractors.text import one_line

_MOST_TITLES, _DEEPEST, _SHORTEST_TITLE = 1_000, 6, 4
_TOP_LINES, _LONGEST_DAY, _LONGEST_BYLINE = 12, 60, 400
_NOTE_MARKS = re.compile(r"[\s*†‡§¶∗★⋆]+$")
_MARKS = re.compile(r"[\[\]\d*†‡§¶∗★⋆,]*[\[\]\d*†‡§¶∗★⋆]+")
_SPLIT = re.compile(r"\s*[;,·•|]\s*(?:and\s+)?|\s+(?:and|und|et)\s+|\s+&\s+|\n")
_NAME = re.compile(r"(?:[^\W\d_][\w'’.-]*\s+){1,4}[^\W\d_][\w'’.-]*")
_PARTICLES = frozenset("van von de der den del della di da dos la le bin".split())
_NO_TITLE, _SIGNED = pattern("pdf", "metadata", "no_title"), pattern("pdf", "metadata", "signed")
_NO_NAME = pattern("pdf", "metadata", "no_name")


def outline_of(document: Any) -> dict[str, int]:
    """Return the levels, from 1, of the titles in the file's outline, by ``key_of``."""
    found: dict[str, int] = {}
    for entry in islice(document.get_toc(), _MOST_TITLES):
        found.setdefault(key_of(one_line(entry.get_title() or "")), min(_DEEPEST, entry.level + 1))
    found.pop("", None)
    return found


def title_of(stated: str, shown: Sequence[str]) -> str | None:
    """Return the stated title, unless it is a file name, else the first usable one ``shown``."""
    titles = [_NOTE_MARKS.sub("", one_line(title)) for title in (stated, *shown)]
    usable = (title for title in titles if sum(map(str.isalpha, title)) >= _SHORTEST_TITLE)
    return next((title for title in usable if not _NO_TITLE.fullmatch(title)), None)


def authors_of(stated: str, bylines: Iterable[str]) -> tuple[str, ...]:
    """Return the stated authors, unless the ``bylines`` name more."""
    parts = map(str.strip, _SPLIT.split(one_line(stated)))
    named = [part for part in parts if part and not re.search(r"[@/\\<>]", part)]
    shown = [name for line in bylines for name in names_in(line)]
    return tuple(dict.fromkeys(shown if not named or set(named) < set(shown) else named))


def names_in(byline: str) -> list[str]:
    """Return the names in a line that consists of names only, else none."""
    line = _MARKS.sub(",", _SIGNED.sub("", byline[:_LONGEST_BYLINE]))
    names = [name for part in _SPLIT.split(line) if (name := part.strip(" .,"))]
    words = [word for name in names for word in name.split()]
    are_names = all(_NAME.fullmatch(name) and not _NO_NAME.search(name) for name in names)
    return names if are_names and all(w[:1].isupper() or w in _PARTICLES for w in words) else []


def day_of(created: date | None, lines: Sequence[str]) -> date | None:
    """Return the date on the first page, unless it is later than ``created``, else ``created``."""
    created = stated_day(f"{created}")
    days = (stated_day(line) for line in lines[:_TOP_LINES] if len(line) <= _LONGEST_DAY)
    shown = next(filter(None, days), None)
    return shown if shown and (created is None or (shown - created).days <= 1) else created
