"""What is known of a model before it is asked: its limits, its strategy and its price."""

import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files

from casebook.schemas.frozen import Frozen
from casebook.schemas.generations import Usage


class Strategy(StrEnum):
    """How a document becomes a case study."""

    SINGLE = "single"
    GUIDED = "guided"


class Price(Frozen):
    """US dollars per million tokens, as known on the price table's date."""

    input: float
    output: float


class Profile(Frozen):
    """One model's limits in tokens, and how it is best used."""

    context_tokens: int
    output_tokens: int
    strategy: Strategy
    price: Price | None = None


_UNKNOWN = Profile(context_tokens=32_000, output_tokens=8_000, strategy=Strategy.SINGLE)


@cache
def _table() -> dict[str, Profile]:
    data = tomllib.loads(files(__package__).joinpath("models.toml").read_text("utf-8"))
    return {name: Profile.model_validate(entry) for name, entry in data["models"].items()}


def profile_of(model: str) -> Profile:
    """Return the profile of ``model``.

    The table is asked for the exact name, then for the longest known name that ``model`` starts
    with (dated releases). A model nobody described gets a cautious profile without a price.
    """
    table = _table()
    bare = model.rsplit("/", 1)[-1].lower()
    known = [name for name in table if bare == name or bare.startswith(f"{name}-")]
    return table[max(known, key=len)] if known else _UNKNOWN


def with_cost(usage: Usage, price: Price | None) -> Usage:
    """Return ``usage`` with its cost in US dollars, or with None where no price is known."""
    if price is None:
        return usage
    cost = usage.prompt_tokens * price.input + usage.completion_tokens * price.output
    return usage.model_copy(update={"cost_usd": round(cost / 1_000_000, 8)})
