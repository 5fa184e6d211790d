"""Measures the recognition of companies by their names.

    .venv/bin/python benchmarks/record.py

Prints one Markdown table about the labelled pairs in ``evals/record/names.json``, and with
CASEBOOK_DATASETS the number of companies in the imported cases. The rules were corrected on the
pairs of the first half; the list of aliases was written with all names in view.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from schemas.companies import company_key, spelling_key  # noqa: E402 - after the path
from warehouse import read_rows  # noqa: E402

PAIRS = ROOT / "evals/record/names.json"
CASES = Path(os.environ.get("CASEBOOK_DATASETS", "")) / "cases" / "llmops_cases.parquet"

Key = Callable[[str], str | None]
KEYS: Sequence[tuple[str, Key]] = (
    ("legal forms and punctuation alone", spelling_key),
    ("with acronyms and the list", company_key),
)


def main() -> None:
    """Print the table."""
    pairs = json.loads(PAIRS.read_text("utf-8"))
    names = [row["company"] for row in read_rows(CASES)] if CASES.is_file() else []
    heads = [f"{kind}, {half} half" for kind in ("same", "other") for half in ("first", "second")]
    print(f"| names | {' | '.join(heads)} | companies |\n|{'---|' * 6}")
    for label, key in KEYS:
        print(f"| {label} | {' | '.join(_cells(pairs, names, key))} |")


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
