"""Measures names of companies, proposals of cases of one system, and drafts of imported texts.

    .venv/bin/python benchmarks/record.py
    .venv/bin/python benchmarks/record.py --structure

Prints a Markdown table about the labelled pairs in ``evals/record/names.json``, and with
CASEBOOK_DATASETS the number of companies in the imported cases, and a table about the pairs of
cases in ``pairs.json``. The rules for names were corrected on the pairs of the first half; the list
of aliases was written with all names in view. The threshold of proposals was set on *decide*.

With ``--structure``, a scripted strong model drafts, judges and corrects 40 of the imported cases.
Its statements are sentences of the texts, and it misquotes one in nine.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support")]

from scripted_endpoint import ScriptedEndpoint  # noqa: E402 - after the path
from text_model import text_answer  # noqa: E402 - from the tests

from config.resources import Resources  # noqa: E402
from config.settings import Settings  # noqa: E402
from flows.rerun import results  # noqa: E402
from flows.structure import draft_text, unstructured  # noqa: E402
from schemas.cases import Match  # noqa: E402
from schemas.companies import company_key, spelling_key  # noqa: E402
from schemas.reviews import Revision  # noqa: E402
from services.imports import import_cases  # noqa: E402
from services.proposals import proposals  # noqa: E402
from warehouse import read_rows  # noqa: E402

PAIRS = ROOT / "evals/record/names.json"
SYSTEMS = ROOT / "evals/record/pairs.json"
CASES = Path(os.environ.get("CASEBOOK_DATASETS", "")) / "cases" / "llmops_cases.parquet"

MODEL = "gpt-5-mini"  # for prices
STRUCTURED, ALL = 40, 1_164  # the imported cases are without duplicates

Key = Callable[[str], str | None]
KEYS: Sequence[tuple[str, Key]] = (
    ("legal forms and punctuation alone", spelling_key),
    ("with acronyms and the list", company_key),
)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--structure", action="store_true")
    if parser.parse_args().structure:
        asyncio.run(_structure())
    else:
        _names()
        if CASES.is_file():
            asyncio.run(_proposals())


async def _structure() -> None:
    """Draft every n-th imported text, and print its calls, price and statements."""
    rows = read_rows(CASES)
    endpoint = ScriptedEndpoint()
    endpoint.script = text_answer
    with tempfile.TemporaryDirectory() as home:
        model = {"llm_base_url": endpoint.base_url, "llm_model": MODEL, "judge": MODEL}
        chosen = Path(home) / "chosen.jsonl"
        some = rows[:: len(rows) // STRUCTURED][:STRUCTURED]
        chosen.write_text("".join(f"{json.dumps(row, default=str)}\n" for row in some), "utf-8")
        async with Resources(Settings(home=Path(home) / "home", **model)) as resources:
            await import_cases(chosen, resources, name="LLMOps Database")
            ids = await unstructured(resources)
            views = resources.warehouse.case_views(ids)
            size = sum(len(view.document.text) for view in views)
            expected = sum(resources.forecast(len(v.document.text)).cost_usd or 0 for v in views)
            start = time.perf_counter()
            found = [one async for one in results(ids, resources, draft_text)]
            seconds = time.perf_counter() - start
            drafts = [v.newer for v in resources.warehouse.case_views(ids) if v.newer]
    endpoint.close()
    cost, cases = sum(one.cost_usd or 0 for one in found), len(drafts)
    sent = sum(len(part["content"]) for r in endpoint.requests for part in r["messages"])
    print(f"| drafts of imported texts, scripted model at the price of {MODEL} | |\n|---|---|")
    for label, value in (
        ("cases, failed", f"{cases}, {sum(one.failure is not None for one in found)}"),
        ("characters of text a case", f"{size // cases:,}"),
        ("calls a case", f"{len(endpoint.requests) / cases:.1f}"),
        (
            "characters sent a case, tokens",
            f"{sent // cases:,}, {sum(one.tokens for one in found) // cases:,}",
        ),
        ("price a case, quoted before", f"${cost / cases:.4f}, ${expected / cases:.4f}"),
        (
            f"price of {ALL:,}, quoted before",
            f"${ALL * cost / cases:.2f}, ${ALL * expected / cases:.2f}",
        ),
        ("seconds a case, without the model", f"{seconds / cases:.1f}"),
        *_statements(drafts),
    ):
        print(f"| {label} | {value} |")


def _statements(drafts: Sequence[Revision]) -> list[tuple[str, str]]:
    """Return the number of statements of drafts, of located quotes, and of each level."""
    told = [one for draft in drafts for one in draft.study.statements]
    quotes = [one for statement in told for one in statement.evidence]
    located = sum(one.match is not Match.MISSING for one in quotes)
    levels = Counter(one.support.level.value for one in told)
    return [
        ("statements a case", f"{len(told) / len(drafts):.1f}"),
        ("quotes located", f"{located} of {len(quotes)} ({located / len(quotes):.0%})"),
        ("levels", ", ".join(f"{n} {level}" for level, n in levels.most_common())),
    ]


def _names() -> None:
    """Print the table about names."""
    pairs = json.loads(PAIRS.read_text("utf-8"))
    names = [row["company"] for row in read_rows(CASES)] if CASES.is_file() else []
    heads = [f"{kind}, {half} half" for kind in ("same", "other") for half in ("first", "second")]
    print(f"| names | {' | '.join(heads)} | companies |\n|{'---|' * 6}")
    for label, key in KEYS:
        print(f"| {label} | {' | '.join(_cells(pairs, names, key))} |")


async def _proposals() -> None:
    """Print the table about proposals for the imported cases.

    A pair with the address of one source counts as proposed: its second case is not imported.
    """
    with tempfile.TemporaryDirectory() as home:
        async with Resources(Settings(home=Path(home))) as resources:
            await import_cases(CASES, resources)
            _, rows = resources.warehouse.sql("SELECT record_key, case_id FROM import_records")
            found = proposals(resources.warehouse)
    ids: dict[str, str] = dict(rows)
    proposed = {frozenset((one.one.case_id, one.other.case_id)) for one in found}
    pairs = json.loads(SYSTEMS.read_text("utf-8"))
    print("\n| pairs of cases | proposed | rightly | precision | recall |\n|---|---|---|---|---|")
    for half in ("decide", "report"):
        own = [pair for pair in pairs if pair["half"] == half]
        chosen = [pair["same"] for pair in own if _is_proposed(pair, ids, proposed)]
        right, same = sum(chosen), sum(pair["same"] for pair in own)
        cells = (len(chosen), right, f"{right / max(1, len(chosen)):.2f}", f"{right / same:.2f}")
        print(f"| {half}: {same} of {len(own)} the same | {' | '.join(map(str, cells))} |")


def _is_proposed(
    pair: Mapping[str, Any], ids: Mapping[str, str], proposed: Collection[frozenset[str]]
) -> bool:
    one, other = ids.get(pair["one"]), ids.get(pair["other"])
    return bool(pair["same"]) if one is None or other is None else {one, other} in proposed


def _cells(pairs: Sequence[dict[str, Any]], names: Sequence[str], key: Key) -> list[str]:
    right, total = Counter[tuple[bool, int]](), Counter[tuple[bool, int]]()
    for pair in pairs:
        one, other, place = key(pair["one"]), key(pair["other"]), (pair["same"], _half(pair["one"]))
        total[place] += 1
        right[place] += (one is not None and one == other) == pair["same"]
    halves = [
        f"{right[place]} of {total[place]}"
        for place in ((True, 0), (True, 1), (False, 0), (False, 1))
    ]
    groups = {found for name in names if (found := key(name))}
    return [*halves, f"{len(groups)} of {len(set(names))} names" if names else ""]


def _half(name: str) -> int:
    """Return 0 or 1, the same for names with the same beginning."""
    return sha256(spelling_key(name)[:4].encode()).digest()[-1] % 2


if __name__ == "__main__":
    main()
