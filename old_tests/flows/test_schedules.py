"""Schedules as they are listed: when each runs next."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule

from casebook.flows import schedules

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime.now(UTC)


def kept(schedule: CronSchedule | IntervalSchedule, *, active: bool = True) -> DeploymentSchedule:
    return DeploymentSchedule(id=uuid4(), deployment_id=uuid4(), schedule=schedule, active=active)


async def test_a_cron_line_runs_next_at_its_hour_in_its_zone():
    """Whoever meant six in Berlin and left out the zone sees it, in summer as in winter."""
    six = CronSchedule(cron="0 6 * * *", timezone="Europe/Berlin")
    line = await schedules._line("publish", kept(six))
    assert line.next_at.astimezone(BERLIN).hour == 6
    assert timedelta() < line.next_at - NOW < timedelta(hours=26)
    assert line.when == "cron 0 6 * * * (Europe/Berlin)"


@pytest.mark.parametrize(("active", "hours"), [(True, 5), (False, None)])
async def test_an_interval_counts_from_when_it_was_made(active, hours):
    """What is paused runs at no time."""
    every = IntervalSchedule(interval=timedelta(hours=6), anchor_date=NOW - timedelta(hours=1))
    line = await schedules._line("watch", kept(every, active=active))
    assert line.next_at == (hours and NOW + timedelta(hours=hours))
