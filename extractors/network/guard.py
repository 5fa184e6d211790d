"""The guard of connections: it checks every address before connecting.

It sits where httpcore opens TCP connections, below redirects and TLS. A name is resolved once, all
of its addresses are checked, and the connection goes to a checked address: a later answer for the
same name has no effect.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpcore2

from extractors.data import table
from extractors.urls import DEFAULT_PORTS, WebUrl
from schemas.errors import AddressForbidden, FetchError, InvalidUrl, Unreachable

IPAddress = IPv4Address | IPv6Address
# Returns all addresses of a host in order of preference; raises OSError if there are none.
Resolver = Callable[[str, int], Awaitable[Sequence[IPAddress]]]
_LOW_32_BITS = 0xFFFFFFFF
_PUBLIC_IPV6 = ip_network("2000::/3")
_MAPPED, _NAT64 = ip_network("::ffff:0:0/96"), ip_network("64:ff9b::/96")  # RFC 4291, 6052
_SIX_TO_FOUR = ip_network("2002::/16")  # RFC 3056
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214: upper half of the interface identifier
_SPECIAL = tuple(map(ip_network, table("networks")["special"]))
# A separate pool: each name that does not resolve occupies a thread.
_LOOKUPS = ThreadPoolExecutor(32, thread_name_prefix="casebook-dns")


def is_public(address: IPAddress) -> bool:
    """Return whether ``address`` belongs to the public internet.

    IPv6 outside 2000::/3 is refused, except translated public IPv4 addresses.
    """
    if any(address in network for network in _SPECIAL):
        return False
    if isinstance(address, IPv4Address):
        return address.is_global
    inner = _embedded_ipv4(address)
    if address.scope_id is not None or (inner and not is_public(inner)):
        return False
    return any(address in network for network in (_PUBLIC_IPV6, _MAPPED, _NAT64))


def _embedded_ipv4(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that ``address`` is translated or tunnelled to, if any."""
    value = int(address)
    if address in _SIX_TO_FOUR:
        return IPv4Address(value >> 80 & _LOW_32_BITS)
    is_isatap = (value >> 32 & _LOW_32_BITS) in _ISATAP
    is_form = is_isatap or address in _MAPPED or address in _NAT64
    return IPv4Address(value & _LOW_32_BITS) if is_form else None


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """The hosts and ports that are allowed besides ports 80 and 443 of the public internet.

    ``allowed_hosts`` are exact ``host:port`` entries (lower-case; IPv6 in brackets) of intranet
    hosts that people can submit and that public pages cannot redirect to.
    """

    allowed_hosts: frozenset[str] = frozenset()

    def allows(self, host: str, port: int) -> bool:
        """Return whether the operator has allowed this host and port."""
        return _entry(host, port) in self.allowed_hosts

    def check_hop(self, url: WebUrl, target: WebUrl) -> None:
        """Raise FetchError if ``url`` redirects from outside to an intranet host."""
        if self.allows(target.host, target.port) and not self.allows(url.host, url.port):
            message = f"{url} leads to {target}, a host in your network: submit that address."
            raise FetchError(message, "redirect_forbidden")

    def check_port(self, url: WebUrl) -> None:
        """Raise InvalidUrl if the port of ``url`` is not allowed."""
        if url.port not in DEFAULT_PORTS.values() and not self.allows(url.host, url.port):
            advice = f"add {_entry(url.host, url.port)} to CASEBOOK_ALLOWED_HOSTS"
            message = f"{url} uses port {url.port}, which public websites do not use"
            raise InvalidUrl(f"{message}: for an intranet host {advice}.")

    def check_addresses(self, host: str, port: int, addresses: Sequence[IPAddress]) -> None:
        """Raise AddressForbidden if one of a host's addresses is not public."""
        forbidden = next((one for one in addresses if not is_public(one)), None)
        if forbidden is not None and not self.allows(host, port):
            subject = host if host == str(forbidden) else f"{host} is {forbidden}, which"
            advice = f"for an intranet host add {_entry(host, port)} to CASEBOOK_ALLOWED_HOSTS"
            raise AddressForbidden(f"{subject} is outside the public internet: {advice}.")


def _entry(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


async def system_resolver(host: str, port: int) -> Sequence[IPAddress]:
    """Return the addresses of ``host`` by the operating system; raise OSError if none."""
    answers = await asyncio.get_running_loop().run_in_executor(
        _LOOKUPS, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    )
    return list(dict.fromkeys(ip_address(str(answer[4][0])) for answer in answers))


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Opens TCP connections for httpcore; ``dialer`` gets checked addresses, never a name."""

    def __init__(
        self, policy: NetworkPolicy, resolver: Resolver, dialer: httpcore2.AsyncNetworkBackend
    ) -> None:
        self._policy, self._resolver, self._dialer = policy, resolver, dialer

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first address of ``host`` that answers, if all of them are public."""
        addresses = await self.checked(host, port, timeout or 10.0)
        rest = (port, timeout, local_address, socket_options)
        for address in addresses[:-1]:
            try:
                return await self._dialer.connect_tcp(str(address), *rest)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._dialer.connect_tcp(str(addresses[-1]), *rest)

    async def checked(self, host: str, port: int, seconds: float = 10.0) -> Sequence[IPAddress]:
        """Return the addresses of ``host``, a name or an address, if all are allowed.

        Raises AddressForbidden if one is not, Unreachable if there are none within ``seconds``.
        """
        try:
            addresses: Sequence[IPAddress] = [ip_address(host)]
        except ValueError:
            addresses = await self._resolved(host, port, seconds)
        self._policy.check_addresses(host, port, addresses)
        return addresses

    async def _resolved(self, host: str, port: int, seconds: float) -> Sequence[IPAddress]:
        try:
            async with asyncio.timeout(seconds):
                if addresses := await self._resolver(host, port):
                    return addresses
            raise OSError  # noqa: TRY301 - as a resolver that finds none
        except OSError as error:  # TimeoutError is one
            if error.errno == socket.EAI_AGAIN:
                message = f"{host} cannot be resolved: check this machine's network, then retry."
                raise Unreachable(message, "offline") from error
            message = f"the name {host} has no address: check its spelling and your connection."
            raise Unreachable(message, "host_unreachable") from error
