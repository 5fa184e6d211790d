"""The judge's verdicts on edits: an edited part is stored as being judged, and settled later.

What waits is data, so settling can be repeated, and a crash loses nothing.
"""

import asyncio
from collections.abc import Hashable, Mapping
from contextlib import suppress
from functools import partial

from config.resources import Resources
from review.parts import part_id, parts_of, text_of, updated
from review.revisions import edited, keep
from schemas.cases import NOT_JUDGED, CaseStudy, Match, Part, Section, Statement, Support
from schemas.cases import SupportLevel as Level
from schemas.errors import CasebookError, InvalidDecision
from schemas.reviews import EARLIER_JUDGE, CaseStatus, CaseView, Decision, Revision
from summarizer.heard import with_heard
from summarizer.judge import judge_study
from warehouse import Warehouse

ASKING = f"{NOT_JUDGED} yet."
"""The reason of a part that is being judged; readers see it if a curator confirms the part."""

Content = tuple[Hashable, ...]

_CLOSED = frozenset({Level.REFUTED, Level.IMPORTED})  # by code: nothing to ask the judge


def is_waiting(support: Support) -> bool:
    """Return whether a part is being judged."""
    return support.reason == ASKING and not support.confirmed_by


def waits(study: CaseStudy) -> bool:
    """Return whether parts of a study are being judged."""
    return any(is_waiting(part.support) for part in parts_of(study))


def being_judged(study: CaseStudy, view: CaseView, draft: Revision | None = None) -> CaseStudy:
    """Return an edited study of a case (or of a newer ``draft``), its new parts as being judged.

    Parts that a revision with the same judge has keep their support, and so do those that a curator
    confirmed and those without a quote in the source.
    """
    judge = _judge(draft or view.revision)
    studies = [one.study for one in view.revisions if _judge(one) == judge]
    known = {(text, part.support) for one in studies for text, part in _by_content(one).items()}
    known |= {((None, *text[1:]), support) for text, support in known}  # its challenge was dropped
    waiting = Support(level=Level.UNVERIFIED, reason=ASKING)
    new = {
        part_id(part): waiting
        for text, part in _by_content(study).items()
        if (text, part.support) not in known and _is_open(part)
    }
    return _with_supports(study, new)


async def settle(
    case_id: str, resources: Resources, *, again: bool = False
) -> Mapping[str, Support]:
    """Ask the judge about a draft with parts that are being judged, and store the verdicts.

    All unjudged parts are asked about; with ``again`` even if none is being judged. Parts that
    change in the meantime keep waiting. If the judge cannot be asked, the parts have the error as
    their reason. Returns the new support of each part by its text.
    """
    warehouse = resources.warehouse
    async with warehouse.lock(f"judge-{case_id}"):
        view = await asyncio.to_thread(warehouse.case, case_id)
        study = view.revision.study
        asked = [part for part in parts_of(study) if _is_unjudged(part.support)]
        if view.status is not CaseStatus.DRAFT or not asked or not (again or waits(study)):
            return {}
        judge, after = resources.judge(view.revision.document_id), study
        error: CasebookError | None = CasebookError("No judge is configured.")
        if judge:
            judged, error = await judge_study(study, view.document, judge, _is_unjudged)
            after = with_heard(judged, view.document)
        verdicts = _verdicts(study, after, error)
        name = judge.profile.model if judge else "judge"
        work = partial(_store, warehouse, case_id, verdicts, name, is_forced=again)
        await asyncio.to_thread(work, reason=str(error) if error else None)
    return {text_of(_by_content(study)[one]): support for one, support in verdicts.items()}


def _verdicts(
    before: CaseStudy, after: CaseStudy, error: CasebookError | None
) -> Mapping[Content, Support]:
    """Return the new support of each unjudged part, by its content."""
    supports = {part_id(part): part.support for part in parts_of(after)}
    failed = Support(level=Level.UNVERIFIED, reason=f"{NOT_JUDGED}: {error or 'no verdict came.'}")
    return {
        content: failed if is_waiting(supports[part_id(part)]) else supports[part_id(part)]
        for content, part in _by_content(before).items()
        if _is_unjudged(part.support)
    }


def _store(
    warehouse: Warehouse,
    case_id: str,
    verdicts: Mapping[Content, Support],
    judge: str,
    *,
    reason: str | None,
    is_forced: bool,
) -> None:
    """Store the verdicts on parts that are still unjudged, unless the case was decided.

    If ``is_forced``, a revision is stored even if nothing changes, for the pages that wait for it.
    """
    while (view := warehouse.case_without_company(case_id)).status is CaseStatus.DRAFT:
        before = view.revision.study
        open_ = ((c, p) for c, p in _by_content(before).items() if _is_unjudged(p.support))
        new = {part_id(part): verdicts.get(content, part.support) for content, part in open_}
        study = _with_supports(before, new)
        if study == before and not is_forced:
            return
        revision = edited(view.revision, study, judge)
        if view.is_undecided:  # a later draft still replaces it
            revision = revision.model_copy(update={"made_by": "model"})
        with suppress(InvalidDecision):  # the case changed just now: look again
            keep(warehouse, view, Decision.JUDGE, judge, reason, new=revision)
            return


def _judge(revision: Revision) -> object:
    recipe = revision.recipe
    return recipe and (recipe.judge, EARLIER_JUDGE in recipe.prompts)


def _with_supports(study: CaseStudy, new: Mapping[str, Support]) -> CaseStudy:
    return study.map_parts(lambda one: updated(one, support=new.get(part_id(one), one.support)))


def _is_unjudged(support: Support) -> bool:
    return support.is_unjudged and not support.confirmed_by


def has_base(part: Part) -> bool:
    """Return whether a part has something to be judged by; notes on numbers are not judged."""
    is_found = any(one.match is not Match.MISSING for one in part.evidence)
    if not isinstance(part, Statement):
        return is_found
    return bool(part.rests_on) or (is_found and part.section is not Section.GAPS)


def _is_open(part: Part) -> bool:
    """Return whether the judge can say more about a part than code and curator did."""
    return has_base(part) and part.support.level not in _CLOSED and not part.support.confirmed_by


def _by_content(study: CaseStudy) -> dict[Content, Part]:
    """Return the parts by everything that the judge reads of them, which has no numbers."""
    texts = {one.n: one.text for one in study.statements}

    def content(part: Part) -> Content:
        if not isinstance(part, Statement):
            return part_id(part), text_of(part), part.evidence
        cited = tuple(texts.get(n) for n in part.rests_on)
        challenge = texts.get(part.answers or 0)
        return challenge, part.section, part.text, part.measure, cited, part.evidence

    return {content(part): part for part in parts_of(study)}
