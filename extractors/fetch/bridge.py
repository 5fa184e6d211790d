"""How synchronous libraries reach YouTube: from their thread, through the guarded client."""

import asyncio
from collections.abc import Mapping
from typing import Any

from extractors.network.client import Fetched, GuardedClient
from extractors.urls import parse_web_url, shown
from schemas.errors import Unreachable

CONSENT = ("SOCS", "CAI")
"""The cookie that answers YouTube's consent page: only what is needed."""

_PAGES = parse_web_url("https://www.youtube.com/")
_HEADERS = {
    *("accept-language", "content-type", "origin"),
    *("x-youtube-client-name", "x-youtube-client-version", "x-goog-visitor-id"),
}


class Bridge:
    """Sends requests on the event loop that it is made on; ``answers`` are kept in order."""

    def __init__(self, client: GuardedClient) -> None:
        self._client, self._loop = client, asyncio.get_running_loop()
        self.answers: list[Fetched] = []
        self.closed = False

    def send(self, url: str, body: Any, headers: Mapping[str, Any]) -> Fetched:
        """Return the answer to a library's request; only the headers that it needs are kept.

        Raises:
            FetchError: as the client does, or where the fetch was given up meanwhile.
        """
        if self.closed:
            message = f"{shown(url)} was not requested: the fetch was given up."
            raise Unreachable(message, "deadline_exceeded")
        target = parse_web_url(url)
        self._client.policy.check_hop(_PAGES, target)
        kept = {name: str(value) for name, value in headers.items() if name.lower() in _HEADERS}
        if target.host.endswith("youtube.com"):
            kept["Cookie"] = str(headers.get("Cookie") or "=".join(CONSENT))
        data = body.encode() if isinstance(body, str) else body
        sending = self._client.get(url, polite=False, body=data, headers=kept)
        self.answers.append(asyncio.run_coroutine_threadsafe(sending, self._loop).result())
        return self.answers[-1]
