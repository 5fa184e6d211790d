"""Lists of sources: what may be asked of batches and of watched lists."""

from collections.abc import Sequence

from casebook.schemas.batches import (
    BatchOptions,
    BatchSummary,
    ListedBatch,
    SourceStanding,
    Spending,
    Typical,
)
from casebook.schemas.errors import setup_kinds
from casebook.schemas.watches import Look, Watch, WatchLine
from casebook.warehouse import reading
from casebook.warehouse.records import decode
from casebook.warehouse.transactions import Transactions


class Lists(Transactions):
    """The part of a warehouse that knows the batches and watches, and where their sources stand."""

    def batch(self, batch_id: str) -> ListedBatch | None:
        """Return the batch with this id, and with all its sources: 1.2 KB each while it is held."""
        return self._first(ListedBatch, "batch", batch_id=batch_id)

    def batches(self) -> list[BatchSummary]:
        """Return a line for each batch, the newest first."""
        rows = self.read("batches", setup_kinds=setup_kinds())
        return [BatchSummary.model_validate(row) for row in rows]

    def begun_with(self, source_ids: Sequence[str]) -> dict[str, BatchOptions]:
        """Return, by source id, how the batch of these sources was begun that was worked last."""
        rows = self.read("begun_with", ids=list(source_ids))
        return {row["source_id"]: decode(BatchOptions, row["options"]) for row in rows}

    def standings(self, source_ids: Sequence[str], own: Sequence[str] = ()) -> list[SourceStanding]:
        """Return where each source stands, in the order asked; unknown ones are new.

        Those in ``own`` stand for themselves, whatever they lead to.
        """
        asked = {"ids": list(source_ids), "own": list(own), "setup_kinds": setup_kinds()}
        rows = self.read("standings", **asked)
        found = {row["source_id"]: reading.standing(row) for row in rows}
        return [found[source_id] for source_id in source_ids]

    def spent_on(self, source_ids: Sequence[str]) -> Spending:
        """Return what the calls about these sources took."""
        return Spending.model_validate(self.read("spent_on", ids=list(source_ids))[0])

    def stages_of(self, source_ids: Sequence[str]) -> dict[str, int]:
        """Return how many of these sources are unfinished, by the stage they have come to."""
        rows = self.read("stages_of", ids=list(source_ids))
        return {row["stage"]: row["sources"] for row in rows}

    def typical(self, model: str) -> Typical | None:
        """Return what a source took on average with this model; None below three sources."""
        return next(
            (Typical.model_validate(row) for row in self.read("typical", model=model)), None
        )

    def watches(self) -> list[WatchLine]:
        """Return the watches that were not removed, with the newest look at each since then."""
        return [
            WatchLine(
                watch=decode(Watch, row["watch"]), look=row["look"] and decode(Look, row["look"])
            )
            for row in self.read("watches")
        ]

    def looks(self, watch_id: str, *, removed_too: bool = False) -> list[Look]:
        """Return the looks of a watch, the oldest first; also of before it was removed if asked."""
        return self._all(Look, "looks", watch_id=watch_id, removed_too=removed_too)
