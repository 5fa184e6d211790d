"""What is made up for when the flows are served again after a while."""

from datetime import UTC, datetime, timedelta
from unittest.mock import AsyncMock, Mock
from uuid import UUID, uuid4

import pytest
from prefect.client.schemas.objects import CreatedBy, FlowRun

from casebook.flows import missed, serving
from casebook.flows.missed import made_up_for

NOW = datetime.now(UTC)
DAILY = uuid4()


def run(schedule: UUID | None, days_ago: int, **more: object) -> FlowRun:
    by = CreatedBy(id=schedule, type="SCHEDULE", display_value="CronSchedule") if schedule else None
    return FlowRun(
        id=uuid4(),
        flow_id=uuid4(),
        auto_scheduled=schedule is not None,
        created_by=by,
        expected_start_time=NOW - timedelta(days=days_ago),
        deployment_id=uuid4(),
        **more,
    )


def test_one_run_makes_up_for_all_that_a_schedule_missed():
    """A laptop that was off for days does not do, and pay, the work of each of them at once."""
    weekly = uuid4()
    asked = [run(None, 2), run(None, 1)]
    days = [run(DAILY, days) for days in (1, 2, 3)]
    planned = sorted(
        [*days, run(weekly, 2), *asked], key=lambda one: -one.expected_start_time.timestamp()
    )
    assert made_up_for(planned) == days[1:]


async def test_what_was_planned_stays_planned_when_nothing_is_served(monkeypatch):
    """Prefect removes it at the end, and pauses all: a run of each week would be none that week."""
    for name in ("ensure_llm_limit", "leave_out_missed", "deployments", "aserve"):
        monkeypatch.setattr(serving, name, AsyncMock(return_value=()))
    await serving.main(2)
    assert serving.aserve.await_args.kwargs["pause_on_shutdown"] is False


@pytest.mark.parametrize(
    ("mine", "due", "left_out"),
    [
        (run(DAILY, 3), [run(DAILY, 2), run(DAILY, 1)], True),
        (run(DAILY, 3), [run(uuid4(), 2), run(None, 1)], False),
        (run(DAILY, 1), [], False),
        (run(None, 3), [run(DAILY, 1)], False),
        (run(DAILY, 3, run_count=2), [run(DAILY, 1)], False),
    ],
)
async def test_of_what_a_machine_slept_through_the_newest_run_does_the_work(
    monkeypatch, mine, due, left_out
):
    """`casebook up` may have gone on all the while; who retries a run by hand means that one."""
    client = AsyncMock(**{"read_flow_runs.side_effect": [[*reversed(due), mine], []]})
    client.__aenter__.return_value = client
    monkeypatch.setattr(missed, "get_client", lambda: client)
    monkeypatch.setattr(missed.FlowRunContext, "get", lambda: Mock(flow_run=mine))
    state = await missed.skipped()
    assert (state and state.name) == ("Skipped" if left_out else None)
