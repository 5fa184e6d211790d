"""Addresses that hold another one: archived and cached copies, proxies, links that lead on."""

import base64
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from casebook.extractors.urls import WebUrl, parse_web_url
from casebook.schemas.errors import InvalidUrl

_MOST_WRAPPINGS = 3  # a copy of a copy happens, a chain of them does not
_GOOGLE = re.compile(r"(?:www\.)?google\.(?:[a-z]{2,3}|com?\.[a-z]{2})")
_AMP_CACHES = re.compile(r"(?:.+\.)?cdn\.ampproject\.org|.+\.bing-amp\.(?:com|net)")
_AMP_CACHE = re.compile(r"/(?:amp|wp|[a-z])/(s/)?(.+)")
_INNER = r"(?P<scheme>https?:)?(?P<rest>/{0,2}[^/?]+\..+)"
_FLAGS = r"(?:[a-z]{2}_)*"
# A time of four to fourteen digits, or "*" for the calendar of copies, perhaps with flags.
_WAYBACK = re.compile(rf"/(?:web|save)/(?:[0-9]{{1,14}}{_FLAGS}\*?/|\*/)?{_INNER}")
_TODAY = re.compile(rf"/(?:o/[A-Za-z0-9]+|newest|oldest|timegate|[0-9.-]{{4,20}})/{_INNER}")
_DATED = re.compile(rf"/(?:[\w-]+/)?[0-9]{{4,14}}{_FLAGS}/{_INNER}")
_WHOLE = re.compile(r"/(?P<scheme>https?:)(?P<rest>/{1,2}[^/?]+\..+)")
# A star stands for a character that is told, packed, behind the address.
_GUARDED = re.compile(r"/v3/__(?P<scheme>https?:)(?P<rest>/{1,2}[^/*]+\.[^*]+?)__;.*")
# Behind an address that is written out, what is escaped is a part of that.
_ESCAPED = re.compile(r"(?:/(?!https?:)[^/]*)*?/https?%3a(?:%2f|/)", re.IGNORECASE)
# Where the address of the page stands in that of its copy.
_IN_PATH = {
    **dict.fromkeys(("web.archive.org", "wayback.archive.org", "archive.org"), (_WAYBACK,)),
    **{f"archive.{end}": (_TODAY, _WHOLE) for end in ("today", "ph", "is", "li", "vn", "fo", "md")},
    **dict.fromkeys(
        ("arquivo.pt", "wayback.archive-it.org", "webarchive.nationalarchives.gov.uk"), (_DATED,)
    ),
    **dict.fromkeys(("r.jina.ai", "via.hypothes.is", "12ft.io", "freedium.cfd"), (_WHOLE,)),
    "urldefense.com": (_GUARDED,),
}
_TRANSLATED = ".translate.goog"
_GOOGLE_CACHE = re.compile(r"cache:(?:[A-Za-z0-9_-]{12}:)?(https?://)?([^\s]+)")


@dataclass(frozen=True, slots=True)
class _Link:
    """A page that only leads on: its host and path, and the parameters that say where to."""

    host: re.Pattern[str]
    path: str
    names: tuple[str, ...]


def _link(host: str, path: str, *names: str) -> _Link:
    return _Link(re.compile(host), path, names)


_LINKS = (
    _link(_GOOGLE.pattern, "/url", "q", "url"),
    _link(r"translate\.google\.[a-z.]+", "/translate", "u"),
    _link(r"consent\.(?:youtube|google)\.com", "/m", "continue"),
    _link(r"consent\.(?:youtube|google)\.com", "/ml", "continue"),
    _link(r"(?:www\.|m\.)?youtube\.com", "/redirect", "q"),
    _link(r"(?:www\.|m\.)?youtube\.com", "/oembed", "url"),
    _link(r"lm?\.facebook\.com", "/l.php", "u"),
    _link(r"l\.instagram\.com", "/", "u"),
    _link(r"(?:www\.)?linkedin\.com", "/redir/redirect", "url"),
    _link(r"(?:www\.)?linkedin\.com", "/safety/go", "url"),
    _link(r"t\.umblr\.com", "/redirect", "z"),
    _link(r"medium\.com", "/r", "url"),
    _link(r"medium\.com", "/m/global-identity", "redirectUrl"),
    _link(r"medium\.com", "/m/global-identity-2", "redirectUrl"),
    _link(r"getpocket\.com", "/redirect", "url"),
    _link(r"12ft\.io", "/proxy", "q"),
    _link(r"(?:www\.|m\.)?vk\.com", "/away.php", "to"),
    _link(r"duckduckgo\.com", "/l", "uddg"),
    _link(r"slack-redir\.net", "/link", "url"),
    _link(
        r"statics\.teams\.cdn\.office\.net",
        "/evergreen-assets/safelinks/1/atp-safelinks.html",
        "url",
    ),
    _link(r"[a-z0-9]+\.safelinks\.protection\.outlook\.com", "/", "url"),
)
_OUT = "out.reddit.com"
# Links that Amazon's mail service counts, under its own host or that of a letter.
_COUNTED = re.compile(r"/C?L0/(https?:%2F%2F[^/]+)(?:/.*)?", re.IGNORECASE)
_COUNTING = re.compile(r".+\.awstrack\.me|tracking\.tldrnewsletter\.com")


def original_of(url: WebUrl) -> WebUrl:
    """Return the page that ``url`` holds a copy of or leads to, else ``url`` itself."""
    for _ in range(_MOST_WRAPPINGS):
        inner = _wrapped(url)
        if inner is None:
            break
        url = inner
    return url


def is_copy(url: WebUrl) -> bool:
    """Tell whether ``url`` is another site's copy of a page, or its link to one."""
    return original_of(url) != url


def _wrapped(url: WebUrl) -> WebUrl | None:
    for read in _READERS:
        if address := read(url):
            try:
                return parse_web_url(address)
            except InvalidUrl:
                return None
    return None


def _amp_address(url: WebUrl) -> str | None:
    """Read an address in the AMP caches of Google and Bing."""
    if not (_AMP_CACHES.fullmatch(url.host) or _GOOGLE.fullmatch(url.host)):
        return None
    match = _AMP_CACHE.fullmatch(url.path)
    if match is None or "." not in match[2].partition("/")[0]:
        return None
    return f"{'https' if match[1] else 'http'}://{match[2]}{_query(url)}"


def _address_in_path(url: WebUrl) -> str | None:
    """Read an address of an archive, or of a service that shows other sites' pages."""
    target = unquote(url.target) if _ESCAPED.match(url.path) else url.target
    patterns = _IN_PATH.get(url.host.removeprefix("www."), ())
    match = next(filter(None, (pattern.fullmatch(target) for pattern in patterns)), None)
    if match is None:
        return None
    return f"{match['scheme'] or 'http:'}//{match['rest'].lstrip('/')}"


def _translation(url: WebUrl) -> str | None:
    """Read an address of Google's translations: its first label has "-" for a dot, "--" for "-"."""
    label = url.host.removesuffix(_TRANSLATED)
    if label == url.host or "." in label:
        return None
    host = re.sub("--?", lambda mark: "-" if len(mark[0]) > 1 else ".", label)
    told = (url.query or "").split("&")
    scheme = "http" if "_x_tr_sch=http" in told else "https"
    query = "&".join(part for part in told if not part.startswith("_x_tr_"))
    return f"{scheme}://{host}{url.path}" + (f"?{query}" if query else "")


def _cached_address(url: WebUrl) -> str | None:
    """Read an address of Google's cache: ``cache:[key:]address[+words searched for]``."""
    if url.host != "webcache.googleusercontent.com":
        return None
    asked = dict(parse_qsl(url.query or "")).get("q", "")
    match = _GOOGLE_CACHE.match(asked)
    return f"{match[1] or 'http://'}{match[2]}" if match else None


def _followed_address(url: WebUrl) -> str | None:
    """Read a link as search results, social networks and mail programs carry it."""
    told = dict(reversed(parse_qsl(url.query or "")))
    if url.path == "/attribution_link" and url.host.endswith("youtube.com"):
        return f"https://www.youtube.com{told.get('u', '')}"
    if url.host == _OUT:
        return told.get("url")
    if url.path == "/ck/a" and url.host.removeprefix("www.") == "bing.com":
        return _unpacked(told.get("u", ""))
    path = url.path.rstrip("/") or "/"
    for link in _LINKS:
        if path == link.path and link.host.fullmatch(url.host):
            return next((told[name] for name in link.names if told.get(name)), None)
    return None


def _counted_address(url: WebUrl) -> str | None:
    """Read a link that a mail service counts, or that Proofpoint wrote anew to check it."""
    if _COUNTING.fullmatch(url.host) and (counted := _COUNTED.fullmatch(url.path)):
        return unquote(counted[1])
    if url.host == "urldefense.proofpoint.com" and url.path == "/v2/url":
        told = dict(parse_qsl(url.query or "")).get("u", "")
        return unquote(told.replace("-", "%").replace("_", "/"))
    return None


def _unpacked(told: str) -> str | None:
    """Read where a link of Bing's results leads: "a1", and the address in base 64."""
    try:
        return base64.urlsafe_b64decode(f"{told.removeprefix('a1')}===").decode("ascii")
    except ValueError:
        return None


def _query(url: WebUrl) -> str:
    return f"?{url.query}" if url.query else ""


_READERS = (
    *(_amp_address, _address_in_path, _translation, _cached_address),
    *(_followed_address, _counted_address),
)
