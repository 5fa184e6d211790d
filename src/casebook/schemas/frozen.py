"""The base of every type that travels between stages."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable value that refuses fields it does not know.

    Raises:
        pydantic.ValidationError: on construction from data that does not fit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
