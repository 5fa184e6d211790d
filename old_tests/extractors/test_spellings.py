"""No spelling of a private address, and no door by which one can come in, leads to a connection."""

from collections.abc import Iterator
from ipaddress import IPv4Address, ip_address

import pytest

from casebook.extractors.gathering.fetch import fetch
from casebook.extractors.gathering.gather import gather
from casebook.extractors.links.listing import walk
from casebook.extractors.links.reading import read_listing
from casebook.extractors.network.addresses import refusal
from casebook.extractors.network.client import NetworkPolicy
from casebook.extractors.network.robots import Robots
from casebook.schemas.errors import AddressForbidden, FetchError
from casebook.schemas.sources import SourceRef

PUBLIC = "93.184.216.34"
PRIVATE = """127.0.0.1 169.254.169.254 10.0.0.5 192.168.0.1 172.16.5.4 100.100.100.200 0.0.0.0
168.63.129.16 192.0.0.192 224.0.0.251 198.18.0.1 240.0.0.1 255.255.255.255""".split()


def numbers(ip: str) -> Iterator[str]:
    """Spell an IPv4 address in the figures that ``inet_aton`` reads: bases, lengths, paddings."""
    a, b, c, d = map(int, ip.split("."))
    whole = int(IPv4Address(ip))
    yield from (ip, f"{ip}.", str(whole), hex(whole), f"0X{whole:X}", f"0{whole:o}", f"00{whole:o}")
    yield from (f"{a}.{b}.{256 * c + d}", f"{a}.{65_536 * b + 256 * c + d}")
    yield from (
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"0000{a:o}.{b}.{c}.{d}",
        f"{a:#x}.{b:#x}.{c:#x}.{d:#x}",
    )
    yield from (f"{a:#x}.{b}.0{c:o}.{d}", f"{a:#010x}.{b}.{c}.{d}", f"{a:#X}.{b}.{c}.{d}")
    # More than an octet holds, or too many of them.
    yield from (str(whole + 2**32), f"{a + 256}.{b}.{c}.{d}", f"{a}.{b}.{c}.{d + 256}", f"{ip}.0")
    yield from (
        f"+{ip}",
        f"-{ip}",
        f".{ip}",
        f"{ip}..",
        f"{a}..{b}.{c}.{d}",
        f"0o{a:o}.{b}.{c}.{d}",
    )


def characters(ip: str) -> Iterator[str]:
    """Spell it in characters that some readers take for figures and points, or take away."""
    yield "".join(chr(0xFF10 + int(c)) if c.isdigit() else c for c in ip)
    yield "".join({"0": "⓪"}.get(c) or chr(0x245F + int(c)) if c.isdigit() else c for c in ip)
    yield "".join(chr(0x1D7CE + int(c)) if c.isdigit() else c for c in ip)
    yield from (ip.replace(".", point) for point in "。．｡․")
    yield from (f"{ip[0]}{unseen}{ip[1:]}" for unseen in "\u200b\u00ad\u2060\ufeff\u180e")
    yield from (f"%3{ip[0]}{ip[1:]}", ip.replace(".", "%2e"), f"{ip}%00.example", f"{ip}%2eexample")
    yield from (f"{ip}\t", f"\t{ip}", ip.replace(".", ".\n"), ip.replace(".", "\r."), f"{ip}\x00")


def sixes(ip: str) -> Iterator[str]:
    """Spell it within an IPv6 address: mapped, compatible, translated, tunnelled, with a zone."""
    whole = int(IPv4Address(ip))
    words = f"{whole >> 16:x}:{whole & 0xFFFF:x}"
    inverted = whole ^ 0xFFFFFFFF
    for form in ("::ffff:{}", "0:0:0:0:0:FFFF:{}", "::{}", "::ffff:0:{}", "64:ff9b::{}"):
        yield from (f"[{form.format(ip)}]", f"[{form.format(words)}]")
    yield from (f"[64:ff9b:1::{ip}]", f"[2002:{words}::1]", f"[2001:0:{words}::]")
    yield f"[2001:0:0102:0304:0:0:{inverted >> 16:x}:{inverted & 0xFFFF:x}]"
    yield from (f"[2606:4700::5efe:{ip}]", f"[2606:4700::200:5efe:{ip}]", f"[fe80::5efe:{ip}]")
    yield from (f"[::ffff:{ip}%eth0]", f"[::ffff:{ip}%25eth0]", f"[::ffff:{ip}", f"::ffff:{ip}")


def beside(ip: str) -> Iterator[str]:
    """Spell it so that two readers may see two hosts."""
    yield from (f"{ip}@{ip}", f"me@{ip}", f"me:pw@{ip}", f"{ip}:80@{PUBLIC}", f"{PUBLIC}@{ip}")
    yield from (f"{PUBLIC}\\@{ip}", f"{PUBLIC}&@{ip}", f"{PUBLIC}#@{ip}", f"{PUBLIC}%23@{ip}")
    yield from (f"{ip}\\.example", f"{ip}:80:80", f"{ip}:0080", f"{ip}:80%20", f"{ip}:")


def spellings(ip: str) -> list[str]:
    return [*numbers(ip), *characters(ip), *sixes(ip), *beside(ip)]


def private(connects: list[tuple[str, int]]) -> list[str]:
    return [host for host, _ in connects if refusal(ip_address(host))]


@pytest.mark.parametrize("ip", PRIVATE)
async def test_no_spelling_of_a_private_address_connects(ip, names, dialer, client):
    """Some 80 spellings by either scheme: each is refused in one line, and nobody is dialled.

    What is read as another, public host is asked for there, and nowhere else.
    """
    names.answers = {}
    opened = []
    for scheme in ("http", "https", "HtTp"):
        for host in spellings(ip):
            dialer.connects.clear()
            with pytest.raises(FetchError) as refused:
                await client.get(f"{scheme}://{host}/x")
            assert "\n" not in str(refused.value), host
            opened += [(host, dialer.connects)] if private(dialer.connects) else []
    assert not opened


@pytest.mark.parametrize("ip", PRIVATE)
async def test_no_spelling_in_a_redirect_connects(ip, server, dialer, client):
    """A public page that redirects to any of them is left at that."""
    reached = []
    for n, host in enumerate(spellings(ip)):
        location = f"http://{host}/x".encode()
        server.raw(
            f"/{n}", b"HTTP/1.1 302 F\r\nContent-Length: 0\r\nLocation: ", location, b"\r\n\r\n"
        )
        with pytest.raises(FetchError):
            await client.get(f"http://public.example/{n}")
        reached += private(dialer.connects)
    assert not reached


LOCATIONS = """//10.0.0.1/ ///10.0.0.1/ ////10.0.0.1/ /\\10.0.0.1/ \\\\10.0.0.1/ http:/\\10.0.0.1
http:10.0.0.1 http:/10.0.0.1/ HTTP://10.0.0.1 hTtP:\\\\10.0.0.1 http://10.0.0.1\\@public.example/
http://public.example#@10.0.0.1/ //public.example@10.0.0.1/ javascript:alert(1) data:text/html,hi
about:blank blob:http://10.0.0.1/1 view-source:http://10.0.0.1 jar:http://10.0.0.1!/ ws://10.0.0.1/
dict://10.0.0.1:11211/ ldap://10.0.0.1 tftp://10.0.0.1/ netdoc:///etc/passwd ftp://10.0.0.1/
unix:/var/run/docker.sock http+unix://%2Fvar%2Frun%2Fdocker.sock/ http://10.0.0.1%0d%0aX:1/
http://[::1]:80 http://0 http://1 http://10.0.0.1%2f@public.example/ /..//10.0.0.1/ /.//10.0.0.1
/%5c10.0.0.1 %2f%2f10.0.0.1 http:///10.0.0.1 http://:80/ http://public.example:22/ http://xn--/
http://public.example:99999/ http://public.example:-1/ ? #""".split()


@pytest.mark.parametrize("location", [*LOCATIONS, "\thttp://10.0.0.1", "http://10.0.0.1/ ", "  "])
async def test_odd_locations_lead_nowhere_private(location, server, dialer, client):
    """However a redirect is written, it ends at the public server's two ports or in an error."""
    head = b"HTTP/1.1 302 F\r\nContent-Length: 0\r\nLocation: "
    server.raw("/", head, location.encode(), b"\r\n\r\n")
    with pytest.raises(FetchError):
        await client.get("http://public.example/")
    assert {(host, port) for host, port in dialer.connects} <= {(PUBLIC, 80), (PUBLIC, 443)}


LOCAL = """localhost localhost. LOCALHOST localhost.localdomain foo.localhost metadata metadata.google.internal
instance-data kubernetes.default.svc host.docker.internal wpad router.local intranet x.internal
127.0.0.1.nip.io""".split()
ANSWERS = (
    ["127.0.0.1"],
    ["::1"],
    [PUBLIC, "10.0.0.1"],
    ["10.0.0.1", PUBLIC],
    ["::ffff:127.0.0.1", PUBLIC],
    [*[PUBLIC] * 30, "fe80::1"],
)


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: "-".join(answer[-2:]))
async def test_names_of_private_addresses_are_refused(answer, names, dialer, client):
    """What counts is every address that a name has, not the name."""
    for name in LOCAL:
        names.answers[name.lower().rstrip(".")] = [answer]
        with pytest.raises(AddressForbidden):
            await client.get(f"http://{name}/")
    assert dialer.connects == []


async def test_nothing_of_the_environment_is_sent_or_used(tmp_path, monkeypatch, server, client):
    """Proxies, .netrc and the cookies of one page reach no other request."""
    (tmp_path / ".netrc").write_text("default login me password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in (
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.redirect("/", "http://other.example/b?secret=1")
    server.answer("/b?secret=1", b"ok", Set_Cookie="a=b; Domain=example")
    for _ in range(2):
        assert (await client.get("http://public.example/")).data == b"ok"
    sent = {name for _, headers in server.requests for name in headers}
    assert not sent & {"authorization", "cookie", "proxy-authorization", "referer"}


# --- Doors ---------------------------------------------------------------------------------------

INSIDE = "http://10.0.0.1/x"
IMDS = "http://169.254.169.254/latest/meta-data/"
EMPTY_PAGE = "<!doctype html><html><head>{}</head><body></body></html>"


@pytest.mark.parametrize(
    "markup",
    [
        f'<meta http-equiv="refresh" content="0;url={INSIDE}">',
        f"<meta http-equiv=refresh content='0; URL=\"{IMDS}\"'>",
        '<meta http-equiv="refresh" content="0;url=&#104;ttp://10.0.0.1/">',
        '<meta http-equiv="refresh" content="0;url=//10.0.0.1/">',
        '<meta http-equiv="refresh" content="0;url=http://①⓪.⓪.⓪.①/">',
    ],
)
async def test_a_page_that_sends_its_reader_inside_is_left(markup, server, dialer, client):
    """A meta refresh is a redirect like any other."""
    server.answer("/", EMPTY_PAGE.format(markup).encode(), Content_Type="text/html")
    with pytest.raises(AddressForbidden):
        await gather("http://public.example/", client, Robots(client))
    assert not private(dialer.connects)


@pytest.mark.parametrize(
    "address",
    [
        f"http://web.archive.org/web/2024/{INSIDE}",
        f"http://webcache.googleusercontent.com/search?q=cache:abcdefghijkl:{INSIDE}",
        f"http://www.google.com/url?q={INSIDE}",
        f"http://r.jina.ai/{INSIDE}",
        "http://cdn.ampproject.org/c/10.0.0.1/x",
        f"http://l.facebook.com/l.php?u={IMDS}",
        f"http://archive.ph/2024/{INSIDE}",
    ],
)
async def test_an_address_within_an_address_is_judged(address, dialer, client):
    """What a copy or a link leads to is fetched only where it is public itself."""
    with pytest.raises(FetchError) as refused:
        await gather(address, client, Robots(client))
    assert not refused.value.transient
    assert not private(dialer.connects)


LISTS = {
    "feed": "<rss><channel><item><link>{}</link></item></channel></rss>",
    "sitemap index": "<sitemapindex><sitemap><loc>{}</loc></sitemap></sitemapindex>",
    "outline": '<opml><body><outline xmlUrl="{}"/></body></opml>',
    "included outline": '<opml><body><outline type="include" url="{}"/></body></opml>',
    "feed scheme": '<opml><body><outline xmlUrl="feed:{}"/></body></opml>',
    "page": '<!doctype html><base href="{}"><a href="y">x</a>',
    "table": "url,title\n{},x\n",
    "JSON": '["{}"]',
    "text": "{}\n",
}


@pytest.mark.parametrize("form", LISTS)
@pytest.mark.parametrize("inside", [INSIDE, IMDS, "http://2130706433/", "http://[::ffff:7f00:1]/"])
async def test_what_a_list_names_is_judged_like_any_address(form, inside, server, dialer, client):
    """Of a list, its lists are not followed inside; its sources are refused when they are fetched."""

    async def read(payload):
        return read_listing(payload)

    robots = Robots(client)
    server.answer("/list", LISTS[form].format(inside).encode(), Content_Type="x/y")
    found = await walk(SourceRef(source="http://public.example/list"), client, robots, read)
    for one in found.candidates:
        with pytest.raises(AddressForbidden):
            await fetch(SourceRef(source=one.url), client, robots)
    assert found.candidates or found.missed
    assert not private(dialer.connects)


@pytest.mark.parametrize("form", LISTS)
async def test_no_public_list_leads_to_a_host_that_is_exempt(form, server, client_with):
    """What the operator allows for people to submit is not for lists to reach, nor to name."""
    policy = NetworkPolicy(allowed_hosts=frozenset({"wiki.example:80"}))
    address = "http://wiki.example/x"
    server.answer("/list", LISTS[form].format(address).encode(), Content_Type="x/y")
    outline = LISTS["outline"].format("http://public.example/list").encode()
    server.answer("/outline", outline, Content_Type="x/y")
    server.answer("/x", b"secret", Content_Type="text/plain")

    async def read(payload):
        return read_listing(payload)

    async with client_with(policy) as client:
        for first in ("list", "outline"):
            ref = SourceRef(source=f"http://public.example/{first}")
            found = await walk(ref, client, Robots(client), read)
            assert (found.candidates, "own network" in found.missed[-1]) == ([], True)
    assert "/x" not in server.paths


async def test_a_list_of_a_person_may_name_an_exempt_host(tmp_path, server, client_with):
    """A file is written by somebody who may submit such an address as well."""
    policy = NetworkPolicy(allowed_hosts=frozenset({"wiki.example:80"}))
    (tmp_path / "list.txt").write_text("http://wiki.example/x\n")

    async def read(payload):
        return read_listing(payload)

    async with client_with(policy) as client:
        ref = SourceRef(source=str(tmp_path / "list.txt"))
        found = await walk(ref, client, Robots(client), read)
    assert [one.url for one in found.candidates] == ["http://wiki.example/x"]
    assert server.paths == []
