"""Near-copies of a case's source: differing numbers, and the likely original."""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from publishing.wording import day
from schemas.results import SimilarSource
from schemas.reviews import CaseView
from schemas.sources import Document
from summarizer.sentences import sentences_of
from warehouse import Warehouse

_DIGITS = re.compile(r"\d[\d.,]*")
_MOST = 20  # maximum number of differing sentences shown for a copy


class NearCopy(NamedTuple):
    """Another source with nearly the same text.

    ``differing`` has pairs of sentences whose numbers differ, this source's first; ``original``
    explains which of the two is probably the original.
    """

    source: SimilarSource
    differing: list[tuple[str, str]]
    original: str | None


def near_copies(view: CaseView, warehouse: Warehouse) -> list[NearCopy]:
    """Return the near-copies of a case's source, compared with its text."""
    return [
        _compared(view, one, warehouse.newest_document(one.source_id))
        for one in warehouse.near_copies(view.source.source_id)
    ]


def _compared(view: CaseView, source: SimilarSource, other: Document | None) -> NearCopy:
    if other is None:
        return NearCopy(source, [], None)
    differing = list(_differing(view.document, other))[:_MOST]
    company = view.revision.study.fact("company").value
    return NearCopy(source, differing, _original(view.document, other, company))


def _differing(mine: Document, theirs: Document) -> Iterator[tuple[str, str]]:
    """Yield pairs of sentences that differ only in their numbers."""
    known = {_DIGITS.sub("#", one.text): one.text for one in sentences_of(theirs)}
    for sentence in sentences_of(mine):
        other = known.get(_DIGITS.sub("#", sentence.text))
        if other and other != sentence.text:
            yield sentence.text, other


def _original(mine: Document, theirs: Document, company: str | None) -> str | None:
    """Return the likely original: named as such, dated earlier, or on the company's site."""
    if theirs.url and mine.canonical_url == theirs.url:
        return "This page names the other one as the original."
    if mine.url and theirs.canonical_url == mine.url:
        return "The other page names this one as the original."
    dates = mine.published, theirs.published
    if dates[0] and dates[1] and dates[0] != dates[1]:
        first = "This one" if dates[0] < dates[1] else "The other"
        return f"{first} is dated earlier: {day(min(dates[0], dates[1]))}."
    own = [_is_own(document, company) for document in (mine, theirs)]
    if own[0] is own[1]:
        return None
    return f"{'This one' if own[0] else 'The other'} is on the site of {company}."


def _is_own(document: Document, company: str | None) -> bool:
    key = re.sub(r"\W", "", company or "").casefold()
    return bool(key) and key in (urlsplit(document.url or "").hostname or "").replace("-", "")
