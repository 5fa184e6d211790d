"""Measures reports and answers over the imported cases of the shared data and the six examples.

    .venv/bin/python benchmarks/reports.py [--home FOLDER]

Each report is made twice: word for word, as with the embedded model, and by a scripted model that
restates statements and makes one mistake per section; the scripted judge counts words. Citation
recall and precision are those of ALCE (Gao et al. 2023): the share of sentences that their
citations support together, and the share of citations that a supported sentence needs. ``ask`` gets
70 questions that a case answers and 50 others (``questions.jsonl``; 40 and 20 by an author who had
not seen the code). The embedded model answers with the nearest sentences, or with none if they are
too far away, which was decided on half of the questions; a capable model reads more.
A home given with --home keeps the imported cases.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support")]

from report_model import ReportModel, is_carried  # noqa: E402 - from the tests
from scripted_endpoint import ScriptedEndpoint  # noqa: E402

from config.resources import Resources  # noqa: E402
from config.settings import Settings  # noqa: E402
from flows.ingest import process  # noqa: E402
from publishing.reports.material import nearest, passages  # noqa: E402
from review.decisions import approve  # noqa: E402
from schemas.reports import Report, ReportSentence  # noqa: E402
from schemas.sources import SourceRef  # noqa: E402
from services.imports import import_cases  # noqa: E402
from services.publication import publish_site  # noqa: E402
from services.report import check_report, forecast_report, make_report, open_dataset  # noqa: E402
from services.report_selection import ReportOrder  # noqa: E402
from services.run import Run  # noqa: E402

DATA = Path(os.environ.get("CASEBOOK_DATASETS", ROOT / "../shared/data"))
CASES = DATA / "cases" / "llmops_cases.parquet"
QUESTIONS = Path(__file__).with_name("questions.jsonl")
ORDERS = (
    ReportOrder(title="What the cases show", template="grand-summary"),
    ReportOrder(title="Evaluation of agents", template="technique"),
)
READ, PER_CASE, SHOWN = 40, 6, 5
SIGNS = ("97 %", "regulators across", "Zorblatt", "Netflix reports")  # of the mistakes
COLUMNS = (
    *("cases", "report", "sentences", "valid citations", "confirmed", "mistakes stopped"),
    *("numbers equal", "recall", "precision", "statements used", "seconds", "calls"),
    *("quoted", "paid"),
)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--home", type=Path, default=None)
    given = parser.parse_args()
    if not CASES.exists():
        sys.exit(f"{CASES} is missing: set CASEBOOK_DATASETS to the shared data")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_all(given.home or Path(folder) / "imported", Path(folder) / "examples"))


async def _all(imported: Path, examples: Path) -> None:
    _print(*COLUMNS)
    _print(*["---"] * len(COLUMNS))
    for name, home in (("imported", imported), ("examples", examples)):
        async with Resources(Settings(home=home)) as resources:
            if not resources.warehouse.case_ids():
                await (_import if name == "imported" else _draft)(resources)
            await publish_site(resources)
            for order in ORDERS:
                await _measure(name, "word for word", order, resources)
        async with _scripted(home) as (resources, model):
            for order in ORDERS:
                await _measure(name, "scripted model", order, resources, model)
    async with Resources(Settings(home=imported)) as resources:
        _ask(resources)


async def _import(resources: Resources) -> None:
    await import_cases(CASES, resources, name="LLMOps Database")


async def _draft(resources: Resources) -> None:
    """Draft and approve the examples."""
    for line in (ROOT / "examples" / "sources.jsonl").read_text("utf-8").splitlines():
        one = json.loads(line)
        run = Run(SourceRef(source=str(ROOT / one["source"]), url=one.get("url")), resources)
        result = await process(run)
        if result.case_id:
            approve(resources.warehouse, result.case_id, "benchmark", leave_out=True)


@asynccontextmanager
async def _scripted(home: Path) -> AsyncIterator[tuple[Resources, ReportModel]]:
    """Yield resources with the scripted model."""
    endpoint = ScriptedEndpoint()
    endpoint.script = model = ReportModel()
    prices = {"scripted": {"price": {"input": 1.0, "output": 4.0}, "context_tokens": 64_000}}
    settings = Settings(
        home=home, llm_base_url=endpoint.base_url, llm_model="scripted", models=prices
    )
    async with Resources(settings) as resources:
        yield resources, model
    endpoint.close()


async def _measure(
    cases: str,
    how: str,
    order: ReportOrder,
    resources: Resources,
    model: ReportModel | None = None,
) -> None:
    """Make a report and print its line."""
    before = len(model.mistakes) if model else 0
    expected = await forecast_report(order, resources)
    start = time.perf_counter()
    report = await make_report(order, resources)
    seconds = time.perf_counter() - start
    checked = await check_report(report, resources)
    broken = {one.about for one in checked.problems if one.kind == "number"}
    lost = {n for one in checked.problems if one.kind != "number" for n in one.sentences}
    cited = [one for one in report.sentences if one.citations]
    recall, precision = _alce(report, cited)
    made = model.mistakes[before:] if model else []
    shown = " ".join(report.shown(one) for one in cited)
    slipped = sum(
        word in shown for word in ("97 %", "regulators across", "Zorblatt", "Netflix reports")
    )
    paid = resources.warehouse.generations(report.generation_ids)
    cost = sum(one.usage.cost_usd or 0.0 for one in paid)
    confirmed = sum(one.support in {"verified", "verbatim"} for one in cited)
    parts = {(c.case_id, c.part, c.text) for one in cited for c in one.citations}
    _print(
        cases,
        f"{order.title}, {how}",
        len(cited),
        _share(len(cited) - len(lost), len(cited)),
        _share(confirmed, len(cited)),
        f"{len(made) - slipped} of {len(made)}" if made else "",
        _share(len(report.numbers) - len(broken), len(report.numbers)),
        f"{recall:.2f}",
        f"{precision:.2f}",
        f"{len(parts)} of {sum(n for _, n in expected.subjects)}",
        f"{seconds:.0f}",
        len(paid),
        f"${expected.cost_usd or 0:.3f}" if model else "",
        f"${cost:.3f}" if model else "",
    )


def _alce(report: Report, cited: Sequence[ReportSentence]) -> tuple[float, float]:
    """Return citation recall and precision, by the judge that counts words."""
    carried, needed, total = 0, 0, 0
    for sentence in cited:
        text = report.shown(sentence)
        sources = [f"{one.label}, {one.year}: {one.text}" for one in sentence.citations]
        total += len(sources)
        if not is_carried(text, " ".join(sources)):
            continue
        carried += 1
        for n, source in enumerate(sources):
            rest = " ".join(sources[:n] + sources[n + 1 :])
            needed += is_carried(text, source) or not is_carried(text, rest)
    return carried / max(1, len(cited)), needed / max(1, total)


def _ask(resources: Resources) -> None:
    """Print the share of right answers and of refusals, by half of the questions."""
    questions = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    _print("questions", "half", "right case shown", "answered", "right read", "refused")
    _print(*["---"] * 6)
    with open_dataset(resources) as tables:
        rows: list[dict[str, Any]] = tables.rows(
            "SELECT case_id, imported.record AS slug FROM lines"
        )
        slugs = {row["case_id"]: row["slug"] for row in rows}
        for name, half in product(("other", "own"), (0, 1)):
            counts: Counter[str] = Counter()
            own = [one for one in questions if one.get("own", False) == (name == "own")][half::2]
            for one in own:
                found = nearest(tables, one["question"], SHOWN)
                read = passages(tables, one["question"], READ, PER_CASE)
                shown, known = (
                    any(slugs[m.citation.case_id] in one["slugs"] for m in some)
                    for some in (found, read)
                )
                kind = "answerable" if one["slugs"] else "other"
                counts.update({kind: 1, f"{kind} answered": bool(found)})
                counts.update({"shown": shown, "read": known})
            whole, none = counts["answerable"], counts["other"]
            some = (counts[key] for key in ("shown", "answerable answered", "read"))
            cells = [_share(one, whole) for one in some]
            refused = _share(none - counts["other answered"], none)
            _print(name, "measured" if half else "tuned on", *cells, refused)


def _share(some: int, whole: int) -> str:
    return f"{some} of {whole}"


def _print(*cells: object) -> None:
    print("|", " | ".join(map(str, cells)), "|", flush=True)


if __name__ == "__main__":
    main()
