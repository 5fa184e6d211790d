"""The strategy for small models: code selects sentences of the source for each section.

Cues label sentences better than small models, so all statements and facts are found by cues.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import log2

from schemas.cases import FactName, Origin, Section
from schemas.errors import AnswerInvalid
from schemas.sources import Document
from schemas.taxonomy import PRODUCTS
from summarizer.claims import stated_by
from summarizer.drafts import Claim, Draft, FactClaim, TagClaim
from summarizer.measures import measure_in
from summarizer.mentions import industry_cues, terms_in
from summarizer.profiles import Strategy
from summarizer.sentences import Sentence, sentences_of, words
from summarizer.strategies.company import company_of
from summarizer.strategies.cues import has_any, load_cues
from summarizer.strategies.ranking import Pick, Votes, candidates, filled, opening

# Tuned on one half of 1,182 published cases; on the other half, 82 % of the results are right.
_LEAST_SCORE, _LEAD = 4.0, 1.5
_FEW = 2  # sections with no more sentences give none to the summary
# Mentions per thousand words; not needed for software, which any text about systems mentions.
_LEAST_DENSITY, _SOFTWARE, _OPENING = 2.0, "tech", 1_000


def propose(document: Document, reason: str, votes: Votes | None = None) -> Draft:
    """Return the sentences of ``document`` that match each section, in order, each once.

    Sentences that a model chose, by its ``votes``, come before those that only code chose.

    Raises:
        AnswerInvalid: if no sentence matches any section.
    """
    sentences = sentences_of(document)
    weighed = candidates(sentences, document.title, votes)
    picked = filled(weighed)
    taken = {start for picks in picked.values() for one in picks for start in one.starts}
    leads = [p for p in weighed if p.section is Section.ABSTRACT and not p.starts & taken]
    spare = [one for picks in picked.values() if len(picks) > _FEW for one in picks]
    summary = opening(spare + leads)
    used = {start for one in summary for start in one.starts}
    rest = filled([one for one in weighed if not one.starts & used])
    chosen = [one for picks in rest.values() for one in picks]
    order = [*Section]
    chosen.sort(key=lambda p: (order.index(p.section), p.excerpt.sentence.start))
    if not chosen:
        raise AnswerInvalid(
            "the cues for small models, which are English and some German, match no sentence of "
            "the source; if it is a case study, use a larger model"
        )
    summary = [one._replace(section=Section.ABSTRACT) for one in summary]
    return Draft(
        strategy=Strategy.GUIDED,
        strategy_reason=reason,
        facts=tuple(_facts(document, sentences)),
        claims=tuple(map(_claim, (*summary, *chosen))),
        tags=tuple(_tags([one.excerpt.text for one in (*summary, *chosen)])),
    )


def _claim(pick: Pick) -> Claim:
    text, is_result = pick.excerpt.text, pick.section is Section.RESULTS
    origin = Origin.SOURCE if pick.is_voted else Origin.SELECTED
    measure = measure_in(text) if is_result else None
    return Claim(section=pick.section, text=text, quotes=(text,), origin=origin, measure=measure)


def _tags(texts: Sequence[str]) -> Iterator[TagClaim]:
    """Yield the techniques, tools and models mentioned in the chosen sentences, each once."""
    named = [(term, text) for text in texts for term in terms_in(text)]
    for term, text in {term.slug: (term, text) for term, text in reversed(named)}.values():
        if term.group in {"technique", *PRODUCTS}:
            yield TagClaim(name=term.label, group=term.group, quotes=(text,))


def _facts(document: Document, sentences: Sequence[Sentence]) -> list[FactClaim]:
    cues = load_cues()
    found = [company_of(document, sentences), _industry(document, sentences)]
    found.append(_first("stage", cues.stage, sentences))
    found.append(_first("narrator", cues.narrator, sentences))
    return [*stated_by(document), *filter(None, found)]


def _industry(document: Document, sentences: Sequence[Sentence]) -> FactClaim | None:
    """Return the industry with the most cues, if it clearly leads and they are dense enough.

    A cue counts by the logarithm of its mentions, and twice if it is in the opening. The site's
    name does not count, since it describes the publisher and not the subject.
    """
    site = document.site or "\0"
    text = document.text.replace(site, " " * len(site))
    starts: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for slug, start, end in industry_cues().mentions(text):
        starts[slug][text[start:end].lower()].append(start)
    scores = {
        slug: sum((1 + log2(len(at))) * (2 if at[0] < _OPENING else 1) for at in cues.values())
        for slug, cues in starts.items()
    }
    first, second = [*sorted(scores, key=lambda s: -scores[s]), "", ""][:2]
    places = [start for at in starts[first].values() for start in at]
    is_dense = first == _SOFTWARE or 1000 * len(places) >= _LEAST_DENSITY * len(words(text))
    least = max(_LEAST_SCORE, _LEAD * scores.get(second, 0))
    naming = [s.text for s in sentences if any(s.start <= start < s.end for start in places)]
    if scores.get(first, 0) < least or not is_dense or not naming:
        return None
    return FactClaim(name="industry", value=first, quotes=(naming[0],), inferred=True)


def _first(
    name: FactName, choices: Sequence[tuple[str, str]], sentences: Sequence[Sentence]
) -> FactClaim | None:
    """Return the first of ``choices`` whose pattern matches a sentence."""
    found = (
        FactClaim(name=name, value=value, quotes=(sentence.text,), inferred=True)
        for value, pattern in choices
        for sentence in sentences
        if has_any([pattern], sentence.text)
    )
    return next(found, None)
