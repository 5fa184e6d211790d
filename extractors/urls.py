"""Parse web addresses as browsers do (the WHATWG URL standard).

Forms that only an attacker or a typo produces are refused, so that two parts of the program never
interpret the same text as different addresses.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from ada_url import URL

from schemas.errors import InvalidUrl

DEFAULT_PORTS = {"http": 80, "https": 443}

_LONGEST_URL = 8_000  # characters; RFC 9110 asks every server to accept this many
_LONGEST_SHOWN = 120
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*|[0-9a-f:]+")  # RFC 1035
_ROUTE = re.compile(r"#(!?/[^/].*|![^/].*)")


@dataclass(frozen=True, slots=True)
class WebUrl:
    """An address in the form sent to a server: all parts ASCII, the path without dot segments.

    ``host`` is lower-case, or an IP address in canonical form, IPv6 without brackets. ``route`` is
    a fragment ("!/post/1", "/post/1") from which the scripts of a page choose the text to show.
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
        """The path and query, as in a request line."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    @property
    def name(self) -> str:
        """The last part of the path, decoded."""
        return unquote(self.path.rpartition("/")[2])

    def join(self, location: str) -> "WebUrl":
        """Return the address of a link on this page; raise InvalidUrl if it is not on the web."""
        _refuse_odd_characters(location)
        try:
            return parse_web_url(URL(location, base=str(self)).href)
        except ValueError as error:
            raise _invalid(location, "is not a web address") from error

    def __str__(self) -> str:
        return f"{self.origin}{self.target}" + (f"#{self.route}" if self.route else "")


def is_web_address(text: str) -> bool:
    """Return whether ``text`` is meant as a web address, even if malformed, not as a file path."""
    return re.match(r"https?://", text.strip(), re.IGNORECASE) is not None


def shown(text: str) -> str:
    """Return ``text`` on one line, safe to print: without control characters, at most 120 long."""
    printable = "".join(character for character in text if character.isprintable()).strip()
    cut = len(printable) > _LONGEST_SHOWN
    return f"{printable[:_LONGEST_SHOWN]}…" if cut else printable or "(empty)"


def parse_web_url(text: str) -> WebUrl:
    """Return ``text`` as an http or https address; raise InvalidUrl with the reason.

    The network guard, not this function, decides which hosts and ports are allowed.
    """
    text = text.strip()
    _refuse_odd_characters(text)
    if not is_web_address(text):
        raise _invalid(text, "is not a web address: use http:// or https://")
    authority = re.split(r"[/?#]", text.partition("://")[2], maxsplit=1)[0]
    if "@" in authority:  # the message must not repeat the password
        host = authority.rpartition("@")[2]
        raise _invalid(host, "includes a user name or password: submit it without them")
    try:
        url = URL(text)
    except ValueError as error:
        raise _invalid(text, "is not a web address: check its host and port") from error
    host = url.hostname.strip("[]").removesuffix(".")
    if not authority or not _HOST.fullmatch(host):  # without a host the path would become one
        raise _invalid(text, "does not have a valid host name: write https://host/page")
    scheme, route = url.protocol.removesuffix(":"), _ROUTE.fullmatch(url.hash)
    port = int(url.port or DEFAULT_PORTS[scheme])
    query = url.search.removeprefix("?") or None
    return WebUrl(scheme, host, port, url.pathname, query, route[1] if route else "")


def _invalid(text: str, reason: str) -> InvalidUrl:
    return InvalidUrl(f"{shown(text)} {reason}.")


def _refuse_odd_characters(text: str) -> None:
    if len(text) > _LONGEST_URL:
        raise _invalid(text, f"is longer than {_LONGEST_URL} characters: shorten it")
    if _CONTROL.search(text):
        raise _invalid(text, "contains a control character: copy the address again")
    if "\\" in re.split(r"[?#]", text, maxsplit=1)[0]:
        raise _invalid(text, "contains a backslash: write the address with slashes")
