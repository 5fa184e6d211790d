"""What became of a source after its case was made."""

from datetime import datetime
from enum import StrEnum

from schemas.frozen import Frozen


class CheckResult(StrEnum):
    """The outcome of fetching a source again.

    ``gone`` comes from the site alone (404, 410, a removed video). Anything else that kept us from
    reading it is ``unreachable``: it proves nothing about the source.
    """

    SAME = "same"
    MOVED = "moved"
    CHANGED = "changed"
    GONE = "gone"
    UNREACHABLE = "unreachable"


class Check(Frozen):
    """One time that a source was fetched again and compared with ``document_id``.

    ``quotes`` is the number of the case's quotes that were looked for, ``lost`` those no longer in
    the text. ``message`` is the cause where the source could not be read.
    """

    source_id: str
    document_id: str
    result: CheckResult
    moved_to: str | None = None
    quotes: int | None = None
    lost: tuple[str, ...] = ()
    message: str | None = None
    checked_at: datetime
