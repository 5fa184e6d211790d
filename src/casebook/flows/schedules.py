"""Schedules of the served flows, kept by the Prefect server."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.exceptions import ObjectNotFound
from pydantic import ValidationError

from casebook.flows import FLOWS
from casebook.schemas.errors import InvalidSource, UnknownId
from casebook.schemas.frozen import Frozen


class ScheduleLine(Frozen):
    """One schedule of a flow: when it runs, with which parameters."""

    schedule_id: str
    flow: str
    when: str
    parameters: Mapping[str, Any]
    active: bool


async def add(
    flow: str,
    *,
    cron: str | None = None,
    every_seconds: int | None = None,
    timezone: str = "UTC",
    parameters: Mapping[str, Any],
) -> ScheduleLine:
    """Have a flow run by a cron line, or every so many seconds from now.

    Raises:
        InvalidSource: if the cron line or the time zone is wrong.
        UnknownId: if the flow is not served.
    """
    try:
        schedule: CronSchedule | IntervalSchedule
        if cron is not None:
            schedule = CronSchedule(cron=cron, timezone=timezone)
        else:
            schedule = IntervalSchedule(
                interval=timedelta(seconds=every_seconds or 0), anchor_date=datetime.now(UTC)
            )
        wanted = DeploymentScheduleCreate(schedule=schedule, parameters=dict(parameters))
    except ValidationError as error:
        raise InvalidSource(f"not a schedule: {error.errors()[0]['msg']}") from error
    async with get_client() as client:
        deployment = await client.read_deployment_by_name(f"{flow}/{flow}")
        made = await client.create_deployment_schedules(deployment.id, [wanted])
    return _line(flow, made[0])


async def lines() -> Sequence[ScheduleLine]:
    """Return the schedules of all served flows."""
    found = []
    async with get_client() as client:
        for flow in FLOWS:
            found += [_line(flow, one) for one in await _schedules(client, flow)]
    return found


async def change(schedule_id: str, *, active: bool | None) -> ScheduleLine:
    """Pause or resume a schedule, or remove it (``active`` None).

    Raises:
        UnknownId: if none begins so.
    """
    async with get_client() as client:
        for flow in FLOWS:
            for one in await _schedules(client, flow):
                if not str(one.id).startswith(schedule_id.lower()) or not schedule_id:
                    continue
                deployment = await client.read_deployment_by_name(f"{flow}/{flow}")
                if active is None:
                    await client.delete_deployment_schedule(deployment.id, one.id)
                else:
                    await client.update_deployment_schedule(deployment.id, one.id, active=active)
                line = _line(flow, one)
                return line if active is None else line.model_copy(update={"active": active})
    raise UnknownId(f"no schedule {schedule_id!r}; see `casebook schedule list`")


async def _schedules(client: PrefectClient, flow: str) -> Sequence[DeploymentSchedule]:
    try:
        deployment = await client.read_deployment_by_name(f"{flow}/{flow}")
    except ObjectNotFound:
        return []
    return await client.read_deployment_schedules(deployment.id)


def _line(flow: str, one: DeploymentSchedule) -> ScheduleLine:
    schedule = one.schedule
    if isinstance(schedule, CronSchedule):
        when = f"cron {schedule.cron} ({schedule.timezone or 'UTC'})"
    elif isinstance(schedule, IntervalSchedule):
        when = f"every {schedule.interval}"
    else:
        when = str(schedule)
    return ScheduleLine(
        schedule_id=str(one.id),
        flow=flow,
        when=when,
        parameters=one.parameters,
        active=one.active,
    )
