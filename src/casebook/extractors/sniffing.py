"""What bytes are by their beginning: binaries by their signatures, text, JSON. Pure."""

import codecs
import io
import re
import zipfile
from collections.abc import Callable

_JSON_START = re.compile(rb"[\[{]\s*(?:[\[{]\s*)*(?:\"|[\]}])")
BINARY = "binary data"
WORD = "a Word document"
RTF = "an RTF document"
OLD_WORD, LOCKED = "an old Word document (.doc)", "an Office file with a password"
_OLD_OFFICE = "an old Office file"
_ZIP, _OLE = (b"PK\x03\x04", b"PK\x05\x06"), b"\xd0\xcf\x11\xe0"
# What the files in an archive are called, or its first one says, by what it is.
_ARCHIVES = (
    (b"word/document", WORD),
    (b"ppt/presentation", "a PowerPoint file"),
    (b"xl/workbook", "an Excel file"),
    (b"mimetypeapplication/vnd.oasis.opendocument.text", "an OpenDocument text (.odt)"),
    (b"mimetypeapplication/vnd.oasis.opendocument", "an OpenDocument file"),
    (b"mimetypeapplication/epub+zip", "an EPUB book"),
)
_STREAMS = {"EncryptedPackage": LOCKED, "WordDocument": OLD_WORD}
WRITINGS = frozenset({RTF, OLD_WORD, _OLD_OFFICE, LOCKED, *(name for _, name in _ARCHIVES)})
"""What a word processor, or a program like it, opens and saves in a form that is read."""

# File signatures, as the `file` command knows them.
_SIGNATURES: tuple[tuple[Callable[[bytes], bool], str], ...] = (
    (lambda head: b"%PDF-" in head, "PDF"),
    (lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"), "a PNG picture"),
    (lambda head: head.startswith(b"\xff\xd8\xff"), "a JPEG picture"),
    (lambda head: head.startswith((b"GIF87a", b"GIF89a")), "a GIF picture"),
    (lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP", "a WebP picture"),
    (lambda head: head.startswith(b"\x7fELF"), "a program"),
    (lambda head: head.startswith(b"MZ") and b"\0" in head, "a program"),
    (lambda head: head.startswith(b"\x1f\x8b"), "a gzip archive"),
    (lambda head: head.startswith(b"7z\xbc\xaf\x27\x1c"), "a 7z archive"),
    (lambda head: head[4:8] == b"ftyp", "a video or audio file"),
    (lambda head: head.startswith((b"ID3", b"OggS", b"fLaC")), "an audio file"),
    (lambda head: head.startswith(b"BZh") and head[4:10] == b"1AY&SY", "a bzip2 archive"),
    (lambda head: head.startswith((b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")), "a compressed file"),
    (lambda head: head.startswith(b"Rar!\x1a\x07"), "a RAR archive"),
    (lambda head: head.startswith(b"{\\rtf"), RTF),
    (lambda head: head.startswith(b"%!PS"), "a PostScript file"),
)  # fmt: skip
# The second is of archives that ask for a newer version of the format than there is.
_NO_ARCHIVE = (zipfile.BadZipFile, NotImplementedError, ValueError, OSError)
_NAMES = re.compile(rb"PK\x03\x04.{26}([!-~]{1,80})", re.DOTALL)
_FIRST_NAME, _FIRST_END, _MOST_BEFORE = 30, 110, 65_536
_LONGEST_CHARACTER = 4
# What no other text has at the beginning of a line, as docutils and Sphinx name them.
_DIRECTIVE = re.compile(
    rb"^\.\. (?:toctree|contents|code|code-block|sourcecode|highlight|literalinclude|include|note"
    rb"|tip|hint|important|warning|caution|attention|danger|admonition|seealso|versionadded"
    rb"|versionchanged|deprecated|image|figure|table|list-table|csv-table|index|glossary|rubric"
    rb"|currentmodule|module|automodule|py:[a-z]+|class|function|method|option|console|role"
    rb"|default-role|raw|math|meta)::(?=[ \n])",
    re.MULTILINE,
)
# Letters and Markdown quote such texts, and programs hold them.
_QUOTING = re.compile(
    rb"\A\s*(?:#!|r?\"\"\"[^\"]|(?:[A-Z][\w-]*:[^\n]*\n)*(?:From|Subject):)|^```", re.MULTILINE
)
_UNDERLINED = re.compile(rb"^\S[^\n]*\n([=\-~^\"'#*+`])\1{2,}[ \t]*$", re.MULTILINE)
_UNICODE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_MOST_CONTROLS = 0.1
_MOST_ZEROS = 0.02  # a stray NUL in a text; browsers pass over it
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0c\x1b\x08"))


def sniff(data: bytes) -> str | None:
    """Return what binary the bytes are ("PDF", "a PNG picture"), or None for text."""
    head = data[:1_024]
    if head.startswith(_ZIP):
        return _in_zip(data)
    if head.startswith(_OLE):
        found = (name for stream, name in _STREAMS.items() if stream.encode("utf-16-le") in data)
        return next(found, _OLD_OFFICE)
    for fits, name in _SIGNATURES:
        if fits(head):
            return name
    if head.startswith(_UNICODE_MARKS) or _is_utf16(data[:4_096]):
        return None
    sample = data[:8_192]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    zeros = sample.count(0)
    many = controls > _MOST_CONTROLS * len(sample) or zeros > _MOST_ZEROS * len(sample)
    return BINARY if many or (zeros and not is_text(sample)) else None


def _in_zip(data: bytes) -> str:
    """Return what an archive is, by its files; what is in archives within it does not count."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name.encode("utf-8", "replace") for name in archive.namelist()]
    except _NO_ARCHIVE:  # cut off, say
        names = _NAMES.findall(data[:_MOST_BEFORE])
    files = b"\n".join([data[_FIRST_NAME:_FIRST_END], *names])
    return next(
        (name for file, name in _ARCHIVES if b"\n" + file in b"\n" + files), "a zip archive"
    )


def is_text(sample: bytes) -> bool:
    """Tell UTF-8 without other control characters than NUL; the last character may be cut."""
    rest = sample.replace(b"\0", b"")
    decoded = rest.decode("utf-8", "ignore").encode()
    return len(rest) - len(decoded) <= _LONGEST_CHARACTER and not rest.translate(
        None, bytes(set(range(256)) - set(_CONTROLS))
    )


def is_wide(charset: str | None) -> bool:
    """Tell a charset whose texts are full of zero bytes."""
    return (charset or "").lower().replace("_", "-").startswith(("utf-16", "utf-32", "ucs-"))


def is_json(data: bytes) -> bool:
    """Tell JSON by its two ends: an answer of an interface, not a text."""
    start, end = data[:2_048].lstrip(b"\xef\xbb\xbf \t\r\n"), data[-64:].rstrip()
    return bool(_JSON_START.match(start)) and end.endswith((b"}", b"]"))


def is_restructured(data: bytes) -> bool:
    """Tell reStructuredText that is called a text: an underlined heading, and a directive."""
    head = data[:_MOST_BEFORE].replace(b"\r\n", b"\n")
    shown = bool(_DIRECTIVE.search(head)) and bool(_UNDERLINED.search(head))
    return shown and not _QUOTING.search(head)


def marked(data: bytes) -> bytes:
    """Return a text in UTF-16 with the mark that it may lack, and all else as it is."""
    head = data[:4_096]
    if head.startswith(_UNICODE_MARKS) or not _is_utf16(head):
        return data
    big = head[::2].count(0) > head[1::2].count(0)
    return (codecs.BOM_UTF16_BE if big else codecs.BOM_UTF16_LE) + data


def _is_utf16(head: bytes) -> bool:
    """Tell UTF-16 without a mark: every second byte of Western text is zero, no other is."""
    odd, even = head[1::2], head[::2]
    zeros = max(odd.count(0), even.count(0)), min(odd.count(0), even.count(0))
    return len(head) > 8 and zeros[0] > 0.9 * len(odd) and zeros[1] == 0  # noqa: PLR2004 - see above
