"""Puts the findings about the parts of a long source together: one call, or several by levels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field, create_model

from casebook.schemas.cases import STATEMENT_FIELDS
from casebook.schemas.documents import Document
from casebook.schemas.errors import AnswerTruncated, ContextExceeded
from casebook.summarizer.drafting import single
from casebook.summarizer.drafting.answers import FACTS, Answer
from casebook.summarizer.drafting.findings import (
    Candidate,
    Finding,
    candidates,
    from_numbers,
    merged,
    merged_tags,
    numbered,
    shown,
)
from casebook.summarizer.models.asking import Asker
from casebook.summarizer.models.rendering import estimate_tokens, fence_for, one_line
from casebook.summarizer.proposals import Claim, FactClaim, Proposal

MERGE_PROMPT = "case_study_merge"
STATEMENTS_PER_FIELD = 8
# A handful of findings is not split further.
_FEWEST_FINDINGS = 8


class ChosenStatement(Answer):
    """One statement of the case study."""

    statement: str = Field(description="One complete sentence of 8 to 35 words in plain words.")
    findings: list[int] = Field(
        description="The numbers of the findings that it rests on.", min_length=1
    )


_FACTS: dict[str, Any] = {
    name: (int | None, Field(None, description=f"The number of the {name} that holds, or null."))
    for name in FACTS
}
_LISTS: dict[str, Any] = {
    name: (
        list[ChosenStatement],
        Field(default_factory=list, description=f"The statements under {name}."),
    )
    for name in STATEMENT_FIELDS
}
MergeAnswer: type[BaseModel] = create_model(
    "MergeAnswer",
    __base__=Answer,
    __doc__="The case study, from the findings. An empty list means: none fits.",
    **_FACTS,
    **_LISTS,
)


@dataclass
class Counter:
    """Counts the calls of one document, and tells ``on_progress`` (done, total)."""

    on_progress: Callable[[int, int], None]
    total: int
    done: int = 0

    def step(self) -> None:
        """Note that a call is answered."""
        self.done += 1
        self.on_progress(self.done, max(self.done, self.total))

    def more(self, calls: int) -> None:
        """Note that it takes more calls than planned."""
        self.total += calls


@dataclass(frozen=True)
class Synthesis:
    """Chooses among findings by number. ``room`` and ``max_tokens`` bound question and answer."""

    document: Document
    asker: Asker
    room: int
    max_tokens: int
    counter: Counter

    async def of(self, proposals: Sequence[Proposal]) -> Proposal:
        """Return what the proposals about all parts come to, in groups first if they do not fit.

        Raises:
            ModelError: when the findings cannot be put together.
        """
        findings, tags = merged(proposals), merged_tags(proposals)
        if not findings:
            return Proposal(facts=_settled(candidates(proposals, start=1), None), tags=tags)
        while True:
            groups = self._groups(findings)
            if len(groups) == 1:
                facts = candidates(proposals, start=len(findings) + 1)
                try:
                    answer = await self._ask(findings, facts)
                except (AnswerTruncated, ContextExceeded) as error:
                    groups = _split(findings, error)
                    self.counter.more(len(groups) + 1)
                else:
                    statements = _by_field(answer, findings)
                    settled = _settled(facts, answer)
                    return Proposal(facts=settled, statements=statements, tags=tags)
            findings = numbered([c for group in groups for c in await self._chosen(group)])

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

    async def _chosen(self, group: Sequence[Finding]) -> list[tuple[str, Claim]]:
        """Return what one group comes down to: half of it at most, so that an end is reached."""
        try:
            claims = _by_field(await self._ask(group, ()), group)
        except (AnswerTruncated, ContextExceeded) as error:
            halves = _split(group, error)
            self.counter.more(len(halves))
            return [c for half in halves for c in await self._chosen(half)]
        chosen = [(name, claim) for name, several in claims.items() for claim in several]
        return chosen[: max(1, len(group) // 2)]

    async def _ask(self, findings: Sequence[Finding], facts: Sequence[Candidate]) -> BaseModel:
        told = shown(findings, facts)
        values = {
            "fence": fence_for(told),
            "title": one_line(self.document.title),
            "limit": STATEMENTS_PER_FIELD,
            "findings": told,
        }
        answer = await self.asker.ask(
            single.STAGE,
            self.asker.prompt(MERGE_PROMPT),
            values,
            MergeAnswer,
            temperature=0.0,
            max_tokens=self.max_tokens,
        )
        self.counter.step()
        return answer


def _split(
    findings: Sequence[Finding], error: AnswerTruncated | ContextExceeded
) -> list[Sequence[Finding]]:
    """Return the findings in two halves; so few that the halves would not help raise ``error``."""
    if len(findings) < _FEWEST_FINDINGS:
        raise error
    middle = len(findings) // 2
    return [findings[:middle], findings[middle:]]


def _by_field(answer: BaseModel, findings: Sequence[Finding]) -> dict[str, list[Claim]]:
    """Return the claims that the answer makes of the findings it names."""
    known = {finding.number: finding for finding in findings}
    fields: dict[str, list[Claim]] = {}
    for name in STATEMENT_FIELDS:
        given: Sequence[ChosenStatement] = getattr(answer, name)
        made = (from_numbers(item.statement, item.findings, known) for item in given)
        fields[name] = [claim for claim in made if claim is not None]
    return fields


def _settled(facts: Sequence[Candidate], answer: BaseModel | None) -> dict[str, FactClaim]:
    """Return for each fact the candidate that the answer names, or the only one there is."""
    by_field: dict[str, list[Candidate]] = {}
    for fact in facts:
        by_field.setdefault(fact.field, []).append(fact)
    chosen: dict[str, FactClaim] = {}
    for name, several in by_field.items():
        wanted = getattr(answer, name, None)
        named = [fact for fact in several if fact.number == wanted]
        if named or len(several) == 1:
            chosen[name] = (named or several)[0].claim
    return chosen
