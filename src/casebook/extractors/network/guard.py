"""The guard between an address and a connection: resolve once, judge all, connect to what passed.

It sits where httpcore asks for a TCP connection, below redirects, TLS and everything else, so
nothing that speaks HTTP through it can reach an address that was not judged. The address judged
is the address connected to; a name that changes its answer between two look-ups gains nothing.
"""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Protocol

import httpcore2

from casebook.extractors.network.addresses import IPAddress, refusal
from casebook.extractors.urls import DEFAULT_PORTS, WebUrl
from casebook.schemas.errors import AddressForbidden, HostUnreachable, InvalidUrl, RedirectForbidden

_RESOLVE_SECONDS = 10.0  # where the caller sets no time for connecting


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """What the guard lets through beside the public internet's ports 80 and 443.

    ``allowed_hosts`` holds exact ``host:port`` entries (lower-case; IPv6 in brackets) whose
    addresses are not judged: an intranet wiki that the operator names, a server of the tests.
    They are for people to submit: no page of the public internet can redirect to them.
    """

    allowed_hosts: frozenset[str] = frozenset()
    allowed_ports: frozenset[int] = field(default_factory=lambda: frozenset(DEFAULT_PORTS.values()))

    def exempts(self, host: str, port: int) -> bool:
        """Return whether the operator named this host and port."""
        return _entry(host, port) in self.allowed_hosts

    def leads_inside(self, url: WebUrl, target: WebUrl) -> bool:
        """Return whether something outside names a host that is exempt."""
        inside = self.exempts(target.host, target.port)
        return inside and not self.exempts(url.host, url.port)

    def check_hop(self, url: WebUrl, target: WebUrl) -> None:
        """Let a redirect pass if it does not lead from outside to a host that is exempt.

        Raises:
            RedirectForbidden: if it does.
        """
        if self.leads_inside(url, target):
            raise RedirectForbidden(
                f"{url} redirects to {target}, a host of your own network: submit that address "
                "itself if you mean it."
            )

    def check_port(self, url: WebUrl) -> None:
        """Let ``url`` pass if its port may be used.

        Raises:
            InvalidUrl: if not.
        """
        if url.port in self.allowed_ports or self.exempts(url.host, url.port):
            return
        raise InvalidUrl(
            f"{url} uses port {url.port}, which is none of a public website's: to fetch from an "
            f"intranet host, add {_entry(url.host, url.port)} to CASEBOOK_ALLOWED_HOSTS."
        )

    def check_addresses(self, host: str, port: int, addresses: Sequence[IPAddress]) -> None:
        """Let ``host`` pass if every one of its ``addresses`` is public.

        Raises:
            AddressForbidden: naming the first address that is not, and why.
        """
        if self.exempts(host, port):
            return
        for address in addresses:
            if reason := refusal(address):
                subject = host if host == str(address) else f"{host} is {address}, which"
                raise AddressForbidden(
                    f"{subject} is {reason}. casebook fetches from the public internet only; for "
                    f"an intranet host, add {_entry(host, port)} to CASEBOOK_ALLOWED_HOSTS."
                )


class Resolver(Protocol):
    """Answers all addresses of a host name; raises OSError where there are none."""

    async def __call__(self, host: str, port: int) -> Sequence[IPAddress]:
        """Return the addresses of ``host`` in order of preference."""
        ...


async def system_resolver(host: str, port: int) -> Sequence[IPAddress]:
    """Ask the operating system, in a thread, for the addresses of ``host``.

    Raises:
        OSError: if it knows none.
    """
    loop = asyncio.get_running_loop()
    answers = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(answer[4][0])) for answer in answers))


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Opens TCP connections for httpcore, to judged addresses only.

    ``dialer`` opens the connection to the address that passed; it is never given a name.
    """

    def __init__(
        self,
        policy: NetworkPolicy,
        resolver: Resolver = system_resolver,
        dialer: httpcore2.AsyncNetworkBackend | None = None,
    ) -> None:
        self._policy = policy
        self._resolver = resolver
        self._dialer = dialer or httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first address of ``host`` that answers, if all of them are public.

        Raises:
            AddressForbidden: if one of them is not.
            HostUnreachable: if the name has no address.
            httpcore2.ConnectError: if no address answers.
            httpcore2.ConnectTimeout: if the last one did not answer in time.
        """
        addresses = await self._addresses(host, port, timeout or _RESOLVE_SECONDS)
        self._policy.check_addresses(host, port, addresses)
        for address in addresses[:-1]:
            try:
                return await self._dialer.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._dialer.connect_tcp(
            str(addresses[-1]), port, timeout, local_address, socket_options
        )

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 the signature is httpcore's
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002 likewise
    ) -> httpcore2.AsyncNetworkStream:
        """Refuse: no web address leads to a socket file.

        Raises:
            AddressForbidden: always.
        """
        raise AddressForbidden(f"{path} is a socket of this machine, not a website.")

    async def sleep(self, seconds: float) -> None:
        """Wait, for httpcore's own retries (of which we ask none)."""
        await asyncio.sleep(seconds)

    async def _addresses(self, host: str, port: int, seconds: float) -> Sequence[IPAddress]:
        try:
            return [ip_address(host)]
        except ValueError:
            pass
        try:
            async with asyncio.timeout(seconds):
                addresses = await self._resolver(host, port)
        except OSError as error:  # TimeoutError is one
            raise HostUnreachable(_unresolved(host)) from error
        if not addresses:
            raise HostUnreachable(_unresolved(host))
        return addresses


def _entry(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _unresolved(host: str) -> str:
    return f"the name {host} has no address: check its spelling and your connection, then retry."
