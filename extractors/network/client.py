"""The only access to the network: guarded and bounded requests without cookies.

httpcore2 (beneath httpx2) accepts our network backend, sends exactly the address that was parsed,
and does not follow redirects, keep cookies, read proxies from the environment or decompress.
"""

import asyncio
import errno
import re
import ssl
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from email.message import Message
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import NamedTuple
from urllib.parse import unquote

import httpcore2

from extractors.data import table
from extractors.formats import OUR_TYPES
from extractors.network.guard import GuardedBackend, NetworkPolicy, Resolver, system_resolver
from extractors.network.limits import FetchLimits, read_body
from extractors.text import one_line
from extractors.urls import WebUrl, parse_web_url, shown
from schemas import errors
from schemas.errors import FetchError, InvalidUrl, Unreachable
from schemas.sources import Payload

ROBOTS_NAME = "casebook"  # our name in a robots.txt
USER_AGENT = f"{ROBOTS_NAME}/{version('casebook-llmops')} (+https://github.com/casebook/casebook)"
LONGEST_PAUSE = 60.0  # seconds; longer pauses between two requests to a host raise ServerBusy
# Called before each request of a fetch, redirects included; raises to stop it.
Admit = Callable[[WebUrl], Awaitable[None]]
_HEADERS = {
    "User-Agent": USER_AGENT,
    "Accept": "text/html,application/xhtml+xml,application/pdf,text/markdown,text/plain,*/*;q=0.5",
    "Accept-Encoding": "gzip, deflate",
}
_REDIRECTS = {301, 302, 303, 307, 308}
_STATUSES = table("statuses")
_WHOLE = set(range(200, 300)) - {206}
_HTTP_ERRORS = (
    *(httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException),
    *(httpcore2.ProxyError, httpcore2.ConnectionNotAvailable),
)
_NAME = re.compile(r"[ -~]{1,255}")  # other types could be huge, or contain escapes
_UNKNOWN = "application/octet-stream"


class Politeness:
    """Spaces the requests to each host, first come, first served.

    ``interval`` is the minimum pause in seconds, unless robots.txt asks for more.
    """

    def __init__(
        self,
        interval: float = 1.0,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval, self._clock, self._sleep = interval, clock, sleep
        self._delays: dict[str, float] = {}
        self._next: defaultdict[str, float] = defaultdict(float)
        self._paused_until: defaultdict[str, float] = defaultdict(float)
        self._refusals: defaultdict[str, int] = defaultdict(int)

    def slow_down(self, host: str, seconds: float) -> None:
        """Respect a Crawl-delay, up to a minute."""
        self._delays[host] = min(seconds, LONGEST_PAUSE)

    def record(self, host: str, status: int, seconds: float | None = None) -> None:
        """Record a response; after a 429 or 503 pause as it asks, or twice as long each time."""
        self._refusals[host] = self._refusals[host] + 1 if status in {429, 503} else 0
        if refusals := self._refusals[host]:
            pause = 2.0 ** min(refusals, 10) if seconds is None else seconds
            self._paused_until[host] = self._clock() + min(pause, 3_600.0)

    async def wait(self, host: str) -> None:
        """Wait until the next request to ``host`` can start; raise ServerBusy for long waits."""
        now = self._clock()
        pause = self._paused_until[host] - now
        if pause > LONGEST_PAUSE:
            message = f"{host} refuses requests (429 or 503): retry after {pause:.0f} s."
            raise errors.ServerBusy(message, retry_after=pause)
        when = max(now, self._next[host], self._paused_until[host])
        self._next[host] = when + max(self._interval, self._delays.get(host, 0.0))
        if when > now:
            await self._sleep(when - now)


class GuardedClient(AbstractAsyncContextManager["GuardedClient"]):
    """Fetches pages within a policy and limits. Use it as an async context manager.

    ``proxy`` (``http://user:password@host:port``) is an egress proxy for all connections; names of
    hosts that resolve here are still checked. ``resolver``, ``dialer`` and ``tls`` replace the
    system's name lookups, sockets and trusted certificates.
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
        self.policy, self.limits = policy or NetworkPolicy(), limits or FetchLimits()
        self.politeness = politeness or Politeness()
        dialer = dialer or httpcore2.AnyIOBackend()
        self._guard = backend = GuardedBackend(self.policy, resolver, dialer)
        self._proxied = proxy is not None
        through = None
        if proxy:
            scheme, _, rest = proxy.partition("://")
            person, _, place = rest.rpartition("@")
            address = parse_web_url(f"{scheme}://{place}")
            own = NetworkPolicy(frozenset({f"{address.host}:{address.port}"}))
            backend = GuardedBackend(own, resolver, dialer)
            name, _, password = map(unquote, person.partition(":"))
            through = httpcore2.Proxy(address.origin, auth=(name, password) if person else None)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls or httpcore2.default_ssl_context(),
            proxy=through,
            max_connections=64,
            keepalive_expiry=5.0,
            network_backend=backend,
        )

    async def __aexit__(self, *_: object) -> None:
        await self._pool.aclose()

    async def get(
        self,
        url: str,
        *,
        admit: Admit | None = None,
        polite: bool = True,
        limits: FetchLimits | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Payload:
        """Return the decoded response of ``url``; ``admit`` is called before each hop.

        If ``polite``, first waits as the host requires, which does not count towards the deadline.
        With ``body``, sends a POST, which is not redirected. ``headers`` are not sent to other
        origins. Raises FetchError with the address and advice.
        """
        first, limits = parse_web_url(url), limits or self.limits
        if polite and not self.policy.allows(first.host, first.port):
            await self.politeness.wait(first.host)
        seconds = limits.deadline_seconds
        try:
            async with asyncio.timeout(seconds):
                return await self._follow(first, admit, _Sent(body, headers or {}, limits))
        except TimeoutError as error:
            message = f"{first} was not complete after {seconds:g} s: retry later, or save it."
            raise Unreachable(message, "deadline_exceeded") from error

    async def _follow(self, first: WebUrl, admit: Admit | None, sent: "_Sent") -> Payload:
        url = first
        for _ in range(self.limits.max_redirects + 1):
            self.policy.check_port(url)
            if self._proxied:
                with suppress(Unreachable):  # a name that only the proxy knows
                    await self._guard.checked(url.host, url.port)
            if admit is not None:
                await admit(url)
            answer = await self._request(url, sent)
            if isinstance(answer, Payload):
                return answer.model_copy(update={"url": str(first)})
            if sent.body is not None:
                raise FetchError(f"{url} redirects a POST: retry later.", "redirect_forbidden")
            target = _next_hop(url, answer)
            self.policy.check_hop(url, target)
            if target.origin != first.origin:
                sent = sent._replace(headers={})
            url = target
        count = self.limits.max_redirects
        message = f"{first} redirects more than {count} times: submit the final address."
        raise FetchError(message, "too_many_redirects")

    async def _request(self, url: WebUrl, sent: "_Sent") -> Payload | str:
        """Return the response of one server, or the location of a redirect."""
        has_response = False
        try:
            async with self._pool.stream(
                "GET" if sent.body is None else "POST",
                httpcore2.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target),
                headers=[("Host", url.authority), *_HEADERS.items(), *sent.headers.items()],
                content=sent.body,
                extensions={"timeout": {"connect": self.limits.connect_seconds}},
            ) as response:
                has_response, headers = True, _headers(response)
                if response.status in _REDIRECTS:
                    return headers.get("location", "")
                seconds = _retry_after(headers)
                self.politeness.record(url.host, response.status, seconds)
                if response.status not in _WHOLE:
                    raise error_of("page", response.status, str(url), seconds)
                kind, charset = _content_type(headers.get("content-type", ""))
                data = await read_body(response.aiter_stream(), headers, kind, sent.limits)
                return Payload(
                    data=data,
                    media_type=kind,
                    charset=charset,
                    name=one_line(url.name),
                    final_url=str(url),
                    headers=headers,
                )
        except FetchError as error:
            if str(url) not in str(error):
                error.args = (f"{url}: {error}",)
            raise
        except _HTTP_ERRORS as error:
            raise _error_for(url, error, has_response) from error


class _Sent(NamedTuple):
    body: bytes | None
    headers: Mapping[str, str]
    limits: FetchLimits


def error_of(
    kind: str, status: int, address: str, seconds: float | None = None
) -> errors.CasebookError:
    """Return the error for a response status; ``seconds`` is the delay before a retry."""
    known = next(row for one, row in _STATUSES[kind].items() if re.fullmatch(one, str(status)))
    when = "retry later" if seconds is None else f"retry after {seconds:.0f} s"
    message = f"{address} answers {status}, {known['text'].format(when=when)}."
    error: type[errors.CasebookError] = getattr(errors, known["error"])
    return error(message, known.get("cause"), seconds)


def _next_hop(url: WebUrl, location: str) -> WebUrl:
    """Return the target of a redirect; raise FetchError if it must not be followed."""
    try:
        # Servers write UTF-8; headers were decoded as Latin-1, which loses nothing.
        target = url.join(location.encode("latin-1").decode("utf-8", "replace"))
    except InvalidUrl as error:
        message = f"{url} redirects to an invalid address: {error}"
        raise FetchError(message, "redirect_forbidden") from error
    if (url.scheme, target.scheme) == ("https", "http"):
        message = f"{url} redirects from https to the unencrypted {target}: submit that address."
        raise FetchError(message, "redirect_forbidden")
    return target


def _headers(response: httpcore2.Response) -> dict[str, str]:
    """Return the headers by lower-case name, repeated ones joined (RFC 9110, 5.2)."""
    joined: dict[str, str] = {}
    for raw_name, raw_value in response.headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    joined.pop("set-cookie", None)
    return joined


def _content_type(header: str) -> tuple[str, str | None]:
    message = Message()
    message["Content-Type"] = header.partition(",")[0] or _UNKNOWN  # some send it twice
    media_type, charset = message.get_content_type(), message.get_content_charset() or ""
    honest = _NAME.fullmatch(media_type) and not media_type.startswith(OUR_TYPES)
    return media_type if honest else _UNKNOWN, charset if _NAME.fullmatch(charset) else None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the Retry-After delay in seconds, None if it is missing or invalid."""
    after = headers.get("retry-after", "").strip()
    if after.isdecimal():
        return float(after[:9])
    try:
        return max(0.0, parsedate_to_datetime(after).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _error_for(url: WebUrl, error: Exception, has_response: bool) -> FetchError:
    """Return our error for one of httpcore's, whose cause is in ``args``."""
    if has_response and isinstance(error, httpcore2.NetworkError | httpcore2.RemoteProtocolError):
        message = f"{url}: the connection ended before the page was complete: retry later."
        return Unreachable(message, "body_truncated")
    cause = error.args[0] if error.args and isinstance(error.args[0], Exception) else None
    if isinstance(cause, ssl.SSLError):
        reason = getattr(cause, "verify_message", None) or cause.reason
        message = f"{url}: no valid certificate or secure connection ({reason}): check the address."
        return FetchError(message, "tls_failed")
    if isinstance(cause, OSError) and cause.errno in {errno.ENETUNREACH, errno.ENETDOWN}:
        return Unreachable(f"{url}: this machine has no network: check it, then retry.", "offline")
    reason = shown(str(error) or type(error).__name__)
    if isinstance(error, httpcore2.LocalProtocolError):
        return InvalidUrl(f"{url} cannot be requested ({reason}): check the address.")
    if isinstance(error, httpcore2.RemoteProtocolError) and cause:
        return FetchError(f"{url} does not answer in HTTP ({reason}): open it.", "malformed")
    return Unreachable(f"{url}: no connection ({reason}): retry later.", "host_unreachable")
