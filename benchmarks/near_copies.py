r"""How well near-copies are told from other texts, by the share of word runs, and how fast.

    .venv/bin/python benchmarks/near_copies.py

Texts are the pages of CASEBOOK_DATASETS/web as casebook reads them and the summaries of
CASEBOOK_DATASETS/cases. Of each text copies are made as syndication makes them (other title, header
and footer, a paragraph cut, an excerpt, light editing); all pairs of different texts are what must
not be called copies. Prints Markdown. Where rensa is installed, its MinHash is measured beside.
"""

import gzip
import os
import platform
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

import duckdb

from casebook.extractors.kinds.html import extract
from casebook.pipeline.ingestion import sketching
from casebook.schemas.copies import NearCopy, Overlap, Sketch
from casebook.schemas.errors import CasebookError
from casebook.schemas.sources import Payload
from casebook.warehouse import Warehouse

DATA = Path(os.environ.get("CASEBOOK_DATASETS", Path(__file__).parents[2] / "shared/data"))
FEWEST_WORDS = 150
STORED = 10_000
LOOKUPS = 50
NOW = datetime.now(UTC)
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
HEADER = (
    "This story first appeared elsewhere. Sign up for our newsletter to get more stories like this "
    "every week, delivered to your inbox with no advertising at all.\n\n"
)
FOOTER = (
    "\n\nRepublished with permission of the authors. Follow us, clap if you liked it, and leave a "
    "comment below; we read every one of them and answer most within a few days."
)


def pages() -> Iterator[str]:
    """Yield the text of each web page that is read."""
    for file in sorted((DATA / "web" / "html").iterdir()):
        data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        try:
            yield extract(Payload(data=data, media_type="text/html", name=file.name)).text
        except CasebookError:
            continue


def summaries() -> Iterator[str]:
    """Yield the summaries of published cases."""
    file = str(DATA / "cases" / "llmops_cases.parquet")
    rows = duckdb.execute("SELECT full_summary FROM read_parquet($file)", {"file": file}).fetchall()
    yield from (text for (text,) in rows if text)


def copies(text: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield what syndication makes of a text: how, and the copy."""
    paragraphs = [p for p in re.split(r"\n\s*\n", text) if p.strip()] or [text]
    words = text.split()
    yield "other title, header, footer", f"A new title\n\n{HEADER}{text}{FOOTER}"
    cut = chance.randrange(len(paragraphs))
    if len(paragraphs) > 3 and len(paragraphs[cut]) < len(text) / 2:
        kept = [p for n, p in enumerate(paragraphs) if n != cut]
        yield "one paragraph cut", "\n\n".join(kept)
    yield "first half only", " ".join(words[: len(words) // 2])
    if len(words) >= 600:
        start = chance.randrange(len(words) - len(words) // 4)
        yield "a quarter of it, framed", HEADER + " ".join(words[start : start + len(words) // 4])
    for share in (0.02, 0.05, 0.1):
        edited = [w if chance.random() > share else chance.choice(words) for w in words]
        yield f"{share:.0%} of words changed", " ".join(edited)


def kept(text: str) -> Sketch:
    """Return the sketch of a text."""
    hashes = sketching.sample(text)
    return Sketch(
        sketch_id="", document_id="", source_id="", method=sketching.METHOD, hashes=hashes,
        step=sketching.step(len(hashes)),
    )  # fmt: skip


def degree(mine: Sketch, other: Sketch) -> tuple[float, int]:
    """Return the larger share, and how many hashes are shared, where ``other`` came first.

    Fewer of these than count at all are none.
    """
    there = set(other.thinned(other.step))
    here = set(mine.thinned(other.step))
    shared = len(here & there)
    if shared < sketching.LEAST_FOUND:
        return 0.0, 0
    return shared / min(len(here), len(there)), shared * other.step


def recall(texts: Sequence[str]) -> Mapping[str, list[tuple[float, int]]]:
    """Return the degree of each made copy to its original, by how it was made.

    The lesser one of either order.
    """
    chance, found = random.Random(7), {}  # noqa: S311 - repeatable
    for text in texts:
        original = kept(text)
        for how, copy in copies(text, chance):
            made = kept(copy)
            found.setdefault(how, []).append(min(both(made, original)))
    return found


def strangers(texts: Sequence[str]) -> list[tuple[float, int, int, int]]:
    """Return the degree of each pair of different texts that share anything, and which they are."""
    sketches = [kept(text) for text in texts]
    holders: dict[int, list[int]] = {}
    for n, sketch in enumerate(sketches):
        for value in sketch.hashes:
            holders.setdefault(value, []).append(n)
    pairs: set[tuple[int, int]] = set()
    for those in holders.values():
        pairs.update(combinations(those, 2))
    orders = [(max(both(sketches[a], sketches[b])), a, b) for a, b in pairs]
    return [(*found, a, b) for found, a, b in orders]


def both(one: Sketch, other: Sketch) -> tuple[tuple[float, int], tuple[float, int]]:
    """Return the degree of two texts in either order."""
    return degree(one, other), degree(other, one)


def is_called(found: tuple[float, int], threshold: float) -> bool:
    """Tell whether a pair is called a near-copy."""
    return found[0] >= threshold and found[1] >= sketching.LEAST_SHARED


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a Markdown table."""
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |")
    print()


def report_judgement(name: str, texts: Sequence[str]) -> None:
    """Print how many copies are found and how many strangers are called copies."""
    made, others = recall(texts), strangers(texts)
    pairs = len(texts) * (len(texts) - 1) // 2
    print(f"### {name}: {len(texts)} texts, {pairs:,} pairs of different texts\n")
    rows = [
        [how, len(found), *(f"{_share(found, t):.3f}" for t in THRESHOLDS)]
        for how, found in made.items()
    ]
    called = [sum(is_called(pair[:2], t) for pair in others) for t in THRESHOLDS]
    rows.append(["**different texts called copies**", pairs, *called])
    table(["copy", "number", *(f"at {t}" for t in THRESHOLDS)], rows)
    near = sorted((p for p in others if is_called(p[:2], THRESHOLDS[0])), reverse=True)
    for share, count, a, b in near[:12]:
        print(f"- {share:.2f} ({count} shared): {_start(texts[a])} | {_start(texts[b])}")
    print()


def _share(found: Sequence[tuple[float, int]], threshold: float) -> float:
    return sum(is_called(one, threshold) for one in found) / len(found)


def _start(text: str) -> str:
    return re.sub(r"[|\s]+", " ", text[:60])


def report_speed(texts: Sequence[str]) -> None:
    """Print how fast samples are made, and how long comparing takes among many documents."""
    words = sum(len(text.split()) for text in texts)
    rows = []
    for name, make in _makers().items():
        started = time.process_time()
        for text in texts:
            make(text)
        seconds = time.process_time() - started
        rows.append([name, f"{len(texts) / seconds:,.0f}", f"{words / seconds:,.0f}"])
    table(["sample", "texts a CPU-second", "words a CPU-second"], rows)
    with tempfile.TemporaryDirectory() as folder:
        _report_lookups(Path(folder) / "w.duckdb", texts)


def _makers() -> dict[str, Callable[[str], object]]:
    makers: dict[str, Callable[[str], object]] = {"casebook": sketching.sample}
    if find_spec("rensa"):
        from rensa import RMinHash

        def minhash(text: str) -> object:
            words = re.findall(r"\w+", text.casefold())
            made = RMinHash(num_perm=128, seed=1)
            made.update([" ".join(words[n : n + 5]) for n in range(len(words) - 4)])
            return made.digest()

        makers["rensa RMinHash, 128, same runs"] = minhash
    return makers


def _report_lookups(path: Path, texts: Sequence[str]) -> None:
    warehouse = Warehouse(path)
    sketches = [kept(text) for text in texts]
    sizes = [(len(s.hashes), len(s.thinned(s.step))) for s in sketches]
    chance = random.Random(3)  # noqa: S311 - repeatable
    warehouse.migrate()
    warehouse.close()
    with duckdb.connect(path) as connection:
        # Made up there: through our own appends this takes minutes.
        told = {"method": sketching.METHOD, "stored": STORED}
        connection.execute(_STORE, told)
        told = {"sizes": [size for _, size in sizes], "stored": STORED}
        connection.execute(_STORE_MARKS, told)
        (hashes,) = connection.execute("SELECT count(*) FROM marks").fetchall()[0]
    times = []
    for number in range(STORED, STORED + LOOKUPS):
        sketch = _random_sketch(number, chance.choice(sizes)[0], chance)
        started = time.process_time()
        warehouse.compare(sketch, _judged, least=sketching.LEAST_FOUND)
        times.append(time.process_time() - started)
    times.sort()
    print(
        f"Comparing a document with {STORED:,} others ({hashes:,} hashes, a file of"
        f" {path.stat().st_size / 2**20:.0f} MB with nothing else in it): median"
        f" {times[len(times) // 2] * 1000:.0f} ms of CPU, worst {times[-1] * 1000:.0f} ms, opening"
        " the file and the transaction included.\n"
    )


_STORE = """
INSERT INTO sketches
SELECT n, 'sketch1_' || n, 'doc1_' || n, 'src1_' || n, $method, '{}'
FROM range($stored) AS documents(n)
"""
_STORE_MARKS = """
INSERT INTO marks (hash, sketch, size, step)
SELECT
    (hash(n * 100000 + unnest(range(size)))::HUGEINT % 4294967296 - 2147483648)::INTEGER,
    md5_number_lower('sketch1_' || n),
    size,
    4
FROM (SELECT n, $sizes[1 + n % len($sizes)] AS size FROM range($stored) AS documents(n))
"""


def _judged(mine: Sketch, others: Sequence[Overlap]) -> list[NearCopy]:
    sketching.near_copies(mine, others, NOW)
    return []  # so that every document is compared with the same ones


def _random_sketch(number: int, size: int, chance: random.Random) -> Sketch:
    return Sketch(
        sketch_id=f"sketch1_{number}",
        document_id=f"doc1_{number}",
        source_id=f"src1_{number}",
        method=sketching.METHOD,
        hashes=sorted(chance.randrange(-(2**63), 2**63) for _ in range(max(size, 1))),
        step=sketching.step(size),
    )


def main() -> None:
    """Measure and print."""
    print(f"{NOW:%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}\n")
    sets = {
        "Web pages": [t for t in pages() if len(t.split()) >= FEWEST_WORDS],
        "Case summaries": [t for t in summaries() if len(t.split()) >= FEWEST_WORDS],
    }
    for name, texts in sets.items():
        report_judgement(name, texts)
    report_speed([text for texts in sets.values() for text in texts])


if __name__ == "__main__":
    sys.exit(main())
