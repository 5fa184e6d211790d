"""PDFs whose lines stand side by side, and ragged scans, read by us and by plain pypdfium2.

    .venv/bin/python benchmarks/pdf_layouts.py

Made here with known text, the same on every run: pages that are nothing but a table (with and
without rules, cells of several lines, the head set again on each page; written cell by cell, line
by line across the cells, or column by column), pages in two and three columns with a heading, an
abstract and a caption across (written column by column, or line by line), and scans with and
without a text layer that slant, are turned, noisy or wavy (those without need ``tesseract``). Word
multisets and "in order" as in ``pdf_extraction.py``; "whole" is which share of the rows of tables,
or of the paragraphs, is a line of our text. Prints Markdown.
"""

import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import fpdf
import numpy as np
import pypdfium2
from extraction import print_table, score, words
from pdf_extraction import by_casebook, by_pypdfium2, in_order
from PIL import Image

from casebook.schemas.errors import ExtractionError

_SYLLABLES = "ka ro min tel vos ari den pu lon shi mar eto gri bal une".split()
_SMALL = dict(
    zip(_SYLLABLES, "the of and to in is that for it as on be at by or".split(), strict=True)
)
"""In place of words of one syllable: what has no small words is taken for no language."""
_HEAD = ["Step of the work", "Who does it", "What it takes", "Days"]
_LEFT, _WIDTHS = (60, 200, 300, 500), (130, 90, 190, 60)
_STORY = (
    "The router sends each ticket to the team that can answer it within the hour. It was moved to "
    "a small model in March, and the share of tickets that reach the wrong team fell from nine "
    "percent to four percent within a month. Nobody on the platform group had foreseen this."
)


@dataclass(frozen=True, slots=True)
class Layout:
    """One PDF, and its rows or paragraphs as a reader reads them."""

    name: str
    data: bytes
    parts: Sequence[str]


class _Sheet(fpdf.FPDF):
    def __init__(self) -> None:
        super().__init__(unit="pt", format=(612, 792))
        self.set_auto_page_break(False)
        self.add_page()
        self.set_font("times", size=10)

    def wrapped(self, text: str, width: float) -> list[str]:
        """Return the lines of a text that is ``width`` points wide."""
        held: list[str] = []
        for word in text.split():
            if held and self.get_string_width(f"{held[-1]} {word}") <= width:
                held[-1] += f" {word}"
            else:
                held.append(word)
        return held


def _phrase(dice: random.Random, count: int) -> str:
    words = ("".join(dice.choices(_SYLLABLES, k=dice.randint(1, 4))) for _ in range(count))
    return " ".join(_SMALL.get(word, word) for word in words).capitalize()


def tables() -> Iterator[Layout]:
    """Yield three pages of one table, in each order of writing."""
    for order in ("cell by cell", "line by line", "column by column"):
        for rules in (False, True):
            yield _table(f"table, {order}{', ruled' * rules}", order, rules=rules)


def _table(name: str, order: str, *, rules: bool) -> Layout:
    dice, sheet = random.Random(name), _Sheet()  # noqa: S311 - words for a test, no secret
    told, y = [_HEAD], 0.0
    held: list[tuple[float, float, str]] = []
    for n in range(40):
        counts = dice.randint(3, 14), dice.randint(1, 6), dice.randint(4, 25)
        row = [*(_phrase(dice, count) for count in counts), str(dice.randint(1, 99))]
        cells = [sheet.wrapped(cell, width) for cell, width in zip(row, _WIDTHS, strict=True)]
        height = 12 * max(map(len, cells))
        if n == 0 or y + height > 740:
            _write(sheet, held, order)
            if n:
                sheet.add_page()
            sheet.set_font("times", "B", 10)
            for left, cell in zip(_LEFT, _HEAD, strict=True):
                sheet.text(left, 60, cell)
            sheet.set_font("times", size=10)
            y = 76
        pieces = [
            (left, y + 12 * k, line)
            for left, cell in zip(_LEFT, cells, strict=True)
            for k, line in enumerate(cell)
        ]
        held += sorted(pieces, key=lambda p: (p[1], p[0])) if order == "line by line" else pieces
        if rules:
            sheet.rect(56, y - 10, 500, height + 4)
        told.append(row)
        y += height + 4
    _write(sheet, held, order)
    return Layout(name, bytes(sheet.output()), [" ".join(row) for row in told])


def _write(sheet: _Sheet, held: list[tuple[float, float, str]], order: str) -> None:
    if order == "column by column":
        held.sort(key=lambda p: (p[0], p[1]))
    for piece in held:
        sheet.text(*piece)
    held.clear()


def columns() -> Iterator[Layout]:
    """Yield pages in columns with a heading, an abstract and a caption across them."""
    for count in (2, 3):
        for across in (False, True):
            yield _columns(f"{count} columns, {'line by line' if across else 'in order'}", count)


def _columns(name: str, count: int) -> Layout:
    dice, sheet = random.Random(name), _Sheet()  # noqa: S311 - likewise
    told: list[str] = []
    width, y = (504 - 18 * (count - 1)) / count, 60.0

    def full(text: str, size: float) -> None:
        nonlocal y
        sheet.set_font("times", size=size)
        for line in sheet.wrapped(text, 504):
            sheet.text(54, y, line)
            y += 1.2 * size
        y += 10
        told.append(text)

    def band() -> None:
        nonlocal y
        sheet.set_font("times", size=10)
        paragraphs = [
            " ".join(f"{_phrase(dice, 12)}." for _ in range(dice.randint(3, 6))) for _ in range(4)
        ]
        lines = [
            (10 * (n == 0), line)
            for paragraph in paragraphs
            for n, line in enumerate(sheet.wrapped(paragraph, width - 10))
        ]
        rows = -(-len(lines) // count)
        bands = [lines[n * rows : (n + 1) * rows] for n in range(count)]
        places = [
            (54 + n * (width + 18) + indent, y + 12 * k, line)
            for n, column in enumerate(bands)
            for k, (indent, line) in enumerate(column)
        ]
        if name.endswith("line by line"):
            places.sort(key=lambda p: (p[1], p[0] // (width + 18)))
        for place in places:
            sheet.text(*place)
        y += 12 * rows + 12
        told.extend(paragraphs)

    full(_phrase(dice, 7), 18)
    full(" ".join(f"{_phrase(dice, 12)}." for _ in range(4)), 9)
    band()
    full(f"Figure 1: {_phrase(dice, 22)}.", 9)
    band()
    return Layout(name, bytes(sheet.output()), told)


_DISTORTIONS: dict[str, dict[str, float]] = {
    "plain": {},
    "slants by 3": {"slant": 3},
    "slants by -5": {"slant": -5},
    "turned by 90": {"turn": 90},
    "turned by 180": {"turn": 180},
    "turned by 270": {"turn": 270},
    "noise": {"noise": 18},
    "waves": {"wave": 14},
}


def scans() -> Iterator[Layout]:
    """Yield pictures of a page, and ones with a text layer whose words jitter and slant."""
    sheet, paragraphs = _Sheet(), [f"{_STORY} It was year {n}." for n in range(1, 8)]
    y = 60.0
    for paragraph in paragraphs:
        for line in sheet.wrapped(paragraph, 480):
            sheet.text(60, y, line)
            y += 14
        y += 10
    typed = bytes(sheet.output())
    with pypdfium2.PdfDocument(typed) as document:
        picture = document[0].render(scale=2.8).to_pil().convert("L")
    for name, how in _DISTORTIONS.items():
        yield Layout(f"scan, {name}", _scan(_distorted(picture, **how)), paragraphs)
    for name, jitter, slant in (("layer, jitters", 2.5, 0.0), ("layer, slants", 1.0, 0.02)):
        yield Layout(name, _scan(picture, _layer(typed, jitter, slant)), paragraphs)


def _distorted(
    picture: Image.Image,
    slant: float = 0,
    turn: float = 0,
    noise: float = 0,
    wave: float = 0,
) -> Image.Image:
    dots = np.asarray(picture.rotate(slant, resample=Image.Resampling.BICUBIC, fillcolor=255))
    if wave:
        shifts = (wave * np.sin(np.arange(dots.shape[1]) / dots.shape[1] * 3)).astype(int)
        dots = np.stack([np.roll(dots[:, n], shift) for n, shift in enumerate(shifts)], axis=1)
    if noise:
        dice = np.random.default_rng(1)
        dots = np.clip(0.9 * dots + dice.normal(0, noise, dots.shape), 0, 255)
        dots[dice.random(dots.shape) < 0.0015] = 0
    return Image.fromarray(dots.astype(np.uint8)).rotate(turn, expand=True)


_Word = tuple[float, float, float, float, str]
"""From the left, from the top, type size, width, text."""


def _layer(typed: bytes, jitter: float, slant: float) -> list[_Word]:
    """Return the words of a typed page, as high and as large as OCR sets them."""
    dice, found = random.Random(5), []  # noqa: S311 - likewise
    with pypdfium2.PdfDocument(typed) as document:
        page = document[0].get_textpage()
        at = 0
        for word in page.get_text_range().split():
            at = page.get_text_range().index(word, at)
            left, bottom, _, _ = page.get_charbox(at)
            at += len(word)
            width = page.get_charbox(at - 1)[2] - left
            height = 792 - bottom + dice.uniform(-jitter, jitter) - slant * left
            found.append((left, height, 10 * dice.uniform(0.8, 1.2), width, word))
    return found


def _scan(picture: Image.Image, layer: Sequence[_Word] = ()) -> bytes:
    sheet = fpdf.FPDF(unit="pt")
    sheet.add_page(format=(612, 792) if picture.height >= picture.width else (792, 612))
    file = io.BytesIO()
    picture.save(file, "PNG")
    sheet.image(file, 0, 0, sheet.w, sheet.h)
    with sheet.local_context(text_mode="INVISIBLE"):
        for left, y, size, width, word in layer:
            sheet.set_font("times", size=size)
            sheet.set_stretching(100)
            sheet.set_stretching(100 * width / sheet.get_string_width(word))
            sheet.text(left, y, f"{word} ")  # as programs for OCR write it
    return bytes(sheet.output())


def row(layout: Layout) -> list[object]:
    """Return what we and pypdfium2 make of a document."""
    truth = " ".join(layout.parts)
    plain = by_pypdfium2(layout.data)[0]
    try:
        text = by_casebook(layout.data)[0]
    except ExtractionError as error:
        return [layout.name, type(error).__name__, "", "", "", "", "", ""]
    lines = {" ".join(words(line)) for line in text.splitlines()}
    whole = sum(" ".join(words(part)) in lines for part in layout.parts) / len(layout.parts)
    (_, recall, f1), (_, other_recall, other_f1) = score(text, truth), score(plain, truth)
    ours = [f1, recall, in_order(text, truth), whole]
    return [layout.name, *ours, other_f1, other_recall, in_order(plain, truth)]


def main() -> None:
    """Print the table."""
    head = ["document", "F1", "recall", "in order", "whole"]
    head += ["pypdfium2: F1", "recall", "in order"]
    print_table(head, (row(layout) for make in (tables, columns, scans) for layout in make()))


if __name__ == "__main__":
    main()
