"""Profiles of models: limits, prices and strategies."""

import pytest

from schemas.errors import ConfigurationError
from schemas.generations import Usage
from summarizer.embedded import NAME
from summarizer.profiles import Price, Profile, Strategy, is_provider, profile_of
from summarizer.servers import Server

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
    ("model", "small", "context"),
    [
        ("llama3.2:latest", True, 8_192),
        ("qwen2.5", True, 8_192),
        ("Qwen2.5-Coder-1.5B-Instruct", True, 8_192),
        ("mistral-7b-instruct", True, 8_192),
        ("phi4", False, 32_000),
        ("qwen2.5:72b", False, 32_000),
        ("mixtral:8x7b", False, 32_000),
        ("gpt-4.1-mini", False, 1_000_000),
    ],
)
def test_small_models_write_and_do_not_judge(model, small, context):
    """A configured model is always asked; one of up to eight billion parameters is no judge."""
    profile = profile_of(model, LOCAL)
    assert (profile.strategy, profile.context_tokens) == (Strategy.SINGLE, context)
    assert (profile.small, profile.is_capable) == (small, not small)


def test_the_packaged_model_only_selects():
    """It is the only one that is not asked to write."""
    assert profile_of(NAME, LOCAL).strategy is Strategy.GUIDED
    assert not profile_of(NAME, LOCAL).is_capable


def test_a_running_server_knows_better():
    """Its context and its model's size override names and lists; a user's settings override both."""
    served = Server(name="Ollama", context_tokens=4_096, parameters=14_000_000_000)
    found = profile_of("qwen2.5", LOCAL, None, served)
    assert (found.context_tokens, found.small, found.strict) == (4_096, False, True)
    assert (found.server, found.price) == ("Ollama", Price(input=0, output=0))
    own = profile_of(
        "qwen2.5", LOCAL, {"qwen2.5": {"context_tokens": 9_000, "small": True}}, served
    )
    assert (own.context_tokens, own.small) == (9_000, True)
    silent = profile_of("qwen2.5", "https://gpu.example/v1", None, Server(name="Ollama"))
    assert (silent.context_tokens, silent.small, silent.price) == (8_192, True, None)


@pytest.mark.parametrize(
    ("endpoint", "known"), [("https://api.openai.com/v1", True), (LOCAL, False)]
)
def test_providers_are_not_asked_for_their_limits(endpoint, known):
    """Their models are in the list."""
    assert is_provider(endpoint) is known


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
