"""Pages that are pictures, recognised by the program ``tesseract`` where it is installed.

Only such pages are; the others keep their text. pdfium draws the page, tesseract says which words
stand where, and from there on its lines are treated like any other page's.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from itertools import groupby
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from casebook.extractors.pdf.calls import Numbers
from casebook.extractors.pdf.function_words import is_language
from casebook.extractors.pdf.lines import FEWEST_WORDS, Line, PageLines
from casebook.extractors.pdf.ocr.languages import choose, installed
from casebook.extractors.pdf.ocr.limits import OCR_SECONDS, PAGE_SECONDS
from casebook.extractors.pdf.ocr.upright import as_pgm, straightened, turned
from casebook.extractors.text.characters import words_in
from casebook.extractors.text.metadata import language_of
from casebook.schemas.errors import Scanned

_PROGRAM = "tesseract"
_DPI = 300
_MOST_PIXELS = 12_000_000
_FEWEST_SURE = 50.0
"""Percent. Under this, tesseract saw letters in a picture that has none."""

_DISPLAY = 1.4
_WORD_LEVEL = "5"
_LONG = 4
"""Letters of a word that is wider than high."""

_AGREE = 0.3
"""Of the long words on a page: recognised in another language, half of them are right."""

_ROTATE = re.compile(r"Rotate: (\d+)\s+Orientation confidence: ([\d.]+)")
_FEWEST_SURE_TURN = 5.0
"""Of tesseract's own measure: a page of text has 10 to 35, noise under 2."""


class _Word(NamedTuple):
    """A word of tesseract's: its line, its box in pixels from the top, how sure it is."""

    line: tuple[str, str, str]
    left: int
    top: int
    right: int
    bottom: int
    sure: float
    text: str


def advice() -> str:
    """Return what a person can do with a scan, after tesseract or without it."""
    if shutil.which(_PROGRAM) is None:
        return (
            "install tesseract (on Debian: apt install tesseract-ocr) and submit it again, or run "
            "it through OCR elsewhere and submit the result."
        )
    return "OCR found no words on them; check the file, or run it through another OCR program."


def read_scans(
    document: Any, pages: Sequence[PageLines], name: str, language: str | None
) -> str | None:
    """Give the pages that are scans their lines; return what was done, None if nothing.

    ``language`` is the ISO 639 code that the file states. Where the first page turns out to be in
    another one, that is tried, and the surer reading stands.

    Raises:
        Scanned: if it takes longer than ``OCR_SECONDS``.
    """
    scans = [page for page in pages if page.scan]
    program = shutil.which(_PROGRAM)
    if not scans:
        return None
    if program is None:
        return f"{len(scans)} pages are pictures and were not read: tesseract is not installed"
    typed = " ".join(line.text for page in pages for line in page.lines)
    reader = _Reader(program, language_of(language, typed))
    ends, sure = time.monotonic() + OCR_SECONDS, []
    for page in scans:
        if time.monotonic() > ends:
            raise Scanned(
                f"{name} has {len(scans)} pages that are pictures, too many to recognise within "
                f"{OCR_SECONDS:g} seconds; run it through ocrmypdf and submit the result."
            )
        words, points = reader.read(document[page.number - 1])
        if _is_sure(words):
            page.lines = list(_lines(words, page.number, points))
            sure += [word.sure for word in words]
    if not sure:
        return f"{len(scans)} pages are pictures in which no words were recognised"
    done = f"text of {len(scans)} pages from OCR, {sum(sure) / len(sure):.0f} % sure"
    return f"{done}, {reader.told}"


def shows(document: Any, page: PageLines, language: str | None) -> bool | None:
    """Tell whether a page shows the words that its lines state; None where nobody can tell."""
    program = shutil.which(_PROGRAM)
    if program is None:
        return None
    words, _ = _Reader(program, language_of(language, "")).read(document[page.number - 1])
    if not _is_sure(words):
        return None
    stated = {word for line in page.lines for word in words_in(line.text.lower())}
    read = " ".join(word.text for word in words)
    long = {word for word in words_in(read.lower()) if len(word) >= _LONG}
    if long and len(long & stated) >= _AGREE * len(long):
        return True
    return False if is_language(read) else None


def _is_sure(words: Sequence[_Word]) -> bool:
    return len(words) >= FEWEST_WORDS and _surety(words) >= _FEWEST_SURE


def _surety(words: Sequence[_Word]) -> float:
    return median(word.sure for word in words) if words else 0.0


class _Reader:
    """Recognises pages in one language, which its first page may change."""

    def __init__(self, program: str, language: str | None) -> None:
        self._program, self._data = program, os.environ.get("TESSDATA_PREFIX")
        self._there = installed(program, self._data)
        self._language, self._missing = choose(language, self._there)
        self._settled = False
        self._turned = self._slanted = 0

    @property
    def told(self) -> str:
        """Say how, in which language, and which one would have been the document's."""
        told = f"{self._turned} turned, " if self._turned else ""
        told += f"{self._slanted} straightened, " if self._slanted else ""
        told += f"read as {self._language}"
        if self._missing:
            package = self._missing.replace("_", "-")
            told += f": {self._missing} is not installed (apt install tesseract-ocr-{package})"
        return told

    def read(self, page: Any) -> tuple[list[_Word], float]:
        """Return the words of a page, and how many points a pixel is; the page is closed."""
        drawn, dpi = _drawn(page)
        picture, slant = straightened(drawn)
        words = self._words(picture, dpi, self._language)
        if not (_is_sure(words) and _are_level(words)) and (degrees := self._turn(drawn, dpi)):
            picture, slant = straightened(turned(drawn, degrees))
            words = self._words(picture, dpi, self._language)
            self._turned += 1
        self._slanted += slant != 0
        if not self._settled and _is_sure(words):
            self._settled = True
            words = self._in_its_language(words, picture, dpi)
        return words, 72 / dpi

    def _turn(self, picture: Numbers, dpi: float) -> int:
        """Return by how many degrees a page is to be turned, clockwise; 0 where nobody knows.

        tesseract needs data of its own for it (``osd``), which its packages bring.
        """
        found = _ROTATE.search(self._run(picture, dpi, "--psm", "0"))
        return int(found[1]) if found and float(found[2]) >= _FEWEST_SURE_TURN else 0

    def _in_its_language(self, words: list[_Word], picture: Numbers, dpi: float) -> list[_Word]:
        found = language_of(None, " ".join(word.text for word in words))
        language, missing = choose(found, self._there)
        if missing:
            self._missing = missing
            return words
        if language == self._language:
            return words
        other = self._words(picture, dpi, language)
        if _surety(other) < _surety(words):
            return words
        self._language, self._missing = language, None
        return other

    def _words(self, picture: Numbers, dpi: float, language: str) -> list[_Word]:
        return list(_words(self._run(picture, dpi, "--psm", "3", "-l", language, "tsv")))

    def _run(self, picture: Numbers, dpi: float, *told: str) -> str:
        """Return what tesseract says of a picture, nothing where it fails."""
        environment = {"PATH": os.environ.get("PATH", os.defpath), "OMP_THREAD_LIMIT": "1"}
        if self._data:
            environment["TESSDATA_PREFIX"] = self._data
        try:
            done = subprocess.run(  # noqa: S603 - the program that PATH names, fixed arguments
                [self._program, "stdin", "stdout", "--dpi", str(round(dpi)), *told],
                input=as_pgm(picture),
                capture_output=True,
                timeout=PAGE_SECONDS,
                env=environment,
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            return ""
        return done.stdout.decode("utf-8", "replace")


def _are_level(words: Sequence[_Word]) -> bool:
    """Tell words that stand as they are read: of those on a page that lies, most are taller."""
    long = [word for word in words if len(word.text) >= _LONG]
    tall = sum(word.bottom - word.top > word.right - word.left for word in long)
    return 2 * tall <= len(long)


def _drawn(page: Any) -> tuple[Numbers, float]:
    """Return the page as a picture, and its dots per inch."""
    width, height = page.get_size()
    scale = min(_DPI / 72, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        rows = np.frombuffer(bitmap.buffer, np.uint8).reshape(bitmap.height, bitmap.stride)
        return rows[:, : bitmap.width].copy(), scale * 72
    finally:
        bitmap.close()
        page.close()


def _words(tsv: str) -> Iterator[_Word]:
    """Yield the words of tesseract's table: level, page, block, paragraph, line, word, box, …."""
    for row in tsv.splitlines():
        cells = row.split("\t", 11)
        if cells[0] != _WORD_LEVEL or not cells[-1].strip():
            continue
        left, top, width, height = map(int, cells[6:10])
        line = (cells[2], cells[3], cells[4])
        yield _Word(line, left, top, left + width, top + height, float(cells[10]), cells[11])


def _lines(words: Sequence[_Word], page: int, points: float) -> Iterator[Line]:
    """Yield the lines, in points from the page's lower left corner.

    The height of a line depends on its letters, so only what is much larger counts as larger type.
    """
    rows = [list(row) for _, row in groupby(words, key=lambda word: word.line)]
    heights = [max(w.bottom for w in row) - min(w.top for w in row) for row in rows]
    usual, lowest = median(heights), max(word.bottom for word in words)
    for row, height in zip(rows, heights, strict=True):
        size = height if height > _DISPLAY * usual else usual
        yield Line(
            text=" ".join(word.text for word in row),
            page=page,
            size=round(size * points, 1),
            bold=False,
            left=row[0].left * points,
            right=row[-1].right * points,
            base=(lowest - median(word.bottom for word in row)) * points,
        )
