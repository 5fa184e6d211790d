"""Which reader of the table reads which bytes: by media type, then by suffix, then by the bytes.

The first bytes have a veto: a picture called page.html is refused, and a PDF that a server calls
HTML is read as what it is. Heavy parsers load when they are first used.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Protocol

from casebook.extractors.formats import FORMATS, OUR_TYPES
from casebook.extractors.naming import where
from casebook.extractors.sniffing import (
    BINARY,
    LOCKED,
    WORD,
    WRITINGS,
    is_json,
    is_restructured,
    is_text,
    is_wide,
    sniff,
)
from casebook.schemas.documents import Extracted, ExtractionStep
from casebook.schemas.errors import ContentMismatch, DocumentEmpty, Encrypted, KindUnsupported
from casebook.schemas.sources import Payload, SourceKind


class Extractor(Protocol):
    """What a mount runs: bytes in, text out, nothing fetched.

    Raises:
        ExtractionError: one of its subclasses, with a message for the person who submitted.
    """

    def __call__(self, payload: Payload, /) -> Extracted:
        """Return what the bytes say."""
        ...


@dataclass(frozen=True, slots=True)
class Mount:
    """An extractor and what it reads; ``version`` is stored with each document it makes."""

    kind: SourceKind
    version: str
    extractor: Extractor
    media_types: frozenset[str]
    suffixes: frozenset[str]


def _reader(name: str) -> Extractor:
    """Return the reader of a name; its file and what that takes load when it is first used."""

    def read(payload: Payload, /) -> Extracted:
        read_by = import_module(f"casebook.extractors.kinds.{name}").extract
        # A transcript is read by the others.
        found: Extracted = read_by(payload, extract) if name == "transcript" else read_by(payload)
        return found

    return read


@cache
def mounts() -> tuple[Mount, ...]:
    """Return every extractor there is, in the order of the table."""
    kinds = {kind.value: kind for kind in SourceKind}
    return tuple(
        Mount(
            kinds[one.kind],
            one.version,
            _reader(one.reader),
            frozenset(one.media_types.split()),
            frozenset(one.suffixes.split()),
        )
        for one in FORMATS
    )


def extract(payload: Payload) -> Extracted:
    """Choose an extractor for ``payload`` and run it.

    Raises:
        ContentMismatch: if the bytes are plainly not what the name or header says.
        Encrypted: if it is a file of Office that needs a password.
        KindUnsupported: if no extractor reads this kind of bytes.
        DocumentEmpty: if there are no bytes, or no text in them.
        ExtractionError: whatever else the extractor finds wrong.
    """
    mount, note = choose(payload)
    extracted = mount.extractor(payload)
    noted = [] if note is None else [ExtractionStep(method="registry", outcome=note)]
    steps = (*payload.tried, *noted, *extracted.extraction)
    # A title stands in every list, and before each window that a model is shown.
    title = extracted.title and extracted.title[:_LONGEST_TITLE].rstrip()
    changes = {"extractor": mount.version, "title": title, "extraction": steps}
    return extracted.model_copy(update=changes)


def choose(payload: Payload) -> tuple[Mount, str | None]:
    """Return the mount for ``payload``, and a note where the bytes overruled the header.

    Raises:
        ContentMismatch, Encrypted, KindUnsupported, DocumentEmpty: see ``extract``.
    """
    if not payload.data.strip(b"\0 \t\r\n\x0c"):
        raise DocumentEmpty(f"{where(payload)} is empty; check that it is the right one.")
    declared, found = _declared(payload), sniff(payload.data)
    if found == BINARY and is_wide(payload.charset):
        found = None
    if declared is not None and payload.media_type.startswith(OUR_TYPES):
        return declared, None  # we wrote these bytes ourselves
    if found in _FILES:
        return _as_file(payload, declared, _mount_of(_FILES[found]))
    if found is not None:
        raise _binary(payload, declared, found)
    if declared is None:
        return _by_look(payload), None
    return _overruled(payload, declared)


def _overruled(payload: Payload, declared: Mount) -> tuple[Mount, str | None]:
    """Return the mount for text: what is declared, unless its beginning plainly shows otherwise.

    Raises:
        ContentMismatch, KindUnsupported: see ``extract``.
    """
    if _LIST_START.match(_start(payload)):
        raise _is_list(payload)  # a feed that is served as a page would make a case of its teasers
    captions = _mount_of(SourceKind.CAPTIONS)
    if declared.kind is SourceKind.TEXT and _is_captions(payload):
        return captions, f"captions served as {payload.media_type}"
    if declared.kind is SourceKind.TEXT and is_restructured(payload.data):
        return _mount_of(SourceKind.RESTRUCTURED), "reStructuredText, by its directives"
    if is_json(payload.data) and declared is not captions and "ipynb" not in declared.suffixes:
        raise _binary(payload, declared, "JSON, data for programs")
    named = _by_suffix(payload)
    if (
        declared.kind is SourceKind.WEB
        and named
        and named.kind in _PROSE
        and not _has_tags(payload)
    ):
        return named, f"a {named.kind.label} served as {payload.media_type}"
    if declared.kind in _PROSE and _PAGE_START.match(_start(payload)):
        return _mount_of(SourceKind.WEB), f"a web page served as {payload.media_type}"
    if declared.kind in _FILES.values():
        raise ContentMismatch(
            f"{where(payload)} is called a {declared.kind.label} and does not begin as one; "
            "download it again."
        )
    return declared, None


def _as_file(payload: Payload, declared: Mount | None, mount: Mount) -> tuple[Mount, str | None]:
    """Return the mount that its bytes ask for, whatever a server says.

    Raises:
        ContentMismatch: if a file's own name says otherwise.
    """
    if declared is None or declared is mount:
        return mount, None
    named, label = _by_suffix(payload), mount.kind.label
    # The end of an address promises nothing, a file's name does.
    if named is not None and named is not mount and not payload.headers:
        raise ContentMismatch(
            f"{where(payload)} is a {label} under another name; rename it to "
            f".{min(mount.suffixes)} and submit it again."
        )
    return mount, f"a {label} served as {payload.media_type}"


def _binary(
    payload: Payload, declared: Mount | None, found: str
) -> ContentMismatch | Encrypted | KindUnsupported:
    if found == LOCKED:
        return Encrypted(
            f"{where(payload)} is {found}: take it off, save it again as .docx or PDF, and submit "
            "that."
        )
    if declared is None:
        return KindUnsupported(
            f"{where(payload)} is {found}, which casebook does not read; "
            f"{_instead(found) or f'submit {_READ}'}."
        )
    return ContentMismatch(
        f"{where(payload)} claims to be a {declared.kind.label}, but it is {found}; "
        f"{_instead(found) or 'check which file it is'}."
    )


def _instead(found: str) -> str:
    """Return what can be done with a file that its own program opens; empty for any other."""
    return "open it and save it as .docx or PDF" if found in WRITINGS else ""


def _declared(payload: Payload) -> Mount | None:
    """Return what header and name say. A suffix refines a header that says no more than "text"."""
    media_type = payload.media_type.partition(";")[0].strip().lower()
    named = _by_suffix(payload)
    if (
        media_type in {"", "application/octet-stream", "binary/octet-stream", "text/plain"}
        and named
    ):
        return named
    return next((mount for mount in mounts() if media_type in mount.media_types), None)


def _by_suffix(payload: Payload) -> Mount | None:
    suffix = payload.name.rpartition(".")[2].lower() if "." in payload.name else ""
    return next((mount for mount in mounts() if suffix in mount.suffixes), None)


def _by_look(payload: Payload) -> Mount:
    """Return the mount for text that nobody named, if it shows what it is.

    Raises:
        KindUnsupported: if the header names something that no extractor reads.
    """
    start = _start(payload)
    generic = payload.media_type.partition("/")[0] in {"", "text"} or "octet" in payload.media_type
    if generic or "xml" in payload.media_type or "json" in payload.media_type:
        if _is_captions(payload):
            return _mount_of(SourceKind.CAPTIONS)
        if _HTML_START.match(start):
            return _mount_of(SourceKind.WEB)
    if _LIST_START.match(start) or _JSON_FEED.search(start):
        raise _is_list(payload)
    if payload.media_type in _TABLES or payload.name.lower().endswith((".csv", ".tsv")):
        raise KindUnsupported(
            f"{where(payload)} is a table, a list of sources if it names addresses: "
            "`casebook backfill` works those, `casebook links` shows them."
        )
    if generic and "." not in payload.name and not is_json(payload.data) and _reads(payload.data):
        return _overruled(payload, _mount_of(SourceKind.TEXT))[0]
    raise KindUnsupported(
        f"{where(payload)} is {payload.media_type or 'of an unknown type'}, which casebook "
        f"does not read; submit {_READ}."
    )


def _reads(data: bytes) -> bool:
    """Tell a text that nobody named, such as README: more than a few characters of UTF-8."""
    return len(data) > _FEW and is_text(data[:8_192])


def _has_tags(payload: Payload) -> bool:
    return bool(_TAG.search(payload.data[:_MOST_BEFORE_TAG]))


def _mount_of(kind: SourceKind) -> Mount:
    """Return the first mount of a kind: the one for its files."""
    return next(mount for mount in mounts() if mount.kind is kind)


def _is_captions(payload: Payload) -> bool:
    from casebook.extractors.kinds.caption_forms import look_like_captions
    from casebook.extractors.text.charset import decode

    return look_like_captions(decode(payload.data[:8_192], payload.charset)[0])


def _start(payload: Payload) -> bytes:
    return payload.data[:2_048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()


def _is_list(payload: Payload) -> KindUnsupported:
    return KindUnsupported(
        f"{where(payload)} is a feed or sitemap, a list of sources: `casebook links` shows their "
        "addresses; submit those, or `casebook submit ADDRESS --feed FEED` to read an item from "
        "the feed."
    )


_LIST_START = re.compile(
    rb"(?:<\?(?:(?!\?>).){0,200}\?>\s*|<!--(?:(?!-->).){0,400}-->\s*)*"
    rb"<(?:rss|feed|rdf:rdf|urlset|sitemapindex|opml)\b",
    re.DOTALL,
)
_JSON_FEED = re.compile(rb"\"version\"\s*:\s*\"https?:(?:\\?/){2}jsonfeed\.org")
_TABLES = {"text/csv", "text/tab-separated-values"}
_HTML_START = re.compile(
    rb"<!doctype html|<html|<head|<body|(?:<\?xml[^>]*>\s*)?(?:<!doctype html|<html)"
)
_PAGE_START = re.compile(
    rb"(?:<\?xml[^>]*>\s*|<!--(?:(?!-->).){0,400}-->\s*)*<(?:!doctype html|html)\b", re.DOTALL
)
_TAG = re.compile(rb"<(?:!doctype|html|head|body|meta|p|div|h[1-6]|ul|table|pre)\b", re.IGNORECASE)
_MOST_BEFORE_TAG = 4_096
_LONGEST_TITLE = 500  # characters
_FEW = 40  # bytes
_READ = "a web page, .html, .md, .rst, .txt, .pdf, .docx, .vtt or .srt"
_PROSE = {SourceKind.TEXT, SourceKind.MARKDOWN, SourceKind.RESTRUCTURED}
# What begins in a way of its own is read as what it is.
_FILES = {"PDF": SourceKind.PDF, WORD: SourceKind.WORD}
