"""Which addresses may be connected to: only those of the public internet.

``ipaddress``'s ``is_global`` is no guard: it is true for NAT64 and ISATAP addresses that carry a
private IPv4 address, for site-local ``fec0::1``, and for cloud metadata services. So the ranges
are written down here, from the IANA special-purpose registries (IPv4 and IPv6, as of 2024-04) and
the multicast and reserved blocks beside them; IPv6 outside ``2000::/3``, the only block given out
to the public, is refused whole.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

IPAddress = IPv4Address | IPv6Address

_LOW_32_BITS = 0xFFFFFFFF

# The narrower range first: the first match gives the reason.
_IPV4_REFUSED = tuple(
    (IPv4Network(network), reason)
    for network, reason in (
        ("168.63.129.16/32", "the platform service of a cloud (Azure)"),
        ("169.254.169.254/32", "the metadata service of a cloud"),
        ("169.254.170.2/32", "the credentials service of a cloud (AWS)"),
        ("100.100.100.200/32", "the metadata service of a cloud (Alibaba)"),
        ("192.0.0.192/32", "the metadata service of a cloud (Oracle)"),
        ("255.255.255.255/32", "the broadcast address"),
        ("0.0.0.0/8", "an address of this host itself"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "an address shared inside a provider's network"),
        ("127.0.0.0/8", "a loopback address"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "reserved for protocols"),
        ("192.0.2.0/24", "reserved for documentation"),
        ("192.31.196.0/24", "reserved for the AS112 name servers"),
        ("192.52.193.0/24", "reserved for multicast tunnels"),
        ("192.88.99.0/24", "a retired 6to4 relay"),
        ("192.168.0.0/16", "a private address"),
        ("192.175.48.0/24", "reserved for the AS112 name servers"),
        ("198.18.0.0/15", "reserved for benchmarks"),
        ("198.51.100.0/24", "reserved for documentation"),
        ("203.0.113.0/24", "reserved for documentation"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
    )
)

_IPV6_REFUSED = tuple(
    (IPv6Network(network), reason)
    for network, reason in (
        ("fd00:ec2::254/128", "the metadata service of a cloud (AWS)"),
        ("fd20:ce::254/128", "the metadata service of a cloud (Google)"),
        ("::/128", "an address of this host itself"),
        ("::1/128", "a loopback address"),
        ("64:ff9b:1::/48", "a translation inside a local network (NAT64)"),
        ("100::/64", "a discard address"),
        ("100:0:0:1::/64", "a dummy address"),
        ("2001::/32", "a retired tunnel (Teredo)"),
        ("2001:db8::/32", "reserved for documentation"),
        ("2001::/23", "reserved for protocols"),
        ("2620:4f:8000::/48", "reserved for the AS112 name servers"),
        ("3fff::/20", "reserved for documentation"),
        ("5f00::/16", "a segment-routing identifier"),
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a site-local address"),
        ("ff00::/8", "a multicast address"),
    )
)

_COMPATIBLE = IPv6Network("::/96")  # RFC 4291, retired
_MAPPED = IPv6Network("::ffff:0:0/96")  # RFC 4291
_TRANSLATED = IPv6Network("::ffff:0:0:0/96")  # RFC 2765 (SIIT)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
_SIX_TO_FOUR = IPv6Network("2002::/16")  # RFC 3056
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214: upper half of the interface identifier
_PUBLIC_IPV6 = IPv6Network("2000::/3")


def refusal(address: IPAddress) -> str | None:
    """Return why ``address`` must not be connected to, or None where it is public.

    The reason completes a sentence: "127.0.0.1 is …".
    """
    if isinstance(address, IPv6Address):
        return _ipv6_refusal(address)
    return next((reason for network, reason in _IPV4_REFUSED if address in network), None)


def embedded_ipv4(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that ``address`` would be translated or tunnelled to, if any.

    Teredo and the local-use NAT64 prefix are not decoded: they are refused whole.
    """
    value = int(address)
    if any(address in network for network in (_COMPATIBLE, _MAPPED, _TRANSLATED, _NAT64)):
        return IPv4Address(value & _LOW_32_BITS)
    if address in _SIX_TO_FOUR:
        return IPv4Address(value >> 80 & _LOW_32_BITS)
    if (value >> 32 & _LOW_32_BITS) in _ISATAP:
        return IPv4Address(value & _LOW_32_BITS)
    return None


def _ipv6_refusal(address: IPv6Address) -> str | None:
    if address.scope_id is not None:
        return "an address with a zone, which only means something on this machine"
    for network, reason in _IPV6_REFUSED:
        if address in network:
            return reason
    inner = embedded_ipv4(address)
    inner_reason = refusal(inner) if inner else None
    if inner_reason:
        return f"a form of {inner}, {inner_reason}"
    if address in _PUBLIC_IPV6 or address in _MAPPED or address in _NAT64:
        return None
    return "outside the block of public IPv6 addresses"
