"""What the page of one case shows: each part with its quotes, numbered for linking. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import count

from markupsafe import Markup

from casebook.publishing.anchors import link_to_quote, locator_of, web_address
from casebook.publishing.wording import FACTS, SECTIONS, TAG_GROUPS, clock, place, silences
from casebook.review.highlight import Span, highlighted
from casebook.schemas.cases import (
    CaseStudy,
    DeploymentStage,
    Evidence,
    Fact,
    Narrator,
    Statement,
    SupportLevel,
    Tag,
)
from casebook.schemas.documents import Document, Locator
from casebook.schemas.listings import CaseView
from casebook.schemas.reviews import CaseStatus, Decision, Review, Revision
from casebook.schemas.taxonomy import load_taxonomy

FACT_LABELS: Mapping[str, str] = {"title": "Title", **FACTS}
_WORST_FIRST = (SupportLevel.UNSUPPORTED, SupportLevel.WEAK, SupportLevel.SUPPORTED)
_DONE: Mapping[Decision, str] = {
    Decision.APPROVE: "approved",
    Decision.REJECT: "rejected",
    Decision.EDIT: "edited",
    Decision.REOPEN: "reopened",
    Decision.COMMENT: "commented",
    Decision.ASSIGN: "assigned",
    Decision.REFUSE_DRAFT: "refused a newer draft",
}


@dataclass(frozen=True)
class Quote:
    """One piece of evidence. ``id`` is where the source is marked; None if it is not there."""

    id: str | None
    words: str
    passage: int | None
    place: str
    link: str | None
    is_close: bool


@dataclass(frozen=True)
class Item:
    """A part of the draft that can be chosen, to see its quotes in the source."""

    id: str
    quotes: Sequence[Quote]

    @property
    def marks(self) -> str:
        """The ids of the quotes that are marked in the source, joined by spaces."""
        return " ".join(quote.id for quote in self.quotes if quote.id)

    @property
    def target(self) -> str:
        """Where a link to the evidence goes: the first quote, or the item itself."""
        return next((quote.id for quote in self.quotes if quote.id), self.id)


@dataclass(frozen=True)
class FactLine(Item):
    """A fact and what may be offered for it: ``choices`` are the only values, ``hints`` some."""

    name: str
    label: str
    fact: Fact
    choices: Sequence[str] = ()
    hints: Sequence[str] = ()


@dataclass(frozen=True)
class StatementLine(Item):
    """A statement; ``index`` is its place in the field, as edits count it."""

    index: int
    statement: Statement


@dataclass(frozen=True)
class Section:
    """The statements of one field, the doubtful ones first."""

    name: str
    heading: str
    lines: Sequence[StatementLine]


@dataclass(frozen=True)
class TagLine(Item):
    """A tag with the words that earn it."""

    tag: Tag


@dataclass(frozen=True)
class Lost:
    """A part without support, which no reader will see; ``id`` is where it stands."""

    id: str
    text: str


@dataclass(frozen=True)
class PassageLine:
    """A passage with its quotes marked. ``section`` is its heading where a new one begins."""

    n: int
    html: Markup
    gutter: str
    section: str | None
    speaker: str | None


@dataclass(frozen=True)
class Event:
    """One line of the history."""

    at: datetime
    who: str
    what: str
    why: str | None = None
    parts: Sequence[str] = ()


@dataclass(frozen=True)
class CasePage:
    """Everything that the page of one case shows.

    ``silent`` names what the source says nothing about, ``address`` the
    web address to link to, if any, ``decision`` the review that the status rests on.
    """

    view: CaseView
    facts: Sequence[FactLine]
    sections: Sequence[Section]
    silent: Sequence[str]
    tags: Mapping[str, Sequence[TagLine]]
    passages: Sequence[PassageLine]
    history: Sequence[Event]
    support: Mapping[str, int]
    unsupported: Sequence[Lost]
    address: str | None
    decision: Review | None

    @property
    def study(self) -> CaseStudy:
        """The case study that is shown."""
        return self.view.revision.case_study


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
            return Quote(None, evidence.quote, None, "", None, is_close=False)
        span = Span(f"{prefix}{next(self._numbers)}", evidence.start, evidence.end)
        self.spans.append(span)
        return Quote(
            id=span.id,
            words=evidence.quote,
            passage=evidence.passage,
            place=place(locator_of(self.document, evidence)),
            link=link_to_quote(self.document, evidence),
            is_close=evidence.score < 1.0,
        )


def case_page(view: CaseView) -> CasePage:
    """Return what the page of ``view`` shows."""
    study, quotes = view.revision.case_study, Quotes(view.document)
    facts = [_fact_line(name, fact, quotes) for name, fact in study.facts()]
    sections = [_section(name, heading, study, quotes) for name, heading in SECTIONS.items()]
    tags = {
        heading: [TagLine(f"t-{tag.slug}", quotes.of(tag.evidence, "t"), tag) for tag in found]
        for group, heading in TAG_GROUPS.items()
        if (found := [tag for tag in study.tags if tag.group == group])
    }
    return CasePage(
        view=view,
        facts=facts,
        sections=[section for section in sections if section.lines],
        silent=silences(study.silent()),
        tags=tags,
        passages=list(_passages(view.document, quotes.spans)),
        history=history(view),
        support=study.support_counts(),
        unsupported=list(_lost(facts, sections, tags)),
        address=web_address(view.document.url or view.source.canonical_url),
        decision=_ruling(view),
    )


def history(view: CaseView) -> list[Event]:
    """Return what happened to the case, the newest first."""
    revisions = {revision.revision_id: revision for revision in view.revisions}
    drafts = [
        Event(r.created_at, r.author, f"drafted ({r.strategy})" if r.strategy else "drafted")
        for r in view.revisions
        if r.made_by == "model"
    ]
    decisions = [_event(review, revisions) for review in view.reviews]
    return sorted([*drafts, *decisions], key=lambda event: event.at, reverse=True)


def changed_parts(before: CaseStudy, after: CaseStudy) -> list[str]:
    """Return the names of the fields in which two case studies differ."""
    fields = CaseStudy.model_fields
    return [name for name in fields if getattr(before, name) != getattr(after, name)]


def _event(review: Review, revisions: Mapping[str, Revision]) -> Event:
    parts: Sequence[str] = ()
    if review.decision is Decision.EDIT:
        after = revisions.get(review.revision_id)
        before = revisions.get(after.parent_id or "") if after else None
        if before and after:
            parts = changed_parts(before.case_study, after.case_study)
    return Event(review.at, review.who, _DONE[review.decision], review.reason, parts)


def _ruling(view: CaseView) -> Review | None:
    """Return the newest decision that approved or rejected, where the case still stands so."""
    if view.status is CaseStatus.DRAFT:
        return None
    ruling = (Decision.APPROVE, Decision.REJECT)
    return next((r for r in reversed(view.reviews) if r.decision in ruling), None)


def _fact_line(name: str, fact: Fact, quotes: Quotes) -> FactLine:
    kinds: dict[str, type[StrEnum]] = {"deployment": DeploymentStage, "narrator": Narrator}
    choices = [str(choice) for choice in kinds.get(name, ())]
    hints = [i.slug for i in load_taxonomy().industries] if name == "industry" else []
    return FactLine(
        id=f"f-{name}",
        name=name,
        label=FACT_LABELS[name],
        fact=fact,
        quotes=quotes.of(fact.evidence),
        choices=choices,
        hints=hints,
    )


def _section(name: str, heading: str, study: CaseStudy, quotes: Quotes) -> Section:
    statements: Sequence[Statement] = getattr(study, name)
    lines = [
        StatementLine(f"s-{name}-{index}", quotes.of(statement.evidence), index, statement)
        for index, statement in enumerate(statements)
    ]
    lines.sort(key=lambda line: _WORST_FIRST.index(line.statement.support.level))
    return Section(name, heading, lines)


def _lost(
    facts: Sequence[FactLine], sections: Sequence[Section], tags: Mapping[str, Sequence[TagLine]]
) -> Iterator[Lost]:
    """Yield what has no support: statements first, then facts and tags."""
    for line in (line for section in sections for line in section.lines):
        if line.statement.support.level is SupportLevel.UNSUPPORTED:
            yield Lost(line.id, line.statement.text)
    for fact in facts:
        if fact.fact.value is not None and fact.fact.support.level is SupportLevel.UNSUPPORTED:
            yield Lost(fact.id, f"{fact.label}: {fact.fact.value}")
    for tag in (tag for group in tags.values() for tag in group):
        if tag.tag.support.level is SupportLevel.UNSUPPORTED:
            yield Lost(tag.id, f"Tag: {tag.tag.label}")


def _passages(document: Document, spans: Sequence[Span]) -> Iterator[PassageLine]:
    before = Locator(section=document.title)  # the title stands above already
    for passage in document.passages:
        here = passage.locator
        yield PassageLine(
            n=passage.n,
            html=highlighted(document.text, passage.start, passage.end, spans),
            gutter=_gutter(here),
            section=here.section if here.section != before.section else None,
            speaker=here.speaker if here.speaker != before.speaker else None,
        )
        before = here


def _gutter(locator: Locator) -> str:
    if locator.seconds is not None:
        return clock(locator.seconds)
    return f"p. {locator.page}" if locator.page is not None else ""
