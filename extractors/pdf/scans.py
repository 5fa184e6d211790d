"""Recognise scanned pages with the program ``tesseract``, if it is installed."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from itertools import groupby
from statistics import fmean, median
from typing import Any

from extractors.pdf.words import TextStyle, Word

_PROGRAM = "tesseract"
_SECONDS, _PAGE_SECONDS = 45.0, 30.0  # per document and page; a worker has 60 in total
_DPI, _MOST_PIXELS, _MOST_LANGUAGES = 300, 12_000_000, 3
_FEWEST, _SURE = 3, 80.0  # words, and percent; unknown scripts reach up to 73
_WORD, _LARGER = "5", 1.4  # level of a row with a word; height relative to usual lines


def advice() -> str:
    """Return the advice for a scan that was not read."""
    if shutil.which(_PROGRAM) is None:
        return "install tesseract-ocr and submit it again, or submit a copy with a text layer"
    return (
        "OCR recognised no words reliably; install tesseract's data for the document's language "
        "(such as tesseract-ocr-rus), or submit a copy with a text layer"
    )


@dataclass(slots=True)
class Recogniser:
    """Recognises pages of one document within a time limit."""

    program: str | None = field(default_factory=lambda: shutil.which(_PROGRAM))
    started: float = field(default_factory=time.monotonic)
    sure: list[float] = field(default_factory=list)
    left: int = 0

    def words(self, page: Any) -> list[Word]:
        """Return the words on a page of pypdfium2; none without tesseract or time."""
        if self.program is None or time.monotonic() - self.started > _SECONDS:
            self.left += 1
            return []
        # Mode 1 also rotates pages; it needs the data file osd.
        there = _installed(self.program)
        names = sorted(there - {"osd", "equ", "snum"}, key=lambda name: (name != "eng", name))
        mode, languages = "1" if "osd" in there else "3", "+".join(names[:_MOST_LANGUAGES]) or "eng"
        picture, points = _drawn(page)
        command = [self.program, "stdin", "stdout", "--psm", mode, "-l", languages, "tsv"]
        table = _answer(command, picture, _PAGE_SECONDS)
        rows = (row.split("\t", 11) for row in table.splitlines())
        seen = [row for row in rows if row[0] == _WORD and row[-1].strip()]
        sure = [float(row[10]) for row in seen]
        if len(seen) < _FEWEST or median(sure) < _SURE:
            self.left += len(seen) >= _FEWEST
            return []
        self.sure.append(fmean(sure))
        return list(_words(seen, points))


@lru_cache(maxsize=2)
def _installed(program: str) -> frozenset[str]:
    return frozenset(_answer([program, "--list-langs"], b"", 10.0).splitlines()[1:])


def _answer(command: Sequence[str], stdin: bytes, seconds: float) -> str:
    """Return the output of a program, "" if it fails."""
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - the program on PATH, fixed arguments
            command, input=stdin, capture_output=True, timeout=seconds, env=environment, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace")


def _drawn(page: Any) -> tuple[bytes, float]:
    """Return a page as a grey picture (netpbm's PGM), and the size of a pixel in points."""
    width, height = page.get_size()
    scale = min(_DPI / 72, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    picture = BytesIO()
    page.render(scale=scale, grayscale=True).to_pil().save(picture, "PPM")
    return picture.getvalue(), 1 / scale


def _words(table: Sequence[Sequence[str]], points: float) -> Iterator[Word]:
    """Yield words from rows of level, page, block, paragraph, line, word, box, certainty, text."""
    lines = [list(some) for _, some in groupby(table, key=lambda row: row[2:5])]
    boxes = [[[int(edge) * points for edge in row[6:10]] for row in line] for line in lines]
    feet = [[top + height for _, top, _, height in line] for line in boxes]
    heights = [
        max(foot) - min(box[1] for box in line) for foot, line in zip(feet, boxes, strict=True)
    ]
    for n, line in enumerate(lines):
        size = heights[n] if heights[n] > _LARGER * median(heights) else median(heights)
        for row, (left, top, width, height) in zip(line, boxes[n], strict=True):
            box = left, top, left + width, top + height
            yield Word(row[-1], *box, median(feet[n]), TextStyle(round(size, 1)))
