"""How claims with quotes are judged: false and true ones of our own, with the same cut quotes.

    python benchmarks/claims.py [--show]

Reads ``claims.toml`` beside it. ``--show`` prints each false claim that passes and each true one
that is marked or refused. Needs neither network nor model, and takes seconds.
"""

import argparse
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from casebook.extractors.kinds import markdown
from casebook.schemas.cases import Support, SupportLevel
from casebook.schemas.documents import Document
from casebook.schemas.sources import Payload
from casebook.summarizer.grounding.drafts import Grounder
from casebook.summarizer.proposals import Claim, FactClaim

ROWS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
ADDRESS = "https://orrin.example/post"
# Passages between two sentences, so that they stand far from each other.
BETWEEN = "\n\n".join(["Somebody will pour the tea for all the guests of the garden. " * 18] * 4)
APART = "apart"

Judged = tuple[str, bool, Support, str]
"""What kind of claim, whether it is true, what was found, and the claim beside its source."""


def main() -> None:
    """Print how many of each kind are refused, weak and supported."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", action="store_true")
    show = parser.parse_args().show
    counts: dict[tuple[str, bool], Counter[SupportLevel]] = defaultdict(Counter)
    for kind, true, support, said in judged():
        counts[kind, true][support.level] += 1
        counts["all", true][support.level] += 1
        if show and (support.level is SupportLevel.SUPPORTED) is not true:
            print(f"{kind}: {'true' if true else 'false'}: {said}: {support.reason}")
    print("| claims | n | unsupported | weak | supported |\n|---|---|---|---|---|")
    for (kind, true), levels in counts.items():
        cells = " | ".join(str(levels[level]) for level in reversed(SupportLevel))
        print(f"| {kind}, {'true' if true else 'false'} | {levels.total()} | {cells} |")


def judged() -> Iterator[Judged]:
    """Yield each claim with its verdict."""
    fresh = ROWS["fresh"]
    for kind, rows in ROWS.items():
        if isinstance(rows, list):
            yield from _claims(kind, rows)
    yield from _claims("fresh", fresh["claims"])
    for kind, part in (("stage", ROWS["stages"]), ("fresh stage", fresh)):
        yield from _stages(kind, part)
    for kind, part in (("harmless", ROWS["stages"]), ("fresh harmless", fresh)):
        for source, quote, text in part["harmless"]:
            yield kind, True, _grounder(source).statement(_claim(text, quote)).support, text


def _claims(kind: str, rows: Sequence[Sequence[str]]) -> Iterator[Judged]:
    for source, second, false, true in rows:
        quotes = [source, second] if kind == APART else [second]
        whole = f"{source}\n\n{BETWEEN}\n\n{second if kind == APART else ''}"
        for text in (false, true):
            support = _grounder(whole).statement(_claim(text, *quotes)).support
            yield kind, text is true, support, f"{source} → {text}"


def _stages(kind: str, part: Mapping[str, Sequence[Sequence[str]]]) -> Iterator[Judged]:
    asked = [(row, n == 3) for row in part["rows"] for n in (2, 3)]
    for (source, quote, *stages), true in [*asked, *((row, True) for row in part["so"])]:
        claim = FactClaim(value=stages[-1] if true else stages[0], quotes=[quote])
        fact = _grounder(source).fact(claim, "deployment")
        yield kind, true, fact.support, f"{source} → {claim.value}"


def _claim(text: str, *quotes: str) -> Claim:
    return Claim(text=text, quotes=quotes)


def _grounder(text: str) -> Grounder:
    payload = Payload(
        data=text.encode(),
        media_type="text/markdown",
        charset="utf-8",
        url=ADDRESS,
        final_url=ADDRESS,
    )
    read = markdown.extract(payload).model_dump(exclude={"canonical_url"})
    document = Document(
        **read, document_id="doc1_claims", source_id="s", snapshot_id="s", url=ADDRESS
    )
    return Grounder(document, "Orrin")


if __name__ == "__main__":
    main()
