"""The one way to the network: a request that is guarded, bounded and remembers nothing.

It speaks HTTP/1.1 through httpcore2 (the transport beneath httpx2) because httpcore takes our
network backend, sends exactly the address that was parsed, and neither follows redirects, keeps
cookies, reads proxy settings from the environment nor decompresses on its own.
"""

import asyncio
import re
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self

import httpcore2

from casebook import __version__
from casebook.extractors.network.body import FetchLimits, read_body
from casebook.extractors.network.guard import (
    GuardedBackend,
    NetworkPolicy,
    Resolver,
    system_resolver,
)
from casebook.extractors.network.politeness import Politeness
from casebook.extractors.urls import WebUrl, parse_web_url, shown
from casebook.schemas.bounds import MOST_AT_ONCE
from casebook.schemas.errors import (
    BodyTruncated,
    DeadlineExceeded,
    FetchError,
    HostUnreachable,
    InvalidUrl,
    PageForbidden,
    PageMissing,
    RedirectForbidden,
    ResponseMalformed,
    ServerBusy,
    ServerFailed,
    TlsFailed,
    TooManyRedirects,
)

__all__ = [
    "USER_AGENT",
    "Admit",
    "FetchLimits",
    "Fetched",
    "GuardedClient",
    "NetworkPolicy",
    "Request",
]

USER_AGENT = f"casebook/{__version__} (+https://github.com/casebook/casebook; case study archive)"

Admit = Callable[[WebUrl], Awaitable[None]]
"""Asked before each request of a fetch, redirects included; raises to stop it."""

_ACCEPT = "text/html,application/xhtml+xml,application/pdf,text/markdown,text/plain,*/*;q=0.5"
_REDIRECTS = {301, 302, 303, 307, 308}
_TOO_MANY = {429, 503}
_EXTRA_HEADERS = {
    *("accept-language", "content-type", "cookie", "origin", "range"),
    *("x-youtube-client-name", "x-youtube-client-version", "x-goog-visitor-id"),
}
_KEPT_SECONDS = 5.0
# What is longer, or steers a terminal, is no name of a type: both are stored and told in messages.
_NAME = re.compile(r"[ -~]{1,255}")
_UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answer with status 2xx.

    ``data`` is decoded; ``media_type`` is lower-case and ``application/octet-stream`` where the
    server names none; ``charset`` is what the header says; ``headers`` has lower-case names and no
    cookies; ``url`` was asked for and ``final_url`` answered.
    """

    data: bytes
    media_type: str
    charset: str | None
    headers: Mapping[str, str]
    url: str
    final_url: str


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of ``url`` beside a plain GET: ``body`` makes it a POST.

    ``headers`` may only be those of ``_EXTRA_HEADERS``. A redirect to another origin does not see
    them, and a POST is not redirected. ``deadline_seconds`` takes the place of the limits' own.
    """

    url: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    deadline_seconds: float | None = None

    @property
    def method(self) -> str:
        """Return GET or POST."""
        return "GET" if self.body is None else "POST"


class GuardedClient:
    """Fetches pages within a policy and limits. Use it as an async context manager.

    ``resolver`` and ``dialer`` replace the system's look-ups and sockets; ``tls`` the system's
    trusted certificates; ``politeness`` is how often one host is asked. Connections are reused for
    a few seconds, to the address once judged.
    """

    def __init__(
        self,
        policy: NetworkPolicy | None = None,
        limits: FetchLimits | None = None,
        *,
        resolver: Resolver = system_resolver,
        dialer: httpcore2.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
        politeness: Politeness | None = None,
    ) -> None:
        self.policy = policy or NetworkPolicy()
        self.politeness = politeness or Politeness(0.0)
        self.limits = limits or FetchLimits()
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls or httpcore2.default_ssl_context(),
            max_connections=MOST_AT_ONCE,  # callers ask for no more
            keepalive_expiry=_KEPT_SECONDS,
            network_backend=GuardedBackend(self.policy, resolver, dialer),
        )

    async def __aenter__(self) -> Self:
        await self._pool.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._pool.__aexit__(kind, error, trace)

    async def get(
        self,
        url: str,
        admit: Admit | None = None,
        *,
        polite: bool = False,
        deadline_seconds: float | None = None,
    ) -> Fetched:
        """Fetch ``url``, following redirects; ``admit`` is asked before each hop.

        ``polite`` waits for the host's next turn first; that does not count for the deadline.

        Raises:
            FetchError: one subclass per cause; its text names the address and what to do.
        """
        target = parse_web_url(url)
        if polite and not self.policy.exempts(target.host, target.port):
            await self.politeness.turn(target.host)
            if seconds := self.politeness.closed_seconds(target.host):
                raise ServerBusy(
                    f"{target}: {target.host} said 429 or 503 and is left alone: retry "
                    f"after {seconds:.0f} s."
                )
        return await self.send(Request(url, deadline_seconds=deadline_seconds), admit)

    async def send(self, request: Request, admit: Admit | None = None) -> Fetched:
        """Fetch what ``request`` asks for, as ``get`` does.

        Raises:
            FetchError: one subclass per cause; its text names the address and what to do.
        """
        if unknown := {name.lower() for name in request.headers} - _EXTRA_HEADERS:
            raise ValueError(f"these headers are not ours to send: {sorted(unknown)}")
        deadline = request.deadline_seconds or self.limits.deadline_seconds
        try:
            async with asyncio.timeout(deadline):
                return await self._follow(parse_web_url(request.url), request, admit)
        except TimeoutError as error:
            raise DeadlineExceeded(
                f"{shown(request.url)} was not complete after {deadline:g} s: "
                "the server is too slow; retry later, or save the page and submit the file."
            ) from error

    async def _follow(self, first: WebUrl, request: Request, admit: Admit | None) -> Fetched:
        url = first
        for _ in range(self.limits.max_redirects + 1):
            self.policy.check_port(url)
            if admit is not None:
                await admit(url)
            extra = request.headers if url.origin == first.origin else {}
            async with self._exchange(url, request, extra) as response:
                headers = _headers(response)
                if response.status in _TOO_MANY:
                    self.politeness.refused(url.host, _seconds_to_wait(headers))
                else:
                    self.politeness.answered(url.host)
                if response.status not in _REDIRECTS:
                    _check_status(url, response.status, headers)
                    _check_whole(response.status, request)
                    return await self._read(response, headers, first, url)
            if request.body is not None:
                raise RedirectForbidden(f"{url} redirects what was sent to it: retry later.")
            target = next_hop(url, headers.get("location"))
            self.policy.check_hop(url, target)
            url = target
        raise TooManyRedirects(
            f"{first} redirects more than {self.limits.max_redirects} times: open it in a browser "
            "and submit the address where it ends."
        )

    @asynccontextmanager
    async def _exchange(
        self, url: WebUrl, request: Request, extra: Mapping[str, str]
    ) -> AsyncIterator[httpcore2.Response]:
        with _translated(url):
            exchange = self._pool.stream(
                request.method,
                httpcore2.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target),
                headers=[
                    ("Host", url.authority),
                    ("User-Agent", USER_AGENT),
                    ("Accept", _ACCEPT),
                    ("Accept-Encoding", "gzip, deflate"),
                    *extra.items(),
                ],
                content=request.body,
                extensions={"timeout": {"connect": self.limits.connect_seconds}},
            )
            async with exchange as response:
                yield response

    async def _read(
        self,
        response: httpcore2.Response,
        headers: Mapping[str, str],
        first: WebUrl,
        url: WebUrl,
    ) -> Fetched:
        media_type, charset = _content_type(headers.get("content-type"))
        try:
            data = await read_body(response.aiter_stream(), headers, media_type, self.limits)
        except (httpcore2.NetworkError, httpcore2.RemoteProtocolError) as error:
            raise BodyTruncated("the connection ended before the page did: retry later.") from error
        return Fetched(data, media_type, charset, headers, str(first), str(url))


def _headers(response: httpcore2.Response) -> dict[str, str]:
    """Return the headers with lower-case names, repeated ones joined (RFC 9110, 5.2)."""
    joined: dict[str, str] = {}
    for raw_name, raw_value in response.headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    joined.pop("set-cookie", None)
    return joined


def _content_type(header: str | None) -> tuple[str, str | None]:
    if not header:
        return _UNKNOWN, None
    message = Message()
    message["Content-Type"] = header.partition(",")[0]  # some send the header twice
    media_type, charset = message.get_content_type(), message.get_content_charset() or ""
    return (
        media_type if _NAME.fullmatch(media_type) else _UNKNOWN,
        charset if _NAME.fullmatch(charset) else None,
    )


def next_hop(url: WebUrl, location: str | None) -> WebUrl:
    """Return where ``url`` redirects to.

    Raises:
        ResponseMalformed: if it does not say.
        RedirectForbidden: if that is no web address, or gives up https.
    """
    if not location:
        raise ResponseMalformed(f"{url} redirects without saying where to: open it in a browser.")
    try:
        # Servers write UTF-8 there; headers were read as Latin-1, which loses nothing.
        target = url.join(location.encode("latin-1").decode("utf-8", "replace"))
    except InvalidUrl as error:
        raise RedirectForbidden(f"{url} redirects to what is no web address: {error}") from error
    if (url.scheme, target.scheme) == ("https", "http"):
        raise RedirectForbidden(
            f"{url} redirects from https to the unencrypted {target}: submit that address itself "
            "if you trust it."
        )
    return target


# --- What went wrong -----------------------------------------------------------------------------


def _check_status(url: WebUrl, status: int, headers: Mapping[str, str]) -> None:
    """Let a 2xx pass and raise for every other status."""
    if 200 <= status < 300:  # noqa: PLR2004 RFC 9110's classes of status
        return
    answer = f"{url} answers {status}"
    if status in {404, 410}:
        raise PageMissing(
            f"{answer}, no such page: check the address, or look for an archived copy."
        )
    if status in {408, 425}:  # Request Timeout, Too Early: the request is welcome another time
        raise ServerBusy(f"{answer}, not now: {_wait(headers)}.")
    if status == 429:  # noqa: PLR2004 Too Many Requests
        raise ServerBusy(f"{answer}, too many requests: {_wait(headers)}.")
    if 500 <= status < 600:  # noqa: PLR2004 RFC 9110's classes of status
        raise ServerFailed(f"{answer}, a failure of the server: {_wait(headers)}.")
    if status >= 400:  # noqa: PLR2004 RFC 9110's classes of status
        raise PageForbidden(f"{answer}, not open to casebook: save the page and submit the file.")
    raise ResponseMalformed(f"{answer}, which is no page: open it in a browser.")


def _check_whole(status: int, request: Request) -> None:
    """Refuse a part of a page that nobody asked a part of (RFC 9110, 15.3.7)."""
    asked = {name.lower() for name in request.headers}
    if status == 206 and "range" not in asked:  # noqa: PLR2004 Partial Content
        raise BodyTruncated("the server sent a part of the page only (206): retry later.")


def _seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """Return for how long a server wishes to be left alone (RFC 9110, 10.2.3), None if unsaid."""
    after = headers.get("retry-after", "").strip()
    if after.isdecimal():
        return float(after[:9])
    try:
        until = parsedate_to_datetime(after)
    except (ValueError, OverflowError):  # of a year with more figures than a number of C takes
        return None
    return max(0.0, until.timestamp() - time.time())


def _wait(headers: Mapping[str, str]) -> str:
    after = headers.get("retry-after", "").strip()
    if after.isdecimal():
        return f"retry after {after[:9]} s"
    return f"retry after {shown(after)}" if after else "retry later"


@contextmanager
def _translated(url: WebUrl) -> Iterator[None]:
    """Turn httpcore's errors into ours, and give every message its address."""
    try:
        yield
    except FetchError as error:
        if str(url) in str(error):
            raise
        raise type(error)(f"{url}: {error}") from error
    except httpcore2.ConnectTimeout as error:
        raise HostUnreachable(f"{url}: {url.host} does not answer: retry later.") from error
    except httpcore2.ConnectError as error:
        raise _unconnected(url, error) from error
    except httpcore2.LocalProtocolError as error:
        raise InvalidUrl(f"{url} cannot be asked for ({error}): check the address.") from error
    except httpcore2.RemoteProtocolError as error:
        if _beneath(error) is None:  # not h11's: the connection closed before an answer
            raise HostUnreachable(f"{url}: {url.host} hung up without an answer: retry.") from error
        raise ResponseMalformed(f"{url} does not answer in HTTP: {error}.") from error
    except (httpcore2.NetworkError, httpcore2.TimeoutException) as error:
        raise HostUnreachable(f"{url}: the connection broke: retry later.") from error


def _beneath(error: Exception) -> object:
    """Return the error that httpcore wrapped, which its pool cuts off from ``__cause__``."""
    return error.args[0] if error.args and isinstance(error.args[0], Exception) else None


def _unconnected(url: WebUrl, error: httpcore2.ConnectError) -> FetchError:
    cause = _beneath(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return TlsFailed(
            f"{url}: the certificate does not hold for {url.host} ({cause.verify_message}): check "
            "the address, and this machine's clock and certificates."
        )
    if isinstance(cause, ssl.SSLError):
        return TlsFailed(f"{url}: no secure connection ({cause.reason}): try a browser.")
    return HostUnreachable(f"{url}: {url.host} refuses the connection: check it, or retry later.")
