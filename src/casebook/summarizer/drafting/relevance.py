"""How near each sentence is to what is asked about a field, beside its cues: BM25. Pure.

Robertson and Zaragoza (2009) over the stems of the document's sentences. The query is the field's
question with the plain words of its cues: a question alone shares few words with its answers.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from casebook.summarizer.drafting.sections import FieldCues, load_cues
from casebook.summarizer.language.sentences import Sentence
from casebook.summarizer.language.wording import STOP, stem, words

_K1, _B = 1.2, 0.75
# A plain word of a pattern, or the beginning of one: "retriev" of "retriev\w*", no "\bw".
_PLAIN = re.compile(r"(?<![\\\w])[a-z]{4,}")


def relevance(sentences: Sequence[Sentence]) -> Mapping[str, Sequence[float]]:
    """Return for each field the score of each sentence, as a share of the document's best."""
    texts = [_stems(sentence.text) for sentence in sentences]
    fields = load_cues().fields
    if not any(texts):
        return {name: [0.0] * len(texts) for name in fields}
    import bm25s

    index = bm25s.BM25(k1=_K1, b=_B, method="lucene")
    index.index(texts, show_progress=False)
    told = {}
    for name in fields:
        scores = [float(score) for score in index.get_scores(list(_query(name)))]
        best = max(scores) or 1.0
        told[name] = [score / best for score in scores]
    return told


@cache
def _query(name: str) -> tuple[str, ...]:
    field = load_cues().fields[name]
    return tuple(dict.fromkeys([*_stems(field.question), *cue_words(field)]))


def cue_words(field: FieldCues) -> list[str]:
    """Return the plain words of a field's patterns, by stem."""
    patterns = " ".join((*field.strong, *field.light))
    return sorted({stem(word) for word in _PLAIN.findall(patterns)} - STOP)


def _stems(text: str) -> list[str]:
    """Return the stems of the words that carry meaning, with repeats."""
    return [stem(word.lower()) for word in words(text) if word.lower() not in STOP]
