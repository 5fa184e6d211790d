"""What an address means: a video, a paper, a file in a repository; and its one canonical form."""

import re
from dataclasses import replace
from urllib.parse import parse_qsl, unquote, urlencode

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
    host = url.host
    while _EDITION.match(host):
        host = _EDITION.sub("", host, count=1)
    host = _rewritten(_OTHER_NAMES, host)
    whole = _rewritten(_USUAL_FORMS, host + _ESCAPE.sub(_canonical_escape, url.path))
    host, _, path = whole.partition("/")
    if url.port == DEFAULT_PORTS[url.scheme]:
        url = replace(url, scheme="https", port=DEFAULT_PORTS["https"])
    query = _canonical_query(url.query or "", host) or None
    path, route = _canonical_path(f"/{path}", host), url.route.rstrip("/")
    return str(replace(url, host=host, path=path, query=query, route=route))


def kind_of_url(address: str) -> SourceKind | None:
    """Return the kind that the address alone decides (a video, a paper), or None."""
    parsed = _parsed(address)
    url = original_of(parsed) if parsed else None
    if url and video_id(url):
        return SourceKind.VIDEO
    return SourceKind.PAPER if url and (paper_id(url) or landing_of(url)) else None


# --- Videos and lists of videos ------------------------------------------------------------------

_YOUTUBE = re.compile(
    r"(?:(?:www|m|music|gaming)\.)?youtube\.com|(?:www\.)?(?:youtube(?:-nocookie|kids)\.com|youtu\.be)"
)
_VIDEO_PATH = re.compile(r"/+(?:(?:embed|shorts|live|watch|v|e)/)?([^/]+)/?")
# "videoseries" and "live_stream" have eleven characters too, but name a playlist and a channel.
_VIDEO_ID = re.compile(r"(?!videoseries|live_stream)([A-Za-z0-9_-]{11})(?:[&?#].*)?")
_CHANNEL_PATH = re.compile(r"/((?:channel|c|user)/[^/]+|@[^/]+)")


def on_youtube(url: WebUrl | None) -> bool:
    """Return whether an address belongs to YouTube's site for viewers."""
    return url is not None and bool(_YOUTUBE.fullmatch(url.host))


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
    r"(?i)/+(?:(?:(?:[a-z]{2}/)?overview|abs|pdf|html|format|src|e-print|papers)/(?:arxiv:)?"
    r"|10\.48550/arxiv\.)([0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[a-z-]{2,9})?/[0-9]{7})(v[0-9]+)?"
    r"(?:\.pdf|\.md)?/?"
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


# --- Copies and files ----------------------------------------------------------------------------

_ARCHIVES = (
    r"https?://(?:(?:(?:web|wayback)\.)?archive\.org/(?:web|save)/(?:\d{1,14}(?:[a-z]{2}_)*\*?/)?"
    r"|archive\.(?:today|ph|is|li|vn|fo|md)/(?:(?:o/\w+|newest|oldest|timegate|[\d.-]{4,20})/)?)"
    r"(?P<scheme>https?(?::|%3[aA])(?:/|%2[fF])*)(?P<rest>[^/?]+\..+)"
)
_CACHES = (
    r"https?://(?:(?:.+\.)?(?:cdn\.ampproject\.org|bing-amp\.com)/(?:amp|wp|[a-z])"
    r"|(?:www\.)?google\.[a-z.]+/amp)/(?P<scheme>s/)?(?P<rest>[^/]+\..+)"
)
_MOST_WRAPPINGS = 3
_RAW_FILES = {
    r"github\.com(/[^/]+/[^/]+)/(?:blob|raw|blame|edit)/(.+)": r"raw.githubusercontent.com\1/\2",
    r"github\.com(/[^/]+/[^/]+?)(?:\.git)?": r"raw.githubusercontent.com\1/HEAD/README.md",
    r"(.+?/-|huggingface\.co/.+?)/blob/(.+)": r"\1/raw/\2",
}
_READABLE = re.compile(r"\.(?:md|markdown|mdx|rst|txt|pdf|docx|vtt|srt|ipynb)$")


def original_of(address: str | WebUrl) -> WebUrl:
    """Return the page that an archived copy or AMP cache holds, else the address itself.

    Raises:
        InvalidUrl: if ``address`` is not a web address.
    """
    url = parse_web_url(address) if isinstance(address, str) else address
    for _ in range(_MOST_WRAPPINGS):
        url = _inside(_ARCHIVES, url) or _inside(_CACHES, url) or url
    return url


def raw_file(url: WebUrl) -> WebUrl | None:
    """Return the raw form of a readable file or a repository's README, or None."""
    bare = f"{url.host.removeprefix('www.')}{url.path.rstrip('/')}"
    raw = _rewritten(_RAW_FILES, bare)
    is_raw = raw != bare and _READABLE.search(raw)
    return parse_web_url(f"{url.scheme}://{raw}") if is_raw else None


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
}
_USUAL_FORMS = {
    r"raw\.githubusercontent\.com(/[^/]+/[^/]+)/(?:refs/heads/)?(.+)": r"github.com\1/blob/\2",
    r"github\.com(/[^/]+/[^/]+)/(?:blob|raw|blame|edit)/(?:refs/heads/)?(.+)":
    r"github.com\1/blob/\2",
    r"github\.com(/[^/]+/[^/]+?)(?:\.git)?(?:/tree/(?:HEAD|main|master))?/?": r"github.com\1",
    r"(.+?/-|huggingface\.co/.+?)/(?:raw|blame|edit|resolve)/(.+)": r"\1/blob/\2",
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
_NAMED_BY_PEOPLE = re.compile(r"github\.com|gitlab\.com|huggingface\.co|(?:.+\.)?wiki[a-z]+\.org")
_FOLDER_FILE = re.compile(r"(?<=/)index\.(?:html?|php)\Z|;jsessionid=[^/;]*", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
# Parameters that say where a reader came from, as browsers strip them. Names are listed in full,
# and one that some sites use for content ("session", "cid") stays: near-copies are found, while a
# page whose content is removed is lost.
_TRACKER = re.compile(
    r"utm[_-].*|__utm[a-z]|hsa_.*|_*hs[a-z]{2,3}|elq.*|bsft_.*|sfmc_.*|gad_.*|_branch_.*|guce_.*"
    r"|(?:pk|mtm|matomo|piwik|at|sc|itm|ga|ads|ns|cm)_(?:campaign|cid|content|custom\d+|group"
    r"|keyword|kwd|medium|mmc|network|placement|source|term)|[a-z]+_(?:campaign|medium)"
    r"|(?:nr_email_)?referr?er.*|_?trk(?:_.*|campaign|info)?|wt_.*|mc_(?:cid|eid)|vero_(?:conv|id)"
    r"|oly_(?:anon|enc)_id|ml_subscriber.*|campaign_id|aff(?:iliate)?_?id|[a-z]*_?click_?id|_k[ex]"
    r"|fb_(?:action_.*|ref|source)|soc_(?:src|trk)|mk(?:cid|evt|rid)|amp_(?:gsa|js_v|kit|r)|dm_[it]"
    r"|gcl(?:id|src)|dclid|gbraid|wbraid|srsltid|fbclid|msclkid|twclid|ttclid|li_fat_id|ys?clid"
    r"|epik|cjevent|awc|sscid|s_cid|_openstat|mkt_tok|hsctatracking|hslang|ck_subscriber_id|__s"
    r"|igshid|igsh|mibextid|ref_(?:src|url)?|ref|__twitter_impression|gi|wprov|lipi|trackingid|spm"
    r"|xtor|cmpid|ncid|ocid|smid|mbid|triedredirect|isfreemail|source|_ga|_gl|usqp|amp|outputtype"
    r"|print|printable|phpsessid|jsessionid"
)
_TRACKERS_OF_SITES = {
    "substack.com": "r s token publication_id post_id",
    "medium.com": "sk",
    "youtube.com": "si feature pp app",
    "x.com": "s t",
    "reddit.com": "share_id rdt context",
    "github.com": "plain raw tab token",
    "blogspot.com": "m",
}


def _canonical_path(path: str, host: str) -> str:
    path = path.lower() if host == "doi.org" else path.rstrip("/")
    if host == "github.com":  # owners and repositories have no letter case
        path = re.sub(r"/[^/]+/[^/]+", lambda match: match[0].lower(), path, count=1)
    if _NAMED_BY_PEOPLE.fullmatch(host):
        return path
    path = _FOLDER_FILE.sub("", path).rstrip("/")
    while match := _AMP_PATH.fullmatch(path):
        path = match["before"] or match["after"] or match["page"] + (match["suffix"] or "")
        path = path.rstrip("/")
    return path


def _canonical_escape(match: re.Match[str]) -> str:
    """Decode an escaped unreserved character; write other escapes in capitals (RFC 3986)."""
    character = chr(int(match[1], 16))
    return character if _UNRESERVED.fullmatch(character) else match[0].upper()


def _canonical_query(query: str, host: str) -> str:
    of_site = (one for site, one in _TRACKERS_OF_SITES.items() if f".{host}".endswith(f".{site}"))
    others = next(of_site, "").split()
    # Latin-1 both ways keeps every byte, also those that are not UTF-8.
    pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    kept = [one for one in pairs if not _TRACKER.fullmatch(one[0].lower())]
    kept = sorted((one for one in kept if one[0].lower() not in others), key=lambda one: one[0])
    return urlencode(kept, encoding="latin-1")
