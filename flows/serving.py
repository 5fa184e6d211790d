"""Serves the flows of this home: ``python -m flows.serving LIMIT``.

Each flow run is a separate process; LIMIT is their maximum number.
"""

import asyncio
import sys
from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from typing import Any

from prefect import Flow, aserve
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectAlreadyExists

from config.settings import Settings
from flows.engine import MODEL_LIMIT
from flows.registry import SERVED

_WATCH_INTERVAL = timedelta(minutes=10)  # each watched list also has its own interval


async def main(limit: int) -> None:
    """Register the deployments and execute flow runs until stopped."""
    settings = Settings.load()
    async with get_client() as client:
        with suppress(ObjectAlreadyExists):  # keep changes by people
            model = GlobalConcurrencyLimitCreate(name=MODEL_LIMIT, limit=settings.llm_concurrency)
            await client.create_global_concurrency_limit(model)
        served = await deployments(client)
    await aserve(*served, limit=limit, pause_on_shutdown=False, print_starting_message=False)


async def deployments(client: PrefectClient) -> list[RunnerDeployment]:
    """Return a deployment of each flow; existing ones keep their schedules."""
    known, made = {one.name for one in await client.read_deployments()}, []
    for flow in served_flows():
        interval = _WATCH_INTERVAL if flow.name == "watch" else None
        made.append(await flow.ato_deployment(flow.name, interval=interval))
        if flow.name in known:
            made[-1].schedules = None  # an empty list would delete people's schedules
            made[-1].model_fields_set.discard("schedules")
    return made


def served_flows() -> list[Flow[..., Any]]:
    """Return the flows of the registry."""
    places = (place.split(":") for place in SERVED.values())
    modules = ((file.removesuffix(".py").replace("/", "."), name) for file, name in places)
    return [getattr(import_module(module), name) for module, name in modules]


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
