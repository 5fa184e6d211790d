"""The flow that rechecks published sources."""

from prefect import flow

from config.resources import Resources
from schemas.sources import CheckResult
from services.recheck import due, recheck_all


@flow(name="recheck", persist_result=False)
async def recheck(most: int = 100) -> list[str]:
    """Recheck published sources, those checked longest ago first; return the changed ones."""
    async with Resources() as resources:
        chosen = (await due(resources))[:most]
        checks = [check async for check in recheck_all(chosen, resources)]
    return [f"{c.source_id}: {c.result.value}" for c in checks if c.result is not CheckResult.SAME]
