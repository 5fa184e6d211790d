"""Rows and tables: which type is stored where."""

from schemas.batches import BatchEvent
from schemas.checks import Check
from schemas.documents import Document
from schemas.failures import Failure
from schemas.generations import Generation
from schemas.reviews import Case, Publication, Review, Revision
from schemas.sources import Alias, Snapshot, Source
from schemas.terms import TermProposal, TermRuling
from schemas.triage import Triage
from schemas.watches import Look, Watch, WatchedItem

Row = (
    Source
    | Alias
    | Snapshot
    | Document
    | Triage
    | Generation
    | Case
    | Revision
    | Review
    | Publication
    | Failure
    | Check
    | TermProposal
    | TermRuling
    | BatchEvent
    | Watch
    | WatchedItem
    | Look
)
"""What ``Warehouse.append`` takes."""
