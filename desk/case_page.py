"""The contents of a case's page: its parts, with quotes numbered for linking."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from desk.highlight import highlighted
from extractors.blocks import sentences
from publishing.anchors import described_text, place, web_address
from publishing.conversion import silent_in
from publishing.wording import TAG_GROUPS, heading, silence_phrases
from review.doubts import Doubt, held_back
from review.history import Event, comments_by_part, dropped, history
from review.judgment import waits
from review.parts import part_id
from review.quotes import QuoteMarker, QuoteView, Span
from schemas.cases import FACT_NAMES, CaseStudy, Evidence, Fact, Section, Statement, Tag
from schemas.cases import SupportLevel as Level
from schemas.errors import UnknownId
from schemas.reviews import CaseStatus, CaseView, Decision, Review
from schemas.sources import Document

_DECISIVE = (Decision.APPROVE, Decision.REJECT, Decision.WITHDRAW)


class Item(NamedTuple):
    """A part with its quotes; ``solutions`` are those of a challenge."""

    part: Fact | Statement | Tag
    quotes: Sequence[QuoteView]
    solutions: Sequence["Item"] = ()

    @property
    def id(self) -> str:
        """The part's id on the page."""
        return part_id(self.part)

    @property
    def marks(self) -> str:
        """The ids of the quotes that are marked in the source, joined by spaces."""
        return " ".join(quote.id for quote in self.quotes if quote.id)

    @property
    def target(self) -> str:
        """The target of links to the evidence: the first quote, or the item."""
        return next((quote.id for quote in self.quotes if quote.id), self.id)


class PassageLine(NamedTuple):
    """A passage with marks, or description (0); ``section`` is the heading that begins with it."""

    n: int
    html: Markup
    gutter: str
    section: str | None
    speaker: str | None


@dataclass(frozen=True)
class CasePage:
    """The contents of a case's page.

    ``sections`` have a name, a heading and the statements. ``silent`` lists the topics that the
    source does not cover, ``refuted`` and ``doubtful`` (or unjudged) the parts that readers would
    not see. ``decision`` is the review behind the status. Open ``comments`` are by part id,
    ``dropped`` lists statements, each with the id of a revision that has it.
    """

    view: CaseView
    facts: Sequence[Item]
    sections: Sequence[tuple[str, str, Sequence[Item]]]
    silent: Sequence[str]
    tags: Mapping[str, Sequence[Item]]
    passages: Sequence[PassageLine]
    history: Sequence[Event]
    refuted: Sequence[Doubt]
    doubtful: Sequence[Doubt]
    address: str | None
    decision: Review | None
    assignee: str | None
    comments: Mapping[str, Sequence[Review]]
    dropped: Sequence[tuple[str, Statement]]

    @property
    def study(self) -> CaseStudy:
        """The case study of the current revision."""
        return self.view.revision.study

    @property
    def unjudged(self) -> Sequence[Doubt]:
        """The doubtful parts on which the judge gave no verdict."""
        return [doubt for doubt in self.doubtful if doubt.support.is_unjudged]

    @property
    def is_being_judged(self) -> bool:
        """Whether parts wait for the judge's verdict."""
        return waits(self.study)


def case_page(view: CaseView) -> CasePage:
    """Return the page of a case."""
    study, quotes = view.revision.study, QuoteMarker(view.document)
    doubts = held_back(study)
    assigned = (r.reason for r in reversed(view.reviews) if r.decision is Decision.ASSIGN)
    current = (r for r in reversed(view.reviews) if r.revision_id == view.revision.revision_id)
    decisive = (r for r in current if r.decision in _DECISIVE)
    return CasePage(
        view=view,
        facts=[Item(fact, quotes.views(fact.evidence)) for fact in map(study.fact, FACT_NAMES)],
        sections=list(_sections(study, quotes)),
        silent=silence_phrases(silent_in(view.document, study)),
        tags=_tags(study, quotes),
        # After all quotes, so that the marks are complete.
        passages=list(passage_lines(view.document, quotes.spans)),
        history=history(view),
        refuted=[doubt for doubt in doubts if doubt.support.level is Level.REFUTED],
        doubtful=[doubt for doubt in doubts if doubt.support.level is not Level.REFUTED],
        address=web_address(view.document.url or view.source.canonical_url),
        decision=None if view.status is CaseStatus.DRAFT else next(decisive, None),
        assignee=next(assigned, None),
        comments=comments_by_part(view),
        dropped=dropped(view),
    )


def item_of(page: CasePage, part: str) -> Item:
    """Return a part of the page by its id, or raise UnknownId."""
    statements = (item for _, _, items in page.sections for item in items)
    with_solutions = (one for item in statements for one in (item, *item.solutions))
    tags = (item for items in page.tags.values() for item in items)
    for item in (*page.facts, *with_solutions, *tags):
        if item.id == part:
            return item
    raise UnknownId(f"The case no longer has the part {part}: reload it.")


def halves(text: str) -> tuple[str, str]:
    """Return the first half of the sentences of a statement and the rest, which may be empty."""
    found = sentences(text)
    middle = (len(found) + 1) // 2
    return "".join(found[:middle]).strip(), "".join(found[middle:]).strip()


def _sections(study: CaseStudy, quotes: QuoteMarker) -> Iterator[tuple[str, str, list[Item]]]:
    nested = any(statement.answers for statement in study.statements)
    for section, statements in study.sections():
        items = [_item(one, study, quotes) for one in statements if one.answers is None]
        if items:
            origins = [one.origin for one in statements]
            has_both = nested and section is Section.CHALLENGES
            yield section.value, heading(section, origins, has_both=has_both), items


def _item(statement: Statement, study: CaseStudy, quotes: QuoteMarker) -> Item:
    answers = [one for one in study.statements if one.answers == statement.n]
    solutions = [Item(one, quotes.views(one.evidence)) for one in answers]
    resting = [e for one in study.statements if one.n in statement.rests_on for e in one.evidence]
    return Item(statement, quotes.views(dict.fromkeys((*statement.evidence, *resting))), solutions)


def _tags(study: CaseStudy, quotes: QuoteMarker) -> dict[str, list[Item]]:
    groups = {
        label: [
            Item(tag, quotes.views(tag.evidence, "t")) for tag in study.tags if tag.group == group
        ]
        for group, label in TAG_GROUPS.items()
    }
    return {label: items for label, items in groups.items() if items}


def passage_lines(document: Document, spans: Sequence[Span]) -> Iterator[PassageLine]:
    """Yield the description and the passages of a document with the spans marked."""
    section, speaker = document.title, None  # the title is already above
    text = described_text(document)
    yield PassageLine(0, highlighted(text, len(document.text), len(text), spans), "", None, None)
    for passage in document.passages:
        yield PassageLine(
            passage.n,
            highlighted(text, passage.start, passage.end, spans),
            place(Evidence(quote="", seconds=passage.seconds, page=passage.page)),
            passage.section if passage.section != section else None,
            passage.speaker if passage.speaker != speaker else None,
        )
        section, speaker = passage.section, passage.speaker
