"""A web of one real server on the loopback, in which every public name leads to it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from pathlib import Path

import httpcore2
import public_sites
import pytest
import recorded_videos as videos

from casebook.extractors.gathering.gather import gather
from casebook.extractors.network.client import GuardedClient, NetworkPolicy
from casebook.extractors.network.robots import Robots
from casebook.schemas.sources import Payload

PUBLIC = "93.184.216.34"

Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Answers each path as the test says, byte by byte where it wants; 404 elsewhere."""

    def __init__(self) -> None:
        self.behaviours: dict[str, Behaviour] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.ports: dict[int, int] = {}
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """Return host:port of the plain server."""
        return f"127.0.0.1:{self.ports[80]}"

    @property
    def paths(self) -> list[str]:
        """Return the paths requested so far, in order."""
        return [path for path, _ in self.requests]

    async def listen(self, public_port: int, tls: ssl.SSLContext | None = None) -> None:
        """Listen on a free port that stands for ``public_port``."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self._servers.append(server)
        self.ports[public_port] = server.sockets[0].getsockname()[1]

    def raw(self, path: str, *parts: bytes) -> None:
        """Send ``parts`` as they are, then hang up."""

        async def behave(writer: asyncio.StreamWriter) -> None:
            for part in parts:
                writer.write(part)
                await writer.drain()

        self.behaviours[path] = behave

    def answer(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> None:
        """Send a well-formed answer; ``headers`` are written with hyphens for underscores."""
        lines = [f"HTTP/1.1 {status} Reason", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.raw(path, "\r\n".join([*lines, "", ""]).encode(), body)

    def redirect(self, path: str, location: str) -> None:
        """Answer 302 to ``location``, written as it is."""
        self.answer(path, status=302, Location=location)

    def repeat(self, path: str, head: bytes, part: bytes, pause: float) -> None:
        """Send ``head``, then ``part`` again and again for ever."""

        async def behave(writer: asyncio.StreamWriter) -> None:
            writer.write(head)
            while True:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause)

        self.behaviours[path] = behave

    def hang(self, path: str, head: bytes) -> None:
        """Send ``head`` and then nothing, without hanging up."""

        async def behave(writer: asyncio.StreamWriter) -> None:
            writer.write(head)
            await asyncio.Event().wait()

        self.behaviours[path] = behave

    async def close(self) -> None:
        """Stop listening and drop what still hangs."""
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = head[0].split(" ")[1]
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            self.requests.append((path, headers))
            if path not in self.behaviours:
                self.answer(path, status=404)
            await self.behaviours[path](writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client hung up, or the test is over
        finally:
            self._tasks.discard(task)
            writer.close()


@dataclass
class Names:
    """A resolver of the test's own: unknown names are public, answers may change each time."""

    answers: dict[str, list[list[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str, port: int) -> Sequence[object]:  # noqa: ARG002 a Resolver
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
        """Note the address, then dial the server that stands for the port."""
        self.connects.append((host, port))
        if port not in self._ports or host in self.dead:
            raise httpcore2.ConnectError("refused by the test")
        return await super().connect_tcp("127.0.0.1", self._ports[port], *rest, **more)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A server that stands for port 80 of every public host."""
    running = Server()
    await running.listen(80)
    yield running
    await running.close()


@pytest.fixture
def names() -> Names:
    return Names()


@pytest.fixture
def dialer(server: Server) -> Dialer:
    return Dialer(server.ports)


@pytest.fixture
def client_with(names: Names, dialer: Dialer) -> Callable[..., GuardedClient]:
    """Return a maker of clients with the test's names and sockets, and what else is given."""
    return partial(GuardedClient, resolver=names, dialer=dialer)


@pytest.fixture
async def client(client_with: Callable[..., GuardedClient]) -> AsyncIterator[GuardedClient]:
    """The guarded client as users have it, but for the test's names and sockets."""
    async with client_with() as guarded:
        yield guarded


@pytest.fixture
async def intranet(server: Server) -> AsyncIterator[GuardedClient]:
    """A client with real names and sockets whose operator named the test's server."""
    policy = NetworkPolicy(allowed_hosts=frozenset({server.address}))
    async with GuardedClient(policy) as guarded:
        yield guarded


@pytest.fixture(scope="session")
def certificate_of_sites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return public_sites.write_certificate(tmp_path_factory.mktemp("sites") / "sites.pem")


@pytest.fixture
async def sites(certificate_of_sites: Path) -> AsyncIterator[public_sites.PublicSites]:
    """Public sites that answer as the test tells them."""
    told = public_sites.PublicSites()
    tls = public_sites.server_context(certificate_of_sites)
    async with await asyncio.start_server(told.serve, "127.0.0.1", 0, ssl=tls) as server:
        told.port = server.sockets[0].getsockname()[1]
        yield told


@pytest.fixture
async def visitor(
    sites: public_sites.PublicSites, certificate_of_sites: Path
) -> AsyncIterator[GuardedClient]:
    """The guarded client as users have it, for which the sites are the internet."""
    async with GuardedClient(
        resolver=public_sites.everywhere,
        dialer=public_sites.LoopbackDialer(sites.port),
        tls=ssl.create_default_context(cafile=certificate_of_sites),
    ) as guarded:
        yield guarded


@pytest.fixture
def gathered(visitor: GuardedClient) -> Callable[[str], Awaitable[Payload]]:
    """Gather what is behind an address."""
    return lambda address: gather(address, visitor, Robots(visitor))


@pytest.fixture
def tube(sites):
    """YouTube as recorded: a page, a player's answer, captions."""

    def play(page="youtube.html", player="youtube.innertube.json", text="transcript.xml"):
        sites.tell(videos.WATCH, videos.recorded(page))
        sites.tell(videos.PLAYER, videos.recorded(player), "application/json")
        sites.tell(videos.TEXT, videos.recorded(text), "text/xml")
        return sites

    return play
