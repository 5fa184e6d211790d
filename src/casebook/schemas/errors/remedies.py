"""What is to be done about a failure of a stored kind."""

from collections.abc import Iterator
from enum import StrEnum
from functools import cache

from casebook.schemas.errors.asking import ConfigurationError
from casebook.schemas.errors.root import CasebookError


class Remedy(StrEnum):
    """What is to be done about a failure: wait, act, or give the source up."""

    LATER = "later"
    YOU = "you"
    GONE = "gone"


@cache
def _kinds() -> dict[str, type[CasebookError]]:
    def below(cause: type[CasebookError]) -> Iterator[type[CasebookError]]:
        yield cause
        for narrower in cause.__subclasses__():
            yield from below(narrower)

    return {cause.kind(): cause for cause in below(CasebookError)}


def concerns_setup(kind: str) -> bool:
    """Tell whether a stored failure says nothing about its source, but about key or settings."""
    return kind in setup_kinds()


@cache
def setup_kinds() -> tuple[str, ...]:
    """Return the kinds of failures that concern the setup."""
    setup = ConfigurationError.exit_code
    return tuple(kind for kind, cause in _kinds().items() if cause.exit_code == setup)


def remedy_of(kind: str, *, transient: bool) -> Remedy:
    """Return what is to be done about a stored failure of this kind."""
    if transient:
        return Remedy.LATER
    return Remedy.GONE if _kinds().get(kind, CasebookError).gone else Remedy.YOU
