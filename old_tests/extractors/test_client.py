import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from casebook import __version__
from casebook.extractors.network.client import FetchLimits, Request
from casebook.schemas.errors import (
    BodyTruncated,
    DeadlineExceeded,
    HostUnreachable,
    PageForbidden,
    PageMissing,
    RedirectForbidden,
    ResponseMalformed,
    ServerBusy,
    ServerFailed,
    TlsFailed,
    TooManyRedirects,
)

PUBLIC = "93.184.216.34"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def one_line(error: BaseException) -> bool:
    return bool(str(error).strip()) and "\n" not in str(error)


# --- What it asks and remembers ------------------------------------------------------------------


async def test_the_request_names_the_project(server, client):
    """A site's owner can see who asks, and only encodings that we bound are accepted."""
    server.answer("/a?b=c", b"x")
    await client.get("http://public.example/a?b=c#d")
    path, headers = server.requests[0]
    assert path == "/a?b=c"
    assert headers["host"] == "public.example"
    assert headers["user-agent"].startswith(f"casebook/{__version__} (+https://".lower())
    assert headers["accept-encoding"] == "gzip, deflate"


async def test_cookies_are_neither_kept_nor_stored(server, client):
    """One fetch tells the next one nothing."""
    server.answer("/", b"x", Set_Cookie="session=1")
    page = await client.get("http://public.example/")
    await client.get("http://public.example/")
    assert "set-cookie" not in page.headers
    assert "cookie" not in server.requests[1][1]


@pytest.mark.parametrize(
    ("header", "media_type", "charset"),
    [
        ("text/HTML; Charset=UTF-8", "text/html", "utf-8"),
        ('text/plain; charset="latin-1"; x=y', "text/plain", "latin-1"),
        ("application/pdf", "application/pdf", None),
        ("text/html; charset=utf-8, text/html", "text/html", "utf-8"),
        ("nonsense", "text/plain", None),
        (f"text/{'x' * 90_000}", "application/octet-stream", None),
        ("text/\xc2\x9b31m; charset=\xc2\x9b31m", "application/octet-stream", None),
        (f"text/html; charset={'x' * 90_000}", "text/html", None),
    ],
)
async def test_the_content_type_is_read(header, media_type, charset, server, client):
    """Media type and charset come from the header, in lower case, where they can be names."""
    server.answer("/", b"x", Content_Type=header)
    page = await client.get("http://public.example/")
    assert (page.media_type, page.charset) == (media_type, charset)


async def test_a_missing_content_type_says_nothing(server, client):
    """Without a header the bytes are left to speak for themselves."""
    server.answer("/", b"x")
    page = await client.get("http://public.example/")
    assert (page.media_type, page.charset) == ("application/octet-stream", None)


# --- Redirects -----------------------------------------------------------------------------------


async def test_redirects_are_followed_to_the_end(server, client):
    """Five hops are allowed, relative ones too, and both ends are reported."""
    for hop in range(5):
        server.redirect(f"/{hop}", f"{hop + 1}" if hop % 2 else f"http://b.example/{hop + 1}")
    server.answer("/5", b"end", X_Last="yes")
    page = await client.get("http://public.example/0")
    assert (page.data, page.headers["x-last"]) == (b"end", "yes")
    assert (page.url, page.final_url) == ("http://public.example/0", "http://b.example/5")


async def test_endless_redirects_end(server, client):
    """A loop stops after six requests."""
    server.redirect("/", "/")
    with pytest.raises(TooManyRedirects, match="more than 5 times"):
        await client.get("http://public.example/")
    assert len(server.requests) == 6


async def test_a_redirect_without_an_address_is_malformed(server, client):
    """A 302 that leads nowhere is an answer that cannot be read."""
    server.answer("/", status=302)
    with pytest.raises(ResponseMalformed, match="without saying where"):
        await client.get("http://public.example/")


async def test_every_hop_is_asked_for_admission(server, client):
    """robots.txt is asked through this hook, for each address before it is requested."""
    server.redirect("/", "http://other.example/x")
    server.answer("/x", b"")
    asked = []

    async def admit(url):
        asked.append((str(url), len(server.requests)))

    await client.get("http://public.example/", admit)
    assert asked == [("http://public.example/", 0), ("http://other.example/x", 1)]


# --- Time ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "part"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (OK + b"\r\n", b"x"),
        (OK + b"Content-Length: 1000\r\n\r\n", b"x"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
    ids=["status line", "headers", "body", "announced body", "early hints"],
)
async def test_a_dripping_server_meets_the_deadline(head, part, server, client_with):
    """However the drops are spaced, the whole fetch has one deadline."""
    server.repeat("/", head, part, pause=0.02)
    start = asyncio.get_running_loop().time()
    async with client_with(limits=FetchLimits(deadline_seconds=0.3)) as hasty:
        with pytest.raises(DeadlineExceeded, match=r"0\.3 s") as late:
            await hasty.get("http://public.example/")
    assert asyncio.get_running_loop().time() - start < 1
    assert late.value.transient


async def test_slow_names_meet_the_deadline(client_with):
    """Looking up the name counts too."""

    async def never(host, port):
        await asyncio.Event().wait()

    limits = FetchLimits(deadline_seconds=0.1)
    async with client_with(limits=limits, resolver=never) as client:
        with pytest.raises(DeadlineExceeded):
            await client.get("http://public.example/")


async def test_names_have_a_time_of_their_own(client_with):
    """A look-up that hangs is told apart from a slow server."""

    async def never(host, port):
        await asyncio.Event().wait()

    limits = FetchLimits(connect_seconds=0.1)
    async with client_with(limits=limits, resolver=never) as client:
        with pytest.raises(HostUnreachable, match="has no address"):
            await client.get("http://public.example/")


# --- Broken and unwelcome answers ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "error"),
    [
        ([OK + b"Content-Length: 1000\r\n\r\n", b"half"], BodyTruncated),
        ([OK + b"Transfer-Encoding: chunked\r\n\r\n", b"5\r\nhello\r\n"], BodyTruncated),
        ([OK + b"Transfer-Encoding: chunked\r\n\r\n", b"zz\r\n"], BodyTruncated),
        ([], HostUnreachable),
        ([b"HTTP/1.1 200"], HostUnreachable),
        ([b"SSH-2.0-OpenSSH_9.6\r\n\r\n"], ResponseMalformed),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"], ResponseMalformed),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n"], ResponseMalformed),
        ([OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n"], ResponseMalformed),
        ([b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 200_000], ResponseMalformed),
    ],
)
async def test_broken_answers_have_their_cause(parts, error, server, client):
    """Each way to break HTTP is one of our errors, with the address in its text."""
    server.raw("/", *parts)
    with pytest.raises(error, match=r"^http://public\.example/") as failed:
        await client.get("http://public.example/")
    assert one_line(failed.value)


async def test_a_part_that_nobody_asked_for_is_no_page(server, client):
    """A server or proxy that answers 206 to a plain request sends a torn page."""
    server.answer("/", b"<h1>Half", status=206)
    with pytest.raises(BodyTruncated, match="206"):
        await client.get("http://public.example/")


@pytest.mark.parametrize(
    ("status", "error", "transient"),
    [
        (304, ResponseMalformed, False),
        (401, PageForbidden, False),
        (403, PageForbidden, False),
        (404, PageMissing, False),
        (408, ServerBusy, True),
        (410, PageMissing, False),
        (418, PageForbidden, False),
        (425, ServerBusy, True),
        (429, ServerBusy, True),
        (500, ServerFailed, True),
        (503, ServerFailed, True),
        (999, PageForbidden, False),
    ],
)
async def test_statuses_have_their_cause(status, error, transient, server, client):
    """No error page is ever taken for the page."""
    server.answer("/", b"" if status == 304 else b"<h1>Sorry</h1>", status=status)
    with pytest.raises(error, match=rf"http://public\.example/ answers {status}") as failed:
        await client.get("http://public.example/")
    assert failed.value.transient is transient
    assert one_line(failed.value)


@pytest.mark.parametrize(
    ("value", "shown", "is_closed"),
    [
        ("120", "retry after 120 s", True),
        ("Mon, 25 Nov 2024 07:28:00 GMT", "retry after 'Mon, 25 Nov 2024 07:28:00 GMT'", False),
        ("Tue, 25 Nov 2199 07:28:00 GMT", "retry after 'Tue, 25 Nov 2199 07:28:00 GMT'", True),
        ("soon", "retry after 'soon'", False),
        (f"Mon, 25 Nov {'9' * 20} 07:28:00 GMT", "retry after 'Mon, 25 Nov 9", False),
        ("9" * 5000, "retry after 999999999 s", True),
    ],
)
async def test_a_busy_server_says_when_to_retry(value, shown, is_closed, server, client):
    """Retry-After is passed on, whatever stands in it, and heeded: until then nothing is asked."""
    server.answer("/", status=429, Retry_After=value)
    with pytest.raises(ServerBusy) as busy:
        await client.get("http://public.example/")
    assert shown in str(busy.value)
    assert bool(client.politeness.closed_seconds("public.example")) is is_closed
    if is_closed:
        with pytest.raises(ServerBusy, match="said 429 or 503 and is left alone"):
            await client.get("http://public.example/", polite=True)
    assert len(server.requests) == 1


# --- TLS -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate for public.example, and its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "public.example")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("public.example")]), False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "public.pem"
    file.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


@pytest.fixture
async def secure(certificate, server, client_with):
    """A client that trusts the certificate of the server's TLS side."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    await server.listen(443, context)
    trusting = ssl.create_default_context(cafile=certificate)
    async with client_with(tls=trusting) as client:
        yield client


async def test_https_is_verified_against_the_host_name(server, secure, dialer):
    """The pinned connection still speaks TLS with the name that was asked for."""
    server.answer("/", b"secret")
    assert (await secure.get("https://public.example/")).data == b"secret"
    assert dialer.connects == [(PUBLIC, 443)]
    with pytest.raises(TlsFailed, match=r"does not hold for other\.example"):
        await secure.get("https://other.example/")


async def test_an_unknown_certificate_is_refused(secure, client):
    """By default only the system's authorities are trusted."""
    with pytest.raises(TlsFailed, match="self-signed"):
        await client.get("https://public.example/")


async def test_a_port_without_tls_is_no_secure_connection(server, client):
    """A server that does not speak TLS is told apart from one that is down."""

    def blurt(reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    plain = await asyncio.start_server(blurt, "127.0.0.1", 0)
    server.ports[443] = plain.sockets[0].getsockname()[1]
    with pytest.raises(TlsFailed, match="no secure connection"):
        await client.get("https://public.example/")
    plain.close()


async def test_redirects_may_not_leave_https(server, secure, dialer):
    """From https to http is refused before the second connection; http to https is fine."""
    server.redirect("/down", "http://public.example/page")
    with pytest.raises(RedirectForbidden, match="from https to the unencrypted"):
        await secure.get("https://public.example/down")
    assert dialer.connects == [(PUBLIC, 443)]
    server.redirect("/up", "https://public.example/page")
    server.answer("/page", b"up")
    assert (await secure.get("http://public.example/up")).data == b"up"


# --- What is sent --------------------------------------------------------------------------------


async def test_a_body_is_posted(sites, visitor):
    """A body makes a POST, with its length and type."""
    sites.tell("www.youtube.com/api", b"{}")
    sent = Request("https://www.youtube.com/api", b'{"a":1}', {"Content-Type": "application/json"})
    await visitor.send(sent)
    asked = sites.asked[0]
    assert (asked.method, asked.body) == ("POST", b'{"a":1}')
    assert asked.headers["content-type"] == "application/json"


async def test_a_post_is_not_redirected(sites, visitor):
    """What was meant for one address is not sent to another."""
    sites.tell("www.youtube.com/api", "https://arxiv.org/", status=302)
    with pytest.raises(RedirectForbidden):
        await visitor.send(Request("https://www.youtube.com/api", b"{}"))
    assert len(sites.asked) == 1


async def test_cookies_stay_with_their_origin(sites, visitor):
    """A redirect to another host sees no header that was meant for the first."""
    sites.tell("www.youtube.com/a", "https://www.youtube.com/b", status=302)
    sites.tell("www.youtube.com/b", "https://consent.youtube.com/c", status=302)
    sites.tell("consent.youtube.com/c", b"x")
    await visitor.send(Request("https://www.youtube.com/a", headers={"Cookie": "A=1"}))
    assert [a.headers.get("cookie") for a in sites.asked] == ["a=1", "a=1", None]


@pytest.mark.parametrize("name", ["Host", "Authorization", "Transfer-Encoding", "User-Agent"])
async def test_other_headers_are_not_ours_to_send(name, visitor):
    """No caller can change who we are or whom we ask."""
    with pytest.raises(ValueError, match="not ours"):
        await visitor.send(Request("https://www.youtube.com/a", headers={name: "x"}))
