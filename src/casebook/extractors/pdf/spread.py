"""Programs whose letters are spread: "l e a s t" as pdfium writes it, "least" as it is meant.

LaTeX sets listings so: every word is as wide as its letters would be in one width, whatever the
type, with the room that is left between them. pdfium takes that for spaces; the true ones are
wider. Without them the room between some words looks like that between cells.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from casebook.extractors.pdf.eye import Eye
from casebook.extractors.pdf.lines import Line

_SPREAD = re.compile(r"(?<!\S)[^\W\d_](?: [^\W\d_]){2,}(?!\S)")
"""Three letters or more, each by itself."""

_FEWEST = 2
"""Such lines, of one program."""

# Type sizes: the narrowest space between words, of which letters leave less; and from a line of a
# program to the next one, at most.
_SPACE = 0.43
_STEP = 2.5

_SAME = 0.5
"""Points between sizes of one type."""

Piece = tuple[int, str]
"""A part of a line, and its position in the page's text."""


def with_programs(
    eye: Eye, stretches: Sequence[Sequence[Piece]], lines: Sequence[Line]
) -> list[Line]:
    """Return the ``lines`` of a page with those of such programs as lines of a program.

    ``stretches`` are what each of them is made of.
    """
    found = list(lines)
    if sum(map(_is_spread, lines)) < _FEWEST:
        return found
    for start, end in _runs(lines):
        run = lines[start:end]
        if sum(map(_is_spread, run)) < _FEWEST:
            continue
        texts = [_spaced(eye, stretches[n], _size(lines[n])) for n in range(start, end)]
        for first, last in _programs(run, texts):
            for n in range(first, last):
                found[start + n] = run[n]._replace(text=texts[n], fixed=True)
    return found


def _is_spread(line: Line) -> bool:
    return bool(_SPREAD.search(line.text))


def _runs(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """Yield where lines of one type that stand under one another begin and end."""
    start = 0
    for n, (a, b) in enumerate(pairwise(lines), 1):
        size = _size(a)
        if abs(_size(b) - size) > _SAME or not 0 < a.base - b.base <= _STEP * size:
            yield start, n
            start = n
    yield start, len(lines)


def _programs(lines: Sequence[Line], texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield where programs begin and end among lines that stand under one another.

    ``texts`` is what the lines say with no spaces but wide ones. Those of prose have none.
    """
    start = count = 0
    for n, (line, text) in enumerate(zip(lines, texts, strict=True)):
        wide, spread = " " in text, _is_spread(line)
        if wide or spread or " " not in line.text:
            count += wide and spread and not _SPREAD.search(text)
            continue
        if count >= _FEWEST:
            yield start, n
        start, count = n + 1, 0
    if count >= _FEWEST:
        yield start, len(lines)


def _spaced(eye: Eye, pieces: Sequence[Piece], size: float) -> str:
    """Return the text of a line with no spaces but those that are wide."""
    letters = [
        (at + n, letter)
        for at, text in pieces
        for n, letter in enumerate(text)
        if not letter.isspace()
    ]
    edges = eye.edges([(at, at) for at, _ in letters])
    found = [letters[0][1]]
    for (_, letter), (a, b) in zip(letters[1:], pairwise(edges), strict=True):
        found.append(f" {letter}" if b[0] - a[1] >= _SPACE * size else letter)
    return "".join(found)


def _size(line: Line) -> float:
    """Return the type size of a line, which may begin with a small number."""
    return max(line.size, line.last)
