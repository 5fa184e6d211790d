"""Chooses a case study from the numbered claims of a long source, keeping their quotes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, create_model

from schemas.cases import FACT_NAMES, Evidence, Section
from schemas.errors import AnswerTruncated, ContextExceeded
from summarizer.answers import SECTION_OF, AbstractAnswer, Answer
from summarizer.asker import Asker
from summarizer.claims import gaps_of, linked
from summarizer.drafts import Claim, FactClaim
from summarizer.rendering import estimate_tokens, fence_for
from summarizer.strategies.single import STAGE
from summarizer.strategies.window_claims import (
    ChosenSolution,
    ChosenStatement,
    NumberedClaim,
    combined,
    numbered,
    rendered,
)

PROMPT = "case_study_merge"
_STATEMENTS_PER_FIELD = 8
_FEWEST_CLAIMS = 8  # smaller groups are not split further


def _text(value: object) -> object:
    return value if isinstance(value, str) else None


_KINDS: dict[str, Any] = dict.fromkeys(SECTION_OF, list[ChosenStatement])
_KINDS["solutions"] = list[ChosenSolution]
_FIELDS: dict[str, Any] = {
    **dict.fromkeys(FACT_NAMES[1:], (int | None, None)),
    "title": (Annotated[str | None, BeforeValidator(_text)], None),
    **{name: (kind, Field(default_factory=list)) for name, kind in _KINDS.items()},
}
MergeAnswer: type[Answer] = create_model(
    "MergeAnswer",
    __base__=Answer,
    **_FIELDS,
    example=(ChosenStatement | None, None),
    gaps=(list[str], Field(default_factory=list)),
    abstract=(list[AbstractAnswer], Field(default_factory=list)),
)
"""The case study made of numbered claims; an empty list or null means that none fits."""


@dataclass(frozen=True)
class Synthesis:
    """Chooses claims by number; ``room`` is the limit for the claims in one call, in tokens.

    ``about`` are lines about the source, shown above the claims.
    """

    asker: Asker
    room: int
    about: Sequence[str]
    on_call: Callable[[], None]

    async def of(
        self, claims: Sequence[NumberedClaim], facts: Sequence[FactClaim]
    ) -> tuple[tuple[Claim, ...], list[FactClaim]]:
        """Return the chosen claims and facts; claims that do not fit are first reduced in groups.

        Raises:
            ModelError: if the claims cannot be merged.
        """
        while True:
            groups = self._groups(claims)
            if len(groups) == 1:
                try:
                    answer = await self._ask(claims, facts)
                except (AnswerTruncated, ContextExceeded) as error:
                    groups = _split(claims, error)
                else:
                    chosen = [(number, claim) for number, claim, _ in _chosen(answer, claims)]
                    given = dict(answer)
                    merged = linked(chosen, given["abstract"]) + gaps_of(given["gaps"])
                    return merged, _chosen_facts(facts, answer)
            claims = numbered([c for group in groups for c in await self._reduced(group)])

    def _groups(self, claims: Sequence[NumberedClaim]) -> Sequence[Sequence[NumberedClaim]]:
        """Return the claims in order, in as few groups as possible."""
        groups: list[list[NumberedClaim]] = [[]]
        left = self.room
        for claim in claims:
            size = estimate_tokens(claim.line()) + 2
            if groups[-1] and size > left:
                groups.append([])
                left = self.room
            groups[-1].append(claim)
            left -= size
        return groups

    async def _reduced(self, group: Sequence[NumberedClaim]) -> list[tuple[Claim, Evidence]]:
        """Return the claims chosen from a group, at most half of it so that the loop ends."""
        try:
            answer = await self._ask(group, ())
            chosen = [(claim, place) for _, claim, place in _chosen(answer, group)]
        except (AnswerTruncated, ContextExceeded) as error:
            return [c for half in _split(group, error) for c in await self._reduced(half)]
        return chosen[: max(1, len(group) // 2)]

    async def _ask(self, claims: Sequence[NumberedClaim], facts: Sequence[FactClaim]) -> Answer:
        listed = "\n".join((*self.about, rendered(claims, facts)))
        fence = fence_for(listed)
        values = {
            "fence": fence,
            "limit": _STATEMENTS_PER_FIELD,
            "language": self.asker.language,
            "findings": listed,
        }
        answer = await self.asker.ask(self.asker.prompt(PROMPT), values, MergeAnswer, STAGE)
        self.on_call()
        return answer


def _split(
    claims: Sequence[NumberedClaim], error: AnswerTruncated | ContextExceeded
) -> list[Sequence[NumberedClaim]]:
    """Return the claims in two halves, or raise ``error`` if they are too few for that to help."""
    if len(claims) < _FEWEST_CLAIMS:
        raise error
    middle = len(claims) // 2
    return [claims[:middle], claims[middle:]]


def _chosen(answer: Answer, claims: Sequence[NumberedClaim]) -> list[tuple[int, Claim, Evidence]]:
    """Return the statements of an answer as claims, with their ids and positions."""
    known, given = {claim.number: claim for claim in claims}, dict(answer)
    items = [(item, section) for name, section in SECTION_OF.items() for item in given[name]]
    items += [(given["example"], Section.EXAMPLE)] if given["example"] else []
    return [
        (item.id, *found) for item, section in items if (found := combined(item, section, known))
    ]


def _chosen_facts(facts: Sequence[FactClaim], answer: Answer) -> list[FactClaim]:
    """Return for each fact the candidate named in the answer, or the only candidate."""
    title = dict(answer)["title"]
    chosen = [FactClaim(name="title", value=title, inferred=True)] if title else []
    for name in FACT_NAMES[1:]:
        several = [fact for fact in facts if fact.name == name]
        wanted = [f for n, f in enumerate(facts, 1) if n == getattr(answer, name) and f in several]
        if wanted or len(several) == 1:
            chosen.append((wanted or several)[0])
    return chosen
