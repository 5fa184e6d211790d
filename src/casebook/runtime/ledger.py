"""Where answers of models are kept and found again."""

from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from casebook.schemas.generations import Generation, Waste
from casebook.warehouse.snapshots import LocalFolder
from casebook.warehouse.store import Warehouse

Kept = TypeVar("Kept", Generation, Waste)


class WarehouseLedger:
    """The warehouse as the ledger of answers.

    An answer is paid for when it comes. It is put aside in a file until the warehouse has it, which
    may take long (its server or bucket is away, another program has its file) or fail (a newer
    casebook has changed it, this program is ended): then it is stored when the question comes
    again. So is what a question cost that had no usable answer, for what was cut is not asked
    again.

    Args:
        warehouse: takes the answers.
        aside: the folder for those that it has not yet; made when needed.
    """

    def __init__(self, warehouse: Warehouse, aside: Path) -> None:
        self._warehouse = warehouse
        self._aside = aside

    def find(self, generation_id: str) -> Generation | None:
        """Return the kept answer."""
        known = self._warehouse.generation(generation_id)
        return known or self._stored_late(Generation, _answer(generation_id))

    def keep(self, generation: Generation) -> None:
        """Store an answer.

        Raises:
            WarehouseError: if it cannot be stored; it stays aside.
        """
        self._store(generation, _answer(generation.generation_id))

    def write_off(self, waste: Waste) -> None:
        """Store what a question without a usable answer cost.

        Raises:
            WarehouseError: if it cannot be stored; it stays aside.
        """
        self._store(waste, _waste(waste.question_id))

    def wasted(self, question_id: str) -> Waste | None:
        """Return the newest waste of a question."""
        late = self._stored_late(Waste, _waste(question_id))
        return late or self._warehouse.waste_of(question_id)

    def _store(self, kept: Generation | Waste, name: str) -> None:
        with suppress(OSError):  # the disk may be full, which is no news then
            LocalFolder(self._aside).write(name, kept.model_dump_json().encode())
        self._warehouse.append(kept)
        self._forget(name)

    def _stored_late(self, kind: type[Kept], name: str) -> Kept | None:
        """Store what was put aside, and return it; None where there is none."""
        try:
            found = kind.model_validate_json(LocalFolder(self._aside).read(name))
        except (OSError, ValidationError):
            return None
        self._warehouse.append(found)
        self._forget(name)
        return found

    def _forget(self, name: str) -> None:
        with suppress(OSError):
            (self._aside / name).unlink()


def _answer(question_id: str) -> str:
    return f"{question_id}.json"


def _waste(question_id: str) -> str:
    return f"{question_id}-waste.json"
