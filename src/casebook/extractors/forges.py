"""Files on GitLab, Gitea, Forgejo, Bitbucket, Hugging Face and Google Docs: page and raw file.

GitLab and Gitea are run by many; their addresses are told by what only they put into a path. Of a
document or slides at Google the raw file is what their programs export; the page is nothing
without its scripts.
"""

import re
from dataclasses import dataclass, replace

from casebook.extractors.urls import WebUrl


@dataclass(frozen=True, slots=True)
class HostedFile:
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


# Of what is published ("/d/e/…") the page is all there is.
_AT_GOOGLE = re.compile(
    r"(?:/a/[^/]+)?/(?P<kind>document|presentation)(?:/u/\d+)?/d/(?P<name>(?!e/)[\w-]{16,})(?:/.*)?"
)
_EXPORTS = {"document": ("export", "format=html"), "presentation": ("export/pdf", None)}


def _exported(url: WebUrl) -> HostedFile | None:
    """Return the addresses of a document or slides at Google, however they are shown."""
    match = _AT_GOOGLE.fullmatch(url.path) if url.host == "docs.google.com" else None
    if match is None:
        return None
    start = f"/{match['kind']}/d/{match['name']}"
    path, query = _EXPORTS[match["kind"]]
    page = replace(url, path=f"{start}/edit", query=None, route="")
    return HostedFile(page, replace(page, path=f"{start}/{path}", query=query))


def hosted_file(url: WebUrl) -> HostedFile | None:
    """Return the addresses of the file that ``url`` shows in any way, or None for another page."""
    if exported := _exported(url):
        return exported
    host = url.host.removeprefix("www.")
    for forge in _FORGES:
        match = forge.path.fullmatch(url.path) if forge.host in {None, host} else None
        if match:
            start, file = match["repository"], match["file"].rstrip("/")
            page, raw = (f"{start}/{where}/{file}" for where in (forge.page, forge.raw))
            return HostedFile(replace(url, path=page), replace(url, path=raw))
    return None


def around(url: WebUrl) -> WebUrl:
    """Return the page around a file, without what a query tells of its look; else ``url`` itself.

    These forges take owners and repositories in any letter case.
    """
    found = hosted_file(url)
    if found is None:
        return url
    path = re.sub(r"^.+?(?=/(?:-/blob|src)/)", lambda match: match[0].lower(), found.page.path)
    return replace(found.page, path=path, query=None)
