"""A new draft taken over in place of the current revision, whole or in part, or refused.

What was edited is told by comparison: a person's revision keeps the recipe, the document and the
calls of the draft that it was made from, so the fields in which the two differ are the person's.
"""

import asyncio
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from casebook.pipeline.curation.decisions import keep_edit, refuse_draft
from casebook.runtime.services import Services
from casebook.schemas.cases import (
    FACT_FIELDS,
    STATEMENT_FIELDS,
    CaseStudy,
    Result,
    Statement,
    Support,
    SupportLevel,
    Tag,
)
from casebook.schemas.documents import Document
from casebook.schemas.errors import InvalidDecision
from casebook.schemas.frozen import Frozen
from casebook.schemas.ids import content_id
from casebook.schemas.listings import CaseView
from casebook.schemas.reviews import Decision, Review, Revision
from casebook.summarizer.grounding.drafts import Grounder
from casebook.summarizer.grounding.locating import QuoteFinder

_LOST = Support(level=SupportLevel.UNSUPPORTED, reason="Its words are not in the newer text.")
FIELDS = (*FACT_FIELDS, *STATEMENT_FIELDS, "tags")


class Proposal(Frozen):
    """What a case would be with a newer draft taken over.

    ``kept`` names the fields that a person edited, ``left`` those that differ and were not chosen.
    """

    draft: Revision
    study: CaseStudy
    kept: Sequence[str]
    left: Sequence[str] = ()


def changed_fields(before: CaseStudy, after: CaseStudy) -> list[str]:
    """Return the names of the fields in which two case studies differ, as they would be stored."""
    told = before.model_dump(mode="json"), after.model_dump(mode="json")
    return [name for name in FIELDS if told[0][name] != told[1][name]]


def edited_fields(view: CaseView) -> list[str]:
    """Return the fields of the current revision that a person made what they are."""
    held = view.revision
    if held.made_by != "person":
        return []
    base = draft_behind(held, view.revisions)
    return changed_fields(base.case_study, held.case_study) if base else list(FIELDS)


def draft_behind(revision: Revision, revisions: Sequence[Revision]) -> Revision | None:
    """Return the model's draft that a person's revision was made from, if it is there."""
    asked = _making(revision)
    before = [one.revision_id for one in revisions].index(revision.revision_id)
    drafts = [r for r in revisions[:before] if r.made_by == "model" and _making(r) == asked]
    return drafts[-1] if drafts else None


def _making(revision: Revision) -> tuple[str, str | None, list[str]]:
    return revision.document_id, revision.recipe_id, list(revision.generation_ids)


def waiting_draft(view: CaseView) -> Revision | None:
    """Return the newest draft that came after the current revision, unless it was refused.

    Refusing it answers the older ones too.
    """
    ids = [revision.revision_id for revision in view.revisions]
    later = view.revisions[ids.index(view.revision.revision_id) + 1 :]
    newest = next((r for r in reversed(later) if r.made_by == "model"), None)
    return None if newest is None or newest.revision_id in _refused(view) else newest


def _refused(view: CaseView) -> set[str]:
    refusals = (r for r in view.reviews if r.decision is Decision.REFUSE_DRAFT)
    return {review.revision_id for review in refusals}


def choosable(view: CaseView, draft: Revision) -> list[str]:
    """Return the fields in which ``draft`` differs from the case, but for those edited."""
    edited = edited_fields(view)
    differing = changed_fields(view.revision.case_study, draft.case_study)
    return [name for name in differing if name not in edited]


def proposal(
    view: CaseView,
    draft: Revision,
    document: Document,
    *,
    whole: bool,
    chosen: Collection[str] | None = None,
) -> Proposal:
    """Return what the case would be with ``draft`` taken over; ``document`` is the draft's.

    Edited fields, and those that are not among ``chosen`` (None: all are), stay as they are; where
    the text is another one, their quotes are looked for in it and what no longer stands there is
    marked. Pure.

    Raises:
        InvalidDecision: if what is chosen is nothing, or is edited, or is no field that differs.
    """
    kept = [] if whole else edited_fields(view)
    left = _left(choosable(view, draft), kept, chosen)
    held = view.revision.case_study
    moved = document.document_id != view.revision.document_id
    stay = [*kept, *left]
    ours = _moved(held, document) if moved and stay else held
    study = draft.case_study.model_copy(update={name: getattr(ours, name) for name in stay})
    return Proposal(draft=draft, study=study, kept=kept, left=left)


def _left(
    differing: Sequence[str], kept: Sequence[str], chosen: Collection[str] | None
) -> list[str]:
    if chosen is None:
        return []
    if edited := [name for name in chosen if name in kept]:
        raise InvalidDecision(f"{', '.join(edited)}: a person edited this, so it stays as it is")
    if strange := [name for name in chosen if name not in differing]:
        raise InvalidDecision(f"{', '.join(strange)}: nothing differs there")
    if differing and not chosen:
        raise InvalidDecision("nothing is chosen: choose what to take over, or refuse the draft")
    return [name for name in differing if name not in chosen]


def _moved(study: CaseStudy, document: Document) -> CaseStudy:
    """Return ``study`` with its quotes located in another text, and judged by what is found.

    Facts that a person set have no quotes to look for.
    """
    finder, grounder = QuoteFinder(document), Grounder.of(document, study)

    def anew(statement: Statement) -> Statement:
        evidence = [e for old in statement.evidence for e in finder.find(old.quote)]
        beside = statement if isinstance(statement, Result) else None
        support = grounder.judge(statement.text, evidence, beside)
        return statement.model_copy(update={"evidence": evidence, "support": support})

    def earned(tag: Tag) -> Tag:
        evidence = [e for old in tag.evidence for e in finder.find(old.quote)]
        stands = any(e.start is not None for e in evidence)
        return tag.model_copy(
            update={"evidence": evidence, "support": tag.support if stands else _LOST}
        )

    statements = {name: [anew(s) for s in getattr(study, name)] for name in STATEMENT_FIELDS}
    tags = [earned(tag) for tag in study.tags]
    return study.model_copy(update={**statements, "tags": tags})


async def adopt(
    case_id: str,
    services: Services,
    *,
    who: str,
    revision_id: str | None = None,
    whole: bool = False,
    chosen: Collection[str] | None = None,
    expected_revision: str | None = None,
    expected_draft: str | None = None,
) -> tuple[Review, Proposal]:
    """Make a draft of a case its current revision; the case is a draft again.

    The newest waiting draft by default, and all its fields; of ``chosen`` ones alone, the others
    count as edited from then on. Fields that a person edited are kept unless ``whole``.

    Raises:
        UnknownId: if there is no such case.
        InvalidDecision: if no draft waits, or the one named is none of this case, or what is chosen
            cannot be, or the case or what waits was changed meanwhile.
    """
    view = await _seen(case_id, services, expected_revision, expected_draft)
    draft = _wanted(view, revision_id)
    document = await asyncio.to_thread(services.warehouse.document, draft.document_id)
    made = await asyncio.to_thread(
        proposal, view, draft, document or view.document, whole=whole, chosen=chosen
    )
    now = datetime.now(UTC)
    revision = draft.model_copy(
        update={
            "revision_id": content_id(
                "rev", case_id, draft.revision_id, view.revision.revision_id, now.isoformat()
            ),
            "parent_id": view.revision.revision_id,
            "made_by": "person",
            "author": who,
            "case_study": made.study,
            "created_at": now,
        }
    )
    stay = [*made.kept, *made.left]
    kept = f", keeping {', '.join(stay)}" if stay else ""
    reason = f"Took over the draft {draft.revision_id}{kept}."
    return await keep_edit(view, revision, services, who, reason), made


async def refuse(
    case_id: str,
    services: Services,
    *,
    who: str,
    reason: str | None = None,
    expected_revision: str | None = None,
    expected_draft: str | None = None,
) -> Review:
    """Remember that the draft which waits is not wanted; the case stays as it is.

    The same draft is not offered again; another recipe or text makes another one.

    Raises:
        UnknownId: if there is no such case.
        InvalidDecision: if no draft waits, or the case or what waits was changed meanwhile.
    """
    view = await _seen(case_id, services, expected_revision, expected_draft)
    if (draft := waiting_draft(view)) is None:
        raise InvalidDecision("no newer draft waits: there is nothing to refuse")
    return await refuse_draft(view, draft, services, who, reason)


async def _seen(
    case_id: str, services: Services, expected_revision: str | None, expected_draft: str | None
) -> CaseView:
    """Return the case, if it and the draft beside it are still those that were looked at."""
    view = await asyncio.to_thread(services.warehouse.case, case_id)
    waits = waiting_draft(view)
    if expected_revision not in {None, view.revision.revision_id} or expected_draft not in {
        None,
        waits and waits.revision_id,
    }:
        raise InvalidDecision("the case was changed meanwhile; look at it again before deciding")
    return view


def _wanted(view: CaseView, revision_id: str | None) -> Revision:
    if revision_id is None:
        if (found := waiting_draft(view)) is None:
            raise InvalidDecision("no newer draft waits; `casebook rerun` makes one")
        return found
    found = next((r for r in view.revisions if r.revision_id == revision_id), None)
    if found is None or found.made_by != "model":
        raise InvalidDecision(f"{revision_id} is no draft of this case")
    if found.revision_id == view.revision.revision_id:
        raise InvalidDecision("that draft is the current revision already")
    return found
