"""Compares a sentence with the sentences of a source and with the statements of its case."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from publishing.conversion import published_case, quotes
from publishing.reports.quantifiers import amounts
from publishing.similarity import TextSimilarity
from schemas.cases import Match
from schemas.reviews import CaseView
from summarizer.names import missing_names
from summarizer.quantities import missing_numbers
from summarizer.quotes import QuoteFinder, comparable, evidence_at
from summarizer.sentences import sentences_of

SAME = 100
"""The likeness of the same words."""

LEAST = 55
"""The likeness from which a sentence counts as stated differently.

Set on half of ``benchmarks/attributions.jsonl``: 13 of 15 rewordings are found there, and none of
15 sentences on the same subjects that the sources do not contain; in the other half 13 and none.
"""

_NEGATION = re.compile(
    r"(?i)\b(?:not|cannot|never|no|none|nobody|nothing|neither|nor|without)\b|n[’']t\b"
)


class Place(NamedTuple):
    """A text that resembles a sentence; ``n`` is the number of its statement, 0 without one.

    ``shown`` has its words, likeness and differences, and for the source's own words a quote.
    """

    n: int
    shown: dict[str, Any]


def places_of(view: CaseView, sentence: str, likeness: TextSimilarity) -> Iterator[Place]:
    """Yield the sentence of a source and the statements of its case that resemble a sentence."""
    document, sources = view.document, dict[str, dict[str, Any]]()
    texts = {one.text: one.n for one in published_case(view).statements}
    exact = [one for one in QuoteFinder(document).find(sentence) if one.match is Match.EXACT]
    near = exact or [evidence_at(document, one.start, one.end) for one in sentences_of(document)]
    if best := max(near, key=lambda one: likeness.share(sentence, one.quote), default=None):
        (quote,) = quotes(document, [best])
        sources[best.quote] = {"quotes": [quote.model_dump()]}
    for text in dict.fromkeys((*texts, *sources)):
        asked, have = comparable(sentence).strip(" .!?'\""), comparable(text)
        share = min(round(100 * likeness.share(sentence, text)), SAME - 1)
        if (score := SAME if asked in have else share) >= LEAST:
            compared = {"likeness": score, "differences": differences(view, sentence, text)}
            yield Place(texts.get(text, 0), {"words": text, **sources.get(text, {}), **compared})


def differences(view: CaseView, sentence: str, text: str) -> list[str]:
    """Return the numbers, names, negations and amounts that only one of the texts has."""
    document, company = view.document, view.revision.study.fact("company").value or ""
    lacking = missing_numbers(sentence, text, document.language)
    lacking += missing_names(sentence, text, [company], document.text, document.language)
    lacking += [*_missing_words(sentence, text)]
    other = [*missing_numbers(text, sentence, document.language), *_missing_words(text, sentence)]
    return [f"not here: {one}" for one in lacking] + [f"only here: {one}" for one in other]


def _missing_words(text: str, other: str) -> Iterator[str]:
    """Yield a negation if a text has more of them than the other one, and its other amounts."""
    found, known = (_NEGATION.findall(one.lower()) for one in (text, other))
    if len(found) > len(known):
        yield next((one for one in found if one not in known), found[0])
    levels = amounts(other)
    yield from (word for kind, word in amounts(text).items() if kind not in levels)
