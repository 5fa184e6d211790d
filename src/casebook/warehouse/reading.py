"""From the rows of a query to the types that reading gives back."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from casebook.schemas.batches import SourceStanding
from casebook.schemas.copies import Twin
from casebook.schemas.documents import Document, Reading
from casebook.schemas.failures import Failure
from casebook.schemas.frozen import Frozen
from casebook.schemas.listings import CaseSummary, CaseView, OpenFailure, RefusedSource
from casebook.schemas.recipes import Making, Recipe
from casebook.schemas.reviews import Case, CaseStatus, Publication, Review, Revision
from casebook.schemas.sources import Source
from casebook.schemas.triage import Triage
from casebook.warehouse.records import TABLES, decode
from casebook.warehouse.sql import bound, queries

# A row of a query: its values by column name, of the types DuckDB gives.
Found = Mapping[str, Any]


def rows(connection: duckdb.DuckDBPyConnection, name: str, **values: object) -> list[Found]:
    """Run the query called ``name`` with bound ``values`` and return what it finds."""
    result = connection.execute(queries()[name], bound(values))
    columns = [column[0] for column in result.description]
    return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]


def stored(
    connection: duckdb.DuckDBPyConnection, kind: type[Frozen], name: str, **values: object
) -> list[str]:
    """Return the bodies of the rows of a ``kind`` whose places the query called ``name`` gives.

    In the order of the query, and in a statement of their own, of which DuckDB knows beforehand
    which groups of rows it need not open.
    """
    places = [row["entry"] for row in rows(connection, name, **values)]
    if not places:
        return []
    statement = f"""
        SELECT body FROM {TABLES[kind].name}
        WHERE entry BETWEEN $first AND $last AND list_contains($places::BIGINT[], entry)
        ORDER BY list_position($places::BIGINT[], entry)
    """  # noqa: S608 - our names
    asked = {"first": min(places), "last": max(places), "places": places}
    return [body for (body,) in connection.execute(statement, bound(asked)).fetchall()]


def document(body: str, read: str | None = None) -> Document:
    """Return a document as it was read last; ``read`` is the newest reading of it, if any."""
    found = decode(Document, body)
    return found.as_read(decode(Reading, read)) if read else found


def case_summary(row: Found) -> CaseSummary:
    """Return the line of one case; its counts lie in the row as JSON."""
    counts = {name: json.loads(row[name]) for name in ("statements", "support")}
    return CaseSummary.model_validate({**row, **counts})


def case_view(row: Found, revisions: Sequence[Found], reviews: Sequence[Found]) -> CaseView:
    """Put one case together from its row and the rows of its history."""
    return CaseView(
        case=decode(Case, row["case"]),
        status=CaseStatus(row["status"]),
        source=decode(Source, row["source"]),
        document=document(row["document"], row["reading"]),
        triage=row["triage"] and decode(Triage, row["triage"]),
        revision=decode(Revision, row["revision"]),
        revisions=[decode(Revision, one["body"]) for one in revisions],
        reviews=[decode(Review, one["body"]) for one in reviews],
        published=row["published"] and decode(Publication, row["published"]),
    )


def making(row: Found) -> Making:
    """Return how one case's current revision was made."""
    told = {name: row[name] for name in row if name in Making.model_fields}
    made = {
        "status": CaseStatus(row["status"]),
        "revision": decode(Revision, row["revision"]),
        "recipe": row["recipe"] and decode(Recipe, row["recipe"]),
        "waiting": row["waiting"] and decode(Revision, row["waiting"]),
    }
    return Making.model_validate({**told, **made})


def open_failure(row: Found) -> OpenFailure:
    """Return one failure with how to try its source again."""
    source = decode(Source, row["source"])
    return OpenFailure(
        failure=decode(Failure, row["failure"]),
        reference=source.reference,
        kind=source.kind,
        attempts=row["attempts"],
    )


def refused_source(row: Found) -> RefusedSource:
    """Return one refused source with the verdict."""
    return RefusedSource(
        source=decode(Source, row["source"]),
        document_id=row["document_id"],
        title=row["title"],
        triage=decode(Triage, row["triage"]),
    )


def standing(row: Found) -> SourceStanding:
    """Return where one source stands."""
    failed = row["standing"] == "failed"
    failure = decode(Failure, row["failure"]) if failed else None
    return SourceStanding.model_validate({**row, "failure": failure})


def current(pairs: Sequence[Found], newest: Sequence[Found]) -> list[Found]:
    """Return the pairs of which both texts are the newest of their sources."""
    read = {(row["source_id"], row["document_id"]) for row in newest}
    return [
        pair
        for pair in pairs
        if (pair["mine"], pair["mine_read"]) in read
        and (pair["source_id"], pair["document_id"]) in read
    ]


def twins(
    pairs: Sequence[Found], known: Sequence[Found], standing: Sequence[Found]
) -> dict[str, list[Twin]]:
    """Return the near-copies that ``pairs`` name, by the source they are asked for, in their order.

    ``known`` tells of each other document its source's address and case, ``standing`` how cases
    stand, and the title of what is current of them.
    """
    others = {row["document_id"]: row for row in known}
    cases = {row["case_id"]: row for row in standing}
    found: dict[str, list[Twin]] = {}
    for pair in pairs:
        other = others[pair["document_id"]]
        case: Found = cases.get(other["case_id"], {})
        twin = Twin(
            source_id=pair["source_id"],
            case_id=other["case_id"],
            status=case.get("status"),
            title=case.get("title") or other["title"],
            url=other["url"],
            share=pair["share"],
            other_share=pair["other_share"],
        )
        found.setdefault(pair["mine"], []).append(twin)
    return found
