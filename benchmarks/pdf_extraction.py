"""PDFs read by us and by plain libraries, side by side, against the text of the same source.

    apt-get install -y debian-history debmake-doc debian-faq
    apt-get install -y debian-policy maint-guide debian-reference-en
    .venv/bin/python benchmarks/pdf_extraction.py

Debian's manuals carry PDF and text made of one source; the other documents are made here with
known text, by fpdf2 and by Chromium's printing: columns under a running head, footnotes, words
hyphenated at line ends, a paper with references (which are not in its text). Word multisets as in
``extraction.py``; "told apart" is the recall of the text together with what is told apart from it
(running heads, page numbers, references, hidden words), so that what it lacks is lost; "in order"
is the recall of three words in a row, which running heads and page numbers cannot lend; pages of
PDF per CPU second of one process, the best of three readings. "furniture" counts how often a
running head or an entry of the references of our own documents is left in the text. Prints
Markdown.
"""

import gzip
import html
import io
import platform
import random
import re
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

import fpdf
import pypdf
import pypdfium2
from extraction import print_table, score, words

from casebook.extractors.kinds.pdf import read
from casebook.schemas.sources import Payload

DOCS = Path("/usr/share/doc")
HEAD = "Harbour Review of Applied Systems"
MARK = "Proceedings of the Pilots"
_SYLLABLES = "ka ro min tel vos ari den pu lon shi mar eto gri bal une".split()
_SMALL = dict(
    zip(_SYLLABLES, "the of and to in is that for it as on be at by or".split(), strict=True)
)
"""In place of words of one syllable: what has no small words is taken for no language."""
_PAGES = 8
_READINGS = 3


@dataclass(frozen=True, slots=True)
class Sample:
    """One PDF, and the words that stand in it as a reader reads them."""

    name: str
    data: bytes
    truth: str


def manuals() -> Iterator[Sample]:
    """Yield the installed English manuals that carry both PDF and text."""
    for text in sorted(DOCS.glob("**/*.txt.gz")):
        stem = text.name.removesuffix(".txt.gz")
        found = [text.with_name(f"{stem}.pdf"), text.with_name(f"{stem}.pdf.gz")]
        pdf = next((path for path in found if path.exists() and not path.is_symlink()), None)
        # That of groff, where it is installed, is no manual of Debian, and its text is no UTF-8.
        if pdf is None or stem == "groff" or not re.fullmatch(r"[^.]+(\.en)?|fhs-3\.0", stem):
            continue
        data = pdf.read_bytes()
        data = gzip.decompress(data) if pdf.suffix == ".gz" else data
        yield Sample(stem, data, gzip.decompress(text.read_bytes()).decode())


def made() -> Iterator[Sample]:
    """Yield documents made here, the same on every run."""
    yield _made("two columns", columns=2, notes=False, hyphens=False)
    yield _made("footnotes", columns=1, notes=True, hyphens=False)
    yield _made("hyphenated columns", columns=2, notes=False, hyphens=True)
    yield _paper()
    if browser := shutil.which("chromium"):
        yield _printed(browser)


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
    words = ("".join(dice.choices(_SYLLABLES, k=dice.randint(1, 4))) for _ in range(12))
    return " ".join(_SMALL.get(word, word) for word in words).capitalize() + "."


def _entry(dice: random.Random, number: int) -> str:
    name = "".join(dice.choices(_SYLLABLES, k=2)).capitalize()
    return (
        f"[{number}] {name}, A. and {name}ova, B. {_sentence(dice)} In {MARK}, "
        f"{1990 + number}, pp. {number}-{number + 9}."
    )


def _paper() -> Sample:
    """Make a paper in one column: title, authors, headings, footnotes, references on two pages."""
    dice = random.Random("paper")  # noqa: S311 - words for a test document, no secret
    paper, told = _Paper(format="A4"), []

    def put(text: str, size: float, style: str = "", *, known: bool = True) -> None:
        paper.set_font("times", style, size)
        paper.multi_cell(0, size / 2, text, align="J", new_x="LMARGIN", new_y="NEXT")
        paper.ln(2)
        if known:
            told.append(text)

    paper.add_page()
    put(_sentence(dice).rstrip("."), 18, "B")
    put("Ada Example, Bo Li and Cy de Vries", 11)
    for section in range(1, 6):
        put(f"{section} {_sentence(dice)[:30].strip()}", 13, "B")
        for _ in range(5):
            put(" ".join(_sentence(dice) for _ in range(6)), 10)
    put("References", 13, "B", known=False)
    for number in range(1, 41):
        put(_entry(dice, number), 9, known=False)
    put("A Appendix", 13, "B")
    put(" ".join(_sentence(dice) for _ in range(6)), 10)
    return Sample("paper", bytes(paper.output()), " ".join(told))


def _printed(browser: str) -> Sample:
    """Print a paper in two hyphenated columns with Chromium, with a head and references."""
    dice = random.Random("printed")  # noqa: S311 - likewise
    text = (DOCS / "../common-licenses/GPL-3").resolve()
    words = text.read_text().split("TERMS AND CONDITIONS", 2)[1]
    paragraphs = [" ".join(p.split()) for p in words.split("\n\n") if len(p) > 99][:60]
    body = "".join(f"<p>{html.escape(p)}</p>" for p in paragraphs)
    entries = "".join(f"<p class=r>{_entry(dice, n)}</p>" for n in range(1, 31))
    markup = (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Of licences</title><style>"
        "@page{margin:25mm 18mm;@top-center{content:'" + HEAD + "'}@bottom-center{content:"
        "counter(page)}} main{columns:2;hyphens:auto;text-align:justify;font:10pt serif}"
        "p{margin:0;text-indent:1em} .r{font-size:8pt;text-indent:0}</style>"
        f"<h1>Of licences</h1><main>{body}<h2>References</h2>{entries}</main></html>"
    )
    with tempfile.TemporaryDirectory() as folder:
        page, out = Path(folder, "paper.html"), Path(folder, "paper.pdf")
        page.write_text(markup)
        subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
             f"--user-data-dir={folder}/profile", f"--print-to-pdf={out}", page.as_uri()],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        return Sample("printed columns", out.read_bytes(), " ".join(["Of licences", *paragraphs]))


Told = tuple[str, str]
"""A text, and what was told apart from it."""


def by_casebook(data: bytes) -> Told:
    """Return our text."""
    extracted, apart = read(Payload(data=data, media_type="application/pdf"))
    return extracted.text, "\n".join(chain(*apart))


def by_pypdfium2(data: bytes) -> Told:
    """Return the pages' text as pdfium gives it."""
    with pypdfium2.PdfDocument(data) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document), ""


def by_pypdf(data: bytes) -> Told:
    """Return the pages' text as pypdf gives it."""
    reader = pypdf.PdfReader(io.BytesIO(data))
    return "\n".join(page.extract_text() for page in reader.pages), ""


def by_pdfminer(data: bytes) -> Told:
    """Return pdfminer.six's text."""
    from pdfminer.high_level import extract_text

    return str(extract_text(io.BytesIO(data))), ""


EXTRACTORS: dict[str, tuple[str, Callable[[bytes], Told]]] = {
    "casebook": ("casebook", by_casebook),
    "pypdfium2": ("pypdfium2", by_pypdfium2),
    "pypdf": ("pypdf", by_pypdf),
    "pdfminer.six": ("pdfminer", by_pdfminer),
}


def in_order(text: str, truth: str) -> float:
    """Return which share of the truth's runs of three words stands in the text."""
    found, wanted = (
        Counter(zip(told, told[1:], told[2:], strict=False)) for told in map(words, (text, truth))
    )
    return (found & wanted).total() / wanted.total()


def rows(sample: Sample) -> Iterator[list[object]]:
    """Yield one row for each extractor that is installed."""
    pages = len(pypdf.PdfReader(io.BytesIO(sample.data)).pages)
    for name, (module, by) in EXTRACTORS.items():
        if not find_spec(module):
            continue
        seconds = []
        for _ in range(_READINGS):
            started = time.process_time()
            text, apart = by(sample.data)
            seconds.append(time.process_time() - started)
        precision, recall, f1 = score(text, sample.truth)
        yield [
            sample.name,
            pages,
            name,
            precision,
            recall,
            score(f"{text}\n{apart}", sample.truth)[1],
            f1,
            in_order(text, sample.truth),
            text.count(HEAD) + text.count(MARK),
            f"{pages / min(seconds):.0f}",
        ]


def main() -> None:
    """Print the table."""
    samples = [*manuals(), *made()]
    if len(samples) == len(list(made())):
        print("no Debian manual with PDF and text installed; see the first lines of this file\n")
    for name, (module, by) in EXTRACTORS.items():
        if find_spec(module):
            by(samples[-1].data)  # what is loaded once is no document's cost
        else:
            print(f"not installed, left out: {name}\n")
    print(f"Python {platform.python_version()}")
    head = ["document", "pages", "extractor", "precision", "recall", "told apart"]
    head += ["F1", "in order", "furniture", "pages/CPU-s"]
    print_table(head, (row for sample in samples for row in rows(sample)))


if __name__ == "__main__":
    main()
