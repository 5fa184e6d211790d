"""The memory of a backfill: over a long list, and over warehouses of several sizes.

    .venv/bin/python benchmarks/backfill_memory.py long 10000 [--home FOLDER]
    .venv/bin/python benchmarks/backfill_memory.py over 1000 10000 50000 [--items 900]

``long``: so many sources against an endpoint that answers at once; the peak memory when 100, 1,000,
2,000 and so on were done, the median since the line before, the processor time, and a rerun over
the finished list.

``over``: a list of ``--items`` new sources against such an endpoint, over warehouses that hold so
many sources each; the peak memory, and the median of the last two thirds. 150 sources are drafted
for real; the others in the warehouse are their rows under other ids, no copies of one another.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
from backfill import Memory, call, casebook, line, server
from backfill_servers import DATA

from casebook.warehouse.records import TABLES, last_entry

MILESTONES = (100, *range(1000, 10_001, 1000))
SEEDS = 150
AT_ONCE = 16
ENDPOINT = ("endpoint", "1000", "0.02", "7")  # hardly a limit, hardly a wait


def long(items: int, home: str) -> None:
    """Work a long list against an endpoint without a limit, then the same list again."""
    print("| sources done | s | peak MB main | all | median MB main | all | CPU s main |")
    print("|---|---|---|---|---|---|---|")

    def watched(done: int, seconds: float, memory: Memory) -> None:
        main, total = memory.usual()
        told = f"{memory.main:.0f} | {memory.all:.0f} | {main:.0f} | {total:.0f} | "
        told += f"{memory.cpu_seconds:.0f}"
        print(f"| {done:,} | {seconds:.0f} | {told} |", flush=True)

    with (
        server("pages") as site,
        server(*ENDPOINT) as endpoint,
        tempfile.TemporaryDirectory() as tmp,
    ):
        for again in ("", " again"):
            call(endpoint, "/reset", post=True)
            told = casebook(
                home or tmp, endpoint, site, items, AT_ONCE, watched=watched, milestones=MILESTONES
            )
            line(f"casebook{again}", items, told, call(endpoint, "/stats"), 1000)


def over(sizes: Sequence[int], items: int) -> None:
    """Work a list of new sources over warehouses of several sizes."""
    print("| sources before | MB of the file | s | peak MB main | all | median MB main | all |")
    print("|---|---|---|---|---|---|---|")
    with (
        server("pages") as site,
        server(*ENDPOINT) as endpoint,
        tempfile.TemporaryDirectory() as tmp,
    ):
        casebook(f"{tmp}/seeds", endpoint, site, SEEDS, AT_ONCE)
        seeds = Path(tmp) / "seeds" / "warehouse.duckdb"
        for size in sizes:
            home = Path(tmp) / str(size)
            home.mkdir()
            shutil.copy(seeds, home)
            multiply(home / "warehouse.duckdb", seeds, size // SEEDS)
            usual: list[tuple[float, float]] = []
            told = casebook(
                str(home),
                endpoint,
                site,
                SEEDS + items,
                AT_ONCE,
                watched=lambda _, __, memory, usual=usual: usual.append(memory.usual()),
                milestones=(items // 3, items),
            )
            megabytes = (home / "warehouse.duckdb").stat().st_size / 1e6
            print(
                f"| {size:,} | {megabytes:.0f} | {told['seconds']:.0f} | {told['main_mb']:.0f} | "
                f"{told['all_mb']:.0f} | {usual[-1][0]:.0f} | {usual[-1][1]:.0f} |",
                flush=True,
            )


def multiply(path: Path, seeds: Path, times: int) -> None:
    """Store all rows of ``seeds`` so many times: under other ids, addresses and marks each time."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"ATTACH '{seeds}' AS seeds (READ_ONLY)")
        last = connection.execute(last_entry()).fetchall()[0][0]
        tables = {*(table.name for table in TABLES.values()), "marks"} - {"recipes"}
        for time_ in range(1, times):
            for table in tables:
                others = [
                    f"{other} AS {column}"
                    for column, *_ in connection.execute(f"DESCRIBE {table}").fetchall()
                    if (other := other_value(column, time_, last))
                ]
                connection.execute(
                    f"INSERT INTO {table} "  # noqa: S608 - our names
                    f"SELECT * REPLACE ({', '.join(others)}) FROM seeds.{table}"
                )


def other_value(column: str, time_: int, last: int) -> str:
    """Return what a column holds instead the ``time_``-th time, in SQL; nothing where the same."""
    if column == "entry":
        return f"entry + {time_ * (last + 1)}"
    if column == "hash":
        return f"((hash(hash, {time_}) % {2**32})::BIGINT - {2**31})::INTEGER"
    if column == "sketch":
        return f"hash(sketch, {time_})"
    if column.endswith("url"):
        return f"{column} || '/{time_}'"
    if column.endswith("_id") and column != "recipe_id":
        return f"regexp_replace({column}, '_.*', '_') || left(md5({column} || '/{time_}'), 16)"
    return ""


def main() -> None:
    """Measure one of the two and print a Markdown table."""
    parser = argparse.ArgumentParser()
    kinds = parser.add_subparsers(dest="kind", required=True)
    one = kinds.add_parser("long")
    one.add_argument("sources", type=int)
    one.add_argument("--home", default="", help="where what was made is kept")
    several = kinds.add_parser("over")
    several.add_argument("sizes", type=int, nargs="+")
    several.add_argument("--items", type=int, default=900)
    given = parser.parse_args()
    if not DATA.exists():
        sys.exit(f"no pages at {DATA}; set CASEBOOK_DATASETS")
    if given.kind == "long":
        long(given.sources, given.home)
    else:
        over(given.sizes, given.items)


if __name__ == "__main__":
    main()
