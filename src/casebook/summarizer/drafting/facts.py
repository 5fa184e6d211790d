"""What a document states about itself: title, company, year, industry, stage, narrator. Pure.

Used where the model cannot be trusted with them. Each value comes with the sentence it was read
from; where the document does not say, there is no value.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from casebook.schemas.documents import Document
from casebook.schemas.taxonomy import RankedIndustry, load_taxonomy
from casebook.summarizer.drafting.company import company_of
from casebook.summarizer.drafting.sections import load_cues
from casebook.summarizer.language.sentences import Sentence
from casebook.summarizer.language.wording import words
from casebook.summarizer.proposals import FactClaim

# Measured on case texts of the shared data set: of the industries told, four in five are right.
_LEAST_SCORE = 8.0
_LEAD = 1.5
# Mentions in a thousand words. Any text about systems mentions software, so that needs none.
_LEAST_DENSITY = 4.0
_SOFTWARE = "tech"
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
    """Return the industry that clearly leads.

    The site's own name is read over: it says who publishes, not what the text is about.
    """
    text = document.text
    if document.site:
        text = text.replace(document.site, " " * len(document.site))
    ranked = load_taxonomy().industries_of(text)
    if not ranked or not _leads(ranked[0], ranked[1:2], len(words(text))):
        return None
    first = ranked[0]
    holding = [s for m in first.mentions for s in sentences if s.start <= m.start < s.end]
    return FactClaim(value=first.slug, quotes=[holding[0].text]) if holding else None


def _leads(first: RankedIndustry, others: Sequence[RankedIndustry], count: int) -> bool:
    """Tell whether ``first`` leads, by score or by mentions, in a text of ``count`` words."""
    if first.score < _LEAST_SCORE:
        return False
    density = 1000 * len(first.mentions) / max(count, 1)
    by_score = all(first.score >= _LEAD * other.score for other in others)
    by_mentions = all(len(first.mentions) >= 3 * len(other.mentions) for other in others)
    spread = first.slug == _SOFTWARE or density >= _LEAST_DENSITY
    return (by_score and spread) or (by_mentions and density >= 2 * _LEAST_DENSITY)


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
