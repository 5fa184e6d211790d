"""Sets ``claims-copilot.txt`` as the white paper ``claims-copilot.pdf``; same text, same bytes.

The text starts with ``key: value`` lines. Blocks are separated by blank lines: ``#`` and ``##``
are headings, a block of ``|`` lines is a table, one of ``-`` lines a list, ``@columns`` and
``@single`` switch between two columns and one. The fonts are those every PDF reader has, so the
text must be Latin-1.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import XPos, YPos

HERE = Path(__file__).parent
INK, GREY, BLUE = (30, 30, 36), (110, 110, 118), (24, 66, 110)
MARGIN_MM, GUTTER_MM, KEEP_MM = 22, 8, 28
BODY_PT, LINE_HEIGHT = 10, 1.35


class Paper(FPDF):
    """A4 pages with a running head and page numbers."""

    def __init__(self, meta: dict[str, str]) -> None:
        super().__init__(format="A4")
        self.meta = meta
        self.set_margins(MARGIN_MM, 24)
        self.set_auto_page_break(auto=True, margin=19)
        self.set_title(meta["title"])
        self.set_author(meta["author"])
        self.set_subject(meta["subject"])
        self.set_keywords(meta["keywords"])
        self.set_creator(meta["company"])
        self.set_lang("en")
        self.set_creation_date(datetime.fromisoformat(meta["date"]).replace(tzinfo=UTC))

    def header(self) -> None:
        """Write the running head; the first page has its title instead."""
        if self.page_no() > 1:
            self.set_y(12)
            self._furniture(f"{self.meta['company']} | {self.meta['title'].split(':')[0]}")
            self.set_y(24)

    def footer(self) -> None:
        """Write the page number."""
        self.set_y(-15)
        self._furniture(f"Page {self.page_no()} of {{nb}}", align="C")

    def _furniture(self, text: str, align: str = "L") -> None:
        self.set_font("helvetica", size=8)
        self.set_text_color(*GREY)
        self.cell(0, 5, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_text_color(*INK)

    def body_font(self, style: str = "", size: float = BODY_PT) -> None:
        """Choose the type face of running text."""
        self.set_font("times", style=style, size=size)

    def display(self, text: str, size: float, style: str = "", family: str = "helvetica") -> None:
        """Write one block over the whole width, left-aligned."""
        self.set_font(family, style=style, size=size)
        self.multi_cell(0, size * 0.5, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def read(text: str) -> tuple[dict[str, str], list[str]]:
    """Return the ``key: value`` lines at the top, and the blocks after them."""
    head, *blocks = text.strip().split("\n\n")
    return dict(line.split(": ", 1) for line in head.splitlines()), blocks


def runs(blocks: Sequence[str]) -> Iterator[tuple[bool, list[str]]]:
    """Yield (in two columns?, blocks): a table, a section in one column, or a run in two."""
    layout = "@single"
    section = 0
    marked = []
    for block in blocks:
        if block.startswith("@"):
            layout = block
            continue
        section += layout == "@single" and block.startswith("#")
        marked.append(((layout, section, block.startswith("| ")), block))
    for (kind, *_), group in groupby(marked, key=lambda item: item[0]):
        yield kind == "@columns", [block for _, block in group]


def title_block(pdf: Paper) -> None:
    """Write title, subtitle and imprint at the top of the first page."""
    meta = pdf.meta
    pdf.set_text_color(*BLUE)
    pdf.display(meta["title"], 22, "B")
    pdf.set_text_color(*INK)
    pdf.ln(2)
    pdf.display(meta["subtitle"], 12, "I", "times")
    pdf.ln(3)
    date = datetime.fromisoformat(meta["date"]).replace(tzinfo=UTC)
    pdf.display(f"{meta['author']}, {meta['department']}, {meta['company']}", 9)
    pdf.display(f"{date.day} {date:%B %Y}", 9)
    pdf.ln(4)


def prose(pdf: Paper, blocks: Sequence[str], *, columns: bool) -> None:
    """Write headings, paragraphs and lists, in one or two columns."""
    if not columns and pdf.will_page_break(KEEP_MM):
        pdf.add_page()  # a heading does not stand alone at the foot of a page
    area = pdf.text_columns(
        ncols=2 if columns else 1,
        gutter=GUTTER_MM,
        balance=columns,
        text_align="L",
        line_height=LINE_HEIGHT,
    )
    with area:
        for block in blocks:
            level = len(block) - len(block.lstrip("#"))
            if level:
                pdf.set_font("helvetica", style="B", size=15 - 2 * level)
                with area.paragraph(top_margin=4, bottom_margin=2) as part:
                    part.write(block[level:].strip())
                continue
            pdf.body_font()
            bullet = "-" if block.startswith("- ") else ""
            for item in block.splitlines():
                with area.paragraph(
                    bottom_margin=2.5, bullet_string=bullet, indent=4 if bullet else 0
                ) as part:
                    part.write(item.removeprefix("- "))
    pdf.set_margins(MARGIN_MM, pdf.t_margin)  # balanced columns leave those of the last one
    pdf.set_x(MARGIN_MM)


def table(pdf: Paper, block: str) -> None:
    """Write a block of ``| a | b |`` lines; the first one is the heading."""
    rows = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in block.splitlines()]
    widths = [max(len(cell) for cell in column) + 3 for column in zip(*rows, strict=True)]
    pdf.body_font(size=9)
    pdf.ln(1)
    with pdf.table(
        borders_layout="HORIZONTAL_LINES", col_widths=widths, line_height=5, text_align="LEFT"
    ) as grid:
        for row in rows:
            grid.row(row)
    pdf.ln(3)


def build(text: str) -> bytes:
    """Return the PDF for ``text``."""
    meta, blocks = read(text)
    pdf = Paper(meta)
    pdf.add_page()
    title_block(pdf)
    for columns, stretch in runs(blocks):
        if stretch[0].startswith("| "):
            for block in stretch:
                table(pdf, block)
        else:
            prose(pdf, stretch, columns=columns)
    return bytes(pdf.output())


if __name__ == "__main__":
    source = HERE / "claims-copilot.txt"
    target = source.with_suffix(".pdf")
    target.write_bytes(build(source.read_text(encoding="utf-8")))
    print(f"wrote {target.name}")
