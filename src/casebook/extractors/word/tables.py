"""Tables of the page that is made of a Word document: what is set as a heading in a cell. Pure.

Word has no other style for the head of a table than those of headings, and people take them; on
the web a heading in a table says that the table holds the page.
"""

from collections.abc import Iterator
from typing import Any

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CELLS = ("td", "th")
_BLOCKS = ("p", *_HEADINGS, "ul", "ol", "table", "pre")


def as_data(tree: Any) -> None:
    """Leave headings in the cells of a grid as text, and of tables within tables those with words.

    A heading beside more than a line stands over that, and stays one.
    """
    for inner in [
        one for one in tree.iter("table") if next(one.iterancestors("table"), None) is not None
    ]:
        if not "".join(inner.itertext()).strip():
            inner.drop_tree()
    for heading in list(tree.iter(*_HEADINGS)):
        cell = heading.getparent()
        if cell is not None and cell.tag in _CELLS and _is_in_grid(cell):
            heading.tag = "p"


def _is_in_grid(cell: Any) -> bool:
    """Tell a cell among others of a line at the most, in a table of several rows."""
    row, table = cell.getparent(), next(cell.iterancestors("table"))
    cells = list(row.iterchildren(*_CELLS))
    several = next(_others(table, row), None) is not None
    return several and len(cells) > 1 and all(len(list(_blocks(one))) <= 1 for one in cells)


def _others(table: Any, row: Any) -> Iterator[Any]:
    return (one for one in table.iter("tr") if one is not row)


def _blocks(cell: Any) -> Iterator[Any]:
    """Yield the lines and lists of a cell that say something."""
    return (one for one in cell.iterchildren(*_BLOCKS) if "".join(one.itertext()).strip())
