"""The flow that imports a published database."""

from pathlib import Path

from prefect import flow

from config.resources import Resources
from services.imports import import_cases


@flow(name="import", persist_result=False)
async def import_database(path: Path, name: str | None = None) -> str:
    """Import the database in a file or folder as approved cases; return the counts.

    ``name`` is the origin shown to readers, by default its title or the file name.
    """
    async with Resources() as resources:
        found = await import_cases(path, resources, name=name)
    return f"{found.imported} imported, {found.known} known, {len(found.broken)} could not be read"
