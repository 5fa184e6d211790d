"""The embedded model on the six examples, compared with what a curator would have written.

    .venv/bin/python benchmarks/drafts.py

Prints one Markdown table: seconds without the first start of the model, calls, statements by level
of support, and how many statements of ``evals/gold`` the draft covers, in any section.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from config.services import Services  # noqa: E402 - after the path
from config.settings import Settings  # noqa: E402
from flows.ingest import process  # noqa: E402
from flows.run import Run  # noqa: E402
from schemas.cases import SupportLevel  # noqa: E402
from schemas.reviews import Verdict  # noqa: E402
from schemas.sources import SourceRef  # noqa: E402
from summarizer.scoring import CaseScore, GoldCase, read_gold, score  # noqa: E402

LEVELS = [level.value for level in SupportLevel]
_COLUMNS = ("source", "triage", "seconds", "calls", *LEVELS, "gold covered", "in its section")


def _print(*cells: object) -> None:
    print("|", " | ".join(map(str, cells)), "|", flush=True)


async def measure(file: Path, gold: GoldCase, services: Services) -> CaseScore:
    """Draft a gold case's source, print its line, and return how it compares."""
    path = (file.parent / (gold.source.path or "")).resolve()
    result = await process(Run(SourceRef(source=str(path), url=gold.source.url), services))
    warehouse = services.warehouse
    document = warehouse.document(result.document_id or "")
    if document is None:
        raise SystemExit(f"{gold.name}: {result.failure}")
    study = warehouse.case(result.case_id).revision.study if result.case_id else None
    found = score(gold, Verdict(result.verdict or ""), study, document)
    levels = [result.support.get(level, 0) for level in LEVELS]
    covered = found.right_section + found.elsewhere
    seconds = f"{sum(result.seconds.values()):.1f}"
    counts = (result.llm_calls, *levels, f"{covered}/{found.gold}", f"{found.right_section}")
    _print(gold.name, result.verdict, seconds, *counts)
    return found


async def main() -> None:
    """Draft all examples, one after the other."""
    _print(*_COLUMNS)
    _print(*["---"] * len(_COLUMNS))
    with tempfile.TemporaryDirectory() as home:
        embedded = Settings(home=Path(home), llm_base_url=None, llm_model=None)
        async with Services(embedded) as services:
            await services.test_model()
            scores = [await measure(*one, services) for one in read_gold(ROOT / "evals" / "gold")]
    covered = sum(one.right_section + one.elsewhere for one in scores)
    drafted, gold = sum(one.drafted for one in scores), sum(one.gold for one in scores)
    right = sum(one.verdict_right for one in scores)
    wanted = sum(one.right_section for one in scores)
    blank = [""] * (len(LEVELS) - 1)
    verdicts = f"{right}/{len(scores)} right"
    _print("all", verdicts, "", "", f"{drafted} drafted", *blank, f"{covered}/{gold}", wanted)


if __name__ == "__main__":
    asyncio.run(main())
