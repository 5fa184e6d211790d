"""Measures how many of 40 planted falsehoods the checks of reports stop, of each kind.

    .venv/bin/python benchmarks/planted.py [--prompts FILE] [--answers FILE]

``planted.jsonl`` has sentences with the invented statements that they cite: five falsehoods of each
of eight kinds, and 100 honest sentences. Half of the sentences were used to decide on the checks,
the others only report. --prompts writes the judge's prompts about all of them, shuffled, for a
reader who has not seen the labels; --answers reads a JSON list of that reader's answers in order.
Ordinary words are those of the imported texts of the shared data.
"""

import argparse
import json
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

import duckdb  # noqa: E402

from prompts.loader import load  # noqa: E402
from publishing.reports.citation_checks import (  # noqa: E402
    JUDGE,
    CitationChecker,
    CitingClaim,
    SentenceVerdicts,
    asked_of_judge,
)
from schemas.reports import Citation, ReportNumber  # noqa: E402
from warehouse.stems import stem  # noqa: E402

DATA = Path(os.environ.get("CASEBOOK_DATASETS", ROOT / "../shared/data"))
CASES = DATA / "cases" / "llmops_cases.parquet"
SENTENCES = Path(__file__).with_suffix(".jsonl")
IN_ONE_CALL = 25


def main() -> None:
    """Print a row for each kind."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--prompts", type=Path)
    parser.add_argument("--answers", type=Path)
    given = parser.parse_args()
    lines = [json.loads(line) for line in SENTENCES.read_text("utf-8").splitlines()]
    checker = _checker(lines, _words())
    claims = [CitingClaim(text=one["sentence"], cites=one["cites"]) for one in lines]
    order = random.Random(49).sample(range(len(lines)), len(lines))  # noqa: S311 - no secret
    calls = [order[n : n + IN_ONE_CALL] for n in range(0, len(order), IN_ONE_CALL)]
    if given.prompts:
        asked = [_prompt([claims[n] for n in call], checker) for call in calls]
        given.prompts.write_text("\n\n---\n\n".join(asked), "utf-8")
    by_code = {n for n, claim in enumerate(claims) if checker.problem(claim)}
    by_judge = _refused(given.answers, calls) if given.answers else set()
    _print(lines, by_code, by_judge)


def _words() -> set[str]:
    """Return the stems of the words that imported texts have in lower case."""
    rows = duckdb.read_parquet(str(CASES)).project("full_summary").fetchall()
    return {stem(word) for (text,) in rows for word in re.findall(r"\b[a-z]+\b", text)}


def _checker(lines: Sequence[Mapping[str, Any]], words: set[str]) -> CitationChecker:
    rows = {row["n"]: row for line in lines for row in line["statements"]}
    statements = {
        n: Citation(
            case_id=f"case1_{n}", revision_id="", part=f"s{n}", text=row["text"],
            label=row["company"], title="", year=row["year"],
        )
        for n, row in rows.items()
    }  # fmt: skip
    numbers = [
        ReportNumber(name=name, sql="", value=value, meaning=meaning)
        for line in lines
        for name, (value, meaning) in line.get("numbers", {}).items()
    ]
    companies = {one.label: one.label for one in statements.values()}
    listing = "\n".join(one.text for one in statements.values())
    return CitationChecker(listing, statements, numbers, companies, words=words)


def _prompt(claims: Sequence[CitingClaim], checker: CitationChecker) -> str:
    messages = load(JUDGE).render(asked_of_judge(claims, checker))
    return "\n\n".join(f"[{one.role}]\n{one.content}" for one in messages)


def _refused(answers: Path, calls: Sequence[Sequence[int]]) -> set[int]:
    """Return the sentences that the reader's answers refuse or leave out."""
    found = [SentenceVerdicts.model_validate(one) for one in json.loads(answers.read_text("utf-8"))]
    return {
        n
        for call, answer in zip(calls, found, strict=True)
        for place, n in enumerate(call, start=1)
        if answer.refusals().get(place, "no verdict")
    }


def _print(lines: Sequence[Mapping[str, Any]], by_code: set[int], by_judge: set[int]) -> None:
    print("| sentences | half | number | stopped by code | by the judge | by either |")
    print("|---|---|---|---|---|---|")
    counts = Counter((one["kind"], one["half"]) for one in lines)
    for kind, half in sorted(counts):
        own = {n for n, one in enumerate(lines) if (one["kind"], one["half"]) == (kind, half)}
        stopped = [len(own & found) for found in (by_code, by_judge, by_code | by_judge)]
        print(f"| {kind} | {half} | {len(own)} | {' | '.join(map(str, stopped))} |")


if __name__ == "__main__":
    main()
