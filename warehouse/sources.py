"""Reads of sources, of calls to models about them, and of lists of sources."""

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
from schemas.generations import AnswerStatus, CostKey, CostLine, Generation
from schemas.results import OpenFailure, RefusedSource, SimilarSource
from schemas.reviews import Triage
from schemas.sources import Alias, Check, Document, Snapshot, Source
from schemas.taxonomy import OpenTerm, TermRuling
from warehouse.storage import Reader


class SourceReads(Reader):
    """What can be asked about sources, batches, watches and proposed terms."""

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
            raise UnknownId(f"there is no batch {batch_id}: `casebook backfill list` shows all")
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
