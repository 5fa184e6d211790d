"""Serves the flows of this home: ``python -m casebook.flows.serving LIMIT``.

Each run is a process of its own; LIMIT caps how many there are at once.
"""

import asyncio
import sys
from collections.abc import Sequence
from datetime import timedelta

from prefect import aserve
from prefect.client.orchestration import get_client
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound

from casebook.flows.backfill import backfill, watch
from casebook.flows.ingest import ingest
from casebook.flows.limits import ensure_llm_limit
from casebook.flows.publish import publish
from casebook.flows.recheck import recheck
from casebook.runtime.settings import Settings

# How often it is asked whether a watched list is due; each list has its own interval.
WATCH_INTERVAL = timedelta(minutes=10)


async def main(limit: int) -> None:
    """Register the deployments and run what is asked of them until stopped."""
    await ensure_llm_limit(Settings.load().llm_concurrency)
    await aserve(*await deployments(), limit=limit, print_starting_message=False)


async def deployments() -> Sequence[RunnerDeployment]:
    """Return what is served; one that the server has keeps the schedules that it has there."""
    made = (
        await ingest.ato_deployment("ingest", description="Take one source to a draft."),
        await publish.ato_deployment("publish", description="Write the approved cases."),
        await backfill.ato_deployment("backfill", description="Work a list of sources."),
        await watch.ato_deployment(
            "watch", description="Look at the watched lists.", interval=WATCH_INTERVAL
        ),
        await recheck.ato_deployment("recheck", description="Fetch published sources again."),
    )
    async with get_client() as client:
        for deployment in made:
            try:
                await client.read_deployment_by_name(deployment.full_name)
            except ObjectNotFound:
                continue
            # Sent along, an empty list too, they would replace what people have added and paused.
            deployment.schedules = None
            deployment.model_fields_set.discard("schedules")
    return made


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
