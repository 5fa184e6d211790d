"""The robots.txt rules of a site (RFC 9309), fetched through the guarded client."""

import asyncio
import re
import time
from collections import defaultdict

from protego import Protego

from extractors.network.client import ROBOTS_NAME, GuardedClient
from extractors.urls import WebUrl
from schemas.errors import AccessDenied, AddressForbidden, FetchError, InvalidUrl, SourceGone

_READ_BYTES = 500 * 1024  # RFC 9309, 2.5: at least this much must be parsed
_VALID_SECONDS = 24 * 3_600.0  # RFC 9309, 2.4
_MOST_SITES = 500  # in memory; parsed rules can take megabytes
_AGENT_LINE = re.compile(r"(\s*user[\s-]*agent[\s:]+)([^#]*)", re.IGNORECASE)


class Robots:
    """Fetches the rules of each site once a day; retries after a failure."""

    def __init__(self, client: GuardedClient) -> None:
        self._client = client
        self._rules: dict[str, tuple[Protego | None, float]] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def check(self, url: WebUrl) -> None:
        """Raise AccessDenied if the site's robots.txt forbids ``url`` to casebook.

        Raises another FetchError if it cannot be read, which by RFC 9309 forbids everything.
        """
        async with self._locks[url.origin]:
            rules, until = self._rules.get(url.origin, (None, 0.0))
            if until < time.monotonic():
                rules = await self._ask(url)
                self._rules[url.origin] = rules, time.monotonic() + _VALID_SECONDS
                if len(self._rules) > _MOST_SITES:
                    del self._rules[next(iter(self._rules))]
        if rules and not rules.can_fetch(f"{url.origin}{url.target}", ROBOTS_NAME):
            reason = f"{url.origin}/robots.txt disallows it"
            advice = "Save it in a browser and submit the file with its address"
            raise AccessDenied(f"{url} was not fetched: {reason}. {advice}.", "robots_forbid")

    async def _ask(self, url: WebUrl) -> Protego | None:
        try:
            answer = await self._client.get(f"{url.origin}/robots.txt", polite=False)
        except (AddressForbidden, InvalidUrl):
            raise
        except FetchError as error:
            # "Unavailable" (RFC 9309, 2.3.1) forbids nothing.
            if isinstance(error, SourceGone | AccessDenied) or "redirect" in error.kind:
                return None
            error.args = (f"{url} was not fetched, as its robots.txt could not be read: {error}",)
            raise
        rules = await asyncio.to_thread(parse_robots, answer.data)
        if delay := rules.crawl_delay(ROBOTS_NAME):
            self._client.politeness.slow_down(url.host, float(delay))
        return rules


def parse_robots(data: bytes) -> Protego:
    """Return the rules in the first 500 KiB of a robots.txt."""
    text = data[:_READ_BYTES].decode("utf-8-sig", "replace")
    return Protego.parse("\n".join(map(_with_few_agents, text.splitlines())))


def _with_few_agents(line: str) -> str:
    """Rename all other agents to one name: Protego stores each rule once per agent."""
    match = _AGENT_LINE.match(line)
    agent = match[2].strip().lower() if match else "*"
    ours = agent == "*" or ROBOTS_NAME.startswith(agent.replace("*", "") or " ")
    return line if ours or match is None else f"{match[1]}another"
