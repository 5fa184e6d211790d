"""Addresses that open a source at the place of a quote."""

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

from schemas.cases import Evidence
from schemas.sources import Document, SourceKind

# A long exact text fails on the first character where page and extraction differ: beyond this many
# characters only both ends of the quote are named.
_EXACT_CHARACTERS = 100
_EDGE_WORDS = 5
_PREFIX_WORDS = 3

# Their viewers know no text fragments.
_WITHOUT_TEXT_FRAGMENTS = frozenset(
    {
        SourceKind.PDF,
        SourceKind.WORD,
        SourceKind.VIDEO,
        SourceKind.CAPTIONS,
        SourceKind.RECORDING,
    }
)
_PLAYED = frozenset({SourceKind.VIDEO, SourceKind.CAPTIONS, SourceKind.RECORDING})
_VIDEO_HOSTS = frozenset({"youtube.com", "m.youtube.com", "youtu.be"})

_BLANK_OR_CONTROL = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
# Cells of one table row stand apart on the page though they share a line in the text.
_BLOCK_END = re.compile(r"[\n\r\t]|\s\|\s")
# Marks before a heading, a list item or a citation in Markdown are not on the page.
_BLOCK_MARK = re.compile(r"^\s*(?:(?:[#>*+•|-]+|\d+[.)])\s+)+")


def web_address(url: str | None) -> str | None:
    """Return ``url`` if it may become a link: http or https, a host, no credentials, no blanks."""
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
    """Return the address that opens ``document`` at the quote of ``evidence``.

    Videos open at the second, PDFs at the page, pages at the text (WICG "URL Fragment Text
    Directives"). None where the source has no web address or the quote was not found in it.
    """
    address = web_address(document.url)
    if address is None or evidence.start is None or evidence.end is None:
        return None
    if evidence.seconds is not None and (document.kind in _PLAYED or _is_video_page(address)):
        return _at_second(address, evidence.seconds)
    if evidence.page is not None:
        return _at_page(address, evidence.page)
    if document.kind in _WITHOUT_TEXT_FRAGMENTS:
        return address
    return _at_text(address, _text_directive(document.text, evidence.start, evidence.end))


def place(evidence: Evidence, document: Document | None = None) -> str:
    """Return where a quote stands: ``page 3``, ``12:31, Ada Berg`` or ``§ Heading``.

    The heading is known only with ``document``. Empty where the source has no such places.
    """
    where = ""
    if evidence.seconds is not None:
        where = _clock(evidence.seconds)
    elif evidence.page is not None:
        where = f"page {evidence.page}"
    elif heading := _heading(evidence, document):
        where = f"§ {heading}"
    return ", ".join(filter(None, (where, evidence.speaker)))


def _heading(evidence: Evidence, document: Document | None) -> str | None:
    if document is None or not evidence.passage or evidence.passage > len(document.passages):
        return None
    return document.passages[evidence.passage - 1].section


def _clock(seconds: float) -> str:
    """Return a second of a video as players show it: ``1:02:05``, ``0:07``."""
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
    # Open parameters of PDF viewers are joined by "&" (RFC 8118, section 3).
    parts = urlsplit(address)
    kept = [p for p in parts.fragment.split("&") if p and not p.startswith("page=")]
    return parts._replace(fragment="&".join([*kept, f"page={page}"])).geturl()


def _at_text(address: str, directive: str) -> str:
    parts = urlsplit(address)
    anchor = parts.fragment.partition(":~:")[0]
    fragment = f"{anchor}:~:text={directive}" if directive else anchor
    return parts._replace(fragment=fragment).geturl()


def _text_directive(text: str, start: int, end: int) -> str:
    """Return ``[prefix-,]start[,end]`` for the quote ``text[start:end]``, percent-encoded."""
    lines = [words for line in _BLOCK_END.split(text[start:end]) if (words := _words(line))]
    if not lines:
        return ""
    _drop_cut_words(lines, text, start, end)
    first, last = lines[0], lines[-1]
    terms = [" ".join(first)]
    if len(lines) > 1:
        terms = [_opening(first, text, start), _ending(last)]
    elif len(terms[0]) > _EXACT_CHARACTERS and len(first) > 2 * _EDGE_WORDS:
        half = len(first) // 2
        terms = [_opening(first[:half], text, start), _ending(first[half:])]
    return ",".join([*_prefix(terms[0], text, start), *map(_encode, terms)])


def _opening(words: list[str], text: str, start: int) -> str:
    """Return the fewest first words, five at least, that do not stand earlier in the source."""
    openings = (" ".join(words[:n]) for n in range(_EDGE_WORDS, len(words)))
    return next((o for o in openings if not _stands_earlier(o, text, start)), " ".join(words))


def _ending(words: list[str]) -> str:
    """Return the fewest last words, five at least, that do not stand earlier in ``words``."""
    endings = (" ".join(words[-n:]) for n in range(_EDGE_WORDS, len(words)))
    rest = " ".join(words).lower()
    unique = (e for e in endings if rest.find(e.lower()) == len(rest) - len(e))
    return next(unique, " ".join(words))


def _prefix(opening: str, text: str, start: int) -> list[str]:
    """Return the words before a quote whose opening stands earlier too, else nothing."""
    if not _stands_earlier(opening, text, start):
        return []
    context = _words(_BLOCK_END.split(text[:start])[-1])[-_PREFIX_WORDS:]
    return [_encode(" ".join(context)) + "-"] if context else []


def _stands_earlier(term: str, text: str, start: int) -> bool:
    # Most terms stand once in the whole text, which is flattened once for all of its quotes.
    term = term.lower()
    return _whole(text).count(term) > 1 and term in _flat(text[:start])


def _drop_cut_words(lines: list[list[str]], text: str, start: int, end: int) -> None:
    """Drop a first or last word that the quote cuts in two: browsers match whole words only."""
    first, last = lines[0], lines[-1]
    if start and text[start - 1 : start + 1].isalnum() and len(first) > 1:
        del first[0]
    if text[end - 1 : end + 1].isalnum() and end < len(text) and len(last) > 1:
        del last[-1]


def _words(line: str) -> list[str]:
    return _BLOCK_MARK.sub("", line).split()


def _flat(text: str) -> str:
    return " ".join(text.split()).lower()


_whole = lru_cache(maxsize=1)(_flat)


def _encode(term: str) -> str:
    # "-" marks a prefix or suffix in the directive's grammar, and quote() never encodes it.
    return quote(term, safe="").replace("-", "%2D")
