"""The flow that writes the approved cases to the site."""

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State

from casebook.flows.missed import skipped
from casebook.flows.report import published_markdown
from casebook.pipeline.curation.publish import Published
from casebook.pipeline.curation.publish import publish as publish_cases
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings


@task(name="write site", cache_policy=NO_CACHE, persist_result=False)
async def write_site(to: str | None) -> Published:
    """Write the site in place of the last one."""
    async with Services(Settings.load()) as services:
        return await publish_cases(services, Path(to) if to else None)


@flow(name="publish", persist_result=False)
async def publish(to: str | None = None) -> dict[str, Any] | State[Any]:
    """Write the approved cases to ``to``, by default the site in the home; tell what changed."""
    if (state := await skipped()) is not None:
        return state
    published = await write_site(to)
    await acreate_markdown_artifact(
        key="publish", markdown=published_markdown(published), description="What was published"
    )
    return published.model_dump(mode="json")
