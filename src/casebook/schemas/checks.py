"""What became of a source after its case was made."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from casebook.schemas.frozen import Frozen


class CheckResult(StrEnum):
    """What fetching a source again showed.

    ``gone`` is said by the site alone (404, 410, a removed video). Whatever else kept us from
    reading it is ``unreachable``: it proves nothing about the source.
    """

    SAME = "same"
    MOVED = "moved"
    CHANGED = "changed"
    GONE = "gone"
    UNREACHABLE = "unreachable"


class Check(Frozen):
    """One time that a source was fetched again, and how it compares with ``document_id``.

    ``moved_to`` is where it is found now, also when it is changed there. ``quotes`` counts the
    case's quotes that were looked for, ``lost`` are those that no longer stand in the text;
    ``kept_share`` is the part of the kept text's words that are still there. ``kind`` and
    ``message`` tell the cause where it could not be read; a ``message`` of what is the same or has
    moved tells why the text was not compared.
    """

    check_id: str
    source_id: str
    document_id: str
    result: CheckResult
    moved_to: str | None = None
    quotes: int | None = None
    lost: Sequence[str] = ()
    kept_share: float | None = None
    kind: str | None = None
    message: str | None = None
    checked_at: datetime

    @property
    def standing(self) -> int | None:
        """How many of the quotes still stand, where they were looked for."""
        return None if self.quotes is None else self.quotes - len(self.lost)

    @property
    def compared(self) -> bool:
        """Whether the text that stands there now was held against the one that is kept."""
        same = self.result in {CheckResult.SAME, CheckResult.MOVED}
        return self.result is CheckResult.CHANGED or (same and self.message is None)

    @property
    def told(self) -> str:
        """Return the result in a few words, for a curator."""
        parts: list[str] = [self.result.value]
        if self.moved_to:
            parts.append(f"now at {self.moved_to}")
        if self.result is CheckResult.CHANGED and self.quotes:
            parts.append(f"{self.standing} of {self.quotes} quotes still stand")
        if self.message:
            parts.append(self.message)
        return "; ".join(parts)
