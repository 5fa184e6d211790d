"""Lines of type as running text: split words made whole, ligatures spelled. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterable

from casebook.extractors.characters import one_line

_LIGATURES = {ord(c): unicodedata.normalize("NFKC", c) for c in "ﬀﬁﬂﬃﬄﬅﬆ"}
_LAST_WORD = re.compile(r"([\w'’-]*\w)[-\ufffe\u00ad\u2010]$")
_FIRST_WORD = re.compile(r"[\w'’]+(?:-\w+)*")
_WORD = re.compile(r"\w[\w'’]*(?:-\w+)*")
_EDGES = "\ufffe\u00ad\u2010"
_LONGEST_WORD = 80


def ends_in_word(line: str) -> bool:
    """Tell a line that ends in the middle of a word. pdfium writes such a hyphen as U+FFFE."""
    last = line[-1:]
    return (last == "-" and line[-2:-1].isalpha()) or (bool(last) and last in _EDGES)


def spelled(text: str) -> str:
    """Return ``text`` with its ligatures as letters."""
    return text if text.isascii() else text.translate(_LIGATURES)


def vocabulary(lines: Iterable[str]) -> frozenset[str]:
    """Return the words that stand unbroken within the lines, in lower case."""
    return frozenset(
        word for line in lines for word in _WORD.findall(spelled(line.rstrip("-" + _EDGES)).lower())
    )


def join_lines(lines: Iterable[str], known: Collection[str] = ()) -> str:
    """Return lines as one text.

    A word split at a line end becomes whole. Its hyphen stays where the document writes the word
    with one elsewhere (``known``), after a part that has one itself ("state-of-the-", "art"), and
    before a capital or a digit ("GPT-", "4").
    """
    parts = [""]
    for raw in lines:
        line = spelled(raw).strip()
        last = parts[-1]
        if not ends_in_word(last):
            parts.append(line)
        elif line[:1].islower() and not _keeps_hyphen(last, line, known):
            parts[-1] = last[:-1] + line
        else:
            parts[-1] = last[:-1] + "-" + line
    return one_line(" ".join(parts).replace("\ufffe", "-"))


def _keeps_hyphen(text: str, line: str, known: Collection[str]) -> bool:
    before, after = _LAST_WORD.search(text[-_LONGEST_WORD:]), _FIRST_WORD.match(line)
    if before is None or after is None:
        return False
    first, second = before[1].lower(), after[0].lower()
    if first + second in known:
        return False
    return f"{first}-{second}" in known or "-" in first
