"""The flow that rechecks published sources."""

from asyncio import to_thread

from prefect import flow

from config.resources import Resources
from schemas.sources import CheckResult
from services.recheck import recheck_all


@flow(name="recheck", persist_result=False)
async def recheck(most: int = 100) -> list[str]:
    """Recheck published sources, those checked longest ago first; return the changed ones."""
    async with Resources() as resources:
        due = await to_thread(resources.warehouse.ids, "due_for_recheck")
        checks = [check async for check in recheck_all(due[:most], resources)]
    return [f"{c.source_id}: {c.result.value}" for c in checks if c.result is not CheckResult.SAME]
