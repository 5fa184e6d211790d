"""Profiles of models: limits, prices and strategies."""

import pytest

from schemas.errors import ConfigurationError
from schemas.generations import Usage
from summarizer.embedded import NAME
from summarizer.profiles import Price, Profile, Strategy, profile_of

LOCAL = "http://127.0.0.1:11434/v1"


@pytest.mark.parametrize(
    ("model", "endpoint", "context", "is_priced"),
    [
        ("gpt-4o", "https://api.openai.com/v1", 128_000, True),
        ("gpt-4o-2024-08-06", "https://api.openai.com/v1", 128_000, True),
        ("openai/gpt-5-mini", "https://openrouter.ai/api/v1", 304_000, True),
        ("claude-sonnet-4-5", "https://gateway.example/v1", 200_000, True),
        ("a-model-without-a-name", "https://gateway.example/v1", 32_000, False),
    ],
)
def test_limits_and_prices_come_from_the_providers_lists(model, endpoint, context, is_priced):
    """Known models have context and price at any endpoint; unknown ones have no price."""
    profile = profile_of(model, endpoint)
    assert profile.context_tokens == context
    assert (profile.price is not None) == is_priced
    assert profile.output_tokens < profile.context_tokens


@pytest.mark.parametrize(
    ("model", "effort"),
    [("gpt-5-mini", "medium"), ("o3", "medium"), ("gpt-4o", None), ("gpt-5-chat-latest", None)],
)
def test_reasoning_models_are_known(model, effort):
    """A reasoning model gets an effort, and a larger limit after a cut answer."""
    profile = profile_of(model)
    assert profile.reasoning_effort == effort
    assert effort is None or profile.most_output_tokens > profile.output_tokens >= 32_000


@pytest.mark.parametrize(
    ("model", "strategy"),
    [
        (NAME, Strategy.GUIDED),
        ("llama3.2:latest", Strategy.GUIDED),
        ("qwen2.5:7b", Strategy.GUIDED),
        ("qwen2.5:72b", Strategy.SINGLE),
        ("gpt-4.1-mini", Strategy.SINGLE),
    ],
)
def test_small_models_are_guided(model, strategy):
    """Small open models use the guided strategy."""
    assert profile_of(model, LOCAL).strategy is strategy


def test_local_models_are_free_on_this_machine_only():
    """The same small model at a paid address has no known price."""
    assert profile_of("llama3.2", LOCAL).price == Price(input=0, output=0)
    assert profile_of("llama3.2", "https://gateway.example/v1").price is None


def test_settings_describe_own_models_field_by_field():
    """An entry overrides known values, also for releases of the model; other values stay."""
    models = {"gpt-4o": {"output_tokens": 900}, "ours": {"price": {"input": 1, "output": 2}}}
    assert profile_of("gpt-4o-2024-08-06", "", models).output_tokens == 900
    assert profile_of("gpt-4o", "", models).price == profile_of("gpt-4o").price
    assert profile_of("ours:7b", "", models).price == Price(input=1, output=2)


def test_a_wrong_setting_is_named():
    """The error names the unknown field and the model."""
    with pytest.raises(ConfigurationError, match=r"gpt-4o: contxt"):
        profile_of("gpt-4o", "", {"gpt-4o": {"contxt": 1}})


def test_cost_is_tokens_times_price_or_unknown():
    """Cached tokens cost less if the provider says so; without a price the cost is None."""
    usage = Usage(prompt_tokens=1_000_000, completion_tokens=100_000, cached_tokens=400_000)
    price = Price(input=2.0, output=10.0, cached=0.5)
    assert Profile(price=price).priced(usage).cost_usd == pytest.approx(1.2 + 0.2 + 1.0)
    assert Profile().priced(usage).cost_usd is None
    assert Profile(price=Price(input=2.0, output=10.0)).priced(usage).cost_usd == pytest.approx(3.0)
