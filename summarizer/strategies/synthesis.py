"""Puts the findings about the parts of a long source together: one call, or several by levels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field, create_model

from schemas.cases import FactName
from schemas.errors import AnswerTruncated, ContextExceeded
from schemas.sources import Document
from summarizer.answers import SECTION_OF
from summarizer.asking import Asker
from summarizer.drafts import Claim, FactClaim
from summarizer.rendering import estimate_tokens, fence_for, one_line
from summarizer.strategies.findings import (
    Candidate,
    Finding,
    Part,
    candidates,
    merged,
    numbered,
    reworded,
    shown,
)
from summarizer.strategies.single import STAGE

PROMPT = "case_study_merge"
_STATEMENTS_PER_FIELD = 8
# A handful of findings is not split further.
_FEWEST_FINDINGS = 8
_FACTS: tuple[FactName, ...] = ("title", "company", "industry", "year", "stage", "narrator")


class ChosenStatement(BaseModel):
    """One statement of the case study."""

    statement: str = Field(description="One complete sentence of 8 to 35 words in plain words.")
    findings: list[int] = Field(description="The numbers of the findings that it rests on.")


_FACT_FIELDS: dict[str, Any] = {
    name: (int | None, Field(None, description=f"The number of the {name} that holds, or null."))
    for name in _FACTS
}
_LIST_FIELDS: dict[str, Any] = {
    name: (
        list[ChosenStatement],
        Field(default_factory=list, description=f"The statements under {name}."),
    )
    for name in SECTION_OF
}
MergeAnswer: type[BaseModel] = create_model(
    "MergeAnswer",
    __doc__="The case study, from the findings. An empty list means: none fits.",
    **_FACT_FIELDS,
    **_LIST_FIELDS,
)


@dataclass(frozen=True)
class Synthesis:
    """Chooses among findings by number; ``room`` is what they may take in one call, in tokens."""

    document: Document
    asker: Asker
    room: int
    on_call: Callable[[], None]

    async def of(self, parts: Sequence[Part]) -> tuple[list[Claim], list[FactClaim]]:
        """Return the chosen claims and facts; findings that do not fit are reduced in groups.

        Raises:
            ModelError: when the findings cannot be put together.
        """
        findings = merged(parts)
        while True:
            groups = self._groups(findings)
            if len(groups) == 1:
                facts = candidates(parts, start=len(findings) + 1)
                try:
                    answer = await self._ask(findings, facts)
                except (AnswerTruncated, ContextExceeded) as error:
                    groups = _split(findings, error)
                else:
                    return _claims(answer, findings), _settled(facts, answer)
            findings = numbered([c for group in groups for c in await self._reduced(group)])

    def _groups(self, findings: Sequence[Finding]) -> Sequence[Sequence[Finding]]:
        """Return the findings in as few groups as fit, in order."""
        groups: list[list[Finding]] = [[]]
        left = self.room
        for finding in findings:
            size = estimate_tokens(finding.line()) + 2
            if groups[-1] and size > left:
                groups.append([])
                left = self.room
            groups[-1].append(finding)
            left -= size
        return groups

    async def _reduced(self, group: Sequence[Finding]) -> list[Claim]:
        """Return what one group comes down to: half of it at most, so that an end is reached."""
        try:
            chosen = _claims(await self._ask(group, ()), group)
        except (AnswerTruncated, ContextExceeded) as error:
            return [c for half in _split(group, error) for c in await self._reduced(half)]
        return chosen[: max(1, len(group) // 2)]

    async def _ask(self, findings: Sequence[Finding], facts: Sequence[Candidate]) -> BaseModel:
        listed = shown(findings, facts)
        values = {
            "fence": fence_for(listed),
            "title": one_line(self.document.title),
            "limit": _STATEMENTS_PER_FIELD,
            "findings": listed,
        }
        answer = await self.asker.ask(self.asker.prompt(PROMPT), values, MergeAnswer, STAGE)
        self.on_call()
        return answer


def _split(
    findings: Sequence[Finding], error: AnswerTruncated | ContextExceeded
) -> list[Sequence[Finding]]:
    """Return the findings in two halves; raise ``error`` for so few that halves would not help."""
    if len(findings) < _FEWEST_FINDINGS:
        raise error
    middle = len(findings) // 2
    return [findings[:middle], findings[middle:]]


def _claims(answer: BaseModel, findings: Sequence[Finding]) -> list[Claim]:
    """Return the claims that the answer makes of the findings it names."""
    known = {finding.number: finding for finding in findings}
    made = (
        reworded(item.statement, section, item.findings, known)
        for name, section in SECTION_OF.items()
        for item in getattr(answer, name)
    )
    return [claim for claim in made if claim is not None]


def _settled(facts: Sequence[Candidate], answer: BaseModel) -> list[FactClaim]:
    """Return for each fact the candidate that the answer names, or the only one there is."""
    by_name: dict[str, list[Candidate]] = {}
    for fact in facts:
        by_name.setdefault(fact.claim.name, []).append(fact)
    chosen: list[FactClaim] = []
    for name, several in by_name.items():
        wanted = [fact for fact in several if fact.number == getattr(answer, name)]
        if wanted or len(several) == 1:
            chosen.append((wanted or several)[0].claim)
    return chosen
