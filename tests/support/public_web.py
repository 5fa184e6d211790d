"""A web of one real server on the loopback: every public name leads to it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_address
from pathlib import Path

import httpcore2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from extractors.network.client import GuardedClient, Politeness

PUBLIC = "93.184.216.34"
HOSTS = (
    *("public.example", "www.youtube.com", "arxiv.org", "aclanthology.org", "openreview.net"),
    *("github.com", "raw.githubusercontent.com", "blog.example.com", "lists.example.com"),
    *("web.archive.org", "youtu.be", "consent.youtube.com"),
)


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    address: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Web:
    """Answers ``host/target`` as the test says: the longest known beginning wins, else 404.

    An answer is the bytes to send; a list of answers is used up to its last one.
    """

    pages: dict[str, list[list[bytes]]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    ports: dict[int, int] = field(default_factory=dict)
    endless: dict[str, float] = field(default_factory=dict)

    def raw(self, address: str, *parts: bytes, pause: float | None = None) -> None:
        """Send ``parts`` as they are; with ``pause`` the last one again and again."""
        self.pages.setdefault(address, []).append(list(parts))
        if pause is not None:
            self.endless[address] = pause

    def answer(
        self, address: str, body: bytes | str = b"", kind: str = "", status: int = 200, **more: str
    ) -> None:
        """Send a well-formed answer; headers are written with hyphens for underscores."""
        data = body.encode() if isinstance(body, str) else body
        headers = {"Content-Length": str(len(data)), "Connection": "close"} | more
        headers |= {"Content-Type": kind} if kind else {}
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        head = "\r\n".join([f"HTTP/1.1 {status} Reason", *lines, "", ""])
        self.raw(address, head.encode("utf-8"), data)

    def redirect(self, address: str, location: str) -> None:
        """Answer 302 to ``location``, written as it is."""
        self.answer(address, status=302, Location=location)

    @property
    def addresses(self) -> list[str]:
        """Return the requested addresses without robots.txt."""
        return [one.address for one in self.asked if not one.address.endswith("/robots.txt")]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and hang up."""
        try:
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, target, _ = lines[0].split(" ")
            headers = dict(line.split(": ", 1) for line in lines[1:] if line)
            headers = {name.lower(): value for name, value in headers.items()}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            address = headers["host"] + target
            self.asked.append(Asked(method, address, headers, body))
            await self._send(address, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client hung up, or the test is over
        finally:
            writer.close()

    async def _send(self, address: str, writer: asyncio.StreamWriter) -> None:
        known = max((one for one in self.pages if address.startswith(one)), key=len, default="")
        if not known:
            writer.write(b"HTTP/1.1 404 Missing\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        answers = self.pages[known]
        parts = answers.pop(0) if len(answers) > 1 else answers[0]
        for part in parts:
            writer.write(part)
            await writer.drain()
        while known in self.endless:
            await asyncio.sleep(self.endless[known])
            writer.write(parts[-1])
            await writer.drain()


@dataclass
class Names:
    """A resolver of the test's own: unknown names are public, answers may change each time."""

    answers: dict[str, list[list[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str, port: int) -> list[object]:  # noqa: ARG002 - a Resolver
        """Return the next answer for ``host``."""
        self.asked.append(host)
        rounds = self.answers.get(host, [[PUBLIC]])
        answer = rounds.pop(0) if len(rounds) > 1 else rounds[0]
        if not answer:
            raise OSError("no such name")
        return [ip_address(address) for address in answer]


class Dialer(httpcore2.AnyIOBackend):
    """Records every address a connection is opened to, and opens it to the test's server."""

    def __init__(self, ports: dict[int, int]) -> None:
        self.connects: list[tuple[str, int]] = []
        self.dead: set[str] = set()
        self._ports = ports

    async def connect_tcp(self, host, port, *rest, **more):
        """Record the address, then connect to the server that replaces the port."""
        self.connects.append((host, port))
        if port not in self._ports or host in self.dead:
            raise httpcore2.ConnectError("refused by the test")
        return await super().connect_tcp("127.0.0.1", self._ports[port], *rest, **more)


@asynccontextmanager
async def open_web(certificate: Path) -> AsyncIterator[Web]:
    """Serve a web on a plain and a TLS port, in place of 80 and 443."""
    web = Web()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await web.serve(reader, writer)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    servers = []
    for port, tls in ((80, None), (443, context)):
        servers.append(await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls))
        web.ports[port] = servers[-1].sockets[0].getsockname()[1]
    yield web
    for server in servers:
        server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def write_certificate(file: Path) -> Path:
    """Write a key and a certificate for all the hosts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "public web")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(h) for h in HOSTS]), False)
        .sign(key, hashes.SHA256())
    )
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    private = key.private_bytes(pem, form, serialization.NoEncryption())
    file.write_bytes(private + made.public_bytes(pem))
    return file


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("web") / "web.pem")


@pytest.fixture
async def web(certificate: Path) -> AsyncIterator[Web]:
    async with open_web(certificate) as running:
        yield running


@pytest.fixture
def names() -> Names:
    return Names()


@pytest.fixture
def dialer(web: Web) -> Dialer:
    return Dialer(web.ports)


@pytest.fixture
def make_client(names: Names, dialer: Dialer, certificate: Path) -> Callable[..., GuardedClient]:
    """Make clients with the test's names, sockets and other given parts."""
    tls = ssl.create_default_context(cafile=certificate)
    return partial(
        GuardedClient, politeness=Politeness(0.0), resolver=names, dialer=dialer, tls=tls
    )


@pytest.fixture
async def client(make_client: Callable[..., GuardedClient]) -> AsyncIterator[GuardedClient]:
    """The guarded client as users have it, for which the test's server is the internet."""
    async with make_client() as guarded:
        yield guarded
