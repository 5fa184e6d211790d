"""Changes to a case study, as forms, scripts and commands send them.

A ``part`` is the id of a statement, fact or tag: ``s-3``, ``f-company``, ``t-rag``.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field

from schemas.cases import FactName, Section
from schemas.frozen import Frozen

MeasurePart = Literal["metric", "qualifier", "value", "unit", "baseline", "sample", "method"]


class SetFact(Frozen):
    """Set or clear the value of a fact; a quote is added to its quotes."""

    action: Literal["set_fact"] = "set_fact"
    name: FactName
    value: str | None = None
    quote: str | None = None


class SetStatement(Frozen):
    """Reword statement ``n``; a quote is added to its quotes.

    ``rests_on`` replaces the numbers of the statements that support a summary sentence.
    """

    action: Literal["set_statement"] = "set_statement"
    n: int
    text: str | None = None
    quote: str | None = None
    rests_on: tuple[int, ...] | None = None


class SetMeasure(Frozen):
    """Set parts of the measure of result ``n``; an empty part means "not stated"."""

    action: Literal["set_measure"] = "set_measure"
    n: int
    parts: Mapping[MeasurePart, str | None]


class Confirm(Frozen):
    """Confirm a doubtful or unjudged part, or keep a refuted one for a ``reason``.

    Readers see the reason.
    """

    action: Literal["confirm"] = "confirm"
    part: str
    reason: str | None = None


class Drop(Frozen):
    """Remove a part."""

    action: Literal["drop"] = "drop"
    part: str


class AddStatement(Frozen):
    """Add a statement with a quote; ``answers`` is the ``n`` of the challenge it solves."""

    action: Literal["add_statement"] = "add_statement"
    section: Section
    text: str
    quote: str
    answers: int | None = None


class AddQuote(Frozen):
    """Add quotes to a part, one per line; each is extended to whole sentences."""

    action: Literal["add_quote"] = "add_quote"
    part: str
    quote: str


class DropQuote(Frozen):
    """Remove a quote, given exactly as stored, from a part that has others."""

    action: Literal["drop_quote"] = "drop_quote"
    part: str
    quote: str


class PutBack(Frozen):
    """Restore statement ``n`` of an earlier revision."""

    action: Literal["put_back"] = "put_back"
    revision_id: str
    n: int


class AddTag(Frozen):
    """Tag the case with a term, with a quote or by default the sentence that names it."""

    action: Literal["add_tag"] = "add_tag"
    slug: str
    quote: str | None = None


class Move(Frozen):
    """Move a statement to the end of another ``section``, or ``by`` some places within its own."""

    action: Literal["move"] = "move"
    part: str
    section: Section | None = None
    by: int = 0


class Split(Frozen):
    """Cut statement ``n`` in two, with their texts and the numbers of the quotes of each.

    Quotes are numbered from 1 as stored; without numbers, both keep all of them.
    """

    action: Literal["split"] = "split"
    n: int
    text: str
    rest: str
    quotes: tuple[int, ...] | None = None
    rest_quotes: tuple[int, ...] | None = None


class Merge(Frozen):
    """Join statement ``n`` and an ``other`` one of its section, with the quotes of both.

    The text is by default that of both.
    """

    action: Literal["merge"] = "merge"
    n: int
    other: int
    text: str | None = None


def _lines(value: object) -> object:
    return (
        tuple(filter(None, map(str.strip, value.splitlines()))) if isinstance(value, str) else value
    )


Names = Annotated[tuple[str, ...], BeforeValidator(_lines)]


class SetSpeakers(Frozen):
    """Correct who speaks for whom in a conversation, one name per line in forms.

    A name is that of the passages, or "Ana Lo (Speaker 1)".
    """

    action: Literal["set_speakers"] = "set_speakers"
    hosts: Names = ()
    guests: Names = ()
    guests_company: str | None = None
    guests_system: str | None = None


Change = Annotated[
    SetFact
    | SetStatement
    | SetMeasure
    | Confirm
    | Drop
    | AddStatement
    | AddQuote
    | DropQuote
    | PutBack
    | AddTag
    | Move
    | Split
    | Merge
    | SetSpeakers,
    Field(discriminator="action"),
]

CHANGES = {kind.model_fields["action"].default: kind for kind in get_args(get_args(Change)[0])}
"""The kinds of changes by their ``action``."""


def part_of(change: Change) -> str | None:
    """Return the part that a change modifies, None if it adds one."""
    if isinstance(change, SetFact):
        return f"f-{change.name}"
    if isinstance(change, SetStatement | SetMeasure | Split | Merge):
        return f"s-{change.n}"
    return getattr(change, "part", None)


def note_on(changes: Sequence[Change]) -> str | None:
    """Return the note in the history for rearranged statements, None for other changes."""
    notes = {
        "move": "Moved a statement.", "split": "Split a statement.", "merge": "Merged statements.",
    }  # fmt: skip
    found = dict.fromkeys(notes[one.action] for one in changes if one.action in notes)
    return " ".join(found) or None
