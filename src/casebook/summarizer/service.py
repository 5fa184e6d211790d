"""The room's door: triage and summary of one document by the strategy that fits the model."""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

import structlog

from casebook.schemas.cases import CaseStudy, Statement
from casebook.schemas.documents import Document
from casebook.schemas.errors import AnswerTruncated, ContextExceeded, ModelError
from casebook.schemas.taxonomy import Taxonomy
from casebook.schemas.triage import Triage
from casebook.summarizer import judging
from casebook.summarizer.drafting import guided, map_reduce, single
from casebook.summarizer.grounding.drafts import Grounder
from casebook.summarizer.judging import doubtful
from casebook.summarizer.models.asking import Asker
from casebook.summarizer.models.profiles import Strategy
from casebook.summarizer.planning import Choice, Plan, choose, plan, plan_triage, usual
from casebook.summarizer.proposals import Proposal
from casebook.summarizer.recipes import recipe
from casebook.summarizer.triage import by_model, rubric_of, triage_by_cues, triage_by_model

__all__ = [
    "Choice",
    "Judged",
    "Plan",
    "choose",
    "doubtful",
    "ground",
    "judged",
    "plan",
    "plan_triage",
    "propose",
    "recipe",
    "rubric",
    "triage",
    "usual",
]

_log = structlog.get_logger(__name__)

Progress = Callable[[int, int], None]


def rubric(asker: Asker, strategy: Strategy) -> str:
    """Return the name of the rubric that ``triage`` would use."""
    return rubric_of(asker, by_model=by_model(asker.profile, strategy))


async def triage(document: Document, asker: Asker, strategy: Strategy) -> Triage:
    """Judge whether ``document`` is a case study.

    Raises:
        ModelError: an outage is never a verdict.
    """
    if by_model(asker.profile, strategy):
        return await triage_by_model(document, asker)
    return await asyncio.to_thread(triage_by_cues, document)


async def propose(
    document: Document,
    asker: Asker,
    strategy: Strategy,
    on_progress: Progress,
    *,
    fall_back: bool = False,
) -> Proposal:
    """Return what the model claims of ``document``; nothing is checked yet.

    With ``fall_back``, a document whose one call exceeded the context or the output limit after
    all is read in windows; the proposal names the strategy that made it.

    Raises:
        ModelError: when the endpoint or the model gives nothing usable.
    """
    if strategy is Strategy.GUIDED:
        return await guided.propose(document, asker, on_progress)
    if strategy is Strategy.MAP_REDUCE:
        return await map_reduce.propose(document, asker, on_progress)
    on_progress(0, 1)
    try:
        proposal = await single.propose(document, asker)
    except (ContextExceeded, AnswerTruncated) as error:
        if not fall_back:
            raise
        return await _in_windows(document, asker, on_progress, error)
    on_progress(1, 1)
    return proposal


async def _in_windows(
    document: Document,
    asker: Asker,
    on_progress: Progress,
    error: ContextExceeded | AnswerTruncated,
) -> Proposal:
    """Read in windows what was too long for one call, within the context that the endpoint told."""
    if isinstance(error, ContextExceeded) and error.limit:
        told = min(error.limit, asker.profile.context_tokens)
        asker.profile = asker.profile.model_copy(update={"context_tokens": told})
    proposal = await map_reduce.propose(document, asker, on_progress)
    return proposal.model_copy(
        update={"strategy": Strategy.MAP_REDUCE, "strategy_reason": f"one call failed: {error}"}
    )


def ground(document: Document, proposal: Proposal, taxonomy: Taxonomy | None = None) -> CaseStudy:
    """Locate every quote, judge every statement. Pure."""
    return Grounder(document).case_study(proposal, taxonomy)


class Judged(NamedTuple):
    """A study after the judge, and what kept the judge from judging, if something did."""

    study: CaseStudy
    trouble: ModelError | None = None


async def judged(
    study: CaseStudy, doubted: Sequence[Statement], document: Document, asker: Asker | None
) -> Judged:
    """Return the study after the judge, where there is one; ``doubted`` is what it is asked about.

    An outage of the judge costs no draft: the verdicts of code stand, with a note, and it is for
    the caller to keep the trouble as a failure.
    """
    if asker is None:
        return Judged(study)
    try:
        return Judged(await judging.judge(study, doubted, document, asker))
    except ModelError as error:
        _log.warning("judge_failed", kind=error.kind(), document=document.document_id)
        noted = judging.noted(study, doubted, f"{error.kind().replace('_', ' ')}.")
        return Judged(noted, error)
