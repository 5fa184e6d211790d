"""What is known of models."""

import tomllib
from importlib.resources import files

import pytest

from casebook.schemas.generations import Usage
from casebook.summarizer.embedded import NAME
from casebook.summarizer.profiles import Price, Strategy, profile_of, with_cost

TABLE = tomllib.loads(files("casebook.summarizer").joinpath("models.toml").read_text())["models"]


@pytest.mark.parametrize("name", sorted(TABLE))
def test_every_listed_model_has_a_usable_profile(name):
    """The output fits the context, and a price is positive or, where it is free, zero."""
    profile = profile_of(name)
    assert 0 < profile.output_tokens < profile.context_tokens
    assert profile.strategy.value == TABLE[name]["strategy"]
    assert profile.price is None or 0 <= profile.price.input <= profile.price.output


@pytest.mark.parametrize(
    ("model", "listed"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("gpt-4.1-mini", "gpt-4.1-mini"),
        ("openai/gpt-4o", "gpt-4o"),
        ("GPT-4o", "gpt-4o"),
        (NAME, "smollm2-135m"),
    ],
)
def test_a_dated_or_prefixed_name_has_the_profile_of_its_model(model, listed):
    """The longest known name that it starts with counts."""
    assert profile_of(model) == profile_of(listed)
    assert profile_of(model).context_tokens == TABLE[listed]["context_tokens"]


@pytest.mark.parametrize("model", ["gpt-4omega", "nobody-knows-7b", ""])
def test_an_unknown_model_is_treated_cautiously_and_has_no_price(model):
    """A name that only resembles a known one is unknown: no made-up cost."""
    profile = profile_of(model)
    assert (profile.price, profile.strategy) == (None, Strategy.SINGLE)
    assert profile.context_tokens <= 32_000


def test_the_embedded_model_is_guided_and_free():
    """It cannot answer long questions and costs nothing."""
    profile = profile_of(NAME)
    assert profile.strategy is Strategy.GUIDED
    assert profile.price == Price(input=0, output=0)


def test_cost_is_tokens_times_price_or_not_known():
    """Prices are per million tokens; without one the cost stays None, never zero."""
    usage = Usage(prompt_tokens=10_000, completion_tokens=2_000)
    assert with_cost(usage, Price(input=2.5, output=10.0)).cost_usd == pytest.approx(0.045)
    assert with_cost(usage, None).cost_usd is None
    assert with_cost(usage, Price(input=0, output=0)).cost_usd == 0.0
