"""What a sentence is made of: content words, numbers by value, names, negation. Pure."""

import re
from collections.abc import Iterable
from functools import cache
from itertools import pairwise

import snowballstemmer

_WORD = re.compile(r"[^\W_]+(?:[.'’\-+#][^\W_]+)*[+#]*")
_NUMBER = re.compile(
    r"(?<![\w.,])(?P<digits>\d{1,3}(?:[,\u202f\u00a0 ]\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)"
    r"\s?(?P<scale>k|m|mn|bn|b|x|%|thousand|million|billion|percent|per cent|times)?(?![\w])",
    re.IGNORECASE,
)
_SCALE = {
    "k": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "million": 1e6,
    "b": 1e9,
    "bn": 1e9,
    "billion": 1e9,
}
_NUMBER_WORDS = {
    word: float(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
} | {"twenty": 20.0, "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "hundred": 100.0}
# "one" is mostly a pronoun, and "zero" an adjective: neither counts as a stated number.
_COUNTED_WORDS = {word: v for word, v in _NUMBER_WORDS.items() if word not in {"zero", "one"}}
_NEGATION = re.compile(
    r"\b(?:no|not|never|none|nobody|nothing|neither|nor|without|cannot|hardly|n[o’']t)\b|n['’]t\b",
    re.IGNORECASE,
)
_STOP = frozenset(
    """
    a an and are as at be been being but by can could did do does for from had has have
    having he her his how i if in into is it its itself just may might more most much must
    my of off on only or our ours out over own same she should so some such than that the
    their them themselves then there these they this those through to too under until up
    us very was we were what when where which while who whom why will with would you your
    yours also about after again against all am any because before below between both
    during each few further here once other s t
    """.split()
)
_INNER_CAPITAL = re.compile(r"[A-Z].*|.*[a-z][A-Z].*|.*\d.*[A-Za-z].*|.*[A-Za-z].*\d.*")


@cache
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@cache
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("english")


def words(text: str) -> list[str]:
    """Return the words of ``text`` as written, in order."""
    return _WORD.findall(text)


def content_stems(text: str) -> set[str]:
    """Return the stems (Snowball, English) of the words that carry meaning, lower case."""
    lowered = (word.casefold() for word in words(text))
    return {_stem(word) for word in lowered if word not in _STOP}


def number_sequence(text: str) -> list[float]:
    """Return the values of the numbers in ``text``, in order: "12k" and "12,000" are 12000.0."""
    found = [(m.start(), _value(m)) for m in _NUMBER.finditer(text)]
    found += [
        (m.start(), _COUNTED_WORDS[m[0].casefold()])
        for m in _WORD.finditer(text)
        if m[0].casefold() in _COUNTED_WORDS
    ]
    return [value for _, value in sorted(found)]


def numbers(text: str) -> set[float]:
    """Return the values of the numbers in ``text``, each once."""
    return set(number_sequence(text))


def _value(found: re.Match[str]) -> float:
    digits = re.sub(r"[,\u202f\u00a0 ](?=\d{3})", "", found["digits"]).replace(",", ".")
    return round(float(digits) * _SCALE.get((found["scale"] or "").lower(), 1.0), 6)


def names(text: str) -> set[str]:
    """Return the words that look like names: capitalised inside a sentence, or of mixed form.

    The first word counts only if its form is mixed (``vLLM``, ``GPT-4``, ``AWS``), because any
    sentence starts with a capital.
    """
    found = set()
    for place, word in enumerate(words(text)):
        mixed = (
            bool(_INNER_CAPITAL.fullmatch(word[1:]))
            if word[:1].isupper()
            else bool(re.fullmatch(r".*[A-Z].*", word))
        )
        capital = word[:1].isupper() and place > 0 and word.casefold() not in _STOP
        if (mixed or capital) and any(c.isalpha() for c in word):
            found.add(word)
    return found


def name_key(word: str) -> str:
    """Return the form in which names are compared: no case, possessive or inner punctuation."""
    bare = re.sub(r"['’]s$", "", word)
    return re.sub(r"[^\w]", "", bare).casefold()


def name_keys(text: str) -> set[str]:
    """Return the comparison keys of every word in ``text``, and of joined neighbours."""
    keys = [name_key(word) for word in words(text)]
    parts = [name_key(part) for word in words(text) for part in re.split(r"[-.]", word)]
    joined = [a + b for a, b in pairwise(keys)]
    return {key for key in (*keys, *parts, *joined) if key}


def negations(text: str) -> int:
    """Return how many negating words ``text`` has."""
    return len(_NEGATION.findall(text))


def overlap(part: Iterable[str], whole: set[str]) -> float:
    """Return the share of ``part`` that is in ``whole``; 1.0 for an empty part."""
    asked = set(part)
    return len(asked & whole) / len(asked) if asked else 1.0
