"""Run as a program: draft the files of a batch in orders, and print each result.

python orders_worker.py HOME BASE_URL FILE…
"""

import asyncio
import sys
from functools import partial
from pathlib import Path

from config.resources import Resources
from config.settings import Settings
from flows.backfill import BatchRun
from schemas.sources import Candidate
from services.batches import register
from services.selection import select
from summarizer import orders

QUICK = {"quiet": 1.0, "poll": 0.05}


async def work(home: str, base_url: str, files: list[str]) -> None:
    """Finish the batch."""
    orders.Orders = partial(orders.Orders, **QUICK)  # type: ignore[misc]
    settings = Settings(
        home=Path(home),
        curator="tester",
        llm_base_url=base_url,
        llm_model="scripted",
        models={"scripted": {"price": {"input": 1.0, "output": 4.0}, "context_tokens": 64_000}},
    )
    async with Resources(settings, in_orders=True) as resources:
        items = select([Candidate(url=file) for file in files]).items
        batch = await register("files", items, resources, in_orders=True)
        await BatchRun(batch, resources, second_try_seconds=0).finish()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2], sys.argv[3:]))
