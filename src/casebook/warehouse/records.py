"""How each stored type lies in its table: one JSON body, and beside it the columns people query."""

import base64
import json
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from operator import getitem
from typing import TypeVar

from pydantic import ValidationError

from casebook.schemas.batches import BatchEvent, ListedBatch
from casebook.schemas.checks import Check
from casebook.schemas.companies import CompanyAlias
from casebook.schemas.copies import NearCopy, Sketch
from casebook.schemas.documents import Document, Reading
from casebook.schemas.errors import WarehouseError
from casebook.schemas.failures import Failure
from casebook.schemas.frozen import Frozen
from casebook.schemas.generations import Generation, Waste
from casebook.schemas.recipes import Recipe
from casebook.schemas.reviews import Case, Publication, Review, Revision
from casebook.schemas.sources import Alias, Snapshot, Source
from casebook.schemas.terms import TermDecision, TermProposal
from casebook.schemas.triage import Triage
from casebook.schemas.watches import Look, Watch

Row = (
    Source
    | Snapshot
    | Document
    | Triage
    | Generation
    | Case
    | Revision
    | Review
    | Publication
    | Failure
    | ListedBatch
    | BatchEvent
    | Watch
    | Look
    | TermProposal
    | TermDecision
    | CompanyAlias
    | Reading
    | Alias
    | Sketch
    | NearCopy
    | Check
    | Waste
    | Recipe
)

T = TypeVar("T", bound=Frozen)

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def _nothing(_: Row) -> dict[str, str]:
    return {}


def _counts(row: Row) -> dict[str, str]:
    assert isinstance(row, Revision)  # noqa: S101 - TABLES pairs the two
    study = row.case_study
    return {"statements": json.dumps(study.counts()), "support": json.dumps(study.support_counts())}


def _size(row: Row) -> dict[str, int]:
    assert isinstance(row, ListedBatch)  # noqa: S101 - TABLES pairs the two
    return {"size": len(row.items)}


@dataclass(frozen=True)
class Table:
    """A table's name and columns.

    ``columns`` maps a column to the place of its value in the object, as a dotted path; ``derived``
    gives the columns that the object does not hold as such. Whether its bodies are ``packed``: long
    ones, into which no query looks.
    """

    name: str
    columns: Mapping[str, str]
    derived: Callable[[Row], Mapping[str, object]] = _nothing
    packed: bool = False


def _table(
    name: str,
    same: str,
    derived: Callable[[Row], Mapping[str, object]] = _nothing,
    *,
    packed: bool = False,
    **renamed: str,
) -> Table:
    columns = {column: column for column in same.split()} | renamed
    return Table(name, columns, derived, packed)


TABLES: Mapping[type[Frozen], Table] = {
    Source: _table("sources", "source_id kind canonical_url submitted_by submitted_at"),
    Snapshot: _table(
        "snapshots", "snapshot_id source_id final_url media_type sha256 size fetched_at"
    ),
    Document: _table(
        "documents",
        "document_id source_id snapshot_id kind extractor url title site language published",
        packed=True,
    ),
    Triage: _table("triages", "triage_id document_id rubric model verdict decided_at", packed=True),
    Generation: _table(
        "generations",
        "generation_id document_id stage prompt prompt_version model endpoint seconds attempts"
        " created_at",
        packed=True,
        prompt_tokens="usage.prompt_tokens",
        completion_tokens="usage.completion_tokens",
        cost_usd="usage.cost_usd",
    ),
    Case: _table("cases", "case_id source_id created_at"),
    Revision: _table(
        "revisions",
        "revision_id case_id parent_id document_id made_by author recipe_id strategy created_at",
        _counts,
        packed=True,
        title="case_study.title.value",
        company="case_study.company.value",
        industry="case_study.industry.value",
        year="case_study.year.value",
    ),
    Review: _table("reviews", "review_id case_id revision_id decision who", decided_at="at"),
    Publication: _table(
        "publications",
        "publication_id case_id revision_id target content_hash withdrawn",
        published_at="at",
    ),
    Failure: _table("failures", "failure_id source_id stage kind transient", failed_at="at"),
    ListedBatch: _table("batches", "batch_id origin created_by created_at", _size),
    Waste: _table(
        "wastes",
        "waste_id question_id document_id stage model kind seconds attempts",
        prompt_tokens="usage.prompt_tokens",
        completion_tokens="usage.completion_tokens",
        cost_usd="usage.cost_usd",
        wasted_at="at",
    ),
    BatchEvent: _table("batch_events", "event_id batch_id step reason", happened_at="at"),
    Watch: _table("watches", "change_id watch_id address state changed_at"),
    Look: _table("looks", "look_id watch_id batch_id", looked_at="at"),
    TermProposal: _table("term_proposals", "proposal_id key document_id proposed_at"),
    TermDecision: _table("term_decisions", "decision_id key ruling who decided_at"),
    CompanyAlias: _table("company_aliases", "alias_id alias name who made_at"),
    Reading: _table(
        "readings",
        "reading_id source_id snapshot_id document_id extractor title published read_at",
        packed=True,
    ),
    Alias: _table("aliases", "alias_id source_id same_as url reason found_at"),
    Sketch: _table("sketches", "sketch_id document_id source_id method"),
    NearCopy: _table(
        "near_copies",
        "copy_id document_id source_id other_document_id other_source_id share other_share"
        " found_at",
    ),
    Check: _table("checks", "check_id source_id document_id result checked_at"),
    Recipe: _table("recipes", "recipe_id strategy model"),
}


@cache
def last_entry() -> str:
    """Return the statement for the last row's place in the log, 0 where there is none.

    The largest of each table by itself, which DuckDB knows without reading: of ``log``, all tables
    in one, it reads every place there is, 11 MB of 10,000 sources.
    """
    each = (f"SELECT max(entry) AS entry FROM {table.name}" for table in TABLES.values())  # noqa: S608 - our names
    return f"SELECT coalesce(max(entry), 0) FROM ({' UNION ALL '.join(each)})"  # noqa: S608


def encode(row: Row) -> dict[str, object]:
    """Return the values of the row's columns, ``entry`` left out.

    Lone surrogates, which neither JSON nor the database can hold, become U+FFFD: one character for
    one, so that offsets into a text stay true and a reader sees that something was there.
    """
    table = TABLES[type(row)]
    text = json.dumps(row.model_dump(mode="json"), ensure_ascii=False)
    body = _LONE_SURROGATE.sub("\ufffd", text)
    data = json.loads(body)
    columns = {name: reduce(getitem, path.split("."), data) for name, path in table.columns.items()}
    return {**columns, **table.derived(row), "body": pack(body) if table.packed else body}


def pack(body: str) -> str:
    """Return a body as ASCII of a third of its length or less: zlib's (RFC 1950), in base 64.

    What is stored of a source lies in memory until the next checkpoint, and as it is: it is the
    log's length that a batch pays for (ADR 0019).
    """
    return base64.b64encode(zlib.compress(body.encode())).decode("ascii")


def unpack(body: str) -> str:
    """Return a body as JSON; one that is no packed one stays as it is, as older versions stored it.

    Raises:
        ValueError: if it is neither.
    """
    if body.startswith("{"):
        return body
    try:
        return zlib.decompress(base64.b64decode(body, validate=True)).decode()
    except zlib.error as error:
        raise ValueError(error) from error


def decode(kind: type[T], body: str) -> T:
    """Return the object that ``body`` holds, packed or not.

    Raises:
        WarehouseError: if the body does not fit the type as this version of casebook knows it, or
            is damaged.
    """
    try:
        text = unpack(body)
    except ValueError as error:
        raise WarehouseError(
            f"A stored {kind.__name__} cannot be read ({error}): {body[:80]}"
        ) from error
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        raise WarehouseError(
            f"A stored {kind.__name__} does not fit this version of casebook"
            f" ({error.error_count()} fields, first {error.errors()[0]['loc']}): {text[:80]}"
        ) from error
