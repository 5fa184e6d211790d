"""Whether an item that a watched list announces is what a curator wants, in the curator's words.

Only what the list says about it is judged: title, summary and address. What says too little passes,
for it is read and judged by triage later.
"""

from typing import Literal

from pydantic import BaseModel, Field

from schemas.sources import Candidate
from summarizer.asking import Asker
from summarizer.profiles import Strategy
from summarizer.rendering import fence_for

STAGE = "watch"
PROMPT = "wanted"
_REFUSED = "does not fit"


class WantedAnswer(BaseModel):
    """The verdict on one item."""

    reason: str = Field(description="One sentence that names the words that decide.")
    verdict: Literal["fits", "does not fit", "cannot tell"] = Field(description="By the rules.")


async def matches_rubric(candidate: Candidate, rubric: str, asker: Asker) -> tuple[bool, str]:
    """Return whether a listed item may be what ``rubric`` asks for, and the reason.

    Small models give no verdicts: everything passes.

    Raises:
        ModelError: an outage is never a verdict.
    """
    if asker.profile.strategy is Strategy.GUIDED:
        return True, f"{asker.profile.model} is too small to judge it"
    item = {
        "title": candidate.title or "(none)",
        "summary": candidate.summary or "(none)",
        "address": candidate.url,
    }
    values = {"fence": fence_for("\0".join(item.values())), "rubric": rubric, **item}
    answer = await asker.ask(asker.prompt(PROMPT), values, WantedAnswer, STAGE)
    return answer.verdict != _REFUSED, answer.reason
