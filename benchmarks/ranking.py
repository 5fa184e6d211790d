"""What the ranking of sentences for small models finds of the gold set, with and without BM25.

    .venv/bin/python benchmarks/ranking.py

``guided`` chooses sentences by cues alone. Here BM25 (Robertson and Zaragoza, 2009) ranks the
passages or the sentences of each gold source for one question a field, and its score, as a share of
the document's best, is added to the weight of each sentence that some cue speaks for. A gold
statement counts as found where a chosen sentence lies over one of its quotes.
"""

import asyncio
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch

import bm25s

from casebook.pipeline.run import Run, Silent
from casebook.pipeline.stages import read
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings
from casebook.schemas.documents import Document
from casebook.schemas.sources import SourceRef
from casebook.summarizer.drafting import ranking
from casebook.summarizer.drafting.sections import FieldCues, Setting
from casebook.summarizer.language.sentences import Sentence, sentences_of
from casebook.summarizer.language.wording import STOP, stem, words

GOLD = Path(__file__).parents[1] / "evals" / "gold"
LEAST_SHARED = 20  # characters
Unit = Literal["sentence", "passage"]

QUESTIONS = {
    "summary": "What does the company build, what does the system do, and for whom?",
    "architecture": "How is the system built: components, pipeline, models, storage, retrieval?",
    "challenges": "What problem, limit or risk stood in the way: failure, latency, cost, quality?",
    "solutions": "How was the problem solved: what was changed, introduced, fixed, replaced?",
    "lessons": "What was learned: lessons, takeaways, advice, what to do differently or again?",
    "results": "What was measured: metrics, accuracy, percent, reduction, increase, savings?",
    "techniques": "Which techniques are used: retrieval, prompting, fine-tuning, evaluation?",
    "tools": "Which tools, models, libraries, databases and services are used, what for?",
    "failures": "What went wrong or did not work: incident, outage, abandoned attempt, mistake?",
    "open_questions": "What is still open, unsolved, planned or unknown?",
}


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


def stems(text: str) -> list[str]:
    """Return the stems of the words that carry meaning, with repeats."""
    return [stem(word.lower()) for word in words(text) if word.lower() not in STOP]


def place(sentence: Sentence, unit: Unit) -> int:
    """Return what names the unit that a sentence is in."""
    return sentence.passage if unit == "passage" else sentence.start


def relevance(sentences: Sequence[Sentence], unit: Unit) -> dict[str, dict[int, float]]:
    """Return for each field the BM25 score of each unit, as a share of the best."""
    units: dict[int, list[str]] = {}
    for sentence in sentences:
        units.setdefault(place(sentence, unit), []).append(sentence.text)
    index = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
    index.index([stems(" ".join(texts)) for texts in units.values()], show_progress=False)
    told = {}
    for field, question in QUESTIONS.items():
        scores = index.get_scores(list(dict.fromkeys(stems(question))))
        best = float(scores.max()) or 1.0
        told[field] = {key: float(score) / best for key, score in zip(units, scores, strict=True)}
    return told


def choose(document: Document, weight: float, unit: Unit) -> list[tuple[str, Sentence]]:
    """Return the chosen sentences with their fields, BM25 added to what the cues weigh."""
    sentences, weigh = sentences_of(document), ranking.weigh
    told = relevance(sentences, unit)

    def weigh_more(sentence: Sentence, field: FieldCues, name: str, setting: Setting) -> float:
        said = weigh(sentence, field, name, setting)
        return said + weight * told[name][place(sentence, unit)] if said > 0 else said

    with patch.object(ranking, "weigh", weigh_more):
        picked = ranking.pick(sentences, document.title)
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
    print("| BM25 over | its weight | in the field | in any field | gold | chosen |")
    print("|---|---|---|---|---|---|")
    units: tuple[Unit, ...] = ("sentence", "passage")
    for unit in units:
        for weight in (0.0, 0.5, 1.0, 2.0, 3.0):
            told = [found(gold, text, choose(text, weight, unit)) for gold, text in documents]
            counts = " | ".join(str(sum(column)) for column in zip(*told, strict=True))
            print(f"| {unit} | {weight:g} | {counts} |")


if __name__ == "__main__":
    main()
