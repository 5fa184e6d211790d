"""Conversion of a case to its record for readers: the readable part, with links to its quotes.

Curators' comments, local paths and the submitter are left out.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import MAXYEAR, MINYEAR, date, datetime
from itertools import groupby
from typing import Any

from publishing.anchors import link_to_quote, place, web_address
from publishing.gate import GatedStudy, has_visible_text, readable
from publishing.grades import grade_parts
from publishing.records import (
    APPROVED_AT,
    APPROVED_BY,
    FIRST_IMPORT,
    HELD_BACK,
    ImportOrigin,
    ProsePart,
    Provenance,
    PublishedCase,
    PublishedFact,
    PublishedQuote,
    PublishedStatement,
    PublishedTag,
    SetAsideTag,
    SourceCard,
    link_key,
)
from publishing.wording import byline, judging_note, one_line, silent_parts, support_mark
from schemas.cases import (
    NOT_JUDGED,
    CaseStudy,
    Evidence,
    Fact,
    FactName,
    Section,
    Statement,
    SupportLevel,
    Tag,
)
from schemas.companies import company_key
from schemas.frozen import sha256_hex
from schemas.overruling import finding, is_overruled, kept_because
from schemas.reviews import CaseView, Decision, Recipe, Review, Revision
from schemas.sources import Check, CheckResult, Document, SourceKind

_COPIED_FACTS: tuple[FactName, ...] = ("company", "industry", "year", "stage", "narrator")
_OF_FACT = {"name", "value", "inferred"}
_OF_STATEMENT = {"n", "section", "text", "origin", "answers", "rests_on", "form"}
_OF_TAG = {"slug", "label", "group"}
_OF_EVIDENCE = {
    "quote",
    "translation",
    "start",
    "end",
    "match",
    "page",
    "seconds",
    "speaker",
    "heard",
}
_WRONG = {SupportLevel.DOUBTFUL, SupportLevel.REFUTED}
_OF_DOCUMENT = {"kind", "site", "authors", "published", "language"}


def published_case(
    view: CaseView, slug: str = "", check: Check | None = None, archived: str | None = None
) -> PublishedCase:
    """Return the readers' record of the current revision of ``view``.

    ``archived`` is the address of a copy of its source in a web archive.
    """
    gated = readable(view.revision.study)
    study, document, origin = gated.study, view.document, _origin(view)
    facts = {name: study.fact(name).value for name in _COPIED_FACTS}
    company = view.company if facts["company"] else None
    facts["industry"] = (company and company.industry) or facts["industry"]
    recipe = recipe_of(view)
    return PublishedCase(
        case_id=view.case.case_id,
        revision_id=view.revision.revision_id,
        slug=slug,
        title=title_of(view),
        **facts,
        company_key=company.company_id if company else company_key(facts["company"] or ""),
        company_name=company.name if company else None,
        company_kind=company.kind if company else None,
        account_date=_account_date(view, study.fact("year")),
        system=view.system,
        facts=tuple(
            PublishedFact(**one.model_dump(include=_OF_FACT), **_support(view, one))
            for one in study.facts
            if one.value
        ),
        statements=tuple(_statements(view, study, is_judged=recipe is None or bool(recipe.judge))),
        tags=tuple(
            PublishedTag(**one.model_dump(include=_OF_TAG), **_support(view, one))
            for one in study.tags
            if not one.is_set_aside
        ),
        tags_set_aside=tuple(
            SetAsideTag(**one.model_dump(include=_OF_TAG)) for one in study.tags if one.is_set_aside
        ),
        silent=silent_in(document, view.revision.study),
        prose=tuple(_prose(document)) if view.is_prose else (),
        imported=origin if document.is_imported else None,
        basis=view.revision.basis,
        first_import=_first_import(document) if document.is_imported else origin,
        judging_note=judging_note(recipe),
        added_at=view.case.created_at
        if document.is_prose
        else min((one.at for one in _approvals(view)), default=None),
        source=_source_card(view, check, archived),
        provenance=_provenance(view, gated),
    )


def _account_date(view: CaseView, fact: Fact) -> date | None:
    """Return the date of the source, the first day of its year, or that of an imported text.

    A doubtful year is left out, since lists of cases have no room for its mark.
    """
    if view.document.published:
        return view.document.published
    year = "" if support_mark(fact.support) else fact.value or ""
    if year.isdecimal() and MINYEAR <= int(year) <= MAXYEAR:
        return date(int(year), 1, 1)
    record = view.import_record if view.revision.basis else None
    return record.created.date() if record and record.created else None


def silent_in(document: Document, study: CaseStudy) -> tuple[str, ...]:
    """Return the labels of facts and sections missing from the source; none for imported texts."""
    known = {one.text for one in document.hidden if one.reason == HELD_BACK}
    found = () if document.is_prose else silent_parts(study)
    return tuple(one for one in found if one not in known)


def _prose(document: Document) -> Iterator[ProsePart]:
    """Yield the paragraphs of an imported text by heading."""
    for heading, found in groupby(document.passages, key=lambda passage: passage.section):
        first, *more = found
        text = document.text[first.start : (more[-1] if more else first).end]
        yield ProsePart(heading=heading, paragraphs=tuple(filter(str.strip, text.split("\n\n"))))


def _origin(view: CaseView) -> ImportOrigin | None:
    """Return the database that the case was imported from, None if it was not imported."""
    made = next((one for one in view.revisions if one.made_by == "import"), None)
    if made is None:
        return None
    if (known := view.import_record) is None:  # imported by an earlier version
        if not view.document.is_imported:
            return None
        record = view.document.steps[-1].outcome.rpartition(": ")[2]
        return ImportOrigin(database=made.author, record=record, at=made.created_at)
    origin = known.model_dump(include=set(ImportOrigin.model_fields))
    return ImportOrigin(**origin | {"url": web_address(known.url)}, at=made.created_at)


def _first_import(document: Document) -> ImportOrigin | None:
    """Return the record from which another casebook imported the case at first, if any."""
    found = next((one.text for one in document.hidden if one.reason == FIRST_IMPORT), None)
    return ImportOrigin.model_validate_json(found) if found else None


def title_of(view: CaseView) -> str:
    """Return the title of the case or of its document, or a placeholder."""
    titles = (readable(view.revision.study).study.fact("title").value, view.document.title)
    shown = (one_line(title) for title in titles if title and has_visible_text(title))
    return next(shown, "Untitled case study")


def _statements(
    view: CaseView, study: CaseStudy, *, is_judged: bool
) -> Iterator[PublishedStatement]:
    """Yield the statements; their anchors are numbered if a section repeats a statement.

    Unjudged ones are marked in a case that is otherwise judged, and those of the editor always.
    """
    seen: Counter[str] = Counter()
    narrator = study.fact("narrator").value
    for one in study.statements:
        support = _support(view, one)
        if one.support.level is SupportLevel.UNVERIFIED and (
            is_judged or one.section is Section.GAPS
        ):
            support["mark"] = support["mark"] or NOT_JUDGED.lower()
        anchor = f"{one.section}-{sha256_hex(one.text.encode())[:8]}"
        seen[anchor] += 1
        yield PublishedStatement(
            anchor=anchor if seen[anchor] == 1 else f"{anchor}-{seen[anchor]}",
            measure=one.measure,
            grade_parts=grade_parts(one.measure, narrator, one.text),
            **one.model_dump(include=_OF_STATEMENT),
            **support,
        )


def _support(view: CaseView, part: Statement | Fact | Tag) -> dict[str, Any]:
    """Return the support fields; readers see only the reasons of marked parts.

    What rests on an imported text was compared with that text at most, so its level is imported.
    """
    support = part.support
    mark = support_mark(support)
    is_imported = view.revision.basis and support.level not in _WRONG
    return {
        "support": SupportLevel.IMPORTED if is_imported else support.level,
        "reason": finding(support) if mark else "",
        "mark": mark,
        "kept_by": support.confirmed_by if is_overruled(support) else None,
        "kept_because": kept_because(support),
        "quotes": () if view.is_prose else quotes(quoted_document(view), part.evidence),
    }


def quoted_document(view: CaseView) -> Document:
    """Return the document of the quotes, with the address at which readers find its text."""
    if not view.document.is_prose:
        return view.document
    url = web_address(view.import_record.url) if view.import_record else None
    return view.document.model_copy(update={"url": url, "kind": SourceKind.WEB})


def quotes(document: Document, evidence: Sequence[Evidence]) -> tuple[PublishedQuote, ...]:
    """Return the evidence for readers, with locations and links."""
    return tuple(
        PublishedQuote(
            **one.model_dump(include=_OF_EVIDENCE),
            place=one_line(place(one, document)),
            link=_link(document, one),
        )
        for one in evidence
    )


def _link(document: Document, evidence: Evidence) -> str | None:
    """Return the link to the source at a quote; imports use the link in their record."""
    kept = document.hidden if document.is_imported else ()
    key = link_key(evidence.start, evidence.end) if kept else ""
    found = next((one.text for one in kept if one.reason == key), None)
    return link_to_quote(document, evidence) if found is None else web_address(found)


def _source_card(view: CaseView, check: Check | None, archived: str | None) -> SourceCard:
    document = view.document
    card = SourceCard(
        **document.model_dump(include=_OF_DOCUMENT),
        line=byline(document),
        address=web_address(document.url) or web_address(view.source.canonical_url),
        title=None if document.is_prose else document.title,
        accessed=None if document.is_prose else view.source.submitted_at.date(),
        archived_copy=web_address(archived),
    )
    if check is None or check.result is CheckResult.UNREACHABLE:
        return card
    found = {
        "checked_at": check.checked_at,
        "checked": check.result,
        "moved_to": web_address(check.moved_to),
        "quotes": check.quotes,
        "lost": len(check.lost),
    }
    return card.model_copy(update=found)


def _provenance(view: CaseView, gated: GatedStudy) -> Provenance:
    revision, (*edits, draft) = view.revision, _history(view)
    approvals = [one for one in _approvals(view) if one.revision_id == revision.revision_id]
    if view.document.is_prose and revision.made_by == "import":
        approvals = []  # the text was not compared with its source
    approval = approvals[-1] if approvals else None
    recipe = recipe_of(view)
    # An import is more recent than its draft, which started the case.
    drafted = draft if draft.made_by == "model" else view.case
    # The judge's verdicts are revisions of their own.
    judged = {one.revision_id for one in view.reviews if one.decision is Decision.JUDGE}
    edited = next((one for one in edits if one.revision_id not in judged), None)
    return Provenance(
        document_id=view.document.document_id,
        extractor=view.document.extractor,
        model=recipe.model if recipe else None,
        strategy=recipe.strategy if recipe else None,
        prompts=recipe.prompts if recipe else (),
        judge=recipe.judge if recipe else None,
        drafted_at=drafted.created_at if recipe else None,
        unread=draft.unread,
        edited_by=edited.author if edited else None,
        edited_at=edited.created_at if edited else None,
        approved_by=approval.who if approval else None,
        approved_at=approval.at if approval else None,
        statements_held_back=len(gated.held_back),
        facts_held_back=sum(fact.value is not None for fact in gated.facts_held_back),
        tags_held_back=len(gated.tags_held_back),
    )


def _approvals(view: CaseView) -> list[Review]:
    """Return the approvals; the first one of an import is replaced by its database's."""
    found = [review for review in view.reviews if review.decision is Decision.APPROVE]
    there = {one.reason: one.text for one in view.document.hidden if view.document.is_imported}
    if APPROVED_AT in there and found and found[0] is view.reviews[0]:
        own = {"who": there[APPROVED_BY], "at": datetime.fromisoformat(there[APPROVED_AT])}
        found[0] = found[0].model_copy(update=own)
    return found


def recipe_of(view: CaseView) -> Recipe | None:
    """Return how the current revision was drafted and judged, None for an imported text."""
    return next((one.recipe for one in _history(view) if one.recipe), None)


def _history(view: CaseView) -> list[Revision]:
    """Return the current revision and those behind it, back to the draft or import."""
    by_id = {revision.revision_id: revision for revision in view.revisions}
    found = [view.revision]
    while before := by_id.pop(found[-1].parent_id or "", None):
        found.append(before)
    return found
