"""Title, authors, day and language: as the file states them, else as its first page shows them."""

import ctypes
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pypdfium2.raw as pdfium

from extractors.dates import stated_day
from extractors.pdf.headings import key_of
from extractors.text import one_line

_MOST_TITLES = 1_000
_NO_TITLE = re.compile(
    r"untitled.*|microsoft (?:word|powerpoint|excel).*|(?:document|presentation|slide|title)\s*\d*"
    r"|.*\.(?:docx?|pdf|tex|dvi|pptx?|xlsx?|odt|indd|html?|md)",
    re.IGNORECASE,
)
_SHORTEST_TITLE = 4
_CREATED = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
_TOP_LINES, _LONGEST_DAY_LINE, _LONGEST_BYLINE = 12, 60, 400
_SIGNED = re.compile(r"\A(?:(?:written |prepared )?by|authors?)\b:?\s+", re.IGNORECASE)
_MARKS = re.compile(r"[\[\]\d*†‡§¶∗★,]*[\[\]\d*†‡§¶∗★]+")
_SPLIT = re.compile(r"\s*[;,·•|]\s*(?:and\s+)?|\s+(?:and|und|et)\s+|\s+&\s+|\n")
_NAME = re.compile(r"(?:[^\W\d_][\w'’.-]*\s+){1,4}[^\W\d_][\w'’.-]*")
_PARTICLES = frozenset("van von de der den del della di da dos la le bin".split())
_NO_NAME = re.compile(
    r"\b(?:university|institute|department|inc|ltd|gmbh|research|labs?|school|college|abstract|"
    r"version|draft|press|group|the|of|for|in|on|with|to)\b",
    re.IGNORECASE,
)
_NOT_A_PERSON = re.compile(
    r"[@/\\<>]|^(?:admin\w*|administrator|user|unknown|anonymous)$", re.IGNORECASE
)


def outline_of(document: Any) -> dict[str, int]:
    """Return the level, from 1, of each title in the file's table of contents, by ``key_of``."""
    found: dict[str, int] = {}
    for n, entry in enumerate(document.get_toc(max_depth=6)):
        if n == _MOST_TITLES:
            break
        found.setdefault(key_of(one_line(entry.get_title() or "")), min(6, entry.level + 1))
    found.pop("", None)
    return found


def language_stated(document: Any) -> str | None:
    """Return the language that the file says its text is in."""
    room = (ctypes.c_ushort * 32)()
    pdfium.FPDFCatalog_GetLanguage(document.raw, room, ctypes.sizeof(room))
    return bytes(room).decode("utf-16-le", "ignore").partition("\0")[0].strip() or None


def title_of(stated: Mapping[str, str], shown: str | None) -> str | None:
    """Return the title the file states, unless it is a file's name; else the one it shows."""
    title = one_line(stated.get("Title", ""))
    is_title = len(title) >= _SHORTEST_TITLE and any(map(str.isalpha, title))
    return title if is_title and not _NO_TITLE.fullmatch(title) else shown


def authors_of(stated: Mapping[str, str], bylines: Iterable[str]) -> tuple[str, ...]:
    """Return the authors the file states, else the names in ``bylines``.

    Programs state who typed the file; where the page names others beside them, it is right.
    """
    parts = _SPLIT.split(one_line(stated.get("Author", "")))
    named = [part for part in parts if part and not _NOT_A_PERSON.search(part)]
    shown = [name for line in bylines for name in names_in(line)]
    return tuple(dict.fromkeys(shown if not named or set(named) < set(shown) else named))


def names_in(byline: str) -> list[str]:
    """Return the names of a line that holds names and nothing else; otherwise none."""
    if len(byline) > _LONGEST_BYLINE:
        return []
    line = _MARKS.sub(",", _SIGNED.sub("", byline))
    names = [name for part in _SPLIT.split(line) if (name := part.strip(" .,"))]
    return names if all(map(_is_name, names)) else []


def _is_name(text: str) -> bool:
    if not _NAME.fullmatch(text) or _NO_NAME.search(text):
        return False
    return all(word[:1].isupper() or word.lower() in _PARTICLES for word in text.split())


def day_of(stated: Mapping[str, str], lines: Sequence[str]) -> date | None:
    """Return the day that stands on the first page, else the day the file was created.

    A file may be printed long after; a day to come is that of an event.
    """
    created = _created(stated.get("CreationDate", ""))
    shown = next(_days(lines), None)
    if shown and (created is None or (shown - created).days <= 1):
        return shown
    return created


def _days(lines: Sequence[str]) -> Iterator[date]:
    for line in lines[:_TOP_LINES]:
        if len(line) <= _LONGEST_DAY_LINE and (day := stated_day(line)):
            yield day


def _created(stated: str) -> date | None:
    found = _CREATED.match(stated)
    return stated_day("-".join(found.groups())) if found else None
