"""The parts of a case study that readers would not see, and their confirmation by a curator."""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar, cast

from publishing.gate import readable
from schemas.cases import FACT_LABELS, CaseStudy, Fact, Statement, Support, SupportLevel, Tag

_NAMED = 5  # parts that a message spells out
_LONGEST = 120

AnyPart = TypeVar("AnyPart", bound=Statement | Fact | Tag)


class Doubt(NamedTuple):
    """A part that is held back; ``part_id`` is its id on the case's page."""

    part_id: str
    text: str
    support: Support


def part_id(part: Statement | Fact | Tag) -> str:
    """Return the id of a part within its case: ``s-3``, ``f-company`` or ``t-rag``."""
    match part:
        case Statement():
            return f"s-{part.n}"
        case Fact():
            return f"f-{part.name}"
        case Tag():
            return f"t-{part.slug}"


def parts_of(study: CaseStudy) -> list[Statement | Fact | Tag]:
    """Return the facts with a value, the statements and the tags."""
    return [*(fact for fact in study.facts if fact.value), *study.statements, *study.tags]


def held_back(study: CaseStudy) -> list[Doubt]:
    """Return the parts that readers would not see: statements, then facts and tags."""
    gated = readable(study)
    facts = (fact for fact in gated.facts_held_back if fact.value is not None)
    found: list[tuple[Statement | Fact | Tag, str]] = [
        *((statement, statement.text) for statement in gated.held_back),
        *((fact, f"{FACT_LABELS[fact.name]}: {fact.value}") for fact in facts),
        *((tag, f"Tag: {tag.label}") for tag in gated.tags_held_back),
    ]
    return [Doubt(part_id(part), text, part.support) for part, text in found]


def confirmed(study: CaseStudy, who: str) -> CaseStudy:
    """Return ``study`` with every doubtful part confirmed by ``who``; refuted ones stay so."""
    return CaseStudy(
        facts=tuple(confirmed_part(fact, who) for fact in study.facts),
        statements=tuple(confirmed_part(one, who) for one in study.statements),
        tags=tuple(confirmed_part(tag, who) for tag in study.tags),
    )


def confirmed_part(part: AnyPart, who: str) -> AnyPart:
    """Return ``part`` confirmed by ``who`` if it is doubtful and not confirmed yet."""
    if part.support.level is not SupportLevel.DOUBTFUL or part.support.confirmed_by:
        return part
    support = part.support.model_copy(update={"confirmed_by": who})
    return cast("AnyPart", part.model_copy(update={"support": support}))


def quoted(doubts: Sequence[Doubt]) -> str:
    """Return the texts in quotation marks, long ones cut, and how many more there are."""
    lines = [" ".join(doubt.text.split()) for doubt in doubts[:_NAMED]]
    cut = [line if len(line) <= _LONGEST else f"{line[:_LONGEST].rstrip()}…" for line in lines]
    more = f" and {len(doubts) - _NAMED} more" if len(doubts) > _NAMED else ""
    return ", ".join(f"“{line}”" for line in cut) + more
