"""Limits that all workers of a Prefect server share: its global concurrency limits.

``llm`` counts the requests to the endpoint that are open at once, over all machines. On one machine
``casebook up`` makes it; on a server of your own: ``prefect gcl create llm --limit 8``. The pace
within it (429s, headers) is the business of each process's own limiter.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import structlog
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError, concurrency
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.settings import PREFECT_API_URL

from casebook.schemas.errors import CasebookError, ConfigurationError, ProviderUnavailable

log = structlog.get_logger()

LLM = "llm"
# A worker that was killed gives its slots back after so many seconds; a living one renews them.
_LEASE_SECONDS = 60


@asynccontextmanager
async def llm_slot() -> AsyncIterator[None]:
    """Hold one of the open requests that all workers have together.

    A slot that cannot be given back, for the server has gone meanwhile, ends with its lease: what
    was asked in it is answered, and paid.

    Raises:
        ConfigurationError: if the server has no such limit: none would be no limit at all.
        ProviderUnavailable: if it does not answer; nothing was asked.
    """
    held = AsyncExitStack()
    try:
        await held.enter_async_context(
            concurrency(
                LLM,
                strict=True,
                lease_duration=_LEASE_SECONDS,
                raise_on_lease_renewal_failure=False,  # an answer paid for is worth keeping
            )
        )
    except ConcurrencySlotAcquisitionError as error:
        raise _why(error) from error
    try:
        yield
    finally:
        try:
            await held.aclose()
        except httpx.HTTPError as error:
            log.warning("slot not given back", limit=LLM, error=str(error))


def _why(error: ConcurrencySlotAcquisitionError) -> CasebookError:
    """Tell a server that is away from one that has no such limit."""
    cause = error.__cause__
    refused = isinstance(cause, httpx.HTTPStatusError) and not cause.response.is_server_error
    if cause is None or refused:
        return ConfigurationError(
            f"the Prefect server has no concurrency limit {LLM!r}: "
            f"`prefect gcl create {LLM} --limit 8` makes one"
        )
    return ProviderUnavailable(
        f"the Prefect server at {PREFECT_API_URL.value()} does not answer, and no slot of its "
        f"limit {LLM!r} can be had; it is tried again later"
    )


async def ensure_llm_limit(slots: int) -> None:
    """Make the limit with ``slots`` where the server has none; leave one that is there alone."""
    async with get_client() as client:
        try:
            await client.read_global_concurrency_limit_by_name(LLM)
        except ObjectNotFound:
            try:
                await client.create_global_concurrency_limit(
                    GlobalConcurrencyLimitCreate(name=LLM, limit=slots)
                )
            except ObjectAlreadyExists:
                return
