"""Compares names of products, companies and people in a statement with those in a passage."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import pairwise

from summarizer.data import table
from summarizer.quantities import quantities

# Words that can be names: Kafka, Data-Arks, GPT-4o, vLLM, S3, You.com, R&D.
_WORD = re.compile(r"[^\W_][\w&+#]*(?:[.-][\w+#]+)*(?:['’]s\b)?")
_INNER = re.compile(r".[A-Z]|[A-Za-z].*\d|\d.*[A-Z]")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;]\s+|[\"“(]\s*)$")
# Definitions of abbreviations: "Southeast Asia (SEA)" and "SEA (Southeast Asia)".
_IN_PARENTHESES = re.compile(r" ?\(([A-Z][A-Za-z\d&-]{1,9}?)s?\)")
_SHORT_LONG = re.compile(r"\b([A-Z][A-Z\d&-]{1,9})s? ?\(([^()]{3,80})\)")
_AMOUNT = re.compile(r"\d[\d.,]*[ \u00a0-]$")
_LONGEST_FORM = 80  # characters
_CAPITALS = re.compile(r"[A-Z][A-Z\d&]{1,7}")
# Languages that capitalize every noun.
_NOUNS_IN_CAPITALS = frozenset({"de", "lb"})
_LOWER_PARTS = re.compile(r"[-./][a-z]+(?![\w])")  # of AI-powered
_COMMON = frozenset(table("names")["common"])


def missing_names(
    statement: str,
    passage: str,
    known: Iterable[str],
    document: str,
    language: str | None = None,
    *,
    is_ordinary: Callable[[str], bool] = lambda _: True,
) -> list[str]:
    """Return the names in ``statement`` that are in neither ``passage`` nor ``known``.

    ``known`` are names from the title, the company, headings and speakers. An abbreviation matches
    its long form if ``document`` defines it, or if it consists of the long form's initials. The
    first word of a sentence is a name unless one of its parts ``is_ordinary``.
    """
    around = f"{passage}\n{'. '.join(known)}"
    have = _keys(around) | _abbreviated(around, document) | _COMMON
    return list(
        dict.fromkeys(
            name
            for name in _names(statement, is_ordinary, products_only=language in _NOUNS_IN_CAPITALS)
            if not (
                _key(name) in have
                or _part_keys(_LOWER_PARTS.sub("", name)) <= have
                or _has_initials(name, around)
            )
        )
    )


def _names(text: str, is_ordinary: Callable[[str], bool], *, products_only: bool) -> Iterable[str]:
    """Yield the names in a text: capitalized words, and products even in lower case."""
    for match in _WORD.finditer(text):
        word = re.sub(r"['’]s$", "", match[0])
        is_first = bool(_SENTENCE_START.search(text[: match.start()]))
        is_product = bool(_INNER.search(word)) and not word[0].isdigit()
        is_unit = bool(_AMOUNT.search(text[: match.start()]))  # 10 GB
        if word.casefold() in _COMMON or is_unit or not (is_product or word[0].isupper()):
            continue
        parts = re.split(r"[-./]", word.casefold())
        is_first = is_first and (any(map(is_ordinary, parts)) or bool(quantities(word)))
        if is_product or not (is_first or products_only):
            yield word


def _key(word: str) -> str:
    key = "".join(c for c in word.casefold() if c.isalnum())
    return key[:-1] if len(key) > 3 and key.endswith("s") else key  # noqa: PLR2004 - keeps "AWS"


def _part_keys(word: str) -> frozenset[str]:
    return frozenset(_key(part) for part in re.split(r"[-./]", word) if part)


def _keys(text: str) -> set[str]:
    words = [re.sub(r"['’]s$", "", match[0]) for match in _WORD.finditer(text)]
    joined = (first + second for first, second in pairwise(words))
    return {_key(w) for w in (*words, *joined)} | {p for w in words for p in _part_keys(w)}


def _abbreviated(text: str, document: str) -> set[str]:
    """Return the keys of abbreviations whose long forms are in ``text``, and vice versa."""
    have = _keys(text)
    found: set[str] = set()
    for short, long in _abbreviations(document):
        words = _keys(long)
        if _key(short) in have:
            found |= words
        if words <= have:
            found.add(_key(short))
    return found


@lru_cache(maxsize=4)
def _abbreviations(document: str) -> tuple[tuple[str, str], ...]:
    """Return the abbreviations that a document defines, as (short, long)."""
    pairs = [
        (m[1], document[max(0, m.start() - _LONGEST_FORM) : m.start()])
        for m in _IN_PARENTHESES.finditer(document)
    ]
    pairs += [(m[1], m[2]) for m in _SHORT_LONG.finditer(document)]
    forms = ((short, _long_form(short, words)) for short, words in pairs)
    return tuple((short, long) for short, long in forms if long)


def _long_form(short: str, words: str) -> str:
    """Return the end of ``words`` that spells out ``short``, or an empty string.

    Its words contain the letters of ``short`` in order, and the first letter starts a word
    (Schwartz and Hearst, 2003).
    """
    letters, place = [c.casefold() for c in short if c.isalnum()], len(words)
    text = words.casefold()
    for n, letter in reversed(list(enumerate(letters))):
        place = text.rfind(letter, 0, place)
        while n == 0 and place > 0 and text[place - 1].isalnum():
            place = text.rfind(letter, 0, place)
        if place < 0:
            return ""
    return words[place:]


def _has_initials(name: str, text: str) -> bool:
    """Return whether ``name`` is an abbreviation made of the initials of words in ``text``."""
    if not _CAPITALS.fullmatch(name):
        return False
    parts = (part for match in _WORD.finditer(text) for part in match[0].split("-"))
    initials = "".join(part[0].casefold() for part in parts if part)
    return name.replace("&", "").casefold() in initials
