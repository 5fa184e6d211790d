"""Which reader reads which bytes: by media type, then by suffix, then by the first bytes.

The first bytes have a veto: a picture called page.html is refused, and a PDF that a server calls
HTML is read as a PDF. ``data/formats.toml`` lists the readers, which load when first used.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from importlib import import_module
from typing import Literal, NamedTuple

from extractors.data import table
from extractors.text import count_words, where
from schemas import errors
from schemas.sources import Extracted, Payload, SourceKind, Step

OUR_TYPES = "application/vnd.casebook."  # of our own bundles; no server may claim one


class Format(NamedTuple):
    """What one reader reads: ``module`` has ``read(payload)``, ``version`` is stored with texts."""

    module: str
    kind: str
    version: str
    media_types: Sequence[str]
    suffixes: Sequence[str] = ()


# Of several formats of a kind the first is the one for its files.
FORMATS = tuple(Format(**one) for one in table("formats")["formats"])
# Suffixes: of files that a reader takes as they are; of sound and video, which are transcribed
# first; of all local sources; of files that may hold the words of a video or recording.
DOCUMENTS = tuple(suffix for one in FORMATS for suffix in one.suffixes)
RECORDINGS = (".mp3", ".m4a", ".mp4", ".wav", ".ogg", ".flac", ".webm")
SOURCES = DOCUMENTS + RECORDINGS
TRANSCRIPTS = (".vtt", ".srt", ".txt", ".md", ".docx")


def format_of(name: str) -> Format | None:
    """Return the format that the suffix of a file's name stands for, None for others."""
    _, dot, suffix = name.lower().rpartition(".")
    return next((one for one in FORMATS if f"{dot}{suffix}" in one.suffixes), None)


PDF, WORD, ENCRYPTED = "a PDF", "a Word document", "an encrypted Office file"

_TABLE = table("signatures")
_RECORDINGS = tuple(start.encode("latin-1") for start in _TABLE["recordings"])
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNICODE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b\b"))
_MOST_CONTROLS = 0.05
_HEAD = 8_192

Form = Literal["list", "page", "captions", "json"]
_FORMS: dict[Form, re.Pattern[bytes]] = {
    form: re.compile(pattern.format(**_TABLE["parts"]).encode(), re.DOTALL | re.IGNORECASE)
    for form, pattern in _TABLE["forms"].items()
}
_TAG = re.compile(rb"(?i)<(?:!doctype|html|head|body|meta|p|div|h[1-6]|ul|table|pre)\b")


def is_recording(head: bytes) -> bool:
    """Return whether the first bytes are those of a sound or video file."""
    is_wave = head.startswith(b"RIFF") and head[8:12] == b"WAVE"
    return is_wave or head[4:8] == b"ftyp" or head.startswith(_RECORDINGS)


def binary_kind(data: bytes) -> str | None:
    """Return what binary file the bytes are ("a PDF", "a picture"), None for text.

    A PDF may have white space in front of its header, nothing else: a text that mentions
    ``%PDF-1.7`` is a text.
    """
    head = data[:_HEAD]
    if _beginning(data).startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return _in_zip(data)
    if head.startswith(_OLE):
        return ENCRYPTED if "EncryptedPackage".encode("utf-16-le") in data else "an old Office file"
    if is_recording(head):
        return "an audio or video file"
    for name, starts in _TABLE["files"].items():
        if head.startswith(tuple(start.encode("latin-1") for start in starts)):
            return str(name)
    controls = len(head) - len(head.translate(None, _CONTROLS))
    is_text = head.startswith(_UNICODE_MARKS) or controls <= _MOST_CONTROLS * len(head)
    return None if is_text else "binary data"


def text_form(data: bytes) -> Form | None:
    """Return the form that a text plainly begins in; JSON must end as such, too."""
    start = _beginning(data)
    found = next((name for name, pattern in _FORMS.items() if pattern.match(start)), None)
    is_cut = found == "json" and not data[-64:].rstrip().endswith((b"}", b"]"))
    return None if is_cut else found


def xml_list(data: bytes) -> str | None:
    """Return the name of the root that a feed, sitemap or outline has, None for anything else."""
    found = _FORMS["list"].match(_beginning(data))
    return found["root"].decode().lower() if found and found["root"] else None


def has_tags(data: bytes) -> bool:
    """Return whether there is markup of a page near the beginning."""
    return bool(_TAG.search(data[:_HEAD]))


def _beginning(data: bytes) -> bytes:
    return data[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n\f")


def _in_zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        names = []
    known = _TABLE["archives"].items()
    kinds = (kind for start, kind in known if any(name.startswith(start) for name in names))
    return next(kinds, "a zip archive")


_FEWEST_WORDS = 5
_UNTYPED = {"", "application/octet-stream", "binary/octet-stream"}
_VAGUE = {*_UNTYPED, "text/plain", "application/xml", "text/xml"}
_TABLES = {"text/csv", "text/tab-separated-values"}
_FILES = {PDF: "pdf", WORD: "word"}
_PROSE = {"text", "markdown"}


def read(payload: Payload) -> Extracted:
    """Return the text of ``payload``, read by the reader of its kind.

    Raises ExtractionError if no reader reads this kind, the bytes are not what they are called, or
    there are under five words, FetchError for a list of addresses, and as the reader does.
    """
    chosen, note = choose(payload)
    found: Extracted = import_module(chosen.module).read(payload)
    if count_words(found.text) < _FEWEST_WORDS:
        message = f"{where(payload)} holds no text; check that it is the right one."
        raise errors.ExtractionError(message, "document_empty")
    noted = [Step(method="registry", outcome=note)] if note else []
    title = (found.title or "")[:500].rstrip()  # it stands in every list and prompt
    steps = (*payload.steps, *noted, *found.steps)
    changes = {"extractor": chosen.version, "title": title or None, "steps": steps}
    return found.model_copy(update=changes)


def choose(payload: Payload) -> tuple[Format, str | None]:
    """Return the format, and a note where the bytes overruled the header; raise as ``read``."""
    if not payload.data.strip(b"\0 \t\r\n\f"):
        message = f"{where(payload)} is empty; check that it is the right one."
        raise errors.ExtractionError(message, "document_empty")
    declared = _declared(payload)
    if declared and payload.media_type.startswith(OUR_TYPES):
        return declared, None  # we wrote these bytes ourselves
    if found := binary_kind(payload.data):
        if found in _FILES:
            return _overruled(payload, declared, _FILES[found])
        raise _unsupported(payload, declared, found)
    return _choose_text(payload, declared)


def _choose_text(payload: Payload, declared: Format | None) -> tuple[Format, str | None]:
    """Return the declared format, unless the beginning of the text plainly shows another."""
    form, named = text_form(payload.data), format_of(payload.name)
    kind = declared.kind if declared else None
    if form == "list" or payload.name.endswith((".csv", ".tsv")) or payload.media_type in _TABLES:
        advice = "submit the addresses in it, or run `casebook backfill` with it"
        message = f"{where(payload)} is a list of sources: {advice}."
        raise errors.FetchError(message, "source_is_list")
    if kind in _FILES.values() or (form == "json" and kind != "captions"):
        raise _unsupported(payload, declared, "JSON" if form == "json" else "a text")
    if form == "captions" and kind in {"text", None}:
        return _overruled(payload, declared, "captions")
    if form == "page" and kind in {*_PROSE, None}:
        return _overruled(payload, declared, "web")
    if kind == "web" and not has_tags(payload.data) and named and named.kind in _PROSE:
        return _overruled(payload, declared, named.kind)
    if declared:
        return declared, None
    if "." not in payload.name and payload.media_type in _UNTYPED:
        return _overruled(payload, None, "text")  # README
    raise _unsupported(payload, None, payload.media_type or "a file of an unknown type")


def _declared(payload: Payload) -> Format | None:
    """Return what header and name say. A suffix refines a header that says no more than "text"."""
    media_type = payload.media_type.partition(";")[0].strip().lower()
    named = format_of(payload.name)
    if named and media_type in _VAGUE:
        return named
    return next((one for one in FORMATS if media_type in one.media_types), None)


def _overruled(payload: Payload, declared: Format | None, kind: str) -> tuple[Format, str | None]:
    chosen = next(one for one in FORMATS if one.kind == kind)
    note = f"{SourceKind(kind).label}, served as {payload.media_type or payload.name}"
    return chosen, None if declared in (None, chosen) else note


def _unsupported(payload: Payload, declared: Format | None, found: str) -> errors.ExtractionError:
    name, remedy = where(payload), f"open it and save it as one of {' '.join(DOCUMENTS)}"
    if found == ENCRYPTED:
        message = f"{name} is {found}: remove the password, save it, and submit it again."
        return errors.ExtractionError(message, "encrypted")
    if declared is None:
        message = f"{name} is {found}, which casebook does not read; {remedy}."
        return errors.ExtractionError(message, "kind_unsupported")
    label = SourceKind(declared.kind).label
    message = f"{name} is named or served as {label}, but it is {found}; {remedy}."
    return errors.ExtractionError(message, "content_mismatch")
