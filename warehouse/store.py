"""The warehouse: what can be stored and what can be asked."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from schemas.batches import Batch, BatchItem, BatchProgress, SourceState
from schemas.checks import Check
from schemas.documents import Document
from schemas.generations import Generation
from schemas.results import SimilarSource
from schemas.reviews import Case, CaseStatus, Publication, Revision
from schemas.sources import Alias, Snapshot, Source
from schemas.terms import OpenTerm, TermRuling
from schemas.triage import Triage
from schemas.views import (
    Attention,
    CaseFilter,
    CaseLine,
    CaseView,
    CostKey,
    CostLine,
    Making,
    OpenFailure,
    RefusedSource,
)
from schemas.watches import WatchedItem, WatchLine
from warehouse.lake import Lake
from warehouse.rows import Row

_EVERY_CASE = CaseFilter()


class ColumnInfo(NamedTuple):
    """A column of a table or view."""

    name: str
    type: str
    comment: str


class TableInfo(NamedTuple):
    """A table or view; ``kind`` is ``table`` or ``view``."""

    name: str
    kind: str
    comment: str
    columns: tuple[ColumnInfo, ...]


class Warehouse:
    """All rows of one casebook, in one DuckDB file or in a lake that many machines share.

    Each method is one transaction and may be called from any thread. "Newest" means stored last.
    A file that does not exist is created by the first write; reads of it find nothing.

    Args:
        path: the database file, or the lake.
        lock_timeout: seconds to wait for another process that holds the file.
        read_only: refuse writes, and never create or migrate a file.

    Raises (every method):
        WarehouseBusy: if another process or writer holds the database for too long.
        DiskFull: if the disk takes nothing more.
        WarehouseError: if the database cannot be used (``warehouse_too_new``,
            ``migration_failed``, ``warehouse_read_only``, …).
    """

    def __init__(
        self, path: Path | Lake, *, lock_timeout: float = 30.0, read_only: bool = False
    ) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; afterwards its file alone holds everything. It can be used again."""
        raise NotImplementedError

    def alone(self, name: str) -> AbstractAsyncContextManager[object]:
        """Wait until no other task, process or machine holds ``name``, and hold it."""
        raise NotImplementedError

    # Writes

    def append(self, *rows: Row) -> None:
        """Store rows in their order, all or none; a row whose id is stored is left as it is."""
        raise NotImplementedError

    def add_batch(self, batch: Batch, items: Sequence[BatchItem]) -> None:
        """Store a batch with its items in their order; a stored one is left as it is."""
        raise NotImplementedError

    def decide(self, case_id: str, seen: tuple[str, CaseStatus], *rows: Row) -> None:
        """Store rows if the case's current revision id and status are still those ``seen``.

        Raises:
            InvalidDecision: if they are not; nothing is stored.
            UnknownId: if there is no such case.
        """
        raise NotImplementedError

    def keep_signature(
        self,
        document_id: str,
        source_id: str,
        signature: Sequence[int],
        bands: Sequence[tuple[int, int]],
    ) -> None:
        """Store a document's MinHash signature and its bands (number, hash)."""
        raise NotImplementedError

    # Sources and documents

    def source(self, source_id: str) -> Source | None:
        """Return the source with this id."""
        raise NotImplementedError

    def stored_sources(self, source_ids: Iterable[str]) -> set[str]:
        """Return those of the ids under which a source is stored."""
        raise NotImplementedError

    def alias(self, source_id: str) -> Alias | None:
        """Return the newest alias of a source: the source that its address leads to."""
        raise NotImplementedError

    def snapshot(self, snapshot_id: str) -> Snapshot | None:
        """Return the snapshot with this id."""
        raise NotImplementedError

    def newest_snapshot(self, source_id: str) -> Snapshot | None:
        """Return the snapshot of a source that was stored last."""
        raise NotImplementedError

    def document(self, document_id: str) -> Document | None:
        """Return the document with this id."""
        raise NotImplementedError

    def document_of(self, snapshot_id: str, extractor: str) -> Document | None:
        """Return what this version of an extractor made of a snapshot."""
        raise NotImplementedError

    def newest_document(self, source_id: str) -> Document | None:
        """Return the document of a source that was stored last."""
        raise NotImplementedError

    def near_copies(self, source_id: str) -> list[SimilarSource]:
        """Return the sources whose newest text is at least half the same, nearest first."""
        raise NotImplementedError

    def last_checks(self, source_ids: Iterable[str] | None = None) -> dict[str, Check]:
        """Return by source the newest check that reached it, or else the newest."""
        raise NotImplementedError

    def unfinished(self) -> list[Source]:
        """Return the sources without a case, a refusal or an open failure, the oldest first."""
        raise NotImplementedError

    def refused(self) -> list[RefusedSource]:
        """Return the sources that triage refused last and that have no case."""
        raise NotImplementedError

    def open_failures(self) -> list[OpenFailure]:
        """Return each source's newest failure that no later success answered, the oldest first."""
        raise NotImplementedError

    def open_failure(self, source_id: str) -> OpenFailure | None:
        """Return a source's newest failure if no later success answered it."""
        raise NotImplementedError

    def source_states(self, source_ids: Iterable[str]) -> dict[str, SourceState]:
        """Return where each of these sources stands; unknown ones are new."""
        raise NotImplementedError

    # Triage, calls to models and their cost

    def triage(self, triage_id: str) -> Triage | None:
        """Return the verdict with this id."""
        raise NotImplementedError

    def triage_of(self, document_id: str, rubric: str, model: str) -> Triage | None:
        """Return the newest verdict on a document by this rubric and model."""
        raise NotImplementedError

    def answer(self, question_id: str) -> Generation | None:
        """Return the newest usable answer to a question."""
        raise NotImplementedError

    def generations(self, generation_ids: Iterable[str]) -> list[Generation]:
        """Return the generations with these ids in their order, without unknown ones."""
        raise NotImplementedError

    def spent_since(self, moment: datetime) -> float:
        """Return what all calls since ``moment`` cost in US dollars, as far as prices are known."""
        raise NotImplementedError

    def costs(self, by: CostKey, since: datetime | None = None) -> list[CostLine]:
        """Return what calls cost: days in order, anything else with the most expensive first."""
        raise NotImplementedError

    # Cases

    def case_of_source(self, source_id: str) -> Case | None:
        """Return the case of a source."""
        raise NotImplementedError

    def draft(self, document_id: str, recipe_id: str) -> Revision | None:
        """Return the newest revision that a model made of this document by this recipe."""
        raise NotImplementedError

    def revision(self, revision_id: str) -> Revision | None:
        """Return the revision with this id."""
        raise NotImplementedError

    def cases(self, wanted: CaseFilter = _EVERY_CASE) -> list[CaseLine]:
        """Return a line for each case that fits the filter, in its order."""
        raise NotImplementedError

    def case_counts(self, text: str | None = None) -> dict[CaseStatus, int]:
        """Return the number of cases of each status that has any; ``text`` as in ``CaseFilter``."""
        raise NotImplementedError

    def case_ids(self, status: CaseStatus | None = None) -> list[str]:
        """Return the ids of the cases with this status, or of all, the oldest first."""
        raise NotImplementedError

    def attention(self) -> Attention:
        """Return how many sources wait for a person, by why."""
        raise NotImplementedError

    def next_draft(self, case_id: str) -> str | None:
        """Return the draft after this case in the list of drafts, or else the first other one."""
        raise NotImplementedError

    def case(self, case_id: str) -> CaseView:
        """Return everything about one case.

        Raises:
            UnknownId: if there is no such case.
        """
        raise NotImplementedError

    def case_views(self, case_ids: Sequence[str]) -> list[CaseView]:
        """Return everything about these cases in their order, as of one moment.

        Raises:
            UnknownId: if there is no such case.
        """
        raise NotImplementedError

    def makings(self, case_ids: Sequence[str] | None = None) -> list[Making]:
        """Return how the current revision of each of these cases, or of all, was made."""
        raise NotImplementedError

    def publications(self) -> list[Publication]:
        """Return the publications in force: the newest per case and target, not withdrawn."""
        raise NotImplementedError

    def withdrawals(self) -> list[Publication]:
        """Return the newest publication of each case and target that is a withdrawal."""
        raise NotImplementedError

    # Ids

    def resolve(self, prefix: str) -> str:
        """Return the one id of a case, source, revision or batch that begins with ``prefix``.

        The kind before the underscore may be left out. A whole id is itself.

        Raises:
            UnknownId: if no id or several begin with it.
        """
        raise NotImplementedError

    def source_of(self, prefix: str) -> str:
        """Return the source of the one case, source, revision, document or failure with this id.

        Raises:
            UnknownId: if no id or several begin with ``prefix``.
        """
        raise NotImplementedError

    # Batches, watches and terms

    def batches(self) -> list[BatchProgress]:
        """Return all batches with their progress, the newest first."""
        raise NotImplementedError

    def batch(self, batch_id: str) -> BatchProgress:
        """Return one batch with its progress.

        Raises:
            UnknownId: if there is no such batch.
        """
        raise NotImplementedError

    def batch_items(self, batch_id: str) -> list[BatchItem]:
        """Return the items of a batch in their order."""
        raise NotImplementedError

    def watches(self) -> list[WatchLine]:
        """Return the watches that were not removed, each with its newest look."""
        raise NotImplementedError

    def watched(self, watch_id: str) -> set[str]:
        """Return the source ids that a watch has seen."""
        raise NotImplementedError

    def watched_items(self, watch_id: str, state: str | None = None) -> list[WatchedItem]:
        """Return the newest row of each item that a watch has seen, those in ``state`` or all."""
        raise NotImplementedError

    def open_terms(self) -> list[OpenTerm]:
        """Return the proposed names without a ruling, the most frequent first."""
        raise NotImplementedError

    def rulings(self) -> list[TermRuling]:
        """Return all rulings in the order of time."""
        raise NotImplementedError

    # The whole

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each table."""
        raise NotImplementedError

    def sql(
        self, query: str, limit: int | None = None
    ) -> tuple[list[str], list[tuple[object, ...]]]:
        """Return the column names and at most ``limit`` rows of one reading SQL statement.

        Raises:
            InputError: if it is not valid, would write, or would open a file.
        """
        raise NotImplementedError

    def tables(self) -> list[TableInfo]:
        """Return every table and view with its columns and their comments."""
        raise NotImplementedError
