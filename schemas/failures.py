"""What went wrong, kept as a row: never a verdict, always something that can be tried again."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from schemas.errors import CasebookError
from schemas.frozen import Frozen
from schemas.ids import content_id


class Remedy(StrEnum):
    """What to do about a stored failure."""

    WAIT = "wait"
    YOU = "needs you"
    GONE = "gone"


class Failure(Frozen):
    """One failed stage of one source. ``kind`` is the error's cause in snake case."""

    failure_id: str
    source_id: str
    stage: str
    kind: str
    transient: bool
    gone: bool
    exit_code: int
    message: str
    at: datetime

    @property
    def remedy(self) -> Remedy:
        """What to do about it."""
        if self.gone:
            return Remedy.GONE
        return Remedy.WAIT if self.transient else Remedy.YOU

    @classmethod
    def of(cls, error: Exception, source_id: str, stage: str, at: datetime) -> Self:
        """Describe ``error``; one that is not a CasebookError counts as ``unexpected``."""
        known = error if isinstance(error, CasebookError) else None
        kind = known.kind if known else "unexpected"
        return cls(
            failure_id=content_id("fail", source_id, stage, kind, at.isoformat()),
            source_id=source_id,
            stage=stage,
            kind=kind,
            transient=known.transient if known else False,
            gone=known.gone if known else False,
            exit_code=known.exit_code if known else 1,
            message=str(error) if known else f"{type(error).__name__}: {error}"[:500],
            at=at,
        )
