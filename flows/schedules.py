"""Schedules of the served flows, stored by the Prefect server."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.utilities.schema_tools.validation import validate
from pydantic import ValidationError

from schemas.errors import InputError, UnknownId
from schemas.frozen import Frozen

_SHORTEST_SECONDS, _CRON_FIELDS = 60, 5


class ScheduleLine(Frozen):
    """A schedule of a flow, with its parameters."""

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
    """Schedule a flow by a cron expression or an interval in seconds.

    Raises InputError for invalid values, UnknownId if the server does not serve the flow.
    """
    given, clock = dict(parameters), _clock(cron, every_seconds, timezone)
    async with get_client() as client:
        served = {one.name: one for one in await client.read_deployments()}
        if flow not in served:
            known = ", ".join(served)
            raise UnknownId(f"The Prefect server does not serve {flow!r}; there are {known}.")
        schema = {**(served[flow].parameter_openapi_schema or {}), "additionalProperties": False}
        for wrong in validate(given, schema):
            where = f" {wrong.path[0]}" if wrong.path else ""
            raise InputError(f"{flow}: parameter{where}: {wrong.message}")
        wanted = DeploymentScheduleCreate(schedule=clock, parameters=given)
        made = await client.create_deployment_schedules(served[flow].id, [wanted])
    return _line(flow, made[0])


async def lines() -> list[ScheduleLine]:
    """Return the schedules of all served flows."""
    async with get_client() as client:
        served = await client.read_deployments()
    return [_line(flow.name, one) for flow in served for one in flow.schedules]


async def change(schedule_id: str, *, active: bool | None) -> ScheduleLine:
    """Pause, resume or remove (None) a schedule by its id prefix."""
    wanted = schedule_id.strip().lower()
    async with get_client() as client:
        served = await client.read_deployments()
        found = [(flow, one) for flow in served for one in flow.schedules]
        fits = [(f, one) for f, one in found if wanted and str(one.id).startswith(wanted)]
        if len(fits) != 1:
            count = "several schedules" if fits else "no schedule"
            raise UnknownId(f"{schedule_id!r} fits {count}; `casebook schedule` lists them")
        flow, one = fits[0]
        if active is None:
            await client.delete_deployment_schedule(flow.id, one.id)
        else:
            await client.update_deployment_schedule(flow.id, one.id, active=active)
            one.active = active
    return _line(flow.name, one)


def _clock(
    cron: str | None, every_seconds: int | None, timezone: str
) -> CronSchedule | IntervalSchedule:
    if cron is None:
        if not every_seconds or every_seconds < _SHORTEST_SECONDS:
            raise InputError("the interval must be at least a minute; use 30m, 6h or 1d")
        return IntervalSchedule(interval=timedelta(seconds=every_seconds))
    if len(cron.split()) != _CRON_FIELDS and not cron.startswith("@"):
        raise InputError(f"{cron!r} is not a cron expression; use five fields, e.g. '0 6 * * 1'")
    try:
        return CronSchedule(cron=cron, timezone=timezone)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise InputError(f"not a valid schedule: {reason}") from error


def _line(flow: str, one: DeploymentSchedule) -> ScheduleLine:
    clock = one.schedule
    if isinstance(clock, CronSchedule):
        when = f"cron {clock.cron} ({clock.timezone or 'UTC'})"
    else:
        when = f"every {clock.interval}" if isinstance(clock, IntervalSchedule) else str(clock)
    about = {"parameters": one.parameters, "active": one.active}
    return ScheduleLine(schedule_id=str(one.id), flow=flow, when=when, **about)
