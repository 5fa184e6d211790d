"""The parts of a case study that a page can name: facts, statements and tags."""

from typing import TypeVar, cast

from schemas.cases import CaseStudy, Fact, Part, Statement, Tag

PartT = TypeVar("PartT", bound=Part)


def part_id(part: Part) -> str:
    """Return the id of a part within its case: ``s-3``, ``f-company`` or ``t-rag``."""
    match part:
        case Statement():
            return f"s-{part.n}"
        case Fact():
            return f"f-{part.name}"
        case Tag():
            return f"t-{part.slug}"


def parts_of(study: CaseStudy) -> list[Part]:
    """Return the facts with a value, the statements and the tags."""
    return [*(fact for fact in study.facts if fact.value), *study.statements, *study.tags]


def find_part(study: CaseStudy, wanted: str | None) -> Part | None:
    """Return the part with an id, or None."""
    return next((part for part in parts_of(study) if part_id(part) == wanted), None)


def text_of(part: Part) -> str:
    """Return the text of a statement, the value of a fact, or the label of a tag."""
    match part:
        case Statement():
            return part.text
        case Fact():
            return part.value or ""
        case Tag():
            return part.label


def updated(part: PartT, **fields: object) -> PartT:
    """Return a copy of a part with other ``fields``."""
    return cast("PartT", part.model_copy(update=fields))
