"""All rows of a warehouse in the order in which they were stored, a piece at a time."""

from collections.abc import Iterator, Sequence
from typing import cast

from casebook.warehouse.records import TABLES, Row, decode
from casebook.warehouse.store import Warehouse

_KINDS = {table.name: kind for kind, table in TABLES.items()}
_PIECE = 500


def pieces(warehouse: Warehouse, size: int = _PIECE) -> Iterator[tuple[float, Sequence[Row]]]:
    """Yield the rows, ``size`` or fewer at a time, each time with the share of the log behind them.

    Rows that are stored meanwhile may or may not come. What is made from other rows anew, sketches
    and near-copies, is left out.

    Raises:
        WarehouseError: if the warehouse cannot be read, or a row does not fit this version.
    """
    end, after = warehouse.read("log_end")[0]["entry"], 0
    while after < end:
        until = warehouse.read("log_until", after=after, most=size)[0]["entry"]
        found = warehouse.read("log_rows", after=after, until=until)
        decoded = [decode(_KINDS[row["name"]], row["body"]) for row in found]
        yield until / end, cast("list[Row]", decoded)
        after = until
