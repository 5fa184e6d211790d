"""What the parts of a long source gave, numbered for the model; quotes are kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from schemas.cases import Section
from summarizer.answers import FIELD_OF
from summarizer.drafts import Claim, FactClaim, TagClaim


@dataclass(frozen=True)
class Part:
    """What one window gave."""

    facts: tuple[FactClaim, ...]
    claims: tuple[Claim, ...]
    tags: tuple[TagClaim, ...]


@dataclass(frozen=True)
class Finding:
    """A claim with the number by which the model names it."""

    number: int
    claim: Claim

    def line(self) -> str:
        """Return the line that the model reads."""
        measure = self.claim.measure
        parts = measure.model_dump(mode="json", exclude_none=True) if measure else {}
        listed = "; ".join(f"{name}: {value}" for name, value in parts.items() if name != "number")
        return " ".join(
            f"({self.number}) {self.claim.text} {f'[{listed}]' if listed else ''}".split()
        )


@dataclass(frozen=True)
class Candidate:
    """A fact that some part states, with its number."""

    number: int
    claim: FactClaim


def merged(parts: Sequence[Part]) -> list[Finding]:
    """Return all findings by section; a statement that several parts have is kept once."""
    claims: dict[tuple[Section, str], Claim] = {}
    for part in parts:
        for claim in part.claims:
            claims.setdefault((claim.section, claim.text.casefold()), claim)
    order = list(Section)
    return numbered(sorted(claims.values(), key=lambda claim: order.index(claim.section)))


def numbered(claims: Sequence[Claim]) -> list[Finding]:
    """Return claims as findings, numbered from 1."""
    return [Finding(number, claim) for number, claim in enumerate(claims, start=1)]


def merged_tags(parts: Sequence[Part]) -> tuple[TagClaim, ...]:
    """Return each tag once with all its quotes, those that most parts name first."""
    named: dict[tuple[str, str], list[TagClaim]] = {}
    for part in parts:
        for tag in part.tags:
            named.setdefault((tag.name.casefold(), tag.group), []).append(tag)
    several = sorted(named.values(), key=len, reverse=True)
    return tuple(
        tags[0].model_copy(update={"quotes": _united(tag.quotes for tag in tags)})
        for tags in several
    )


def candidates(parts: Sequence[Part], start: int) -> list[Candidate]:
    """Return each different value that the parts give for a fact, numbered from ``start``.

    Of one fact, the value that most parts give stands first.
    """
    values: dict[str, dict[str, list[FactClaim]]] = {}
    for part in parts:
        for fact in part.facts:
            key = " ".join(fact.value.casefold().split())
            values.setdefault(fact.name, {}).setdefault(key, []).append(fact)
    found = [
        several[0].model_copy(update={"quotes": _united(claim.quotes for claim in several)})
        for by_value in values.values()
        for several in sorted(by_value.values(), key=len, reverse=True)
    ]
    return [Candidate(number, claim) for number, claim in enumerate(found, start)]


def shown(findings: Sequence[Finding], facts: Sequence[Candidate] = ()) -> str:
    """Return candidates and findings as the model reads them: under headings, a line each."""
    lines: dict[str, list[str]] = {}
    for fact in facts:
        line = " ".join(f"({fact.number}) {fact.claim.value}".split())
        lines.setdefault(fact.claim.name, []).append(line)
    for finding in findings:
        lines.setdefault(FIELD_OF[finding.claim.section], []).append(finding.line())
    return "\n".join(line for name, several in lines.items() for line in (f"# {name}", *several))


def reworded(
    text: str, section: Section, wanted: Sequence[int], known: Mapping[int, Finding]
) -> Claim | None:
    """Return the claim that words the findings ``wanted`` anew, with all their quotes.

    Unknown numbers are skipped; what rests on no finding is an invention and gives None.
    """
    rests = [known[number].claim for number in dict.fromkeys(wanted) if number in known]
    if not rests or not text.strip():
        return None
    measure = next((claim.measure for claim in rests if claim.measure), None)
    return Claim(
        section=section,
        text=text,
        quotes=_united(claim.quotes for claim in rests),
        measure=measure if section is Section.RESULTS else None,
    )


def _united(several: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(quote for quotes in several for quote in quotes if quote.strip()))
