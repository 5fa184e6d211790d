import asyncio
import gc
import time
import tracemalloc

import pytest

from casebook.extractors.network.client import USER_AGENT, GuardedClient
from casebook.extractors.network.robots import ROBOTS_NAME, Robots, parse_robots
from casebook.extractors.urls import parse_web_url
from casebook.schemas.errors import (
    AddressForbidden,
    HostUnreachable,
    RobotsForbid,
    ServerBusy,
    ServerFailed,
    TlsFailed,
)

SITE = "http://public.example"


@pytest.fixture
def robots(client: GuardedClient) -> Robots:
    return Robots(client)


def page(path: str = "/page"):
    return parse_web_url(f"{SITE}{path}")


async def test_a_forbidden_page_is_refused_with_what_to_do(server, robots):
    """The refusal names the page, the file that forbids it, and the way round."""
    server.answer("/robots.txt", b"User-agent: *\nDisallow: /private\n")
    with pytest.raises(RobotsForbid) as refused:
        await robots.check(page("/private/x"))
    assert f"{SITE}/private/x" in str(refused.value)
    assert f"{SITE}/robots.txt" in str(refused.value)
    assert "submit the file" in str(refused.value)
    await robots.check(page("/public"))


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("User-agent: *\nDisallow: /\n", False),
        ("User-agent: casebook\nDisallow: /\n\nUser-agent: *\nAllow: /\n", False),
        ("User-agent: CaseBook\nDisallow: /\n", False),
        ("User-agent: other\nUser-agent: casebook\nDisallow: /\n", False),
        ("User-agent: casebook\nAllow: /\n\nUser-agent: *\nDisallow: /\n", True),
        ("User-agent: googlebot\nDisallow: /\n", True),
        ("User-agent: archive\nDisallow: /\n", True),
        ("User-agent: *\nDisallow:\n", True),
        ("User-agent: *\nDisallow: /\nAllow: /page$\n", True),
        ("User-agent: *\nDisallow: /*.pdf$\n", True),
        ("User-agent: # nobody\nDisallow: /\n", True),
        ("\ufeffUser-agent: *\nDisallow: /page\n", False),
        ("<!doctype html><p>Not found</p>", True),
        ("", True),
    ],
)
async def test_rules_are_read_for_our_name(rules, allowed, server, robots):
    """The group that names casebook counts, else the one for everybody."""
    server.answer("/robots.txt", rules.encode())
    if allowed:
        await robots.check(page())
    else:
        with pytest.raises(RobotsForbid):
            await robots.check(page())


async def test_dot_segments_do_not_slip_past_a_rule(server, robots):
    """Rules are matched against the path that the server will see."""
    server.answer("/robots.txt", b"User-agent: *\nDisallow: /private\n")
    with pytest.raises(RobotsForbid):
        await robots.check(page("/public/%2e%2e/private"))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_a_site_without_robots_txt_allows(status, server, robots):
    """A 4xx means there are no rules (RFC 9309, 2.3.1.3)."""
    server.answer("/robots.txt", status=status)
    await robots.check(page())


async def test_endless_redirects_of_robots_txt_allow(server, robots):
    """More than five hops count as no rules (RFC 9309, 2.3.1.2)."""
    server.redirect("/robots.txt", "/robots.txt")
    await robots.check(page())


@pytest.mark.parametrize(
    ("status", "error"), [(500, ServerFailed), (503, ServerFailed), (429, ServerBusy)]
)
async def test_a_failing_robots_txt_forbids_for_now(status, error, server, robots):
    """A 5xx forbids everything until it is answered, and is then asked again."""
    server.answer("/robots.txt", status=status)
    with pytest.raises(error, match=f"^{SITE}/page was not fetched") as failed:
        await robots.check(page())
    assert failed.value.transient
    server.answer("/robots.txt", b"User-agent: *\nAllow: /\n")
    await robots.check(page())


async def test_an_unreachable_site_is_a_passing_failure(server, dialer, robots):
    """No connection means no permission, for now."""
    dialer.dead.add("93.184.216.34")
    with pytest.raises(HostUnreachable):
        await robots.check(page())


async def test_robots_txt_is_guarded_like_any_page(server, dialer, robots):
    """A site's robots.txt cannot lead us into the private network either."""
    server.redirect("/robots.txt", "http://169.254.169.254/latest/")
    with pytest.raises(AddressForbidden):
        await robots.check(page())
    assert len(dialer.connects) == 1


async def test_a_site_without_tls_is_not_asked_in_the_clear(server, robots):
    """Each scheme has its own robots.txt; https is not asked over http."""
    with pytest.raises((TlsFailed, HostUnreachable)):
        await robots.check(parse_web_url("https://public.example/"))
    assert server.requests == []


async def test_each_site_is_asked_once(server, robots):
    """Many pages at the same time cost one question per site."""
    server.answer("/robots.txt", b"User-agent: *\nDisallow: /private\n")
    await asyncio.gather(*(robots.check(page(f"/{number}")) for number in range(20)))
    assert server.paths == ["/robots.txt"]
    await robots.check(parse_web_url("http://other.example/"))
    assert server.paths == ["/robots.txt", "/robots.txt"]


async def test_a_redirect_to_a_forbidden_page_is_refused(server, client, robots):
    """Each hop is checked, on its own host, before it is requested."""
    server.redirect("/short", "http://other.example/private")
    server.answer("/robots.txt", b"User-agent: *\nDisallow: /private\n")
    server.answer("/private", b"secret")
    with pytest.raises(RobotsForbid, match=r"http://other\.example/private was not"):
        await client.get(f"{SITE}/short", robots.check)
    assert "/private" not in server.paths


def test_our_name_is_in_the_user_agent():
    """What a robots.txt is written for is what the log shows."""
    assert USER_AGENT.startswith(f"{ROBOTS_NAME}/")


def test_only_the_first_500_kib_are_read():
    """A rule beyond the limit does not count; the one before it does."""
    filler = b"# nothing\n" * 51_200
    rules = parse_robots(b"User-agent: *\nDisallow: /a\n" + filler + b"Disallow: /b\n")
    assert not rules.can_fetch(f"{SITE}/a", ROBOTS_NAME)
    assert rules.can_fetch(f"{SITE}/b", ROBOTS_NAME)


def test_a_flood_of_agents_does_not_fill_the_memory():
    """Thousands of agents above thousands of rules cost no more than the rules."""
    agents = b"".join(b"user-agent:x%d\n" % number for number in range(2_000))
    rules = b"allow:/%d\n" * 2_000 % tuple(range(2_000))
    tracemalloc.start()
    start = time.perf_counter()
    parse_robots(agents + rules)
    seconds, peak = time.perf_counter() - start, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50_000_000
    assert seconds < 5


async def test_what_thousands_of_sites_said_takes_little(server, robots):
    """A long list names as many: each site's rules would take twenty times the length of its text.

    The text of 200 sites here is 2 KB each, and the rules of it 65 KB.
    """
    rules = b"".join(b"Disallow: /search/%d?q=*&page=*\n" % number for number in range(70))
    server.answer("/robots.txt", b"User-agent: *\n" + rules)
    sites = [parse_web_url(f"http://site{number}.example/page") for number in range(220)]
    for url in sites[:20]:
        await robots.check(url)
    tracemalloc.start()
    try:
        for url in sites[20:]:
            await robots.check(url)
        gc.collect()
        kept = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    asked = len(server.paths)
    with pytest.raises(RobotsForbid):
        await robots.check(parse_web_url("http://site0.example/search/7?q=a&page=1"))
    assert len(server.paths) == asked
    assert kept < 200 * 10_000
