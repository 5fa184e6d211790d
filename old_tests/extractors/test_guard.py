import pytest

from casebook.extractors.network.client import GuardedClient, NetworkPolicy
from casebook.schemas.errors import (
    AddressForbidden,
    FetchError,
    HostUnreachable,
    InvalidUrl,
    RedirectForbidden,
)

PUBLIC = "93.184.216.34"

LOCAL_NAMES = {
    "localhost": [["127.0.0.1", "::1"]],
    "ip6-localhost": [["::1"]],
    "ip6-loopback": [["::1"]],
    "redirect-server": [["172.18.0.5"]],
}

# Lines of ssrf.txt that are ordinary addresses of the public internet.
PUBLIC_HOSTS = (
    "google.com",
    "www.tcpipguide.com",
    "ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ",
    "62epax5fhvj3zzmzigyoe5ipkbn7fysllvges3a.302.r3dir.me",
    "developer.mozilla.org",
    "web.archive.org",
)

PRIVATE = """
http://127.0.0.1/ http://2130706433/ http://0/ http://127.1/ http://0x7f.1/ http://192.168.1.1
http://169.254.169.254/latest/meta-data/ http://168.63.129.16/ http://100.100.100.200/
http://localhost/ http://ip6-localhost/ http://redirect-server/ http://[::1]/ http://[::]/
http://[::ffff:127.0.0.1]/ http://[::127.0.0.1]/ http://[::ffff:0:127.0.0.1]/
http://[64:ff9b::a9fe:a9fe]/ http://[64:ff9b:1::a9fe:a9fe]/ http://[2002:7f00:1::]/
http://[2001:0:7f00:1::]/ http://[2a00:1450::5efe:10.0.0.1]/ http://[fe80::1]/ http://[fec0::1]/
http://[fd00:ec2::254]/ http://[5f00::1]/ http://[ff02::1]/ http://224.0.0.1/
http://255.255.255.255/ http://１２７.０.０.１/
""".split()


def one_line(error: BaseException) -> bool:
    return bool(str(error).strip()) and "\n" not in str(error)


@pytest.mark.datasets
async def test_hostile_addresses_connect_nowhere(datasets, names, dialer, client):
    """Of ssrf.txt, only lines that name public hosts lead to a connection, and to the public."""
    names.answers.update(LOCAL_NAMES)
    lines = (datasets / "security" / "ssrf.txt").read_text("utf-8").split("\n")
    for line in filter(None, lines):
        dialer.connects.clear()
        with pytest.raises(FetchError) as refused:
            await client.get(line)
        assert one_line(refused.value), line
        if any(f"://{host}" in line for host in PUBLIC_HOSTS):
            assert [host for host, _ in dialer.connects] == [PUBLIC], line
        else:
            assert dialer.connects == [], line
            assert not refused.value.transient, line


@pytest.mark.parametrize("url", PRIVATE)
async def test_private_addresses_are_refused(url, names, dialer, client):
    """Whatever a private address is written as, nothing connects."""
    names.answers.update(LOCAL_NAMES)
    with pytest.raises(AddressForbidden, match="public internet only"):
        await client.get(url)
    assert dialer.connects == []


@pytest.mark.parametrize("url", [*PRIVATE, "https://10.0.0.1/", "//127.0.0.1/"])
async def test_redirects_to_private_addresses_are_refused(url, server, names, dialer, client):
    """A public page cannot send us into the private network."""
    names.answers.update(LOCAL_NAMES)
    server.redirect("/", url)
    with pytest.raises(AddressForbidden):
        await client.get("http://public.example/")
    assert dialer.connects == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://10.0.0.1:6379/_x", "http://a:b@c.example/", "http://[x"]
)
async def test_redirects_to_no_web_address_are_refused(url, server, dialer, client):
    """A redirect to another scheme, or with credentials, ends the fetch."""
    server.redirect("/", url)
    with pytest.raises(RedirectForbidden):
        await client.get("http://public.example/")
    assert len(dialer.connects) == 1


async def test_a_redirect_to_an_odd_port_is_refused(server, dialer, client):
    """The ports are checked at each hop, not only at the first."""
    server.redirect("/", "http://public.example:6379/")
    with pytest.raises(InvalidUrl, match="port 6379"):
        await client.get("http://public.example/")
    assert dialer.connects == [(PUBLIC, 80)]


@pytest.mark.parametrize("private", ["127.0.0.1", "10.1.1.1", "::1", "fe80::1%eth0"])
async def test_mixed_answers_are_refused(private, names, dialer, client):
    """A name with one private address among public ones is refused whole."""
    names.answers["mixed.example"] = [[PUBLIC, "2606:4700::1111", private]]
    with pytest.raises(AddressForbidden, match=r"mixed\.example is"):
        await client.get("http://mixed.example/")
    assert dialer.connects == []


async def test_a_name_that_changes_its_answer_gains_nothing(server, names, dialer, client):
    """DNS rebinding: one look-up, and the connection goes to the address that was judged."""
    names.answers["rebind.example"] = [[PUBLIC], ["127.0.0.1"]]
    server.answer("/", b"public", Connection="close")
    page = await client.get("http://rebind.example/")
    assert (page.data, names.asked, dialer.connects) == (
        b"public",
        ["rebind.example"],
        [(PUBLIC, 80)],
    )
    with pytest.raises(AddressForbidden):
        await client.get("http://rebind.example/")
    assert dialer.connects == [(PUBLIC, 80)]


async def test_rebinding_between_redirects_is_refused(server, names, dialer, client):
    """The second hop of a redirect is judged again when it needs a new connection."""
    names.answers["rebind.example"] = [[PUBLIC], ["169.254.169.254"]]
    server.redirect("/", "/next")
    with pytest.raises(AddressForbidden, match=r"169\.254\.169\.254"):
        await client.get("http://rebind.example/")
    assert dialer.connects == [(PUBLIC, 80)]


async def test_the_next_address_is_tried_where_one_is_dead(server, dialer, names, client):
    """A host with a dead first address is still reached."""
    names.answers["two.example"] = [["2606:4700::1111", PUBLIC]]
    dialer.dead.add("2606:4700::1111")
    server.answer("/", b"here")
    assert (await client.get("http://two.example/")).data == b"here"
    assert dialer.connects == [("2606:4700::1111", 80), (PUBLIC, 80)]


async def test_a_host_that_the_operator_names_is_exempt(server, intranet):
    """An allowed host:port is reached through the system's own resolver and sockets."""
    server.answer("/", b"wiki")
    assert (await intranet.get(f"http://{server.address}/")).data == b"wiki"


@pytest.mark.parametrize("url", ["/inside", "http://public.example/up"])
async def test_only_its_own_pages_redirect_to_an_allowed_host(url, server, client_with):
    """An allowed host may redirect to itself and out, but no public page leads in."""
    policy = NetworkPolicy(allowed_hosts=frozenset({"wiki.example:80"}))
    server.redirect("/", url)
    server.answer("/inside", b"wiki")
    server.redirect("/up", "http://wiki.example/inside")
    async with client_with(policy) as client:
        if url == "/inside":
            assert (await client.get("http://wiki.example/")).data == b"wiki"
        else:
            with pytest.raises(RedirectForbidden, match="a host of your own network"):
                await client.get("http://wiki.example/")


def test_ipv6_hosts_are_allowed_in_brackets():
    """An entry reads as the address does."""
    policy = NetworkPolicy(allowed_hosts=frozenset({"[::1]:8080"}))
    assert policy.exempts("::1", 8080)
    assert not policy.exempts("::1", 80)


async def test_the_exemption_is_for_that_port_only(server, dialer):
    """Allowing one port of a host opens no other, and no other name of it."""
    policy = NetworkPolicy(allowed_hosts=frozenset({server.address}))
    async with GuardedClient(policy, dialer=dialer) as narrow:
        for url in ("http://127.0.0.1/", f"http://localhost:{server.ports[80]}/"):
            with pytest.raises((AddressForbidden, InvalidUrl)):
                await narrow.get(url)
    assert dialer.connects == []


async def test_allowed_ports_do_not_exempt_addresses(dialer):
    """An allowed port is allowed for public hosts."""
    policy = NetworkPolicy(allowed_ports=frozenset({8080}))
    async with GuardedClient(policy, dialer=dialer) as client:
        with pytest.raises(AddressForbidden):
            await client.get("http://127.0.0.1:8080/")
    assert dialer.connects == []


async def test_proxy_settings_of_the_environment_are_ignored(monkeypatch, server, dialer, client):
    """A proxy would connect for us to what the guard forbids."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://10.0.0.1:3128")
    server.answer("/", b"direct")
    await client.get("http://public.example/")
    assert dialer.connects == [(PUBLIC, 80)]


async def test_an_unknown_name_is_a_passing_failure(names, client):
    """A name without an address may be a broken connection: it can be retried."""
    names.answers["nowhere.example"] = [[]]
    with pytest.raises(HostUnreachable, match=r"http://nowhere\.example/: the name nowhere") as e:
        await client.get("http://nowhere.example/")
    assert e.value.transient


async def test_a_closed_port_is_a_passing_failure(unused_tcp_port):
    """Nobody listening is told apart from a forbidden address."""
    address = f"127.0.0.1:{unused_tcp_port}"
    async with GuardedClient(NetworkPolicy(allowed_hosts=frozenset({address}))) as client:
        with pytest.raises(HostUnreachable, match="refuses the connection"):
            await client.get(f"http://{address}/")
