"""Web addresses: what counts as one, how it is read, and its one canonical form.

Reading follows the WHATWG URL standard where browsers and libraries disagree, and refuses what
only an attacker or a typing error writes (backslashes, control characters, credentials), so that
no two parts of the program can read one text as two addresses.
"""

import re
import socket
from dataclasses import dataclass, replace
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

import idna

from casebook.schemas.errors import InvalidUrl
from casebook.schemas.sources import SourceKind

DEFAULT_PORTS = {"http": 80, "https": 443}

_LONGEST_URL = 8_000  # characters; what RFC 9110 asks every server to take
_LONGEST_SHOWN = 120  # characters of a bad address that a message repeats
_LONGEST_HOST = 253  # RFC 1035, as text
_HIGHEST_PORT = 65_535

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_AUTHORITY = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]+)(?::([0-9]{0,5}))?")
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PATH_SAFE = "/%:@!$&'()*+,;=~|[]^"
_QUERY_SAFE = _PATH_SAFE + "?{}`\\"


@dataclass(frozen=True, slots=True)
class WebUrl:
    """An address as it goes over the wire: every part ASCII, the path without dot segments.

    ``host`` is lower-case, an IPv4 address in four decimal parts, or an IPv6 address without
    brackets; ``port`` is always given; the fragment, which servers never see, is gone.
    """

    scheme: str
    host: str
    port: int
    path: str
    query: str | None = None

    @property
    def authority(self) -> str:
        """Return the host, bracketed if IPv6, with its port unless that is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Return ``scheme://host[:port]``."""
        return f"{self.scheme}://{self.authority}"

    @property
    def target(self) -> str:
        """Return the path and query, as a request line carries them."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    @property
    def name(self) -> str:
        """Return the last part of the path, decoded, for its suffix."""
        return unquote(self.path.rpartition("/")[2])

    def join(self, location: str) -> "WebUrl":
        """Return the address that ``location``, absolute or relative, means on this page.

        Raises:
            InvalidUrl: if it is not a web address.
        """
        _refuse_odd_characters(location)
        try:
            joined = urljoin(str(self), location)
        except ValueError as error:
            raise InvalidUrl(f"{shown(location)} is not a web address: {error}.") from error
        return parse_web_url(joined)

    def __str__(self) -> str:
        return f"{self.origin}{self.target}"


def is_web_address(text: str) -> bool:
    """Return whether ``text`` means a web address, well-formed or not, and not a file's path."""
    return re.match(r"https?://", text.strip(), re.IGNORECASE) is not None


def parse_web_url(text: str) -> WebUrl:
    """Read ``text`` as an http or https address.

    Ports and addresses are read, not judged: that is the network policy's to do.

    Raises:
        InvalidUrl: with the reason and what to do, if it is not one that can be fetched.
    """
    text = text.strip()
    _refuse_odd_characters(text)
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise InvalidUrl(f"{shown(text)} is not a web address: {error}.") from error
    if parts.scheme not in DEFAULT_PORTS:
        raise InvalidUrl(
            f"{shown(text)} is not a web address: casebook reads http:// and https:// only."
        )
    host, port = _authority(parts, text)
    query = quote(parts.query, safe=_QUERY_SAFE) if parts.query else None
    return WebUrl(parts.scheme, host, port, _path(parts.path), query)


def canonical_url(url: str) -> str:
    """Return the one form in which all addresses of a page are the same text.

    It is an identity to compare by, not an address to open: it says https wherever the port is a
    default one, and it lacks ``www.``, the trailing slash, the fragment, tracking parameters, and
    what a mobile or AMP edition adds. The query is in alphabetical order. A YouTube video is known
    by its ``v=``, an arXiv paper by its number without the version.

    Raises:
        InvalidUrl: if ``url`` is not a web address.
    """
    parsed = _original_of_amp(parse_web_url(url))
    if video := video_id(parsed):
        return f"https://youtube.com/watch?v={video}"
    if paper := paper_id(parsed):
        return f"https://arxiv.org/abs/{paper}"
    if parsed.port == DEFAULT_PORTS[parsed.scheme]:
        parsed = replace(parsed, scheme="https", port=DEFAULT_PORTS["https"])
    return str(
        replace(
            parsed,
            host=_canonical_host(parsed.host),
            path=_canonical_escapes(parsed.path).rstrip("/"),
            query=_canonical_query(parsed.query or "") or None,
        )
    )


def kind_of_url(url: str) -> SourceKind | None:
    """Return the kind that the address alone tells (a video, a paper), or None."""
    try:
        parsed = parse_web_url(url)
    except InvalidUrl:
        return None
    if video_id(parsed):
        return SourceKind.YOUTUBE
    return SourceKind.ARXIV if paper_id(parsed) else None


def shown(text: str) -> str:
    """Return ``text`` quoted, escaped and shortened, fit for a one-line message."""
    return ascii(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}...")


# --- Reading -------------------------------------------------------------------------------------


def _refuse_odd_characters(text: str) -> None:
    if len(text) > _LONGEST_URL:
        raise InvalidUrl(f"{shown(text)} is longer than {_LONGEST_URL} characters: shorten it.")
    if _CONTROL.search(text):
        raise InvalidUrl(f"{shown(text)} contains a control character: copy the address again.")
    if "\\" in re.split(r"[?#]", text, maxsplit=1)[0]:
        raise InvalidUrl(f"{shown(text)} contains a backslash: write the address with slashes.")


def _authority(parts: SplitResult, text: str) -> tuple[str, int]:
    if "@" in parts.netloc:
        raise InvalidUrl(
            f"The address on {shown(parts.netloc.rpartition('@')[2])} carries a user name or "
            "password: submit it without, or save the page and submit the file."
        )
    match = _AUTHORITY.fullmatch(parts.netloc)
    if match is None:
        raise InvalidUrl(f"{shown(text)} names no host: write https://host/page.")
    port = int(match[2]) if match[2] else DEFAULT_PORTS[parts.scheme]
    if not 0 < port <= _HIGHEST_PORT:
        raise InvalidUrl(f"{shown(text)} names port {port}, which does not exist.")
    return _host(match[1], text), port


def _host(raw: str, text: str) -> str:
    if raw.startswith("["):
        return _ipv6(raw[1:-1], text)
    try:
        host = raw.lower() if raw.isascii() else idna.encode(raw, uts46=True).decode("ascii")
    except UnicodeError as error:
        raise InvalidUrl(
            f"{shown(text)} has a host name that is not allowed ({error}): write its xn-- form."
        ) from error
    labels = host.removesuffix(".").split(".")
    if len(host) > _LONGEST_HOST or not all(map(_LABEL.fullmatch, labels)):
        raise InvalidUrl(f"{shown(text)} has no host name that can exist: check the address.")
    return _ipv4(".".join(labels), text) if _NUMBER.fullmatch(labels[-1]) else ".".join(labels)


def _ipv4(host: str, text: str) -> str:
    """Read ``host`` as ``inet_aton`` does, so that 0x7f.1 cannot pass as a name."""
    try:
        return str(IPv4Address(socket.inet_aton(host)))
    except OSError as error:
        raise InvalidUrl(
            f"{shown(text)} ends its host in a number but is no IPv4 address: check the address."
        ) from error


def _ipv6(inside: str, text: str) -> str:
    if "%" in inside:
        raise InvalidUrl(f"{shown(text)} names a network zone, which means nothing elsewhere.")
    try:
        return str(IPv6Address(inside))
    except AddressValueError as error:
        raise InvalidUrl(f"{shown(text)} has no IPv6 address in its brackets: {error}.") from error


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


# --- Known sites ---------------------------------------------------------------------------------

_YOUTUBE = {"youtube.com", "m.youtube.com", "music.youtube.com", "youtube-nocookie.com"}
_VIDEO_PATH = re.compile(r"/(?:embed|shorts|live|v|e)/([^/]+)/?")
_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_ARXIV = {"arxiv.org", "export.arxiv.org"}
_PAPER_PATH = re.compile(
    r"/(?:abs|pdf|html|format|ps)/"
    r"([0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7})(?:v[0-9]+)?(?:\.pdf)?/?"
)
_AMP_CACHE = re.compile(r"/(?:amp|[cv])/(s/)?(.+)")


def video_id(url: WebUrl) -> str | None:
    """Return the eleven characters that name a YouTube video, or None for any other page."""
    host = url.host.removeprefix("www.")
    candidate = None
    if host == "youtu.be":
        candidate = url.path.strip("/")
    elif host in _YOUTUBE and url.path.rstrip("/") == "/watch":
        candidate = dict(reversed(parse_qsl(url.query or ""))).get("v")
    elif host in _YOUTUBE and (match := _VIDEO_PATH.fullmatch(url.path)):
        candidate = match[1]
    return candidate if candidate and _VIDEO_ID.fullmatch(candidate) else None


def paper_id(url: WebUrl) -> str | None:
    """Return an arXiv paper's number without its version, or None for any other page."""
    if url.host.removeprefix("www.") not in _ARXIV:
        return None
    match = _PAPER_PATH.fullmatch(url.path)
    return match[1] if match else None


def _original_of_amp(url: WebUrl) -> WebUrl:
    """Return the page that an address in one of Google's two AMP caches stands for."""
    cached = url.host.endswith(".cdn.ampproject.org") or url.host in {
        "google.com",
        "www.google.com",
    }
    match = _AMP_CACHE.fullmatch(url.path) if cached else None
    if match is None:
        return url
    try:
        original = parse_web_url(f"{'https' if match[1] else 'http'}://{match[2]}")
    except InvalidUrl:
        return url
    return replace(original, query=url.query)


# --- The canonical form --------------------------------------------------------------------------

_MOBILE_WIKI = re.compile(r"\.m\.(wiki[a-z]+|mediawiki)\.org$")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")

# Trackers that courlan 1.4 does not know: HubSpot, LinkedIn, ConvertKit, Instagram, AMP.
_MORE_TRACKERS = re.compile(
    r"_hsenc|_hsmi|hsctatracking|hss_channel|trk|trackingid|ck_subscriber_id|igsh|amp|amp_.*"
)
# courlan takes any name that begins with one of its words for a tracker. These name content (a
# talk's session, "gallery", "reference"): losing one would make two pages the same source.
_CONTENT = re.compile(
    r"session|[ceu]id|keyword|kwd|ga[a-z]|gl[a-z]|source[a-z]|medium[a-z]|ref(?!err?er|src)[a-z]"
)


def _canonical_host(host: str) -> str:
    bare = host.removeprefix("www.")
    return _MOBILE_WIKI.sub(r".\1.org", bare if "." in bare else host)


def _canonical_escapes(path: str) -> str:
    """Decode the escapes of unreserved characters and write the others in capitals (RFC 3986)."""

    def rewritten(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if _UNRESERVED.fullmatch(character) else match[0].upper()

    return _ESCAPE.sub(rewritten, path)


def _canonical_query(query: str) -> str:
    # Latin-1 both ways keeps every byte, also those that are no UTF-8.
    pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    kept = [(name, value) for name, value in pairs if not _is_tracker(name.lower())]
    return urlencode(sorted(kept, key=lambda pair: pair[0]), encoding="latin-1")


def _is_tracker(name: str) -> bool:
    from courlan.clean import clean_query  # brings the list of all top-level domains

    if _MORE_TRACKERS.fullmatch(name):
        return True
    known_to_courlan = not clean_query(urlencode({name: "1"}))
    return known_to_courlan and not _CONTENT.match(name)
