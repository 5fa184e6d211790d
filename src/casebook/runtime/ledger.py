"""Where answers of models are kept and found again."""

from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from casebook.schemas.errors import WarehouseError
from casebook.schemas.generations import Generation, Waste
from casebook.warehouse.store import Warehouse


class WarehouseLedger:
    """The warehouse as the ledger of answers.

    An answer is paid for when it comes. Where the warehouse cannot take it then (its server or
    bucket is away, another program has its file, a newer casebook has changed it), it is put aside
    in a file, and stored when the question comes again.

    Args:
        warehouse: takes the answers.
        aside: the folder for those that it could not take; made when needed.
    """

    def __init__(self, warehouse: Warehouse, aside: Path) -> None:
        self._warehouse = warehouse
        self._aside = aside

    def find(self, generation_id: str) -> Generation | None:
        """Return the kept answer."""
        return self._warehouse.generation(generation_id) or self._stored_late(generation_id)

    def keep(self, generation: Generation) -> None:
        """Store an answer.

        Raises:
            WarehouseError: if it cannot be stored; it is put aside.
        """
        try:
            self._warehouse.append(generation)
        except WarehouseError:
            with suppress(OSError):  # the disk may be full, which is no news then
                self._put_aside(generation)
            raise

    def write_off(self, waste: Waste) -> None:
        """Store what a question without a usable answer cost."""
        self._warehouse.append(waste)

    def wasted(self, question_id: str) -> Waste | None:
        """Return the newest waste of a question."""
        return self._warehouse.waste_of(question_id)

    def _put_aside(self, generation: Generation) -> None:
        """Write a file; it appears whole or not at all."""
        self._aside.mkdir(parents=True, exist_ok=True)
        path = self._file_of(generation.generation_id)
        part = path.with_suffix(".part")
        part.write_text(generation.model_dump_json(), "utf-8")
        part.replace(path)

    def _stored_late(self, generation_id: str) -> Generation | None:
        """Store the answer that was put aside, and return it; None where there is none."""
        path = self._file_of(generation_id)
        try:
            found = Generation.model_validate_json(path.read_text("utf-8"))
        except (OSError, ValidationError):
            return None
        self._warehouse.append(found)
        path.unlink(missing_ok=True)
        return found

    def _file_of(self, generation_id: str) -> Path:
        return self._aside / f"{generation_id}.json"
