"""The cards of a round: a doubt with its quotes in their passages, or a look at a whole draft."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from math import log
from typing import NamedTuple

from markupsafe import Markup

from desk.highlight import highlighted
from extractors.blocks import sentences
from publishing.anchors import described_text, place
from publishing.wording import heading
from review.history import comments_by_part
from review.quotes import QuoteMarker, QuoteView, Span
from review.rounds import Leg, Spot
from schemas.cases import FACT_LABELS, CaseStudy, Evidence, Part, Statement, Tag
from schemas.reviews import Review
from schemas.sources import Document
from warehouse.stems import stem

_AROUND = 320  # characters of a passage that are shown on each side of a quote
_MOST = 5  # suggested quotes
_WORD = re.compile(r"\w{4,}|\d+")


class Excerpt(NamedTuple):
    """A passage, or the part of it around its quotes, with these marked."""

    place: str
    html: Markup
    is_cut: tuple[bool, bool]


class Card(NamedTuple):
    """A card with everything that its page shows; ``stop`` is None for a look at a draft.

    ``parts`` are the statements that belong to the doubt, each with what it is to it.
    """

    spot: Spot
    heading: str
    quotes: Sequence[QuoteView]
    excerpts: Sequence[Excerpt]
    parts: Sequence[tuple[str, str]]
    comments: Sequence[Review]

    @property
    def leg(self) -> Leg:
        """The draft that the card is about."""
        return self.spot.leg


def card_of(spot: Spot) -> Card:
    """Return the card at a spot."""
    view, part = spot.leg.view, spot.stop and spot.stop.part
    comments = comments_by_part(view)
    if spot.stop is None or part is None:
        return Card(spot, "", (), (), (), comments.get("", ()))
    study, marker = view.revision.study, QuoteMarker(view.document)
    resting = _resting(part, study)
    evidence = dict.fromkeys([*part.evidence, *(e for one in resting for e in one.evidence)])
    quotes = marker.views(evidence, f"{spot.leg.case_id}-{spot.stop.key}-q")
    return Card(
        spot,
        _heading(part),
        quotes,
        list(_excerpts(view.document, marker.spans)),
        list(_parts(part, study, resting)),
        comments.get(spot.stop.doubt.part_id, ()),
    )


def _heading(part: Part) -> str:
    if isinstance(part, Statement):
        return heading(part.section, [part.origin])
    return "Tag" if isinstance(part, Tag) else FACT_LABELS[part.name]


def _resting(part: Part, study: CaseStudy) -> list[Statement]:
    """Return the statements that support a sentence of the summary."""
    ids = part.rests_on if isinstance(part, Statement) else ()
    return [one for one in study.statements if one.n in ids]


def _parts(part: Part, study: CaseStudy, resting: Sequence[Statement]) -> Iterator[tuple[str, str]]:
    yield from (("rests on", one.text) for one in resting)
    if isinstance(part, Statement):
        answered = (one for one in study.statements if part.answers and one.n == part.answers)
        yield from (("solves", one.text) for one in answered)
        solutions = (one for one in study.statements if one.answers == part.n)
        yield from (("solved by", one.text) for one in solutions)


def _excerpts(document: Document, spans: Sequence[Span]) -> Iterator[Excerpt]:
    """Yield the passages that have one of the spans, and the page's own description."""
    text = described_text(document)
    places = [
        (
            p.start,
            p.end,
            place(Evidence(quote="", seconds=p.seconds, page=p.page)) or f"passage {p.n}",
        )
        for p in document.passages
    ]
    for start, end, name in [*places, (len(document.text), len(text), "the page’s description")]:
        inside = [span for span in spans if max(span.start, start) < min(span.end, end)]
        if inside:
            first = _word_start(text, max(start, min(one.start for one in inside) - _AROUND), start)
            last = min(end, max(one.end for one in inside) + _AROUND)
            html = highlighted(text, first, last, spans)
            yield Excerpt(name, html, (first > start, last < end))


def _word_start(text: str, at: int, start: int) -> int:
    """Return the start of the word at an offset, at least ``start``."""
    return max(start, text.rfind(" ", start, at) + 1) if at > start else start


def other_quotes(document: Document, wording: str, known: Sequence[str]) -> list[str]:
    """Return the sentences of the source with most of the rare words of ``wording``.

    Sentences that contain a ``known`` quote, or are part of one, are left out.
    """
    texts = (document.passage_text(passage) for passage in document.passages)
    found = (one.strip() for text in texts for one in sentences(text, document.language or "en"))
    stems = {one: _stems(one) for one in found if one}
    counts = Counter(word for words in stems.values() for word in words)
    weights = {word: log(1 + len(stems) / counts[word]) for word in _stems(wording) & counts.keys()}
    scores = {one: sum(weights.get(word, 0.0) for word in words) for one, words in stems.items()}
    new = (one for one in scores if not any(one in quote or quote in one for quote in known))
    return [one for one in sorted(new, key=scores.__getitem__, reverse=True) if scores[one]][:_MOST]


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in _WORD.findall(text.casefold()))
