"""Reads of sources and everything made from them, of batches, watches, terms and accounts."""

from collections.abc import Iterable
from datetime import datetime

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
from schemas.generations import (
    AnswerStatus,
    CostKey,
    CostLine,
    Generation,
    OpenOrder,
    OrderLine,
)
from schemas.reports import Report, ReportLine
from schemas.results import OpenFailure, RefusedSource, SimilarSource
from schemas.reviews import Account, LogEntry, Triage
from schemas.sources import Alias, Check, Document, SelectedText, Snapshot, Source
from schemas.subjects import SourceSubject
from schemas.taxonomy import OpenTerm, TermRuling
from warehouse.access import DatabaseReader
from warehouse.rows import Values


class SourceReads(DatabaseReader):
    """Reads of sources, batches, watches, proposed terms and accounts."""

    def source(self, source_id: str) -> Source | None:
        """Return the source with this id."""
        return self._newest(Source, source_id=source_id)

    def alias(self, source_id: str) -> Alias | None:
        """Return the newest alias of a source, which names the source behind its address."""
        return self._newest(Alias, source_id=source_id)

    def snapshot(self, snapshot_id: str) -> Snapshot | None:
        """Return the snapshot with this id."""
        return self._newest(Snapshot, snapshot_id=snapshot_id)

    def newest_snapshot(self, source_id: str) -> Snapshot | None:
        """Return the newest snapshot of a source."""
        return self._newest(Snapshot, source_id=source_id)

    def document(self, document_id: str) -> Document | None:
        """Return the document with this id."""
        return self._newest(Document, document_id=document_id)

    def document_of(self, snapshot_id: str, extractor: str) -> Document | None:
        """Return the document that this extractor version produced from a snapshot."""
        return self._newest(Document, snapshot_id=snapshot_id, extractor=extractor)

    def newest_document(self, source_id: str) -> Document | None:
        """Return the newest document of a source."""
        return self._newest(Document, source_id=source_id)

    def near_copies(self, source_id: str) -> list[SimilarSource]:
        """Return the sources whose newest text is at least 50 % identical, most similar first."""
        return self._all(SimilarSource, "near_copies", source_id=source_id)

    def subjects(self, source_id: str) -> list[SourceSubject]:
        """Return the subjects of a source, the main one first; none if only one was named."""
        return self._all(SourceSubject, "subjects", ids=[source_id])

    def last_checks(self, source_ids: Iterable[str] | None = None) -> dict[str, Check]:
        """Return each source's newest check, preferring those that reached it."""
        return {one.source_id: one for one in self._all(Check, "last_checks", ids=source_ids)}

    def selections(self, source_id: str) -> list[SelectedText]:
        """Return the passages that people selected in a source, oldest first."""
        return self._all(SelectedText, "selections", source_id=source_id)

    def report_lines(self) -> list[ReportLine]:
        """Return all reports, newest first."""
        return self._all(ReportLine, "report_lines")

    def report(self, wanted: str) -> Report:
        """Return the newest report with this name or id prefix, or raise UnknownId."""
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

    def published_reports(self, *, newest: bool = True) -> list[Report]:
        """Return the reports on the site, most recently published first, or else older editions."""
        ids = [row["report_id"] for row in self._rows("published_report_ids", newest=newest)]
        found = (self._newest(Report, report_id=report_id) for report_id in ids)
        return [one for one in found if one]

    def unfinished(self) -> list[Source]:
        """Return the sources without a case, a rejection or an open failure, oldest first."""
        return self._all(Source, "unfinished")

    def refused(self) -> list[RefusedSource]:
        """Return the sources without a case whose last verdict was a rejection by triage."""
        return self._all(RefusedSource, "refused")

    def open_failures(self, source_id: str | None = None) -> list[OpenFailure]:
        """Return the newest failure of each source or subject without a later success, in order."""
        return self._all(OpenFailure, "open_failures", source_id=source_id)

    def open_failure(self, source_id: str, subject_id: str | None = None) -> OpenFailure | None:
        """Return the newest failure of a source or one of its subjects, without a later success."""
        found = self.open_failures(source_id)
        return next((one for one in found if one.failure.subject_id == subject_id), None)

    def source_states(self, source_ids: Iterable[str]) -> dict[str, SourceState]:
        """Return the state of each of these sources; unknown ones are new."""
        rows = self._rows("source_states", ids=source_ids)
        return {row["source_id"]: SourceState(row["state"]) for row in rows}

    def collection(self) -> list[Values]:
        """Return the number of sources and of cases by outcome; see the query for the columns."""
        return self._rows("collection")

    def triage_of(self, document_id: str, rubric: str, model: str) -> Triage | None:
        """Return the newest verdict on a document by this rubric and model."""
        return self._newest(Triage, document_id=document_id, rubric=rubric, model=model)

    def answer(self, question_id: str) -> Generation | None:
        """Return the newest usable answer to a question."""
        return self._newest(Generation, question_id=question_id, status=AnswerStatus.OK.value)

    def generations(self, generation_ids: Iterable[str]) -> list[Generation]:
        """Return the generations with these ids, in that order; unknown ids are skipped."""
        return self._all(Generation, "generations", ids=generation_ids)

    def spent_since(self, moment: datetime) -> float:
        """Return the known cost of all calls since ``moment``, in US dollars."""
        return float(self._rows("spent_since", moment=moment)[0]["cost_usd"])

    def costs(self, by: CostKey, since: datetime | None = None) -> list[CostLine]:
        """Return the cost of calls by key: days in order, other keys most expensive first."""
        return self._all(CostLine, "costs", by=by, since=since)

    def batches(self) -> list[BatchProgress]:
        """Return all batches with their progress, newest first."""
        return self._all(BatchProgress, "batches", batch_id=None)

    def batch(self, batch_id: str) -> BatchProgress:
        """Return one batch with its progress, or raise UnknownId."""
        if not (found := self._all(BatchProgress, "batches", batch_id=batch_id)):
            raise UnknownId(f"there is no batch {batch_id}: `casebook backfill` shows all")
        return found[0]

    def blocked_batches(self) -> list[BatchProgress]:
        """Return the batches that a site blocked and that can continue now."""
        ids = [row["batch_id"] for row in self._rows("resumable_batches")]
        return [self.batch(batch_id) for batch_id in ids]

    def batch_items(self, batch_id: str) -> list[BatchItem]:
        """Return the items of a batch in order."""
        return self._all(BatchItem, "batch_items", batch_id=batch_id)

    def metrics(self) -> list[Values]:
        """Return the name, labels and value of each counter for programs that watch the desk."""
        return self._rows("metrics")

    def orders(self) -> list[OrderLine]:
        """Return all orders to batch APIs with their newest step, newest first."""
        return self._all(OrderLine, "orders")

    def open_orders(self, endpoint: str, model: str) -> list[OpenOrder]:
        """Return the orders with unused lines, oldest first; providers keep results for a month."""
        return self._all(OpenOrder, "open_orders", endpoint=endpoint, model=model)

    def watches(self) -> list[WatchLine]:
        """Return the active watches, each with its newest check."""
        looks = {look.watch_id: look for look in self._all(Look, "newest_looks")}
        watches = self._all(Watch, "watches")
        return [WatchLine(watch=watch, look=looks.get(watch.watch_id)) for watch in watches]

    def watched(self, watch_id: str) -> set[str]:
        """Return the ids of the sources seen by a watch."""
        return {item.source_id for item in self.watched_items(watch_id)}

    def watched_items(self, watch_id: str) -> list[WatchedItem]:
        """Return the newest row of each item seen by a watch."""
        return self._all(WatchedItem, "watched_items", watch_id=watch_id)

    def open_terms(self) -> list[OpenTerm]:
        """Return the proposed terms without a ruling, most frequent first."""
        return self._all(OpenTerm, "open_terms")

    def rulings(self) -> list[TermRuling]:
        """Return all rulings, oldest first."""
        return self._all(TermRuling, "rulings")

    def accounts(self) -> list[Account]:
        """Return the newest row of each account, by name."""
        return self._all(Account, "accounts")

    def audit_log(self, who: str | None, limit: int, offset: int = 0) -> list[LogEntry]:
        """Return changes by one person, or by everyone, newest first."""
        return self._all(LogEntry, "audit_log", who=who, limit=limit, offset=offset)
