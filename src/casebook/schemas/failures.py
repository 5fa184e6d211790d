"""What went wrong, kept as a row: never a verdict, always something that can be tried again."""

from datetime import datetime
from typing import Self

from casebook.schemas.errors import CasebookError, Remedy, remedy_of
from casebook.schemas.frozen import Frozen
from casebook.schemas.ids import content_id


class Failure(Frozen):
    """One failed stage of one source. ``kind`` is the error class's name in snake case."""

    failure_id: str
    source_id: str
    stage: str
    kind: str
    transient: bool
    message: str
    at: datetime

    @property
    def remedy(self) -> Remedy:
        """Return what is to be done about it."""
        return remedy_of(self.kind, transient=self.transient)

    @classmethod
    def of(cls, error: Exception, source_id: str, stage: str, at: datetime) -> Self:
        """Describe ``error``; one that is not a CasebookError counts as ``unexpected``."""
        known = isinstance(error, CasebookError)
        kind = type(error).kind() if isinstance(error, CasebookError) else "unexpected"
        message = str(error) if known else f"{type(error).__name__}: {error}"[:500]
        return cls(
            failure_id=content_id("fail", source_id, stage, kind, at.isoformat()),
            source_id=source_id,
            stage=stage,
            kind=kind,
            transient=isinstance(error, CasebookError) and error.transient,
            message=message,
            at=at,
        )
