"""Where answers of models are kept and found again."""

from typing import TypeVar

from pydantic import ValidationError

from casebook.schemas.errors import WarehouseError
from casebook.schemas.generations import Generation, Waste
from casebook.warehouse.store import Warehouse
from casebook.warehouse.unstored import Unstored

_WASTE = "-waste"

Kept = TypeVar("Kept", Generation, Waste)


class WarehouseLedger:
    """The warehouse as the ledger of answers.

    An answer is paid for when it comes. It is put aside until the warehouse has it, which may take
    long (its server or bucket is away, another program has its file) or fail (a newer casebook has
    changed it, this program is ended): then it is stored when the question comes again. So is what
    a question cost that had no usable answer, for what was cut is not asked again.

    Args:
        warehouse: takes the answers.
        unstored: keeps those that it has not yet.
    """

    def __init__(self, warehouse: Warehouse, unstored: Unstored) -> None:
        self._warehouse = warehouse
        self._unstored = unstored

    def find(self, generation_id: str) -> Generation | None:
        """Return the kept answer; None where it is to be asked for, and can be kept.

        Raises:
            BucketSilent: if one may lie in a bucket that does not answer.
            DiskFull: if there is none, and no room for one.
        """
        known = self._warehouse.generation(generation_id)
        known = known or self._stored_late(Generation, generation_id)
        if known is None:
            self._unstored.check_room()
        return known

    def keep(self, generation: Generation) -> None:
        """Store an answer.

        Raises:
            WarehouseError: if it cannot be stored; it stays aside.
        """
        self._store(generation, generation.generation_id)

    def write_off(self, waste: Waste) -> None:
        """Store what a question without a usable answer cost.

        Raises:
            WarehouseError: if it cannot be stored; it stays aside.
        """
        self._store(waste, _waste(waste.question_id))

    def wasted(self, question_id: str) -> Waste | None:
        """Return the newest waste of a question.

        Raises:
            BucketSilent: as ``find``.
        """
        late = self._stored_late(Waste, _waste(question_id))
        return late or self._warehouse.waste_of(question_id)

    def take_over(self, unstored: Unstored) -> int:
        """Store what another casebook put aside, where it stays; return how many were new here.

        Raises:
            BucketSilent: if a place does not answer.
        """
        texts = [(name, unstored.get(name)) for name in unstored.names()]
        kept = [
            _kept(Waste, text) if name.endswith(_WASTE) else _kept(Generation, text)
            for name, text in texts
            if text is not None
        ]
        return self._warehouse.append(*(one for one in kept if one is not None))

    def waiting(self) -> list[str]:
        """Return the names of what is put aside and not in the warehouse; all, if it is away."""
        names = self._unstored.names()
        try:
            return [name for name in names if not self._has(name)]
        except WarehouseError:
            return list(names)

    def _has(self, name: str) -> bool:
        if name.endswith(_WASTE):
            return self._warehouse.waste_of(name.removesuffix(_WASTE)) is not None
        return self._warehouse.generation(name) is not None

    def _store(self, kept: Generation | Waste, name: str) -> None:
        self._unstored.put(name, kept.model_dump_json())
        self._warehouse.append(kept)
        self._unstored.drop(name)

    def _stored_late(self, kind: type[Kept], name: str) -> Kept | None:
        """Store what was put aside, and return it; None where there is none."""
        text = self._unstored.get(name)
        found = None if text is None else _kept(kind, text)
        if found is None:
            return None
        self._warehouse.append(found)
        self._unstored.drop(name)
        return found


def _waste(question_id: str) -> str:
    return question_id + _WASTE


def _kept(kind: type[Kept], text: bytes) -> Kept | None:
    """Return what was put aside; None where it is damaged."""
    try:
        return kind.model_validate_json(text)
    except ValidationError:
        return None
