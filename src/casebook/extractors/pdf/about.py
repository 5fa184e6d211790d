"""What a PDF says of itself, and what its first page says in its place."""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice, takewhile
from typing import Any

import pypdf

from casebook.extractors.pdf.characters.raised import whole
from casebook.extractors.pdf.lines import Line
from casebook.extractors.text.characters import one_line
from casebook.extractors.text.passages import Block
from casebook.extractors.text.properties import authors_in, is_title

_CONTENTS = re.compile(
    r"(?:table of )?contents|inhalt(?:sverzeichnis)?|table des matières|sommaire|índice|indice"
    r"|contenido|sumário|目次|目录|содержание|оглавление",
    re.IGNORECASE,
)
_MOST_OUTLINE = 500
_TOP_BLOCKS = 8
"""Of a first page; rows of its tables do not count."""

_LONGEST_BYLINE = 400
_MOST_UNDER_TITLE = 60
"""Lines, of names and addresses."""

_MOST_BETWEEN = 8
"""Lines between a title's first one and what stands under it."""

_LONGEST_UNDER_TITLE = 90
_BEGINS_TEXT = re.compile(
    r"(?:abstract|summary|contents|keywords|introduction|\d\.?\s|zusammenfassung|résumé|resumen)",
    re.IGNORECASE,
)
_LARGER = 1.12
_LEVEL = 2.0
"""Points."""

_LINE_STEP = 1.75
"""Type sizes from a line to the next, at most."""

# One to five words that begin like names; particles may not.
_NAME = re.compile(
    r"(?:[^\W\d_][\w'’.-]*\s+){1,4}[^\W\d_][\w'’.-]*",
)
_SIGNED = re.compile(r"\A(?:(?:written |prepared )?by|authors?)\b:?\s+", re.IGNORECASE)
_PARTICLES = set("van von de der den del della di da dos la le bin".split())
_MARKS = re.compile(r"(?:\[[a-z](?:, ?[a-z])*\]|[\[\]\d*†‡§¶∗★]+)(?:\s*,\s*[\[\]\d*†‡§¶∗★]+)*")
_NOTE_MARK = re.compile(r"\s*(?:[†‡§¶∗★]+|\[\d{1,2}\])\Z")
_SPLIT = re.compile(r"\s*[;,·•|]\s*(?:and\s+)?|\s+and\s+|\s+&\s+|\n")
_DAY = re.compile(
    r"(?:\b(?:on|published|updated)\s+)?\b(?:\d{1,2}(?:st|nd|rd|th)?\.?\s+[^\W\d_]{3,9}\.?\s+\d{4}|"
    r"[^\W\d_]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}|\d{4}-\d\d-\d\d)\b",
    re.IGNORECASE,
)
"""What may stand beside the names of a line that begins with "By"."""

_BESIDE_DAY = re.compile(
    r"(?:(?:last |first )?(?:published|updated|modified|revised|posted|issued)|date|on|as of|"
    r"\d+ min(?:ute)?s?(?: read)?|[\W_])*",
    re.IGNORECASE,
)
_DAY_LINES = 12
"""Of the first page, among which its day may stand."""

_LABEL = re.compile(r"\s[^\W\d_]{3,12}:\s.*")
"""What follows the names of a line that goes on with its day or state."""

_NO_NAME = re.compile(
    r"\b(?:university|institute|department|inc|ltd|gmbh|research|labs?|school|college|abstract|"
    r"version|draft|press|group|team|the|of|for|in|on|with|to)\b",
    re.IGNORECASE,
)

# It says on stderr what our steps and errors already say.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class About:
    """What a PDF says of itself; every field may be missing."""

    title: str | None = None
    authors: Sequence[str] = ()
    created: date | None = None
    language: str | None = None
    outline: Sequence[str] = field(default=())
    encrypted: bool = False


def describe(opened: Callable[[], pypdf.PdfReader], outline: Sequence[str]) -> tuple[About, str]:
    """Return what the file says of itself, as far as pypdf can read it, and why it cannot.

    ``opened`` returns pypdf's reader, or raises. ``outline`` is the table of contents as pdfium
    reads it, which is far quicker; where it reads none, pypdf is asked.
    """
    try:
        reader = opened()
        meta = reader.metadata
        about = About(
            title=one_line(str(meta.title)) if meta and meta.title else None,
            authors=authors_in(str(meta.author)) if meta and meta.author else (),
            created=_created(meta),
            language=stated_language(reader),
            outline=outline or _titles(reader),
            encrypted=reader.is_encrypted,
        )
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a broken file breaks pypdf anywhere; text comes first
        return About(outline=outline), f"failed: {type(error).__name__}"
    return about, ""


def _created(meta: Any) -> date | None:
    """Return the day of creation; a malformed date is none."""
    try:
        moment = meta.creation_date if meta else None
    except ValueError:
        return None
    return moment.date() if moment else None


def stated_language(reader: pypdf.PdfReader) -> str | None:
    """Return the language that the file says its text is in."""
    stated = reader.root_object.get("/Lang")
    return str(stated) if stated else None


def _titles(reader: pypdf.PdfReader) -> list[str]:
    found: list[str] = []
    waiting: list[Any] = list(reader.outline)
    while waiting and len(found) < _MOST_OUTLINE:
        entry = waiting.pop(0)
        if isinstance(entry, list):
            waiting = [*entry, *waiting]
        elif entry.title:
            found.append(one_line(str(entry.title)))
    return found


def outline_of(document: Any) -> list[str]:
    """Return the titles of a pdfium document's table of contents, as far as it can be read."""
    found: list[str] = []
    for entry in document.get_toc():
        if len(found) == _MOST_OUTLINE:
            break
        if title := one_line(entry.get_title() or ""):
            found.append(title)
    return found


def title_of(about: About, blocks: Sequence[Block], first: Sequence[Line]) -> str | None:
    """Return the title the file states, unless it is a file name, else the first page's heading.

    ``first`` are the lines of the first page, by whose type its headings are told apart.
    """
    stated = about.title or ""
    if is_title(stated):
        return stated
    heading = _heading_of(blocks, first)
    if heading is None or _CONTENTS.fullmatch(blocks[heading].text.strip()):
        return None
    return _NOTE_MARK.sub("", blocks[heading].text)


def days_in(first: Sequence[Line]) -> Iterator[str]:
    """Yield the days that the first page shows by its title, as they are written.

    They stand alone, or beside the names of its authors.
    """
    for line in first[:_DAY_LINES]:
        found = _DAY.search(line.text) if len(line.text) <= _LONGEST_BYLINE else None
        if found and (_SIGNED.match(line.text) or _BESIDE_DAY.fullmatch(_DAY.sub("", line.text))):
            yield found.group()


def authors_of(
    about: About, blocks: Sequence[Block], first: Sequence[Line], rows: Sequence[Line]
) -> list[str]:
    """Return the authors the file states, else the names under the first heading.

    ``first`` are the lines of the first page: authors may stand side by side; ``rows`` are those
    of its tables, which name none.
    """
    stated, found = list(about.authors), _named_on_page(blocks, first, rows)
    # Programs state who typed it; the page may name others beside them.
    return found if not stated or set(stated) < set(found) else stated


def _named_on_page(
    blocks: Sequence[Block], first: Sequence[Line], rows: Sequence[Line]
) -> list[str]:
    heading = _heading_of(blocks, first)
    if heading is None:
        return []
    title, under = blocks[heading], blocks[heading + 1 : heading + 2]
    under = [block for block in under if _stands_under(title, block, first)]
    signed = [block for block in blocks[:_TOP_BLOCKS] if _SIGNED.match(block.text)]
    texts = [block.text for block in [*under, *signed] if block.page == 1 and not block.row]
    texts += bylines(whole(first), title.text, rows)
    return list(dict.fromkeys(name for text in texts for name in names_in(text)))


def _is_in(line: Line, rows: Sequence[Line]) -> bool:
    """Tell a line of one of ``rows``: it stands there, and says what some of its cells do."""
    level = [row for row in rows if -_LEVEL < row.base - line.base < _LEVEL + _height(row)]
    return any(line.text in re.sub(r"\n| \| ", " ", row.text) for row in level)


def _height(row: Line) -> float:
    """Return how far the lines of a row's cells reach down at most, in points."""
    return row.text.count("\n") * _LINE_STEP * row.size


def bylines(lines: Sequence[Line], title: str, rows: Sequence[Line] = ()) -> list[str]:
    """Return the lines of names under ``title`` where authors stand side by side, in order.

    These are the lines in the type of the first one, if all of them hold names; else, where
    addresses are set like names, those level with it. A table, whose ``rows`` these are, ends them.
    """
    ends = (n for n, line in enumerate(lines, 1) if title.endswith(line.text.strip()))
    start = next(ends, len(lines))
    under = list(takewhile(_is_above_text, lines[start : start + _MOST_UNDER_TITLE]))
    under = list(takewhile(lambda line: not _is_in(line, rows), under))
    if not under or not names_in(under[0].text):
        return []
    like = [line for line in under if (line.size, line.bold) == (under[0].size, under[0].bold)]
    level = [line for line in like if abs(line.base - under[0].base) < _LEVEL]
    if not all(names_in(line.text) for line in like):
        like = [line for line in level if names_in(line.text)]
    return [line.text for line in like] if len(level) > 1 else []


def _is_above_text(line: Line) -> bool:
    return len(line.text) <= _LONGEST_UNDER_TITLE and not _BEGINS_TEXT.match(line.text)


def names_in(byline: str) -> list[str]:
    """Return the names of a line that holds names and nothing else; otherwise none."""
    if len(byline) > _LONGEST_BYLINE:
        return []
    signed = _SIGNED.match(byline)
    if signed:
        byline = _LABEL.sub("", _DAY.sub(",", byline[signed.end() :]))
    line = _MARKS.sub(",", byline)
    parts = [part.strip(" .,") for part in _SPLIT.split(line)]
    names = [part for part in parts if part]
    return names if names and all(map(_is_name, names)) else []


def _is_name(text: str) -> bool:
    if not _NAME.fullmatch(text) or _NO_NAME.search(text):
        return False
    return all(word[:1].isupper() or word.lower() in _PARTICLES for word in text.split())


def _heading_of(blocks: Sequence[Block], first: Sequence[Line]) -> int | None:
    """Return the number of the first heading on top of the first page, or of a larger one."""
    sizes = {number: _size_of(blocks[number], first) for number in _headings_on_top(blocks)}
    if not sizes:
        return None
    top, largest = next(iter(sizes)), max(sizes, key=lambda number: sizes[number])
    return largest if sizes[largest] >= _LARGER * sizes[top] else top


def _stands_under(title: Block, block: Block, lines: Sequence[Line]) -> bool:
    """Tell what is read after ``title`` and stands there from the foot of a page full of text."""
    top, line = _line_of(title, lines), _line_of(block, lines)
    if top is None or line is None:
        return True
    return sum(line.base < other.base < top.base for other in lines) <= _MOST_BETWEEN


def _size_of(block: Block, lines: Sequence[Line]) -> float:
    """Return the type size of the line that ``block`` begins with; 0 where none is found."""
    line = _line_of(block, lines)
    return line.size if line else 0.0


def _line_of(block: Block, lines: Sequence[Line]) -> Line | None:
    """Return the line that ``block`` begins with."""
    begins = (line for line in lines if line.text and block.text.startswith(line.text))
    return max(begins, key=lambda line: len(line.text), default=None)


def _headings_on_top(blocks: Sequence[Block]) -> list[int]:
    told = (number for number, block in enumerate(blocks) if not block.row)
    top = islice(told, _TOP_BLOCKS)
    return [number for number in top if blocks[number].heading and blocks[number].page == 1]
