"""The findings of cases: once per revision, by a model, or by code without one."""

from asyncio import to_thread
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from config.resources import Resources
from publishing.gate import readable
from schemas.cases import CaseStudy, Section, SupportLevel
from schemas.errors import InvalidDecision
from schemas.findings import FindingSet
from schemas.frozen import content_id
from schemas.reviews import CaseView
from services.run import Run
from summarizer.findings import JUDGE, PROMPT, case_text, findings_of
from summarizer.findings_by_code import findings_by_code
from summarizer.plans import CostEstimate, findings_forecast

_UNCITED = {Section.ABSTRACT, Section.EXAMPLE, Section.GAPS}
_WRONG = {SupportLevel.DOUBTFUL, SupportLevel.REFUTED}


class FindingsPlan(NamedTuple):
    """The cases without findings: the size of their statements by case id, and others' number."""

    chosen: Mapping[str, int]
    known: int  # have findings already
    texts: int  # imported texts without statements

    def price(self, resources: Resources) -> str:
        """Return the number of cases, the model and the price in words."""
        notes = f" {self.known} have findings already." if self.known else ""
        if self.texts:
            notes += (
                f" {self.texts} imported texts have no statements; run `casebook structure`, then "
                "adopt and approve the drafts."
            )
        if not resources.profile.is_capable:
            return f"{len(self.chosen)} cases, by code and free.{notes}"
        costs = [_forecast(size, resources).cost_usd for size in self.chosen.values()]
        usd = None if None in costs else sum(cost or 0.0 for cost in costs)
        price = "of unknown price" if usd is None else f"about ${usd:.2f}"
        return f"{len(self.chosen)} cases with {resources.profile.model}, {price}.{notes}"


async def without_findings(
    resources: Resources, case_ids: Collection[str] = (), limit: int | None = None
) -> FindingsPlan:
    """Return the first ``limit`` of these cases without findings, by default of all.

    Raises:
        InvalidDecision: if a requested case has no statements that readers see.
    """
    rows = await to_thread(resources.warehouse.finding_cases, **recipe_of(resources))
    stated = {row["case_id"]: row for row in rows if row["characters"]}
    if unfit := [one for one in case_ids if one not in stated]:
        raise InvalidDecision(
            f"{unfit[0]} has no statements that readers see: approve it first, or if it is an "
            "imported text, run `casebook structure`"
        )
    wanted = [row for name, row in stated.items() if not case_ids or name in case_ids]
    sizes = [(row["case_id"], row["characters"]) for row in wanted if not row["is_known"]]
    texts = 0 if case_ids else len(rows) - len(stated)
    return FindingsPlan(dict(sizes[:limit]), len(wanted) - len(sizes), texts)


async def make_findings(view: CaseView, run: Run) -> FindingSet:
    """Make and store the findings of the revision of a case that readers see.

    Raises:
        InvalidDecision: if readers see none.
        ModelError: if the model or the judge gives no answer; nothing is stored but its calls.
    """
    shown = (one for one in view.revisions if one.revision_id == view.next_revision_id)
    if (revision := next(shown, None)) is None:
        raise InvalidDecision(f"no reader sees {view.case.case_id}; approve it first")
    resources, study = run.resources, await to_thread(citable, revision.study)
    dropped: tuple[str, ...] = ()
    if resources.profile.is_capable and study.statements:
        expected = _forecast(len(case_text(study)), resources)
        async with run.drafting_slot(view.document, expected):
            asker, judge = run.asker(view.document), run.judge(view.document)
            found, dropped = await findings_of(study, asker, judge)
    else:
        found = await to_thread(findings_by_code, study)
    recipe, calls = recipe_of(resources), run.generation_ids
    made = FindingSet(
        set_id=content_id("found", revision.revision_id, *recipe.values(), calls),
        case_id=revision.case_id,
        revision_id=revision.revision_id,
        **recipe,
        generation_ids=calls,
        dropped=dropped,
        findings=found,
    )
    await to_thread(resources.warehouse.append, made)
    return made


def citable(study: CaseStudy) -> CaseStudy:
    """Return the statements that findings can rest on, as for reports, with the undoubted facts."""
    shown = readable(study).study
    sound = (one for one in shown.statements if one.section not in _UNCITED)
    return CaseStudy(
        facts=tuple(one for one in shown.facts if one.support.level not in _WRONG),
        statements=tuple(one for one in sound if one.support.level not in _WRONG),
    )


def recipe_of(resources: Resources) -> dict[str, Any]:
    """Return the model, the judge and the prompts of findings; without a model they are empty."""
    if not resources.profile.is_capable:
        return {"model": None, "judge": None, "prompts": []}
    judge, labels = resources.judge(""), [resources.asker("").prompt(PROMPT).label]
    labels += [judge.prompt(JUDGE).label] if judge else []
    name = judge.profile.model if judge else None
    return {"model": resources.profile.model, "judge": name, "prompts": labels}


def _forecast(characters: int, resources: Resources) -> CostEstimate:
    judge = resources.judge("")
    return findings_forecast(characters, resources.profile, judge.profile if judge else None)
