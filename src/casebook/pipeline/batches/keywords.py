"""The words by which a curator chooses among what a list names. Pure."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from urllib.parse import unquote

_LONGEST_SHORT = 3
# What parts the words of a phrase, however it is written: "fine-tuning", /fine-tuning/, "it’s".
_JOINTS = re.compile(r"[\s_'\N{RIGHT SINGLE QUOTATION MARK}\N{MINUS SIGN}\u2010-\u2015-]+")
# Where a word begins in the midst of a name: GenAI, GraphRAG, MLOps.
_WITHIN = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LETTER = r"[^\W\d_]"


def naming(words: Sequence[str]) -> Callable[[str], bool]:
    """Return what tells whether a title with its address names one of ``words``.

    Case, spelling of letters and hyphens make no difference, and an address is read as people see
    it. A word of up to three letters stands by itself, or in its plural: "AI" is not in "maintain",
    "RAG" not in "storage", but both in GenAI and GraphRAG. A longer one, or one of a script
    without capitals, may be a part of another.
    """
    long, short = list[str](), list[re.Pattern[str]]()
    for word in filter(None, map(_folded, words)):
        if len(word) <= _LONGEST_SHORT and word != word.upper():
            short.append(_alone(word))
        else:
            long.append(word)

    def names(text: str) -> bool:
        read = unquote(text)
        told = _folded(read)
        if any(word in told for word in long):
            return True
        return any(
            word.search(form)
            for form in (told, _folded(_WITHIN.sub(" ", read)))[: 2 if short else 0]
            for word in short
        )

    return names


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _JOINTS.sub(" ", folded).strip()


def _alone(word: str) -> re.Pattern[str]:
    """Return the pattern of a word that is no part of another; behind "C++" may be anything."""
    before = f"(?<!{_LETTER})" if word[0].isalpha() else r"(?<!\w)"
    after = f"s?(?!{_LETTER})" if word[-1].isalpha() else ""
    after = r"(?!\w)" if word[-1].isdigit() else after
    return re.compile(f"{before}{re.escape(word)}{after}")
