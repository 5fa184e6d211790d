"""Which ranking finds the sentences of a field, by the headings that they stand under.

    .venv/bin/python benchmarks/ranking_by_headings.py

A sentence under a heading such as "Results" or "Lessons learned" in a published case study
(CASEBOOK_DATASETS/cases) is taken for one of that field: weak labels, but many, and none that the
cues were made by. Headings are hidden from the rankings. Told is the share of the first four
sentences of each ranking that are labelled, with the interval of its lead over the cues.
"""

import math
import os
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import duckdb

from casebook.summarizer.drafting.ranking import weigh
from casebook.summarizer.drafting.relevance import cue_words
from casebook.summarizer.drafting.sections import Setting, load_cues
from casebook.summarizer.language.sentences import Sentence, spans
from casebook.summarizer.language.wording import STOP, stem, words

DATASETS = Path(os.environ.get("CASEBOOK_DATASETS", Path(__file__).parents[2] / "shared" / "data"))
HEADINGS = {
    "results": r"^(key |business |measured )?(results?|outcomes?|impact|metrics|performance)\b"
    r"|results? and (impact|outcomes|metrics)|(production|quantitative|business) (results|impact)",
    "challenges": r"\b(challenges?|problems?)\b(?!.*(solution|approach|learn))",
    "lessons": r"\b(lessons?|takeaways?|learnings)\b",
    "architecture": r"\b(architecture|system design|infrastructure|tech(nical)? stack)\b",
    "solutions": r"^(the )?solutions?\b|\bmitigation|how .* (solved|addressed)",
}
HEADING = re.compile(r"#+\s*(.*)|\*\*([^*]{3,60})\*\*:?\s*$")
LEAST_WORDS, LEAST_SENTENCES, LEAST_LABELLED, FIRST = 7, 30, 3, 4
MOST_LABELLED = 0.4
K1, B, FUSED = 1.2, 0.75, 60

Scores = Sequence[float]


def labelled(text: str) -> list[tuple[Sentence, str]]:
    """Return the sentences of a case study, each with the heading that it stands under."""
    found, heading = [], ""
    for number, line in enumerate(text.split("\n")):
        if head := HEADING.match(line):
            heading = (head[1] or head[2]).lower()
            continue
        for start, end in spans(line, "en"):
            said = line[start:end].strip(" -*")
            if len(words(said)) >= LEAST_WORDS:
                place = 1000 * len(found)
                sentence = Sentence(said, place, place + len(said), number, "", 0.5)
                found.append((sentence, heading))
    return found


def stems(text: str) -> list[str]:
    """Return the stems of the words that carry meaning."""
    return [stem(word.lower()) for word in words(text) if word.lower() not in STOP]


def bm25(texts: Sequence[str]) -> Callable[[Sequence[str]], list[float]]:
    """Return what scores a query (stems) against each text (Robertson and Zaragoza, 2009)."""
    counts = [Counter(stems(text)) for text in texts]
    lengths = [count.total() for count in counts]
    usual = sum(lengths) / len(lengths)
    having = Counter(word for count in counts for word in count)

    def weight(word: str) -> float:
        return math.log(1 + (len(texts) - having[word] + 0.5) / (having[word] + 0.5))

    def score(query: Sequence[str]) -> list[float]:
        return [
            sum(
                weight(word) * count[word] / (count[word] + K1 * (1 - B + B * length / usual))
                for word in dict.fromkeys(query)
            )
            for count, length in zip(counts, lengths, strict=True)
        ]

    return score


def fused(*rankings: Scores) -> list[float]:
    """Return the reciprocal rank fusion (Cormack et al., 2009) of several scores."""
    total = [0.0] * len(rankings[0])
    for scores in rankings:
        for rank, place in enumerate(sorted(range(len(scores)), key=lambda i: -scores[i])):
            total[place] += 1 / (FUSED + rank)
    return total


def added(cues: Scores, scores: Scores, weight: float) -> list[float]:
    """Return the cues' weights plus the scores as a share of their best."""
    best = max(scores) or 1.0
    return [cue + weight * score / best for cue, score in zip(cues, scores, strict=True)]


def rankings(sentences: Sequence[Sentence], name: str) -> dict[str, Scores]:
    """Return the scores of each ranking for one field."""
    field, score = load_cues().fields[name], bm25([s.text for s in sentences])
    cues = [weigh(s, field, name, Setting()) for s in sentences]
    question, own = stems(field.question), cue_words(field)
    asked, both = score(question), score(question + own)
    return {
        "cues": cues,
        "BM25, question": asked,
        "BM25, question and cue words": both,
        "cues and BM25 of the question, fused": fused(cues, asked),
        "cues and BM25 of both, fused": fused(cues, both),
        "cues + BM25 of both": added(cues, both, 1.0),
        "cues + 2 BM25 of both": added(cues, both, 2.0),
    }


def precision(scores: Scores, gold: set[int]) -> float:
    """Return the share of the first sentences that are labelled."""
    first = sorted(range(len(scores)), key=lambda i: -scores[i])[:FIRST]
    return len(gold.intersection(first)) / FIRST


def measured() -> Mapping[str, list[dict[str, float]]]:
    """Return by field, for each case study that labels some sentences, each ranking's precision."""
    table = duckdb.read_parquet(str(DATASETS / "cases" / "llmops_cases.parquet")).order("slug")
    found = defaultdict(list)
    for (text,) in table.project("full_summary").fetchall():
        told = labelled(text)
        sentences = [sentence for sentence, _ in told]
        for name, pattern in HEADINGS.items():
            gold = {i for i, (_, heading) in enumerate(told) if re.search(pattern, heading)}
            enough = LEAST_LABELLED <= len(gold) <= MOST_LABELLED * len(told)
            if enough and len(told) >= LEAST_SENTENCES:
                scores = rankings(sentences, name)
                found[name].append({kind: precision(s, gold) for kind, s in scores.items()})
    return found


def lead(rows: Sequence[dict[str, float]], kind: str) -> str:
    """Return the 95 % interval of a ranking's lead over the cues, over resampled cases."""
    rng, differences = random.Random(1), [row[kind] - row["cues"] for row in rows]  # noqa: S311
    drawn = sorted(
        sum(rng.choices(differences, k=len(differences))) / len(differences) for _ in range(1000)
    )
    return f"{drawn[25]:+.1%} to {drawn[-26]:+.1%}"


def main() -> None:
    """Print a Markdown table."""
    found = measured()
    rows = [row for field in HEADINGS for row in found[field]]
    heads = [f"{field} ({len(found[field])})" for field in HEADINGS]
    print(f"| first {FIRST} | {' | '.join(heads)} | all ({len(rows)}) | lead |")
    print("|---" * (len(heads) + 3) + "|")
    for kind in rows[0]:
        shares = [
            f"{sum(row[kind] for row in some) / len(some):.1%}"
            for some in (*(found[field] for field in HEADINGS), rows)
        ]
        print(f"| {kind} | {' | '.join(shares)} | {lead(rows, kind)} |")


if __name__ == "__main__":
    main()
