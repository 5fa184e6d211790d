"""New verdicts on the current revision of a case, whose text stays."""

from asyncio import to_thread

from config.resources import Resources
from review.doubts import held_back
from review.parts import parts_of
from review.revisions import edited, keep
from schemas.cases import SupportLevel
from schemas.errors import InvalidDecision, ModelError
from schemas.reviews import CaseStatus, CaseView, Decision, Recipe, Revision
from summarizer.asker import Asker
from summarizer.heard import with_heard
from summarizer.judge import PROMPT, judge_study
from summarizer.plans import DraftPlan


async def judged_anew(
    view: CaseView, judge: Asker, resources: Resources
) -> tuple[Revision, ModelError | None]:
    """Return the revision with the judge's levels, and an error if verdicts are missing.

    If this judge was asked before, only about parts without a verdict. What a curator confirmed
    stays. A case with the same levels gets no revision. An approved one stays approved if readers
    would see the same parts.

    Raises:
        InvalidDecision: if new levels of the case would have no use.
        ModelError: if no verdict came.
    """
    before, prompt, old = view.revision, judge.prompt(PROMPT).label, _recipe(view)
    current = resources.recipe(DraftPlan.model_validate({"strategy": old.strategy, "reason": ""}))
    recipe = old.judged_by(judge.profile.model, prompt, current)
    study, error = await judge_study(
        before.study,
        view.document,
        judge,
        lambda one: recipe != old or one.level is SupportLevel.UNVERIFIED,
    )
    study = with_heard(study, view.document)
    pairs = zip(parts_of(before.study), parts_of(study), strict=True)
    if error and all(a.support is b.support or b.support.is_unjudged for a, b in pairs):
        raise error
    if study == before.study and recipe == old:
        return before, error
    calls = [*before.generation_ids, *(call.generation_id for call in judge.generations)]
    made = {"recipe": recipe, "generation_ids": tuple(dict.fromkeys(calls))}
    new = edited(before, study, judge.profile.model).model_copy(update=made)
    return await to_thread(_store, view, new, prompt, resources), error


def _recipe(view: CaseView) -> Recipe:
    case_id, recipe = view.case.case_id, view.revision.recipe
    if recipe is None or not view.is_quotable:
        raise InvalidDecision(f"{case_id} was imported without its source")
    if view.status is CaseStatus.REJECTED:
        raise InvalidDecision(f"{case_id} is rejected; reopen it first")
    if view.newer:
        raise InvalidDecision(f"{case_id} has a newer draft; adopt or reject that first")
    return recipe


def _store(view: CaseView, new: Revision, prompt: str, resources: Resources) -> Revision:
    warehouse, case_id, before = resources.warehouse, view.case.case_id, view.revision
    if view.is_undecided:  # a later draft still replaces it
        new = new.model_copy(update={"made_by": "model"})
    why = f"Judged the text anew ({prompt})."
    keep(warehouse, view, Decision.JUDGE, new.author, why, new=new)
    held, now = ({one.part_id for one in held_back(s)} for s in (before.study, new.study))
    if view.status in {CaseStatus.APPROVED, CaseStatus.PUBLISHED} and now == held:
        keep(warehouse, warehouse.case(case_id), Decision.APPROVE, resources.settings.curator, why)
    return new
