"""What bytes are by their beginning: binary files by their signatures, lists, pages, captions."""

import io
import re
import zipfile

PDF, WORD = "a PDF", "a Word document"
ENCRYPTED = "an encrypted Office file"

_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"RIFF": "a picture or an audio file",
    b"\x7fELF": "a program",
    b"MZ\x90\0": "a program",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"BZh91AY&SY": "a bzip2 archive",
    b"\xfd7zXZ": "a compressed file",
    b"\x28\xb5\x2f\xfd": "a compressed file",
    b"ID3": "an audio file",
    b"OggS": "an audio or video file",
    b"fLaC": "an audio file",
    b"\x1a\x45\xdf\xa3": "a video file",
    b"{\\rtf": "an RTF document",
    b"%!PS": "a PostScript file",
}
_IN_ZIP = {
    "word/document": WORD,
    "ppt/presentation": "a PowerPoint file",
    "xl/workbook": "an Excel file",
    "META-INF/container.xml": "an EPUB book",
    "content.xml": "an OpenDocument file",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNICODE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_BEFORE_TEXT = b"\xef\xbb\xbf \t\r\n\f"
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b\b"))
_MOST_CONTROLS = 0.05
_HEAD = 8_192
_PROLOG = rb"(?:<\?(?:(?!\?>).){0,300}\?>\s*|<!--(?:(?!-->).){0,2000}-->\s*)*+"
_FLAGS = re.DOTALL | re.IGNORECASE
_LIST = re.compile(_PROLOG + rb"<(?:rss|feed|rdf:rdf|urlset|sitemapindex|opml)\b", _FLAGS)
_JSON_FEED = re.compile(rb"[\[{].*\"version\"\s*:\s*\"https?:(?:\\?/){2}jsonfeed\.org", _FLAGS)
_PAGE = re.compile(_PROLOG + rb"<(?:!doctype\s+html|html|head|body)\b", _FLAGS)
_TAG = re.compile(rb"<(?:!doctype|html|head|body|meta|p|div|h[1-6]|ul|table|pre)\b", _FLAGS)
_CLOCK = rb"\d{1,3}:\d{2}(?::\d{2})?[.,]\d{1,3}"
_CAPTIONS = re.compile(rb"WEBVTT\b|(?:\d+\s*\n)?" + _CLOCK + rb"\s*-{1,2}>\s*" + _CLOCK)
_JSON = re.compile(rb"[\[{]\s*(?:[\[{]\s*)*(?:\"|[\]}])")


def binary(data: bytes) -> str | None:
    """Return what binary file the bytes are ("a PDF", "a PNG picture"), None for text.

    A PDF may have white space in front of its header, nothing else: a text that mentions
    ``%PDF-1.7`` is a text.
    """
    if _beginning(data).startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"PK\x03\x04"):
        return _in_zip(data)
    if data.startswith(_OLE):
        return ENCRYPTED if "EncryptedPackage".encode("utf-16-le") in data else "an old Office file"
    if data[4:8] == b"ftyp":
        return "a video or audio file"
    known = next((name for start, name in _SIGNATURES.items() if data.startswith(start)), None)
    head = data[:_HEAD]
    controls = len(head) - len(head.translate(None, _CONTROLS))
    is_text = head.startswith(_UNICODE_MARKS) or controls <= _MOST_CONTROLS * len(head)
    return known or (None if is_text else "binary data")


def is_list(data: bytes) -> bool:
    """Return whether the bytes begin as a feed, sitemap or outline."""
    return bool(_LIST.match(_beginning(data)) or _JSON_FEED.match(_beginning(data)))


def is_page(data: bytes) -> bool:
    """Return whether the bytes begin as a web page."""
    return bool(_PAGE.match(_beginning(data)))


def has_tags(data: bytes) -> bool:
    """Return whether there is markup of a page near the beginning."""
    return bool(_TAG.search(data[:_HEAD]))


def is_captions(data: bytes) -> bool:
    """Return whether the bytes begin as WebVTT or SubRip."""
    return bool(_CAPTIONS.match(_beginning(data)))


def is_json(data: bytes) -> bool:
    """Return whether the bytes begin and end as JSON, which programs read and people do not."""
    return bool(_JSON.match(_beginning(data))) and data[-64:].rstrip().endswith((b"}", b"]"))


def _beginning(data: bytes) -> bytes:
    return data[:_HEAD].lstrip(_BEFORE_TEXT)


def _in_zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        names = []
    kinds = (kind for start, kind in _IN_ZIP.items() if any(n.startswith(start) for n in names))
    return next(kinds, "a zip archive")
