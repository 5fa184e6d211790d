"""Work as a Prefect task: its result is not kept with the run, only how it ended is seen."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State

from casebook.schemas.errors import CasebookError

T = TypeVar("T")


async def may_pass(_task: object, _run: object, state: State[Any]) -> bool:
    """Retry a task only where its failure may pass by itself."""
    error = await state.aresult(raise_on_failure=False)
    return isinstance(error, CasebookError) and error.transient


async def as_task(
    name: str, run_name: str, work: Callable[[], Awaitable[T]], delays: Sequence[float] = ()
) -> T:
    """Return what ``work`` returns, run as a task.

    Where it fails of what may pass, it is run again after each of ``delays``, in seconds.
    """

    @task(
        name=name,
        # What stands in braces would be looked up.
        task_run_name=run_name.replace("{", "(").replace("}", ")"),
        retries=len(delays),
        retry_delay_seconds=list(delays),
        retry_condition_fn=may_pass,
        cache_policy=NO_CACHE,
        persist_result=False,
    )
    async def one() -> T:
        return await work()

    return await one()
