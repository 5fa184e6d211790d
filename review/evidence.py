"""Quotes for a curator's own facts and tags: given, or found where the source names the value."""

from collections.abc import Iterable, Sequence
from typing import Any

from extractors.blocks import sentences
from schemas.cases import Evidence, Fact, Match, Section, Statement, Support, Tag
from schemas.cases import SupportLevel as Level
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
    **changes: Any,
) -> Statement:
    """Return a statement checked again in ``document``, with what is given in place of its own.

    ``changes`` are its ``measure`` and ``origin``.
    """
    names = ("measure", "origin", "n", "answers")
    own = {name: getattr(before, name) for name in names}
    found = quotes or [evidence.quote for evidence in before.evidence]
    return checked(text or before.text, before.section, found, document, **own | changes)


def require_quote(quote: str, document: Document) -> None:
    """Raise InvalidDecision if a quote is not in the source."""
    if all(found.match is Match.MISSING for found in locate([quote], document)):
        raise InvalidDecision("the quote is not in the source; copy it from the text beside")


def new_fact(before: Fact, value: str, quote: str | None, document: Document, who: str) -> Fact:
    """Return the fact with a curator's ``value``.

    Without a quote the former ones stay where they still show the value, else the first sentence
    that names it is quoted. InvalidDecision is raised for a quote that is not in the source.
    """
    if quote:
        require_quote(quote, document)
    quotes = [quote] if quote else _fitting_quotes(before, value, document)
    if not quotes:
        support = Support(level=Level.DOUBTFUL, reason="No quote shows it.", confirmed_by=who)
        return Fact(name=before.name, value=value, support=support)
    made = checked(value, Section.CONTEXT, quotes, document)
    support = Support(level=Level.UNVERIFIED, reason=f"Chosen by {who}.")
    if before.name in _WRITTEN:
        # Typing the value is the confirmation.
        by = who if made.support.level is Level.DOUBTFUL else None
        support = made.support.model_copy(update={"confirmed_by": by})
    return Fact(name=before.name, value=value, evidence=made.evidence, support=support)


def new_tag(
    term: Term, document: Document, taxonomy: Taxonomy, who: str, quote: str | None = None
) -> Tag:
    """Return the tag for ``term`` with a quote, or else with the sentence that names it.

    InvalidDecision is raised if the source has neither.
    """
    if quote:
        require_quote(quote, document)
    places = (m.start for m in taxonomy.mentions(document.text) if m.slug == term.slug)
    naming = filter(None, (sentence_at(place, document) for place in places))
    if not (shown := quote or next(naming, None)):
        raise InvalidDecision(
            f"the source does not name {term.label}: give the quote that shows it"
        )
    return Tag(
        slug=term.slug,
        label=term.label,
        group=term.group,
        evidence=locate([shown], document),
        support=Support(level=Level.UNVERIFIED, reason=f"Added by {who}."),
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


def _fitting_quotes(before: Fact, value: str, document: Document) -> list[str]:
    found = [evidence.quote for evidence in before.evidence if evidence.start is not None]
    if before.name not in _WRITTEN:
        return found
    if fitting := [quote for quote in found if value.casefold() in quote.casefold()]:
        return fitting
    # Lower case, which keeps offsets for all but a few letters, unlike casefold.
    sentence = sentence_at(document.text.lower().find(value.lower()), document)
    return [sentence] if sentence else []
