"""Near-copies: what may be asked of the sketches of texts."""

from collections.abc import Callable, Sequence

import duckdb

from casebook.schemas.copies import NearCopy, Overlap, Sketch, Twin
from casebook.warehouse import reading
from casebook.warehouse.records import encode
from casebook.warehouse.sql import bound, queries
from casebook.warehouse.transactions import Transactions


class Copies(Transactions):
    """The part of a warehouse that knows which texts are much alike."""

    def compare(
        self,
        sketch: Sketch,
        judge: Callable[[Sketch, Sequence[Overlap]], list[NearCopy]],
        least: int = 1,
    ) -> list[NearCopy]:
        """Store a sketch and what ``judge`` makes of its overlaps with other sources' sketches.

        Overlaps of fewer than ``least`` hashes are left out; equal ones come as they were stored.
        One transaction, so that of two documents that come at once one meets the other, and a pair
        is found once: with the later one of its sketches. Of a sketch that was there already
        nothing is stored.
        """
        kept = sketch.thinned(sketch.step)
        marks = {"sketch_id": sketch.sketch_id, "hashes": kept, "step": sketch.step}
        asked = {"method": sketch.method, "source_id": sketch.source_id, "hashes": sketch.hashes}

        def work(connection: duckdb.DuckDBPyConnection) -> list[NearCopy]:
            overlaps = reading.rows(connection, "overlaps", **asked, least=least)
            found = judge(sketch, [Overlap.model_validate(row) for row in overlaps])
            if not self._append(connection, [sketch]):
                return found
            connection.execute(queries()["append_marks"], bound(marks))
            told: dict[str, object] = {
                "bodies": [encode(copy)["body"] for copy in found],
                "entry": self._database.next_entry(connection),
            }
            connection.execute(queries()["append_copies_found"], told)
            return found

        return self._in_one(work)

    def sketched(self, document_id: str, method: str) -> bool:
        """Tell whether a document has a sketch by ``method``."""
        return bool(self.read("sketched", document_id=document_id, method=method))

    def unsketched(self, method: str, limit: int) -> list[str]:
        """Return the ids of newest documents of sources that have no sketch by ``method`` yet."""
        return [row["document_id"] for row in self.read("unsketched", method=method, limit=limit)]

    def twins(self, *source_ids: str) -> dict[str, list[Twin]]:
        """Return, by source id, the near-copies of these sources, the nearest first.

        Four statements: each join of one takes 8 MB of a batch's memory, and nine would be needed.
        """

        def work(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Twin]]:
            told = reading.rows(connection, "near_pairs", source_ids=list(source_ids))
            both = sorted({pair[side] for pair in told for side in ("mine", "source_id")})
            newest = reading.rows(connection, "newest_of", source_ids=both) if both else []
            pairs = reading.current(told, newest)
            asked = sorted({pair["document_id"] for pair in pairs})
            known = reading.rows(connection, "near_sources", document_ids=asked) if asked else []
            cases = [row["case_id"] for row in known if row["case_id"]]
            standing = reading.rows(connection, "near_cases", case_ids=cases) if cases else []
            return reading.twins(pairs, known, standing)

        return self._in_one(work, read_only=True)
