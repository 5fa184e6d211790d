"""The one way to the network: a request that is guarded, bounded and remembers nothing.

It speaks HTTP/1.1 through httpcore2 (the transport beneath httpx2) because httpcore takes our
network backend, sends exactly the address that was parsed, and neither follows redirects, keeps
cookies, reads proxy settings from the environment nor decompresses.
"""

import asyncio
import errno
import re
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from email.message import Message
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Self

import httpcore2

from extractors.network.body import FetchLimits, read_body
from extractors.network.guard import (
    GuardedBackend,
    NetworkPolicy,
    Resolver,
    host_and_port,
    system_resolver,
)
from extractors.network.politeness import Politeness
from extractors.urls import WebUrl, parse_web_url, shown
from schemas.errors import (
    AccessDenied,
    BadResponse,
    FetchError,
    InvalidUrl,
    ServerBusy,
    SourceGone,
    Unreachable,
)

ROBOTS_NAME = "casebook"
"""The product name that a robots.txt addresses us by."""

USER_AGENT = (
    f"{ROBOTS_NAME}/{version('casebook')} "
    "(+https://github.com/casebook/casebook; case study archive)"
)

Admit = Callable[[WebUrl], Awaitable[None]]
"""Called before each request of a fetch, redirects included; raises to stop it."""

_HEADERS = {
    "User-Agent": USER_AGENT,
    "Accept": "text/html,application/xhtml+xml,application/pdf,text/markdown,text/plain,*/*;q=0.5",
    "Accept-Encoding": "gzip, deflate, br",
}
_EXTRA_HEADERS = {
    *("accept-language", "content-type", "cookie", "origin", "range"),
    *("x-youtube-client-name", "x-youtube-client-version", "x-goog-visitor-id"),
}
_REDIRECTS = {301, 302, 303, 307, 308}
_MOST_CONNECTIONS = 64
_KEPT_SECONDS = 5.0
# What is longer, or steers a terminal, is not the name of a type: both are stored and shown.
_NAME = re.compile(r"[ -~]{1,255}")
_UNKNOWN = "application/octet-stream"
_PARTIAL = 206


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answer with status 2xx.

    ``data`` is decoded; ``media_type`` is lower-case and ``application/octet-stream`` where the
    server names none; ``charset`` is what the header says; ``headers`` has lower-case names and no
    cookies; ``url`` was asked for and ``final_url`` answered.
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    media_type: str
    charset: str | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """One request: ``body`` makes it a POST, which is not redirected.

    ``headers`` may only be those of ``_EXTRA_HEADERS``; a redirect to another origin does not get
    them. ``max_bytes`` and ``deadline_seconds`` take the place of the limits' own.
    """

    url: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    max_bytes: int | None = None
    deadline_seconds: float | None = None


class GuardedClient:
    """Fetches pages within a policy and limits. Use it as an async context manager.

    ``proxy`` (``http://host:port``) is an egress proxy that all connections go through; names are
    then still judged by what they resolve to here, if they resolve. ``resolver``, ``dialer`` and
    ``tls`` replace the system's look-ups, sockets and trusted certificates.
    """

    def __init__(
        self,
        policy: NetworkPolicy | None = None,
        limits: FetchLimits | None = None,
        *,
        politeness: Politeness | None = None,
        proxy: str | None = None,
        resolver: Resolver = system_resolver,
        dialer: httpcore2.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.policy = policy or NetworkPolicy()
        self.limits = limits or FetchLimits()
        self.politeness = politeness or Politeness()
        dialer = dialer or httpcore2.AnyIOBackend()
        backend = self._guard = GuardedBackend(self.policy, resolver, dialer)
        self._proxy = parse_web_url(proxy) if proxy else None
        if self._proxy:
            own = frozenset({host_and_port(self._proxy.host, self._proxy.port)})
            backend = GuardedBackend(NetworkPolicy(own), resolver, dialer)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls or httpcore2.default_ssl_context(),
            proxy=httpcore2.Proxy(str(self._proxy)) if self._proxy else None,
            max_connections=_MOST_CONNECTIONS,
            keepalive_expiry=_KEPT_SECONDS,
            network_backend=backend,
        )

    async def __aenter__(self) -> Self:
        await self._pool.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._pool.aclose()

    async def get(
        self,
        url: str,
        *,
        admit: Admit | None = None,
        polite: bool = True,
        max_bytes: int | None = None,
        deadline_seconds: float | None = None,
    ) -> Fetched:
        """Fetch ``url``, following redirects; ``admit`` is called before each hop.

        ``polite`` waits for the host's next turn first, which does not count for the deadline.

        Raises:
            FetchError: with the address and what to do.
        """
        request = Request(url, max_bytes=max_bytes, deadline_seconds=deadline_seconds)
        return await self.send(request, admit=admit, polite=polite)

    async def send(
        self, request: Request, *, admit: Admit | None = None, polite: bool = False
    ) -> Fetched:
        """Send ``request`` as ``get`` does.

        Raises:
            FetchError: with the address and what to do.
        """
        if unknown := {name.lower() for name in request.headers} - _EXTRA_HEADERS:
            raise ValueError(f"these headers are not ours to send: {sorted(unknown)}")
        first = parse_web_url(request.url)
        if polite and not self.policy.allows(first.host, first.port):
            await self.politeness.turn(first.host)
        deadline = request.deadline_seconds or self.limits.deadline_seconds
        try:
            async with asyncio.timeout(deadline):
                return await self._follow(first, request, admit)
        except TimeoutError as error:
            raise Unreachable(
                f"{first} was not complete after {deadline:g} s: the server is too slow; retry "
                "later, or save the page and submit the file.",
                "deadline_exceeded",
            ) from error

    async def _follow(self, first: WebUrl, request: Request, admit: Admit | None) -> Fetched:
        url = first
        for _ in range(self.limits.max_redirects + 1):
            self.policy.check_port(url)
            if self._proxy:
                with suppress(Unreachable):  # a name that only the proxy knows
                    await self._guard.judged(url.host, url.port)
            if admit is not None:
                await admit(url)
            async with self._exchange(url, first, request) as response:
                headers = _headers(response)
                if response.status not in _REDIRECTS:
                    self._check_status(url, response.status, headers, request)
                    return await self._fetched(response, headers, (first, url), request)
            if request.body is not None:
                raise BadResponse(f"{url} redirects a POST: retry later.", "redirect_forbidden")
            target = next_hop(url, headers.get("location"))
            self.policy.check_hop(url, target)
            url = target
        raise BadResponse(
            f"{first} redirects more than {self.limits.max_redirects} times: open it in a browser "
            "and submit the address where it ends.",
            "too_many_redirects",
        )

    @asynccontextmanager
    async def _exchange(
        self, url: WebUrl, first: WebUrl, request: Request
    ) -> AsyncIterator[httpcore2.Response]:
        extra = request.headers if url.origin == first.origin else {}
        try:
            async with self._pool.stream(
                "GET" if request.body is None else "POST",
                httpcore2.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target),
                headers=[("Host", url.authority), *_HEADERS.items(), *extra.items()],
                content=request.body,
                extensions={"timeout": {"connect": self.limits.connect_seconds}},
            ) as response:
                yield response
        except FetchError as error:
            if str(url) not in str(error):
                error.args = (f"{url}: {error}",)
            raise
        except _HTTP_ERRORS as error:
            raise _translated(url, error) from error

    def _check_status(
        self, url: WebUrl, status: int, headers: Mapping[str, str], request: Request
    ) -> None:
        seconds = _retry_after(headers)
        if status in {429, 503}:
            self.politeness.refused(url.host, seconds)
        else:
            self.politeness.answered(url.host)
        if status == _PARTIAL and "range" not in {name.lower() for name in request.headers}:
            message = f"{url} answers 206, a part of the page only: retry later."
            raise Unreachable(message, "body_truncated")
        if error := _error_of(url, status, seconds):
            raise error

    async def _fetched(
        self,
        response: httpcore2.Response,
        headers: Mapping[str, str],
        ends: tuple[WebUrl, WebUrl],
        request: Request,
    ) -> Fetched:
        media_type, charset = _content_type(headers.get("content-type"))
        limits = self.limits
        if cap := request.max_bytes:
            limits = replace(limits, text_bytes=cap, file_bytes=cap, audio_bytes=cap)
        try:
            data = await read_body(response.aiter_stream(), headers, media_type, limits)
        except (httpcore2.NetworkError, httpcore2.RemoteProtocolError) as error:
            message = "the connection ended before the page did: retry later."
            raise Unreachable(message, "body_truncated") from error
        first, url = map(str, ends)
        return Fetched(first, url, response.status, headers, media_type, charset, data)


def next_hop(url: WebUrl, location: str | None) -> WebUrl:
    """Return where ``url`` redirects to.

    Raises:
        BadResponse: if it does not say, that is not a web address, or it gives up https.
    """
    if not location:
        raise BadResponse(f"{url} redirects without saying where: open it.", "malformed")
    try:
        # Servers write UTF-8 there; headers were decoded as Latin-1, which loses nothing.
        target = url.join(location.encode("latin-1").decode("utf-8", "replace"))
    except InvalidUrl as error:
        message = f"{url} redirects to something that cannot be fetched: {error}"
        raise BadResponse(message, "redirect_forbidden") from error
    if (url.scheme, target.scheme) == ("https", "http"):
        raise BadResponse(
            f"{url} redirects from https to the unencrypted {target}: submit that address itself "
            "if you trust it.",
            "redirect_forbidden",
        )
    return target


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


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return for how many seconds a server wishes to be left alone, None where it does not say."""
    after = headers.get("retry-after", "").strip()
    if after.isdecimal():
        return float(after[:9])
    try:
        return max(0.0, parsedate_to_datetime(after).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _error_of(url: WebUrl, status: int, seconds: float | None) -> FetchError | None:
    """Return the error that a status means (RFC 9110), None for 2xx."""
    answer = f"{url} answers {status}"
    when = "retry later" if seconds is None else f"retry after {seconds:.0f} s"
    if 200 <= status < 300:  # noqa: PLR2004 - success
        return None
    if status in {404, 410}:
        advice = "check the address, or look for an archived copy"
        return SourceGone(f"{answer}, no such page: {advice}.", "page_missing")
    if status in {408, 425, 429, 503}:  # timeout, too early, too many requests, unavailable
        return ServerBusy(f"{answer}, not now: {when}.", retry_after=seconds)
    if 500 <= status < 600:  # noqa: PLR2004 - failures of the server
        return Unreachable(f"{answer}, a failure of the server: {when}.", "server_failed")
    if status >= 400:  # noqa: PLR2004 - refusals
        advice = "save the page and submit the file"
        return AccessDenied(f"{answer}, not open to casebook: {advice}.", "page_forbidden")
    return BadResponse(f"{answer}, which is not a page: open it in a browser.", "malformed")


_HTTP_ERRORS = (
    httpcore2.ConnectionNotAvailable,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.TimeoutException,
)


def _translated(url: WebUrl, error: Exception) -> FetchError:
    """Return our error for one of httpcore's, which keeps its own cause in ``args``."""
    cause = error.args[0] if error.args and isinstance(error.args[0], Exception) else None
    if isinstance(cause, ssl.SSLError):
        reason = getattr(cause, "verify_message", None) or cause.reason
        message = f"{url}: no valid certificate or secure connection ({reason}): check the address."
        return BadResponse(message, "tls_failed")
    if isinstance(cause, OSError) and cause.errno in {errno.ENETUNREACH, errno.ENETDOWN}:
        return Unreachable(f"{url}: this machine has no network: check it, then retry.", "offline")
    if isinstance(error, httpcore2.LocalProtocolError):
        return InvalidUrl(f"{url} cannot be requested ({error}): check the address.")
    if isinstance(error, httpcore2.RemoteProtocolError) and cause:
        message = f"{url} does not answer in HTTP ({shown(str(error))}): open it in a browser."
        return BadResponse(message, "malformed")
    what = shown(str(error)) or type(error).__name__
    return Unreachable(f"{url}: no connection ({what}): retry later.", "host_unreachable")
