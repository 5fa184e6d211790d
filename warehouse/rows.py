"""Typed rows and the tables that hold them: a column is a field of the type."""

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from inspect import isclass
from types import UnionType
from typing import Any, NamedTuple, TypeVar, get_args, get_origin

from schemas.batches import Batch, BatchEvent, BatchItem
from schemas.cases import CaseStudy, Evidence, Fact, Statement, Tag
from schemas.checks import Check
from schemas.documents import Document, Passage
from schemas.failures import Failure
from schemas.frozen import Frozen
from schemas.generations import Generation
from schemas.reviews import Case, Publication, Review, Revision
from schemas.sources import Alias, Snapshot, Source, SourceRef
from schemas.terms import TermProposal, TermRuling
from schemas.triage import Triage
from schemas.views import OpenFailure
from schemas.watches import Look, Watch, WatchedItem

_Processed = Source | Alias | Snapshot | Document | Triage | Generation | Failure | Check
_Decided = Case | Revision | Review | Publication | TermProposal | TermRuling
Row = _Processed | _Decided | BatchEvent | Watch | WatchedItem | Look
"""What ``Warehouse.append`` takes."""

Values = dict[str, Any]
T = TypeVar("T", bound=Frozen)


class Table(NamedTuple):
    """Where rows of a type are stored; ``key`` are the columns of its id, or its parent's."""

    name: str
    key: tuple[str, ...]


TABLES: Mapping[type[Frozen], Table] = {
    Source: Table("sources", ("source_id",)),
    Alias: Table("aliases", ("source_id", "same_as", "found_at")),
    Snapshot: Table("snapshots", ("snapshot_id",)),
    Document: Table("documents", ("document_id",)),
    Passage: Table("passages", ("document_id",)),
    Triage: Table("triages", ("triage_id",)),
    Generation: Table("generations", ("generation_id",)),
    Case: Table("cases", ("case_id",)),
    Revision: Table("revisions", ("revision_id",)),
    Fact: Table("facts", ("revision_id",)),
    Statement: Table("statements", ("revision_id",)),
    Evidence: Table("evidence", ("revision_id",)),
    Tag: Table("case_tags", ("revision_id",)),
    Review: Table("reviews", ("review_id",)),
    Publication: Table("publications", ("publication_id",)),
    Failure: Table("failures", ("failure_id",)),
    Check: Table("checks", ("source_id", "checked_at")),
    Batch: Table("batches", ("batch_id",)),
    BatchItem: Table("batch_items", ("batch_id",)),
    BatchEvent: Table("batch_events", ("batch_id", "step", "happened_at")),
    Watch: Table("watches", ("watch_id", "changed_at")),
    WatchedItem: Table("watched_items", ("watch_id", "source_id", "happened_at")),
    Look: Table("looks", ("watch_id", "happened_at")),
    TermProposal: Table("term_proposals", ("key", "document_id")),
    TermRuling: Table("term_rulings", ("key", "happened_at")),
}
# Columns that are not called as the field, mostly because SQL reserves its name.
_RENAMED = {
    "answers": "answers_n",
    "at": "happened_at",
    "end": "end_offset",
    "group": "term_group",
    "level": "support",
    "source": "submitted",
    "start": "start_offset",
}
_RENAMED_IN: Mapping[tuple[type[Frozen], str], str] = {
    (OpenFailure, "kind"): "source_kind",
    (SourceRef, "url"): "origin_url",
}
# Fields that are kept as rows of their own.
_PARTS: Mapping[type[Frozen], set[str]] = {
    Document: {"passages", "text"},
    Revision: {"study"},
    **{kind: {"evidence"} for kind in (Fact, Statement, Tag)},
}


def encode(row: Frozen) -> Values:
    """Return the values of a row by column, as JSON values."""
    flat = _flat(type(row), row.model_dump(mode="json", exclude=_PARTS.get(type(row))))
    if isinstance(row, Document):
        flat["tail"] = row.text[row.passages[-1].end if row.passages else 0 :]
    return flat


def decode(kind: type[T], row: Values, **children: object) -> T:
    """Return the object of a row; ``children`` are the fields that are rows of their own."""
    return kind.model_validate(_nested(kind, row, children) | children)


def encoded(rows: Iterable[Frozen], now: datetime) -> dict[type[Frozen], list[Values]]:
    """Return the values of rows, each once, and of those that they consist of, by type.

    Each gets the next microsecond from ``now`` as its place in the order of storing.
    """
    found: dict[type[Frozen], list[Values]] = {}
    seen: set[tuple[object, ...]] = set()
    for row in rows:
        stored_at = now + timedelta(microseconds=len(seen))
        values = encode(row) | {"stored_at": stored_at.isoformat()}
        key = (type(row), *(values[column] for column in TABLES[type(row)].key))
        if key not in seen:
            seen.add(key)
            for kind, part in ((type(row), values), *_children(row)):
                found.setdefault(kind, []).append(part)
    return found


@cache
def _fields(kind: type[Frozen]) -> tuple[tuple[str, str, type[Frozen] | None], ...]:
    """Return each field with its column, and the type of one that is stored as columns itself."""
    fields = []
    for name, field in kind.model_fields.items():
        kinds = get_args(field.annotation) or (field.annotation,)
        is_one = get_origin(field.annotation) in {None, UnionType}
        inner = next((k for k in kinds if is_one and isclass(k) and issubclass(k, Frozen)), None)
        column = _RENAMED_IN.get((kind, name)) or _RENAMED.get(name, name)
        fields.append((name, column, inner))
    return tuple(fields)


def _flat(kind: type[Frozen], values: Values) -> Values:
    flat: Values = {}
    for name, column, inner in _fields(kind):
        if name in values and inner is None:
            flat[column] = values[name]
        elif inner and values.get(name):
            flat |= _flat(inner, values[name])
    return flat


def _nested(kind: type[Frozen], row: Values, skipped: Container[str] = ()) -> Values:
    values: Values = {}
    for name, column, inner in _fields(kind):
        if name in skipped:
            continue
        value = row[column] if inner is None else _nested(inner, row)
        if inner and all(part is None for part in value.values()):
            value = None
        values[name] = tuple(value) if isinstance(value, list) else value
    if isinstance(values.get("parameters"), str):  # DuckDB returns JSON as text
        values["parameters"] = json.loads(values["parameters"])
    return values


def _children(row: Frozen) -> Iterator[tuple[type[Frozen], Values]]:
    if isinstance(row, Document):
        yield from _passages(row)
    if isinstance(row, Revision):
        own = {"revision_id": row.revision_id}
        for part, name, key, n in _named(row.study):
            yield type(part), {"n": n} | encode(part) | own
            place = own | {"part": name, "key": str(key)}
            for i, evidence in enumerate(part.evidence, start=1):
                yield Evidence, encode(evidence) | place | {"i": i}


def _passages(document: Document) -> Iterator[tuple[type[Frozen], Values]]:
    """Yield the passages, each with its text and what stands before it."""
    end = 0
    for passage in document.passages:
        gap, end = document.text[end : passage.start], passage.end
        text = {"gap": gap, "text": document.passage_text(passage)}
        yield Passage, encode(passage) | text | {"document_id": document.document_id}


def _named(study: CaseStudy) -> Iterator[tuple[Fact | Statement | Tag, str, str | int, int]]:
    """Yield each part with what ``evidence`` calls it, and its number among its like."""
    for n, fact in enumerate(study.facts, start=1):
        yield fact, "fact", fact.name, n
    for statement in study.statements:
        yield statement, "statement", statement.n, statement.n
    for n, tag in enumerate(study.tags, start=1):
        yield tag, "tag", tag.slug, n
