"""What is known of a model before it is asked: its limits, its abilities and its price.

Context windows and list prices come from ``genai-prices``, which carries them offline. What that
does not know, output limits and how a model is best used, is in ``profiles.toml``. Settings
describe a user's own models and outweigh both, field by field.
"""

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationError

from schemas.errors import ConfigurationError
from schemas.frozen import Frozen
from schemas.generations import Usage


class Strategy(StrEnum):
    """How a document becomes a draft."""

    SINGLE = "single"
    MAP_REDUCE = "map_reduce"
    GUIDED = "guided"


class JsonMode(StrEnum):
    """How an endpoint is made to answer in JSON; not every one enforces a schema."""

    JSON_SCHEMA = "json_schema"
    JSON = "json"
    TOOLS = "tools"


class Price(Frozen):
    """US dollars per million tokens; ``cached`` is for prompt tokens that the provider kept."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)


class Profile(Frozen):
    """One model's limits in tokens, and how it is best used.

    An answer may have ``output_tokens``; one that was cut is asked for again with
    ``most_output_tokens``. ``reasoning_effort`` marks a model whose thinking counts as output and
    that takes no temperature. ``strategy`` is guided for small models; single gives way to
    map_reduce for what does not fit. ``strict`` asks the endpoint to enforce the schema.
    """

    model: str = ""
    context_tokens: int = Field(default=32_000, gt=0)
    output_tokens: int = Field(default=8_000, gt=0)
    most_output_tokens: int | None = Field(default=None, gt=0)
    reasoning_effort: str | None = None
    strategy: Strategy = Strategy.SINGLE
    mode: JsonMode = JsonMode.JSON_SCHEMA
    strict: bool = False
    price: Price | None = None

    @property
    def answer_tokens(self) -> int:
        """The room for an answer: at most a third of the context, so that prompts fit beside it."""
        return min(self.output_tokens, self.context_tokens // 3)

    def cost(self, usage: Usage) -> float | None:
        """Return what ``usage`` costs in US dollars, None where the price is not known."""
        if self.price is None:
            return None
        cached = usage.cached_tokens if self.price.cached is not None else 0
        dollars = (
            (usage.prompt_tokens - cached) * self.price.input
            + cached * (self.price.cached or 0.0)
            + usage.completion_tokens * self.price.output
        )
        return round(dollars / 1_000_000, 8)

    def priced(self, usage: Usage) -> Usage:
        """Return ``usage`` with its cost."""
        return usage.model_copy(update={"cost_usd": self.cost(usage)})


ModelTable = Mapping[str, Mapping[str, Any]]
"""Descriptions of models by name, as settings give them."""

# What may follow a model's name without making it another model: a date, a size, a tuning.
_RELEASE = re.compile(r"$|[-:](?:\d|latest|instruct|chat|it\b)")


def profile_of(model: str, endpoint: str = "", models: ModelTable | None = None) -> Profile:
    """Return the profile of ``model`` at ``endpoint`` (a base URL).

    An unknown model gets a cautious profile without a price.

    Raises:
        ConfigurationError: if the model's entry in ``models`` has an invalid field.
    """
    own = _own_entry(model, models or {})
    known = {"model": model} | _listed(model, endpoint) | _described(model, endpoint)
    try:
        return Profile.model_validate(known | own)
    except ValidationError as error:
        fields = ", ".join(str(e["loc"][0]) for e in error.errors() if e["loc"])
        raise ConfigurationError(
            f"the settings of model {model} have invalid values: {fields}; correct them in [models]"
        ) from error


def _own_entry(model: str, models: ModelTable) -> dict[str, Any]:
    """Return the entry of the exact name, else of the longest that ``model`` is a release of."""
    if model in models:
        return dict(models[model])
    bare = _bare(model)
    names = [n for n in models if bare.startswith(n.lower()) and _RELEASE.match(bare[len(n) :])]
    return dict(models[max(names, key=len)]) if names else {}


def _bare(model: str) -> str:
    return model.rsplit("/", 1)[-1].lower()


def _listed(model: str, endpoint: str) -> dict[str, Any]:
    """Return context window and price as the providers list them."""
    from genai_prices.data_snapshot import get_snapshot

    for name, url in ((model, endpoint or None), (model, None), (_bare(model), None)):
        try:
            _, info = get_snapshot().find_provider_model(name, None, None, url)
        except LookupError:
            continue
        prices = info.get_prices(datetime.now(UTC))
        price = _price(prices.input_mtok, prices.output_mtok, prices.cache_read_mtok)
        window = {"context_tokens": info.context_window} if info.context_window else {}
        return window | ({"price": price} if price else {})
    return {}


def _price(prompt: Any, completion: Any, cached: Any) -> Price | None:
    """Return a price; of one in tiers the first, which holds for prompts up to 200,000 tokens."""
    numbers = [getattr(value, "base", value) for value in (prompt, completion, cached)]
    if numbers[0] is None or numbers[1] is None:
        return None
    return Price(
        input=float(numbers[0]),
        output=float(numbers[1]),
        cached=None if numbers[2] is None else float(numbers[2]),
    )


def _described(model: str, endpoint: str) -> dict[str, Any]:
    """Return what ``profiles.toml`` says; small open models cost nothing on this machine."""
    for pattern, entry in _table().items():
        if re.match(pattern, _bare(model)):
            is_free = entry.get("local") and (not endpoint or _is_loopback(endpoint))
            price = {"price": Price(input=0, output=0)} if is_free else {}
            return {name: value for name, value in entry.items() if name != "local"} | price
    return {}


@cache
def _table() -> dict[str, dict[str, Any]]:
    text = files(__package__).joinpath("profiles.toml").read_text("utf-8")
    return {str(e.pop("match")): e for e in tomllib.loads(text)["profiles"]}


def _is_loopback(endpoint: str) -> bool:
    host = urlsplit(endpoint).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
