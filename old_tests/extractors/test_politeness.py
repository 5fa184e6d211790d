"""How often a site is asked, in time that only moves when somebody sleeps."""

import asyncio

import pytest
from pytest_httpserver import HTTPServer

from casebook.extractors.network.client import GuardedClient, NetworkPolicy
from casebook.extractors.network.politeness import LONGEST_PAUSE, Politeness
from casebook.extractors.network.robots import Robots
from casebook.extractors.urls import parse_web_url


class Time:
    """A clock, and the sleeps that were asked of it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Note a sleep; the clock stands still, as it does for many who ask at once."""
        self.slept.append(seconds)

    async def pass_by(self, seconds: float) -> None:
        """Sleep, and have the clock go on."""
        self.slept.append(seconds)
        self.now += seconds


async def test_requests_to_one_host_are_spread_and_others_do_not_wait():
    """Four pages of one host begin a second apart; another host's page begins at once."""
    time = Time()
    politeness = Politeness(1.0, clock=time, sleep=time.sleep)
    await asyncio.gather(*(politeness.turn("a.example") for _ in range(4)))
    await politeness.turn("b.example")
    assert time.slept == pytest.approx([1.0, 2.0, 3.0])


async def test_a_crawl_delay_is_heeded_up_to_a_minute():
    """A site may ask for more time between pages, but not stop a batch for an hour."""
    time = Time()
    politeness = Politeness(1.0, clock=time, sleep=time.sleep)
    politeness.slow_down("a.example", 5.0)
    politeness.slow_down("b.example", 3600.0)
    for host in ("a.example", "a.example", "b.example", "b.example"):
        await politeness.turn(host)
    assert time.slept == pytest.approx([5.0, LONGEST_PAUSE])


async def test_a_host_that_has_rested_is_asked_at_once():
    """The pause counts from the last request, not from now."""
    time = Time()
    politeness = Politeness(1.0, clock=time, sleep=time.sleep)
    await politeness.turn("a.example")
    time.now += 10
    await politeness.turn("a.example")
    assert time.slept == []


async def test_a_site_that_is_asked_too_often_is_left_alone_longer_each_time():
    """As long as it says, where it says; one that never says otherwise is not asked for a while."""
    time = Time()
    politeness = Politeness(0.0, clock=time, sleep=time.pass_by)
    politeness.refused("a.example", 7.0)
    await politeness.turn("b.example")
    await politeness.turn("a.example")
    assert time.slept == [7.0]
    for _ in range(5):
        politeness.refused("a.example")
        politeness.refused("a.example")  # what was under way says nothing new
        await politeness.turn("a.example")
    assert time.slept[1:] == [4.0, 8.0, 16.0, 32.0, LONGEST_PAUSE]
    politeness.refused("a.example")
    assert politeness.closed_seconds("a.example") == 600.0
    time.now += 590
    assert politeness.closed_seconds("a.example") is None
    await politeness.turn("a.example")
    assert time.slept[-1] == 10.0
    politeness.answered("a.example")
    politeness.refused("a.example")
    await politeness.turn("a.example")
    assert time.slept[-1] == 2.0


async def test_who_has_no_patience_is_told_at_once():
    """A person who waits for one page would wait a minute to learn that the site is busy."""
    time = Time()
    politeness = Politeness(0.0, patience=5.0, clock=time, sleep=time.pass_by)
    politeness.refused("a.example", 45.0)
    await politeness.turn("a.example")
    assert (politeness.closed_seconds("a.example"), time.slept) == (45.0, [])


async def test_who_waits_for_a_turn_waits_on_where_the_site_refuses_another_one():
    """Those in line would all be refused as well."""
    time = Time()

    async def refuse_meanwhile(seconds: float) -> None:
        await time.pass_by(seconds)
        if len(time.slept) == 1:
            politeness.refused("a.example", 30.0)

    politeness = Politeness(1.0, clock=time, sleep=refuse_meanwhile)
    for _ in range(2):
        await politeness.turn("a.example")
    assert time.slept == [1.0, 30.0]


async def test_robots_txt_sets_the_delay_of_its_site(httpserver: HTTPServer):
    """A Crawl-delay for everybody, or for casebook, reaches the client."""
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: *\nCrawl-delay: 7\n")
    time = Time()
    host = f"{httpserver.host}:{httpserver.port}"
    politeness = Politeness(1.0, clock=time, sleep=time.sleep)
    policy = NetworkPolicy(allowed_hosts=frozenset({host}))
    async with GuardedClient(policy, politeness=politeness) as client:
        await Robots(client).check(parse_web_url(httpserver.url_for("/page")))
    for _ in range(2):
        await politeness.turn(httpserver.host)
    assert time.slept == [7.0]
