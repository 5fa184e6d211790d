"""Stems of English words, used to match different forms of a word."""

from functools import lru_cache
from threading import Lock

from snowballstemmer import stemmer

_ENGLISH, _LOCK = stemmer("english"), Lock()


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the Snowball stem of a word in lower case."""
    with _LOCK:  # stemmers keep state
        return str(_ENGLISH.stemWord(word))
