"""Schedules of the served flows, kept by the Prefect server."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.exceptions import ObjectNotFound
from prefect.server.schemas.schedules import CronSchedule as ServerCron
from prefect.server.schemas.schedules import IntervalSchedule as ServerInterval
from prefect.utilities.schema_tools.validation import validate
from pydantic import ValidationError

from casebook.flows import FLOWS
from casebook.publishing.wording import count, duration
from casebook.schemas.bounds import SHORTEST_INTERVAL
from casebook.schemas.errors import InvalidSource, UnknownId
from casebook.schemas.frozen import Frozen

_KINDS = {
    "array": 'a list (["LLM", "RAG"])',
    "boolean": "true or false",
    "date": "a day (2026-11-24)",
    "integer": "a whole number",
    "number": "a number",
    "string": "a text",
}


class ScheduleLine(Frozen):
    """One schedule of a flow: when it runs, with which parameters.

    ``next_at`` is when it runs next, None where it is paused.
    """

    schedule_id: str
    flow: str
    when: str
    next_at: datetime | None
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
        InvalidSource: if the cron line, the interval, the time zone or a parameter is wrong, or it
            would never run, or every few seconds.
        UnknownId: if the flow is not served.
    """
    schedule = await _clock(cron, every_seconds, timezone)
    wanted = DeploymentScheduleCreate(schedule=schedule, parameters=dict(parameters))
    async with get_client() as client:
        try:
            deployment = await client.read_deployment_by_name(f"{flow}/{flow}")
        except ObjectNotFound as error:
            raise UnknownId(f"the Prefect server does not serve the flow {flow!r}") from error
        _check(flow, deployment.parameter_openapi_schema or {}, parameters)
        made = await client.create_deployment_schedules(deployment.id, [wanted])
    return await _line(flow, made[0])


async def _clock(
    cron: str | None, every_seconds: int | None, timezone: str
) -> CronSchedule | IntervalSchedule:
    """Return when it is to run.

    Raises:
        InvalidSource: if that is wrong, never, or every few seconds.
    """
    try:
        if cron is None:
            interval = timedelta(seconds=every_seconds or 0)
            return IntervalSchedule(interval=interval, anchor_date=datetime.now(UTC))
        schedule = CronSchedule(cron=cron, timezone=timezone)
    except ValidationError as error:
        why = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise InvalidSource(f"not a schedule: {why}") from error
    await _check_days(cron, timezone)
    return schedule


async def _check_days(cron: str, timezone: str) -> None:
    """Refuse a cron line that names no day there is, or one that has seconds.

    Raises:
        InvalidSource: saying which.
    """
    clock = ServerCron(cron=cron, timezone=timezone)
    try:
        first, second = await clock.get_dates(2)
    except ValueError as error:  # 30 February
        raise InvalidSource(f"not a schedule: {cron!r} names no day that ever comes") from error
    if (second - first).total_seconds() < SHORTEST_INTERVAL:
        raise InvalidSource(f"not a schedule: {cron!r} runs more often than once a minute")


def _check(flow: str, schema: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
    """Refuse parameters with which every run would fail.

    Raises:
        InvalidSource: if one is unknown, wrong or missing.
    """
    known = schema.get("properties", {})
    if unknown := [name for name in parameters if name not in known]:
        there = ", ".join(known) or "none"
        raise InvalidSource(f"{flow} has no parameter {unknown[0]!r}; there are: {there}")
    if flow == "backfill" and not (parameters.get("source") or parameters.get("batch_id")):
        raise InvalidSource("backfill needs -p source=LIST or -p batch_id=ID")
    for wrong in validate(dict(parameters), dict(schema)):
        if not wrong.path:
            raise InvalidSource(f"{flow}: {wrong.message}")
        name = str(wrong.path[0])
        wanted = _wanted(known[name])
        raise InvalidSource(f"{flow}: parameter {name} is {wanted}, not {parameters[name]!r}")


def _wanted(parameter: Mapping[str, Any]) -> str:
    """Return in words what a parameter may be, by its schema."""
    kinds = [kind for kind in parameter.get("anyOf", ()) if kind.get("type") != "null"]
    kind = kinds[0] if kinds else parameter
    told = _KINDS.get(str(kind.get("format") or kind.get("type")), "something else")
    bounds = [
        f"{word} {kind[name]:,}"
        for word, name in (("from", "minimum"), ("to", "maximum"))
        if name in kind
    ]
    return " ".join([told, *bounds])


async def lines() -> Sequence[ScheduleLine]:
    """Return the schedules of all served flows."""
    found = []
    async with get_client() as client:
        for flow in FLOWS:
            found += [await _line(flow, one) for one in await _schedules(client, flow)]
    return found


async def change(schedule_id: str, *, active: bool | None) -> ScheduleLine:
    """Pause or resume a schedule, or remove it (``active`` None).

    Raises:
        UnknownId: if none, or more than one, begins so.
    """
    wanted = schedule_id.strip().lower()
    async with get_client() as client:
        fits = [
            (flow, one)
            for flow in FLOWS
            for one in await _schedules(client, flow)
            if wanted and str(one.id).startswith(wanted)
        ]
        if len(fits) != 1:
            told = f"{schedule_id!r} names {count(len(fits), 'schedule')}"
            raise UnknownId(f"{told}; see `casebook schedule list`")
        flow, one = fits[0]
        deployment = await client.read_deployment_by_name(f"{flow}/{flow}")
        if active is None:
            await client.delete_deployment_schedule(deployment.id, one.id)
            return await _line(flow, one)
        await client.update_deployment_schedule(deployment.id, one.id, active=active)
        return await _line(flow, one.model_copy(update={"active": active}))


async def _schedules(client: PrefectClient, flow: str) -> Sequence[DeploymentSchedule]:
    try:
        deployment = await client.read_deployment_by_name(f"{flow}/{flow}")
    except ObjectNotFound:
        return []
    return await client.read_deployment_schedules(deployment.id)


async def _line(flow: str, one: DeploymentSchedule) -> ScheduleLine:
    schedule = one.schedule
    clock: ServerCron | ServerInterval | None = None
    if isinstance(schedule, CronSchedule):
        when = f"cron {schedule.cron} ({schedule.timezone or 'UTC'})"
        clock = ServerCron(cron=schedule.cron, timezone=schedule.timezone)
    elif isinstance(schedule, IntervalSchedule):
        when = f"every {duration(schedule.interval.total_seconds())}"
        clock = ServerInterval(interval=schedule.interval, anchor_date=schedule.anchor_date)
    else:
        when = str(schedule)
    coming = await clock.get_dates(1) if clock and one.active else []
    return ScheduleLine(
        next_at=next(iter(coming), None),
        schedule_id=str(one.id),
        flow=flow,
        when=when,
        parameters=one.parameters,
        active=one.active,
    )
