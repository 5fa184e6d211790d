"""The decorator of stages, which run as Prefect tasks or as plain functions.

In a flow run, each stage is a task: Prefect shows and retries it, and limits the number of stages
that call the model. Elsewhere it is a plain function, retried by tenacity.
"""

from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.concurrency.asyncio import concurrency
from prefect.context import FlowRunContext
from tenacity import retry, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from schemas.errors import CasebookError
from services.run import Run
from services.selection import BLOCKED_KINDS

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S")
Stage = Callable[Concatenate[Run, P], Coroutine[Any, Any, T]]

MODEL_LIMIT = "casebook-model"
"""The name of the Prefect server's concurrency limit for stages that call the model."""

_SERVER_DELAYS = (15.0, 120.0)  # seconds


def in_flow_run() -> bool:
    """Return whether the current code runs in a Prefect flow run."""
    return FlowRunContext.get() is not None


def step(*, retries: int = 0, calls_model: bool = False) -> Callable[[Stage[P, T]], Stage[P, T]]:
    """Decorate a stage, which becomes a task in flow runs; transient errors are retried."""

    def decorate(function: Stage[P, T]) -> Stage[P, T]:
        name = function.__name__

        @wraps(function)
        async def attempt(run: Run, /, *args: P.args, **kwargs: P.kwargs) -> T:
            limits = calls_model and in_flow_run() and not run.resources.in_orders
            async with concurrency(MODEL_LIMIT) if limits else nullcontext():
                with run.entering(name):
                    return await function(run, *args, **kwargs)

        as_task = task(
            name=name,
            retries=retries,
            retry_delay_seconds=list(_SERVER_DELAYS[:retries]),
            retry_condition_fn=_may_pass,
            cache_policy=NO_CACHE,
            persist_result=False,
        )(attempt)
        as_call = retry(
            retry=retry_if_exception(_is_transient),
            stop=stop_after_attempt(retries + 1),
            wait=wait_exponential_jitter(initial=1, max=10),
            reraise=True,
        )(attempt)

        @wraps(function)
        async def stage(run: Run, /, *args: P.args, **kwargs: P.kwargs) -> T:
            return await (as_task if in_flow_run() else as_call)(run, *args, **kwargs)

        return stage

    return decorate


def _is_transient(error: BaseException) -> bool:
    """Return whether to try again soon; a site that turns us away needs hours."""
    if not isinstance(error, CasebookError):
        return False
    return error.transient and error.kind not in BLOCKED_KINDS


async def _may_pass(_task: object, _run: object, state: State[Any]) -> bool:
    """Return whether Prefect should retry a failed task."""
    return _is_transient(await state.aresult(raise_on_failure=False))
