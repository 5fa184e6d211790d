"""From bytes to characters: BOM, then header, then the document's own claim, then a guess."""

import codecs
import re
from collections.abc import Sequence

from charset_normalizer import from_bytes

from casebook.extractors.text.code_pages import code_page_of

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# WHATWG Encoding Standard, section 4.2: what browsers read for these labels.
_BROWSERS_READ = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
# Python codecs that no document is written in; some of them execute escapes.
_NOT_FOR_TEXT = re.compile(r"utf-7|escape|punycode|idna|undefined|mbcs|oem")
# Whole scripts spelled in ASCII bytes, which are valid UTF-8 as well and mean something else.
_SEVEN_BIT = {"iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_3", "iso2022_kr", "hz"}
_ESCAPES = re.compile(rb"\x1b\$[@B]")  # ISO-2022-JP's, which turn to Japanese characters
# Other encodings that documents are found in; a guess among all that there are goes astray.
_WRITTEN = (
    "cp1251 cp1253 cp1255 cp1256 cp866 cp874 iso8859_5 iso8859_7 koi8_r koi8_u "
    "big5hkscs cp932 cp949 euc_jp gb18030 utf_16 utf_32 cp1252"
).split()
_META = re.compile(
    rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,100}encoding=[\"']([\w.-]{2,40})",
    re.IGNORECASE,
)
_META_WITHIN = 4_096
_SAMPLE = 32_768
_TOO_SHORT_TO_TELL = 200
_FEW_ERRORS = 0.005


def decode(data: bytes, header: str | None = None, *, markup: bool = False) -> tuple[str, str]:
    """Return the characters of ``data`` and the encoding used, which never fails.

    ``header`` is the charset of the Content-Type; ``markup`` also believes ``<meta charset>``.
    Bytes that are valid UTF-8 beyond ASCII are UTF-8 whatever a single-byte label claims: chance
    does not produce them (RFC 3629, section 1). Undecodable bytes become U+FFFD.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace"), f"{encoding} (byte order mark)"
    if not data.isascii() and (text := _utf_8(data)) is not None:  # as most: no label tells better
        return text, "utf-8"
    labels = [(_known(header), "header"), (_known(_declared(data) if markup else None), "meta")]
    if _ESCAPES.search(data[:_SAMPLE]):
        labels.append(("iso2022_jp", "its escapes"))
    return _spelled(data, labels) or _labelled(data, labels) or _guessed(data)


_Labels = Sequence[tuple[str | None, str]]


def _spelled(data: bytes, labels: _Labels) -> tuple[str, str] | None:
    """Return the characters of bytes that are ASCII, None for others."""
    if not data.isascii():
        return None
    for codec, origin in labels:
        if codec in _SEVEN_BIT:
            return data.decode(codec, "replace"), f"{codec} ({origin})"
    text = _utf_8(data)
    return None if text is None else (text, "utf-8")


def _labelled(data: bytes, labels: _Labels) -> tuple[str, str] | None:
    """Return the characters by the first label that fits, None where none does."""
    for codec, origin in labels:
        if codec and (text := _lenient(data, codec)) is not None:
            if codec == "utf-8" and not _has_sequences(text):
                return data.decode("cp1252", "replace"), f"cp1252 (not the utf-8 of its {origin})"
            return text, f"{codec} ({origin})"
    return None


def _utf_8(data: bytes) -> str | None:
    return None if b"\0" in data else _strict(data, "utf-8")


def _has_sequences(text: str) -> bool:
    """Tell UTF-8 with a broken byte from a single-byte text called so, which has none right."""
    return any(character > "\x7f" and character != "\ufffd" for character in text)


def _declared(data: bytes) -> str | None:
    match = _META.search(data[:_META_WITHIN])
    return (match[1] or match[2]).decode("ascii") if match else None


def _known(label: str | None) -> str | None:
    """Return Python's codec for ``label``, as browsers read it, or None."""
    try:
        name = codecs.lookup((label or "").strip().strip("\"'")).name
        "".encode(name)
    except (LookupError, ValueError):
        return None
    return None if _NOT_FOR_TEXT.search(name) else _BROWSERS_READ.get(name, name)


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _lenient(data: bytes, encoding: str) -> str | None:
    """Decode, allowing the odd broken byte; None where the label is plainly wrong."""
    text = data.decode(encoding, "replace")
    return text if text.count("\ufffd") <= max(1, len(text) * _FEW_ERRORS) else None


def _guessed(data: bytes) -> tuple[str, str]:
    text = data.decode("utf-8", "replace") if b"\0" not in data else "\ufffd"
    broken = text.count("\ufffd")
    if broken and broken < sum(1 for character in text if character > "\x7f") - broken:
        return text, f"utf-8 ({broken} broken)"  # chance makes far fewer sequences than errors
    if len(data) < _TOO_SHORT_TO_TELL:
        return data.decode("cp1252", "replace"), "cp1252 (the web's default)"
    encoding = code_page_of(data[:_SAMPLE])
    if encoding is None:
        best = from_bytes(data[:_SAMPLE], cp_isolation=_WRITTEN).best()
        encoding = _known(best.encoding if best else None) or "utf-8"
    return data.decode(encoding, "replace"), f"{encoding} (guessed)"
