"""What can be asked: about sources and all that was made of them, and about cases."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from schemas.batches import (
    BatchItem,
    BatchProgress,
    Look,
    SourceState,
    Watch,
    WatchedItem,
    WatchLine,
)
from schemas.errors import UnknownId
from schemas.generations import AnswerStatus, CostKey, CostLine, Generation
from schemas.reports import Report, ReportLine
from schemas.results import OpenFailure, RefusedSource, SimilarSource
from schemas.reviews import (
    Account,
    Case,
    CaseFilter,
    CaseLine,
    CaseProvenance,
    CaseStatus,
    CaseView,
    LogEntry,
    Publication,
    Review,
    Revision,
    SavedView,
    Triage,
)
from schemas.sources import Alias, Check, Document, SelectedText, Snapshot, Source
from schemas.taxonomy import OpenTerm, TermRuling
from warehouse.lake import Connection
from warehouse.rows import DatabaseReader, T, Values, decode, fetch, objects

_MOST_KEPT = 200  # revisions and documents in memory


class SourceReads(DatabaseReader):
    """What can be asked about sources, batches, watches, proposed terms and accounts."""

    def source(self, source_id: str) -> Source | None:
        """Return the source with this id."""
        return self._newest(Source, source_id=source_id)

    def alias(self, source_id: str) -> Alias | None:
        """Return the newest alias of a source: the source that its address leads to."""
        return self._newest(Alias, source_id=source_id)

    def snapshot(self, snapshot_id: str) -> Snapshot | None:
        """Return the snapshot with this id."""
        return self._newest(Snapshot, snapshot_id=snapshot_id)

    def newest_snapshot(self, source_id: str) -> Snapshot | None:
        """Return the snapshot of a source that was stored last."""
        return self._newest(Snapshot, source_id=source_id)

    def document(self, document_id: str) -> Document | None:
        """Return the document with this id."""
        return self._newest(Document, document_id=document_id)

    def document_of(self, snapshot_id: str, extractor: str) -> Document | None:
        """Return what this version of an extractor made of a snapshot."""
        return self._newest(Document, snapshot_id=snapshot_id, extractor=extractor)

    def newest_document(self, source_id: str) -> Document | None:
        """Return the document of a source that was stored last."""
        return self._newest(Document, source_id=source_id)

    def near_copies(self, source_id: str) -> list[SimilarSource]:
        """Return the sources whose newest text is at least half the same, nearest first."""
        return self._all(SimilarSource, "near_copies", source_id=source_id)

    def last_checks(self, source_ids: Iterable[str] | None = None) -> dict[str, Check]:
        """Return by source the newest check that reached it, or else the newest."""
        return {one.source_id: one for one in self._all(Check, "last_checks", ids=source_ids)}

    def selections(self, source_id: str) -> list[SelectedText]:
        """Return what people selected in a source, in order of time."""
        return self._all(SelectedText, "selections", source_id=source_id)

    def report_lines(self) -> list[ReportLine]:
        """Return all reports, the newest first."""
        return self._all(ReportLine, "report_lines")

    def report(self, wanted: str) -> Report:
        """Return the newest report with this name or beginning of an id, or raise UnknownId."""
        lines = self.report_lines()
        named = [one for one in lines if one.name == wanted]
        found = named or [one for one in lines if wanted and one.report_id.startswith(wanted)]
        if not named and len(found) > 1:
            shown = ", ".join(one.report_id for one in found[:5])
            raise UnknownId(f"{len(found)} ids begin with {wanted!r}: give more of it ({shown})")
        report = self._newest(Report, report_id=found[0].report_id) if found else None
        if report is None:
            raise UnknownId(f"there is no report {wanted}: `casebook report list` shows all")
        return report

    def published_reports(self) -> list[Report]:
        """Return the reports on the site, the one that was published last first."""
        ids = [row["report_id"] for row in self._rows("published_report_ids")]
        found = (self._newest(Report, report_id=report_id) for report_id in ids)
        return [one for one in found if one]

    def unfinished(self) -> list[Source]:
        """Return the sources without a case, a refusal or an open failure, the oldest first."""
        return self._all(Source, "unfinished")

    def refused(self) -> list[RefusedSource]:
        """Return the sources that triage refused last and that have no case."""
        return self._all(RefusedSource, "refused")

    def open_failures(self) -> list[OpenFailure]:
        """Return each source's newest failure that no later success answered, oldest first."""
        return self._all(OpenFailure, "open_failures", source_id=None)

    def open_failure(self, source_id: str) -> OpenFailure | None:
        """Return a source's newest failure if no later success answered it."""
        return next(iter(self._all(OpenFailure, "open_failures", source_id=source_id)), None)

    def source_states(self, source_ids: Iterable[str]) -> dict[str, SourceState]:
        """Return where each of these sources stands; unknown ones are new."""
        rows = self._rows("source_states", ids=source_ids)
        return {row["source_id"]: SourceState(row["state"]) for row in rows}

    def triage(self, triage_id: str) -> Triage | None:
        """Return the verdict with this id."""
        return self._newest(Triage, triage_id=triage_id)

    def triage_of(self, document_id: str, rubric: str, model: str) -> Triage | None:
        """Return the newest verdict on a document by this rubric and model."""
        return self._newest(Triage, document_id=document_id, rubric=rubric, model=model)

    def answer(self, question_id: str) -> Generation | None:
        """Return the newest usable answer to a question."""
        return self._newest(Generation, question_id=question_id, status=AnswerStatus.OK.value)

    def generations(self, generation_ids: Iterable[str]) -> list[Generation]:
        """Return the generations with these ids in their order, without unknown ones."""
        return self._all(Generation, "generations", ids=generation_ids)

    def spent_since(self, moment: datetime) -> float:
        """Return what all calls since ``moment`` cost in US dollars, as far as prices are known."""
        return float(self._rows("spent_since", moment=moment)[0]["cost_usd"])

    def costs(self, by: CostKey, since: datetime | None = None) -> list[CostLine]:
        """Return what calls cost: days in order, anything else with the most expensive first."""
        return self._all(CostLine, "costs", by=by, since=since)

    def batches(self) -> list[BatchProgress]:
        """Return all batches with their progress, the newest first."""
        return self._all(BatchProgress, "batches", batch_id=None)

    def batch(self, batch_id: str) -> BatchProgress:
        """Return one batch with its progress, or raise UnknownId."""
        if not (found := self._all(BatchProgress, "batches", batch_id=batch_id)):
            raise UnknownId(f"there is no batch {batch_id}: `casebook backfill` shows all")
        return found[0]

    def batch_items(self, batch_id: str) -> list[BatchItem]:
        """Return the items of a batch in their order."""
        return self._all(BatchItem, "batch_items", batch_id=batch_id)

    def watches(self) -> list[WatchLine]:
        """Return the watches that were not removed, each with its newest look."""
        looks = {look.watch_id: look for look in self._all(Look, "newest_looks")}
        watches = self._all(Watch, "watches")
        return [WatchLine(watch=watch, look=looks.get(watch.watch_id)) for watch in watches]

    def watched(self, watch_id: str) -> set[str]:
        """Return the source ids that a watch has seen."""
        return {item.source_id for item in self.watched_items(watch_id)}

    def watched_items(self, watch_id: str, state: str | None = None) -> list[WatchedItem]:
        """Return the newest row of each item that a watch has seen, those in ``state`` or all."""
        return self._all(WatchedItem, "watched_items", watch_id=watch_id, state=state)

    def open_terms(self) -> list[OpenTerm]:
        """Return the proposed names without a ruling, the most frequent first."""
        return self._all(OpenTerm, "open_terms")

    def rulings(self) -> list[TermRuling]:
        """Return all rulings in the order of time."""
        return self._all(TermRuling, "rulings")

    def accounts(self) -> list[Account]:
        """Return the newest row of each account, by name."""
        return self._all(Account, "accounts")

    def audit_log(self, who: str | None, limit: int, offset: int = 0) -> list[LogEntry]:
        """Return changes by a person or by all, the newest first."""
        return self._all(LogEntry, "audit_log", who=who, limit=limit, offset=offset)


class CaseReads(DatabaseReader):
    """What can be asked about cases. Read revisions and documents stay in memory for a while."""

    @cached_property
    def _memory(self) -> dict[str, Any]:
        return {}

    def draft(self, document_id: str, recipe_id: str) -> Revision | None:
        """Return the newest revision that a model made of this document by this recipe."""
        return self._newest(Revision, document_id=document_id, recipe_id=recipe_id, made_by="model")

    def revision(self, revision_id: str) -> Revision | None:
        """Return the revision with this id."""
        return self._newest(Revision, revision_id=revision_id)

    def cases(self, wanted: CaseFilter | None = None) -> list[CaseLine]:
        """Return a line for each case that fits the filter, in its order."""
        return self._all(CaseLine, "cases", **(wanted or CaseFilter()).model_dump(mode="json"))

    def case_counts(self, text: str | None = None) -> dict[CaseStatus, int]:
        """Return the number of cases of each status that has any; ``text`` as in ``CaseFilter``."""
        rows = self._rows("case_counts", text=text)
        return {CaseStatus(row["status"]): row["cases"] for row in rows}

    def case_ids(self, status: CaseStatus | None = None) -> list[str]:
        """Return the ids of the cases with this status, or of all, the oldest first."""
        return [row["case_id"] for row in self._rows("case_ids", status=status)]

    def attention(self) -> dict[str, int]:
        """Return how many sources wait for a person, by why."""
        return self._rows("attention")[0]

    def changed_cases(self, since: datetime) -> list[Values]:
        """Return ``case_id`` and ``stored_at`` of the cases with new rows, in order of these."""
        return self._rows("changed_cases", since=since)

    def index_lines(self, case_ids: Iterable[str]) -> list[Values]:
        """Return a line of each of these cases for an index; see the query for the columns."""
        return self._rows("index_lines", ids=case_ids)

    def index_texts(self, case_ids: Iterable[str]) -> list[Values]:
        """Return the statements and the source text of each of these cases for an index."""
        return self._rows("index_texts", ids=case_ids)

    def near_copy_counts(self) -> dict[str, int]:
        """Return how many near-copies each source has that has any."""
        return {row["source_id"]: row["copies"] for row in self._rows("near_copy_counts")}

    def saved_views(self, who: str) -> list[SavedView]:
        """Return the searches of the queue that a person keeps, by name."""
        return self._all(SavedView, "saved_views", who=who)

    def pace(self) -> float | None:
        """Return the median seconds of the newest decisions about drafts, None before any."""
        seconds = self._rows("pace")[0]["seconds"]
        return None if seconds is None else float(seconds)

    def case(self, case_id: str) -> CaseView:
        """Return everything about one case, or raise UnknownId."""
        return self.case_views([case_id])[0]

    def case_views(self, case_ids: Sequence[str]) -> list[CaseView]:
        """Return everything about these cases in their order, or raise UnknownId."""
        found = self._read(lambda c: self._views(c, case_ids))
        if missing := [case_id for case_id in case_ids if case_id not in found]:
            raise UnknownId(f"there is no case {missing[0]}: `casebook list` shows all")
        return [found[case_id] for case_id in case_ids]

    def shown_views(
        self,
        case_ids: Sequence[str],
        which: Literal["published_revision_id", "next_revision_id"],
    ) -> list[CaseView]:
        """Return these cases as readers see them now or next, without those that they do not see.

        An edit that waits for approval is not shown.
        """
        found = self._read(lambda c: self._views(c, case_ids, which))
        return [found[case_id] for case_id in case_ids if case_id in found]

    def _views(
        self, connection: Connection, case_ids: Sequence[str], which: str = "revision_id"
    ) -> dict[str, CaseView]:
        """Return the views of these cases by id, in one query per table."""
        if len(case_ids) == 1:
            states = fetch(connection, "case_state", case_id=case_ids[0])
        else:
            states = fetch(connection, "case_states", ids=case_ids)
        states = [row | {"revision_id": row[which]} for row in states if row[which]]
        of_case: dict[str, list[str]] = defaultdict(list)
        for row in fetch(connection, "case_revision_ids", ids=case_ids):
            of_case[row["case_id"]].append(row["revision_id"])
        ids = [revision_id for found in of_case.values() for revision_id in found]
        revisions = self._cached(connection, Revision, "revisions_by_id", ids)
        used = {revisions[row["revision_id"]].document_id for row in states}
        documents = self._cached(connection, Document, "documents_by_id", used)
        sources = {row["case_id"]: row for row in fetch(connection, "case_sources", ids=case_ids)}
        triages = {row["document_id"]: row for row in fetch(connection, "case_triages", ids=used)}
        reviews: dict[str, list[Review]] = defaultdict(list)
        for row in fetch(connection, "case_reviews", ids=case_ids):
            reviews[row["case_id"]].append(decode(Review, row))
        publications = fetch(connection, "case_publications", ids=case_ids)
        published = {row["case_id"]: decode(Publication, row) for row in publications}

        def view(row: Values) -> CaseView:
            case_id, revision = row["case_id"], revisions[row["revision_id"]]
            triage = triages.get(revision.document_id)
            return CaseView(
                case=decode(Case, sources[case_id]),
                status=CaseStatus(row["status"]),
                source=decode(Source, sources[case_id]),
                document=documents[revision.document_id],
                triage=decode(Triage, triage) if triage else None,
                revision=revision,
                newer=revisions.get(row["newer_revision_id"] or ""),
                revisions=tuple(revisions[one] for one in of_case[case_id]),
                reviews=tuple(reviews[case_id]),
                published=published.get(case_id) if row["published_revision_id"] else None,
                published_revision_id=row["published_revision_id"],
                next_revision_id=row["next_revision_id"],
            )

        return {row["case_id"]: view(row) for row in states}

    def _cached(
        self, connection: Connection, kind: type[T], query: str, ids: Collection[str]
    ) -> dict[str, T]:
        """Return objects that never change by id, those that were read before from memory."""
        found: dict[str, T] = {one: self._memory[one] for one in ids if one in self._memory}
        if missing := [one for one in ids if one not in found]:
            rows = fetch(connection, query, ids=missing)
            key = f"{kind.__name__.lower()}_id"
            found |= {getattr(one, key): one for one in objects(connection, kind, rows)}
        for one in list(self._memory)[: max(0, len(self._memory) - _MOST_KEPT)]:
            self._memory.pop(one, None)
        self._memory |= found
        return found

    def provenances(self, case_ids: Sequence[str] | None = None) -> list[CaseProvenance]:
        """Return how the current revision of each of these cases, or of all, was made."""
        return self._all(CaseProvenance, "provenances", ids=case_ids)

    def publications(self) -> list[Publication]:
        """Return the publications in force: the newest per case and target, not withdrawn."""
        return self._all(Publication, "publications")

    def publishing(self, target: str) -> list[Values]:
        """Return what publishing to a target would change: the newest 50 cases of each change."""
        return self._rows("publishing", target=target)

    def publishable(self, target: str) -> list[Values]:
        """Return the cases that readers may see: their ids, and what their pages depend on.

        ``address`` is where a case stood, or stands, at the target.
        """
        return self._rows("publishable", target=target)

    def revision_ids(self) -> list[str]:
        """Return the ids of all revisions."""
        return [row["revision_id"] for row in self._rows("revision_ids")]

    def site_changes(self, target: str) -> list[Values]:
        """Return what was added, changed and withdrawn at a target, the newest first."""
        return self._rows("site_changes", target=target)

    def withdrawals(self) -> list[Publication]:
        """Return the newest publication of each case and target that is a withdrawal."""
        return self._all(Publication, "withdrawals")

    def resolve(self, prefix: str) -> str:
        """Return the case, source, revision or batch that begins like this, or raise UnknownId."""
        return self._one_id("resolve", prefix, "case, source, revision or batch")

    def source_of(self, prefix: str) -> str:
        """Return the source of a case, revision, document or failure, or raise UnknownId."""
        return self._one_id("source_of", prefix, "case, source, revision, document or failure")

    def _one_id(self, query: str, prefix: str, kinds: str) -> str:
        """Return what the one id that begins with ``prefix`` belongs to."""
        wanted = prefix.strip().lower()
        found = self._rows(query, prefix=wanted) if wanted else []
        if len(found) == 1:
            return str(found[0]["owner"])
        if not found:
            hint = "`casebook list`, `casebook retry --dry-run` and `casebook backfill` show them"
            raise UnknownId(f"no {kinds} has an id that begins with {prefix!r}: {hint}")
        shown = ", ".join(row["id"] for row in found[:5])
        raise UnknownId(f"{len(found)} ids begin with {prefix!r}: give more of it ({shown})")
