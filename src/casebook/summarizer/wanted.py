"""Is an item that a list announces what a curator wants? By a rubric in the curator's own words.

Only what the list says of it is judged: title, summary and address. What says too little is let
through, for it is read and judged by triage later.
"""

from typing import Literal

from pydantic import BaseModel, Field

from casebook.schemas.sources import Candidate
from casebook.summarizer.models.asking import Asker
from casebook.summarizer.models.profiles import Profile
from casebook.summarizer.models.rendering import fence_for
from casebook.summarizer.triage import by_model

STAGE = "watch"
PROMPT = "wanted"
_OUTPUT_TOKENS = 300
_REFUSED = "does not fit"


class WantedAnswer(BaseModel):
    """What is said of one item."""

    reason: str = Field(description="One sentence that names the words that decide.")
    verdict: Literal["fits", "does not fit", "cannot tell"] = Field(description="By the rubric.")


def can_judge(profile: Profile) -> bool:
    """Tell whether a model can be asked: one that has to be guided gives no verdicts."""
    return by_model(profile, profile.strategy)


async def refusal(item: Candidate, rubric: str, asker: Asker) -> str | None:
    """Return why ``item`` is not what ``rubric`` asks for, None where it is or may be.

    Raises:
        ModelError: an outage is never a verdict.
    """
    told = {"title": item.title or "(none)", "summary": item.summary or "(none)"}
    told["address"] = item.url
    answer = await asker.ask(
        STAGE,
        asker.prompt(PROMPT),
        {"fence": fence_for("\0".join(told.values())), "rubric": rubric, **told},
        WantedAnswer,
        temperature=0.0,
        max_tokens=_OUTPUT_TOKENS,
    )
    return answer.reason if answer.verdict == _REFUSED else None
