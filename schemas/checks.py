"""What became of a source after its case was made."""

from datetime import datetime
from enum import StrEnum

from schemas.frozen import Frozen


class CheckResult(StrEnum):
    """The outcome of fetching a source again; ``gone`` only where the site itself says so."""

    SAME = "same"
    MOVED = "moved"
    CHANGED = "changed"
    GONE = "gone"
    UNREACHABLE = "unreachable"


class Check(Frozen):
    """A source fetched again, compared with ``document_id``: of ``quotes``, ``lost`` are gone."""

    source_id: str
    document_id: str
    result: CheckResult
    moved_to: str | None = None
    quotes: int | None = None
    lost: tuple[str, ...] = ()
    message: str | None = None
    checked_at: datetime
