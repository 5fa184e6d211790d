"""The entry points of flows for one document: triage and summary."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from prompts.loader import Message
from schemas.errors import AnswerInvalid, AnswerTruncated, ContextExceeded
from schemas.reviews import Triage
from schemas.sources import Document
from summarizer.answers import Answer
from summarizer.asker import Asker
from summarizer.drafts import Draft
from summarizer.plans import ASKED_FOR, DraftPlan, rubric_id
from summarizer.profiles import Strategy
from summarizer.strategies import guided, map_reduce, short, single
from summarizer.triage import is_unproven, refuse_thin, triage_by_cues, triage_by_model

if TYPE_CHECKING:
    from summarizer.client import ModelClient  # it imports openai, which takes a second


async def triage(document: Document, asker: Asker, plan: DraftPlan) -> Triage:
    """Return the verdict on ``document``, which the strategy single gets from its only call.

    If the document is too long for that call, the verdict is requested separately.

    Raises:
        ExtractionError: if the text is too short to cover its title.
        ModelError: if the model fails; a failure is never a verdict.
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
    """Return the model's draft, unchecked; ``on_step`` is called with (done, total) calls.

    A document that was too long for a single call in triage is read in windows.

    Raises:
        ModelError: if the endpoint fails or there is no usable answer.
    """
    if plan.strategy is Strategy.GUIDED:
        draft = await asyncio.to_thread(guided.propose, document, plan.reason)
    elif asker.profile.small:
        draft = await short.propose(document, asker, plan.strategy, plan.reason, on_step)
    elif plan.strategy is Strategy.SINGLE and verdict.rubric == rubric_id(plan, asker.pinned):
        on_step(0, 1)
        is_ordered = verdict.overturned_by is not None
        draft = await single.propose(document, asker, plan.reason, ordered=is_ordered)
        if not draft.claims and (is_unproven(verdict) or len(verdict.subjects) > 1):
            draft = await single.propose(document, asker, plan.reason, ordered=True)
        on_step(1, 1)
    else:
        is_planned = plan.strategy is Strategy.MAP_REDUCE
        reason = plan.reason if is_planned else "a single call for the whole document was too long"
        draft = await map_reduce.propose(document, asker, reason, on_step)
    if not draft.claims:
        raise AnswerInvalid(
            f"{asker.profile.model} found no statement in the source; retry, or try another model"
        )
    return draft


class _Ready(Answer):
    ready: bool


async def check_model(client: "ModelClient") -> None:
    """Ask the model a tiny question to find out whether the endpoint works.

    Raises:
        ModelError: the cause, with the next step in its message.
    """
    question = Message(role="user", content='Answer with the JSON object {"ready": true}.')
    (await client.ask([question], _Ready)).result()
