"""The warehouse as the store of model answers."""

import asyncio

from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_exponential_jitter

from schemas.errors import WarehouseBusy
from schemas.generations import Generation
from warehouse import Warehouse

_PATIENCE = 600.0  # seconds; an answer that was paid for is worth a long wait


class WarehouseLedger:
    """Finds and keeps model answers in the generations table."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    async def answer(self, question_id: str) -> Generation | None:
        """Return the stored ``ok`` answer to a question."""
        return await asyncio.to_thread(self._warehouse.answer, question_id)

    @retry(
        retry=retry_if_exception_type(WarehouseBusy),
        stop=stop_after_delay(_PATIENCE),
        wait=wait_exponential_jitter(initial=0.2, max=10),
        reraise=True,
    )
    async def keep(self, generation: Generation) -> None:
        """Store a call; while another process holds the warehouse, wait for it."""
        await asyncio.to_thread(self._warehouse.append, generation)
