"""How fast the review desk answers with 10,000 drafts; prints one Markdown table.

    .venv/bin/python benchmarks/desk.py [--drafts N] [--events N] [--home FOLDER]

The drafts and their history are made of published case studies of the shared data. The desk runs
as a process of its own with a backfill in progress, and is asked over HTTP as a browser would.
A given home is seeded once and kept.
"""

import argparse
import os
import random
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import duckdb  # noqa: E402 - after the path

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
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
LEVELS = (*[SupportLevel.VERIFIED] * 7, *[SupportLevel.UNVERIFIED] * 2, SupportLevel.DOUBTFUL)


class Seeder:
    """Makes drafts with a history out of published case studies, always the same ones."""

    def __init__(self, drafts: int, events: int) -> None:
        self._chance = random.Random(11)  # noqa: S311 - only spread
        self._drafts, self._events = drafts, events
        columns = "slug, title, company, industry, year, source_url, tags, full_summary"
        file = DATA / "cases" / "llmops_cases.parquet"
        self._cases = duckdb.sql(f"SELECT {columns} FROM '{file}' ORDER BY slug").fetchall()  # noqa: S608 - a path

    def rows(self) -> Iterator[list[Frozen]]:
        """Yield the rows of one case after the other."""
        for number in range(self._drafts):
            round_, place = divmod(number, len(self._cases))
            yield list(self._rows(number, round_, self._cases[place]))

    def _rows(self, number: int, round_: int, case: Sequence[Any]) -> Iterator[Frozen]:
        slug, title, company, industry, year, url, tags, text = case
        at = START + timedelta(minutes=7 * number)
        address = f"{url or 'https://cases.example/' + slug}#{round_}"
        source_id = content_id("src", address)
        kind = self._chance.choice([SourceKind.WEB, SourceKind.WEB, SourceKind.VIDEO])
        yield Source(
            source_id=source_id,
            kind=kind,
            canonical_url=address,
            reference=SourceRef(source=address),
            submitted_by="ada",
            submitted_at=at,
        )
        document = self._document(source_id, kind, title, f"{text}\n\nRound {round_}.")
        yield document
        yield Triage(
            triage_id=content_id("triage", document.document_id),
            document_id=document.document_id,
            rubric="triage/v1",
            model="seed",
            verdict=self._chance.choice([Verdict.CASE_STUDY] * 9 + [Verdict.UNSURE]),
            reason="It describes a system in use.",
            criteria=(),
            generation_ids=(),
            decided_at=at,
        )
        case_id = content_id("case", source_id)
        yield Case(case_id=case_id, source_id=source_id, created_at=at)
        facts = {"title": title, "company": company, "industry": industry, "year": str(year)}
        study = CaseStudy(
            facts=tuple(
                Fact(name=name, value=value, support=Support(level=SupportLevel.VERIFIED))
                for name, value in facts.items()
                if value
            ),
            statements=tuple(self._statements(document)),
            tags=tuple(
                Tag(
                    slug=slug,
                    label=slug,
                    group="technique",
                    evidence=(),
                    support=Support(level=SupportLevel.VERIFIED),
                )
                for slug in dict.fromkeys(tags or ())
            )[:12],
        )
        revision = Revision(
            revision_id=content_id("rev", case_id),
            case_id=case_id,
            document_id=document.document_id,
            made_by="model",
            author="seed",
            recipe=Recipe(
                recipe_id="rcp1_seed", model="seed", strategy="single", prompts=(), fingerprint="1"
            ),
            study=study,
            created_at=at,
        )
        yield revision
        yield from self._history(number, revision, at)

    def _document(self, source_id: str, kind: SourceKind, title: str, text: str) -> Document:
        passages, end = [], 0
        for paragraph in text.split("\n\n"):
            if words := paragraph.strip():
                start = text.index(words, end)
                end = start + len(words)
                passages.append(Passage(n=len(passages) + 1, start=start, end=end))
        document_id = content_id("doc", source_id)
        return Document(
            document_id=document_id,
            source_id=source_id,
            snapshot_id=content_id("snap", source_id),
            url=None,
            kind=kind,
            extractor="seed/1",
            title=title,
            language="en",
            text=text,
            passages=passages,
        )

    def _statements(self, document: Document) -> Iterator[Statement]:
        sections = [section for section in Section if section is not Section.ABSTRACT]
        long = [p for p in document.passages if p.end - p.start > 80]
        for n, passage in enumerate(long[:STATEMENTS], start=1):
            words = document.passage_text(passage)
            quote = sentences(words, "en")[0].strip()
            start = passage.start + words.index(quote)
            level = self._chance.choice(LEVELS)
            reason = "A number is not in the quote." if level is SupportLevel.DOUBTFUL else ""
            found = Evidence(
                quote=quote,
                passage=passage.n,
                start=start,
                end=start + len(quote),
                match="exact",
                score=1.0,
            )
            yield Statement(
                n=n,
                section=sections[n * len(sections) // (STATEMENTS + 1)],
                text=quote,
                evidence=(found,),
                support=Support(level=level, reason=reason),
            )

    def _history(self, number: int, revision: Revision, at: datetime) -> Iterator[Review]:
        """Yield comments and assignments, and for one case in four a decision."""
        per_case = max(1, self._events // self._drafts)
        kinds = [Decision.COMMENT, Decision.ASSIGN, Decision.COMMENT]
        last = {0: Decision.APPROVE, 4: Decision.REJECT}.get(number % 8)
        for n in range(per_case):
            decision = last if last and n == per_case - 1 else kinds[n % 3]
            who = ("ada", "mira")[n % 2]
            reason = who if decision is Decision.ASSIGN else "Compare the second number."
            yield Review(
                review_id=content_id("review", revision.case_id, str(n)),
                case_id=revision.case_id,
                revision_id=revision.revision_id,
                decision=decision,
                reason=reason,
                who=who,
                at=at + timedelta(minutes=n),
                seconds=60.0 + self._chance.random() * 120,
            )


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


def main() -> None:
    """Seed, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drafts", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--home", type=Path)
    given = parser.parse_args()
    seed(given.home, given.drafts, given.events)


if __name__ == "__main__":
    main()
