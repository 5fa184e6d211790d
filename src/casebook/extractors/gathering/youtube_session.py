"""The guarded client in the shape that youtube-transcript-api asks of a ``requests.Session``.

The library is synchronous and runs in a thread; each of its requests is made by the guarded client
on the event loop, within the client's policy, caps and deadline.
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from casebook.extractors.network.client import Admit, Fetched, GuardedClient, Request
from casebook.extractors.text.charset import decode
from casebook.extractors.urls import WebUrl, parse_web_url
from casebook.schemas.errors import HostUnreachable

_SITE = "youtube.com"
CONSENT = ("SOCS", "CAI", f".{_SITE}")
"""The cookie by which a reader has answered the consent page: only what is needed."""

_PAGES = WebUrl("https", f"www.{_SITE}", 443, "/")


class Cookies:
    """The one thing the library does to a cookie jar: set the answer to the consent page."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def set(self, name: str, value: str, domain: str) -> None:
        """Keep a cookie for YouTube; those of other domains are not ours to send."""
        clean = all(c.isprintable() and c.isascii() and c not in " ;," for c in name + value)
        if domain.lstrip(".") == _SITE and clean:
            self._values[name] = value

    def header(self, host: str) -> dict[str, str]:
        """Return the ``Cookie`` header for a request to ``host``."""
        ours = host == _SITE or host.endswith(f".{_SITE}")
        line = "; ".join(f"{name}={value}" for name, value in self._values.items())
        return {"Cookie": line} if ours and line else {}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the library reads of a ``requests.Response``. Other statuses than 2xx are errors."""

    page: Fetched
    status_code: int = 200

    @property
    def text(self) -> str:
        """Return the body's characters."""
        return decode(self.page.data, self.page.charset)[0]

    def json(self) -> Any:
        """Return the body's JSON value.

        Raises:
            ValueError: if it is none.
        """
        return json.loads(self.text)

    def raise_for_status(self) -> None:
        """Do nothing: the guarded client has raised already."""


@dataclass
class GuardedSession:
    """GET and POST through ``client`` on ``loop``, for use in another thread.

    ``answers`` are all pages in the order in which they came. Addresses that an answer names (of
    captions) lead to no host of the operator's own network, as redirects do not.
    """

    client: GuardedClient
    loop: asyncio.AbstractEventLoop
    admit: Admit | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cookies: Cookies = field(default_factory=Cookies)
    answers: list[Fetched] = field(default_factory=list)
    closed: bool = False

    def get(self, url: str) -> Answer:
        """Fetch ``url``.

        Raises:
            FetchError: as the guarded client does.
        """
        return self._send(Request(url, headers=self._headers(url)))

    def post(self, url: str, json: Any) -> Answer:
        """Send a JSON value to ``url``.

        Raises:
            FetchError: as the guarded client does.
        """
        headers = self._headers(url) | {"Content-Type": "application/json"}
        return self._send(Request(url, _dumped(json), headers))

    def close(self) -> None:
        """Refuse further requests, so that the library's thread ends when nobody waits for it."""
        self.closed = True

    def _headers(self, url: str) -> dict[str, str]:
        return self.headers | self.cookies.header(parse_web_url(url).host)

    def _send(self, request: Request) -> Answer:
        if self.closed:
            raise HostUnreachable(f"{request.url} was not asked for: the fetch was given up.")
        self.client.policy.check_hop(_PAGES, parse_web_url(request.url))
        asked = asyncio.run_coroutine_threadsafe(self.client.send(request, self.admit), self.loop)
        page = asked.result()
        self.answers.append(page)
        return Answer(page)


def _dumped(value: Any) -> bytes:
    return json.dumps(value).encode()
