"""Quotes for a curator's own facts and tags: given, or found where the source names the value."""

from collections.abc import Iterable, Sequence

from extractors.blocks import sentences
from schemas.cases import (
    Evidence,
    Fact,
    Match,
    Measure,
    Origin,
    Section,
    Statement,
    Support,
    SupportLevel,
    Tag,
)
from schemas.documents import Document
from schemas.errors import InvalidDecision
from schemas.taxonomy import Taxonomy, Term
from summarizer.service import checked

_WRITTEN = frozenset({"company", "year"})  # facts whose value stands in the source as it is


def locate(quotes: Iterable[str], document: Document) -> tuple[Evidence, ...]:
    """Return where code finds ``quotes`` in ``document``."""
    wanted = tuple(quotes)
    return checked(" ".join(wanted), Section.CONTEXT, wanted, document).evidence if wanted else ()


def rechecked(
    before: Statement,
    document: Document,
    *,
    text: str | None = None,
    quotes: Sequence[str] | None = None,
    measure: Measure | None = None,
    origin: Origin | None = None,
) -> Statement:
    """Return a statement checked again in ``document``, with what is given in place of its own."""
    return checked(
        text or before.text,
        before.section,
        quotes or [found.quote for found in before.evidence],
        document,
        measure=measure or before.measure,
        origin=origin or before.origin,
        n=before.n,
        answers=before.answers,
    )


def require_quote(quote: str, document: Document) -> None:
    """Check that a quote stands in the source.

    Raises:
        InvalidDecision: if it does not.
    """
    if all(found.match is Match.MISSING for found in locate([quote], document)):
        raise InvalidDecision("the quote is not in the source; copy it from the text beside")


def new_fact(before: Fact, value: str, quote: str | None, document: Document, who: str) -> Fact:
    """Return the fact with a curator's ``value``.

    Without a quote the former ones stay where they still show the value, else the first sentence
    that names it is quoted.

    Raises:
        InvalidDecision: if the quote is not in the source.
    """
    if quote:
        require_quote(quote, document)
    quotes = [quote] if quote else _fitting_quotes(before, value, document)
    made = checked(value, Section.CONTEXT, quotes, document) if quotes else None
    if made is None:
        support = Support(
            level=SupportLevel.DOUBTFUL, reason="No quote shows it.", confirmed_by=who
        )
    elif before.name in _WRITTEN:
        # Typing the value is the confirmation.
        doubtful = made.support.level is SupportLevel.DOUBTFUL
        support = made.support.model_copy(update={"confirmed_by": who if doubtful else None})
    else:
        support = Support(level=SupportLevel.UNVERIFIED, reason=f"Chosen by {who}.")
    evidence = made.evidence if made else ()
    return Fact(name=before.name, value=value, evidence=evidence, support=support)


def new_tag(
    term: Term, document: Document, taxonomy: Taxonomy, who: str, quote: str | None = None
) -> Tag:
    """Return the tag for ``term`` with a quote, or else with the sentence that names it.

    Raises:
        InvalidDecision: if the quote is not in the source, or nothing there names the term.
    """
    if quote:
        require_quote(quote, document)
    shown = quote or _naming(term, document, taxonomy)
    if shown is None:
        raise InvalidDecision(
            f"the source does not name {term.label}: give the quote that shows it"
        )
    return Tag(
        slug=term.slug,
        label=term.label,
        group=term.group,
        evidence=locate([shown], document),
        support=Support(level=SupportLevel.UNVERIFIED, reason=f"Added by {who}."),
    )


def _fitting_quotes(before: Fact, value: str, document: Document) -> list[str]:
    found = [evidence.quote for evidence in before.evidence if evidence.start is not None]
    if before.name not in _WRITTEN:
        return found
    if fitting := [quote for quote in found if value.casefold() in quote.casefold()]:
        return fitting
    at = document.text.casefold().find(value.casefold())
    sentence = sentence_at(at, document) if at >= 0 else None
    return [sentence] if sentence else []


def _naming(term: Term, document: Document, taxonomy: Taxonomy) -> str | None:
    mentions = (m for m in taxonomy.mentions(document.text) if m.slug == term.slug)
    found = (sentence_at(mention.start, document) for mention in mentions)
    return next(filter(None, found), None)


def sentence_at(offset: int, document: Document) -> str | None:
    """Return the sentence around the character at ``offset``, None outside the passages."""
    passage = document.passage_at(offset)
    if passage is None:
        return None
    end = passage.start
    for sentence in sentences(document.passage_text(passage), document.language or "en"):
        end += len(sentence)
        if offset < end:
            return sentence.strip()
    return None
