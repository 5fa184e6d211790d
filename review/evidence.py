"""A curator's statements, facts and tags, checked like a model's: quotes, numbers and names."""

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise

from extractors.blocks import sentences
from schemas.cases import Evidence, Fact, Match, Measure, Origin, Statement, Support, Tag
from schemas.cases import SupportLevel as Level
from schemas.errors import InvalidDecision
from schemas.sources import Document, Passage
from schemas.taxonomy import Taxonomy, Term
from summarizer.checks import Checker
from summarizer.mentions import names_of
from warehouse.stems import stem

_ABOVE_DOUBT = frozenset({Level.VERIFIED, Level.UNVERIFIED})  # verbatim statements need no more
_WORD = re.compile(r"\w{4,}|\d+")
_WRITTEN = frozenset({"company", "year"})  # facts whose value is in the source verbatim


def located(quote: str, checker: Checker, document: Document) -> tuple[Evidence, ...]:
    """Return a curator's quotes (one per line), extended to whole sentences.

    Raises InvalidDecision if one is not in the source.
    """
    evidence = checker.find([line for line in quote.splitlines() if line.strip()])
    if not evidence or any(found.match is Match.MISSING for found in evidence):
        raise InvalidDecision("the quote is not in the source; copy it from the source text")
    return tuple(_in_sentences(found, document) for found in evidence)


def joined(before: Sequence[Evidence], more: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return the quotes in the source that are not part of another; by default ``before``."""
    places = {(one.start, one.end or 0): one for one in (*before, *more) if one.start is not None}
    kept = [
        one
        for (start, end), one in places.items()
        if not any(a <= start and end <= b and (a, b) != (start, end) for a, b in places)
    ]
    return tuple(kept) or tuple(before)


def reworded(
    before: Statement,
    checker: Checker,
    text: str,
    more: tuple[Evidence, ...] = (),
    *,
    measure: Measure | None = None,
    rests_on: Sequence[str] = (),
) -> Statement:
    """Return a statement with a curator's ``text`` and ``more`` quotes.

    ``rests_on`` are the texts of the statements that support a summary sentence.
    """
    evidence = joined(before.evidence, more)
    measure = measure or before.measure
    is_same = (text, measure) == (before.text, before.measure)
    origin = before.origin if is_same else Origin.CURATOR
    support = checker.support(text, evidence, measure, origin)
    if rests_on:
        support = checker.abstract_support(text, [*rests_on, *(one.quote for one in evidence)])
    if any(_is_unrelated(text, one) for one in more) and support.level in _ABOVE_DOUBT:
        support = Support(level=Level.DOUBTFUL, reason="An added quote shares no word with it.")
    return before.model_copy(
        update={
            "text": text,
            "evidence": evidence,
            "measure": measure,
            "origin": origin,
            "support": support,
        }
    )


def new_fact(
    before: Fact,
    value: str,
    checker: Checker,
    document: Document,
    *,
    who: str,
    more: tuple[Evidence, ...] = (),
) -> Fact:
    """Return the fact with a curator's ``value``, which entering it confirms.

    Without a new quote, the former quotes stay if they show the value; otherwise the first sentence
    that names it is quoted.
    """
    evidence = joined(_fitting(before, value, checker, document), more)
    support = Support(level=Level.UNVERIFIED, reason=f"Set by {who}.")
    if not evidence and before.name != "title":
        support = Support(level=Level.DOUBTFUL, reason="No quote shows it.")
    elif before.name in _WRITTEN:
        support = checker.value_support(value, evidence)
    support = support.model_copy(update={"confirmed_by": who})
    return Fact(name=before.name, value=value, evidence=evidence, support=support)


def new_tag(
    term: Term, quote: str | None, checker: Checker, document: Document, taxonomy: Taxonomy
) -> Tag:
    """Return the tag for ``term`` with a quote, by default the sentence that names it."""
    places = (
        m.start for m in names_of(taxonomy.terms).mentions(document.text) if m.slug == term.slug
    )
    naming = filter(None, (sentence_at(place, document) for place in places))
    if not (shown := quote or next(naming, None)):
        raise InvalidDecision(
            f"the source does not name {term.label}: give the quote that shows it"
        )
    evidence = located(shown, checker, document)
    support = checker.quote_support(evidence)
    return Tag(
        slug=term.slug, label=term.label, group=term.group, evidence=evidence, support=support
    )


def _is_unrelated(text: str, quote: Evidence) -> bool:
    """Return whether a quote shares no word (in any form) or number with a text."""
    ours, theirs = (set(map(stem, _WORD.findall(one.casefold()))) for one in (text, quote.quote))
    return bool(ours) and not ours & theirs


def _sentence_spans(passage: Passage, document: Document) -> list[tuple[int, int]]:
    """Return the spans of a passage's sentences, each with the white space after it."""
    parts = sentences(document.passage_text(passage), document.language or "en")
    return [*pairwise(accumulate(map(len, parts), initial=passage.start))]


def _in_sentences(found: Evidence, document: Document) -> Evidence:
    """Return the evidence extended to whole sentences."""
    passage = document.passage_at(found.start or 0)
    if found.start is None or found.end is None or passage is None:
        return found
    spans = _sentence_spans(passage, document)
    touched = [span for span in spans if span[1] > found.start and span[0] < found.end]
    words = document.text[touched[0][0] : touched[-1][1]]
    start = touched[0][0] + len(words) - len(words.lstrip())
    end = max(start + len(words.strip()), found.end)
    quote = document.text[start:end]
    changes = {"quote": quote, "start": start, "end": end, "match": Match.EXACT, "score": 1.0}
    return found.model_copy(update=changes)


def sentence_at(offset: int, document: Document) -> str | None:
    """Return the sentence at an offset, None outside the passages."""
    passage = document.passage_at(offset)
    spans = _sentence_spans(passage, document) if passage else ()
    return next((document.text[a:b].strip() for a, b in spans if offset < b), None)


def _fitting(
    before: Fact, value: str, checker: Checker, document: Document
) -> tuple[Evidence, ...]:
    found = tuple(evidence for evidence in before.evidence if evidence.start is not None)
    if before.name not in _WRITTEN:
        return found
    if fitting := tuple(e for e in found if value.casefold() in e.quote.casefold()):
        return fitting
    # Unlike casefold, lower case keeps offsets for all but a few letters.
    sentence = sentence_at(document.text.lower().find(value.lower()), document)
    return checker.find([sentence]) if sentence else ()
