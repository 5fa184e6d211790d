"""Web addresses: what counts as one, and how it is parsed and shown.

As in the WHATWG URL standard where libraries disagree; what only an attacker or a typing error
writes is refused, so that no two parts of the program can read one text as two addresses.
"""

import re
import socket
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, unquote, urljoin, urlsplit

import idna

from schemas.errors import InvalidUrl

DEFAULT_PORTS = {"http": 80, "https": 443}

_LONGEST_URL = 8_000  # characters; what RFC 9110 asks every server to accept
_LONGEST_SHOWN = 120
_LONGEST_HOST = 253  # RFC 1035
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_AUTHORITY = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]+)(?::([0-9]{0,5}))?")
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_ROUTE = re.compile(r"!?/[^/]|![^/]")
_PATH_SAFE = "/%:@!$&'()*+,;=~|[]^"
_QUERY_SAFE = _PATH_SAFE + "?{}`\\"


@dataclass(frozen=True, slots=True)
class WebUrl:
    """An address as it is sent to a server: every part ASCII, the path without dot segments.

    ``host`` is lower-case, or an IP address in its one form, IPv6 without brackets. ``route`` is a
    fragment ("!/post/1", "/post/1") that decides which text the scripts of a page show.
    """

    scheme: str
    host: str
    port: int
    path: str
    query: str | None = None
    route: str = ""

    @property
    def authority(self) -> str:
        """The host, bracketed if IPv6, with its port unless that is the scheme's default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """``scheme://host[:port]``."""
        return f"{self.scheme}://{self.authority}"

    @property
    def target(self) -> str:
        """The path and query, as a request line carries them."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    @property
    def name(self) -> str:
        """The last part of the path, decoded."""
        return unquote(self.path.rpartition("/")[2])

    def join(self, location: str) -> "WebUrl":
        """Return the address that ``location`` means on this page; raise InvalidUrl for others."""
        _refuse_odd_characters(location)
        try:
            return parse_web_url(urljoin(str(self), location))
        except ValueError as error:
            raise _invalid(location, f"is not a web address: {error}") from error

    def __str__(self) -> str:
        return f"{self.origin}{self.target}" + (f"#{self.route}" if self.route else "")


def is_web_address(text: str) -> bool:
    """Return whether ``text`` means a web address, well-formed or not, and not a file's path."""
    return re.match(r"https?://", text.strip(), re.IGNORECASE) is not None


def shown(text: str) -> str:
    """Return ``text`` in one line, safe to print: no control characters, at most 120 long."""
    printable = "".join(character for character in text if character.isprintable()).strip()
    cut = len(printable) > _LONGEST_SHOWN
    return f"{printable[:_LONGEST_SHOWN]}…" if cut else printable or "(empty)"


def parse_web_url(text: str) -> WebUrl:
    """Return ``text`` as an http or https address; ports and hosts are not judged here.

    Raises:
        InvalidUrl: with the reason and what to do.
    """
    text = text.strip()
    _refuse_odd_characters(text)
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise _invalid(text, f"is not a web address: {error}") from error
    if parts.scheme not in DEFAULT_PORTS:
        raise _invalid(text, "is not a web address: casebook reads http:// and https:// only")
    if "@" in parts.netloc:  # the message must not repeat the password
        host = parts.netloc.rpartition("@")[2]
        raise _invalid(host, "is given with a user name or password: submit it without")
    match = _AUTHORITY.fullmatch(parts.netloc)
    if match is None:
        raise _invalid(text, "names no host: write https://host/page")
    port = int(match[2]) if match[2] else DEFAULT_PORTS[parts.scheme]
    if not 0 < port < 1 << 16:
        raise _invalid(text, f"names port {port}, which does not exist")
    query = quote(parts.query, safe=_QUERY_SAFE) if parts.query else None
    route = quote(parts.fragment, safe=_QUERY_SAFE) if _ROUTE.match(parts.fragment) else ""
    return WebUrl(parts.scheme, _host(match[1], text), port, _path(parts.path), query, route)


def _invalid(text: str, reason: str) -> InvalidUrl:
    return InvalidUrl(f"{shown(text)} {reason}.")


def _refuse_odd_characters(text: str) -> None:
    if len(text) > _LONGEST_URL:
        raise _invalid(text, f"is longer than {_LONGEST_URL} characters: shorten it")
    if _CONTROL.search(text):
        raise _invalid(text, "contains a control character: copy the address again")
    if "\\" in re.split(r"[?#]", text, maxsplit=1)[0]:
        raise _invalid(text, "contains a backslash: write the address with slashes")


def _host(raw: str, text: str) -> str:
    try:
        if raw.startswith("["):
            return str(IPv6Address(raw[1:-1].replace("%", " zone ")))
        host = raw.lower() if raw.isascii() else idna.encode(raw, uts46=True).decode("ascii")
    except (AddressValueError, UnicodeError) as error:
        raise _invalid(text, f"has an impossible host ({shown(str(error))}): check it") from error
    labels = host.removesuffix(".").split(".")
    if len(host) > _LONGEST_HOST or not all(map(_LABEL.fullmatch, labels)):
        raise _invalid(text, "has no host name that can exist: check the address")
    if not _NUMBER.fullmatch(labels[-1]):
        return ".".join(labels)
    try:  # as inet_aton does, so that 0x7f.1 cannot pass as a name
        return str(IPv4Address(socket.inet_aton(".".join(labels))))
    except OSError as error:
        raise _invalid(text, "ends its host in a number but is not an IPv4 address") from error


def _path(raw: str) -> str:
    """Return ``raw`` percent-encoded, with ``.`` and ``..`` (also as %2e) resolved."""
    kept: list[str] = []
    segments = quote(raw, safe=_PATH_SAFE).removeprefix("/").split("/")
    plain = [segment.lower().replace("%2e", ".") for segment in segments]
    for segment, meaning in zip(segments, plain, strict=True):
        if meaning == "..":
            del kept[-1:]
        elif meaning != ".":
            kept.append(segment)
    if plain[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)
