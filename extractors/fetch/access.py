"""Cookies of one's own browser and proxies for YouTube; both are off without ``youtube.toml``.

A proxy resolves names by itself, so the guard cannot check its connections: cookies and proxies are
used only for YouTube's own hosts, which ``data/youtube.toml`` names.
"""

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from http.cookiejar import LoadError, MozillaCookieJar
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request

from extractors.data import table
from extractors.network.client import GuardedClient
from extractors.urls import WebUrl
from schemas.errors import ConfigurationError, FetchError

_HOSTS = tuple(f".{host}" for host in table("youtube")["access"]["hosts"])
_FORM = (
    'write lines such as cookies = "cookies.txt" and '
    'proxies = ["http://user:password@proxy.example.com:3128"]'
)


def on_hosts(url: WebUrl) -> bool:
    """Return whether an address belongs to YouTube's hosts, those of its media included."""
    return url.scheme == "https" and f".{url.host}".endswith(_HOSTS)


async def stay_on_hosts(url: WebUrl) -> None:
    """Raise FetchError if a proxy for YouTube is to fetch from another host."""
    if not on_hosts(url):
        message = f"{url} is not on YouTube, and proxies in youtube.toml are only for its hosts."
        raise FetchError(message, "redirect_forbidden")


@dataclass(frozen=True)
class YouTubeAccess:
    """A file of cookies in Netscape's format, and a client for each proxy."""

    cookies: Path | None = None
    clients: Sequence[GuardedClient] = ()
    _turns: Iterator[int] = field(default_factory=count)

    def turns(self, direct: GuardedClient) -> Sequence[GuardedClient]:
        """Return the clients to try for a video, another one first each time."""
        clients = self.clients or [direct]
        first = next(self._turns) % len(clients)
        return [*clients[first:], *clients[:first]]

    def cookie_header(self, url: WebUrl) -> str:
        """Return the cookies for an address on YouTube's hosts, else an empty string."""
        request = Request(str(url))  # noqa: S310 - never opened
        if self.cookies and on_hosts(url):
            self._jar.add_cookie_header(request)
        return request.get_header("Cookie") or ""

    @cached_property
    def _jar(self) -> MozillaCookieJar:
        return _read_cookies(self.cookies or Path())


def read_access(file: Path, connect: Callable[[str], GuardedClient]) -> YouTubeAccess:
    """Return what ``file`` states, nothing if it is missing; ``connect`` makes a proxy's client.

    Raises ConfigurationError without the values: they contain passwords.
    """
    try:
        found = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
    except (ValueError, OSError):
        raise ConfigurationError(f"{file} cannot be read as TOML; {_FORM}") from None
    cookies, proxies = found.get("cookies"), found.get("proxies", [])
    is_known = not found.keys() - {"cookies", "proxies"} and isinstance(cookies, str | None)
    if not is_known or not isinstance(proxies, list) or not all(map(_is_proxy, proxies)):
        raise ConfigurationError(f"{file} has another form; {_FORM}")
    jar = file.parent / Path(cookies).expanduser() if cookies else None
    if jar:
        _read_cookies(jar)
    return YouTubeAccess(jar, [connect(one) for one in proxies])


def _is_proxy(value: object) -> bool:
    try:
        address = urlsplit(value) if isinstance(value, str) else None
        return bool(address and address.scheme == "http" and address.hostname and address.port)
    except ValueError:
        return False


def _read_cookies(file: Path) -> MozillaCookieJar:
    jar = MozillaCookieJar(file)
    try:
        jar.load(ignore_discard=True, ignore_expires=True)
    except (LoadError, OSError, ValueError):
        advice = "export the cookies of youtube.com from your browser in Netscape's format"
        raise ConfigurationError(f"{file} is not a file of cookies; {advice}") from None
    for cookie in jar:
        cookie.expires = cookie.expires or None  # 0 marks a cookie of the browser's session
    return jar
