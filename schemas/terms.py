"""Tags that the taxonomy lacks: what was proposed, and what a curator decided."""

from datetime import datetime
from enum import StrEnum

from schemas.cases import TermGroup
from schemas.frozen import Frozen


class TermProposal(Frozen):
    """A name that a draft wanted as a tag, with its quote; ``key`` is ``taxonomy.term_key``."""

    key: str
    name: str
    group: TermGroup
    document_id: str
    quote: str
    proposed_at: datetime


class Ruling(StrEnum):
    """What a curator makes of a proposed name: a new term, another name of one, or neither."""

    ACCEPT = "accept"
    MAP = "map"
    REFUSE = "refuse"


class TermRuling(Frozen):
    """A curator's ruling on a name; the newest of a key is in force.

    ``slug`` is the new term's, or that of the known one that the name was mapped to.
    """

    key: str
    name: str
    ruling: Ruling
    slug: str | None = None
    label: str | None = None
    group: TermGroup | None = None
    definition: str | None = None
    reason: str | None = None
    who: str
    at: datetime


class OpenTerm(Frozen):
    """A name that waits for a ruling, with the number of documents that it was proposed for."""

    key: str
    name: str
    group: TermGroup
    documents: int
    quotes: tuple[str, ...]
