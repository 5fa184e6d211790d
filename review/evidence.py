"""A curator's own words, checked by the code that checks a model's: quotes, numbers, names."""

from collections.abc import Sequence

from extractors.blocks import sentences
from schemas.cases import Evidence, Fact, Match, Measure, Origin, Statement, Support, Tag
from schemas.cases import SupportLevel as Level
from schemas.errors import InvalidDecision
from schemas.sources import Document
from schemas.taxonomy import Taxonomy, Term
from summarizer.checks import Checker
from summarizer.mentions import names_of

_WRITTEN = frozenset({"company", "year"})  # facts whose value stands in the source as it is


def located(quote: str, checker: Checker) -> tuple[Evidence, ...]:
    """Return where a curator's quote stands, or raise InvalidDecision."""
    evidence = checker.find([quote])
    if all(found.match is Match.MISSING for found in evidence):
        raise InvalidDecision("the quote is not in the source; copy it from the text beside")
    return evidence


def reworded(
    before: Statement,
    checker: Checker,
    text: str,
    quote: str | None = None,
    *,
    measure: Measure | None = None,
    rests_on: Sequence[str] = (),
) -> Statement:
    """Return a statement with a curator's ``text``, and ``quote`` in place of its quotes.

    ``rests_on`` are the statements that a sentence of the abstract without quotes sums up.
    """
    evidence = located(quote, checker) if quote else before.evidence
    measure = measure or before.measure
    support = checker.support(text, evidence, measure, Origin.CURATOR)
    if rests_on and not evidence:
        support = checker.abstract_support(text, rests_on)
    return before.model_copy(
        update={
            "text": text,
            "evidence": evidence,
            "measure": measure,
            "origin": Origin.CURATOR,
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
    quote: str | None = None,
) -> Fact:
    """Return the fact with a curator's ``value``.

    Without a quote the former ones stay where they still show the value, else the first sentence
    that names it is quoted.
    """
    evidence = located(quote, checker) if quote else _fitting(before, value, checker, document)
    support = Support(level=Level.UNVERIFIED, reason=f"Set by {who}.")
    if not evidence:
        support = Support(level=Level.DOUBTFUL, reason="No quote shows it.", confirmed_by=who)
    elif before.name in _WRITTEN:
        support = checker.value_support(value, evidence)
        if support.level is Level.DOUBTFUL:  # typing the value is the confirmation
            support = support.model_copy(update={"confirmed_by": who})
    return Fact(name=before.name, value=value, evidence=evidence, support=support)


def new_tag(
    term: Term, quote: str | None, checker: Checker, document: Document, taxonomy: Taxonomy
) -> Tag:
    """Return the tag for ``term`` with a quote, or else with the sentence that names it."""
    places = (
        m.start for m in names_of(taxonomy.terms).mentions(document.text) if m.slug == term.slug
    )
    naming = filter(None, (sentence_at(place, document) for place in places))
    if not (shown := quote or next(naming, None)):
        raise InvalidDecision(
            f"the source does not name {term.label}: give the quote that shows it"
        )
    evidence = located(shown, checker)
    support = checker.quote_support(evidence)
    return Tag(
        slug=term.slug, label=term.label, group=term.group, evidence=evidence, support=support
    )


def sentence_at(offset: int, document: Document) -> str | None:
    """Return the sentence around the character at ``offset``, None outside the passages."""
    passage = document.passage_at(offset)
    end = passage.start if passage else 0
    parts = sentences(document.passage_text(passage), document.language or "en") if passage else []
    for sentence in parts:
        end += len(sentence)
        if offset < end:
            return sentence.strip()
    return None


def _fitting(
    before: Fact, value: str, checker: Checker, document: Document
) -> tuple[Evidence, ...]:
    found = tuple(evidence for evidence in before.evidence if evidence.start is not None)
    if before.name not in _WRITTEN:
        return found
    if fitting := tuple(e for e in found if value.casefold() in e.quote.casefold()):
        return fitting
    # Lower case, which keeps offsets for all but a few letters, unlike casefold.
    sentence = sentence_at(document.text.lower().find(value.lower()), document)
    return checker.find([sentence]) if sentence else ()
