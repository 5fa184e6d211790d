"""The flow that exports the dataset."""

from asyncio import to_thread
from pathlib import Path

from prefect import flow

from config.resources import Resources
from services.publication import export_dataset


@flow(name="export", persist_result=False)
async def export(folder: Path) -> str:
    """Write the published cases as a dataset into ``folder``; return the name of the release."""
    async with Resources() as resources:
        done = await to_thread(export_dataset, resources, folder)
    return done.release or "nothing changed since the last release"
