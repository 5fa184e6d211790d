"""What the page of one case shows: each part with its quotes, numbered for linking."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from types import MappingProxyType
from typing import NamedTuple

from markupsafe import Markup

from publishing.anchors import link_to_quote, place, web_address
from publishing.wording import TAG_GROUPS, heading, silences, silent_parts
from review.comparison import FIELDS, changed_fields
from review.doubts import Doubt, held_back, part_id
from review.highlight import Span, highlighted
from review.pdf_pages import page_at
from schemas.cases import FACT_NAMES, CaseStudy, Evidence, Fact, Section, Statement, Tag
from schemas.cases import SupportLevel as Level
from schemas.reviews import CaseStatus, CaseView, Decision, Review, Revision
from schemas.sources import Document

_WORST_FIRST = (*reversed(Level),)
_DECISIVE = (Decision.APPROVE, Decision.REJECT)
_DONE: Mapping[Decision, str] = MappingProxyType(
    {
        Decision.APPROVE: "approved",
        Decision.REJECT: "rejected",
        Decision.EDIT: "edited",
        Decision.REOPEN: "reopened",
        Decision.COMMENT: "commented",
        Decision.RESOLVE: "resolved a comment",
        Decision.ADOPT_DRAFT: "took over a newer draft",
        Decision.REFUSE_DRAFT: "refused a newer draft",
    }
)


class Quote(NamedTuple):
    """One piece of evidence. ``id`` is where the source is marked; None if it is not in it."""

    id: str | None
    words: str
    passage: int | None = None
    place: str = ""
    link: str | None = None
    is_close: bool = False
    sheet: str | None = None  # the end of the address of its page as a picture


class Item(NamedTuple):
    """A part that can be chosen, to see its quotes; ``solutions`` are those of a challenge."""

    part: Fact | Statement | Tag
    quotes: Sequence[Quote]
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
        """Where a link to the evidence goes: the first quote, or the item itself."""
        return next((quote.id for quote in self.quotes if quote.id), self.id)

    @property
    def rank(self) -> int:
        """Its place in a list with the doubtful first: by the worst of it and its solutions."""
        support = self.part.support
        own = len(Level) if support.confirmed_by else _WORST_FIRST.index(support.level)
        return min([own, *(one.rank for one in self.solutions)])


class PassageLine(NamedTuple):
    """A passage with its quotes marked. ``section`` is its heading where a new one begins."""

    n: int
    html: Markup
    gutter: str
    section: str | None
    speaker: str | None


class Event(NamedTuple):
    """One line of the history."""

    at: datetime
    who: str
    what: str
    why: str | None = None
    parts: Sequence[str] = ()


@dataclass(frozen=True)
class CasePage:
    """Everything that the page of one case shows.

    ``sections`` have a name, a heading and the statements, the doubtful ones first. ``silent``
    names what the source says nothing about, ``refuted`` and ``doubtful`` are the parts that
    readers would not see, ``address`` is the web address to link to, ``decision`` the review
    behind the status.
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

    @property
    def study(self) -> CaseStudy:
        """The case study that is shown."""
        return self.view.revision.study


@dataclass
class Quotes:
    """Numbers the quotes of one page and remembers where they stand."""

    document: Document
    spans: list[Span] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def of(self, evidence: Iterable[Evidence], prefix: str = "q") -> list[Quote]:
        """Return what is shown of each piece of evidence; ``prefix`` begins the ids."""
        return [self._quote(each, prefix) for each in evidence]

    def _quote(self, evidence: Evidence, prefix: str) -> Quote:
        if evidence.start is None or evidence.end is None:
            return Quote(None, evidence.quote)
        span = Span(f"{prefix}{next(self._numbers)}", evidence.start, evidence.end)
        self.spans.append(span)
        link = link_to_quote(self.document, evidence)
        where = place(evidence, self.document)
        page = page_at(self.document, evidence.start)
        sheet = f"{page}?start={evidence.start}&end={evidence.end}#quote" if page else None
        is_close = evidence.score < 1.0
        return Quote(span.id, evidence.quote, evidence.passage, where, link, is_close, sheet)


def case_page(view: CaseView) -> CasePage:
    """Return what the page of ``view`` shows."""
    study, quotes = view.revision.study, Quotes(view.document)
    doubts = held_back(study)
    assigned = (r.reason for r in reversed(view.reviews) if r.decision is Decision.ASSIGN)
    decisive = (r for r in reversed(view.reviews) if r.decision in _DECISIVE)
    return CasePage(
        view=view,
        facts=[Item(fact, quotes.of(fact.evidence)) for fact in map(study.fact, FACT_NAMES)],
        sections=list(_sections(study, quotes)),
        silent=silences(silent_parts(study)),
        tags=_tags(study, quotes),
        # After everything that has quotes: the marks are complete then.
        passages=list(_passages(view.document, quotes.spans)),
        history=history(view),
        refuted=[doubt for doubt in doubts if doubt.support.level is Level.REFUTED],
        doubtful=[doubt for doubt in doubts if doubt.support.level is Level.DOUBTFUL],
        address=web_address(view.document.url or view.source.canonical_url),
        decision=None if view.status is CaseStatus.DRAFT else next(decisive, None),
        assignee=next(assigned, None),
    )


def history(view: CaseView) -> list[Event]:
    """Return what happened to the case, the newest first."""
    revisions = {revision.revision_id: revision for revision in view.revisions}
    drafts = [
        Event(one.created_at, one.author, f"drafted ({one.recipe.strategy})")
        for one in view.revisions
        if one.recipe and one.made_by == "model"
    ]
    decisions = [_event(review, revisions) for review in view.reviews]
    return sorted([*drafts, *decisions], key=lambda event: event.at, reverse=True)


def _event(review: Review, revisions: Mapping[str, Revision]) -> Event:
    if review.decision is Decision.ASSIGN:
        what = f"assigned it to {review.reason}" if review.reason else "took the assignment back"
        return Event(review.at, review.who, what)
    parts: Sequence[str] = ()
    after = revisions.get(review.revision_id) if review.decision is Decision.EDIT else None
    before = revisions.get(after.parent_id or "") if after else None
    if before and after:
        parts = [FIELDS[name].lower() for name in changed_fields(before.study, after.study)]
    return Event(review.at, review.who, _DONE[review.decision], review.reason, parts)


def _sections(study: CaseStudy, quotes: Quotes) -> Iterator[tuple[str, str, list[Item]]]:
    nested = any(statement.answers for statement in study.statements)
    for section, statements in study.sections():
        items = [_item(one, study, quotes) for one in statements if one.answers is None]
        if section is not Section.ABSTRACT:  # which is connected prose
            items.sort(key=lambda item: item.rank)
        if items:
            yield section.value, heading(section, nested=nested), items


def _item(statement: Statement, study: CaseStudy, quotes: Quotes) -> Item:
    answers = [one for one in study.statements if one.answers == statement.n]
    solutions = [Item(one, quotes.of(one.evidence)) for one in answers]
    resting = [e for one in study.statements if one.n in statement.rests_on for e in one.evidence]
    return Item(statement, quotes.of(statement.evidence or dict.fromkeys(resting)), solutions)


def _tags(study: CaseStudy, quotes: Quotes) -> dict[str, list[Item]]:
    groups = {
        label: [Item(tag, quotes.of(tag.evidence, "t")) for tag in study.tags if tag.group == group]
        for group, label in TAG_GROUPS.items()
    }
    return {label: items for label, items in groups.items() if items}


def _passages(document: Document, spans: Sequence[Span]) -> Iterator[PassageLine]:
    section, speaker = document.title, None  # the title stands above already
    for passage in document.passages:
        yield PassageLine(
            passage.n,
            highlighted(document.text, passage.start, passage.end, spans),
            place(Evidence(quote="", seconds=passage.seconds, page=passage.page)),
            passage.section if passage.section != section else None,
            passage.speaker if passage.speaker != speaker else None,
        )
        section, speaker = passage.section, passage.speaker
