"""The clients of models that the settings describe: the summarizer's, the judge's, the hearer's.

openai and instructor take a second to import, and most commands ask nothing: each client is
imported when it is made.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pydantic import SecretStr

from casebook.runtime.ledger import WarehouseLedger
from casebook.runtime.settings import OPENAI_ENDPOINT, Settings
from casebook.summarizer.models import embedded
from casebook.summarizer.models.budget import Budget
from casebook.summarizer.models.limiting import RequestLimiter
from casebook.summarizer.models.profiles import JsonMode, Price, Profile, profile_of

if TYPE_CHECKING:
    from casebook.summarizer.models.client import OpenAICompatible
    from casebook.summarizer.models.transcription import OpenAITranscriber


def model_name(settings: Settings) -> str:
    """Return the model that drafts are asked of."""
    return embedded.NAME if settings.embedded else settings.llm_model or ""


def profile(settings: Settings) -> Profile:
    """Return that model's profile, with what the settings override."""
    known = profile_of(model_name(settings), settings.models)
    changes: dict[str, object] = {
        "context_tokens": settings.llm_context_tokens,
        "output_tokens": settings.llm_output_tokens,
    }
    if settings.llm_mode != "auto":
        changes["mode"] = JsonMode(settings.llm_mode)
    if settings.llm_price_input is not None and settings.llm_price_output is not None:
        changes["price"] = Price(input=settings.llm_price_input, output=settings.llm_price_output)
    return known.model_copy(update={k: v for k, v in changes.items() if v is not None})


def summarizer(
    settings: Settings,
    server: embedded.EmbeddedServer | None,
    limiter: RequestLimiter,
    patience: float,
) -> "OpenAICompatible":
    """Return the client of the model that drafts are asked of, at ``server`` where it is embedded.

    ``patience`` is for how many seconds a rate limit is waited out.
    """
    from casebook.summarizer.models.client import OpenAICompatible, RetryPolicy

    known = profile(settings)
    policy = RetryPolicy(
        attempts=settings.llm_attempts,
        backoff_initial=settings.llm_backoff,
        retry_after_cap=max(60.0, patience),
        rate_patience=patience,
    )
    return OpenAICompatible(
        model_name(settings),
        server.base_url if server else settings.endpoint,
        server.api_key if server else _told(settings.openai_api_key),
        stated_endpoint="embedded" if server else settings.endpoint,
        timeout=settings.llm_timeout,
        policy=policy,
        mode=known.mode,
        reasoning=known.reasoning,
        limiter=limiter,
    )


def judge(settings: Settings, limiter: RequestLimiter) -> "OpenAICompatible":
    """Return the client of the model that judges; ``limiter`` is that of the drafts' endpoint."""
    from casebook.summarizer.models.client import OpenAICompatible, RetryPolicy

    name = settings.judge_model or ""
    known = profile_of(name, settings.models)
    endpoint = settings.judge_base_url or settings.endpoint
    # The summaries' key goes to the summaries' endpoint, and to no other.
    shared = settings.openai_api_key if endpoint == settings.endpoint else None
    return OpenAICompatible(
        name,
        endpoint,
        _told(settings.judge_api_key or shared),
        stated_endpoint=endpoint,
        timeout=settings.llm_timeout,
        policy=RetryPolicy(attempts=settings.llm_attempts, backoff_initial=settings.llm_backoff),
        mode=known.mode,
        reasoning=known.reasoning,
        limiter=None if settings.embedded or endpoint != settings.endpoint else limiter,
    )


def transcriber(
    settings: Settings, model: str, ledger: WarehouseLedger, budget: Callable[[], Budget]
) -> "OpenAITranscriber":
    """Return the client of ``model``, which writes down what is said in recordings."""
    from casebook.summarizer.models.client import RetryPolicy
    from casebook.summarizer.models.transcription import OpenAITranscriber

    return OpenAITranscriber(
        model,
        settings.transcription_base_url or OPENAI_ENDPOINT,
        _told(settings.transcription_api_key or settings.openai_api_key),
        ledger,
        budget=budget,
        price_a_minute=settings.transcription_price,
        timeout=settings.transcription_timeout,
        policy=RetryPolicy(attempts=settings.llm_attempts, backoff_initial=settings.llm_backoff),
    )


def _told(key: SecretStr | None) -> str:
    """Return what is sent as the key; servers of one's own want none."""
    return key.get_secret_value() if key else "none"
