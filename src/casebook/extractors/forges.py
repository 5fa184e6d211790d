"""Files in repositories on GitLab, Gitea, Forgejo, Bitbucket and Hugging Face: page and raw file.

GitLab and Gitea are run by many; their addresses are told by what only they put into a path.
"""

import re
from dataclasses import dataclass, replace

from casebook.extractors.urls import WebUrl


@dataclass(frozen=True, slots=True)
class RepositoryFile:
    """The two addresses of a file."""

    page: WebUrl
    raw: WebUrl


@dataclass(frozen=True, slots=True)
class _Forge:
    path: re.Pattern[str]
    page: str
    raw: str
    host: str | None = None


_FORGES = (
    _Forge(
        re.compile(r"(?P<repository>/[^/]+/.+?)/-/(?:blob|raw|blame|edit)/(?P<file>[^/]+/.+)"),
        page="-/blob",
        raw="-/raw",
    ),
    _Forge(
        re.compile(r"(?P<repository>/[^/]+/[^/]+)/(?:src|raw|annotate)/(?P<file>[^/]+/.+)"),
        page="src",
        raw="raw",
        host="bitbucket.org",
    ),
    _Forge(
        re.compile(
            r"(?P<repository>/(?:(?:datasets|spaces)/)?[^/]+/[^/]+)"
            r"/(?:blob|raw|resolve|blame)/(?P<file>[^/]+/.+)"
        ),
        page="blob",
        raw="raw",
        host="huggingface.co",
    ),
    _Forge(
        re.compile(
            # Sites call their press pages /…/media/tag/….
            r"(?P<repository>/[^/]+/[^/]+)/(?:src|raw|media(?!/tag/)|blame|_edit)"
            r"/(?P<file>(?:branch|tag|commit)/[^/]+/.+)"
        ),
        page="src",
        raw="raw",
    ),
)


def repository_file(url: WebUrl) -> RepositoryFile | None:
    """Return the addresses of the file that ``url`` shows in any way, or None for another page."""
    host = url.host.removeprefix("www.")
    for forge in _FORGES:
        match = forge.path.fullmatch(url.path) if forge.host in {None, host} else None
        if match:
            start, file = match["repository"], match["file"].rstrip("/")
            page, raw = (f"{start}/{where}/{file}" for where in (forge.page, forge.raw))
            return RepositoryFile(replace(url, path=page), replace(url, path=raw))
    return None


def around(url: WebUrl) -> WebUrl:
    """Return the page around a file, without what a query tells of its look; else ``url`` itself.

    These forges take owners and repositories in any letter case.
    """
    found = repository_file(url)
    if found is None:
        return url
    path = re.sub(r"^.+?(?=/(?:-/blob|src)/)", lambda match: match[0].lower(), found.page.path)
    return replace(found.page, path=path, query=None)
