"""Addresses that open the source at the place of a quote. Pure."""

import re
from urllib.parse import quote, urlsplit

from casebook.schemas.cases import Evidence
from casebook.schemas.documents import Document, Locator
from casebook.schemas.sources import SourceKind

# A long exact text fails on the first character where page and extraction differ, so beyond this
# many characters only both ends of the quote are named.
_EXACT_CHARACTERS = 100
_EDGE_WORDS = 5
_PREFIX_WORDS = 3

# Their viewers know no text fragments; without a page or a second, the source itself must do.
_WITHOUT_TEXT_FRAGMENTS = frozenset(
    {
        SourceKind.PDF,
        SourceKind.WORD,
        SourceKind.YOUTUBE,
        SourceKind.CAPTIONS,
        SourceKind.RECORDING,
    }
)

_WRITTEN = frozenset(
    {
        SourceKind.WEB,
        SourceKind.MARKDOWN,
        SourceKind.RESTRUCTURED,
        SourceKind.TEXT,
        SourceKind.WORD,
    }
)
_VIDEO_HOSTS = frozenset({"youtube.com", "m.youtube.com", "youtu.be"})

_BLANK_OR_CONTROL = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
# Cells of one table row stand apart on the page though they share a line in the text.
_BLOCK_END = re.compile(r"[\n\r\t]|\s\|\s")
# What stands before a heading, a list item or a citation in Markdown is no text on the page.
_BLOCK_MARK = re.compile(r"^\s*(?:(?:[#>*+•|-]+|\d+[.)])\s+)+")


def web_address(url: str | None) -> str | None:
    """Return ``url`` if it may become a link: http or https, a host, no credentials, no blanks."""
    if url is None or _BLANK_OR_CONTROL.search(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname and not _named(url) else None


def link_to_quote(document: Document, evidence: Evidence) -> str | None:
    """Return the address that opens ``document`` at the quote of ``evidence``.

    Videos open at the second, PDFs at the page, pages at the text (WICG "URL Fragment Text
    Directives"). None where the source has no web address or the quote was not found in it.
    """
    address = web_address(document.url)
    if address is None or evidence.start is None or evidence.end is None:
        return None
    locator = locator_of(document, evidence)
    if locator.seconds is not None and _is_played(document.kind, address):
        return _at_second(address, locator.seconds, document.kind)
    if locator.page is not None:
        return _at_page(address, locator.page)
    if document.kind in _WITHOUT_TEXT_FRAGMENTS:
        return address
    return _at_text(address, _text_directive(document.text, evidence.start, evidence.end))


def locator_of(document: Document, evidence: Evidence) -> Locator:
    """Return where the quote's passage stands in the source; empty for a quote not found."""
    if evidence.start is None:
        return Locator()
    passage = document.passage_at(evidence.start)
    return passage.locator if passage else Locator()


def _is_played(kind: SourceKind, address: str) -> bool:
    """Tell a video or recording from a page that only writes what was said, and when."""
    host = (urlsplit(address).hostname or "").removeprefix("www.")
    return kind not in _WRITTEN or host in _VIDEO_HOSTS


def _named(url: str) -> bool:
    """Tell whether a user name stands in the address."""
    return "@" in urlsplit(url).netloc


def _at_second(address: str, seconds: float, kind: SourceKind) -> str:
    parts = urlsplit(address)
    if kind is SourceKind.RECORDING:  # W3C Media Fragments
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
    lines = _without_cut_words(lines, text, start, end)
    first, last = lines[0], lines[-1]
    earlier = _flat(text[:start])
    whole = " ".join(first)
    terms = [whole]
    if len(lines) > 1:
        terms = [_opening(first, earlier), _ending(last)]
    elif len(whole) > _EXACT_CHARACTERS and len(first) > 2 * _EDGE_WORDS:
        half = len(first) // 2
        terms = [_opening(first[:half], earlier), _ending(first[half:])]
    return ",".join([*_prefix(terms[0], earlier, text[:start]), *map(_encode, terms)])


def _opening(words: list[str], earlier: str) -> str:
    """Return the fewest first words, five at least, that do not stand earlier in the source."""
    openings = (" ".join(words[:n]) for n in range(_EDGE_WORDS, len(words)))
    return next((o for o in openings if o.lower() not in earlier), " ".join(words))


def _ending(words: list[str]) -> str:
    """Return the fewest last words, five at least, that do not stand earlier in ``words``."""
    endings = (" ".join(words[-n:]) for n in range(_EDGE_WORDS, len(words)))
    rest = " ".join(words).lower()
    unique = (e for e in endings if rest.find(e.lower()) == len(rest) - len(e))
    return next(unique, " ".join(words))


def _prefix(opening: str, earlier: str, before: str) -> list[str]:
    """Return the words before a quote whose opening stands earlier too, else nothing."""
    if opening.lower() not in earlier:
        return []
    context = _words(_BLOCK_END.split(before)[-1])[-_PREFIX_WORDS:]
    return [_encode(" ".join(context)) + "-"] if context else []


def _without_cut_words(lines: list[list[str]], text: str, start: int, end: int) -> list[list[str]]:
    """Drop a first or last word that the quote cuts in two: browsers match whole words only."""
    first, last = lines[0], lines[-1]
    if start and text[start - 1 : start + 1].isalnum() and len(first) > 1:
        del first[0]
    if text[end - 1 : end + 1].isalnum() and end < len(text) and len(last) > 1:
        del last[-1]
    return lines


def _words(line: str) -> list[str]:
    return _BLOCK_MARK.sub("", line).split()


def _flat(text: str) -> str:
    return " ".join(text.split()).lower()


def _encode(term: str) -> str:
    # "-" marks a prefix or suffix in the directive's grammar, and quote() never encodes it.
    return quote(term, safe="").replace("-", "%2D")
