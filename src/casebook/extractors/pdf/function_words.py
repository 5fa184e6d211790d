"""Whether a text reads as a language, by the small words that every language repeats.

Fonts may state other letters than they show: Cyrillic as the Western letters that had its codes, an
alphabet that was shuffled against copying. Their text looks like words and means nothing.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from functools import cache

_ENGLISH = frozenset(
    "a an and are as at be by can for from has have in is it not of on or that the this to was we "
    "were which will with you".split()
)
_COMMON = ("German", "French", "Spanish", "Portuguese", "Italian", "Dutch", "Russian", "Polish")
_LONGEST = 5
"""Letters of a small word."""

_FEWEST_KNOWN = 60
"""Small words of a language, of which too few are known else."""

_SAMPLE = 20_000
_FEWEST = 100
"""Words, of a text that can be told."""

_SHARE = 0.12
"""Of the words, the small ones: 757 documents have .15 and more, nine in ten shuffled ones less."""

_FEWEST_SMALL = 5
"""Different ones, for noise may be a word of some language."""

_PROSE, _NEARLY_ALL = 0.6, 0.95
"""Of all signs, the letters; and of these, those of alphabets whose small words are known."""

_ALPHABETS_END = 0x530
"""Latin, Greek and Cyrillic stand before it, with spaces between their words."""

_VOWELS = frozenset("aeiouyæœøıəɛɔʉɨαεηιουωаеёиоуыэюяіїєѣөүәӯ")
_FEWEST_VOWELS, _MOST_VOWELS = 0.32, 0.6
"""Of all letters."""

_SPOKEN, _LONG = 0.96, 4
"""Of the words of so many letters and more, those with a vowel: 131 of 135 languages without a
list here have both, and one in fifteen shuffled alphabets."""

_WORD = re.compile(r"(?<![\w@/.\\-])[^\W\d_]+(?![\w@/\\])")


def is_no_language(text: str) -> bool:
    """Tell a text of words that nobody can speak, with the small words of no known language.

    Slides, indices and lists of names have no small words, and hundreds of languages have others
    than those known; they have vowels.
    """
    text = text[:_SAMPLE]
    quick = text.lower().split()
    if len(quick) < _FEWEST or _share(quick, _ENGLISH) >= _SHARE or not _is_alphabetic(text):
        return False
    words = _WORD.findall(text.lower())
    if len(words) < _FEWEST or _can_be_spoken(words):
        return False
    return all(_share(words, known) < _SHARE for known in _languages())


def is_language(text: str) -> bool:
    """Tell a text, however short, with several of the small words of a known language."""
    words = _WORD.findall(text[:_SAMPLE].lower())
    return any(
        _share(words, known) >= _SHARE and len(known.intersection(words)) >= _FEWEST_SMALL
        for known in (_ENGLISH, *_languages())
        if words
    )


def _can_be_spoken(words: Sequence[str]) -> bool:
    vowels = [[_is_vowel(letter) for letter in word] for word in words]
    share = sum(map(sum, vowels)) / sum(map(len, words))
    long = [told for told in vowels if len(told) >= _LONG]
    spoken = sum(map(any, long)) >= _SPOKEN * len(long)
    return spoken and _FEWEST_VOWELS <= share <= _MOST_VOWELS


@cache
def _is_vowel(letter: str) -> bool:
    return unicodedata.normalize("NFD", letter)[0] in _VOWELS


def _share(words: Sequence[str], known: Collection[str]) -> float:
    return sum(map(known.__contains__, words)) / len(words)


def _is_alphabetic(text: str) -> bool:
    """Tell a text that is mostly letters of alphabets whose small words are known."""
    signs = text.translate(_BLANKS)
    letters = [ord(sign) for sign in signs if sign.isalpha()]
    known = sum(letter < _ALPHABETS_END for letter in letters)
    return known >= max(_PROSE * len(signs), _NEARLY_ALL * len(letters))


_BLANKS = dict.fromkeys(map(ord, " \t\r\n\xa0"))


def _languages() -> Iterator[frozenset[str]]:
    """Yield the small words of each language, the common ones first, as far as is asked."""
    import justext  # only where a text is not English: a twentieth of a second

    names = justext.get_stoplists()
    for name in sorted(names, key=lambda name: (name not in _COMMON, name)):
        if known := _small_words(name):
            yield known


@cache
def _small_words(language: str) -> frozenset[str]:
    """Return the small words of a language; none where it is written in another script."""
    import justext

    known = frozenset(word for word in justext.get_stoplist(language) if len(word) <= _LONGEST)
    letters = "".join(known)
    alphabetic = sum(ord(letter) < _ALPHABETS_END for letter in letters) > len(letters) / 2
    return known if alphabetic and len(known) >= _FEWEST_KNOWN else frozenset()
