"""Public sites on the loopback: one TLS server that answers by host and address."""

import asyncio
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpcore2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOSTS = (
    *("www.youtube.com", "consent.youtube.com", "arxiv.org", "export.arxiv.org"),
    *("aclanthology.org", "openreview.net", "github.com", "raw.githubusercontent.com"),
    *("web.archive.org", "blog.example.com", "lists.example.com", "youtu.be"),
)


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    host: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class PublicSites:
    """Answers ``https://host/target`` as told: the longest told beginning of it wins, else 404."""

    pages: dict[str, list[tuple[int, str, bytes]]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    port: int = 0

    def tell(
        self, address: str, body: bytes | str, kind: str = "text/html", status: int = 200
    ) -> None:
        """Answer addresses that begin so; told again, the next request gets the next answer."""
        data = body.encode() if isinstance(body, str) else body
        self.pages.setdefault(address, []).append((status, kind, data))

    @property
    def addresses(self) -> list[str]:
        """What was asked for, robots.txt left out."""
        return [a.host + a.target for a in self.asked if a.target != "/robots.txt"]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and hang up."""
        try:
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, target, _ = lines[0].split(" ")
            headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.asked.append(Asked(method, headers["host"], target, headers, body))
            status, kind, data = self._answer(headers["host"] + target)
            head = f"HTTP/1.1 {status} Told\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}"
            where = f"\r\nLocation: {data.decode()}" if status == 302 else ""
            writer.write(f"{head}{where}\r\nConnection: close\r\n\r\n".encode() + data)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client hung up
        finally:
            writer.close()

    def _answer(self, address: str) -> tuple[int, str, bytes]:
        known = max((told for told in self.pages if address.startswith(told)), key=len, default="")
        answers = self.pages.get(known, [(404, "text/html", b"no such page")])
        return answers.pop(0) if len(answers) > 1 else answers[0]


class LoopbackDialer(httpcore2.AnyIOBackend):
    """Opens every connection to the one server."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def connect_tcp(self, host, port, *rest, **more):  # noqa: ARG002 - the real signature
        """Dial the server, whatever address was judged."""
        return await super().connect_tcp("127.0.0.1", self._port, *rest, **more)


async def everywhere(host: str, port: int) -> list[object]:
    """Resolve every name to one public address."""
    return [ip_address("93.184.216.34")]


def write_certificate(file: Path) -> Path:
    """Write a key and a certificate for all the hosts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "public sites")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(h) for h in HOSTS]), False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


def server_context(certificate: Path) -> ssl.SSLContext:
    """Return the TLS settings of the server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
