"""Similarity of sentences by shared words, weighted by their rarity."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from schemas.synonyms import synonyms
from warehouse.stems import stem

FUNCTION_WORDS = frozenset(
    Path(__file__).with_name("function_words.txt").read_text("utf-8").split()
)
"""English words that do not indicate the topic of a text."""

FILLER = tuple(Path(__file__).with_name("filler.txt").read_text("utf-8").splitlines())
"""Phrases of questions that do not indicate their subject, as regular expressions."""

_FILLER = re.compile(rf"\b(?:{'|'.join(FILLER)})\b", re.IGNORECASE)
_WORD = re.compile(r"\d+(?:[.,]\d+)*|\w+")


class TextSimilarity:
    """Compares sentences by their words; ``texts`` determine how rare each word is.

    A word's weight is its inverse document frequency (Spärck Jones 1972), so words that are in
    every text hardly count.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        found = [stems(text) for text in texts]
        self._texts = len(found)
        self._frequency = Counter(one for words in found for one in words)

    def share(self, sentence: str, text: str) -> float:
        """Return the share of a sentence's weight that a text contains, from 0 to 1."""
        asked, have = stems(sentence), stems(text)
        # Exact sums do not depend on the order of a set.
        whole = math.fsum(map(self._weight, asked))
        return math.fsum(map(self._weight, asked & have)) / whole if whole else 0.0

    def _weight(self, word: str) -> float:
        return math.log((2 + self._texts) / (1 + self._frequency[word]))


def stems(text: str) -> set[str]:
    """Return the stems of a text's words, and its numbers."""
    return {stem(w) if w.isalpha() else w for w in _WORD.findall(text.casefold())}


def topics(text: str) -> list[tuple[str, ...]]:
    """Return the words and phrases that a text is about, each with its synonyms.

    Filler such as "what went wrong with" is left out, unless there is nothing else.
    """
    parts = synonyms().split(_FILLER.sub(" ", text)) or synonyms().split(text)
    return [one for one in parts if one[0].casefold() not in FUNCTION_WORDS] or parts
