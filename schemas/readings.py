"""Second readings: statements of a draft that a second curator marks right or wrong."""

from datetime import datetime

from pydantic import Field

from schemas.cases import Section
from schemas.frozen import NOW, Frozen

DEFAULT_SHARE = 10
"""Of how many published cases one is read twice, unless an admin chose another number."""


class Reading(Frozen):
    """A second reader's mark on a statement of a draft, or the ruling where both readers differ.

    ``approved_id`` is the revision that readers saw then, with which the draft is compared.
    """

    case_id: str
    draft_id: str
    approved_id: str
    n: int
    who: str
    is_right: bool
    is_ruling: bool = False
    note: str | None = Field(None, max_length=2000)
    at: datetime = NOW


class ReadingShare(Frozen):
    """The share of published cases that are read twice: one in ``one_in``."""

    one_in: int = Field(ge=1, le=1000)
    who: str
    at: datetime = NOW


class ReadingCase(Frozen):
    """A case to be read twice; ``reader`` began and marked ``marked`` of its statements.

    ``deciders`` decided on the case and cannot be its second reader.
    """

    case_id: str
    draft_id: str
    approved_id: str
    approved_by: str
    deciders: tuple[str, ...]
    title: str | None
    statements: int
    reader: str | None = None
    marked: int = 0

    def is_open_to(self, who: str) -> bool:
        """Return whether a person may read the case, or go on reading it."""
        return self.reader == who or (self.reader is None and who not in self.deciders)

    @property
    def is_done(self) -> bool:
        """Whether all statements are marked."""
        return self.marked >= self.statements


class SecondReading(Frozen):
    """A statement that was read twice.

    ``first_right`` is None if the approval left it out without a decision. ``is_right`` is the
    ruling, or else what the second reader says.
    """

    case_id: str
    draft_id: str
    n: int
    section: Section
    text: str
    is_flagged: bool
    first_reader: str | None
    first_right: bool | None
    second_reader: str
    second_right: bool
    note: str
    read_at: datetime
    decided_by: str | None
    decided_right: bool | None
    is_right: bool

    @property
    def is_difference(self) -> bool:
        """Whether the two readers differ."""
        return self.first_right is not None and self.first_right != self.second_right

    def can_be_settled_by(self, who: str, *, is_admin: bool) -> bool:
        """Return whether a person decides: the first reader, or an admin; not the second reader."""
        return who != self.second_reader and (is_admin or who == self.first_reader)
