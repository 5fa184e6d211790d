"""Batches whose model calls go to a provider's batch API."""

import asyncio
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from batch_api import BatchApi
from orders_worker import QUICK
from pytest_httpserver import HTTPServer
from scripted_model import answer_of

from config.resources import Resources
from config.settings import Settings
from flows.backfill import BatchRun
from schemas.errors import InputError
from schemas.sources import Candidate
from services.batches import register
from services.selection import forecast, select
from summarizer import orders
from warehouse import Warehouse

ROOT = Path(__file__).parents[2]


@pytest.fixture
def api(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> BatchApi:
    """An endpoint with a batch API, whose orders take a second."""
    monkeypatch.setattr(orders, "Orders", partial(orders.Orders, **QUICK))
    return BatchApi(httpserver, answer_of)


@pytest.fixture
def settings(settings: Settings, api: BatchApi) -> Settings:
    return settings.model_copy(update={"llm_base_url": api.base_url})


@pytest.fixture
def paths(files: list[Candidate]) -> list[str]:
    """Four of the sources."""
    return [one.url for one in files[:4]]


async def drafted(settings: Settings, files: Sequence[str], *, in_orders: bool = True) -> Warehouse:
    """Finish a batch of the files, and return the warehouse."""
    async with Resources(settings, in_orders=in_orders) as resources:
        items = select([Candidate(url=file) for file in files]).items
        batch = await register("files", items, resources, in_orders=in_orders)
        await BatchRun(batch, resources, second_try_seconds=0).finish()
    return Warehouse(settings.home / "warehouse.duckdb")


def statements(warehouse: Warehouse) -> list[list[tuple[str, str]]]:
    """Return the sections and texts of the statements of each draft."""
    views = warehouse.case_views(warehouse.case_ids())
    studies = ([(s.section.value, s.text) for s in v.revision.study.statements] for v in views)
    return sorted(studies)


async def test_orders_give_the_same_drafts_at_half_the_price(
    settings: Settings, paths: list[str], api: BatchApi, tmp_path: Path
) -> None:
    """All calls of a batch go to the batch API, and its drafts are those of direct calls."""
    direct = settings.model_copy(update={"home": tmp_path / "direct"})
    expected = await drafted(direct, paths, in_orders=False)
    asked, api.direct = api.direct, 0

    warehouse = await drafted(settings, paths)

    assert statements(warehouse) == statements(expected)
    assert api.direct == 0
    assert api.ordered.total() == asked
    assert set(api.ordered.values()) == {1}
    costs = [one.batches()[0].cost_usd for one in (expected, warehouse)]
    assert costs[1] == pytest.approx(costs[0] / 2)
    lines = warehouse.orders()
    assert {line.step for line in lines} == {"ended"}
    assert sum(line.answered for line in lines) == asked
    assert len(lines) < asked  # the calls of several sources share an order


@pytest.mark.parametrize("moment", ["file", "placed", "polled", "answered"])
async def test_a_killed_process_pays_for_no_request_twice(
    moment: str, settings: Settings, paths: list[str], api: BatchApi
) -> None:
    """After ``kill -9`` at any moment of an order, the next run continues it."""
    command = [sys.executable, "-m", "tests.support.orders_worker", settings.home, api.base_url]
    folders = os.pathsep.join([str(ROOT), str(ROOT / "tests/support")])
    started: list[subprocess.Popen[bytes]] = []
    api.kill_at(moment, lambda: started[0].pid)
    environment = os.environ | {"PYTHONPATH": folders}
    arguments = [*map(str, command), *paths]
    started.append(subprocess.Popen(arguments, cwd=ROOT, env=environment))  # noqa: ASYNC220
    assert await asyncio.to_thread(started[0].wait, 200) == -9

    warehouse = await drafted(settings, paths)

    assert len(statements(warehouse)) == len(paths)
    assert set(api.ordered.values()) == {1}
    assert api.direct == 0


async def test_lines_that_an_order_leaves_out_are_ordered_again(
    settings: Settings, paths: list[str], api: BatchApi
) -> None:
    """Expired and failed lines join the next order; a result that comes twice counts once."""
    sizes: list[int] = []

    def outcome(number, lines):
        if number:
            return lines, [], "completed"
        sizes.append(len(lines))
        busy = {"status_code": 500, "body": {"error": {"message": "overloaded"}}}
        failed = lines[0] | {"response": busy}
        expired = {"code": "batch_expired", "message": "This request could not be executed"}
        late = [one | {"response": None, "error": expired} for one in lines[1:2]]
        good = lines[3:4] * 2  # and a third line is missing
        return [*good, {"id": "?"}], [failed, *late], "expired"

    api.outcome = outcome
    warehouse = await drafted(settings, paths)

    assert len(statements(warehouse)) == len(paths)
    assert warehouse.open_failures() == []
    answered = max(0, sizes[0] - 3)  # a slow machine orders fewer at first
    assert Counter(api.ordered.values())[2] == sizes[0] - answered
    assert max(api.ordered.values()) == 2
    counts = "SELECT count(*), count(DISTINCT question_id), sum(len(order_lines)) FROM generations"
    _, rows = warehouse.sql(counts)
    assert len(set(rows[0])) == 1  # each question has one answer, from one line
    first = warehouse.orders()[-1]
    assert (first.answered, first.failed) == (answered, sizes[0] - answered)
    assert first.reason == "expired"


async def test_a_key_that_stops_working_loses_no_order(
    settings: Settings, paths: list[str], api: BatchApi
) -> None:
    """An order that was placed goes on while its key is refused; the next run continues it."""
    api.is_locked_out = True
    warehouse = await drafted(settings, paths)
    assert {one.kind for one in warehouse.batches()[0].failures} == {"key_rejected"}
    assert {line.step for line in warehouse.orders()} <= {"placed", "written"}
    warehouse.close()
    api.is_locked_out = False
    warehouse = await drafted(settings, paths)
    assert len(statements(warehouse)) == len(paths)
    assert set(api.ordered.values()) == {1}


async def test_a_limit_on_what_is_under_way_makes_orders_smaller(
    settings: Settings, paths: list[str], api: BatchApi
) -> None:
    """An order that the provider finds too large is sent in parts, one after the other."""
    api.limit = 2
    warehouse = await drafted(settings, paths)
    assert len(statements(warehouse)) == len(paths)
    assert set(api.ordered.values()) == {1}
    assert {line.reason for line in warehouse.orders()} == {None, "Enqueued token limit reached"}


async def test_an_endpoint_without_a_batch_api_stops_the_batch(
    settings: Settings, paths: list[str], httpserver: HTTPServer
) -> None:
    """Nothing is asked at the full price instead; the failure says what to do."""
    httpserver.clear()
    missing = {"error": {"message": "no such address"}}
    httpserver.expect_request(re.compile(".*")).respond_with_json(missing, status=404)
    warehouse = await drafted(settings, paths)
    failures = warehouse.batches()[0].failures
    assert {one.kind for one in failures} == {"no_batch_api"}
    assert "leave out --batch-api" in failures[0].message
    assert "leave out --batch-api" in (warehouse.batches()[0].reason or "")


async def test_the_forecast_has_both_prices(settings: Settings, paths: list[str]) -> None:
    """A batch's forecast compares the two prices, and states the longest wait."""
    async with Resources(settings) as resources:
        items = select([Candidate(url=file) for file in paths]).items
        expected = await forecast(items, resources)
    assert expected.order_usd == pytest.approx((expected.cost_usd or 0) / 2)
    assert expected.order_hours % 24 == 0


def test_the_embedded_model_takes_no_orders(tmp_path: Path) -> None:
    """Without an endpoint there is no batch API."""
    with pytest.raises(InputError, match="has no batch API"):
        Resources(Settings(home=tmp_path), in_orders=True)
