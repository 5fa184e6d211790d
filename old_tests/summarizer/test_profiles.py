"""What is known of models."""

import tomllib
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from casebook.schemas.generations import Usage
from casebook.summarizer.models.embedded import NAME
from casebook.summarizer.models.profiles import Price, Strategy, profile_of, with_cost

TABLE = tomllib.loads(files("casebook.summarizer.models").joinpath("models.toml").read_text())[
    "models"
]


@pytest.mark.parametrize("name", sorted(TABLE))
def test_every_listed_model_has_a_usable_profile(name):
    """The output fits the context, and a price is positive or, where it is free, zero."""
    profile = profile_of(name)
    assert 0 < profile.output_tokens < profile.context_tokens
    assert profile.strategy.value == TABLE[name]["strategy"]
    assert profile.price is None or 0 <= profile.price.input <= profile.price.output


@pytest.mark.parametrize("name", sorted(TABLE))
def test_every_price_says_when_and_where_it_was_listed(name):
    """A price without a date cannot be checked, and one of the future was made up."""
    price = profile_of(name).price
    assert price.listed <= datetime.now(UTC).date()
    assert price.source.startswith("https://")
    assert price.cached is None or price.cached <= price.input


def test_settings_add_models_and_change_known_ones_field_by_field():
    """What is not said stays as shipped; a new model starts from the cautious profile."""
    own = {
        "gpt-4o": {"output_tokens": 4000},
        "our-llama": {"price": {"input": 0.2, "output": 0.6}, "strategy": "guided"},
    }
    changed, shipped = profile_of("gpt-4o-2024-08-06", own), profile_of("gpt-4o")
    assert changed == shipped.model_copy(update={"output_tokens": 4000})
    ours = profile_of("Our-Llama", own)
    assert (ours.strategy, ours.price.output) == (Strategy.GUIDED, 0.6)
    assert ours.context_tokens == profile_of("nobody-knows").context_tokens
    assert profile_of("gpt-4.1", own) == profile_of("gpt-4.1")


@pytest.mark.parametrize(
    ("model", "listed"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("gpt-4.1-mini", "gpt-4.1-mini"),
        ("openai/gpt-4o", "gpt-4o"),
        ("GPT-4o", "gpt-4o"),
        ("qwen2.5:7b", "qwen2.5"),
        ("llama3.2:latest", "llama3.2"),
        (NAME, "smollm2-135m"),
    ],
)
def test_a_dated_or_prefixed_name_has_the_profile_of_its_model(model, listed):
    """The longest known name that it starts with counts."""
    assert profile_of(model) == profile_of(listed)
    assert profile_of(model).context_tokens == TABLE[listed]["context_tokens"]


@pytest.mark.parametrize(
    "model", ["gpt-4omega", "nobody-knows-7b", "gpt-5-pro", "gpt-4o-audio", "gpt-5.4", ""]
)
def test_an_unknown_model_is_treated_cautiously_and_has_no_price(model):
    """A name that only resembles a known one is unknown: no made-up cost."""
    profile = profile_of(model)
    assert (profile.price, profile.strategy) == (None, Strategy.SINGLE)
    assert profile.context_tokens <= 32_000


def test_the_embedded_model_is_guided_and_free():
    """It cannot answer long questions and costs nothing."""
    profile = profile_of(NAME)
    assert profile.strategy is Strategy.GUIDED
    assert (profile.price.input, profile.price.output) == (0, 0)


def test_cost_is_tokens_times_price_or_not_known():
    """Prices are per million tokens; without one the cost stays None, never zero."""
    usage = Usage(prompt_tokens=10_000, completion_tokens=2_000)
    assert with_cost(usage, Price(input=2.5, output=10.0)).cost_usd == pytest.approx(0.045)
    assert with_cost(usage, None).cost_usd is None
    assert with_cost(usage, Price(input=0, output=0)).cost_usd == 0.0


def test_cached_tokens_cost_what_the_provider_takes_for_them():
    """Where no price for them is known, they cost as much as others."""
    usage = Usage(prompt_tokens=10_000, cached_tokens=8_000)
    price = Price(input=2.0, output=8.0, cached=0.5)
    assert with_cost(usage, price).cost_usd == pytest.approx(0.008)
    assert with_cost(usage, Price(input=2.0, output=8.0)).cost_usd == pytest.approx(0.02)
