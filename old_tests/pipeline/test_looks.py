"""Looks at a watched list: when one is due, and what is told of lists that are odd for a while."""

from datetime import UTC, datetime, timedelta
from unittest.mock import AsyncMock

import pytest

from casebook.pipeline.batches import watching
from casebook.schemas.errors import HostUnreachable
from casebook.schemas.watches import GAP, Look, Watch, WatchLine

HOUR = 3_600


async def added(services, address, **options):
    line = await watching.add(address, services, every_seconds=HOUR, who="ada", **options)
    return line.watch


def rss(*addresses: str) -> str:
    items = "".join(f"<item><title>t</title><link>{one}</link></item>" for one in addresses)
    return f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>"


async def test_a_feed_that_is_empty_today_is_no_failure(services, web):
    """The feed of a day's papers has none on Sundays: it is watched, and its next ones are news."""
    answer = web.expect_request("/feed")
    answer.respond_with_data(rss(), content_type="application/rss+xml")
    watch = await added(services, web.url_for("/feed"))
    seen, batch = await watching.look(watch, services)
    assert (seen.failure, seen.told, batch) == (None, "0 new of 0", None)
    answer.respond_with_data(rss(web.url_for("/case")), content_type="application/rss+xml")
    seen, _ = await watching.look(watch, services)
    assert (seen.failure, seen.told) == (None, "1 new of 1")


async def test_what_came_and_went_between_two_looks_is_told(services, web):
    """A feed shows its newest items only: where it does not join on, some were never seen."""
    answer = web.expect_request("/feed")

    def serve(*numbers: int) -> None:
        items = [web.url_for(f"/post/{n}") for n in numbers]
        answer.respond_with_data(rss(*items), content_type="application/rss+xml")

    async def look(*numbers: int) -> str:
        serve(*numbers)
        return (await watching.look(watch, services))[0].told

    serve(*range(9, -1, -1))
    watch = await added(services, web.url_for("/feed"), words=["nowhere"])
    assert await look(*range(12, 2, -1)) == "0 new of 0"
    assert await look() == "0 new of 0"
    assert await look(*range(37, 27, -1)) == f"0 new of 0; {GAP}"
    assert await look(*range(37, 27, -1)) == "0 new of 0"


async def test_a_list_that_fails_for_days_says_since_when(services, web):
    """One bad look is a whim of a server, a week of them a feed that has gone."""
    answer = web.expect_request("/feed")
    answer.respond_with_data(rss(web.url_for("/case")), content_type="application/rss+xml")
    watch = await added(services, web.url_for("/feed"))
    answer.respond_with_data("away", status=503)
    looks = [(await watching.look(watch, services))[0] for _ in range(3)]
    assert [one.failing_since for one in looks] == [None, looks[0].at, looks[0].at]
    answer.respond_with_data(rss(web.url_for("/case")), content_type="application/rss+xml")
    assert (await watching.look(watch, services))[0].failing_since is None


async def test_a_list_stays_due_while_this_machine_has_no_network(services, web, monkeypatch):
    """A laptop that wakes up on a train would else look at it the next day only."""
    answer = web.expect_request("/feed")
    answer.respond_with_data(rss(web.url_for("/case")), content_type="application/rss+xml")
    watch = await added(services, web.url_for("/feed"))
    monkeypatch.setattr(watching, "listed", AsyncMock(side_effect=HostUnreachable("nobody")))
    for online, stored in ((False, [None]), (True, [None, "host_unreachable"])):
        monkeypatch.setattr(watching, "is_online", AsyncMock(return_value=online))
        seen, _ = await watching.look(watch, services)
        looks = services.warehouse.looks(watch.watch_id)
        assert seen.failure_by == "host_unreachable"
        assert [one.failure_by for one in looks] == stored


@pytest.mark.parametrize(
    ("every", "early", "due"),
    [(24 * HOUR, 40, True), (24 * HOUR, 600, False), (300, 20, True), (300, 60, False)],
)
def test_who_looks_at_the_same_hour_each_day_finds_it_due(every, early, due):
    """Yesterday's look was some seconds after six: today's at six is not put off to tomorrow."""
    now = datetime.now(UTC)
    row = {"change_id": "1", "watch_id": "1", "address": "a", "changed_by": "ada"}
    watch = Watch(**row, every_seconds=every, changed_at=now)
    seen = Look(look_id="1", watch_id="1", at=now - timedelta(seconds=every - early))
    assert WatchLine(watch=watch, look=seen).due(now) is due
