"""What a curator can change in a case study, as values that forms, scripts and commands send."""

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from pydantic import Field

from schemas.cases import FactName, Section
from schemas.frozen import Frozen

MeasurePart = Literal["metric", "qualifier", "value", "unit", "baseline", "sample", "method"]


class SetFact(Frozen):
    """Give a fact a value, or none; a given quote replaces its quotes."""

    action: Literal["set_fact"] = "set_fact"
    name: FactName
    value: str | None = None
    quote: str | None = None


class SetStatement(Frozen):
    """Reword statement ``n``; a given quote replaces its quotes."""

    action: Literal["set_statement"] = "set_statement"
    n: int
    text: str
    quote: str | None = None


class SetMeasure(Frozen):
    """Set the given parts of what result ``n`` measures; an empty part means "not stated"."""

    action: Literal["set_measure"] = "set_measure"
    n: int
    parts: Mapping[MeasurePart, str | None]


class Confirm(Frozen):
    """Accept a doubtful part: a statement by ``n``, a fact by ``name`` or a tag by ``slug``."""

    action: Literal["confirm"] = "confirm"
    n: int | None = None
    name: FactName | None = None
    slug: str | None = None


class DropStatement(Frozen):
    """Remove statement ``n``."""

    action: Literal["drop_statement"] = "drop_statement"
    n: int


class AddStatement(Frozen):
    """Add a statement with a quote; ``answers`` is the ``n`` of the challenge it solves."""

    action: Literal["add_statement"] = "add_statement"
    section: Section
    text: str
    quote: str
    answers: int | None = None


class AddTag(Frozen):
    """Add a term of the taxonomy, with a quote or else the sentence that names it."""

    action: Literal["add_tag"] = "add_tag"
    slug: str
    quote: str | None = None


class DropTag(Frozen):
    """Remove a tag."""

    action: Literal["drop_tag"] = "drop_tag"
    slug: str


Change = Annotated[
    SetFact | SetStatement | SetMeasure | Confirm | DropStatement | AddStatement | AddTag | DropTag,
    Field(discriminator="action"),
]

CHANGES = {kind.model_fields["action"].default: kind for kind in get_args(get_args(Change)[0])}
"""The kinds of changes by their ``action``."""
