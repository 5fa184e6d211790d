"""The flow that fetches published sources again, to be run on a schedule."""

from typing import Any

from prefect import flow, task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State

from casebook.flows.missed import skipped
from casebook.flows.report import checked_markdown
from casebook.pipeline.reprocessing import checking
from casebook.pipeline.reprocessing.checking import Checked
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings


@task(name="fetch sources again", cache_policy=NO_CACHE, persist_result=False)
async def fetch_again(every: bool) -> list[Checked]:
    """Look at each source and store what is seen."""
    async with Services(Settings.load()) as services:
        which = checking.all_sources if every else checking.published_sources
        sources = which(services.warehouse)
        return [checked async for checked in checking.recheck(sources, services)]


@flow(name="recheck", persist_result=False)
async def recheck(every: bool = False) -> dict[str, Any] | State[Any]:
    """Fetch the sources of published cases (or ``every`` case) again; tell how many are what."""
    if (state := await skipped()) is not None:
        return state
    checked = await fetch_again(every)
    await acreate_markdown_artifact(
        key="recheck", markdown=checked_markdown(checked), description="What became of the sources"
    )
    results = [one.check.result.value for one in checked if one.check]
    return {result: results.count(result) for result in dict.fromkeys(results)}
