"""Measures findings, plans, reports and answers over the imported cases of the shared data.

    .venv/bin/python benchmarks/reports.py [--home FOLDER]

58 of the cases get statements, findings and a report from answers that readers wrote by hand in the
place of a strong model and its judge (``written_*.jsonl``). ``ask`` gets 70 questions that a case
answers and 50 others (``questions.jsonl``; 40 and 20 by an author who had not seen the code). The
embedded model answers with the nearest sentences, or with none if they are too far away, which was
decided on half of the questions; a capable model reads more. A home given with --home is kept.
"""

import argparse
import asyncio
import json
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support")]

from scripted_endpoint import ScriptedEndpoint  # noqa: E402 - from the tests
from written_model import WrittenModel  # noqa: E402

from config.resources import Resources  # noqa: E402
from config.settings import Settings  # noqa: E402
from flows.findings import find  # noqa: E402
from flows.rerun import results  # noqa: E402
from flows.structure import draft_text  # noqa: E402
from publishing.reports.material import nearest, passages  # noqa: E402
from review.adoption import adopt  # noqa: E402
from review.decisions import approve  # noqa: E402
from schemas.claims import companies  # noqa: E402
from schemas.reports import Report  # noqa: E402
from services.findings import without_findings  # noqa: E402
from services.imports import import_cases  # noqa: E402
from services.publication import publish_site  # noqa: E402
from services.report import (  # noqa: E402
    forecast_report,
    make_report,
    open_dataset,
    plan_report,
    publish_report,
)
from services.report_selection import ReportOrder  # noqa: E402
from summarizer.plans import findings_forecast  # noqa: E402

DATA = Path(os.environ.get("CASEBOOK_DATASETS", ROOT / "../shared/data"))
CASES = DATA / "cases" / "llmops_cases.parquet"
ARTICLE = DATA / "seed" / "llmops-lessons-learned.txt"
QUESTIONS = Path(__file__).with_name("questions.jsonl")
TITLE = "What teams learned from agents and retrieval in production"
ORDER = ReportOrder(title=TITLE, template="grand-summary")
READ, PER_CASE, SHOWN = 40, 6, 5
NUMBER = re.compile(r"\d[\d.,]*")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--home", type=Path, default=None)
    given = parser.parse_args()
    if not CASES.exists():
        sys.exit(f"{CASES} is missing: set CASEBOOK_DATASETS to the shared data")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_all(given.home or Path(folder)))


async def _all(home: Path) -> None:
    async with _scripted(home) as (resources, model):
        if not resources.warehouse.case_ids():
            await import_cases(CASES, resources, name="LLMOps Database")
        await _structure(resources, model)
        await _find(resources)
        await publish_site(resources)
        plan = await plan_report(ORDER, resources)
        _print("claim", "companies for", "against", "findings for", "against")
        _print(*["---"] * 5)
        for one in plan.claims:
            sides = (one.supporting, one.opposing)
            _print(one.text, *map(companies, sides), *map(len, sides))
        expected = await forecast_report(ORDER, resources)
        report = await make_report(ORDER, resources, plan=plan)
        checked = await publish_report(report, resources)
        paid = resources.warehouse.generations((*plan.generation_ids, *report.generation_ids))
        cost = sum(one.usage.cost_usd or 0.0 for one in paid)
        sys.stdout.write(
            f"\nforecast ${expected.cost_usd:.2f}, paid ${cost:.2f}; left out of the plan: "
            f"{len(plan.dropped)}; sentences dropped: {len(report.dropped)}; "
            f"problems found by the check: {len(checked.problems)}\n\n"
        )
        _compare(report)
    async with Resources(Settings(home=home)) as resources:
        _ask(resources)


@asynccontextmanager
async def _scripted(home: Path) -> AsyncIterator[tuple[Resources, WrittenModel]]:
    """Yield resources with the answers written by hand, priced as gpt-5-mini."""
    endpoint = ScriptedEndpoint()
    endpoint.script = model = WrittenModel(CASES)
    price = {"price": {"input": 0.25, "output": 2.0}, "context_tokens": 128_000}
    models = {"reader-writer": price, "reader-judge": price}
    settings = Settings(
        home=home,
        llm_base_url=endpoint.base_url,
        llm_model="reader-writer",
        judge="reader-judge",
        models=models,
    )
    async with Resources(settings) as resources:
        yield resources, model
    endpoint.close()


async def _structure(resources: Resources, model: WrittenModel) -> None:
    """Draft and approve the statements of the cases with written answers."""
    views = resources.warehouse.case_views(resources.warehouse.case_ids())
    titles = set(model.titles.values())
    for view in views:
        if view.is_prose and view.document.title in titles:
            case_id = view.case.case_id
            result = await draft_text(case_id, resources)
            if result.failure:
                sys.exit(f"{case_id}: {result.failure.message}")
            adopt(resources.warehouse, case_id, None, "benchmark")
            approve(resources.warehouse, case_id, "benchmark", leave_out=True)


async def _find(resources: Resources) -> None:
    """Make the findings, and print how many there are and what all cases would cost."""
    chosen = (await without_findings(resources)).chosen
    price = resources.profile.price
    one = sum(chosen.values()) / max(1, len(chosen))
    cost = findings_forecast(int(one), resources.profile, resources.profile).cost_usd or 0.0
    reasons = dict.fromkeys(chosen, ("no findings",))
    found = [result async for result in results(reasons, resources, find)]
    total, kept = len(found), sum(one.findings for one in found)
    if found:
        _print("cases", "findings", "a case", "refused by code", "forecast for 1,164 cases")
        _print(*["---"] * 5)
        dropped = sum(one.dropped for one in found)
        _print(total, kept, f"{kept / total:.1f}", dropped, f"${1_164 * cost:.2f} at {price}")
        sys.stdout.write("\n")


def _compare(report: Report) -> None:
    """Print a report beside the field's flagship article, as a reader meets them."""
    article = ARTICLE.read_text("utf-8").split("---", 2)[2]
    article = re.sub(r"\]\([^)]*\)|https?://\S+", "]", article)
    prose = [one for one in report.sentences if one.support != "computed"]
    text = " ".join(report.shown(one) for one in prose)
    sides = sum(bool(one.opposing) for one in report.claims)
    _print("", "this report", "the article")
    _print(*["---"] * 3)
    _print("words", *(f"{len(one.split()):,}" for one in (text, article)))
    _print("numbers", *(len(NUMBER.findall(one)) for one in (text, article)))
    _print("cases linked", len(report.case_ids), "")
    _print("sentences that cite a statement", f"{len(prose)} of {len(prose)}", "")
    _print("claims with evidence against them", f"{sides} of {len(report.claims)}", 0)
    sys.stdout.write("\n")


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
