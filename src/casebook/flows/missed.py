"""What schedules had planned for a time when nothing ran: one run makes up for all of it.

Nothing runs while `casebook up` does not, while the machine sleeps, and while all places are taken
by runs that take hours. Prefect then runs whatever it had planned, one after another.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.context import FlowRunContext
from prefect.states import Cancelled, Completed

from casebook.flows import FLOWS

_NAME = "Skipped"
_WHY = "Nothing could run at its time; a newer run of its schedule makes up for it."


async def leave_out_missed() -> None:
    """Skip what schedules had planned while nothing was served, but for the newest run of each."""
    ours = DeploymentFilter(name=DeploymentFilterName(any_=list(FLOWS)))
    async with get_client() as client:
        planned = await _runs(client, ours, [StateType.SCHEDULED])
        for run in made_up_for(planned):
            state: State[Any] = Cancelled(name=_NAME, message=_WHY)
            await client.set_flow_run_state(run.id, state)


async def skipped() -> State[Any] | None:
    """Return how this run ends where a newer one of its schedule, due as well, makes up for it.

    None where it is to do its work, as what a person has asked for or retried is.
    """
    context = FlowRunContext.get()
    run = context and context.flow_run
    if not isinstance(run, FlowRun) or run.deployment_id is None:
        return None
    if _schedule(run) is None or run.run_count > 1:
        return None
    ours = DeploymentFilter(id=DeploymentFilterId(any_=[run.deployment_id]))
    alive = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING, StateType.COMPLETED]
    async with get_client() as client:
        due = await _runs(client, ours, alive, after=run.expected_start_time)
    older = {one.id for one in made_up_for([*due, run])}
    return Completed(name=_NAME, message=_WHY) if run.id in older else None


def made_up_for(planned: Sequence[FlowRun]) -> Sequence[FlowRun]:
    """Return the runs, the newest first, for which a newer one of the same schedule makes up.

    What a person asked for is not among them.
    """
    newest = set[UUID]()
    older = list[FlowRun]()
    for run in planned:
        schedule = _schedule(run)
        if schedule in newest:
            older.append(run)
        elif schedule is not None:
            newest.add(schedule)
    return older


def _schedule(run: FlowRun) -> UUID | None:
    """Return the schedule that planned a run, None where a person asked for it."""
    return run.created_by.id if run.auto_scheduled and run.created_by else None


async def _runs(
    client: PrefectClient,
    deployments: DeploymentFilter,
    states: Sequence[StateType],
    after: datetime | None = None,
) -> Sequence[FlowRun]:
    """Return the runs in these states whose time came after another, and has come; newest first."""
    wanted = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states))),
        expected_start_time=FlowRunFilterExpectedStartTime(after_=after, before_=datetime.now(UTC)),
    )
    found = list[FlowRun]()
    while page := await client.read_flow_runs(
        flow_run_filter=wanted,
        deployment_filter=deployments,
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        offset=len(found),
    ):
        found += page
    return [run for run in found if run.expected_start_time != after]
