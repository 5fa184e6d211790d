"""The parts of a case study that readers would not see, and their confirmation by a curator."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from publishing.gate import readable
from schemas.cases import FACT_LABELS, CaseStudy, Fact, Statement, Support, SupportLevel, Tag
from schemas.frozen import Frozen

_NAMED = 5  # parts that a message spells out
_LONGEST = 120

AnyPart = TypeVar("AnyPart", Statement, Fact, Tag)


class Doubt(Frozen):
    """A part that is held back; ``part_id`` is its id on the case's page."""

    part_id: str
    text: str
    support: Support

    @property
    def is_refuted(self) -> bool:
        """Whether it can only be edited or dropped, not confirmed."""
        return self.support.level is SupportLevel.REFUTED


def part_id(part: Statement | Fact | Tag) -> str:
    """Return the id of a part within its case: ``s-3``, ``f-company`` or ``t-rag``."""
    match part:
        case Statement():
            return f"s-{part.n}"
        case Fact():
            return f"f-{part.name}"
        case Tag():
            return f"t-{part.slug}"


def is_held_back(support: Support) -> bool:
    """Return whether readers would not see a part with this support."""
    if support.level is SupportLevel.DOUBTFUL:
        return support.confirmed_by is None
    return support.level is SupportLevel.REFUTED


def held_back(study: CaseStudy) -> list[Doubt]:
    """Return the parts that readers would not see: statements, then facts and tags."""
    return list(_held_back(study))


def _held_back(study: CaseStudy) -> Iterator[Doubt]:
    gated = readable(study)
    for statement in gated.held_back:
        yield Doubt(part_id=part_id(statement), text=statement.text, support=statement.support)
    for fact in gated.facts_held_back:
        if fact.value is not None:
            text = f"{FACT_LABELS[fact.name]}: {fact.value}"
            yield Doubt(part_id=part_id(fact), text=text, support=fact.support)
    for tag in gated.tags_held_back:
        yield Doubt(part_id=part_id(tag), text=f"Tag: {tag.label}", support=tag.support)


def confirmed(study: CaseStudy, who: str) -> CaseStudy:
    """Return ``study`` with every doubtful part confirmed by ``who``; refuted ones stay so."""
    return study.model_copy(
        update={
            "facts": tuple(confirmed_part(fact, who) for fact in study.facts),
            "statements": tuple(confirmed_part(one, who) for one in study.statements),
            "tags": tuple(confirmed_part(tag, who) for tag in study.tags),
        }
    )


def confirmed_part(part: AnyPart, who: str) -> AnyPart:
    """Return ``part`` confirmed by ``who`` if it is doubtful and not confirmed yet."""
    if part.support.level is not SupportLevel.DOUBTFUL or part.support.confirmed_by:
        return part
    support = part.support.model_copy(update={"confirmed_by": who})
    return part.model_copy(update={"support": support})


def quoted(doubts: Sequence[Doubt]) -> str:
    """Return the texts in quotation marks, long ones cut, and how many more there are."""
    named = ", ".join(f"“{_cut(doubt.text)}”" for doubt in doubts[:_NAMED])
    more = len(doubts) - _NAMED
    return f"{named} and {more} more" if more > 0 else named


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"
