"""Schedules of the served flows, kept by the Prefect server."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.exceptions import ObjectNotFound
from prefect.utilities.schema_tools.validation import validate
from pydantic import ValidationError

from flows import FLOWS
from schemas.errors import InputError, UnknownId
from schemas.frozen import Frozen

_SHORTEST_SECONDS = 60


class ScheduleLine(Frozen):
    """One schedule of a flow: when it runs and with which parameters."""

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
    """Run a flow by a cron line, or every so many seconds from now.

    Raises:
        InputError: if the cron line, interval, time zone or a parameter is not valid.
        UnknownId: if the server does not serve the flow.
    """
    schedule = _clock(cron, every_seconds, timezone)
    wanted = DeploymentScheduleCreate(schedule=schedule, parameters=dict(parameters))
    async with get_client() as client:
        try:
            deployment = await client.read_deployment_by_name(f"{flow}/{flow}")
        except ObjectNotFound as error:
            raise UnknownId(
                f"The Prefect server does not serve {flow!r}; there are {', '.join(FLOWS)}."
            ) from error
        for wrong in validate(dict(parameters), _closed(deployment.parameter_openapi_schema)):
            where = f" {wrong.path[0]}" if wrong.path else ""
            raise InputError(f"{flow}: parameter{where}: {wrong.message}")
        made = await client.create_deployment_schedules(deployment.id, [wanted])
    return _line(flow, made[0])


async def lines() -> list[ScheduleLine]:
    """Return the schedules of all served flows."""
    async with get_client() as client:
        return [_line(flow, one) for flow in FLOWS for one in await _schedules(client, flow)]


async def change(schedule_id: str, *, active: bool | None) -> ScheduleLine:
    """Pause or resume a schedule, or remove it (``active`` None).

    Raises:
        UnknownId: if no schedule, or more than one, begins with ``schedule_id``.
    """
    async with get_client() as client:
        fits = [
            (flow, one)
            for flow in FLOWS
            for one in await _schedules(client, flow)
            if schedule_id and str(one.id).startswith(schedule_id.strip().lower())
        ]
        if len(fits) != 1:
            count = "several schedules" if fits else "no schedule"
            raise UnknownId(f"{schedule_id!r} fits {count}; `casebook schedule` lists them")
        flow, one = fits[0]
        deployment = await client.read_deployment_by_name(f"{flow}/{flow}")
        if active is None:
            await client.delete_deployment_schedule(deployment.id, one.id)
            return _line(flow, one)
        await client.update_deployment_schedule(deployment.id, one.id, active=active)
        return _line(flow, one.model_copy(update={"active": active}))


def _clock(
    cron: str | None, every_seconds: int | None, timezone: str
) -> CronSchedule | IntervalSchedule:
    try:
        if cron is not None:
            if len(cron.split()) != 5 and not cron.startswith("@"):  # noqa: PLR2004 - cron's fields
                raise InputError(f"{cron!r} is not a cron line; use five fields, as in '0 6 * * 1'")
            return CronSchedule(cron=cron, timezone=timezone)
        if not every_seconds or every_seconds < _SHORTEST_SECONDS:
            raise InputError("a schedule needs an interval of at least a minute; use 30m, 6h or 1d")
        return IntervalSchedule(
            interval=timedelta(seconds=every_seconds), anchor_date=datetime.now(UTC)
        )
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise InputError(f"not a valid schedule: {reason}") from error


def _closed(schema: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a flow's schema without room for parameters that it does not have."""
    return {**(schema or {}), "additionalProperties": False}


async def _schedules(client: PrefectClient, flow: str) -> list[DeploymentSchedule]:
    try:
        deployment = await client.read_deployment_by_name(f"{flow}/{flow}")
    except ObjectNotFound:
        return []
    return await client.read_deployment_schedules(deployment.id)


def _line(flow: str, one: DeploymentSchedule) -> ScheduleLine:
    clock = one.schedule
    if isinstance(clock, CronSchedule):
        when = f"cron {clock.cron} ({clock.timezone or 'UTC'})"
    elif isinstance(clock, IntervalSchedule):
        when = f"every {clock.interval}"
    else:
        when = str(clock)
    return ScheduleLine(
        schedule_id=str(one.id), flow=flow, when=when, parameters=one.parameters, active=one.active
    )
