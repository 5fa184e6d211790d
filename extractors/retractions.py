"""What the page of a paper says of the paper: that it was withdrawn, retracted or replaced.

arXiv shows a notice, comments and the history of submissions (arxiv-browse, ``abs.html``), the ACL
Anthology its revisions; publishers begin the title of a retracted paper with that word, as Crossref
asks them to.
"""

import re
from typing import Any, NamedTuple

import lxml.html  # type: ignore[import-untyped]  # it ships no types
from lxml.etree import LxmlError  # type: ignore[import-untyped]

from extractors.bundles import PAPER, BundlePart, unpack
from extractors.text import decode, one_line
from schemas.sources import Payload

_TITLE = re.compile(
    r"\W*(retracted|withdrawn)(?: (?:article|chapter|paper|preprint))?\s*[:\])]", re.IGNORECASE
)
_NOTICE = "//span[@class='error'][contains(., 'has been withdrawn')]"
_COMMENTS = "//td[contains(@class, 'comments')]"
_WITHDRAWN = re.compile(r"(?:this|the) \w+(?: \w+)? (?:has been|was|is) withdrawn\b", re.IGNORECASE)
_VERSIONS = re.compile(r"\[v(\d+)\]|Version (\d+):")
_HISTORY = "//*[contains(@class, 'submission-history') or contains(@class, 'acl-paper-details')]"
_LONGEST = 300


class Standing(NamedTuple):
    """The words of a retraction, empty if there is none, and the newest version, 0 if unknown."""

    retraction: str = ""
    version: int = 0


def standing_of(payload: Payload) -> Standing:
    """Return what the page of a paper, or the landing page in its bundle, says of it."""
    page = unpack(payload).landing if payload.media_type == PAPER else payload
    if page is None or "html" not in page.media_type or not page.data.strip():
        return Standing()
    return _read(page)


def _read(page: Payload | BundlePart) -> Standing:
    try:
        tree = lxml.html.document_fromstring(decode(page.data, page.charset, markup=True).encode())
    except LxmlError:  # a page of comments
        return Standing()
    notices, comments = _texts(tree, _NOTICE), _texts(tree, _COMMENTS)
    titles = tree.xpath("//meta[@name='citation_title']/@content")
    retraction = ""
    if notices or any(map(_WITHDRAWN.match, comments)):
        retraction = " ".join([*notices[:1], *comments[:1]])
    elif title := next(filter(_TITLE.match, map(one_line, titles)), None):
        retraction = f"Its title is “{title}”"
    numbers = _VERSIONS.findall(" ".join(_texts(tree, _HISTORY)))
    newest = max((int(one or other) for one, other in numbers), default=0)
    return Standing(retraction[:_LONGEST].rstrip(), newest)


def _texts(tree: Any, path: str) -> list[str]:
    return [one_line(one.text_content()) for one in tree.xpath(path)]
