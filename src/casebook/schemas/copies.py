"""How much two texts have in common, measured on samples of their word runs."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import Field

from casebook.schemas.frozen import Frozen
from casebook.schemas.reviews import CaseStatus


class Sketch(Frozen):
    """A sample of a document's word runs, as hashes in ascending order; ``method`` names it.

    Of them the warehouse keeps those of each ``step``, as rows of their own, and none in the
    sketch's.
    """

    sketch_id: str
    document_id: str
    source_id: str
    method: str
    hashes: Sequence[int] = Field(exclude=True)
    step: int = 1

    def thinned(self, step: int) -> list[int]:
        """Return about one in ``step`` of the hashes, the same ones of every sketch.

        Their upper half decides, which is what the warehouse keeps of each: the sample itself was
        chosen by the lower one.
        """
        return [value for value in self.hashes if (value >> 32) % step == 0]


class Overlap(Frozen):
    """How many hashes another source's sketch, of which ``size`` are kept, shares with this one.

    They are one in ``step`` of its own, and are to be held against as many of this one's.
    """

    document_id: str
    source_id: str
    shared: int
    size: int
    step: int = 1


class NearCopy(Frozen):
    """Two documents of two sources with much of their text in common.

    ``share`` is the part of the first one's word runs that stand in the other one, ``other_share``
    the other way about.
    """

    copy_id: str
    document_id: str
    source_id: str
    other_document_id: str
    other_source_id: str
    share: float
    other_share: float
    found_at: datetime


class Twin(Frozen):
    """A near-copy as seen from one source: which other source it is, and how near.

    ``share`` of this text's word runs stand in the other, ``other_share`` of the other's in this.
    """

    source_id: str
    case_id: str | None = None
    status: CaseStatus | None = None
    title: str | None = None
    url: str | None = None
    share: float
    other_share: float

    @property
    def degree(self) -> str:
        """Return how near it is, in words."""
        if self.share >= self.other_share:
            return f"{_percent(self.share)} of this text's word runs stand there"
        return f"{_percent(self.other_share)} of that text's word runs stand here"


def _percent(share: float) -> str:
    """Return the share; only what is whole is called 100 %."""
    return f"{100 if share >= 1 else min(99, round(share * 100))} %"
