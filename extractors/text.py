"""From bytes to the characters that a reader sees.

The ranges of invisible characters are those of Unicode 16: bidirectional controls (UAX 9),
default-ignorable characters, and the tag characters U+E0000-E007F, which spell out ASCII that no
screen shows.
"""

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

from extractors.data import table
from schemas.documents import HiddenText

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

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META = re.compile(
    rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})"
    rb"|<\?xml[^>]{0,100}encoding=[\"']([\w.-]{2,40})",
    re.IGNORECASE,
)
_CODECS = table("charsets")
_NOT_FOR_TEXT = re.compile(_CODECS["guesses"]["never"])
_TOO_SHORT_TO_GUESS = 200
_META_WITHIN = 4_096
_SAMPLE = 32_768
_FEW_ERRORS = 0.005


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
    """Return how many words a reader would count; unspaced scripts count two characters a word."""
    rest, unspaced = _UNSPACED.subn(" ", text)
    return len(_WORD.findall(rest)) + unspaced // 2


def hidden_in(text: str) -> list[HiddenText]:
    """Return what ``text`` hides in tag characters and under bidirectional overrides."""
    if text.isascii():
        return []
    tags = (
        "".join(chr(ord(character) - 0xE0000) for character in run.group())
        for run in _TAG_RUN.finditer(_FLAG.sub("", text))
    )
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
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace")
    declared = _declared(data) if markup else None
    if b"\0" not in data and (text := _strictly(data, "utf-8")) is not None:
        seven_bit = _codec(header) or _codec(declared)
        if not data.isascii() or not (seven_bit and seven_bit.startswith("iso2022")):
            return text
    for label in (header, declared):
        codec = _codec(label)
        if codec and (text := _leniently(data, codec)) is not None:
            return text
    short = len(data) < _TOO_SHORT_TO_GUESS
    guess = (
        None
        if short
        else from_bytes(data[:_SAMPLE], cp_isolation=_CODECS["guesses"]["likely"]).best()
    )
    return data.decode(guess.encoding if guess else "cp1252", "replace")


def _declared(data: bytes) -> str | None:
    found = _META.search(data[:_META_WITHIN])
    return (found[1] or found[2]).decode("ascii", "replace") if found else None


def _codec(label: str | None) -> str | None:
    """Return the Python codec that a browser would use for a label, None for unusable ones."""
    if not label:
        return None
    try:
        name = codecs.lookup(label.strip().strip("\"'")).name
    except (LookupError, ValueError):
        return None
    return None if _NOT_FOR_TEXT.search(name) else _CODECS["browsers"].get(name, name)


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return None


def _leniently(data: bytes, codec: str) -> str | None:
    """Decode, unless more than a few characters turn out to be something else."""
    text = data.decode(codec, "replace")
    return text if text.count("\ufffd") <= len(text) * _FEW_ERRORS else None
