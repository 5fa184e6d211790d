"""What is known of a model before it is asked: its limits, its abilities and its price."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import Field

from casebook.schemas.frozen import Frozen
from casebook.schemas.generations import Usage


class Strategy(StrEnum):
    """How a document becomes a case study."""

    SINGLE = "single"
    MAP_REDUCE = "map_reduce"
    GUIDED = "guided"


class JsonMode(StrEnum):
    """How an endpoint is made to answer in JSON; not every one enforces a schema."""

    JSON_SCHEMA = "json_schema"
    JSON = "json"
    TOOLS = "tools"


class Price(Frozen):
    """US dollars per million tokens, as ``source`` (an address) listed them on ``listed``.

    ``cached`` is for prompt tokens that the provider had kept, where it charges less for them.
    """

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)
    listed: date | None = None
    source: str | None = None


class SoundPrice(Frozen):
    """US dollars per minute of sound, as ``source`` (an address) listed them on ``listed``."""

    minute: float = Field(ge=0)
    listed: date
    source: str


class Profile(Frozen):
    """One model's limits in tokens, and how it is best used.

    ``strategy`` is the one it is capable of: ``guided`` for small models; ``single`` gives way to
    ``map_reduce`` where a document does not fit. ``mode`` is how it answers in JSON, ``reasoning``
    that it takes neither ``max_tokens`` nor a temperature.
    """

    context_tokens: int = Field(gt=0)
    output_tokens: int = Field(gt=0)
    strategy: Strategy
    price: Price | None = None
    mode: JsonMode = JsonMode.JSON_SCHEMA
    reasoning: bool = False


# What may follow a model's name without making it another one: a date, a size, a tuning. Not
# "-pro" or "-audio", which have prices of their own.
_RELEASE = re.compile(r"$|[-:](?:\d|latest|instruct|chat|it\b)")
_UNKNOWN = Profile(context_tokens=32_000, output_tokens=8_000, strategy=Strategy.SINGLE)

Table = Mapping[str, Mapping[str, Any]]
"""Descriptions of models by name, as written in a ``[models."name"]`` table."""


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("models.toml").read_text("utf-8"))


@cache
def _shipped() -> dict[str, Profile]:
    return {name: Profile.model_validate(entry) for name, entry in _table()["models"].items()}


def minute_price(model: str) -> float | None:
    """Return what a minute of sound costs with ``model``; None where no price is known."""
    entry = _table()["sound"].get(model)
    return SoundPrice.model_validate(entry).minute if entry else None


def profile_of(model: str, own: Table | None = None) -> Profile:
    """Return the profile of ``model``.

    The table is asked for the exact name, then for the longest known name that ``model`` is a
    release of ("gpt-4o-2024-08-06", "qwen2.5:7b"). A model nobody described gets a cautious
    profile without a price. What ``own`` says of the model, found by the same rule, outweighs it
    field by field.
    """
    shipped = _shipped()
    known = _named(model, shipped)
    profile = shipped[known] if known else _UNKNOWN
    described = _named(model, own or {})
    if not described or not own:
        return profile
    return Profile.model_validate(profile.model_dump() | dict(own[described]))


def _named(model: str, table: Mapping[str, object]) -> str | None:
    """Return the name in ``table`` that ``model`` goes by."""
    if model in table:
        return model
    bare = model.rsplit("/", 1)[-1].lower()
    known = [n for n in table if bare.startswith(n.lower()) and _RELEASE.match(bare[len(n) :])]
    return max(known, key=len) if known else None


def with_cost(usage: Usage, price: Price | None) -> Usage:
    """Return ``usage`` with its cost in US dollars, or with None where no price is known."""
    if price is None:
        return usage
    cached = usage.cached_tokens if price.cached is not None else 0
    cost = (
        (usage.prompt_tokens - cached) * price.input
        + cached * (price.cached or 0.0)
        + usage.completion_tokens * price.output
    )
    return usage.model_copy(update={"cost_usd": round(cost / 1_000_000, 8)})
