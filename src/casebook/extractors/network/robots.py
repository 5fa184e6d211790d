"""What a site's robots.txt says about a page (RFC 9309), asked through the guarded client."""

import asyncio
import re
import zlib
from collections import defaultdict
from functools import lru_cache

from protego import Protego

from casebook.extractors.network.client import GuardedClient
from casebook.extractors.urls import WebUrl
from casebook.schemas.errors import (
    AddressForbidden,
    FetchError,
    InvalidUrl,
    PageForbidden,
    PageMissing,
    RedirectForbidden,
    RobotsForbid,
    TooManyRedirects,
)

ROBOTS_NAME = "casebook"
"""The product name that a robots.txt addresses us by; part of the User-Agent."""

_READ_BYTES = 500 * 1024  # RFC 9309, 2.5: at least this much must be parsed
# RFC 9309, 2.3.1.3: a file that is "unavailable" forbids nothing.
_UNAVAILABLE = (PageMissing, PageForbidden, TooManyRedirects, RedirectForbidden)
_AT_HAND = 16
"""Sites whose rules are kept as such."""

_AGENT_LINE = re.compile(r"(\s*user[\s-]*agent[\s:]+)([^#]*)", re.IGNORECASE)


class Robots:
    """Asks each site once, for as long as the client lives. A failed question is asked again.

    What sites said is kept packed, as a long list names thousands of them: rules take 20 times the
    memory of their text, 16 MB for the longest, and are read from it in a few milliseconds.

    ``player_calls`` has also the calls asked about that YouTube's page makes of its own site.
    """

    def __init__(self, client: GuardedClient, *, player_calls: bool = False) -> None:
        self.player_calls = player_calls
        self._client = client
        self._said: dict[str, bytes | None] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def check(self, url: WebUrl) -> None:
        """Let ``url`` pass if its site's robots.txt does not forbid it to casebook.

        Raises:
            RobotsForbid: if it does.
            FetchError: if robots.txt cannot be read now. By RFC 9309 that forbids everything, for
                as long as it lasts: the class tells whether it may pass.
        """
        async with self._locks[url.origin]:
            if url.origin not in self._said:
                self._said[url.origin] = await self._ask(url)
        said = self._said[url.origin]
        if said is None:
            return
        rules = await asyncio.to_thread(_rules_in, said)
        if not rules.can_fetch(f"{url.origin}{url.target}", ROBOTS_NAME):
            raise RobotsForbid(
                f"{url} was not fetched: {url.origin}/robots.txt asks programs to leave this page "
                "alone. Save it in a browser and submit the file with its address."
            )

    async def _ask(self, url: WebUrl) -> bytes | None:
        try:
            answer = await self._client.get(f"{url.origin}/robots.txt")
        except _UNAVAILABLE:
            return None
        except (AddressForbidden, InvalidUrl):
            raise  # it says all there is to say
        except FetchError as error:
            raise type(error)(
                f"{url} was not fetched, as its site's robots.txt could not be read: {error}"
            ) from error
        said = zlib.compress(answer.data[:_READ_BYTES])
        rules = await asyncio.to_thread(_rules_in, said)
        if delay := rules.crawl_delay(ROBOTS_NAME):
            self._client.politeness.slow_down(url.host, float(delay))
        return said


@lru_cache(_AT_HAND)
def _rules_in(said: bytes) -> Protego:
    return parse_robots(zlib.decompress(said))


def parse_robots(data: bytes) -> Protego:
    """Return the rules in the first 500 KiB of a robots.txt."""
    text = data[:_READ_BYTES].decode("utf-8-sig", "replace")
    return Protego.parse("\n".join(map(_without_stranger, text.splitlines())))


def _without_stranger(line: str) -> str:
    """Give every agent that is not us the same name.

    Protego stores each rule once per agent it stands under, so thousands of agents above
    thousands of rules would fill the memory.
    """
    match = _AGENT_LINE.match(line)
    if match is None:
        return line
    agent = match[2].strip().lower()
    ours = agent == "*" or ROBOTS_NAME.startswith(agent.replace("*", "") or " ")
    return line if ours else f"{match[1]}another"
