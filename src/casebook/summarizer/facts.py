"""What a document states about itself: title, company, year, industry, stage, narrator. Pure.

Used where the model cannot be trusted with them. Each value comes with the sentence it was read
from; where the document does not say, there is no value.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from casebook.schemas.documents import Document
from casebook.schemas.taxonomy import load_taxonomy
from casebook.summarizer.company import company_of
from casebook.summarizer.proposals import FactClaim
from casebook.summarizer.ranking import load_cues
from casebook.summarizer.sentences import Sentence

_YEAR = re.compile(r"\b(20[0-4]\d)\b")


def facts_of(document: Document, sentences: Sequence[Sentence]) -> dict[str, FactClaim]:
    """Return the facts that the document states, by field name of CaseStudy."""
    cues = load_cues()
    found = {
        "title": FactClaim(value=document.title) if document.title else None,
        "company": company_of(document, sentences),
        "year": _year(document, sentences),
        "industry": _industry(document, sentences),
        "deployment": _first_of(cues.deployment, sentences),
        "narrator": _first_of(cues.narrator, sentences),
    }
    return {name: claim for name, claim in found.items() if claim is not None}


def _year(document: Document, sentences: Sequence[Sentence]) -> FactClaim | None:
    """Return the year of publication, else the year that the text itself names most."""
    if document.published:
        return FactClaim(value=str(document.published.year))
    named = [(year, s) for s in sentences for year in _YEAR.findall(s.text)]
    if not named:
        return None
    counts = Counter(year for year, _ in named)
    year = max(counts, key=lambda y: (counts[y], y))
    return FactClaim(value=year, quotes=[next(s.text for y, s in named if y == year)])


def _industry(document: Document, sentences: Sequence[Sentence]) -> FactClaim | None:
    ranked = load_taxonomy().industries_of(document.text)
    if not ranked:
        return None
    slug, _, mentions = ranked[0]
    holding = [s for m in mentions for s in sentences if s.start <= m.start < s.end]
    return FactClaim(value=slug, quotes=[holding[0].text]) if holding else None


def _first_of(
    choices: Sequence[tuple[str, str]], sentences: Sequence[Sentence]
) -> FactClaim | None:
    """Return the first choice, in order, that some sentence speaks for."""
    for value, pattern in choices:
        for sentence in sentences:
            if _compiled(pattern).search(sentence.text):
                return FactClaim(value=value, quotes=[sentence.text])
    return None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
