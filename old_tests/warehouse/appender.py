"""Run as a program: append sources one by one, telling each id once it is stored.

python appender.py FILE NAME COUNT
python appender.py CONNINFO DATA NAME COUNT
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from casebook.schemas.sources import Source, SourceKind, SourceRef
from casebook.warehouse import Warehouse
from casebook.warehouse.lake import DuckLake
from casebook.warehouse.postgres import Postgres


def append_sources(warehouse: Warehouse, name: str, count: int) -> None:
    """Append ``count`` sources, each in a transaction of its own."""
    for number in range(count):
        source = Source(
            source_id=f"src1_{name}{number}",
            kind=SourceKind.WEB,
            canonical_url=None,
            reference=SourceRef(source=name),
            submitted_by=name,
            submitted_at=datetime.now(UTC),
        )
        warehouse.append(source)
        print(source.source_id, flush=True)  # noqa: T201 - the acknowledgement


if __name__ == "__main__":
    *place, name, count = sys.argv[1:]
    shared = len(place) > 1
    where = DuckLake(Postgres(place[0]), place[1], 60.0) if shared else Path(place[0])
    append_sources(Warehouse(where), name, int(count))
