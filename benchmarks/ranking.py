"""What the ranking of sentences for small models finds of the gold set, at each weight of BM25.

    .venv/bin/python benchmarks/ranking.py

A gold statement counts as found where a chosen sentence lies over one of its quotes. No model is
involved: what ``guided`` makes of the sentences is for ``casebook eval``.
"""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

from casebook.pipeline.ingestion.run import Run, Silent
from casebook.pipeline.ingestion.stages import read
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings
from casebook.schemas.documents import Document
from casebook.schemas.sources import SourceRef
from casebook.summarizer.drafting import ranking
from casebook.summarizer.language.sentences import Sentence, sentences_of

GOLD = Path(__file__).parents[1] / "evals" / "gold"
LEAST_SHARED = 20  # characters
WEIGHTS = (0.0, 0.5, 1.0, 2.0, 3.0, 4.0)


async def sources() -> list[tuple[dict[str, Any], Document]]:
    """Return each gold case that has statements, with its document."""
    found = []
    with tempfile.TemporaryDirectory() as home:
        async with Services(Settings.load(home=Path(home))) as services:
            for path in sorted(GOLD.glob("*.json")):
                gold = json.loads(path.read_text())
                if gold.get("statements"):
                    source = str((GOLD / gold["source"]["path"]).resolve())
                    run = Run(services, source, Silent())
                    found.append((gold, await read(SourceRef(source=source), run)))
    return found


def choose(document: Document, weight: float) -> list[tuple[str, Sentence]]:
    """Return the chosen sentences with their fields."""
    with patch.object(ranking, "_RELEVANT", weight):
        picked = ranking.pick(sentences_of(document), document.title)
    return [(name, pick.sentence) for name, picks in picked.items() for pick in picks]


def found(
    gold: dict[str, Any], document: Document, chosen: list[tuple[str, Sentence]]
) -> list[int]:
    """Return the gold statements found in their field, in any, all of them, and what was chosen."""
    same = anywhere = asked = 0
    for field, statements in gold["statements"].items():
        for statement in statements:
            spans = [(document.text.find(quote), len(quote)) for quote in statement["quotes"]]
            fields = {
                name
                for name, sentence in chosen
                for start, size in spans
                if start >= 0
                and min(sentence.end, start + size) - max(sentence.start, start) > LEAST_SHARED
            }
            same, anywhere, asked = same + (field in fields), anywhere + bool(fields), asked + 1
    return [same, anywhere, asked, len(chosen)]


def main() -> None:
    """Print a Markdown table."""
    documents = asyncio.run(sources())
    print("| weight of BM25 | in the field | in any field | gold | chosen |")
    print("|---|---|---|---|---|")
    for weight in WEIGHTS:
        told = [found(gold, text, choose(text, weight)) for gold, text in documents]
        counts = " | ".join(str(sum(column)) for column in zip(*told, strict=True))
        print(f"| {weight:g} | {counts} |")


if __name__ == "__main__":
    main()
