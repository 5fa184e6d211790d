"""Mistakes that readers report in published cases, and the corrections that come of them."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Literal

from pydantic import Field

from schemas.frozen import NOW, Frozen

REPORT_PATH = "/mistake"
"""The path of the desk's page that is open to all readers."""

MOST_WORDS, MOST_NAME = 2000, 80
"""Maximum lengths of a report and of a name, in characters."""


class Mistake(Frozen):
    """A report about a published case, or about one of its statements (its ``text``).

    ``name`` is that of the finder, if they want to be named.
    """

    mistake_id: str
    case_id: str
    revision_id: str  # that readers saw
    text: str | None = None
    message: str = Field(max_length=MOST_WORDS)
    name: str | None = Field(None, max_length=MOST_NAME)
    channel: Literal["form", "desk"] = "form"
    at: datetime = NOW


class MistakeRuling(Frozen):
    """A curator's decision on a report.

    ``what`` was wrong, in words for readers; for a refusal, the reason for curators.
    """

    mistake_id: str
    ruling: Literal["accept", "refuse"]
    what: str = Field(max_length=MOST_WORDS)
    found_by: str | None = Field(None, max_length=MOST_NAME)
    who: str
    at: datetime = NOW


class CurrentMistake(Mistake):
    """A report with the newest ruling on it.

    It is wrong ``since`` the first publication with the statement, and mended with the first one
    without it. ``cited_by`` are names of published reports.
    """

    ruling: Literal["accept", "refuse"] | None
    what: str | None
    found_by: str | None
    ruled_by: str | None
    ruled_at: datetime | None
    since: datetime | None
    mended_at: datetime | None
    cited_by: tuple[str, ...] = ()

    def correction(self, revision_id: str, texts: Collection[str]) -> "Correction":
        """Return what readers of a revision see, which has the statements ``texts``."""
        has_it = revision_id == self.revision_id if self.text is None else self.text in texts
        return Correction(
            correction_id=self.mistake_id,
            text=self.text,
            what=self.what or "",
            found_by=self.found_by,
            since=self.since,
            reported_at=self.at,
            mended_at=None if has_it else self.mended_at or datetime.now(UTC),
            cited_by=self.cited_by,
        )


class Correction(Frozen):
    """An accepted mistake, as readers see it.

    ``text`` is the wrong statement, None if it is about the whole case. ``mended_at`` is None until
    the case is corrected. ``cited_by`` are the addresses of published reports.
    """

    correction_id: str
    text: str | None
    what: str
    found_by: str | None
    since: datetime | None
    reported_at: datetime
    mended_at: datetime | None
    cited_by: tuple[str, ...] = ()
