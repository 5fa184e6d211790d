"""What bytes are by their beginning: binary files by their signatures, texts by their form."""

import io
import re
import zipfile
from typing import Literal

PDF, WORD = "a PDF", "a Word document"
ENCRYPTED = "an encrypted Office file"

_SIGNATURES = {
    "a picture": (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8"),
    "a picture or an audio file": (b"RIFF",),
    "a program": (b"\x7fELF", b"MZ\x90\0"),
    "a packed file": (b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!\x1a", b"BZh9", b"\xfd7zXZ"),
    "an audio or video file": (b"ID3", b"OggS", b"fLaC", b"\x1a\x45\xdf\xa3"),
    "an RTF document": (b"{\\rtf",),
    "a PostScript file": (b"%!PS",),
}  # fmt: skip
_IN_ZIP = {
    "word/document": WORD,
    "ppt/presentation": "a PowerPoint file",
    "xl/workbook": "an Excel file",
    "META-INF/container.xml": "an EPUB book",
    "content.xml": "an OpenDocument file",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNICODE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b\b"))
_MOST_CONTROLS = 0.05
_HEAD = 8_192

Form = Literal["list", "page", "captions", "json"]
_PROLOG = rb"(?si)(?:<\?(?:(?!\?>).){0,300}\?>\s*|<!--(?:(?!-->).){0,2000}-->\s*)*+"
_CLOCK = rb"\d{1,3}:\d{2}(?::\d{2})?[.,]\d{1,3}"
_FORMS: dict[Form, re.Pattern[bytes]] = {
    "list": re.compile(
        _PROLOG + rb"<(?:rss|feed|rdf:rdf|urlset|sitemapindex|opml)\b"
        rb"|\{.*\"version\"\s*:\s*\"https?:(?:\\?/){2}jsonfeed\.org"
    ),
    "page": re.compile(_PROLOG + rb"<(?:!doctype\s+html|html|head|body)\b"),
    "captions": re.compile(rb"WEBVTT\b|(?:\d+\s*\n)?" + _CLOCK + rb"\s*-{1,2}>\s*" + _CLOCK),
    "json": re.compile(rb"[\[{]\s*(?:[\[{]\s*)*(?:\"|[\]}])"),
}
_TAG = re.compile(rb"(?i)<(?:!doctype|html|head|body|meta|p|div|h[1-6]|ul|table|pre)\b")


def binary(data: bytes) -> str | None:
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
    if head[4:8] == b"ftyp":
        return "an audio or video file"
    known = next((name for name, starts in _SIGNATURES.items() if head.startswith(starts)), None)
    controls = len(head) - len(head.translate(None, _CONTROLS))
    is_text = head.startswith(_UNICODE_MARKS) or controls <= _MOST_CONTROLS * len(head)
    return known or (None if is_text else "binary data")


def form(data: bytes) -> Form | None:
    """Return the form that a text plainly begins in; JSON must end as such, too."""
    start = _beginning(data)
    found = next((name for name, pattern in _FORMS.items() if pattern.match(start)), None)
    is_cut = found == "json" and not data[-64:].rstrip().endswith((b"}", b"]"))
    return None if is_cut else found


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
    kinds = (kind for start, kind in _IN_ZIP.items() if any(n.startswith(start) for n in names))
    return next(kinds, "a zip archive")
