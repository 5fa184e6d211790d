"""What an answer took in tokens: as the endpoint counts them, or estimated where it does not."""

import json
import math
from typing import Any

from casebook.schemas.generations import Usage
from casebook.summarizer.models.rendering import estimate_tokens

# No request has so many tokens: a count beyond this is a fault of whoever counts.
_MOST = 100_000_000


def usage_of(completion: Any, prompt_tokens: int) -> Usage:
    """Return what a completion took; ``prompt_tokens`` is the estimate for what was asked.

    An answer whose tokens are not told is not free: counted as nothing, it would never come to the
    cap of a budget. What is no completion, with no choice in it, counts as far as it is told.
    """
    told = getattr(completion, "usage", None)
    details = getattr(told, "prompt_tokens_details", None)
    asked = _number(getattr(told, "prompt_tokens", None))
    answered = _number(getattr(told, "completion_tokens", None))
    if choices := getattr(completion, "choices", None):
        asked = asked or prompt_tokens
        answered = answered or sum(map(_said, choices))
    return Usage(
        cached_tokens=_number(getattr(details, "cached_tokens", None)),
        prompt_tokens=asked,
        completion_tokens=answered,
    )


def _number(told: object) -> int:
    """Return how many tokens an endpoint counts; what is no number must not cost the answer."""
    if not isinstance(told, int | float) or not math.isfinite(told):
        return 0
    return round(told) if 0 <= told <= _MOST else 0


def _said(choice: Any) -> int:
    """Return the estimate for what one choice holds, be it words or a tool's arguments."""
    message = getattr(choice, "message", None)
    calls = getattr(message, "tool_calls", None) or ()
    arguments = (getattr(getattr(call, "function", None), "arguments", None) for call in calls)
    said = (getattr(message, "content", None), *arguments)
    return sum(
        estimate_tokens(one if isinstance(one, str) else json.dumps(one)) for one in said if one
    )
