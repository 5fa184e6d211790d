"""Reads of whole cases: from their tables, or from copies that no newer row concerns."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, Protocol

from schemas.companies import Company
from schemas.errors import UnknownId
from schemas.imports import ImportRecord
from schemas.reviews import Case, CaseStatus, CaseView, Publication, Review, Revision, Triage
from schemas.sources import Document, Source
from schemas.subjects import SourceSubject, focus_of
from schemas.systems import CaseSystem, FormerSystem
from warehouse.access import DatabaseReader, fetch, objects
from warehouse.file import DatabaseFile
from warehouse.lake import Connection
from warehouse.parquet import as_dicts
from warehouse.rows import T, Values, decode

_MOST_KEPT = 200  # revisions and documents in memory
_OF_CASES = "cases", "reviews", "revisions", "publications"
_STATE_VIEWS = "current_publications", "case_decisions", "withdrawn_cases", "case_states"
_OWN_ROWS = "SELECT * FROM main.{} WHERE case_id = $case_id"
_VIEW_HEAD = re.compile(r"^CREATE VIEW \S+ AS |;\s*$")
_state_query: list[str] = []  # the same for every database of this version


class CaseCopies(Protocol):
    """Copies of cases without their companies, outdated by every newer row about a case."""

    def since(self) -> datetime:
        """Return the time until which changes are noted."""

    def note(self, changed: Sequence[Values]) -> datetime:
        """Mark the copies of changed cases, and return the time of the last change noted."""

    def find(self, case_ids: Sequence[str]) -> tuple[dict[str, CaseView], dict[str, CaseView]]:
        """Return valid copies by case id, and those of cases that only got decisions since."""

    def keep(self, views: Iterable[CaseView], seen: datetime) -> None:
        """Store the copies of cases, read when all changes until ``seen`` were visible."""


class CaseViewReads(DatabaseReader):
    """Reads of whole cases; recently read revisions and documents are cached."""

    _companies: tuple[object, dict[str, Company]] = (None, {})
    _copies: CaseCopies | None = None

    @cached_property
    def _memory(self) -> dict[str, Any]:
        return {}

    def use_copies(self, copies: CaseCopies) -> None:
        """Read cases from these copies while they are valid.

        A shared warehouse ignores them, because the clocks of its writers differ.
        """
        if isinstance(self._database, DatabaseFile):
            self._copies = copies

    def case(self, case_id: str) -> CaseView:
        """Return everything about one case, or raise UnknownId."""
        return self.case_views([case_id])[0]

    def case_views(self, case_ids: Sequence[str]) -> list[CaseView]:
        """Return everything about these cases, in that order, or raise UnknownId."""

        def work(connection: Connection) -> list[CaseView]:
            found = self._current(connection, case_ids)
            by_revision = {view.revision.revision_id: view for view in found}
            companies = self._companies_of(connection, by_revision)
            return [
                view.model_copy(update={"company": companies.get(one)})
                for one, view in by_revision.items()
            ]

        return self._read(work)

    def case_without_company(self, case_id: str) -> CaseView:
        """Return a case as ``case`` does, but faster: its company depends on all cases."""
        return self.cases_without_companies([case_id])[0]

    def cases_without_companies(self, case_ids: Sequence[str]) -> list[CaseView]:
        """Return these cases as ``case_views`` does, without their companies."""
        return self._read(lambda c: self._current(c, case_ids))

    def shown_views(
        self, case_ids: Sequence[str], which: Literal["published_revision_id", "next_revision_id"]
    ) -> list[CaseView]:
        """Return these cases as readers see them now, or after the next publication.

        Cases that readers do not see, and edits without approval, are left out.
        """

        def work(connection: Connection) -> dict[str, CaseView]:
            found = self._views(connection, case_ids, which)
            ids = [view.revision.revision_id for view in found.values()]
            companies = self._companies_of(connection, ids)
            return {
                case_id: view.model_copy(
                    update={"company": companies.get(view.revision.revision_id)}
                )
                for case_id, view in found.items()
            }

        found = self._read(work)
        return [found[case_id] for case_id in case_ids if case_id in found]

    def _current(self, connection: Connection, case_ids: Sequence[str]) -> list[CaseView]:
        """Return cases in their current state, or raise UnknownId."""
        if (copies := self._copies) is None:
            found = self._views(connection, case_ids)
        else:
            seen = copies.note(fetch(connection, "changed_cases", since=copies.since()))
            found, decided = copies.find(case_ids)
            for view in found.values():
                self._remember({one.revision_id: one for one in view.revisions})
                self._remember({view.document.document_id: view.document})
            read = self._renewed(connection, decided)
            if rest := [one for one in case_ids if one not in found and one not in read]:
                read |= self._views(connection, rest)
            copies.keep(read.values(), seen)
            found |= read
        if missing := [case_id for case_id in case_ids if case_id not in found]:
            raise UnknownId(f"there is no case {missing[0]}: `casebook list` shows all")
        return [found[case_id] for case_id in case_ids]

    def _renewed(
        self, connection: Connection, copies: Mapping[str, CaseView]
    ) -> dict[str, CaseView]:
        """Return cases in their new state; without those whose current document is another."""
        found = {}
        for case_id, copy in copies.items():
            for row in self._state(connection, case_id):
                changed = self._decided(connection, [case_id], [row])[case_id]
                if changed["revision"].document_id == copy.document.document_id:
                    found[case_id] = with_context(copy.model_copy(update=changed))
        return found

    def _decided(
        self, connection: Connection, case_ids: Sequence[str], states: Sequence[Values]
    ) -> dict[str, Values]:
        """Return the fields of the views of these cases that decisions change, by case id."""
        of_case: dict[str, list[str]] = defaultdict(list)
        for row in fetch(connection, "case_revision_ids", ids=case_ids):
            of_case[row["case_id"]].append(row["revision_id"])
        ids = [revision_id for found in of_case.values() for revision_id in found]
        revisions = self._cached(connection, Revision, "revisions_by_id", ids)
        reviews: dict[str, list[Review]] = defaultdict(list)
        for row in fetch(connection, "case_reviews", ids=case_ids):
            reviews[row["case_id"]].append(decode(Review, row))
        publications = fetch(connection, "case_publications", ids=case_ids)
        published = {row["case_id"]: decode(Publication, row) for row in publications}
        return {
            (case_id := row["case_id"]): {
                "status": CaseStatus(row["status"]),
                "revision": revisions[row["revision_id"]],
                "newer": revisions.get(row["newer_revision_id"] or ""),
                "revisions": tuple(revisions[one] for one in of_case[case_id]),
                "reviews": tuple(reviews[case_id]),
                "published": published.get(case_id) if row["published_revision_id"] else None,
                "published_revision_id": row["published_revision_id"],
                "next_revision_id": row["next_revision_id"],
            }
            for row in states
        }

    def _views(
        self, connection: Connection, case_ids: Sequence[str], which: str = "revision_id"
    ) -> dict[str, CaseView]:
        """Return the views of these cases by id, in one query per table."""
        if len(case_ids) == 1:
            states = self._state(connection, case_ids[0])
        else:
            states = fetch(connection, "case_states", ids=case_ids)
        states = [row | {"revision_id": row[which]} for row in states if row[which]]
        decided = self._decided(connection, case_ids, states)
        used = {one["revision"].document_id for one in decided.values()}
        documents = self._cached(connection, Document, "documents_by_id", used)
        sources = {row["case_id"]: row for row in fetch(connection, "case_sources", ids=case_ids)}
        origins = {
            row["document_id"]: decode(ImportRecord, row)
            for row in fetch(connection, "case_import_records", ids=case_ids)
        }
        subjects: dict[str, list[SourceSubject]] = defaultdict(list)
        for row in fetch(
            connection, "subjects", ids=[one["source_id"] for one in sources.values()]
        ):
            subjects[row["source_id"]].append(decode(SourceSubject, row))
        triages = {row["document_id"]: row for row in fetch(connection, "case_triages", ids=used)}
        systems = _systems(fetch(connection, "case_systems", ids=case_ids))

        def view(case_id: str, fields: Values) -> CaseView:
            revision, case = fields["revision"], decode(Case, sources[case_id])
            document = documents[revision.document_id]
            address = sources[case_id]["stated_url"] or document.url  # stated by a person
            records = (origins.get(one.document_id) for one in (revision, *fields["revisions"]))
            triage = triages.get(revision.document_id)
            return with_context(
                CaseView(
                    **fields,
                    case=case,
                    source=decode(Source, sources[case_id]),
                    document=document.model_copy(update={"url": address}),
                    triage=decode(Triage, triage) if triage else None,
                    import_record=next(filter(None, records), None),
                    subjects=tuple(subjects[case.source_id]),
                    system=systems.get(case_id),
                )
            )

        return {case_id: view(case_id, fields) for case_id, fields in decided.items()}

    def _state(self, connection: Connection, case_id: str) -> list[Values]:
        """Return the row of ``case_states`` about a case, none if there is no such case.

        In a file, the view reads the rows of this case alone: DuckDB scans whole tables otherwise.
        """
        if not isinstance(self._database, DatabaseFile):
            return fetch(connection, "case_state", case_id=case_id)
        if not _state_query:
            views = {row["view_name"]: row["sql"] for row in fetch(connection, "views")}
            parts = [(name, f"MATERIALIZED ({_OWN_ROWS.format(name)})") for name in _OF_CASES]
            parts += [(name, f"({_VIEW_HEAD.sub('', views[name])})") for name in _STATE_VIEWS]
            tables = ", ".join(f"{name} AS {sql}" for name, sql in parts)
            _state_query.append(f"WITH {tables} FROM case_states")
        return as_dicts(connection.execute(_state_query[0], {"case_id": case_id}))

    def _companies_of(
        self, connection: Connection, revision_ids: Collection[str]
    ) -> dict[str, Company]:
        """Return the companies that revisions name, by revision id."""
        state = self._database.state()
        if state != self._companies[0]:  # all are read, since their names and industries depend on
            rows = fetch(connection, "companies")  # all cases
            self._companies = state, {row["company_id"]: decode(Company, row) for row in rows}
        ids = fetch(connection, "case_companies", ids=revision_ids)
        return {row["revision_id"]: self._companies[1][row["company_id"]] for row in ids}

    def _cached(
        self, connection: Connection, kind: type[T], query: str, ids: Collection[str]
    ) -> dict[str, T]:
        """Return immutable objects by id, from memory if possible."""
        found: dict[str, T] = {one: self._memory[one] for one in ids if one in self._memory}
        if missing := [one for one in ids if one not in found]:
            rows = fetch(connection, query, ids=missing)
            key = f"{kind.__name__.lower()}_id"
            found |= {getattr(one, key): one for one in objects(connection, kind, rows)}
        self._remember(found)
        return found

    def _remember(self, found: Mapping[str, object]) -> None:
        for one in list(self._memory)[: max(0, len(self._memory) - _MOST_KEPT)]:
            self._memory.pop(one, None)
        self._memory.update(found)


def with_context(view: CaseView) -> CaseView:
    """Return a view whose document has the speakers of its revision and the case's subject."""
    focus = focus_of(view.subjects, view.case.subject_id)
    document = view.document.spoken_by(view.revision.speakers)
    return view.model_copy(update={"document": document.model_copy(update={"focus": focus})})


def _systems(rows: Iterable[Values]) -> dict[str, CaseSystem]:
    """Return the current system by case id; ``rows`` are in the order of the placements."""
    found, earlier = dict[str, CaseSystem](), defaultdict[str, list[FormerSystem]](list)
    for row in rows:
        case_id = row["case_id"]
        if before := found.pop(case_id, None):
            earlier[case_id].append(
                FormerSystem(**before.model_dump(include={"system_id", "first_name"}))
            )
        if row["system_id"] != case_id:
            found[case_id] = decode(CaseSystem, row, earlier=earlier[case_id])
    return found
