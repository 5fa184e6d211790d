"""What is made up for when the flows are served again after a while."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from prefect.client.schemas.objects import CreatedBy, FlowRun

from casebook.flows.serving import made_up_for

NOW = datetime.now(UTC)


def run(schedule: UUID | None, days_ago: int) -> FlowRun:
    by = CreatedBy(id=schedule, type="SCHEDULE", display_value="CronSchedule") if schedule else None
    return FlowRun(
        id=uuid4(),
        flow_id=uuid4(),
        auto_scheduled=schedule is not None,
        created_by=by,
        expected_start_time=NOW - timedelta(days=days_ago),
    )


def test_one_run_makes_up_for_all_that_a_schedule_missed():
    """A laptop that was off for days does not do, and pay, the work of each of them at once."""
    daily, weekly = uuid4(), uuid4()
    asked = [run(None, 2), run(None, 1)]
    days = [run(daily, days) for days in (1, 2, 3)]
    planned = sorted(
        [*days, run(weekly, 2), *asked], key=lambda one: -one.expected_start_time.timestamp()
    )
    assert made_up_for(planned) == days[1:]
