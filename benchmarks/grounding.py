"""How well summaries are checked: altered sentences of our making, and people's labels.

    python benchmarks/grounding.py [--cases 200]

Reads CASEBOOK_DATASETS/cases (published case studies: the source is a long summary, a faithful
sentence one of its own, one of it reworded by rule, or one of the short summary) and, where
CASEBOOK_FAITHBENCH names a folder with ``batch_1.json`` to ``batch_8.json``, vectara/FaithBench
(CC BY-NC-SA, fetched for measuring, not kept here). Needs neither network nor model.
"""

import argparse
import json
import os
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path

import duckdb
from alterations import FALSE, TRUE, Change

from casebook.schemas.cases import SupportLevel
from casebook.summarizer.grounding.source_text import SourceText, cut
from casebook.summarizer.grounding.summaries import check_sentence, check_summary
from casebook.summarizer.language.wording import name_keys, names, words

DATASETS = Path(os.environ.get("CASEBOOK_DATASETS", Path(__file__).parents[2] / "shared" / "data"))
FAITHBENCH = os.environ.get("CASEBOOK_FAITHBENCH")
BATCHES = range(1, 9)
DETECTORS = (
    "hhemv1",
    "hhem-2.1",
    "hhem-2.1-english",
    "trueteacher",
    "true_nli",
    "gpt-3.5-turbo",
    "gpt-4-turbo",
    "gpt_4o",
)
BE = re.compile(r"\b(is|are|was|were|can|will|does|did|has|have|had)\b(?! not\b)")
FIGURE = re.compile(r"(?<![\w.,-])\d{1,3}(?:,\d{3})+|(?<![\w.,-])\d{2,4}(?![\w,.-]*\d)")
UNITS = ("percent", "milliseconds", "seconds", "minutes", "hours", "days", "weeks", "months")
UNIT = re.compile(rf"(?<![\w.,-])(\d+)(?:%|[ -](?:{'|'.join(UNITS)})\b)")
REWORDED = {
    "use": "employ", "uses": "employs", "used": "employed", "using": "by means of",
    "show": "demonstrate", "shows": "demonstrates", "however": "nevertheless",
    "also": "as well", "many": "numerous", "help": "assist", "helps": "assists",
    "large": "sizeable", "important": "crucial", "need": "require", "needs": "requires",
    "build": "construct", "built": "constructed", "because": "since", "about": "roughly",
}  # fmt: skip


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=200)
    asked = parser.parse_args()
    altered(asked.cases)
    if FAITHBENCH:
        faithbench(Path(FAITHBENCH))
    else:
        print("\nNo FaithBench: set CASEBOOK_FAITHBENCH to the folder of its batches.")


def altered(cases: int) -> None:
    """Mark altered and faithful sentences of published case studies."""
    table = duckdb.read_parquet(str(DATASETS / "cases" / "llmops_cases.parquet"))
    rows = (
        table.filter("length(full_summary) > 3000")
        .order("slug")
        .project("full_summary, short_summary, company")
        .fetchall()
    )
    chosen = random.Random(4).sample(rows, min(cases, len(rows)))  # noqa: S311
    strangers = sorted({name for full, *_ in rows for name in names(full) if len(name) > 4})
    companies = sorted({c for *_, c in rows if c and re.fullmatch(r"[A-Z][A-Za-z]{3,}", c)})
    seen: dict[str, Counter[SupportLevel]] = defaultdict(Counter)
    for place, (full, short, company) in enumerate(chosen):
        source, rng = SourceText(full), random.Random(place)  # noqa: S311
        foreign = SourceText(chosen[place - 1][0])
        for kind, sentence in _variants(source, short, foreign, strangers, rng):
            seen[kind][check_sentence(sentence, source).support] += 1
        for sentence in _by_another(source, company, companies, rng):
            seen["company that opens it swapped"][check_sentence(sentence, source).support] += 1
        for kind, sentence in _of_each_kind(source, rng):
            seen[kind][check_sentence(sentence, source).support] += 1
        for kind, sentence in _in_own_words(short, source, random.Random(place)):  # noqa: S311
            seen[kind][check_sentence(sentence, source).support] += 1
    print("| sentence | n | unsupported | weak | supported |\n|---|---|---|---|---|")
    for kind, counts in seen.items():
        total = sum(counts.values())
        shares = (f"{counts[level] / total:.1%}" for level in reversed(SupportLevel))
        print(f"| {kind} | {total} | {' | '.join(shares)} |")


def _variants(
    source: SourceText,
    short: str,
    foreign: SourceText,
    strangers: Sequence[str],
    rng: random.Random,
) -> Iterable[tuple[str, str]]:
    """Yield (kind, sentence), faithful ones first."""
    own = [s.text for s in source.sentences if 8 <= len(words(s.text)) <= 40]
    for sentence in rng.sample(own, min(8, len(own))):
        yield "faithful: its own", sentence
        yield "faithful: reworded by rule", _reworded(sentence)
        for kind, alter in ALTERATIONS.items():
            changed = alter(sentence, source, strangers, rng)
            if changed:
                yield kind, changed
    for start, end in cut(short):
        yield "faithful: of the short summary", short[start:end]
    invented = [s.text for s in foreign.sentences if 8 <= len(words(s.text)) <= 40]
    for sentence in rng.sample(invented, min(4, len(invented))):
        yield "invented: a sentence of another case", sentence


def _of_each_kind(source: SourceText, rng: random.Random) -> Iterable[tuple[str, str]]:
    """Yield up to three sentences of every kind that ``alterations`` has."""
    own = [s.text for s in source.sentences if 8 <= len(words(s.text)) <= 40]
    rng.shuffle(own)
    kinds: dict[str, Change] = {**TRUE, **FALSE}
    for kind, change in kinds.items():
        made = (new for text in own if (new := change(text, source, rng)) and new != text)
        for sentence in islice(made, 3):
            yield kind, sentence


def _in_own_words(short: str, source: SourceText, rng: random.Random) -> Iterable[tuple[str, str]]:
    """Yield sentences of the short summary, which follow no single one of the source, altered."""
    for start, end in cut(short):
        for kind in IN_OWN_WORDS:
            changed = ALTERATIONS[kind](short[start:end], source, (), rng)
            if changed and changed != short[start:end]:
                yield f"in own words: {kind}", changed


def _by_another(
    source: SourceText, company: str | None, companies: Sequence[str], rng: random.Random
) -> list[str]:
    """Return up to three sentences that open with the company, told of another one."""
    own = [s.text for s in source.sentences if company and s.text.startswith(f"{company} ")]
    foreign = [c for c in rng.sample(companies, 40) if not name_keys(c) & source.names]
    return [foreign[0] + s[len(company or "") :] for s in rng.sample(own, min(3, len(own)))]


def _unit(text: str, source: SourceText, _: Sequence[str], rng: random.Random) -> str | None:
    """Change the unit at a number, to one that the source does not have there."""
    found = list(UNIT.finditer(text))
    if not found:
        return None
    spot = rng.choice(found)
    others = [u for u in UNITS if not re.search(rf"{spot[1]}[ -]?{re.escape(u)}", source.text)]
    return f"{text[: spot.start()]}{spot[1]} {rng.choice(others)}{text[spot.end() :]}"


def _reworded(sentence: str) -> str:
    def other(found: re.Match[str]) -> str:
        word = REWORDED.get(found[0].casefold())
        return found[0] if word is None else word.capitalize() if found[0][0].isupper() else word

    return re.sub(r"\b[A-Za-z]+\b", other, sentence)


def _number(text: str, source: SourceText, _: Sequence[str], rng: random.Random) -> str | None:
    """Change one number to one that the source does not have."""
    found = list(FIGURE.finditer(text))
    if not found:
        return None
    spot = rng.choice(found)
    value = int(spot[0].replace(",", ""))
    for _try in range(20):
        new = max(2, round(value * rng.choice((0.4, 0.6, 0.7, 1.3, 1.6, 2.2)))) + rng.randint(0, 3)
        if new != value and float(new) not in source.stated.values:
            return f"{text[: spot.start()]}{new:,}{text[spot.end() :]}"
    return None


def _known_number(
    text: str, source: SourceText, _: Sequence[str], rng: random.Random
) -> str | None:
    """Change one number to another one of the source."""
    spots = list(FIGURE.finditer(text))
    pool = [m[0] for m in FIGURE.finditer(source.text) if m[0] not in text]
    if not spots or not pool:
        return None
    spot = rng.choice(spots)
    return text[: spot.start()] + rng.choice(pool) + text[spot.end() :]


def _swapped(
    text: str, source: SourceText, strangers: Sequence[str], rng: random.Random
) -> str | None:
    """Swap a name for one that the source does not have."""
    own = sorted(n for n in names(text) if len(n) > 3)
    foreign = [s for s in rng.sample(strangers, 40) if not name_keys(s) & source.names]
    if not own or not foreign:
        return None
    return re.sub(rf"\b{re.escape(rng.choice(own))}\b", foreign[0], text)


def _known_name(text: str, source: SourceText, _: Sequence[str], rng: random.Random) -> str | None:
    """Swap a name for another one of the source."""
    own = sorted(n for n in names(text) if len(n) > 3)
    pool = sorted(n for n in names(source.text) if len(n) > 3 and n not in text)
    if not own or not pool:
        return None
    return re.sub(rf"\b{re.escape(rng.choice(own))}\b", rng.choice(pool), text)


def _negated(text: str, _: SourceText, __: Sequence[str], ___: random.Random) -> str | None:
    """Negate the first auxiliary."""
    found = BE.search(text)
    return f"{text[: found.end()]} not{text[found.end() :]}" if found else None


ALTERATIONS: dict[str, Callable[[str, SourceText, Sequence[str], random.Random], str | None]] = {
    "number changed": _number,
    "number changed to another of the source": _known_number,
    "unit changed": _unit,
    "name swapped": _swapped,
    "name swapped for another of the source": _known_name,
    "negated": _negated,
}


IN_OWN_WORDS = (
    "number changed to another of the source",
    "name swapped for another of the source",
    "negated",
)


def faithbench(folder: Path) -> None:
    """Compare with the labels of people, and with the detectors whose scores the data carries."""
    samples = [
        sample
        for batch in BATCHES
        for sample in json.loads((folder / f"batch_{batch}.json").read_text())["samples"]
    ]
    begun = time.perf_counter()
    checks = [check_summary(s["source"], s["summary"]) for s in samples]
    seconds = time.perf_counter() - begun
    ours = [1 - c.score for c in checks]
    flagged = [float(bool(c.counts()["unsupported"])) for c in checks]
    scores = {"casebook, score": ours, "casebook, any sentence unsupported": flagged}
    for name in DETECTORS:
        scores[name] = [1 - float(s["metadata"][name] or 0) for s in samples]
    print(
        f"\n{len(samples)} pairs, {len({s['source'] for s in samples})} sources, {seconds:.1f} s\n"
    )
    print("| detector | AUC, unwanted | balanced acc. | AUC, + questionable | balanced acc. |")
    print("|---|---|---|---|---|")
    for name, risk in scores.items():
        cells = []
        for bad in ({"Unwanted"}, {"Unwanted", "Questionable"}):
            truth = [_worst(s) in bad for s in samples]
            cells += [f"{auc(truth, risk):.3f}", f"{balanced_accuracy(truth, risk):.3f}"]
        print(f"| {name} | {' | '.join(cells)} |")
    _interval(samples, ours)


def _interval(samples: Sequence[dict], risk: Sequence[float]) -> None:
    """Print the 95 % interval of our figures over resampled sources."""
    groups = defaultdict(list)
    for place, sample in enumerate(samples):
        groups[sample["source"]].append(place)
    rng, found = random.Random(1), defaultdict(list)  # noqa: S311
    for _ in range(500):
        drawn = [i for g in rng.choices(list(groups), k=len(groups)) for i in groups[g]]
        for bad in ("Unwanted", "Unwanted Questionable"):
            truth = [_worst(samples[i]) in bad.split() for i in drawn]
            some = [risk[i] for i in drawn]
            found[f"AUC, {bad}"].append(auc(truth, some))
            found[f"balanced accuracy, {bad}"].append(balanced_accuracy(truth, some))
    for name, values in found.items():
        low, high = sorted(values)[12], sorted(values)[-13]
        print(f"95 % of resampled sources: {name} {low:.3f} to {high:.3f}")


def _worst(sample: dict) -> str:
    """Return the gravest label of any annotator, as the data set's own script pools them."""
    labels = {label.split(".")[0] for a in sample["annotations"] for label in a["label"]}
    order = ("Unwanted", "Questionable", "Benign")
    return next((label for label in order if label in labels), "Consistent")


def auc(truth: Sequence[bool], risk: Sequence[float]) -> float:
    """Return the area under the ROC curve; ties count half."""
    bad = [r for t, r in zip(truth, risk, strict=True) if t]
    good = [r for t, r in zip(truth, risk, strict=True) if not t]
    return sum((b > g) + (b == g) / 2 for b in bad for g in good) / (len(bad) * len(good))


def balanced_accuracy(truth: Sequence[bool], risk: Sequence[float]) -> float:
    """Return the mean of both recalls, at a risk above 0.5."""
    hits = [r > 0.5 for t, r in zip(truth, risk, strict=True) if t]
    passes = [r <= 0.5 for t, r in zip(truth, risk, strict=True) if not t]
    return (sum(hits) / len(hits) + sum(passes) / len(passes)) / 2


if __name__ == "__main__":
    main()
