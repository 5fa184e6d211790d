"""Known sites: the canonical form of an address, and the video or paper that it names.

``data/sites.toml`` has the rules.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlencode

from extractors.data import table
from extractors.urls import DEFAULT_PORTS, WebUrl, parse_web_url
from schemas.errors import InvalidUrl
from schemas.sources import SourceKind

_RULES = table("sites")
_FORMS = {name: re.compile(pattern) for name, pattern in _RULES["forms"].items()}
_TRACKER = re.compile("|".join(_RULES["trackers"]))
_COPIES = [re.compile(pattern) for pattern in _RULES["copies"]]
_HOSTS, _PAGES, _RAW_FILES = (
    {re.compile(pattern): form for pattern, form in _RULES[name].items()}
    for name in ("hosts", "pages", "raw_files")
)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


@lru_cache(maxsize=20_000)  # a list is compared with itself, then with the stored sources
def canonical_url(address: str) -> str:
    """Return the form that all addresses of a page have in common; raise InvalidUrl.

    It identifies a page and is not an address to open: https, without ``www.``, trailing slash,
    fragment, trackers and the marks of mobile, AMP or print editions; parameters are sorted.
    Archived copies become their original, papers their landing page without the version, raw files
    the page around them. A route for the scripts of a page (``#!/post/1``) stays.
    """
    url = original_of(address)
    if known := _known_page(url):
        return known
    host = _rewritten(_HOSTS, _FORMS["editions"].sub("", url.host))
    whole = _rewritten(_PAGES, host + _ESCAPE.sub(_canonical_escape, url.path))
    host, _, path = whole.partition("/")
    if url.port == DEFAULT_PORTS[url.scheme]:
        url = replace(url, scheme="https", port=DEFAULT_PORTS["https"])
    query = _canonical_query(url.query or "", host) or None
    path, route = _canonical_path(f"/{path}", host), url.route.rstrip("/")
    page = replace(url, host=host, path=path, query=query, route=route)
    return _known_page(page) or str(page)  # the address may have been an edition of such a page


def _known_page(url: WebUrl) -> str | None:
    """Return the canonical address of a video or paper, None for other pages."""
    if video := video_id(url):
        return f"https://youtube.com/watch?v={video}"
    if paper := paper_id(url):
        return f"https://arxiv.org/abs/{paper}"
    landing = landing_of(url)
    return landing[0].rstrip("/") if landing else None


def kind_of_url(address: str) -> SourceKind | None:
    """Return the kind that is clear from the address (a video, a paper), or None."""
    parsed = _parsed(address)
    url = original_of(parsed) if parsed else None
    if url and video_id(url):
        return SourceKind.VIDEO
    return SourceKind.PAPER if url and (paper_id(url) or landing_of(url)) else None


def original_of(address: str | WebUrl) -> WebUrl:
    """Return the original address of an archived copy or AMP cache, else the address itself."""
    url = parse_web_url(address) if isinstance(address, str) else address
    for _ in range(3):
        whole = f"{url.origin}{url.target}"
        found = next(filter(None, (one.fullmatch(whole) for one in _COPIES)), None)
        inside = _inside(found) if found else None
        if inside is None:
            break
        url = inside
    return url


def raw_file(url: WebUrl) -> WebUrl | None:
    """Return the raw form of a readable file or a repository's README, or None."""
    bare = f"{url.host.removeprefix('www.')}{url.path.rstrip('/')}"
    raw = _rewritten(_RAW_FILES, bare)
    is_raw = raw != bare and _FORMS["readable"].search(raw)
    return parse_web_url(f"{url.scheme}://{raw}") if is_raw else None


def _inside(match: re.Match[str]) -> WebUrl | None:
    scheme, rest = match["scheme"] or "http", match["rest"]
    rest = unquote(rest) if "%" in scheme else rest
    return _parsed(f"{'https' if scheme.startswith(('s', 'https')) else 'http'}://{rest}")


def _parsed(address: str | WebUrl) -> WebUrl | None:
    try:
        return parse_web_url(address) if isinstance(address, str) else address
    except InvalidUrl:
        return None


def _rewritten(forms: Mapping[re.Pattern[str], str], text: str) -> str:
    """Return ``text`` rewritten by the first pattern that matches, or unchanged."""
    fits = ((pattern.fullmatch(text), form) for pattern, form in forms.items())
    return next((match.expand(form) for match, form in fits if match), text)


def on_youtube(url: WebUrl | None) -> bool:
    """Return whether an address belongs to YouTube's site for viewers."""
    return url is not None and bool(_FORMS["youtube"].fullmatch(url.host))


def video_id(url: str | WebUrl) -> str | None:
    """Return the eleven-character id of a YouTube video, or None for any other page."""
    parsed = _parsed(url)
    if parsed is None or not on_youtube(parsed):
        return None
    match = _FORMS["video_path"].fullmatch(parsed.path)
    in_path = match and (parsed.path.strip("/").count("/") or parsed.host.endswith("youtu.be"))
    in_query = dict(reversed(parse_qsl(parsed.query or ""))).get("v", "")
    candidate = match[1] if match and in_path and match[1] != "watch" else in_query
    found = _FORMS["video_id"].fullmatch(unquote(candidate))
    return found[1] if found else None


def playlist_id(url: str | WebUrl) -> str | None:
    """Return the id of a YouTube playlist or channel, or None, even for a video in a playlist."""
    parsed = _parsed(url)
    if parsed is None or not on_youtube(parsed) or video_id(parsed):
        return None
    match = _FORMS["channel_path"].match(parsed.path)
    return dict(parse_qsl(parsed.query or "")).get("list") or (match[1] if match else None)


def paper_id(url: str | WebUrl, *, version: bool = False) -> str | None:
    """Return an arXiv paper's number, with its version if ``version`` is true, or None."""
    parsed = _parsed(url)
    if parsed is None or not _FORMS["arxiv"].fullmatch(parsed.host):
        return None
    match = _FORMS["arxiv_path"].fullmatch(unquote(parsed.path))
    number = _FORMS["subject"].sub("", match[1].lower()) if match else None
    return f"{number}{match[2].lower()}" if match and version and match[2] else number


def landing_of(url: WebUrl) -> tuple[str, str] | None:
    """Return a paper's landing page and PDF in the ACL Anthology or on OpenReview, or None."""
    whole = f"{url.host.removeprefix('www.')}{url.target}"
    found = ((re.fullmatch(form, whole), pages) for form, pages in _RULES["papers"].items())
    return next(((one.expand(page), one.expand(pdf)) for one, (page, pdf) in found if one), None)


def _canonical_path(path: str, host: str) -> str:
    path = path.lower() if host == "doi.org" else path.rstrip("/")
    if host == "github.com":  # owners and repositories are case-insensitive
        path = re.sub(r"/[^/]+/[^/]+", lambda match: match[0].lower(), path, count=1)
    if _FORMS["named_by_people"].fullmatch(host):
        return path
    path = _FORMS["folder_file"].sub("", path).rstrip("/")
    while match := _FORMS["amp_path"].fullmatch(path):
        path = match["before"] or match["after"] or match["page"] + (match["suffix"] or "")
        path = path.rstrip("/")
    return path


def _canonical_escape(match: re.Match[str]) -> str:
    """Decode an escaped unreserved character; write other escapes in capitals (RFC 3986)."""
    character = chr(int(match[1], 16))
    return character if _UNRESERVED.fullmatch(character) else match[0].upper()


def _canonical_query(query: str, host: str) -> str:
    of_sites = _RULES["trackers_of_sites"].items()
    others = next((names for site, names in of_sites if f".{host}".endswith(f".{site}")), ())
    # Latin-1 both ways keeps every byte, also those that are not UTF-8.
    pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    kept = [one for one in pairs if not _TRACKER.fullmatch(one[0].lower())]
    kept = [one for one in kept if one[0].lower() not in others]
    return urlencode(sorted(kept, key=lambda one: one[0]), encoding="latin-1")
