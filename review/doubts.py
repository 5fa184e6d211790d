"""The parts of a case study that readers would not see, and their confirmation by a curator."""

from collections.abc import Sequence
from typing import NamedTuple

from publishing.gate import readable
from review.parts import PartT, part_id, updated
from schemas.cases import FACT_LABELS, CaseStudy, Part, Support, SupportLevel
from schemas.errors import InvalidDecision
from schemas.overruling import overruled

_NAMED = 5  # parts that a message spells out
_LONGEST = 120


class Doubt(NamedTuple):
    """A part that is held back."""

    part_id: str
    text: str
    support: Support


def held_back(study: CaseStudy) -> list[Doubt]:
    """Return the parts that readers would not see: statements, then facts and tags."""
    gated = readable(study)
    facts = (fact for fact in gated.facts_held_back if fact.value is not None)
    found: list[tuple[Part, str]] = [
        *((statement, statement.text) for statement in gated.held_back),
        *((fact, f"{FACT_LABELS[fact.name]}: {fact.value}") for fact in facts),
        *((tag, f"Tag: {tag.label}") for tag in gated.tags_held_back),
    ]
    return [Doubt(part_id(part), text, part.support) for part, text in found]


def confirmed(study: CaseStudy, who: str) -> CaseStudy:
    """Return ``study`` with every doubtful or unjudged part confirmed by ``who``."""
    return study.map_parts(lambda one: confirmed_part(one, who) if one.support.is_doubtful else one)


def confirmed_part(part: PartT, who: str, why: str = "") -> PartT:
    """Return ``part``, confirmed by ``who`` if it is unconfirmed and needs it.

    Readers see ``why`` a refuted part is kept; InvalidDecision is raised if there is no reason.
    """
    support = part.support
    if support.is_publishable:
        return part
    if support.level is not SupportLevel.REFUTED:
        return updated(part, support=support.model_copy(update={"confirmed_by": who}))
    if not why.strip():
        raise InvalidDecision("the part is refuted: give a reason to keep it; readers will see it")
    return updated(part, support=overruled(support, who, why))


def quoted(doubts: Sequence[Doubt]) -> str:
    """Return the texts in quotation marks, shortened, and the number of further ones."""
    lines = [" ".join(doubt.text.split()) for doubt in doubts[:_NAMED]]
    cut = [line if len(line) <= _LONGEST else f"{line[:_LONGEST].rstrip()}…" for line in lines]
    more = f" and {len(doubts) - _NAMED} more" if len(doubts) > _NAMED else ""
    return ", ".join(f"“{line}”" for line in cut) + more
