"""Recognises files by their first bytes; ``data/signatures.toml`` lists the signatures."""

import io
import re
import zipfile
from typing import Literal

from extractors.data import table

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
    """Return whether the first bytes belong to an audio or video file."""
    is_wave = head.startswith(b"RIFF") and head[8:12] == b"WAVE"
    return is_wave or head[4:8] == b"ftyp" or head.startswith(_RECORDINGS)


def binary_kind(data: bytes) -> str | None:
    """Return the kind of a binary file ("a PDF", "a picture"), None for text.

    Only white space can precede the header of a PDF: a text that mentions ``%PDF-1.7`` is not a
    PDF.
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
    """Return the format that the start of a text clearly shows; JSON must also end like JSON."""
    start = _beginning(data)
    found = next((name for name, pattern in _FORMS.items() if pattern.match(start)), None)
    is_cut = found == "json" and not data[-64:].rstrip().endswith((b"}", b"]"))
    return None if is_cut else found


def xml_list(data: bytes) -> str | None:
    """Return the root element of a feed, sitemap or outline, None for anything else."""
    found = _FORMS["list"].match(_beginning(data))
    return found["root"].decode().lower() if found and found["root"] else None


def has_tags(data: bytes) -> bool:
    """Return whether a page's markup occurs near the start."""
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
