"""What is published of a case: its parts with links, without what is unsupported. Pure.

The pages and the JSON are written from the same record, so they cannot say different things.
Curators' comments, local paths and the submitter stay inside.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

from casebook.publishing.anchors import link_to_quote, locator_of, web_address
from casebook.schemas.cases import (
    STATEMENT_FIELDS,
    Evidence,
    Fact,
    Result,
    Statement,
    SupportLevel,
    Tag,
)
from casebook.schemas.checks import Check, CheckResult
from casebook.schemas.documents import Document, Locator
from casebook.schemas.frozen import Frozen
from casebook.schemas.generations import Generation
from casebook.schemas.ids import sha256_hex
from casebook.schemas.listings import CaseView
from casebook.schemas.reviews import Decision, Review, Revision
from casebook.schemas.sources import Snapshot, SourceKind


@dataclass(frozen=True)
class Trace:
    """What a CaseView does not carry: the snapshot, the model calls, the newest look at the source.

    ``check`` is one that reached the source, or found it gone.
    """

    snapshot: Snapshot | None = None
    generations: Sequence[Generation] = ()
    check: Check | None = None


class Quote(Evidence):
    """A quote that was found, where it stands, and the address that opens the source there."""

    link: str | None
    locator: Locator


class CitedFact(Fact):
    """A fact whose quotes are linked."""

    evidence: Sequence[Quote] = ()


class CitedStatement(Statement):
    """A statement whose quotes are linked."""

    evidence: Sequence[Quote]


class CitedResult(Result):
    """A result whose quotes are linked."""

    evidence: Sequence[Quote]


class CitedTag(Tag):
    """A tag whose quotes are linked."""

    evidence: Sequence[Quote]


class SourceCard(Frozen):
    """Where the story was told; ``address`` is None for a file without a web address.

    ``checked`` is what fetching it again showed on ``checked_at``: that it was the same, moved
    (``moved_to``), changed (``standing`` of ``quotes`` quotes still stand there) or gone.
    """

    kind: SourceKind
    address: str | None
    title: str | None
    site: str | None
    authors: Sequence[str]
    published: date | None
    language: str | None
    submitted_at: datetime
    fetched_at: datetime | None
    checked_at: datetime | None = None
    checked: CheckResult | None = None
    moved_to: str | None = None
    quotes: int | None = None
    standing: int | None = None


class Provenance(Frozen):
    """Who and what made the text, who let it pass, and how much was left out as unsupported."""

    document_id: str
    extractor: str
    model: str | None
    strategy: str | None
    recipe_id: str | None
    prompts: Sequence[str]
    generation_ids: Sequence[str]
    drafted_at: datetime | None
    edited_by: str | None
    edited_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    withheld: Mapping[str, int]


class PublishedCase(Frozen):
    """One case as readers get it. ``silent`` names what the source says nothing about."""

    case_id: str
    revision_id: str
    slug: str
    title: str
    source: SourceCard
    facts: Mapping[str, CitedFact]
    statements: Mapping[str, Sequence[CitedResult | CitedStatement]]
    tags: Sequence[CitedTag]
    silent: Sequence[str]
    provenance: Provenance

    @property
    def address(self) -> str:
        """The page's path, relative to the site's root."""
        return f"cases/{self.slug}/index.html"

    @property
    def content_hash(self) -> str:
        """SHA-256 of everything that the page and the JSON say of the case.

        But for the day of the last look at the source, while it shows nothing new.
        """
        looked = self.source.model_copy(update={"checked_at": None})
        told = self.model_copy(update={"source": looked}).model_dump(mode="json")
        return sha256_hex(json.dumps(told, separators=(",", ":")).encode())


class AllFacts(Frozen):
    """Each fact; None where the source is silent, or does not support what was drafted."""

    title: CitedFact | None = None
    company: CitedFact | None = None
    industry: CitedFact | None = None
    year: CitedFact | None = None
    deployment: CitedFact | None = None
    narrator: CitedFact | None = None


class AllStatements(Frozen):
    """The statements of each section."""

    summary: Sequence[CitedStatement]
    architecture: Sequence[CitedStatement]
    techniques: Sequence[CitedStatement]
    tools: Sequence[CitedStatement]
    challenges: Sequence[CitedStatement]
    solutions: Sequence[CitedStatement]
    lessons: Sequence[CitedStatement]
    results: Sequence[CitedResult]
    failures: Sequence[CitedStatement]
    open_questions: Sequence[CitedStatement]


class CaseRecord(PublishedCase):
    """A case as data: each record has the same fields, so that many of them make a table.

    ``page`` is where the case stands: its address, or without one the path on the site.
    ``licence`` is that of the text and the data, None where the site names none; what is quoted
    belongs to its source. ``citation`` is how the case is cited.
    """

    facts: AllFacts  # type: ignore[assignment]
    statements: AllStatements  # type: ignore[assignment]
    markdown: str
    page: str
    licence: str | None
    citation: str


Cited = TypeVar("Cited", bound=Frozen)


def published_case(view: CaseView, slug: str, trace: Trace) -> PublishedCase:
    """Return what readers get of ``view.revision``."""
    study, document = view.revision.case_study, view.document
    statements = {name: getattr(study, name) for name in STATEMENT_FIELDS}
    cite = partial(_cited_statement, document)
    facts = {name: fact for name, fact in study.facts() if fact.value and _shown(fact)}
    return PublishedCase(
        case_id=view.case.case_id,
        revision_id=view.revision.revision_id,
        slug=slug,
        title=title_of(view),
        source=_source_card(view, trace),
        facts={name: _cited(CitedFact, document, fact) for name, fact in facts.items()},
        statements={
            name: [cite(s) for s in those if _shown(s)] for name, those in statements.items()
        },
        tags=[_cited(CitedTag, document, tag) for tag in study.tags if _shown(tag)],
        silent=study.silent(),
        provenance=_provenance(view, trace),
    )


def title_of(view: CaseView) -> str:
    """Return the case's title, else the document's, else that there is none."""
    fact = view.revision.case_study.title
    title = fact.value if _shown(fact) else None
    return _one_line(title) or _one_line(view.document.title) or "Untitled case study"


def _one_line(text: str | None) -> str:
    """Return ``text`` on one line; nothing of one in which a reader sees nothing to click."""
    line = " ".join((text or "").split())
    return line if any(sign.isprintable() and not sign.isspace() for sign in line) else ""


def _shown(part: Fact | Statement | Tag) -> bool:
    return part.support.level is not SupportLevel.UNSUPPORTED


def _cited_statement(document: Document, statement: Statement) -> CitedResult | CitedStatement:
    if isinstance(statement, Result):
        return _cited(CitedResult, document, statement)
    return _cited(CitedStatement, document, statement)


def _cited(cited: type[Cited], document: Document, part: Frozen) -> Cited:
    """Return ``part`` with links in its quotes; a quote that was not found is not published."""
    quotes = [_quote(document, e) for e in getattr(part, "evidence", ()) if e.start is not None]
    return cited.model_validate(part.model_dump() | {"evidence": quotes})


def _quote(document: Document, evidence: Evidence) -> Quote:
    return Quote(
        **evidence.model_dump(),
        link=link_to_quote(document, evidence),
        locator=locator_of(document, evidence),
    )


def _source_card(view: CaseView, trace: Trace) -> SourceCard:
    document = view.document
    return SourceCard(
        kind=document.kind,
        address=web_address(document.url) or web_address(view.source.canonical_url),
        title=document.title,
        site=document.site,
        authors=document.authors,
        published=document.published,
        language=document.language,
        submitted_at=view.source.submitted_at,
        fetched_at=trace.snapshot.fetched_at if trace.snapshot else None,
        **_looked_at(trace.check),
    )


def _looked_at(check: Check | None) -> dict[str, Any]:
    """Return what readers are told of the newest look at the source."""
    if check is None or not (check.compared or check.result is CheckResult.GONE):
        return {}
    return {
        "checked_at": check.checked_at,
        "checked": check.result,
        "moved_to": web_address(check.moved_to),
        "quotes": check.quotes,
        "standing": check.standing,
    }


def _provenance(view: CaseView, trace: Trace) -> Provenance:
    revision, draft, approval = view.revision, _draft_of(view), approval_of(view)
    edited = revision if revision.made_by == "person" else None
    prompts = {f"{g.prompt} v{g.prompt_version}" for g in trace.generations}
    return Provenance(
        document_id=view.document.document_id,
        extractor=view.document.extractor,
        model=draft.author if draft else None,
        strategy=draft.strategy if draft else None,
        recipe_id=draft.recipe_id if draft else None,
        prompts=sorted(prompts),
        generation_ids=draft.generation_ids if draft else (),
        drafted_at=draft.created_at if draft else None,
        edited_by=edited.author if edited else None,
        edited_at=edited.created_at if edited else None,
        approved_by=approval.who if approval else None,
        approved_at=approval.at if approval else None,
        withheld=_withheld(view),
    )


def approval_of(view: CaseView) -> Review | None:
    """Return the newest approval of the revision that is published, if a person gave one."""
    approvals = [
        review
        for review in view.reviews
        if review.decision is Decision.APPROVE and review.revision_id == view.revision.revision_id
    ]
    return max(approvals, key=lambda review: review.at, default=None)


def _draft_of(view: CaseView) -> Revision | None:
    """Return the model's draft that the published revision goes back to."""
    by_id = {revision.revision_id: revision for revision in view.revisions}
    revision: Revision | None = view.revision
    while revision and revision.made_by != "model":
        revision = by_id.pop(revision.parent_id or "", None)
    return revision


def _withheld(view: CaseView) -> dict[str, int]:
    study = view.revision.case_study
    parts: dict[str, list[Fact | Statement | Tag]] = {
        "facts": [fact for _, fact in study.facts() if fact.value],
        "statements": [statement for _, statement in study.statements()],
        "tags": list(study.tags),
    }
    return {name: sum(not _shown(part) for part in those) for name, those in parts.items()}
