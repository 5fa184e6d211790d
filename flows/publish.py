"""The flow that publishes the site."""

from pathlib import Path

from prefect import flow

from config.resources import Resources
from publishing.plan import Published
from services.publication import publish_site


@flow(name="publish", persist_result=False)
async def publish(out: Path | None = None) -> Published:
    """Write the site of all approved cases to ``out``, by default the home's site folder."""
    async with Resources() as resources:
        return await publish_site(resources, out)
