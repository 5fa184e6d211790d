"""Reads of batches, watched lists and proposed terms."""

from schemas.batches import BatchItem, BatchProgress
from schemas.errors import UnknownId
from schemas.terms import OpenTerm, TermRuling
from schemas.watches import Look, Watch, WatchedItem, WatchLine
from warehouse.reader import Reader


class ListReads(Reader):
    """What can be asked about batches, watches and terms."""

    def batches(self) -> list[BatchProgress]:
        """Return all batches with their progress, the newest first."""
        return self._all(BatchProgress, "batches", batch_id=None)

    def batch(self, batch_id: str) -> BatchProgress:
        """Return one batch with its progress.

        Raises:
            UnknownId: if there is no such batch.
        """
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
