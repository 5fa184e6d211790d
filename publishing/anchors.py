"""Links that open a source at a quote."""

import re
from urllib.parse import urlsplit

from publishing.text_fragments import text_directive
from publishing.wording import SPOKEN, one_line
from schemas.cases import Evidence
from schemas.sources import Document, SourceKind

# Viewers of these kinds do not support text fragments.
_WITHOUT_TEXT_FRAGMENTS = {SourceKind.PDF, SourceKind.WORD, *SPOKEN}
_VIDEO_HOSTS = frozenset({"youtube.com", "m.youtube.com", "youtu.be"})

_BLANK_OR_CONTROL = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")


def web_address(url: str | None) -> str | None:
    """Return ``url`` if it is safe as a link: http(s), with a host, no credentials, no spaces."""
    if url is None or _BLANK_OR_CONTROL.search(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        return None
    return url


def link_to_quote(document: Document, evidence: Evidence) -> str | None:
    """Return the link that opens ``document`` at the quote of ``evidence``.

    Videos open at the second, PDFs and slides of a talk at the page, web pages at the text or, for
    a quote of the page's description, at the top. None if the source has no web address, or if the
    quote was not found.
    """
    address = web_address(document.url)
    if evidence.passage == 0:
        return address
    if address is None or evidence.start is None or evidence.end is None:
        return None
    if evidence.seconds is not None and (document.kind in SPOKEN or _is_video_page(address)):
        return _at_second(address, evidence.seconds)
    if evidence.page is not None:
        found = web_address(document.slides) if document.kind in SPOKEN else address
        return _at_page(found, evidence.page) if found else address
    if document.kind in _WITHOUT_TEXT_FRAGMENTS:
        return address
    return _at_text(address, text_directive(document.text, evidence.start, evidence.end))


def described_text(document: Document) -> str:
    """Return the text of a document and, behind it, the page's own description on one line."""
    return document.text + ("" if document.is_imported else one_line(document.description or ""))


def span_of(document: Document, evidence: Evidence) -> tuple[int, int] | None:
    """Return the offsets of a quote in the ``described_text``, None if it was not found."""
    if evidence.start is not None and evidence.end is not None:
        return evidence.start, evidence.end
    text, start = described_text(document), len(document.text)
    if not evidence.is_found or start == len(text):
        return None
    at = text.find(evidence.quote, start)
    return (start, len(text)) if at < 0 else (at, at + len(evidence.quote))


def place(evidence: Evidence, document: Document | None = None) -> str:
    """Return the location of a quote: ``page 3``, ``12:31, Ada Berg`` or ``§ Heading``.

    Headings, and the word *slides* before a page, require ``document``. Words that a machine heard
    are called so. Empty if the source has no pages, times or headings.
    """
    where = "the page’s description" if evidence.passage == 0 else ""
    if evidence.seconds is not None:
        where = f"{'about ' if evidence.estimated else ''}{clock(evidence.seconds)}"
    elif evidence.page is not None:
        is_slide = document is not None and document.kind in SPOKEN
        where = f"{'slides, ' if is_slide else ''}page {evidence.page}"
    elif heading := _heading(evidence, document):
        where = f"§ {heading}"
    heard = "as a machine heard it" if evidence.heard else ""
    return ", ".join(filter(None, (where, evidence.speaker, heard)))


def _heading(evidence: Evidence, document: Document | None) -> str | None:
    if document is None or not evidence.passage or evidence.passage > len(document.passages):
        return None
    return document.passages[evidence.passage - 1].section


def clock(seconds: float) -> str:
    """Return a time in seconds as players show it: ``1:02:05``, ``0:07``."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def _is_video_page(address: str) -> bool:
    return (urlsplit(address).hostname or "").removeprefix("www.") in _VIDEO_HOSTS


def _at_second(address: str, seconds: float) -> str:
    parts = urlsplit(address)
    if not _is_video_page(address):  # W3C Media Fragments
        return parts._replace(fragment=f"t={int(seconds)}").geturl()
    kept = [p for p in parts.query.split("&") if p and not p.startswith("t=")]
    return parts._replace(query="&".join([*kept, f"t={int(seconds)}"])).geturl()


def _at_page(address: str, page: int) -> str:
    # PDF open parameters are separated by "&" (RFC 8118, section 3).
    parts = urlsplit(address)
    kept = [p for p in parts.fragment.split("&") if p and not p.startswith("page=")]
    return parts._replace(fragment="&".join([*kept, f"page={page}"])).geturl()


def _at_text(address: str, directive: str) -> str:
    parts = urlsplit(address)
    anchor = parts.fragment.partition(":~:")[0]
    fragment = f"{anchor}:~:text={directive}" if directive else anchor
    return parts._replace(fragment=fragment).geturl()
