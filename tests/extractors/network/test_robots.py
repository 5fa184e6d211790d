"""A site decides which pages are fetched, and how often."""

import asyncio
import time
import tomllib
import tracemalloc
from pathlib import Path

import pytest
from public_web import PUBLIC

from extractors.network.client import LONGEST_PAUSE, ROBOTS_NAME, Politeness
from extractors.network.robots import Robots, parse_robots
from extractors.urls import parse_web_url
from schemas.errors import AccessDenied, AddressForbidden, ServerBusy, Unreachable

SITE = "http://public.example"
RULES = "public.example/robots.txt"


def page(path="/page"):
    return parse_web_url(f"{SITE}{path}")


@pytest.fixture
def robots(client):
    return Robots(client)


TABLE = tomllib.loads((Path(__file__).parents[1] / "samples/robots.toml").read_text("utf-8"))


@pytest.mark.parametrize("rules", TABLE["forbidden"] + TABLE["allowed"])
async def test_rules_are_read_for_our_name(rules, web, robots):
    """The group that names casebook applies, else the group for all agents."""
    web.answer(RULES, rules)
    if rules in TABLE["allowed"]:
        await robots.check(page())
    else:
        with pytest.raises(AccessDenied) as denied:
            await robots.check(page())
        assert denied.value.kind == "robots_forbid"


async def test_dot_segments_do_not_slip_past_a_rule(web, robots):
    """Rules are matched against the path that is sent to the server."""
    web.answer(RULES, "User-agent: *\nDisallow: /private\n")
    with pytest.raises(AccessDenied):
        await robots.check(page("/public/%2e%2e/private"))


@pytest.mark.parametrize("status", [401, 404, 410])
async def test_a_site_without_robots_txt_allows(status, web, robots):
    """A 4xx means there are no rules (RFC 9309, 2.3.1.3); so do endless redirects."""
    web.answer(RULES, status=status)
    web.redirect("endless.example/robots.txt", "/robots.txt")
    await robots.check(page())
    await robots.check(parse_web_url("http://endless.example/page"))


@pytest.mark.parametrize("status", [500, 429])
async def test_a_failing_robots_txt_forbids_for_now(status, web, robots):
    """After a failure everything is forbidden until a later attempt succeeds."""
    web.answer(RULES, status=status)
    with pytest.raises((Unreachable, ServerBusy), match=f"^{SITE}/page was not fetched"):
        await robots.check(page())
    web.pages[RULES].clear()
    web.answer(RULES, "User-agent: *\nAllow: /\n")
    await robots.check(page())


async def test_robots_txt_is_guarded_like_any_page(web, dialer, robots):
    """robots.txt cannot redirect into the private network; an unreachable site forbids."""
    web.redirect(RULES, "http://169.254.169.254/latest/")
    with pytest.raises(AddressForbidden):
        await robots.check(page())
    assert len(dialer.connects) == 1
    dialer.dead.add(PUBLIC)
    with pytest.raises(Unreachable):
        await robots.check(parse_web_url("http://dead.example/"))


async def test_each_site_is_asked_once(web, robots):
    """Concurrent fetches from one site request its robots.txt once."""
    web.answer(RULES, "User-agent: *\nDisallow: /private\n")
    await asyncio.gather(*(robots.check(page(f"/{number}")) for number in range(20)))
    await robots.check(parse_web_url("http://other.example/"))
    assert [one.address for one in web.asked] == [RULES, "other.example/robots.txt"]


async def test_rules_of_the_oldest_site_are_dropped(web, robots, monkeypatch):
    """Memory is bounded: beyond the limit, the rules of a site are fetched again."""
    monkeypatch.setattr("extractors.network.robots._MOST_SITES", 1)
    for name in ("public.example", "other.example", "other.example", "public.example"):
        await robots.check(parse_web_url(f"http://{name}/"))
    asked = [RULES, "other.example/robots.txt", RULES]
    assert [one.address for one in web.asked] == asked


async def test_a_redirect_to_a_forbidden_page_is_refused(web, client, robots):
    """Each redirect is checked against its own host before the request."""
    web.redirect("public.example/short", "http://other.example/private")
    web.answer("other.example/robots.txt", "User-agent: *\nDisallow: /private\n")
    with pytest.raises(AccessDenied, match=r"http://other\.example/private was not"):
        await client.get(f"{SITE}/short", admit=robots.check)
    assert web.addresses == ["public.example/short"]


def test_a_flood_of_rules_costs_little():
    """Only 500 KiB are read, and thousands of agents do not multiply the cost of rules."""
    rules = parse_robots(b"User-agent: *\nDisallow: /a\n" + b"# x\n" * 128_000 + b"Disallow: /b\n")
    assert not rules.can_fetch(f"{SITE}/a", ROBOTS_NAME)
    assert rules.can_fetch(f"{SITE}/b", ROBOTS_NAME)
    agents = b"".join(b"user-agent:x%d\n" % number for number in range(2_000))
    tracemalloc.start()
    start = time.perf_counter()
    parse_robots(agents + b"allow:/%d\n" * 2_000 % tuple(range(2_000)))
    seconds, peak = time.perf_counter() - start, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (peak < 50_000_000, seconds < 5) == (True, True)


class Time:
    """A clock, and the sleeps that were asked of it."""

    def __init__(self, *, stands_still: bool = False) -> None:
        self.now, self.slept, self._still = 100.0, [], stands_still

    async def sleep(self, seconds: float) -> None:
        """Record a sleep without advancing the clock."""
        self.slept.append(seconds)
        self.now += 0.0 if self._still else seconds

    def politeness(self, interval: float) -> Politeness:
        """Return one that lives in this time."""
        return Politeness(interval, clock=lambda: self.now, sleep=self.sleep)


async def test_requests_to_one_host_are_spread_and_others_do_not_wait():
    """Requests to one host start a second apart; other hosts are not delayed."""
    time = Time(stands_still=True)
    politeness = time.politeness(1.0)
    await asyncio.gather(*(politeness.wait("a.example") for _ in range(4)))
    await politeness.wait("b.example")
    assert time.slept == pytest.approx([1.0, 2.0, 3.0])
    time.now += 10
    await politeness.wait("a.example")
    assert len(time.slept) == 3


async def test_a_crawl_delay_is_respected_up_to_a_minute(web, make_client):
    """robots.txt can ask for longer pauses, but not stop a batch for an hour."""
    time = Time()
    async with make_client(politeness=time.politeness(0.0)) as client:
        web.answer(RULES, "User-agent: *\nCrawl-delay: 7\n")
        web.answer("slow.example/robots.txt", "User-agent: *\nCrawl-delay: 3600\n")
        for host in ("public.example", "slow.example"):
            await Robots(client).check(parse_web_url(f"http://{host}/page"))
            for _ in range(2):
                await client.politeness.wait(host)
    assert time.slept == pytest.approx([7.0, LONGEST_PAUSE])


async def test_a_site_that_refuses_is_left_alone_longer_each_time():
    """Retry-After is respected if present; a long wait is an error immediately."""
    time = Time()
    politeness = time.politeness(0.0)
    politeness.record("a.example", 429, 7.0)
    await politeness.wait("b.example")
    await politeness.wait("a.example")
    for _ in range(4):
        politeness.record("a.example", 503)
        await politeness.wait("a.example")
    assert time.slept == [7.0, 4.0, 8.0, 16.0, 32.0]
    politeness.record("a.example", 503)
    with pytest.raises(ServerBusy) as busy:
        await politeness.wait("a.example")
    assert busy.value.retry_after == pytest.approx(64.0)
    time.now += 64
    politeness.record("a.example", 200)
    politeness.record("a.example", 503)
    await politeness.wait("a.example")
    assert time.slept[-1] == 2.0
