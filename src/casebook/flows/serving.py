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
from prefect.utilities.callables import ParameterSchema
from pydantic import ConfigDict

from casebook.flows.backfill import backfill, watch
from casebook.flows.ingest import ingest
from casebook.flows.limits import ensure_llm_limit
from casebook.flows.missed import leave_out_missed
from casebook.flows.publish import publish
from casebook.flows.recheck import recheck
from casebook.runtime.settings import Settings

# How often it is asked whether a watched list is due; each list has its own interval.
WATCH_INTERVAL = timedelta(minutes=10)


async def main(limit: int) -> None:
    """Register the deployments and run what is asked of them until stopped.

    What schedules planned stays planned when it is stopped (Prefect would remove it), and is made
    up for by one run each when this is called again.
    """
    await ensure_llm_limit(Settings.load().llm_concurrency)
    await leave_out_missed()
    made = await deployments()
    await aserve(*made, limit=limit, pause_on_shutdown=False, print_starting_message=False)


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
    for deployment in made:
        _close(deployment)
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


class _Closed(ParameterSchema):
    model_config = ConfigDict(extra="allow")


def _close(deployment: RunnerDeployment) -> None:
    """Have the server refuse a run with a parameter that the flow does not have.

    Prefect takes it otherwise, and the run's process then ends without a word on what was wrong.
    """
    told = deployment._parameter_openapi_schema.model_dump()  # noqa: SLF001 - there is no other way
    deployment._parameter_openapi_schema = _Closed(**told, additionalProperties=False)  # noqa: SLF001 - likewise


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
