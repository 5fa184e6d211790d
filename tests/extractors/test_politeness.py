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
