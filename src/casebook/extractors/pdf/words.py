"""Lines of type as running text: split words made whole, ligatures spelled. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterable

from casebook.extractors.text.characters import one_line

MEANINGLESS = re.compile(r"[\ufffd\ue000-\uf8ff\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
"""What stands for a glyph without a meaning: replacement, private use, control characters."""

ITEM = re.compile(r"(?:[•●▪■◦‣·*–-]|\(?\d{1,2}[.)]|\(?[a-z]\)|\[\d{1,3}\])\s+\S")
"""The beginning of a point of a list."""

_SENTENCE_ENDS = (".", "!", "?", ":", "…", "。", "．", "！", "？", "：", "؟", "۔")
CLOSING = "'\"”’)]」』）"
"""What may stand behind the end of a sentence."""

_LIGATURE = re.compile(r"[\ufb00-\ufb06]")
# Of the line read backwards: from its front, each of its words would be tried as the last one.
_LAST_WORD = re.compile(r"[-\ufffe\u00ad\u2010](\w[\w'’-]*)")
_FIRST_WORD = re.compile(r"[\w'’]+(?:-\w+)*")
_WORD = re.compile(r"\w[\w'’]*(?:-\w+)*")
_LEADER_ENDS = frozenset(".…·ivxlcIVXLC")
_LEADER = re.compile(r"(?:\s*[.·…]){4,}\s*(?:\d{1,4}|[ivxlc]{1,6})?\s*$", re.IGNORECASE)
# Kana, Han, and their punctuation: Chinese and Japanese have no spaces between words.
_UNSPACED = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff60]")
_HYPHENS = ("-", "\ufffe", "\u00ad", "\u2010")
_BROKEN = re.compile("[\ufffe\u00ad\u2010]\n")
_LONGEST_WORD = 80
_FEWEST_LETTERS = 4
_LONGEST_LEADER = 400


def ends_in_word(line: str) -> bool:
    """Tell a line that ends in the middle of a word. pdfium writes such a hyphen as U+FFFE."""
    if not line.endswith(_HYPHENS):
        return False
    return line[-1] != "-" or line[-2:-1].isalpha()


def ends_sentence(text: str) -> bool:
    """Tell a text whose last sentence is over."""
    return text.rstrip(CLOSING).endswith(_SENTENCE_ENDS)


def has_no_capitals(letter: str) -> bool:
    """Tell a letter of a script that has no capitals, with which any sentence may go on."""
    return letter.isalpha() and letter.lower() == letter.upper()


def spelled(text: str) -> str:
    """Return ``text`` with its ligatures as letters."""
    if text.isascii():
        return text
    return _LIGATURE.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)


def leader_of(line: str) -> str:
    """Return the dots and the page after an entry of a table of contents, if it has them."""
    last = line[-1:]
    if not (last.isdecimal() or last in _LEADER_ENDS) or not has_dots(line):
        return ""
    found = _LEADER.search(line, max(0, len(line) - _LONGEST_LEADER))
    return found.group() if found else ""


def has_dots(text: str) -> bool:
    """Tell what may be an entry of a table of contents: dots lead from its title to its page."""
    return ". . ." in text or "...." in text or "……" in text or "· · ·" in text


def vocabulary(lines: Iterable[str]) -> frozenset[str]:
    """Return the words that stand unbroken within the lines, in lower case."""
    found: set[str] = set()
    whole: list[str] = []
    broken = False
    for line in lines:
        ends = ends_in_word(line)
        if broken or ends:
            words = _words(line)
            found.update(words[broken : len(words) - ends])
        else:
            whole.append(line)
        broken = ends
    # What stands between spaces comes often; each is taken apart once, if it is more than a word.
    return frozenset(found.union(_words(" ".join(set(" ".join(whole).split())))))


def _words(text: str) -> list[str]:
    return _WORD.findall(spelled(text).lower())


def join_lines(lines: Iterable[str], known: Collection[str] = ()) -> str:
    """Return lines as one text.

    A word split at a line end becomes whole. Its hyphen stays where the document writes the word
    with one elsewhere, or both parts alone and never the whole (``known``), after a part that has
    one itself ("state-of-the-", "art"), and before a capital or a digit ("GPT-", "4"). Chinese and
    Japanese lines join without a space.
    """
    rows = [line.strip() for line in lines]
    text = spelled("\n".join(rows))
    spaced = text.isascii() or not _UNSPACED.search(text)
    if spaced and not has_dots(text) and not _is_broken(text):
        return _finished(text.replace("\n", " "))
    parts = [""]
    for line in map(_without_leader, map(spelled, rows)):
        last = parts[-1]
        if not line.isascii() and _UNSPACED.match(last[-1:]) and _UNSPACED.match(line):
            parts[-1] = last + line
        elif not ends_in_word(last):
            parts.append(line)
        elif not _keeps_hyphen(last, line, known):
            parts[-1] = last[:-1] + line
        else:
            parts[-1] = last[:-1] + "-" + line
    return _finished(" ".join(parts))


def _is_broken(text: str) -> bool:
    """Tell a text of which a line ends in a hyphen."""
    return "-\n" in text or not (text.isascii() or _BROKEN.search(text) is None)


def _without_leader(line: str) -> str:
    leader = leader_of(line)
    return line[: -len(leader)] if leader else line


def _finished(text: str) -> str:
    return one_line(text.replace("\ufffe", "-"))


def _keeps_hyphen(text: str, line: str, known: Collection[str]) -> bool:
    before, after = _LAST_WORD.match(text[: -_LONGEST_WORD - 1 : -1]), _FIRST_WORD.match(line)
    if before is None or after is None:
        return not line[:1].islower()
    written = before[1][::-1]
    first, second = written.lower(), after[0].lower()
    if first + second in known and (line[:1].islower() or written.isupper()):
        return False
    if f"{first}-{second}" in known or "-" in first or not line[:1].islower():
        return True
    parts = first, second.partition("-")[0]
    return all(len(part) >= _FEWEST_LETTERS and part in known for part in parts)
