"""Measures the review desk with 10,000 drafts beside 1,400; prints one Markdown table.

    .venv/bin/python benchmarks/desk.py [--drafts N N] [--rounds N] [--runs N] [--homes FOLDER]

The drafts and their history are made from published case studies of the shared data. The desk runs
in a separate process with a backfill in progress, and gets requests like those of a browser. Each
run measures both sizes; the table has the middle run of each value. Homes in a folder given with
--homes are seeded once and kept.
"""

import argparse
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support"), str(ROOT / "benchmarks")]

import duckdb  # noqa: E402 - after the path
import httpx2  # noqa: E402
from backfill import bench  # noqa: E402

from desk.index import Index  # noqa: E402
from desk.kept import KeptCases  # noqa: E402
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
MOST_RATIO = 1.2
IDLE_SECONDS = 2.0
DOUBTFUL = r'class="(?:text )?statement item doubtful" id="(s-[0-9]+)"'
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
        warehouse.use_copies(KeptCases(index))
        index.refresh()
        while index.refresh_texts():
            pass


@dataclass
class Timing:
    """One kind of request: milliseconds of wall and CPU time for each, and its largest response."""

    times: list[float] = field(default_factory=list)
    cpu: float = 0.0
    size: int = 0
    sent: int = 0

    def note(self, began: float, answer: httpx2.Response) -> None:
        """Record a response."""
        self.times.append(1000 * (time.perf_counter() - began))
        self.size = max(self.size, len(answer.content))
        self.sent = max(self.sent, answer.num_bytes_downloaded)

    @property
    def p95(self) -> float:
        """The wall time that 95 of 100 requests stay below."""
        return statistics.quantiles(self.times, n=20)[-1]


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
        headers = {"Authorization": f"Bearer {key}", "HX-Request": "true"}
        self.client = httpx2.Client(base_url=address, headers=headers, timeout=60)
        self._idle: list[float] = []

    def get(self, address: str, into: Timing | None = None) -> str:
        """Request a page."""
        return self._send("GET", address, into).text

    def post(self, address: str, into: Timing | None = None, **form: str) -> str:
        """Send a form, and return the target of its redirect."""
        answer = self._send("POST", address, into, data=form)
        return str(answer.headers.get("location") or answer.headers.get("hx-redirect", ""))

    def _send(self, method: str, address: str, into: Timing | None, **what: Any) -> httpx2.Response:
        # Pages are requested whole, and decisions as htmx sends them.
        headers = {"HX-Request": "true" if into and method == "POST" else "false"}
        began = time.perf_counter()
        answer = self.client.request(method, address, headers=headers, **what)
        if answer.is_error:
            raise SystemExit(f"{address} answers {answer.status_code}: {answer.text[:500]}")
        if into:
            into.note(began, answer)
        return answer

    def timed(self, work: Callable[[Timing], None]) -> Timing:
        """Return what ``work`` took; the CPU time of the batch, seen before, is subtracted."""
        before = self._cpu()
        time.sleep(IDLE_SECONDS)
        self._idle.append((self._cpu() - before) / IDLE_SECONDS)
        timing, before, began = Timing(), self._cpu(), time.perf_counter()
        work(timing)
        batch = statistics.mean(self._idle) * (time.perf_counter() - began)
        timing.cpu = 1000 * (self._cpu() - before - batch) / len(timing.times)
        return timing

    def _cpu(self) -> float:
        """Return the CPU seconds of all threads of the desk so far."""
        text = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(text[11]) + int(text[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """Stop the desk."""
        self.client.close()
        self._process.terminate()
        self._process.wait()


def measure(home: Path, rounds: int, chance: random.Random) -> dict[str, Timing]:
    """Return the times of pages, searches and decisions while a batch is in progress."""
    with bench(BATCH, ANSWER_SECONDS) as here:
        desk = Desk(home, here.environment)
        try:
            desk.get("/")
            lines = desk.client.get("/api/cases", params={"status": "draft", "limit": 4000}).json()
            ids = [line["case_id"] for line in lines if line["support"].get("doubtful")]
            chance.shuffle(ids)
            listed = (here.folder / here.list_of(BATCH)).read_text()
            estimate = desk.post("/batches/estimate", addresses=listed)
            batch = desk.post("/batches", estimate=estimate.rsplit("/", 1)[1])
            tags = ["rag", "fine-tuning", "evals", "chatbot", "agent", "error-handling"]
            words = (
                "vector database|fine-tuning|hallucination|llama|customer support|latency|agents"
            )
            pages = {
                "queue": lambda _: "/",
                "queue, filtered": lambda n: f"/?tag={tags[n % 6]}&doubt=doubtful",
                "queue, page 40": lambda n: f"/?page={30 + n % 10}",
                "search": lambda n: f"/?q={words.split('|')[n % 7]}",
                "case": lambda n: f"/cases/{ids[n]}",
                "case, a form": lambda n: f"/cases/{ids[n]}/parts/f-title",
            }
            found = {}
            for name, address in pages.items():
                found[name] = desk.timed(partial(_visit, desk, address, rounds))
            found |= decisions(desk, ids[rounds:], rounds)
            if "in progress" not in desk.get(batch):
                print("The batch ended before the measurement.", file=sys.stderr)
            return found
        finally:
            desk.close()


def _visit(desk: Desk, address: Callable[[int], str], rounds: int, timing: Timing) -> None:
    for n in range(rounds):
        desk.get(address(n), timing)


def decisions(desk: Desk, ids: Sequence[str], rounds: int) -> dict[str, Timing]:
    """Return the times of decisions, each with the part of the page that it shows."""
    kinds: dict[str, dict[str, str]] = {
        "comment": {"decision": "comment", "text": "Compare the second number."},
        "assign": {"decision": "assign", "to": "mira"},
        "edit": {"decision": "edit", "action": "set_fact", "name": "company", "value": "Initech"},
        "confirm": {"decision": "edit", "action": "confirm"},
        "drop": {"decision": "edit", "action": "drop", "part": "s-1"},
        "approve": {"decision": "approve", "confirm": "true", "leave_out": "true", "then": "next"},
    }

    def decide(form: dict[str, str], own: Sequence[str], timing: Timing) -> None:
        for case_id in own:
            doubts = {}
            if form.get("action") == "confirm":  # opened before, as the others were
                (part, *_) = re.findall(DOUBTFUL, desk.get(f"/cases/{case_id}"))
                doubts = {"part": part}
            desk.post(f"/cases/{case_id}/decisions", timing, **form, **doubts)

    found = {}
    for start, (name, form) in enumerate(kinds.items()):
        own = ids[start * rounds : (start + 1) * rounds]
        for case_id in own:
            desk.get(f"/cases/{case_id}")
        found[f"decision: {name}"] = desk.timed(partial(decide, form, own))
    return found


def _middle(runs: Sequence[dict[str, Timing]], name: str, value: str) -> float:
    return statistics.median(getattr(run[name], value) for run in runs)


def main() -> None:
    """Seed two homes, measure them in turn, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drafts", type=int, nargs=2, default=[1_400, 10_000])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--homes", type=Path)
    given = parser.parse_args()
    runs: dict[int, list[dict[str, Timing]]] = {drafts: [] for drafts in given.drafts}
    with tempfile.TemporaryDirectory() as temporary:
        seeded = given.homes or Path(temporary)
        for drafts in given.drafts:
            seed(seeded / f"home{drafts}", drafts, 10 * drafts)
        for n in range(given.runs):
            for drafts, found in runs.items():
                home = Path(temporary) / f"run{drafts}"
                shutil.copytree(seeded / f"home{drafts}", home)
                found.append(measure(home, given.rounds, random.Random(n)))  # noqa: S311
                shutil.rmtree(home)
    small, large = runs.values()
    print("| request | CPU ms | at 10,000 | ratio | wall p95 ms | largest KB (sent) | met |")
    print("|---|---|---|---|---|---|---|")
    for name in small[0]:
        cpu = [_middle(found, name, "cpu") for found in (small, large)]
        p95, size, sent = (_middle(large, name, one) for one in ("p95", "size", "sent"))
        met = "yes" if cpu[1] <= MOST_RATIO * cpu[0] and sent <= MOST_BYTES else "**no**"
        print(
            f"| {name} | {cpu[0]:.0f} | {cpu[1]:.0f} | {cpu[1] / cpu[0]:.2f} | {p95:.0f} "
            f"| {size / 1000:.0f} ({sent / 1000:.0f}) | {met} |"
        )


if __name__ == "__main__":
    main()
