from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.extractors.network.addresses import embedded_ipv4, refusal

PRIVATE_IPV4 = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16
169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1
192.31.196.1 192.52.193.1 192.88.99.1 192.168.1.1 192.175.48.1 198.18.0.1 198.19.255.255
198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
""".split()

REFUSED_IPV6 = """
:: ::1 ::2 64:ff9b:1::1 64:ff9b:1:a9fe:a9:fe00:: 100::1 100:0:0:1::1 2001::1 2001:0:7f00:1::1
2001:1::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2620:4f:8000::1 3fff::1 4000::1 5f00::1
fc00::1 fd00:ec2::254 fd20:ce::254 fe80::1 fe80::1%eth0 2606:4700::1111%eth0 fec0::1 ff02::1
::808:808 ::ffff:0:808:808 8000::1
""".split()

PUBLIC = """
1.1.1.1 8.8.8.8 93.184.216.34 100.63.255.255 100.128.0.0 172.15.255.255 172.32.0.0 168.63.129.17
192.0.1.1 198.17.255.255 198.20.0.0 223.255.255.255 2606:4700:4700::1111 2a00:1450:4001::200e
2001:4860:4860::8888 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1
""".split()

# The ways an IPv6 address can carry an IPv4 address, each with the place of its 32 bits.
FORMS = {
    "compatible": (0, 0),
    "mapped": (int(IPv6Address("::ffff:0:0")), 0),
    "translated": (int(IPv6Address("::ffff:0:0:0")), 0),
    "nat64": (int(IPv6Address("64:ff9b::")), 0),
    "6to4": (int(IPv6Address("2002::1")), 80),
    "isatap": (int(IPv6Address("2a00:1450::5efe:0:0")), 0),
    "isatap, universal": (int(IPv6Address("2a00:1450::200:5efe:0:0")), 0),
}


@pytest.mark.parametrize("text", PRIVATE_IPV4 + REFUSED_IPV6)
def test_special_addresses_are_refused_with_a_reason(text):
    """Every special range of both registries is refused, in words that complete a sentence."""
    reason = refusal(ip_address(text))
    assert reason
    assert not reason.endswith(".")


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_pass(text):
    """Neighbours of the special ranges, and forms that carry a public address, are public."""
    assert refusal(ip_address(text)) is None


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("inner", PRIVATE_IPV4)
def test_a_private_address_inside_an_ipv6_form_is_refused(form, inner):
    """No form of IPv6 smuggles a private IPv4 address past the guard."""
    base, shift = FORMS[form]
    assert refusal(IPv6Address(base | int(IPv4Address(inner)) << shift))


@pytest.mark.parametrize("form", FORMS)
def test_the_embedded_address_is_found(form):
    """The IPv4 address that a form carries is read from the right bits."""
    base, shift = FORMS[form]
    inner = IPv4Address("192.168.3.77")
    assert embedded_ipv4(IPv6Address(base | int(inner) << shift)) == inner


def test_the_reason_names_the_embedded_address():
    """Somebody who reads the refusal learns which address was hidden in the form."""
    assert "127.0.0.1, a loopback" in (refusal(IPv6Address("::ffff:127.0.0.1")) or "")


@given(st.ip_addresses(v=4))
def test_what_python_calls_private_is_refused(address):
    """The table refuses at least what the standard library does not call global."""
    if not address.is_global or address.is_multicast:
        assert refusal(address)


@given(st.ip_addresses(v=6))
def test_what_python_calls_private_is_refused_in_ipv6(address):
    """The table refuses at least what the standard library does not call global, NAT64 apart."""
    if not address.is_global and address.ipv4_mapped is None:
        assert refusal(address)
