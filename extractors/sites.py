"""What an address means: a video, a paper, a file in a repository; and its one canonical form."""

import re
from dataclasses import replace
from urllib.parse import parse_qsl, unquote, urlencode

from extractors.trackers import is_tracker
from extractors.urls import DEFAULT_PORTS, WebUrl, parse_web_url
from schemas.errors import InvalidUrl
from schemas.sources import SourceKind


def canonical_url(address: str) -> str:
    """Return the one form in which all addresses of a page are the same text.

    It is an identity to compare by, not an address to open: https wherever the port is a default
    one, without ``www.``, ``index.html``, trailing slash, fragment, tracking parameters, and what a
    mobile, AMP or print edition adds; parameters are sorted. An archived copy is its original, a
    paper its landing page without the version, a raw file the page around it. A fragment stays
    where it is a route of the page's scripts (``#!/post/1``).

    Raises:
        InvalidUrl: if ``address`` is not a web address.
    """
    url = original_of(address)
    if video := video_id(url):
        return f"https://youtube.com/watch?v={video}"
    if paper := paper_id(url):
        return f"https://arxiv.org/abs/{paper}"
    if landing := landing_of(url):
        return landing[0].rstrip("/")
    host = _rewritten(_OTHER_NAMES, _without_edition(url.host))
    whole = _rewritten(_USUAL_FORMS, host + _ESCAPE.sub(_canonical_escape, url.path))
    host, _, path = whole.partition("/")
    query = "" if host == "docs.google.com" else _canonical_query(url.query or "", host)
    if url.port == DEFAULT_PORTS[url.scheme]:
        url = replace(url, scheme="https", port=DEFAULT_PORTS["https"])
    path, route = _canonical_path(f"/{path}", host), url.route.rstrip("/")
    return str(replace(url, host=host, path=path, query=query or None, route=route))


def kind_of_url(address: str) -> SourceKind | None:
    """Return the kind that the address alone decides (a video, a paper), or None."""
    try:
        url = original_of(address)
    except InvalidUrl:
        return None
    if video_id(url):
        return SourceKind.VIDEO
    return SourceKind.PAPER if paper_id(url) or landing_of(url) else None


# --- Videos and lists of videos ------------------------------------------------------------------

_YOUTUBE = re.compile(
    r"(?:(?:www|m|music|gaming)\.)?youtube\.com|(?:www\.)?(?:youtube(?:-nocookie|kids)\.com|youtu\.be)"
)
_VIDEO_PATH = re.compile(r"/+(?:(?:embed|shorts|live|watch|v|e)/)?([^/]+)/?")
# "videoseries" and "live_stream" have eleven characters too, but name a playlist and a channel.
_VIDEO_ID = re.compile(r"(?!videoseries|live_stream)([A-Za-z0-9_-]{11})(?:[&?#].*)?")
_CHANNEL_PATH = re.compile(r"/((?:channel|c|user)/[^/]+|@[^/]+)")


def on_youtube(url: str | WebUrl) -> bool:
    """Return whether an address belongs to YouTube's site for viewers."""
    parsed = _parsed(url)
    return parsed is not None and bool(_YOUTUBE.fullmatch(parsed.host))


def video_id(url: str | WebUrl) -> str | None:
    """Return the eleven characters that name a YouTube video, or None for any other page."""
    parsed = _parsed(url)
    if parsed is None or not on_youtube(parsed):
        return None
    match = _VIDEO_PATH.fullmatch(parsed.path)
    in_path = match and (parsed.path.strip("/").count("/") or parsed.host.endswith("youtu.be"))
    in_query = dict(reversed(parse_qsl(parsed.query or ""))).get("v", "")
    candidate = match[1] if match and in_path and match[1] != "watch" else in_query
    found = _VIDEO_ID.fullmatch(unquote(candidate))
    return found[1] if found else None


def playlist_id(url: str | WebUrl) -> str | None:
    """Return what names a YouTube playlist or channel ("PL…", "@name"), or None.

    A video that is watched as part of a playlist is a video.
    """
    parsed = _parsed(url)
    if parsed is None or not on_youtube(parsed) or video_id(parsed):
        return None
    match = _CHANNEL_PATH.match(parsed.path)
    return dict(parse_qsl(parsed.query or "")).get("list") or (match[1] if match else None)


# --- Papers --------------------------------------------------------------------------------------

_ARXIV = re.compile(
    r"(?:(?:www|export|browse|lanl|[a-z]{2})\.)?arxiv\.org|ar5iv\.(?:labs\.arxiv\.)?org"
    r"|(?:www\.)?(?:alphaxiv\.org|huggingface\.co|hf\.co|doi\.org)|dx\.doi\.org"
)
_ARXIV_PATH = re.compile(
    r"/+(?:(?:(?:[a-z]{2}/)?overview|abs|pdf|html|format|src|e-print|bibtex|papers)/(?:arxiv:)?"
    r"|10\.48550/arxiv\.)([0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[a-z-]{2,9})?/[0-9]{7})(v[0-9]+)?"
    r"(?:\.pdf|\.md)?/?(?:index\.html)?",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"\.[a-z-]{2,9}(?=/)", re.IGNORECASE)  # math.GT/0309136 is math/0309136
_ACL_PATH = re.compile(
    r"/(?:anthology/)?(?:[A-Z]/[A-Z][0-9]{2}/)?([A-Z][0-9]{2}-[0-9]{4}"
    r"|[0-9]{4}\.[a-z0-9_]+-[a-z0-9]+\.[0-9]+)(?:v[0-9]+)?(?:\.pdf|\.bib)?/?"
)


def paper_id(url: str | WebUrl, *, version: bool = False) -> str | None:
    """Return an arXiv paper's number, with ``version`` as it was asked for, or None."""
    parsed = _parsed(url)
    if parsed is None or not _ARXIV.fullmatch(parsed.host):
        return None
    match = _ARXIV_PATH.fullmatch(unquote(parsed.path))
    number = _SUBJECT.sub("", match[1].lower()) if match else None
    return f"{number}{match[2].lower()}" if match and version and match[2] else number


def landing_of(url: WebUrl) -> tuple[str, str] | None:
    """Return a paper's landing page and PDF in the ACL Anthology or on OpenReview, or None."""
    host = url.host.removeprefix("www.")
    if host in {"aclanthology.org", "aclweb.org"} and (match := _ACL_PATH.fullmatch(url.path)):
        page = f"https://aclanthology.org/{match[1]}"
        return f"{page}/", f"{page}.pdf"
    paper = dict(reversed(parse_qsl(url.query or ""))).get("id", "")
    in_openreview = host == "openreview.net" and url.path in {"/forum", "/pdf", "/attachment"}
    if in_openreview and re.fullmatch(r"[A-Za-z0-9_-]{6,20}", paper):
        page = "https://openreview.net/{}?id=" + paper
        return page.format("forum"), page.format("pdf")
    return None


# --- Copies, links that lead on, and files -------------------------------------------------------

_ARCHIVES = (
    r"https?://(?:(?:(?:web|wayback)\.)?archive\.org/(?:web|save)/(?:\d{1,14}(?:[a-z]{2}_)*\*?/)?"
    r"|archive\.(?:today|ph|is|li|vn|fo|md)/(?:(?:o/\w+|newest|oldest|timegate|[\d.-]{4,20})/)?)"
    r"(?P<scheme>https?(?::|%3[aA])(?:/|%2[fF])*)(?P<rest>[^/?]+\..+)"
)
_CACHES = (
    r"https?://(?:(?:.+\.)?(?:cdn\.ampproject\.org|bing-amp\.com)/(?:amp|wp|[a-z])"
    r"|(?:www\.)?google\.[a-z.]+/amp)/(?P<scheme>s/)?(?P<rest>[^/]+\..+)"
)
# Links of search results, social networks and mail programs; a parameter says where they lead.
_LINKS = re.compile(
    r"(?:www\.)?google\.[a-z.]+/url|consent\.(?:youtube|google)\.com/ml?|lm?\.facebook\.com/l\.php"
    r"|(?:www\.|m\.)?youtube\.com/(?:redirect|oembed)|(?:www\.)?linkedin\.com/(?:redir/.*|safety/go)"
    r"|(?:out\.reddit\.com|slack-redir\.net)/.*|medium\.com/m/global-identity.*|duckduckgo\.com/l/"
    r"|[a-z0-9]+\.safelinks\.protection\.outlook\.com/"
)
_LEADING_PARAMETERS = ("url", "q", "u", "continue", "uddg", "redirectUrl")
_MOST_WRAPPINGS = 3
_RAW_FILES = {
    r"github\.com(/[^/]+/[^/]+)/(?:blob|raw|blame|edit)/(.+)": r"raw.githubusercontent.com\1/\2",
    r"github\.com(/[^/]+/[^/]+?)(?:\.git)?": r"raw.githubusercontent.com\1/HEAD/README.md",
    r"(.+?/-)/(?:blob|blame)/(.+)": r"\1/raw/\2",
    r"huggingface\.co/(.+?)/blob/(.+)": r"huggingface.co/\1/raw/\2",
    r"(docs\.google\.com/document/(?:u/\d+/)?d/[\w-]{16,})(?:/.*)?": r"\1/export?format=html",
}
_READABLE = re.compile(r"\.(?:md|markdown|mdx|rst|txt|pdf|docx|vtt|srt|ipynb)$|/export$")


def original_of(address: str | WebUrl) -> WebUrl:
    """Return the page that an archived copy, cache or link leads to, else the address itself.

    Raises:
        InvalidUrl: if ``address`` is not a web address.
    """
    url = parse_web_url(address) if isinstance(address, str) else address
    for _ in range(_MOST_WRAPPINGS):
        url = _inside(_ARCHIVES, page_of(url)) or page_of(url)
    return url


def page_of(url: WebUrl) -> WebUrl:
    """Return where a link or cache leads; an archived copy stays the copy."""
    if _LINKS.fullmatch(f"{url.host}{url.path}"):
        query = dict(reversed(parse_qsl(url.query or "")))
        return next(filter(None, (_parsed(query.get(n, "")) for n in _LEADING_PARAMETERS)), url)
    return _inside(_CACHES, url) or url


def raw_file(url: WebUrl) -> WebUrl | None:
    """Return the raw form of a readable file, document or repository's README, or None."""
    bare = f"{url.host.removeprefix('www.')}{url.path.rstrip('/')}"
    raw = _rewritten(_RAW_FILES, bare)
    found = parse_web_url(f"{url.scheme}://{raw}") if raw != bare else None
    return found if found and _READABLE.search(found.path) else None


def _inside(pattern: str, url: WebUrl) -> WebUrl | None:
    match = re.fullmatch(pattern, f"{url.origin}{url.target}")
    if match is None:
        return None
    scheme, rest = match["scheme"] or "http", match["rest"]
    rest = unquote(rest) if "%" in scheme else rest
    return _parsed(f"{'https' if scheme.startswith(('s', 'https')) else 'http'}://{rest}")


def _parsed(address: str | WebUrl) -> WebUrl | None:
    try:
        return parse_web_url(address) if isinstance(address, str) else address
    except InvalidUrl:
        return None


def _rewritten(forms: dict[str, str], text: str) -> str:
    """Return ``text`` in the first form whose pattern fits, or as it is."""
    fits = ((re.fullmatch(pattern, text), form) for pattern, form in forms.items())
    return next((match.expand(form) for match, form in fits if match), text)


# --- The canonical form --------------------------------------------------------------------------

# A registry's own name begins where the editions end: m.co.uk and amp.dev are sites themselves.
_EDITION = re.compile(
    r"(?:www|m|mobile|amp)\.(?=.+\.)(?!(?:com?|net|org|ac|gov|edu|or|ne)\.[a-z]{2}$)"
)
_OTHER_NAMES = {
    r"twitter\.com": "x.com",
    r"(?:old|new|np|i)\.reddit\.com": "reddit.com",
    r"[a-z]{2}\.linkedin\.com": "linkedin.com",
    r"([a-z-]+)\.m\.(wiki[a-z]+)\.org": r"\1.\2.org",
    r"dx\.doi\.org": "doi.org",
    r"scribe\.rip": "medium.com",
}
_BRANCH = r"(?:refs/heads/)?(.+)"
_USUAL_FORMS = {
    rf"raw\.githubusercontent\.com(/[^/]+/[^/]+)/{_BRANCH}": r"github.com\1/blob/\2",
    rf"github\.com(/[^/]+/[^/]+)/(?:blob|raw|blame|edit)/{_BRANCH}": r"github.com\1/blob/\2",
    r"github\.com(/[^/]+/[^/]+?)(?:\.git)?(?:/tree/(?:HEAD|main|master))?/?": r"github.com\1",
    r"gist\.github(?:usercontent)?\.com(/[^/]+/[0-9a-f]{20,40})(?:/.*)?": r"gist.github.com\1",
    r"(.+?/-)/(?:blob|raw|blame|edit)/(.+)": r"\1/blob/\2",
    r"huggingface\.co/(.+?)/(?:blob|raw|resolve)/([^/]+/.+)": r"huggingface.co/\1/blob/\2",
    r"docs\.google\.com(?:/a/[^/]+)?/(document|presentation)(?:/u/\d+)?/d/((?!e/)[\w-]{16,})(?:/.*)?":
    r"docs.google.com/\1/d/\2/edit",
    # A post on Medium keeps its number when its title changes.
    r"medium\.com/(?!(?:tag|topics?|m|me|r|u|search)/)@?[\w.-]+/(?:[^/]*-)?([0-9a-f]{9,12})/?":
    r"medium.com/p/\1",
    r"[\w-]+\.medium\.com/(?:p/|[^/]*-)([0-9a-f]{9,12})/?": r"medium.com/p/\1",
    r"open\.substack\.com/pub/([\w-]+)(/p/.+)": r"\1.substack.com\2",
}  # fmt: skip
_AMP_PATH = re.compile(
    r"(?P<before>/.+)/amp|/amp(?P<after>/.+)|(?P<page>/.*[^/])\.amp(?P<suffix>\.html?)?"
)
# Sites where people choose the names in a path, and which have no such editions.
_NAMED_BY_PEOPLE = re.compile(
    r"(?:gist\.)?github\.com|gitlab\.com|huggingface\.co|(?:.+\.)?wiki[a-z]+\.org"
)
_FOLDER_FILE = re.compile(r"(?<=/)index\.(?:html?|php)\Z", re.IGNORECASE)
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


def _without_edition(host: str) -> str:
    while _EDITION.match(host):
        host = _EDITION.sub("", host, count=1)
    return host


def _canonical_path(path: str, host: str) -> str:
    path = path.lower() if host == "doi.org" else path.rstrip("/")
    if host == "github.com":  # owners and repositories have no letter case
        path = re.sub(r"/[^/]+/[^/]+", lambda match: match[0].lower(), path, count=1)
    if _NAMED_BY_PEOPLE.fullmatch(host):
        return path
    path = _SESSION.sub("", path)
    while match := _AMP_PATH.fullmatch(path):
        path = match["before"] or match["after"] or match["page"] + (match["suffix"] or "")
        path = path.rstrip("/")
    return _FOLDER_FILE.sub("", path).rstrip("/")


def _canonical_escape(match: re.Match[str]) -> str:
    """Decode an escaped unreserved character; write other escapes in capitals (RFC 3986)."""
    character = chr(int(match[1], 16))
    return character if _UNRESERVED.fullmatch(character) else match[0].upper()


def _canonical_query(query: str, host: str) -> str:
    # Latin-1 both ways keeps every byte, also those that are not UTF-8.
    pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    kept = [(name, value) for name, value in pairs if not is_tracker(name, host)]
    return urlencode(sorted(kept, key=lambda pair: pair[0]), encoding="latin-1")
