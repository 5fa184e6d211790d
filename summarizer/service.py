"""What flows call: plan, forecast, triage, summarize and verify one document."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from prompts.loader import Message
from schemas.errors import AnswerInvalid, AnswerTruncated, ContextExceeded
from schemas.reviews import Triage
from schemas.sources import Document
from summarizer import answers
from summarizer.asker import Asker
from summarizer.drafts import Draft
from summarizer.plans import (
    ASKED_FOR,
    CostEstimate,
    DraftPlan,
    forecast,
    plan,
    recipe,
    rubric_id,
    usual_plan,
)
from summarizer.profiles import Strategy
from summarizer.strategies import guided, map_reduce, overview, single
from summarizer.triage import matches_rubric, refuse_thin, triage_by_cues, triage_by_model
from summarizer.verification import Verified, verify

if TYPE_CHECKING:
    from summarizer.client import ModelClient  # it imports openai, which takes a second

__all__ = [
    "CostEstimate",
    "Draft",
    "DraftPlan",
    "Verified",
    "check_model",
    "forecast",
    "matches_rubric",
    "plan",
    "recipe",
    "rubric_id",
    "summarize",
    "triage",
    "usual_plan",
    "verify",
]


async def triage(document: Document, asker: Asker, plan: DraftPlan) -> Triage:
    """Return the verdict on ``document``; with one reading, it is the first part of that.

    Where the one reading fails for its length, the verdict is asked for alone.

    Raises:
        ExtractionError: if the text is too thin to cover what its title announces.
        ModelError: an outage is never a verdict.
    """
    refuse_thin(document)
    if not plan.triage_by_model:
        return await asyncio.to_thread(triage_by_cues, document)
    if plan.strategy is Strategy.SINGLE:
        try:
            return await triage_by_model(document, asker, alone=False)
        except (ContextExceeded, AnswerTruncated):
            if plan.reason == ASKED_FOR:
                raise
    return await triage_by_model(document, asker, alone=True)


async def summarize(
    document: Document,
    asker: Asker,
    plan: DraftPlan,
    verdict: Triage,
    on_step: Callable[[int, int], None] = lambda _done, _total: None,
) -> Draft:
    """Return what the model proposes, unchecked; ``on_step`` gets (done, total) calls.

    A document whose one reading was too long for triage already is read in windows.

    Raises:
        ModelError: when the endpoint fails or the model gives nothing usable.
    """
    before = len(asker.generations)
    if plan.strategy is Strategy.GUIDED:
        draft = await asyncio.to_thread(guided.propose, document, plan.reason)
        if asker.profile.overview:
            draft = await overview.with_overview(draft, document, asker)
    elif plan.strategy is Strategy.SINGLE and verdict.rubric == rubric_id(plan, asker.pinned):
        on_step(0, 1)
        is_ordered = verdict.overturned_by is not None
        draft = await single.propose(document, asker, plan.reason, ordered=is_ordered)
        on_step(1, 1)
    else:
        is_planned = plan.strategy is Strategy.MAP_REDUCE
        reason = plan.reason if is_planned else "one call for all of it was too long"
        draft = await map_reduce.propose(document, asker, reason, on_step)
    if not draft.claims:
        raise AnswerInvalid(
            f"{asker.profile.model} found no statement in the source; retry, or try another model"
        )
    made_by = tuple(generation.generation_id for generation in asker.generations[before:])
    return draft.model_copy(update={"generation_ids": made_by})


class _Ready(answers.Answer):
    ready: bool


async def check_model(client: "ModelClient") -> None:
    """Ask a tiny question, to see whether the endpoint works.

    Raises:
        ModelError: the cause, with what to do in its message.
    """
    question = Message(role="user", content='Answer with the JSON object {"ready": true}.')
    (await client.ask([question], _Ready)).result()
