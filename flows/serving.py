"""Serves the flows of this home: ``python -m flows.serving LIMIT``.

Each run is a process of its own; LIMIT caps how many there are at once.
"""

import asyncio
import sys
from datetime import timedelta
from typing import Any

from prefect import Flow, aserve
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound

from config.settings import Settings
from flows.backfill import backfill
from flows.engine import MODEL_LIMIT
from flows.ingest import ingest
from flows.publish import publish
from flows.recheck import recheck
from flows.watch import watch

WATCH_INTERVAL = timedelta(minutes=10)
"""How often due lists are looked for; each list has an interval of its own."""

_SERVED: tuple[tuple[Flow[..., Any], str, timedelta | None], ...] = (
    (ingest, "Make a draft of one source.", None),
    (backfill, "Process a list of sources.", None),
    (watch, "Look at the watched lists that are due.", WATCH_INTERVAL),
    (recheck, "Fetch published sources again.", None),
    (publish, "Write the approved cases.", None),
)


async def main(limit: int) -> None:
    """Register the deployments and run what is requested until stopped."""
    async with get_client() as client:
        settings = Settings.load()
        await _limit_model_stages(client, settings.concurrency or settings.llm_concurrency)
        deployments = [await _deployment(client, *one) for one in _SERVED]
    await aserve(*deployments, limit=limit, pause_on_shutdown=False, print_starting_message=False)


async def _deployment(
    client: PrefectClient, flow: Flow[..., Any], description: str, interval: timedelta | None
) -> RunnerDeployment:
    """Return a deployment; one that the server has keeps its schedules."""
    made = await flow.ato_deployment(flow.name, description=description, interval=interval)
    try:
        await client.read_deployment_by_name(made.full_name)
    except ObjectNotFound:
        return made
    made.schedules = None  # an empty list would replace what people added or paused
    made.model_fields_set.discard("schedules")
    return made


async def _limit_model_stages(client: PrefectClient, slots: int) -> None:
    """Create the limit on stages that call the model, unless the server has one."""
    try:
        await client.read_global_concurrency_limit_by_name(MODEL_LIMIT)
    except ObjectNotFound:
        try:
            await client.create_global_concurrency_limit(
                GlobalConcurrencyLimitCreate(name=MODEL_LIMIT, limit=slots)
            )
        except ObjectAlreadyExists:
            return


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
