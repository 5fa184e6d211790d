"""Measures response times of the review desk with 10,000 drafts; prints one Markdown table.

    .venv/bin/python benchmarks/desk.py [--drafts N] [--events N] [--home FOLDER]

The drafts and their history are made from published case studies of the shared data. The desk runs
in a separate process with a backfill in progress, and gets requests like those of a browser. A home
given with --home is seeded once and kept.
"""

import argparse
import gzip
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support"), str(ROOT / "benchmarks")]

import duckdb  # noqa: E402 - after the path
import httpx2  # noqa: E402
from backfill import bench  # noqa: E402

from desk.index import Index  # noqa: E402
from extractors.blocks import sentences  # noqa: E402
from schemas.cases import (  # noqa: E402
    CaseStudy,
    Evidence,
    Fact,
    Section,
    Statement,
    Support,
    SupportLevel,
    Tag,
)
from schemas.frozen import Frozen, content_id  # noqa: E402
from schemas.reviews import (  # noqa: E402
    Case,
    Decision,
    Recipe,
    Review,
    Revision,
    Triage,
    Verdict,
)
from schemas.sources import Document, Passage, Source, SourceKind, SourceRef  # noqa: E402
from warehouse import Warehouse  # noqa: E402

DATA = Path(os.environ.get("CASEBOOK_DATASETS", ROOT / "../shared/data"))
STATEMENTS = 24
ROUNDS = 40
BATCH = 400
ANSWER_SECONDS = 10.0  # average of the model: a thousand tokens at a hundred per second
MOST_BYTES = 100_000
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
LEVELS = (*[SupportLevel.VERIFIED] * 7, *[SupportLevel.UNVERIFIED] * 2, SupportLevel.DOUBTFUL)


class Seeder:
    """Makes drafts with a history from published case studies, the same on each run."""

    def __init__(self, drafts: int, events: int) -> None:
        self._chance = random.Random(11)  # noqa: S311 - only spread
        self._drafts, self._events = drafts, events
        columns = "slug, title, company, industry, year, tags, full_summary"
        file = DATA / "cases" / "llmops_cases.parquet"
        self._cases = duckdb.sql(f"SELECT {columns} FROM '{file}' ORDER BY slug").fetchall()  # noqa: S608 - a path

    def rows(self) -> Iterator[list[Frozen]]:
        """Yield the rows of each case."""
        for number in range(self._drafts):
            round_, place = divmod(number, len(self._cases))
            yield list(self._rows(number, round_, self._cases[place]))

    def _rows(self, number: int, round_: int, case: Sequence[Any]) -> Iterator[Frozen]:
        slug, title, company, industry, year, tags, text = case
        at = START + timedelta(minutes=7 * number)
        address = f"https://cases.example/{slug}/{round_}"
        ids = {kind: content_id(kind, address) for kind in ("src", "snap", "doc", "case", "rev")}
        kind = self._chance.choice([SourceKind.WEB, SourceKind.WEB, SourceKind.VIDEO])
        known = {"source_id": ids["src"], "kind": kind}
        ref = SourceRef(source=address)
        yield Source(
            **known, canonical_url=address, reference=ref, submitted_by="ada", submitted_at=at
        )
        document = Document(
            **known, document_id=ids["doc"], snapshot_id=ids["snap"], url=None, extractor="seed/1",
            title=title, language="en", text=text, passages=list(_passages(text)),
        )  # fmt: skip
        yield document
        yield Triage(
            triage_id=content_id("triage", address), document_id=ids["doc"], rubric="triage/v1",
            model="seed", reason="It describes a system in use.", criteria=(), generation_ids=(),
            verdict=self._chance.choice([Verdict.CASE_STUDY] * 9 + [Verdict.UNSURE]), decided_at=at,
        )  # fmt: skip
        yield Case(case_id=ids["case"], source_id=ids["src"], created_at=at)
        facts = {"title": title, "company": company, "industry": industry, "year": str(year)}
        sound = Support(level=SupportLevel.VERIFIED)
        study = CaseStudy(
            facts=tuple(Fact(name=n, value=v, support=sound) for n, v in facts.items() if v),
            statements=tuple(self._statements(document)),
            tags=tuple(
                Tag(slug=one, label=one, group="technique", evidence=(), support=sound)
                for one in [*dict.fromkeys(tags or ())][:12]
            ),
        )
        recipe = Recipe(
            recipe_id="rcp1_seed", model="seed", strategy="single", prompts=(), fingerprint="1"
        )
        revision = Revision(
            revision_id=ids["rev"], case_id=ids["case"], document_id=ids["doc"], made_by="model",
            author="seed", recipe=recipe, study=study, created_at=at,
        )  # fmt: skip
        yield revision
        yield from self._history(number, revision, at)

    def _statements(self, document: Document) -> Iterator[Statement]:
        sections = [section for section in Section if section is not Section.ABSTRACT]
        long = [p for p in document.passages if p.end - p.start > 80]
        for n, passage in enumerate(long[:STATEMENTS], start=1):
            words = document.passage_text(passage)
            quote = sentences(words, "en")[0].strip()
            start = passage.start + words.index(quote)
            level = self._chance.choice(LEVELS)
            reason = "A number is not in the quote." if level is SupportLevel.DOUBTFUL else ""
            place = {"start": start, "end": start + len(quote), "passage": passage.n}
            yield Statement(
                n=n,
                section=sections[n * len(sections) // (STATEMENTS + 1)],
                text=quote,
                evidence=(Evidence(quote=quote, match="exact", score=1.0, **place),),
                support=Support(level=level, reason=reason),
            )

    def _history(self, number: int, revision: Revision, at: datetime) -> Iterator[Review]:
        """Yield comments and assignments, and a decision for every fourth case."""
        per_case = max(1, self._events // self._drafts)
        kinds = [Decision.COMMENT, Decision.ASSIGN, Decision.COMMENT]
        last = {0: Decision.APPROVE, 4: Decision.REJECT}.get(number % 8)
        for n in range(per_case):
            decision = last if last and n == per_case - 1 else kinds[n % 3]
            who = ("ada", "mira")[n % 2]
            yield Review(
                review_id=content_id("review", revision.case_id, str(n)),
                case_id=revision.case_id,
                revision_id=revision.revision_id,
                decision=decision,
                reason=who if decision is Decision.ASSIGN else "Compare the second number.",
                who=who,
                at=at + timedelta(minutes=n),
                seconds=60.0 + self._chance.random() * 120,
            )


def _passages(text: str) -> Iterator[Passage]:
    end = 0
    for n, words in enumerate((w for p in text.split("\n\n") if (w := p.strip())), start=1):
        start = text.index(words, end)
        end = start + len(words)
        yield Passage(n=n, start=start, end=end)


def seed(home: Path, drafts: int, events: int) -> None:
    """Fill the warehouse of a home, unless it has drafts."""
    with Warehouse(home / "warehouse.duckdb", lock_timeout=120) as warehouse:
        if warehouse.counts()["cases"]:
            return
        chunk: list[Frozen] = []
        for number, rows in enumerate(Seeder(drafts, events).rows(), start=1):
            chunk += rows
            if number % 200 == 0 or number == drafts:
                warehouse.append(*chunk)
                chunk = []
                print(f"seeded {number} of {drafts}", file=sys.stderr, flush=True)
        index = Index(home / "index.sqlite", warehouse)
        index.refresh()
        while index.refresh_texts():
            pass


@dataclass
class Timing:
    """The times of one kind of request, in milliseconds, and its largest response."""

    name: str
    gate: float
    times: list[float] = field(default_factory=list)
    size: int = 0
    packed: int = 0

    def note(self, began: float, body: bytes) -> None:
        """Record a response."""
        self.times.append(1000 * (time.perf_counter() - began))
        if len(body) > self.size:
            self.size, self.packed = len(body), len(gzip.compress(body, 6))

    def row(self) -> str:
        """Return the line of the table."""
        p50 = statistics.median(self.times)
        p95 = statistics.quantiles(self.times, n=20)[-1]
        size = f"{self.size / 1000:.0f} KB ({self.packed / 1000:.0f})"
        holds = "yes" if p95 <= self.gate and self.size <= MOST_BYTES else "**no**"
        return f"| {self.name} | {p50:.0f} | {p95:.0f} | {self.gate:.0f} | {size} | {holds} |"


class Desk:
    """A desk in a separate process, with requests like those of a browser."""

    def __init__(self, home: Path, environment: dict[str, str]) -> None:
        own = environment | {"CASEBOOK_HOME": str(home), "CASEBOOK_CURATOR": "mira"}
        command = [sys.executable, "-m", "cli", "review", "--port", "0", "--no-browser"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | own, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        found = None
        while found is None:
            line = self._process.stdout.readline() if self._process.stdout else ""
            if not line:
                raise SystemExit("the desk did not start")
            found = re.search(r"http://127.0.0.1:[0-9]+/[?]key=[-_A-Za-z0-9]+", line)
        address, _, key = found.group().partition("/?key=")
        headers = {"Authorization": f"Bearer {key}"}
        self.client = httpx2.Client(base_url=address, headers=headers, timeout=60)

    def get(self, address: str, into: Timing | None = None) -> str:
        """Request a page."""
        began = time.perf_counter()
        answer = self.client.get(address)
        answer.raise_for_status()
        if into:
            into.note(began, answer.content)
        return answer.text

    def post(self, address: str, into: Timing | None = None, **form: str) -> str:
        """Send a form, and return the target of its redirect."""
        began = time.perf_counter()
        answer = self.client.post(address, data=form)
        if answer.is_error:
            raise SystemExit(f"{address} answers {answer.status_code}: {answer.text[:500]}")
        if into:
            into.note(began, answer.content)
        return answer.headers.get("location", "")

    def close(self) -> None:
        """Stop the desk."""
        self.client.close()
        self._process.terminate()
        self._process.wait()


def measure(home: Path, rounds: int) -> Iterator[Timing]:
    """Yield the times of pages, searches and decisions while a batch is in progress."""
    chance = random.Random(5)  # noqa: S311 - only spread
    with bench(BATCH, ANSWER_SECONDS) as here:
        desk = Desk(home, here.environment)
        try:
            desk.get("/")
            lines = desk.client.get("/api/cases", params={"status": "draft", "limit": 4000}).json()
            ids = [line["case_id"] for line in lines]
            chance.shuffle(ids)
            listed = (here.folder / here.list_of(BATCH)).read_text()
            estimate = desk.post("/batches/estimate", addresses=listed)
            batch = desk.post("/batches", estimate=estimate.rsplit("/", 1)[1])
            tags = ["rag", "fine-tuning", "evals", "chatbot", "agent", "error-handling"]
            pages = {
                "queue": lambda _: "/",
                "queue, filtered": lambda n: f"/?tag={tags[n % 6]}&doubt=doubtful",
                "queue, page 40": lambda _: "/?page=40",
                "case": lambda n: f"/cases/{ids[n]}",
                "case, a form": lambda n: f"/cases/{ids[n]}/parts/f-title",
                "history": lambda n: f"/cases/{ids[n]}/history",
                "submit": lambda _: "/submit",
                "batches": lambda _: "/batches",
                "batch": lambda _: batch,
                "watches": lambda _: "/watches",
                "tags": lambda _: "/tags",
                "publish": lambda _: "/publish",
                "insight": lambda _: "/insight",
                "refused": lambda _: "/?status=refused",
                "failures": lambda _: "/?status=failed",
            }
            for name, address in pages.items():
                timing = Timing(name, 100)
                for n in range(rounds):
                    desk.get(address(n), timing)
                yield timing
            words = (
                "vector database|fine-tuning|hallucination|llama|customer support|latency|agents"
            )
            search = Timing("search", 150)
            for n in range(rounds):
                desk.get(f"/?q={words.split('|')[n % 7]}", search)
            yield search
            yield from decisions(desk, ids[rounds:], rounds)
            if "in progress" not in desk.get(batch):
                print("The batch ended before the measurement.", file=sys.stderr)
        finally:
            desk.close()


def decisions(desk: Desk, ids: Sequence[str], rounds: int) -> Iterator[Timing]:
    """Yield the times of decisions; each case was opened before."""
    comment = {"decision": "comment", "reason": "Compare the second number."}
    edit = {"decision": "edit", "action": "set_fact", "name": "company", "value": "Initech"}
    approve = {"decision": "approve", "confirm": "true", "leave_out": "true"}
    reject = {"decision": "reject", "reason": "Another case covers it."}
    kinds = {"comment": comment, "edit": edit, "approve": approve, "reject": reject}
    for start, (name, form) in enumerate(kinds.items()):
        timing = Timing(f"decision: {name}", 60)
        for case_id in ids[start * rounds : (start + 1) * rounds]:
            desk.get(f"/cases/{case_id}")
            desk.post(f"/cases/{case_id}/decisions", timing, **form)
        yield timing


def main() -> None:
    """Seed a home, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drafts", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--home", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        if given.home:
            seed(given.home, given.drafts, given.events)
            shutil.copytree(given.home, home, dirs_exist_ok=True)
        else:
            seed(home, given.drafts, given.events)
        print("| request | p50 ms | p95 ms | gate | largest (gzipped) | met |")
        print("|---|---|---|---|---|---|")
        for timing in measure(home, given.rounds):
            print(timing.row(), flush=True)


if __name__ == "__main__":
    main()
