"""PDFs read by us and by plain libraries, side by side, against the text of the same source.

    apt-get install -y debian-history debmake-doc
    .venv/bin/python benchmarks/pdf_extraction.py

Debian's manuals carry PDF and text made of one source; three documents are made here with known
text: two columns under a running head, footnotes, and words hyphenated at line ends. Word
multisets as in ``extraction.py``; pages of PDF per CPU second of one process. "furniture" counts
how often a running head of our own documents is left in the text. Prints Markdown.
"""

import gzip
import io
import platform
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import fpdf
import pypdf
import pypdfium2
from extraction import print_table, score

from casebook.extractors.pdf import extract
from casebook.schemas.sources import Payload

DOCS = Path("/usr/share/doc")
HEAD = "Harbour Review of Applied Systems"
_SYLLABLES = "ka ro min tel vos ari den pu lon shi mar eto gri bal une".split()
_PAGES = 8


@dataclass(frozen=True, slots=True)
class Sample:
    """One PDF, and the words that stand in it as a reader reads them."""

    name: str
    data: bytes
    truth: str


def manuals() -> Iterator[Sample]:
    """Yield the installed English manuals that carry both PDF and text."""
    for pdf in sorted(DOCS.glob("**/*.en.pdf")):
        text = pdf.with_name(pdf.name.replace(".pdf", ".txt.gz"))
        if text.exists():
            truth = gzip.decompress(text.read_bytes()).decode()
            yield Sample(pdf.name.removesuffix(".pdf"), pdf.read_bytes(), truth)


def made() -> Iterator[Sample]:
    """Yield documents made here, the same on every run."""
    yield _made("two columns", columns=2, notes=False, hyphens=False)
    yield _made("footnotes", columns=1, notes=True, hyphens=False)
    yield _made("hyphenated columns", columns=2, notes=False, hyphens=True)


class _Paper(fpdf.FPDF):
    """A paper with a running head and page numbers."""

    def header(self) -> None:
        """Set the running head."""
        self.set_font("helvetica", size=8)
        self.cell(0, 6, HEAD, align="C", new_x="LMARGIN", new_y="NEXT")

    def footer(self) -> None:
        """Set the page number."""
        self.set_y(-12)
        self.set_font("helvetica", size=8)
        self.cell(0, 6, str(self.page_no()), align="C")


def _made(name: str, *, columns: int, notes: bool, hyphens: bool) -> Sample:
    dice = random.Random(name)  # noqa: S311 - words for a test document, no secret
    paper = _Paper(format="A4")
    told: list[str] = []
    for number in range(_PAGES):
        paper.add_page()
        paper.set_font("times", size=10)
        width = (paper.epw - 8 * (columns - 1)) / columns
        for column in range(columns):
            left, top = paper.l_margin + column * (width + 8), 24
            for line in _lines(paper, dice, width, hyphens=hyphens):
                paper.text(left, top := top + 5, line)
                told.append(line)
        if notes:
            note = f"{number + 1} " + _sentence(dice)
            paper.set_font("times", size=7)
            paper.text(paper.l_margin, 275, note)
            told.append(note)
    return Sample(name, bytes(paper.output()), " ".join(told).replace("- ", ""))


def _lines(paper: fpdf.FPDF, dice: random.Random, width: float, *, hyphens: bool) -> Iterator[str]:
    """Yield the lines of a column; a word cut at a line end has "-" there."""
    waiting = [word for _ in range(60) for word in _sentence(dice).split()]
    for last in [False] * 43 + [True]:
        line: list[str] = []
        while paper.get_string_width(" ".join([*line, waiting[0]])) < width - 6:
            line.append(waiting.pop(0))
        if hyphens and not last and len(waiting[0]) > 6 and waiting[0].isalpha():
            head, waiting[0] = waiting[0][:3], waiting[0][3:]
            line.append(f"{head}-")
        yield " ".join(line)


def _sentence(dice: random.Random) -> str:
    words = ["".join(dice.choices(_SYLLABLES, k=dice.randint(1, 4))) for _ in range(12)]
    return " ".join(words).capitalize() + "."


def by_casebook(data: bytes) -> str:
    """Return our text."""
    return extract(Payload(data=data, media_type="application/pdf")).text


def by_pypdfium2(data: bytes) -> str:
    """Return the pages' text as pdfium gives it."""
    with pypdfium2.PdfDocument(data) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def by_pypdf(data: bytes) -> str:
    """Return the pages' text as pypdf gives it."""
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def by_pdfminer(data: bytes) -> str:
    """Return pdfminer.six's text."""
    from pdfminer.high_level import extract_text

    return str(extract_text(io.BytesIO(data)))


EXTRACTORS: dict[str, tuple[str, Callable[[bytes], str]]] = {
    "casebook": ("casebook", by_casebook),
    "pypdfium2": ("pypdfium2", by_pypdfium2),
    "pypdf": ("pypdf", by_pypdf),
    "pdfminer.six": ("pdfminer", by_pdfminer),
}


def rows(sample: Sample) -> Iterator[list[object]]:
    """Yield one row for each extractor that is installed."""
    pages = len(pypdf.PdfReader(io.BytesIO(sample.data)).pages)
    for name, (module, read) in EXTRACTORS.items():
        if not find_spec(module):
            continue
        started = time.process_time()
        text = read(sample.data)
        seconds = time.process_time() - started
        found = score(text, sample.truth)
        yield [sample.name, pages, name, *found, text.count(HEAD), f"{pages / seconds:.0f}"]


def main() -> None:
    """Print the table."""
    samples = [*manuals(), *made()]
    if len(samples) == len(list(made())):
        print("no Debian manual with PDF and text installed; see the first lines of this file\n")
    for name, (module, _) in EXTRACTORS.items():
        if not find_spec(module):
            print(f"not installed, left out: {name}\n")
    print(f"Python {platform.python_version()}")
    head = ["document", "pages", "extractor", "precision", "recall", "F1", "running heads left"]
    print_table([*head, "pages/CPU-s"], (row for sample in samples for row in rows(sample)))


if __name__ == "__main__":
    main()
