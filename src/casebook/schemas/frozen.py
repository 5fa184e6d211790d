"""The base of every type that travels between stages."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable value that refuses fields it does not know.

    Raises:
        pydantic.ValidationError: on construction from data that does not fit.
    """

    # pydantic would keep 16,384 short strings for ever, strewn over what a long list leaves free.
    model_config = ConfigDict(frozen=True, extra="forbid", cache_strings="keys")
