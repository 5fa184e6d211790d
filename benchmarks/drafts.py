"""Drafts of the embedded model over real pages: how many statements, how many quotes located.

    .venv/bin/python benchmarks/drafts.py [PAGES]

Takes the first PAGES (12) articles and documentation pages of the web data set, of 800 to 3,000
words, that speak of technology in at least a dozen sentences, and submits them in a fresh home
with the embedded model. Prints one row a page, and the drafts themselves with ``--show``.
"""

import asyncio
import gzip
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from casebook.pipeline.ingestion.ingest import ingest
from casebook.pipeline.ingestion.outcome import Outcome
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings
from casebook.schemas.cases import Match
from casebook.schemas.listings import CaseView
from casebook.schemas.sources import SourceRef
from casebook.schemas.taxonomy import load_taxonomy

DATASETS = Path(os.environ.get("CASEBOOK_DATASETS", Path(__file__).parents[2] / "shared" / "data"))
FIELDS = ("summary", "architecture", "challenges", "solutions", "lessons", "results", "tools")
_FEWEST_WORDS, _MOST_WORDS, _TECHNICAL_SENTENCES = 800, 3_000, 12


def pages() -> Iterator[tuple[Path, str]]:
    """Yield page and address of real pages about software or data, in order of their number."""
    taxonomy = load_taxonomy()
    for truth in sorted((DATASETS / "web" / "truth").glob("*.json")):
        told = json.loads(truth.read_text())
        words = len(told["main_content"].split())
        # A few pages carry a whole record in place of the type's name.
        if told["page_type"] not in ("article", "documentation"):
            continue
        if not _FEWEST_WORDS <= words <= _MOST_WORDS:
            continue
        sentences = told["main_content"].replace("\n", ". ").split(". ")
        if sum(bool(taxonomy.mentions(s)) for s in sentences) >= _TECHNICAL_SENTENCES:
            yield DATASETS / "web" / "html" / f"{truth.stem}.html.gz", told["url"]


async def draft(path: Path, url: str, services: Services, folder: Path) -> Outcome:
    """Submit one page as the file it was saved to."""
    page = await asyncio.to_thread(unpacked, path, folder)
    return await ingest(SourceRef(source=str(page), url=url), services)


def unpacked(path: Path, folder: Path) -> Path:
    """Return where the page lies as the file that a person would have saved."""
    page = folder / path.name.removesuffix(".gz")
    page.write_bytes(gzip.decompress(path.read_bytes()))
    return page


def row(name: str, outcome: Outcome, view: CaseView | None) -> list[str]:
    """Return what one page gave."""
    if view is None:
        what = outcome.failure.kind if outcome.failure else outcome.status.value
        return [name, what, *[""] * (len(FIELDS) + 4)]
    evidence = [e for _, s in view.revision.case_study.statements() for e in s.evidence]
    located = sum(e.match is not Match.MISSING for e in evidence)
    return [
        name,
        outcome.verdict or "",
        *[str(outcome.statements[field]) for field in FIELDS],
        str(sum(outcome.statements.values())),
        f"{located}/{len(evidence)}",
        str(outcome.llm_calls),
        f"{outcome.seconds['summarize']:.1f}",
    ]


async def main(count: int, *, show: bool) -> None:
    """Draft the pages one after the other and print the table."""
    from casebook.cli.views import print_case

    table = Table("page", "triage", *FIELDS, "all", "located", "calls", "seconds", box=None)
    with tempfile.TemporaryDirectory() as folder:
        async with Services(Settings.load(home=Path(folder) / "home")) as services:
            for path, url in list(pages())[:count]:
                outcome = await draft(path, url, services, Path(folder))
                view = services.warehouse.case(outcome.case_id) if outcome.case_id else None
                table.add_row(*row(path.name[:4], outcome, view))
                if show and view:
                    print_case(view, Console(width=160))
    Console(width=140).print(table)


if __name__ == "__main__":
    if not DATASETS.is_dir():
        sys.exit(f"no data sets at {DATASETS}; set CASEBOOK_DATASETS")
    numbers = [int(a) for a in sys.argv[1:] if a.isdigit()]
    asyncio.run(main(numbers[0] if numbers else 12, show="--show" in sys.argv))
