"""What an address means: a video, a paper, a file; and the one canonical form of all."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, unquote, urlencode

from casebook.extractors.copies import original_of
from casebook.extractors.forges import around
from casebook.extractors.trackers import is_tracker
from casebook.extractors.urls import DEFAULT_PORTS, WebUrl, parse_web_url
from casebook.schemas.errors import InvalidUrl
from casebook.schemas.sources import SourceKind


def canonical_url(url: str) -> str:
    """Return the one form in which all addresses of a page are the same text.

    It is an identity to compare by, not an address to open: it says https wherever the port is a
    default one, and it lacks ``www.``, ``index.html``, the trailing slash, the fragment, tracking
    parameters, and what a mobile or AMP edition adds; an archived copy is the page that it copies.
    The query is in alphabetical order. A YouTube video is known by its ``v=``, an arXiv paper by
    its number without the version, a paper of the ACL Anthology or OpenReview by its landing page,
    a file in a repository and a document at Google by the page around it, a post on Medium by its
    number. A fragment stays where it is a route of the page's scripts (``#!/post/1``).

    Raises:
        InvalidUrl: if ``url`` is not a web address.
    """
    parsed = _usual(original_of(parse_web_url(url)))
    if video := video_id(parsed):
        return f"https://youtube.com/watch?v={video}"
    if paper := paper_id(parsed):
        return f"https://arxiv.org/abs/{paper}"
    if landing := landing_of(parsed):
        return landing.page.rstrip("/")
    if post := _post_on_medium(parsed):
        return f"https://medium.com/p/{post}"
    host = _site(_without_edition(parsed.host))
    path = _canonical_path(parsed.path, host)
    return _written(parsed, host, path, _canonical_query(parsed.query or "", host))


def former_urls(url: str) -> Sequence[str]:
    """Return the forms in which a casebook may have known a page before it knew the page's site.

    What is known of all sites is as old as the canonical form; a rule for one site, a new archive
    or a new tracking parameter makes another one of it. A source that was stored before is under
    one of these. Empty for most pages.

    Raises:
        InvalidUrl: if ``url`` is not a web address.
    """
    parsed = parse_web_url(url)
    forms = dict.fromkeys(
        _written(page, host, _plain_path(page.path, host), query)
        for page in (original_of(parsed), parsed)
        for bare in (_without_edition(page.host),)
        for host in (bare, _site(bare))
        for query in (_canonical_query(page.query or "", host), _in_order(page.query or ""))
    )
    now = canonical_url(url)
    # A form that is another page's today may have been stored as that one.
    return [form for form in forms if form != now and canonical_url(form) == now]


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

_YOUTUBE = re.compile(
    r"(?:(?:www|m|music|gaming)\.)?youtube\.com|(?:www\.)?youtube(?:-nocookie|kids)\.com"
)
_WATCHED = {"/watch", "/watch_popup", ""}
_VIDEO_PATH = re.compile(r"/(?:embed|shorts|live|watch|v|e)/([^/]+)/?")
# A clip is a part of a video that is not named in its address.
_WITHOUT_VIDEO = re.compile(
    r"/?|/(?:clip|e|embed|feed|hashtag|live|post|results|shorts|v|watch)(?:/.*)?"
)
# "videoseries" and "live_stream" have eleven characters too: a playlist, and what a channel shows.
# What was pasted behind an id ("&t=10", escaped) does not belong to it.
_VIDEO_ID = re.compile(r"(?!videoseries|live_stream)([A-Za-z0-9_-]{11})(?:[&?#].*)?")
_ARXIV = re.compile(
    r"(?:(?:www|export|browse|lanl|[a-z]{2})\.)?arxiv\.org|ar5iv\.(?:labs\.arxiv\.)?org"
    r"|xxx\.lanl\.gov|(?:www\.)?(?:alphaxiv\.org|huggingface\.co|hf\.co|arxiv-vanity\.com)"
    r"|(?:www\.|api\.)?semanticscholar\.org|scirate\.com"
)
_NUMBER = r"([0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[a-z-]{2,9})?/[0-9]{7})(v[0-9]+)?"
_PAPER_PATH = re.compile(
    r"/(?:(?:(?:[a-z]{2}/)?overview|abs|pdf|html|format|ps|src|e-print|bibtex|tb|papers"
    r"|arxiv|ftp/[a-z-]+/papers/[0-9]{4})/(?:arxiv:)?|arxiv:)"
    rf"{_NUMBER}(?:\.pdf|\.md)?/?(?:index\.html)?",
    re.IGNORECASE,
)
_ARXIV_DOI = re.compile(rf"/10\.48550/arxiv\.{_NUMBER}/?", re.IGNORECASE)
_DOI_HOSTS = {"doi.org", "dx.doi.org", "www.doi.org"}
_SUBJECT = re.compile(r"\.[a-z-]{2,9}(?=/)", re.IGNORECASE)  # math.GT/0309136 is math/0309136
_CHANNEL_PATH = re.compile(r"/((?:channel|c|user)/[^/]+|@[^/]+)")
_ACL_NUMBER = r"([A-Z][0-9]{2}-[0-9]{4}|[0-9]{4}\.[a-z0-9_]+-[a-z0-9]+\.[0-9]+)"
_ACL_PATH = re.compile(
    rf"/(?:anthology/)?(?:[A-Z]/[A-Z][0-9]{{2}}/)?{_ACL_NUMBER}(?:v[0-9]+)?(?:\.pdf|\.bib)?/?"
)
_ACL_DOI = re.compile(rf"/10\.18653/v1/{_ACL_NUMBER}/?", re.IGNORECASE)
_OPENREVIEW_ID = re.compile(r"[A-Za-z0-9_-]{6,20}")


def video_id(url: WebUrl) -> str | None:
    """Return the eleven characters that name a YouTube video, or None for any other page."""
    path = re.sub("/+", "/", url.path).rstrip("/")
    candidate = dict(reversed(parse_qsl(url.query or ""))).get("v")
    if url.host.removeprefix("www.") == "youtu.be":
        candidate = candidate if path in _WATCHED else path.removeprefix("/")
    elif not _YOUTUBE.fullmatch(url.host):
        return None
    elif path not in _WATCHED:
        match = _VIDEO_PATH.fullmatch(path)
        candidate = match[1] if match else None
    found = _VIDEO_ID.fullmatch(unquote(candidate or ""))
    return found[1] if found else None


def names_no_video(url: WebUrl) -> bool:
    """Tell an address on YouTube that means a video, a clip or a search, and names no video."""
    if url.host.removeprefix("www.") == "youtu.be":
        return video_id(url) is None
    meant = _YOUTUBE.fullmatch(url.host) and _WITHOUT_VIDEO.fullmatch(url.path)
    return bool(meant) and video_id(url) is None and playlist_id(url) is None


def paper_id(url: WebUrl) -> str | None:
    """Return an arXiv paper's number without its version, or None for any other page."""
    match = _paper_match(url)
    return _SUBJECT.sub("", match[1].lower()) if match else None


def paper_version(url: WebUrl) -> str:
    """Return the version that an arXiv address names ("v2"), or nothing."""
    match = _paper_match(url)
    return (match[2] or "").lower() if match else ""


def _paper_match(url: WebUrl) -> re.Match[str] | None:
    if url.host in _DOI_HOSTS:
        return _ARXIV_DOI.fullmatch(url.path)
    path = re.sub("/+", "/", unquote(url.path))
    return _PAPER_PATH.fullmatch(path) if _ARXIV.fullmatch(url.host) else None


def playlist_id(url: WebUrl) -> str | None:
    """Return what names a YouTube playlist, channel or the like, or None for any other page.

    A video that is watched as part of a playlist is a video.
    """
    if not _YOUTUBE.fullmatch(url.host) or video_id(url):
        return None
    if url.path.rstrip("/") in {"/playlist", "/watch", "/embed", "/embed/videoseries"}:
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
    if paper := _acl_number(url, host):
        page = f"https://aclanthology.org/{paper}"
        return Landing(f"{page}/", f"{page}.pdf")
    on_openreview = host in {"openreview.net", "api.openreview.net", "api2.openreview.net"}
    if on_openreview and url.path.rstrip("/") in {"/forum", "/pdf", "/attachment"}:
        asked = dict(reversed(parse_qsl(url.query or "")))
        paper = asked.get("id", "")
        if _OPENREVIEW_ID.fullmatch(paper) and asked.get("name", "pdf") == "pdf":
            forum = f"https://openreview.net/forum?id={paper}"
            return Landing(forum, f"https://openreview.net/pdf?id={paper}")
    return None


def _acl_number(url: WebUrl, host: str) -> str | None:
    if url.host in _DOI_HOSTS and (match := _ACL_DOI.fullmatch(url.path)):
        # A DOI has no letter case; the Anthology's numbers have: P19-1001, 2023.acl-long.1.
        return match[1].lower() if match[1][0].isdigit() else match[1].upper()
    is_there = host in {"aclanthology.org", "aclweb.org"}
    match = _ACL_PATH.fullmatch(url.path) if is_there else None
    return match[1] if match else None


# --- Sites with several addresses for a page --------------------------------------------------

_BRANCH = r"(?:refs/(?:heads|tags)/)?(?P<file>.+)"
_RAW = re.compile(rf"(?P<repository>/[^/]+/[^/]+)/{_BRANCH}")
_REPOSITORY_FILE = re.compile(rf"(?P<repository>/[^/]+/[^/]+)/(?:raw|blob|blame|edit)/{_BRANCH}")
_DELIVERED = re.compile(r"/gh(?P<repository>/[^/]+/[^/@]+)@(?P<file>.+)")
_FILE_PATHS = {
    "raw.githubusercontent.com": _RAW,
    "cdn.jsdelivr.net": _DELIVERED,
    "github.com": _REPOSITORY_FILE,
    "www.github.com": _REPOSITORY_FILE,
}
_REPOSITORY = re.compile(r"(/[^/]+/[^/]+?)(?:\.git)?(/.*)?")
_TRUNK = re.compile(r"/tree/(?:HEAD|main|master)/?\Z")  # its root is the repository's page
_GIST = re.compile(r"(/[^/]+/[0-9a-f]{20,40})/raw(?:/.*)?")
# Other names and editions of a site, by the name that it is known by here.
_NAMES = {
    "twitter.com": "x.com",
    "scribe.rip": "medium.com",
    "dx.doi.org": "doi.org",
    **{f"{edition}.reddit.com": "reddit.com" for edition in ("old", "new", "np", "i")},
}
# A post keeps its number when its title changes, and is at its writer's and at publications' names.
# Elsewhere such a number may be a commit, and the words before it the page.
_MEDIUM = re.compile(r"(?:www\.|m\.)?(?:medium\.com|scribe\.rip)")
_MEDIUM_POST = re.compile(
    r"/(?!(?:tag|topics?|m|me|r|u|search|series)/)@?[\w.-]+/(?:[^/]*-)?([0-9a-f]{9,12})/?"
)
_MEDIUM_BLOG = re.compile(r"[\w-]+\.medium\.com")
_BLOG_POST = re.compile(r"/(?:p/|[^/]*-)([0-9a-f]{9,12})/?")
_COUNTRY = re.compile(r"[a-z]{2}\.(linkedin\.com)")
_LETTER = re.compile(r"/pub/([\w-]+)(/p/.+)")


def _post_on_medium(url: WebUrl) -> str | None:
    """Return the number of a post on Medium, None for any other page."""
    if _MEDIUM.fullmatch(url.host):
        match = _MEDIUM_POST.fullmatch(url.path)
    else:
        match = _BLOG_POST.fullmatch(url.path) if _MEDIUM_BLOG.fullmatch(url.host) else None
    return match[1] if match else None


def _usual(url: WebUrl) -> WebUrl:
    """Return the address of the page around a file in a repository; of another page, its own.

    A letter that Substack shows in its reader is the one on its writer's own site.

    GitHub takes owners and repositories in any letter case.
    """
    if url.host == "open.substack.com" and (letter := _LETTER.fullmatch(url.path)):
        return replace(url, host=f"{letter[1].lower()}.substack.com", path=letter[2])
    if url.host in {"gist.github.com", "gist.githubusercontent.com"}:
        return replace(url, host="gist.github.com", path=_GIST.sub(r"\1", url.path))
    if match := url.host in _FILE_PATHS and _FILE_PATHS[url.host].fullmatch(url.path):
        path = f"{match['repository']}/blob/{match['file']}"
        url = replace(url, host="github.com", path=path)
    if url.host.removeprefix("www.") == "github.com" and (match := _REPOSITORY.fullmatch(url.path)):
        return replace(url, path=match[1].lower() + _TRUNK.sub("", match[2] or ""))
    return around(url)


# --- The canonical form --------------------------------------------------------------------------

# Editions of a site for readers on the move. They end where a registry's own name begins
# (m.co.uk is a site, not the mobile edition of co.uk), and amp.dev is a site as well.
_EDITION = re.compile(
    r"(?:www|m|mobile|amp)\.(?=.+\.)(?!(?:com?|net|org|ac|gov|edu|or|ne)\.[a-z]{2}$)"
)
_MOBILE_WIKI = re.compile(r"\.m\.(wiki[a-z]+|mediawiki)\.org$")
# AMP editions of a page: …/amp, …/amp/…, …page.amp.html, …page.amp.
_AMP_PATH = re.compile(
    r"(?P<before>/.+)/amp|/amp(?P<after>/.+)|(?P<page>/.*[^/])\.amp(?P<suffix>\.html?)?"
)
# Sites where people choose the names in a path, and which have no such editions.
_NAMED_BY_PEOPLE = re.compile(
    r"(?:gist\.)?github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|huggingface\.co"
    r"|(?:.+\.)?wiki[a-z]+\.org"
)
# The file that a server shows for a folder.
_FOLDER_FILE = re.compile(r"(?<=/)index\.(?:html?|php)\Z", re.IGNORECASE)
# Publishers show a paper in several ways below its DOI, which has no letter case.
_PAPER_VIEW = re.compile(
    r"(?<=/doi)/(?:abs|e?pdf|pdf(?:direct|plus)|full(?:html)?|epub|reader)(?=/10\.\d{4,9}/)",
    re.IGNORECASE,
)
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


def _written(url: WebUrl, host: str, path: str, query: str) -> str:
    if url.port == DEFAULT_PORTS[url.scheme]:
        url = replace(url, scheme="https", port=DEFAULT_PORTS["https"])
    route = url.route.rstrip("/")
    return str(replace(url, host=host, path=path, query=query or None, route=route))


def _without_edition(host: str) -> str:
    """Return the host without the labels of its editions: www.m.example.com is example.com."""
    while (bare := _EDITION.sub("", host, count=1) if _EDITION.match(host) else host) != host:
        host = bare
    return host


def _site(host: str) -> str:
    host = _COUNTRY.sub(r"\1", _MOBILE_WIKI.sub(r".\1.org", host))
    return _NAMES.get(host, host)


def _canonical_path(path: str, host: str) -> str:
    plain = _PAPER_VIEW.sub("", path)
    return _plain_path(plain.lower() if host == "doi.org" else plain, host)


def _plain_path(path: str, host: str) -> str:
    plain = _SESSION.sub("", _canonical_escapes(path)).rstrip("/")
    if _NAMED_BY_PEOPLE.fullmatch(host):
        return plain
    while match := _AMP_PATH.fullmatch(plain):
        plain = match["before"] or match["after"] or match["page"] + (match["suffix"] or "")
        plain = plain.rstrip("/")
    return _FOLDER_FILE.sub("", plain).rstrip("/")


def _canonical_escapes(path: str) -> str:
    """Decode the escapes of unreserved characters and write the others in capitals (RFC 3986)."""

    def rewritten(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if _UNRESERVED.fullmatch(character) else match[0].upper()

    return _ESCAPE.sub(rewritten, path)


def _canonical_query(query: str, host: str) -> str:
    if host.endswith(".blogspot.com"):  # its edition for readers on the move
        query = re.sub(r"(?:^|(?<=&))m=1(?:&|$)", "", query)
    return _in_order(query, lambda name: not is_tracker(name, host))


def _in_order(query: str, keeps: Callable[[str], bool] = lambda _: True) -> str:
    # Latin-1 both ways keeps every byte, also those that are no UTF-8.
    pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    kept = [(name, value) for name, value in pairs if keeps(name)]
    return urlencode(sorted(kept, key=lambda pair: pair[0]), encoding="latin-1")
