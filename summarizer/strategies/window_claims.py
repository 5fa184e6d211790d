"""The claims found in the windows of a long source, merged and numbered for the model."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from schemas.cases import Evidence, Form, Section
from summarizer.answers import FIELD_OF, Answer
from summarizer.drafts import Claim, FactClaim, TagClaim
from summarizer.quotes import QuoteFinder
from summarizer.rendering import one_line

C = TypeVar("C", FactClaim, TagClaim)


class ChosenStatement(Answer):
    """One statement, and the numbers of the claims that it is based on."""

    id: int = 0
    form: Form = Form.PARAGRAPH
    statement: str
    findings: list[int]


class ChosenSolution(ChosenStatement):
    """A solution, and the id of the challenge that it solves."""

    answers: int | None = None


@dataclass(frozen=True)
class WindowClaims:
    """The claims found in one window."""

    facts: tuple[FactClaim, ...]
    claims: tuple[Claim, ...]
    tags: tuple[TagClaim, ...]


@dataclass(frozen=True)
class NumberedClaim:
    """A claim with its number for the model, and the position of its first quote."""

    number: int
    claim: Claim
    place: Evidence

    def line(self) -> str:
        """Return the claim as a line for the model."""
        measure = self.claim.measure
        parts = measure.model_dump(mode="json", exclude_none=True) if measure else {}
        listed = "; ".join(f"{name}: {value}" for name, value in parts.items() if name != "number")
        speaker = f", {self.place.speaker}" if self.place.speaker else ""
        kind = FIELD_OF.get(self.claim.section, self.claim.section)
        where = f"{kind}, passage {self.place.passage or '?'}{speaker}"
        return one_line(
            f"({self.number}) {where}: {self.claim.text}{f' [{listed}]' if listed else ''}"
        )


def merged(windows: Sequence[WindowClaims], finder: QuoteFinder) -> list[NumberedClaim]:
    """Return all claims in the order of the source, repeated ones once."""
    claims: dict[tuple[Section, str], Claim] = {}
    for window in windows:
        for claim in window.claims:
            claims.setdefault((claim.section, claim.text.casefold()), claim)
    places = [
        (claim, (*finder.find_all(claim.quotes), Evidence(quote=""))[0])
        for claim in claims.values()
    ]
    return numbered(sorted(places, key=lambda placed: placed[1].start or 0))


def numbered(claims: Sequence[tuple[Claim, Evidence]]) -> list[NumberedClaim]:
    """Return claims numbered from 1."""
    return [NumberedClaim(number, *placed) for number, placed in enumerate(claims, start=1)]


def merged_tags(windows: Sequence[WindowClaims]) -> tuple[TagClaim, ...]:
    """Return each tag once with all its quotes, the most frequent first."""
    by_name: dict[tuple[str, str], list[TagClaim]] = {}
    for window in windows:
        for tag in window.tags:
            by_name.setdefault((tag.name.casefold(), tag.group), []).append(tag)
    return tuple(_united(several) for several in sorted(by_name.values(), key=len, reverse=True))


def fact_candidates(windows: Sequence[WindowClaims]) -> list[FactClaim]:
    """Return the different values found for each fact, the most frequent first."""
    values: dict[str, dict[str, list[FactClaim]]] = {}
    for window in windows:
        for fact in window.facts:
            key = one_line(fact.value.casefold())
            values.setdefault(fact.name, {}).setdefault(key, []).append(fact)
    return [
        _united(several)
        for by_value in values.values()
        for several in sorted(by_value.values(), key=len, reverse=True)
    ]


def rendered(claims: Sequence[NumberedClaim], facts: Sequence[FactClaim] = ()) -> str:
    """Return fact candidates and claims as the model reads them, one per line."""
    values = [f"({n}) {fact.name}: {one_line(fact.value)}" for n, fact in enumerate(facts, 1)]
    heading = ["# Candidates for facts", *values] if values else []
    return "\n".join((*heading, "# Findings", *(claim.line() for claim in claims)))


def combined(
    item: ChosenStatement, section: Section, known: Mapping[int, NumberedClaim]
) -> tuple[Claim, Evidence] | None:
    """Return a claim that combines the known claims of a statement, and its position.

    Unknown numbers are ignored; without a known one the statement is made up: None is returned.
    """
    sources = [known[number] for number in dict.fromkeys(item.findings) if number in known]
    if not sources or not item.statement.strip():
        return None
    measure = next((one.claim.measure for one in sources if one.claim.measure), None)
    quotes = _all_quotes(one.claim for one in sources)
    pairs = (zip(c.quotes, c.translations, strict=False) for c in (one.claim for one in sources))
    translated = dict(pair for several in pairs for pair in several)
    claim = Claim(
        section=section,
        text=item.statement,
        quotes=quotes,
        translations=tuple(translated.get(quote, "") for quote in quotes) if translated else (),
        form=item.form,
        measure=measure if section is Section.RESULTS else None,
        answers=getattr(item, "answers", None),
    )
    return claim, sources[0].place


def _united(several: Sequence[C]) -> C:
    """Return the first of several claims with the quotes of all."""
    return several[0].model_copy(update={"quotes": _all_quotes(several)})


def _all_quotes(several: Iterable[Claim | FactClaim | TagClaim]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(quote for one in several for quote in one.quotes if quote.strip()))
