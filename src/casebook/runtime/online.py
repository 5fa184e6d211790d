"""Whether this machine has a network: asked when sites stop to answer, which may be their fault."""

import asyncio
import socket
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

from casebook.extractors.network.guard import NetworkPolicy
from casebook.extractors.urls import DEFAULT_PORTS, parse_web_url
from casebook.runtime.ports import LOOPBACK_NAMES
from casebook.runtime.settings import Settings

# Addresses that belong to nobody (RFC 5737, RFC 3849): the way to them is that to all the internet.
_ELSEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
_CONNECT_SECONDS = 5.0


async def is_online(address: str, settings: Settings) -> bool:
    """Tell whether it is the site's own fault that ``address`` gives no answer, as far as is known.

    Not if no way leads out of this machine, as with its wireless network off, nor if the model's
    endpoint, another machine, cannot be reached either. Of a host of the own network nothing else
    tells anything.
    """
    if is_near(address, settings):
        return True
    if not has_way_out():
        return False
    return settings.embedded or await _is_reached(urlsplit(settings.endpoint))


def is_near(address: str, settings: Settings) -> bool:
    """Tell whether it is of a host of the own network, which tells nothing of the internet."""
    url = parse_web_url(address)
    return NetworkPolicy(allowed_hosts=settings.allowed_hosts).exempts(url.host, url.port)


def has_way_out() -> bool:
    """Tell whether there is a route out of here; to connect a socket of datagrams sends nothing."""
    for family, address in _ELSEWHERE:
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
            return True
    return False


async def _is_reached(endpoint: SplitResult) -> bool:
    """Tell whether a connection to another machine can be made, where none stands in between."""
    host = endpoint.hostname or ""
    through_proxy = {endpoint.scheme, "all"} & getproxies().keys() and not proxy_bypass(host)
    if through_proxy or _is_this_machine(host):
        return True
    port = endpoint.port or DEFAULT_PORTS[endpoint.scheme]
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except OSError:  # TimeoutError is one
        return False
    writer.close()
    return True


def _is_this_machine(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host in LOOPBACK_NAMES
