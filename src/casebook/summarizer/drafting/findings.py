"""What the parts of a long source gave: numbered, repeats merged, quotes kept. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from casebook.schemas.cases import FACT_FIELDS, MEASURES, STATEMENT_FIELDS, Method
from casebook.summarizer.language.wording import (
    identifiers,
    name_keys,
    names,
    negations,
    number_sequence,
)
from casebook.summarizer.proposals import Claim, FactClaim, Proposal, TagClaim

# Two statements at least this alike (rapidfuzz token sort ratio) say the same, if their numbers,
# names and negations agree too.
_SAME = 88.0


@dataclass(frozen=True)
class Finding:
    """A claim under its field, with the number by which the model names it."""

    number: int
    field: str
    claim: Claim

    def line(self) -> str:
        """Return how the model is shown it, on one line."""
        measured = [
            f"{name}: {getattr(self.claim, name)}" for name in MEASURES if _says(self.claim, name)
        ]
        told = f" [{'; '.join(measured)}]" if measured else ""
        return " ".join(f"({self.number}) {self.claim.text}{told}".split())


@dataclass(frozen=True)
class Candidate:
    """A fact that some part states, with its number."""

    number: int
    field: str
    claim: FactClaim

    def line(self) -> str:
        """Return how the model is shown it, on one line."""
        return " ".join(f"({self.number}) {self.claim.value}".split())


def merged(proposals: Sequence[Proposal]) -> list[Finding]:
    """Return all findings by field; what is said twice stands once, with all quotes."""
    found: list[tuple[str, Claim]] = []
    for field in STATEMENT_FIELDS:
        kept: list[Claim] = []
        for proposal in proposals:
            for claim in proposal.statements.get(field, ()):
                _add(claim, kept)
        found += [(field, claim) for claim in kept]
    return numbered(found)


def numbered(claims: Sequence[tuple[str, Claim]]) -> list[Finding]:
    """Return (field, claim) pairs as findings, numbered from 1."""
    return [Finding(n, field, claim) for n, (field, claim) in enumerate(claims, start=1)]


def _add(claim: Claim, kept: list[Claim]) -> None:
    """Add a claim, or its quotes to the one that says the same."""
    if not claim.text.strip():
        return
    for place, other in enumerate(kept):
        if _same(claim, other):
            kept[place] = _united(other, claim)
            return
    kept.append(claim)


def _same(one: Claim, other: Claim) -> bool:
    alike = fuzz.token_sort_ratio(one.text, other.text, processor=str.casefold, score_cutoff=_SAME)
    return alike > 0 and _figures(one.text) == _figures(other.text)


def _figures(text: str) -> tuple[list[float], list[str], set[str], int]:
    """Return what two sentences that say the same must share, however alike their words are."""
    named = {key for name in names(text) for key in name_keys(name)}
    return sorted(number_sequence(text)), sorted(identifiers(text)), named, negations(text)


def _united(first: Claim, second: Claim) -> Claim:
    """Return the first claim with the quotes of both, and what only the second measures."""
    quotes = list(dict.fromkeys([*first.quotes, *second.quotes]))
    gaps = {
        name: getattr(second, name)
        for name in MEASURES
        if not _says(first, name) and _says(second, name)
    }
    return first.model_copy(update={**gaps, "quotes": quotes})


def _says(claim: Claim, measure: str) -> bool:
    """Tell whether a claim names this part of what it measures."""
    return getattr(claim, measure) not in {None, "", Method.NONE}


def merged_tags(proposals: Sequence[Proposal]) -> list[TagClaim]:
    """Return each tag once with the quotes of all parts, those that most parts name first."""
    named: dict[tuple[str, str], list[TagClaim]] = {}
    for proposal in proposals:
        for tag in proposal.tags:
            named.setdefault((tag.name.casefold(), tag.group), []).append(tag)
    several = sorted(named.values(), key=len, reverse=True)
    quotes = [list(dict.fromkeys(q for tag in tags for q in tag.quotes)) for tags in several]
    return [
        tags[0].model_copy(update={"quotes": found})
        for tags, found in zip(several, quotes, strict=True)
    ]


def candidates(proposals: Sequence[Proposal], start: int) -> list[Candidate]:
    """Return each different value that the parts give for a fact, numbered from ``start``.

    Of one field, the value that most parts give stands first.
    """
    found: list[tuple[str, FactClaim]] = []
    for field in FACT_FIELDS:
        values: dict[str, list[FactClaim]] = {}
        for proposal in proposals:
            if claim := proposal.facts.get(field):
                values.setdefault(" ".join(claim.value.casefold().split()), []).append(claim)
        found += [(field, _joined(c)) for c in sorted(values.values(), key=len, reverse=True)]
    return [Candidate(n, field, claim) for n, (field, claim) in enumerate(found, start)]


def _joined(claims: Sequence[FactClaim]) -> FactClaim:
    quotes = dict.fromkeys(quote for claim in claims for quote in claim.quotes if quote.strip())
    return claims[0].model_copy(update={"quotes": list(quotes)})


def shown(findings: Sequence[Finding], facts: Sequence[Candidate] = ()) -> str:
    """Return candidates and findings as the model reads them: a heading a field, a line each."""
    by_field: dict[str, list[str]] = {}
    items: Sequence[Candidate | Finding] = [*facts, *findings]
    for item in items:
        by_field.setdefault(item.field, []).append(item.line())
    return "\n".join(line for name, lines in by_field.items() for line in (f"# {name}", *lines))


def from_numbers(text: str, wanted: Sequence[int], known: Mapping[int, Finding]) -> Claim | None:
    """Return the claim that words the findings ``wanted`` anew, with all their quotes.

    A number that nobody gave is passed over; without any known one there is no claim: what rests
    on nothing is an invention.
    """
    rests = [known[number] for number in dict.fromkeys(wanted) if number in known]
    if not rests or not text.strip():
        return None
    quotes = dict.fromkeys(quote for finding in rests for quote in finding.claim.quotes)
    return rests[0].claim.model_copy(update={"text": text.strip(), "quotes": list(quotes)})
