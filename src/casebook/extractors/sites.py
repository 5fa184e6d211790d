"""What an address means: the page behind an archived copy, a video, a paper, one canonical form."""

import re
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from casebook.extractors.urls import DEFAULT_PORTS, WebUrl, parse_web_url
from casebook.schemas.errors import InvalidUrl
from casebook.schemas.sources import SourceKind


def canonical_url(url: str) -> str:
    """Return the one form in which all addresses of a page are the same text.

    It is an identity to compare by, not an address to open: it says https wherever the port is a
    default one, and it lacks ``www.``, the trailing slash, the fragment, tracking parameters, and
    what a mobile or AMP edition adds; an archived copy is the page that it copies. The query is in
    alphabetical order. A YouTube video is known by its ``v=``, an arXiv paper by its number without
    the version, a paper of the ACL Anthology or OpenReview by its landing page, a file on GitHub by
    the page around it. A fragment stays where it is a route of the page's scripts (``#!/post/1``).

    Raises:
        InvalidUrl: if ``url`` is not a web address.
    """
    parsed = _github_file(original_of(parse_web_url(url)))
    if video := video_id(parsed):
        return f"https://youtube.com/watch?v={video}"
    if paper := paper_id(parsed):
        return f"https://arxiv.org/abs/{paper}"
    if landing := landing_of(parsed):
        return landing.page.rstrip("/")
    if parsed.port == DEFAULT_PORTS[parsed.scheme]:
        parsed = replace(parsed, scheme="https", port=DEFAULT_PORTS["https"])
    return str(
        replace(
            parsed,
            host=_canonical_host(parsed.host),
            path=_canonical_path(parsed.path),
            query=_canonical_query(parsed) or None,
            route=parsed.route.rstrip("/"),
        )
    )


def kind_of_url(url: str) -> SourceKind | None:
    """Return the kind that the address alone tells (a video, a paper), or None."""
    try:
        parsed = original_of(parse_web_url(url))
    except InvalidUrl:
        return None
    if video_id(parsed):
        return SourceKind.YOUTUBE
    return SourceKind.ARXIV if paper_id(parsed) else None


# --- Known sites ---------------------------------------------------------------------------------

_YOUTUBE = {"youtube.com", "m.youtube.com", "music.youtube.com", "youtube-nocookie.com"}
_VIDEO_PATH = re.compile(r"/(?:embed|shorts|live|watch|v|e)/([^/]+)/?")
# "videoseries" and "live_stream" have eleven characters too: a playlist, and what a channel shows.
_VIDEO_ID = re.compile(r"(?!videoseries|live_stream)[A-Za-z0-9_-]{11}")
_ARXIV = re.compile(r"(?:(?:www|export|[a-z]{2})\.)?arxiv\.org|ar5iv\.(?:labs\.arxiv\.)?org")
_PAPER_PATH = re.compile(
    r"/(?:abs|pdf|html|format|ps|src|e-print)/(?:arxiv:)?"
    r"([0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7})(v[0-9]+)?(?:\.pdf)?/?",
    re.IGNORECASE,
)
_ARXIV_DOI = re.compile(r"/10\.48550/arxiv\.([0-9]{4}\.[0-9]{4,5})(v[0-9]+)?/?", re.IGNORECASE)
_CHANNEL_PATH = re.compile(r"/((?:channel|c|user)/[^/]+|@[^/]+)")
_ACL_PATH = re.compile(
    r"/(?:anthology/)?([A-Z][0-9]{2}-[0-9]{4}|[0-9]{4}\.[a-z0-9]+-[a-z0-9]+\.[0-9]+)"
    r"(?:v[0-9]+)?(?:\.pdf)?/?"
)
_OPENREVIEW_ID = re.compile(r"[A-Za-z0-9_-]{6,20}")

_MOST_WRAPPINGS = 3  # a copy of a copy happens, a chain of them does not
_GOOGLE = re.compile(r"(?:www\.)?google\.(?:[a-z]{2,3}|com?\.[a-z]{2})")
_AMP_CACHES = (".cdn.ampproject.org", ".bing-amp.com", ".bing-amp.net")
_AMP_CACHE = re.compile(r"/(?:amp|[cv])/(s/)?(.+)")
# A time of four to fourteen digits, or "*" for the calendar of copies, perhaps with flags.
_WAYBACK = re.compile(
    r"/web/(?:[0-9]{1,14}(?:[a-z]{2}_)?\*?/|\*/)?(?P<scheme>https?:)?(?P<rest>/{0,2}[^/]+\..+)"
)
_WAYBACK_HOSTS = ("web.archive.org", "wayback.archive.org", "archive.org")
_ARCHIVE_TODAY = [f"archive.{end}" for end in ("today", "ph", "is", "li", "vn", "fo", "md")]
_TODAY = re.compile(
    r"/(?:o/[A-Za-z0-9]+|newest|[0-9.-]{4,20})/(?P<scheme>https?:)?(?P<rest>/{0,2}[^/]+\..+)"
)
_GOOGLE_CACHE = re.compile(r"cache:(?:[A-Za-z0-9_-]{12}:)?(https?://)?([^\s]+)")


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
    match = _paper_match(url)
    return match[1] if match else None


def paper_version(url: WebUrl) -> str:
    """Return the version that an arXiv address names ("v2"), or nothing."""
    match = _paper_match(url)
    return (match[2] or "").lower() if match else ""


def _paper_match(url: WebUrl) -> re.Match[str] | None:
    if url.host in {"doi.org", "dx.doi.org"}:
        return _ARXIV_DOI.fullmatch(url.path)
    host = url.host.removeprefix("www.")
    return _PAPER_PATH.fullmatch(url.path) if _ARXIV.fullmatch(host) else None


def playlist_id(url: WebUrl) -> str | None:
    """Return what names a YouTube playlist, channel or the like, or None for any other page.

    A video that is watched as part of a playlist is a video.
    """
    if url.host.removeprefix("www.") not in _YOUTUBE or video_id(url):
        return None
    if url.path.rstrip("/") in {"/playlist", "/watch", "/embed/videoseries"}:
        return dict(parse_qsl(url.query or "")).get("list")
    match = _CHANNEL_PATH.match(url.path)
    return match[1] if match else None


@dataclass(frozen=True, slots=True)
class Landing:
    """A page about a paper, and the address of the paper itself."""

    page: str
    pdf: str


def landing_of(url: WebUrl) -> Landing | None:
    """Return the two addresses of a paper in the ACL Anthology or on OpenReview, or None."""
    host = url.host.removeprefix("www.")
    if host in {"aclanthology.org", "aclweb.org"} and (match := _ACL_PATH.fullmatch(url.path)):
        page = f"https://aclanthology.org/{match[1]}"
        return Landing(f"{page}/", f"{page}.pdf")
    if host == "openreview.net" and url.path.rstrip("/") in {"/forum", "/pdf", "/attachment"}:
        paper = dict(reversed(parse_qsl(url.query or ""))).get("id", "")
        if _OPENREVIEW_ID.fullmatch(paper):
            forum = f"https://openreview.net/forum?id={paper}"
            return Landing(forum, f"https://openreview.net/pdf?id={paper}")
    return None


# --- Copies of a page elsewhere ------------------------------------------------------------------


def original_of(url: WebUrl) -> WebUrl:
    """Return the page that ``url`` holds a copy of (an archive, a cache), else ``url`` itself."""
    for _ in range(_MOST_WRAPPINGS):
        inner = _wrapped(url)
        if inner is None:
            break
        url = inner
    return url


def is_copy(url: WebUrl) -> bool:
    """Tell whether ``url`` is another site's copy of a page."""
    return original_of(url) != url


def _wrapped(url: WebUrl) -> WebUrl | None:
    for read in (_amp_address, _archived_address, _cached_address, _followed_address):
        if address := read(url):
            try:
                return parse_web_url(address)
            except InvalidUrl:
                return None
    return None


def _amp_address(url: WebUrl) -> str | None:
    """Read an address in the AMP caches of Google and Bing."""
    if not (url.host.endswith(_AMP_CACHES) or _GOOGLE.fullmatch(url.host)):
        return None
    match = _AMP_CACHE.fullmatch(url.path)
    return f"{'https' if match[1] else 'http'}://{match[2]}{_query(url)}" if match else None


def _archived_address(url: WebUrl) -> str | None:
    """Read an address of the Wayback Machine or of archive.today."""
    paths = dict.fromkeys(_WAYBACK_HOSTS, _WAYBACK) | dict.fromkeys(_ARCHIVE_TODAY, _TODAY)
    pattern = paths.get(url.host.removeprefix("www."))
    match = pattern.fullmatch(url.path) if pattern else None
    if match is None:
        return None
    scheme, rest = match["scheme"] or "http:", match["rest"].lstrip("/")
    return f"{scheme}//{rest}{_query(url)}"


def _cached_address(url: WebUrl) -> str | None:
    """Read an address of Google's cache: ``cache:[key:]address[+words searched for]``."""
    if url.host != "webcache.googleusercontent.com":
        return None
    asked = dict(parse_qsl(url.query or "")).get("q", "")
    match = _GOOGLE_CACHE.match(asked)
    return f"{match[1] or 'http://'}{match[2]}" if match else None


def _followed_address(url: WebUrl) -> str | None:
    """Read a link as a page of search results or YouTube carries it."""
    told = dict(parse_qsl(url.query or ""))
    if _GOOGLE.fullmatch(url.host) and url.path == "/url":
        return told.get("q") or told.get("url")
    if url.host.removeprefix("www.") not in _YOUTUBE:
        return None
    if url.path == "/attribution_link":
        return f"https://www.youtube.com{told.get('u', '')}"
    return told.get("q") if url.path == "/redirect" else None


def _query(url: WebUrl) -> str:
    return f"?{url.query}" if url.query else ""


_RAW = re.compile(r"/([^/]+)/([^/]+)/(?:refs/heads/)?(.+)")
_REPOSITORY_FILE = re.compile(r"(/[^/]+/[^/]+)/(?:raw|blob)/(?:refs/heads/)?(.+)")


def _github_file(url: WebUrl) -> WebUrl:
    """Return the page around a raw file on GitHub, and a repository without ``.git``."""
    if url.host == "raw.githubusercontent.com" and (match := _RAW.fullmatch(url.path)):
        owner, repository, file = match.groups()
        return replace(url, host="github.com", path=f"/{owner}/{repository}/blob/{file}")
    if url.host.removeprefix("www.") != "github.com":
        return url
    if match := _REPOSITORY_FILE.fullmatch(url.path):
        return replace(url, path=f"{match[1]}/blob/{match[2]}")
    return replace(url, path=re.sub(r"^(/[^/]+/[^/]+?)\.git/?$", r"\1", url.path))


# --- The canonical form --------------------------------------------------------------------------

# Editions of a site for readers on the move. They end where a registry's own name begins
# (m.co.uk is a site, not the mobile edition of co.uk), and amp.dev is a site as well.
_EDITION = re.compile(
    r"(?:www|m|mobile|amp)\.(?=.+\.)(?!(?:com?|net|org|ac|gov|edu|or|ne)\.[a-z]{2}$)"
)
_MOBILE_WIKI = re.compile(r"\.m\.(wiki[a-z]+|mediawiki)\.org$")
# AMP editions of a page: …/amp, …/amp/…, …page.amp.html, …page.amp.
_AMP_PATH = re.compile(
    r"(?P<before>/.+)/amp|/amp(?P<after>/.+)|(?P<page>/.*[^/])\.amp(?P<suffix>\.html?)?",
    re.IGNORECASE,
)
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")

# Trackers that courlan 1.4 does not know: HubSpot, LinkedIn, ConvertKit, Instagram, Medium, TikTok,
# Facebook, Twitter, Google's shopping, Adobe, Yandex, Alibaba, Yahoo, Rakuten, Pinterest, Impact.
_MORE_TRACKERS = re.compile(
    r"_hsenc|_hsmi|hsctatracking|hss_channel|hsa_.*|trk|trkcampaign|trkinfo|trackingid"
    r"|ck_subscriber_id|igsh|gi|ttclid|li_fat_id|fb_action_.*|fb_ref|__twitter_impression|srsltid"
    r"|s_kwcid|ef_id|_openstat|ysclid|spm|scm|guccounter|__s|rb_clickid|wickedid|smid|smtyp|ncid"
    r"|cmpid|icid|ocid|mbid|sr_share|epik|irclickid|irgwc|zanpid|usqp|amp|amp_.*|outputtype"
    r"|_branch_.*|hslang|hsutk|trk_.*|wt_.*|wt\.mc_id|_gl|gad_.*|mc_.*|phpsessid|jsessionid"
)
# courlan takes any name that begins with one of its words for a tracker. These name content (a
# talk's session, "gallery", "reference"): losing one would make two pages the same source.
_CONTENT = re.compile(
    r"session|[ceu]id|keyword|kwd|ga[a-z]|gl[a-z]|source[a-z]|medium[a-z]|ref(?!err?er|src)[a-z]"
)


def _canonical_host(host: str) -> str:
    """Return the host without the labels of its editions: www.m.example.com is example.com."""
    while (bare := _EDITION.sub("", host, count=1) if _EDITION.match(host) else host) != host:
        host = bare
    return _MOBILE_WIKI.sub(r".\1.org", host)


def _canonical_path(path: str) -> str:
    plain = _SESSION.sub("", _canonical_escapes(path)).rstrip("/")
    while match := _AMP_PATH.fullmatch(plain):
        plain = match["before"] or match["after"] or match["page"] + (match["suffix"] or "")
        plain = plain.rstrip("/")
    return plain


def _canonical_escapes(path: str) -> str:
    """Decode the escapes of unreserved characters and write the others in capitals (RFC 3986)."""

    def rewritten(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if _UNRESERVED.fullmatch(character) else match[0].upper()

    return _ESCAPE.sub(rewritten, path)


def _canonical_query(url: WebUrl) -> str:
    query = url.query or ""
    if url.host.endswith(".blogspot.com"):  # its edition for readers on the move
        query = re.sub(r"(?:^|(?<=&))m=1(?:&|$)", "", query)
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
