"""Compares drafts of the embedded model, and of another small one, with gold cases.

    .venv/bin/python benchmarks/embedded.py
    .venv/bin/python benchmarks/embedded.py --endpoint URL --model NAME --home DIR

The first prints one Markdown table about the six examples: seconds without the first start of the
model, calls, statements by support level, the statements of ``evals/gold`` that the draft covers,
in any section and in the right one, and the drafted statements that can be understood alone.

The second compares, for a model at an endpoint, the sentences that code selects, those that the
model chose, and both together (the default), on the examples and the posts of CASEBOOK_DATASETS.
``--long`` asks the long prompt instead. Answers are stored in the home, so it can be interrupted.
"""

import argparse
import asyncio
import json
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from config.resources import Resources  # noqa: E402 - after the path
from config.settings import Settings  # noqa: E402
from flows.ingest import process  # noqa: E402
from schemas.cases import CaseStudy, Origin, SupportLevel  # noqa: E402
from schemas.reviews import Verdict  # noqa: E402
from schemas.sources import SourceRef  # noqa: E402
from schemas.taxonomy import load_taxonomy  # noqa: E402
from services.run import Run  # noqa: E402
from summarizer.scoring import CaseScore, GoldCase, read_gold, score  # noqa: E402
from summarizer.strategies import guided  # noqa: E402
from summarizer.verification import verify  # noqa: E402

LEVELS = [level.value for level in SupportLevel]
_COLUMNS = (
    *("source", "triage", "seconds", "calls"),
    *LEVELS,
    *("gold covered", "in its section", "stand alone"),
)
_LINKS = r"^(?:(?:and|but|so|or|yet|then|also|now|still|plus|finally|first),? )*"
_TIME = r"(?:year|quarter|month|week|time)"
_LEANING = tuple(
    re.compile(rule, re.IGNORECASE)
    for rule in (
        # It begins with a word that refers or connects to earlier text.
        (
            rf"{_LINKS}(?:its?|they|them|their|he|him|his|she|her|this(?! {_TIME}\b)|that|these|"
            r"those(?! (?:who|that|which|of|in|with|from)\b)|such|here|ones?(?! (?:in|of) )|"
            r"both|another|others?|neither|either|the (?:former|latter|same|others?|rest|second|"
            r"third|last|above|previous)|however|therefore|thus|hence|instead|otherwise|"
            r"as a result|for (?:example|instance)|second|third|but|yet)\b"
        ),
        # Its subject is a pronoun after a short phrase: "In March it went down."
        (
            r"^(?:in|on|at|for|by|with|after|since|when|if|as|from|before|until|once|while|although|"
            r"today|now)\b[^,.]{0,40},? (?:it|they|he|she)\b"
        ),
        # It points at a noun of another sentence: "Agents trusted these answers."
        (
            rf"^(?:\S+\s+){{0,14}}?(?:this(?! {_TIME}\b)|these|"
            r"those(?! (?:who|that|which|of|in|with|from)\b))\b"
        ),
        # It is short and its object is a pronoun.
        r"^(?:\S+\s+){1,4}(?:it|them)\b(?! (?:is|was|takes|took|matters|turns|turned)\b)",
        r"^(?:\S+\s+){0,11}(?:one|ones|it|this|that|them|here)[.!]$",
    )
)
_FIRST_SENTENCE = re.compile(r"^.+?[.!?][”’\"')\]]*(?=\s+[A-Z0-9“\"(])", re.DOTALL)


def stands_alone(text: str) -> bool:
    """Return whether the first sentence of a statement can be understood without its context."""
    found = _FIRST_SENTENCE.match(text)
    return not any(rule.search(found[0] if found else text) for rule in _LEANING)


def _print(*cells: object) -> None:
    print("|", " | ".join(map(str, cells)), "|", flush=True)


async def measure(file: Path, gold: GoldCase, resources: Resources) -> tuple[CaseScore, int]:
    """Draft a gold case's source, print its line, and return its score and self-contained texts."""
    path = (file.parent / (gold.source.path or "")).resolve()
    result = await process(Run(SourceRef(source=str(path), url=gold.source.url), resources))
    warehouse = resources.warehouse
    document = warehouse.document(result.document_id or "")
    if document is None:
        raise SystemExit(f"{gold.name}: {result.failure}")
    study = warehouse.case(result.case_id).revision.study if result.case_id else None
    found = score(gold, Verdict(result.verdict or ""), study, document)
    levels = [result.support.get(level, 0) for level in LEVELS]
    covered = found.right_section + found.elsewhere
    seconds = f"{sum(result.seconds.values()):.1f}"
    alone = sum(stands_alone(one.text) for one in study.statements) if study else 0
    counts = (result.llm_calls, *levels, f"{covered}/{found.gold}", found.right_section, alone)
    _print(gold.name, result.verdict, seconds, *counts)
    return found, alone


_VARIANTS = (
    *("source", "draft", "statements", "gold in its section", "in any", "located", "repeated"),
    *("refuted", "tokens read", "written", "seconds"),
)


def _gold_cases() -> Iterator[tuple[Path, GoldCase]]:
    """Yield the examples and, if there are any, the posts of the shared data."""
    yield from (one for one in read_gold(ROOT / "evals" / "gold") if one[1].is_case_study)
    posts = Path(os.environ.get("CASEBOOK_DATASETS", "")) / "sources" / "reference"
    for file in sorted(posts.glob("grab-*.json")):
        reference = json.loads(file.read_text("utf-8"))
        statements: dict[str, list[object]] = {}
        for one in reference["statements"]:
            name = "evaluation" if one["section"] == "operations" else one["section"]
            statements.setdefault(name, []).append({"text": one["text"], "quotes": one["quotes"]})
        source = {"path": f"../{reference['source']}"}
        fields = {"name": file.stem, "source": source, "statements": statements}
        yield file, GoldCase.model_validate(fields)


async def compare(settings: Settings) -> None:
    """Print a line for each gold case and each kind of draft, and their sums."""
    _print(*_VARIANTS)
    _print(*["---"] * len(_VARIANTS))
    sums: dict[str, Counter[str]] = {}
    async with Resources(settings) as resources:
        for file, gold in _gold_cases():
            for draft, row in (await _variants(file, gold, resources)).items():
                _print(gold.name, draft, *row.values())
                sums.setdefault(draft, Counter()).update(row)
    for draft, row in sums.items():
        _print("all", draft, *row.values())


async def _variants(file: Path, gold: GoldCase, resources: Resources) -> dict[str, dict[str, int]]:
    path = (file.parent / (gold.source.path or "")).resolve()
    run = Run(SourceRef(source=str(path), url=gold.source.url), resources, force=True)
    result = await process(run)
    warehouse = resources.warehouse
    document = warehouse.document(result.document_id or "")
    if document is None or result.case_id is None:
        raise SystemExit(f"{gold.name}: {result.failure}")
    revision = warehouse.case(result.case_id).revision
    calls = warehouse.generations(revision.generation_ids)
    paid = {
        "read": sum(call.usage.prompt_tokens for call in calls),
        "written": sum(call.usage.completion_tokens for call in calls),
        "seconds": round(sum(call.seconds for call in calls)),
    }
    selected = await verify(guided.propose(document, ""), document, load_taxonomy())
    chosen = [s for s in revision.study.statements if s.origin is not Origin.SELECTED]
    studies = {
        "code": (selected.study, len(selected.dropped), dict.fromkeys(paid, 0)),
        "model": (CaseStudy(statements=tuple(chosen)), len(revision.dropped), paid),
        "both": (revision.study, len(revision.dropped), paid),
    }
    rows = {}
    for name, (study, repeated, cost) in studies.items():
        found = score(gold, Verdict.CASE_STUDY, study, document)
        rows[name] = {
            "drafted": found.drafted,
            "section": found.right_section,
            "any": found.right_section + found.elsewhere,
            "located": found.located,
            "repeated": repeated,
            "refuted": found.refuted,
            **cost,
        }
    return rows


def main() -> None:
    """Measure the embedded model, or the one at an endpoint."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--endpoint")
    parser.add_argument("--model", default="")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--long", action="store_true")
    asked = parser.parse_args()
    if asked.endpoint is None:
        asyncio.run(embedded())
        return
    own = {"small": False} if asked.long else {}
    settings = Settings(
        home=asked.home,
        llm_base_url=asked.endpoint,
        llm_model=asked.model,
        judge="off",
        models={asked.model: {"output_tokens": 3_000, "timeout": 3_600, **own}},
    )
    asyncio.run(compare(settings))


async def embedded() -> None:
    """Draft all examples."""
    _print(*_COLUMNS)
    _print(*["---"] * len(_COLUMNS))
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), llm_base_url=None, llm_model=None)
        async with Resources(settings) as resources:
            await resources.test_model()
            gold_cases = read_gold(ROOT / "evals" / "gold")
            measured = [await measure(*one, resources) for one in gold_cases]
    scores = [found for found, _ in measured]
    covered = sum(one.right_section + one.elsewhere for one in scores)
    drafted, gold = sum(one.drafted for one in scores), sum(one.gold for one in scores)
    right = sum(one.verdict_right for one in scores)
    wanted = sum(one.right_section for one in scores)
    blank = [""] * (len(LEVELS) - 1)
    verdicts = f"{right}/{len(scores)} right"
    alone = sum(count for _, count in measured)
    totals = (f"{covered}/{gold}", wanted, f"{alone}/{drafted}")
    _print("all", verdicts, "", "", f"{drafted} drafted", *blank, *totals)


if __name__ == "__main__":
    main()
