"""What is known of the lines of a PDF: their text, their place, their type. Pure."""

from dataclasses import dataclass, field
from typing import NamedTuple

from casebook.schemas.documents import HiddenKind

FEWEST_WORDS = 5
"""Under this many words a page holds no text to speak of."""

Piece = tuple[int, str]
"""A part of a line, and its position in the page's text."""


class Line(NamedTuple):
    """One line of type, in points: its ``size``, and its place from the page's corner.

    ``fixed`` where its letters are of one width, as in a program; ``last`` is the size at its end,
    0 where that is not known; ``row`` is where the cells of a row of a table begin, nothing for
    other lines: its cells are told apart, and the lines of a cell by line breaks.
    """

    text: str
    page: int
    size: float
    bold: bool
    left: float
    right: float
    base: float
    fixed: bool = False
    last: float = 0.0
    row: tuple[float, ...] = ()


@dataclass(slots=True)
class PageLines:
    """A page's lines in the order of its content, what was hidden, and whether it has pictures."""

    number: int
    lines: list[Line] = field(default_factory=list)
    as_set: list[Line] | None = None
    """The lines as the file writes them, where some are read in another order or as one."""
    hidden: list[tuple[HiddenKind, str, str]] = field(default_factory=list)
    stamps: list[str] = field(default_factory=list)
    """What is stamped across it, as "DRAFT" is, or numbers its lines: no text."""
    pictures: bool = False
    scan: bool = False
    """Whether it is a picture of a page, with hardly a word of text."""
    layer: bool = False
    """Whether its words are the layer of a scan: what the picture shows was not compared."""
    woven: bool = False
    """Whether lines of two columns come by turns, so that it reads across them."""
    untrue: list[str] = field(default_factory=list)
    """What is stated in place of glyphs that say something else."""
    unproved: int = 0
    """Letters that are stated in place of glyphs without a meaning, and read."""
    unsure: bool = False
    """Whether drawing it, to see what is hidden, took too long."""
