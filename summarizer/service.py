"""What flows call: plan, forecast, triage, summarize and verify one document."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from pydantic import BaseModel

from prompts.loader import Message
from schemas.errors import AnswerTruncated, ContextExceeded
from schemas.reviews import Triage
from schemas.sources import Document
from summarizer.asking import Asker
from summarizer.calls import Answer
from summarizer.drafts import Draft
from summarizer.plans import Forecast, Plan, forecast, plan, recipe, rubric_id, usual_plan
from summarizer.profiles import Strategy
from summarizer.rubrics import matches_rubric
from summarizer.strategies import guided, map_reduce, single
from summarizer.triage import triage_by_cues, triage_by_model
from summarizer.verification import Verified, checked, verify

if TYPE_CHECKING:
    from summarizer.client import ModelClient  # it imports openai, which takes a second

__all__ = [
    "Draft",
    "Forecast",
    "Plan",
    "Verified",
    "check_model",
    "checked",
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


async def triage(document: Document, asker: Asker, plan: Plan) -> Triage:
    """Return the verdict on ``document``.

    Raises:
        ModelError: an outage is never a verdict.
    """
    if plan.triage_by_model:
        return await triage_by_model(document, asker)
    return await asyncio.to_thread(triage_by_cues, document)


async def summarize(
    document: Document,
    asker: Asker,
    plan: Plan,
    on_step: Callable[[int, int], None] | None = None,
) -> Draft:
    """Return what the model proposes, unchecked; ``on_step`` gets (done, total) calls.

    A document whose one call exceeds the context or the output limit is read in windows, unless
    a person asked for one call.

    Raises:
        ModelError: when the endpoint fails or the model gives nothing usable.
    """
    step = on_step or (lambda _done, _total: None)
    before = len(asker.generations)
    if plan.strategy is Strategy.GUIDED:
        draft = await asyncio.to_thread(guided.propose, document, plan.reason)
    elif plan.strategy is Strategy.MAP_REDUCE:
        draft = await map_reduce.propose(document, asker, plan.reason, step)
    else:
        draft = await _in_one_call(document, asker, plan, step)
    made_by = tuple(generation.generation_id for generation in asker.generations[before:])
    return draft.model_copy(update={"generation_ids": made_by})


async def _in_one_call(
    document: Document, asker: Asker, plan: Plan, step: Callable[[int, int], None]
) -> Draft:
    step(0, 1)
    try:
        draft = await single.propose(document, asker, plan.reason)
    except (ContextExceeded, AnswerTruncated) as error:
        if plan.reason == "asked for":
            raise
        return await map_reduce.propose(document, asker, f"one call failed: {error}", step)
    step(1, 1)
    return draft


class _Ready(BaseModel):
    ready: bool


async def check_model(client: "ModelClient") -> Answer[_Ready]:
    """Return the answer to a tiny question, to see whether the endpoint works.

    Raises:
        ModelError: the cause, with what to do in its message.
    """
    question = Message(role="user", content='Answer with the JSON object {"ready": true}.')
    return await client.ask([question], _Ready)
