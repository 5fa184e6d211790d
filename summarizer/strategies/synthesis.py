"""Puts the numbered findings about the parts of a long source together; quotes are kept."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field, create_model

from schemas.cases import FACT_NAMES, Evidence, Section
from schemas.errors import AnswerTruncated, ContextExceeded
from summarizer.answers import FIELD_OF, SECTION_OF, AbstractAnswer, Answer, linked
from summarizer.asker import Asker
from summarizer.drafts import Claim, FactClaim, TagClaim
from summarizer.quotes import QuoteFinder
from summarizer.rendering import estimate_tokens, fence_for
from summarizer.strategies.single import STAGE


@dataclass(frozen=True)
class WindowClaims:
    """What one window gave."""

    facts: tuple[FactClaim, ...]
    claims: tuple[Claim, ...]
    tags: tuple[TagClaim, ...]


@dataclass(frozen=True)
class NumberedClaim:
    """A claim with the number by which the model names it, and where its quote stands."""

    number: int
    claim: Claim
    place: Evidence

    def line(self) -> str:
        """Return the line that the model reads."""
        measure = self.claim.measure
        parts = measure.model_dump(mode="json", exclude_none=True) if measure else {}
        listed = "; ".join(f"{name}: {value}" for name, value in parts.items() if name != "number")
        spoken = f", {self.place.speaker}" if self.place.speaker else ""
        where = f"{FIELD_OF[self.claim.section]}, passage {self.place.passage or '?'}{spoken}"
        measured = f" [{listed}]" if listed else ""
        return " ".join(f"({self.number}) {where}: {self.claim.text}{measured}".split())


def merged(parts: Sequence[WindowClaims], finder: QuoteFinder) -> list[NumberedClaim]:
    """Return all findings in the order of the source; what several parts have is kept once."""
    claims: dict[tuple[Section, str], Claim] = {}
    for part in parts:
        for claim in part.claims:
            claims.setdefault((claim.section, claim.text.casefold()), claim)
    places = [
        (claim, (*finder.find_all(claim.quotes), Evidence(quote=""))[0])
        for claim in claims.values()
    ]
    return numbered(sorted(places, key=lambda placed: placed[1].start or 0))


def numbered(claims: Sequence[tuple[Claim, Evidence]]) -> list[NumberedClaim]:
    """Return claims as findings, numbered from 1."""
    return [NumberedClaim(number, *placed) for number, placed in enumerate(claims, start=1)]


def merged_tags(parts: Sequence[WindowClaims]) -> tuple[TagClaim, ...]:
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


def candidates(parts: Sequence[WindowClaims]) -> list[FactClaim]:
    """Return each different value that the parts give for a fact, the most frequent first."""
    values: dict[str, dict[str, list[FactClaim]]] = {}
    for part in parts:
        for fact in part.facts:
            key = " ".join(fact.value.casefold().split())
            values.setdefault(fact.name, {}).setdefault(key, []).append(fact)
    return [
        several[0].model_copy(update={"quotes": _united(claim.quotes for claim in several)})
        for by_value in values.values()
        for several in sorted(by_value.values(), key=len, reverse=True)
    ]


def shown(findings: Sequence[NumberedClaim], facts: Sequence[FactClaim] = ()) -> str:
    """Return candidates for facts and findings as the model reads them, a line each."""
    values = [
        f"({n}) {fact.name}: {' '.join(fact.value.split())}" for n, fact in enumerate(facts, 1)
    ]
    heading = ["# Candidates for facts", *values] if values else []
    return "\n".join((*heading, "# Findings", *(finding.line() for finding in findings)))


def reworded(
    text: str, section: Section, wanted: Sequence[int], known: Mapping[int, NumberedClaim]
) -> tuple[Claim, Evidence] | None:
    """Return the claim that words the findings ``wanted`` anew, with their quotes, and its place.

    Unknown numbers are skipped; what rests on no finding is an invention and gives None.
    """
    rests = [known[number] for number in dict.fromkeys(wanted) if number in known]
    if not rests or not text.strip():
        return None
    measure = next((one.claim.measure for one in rests if one.claim.measure), None)
    claim = Claim(
        section=section,
        text=text,
        quotes=_united(one.claim.quotes for one in rests),
        measure=measure if section is Section.RESULTS else None,
    )
    return claim, rests[0].place


def _united(several: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(quote for quotes in several for quote in quotes if quote.strip()))


PROMPT = "case_study_merge"
_STATEMENTS_PER_FIELD = 8
# A handful of findings is not split further.
_FEWEST_FINDINGS = 8


class ChosenStatement(Answer):
    """One statement, and the numbers of the findings that it rests on."""

    id: int = 0
    statement: str
    findings: list[int]


class ChosenSolution(ChosenStatement):
    """A solution, and the id of the challenge that it answers."""

    answers: int | None = None


_KINDS: dict[str, Any] = dict.fromkeys(SECTION_OF, list[ChosenStatement])
_KINDS["solutions"] = list[ChosenSolution]
_FIELDS: dict[str, Any] = {
    **dict.fromkeys(FACT_NAMES, (int | None, None)),
    **{name: (kind, Field(default_factory=list)) for name, kind in _KINDS.items()},
}
MergeAnswer: type[Answer] = create_model(
    "MergeAnswer",
    __base__=Answer,
    **_FIELDS,
    abstract=(list[AbstractAnswer], Field(default_factory=list)),
)
"""The case study, from the findings; an empty list or null: none fits."""


@dataclass(frozen=True)
class Synthesis:
    """Chooses among findings by number; ``room`` is what they may take in one call, in tokens."""

    asker: Asker
    room: int
    on_call: Callable[[], None]

    async def of(
        self, findings: Sequence[NumberedClaim], facts: Sequence[FactClaim]
    ) -> tuple[tuple[Claim, ...], list[FactClaim]]:
        """Return the chosen claims and facts; findings that do not fit are reduced in groups.

        Raises:
            ModelError: when the findings cannot be put together.
        """
        while True:
            groups = self._groups(findings)
            if len(groups) == 1:
                try:
                    answer = await self._ask(findings, facts)
                except (AnswerTruncated, ContextExceeded) as error:
                    groups = _split(findings, error)
                else:
                    return _linked(answer, findings), _settled(facts, answer)
            findings = numbered([c for group in groups for c in await self._reduced(group)])

    def _groups(self, findings: Sequence[NumberedClaim]) -> Sequence[Sequence[NumberedClaim]]:
        """Return the findings in as few groups as fit, in order."""
        groups: list[list[NumberedClaim]] = [[]]
        left = self.room
        for finding in findings:
            size = estimate_tokens(finding.line()) + 2
            if groups[-1] and size > left:
                groups.append([])
                left = self.room
            groups[-1].append(finding)
            left -= size
        return groups

    async def _reduced(self, group: Sequence[NumberedClaim]) -> list[tuple[Claim, Evidence]]:
        """Return what one group comes down to: half of it at most, so that an end is reached."""
        try:
            answer = await self._ask(group, ())
            chosen = [placed for _, placed in _chosen(answer, group)]
        except (AnswerTruncated, ContextExceeded) as error:
            return [c for half in _split(group, error) for c in await self._reduced(half)]
        return chosen[: max(1, len(group) // 2)]

    async def _ask(self, findings: Sequence[NumberedClaim], facts: Sequence[FactClaim]) -> Answer:
        listed = shown(findings, facts)
        values = {
            "fence": fence_for(listed),
            "limit": _STATEMENTS_PER_FIELD,
            "findings": listed,
        }
        answer = await self.asker.ask(self.asker.prompt(PROMPT), values, MergeAnswer, STAGE)
        self.on_call()
        return answer


def _split(
    findings: Sequence[NumberedClaim], error: AnswerTruncated | ContextExceeded
) -> list[Sequence[NumberedClaim]]:
    """Return the findings in two halves; raise ``error`` for so few that halves would not help."""
    if len(findings) < _FEWEST_FINDINGS:
        raise error
    middle = len(findings) // 2
    return [findings[:middle], findings[middle:]]


def _chosen(
    answer: Answer, findings: Sequence[NumberedClaim]
) -> list[tuple[ChosenStatement, tuple[Claim, Evidence]]]:
    """Return the statements of an answer with the claims that they make of the named findings."""
    known = {finding.number: finding for finding in findings}
    return [
        (item, placed)
        for name, section in SECTION_OF.items()
        for item in getattr(answer, name)
        if (placed := reworded(item.statement, section, item.findings, known))
    ]


def _linked(answer: Answer, findings: Sequence[NumberedClaim]) -> tuple[Claim, ...]:
    chosen = _chosen(answer, findings)
    claims, items = [placed[0] for _, placed in chosen], [item for item, _ in chosen]
    answered = [item.answers if isinstance(item, ChosenSolution) else None for item in items]
    ids, abstract = [item.id for item in items], dict(answer)["abstract"]
    return linked(claims, ids, answered, abstract)


def _settled(facts: Sequence[FactClaim], answer: Answer) -> list[FactClaim]:
    """Return for each fact the candidate that the answer names, or the only one there is."""
    chosen: list[FactClaim] = []
    for name in FACT_NAMES:
        several = [fact for fact in facts if fact.name == name]
        wanted = [f for n, f in enumerate(facts, 1) if n == getattr(answer, name) and f in several]
        if wanted or len(several) == 1:
            chosen.append((wanted or several)[0])
    return chosen
