"""Decode bytes into the characters that a reader sees.

In Unicode 16 these are invisible: bidirectional controls (UAX 9), default-ignorable characters, and
the tag characters U+E0000-E007F, which spell out ASCII that no screen shows.
"""

import codecs
import re
import unicodedata
from contextlib import suppress

from charset_normalizer import from_bytes

from extractors.data import table
from schemas.errors import ExtractionError
from schemas.sources import HiddenText, Payload

# U+200C and U+200D stay: Persian, Hindi and emoji are spelled with them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b"
    "\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
_LINE_BREAK = re.compile(r"\r\n|[\r\u0085\u2028\u2029\x0b\x0c]")
_BIDI_OVERRIDE = re.compile(r"[\u202d\u202e]([^\n\u202c]{1,300})")
_TAG_RUN = re.compile(r"[\U000e0020-\U000e007e]{4,}")
# The flags of England, Scotland and the like (UTS 51, emoji tag sequences).
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e007a]{3,6}\U000e007f")
_WORD = re.compile(r"\w+")
# Scripts written without spaces are counted by character, two to a word.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")

_BOMS = {
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
    "utf-8-sig": (codecs.BOM_UTF8,),
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
}
_CHARSETS = table("charsets")
_META = re.compile(_CHARSETS["meta"].encode(), re.IGNORECASE)
_NOT_FOR_TEXT = re.compile(_CHARSETS["not_for_text"])
_TOO_SHORT_TO_GUESS = 200
_FEW_ERRORS = 0.005


def name_of(payload: Payload) -> str:
    """Return the name of a source in messages: its address, or else its file name."""
    return payload.final_url or payload.url or payload.name or "The document"


def unreadable(payload: Payload, problem: str, cause: str) -> ExtractionError:
    """Return the error for a payload; ``problem`` completes a sentence about it."""
    return ExtractionError(f"{name_of(payload)} {problem}.", cause)


def visible(text: str) -> str:
    """Return ``text`` in NFC without control, bidirectional and other invisible characters.

    Line breaks of every kind become a line feed; tabs stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFC", _UNSEEN.sub("", _LINE_BREAK.sub("\n", text)))


def one_line(text: str) -> str:
    """Return ``text`` made visible, with each run of white space as one space."""
    return " ".join(visible(text).split())


def tidy_lines(text: str) -> str:
    """Return ``text`` made visible, spaces collapsed within lines, empty lines dropped."""
    lines = (" ".join(line.split()) for line in visible(text).split("\n"))
    return "\n".join(line for line in lines if line)


def words_in(text: str) -> list[str]:
    r"""Return the runs of ``\w`` in ``text``."""
    return _WORD.findall(text)


def count_words(text: str) -> int:
    """Return the number of words; in unspaced scripts two characters count as a word."""
    rest, unspaced = _UNSPACED.subn(" ", text)
    return len(_WORD.findall(rest)) + unspaced // 2


def hidden_in(text: str) -> list[HiddenText]:
    """Return the text hidden in tag characters and by bidirectional overrides."""
    if text.isascii():
        return []
    runs = _TAG_RUN.findall(_FLAG.sub("", text))
    tags = ("".join(chr(ord(character) - 0xE0000) for character in run) for run in runs)
    overrides = (one_line(run[1]) for run in _BIDI_OVERRIDE.finditer(text))
    return [
        *(HiddenText(text=t[:300], reason="spelled in invisible tag characters") for t in tags),
        *(HiddenText(text=t, reason="under a bidirectional override") for t in overrides if t),
    ]


def decode(data: bytes, header: str | None = None, *, markup: bool = False) -> str:
    """Return the characters of ``data``; bytes that cannot be decoded become U+FFFD.

    A byte order mark counts first, then valid UTF-8 beyond ASCII (chance does not produce it, RFC
    3629 section 1), then ``header`` (the charset of the Content-Type), then with ``markup`` the
    document's own ``<meta charset>``, then a guess.
    """
    for encoding, marks in _BOMS.items():
        if data.startswith(marks):
            return data.decode(encoding, "replace")
    found = _META.search(data[:4_096]) if markup else None
    labels = (header, (found[1] or found[2]).decode("ascii", "replace") if found else None)
    stated = [codec for label in labels if (codec := _codec(label))]
    is_seven_bit = data.isascii() and stated and stated[0].startswith("iso2022")
    if b"\0" not in data and not is_seven_bit:
        with suppress(UnicodeDecodeError):
            return data.decode()
    for codec in stated:
        text = data.decode(codec, "replace")
        if text.count("\ufffd") <= len(text) * _FEW_ERRORS:
            return text
    if len(data) < _TOO_SHORT_TO_GUESS:
        return data.decode("cp1252", "replace")
    guess = from_bytes(data[:32_768], cp_isolation=_CHARSETS["likely"]).best()
    return data.decode(guess.encoding if guess else "cp1252", "replace")


def _codec(label: str | None) -> str | None:
    """Return the Python codec that a browser would use for a label, None for unusable ones."""
    try:
        name = codecs.lookup((label or "").strip().strip("\"'")).name
    except (LookupError, ValueError):
        return None
    return None if _NOT_FOR_TEXT.search(name) else _CHARSETS["browsers"].get(name, name)
