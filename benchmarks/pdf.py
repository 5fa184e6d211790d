"""Compares the PDF reader with the text of the same source; prints Markdown.

    apt-get install -y debian-history debmake-doc debian-faq debian-policy maint-guide \
        developers-reference debian-reference-en debian-reference-de maint-guide-de

Debian's manuals come as PDF and text from one source; this script makes papers with known text.
"speed" is the CPU time of plain pypdfium2 divided by ours.
"""

import gzip
import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import NamedTuple

import fpdf
import pypdfium2

from extractors.pdf.reader import read
from schemas.sources import Payload

DOCS = Path("/usr/share")
DECIDED_ON = (
    "debian-faq.en project-history.en project-history.de project-history.fr project-history.ru "
    "debmake-doc.en debmake-doc.zh-cn maint-guide.en"
).split()
# Document, F1 over words, F1 over runs of three.
FIRST_EDITION = """
developers-reference 0.996 0.990; debian-faq.de 0.988 0.980; debian-faq.en 0.989 0.980;
project-history.ca 0.998 0.995; project-history.de 0.998 0.994; project-history.en 0.998 0.994;
project-history.es 0.997 0.993; project-history.fr 0.997 0.993; project-history.it 0.998 0.994;
project-history.ja 0.817 0.643; project-history.ko 0.665 0.587; project-history.lt 0.997 0.992;
project-history.pt 0.998 0.994; project-history.ro 0.997 0.993; project-history.ru 0.998 0.994;
fhs-3.0 0.969 0.953; policy 0.995 0.982; debian-reference.de 0.991 0.891;
debian-reference.en 0.991 0.894; debmake-doc.de 0.989 0.971; debmake-doc.en 0.989 0.971;
debmake-doc.ja 0.983 0.958; debmake-doc.pt 0.988 0.970; debmake-doc.ru 0.987 0.966;
debmake-doc.zh-cn 0.976 0.939; debmake-doc.zh-tw 0.976 0.941; maint-guide.en 0.968 0.936;
maint-guide.de 0.966 0.930
"""  # of its last reader, pdf/17, on the same files; its papers were all 1.000
_SYLLABLES = "ka ro min tel vos ari den pu lon shi mar eto gri bal une".split()
_SMALL = dict(zip(_SYLLABLES, "the of and to in is that for it as on be at by or".split()))  # noqa: B905 - alike


class Sample(NamedTuple):
    """A PDF, and its words in reading order."""

    name: str
    data: bytes
    truth: str


def manuals() -> Iterator[Sample]:
    """Yield the installed manuals that have both PDF and text."""
    texts = [*DOCS.glob("doc/**/*.txt.gz"), *DOCS.glob("developers-reference/*.txt.gz")]
    for text in sorted(texts):
        stem = text.name.removesuffix(".txt.gz")
        found = [text.with_name(f"{stem}.pdf"), text.with_name(f"{stem}.pdf.gz")]
        found.append(DOCS / f"doc/{stem}/docs/{stem}.pdf")
        pdf = next((path for path in found if path.exists() and not path.is_symlink()), None)
        if pdf is not None and re.fullmatch(r"[^.]+(\.[a-z-]+)?|fhs-3\.0", stem):
            data = pdf.read_bytes()
            data = gzip.decompress(data) if pdf.suffix == ".gz" else data
            yield Sample(stem, data, gzip.decompress(text.read_bytes()).decode("utf-8", "replace"))


class _Paper(fpdf.FPDF):
    def header(self) -> None:
        """Set the running head."""
        self.set_font("helvetica", size=8)
        self.cell(0, 6, "Harbour Review of Systems", align="C", new_x="LMARGIN", new_y="NEXT")

    def footer(self) -> None:
        """Set the page number."""
        self.set_y(-12)
        self.set_font("helvetica", size=8)
        self.cell(0, 6, str(self.page_no()), align="C")


def _sentence(dice: random.Random) -> str:
    words = ("".join(dice.choices(_SYLLABLES, k=dice.randint(1, 4))) for _ in range(12))
    return " ".join(_SMALL.get(word, word) for word in words).capitalize() + "."


def papers() -> Iterator[Sample]:
    """Yield generated papers, the same on each run."""
    for hyphens in (False, True):
        for across in (False, True):
            yield _columns(hyphens=hyphens, across=across)
    yield _article()
    yield _table()


def _columns(*, hyphens: bool, across: bool) -> Sample:
    name = f"columns{', hyphens' * hyphens}{', line by line' * across}"
    dice, paper, shown = random.Random(name), _Paper(format="A4"), list[str]()  # noqa: S311 - no secret
    waiting = [word for _ in range(900) for word in _sentence(dice).split()]
    for _ in range(6):
        paper.add_page()
        paper.set_font("times", size=10)
        lines: list[str] = []
        for _ in range(88):
            line = [waiting.pop(0)]
            while paper.get_string_width(" ".join([*line, waiting[0]])) < 80:
                line.append(waiting.pop(0))
            if hyphens and len(waiting[0]) > 6 and waiting[0].isalpha() and len(lines) % 44 < 43:
                line.append(f"{waiting[0][:3]}-")
                waiting[0] = waiting[0][3:]
            lines.append(" ".join(line))
        places = [(10 + 99 * (n // 44), 24 + 5 * (n % 44), line) for n, line in enumerate(lines)]
        for place in sorted(places, key=lambda p: (p[1], p[0])) if across else places:
            paper.text(*place)
        shown += lines
    return Sample(name, bytes(paper.output()), " ".join(shown).replace("- ", ""))


def _article() -> Sample:
    dice, paper, shown = random.Random("article"), _Paper(format="A4"), list[str]()  # noqa: S311 - likewise
    parts = [("B", 18, _sentence(dice).rstrip(".")), ("", 11, "Ada Example, Bo Li and Cy de Vries")]
    for section in range(1, 8):
        parts.append(("B", 13, f"{section} {_sentence(dice)[:30].strip()}"))
        parts += [("", 10, " ".join(_sentence(dice) for _ in range(6))) for _ in range(5)]
    paper.add_page()
    for style, size, text in parts:
        paper.set_font("times", style, size)
        paper.multi_cell(0, size / 2, text, align="J", new_x="LMARGIN", new_y="NEXT")
        paper.ln(2)
        shown.append(text)
    return Sample("article", bytes(paper.output()), " ".join(shown))


def _table() -> Sample:
    dice, paper, shown = random.Random("table"), _Paper(format="A4"), list[str]()  # noqa: S311 - likewise
    paper.add_page()
    paper.set_font("times", size=10)
    with paper.table(first_row_as_headings=False, text_align="LEFT") as table:
        for _ in range(40):
            row = [_sentence(dice)[: dice.randint(12, 60)].strip() for _ in range(3)]
            table.row(row)
            shown += row
    return Sample("table", bytes(paper.output()), " ".join(shown))


def f1(text: str, truth: str, length: int) -> float:
    """Return F1 over runs of ``length`` words."""
    found, wanted = (
        Counter(zip(*(words[n:] for n in range(length)), strict=False))
        for words in (re.findall(r"\w+", part.lower()) for part in (text, truth))
    )
    return 2 * (found & wanted).total() / ((found.total() + wanted.total()) or 1)


def measure(sample: Sample) -> list[float]:
    """Return F1 over words and over runs of three, and the speed relative to plain pypdfium2."""
    payload = Payload(data=sample.data, media_type="application/pdf")
    times, found = [], read(payload)
    for work in (lambda: _plain(sample.data), lambda: read(payload)):
        started = [time.process_time()]
        for _ in range(3):
            work()
            started.append(time.process_time())
        times.append(min(b - a for a, b in pairwise(started)))
    return [*(f1(found.text, sample.truth, n) for n in (1, 3)), times[0] / times[1]]


def _plain(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as document:
        return "".join(page.get_textpage().get_text_range() for page in document)


def report(title: str, samples: Sequence[Sample]) -> None:
    """Print a row for each sample, and the mean."""
    known = (row.split() for row in FIRST_EDITION.split(";"))
    first = {name: list(map(float, figures)) for name, *figures in known}
    rows = {s.name: [*measure(s), *first.get(s.name, [1.0, 1.0])] for s in samples}
    means = [mean(figures) for figures in zip(*rows.values(), strict=True)]
    for name, (words, triples, speed, *figures) in [*rows.items(), (f"**{title}, mean**", means)]:
        print(f"| {name} |", *(f"{x:.3f} |" for x in (words, triples, *figures)), f"{speed:.2f} |")


def main() -> None:
    """Print the table."""
    found = list(manuals())
    print("| document | F1 | three in a row | F1, first edition | three in a row | speed |")
    print("|---|---|---|---|---|---|")
    for title, samples in (
        ("manuals rules were decided on", [s for s in found if s.name in DECIDED_ON]),
        ("other manuals", [s for s in found if s.name not in DECIDED_ON]),
        ("papers", list(papers())),
    ):
        if samples:
            report(title, samples)


if __name__ == "__main__":
    main()
