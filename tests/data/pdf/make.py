"""Sets the texts of this folder as PDFs: same text, same bytes.

Blocks are separated by blank lines: ``#`` and ``##`` are headings, ``|`` lines a table, a block
``^1`` a footnote of its page and ``^1`` in a text its mark; a chart is drawn above ``Figure``.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from fpdf import FPDF

HERE = Path(__file__).parent
BREAK = re.compile(r"(?<=[a-z]{2}[aeiou])(?=[bcdfgklmnpqrstvz][a-z]{2})")
HOURS = (44, 37, 31, 28, 26, 27, 29, 30)


class Layout(NamedTuple):
    """How a text is set."""

    columns: int = 1
    wide: int = 0  # blocks at the top that span all columns
    hyphens: bool = False
    head: str = ""
    size: float = 10.5
    align: str = "L"


LAYOUTS = {
    "two-columns": Layout(columns=2, wide=4, hyphens=True, size=13, align="J"),
    "heads-and-footnotes": Layout(head="Halvorsen Archive | Report to the board", size=16),
    "table-and-figures": Layout(head="Corrigan Adhesives, internal note 88", size=14),
    "hyphenation": Layout(columns=3, wide=1, hyphens=True, size=12, align="J"),
}


class Paper(FPDF):
    """Pages with a running head, footnotes and page numbers."""

    def __init__(self, layout: Layout) -> None:
        super().__init__(format="A4")
        self.layout, self.notes = layout, [""]
        self.set_margins(20, 25)
        self.set_auto_page_break(True, margin=45 if layout.head else 20)
        self.set_creation_date(datetime(2025, 3, 1, tzinfo=UTC))

    def header(self) -> None:
        """Write the running head."""
        self.set_xy(20, 12)
        self.set_font("helvetica", size=8)
        self.cell(0, 5, self.layout.head)
        self.set_xy(20, 25)

    def footer(self) -> None:
        """Write the footnotes of the page and its number."""
        self.set_xy(20, -40)
        self.set_font("times", size=8)
        for note in filter(None, self.notes):
            self.multi_cell(0, 4, note, new_x="LMARGIN", new_y="NEXT", align="L")
        self.notes = []
        self.set_xy(20, -15)
        self.cell(0, 5, str(self.page_no()), align="C")


def put(pdf: Paper, area: object, block: str) -> None:
    """Write one block of text."""
    layout, level = pdf.layout, len(block) - len(block.lstrip("#"))
    pdf.set_font(*(("helvetica", "B", 20 - 4 * level) if level else ("times", "", layout.size)))
    text = block.lstrip("# ")
    if layout.hyphens and not level:
        text = BREAK.sub("\u00ad", text)
    with area.paragraph(bottom_margin=2.5, text_align="L" if level else layout.align) as part:
        for at, piece in enumerate(re.split(r"\^(\d)", text)):
            pdf.char_vpos = "SUP" if at % 2 else "LINE"
            part.write(piece)
    pdf.char_vpos = "LINE"


def table(pdf: Paper, block: str) -> None:
    """Write a table."""
    pdf.set_font("times", size=9)
    with pdf.table(borders_layout="HORIZONTAL_LINES", line_height=5, text_align="LEFT") as grid:
        for line in block.splitlines():
            grid.row([cell.strip() for cell in line.strip("| ").split("|")])
    pdf.ln(2)


def chart(pdf: Paper) -> None:
    """Draw bars."""
    for at, hours in enumerate(HOURS):
        pdf.rect(30 + 14 * at, pdf.get_y() + 46 - hours, 9, hours, style="F")
    pdf.set_y(pdf.get_y() + 50)


def interleave(pdf: Paper) -> None:
    """Write each page line by line from its top, across the columns, as some programs do."""
    for page in pdf.pages.values():
        font, others, lines = b"", [], []
        for line in bytes(page.contents).splitlines():
            if place := re.match(rb"(?:q )?BT [\d.]+ ([\d.]+) Td ", line):
                lines.append((-float(place[1]), line.replace(b" Td ", b" Td " + font + b" ", 1)))
            elif chosen := re.fullmatch(rb"BT (/F.* Tf) ET", line):
                font = chosen[1]
            else:
                others.append(line)
        lines.sort(key=lambda line: line[0])
        page.contents = bytearray(b"\n".join([*others, *(line for _, line in lines)]))


def build(text: str, layout: Layout) -> bytes:
    """Return the PDF of a text."""
    pdf = Paper(layout)
    pdf.add_page()
    blocks = text.strip().split("\n\n")
    for columns, part in ((1, blocks[: layout.wide]), (layout.columns, blocks[layout.wide :])):
        area = pdf.text_columns(ncols=columns, gutter=7, balance=columns > 1, line_height=1.3)
        for block in part:
            if block.startswith("^"):
                pdf.notes.append(block[1:])
            elif block.startswith("|"):
                area.render()
                table(pdf, block)
            else:
                if block.startswith("Figure"):
                    area.render()
                    chart(pdf)
                put(pdf, area, block)
                if columns == 1:
                    area.render()
        area.render()
    if layout.columns > 1:
        interleave(pdf)
    return bytes(pdf.output())


if __name__ == "__main__":
    for name, layout in LAYOUTS.items():
        text = (HERE / f"{name}.txt").read_text("utf-8")
        (HERE / f"{name}.pdf").write_bytes(build(text, layout))
