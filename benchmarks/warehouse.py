"""What the two warehouses cost: a DuckDB file, and a DuckLake on a local PostgreSQL.

    .venv/bin/python benchmarks/warehouse.py [CASES] [PROCESSES]

Single-row appends, the read of a case, a list of CASES (1,000) cases with bodies of 16 KB, and four
PROCESSES that append 100 rows each at once. Median / least; `fetch` is a document by its id.
The lake is measured as it fills (rows in the catalogue) and after its rows went to Parquet files.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from postgres_server import PostgresServer  # noqa: E402

from casebook.schemas.cases import CaseStudy, Fact, Support, SupportLevel  # noqa: E402
from casebook.schemas.documents import Document, Passage  # noqa: E402
from casebook.schemas.reviews import Case, Revision  # noqa: E402
from casebook.schemas.sources import Source, SourceKind, SourceRef  # noqa: E402
from casebook.warehouse import Row, Warehouse  # noqa: E402
from casebook.warehouse.lake import DuckLake  # noqa: E402
from casebook.warehouse.postgres import Postgres  # noqa: E402

NOW = datetime.now(UTC)
TEXT = "They cache what the model says about each letter. " * 320
SUPPORT = Support(level=SupportLevel.SUPPORTED, reason="The source says so.")
APPENDER = ROOT / "tests" / "warehouse" / "appender.py"


def source(name: str) -> Source:
    """Return a source."""
    return Source(
        source_id=f"src1_{name}",
        kind=SourceKind.WEB,
        canonical_url=f"https://{name}.example/",
        reference=SourceRef(source=name),
        submitted_by="ada",
        submitted_at=NOW,
    )


def story(name: str) -> list[Row]:
    """Return a source with a document of 16 KB, a case and its draft."""
    document = Document(
        document_id=f"doc1_{name}",
        source_id=f"src1_{name}",
        snapshot_id=f"snap1_{name}",
        kind=SourceKind.WEB,
        extractor="trafilatura/1",
        url=None,
        title=name,
        authors=[],
        published=None,
        language="en",
        site=None,
        text=TEXT,
        passages=[Passage(n=1, start=0, end=49)],
        extraction=[],
        hidden_text=[],
    )
    fact = Fact(value=name, evidence=[], support=SUPPORT)
    revision = Revision(
        revision_id=f"rev1_{name}",
        case_id=f"case1_{name}",
        parent_id=None,
        document_id=document.document_id,
        made_by="model",
        author="scripted",
        recipe_id="recipe1_x",
        strategy="single",
        generation_ids=[],
        case_study=CaseStudy(title=fact, company=fact),
        created_at=NOW,
    )
    case = Case(case_id=f"case1_{name}", source_id=f"src1_{name}", created_at=NOW)
    return [source(name), document, case, revision]


def milliseconds(work: Callable[[int], object], times: int) -> tuple[float, float]:
    """Return the median and the least of so many runs."""
    taken = []
    for number in range(times):
        started = time.perf_counter()
        work(number)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1000, min(taken) * 1000


def together(place: list[str], processes: int) -> float:
    """Return the rows a second of processes that append 100 rows each, start-up left out."""
    command = [sys.executable, str(APPENDER), *place]
    running = [
        subprocess.Popen([*command, f"p{n}x", "100"], stdout=subprocess.PIPE, text=True)
        for n in range(processes)
    ]
    told = []
    for process in running:
        if process.stdout:
            process.stdout.readline()
        told.append(time.perf_counter())
    started = min(told)
    codes = [process.wait() for process in running]
    if any(codes):
        raise SystemExit("an appender failed")
    return (100 * processes) / (time.perf_counter() - started)


def measure(
    warehouse: Warehouse, place: list[str], cases: int, processes: int
) -> dict[str, tuple[float, ...]]:
    """Fill a warehouse and return what each thing took."""
    found = {"migrate, ms": milliseconds(lambda _: warehouse.migrate(), 1)}
    found["append one row, ms"] = milliseconds(lambda n: warehouse.append(source(f"one{n}")), 50)
    found["append a story (4 rows), ms"] = milliseconds(
        lambda n: warehouse.append(*story(f"n{n}")), cases
    )
    found |= reads(warehouse, cases)
    found[f"{processes} processes appending, rows/s"] = (together(place, processes),)
    return found


def reads(warehouse: Warehouse, cases: int) -> dict[str, tuple[float, ...]]:
    """Return what reading takes."""
    return {
        "fetch a document, ms": milliseconds(lambda n: warehouse.document(f"doc1_n{n}"), 20),
        "read a case, ms": milliseconds(lambda n: warehouse.case(f"case1_n{n}"), 10),
        f"list {cases} cases, ms": milliseconds(lambda _: warehouse.cases(), 5),
        "counts, ms": milliseconds(lambda _: warehouse.counts(), 5),
    }


def main(cases: int, processes: int) -> None:
    """Print a Markdown table."""
    server = PostgresServer()
    with tempfile.TemporaryDirectory() as folder:
        path, conninfo = Path(folder) / "a.duckdb", server.create("casebook")
        lake = DuckLake(Postgres(conninfo), f"{folder}/lake", 60.0)
        file = measure(Warehouse(path), [str(path)], cases, processes)
        shared = Warehouse(lake)
        on_lake = measure(shared, [conninfo, f"{folder}/lake"], cases, processes)
        with lake.connection() as connection:
            started = time.perf_counter()
            connection.execute("CALL ducklake_flush_inlined_data('lake')")
            on_lake["rows to Parquet, ms"] = ((time.perf_counter() - started) * 1000,)
        flushed = reads(shared, cases)
        flushed["append one row, ms"] = milliseconds(lambda n: shared.append(source(f"two{n}")), 50)
        lake.close()
    server.close()
    print(f"| {cases} cases | file | lake | lake, in Parquet |\n|---|---|---|---|")
    columns = (file, on_lake, flushed)
    for name in on_lake:
        cells = [" / ".join(f"{n:.1f}" for n in found.get(name, ())) for found in columns]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    main(*(numbers + [1000, 4][len(numbers) :]))
