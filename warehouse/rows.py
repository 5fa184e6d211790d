"""Typed rows and their tables: each field is a column, encoded and decoded here."""

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from inspect import isclass
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin

from schemas.audit import AuditSeal
from schemas.batches import Batch, BatchEvent, Look, Watch, WatchedItem
from schemas.cases import Fact, Statement, Tag
from schemas.companies import CompanyChange, CompanyName
from schemas.findings import FindingSet
from schemas.frozen import Frozen
from schemas.generations import Generation, Order, OrderEvent
from schemas.imports import ImportRecord
from schemas.inbox import ReadMessage
from schemas.mistakes import Mistake, MistakeRuling
from schemas.readings import Reading, ReadingShare
from schemas.reports import Report, ReportEvent
from schemas.results import Failure, OpenFailure
from schemas.reviews import Account, Case, Publication, Review, Revision, SavedView, Triage
from schemas.rounds import Round
from schemas.sources import (
    Alias,
    ArchivedCopy,
    Check,
    Document,
    SelectedText,
    Snapshot,
    Source,
    SourceRef,
)
from schemas.subjects import SubjectChange
from schemas.systems import Placement, SystemDecision, SystemName
from schemas.taxonomy import TermProposal, TermRuling

_Processed = (
    Source | SelectedText | Alias | Snapshot | Document | Triage | Generation | Failure | Check
)
_Decided = Case | Revision | Review | Publication | TermProposal | TermRuling | Report | ReportEvent
_Named = Account | SavedView | ImportRecord | CompanyChange | CompanyName | SubjectChange
_Placed = SystemDecision | Placement | SystemName | FindingSet | Round | ReadMessage
_Checked = Reading | ReadingShare | Mistake | MistakeRuling
_Ordered = Order | OrderEvent | AuditSeal | ArchivedCopy
StoredRow = (
    _Processed
    | _Decided
    | _Named
    | _Placed
    | _Checked
    | _Ordered
    | BatchEvent
    | Watch
    | WatchedItem
    | Look
)
Values = dict[str, Any]
TableKey = tuple[str, str]  # a table, and the columns that identify a row or its parent
T = TypeVar("T", bound=Frozen)

_BY_ID = (Source, Snapshot, Document, Triage, Generation, Case, Revision, Review, Publication)
TABLES: Mapping[type[Frozen], TableKey] = {
    **{kind: (f"{kind.__name__.lower()}s", f"{kind.__name__.lower()}_id") for kind in _BY_ID},
    Report: ("reports", "report_id"),
    Failure: ("failures", "failure_id"),
    Alias: ("aliases", "source_id, same_as, found_at"),
    ImportRecord: ("import_records", "case_id, document_id, file_sha256"),
    SelectedText: ("selections", "source_id, text, who"),
    Check: ("checks", "source_id, checked_at"),
    ArchivedCopy: ("archived_copies", "source_id, asked_at"),
    Account: ("accounts", "name, happened_at"),
    SavedView: ("saved_views", "who, name, happened_at"),
    Round: ("rounds", "round_id, happened_at"),
    ReadMessage: ("read_messages", "who, review_id, happened_at"),
    Batch: ("batches", "batch_id"),
    BatchEvent: ("batch_events", "batch_id, step, happened_at"),
    AuditSeal: ("audit_seals", "n"),
    Order: ("orders", "order_id"),
    OrderEvent: ("order_events", "order_id, step, happened_at"),
    Watch: ("watches", "watch_id, changed_at"),
    WatchedItem: ("watched_items", "watch_id, source_id, happened_at"),
    Look: ("looks", "watch_id, happened_at"),
    ReportEvent: ("report_events", "report_id, happened_at"),
    CompanyChange: ("company_changes", "company_id, happened_at"),
    CompanyName: ("company_names", "name, happened_at"),
    SubjectChange: ("subjects", "source_id, subject_id, happened_at"),
    SystemDecision: ("system_decisions", "decision_id"),
    Placement: ("placements", "case_id, decision_id"),
    SystemName: ("system_names", "system_id, decision_id"),
    FindingSet: ("finding_sets", "set_id"),
    Reading: ("readings", "draft_id, n, who, happened_at"),
    ReadingShare: ("reading_shares", "happened_at"),
    Mistake: ("mistakes", "mistake_id"),
    MistakeRuling: ("mistake_rulings", "mistake_id, happened_at"),
    TermProposal: ("term_proposals", "key, document_id"),
    TermRuling: ("term_rulings", "key, happened_at"),
}
# Columns whose name differs from the field's, mostly because SQL reserves it.
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
    **{(ImportRecord, name): f"record_{name}" for name in ("url", "created", "updated")},
    (ImportRecord, "record"): "record_key",
}


def encode(row: Frozen) -> Values:
    """Return the values of a row by column, as JSON, and some values without a column."""
    values = _flat(type(row), row.model_dump(mode="json"))
    if isinstance(row, Document):
        values["tail"] = row.text[row.passages[-1].end if row.passages else 0 :]
    return values


def decode(kind: type[T], row: Values, **parts: object) -> T:
    """Return the object of a row; ``parts`` are the fields stored in other tables."""
    whole = {name: tuple(v) if isinstance(v, list) else v for name, v in parts.items()}
    return kind.model_validate(_nested(kind, row, parts) | whole)


def encoded(rows: Iterable[Frozen], now: datetime) -> dict[TableKey, list[Values]]:
    """Return the values of distinct rows and their parts, by table and key.

    Each row is stored a microsecond after the one before, from ``now`` on, to keep their order.
    """
    found: dict[TableKey, list[Values]] = {}
    seen: set[tuple[object, ...]] = set()
    for row in rows:
        table = TABLES[type(row)]
        stored_at = now + timedelta(microseconds=len(seen))
        values = encode(row) | {"stored_at": stored_at.isoformat()}
        key = (table, *(values[column] for column in table[1].split(", ")))
        if key not in seen:
            seen.add(key)
            for place, part in ((table, values), *_children(row)):
                found.setdefault(place, []).append(part)
    return found


@cache
def _fields(kind: type[Frozen]) -> tuple[tuple[str, str, type[Frozen] | None], ...]:
    """Return each field with its column, and the type of a nested object stored as columns."""
    fields = []
    stored = (item for item in kind.model_fields.items() if not item[1].exclude)
    for name, field in stored:
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


def _children(row: Frozen) -> Iterator[tuple[TableKey, Values]]:
    if isinstance(row, Document):
        end = 0
        for passage in row.passages:
            gap, end = row.text[end : passage.start], passage.end
            own = {"document_id": row.document_id, "gap": gap, "text": row.passage_text(passage)}
            yield ("passages", "document_id"), encode(passage) | own
    if isinstance(row, Revision):
        study = row.study
        yield from _parts(row.revision_id, "facts", "name", study.facts)
        yield from _parts(row.revision_id, "statements", "n", study.statements)
        yield from _parts(row.revision_id, "case_tags", "slug", study.tags)
    if isinstance(row, FindingSet):
        for one in row.findings:
            yield ("findings", "set_id"), encode(one) | {"set_id": row.set_id}
    if isinstance(row, Report):
        yield from _report_parts(row)


def _report_parts(report: Report) -> Iterator[tuple[TableKey, Values]]:
    """Yield the sentences of a report, each with its citations, and its numbers."""
    own = {"report_id": report.report_id}
    for n, section in enumerate(report.sections, start=1):
        for one in section.sentences:
            about = {"section_n": n, "heading": section.heading, "tag": section.tag}
            yield ("report_sentences", "report_id"), encode(one) | about | own
            for i, citation in enumerate(one.citations, start=1):
                place = {"sentence_n": one.n, "i": i}
                yield ("report_citations", "report_id"), encode(citation) | place | own
    for n, number in enumerate(report.numbers, start=1):
        yield ("report_numbers", "report_id"), encode(number) | {"n": n} | own


def _parts(
    revision_id: str, table: str, key: str, parts: Iterable[Fact | Statement | Tag]
) -> Iterator[tuple[TableKey, Values]]:
    """Yield facts, statements or tags, each with its evidence."""
    for n, part in enumerate(parts, start=1):
        own = {"revision_id": revision_id}
        yield (table, "revision_id"), {"n": n} | encode(part) | own
        own |= {"part": type(part).__name__.lower(), "key": str(getattr(part, key))}
        for i, evidence in enumerate(part.evidence, start=1):
            yield ("evidence", "revision_id"), encode(evidence) | own | {"i": i}
