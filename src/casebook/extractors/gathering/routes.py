"""Where the bytes of a page are sought, in order: pure, decided before anything is fetched."""

import re
from dataclasses import dataclass, replace

from casebook.extractors.copies import is_copy, original_of
from casebook.extractors.forges import hosted_file
from casebook.extractors.urls import WebUrl

LIST = "list"
"""How a list of sources is fetched: at its address, and nowhere else."""

_README_NAMES = ("README.md", "readme.md", "README.rst", "README.txt", "README")
_REPOSITORY = re.compile(r"/([\w.-]+)/([\w.-]+?)(?:\.git)?/?")
_TREE = re.compile(r"/([\w.-]+)/([\w.-]+)/tree/(.+?)/?")
_BLOB = re.compile(r"/([\w.-]+)/([\w.-]+)/(?:blob|raw|blame|edit)/(.+?)/?")
_READABLE = re.compile(
    r"\.(?:md|markdown|mdx|mkd|rst|adoc|asciidoc|txt|pdf|docx|vtt|srt|ipynb)$", re.IGNORECASE
)
# First parts of a path on github.com that are no owner of repositories.
_NO_OWNER = {
    *("about", "apps", "blog", "collections", "customer-stories", "enterprise", "events"),
    *("explore", "features", "marketplace", "orgs", "pricing", "readme", "search", "security"),
    *("settings", "solutions", "sponsors", "stories", "team", "topics", "trending"),
}
_WAYBACK_TIME = re.compile(r"/web/([0-9]{1,14})(?:[a-z]{2}_)?/")


@dataclass(frozen=True, slots=True)
class Way:
    """One address to fetch, and the one that readers are shown for it (None: where it ends)."""

    method: str
    fetch: WebUrl
    shown: WebUrl | None = None

    @property
    def is_raw(self) -> bool:
        """Tell a file that is read apart from the page around it."""
        return self.method.startswith("raw ")

    @property
    def is_list(self) -> bool:
        """Tell a list of sources, for which another overview of them is none the worse."""
        return self.method == LIST


def ways_to(url: WebUrl) -> tuple[Way, ...]:
    """Return where to look for the page at ``url``: the next way counts if the one before is gone.

    A copy in an archive stands for its original; the copy is read where the original is gone. A
    text file in a repository is read raw, and its readers are led to the page around it; so it is
    with what a document at Google is exported as. A gist is read as its page: its raw address gives
    the first of its files.
    """
    if is_copy(url):
        original = Way("original of the copy", original_of(url))
        return (original, Way("archived copy", _unframed(url), url))
    if url.host.removeprefix("www.") == "github.com":
        return (*_github(url), Way("page", url))
    file = hosted_file(url)
    if file and _reads(file.raw.path):
        ways = (Way(f"raw {file.raw.name}", file.raw, file.page), Way("page", file.page))
        # It may be another site's page whose address only looks so.
        seen = {file.raw.path, file.page.path}
        return ways if url.path in seen else (*ways, Way("page as named", url))
    return (Way("page", url),)


def _unframed(url: WebUrl) -> WebUrl:
    """Return the copy as it was archived: the Wayback Machine's ``id_`` leaves its frame away."""
    if url.host != "web.archive.org":
        return url
    return replace(url, path=_WAYBACK_TIME.sub(r"/web/\1id_/", url.path, count=1))


def _github(url: WebUrl) -> list[Way]:
    if match := _BLOB.fullmatch(url.path):
        owner, repository, path = match.groups()
        return [_raw(url, owner, repository, path)] if _reads(path) else []
    if match := _TREE.fullmatch(url.path):
        owner, repository, folder = match.groups()
    elif match := _REPOSITORY.fullmatch(url.path):
        owner, repository, folder = *match.groups(), "HEAD"
    else:
        return []
    if owner.lower() in _NO_OWNER:
        return []
    return [_raw(url, owner, repository, f"{folder}/{name}") for name in _README_NAMES]


def _reads(path: str) -> bool:
    return bool(_READABLE.search(path)) or "." not in path.rpartition("/")[2]


def _raw(shown: WebUrl, owner: str, repository: str, path: str) -> Way:
    name = path.rpartition("/")[2]
    raw = WebUrl("https", "raw.githubusercontent.com", 443, f"/{owner}/{repository}/{path}")
    return Way(f"raw {name}", raw, shown)
