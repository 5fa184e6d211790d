"""No address leads to a host outside of the public internet, however it is written."""

import asyncio
import json
import socket
import threading
import tomllib
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from unittest.mock import Mock
from urllib.parse import quote

import pytest
from datasets import OWN, shared
from public_web import PUBLIC

from extractors.network.client import GuardedClient, Politeness
from extractors.network.guard import NetworkPolicy, is_public
from extractors.urls import parse_web_url
from schemas.errors import AddressForbidden, FetchError, InvalidUrl, Unreachable

TABLE = tomllib.loads((Path(__file__).parents[1] / "samples/addresses.toml").read_text("utf-8"))
PRIVATE_IPV4, PRIVATE_IPV6, PUBLIC_ADDRESSES, PRIVATE_URLS = (
    TABLE[name].split() for name in ("private_ipv4", "private_ipv6", "public", "urls")
)
# The ways an IPv6 address can carry an IPv4 address, each with the place of its 32 bits.
FORMS = [
    *(("::", 0), ("::ffff:0:0", 0), ("::ffff:0:0:0", 0), ("64:ff9b::", 0), ("64:ff9b:1::", 0)),
    *(("2002::1", 80), ("2a00:1450::5efe:0:0", 0), ("2a00::200:5efe:0:0", 0), ("2001::", 0)),
]
LOCAL_NAMES = {
    "localhost": [["127.0.0.1", "::1"]],
    "ip6-localhost": [["::1"]],
    "ip6-loopback": [["::1"]],
    "redirect-server": [["172.18.0.5"]],
}
# Lines of ssrf.txt that are ordinary addresses of the public internet.
PUBLIC_HOSTS = (
    *("google.com", "www.tcpipguide.com", "ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ", "developer.mozilla.org"),
    *("62epax5fhvj3zzmzigyoe5ipkbn7fysllvges3a.302.r3dir.me", "web.archive.org"),
)


def test_only_addresses_of_the_public_internet_pass():
    """All special ranges of both registries are refused, whatever Python calls them."""
    assert [one for one in PRIVATE_IPV4 + PRIVATE_IPV6 if is_public(ip_address(one))] == []
    assert [one for one in PUBLIC_ADDRESSES if not is_public(ip_address(one))] == []


@pytest.mark.parametrize(("form", "shift"), FORMS)
def test_a_private_address_inside_an_ipv6_form_is_refused(form, shift):
    """IPv6 forms cannot smuggle a private IPv4 address past the guard."""
    for inner in PRIVATE_IPV4:
        assert not is_public(IPv6Address(int(IPv6Address(form)) | int(IPv4Address(inner)) << shift))


@pytest.mark.datasets
async def test_hostile_addresses_connect_nowhere(names, dialer, client):
    """Of the shared attack list, only public hosts get a connection."""
    names.answers.update(LOCAL_NAMES)
    dialer.dead.add(PUBLIC)
    lines = shared("security/ssrf.txt").read_text("utf-8").split("\n")
    for line in filter(None, lines):
        dialer.connects.clear()
        with pytest.raises(FetchError) as refused:
            await client.get(line)
        assert "\n" not in str(refused.value), line
        if any(f"://{host}" in line for host in PUBLIC_HOSTS):
            assert [host for host, _ in dialer.connects] == [PUBLIC], line
        else:
            assert dialer.connects == [], line
            assert not refused.value.transient, line


FORMS_OF_ADDRESSES = [
    (outcome, json.loads(address), *known)
    for outcome, address, *known in (
        line.split("\t") for line in (OWN / "security/ssrf.txt").read_text("utf-8").splitlines()
        if "\t" in line
    )
]  # fmt: skip
REFUSALS = {"forbidden": AddressForbidden, "invalid": InvalidUrl}


@pytest.mark.datasets
async def test_each_form_of_an_address_has_its_outcome(web, names, dialer, client):
    """Refused forms cause no connection and give a reason; harmless ones connect."""
    wrong = []
    for outcome, address, *known in FORMS_OF_ADDRESSES:
        host, *expected = known[0].split() if known else ("", PUBLIC)
        names.answers = {host: [expected]}
        dialer.connects.clear()
        dialer.dead = set(expected)
        with pytest.raises(FetchError) as ended:
            await client.get(address)
        connects = [host for host, _ in dialer.connects]
        is_refused = type(ended.value) is REFUSALS.get(outcome) and not connects
        if not is_refused and (outcome != "public" or connects != expected):
            wrong.append(address)
    assert wrong == []


@pytest.mark.datasets
async def test_no_form_of_an_address_is_reached_by_a_redirect(web, names, dialer, client):
    """A public page that redirects to a refused form gets the only connection."""
    wrong = []
    for outcome, address, *known in FORMS_OF_ADDRESSES:
        if outcome == "public" or not address.isprintable():
            continue
        host, *found = known[0].split() if known else ("", PUBLIC)
        names.answers = {host: [found]}
        web.pages.clear()
        dialer.connects.clear()
        web.redirect("public.example/", quote(address, safe=":/?#[]@!$&'()*+,;=%\\"))
        with pytest.raises(FetchError):
            await client.get("http://public.example/")
        if {host for host, _ in dialer.connects} != {PUBLIC}:
            wrong.append(address)
    assert wrong == []


async def test_private_addresses_are_refused(web, names, dialer, client):
    """No spelling of a private address connects, directly or by a redirect."""
    names.answers.update(LOCAL_NAMES)
    for url in PRIVATE_URLS:
        web.pages.clear()
        dialer.connects.clear()
        with pytest.raises(AddressForbidden, match="outside the public internet"):
            await client.get(url)
        assert dialer.connects == []
        web.redirect("public.example/", url)
        with pytest.raises(AddressForbidden):
            await client.get("http://public.example/")
        assert dialer.connects == [(PUBLIC, 80)]


async def test_redirects_out_of_the_web_are_refused(web, dialer, client):
    """A redirect to another scheme or port, or with credentials, ends the fetch."""
    elsewhere = ("file:///etc/passwd", "gopher://10.0.0.1:6379/_x", "http://a:b@c.example/")
    for url in (*elsewhere, "http://[x", "//127.0.0.1/", "http://public.example:6379/"):
        web.pages.clear()
        dialer.connects.clear()
        web.redirect("public.example/", url)
        with pytest.raises(FetchError):
            await client.get("http://public.example/")
        assert len(dialer.connects) == 1


@pytest.mark.parametrize("private", ["127.0.0.1", "10.1.1.1", "::1", "fe80::1%eth0"])
async def test_mixed_answers_are_refused(private, names, dialer, client):
    """A name that has one private address among public ones is refused."""
    names.answers["mixed.example"] = [[PUBLIC, "2606:4700::1111", private]]
    with pytest.raises(AddressForbidden, match=r"mixed\.example is"):
        await client.get("http://mixed.example/")
    assert dialer.connects == []


async def test_a_name_that_changes_its_answer_gains_nothing(web, names, dialer, client):
    """Against DNS rebinding: one lookup per connection, which uses the checked address."""
    names.answers["rebind.example"] = [[PUBLIC], ["169.254.169.254"]]
    web.redirect("rebind.example/", "/next")
    with pytest.raises(AddressForbidden, match=r"169\.254\.169\.254"):
        await client.get("http://rebind.example/")
    assert (names.asked, dialer.connects) == (["rebind.example"] * 2, [(PUBLIC, 80)])


async def test_the_next_address_is_tried_where_one_is_dead(web, dialer, names, client):
    """A host whose first address does not answer is still reached."""
    names.answers["two.example"] = [["2606:4700::1111", PUBLIC]]
    dialer.dead.add("2606:4700::1111")
    web.answer("two.example/", b"here")
    assert (await client.get("http://two.example/")).data == b"here"
    assert dialer.connects == [("2606:4700::1111", 80), (PUBLIC, 80)]


async def test_only_its_own_pages_redirect_to_an_allowed_host(web, names, make_client):
    """People can submit an allowed intranet host; public pages cannot redirect to it."""
    names.answers["wiki.example"] = [["10.0.0.7"]]
    policy = NetworkPolicy(frozenset({"wiki.example:80", "[::1]:8080"}))
    assert policy.allows("::1", 8080)
    assert not policy.allows("::1", 80)
    with pytest.raises(FetchError, match="a host in your network"):  # another port of the host
        policy.check_hop(
            parse_web_url("http://wiki.example:8080/"), parse_web_url("http://wiki.example/")
        )
    web.redirect("wiki.example/", "/inside")
    web.answer("wiki.example/inside", b"wiki")
    web.redirect("public.example/up", "http://wiki.example/inside")
    async with make_client(policy) as client:
        assert (await client.get("http://wiki.example/")).data == b"wiki"
        with pytest.raises(FetchError, match="a host in your network"):
            await client.get("http://public.example/up")


async def test_an_allowed_port_opens_no_other(web, dialer):
    """Allowing one port of a host opens no other, and no other name of it."""
    policy = NetworkPolicy(frozenset({f"127.0.0.1:{web.ports[80]}"}))
    async with GuardedClient(policy, dialer=dialer, politeness=Politeness(0)) as client:
        for url in ("http://127.0.0.1/", f"http://localhost:{web.ports[80]}/"):
            with pytest.raises((AddressForbidden, InvalidUrl)):
                await client.get(url)
    assert dialer.connects == []


async def test_names_that_do_not_resolve_block_nothing_else(monkeypatch):
    """Sixteen hanging lookups do not use up the threads of everything else."""
    ended = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: ended.wait(10) and [])
    async with GuardedClient(politeness=Politeness(0)) as client:
        lookups = [asyncio.create_task(client.get(f"http://{n}.dead.example/")) for n in range(16)]
        await asyncio.sleep(0)
        async with asyncio.timeout(2):
            assert await asyncio.to_thread(lambda: "free") == "free"
        ended.set()
        ends = await asyncio.gather(*lookups, return_exceptions=True)
        assert {type(one) for one in ends} == {Unreachable}


async def test_a_failed_look_up_may_be_retried(names, client, monkeypatch):
    """A name without an address may be temporary; without a name server we are offline."""
    names.answers["nowhere.example"] = [[]]
    with pytest.raises(Unreachable, match=r"http://nowhere\.example/: the name nowhere") as failed:
        await client.get("http://nowhere.example/")
    assert failed.value.kind == "host_unreachable"
    offline = Mock(side_effect=socket.gaierror(socket.EAI_AGAIN, "Temporary failure"))
    monkeypatch.setattr(socket, "getaddrinfo", offline)
    async with GuardedClient(politeness=Politeness(0)) as real:
        with pytest.raises(Unreachable) as failed:
            await real.get("http://public.example/")
    assert failed.value.kind == "offline"


async def test_proxies_of_the_environment_are_ignored(monkeypatch, web, dialer, client):
    """A proxy would connect to addresses that the guard forbids."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://10.0.0.1:3128")
    web.answer("public.example/", b"direct")
    await client.get("http://public.example/")
    assert dialer.connects == [(PUBLIC, 80)]


async def tunnel(reader, writer, target):
    """Answer one CONNECT and pass bytes on."""
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"CONNECT public.example:443 ")
    there, out = await asyncio.open_connection("127.0.0.1", target)
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")

    async def pump(source, sink):
        while data := await source.read(65536):
            sink.write(data)
        sink.close()

    await asyncio.gather(pump(reader, out), pump(there, writer), return_exceptions=True)


async def test_an_egress_proxy_carries_everything(web, names, dialer, make_client):
    """Plain requests go through the proxy, TLS through a tunnel, under their own names."""
    web.answer("public.example/", b"page")
    there = partial(tunnel, target=web.ports[443])
    async with await asyncio.start_server(there, "127.0.0.1", 0) as proxy:
        web.ports[8888] = proxy.sockets[0].getsockname()[1]
        names.answers["proxy.corp"] = [["10.0.0.9"]]
        async with make_client(proxy="http://proxy.corp:8888") as client:
            assert (await client.get("https://public.example/")).data == b"page"
    web.ports[8888] = web.ports[80]
    web.answer("public.examplehttp://public.example:80/", b"page")  # the target is a whole address
    async with make_client(proxy="http://proxy.corp:8888") as client:
        assert (await client.get("http://public.example/")).data == b"page"
    assert dialer.connects == [("10.0.0.9", 8888)] * 2


async def test_a_proxy_is_no_way_around_the_guard(names, dialer, make_client):
    """Names are checked by their addresses here; the proxy itself cannot be fetched."""
    names.answers["inside.example"] = [["10.0.0.7"]]
    names.answers["proxy.corp"] = [["10.0.0.9"]]
    async with make_client(proxy="http://proxy.corp:80") as client:
        for url in ("https://inside.example/", "http://169.254.169.254/", "http://proxy.corp/"):
            with pytest.raises(AddressForbidden):
                await client.get(url)
    assert dialer.connects == []


async def test_names_that_only_the_proxy_knows_are_its_matter(web, names, dialer, make_client):
    """Behind an egress proxy, public names often cannot be resolved locally."""
    names.answers["public.example"] = [[]]
    web.ports[8888] = web.ports[80]
    web.answer("public.examplehttp://public.example:80/", b"page")
    async with make_client(proxy="http://8.8.8.8:8888") as client:
        assert (await client.get("http://public.example/")).data == b"page"
    assert dialer.connects == [("8.8.8.8", 8888)]
