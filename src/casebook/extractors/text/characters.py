"""Which characters a reader sees: what a text keeps, and what a file tried to slip past its reader.

Pure functions over strings. The ranges are those of Unicode 16: bidirectional controls (UAX 9),
default-ignorable characters (DerivedCoreProperties), and the tag characters U+E0000-E007F, which
spell out ASCII that no screen shows.
"""

import re
import unicodedata

from casebook.schemas.documents import HiddenKind, HiddenText
from casebook.schemas.steering import STEERING

_BIDI_OVERRIDE = re.compile(r"[\u202d\u202e][^\n\u202c]{0,300}")
_TAG_RUN = re.compile(r"[\U000e0020-\U000e007e]{4,}")
_OVERRIDES = ("\u202d", "\u202e")
_TAGGED = "\U000e0020".encode()[:2]  # what all tags begin with in UTF-8
# The flags of England, Scotland and the like (UTS 51, emoji tag sequences).
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e007a]{3,6}\U000e007f")
# U+200C and U+200D stay: Persian, Hindi and emoji are spelled with them.
_UNSEEN_SET = (
    rf"{STEERING}\xad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b"
    r"\u2060-\u2065\u206a-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    r"\U000e0000-\U000e0fff"
)
_UNSEEN = re.compile(f"[{_UNSEEN_SET}]")
_CHANGED = re.compile(rf"[\u2028\u2029{_UNSEEN_SET}]")
_LINE_BREAK = re.compile(r"[\r\u0085\u2028\u2029\x0b\x0c]")
_WORD = re.compile(r"\w+")
# What parts the words of an ASCII text, each character as a space.
_GAPS = "".join(chr(n) if _WORD.match(chr(n)) else " " for n in range(128))
_TYPESET = "’‘“”–—…•·\xa0"
# Scripts written without spaces: kana, Han, Hangul syllables are counted by character.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_CHARACTERS_PER_WORD = 2
_LONG_WORD = 40
_EXCERPT = 300

SUPERSCRIPT = str.maketrans("0123456789-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁻")
"""Raised figures, and what stands for a minus before them, to their own signs."""


def visible(text: str) -> str:
    """Return ``text`` in NFC without control, bidirectional and other characters nobody sees.

    Line breaks of every kind become a line feed; tabs stay.
    """
    if text.isascii() and text.isprintable():
        return text
    if _CHANGED.search(text):  # seldom, and once over a text is faster than twice
        text = _UNSEEN.sub("", _LINE_BREAK.sub("\n", text.replace("\r\n", "\n")))
    return unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """Return ``text`` made visible, with each run of white space as one space."""
    seen = visible(text)
    return seen if _is_tidy(seen) else " ".join(seen.split())


def tidy_lines(text: str) -> str:
    """Return ``text`` made visible, spaces collapsed within lines, empty lines dropped."""
    seen = visible(text)
    if _is_tidy(seen):
        return seen
    lines = (" ".join(line.split()) for line in seen.split("\n"))
    return "\n".join(line for line in lines if line)


def _is_tidy(text: str) -> bool:
    """Tell a line whose only white space are single spaces between words, as most are."""
    return text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " "


def words_in(text: str) -> list[str]:
    r"""Return the runs of ``\w`` in ``text``."""
    plain = _plain(text)
    if plain.isascii():  # a table takes half of the time
        return plain.translate(_GAPS).split()
    return _WORD.findall(plain)


def _plain(text: str) -> str:
    """Return ``text`` with a space for what alone keeps most texts from being ASCII."""
    if not text.isascii():
        for mark in _TYPESET:
            text = text.replace(mark, " ")
    return text


def count_words(text: str) -> int:
    """Return how many words a reader would count; unspaced scripts count two characters a word."""
    text = _plain(text)
    if text.isascii():
        return len(words_in(text))
    if not _UNSPACED.search(text):
        return sum(len(words_in(line)) for line in text.split("\n"))
    rest, unspaced = _UNSPACED.subn(" ", text)
    return len(_WORD.findall(rest)) + unspaced // _CHARACTERS_PER_WORD


def has_words(text: str, fewest: int) -> bool:
    """Tell whether a reader would count ``fewest`` words; a long text is not counted to its end."""
    return count_words(text[: _LONG_WORD * fewest]) >= fewest or count_words(text) >= fewest


def smuggled(text: str) -> list[HiddenText]:
    """Return what ``text`` hides in tag characters and under right-to-left overrides."""
    if text.isascii() or not _may_smuggle(text):
        return []
    tags = (
        "".join(chr(ord(character) - 0xE0000) for character in run.group())
        for run in _TAG_RUN.finditer(_FLAG.sub("", text))
    )
    overrides = (one_line(run.group()) for run in _BIDI_OVERRIDE.finditer(text))
    return [
        *(_found(said, "Spelled in tag characters, which no screen shows.") for said in tags),
        *(_found(said, "Written under a bidirectional override.") for said in overrides if said),
    ]


def _may_smuggle(text: str) -> bool:
    """Tell at a glance: a pattern takes ten times as long to see that there is nothing."""
    has_overrides = any(sign in text for sign in _OVERRIDES)
    return has_overrides or _TAGGED in text.encode("utf-8", "surrogatepass")


def _found(text: str, reason: str) -> HiddenText:
    return HiddenText(kind=HiddenKind.BIDI, text=text[:_EXCERPT], reason=reason)
