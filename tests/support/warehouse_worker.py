"""Run as a program: work through a list of sources that other processes work through, too.

python warehouse_worker.py NAME COUNT FILE
python warehouse_worker.py NAME COUNT DSN DATA

Each source is claimed, stored unless another process did, and its id printed once it is stored.
"""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from made_rows import a_source

from schemas.batches import SourceState
from schemas.sources import Source
from warehouse import Lake, Warehouse

ROOT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests/support'}"}


def source(number: int, name: str) -> Source:
    """Return the source with this number, submitted by a worker."""
    ids = {"source_id": f"src1_{number}", "submitted_by": name}
    return a_source(f"https://a.example/{number}", **ids, submitted_at=datetime.now(UTC))


def start(name: str, count: int, *place: object) -> "subprocess.Popen[str]":
    """Start a worker; what it prints can be read."""
    command = [sys.executable, __file__, name, str(count), *map(str, place)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)


async def work(warehouse: Warehouse, name: str, count: int) -> None:
    """Store those of ``count`` sources that no other worker has stored."""
    for number in range(count):
        row = source(number, name)
        async with warehouse.lock(row.source_id):
            states = await asyncio.to_thread(warehouse.source_states, [row.source_id])
            if states[row.source_id] is SourceState.NEW:
                await asyncio.to_thread(warehouse.append, row)
                print(row.source_id, flush=True)


if __name__ == "__main__":
    worker, size, *place = sys.argv[1:]
    where = Lake(*place) if len(place) > 1 else Path(place[0])
    with Warehouse(where) as opened:
        asyncio.run(work(opened, worker, int(size)))
