"""Where answers of models are kept and found again."""

from casebook.schemas.generations import Generation, Waste
from casebook.warehouse.store import Warehouse


class WarehouseLedger:
    """The warehouse as the ledger of answers."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def find(self, generation_id: str) -> Generation | None:
        """Return the kept answer."""
        return self._warehouse.generation(generation_id)

    def keep(self, generation: Generation) -> None:
        """Store an answer."""
        self._warehouse.append(generation)

    def write_off(self, waste: Waste) -> None:
        """Store what a question without a usable answer cost."""
        self._warehouse.append(waste)

    def wasted(self, question_id: str) -> Waste | None:
        """Return the newest waste of a question."""
        return self._warehouse.waste_of(question_id)
