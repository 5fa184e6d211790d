"""The base of every type that travels between stages."""

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

NOW: datetime = Field(default_factory=lambda: datetime.now(UTC))
"""The default of a field that says when its row was made."""


class Frozen(BaseModel):
    """An immutable value that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
