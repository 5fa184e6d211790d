"""The lines of a PDF with their place and type size, as pdfium sees them.

Words that no reader sees (invisible, white on white, tiny, off the page, covered) are left out of
the lines and handed back apart. The text layer of a scanned picture is what the reader sees, so it
stays. Asking pdfium about each word costs ten times what its text costs, so that is done only
on pages where one of its text objects looks odd, or whose lines stand side by side.
"""

import math
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, islice, pairwise

import numpy as np
import pypdfium2

from casebook.extractors.pdf import calls
from casebook.extractors.pdf.calls import Numbers
from casebook.extractors.pdf.characters.actual import Glyphs
from casebook.extractors.pdf.characters.backwards import Glyph, is_backwards, words_of
from casebook.extractors.pdf.characters.backwards import text_of as text_backwards
from casebook.extractors.pdf.characters.line_numbers import unnumbered
from casebook.extractors.pdf.characters.seams import mended
from casebook.extractors.pdf.characters.side_notes import with_side_notes
from casebook.extractors.pdf.characters.spread import is_one, with_words
from casebook.extractors.pdf.characters.units import in_characters, in_units
from casebook.extractors.pdf.lines import FEWEST_WORDS, Line, PageLines, Piece
from casebook.extractors.pdf.ocr.layers import lines_of
from casebook.extractors.pdf.reading_order.arrangement import arranged
from casebook.extractors.pdf.reading_order.points import points_apart, with_point
from casebook.extractors.pdf.reading_order.stretched import unstretched
from casebook.extractors.pdf.reading_order.uncolumned import in_rows
from casebook.extractors.pdf.visibility.eye import Eye, Place
from casebook.extractors.pdf.visibility.glance import look_over
from casebook.extractors.pdf.visibility.notes import Note, pinned_on
from casebook.extractors.pdf.visibility.sight import Budget
from casebook.extractors.pdf.visibility.stamps import unstamped
from casebook.extractors.pdf.visibility.struck import Left, as_wide, unstruck
from casebook.extractors.pdf.visibility.turning import turned
from casebook.extractors.pdf.words import has_dots
from casebook.schemas.documents import HiddenKind

_STATED = "stated in place of glyphs that say something else"
STRUCK = "struck out: whoever drew the line takes it back"
"""Why words are no text that a line goes through."""

_NOTE_SIZE = 10.0
_WORD = re.compile(r"\S+")
_SIGNS = "\uf000"
_POINT = re.compile("\\A[\uf000-\uf0ff] +(?=[^ ])")
"""The point of a list in a font of signs, as text processors set it."""

# However far it stands from its text, it is no cell of its own.
_MARK = re.compile(r"(?:[•●▪■◦‣·*–-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]|\[\d{1,3}\])\Z")
_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,3}\.?\Z")
_ENTRY = re.compile(r"[.·…] ?[.·…] ?[.·…] *\d{1,4}\b")
_FEWEST_ENTRIES = 3
"""Of a table of contents, on a page that has no other table."""

_ROOM, _SURE_ROOM, _TIMES = 0.7, 1.5, 1.6
"""Type sizes between cells, at least and surely; and times the room between words of the line."""

_MOST_CELLS = 40
"""Of a row by which the head over it is cut."""

_NEXT, _ALIGNED = 3.0, 1.5
"""Type sizes to the next row, and points between words that stand under each other."""

_ENDS = (".", ",", ":", ";", "?", "!")
"""More room may follow these in prose."""

_FEWEST_BESIDE = 3
_WIDER = 0.62
"""Lines beside others, of a table; type sizes to a letter, of its rows."""


def read_page(page: pypdfium2.PdfPage, number: int, budget: Budget, glyphs: Glyphs) -> PageLines:
    """Return the lines of ``page``, which is number ``number`` (from 1)."""
    # Not the crop box: pdfium does not see one that the page inherits.
    edges = page.get_bbox()
    glance = look_over(calls.handle(page.raw), edges)
    untrue, unproved = glyphs.let_speak(page, number, glance.texts) if glance.marked else ([], 0)
    turn = turned(page, edges, tall=glance.tall)
    text, stamps = unstamped(page, repeats=glance.repeats, stamped=glance.stamped)
    try:
        pinned = pinned_on(calls.handle(page.raw))
        eye = Eye(page, turn, text, budget, glance, covered=pinned.covers)
        found = PageLines(number, pictures=eye.pictures, untrue=untrue, unproved=unproved)
        found.stamps = stamps
        found.hidden += [(HiddenKind.PDF_LAYER, other, _STATED) for other in untrue]
        said = text.get_text_range()
        units = in_units(said)
        strokes = glance.lines.through_type(turn.boxes)
        marked = turn.boxes(pinned.struck)
        left = unstruck(eye, _stretches(units, eye, found), strokes, marked)
        found.hidden += [(HiddenKind.PDF_LAYER, in_characters(one), STRUCK) for one in left.said]
        rows, numbers = unnumbered(eye, left.rows, budget.counted)
        budget.counted = max(map(int, numbers), default=0)
        found.stamps += numbers
        stretches, lines = _placed(eye, rows, number, left)
        turns = is_backwards(units)
        if turns:
            lines = [_backwards(eye, *each) for each in zip(stretches, lines, strict=True)]
        if points := points_apart(lines):
            lines = [
                with_point(lines[points[n]], x) if n in points else x for n, x in enumerate(lines)
            ]
            kept = sorted(set(range(len(lines))).difference(points.values()))
            lines, stretches = [lines[n] for n in kept], [stretches[n] for n in kept]
        order = in_rows(lines)
        found.lines, stretches = [lines[n] for n in order], [stretches[n] for n in order]
        found.woven = eye.is_woven
        if eye.is_scan:
            found.lines = lines_of(_words(eye, stretches, number))
            _arrange(found, found.lines)
        elif (eye.is_across or _stand_beside(found.lines)) and not _are_entries(found.lines):
            cut = _parts_backwards if turns else _parts
            _arrange(found, list(cut(eye, stretches, found.lines)))
        if len(units) > len(said):
            found.lines = _spelled(found.lines)
            found.as_set = found.as_set and _spelled(found.as_set)
        for note in pinned.notes:
            _pin(note, found, eye)
        words = chain.from_iterable(line.text.split() for line in found.lines)
        told = len(list(islice(words, FEWEST_WORDS))) == FEWEST_WORDS
        found.scan = eye.covers and not told and not found.hidden
        found.layer = eye.is_scan and told
        found.unsure = eye.is_unsure
    finally:
        text.close()
    return found


def _placed(
    eye: Eye, rows: list[list[Piece]], number: int, left: Left
) -> tuple[list[list[Piece]], list[Line]]:
    """Return what the lines of a page are made of, and these, with their words whole."""
    lines = _lines(eye, rows, number)
    stretches = with_side_notes(eye, rows, lines)
    if len(stretches) > len(rows):
        lines = _lines(eye, stretches, number)
    return stretches, as_wide(eye, stretches, with_words(eye, stretches, lines), left)


def _stand_beside(lines: Sequence[Line]) -> bool:
    """Tell whether some lines stand beside the one before, or are as wide as rows of a table."""
    beside = wide = 0
    last_right, last_base = math.inf, 0.0
    for text, _, size, _, left, right, base, fixed, _, _ in lines:
        if not fixed:
            beside += left > last_right and base > last_base
            wide += right - left > _WIDER * size * len(text)
        last_right, last_base = right, base - size / 2
    return max(beside, wide) >= _FEWEST_BESIDE


def _are_entries(lines: Sequence[Line]) -> bool:
    """Tell a page of a table of contents, between whose titles and pages are dots."""
    text = " ".join(line.text for line in lines)
    return has_dots(text) and len(_ENTRY.findall(text)) >= _FEWEST_ENTRIES


def _arrange(found: PageLines, parts: Sequence[Line]) -> None:
    """Give the rows of tables and the columns of a page their order."""
    arrangement = arranged(parts)
    if arrangement is not None:
        found.as_set, found.lines = found.lines, arrangement.lines
        found.woven = found.woven and not arrangement.unwoven


def _words(eye: Eye, stretches: Sequence[list[Piece]], number: int) -> list[Line]:
    """Return each word as a line by itself."""
    return _lines(eye, [[word] for pieces in stretches for word in _words_of(pieces)], number)


def _words_of(pieces: Sequence[Piece]) -> list[Piece]:
    return [(at + m.start(), m.group()) for at, text in pieces for m in _WORD.finditer(text)]


def _parts(eye: Eye, stretches: Sequence[list[Piece]], lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the lines of a page, cut where there is wide room; a program keeps its own."""
    words = [
        [] if line.fixed or is_one(pieces, line) else _words_of(pieces)
        for pieces, line in zip(stretches, lines, strict=True)
    ]
    lefts, rights = eye.edges([(at, _end(at, word)) for row in words for at, word in row])
    starts = [0, *accumulate(map(len, words))]
    may_be = _have_room(lefts, rights, starts, [line.size for line in lines])
    begins = [
        [0, *_cuts(row, _places(lefts, rights, start, row), line.size)] if cut and row[1:] else [0]
        for row, line, start, cut in zip(words, lines, starts, may_be, strict=False)
    ]
    begins = unstretched(begins, lines, lefts, rights, starts)
    cells = [*(len(some) if len(some) <= _MOST_CELLS else 0 for some in begins), 0]
    for n, (row, line, start) in enumerate(zip(words, lines, starts, strict=False)):
        begin_at, places = begins[n], list[tuple[float, float]]()
        if line.bold and cells[n] < cells[n + 1] and _heads(line, lines[n + 1]):
            places = _places(lefts, rights, start, row)
            table = lefts[starts[n + 1] + np.array(begins[n + 1])]
            begin_at = _cuts_over(row, places, table, line.size) or begin_at
        if not begin_at[1:]:
            yield line
            continue
        places = places or _places(lefts, rights, start, row)
        _, page, size, bold, _, _, base, fixed, last, _ = line
        for begin, end in pairwise([*begin_at, len(row)]):
            text = _cell(eye, row[begin:end])
            if begin == 0 and line.text.startswith("• ") and text[0].isalnum():
                text = f"• {text}"
            left, right = places[begin][0], places[end - 1][1]
            yield Line(text, page, size, bold, left, right, base, fixed, last)


def _places(
    lefts: Numbers, rights: Numbers, start: int, row: Sequence[Piece]
) -> list[tuple[float, float]]:
    """Return where the words of a row begin and end; ``start`` is the number of its first."""
    end = start + len(row)
    return list(zip(lefts[start:end].tolist(), rights[start:end].tolist(), strict=True))


def _heads(line: Line, row: Line) -> bool:
    """Tell a line in bold type over a row in plain type, as the head of a table stands."""
    near = 0 < line.base - row.base <= _NEXT * line.size
    return near and not row.bold and abs(line.size - row.size) <= 1


def _cuts_over(
    row: Sequence[Piece], places: Sequence[tuple[float, float]], table: Numbers, size: float
) -> list[int] | None:
    """Return the words of a row that begin where the cells of the row under it do, if all do."""
    found = [0]
    for n, cell in enumerate(table.tolist()):
        first = found[-1] + 1 if n else 0
        words = [m for m in range(first, len(places)) if abs(places[m][0] - cell) <= _ALIGNED]
        if not words or (n and places[words[0]][0] - places[words[0] - 1][1] < _ROOM * size):
            return None
        if n:
            found.append(words[0])
        elif words[0]:
            return None
    cells = [row[begin:end] for begin, end in pairwise([*found, len(row)])]
    # A sign by itself is the point of a list, or of a diagram.
    told = all(any(map(str.isalnum, word)) for cell in cells for _, word in cell[:1])
    return found if told else None


def _backwards(eye: Eye, pieces: Sequence[Piece], line: Line) -> Line:
    """Return a line of a page that is read from the right, as far from there as it stands."""
    words = words_of(eye, pieces, line.size) if is_backwards(line.text) else []
    if not words:
        return line._replace(left=eye.mirrored(line.right), right=eye.mirrored(line.left))
    return _of_words(eye, words, line)


def _of_words(eye: Eye, words: Sequence[Sequence[Glyph]], line: Line) -> Line:
    left = eye.mirrored(words[0][0].right)
    return line._replace(
        text=text_backwards(words), left=left, right=eye.mirrored(words[-1][-1].left)
    )


def _parts_backwards(
    eye: Eye, stretches: Sequence[list[Piece]], lines: Sequence[Line]
) -> Iterator[Line]:
    """Yield the lines of a page that is read from the right, cut where there is wide room."""
    for pieces, line in zip(stretches, lines, strict=True):
        words = words_of(eye, pieces, line.size) if is_backwards(line.text) else []
        places = [(eye.mirrored(word[0].right), eye.mirrored(word[-1].left)) for word in words]
        row = [(0, "".join(glyph.text for glyph in word)) for word in words]
        cuts = list(_cuts(row, places, line.size)) if words[1:] else []
        for begin, end in pairwise([0, *cuts, len(words)]) if cuts else ():
            yield _of_words(eye, words[begin:end], line)
        if not cuts:
            yield line


def _have_room(
    lefts: Numbers, rights: Numbers, starts: Sequence[int], sizes: Sequence[float]
) -> list[bool]:
    """Tell for each line whether there is wide room between two of its words, or one turns back.

    ``lefts`` and ``rights`` are where the words of all lines begin and end, ``starts`` which word
    each line begins with, and the number of words, ``sizes`` how large the lines are.
    """
    count = len(lefts)
    widest, narrowest = np.full(count + 1, -np.inf), np.full(count + 1, np.inf)
    if count:
        rooms = lefts[1:] - rights[:-1]
        widest[: count - 1] = narrowest[: count - 1] = rooms
        # No room of a line is that between its last word and the next line.
        ends = [end - 1 for end in starts[1:] if end]
        widest[ends], narrowest[ends] = -np.inf, np.inf
    size = np.array(sizes)
    at = starts[:-1]
    wide = np.maximum.reduceat(widest, at) > _ROOM * size
    back = np.minimum.reduceat(narrowest, at) < -size
    told: list[bool] = (wide | back).tolist()
    return told


def _cell(eye: Eye, words: Sequence[Piece]) -> str:
    """Return the text of words of a line, which is mended as one where they follow each other."""
    text, (start, _), (at, last) = " ".join([word for _, word in words]), words[0], words[-1]
    if at + len(last) == start + len(text):
        return mended(eye, text, start)
    return " ".join([mended(eye, word, at) for at, word in words])


def _cuts(
    row: Sequence[Piece], places: Sequence[tuple[float, float]], size: float
) -> Iterator[int]:
    """Yield the numbers of the words before which there is wide room, or that stand elsewhere.

    ``places`` are where the words of ``row`` begin and end.
    """
    gaps = [b[0] - a[1] for a, b in pairwise(places)]
    sure = _SURE_ROOM * size
    room = max(_ROOM * size, min(sure, _TIMES * min(gaps)))
    for n, gap in enumerate(gaps, 1):
        before = row[n - 1][1]
        wide = gap > (sure if before.endswith(_ENDS) else room)
        if gap < -size or (wide and not (n == 1 and _leads(before, row[n][1]))):
            yield n


def _leads(mark: str, text: str) -> bool:
    """Tell the point of a list or the number of a section before its text."""
    return bool(_MARK.match(mark) or (_NUMBER.match(mark) and text[0].isalpha()))


def _spelled(lines: Sequence[Line]) -> list[Line]:
    return [line._replace(text=in_characters(line.text)) for line in lines]


def _pin(note: Note, found: PageLines, eye: Eye) -> None:
    box = note.left, note.bottom, note.right, note.top
    unseen = note.unseen or (None if eye.sees_box(box) else "a text box that nobody sees")
    if unseen:
        found.hidden.append((HiddenKind.PDF_LAYER, note.text, unseen))
    else:
        place = note.left, note.right, note.bottom
        found.lines.append(Line(note.text, found.number, _NOTE_SIZE, False, *place))


def _stretches(text: str, eye: Eye, found: PageLines) -> list[list[Piece]]:
    """Return what is seen of each line; what is not goes to ``found``."""
    lines = list(_raw_lines(text))
    if not eye.is_odd:
        return [[line] for line in lines]
    words = [[(at + m.start(), m.group()) for m in _WORD.finditer(line)] for at, line in lines]
    reasons = iter(eye.reasons([(at, at + len(word) - 1) for row in words for at, word in row]))
    stretches = []
    for line, row in zip(lines, words, strict=True):
        told = list(zip(row, reasons, strict=False))
        _note_unseen(told, found)
        seen = [piece for piece, reason in told if reason is None]
        stretches.append([line] if len(seen) == len(row) else seen)
    return list(filter(None, stretches))


def _raw_lines(text: str) -> Iterator[Piece]:
    start = 0
    # It writes the hyphen at a line end as U+FFFE and no line break after it.
    for raw in text.replace("\ufffe", "\ufffe\r").split("\r"):
        if bare := raw.strip():
            yield start + raw.index(bare[0]), bare
        start += len(raw) + (not raw.endswith("\ufffe"))


def _note_unseen(told: Sequence[tuple[Piece, str | None]], found: PageLines) -> None:
    unseen: dict[str, list[str]] = {}
    for (_, word), reason in told:
        if reason is not None:
            unseen.setdefault(reason, []).append(word)
    for reason, words in unseen.items():
        found.hidden.append((HiddenKind.PDF_LAYER, in_characters(" ".join(words)), reason))


def _lines(eye: Eye, stretches: Sequence[list[Piece]], number: int) -> list[Line]:
    ends = [(pieces[0][0], _end(*pieces[-1])) for pieces in stretches]
    return [
        Line(_text(eye, pieces, place), number, *place)
        for pieces, place in zip(stretches, eye.places(ends), strict=True)
    ]


def _text(eye: Eye, pieces: list[Piece], place: Place) -> str:
    text = " ".join([mended(eye, text, at) for at, text in pieces])
    if text[0] >= _SIGNS:
        text = _POINT.sub("• ", text)
    return f"• {text}" if eye.has_mark(place) and text[0].isalnum() else text


def _end(position: int, text: str) -> int:
    return position + len(text.rstrip("\ufffe")) - 1
