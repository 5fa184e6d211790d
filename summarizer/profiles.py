"""Profiles of models: their limits, abilities and prices.

Context windows and list prices come from ``genai-prices``, which has them offline. Output limits
and recommended strategies are in ``profiles.toml``. What a running server reports overrides both,
and a user's settings override everything, per field.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError

from schemas.errors import ConfigurationError
from schemas.frozen import Frozen
from schemas.generations import Usage
from summarizer.data import table
from summarizer.servers import Server

Strategy = StrEnum("Strategy", "SINGLE MAP_REDUCE GUIDED")
"""How a document is turned into a draft."""

ModelTable = Mapping[str, Mapping[str, Any]]
"""Descriptions of models by name, from the settings."""

SMALL = 9_000_000_000
"""Models with fewer parameters are small: they get a short prompt, and do not judge unmeasured."""

RAISE_CONTEXT = (
    "start the server with a larger one, such as 16384 (Ollama: OLLAMA_CONTEXT_LENGTH, llama.cpp: "
    "--ctx-size, vLLM: --max-model-len), and set context_tokens in [models] if it is not found"
)
"""The advice if the context of a server is too small."""

_FREE = {"input": 0, "output": 0}
# A model's name can be followed by a date, size or tuning without being another model's name.
_RELEASE = re.compile(r"$|[-:](?:\d|latest|instruct|chat|it\b)")


class Price(Frozen):
    """US dollars per million tokens; ``cached`` is for prompt tokens in the provider's cache."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)


class Profile(Frozen):
    """The limits of a model, in tokens, and its recommended use."""

    model: str = ""
    context_tokens: int = Field(default=32_000, gt=0)
    output_tokens: int = Field(default=8_000, gt=0)
    most_output_tokens: int | None = Field(default=None, gt=0)  # after a truncated answer
    reasoning_effort: str | None = None  # for a reasoning model, which accepts no temperature
    strategy: Strategy = Strategy.SINGLE  # with map_reduce for documents that do not fit
    small: bool = False  # gets a short prompt; judges only if it was measured
    server: str | None = None  # the inference server that runs it on one's own hardware
    mode: Literal["json_schema", "json", "tools"] = "json_schema"  # for sending the schema
    strict: bool = False  # the endpoint enforces the schema
    timeout: float = Field(default=300.0, gt=0, le=31 * 86_400)  # seconds of one request
    price: Price | None = None
    order_price: Price | None = None  # of requests in an order; half the price if it is not listed

    @property
    def answer_tokens(self) -> int:
        """The output limit: at most a third of the context, to leave room for the prompt."""
        return min(self.output_tokens, self.context_tokens // 3)

    @property
    def is_capable(self) -> bool:
        """Whether it can write reports and judge."""
        return not self.small and self.strategy is not Strategy.GUIDED

    @property
    def parameters(self) -> dict[str, object]:
        """The request parameters that influence answers."""
        if self.reasoning_effort is not None:
            return {"reasoning_effort": self.reasoning_effort}
        return {"temperature": 0.0}

    @property
    def schema_in_prompt(self) -> bool:
        """Whether the prompt includes the schema, because the endpoint might not enforce it."""
        return self.mode == "json" or (self.mode == "json_schema" and not self.strict)

    def in_orders(self) -> "Profile":
        """Return the profile for requests that go to the provider's batch API."""
        if self.price is None:
            return self
        halved = {name: value and value / 2 for name, value in self.price.model_dump().items()}
        price = self.order_price or Price.model_validate(halved)
        return self.model_copy(update={"price": price})

    def affordable(self, usd: float, asked: int, most: int) -> int:
        """Return the output tokens, up to ``most``, that ``usd`` pays for besides the prompt."""
        price = self.price or Price(input=0, output=0)
        left = usd * 1_000_000 - asked * price.input
        return min(most, round(left / price.output)) if price.output else most

    def expected(self, prompt: str, asked: int) -> Usage:
        """Return the likely usage of a call whose rendered prompt has ``asked`` tokens."""
        usual, thinking = table("profiles")["usual_answers"], table("profiles")["thinking"]
        tokens = usual.get(prompt, usual["other"])
        if prompt.startswith("case_study"):  # a short source gives a short answer
            tokens = min(tokens, 500 + int(0.6 * asked))
        tokens += thinking.get(self.reasoning_effort or "none", thinking["high"])
        answered = min(tokens, self.answer_tokens)
        return self.priced(Usage(prompt_tokens=asked, completion_tokens=answered))

    def priced(self, usage: Usage) -> Usage:
        """Return ``usage`` with its cost in US dollars, or None if the price is unknown."""
        if self.price is None:
            return usage
        cached = usage.cached_tokens if self.price.cached is not None else 0
        dollars = (
            (usage.prompt_tokens - cached) * self.price.input
            + cached * (self.price.cached or 0.0)
            + usage.completion_tokens * self.price.output
        )
        return usage.model_copy(update={"cost_usd": round(dollars / 1_000_000, 8)})


def profile_of(
    model: str,
    endpoint: str = "",
    models: ModelTable | None = None,
    server: Server | None = None,
) -> Profile:
    """Return the profile of ``model`` at ``endpoint`` (a base URL), which ``server`` answers.

    Unknown models get a cautious profile without a price.

    Raises:
        ConfigurationError: if the model's entry in ``models`` has an invalid field.
    """
    is_here = not endpoint or urlsplit(endpoint).hostname in {"localhost", "127.0.0.1", "::1"}
    known = {"model": model} | _listed(model, endpoint) | _described(model, is_here=is_here)
    known |= _reported(server, is_here=is_here) if server else {}
    try:
        return Profile.model_validate(known | _own_entry(model, models or {}))
    except ValidationError as error:
        fields = ", ".join(str(e["loc"][0]) for e in error.errors() if e["loc"])
        raise ConfigurationError(
            f"invalid settings for model {model}: {fields}; correct them in [models]"
        ) from error


def is_provider(endpoint: str) -> bool:
    """Return whether ``endpoint`` is a provider with known models, and no server of one's own."""
    from genai_prices.data_snapshot import get_snapshot

    try:
        return bool(get_snapshot().find_provider(None, None, endpoint))
    except LookupError:
        return False


def _own_entry(model: str, models: ModelTable) -> dict[str, Any]:
    """Return the entry with the exact name, else with the longest name that ``model`` extends."""
    bare = _bare(model)
    names = [n for n in models if bare.startswith(n.lower()) and _RELEASE.match(bare[len(n) :])]
    name = model if model in models else max(names, key=len, default="")
    return dict(models.get(name, {}))


def _bare(model: str) -> str:
    return model.rsplit("/", 1)[-1].lower()


def _listed(model: str, endpoint: str) -> dict[str, Any]:
    """Return the context window and price listed by the provider."""
    from genai_prices.data_snapshot import get_snapshot

    for name, url in ((model, endpoint or None), (model, None), (_bare(model), None)):
        try:
            _, info = get_snapshot().find_provider_model(name, None, None, url)
        except LookupError:
            continue
        now = datetime.now(UTC)
        price, ordered = (
            _price(info.get_prices(now, context)) for context in (None, {"processing": "batch"})
        )
        known = {"context_tokens": info.context_window, "price": price}
        known |= {"order_price": ordered} if ordered != price else {}
        return {field: value for field, value in known.items() if value}
    return {}


def _price(listed: Any) -> Price | None:
    """Return a price; with several tiers the first, for prompts of up to 200,000 tokens."""
    prices = (listed.input_mtok, listed.output_mtok, listed.cache_read_mtok)
    asked, answered, cached = (getattr(price, "base", price) for price in prices)
    if asked is None or answered is None:
        return None
    return Price(input=asked, output=answered, cached=cached)


def _described(model: str, *, is_here: bool) -> dict[str, Any]:
    """Return the entry in ``profiles.toml``; small open models are free on this machine."""
    for entry in table("profiles")["profiles"]:
        if re.match(entry["match"], _bare(model)):
            price = {"price": _FREE} if is_here and entry.get("local") else {}
            return {name: entry[name] for name in entry.keys() - {"match", "local"}} | price
    return {}


def _reported(server: Server, *, is_here: bool) -> dict[str, Any]:
    """Return a server's description of its model; all known servers enforce schemas."""
    size = None if server.parameters is None else server.parameters < SMALL
    found: dict[str, Any] = {"context_tokens": server.context_tokens, "small": size}
    found |= {"server": server.name, "strict": True, "price": _FREE if is_here else None}
    return {name: value for name, value in found.items() if value is not None}
