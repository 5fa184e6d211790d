"""A case's revisions, what curators decided about them, and what was published."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from schemas.cases import CaseStudy
from schemas.frozen import Frozen


class Case(Frozen):
    """The story of one source."""

    case_id: str
    source_id: str
    created_at: datetime


class Unread(Frozen):
    """Passages ``first`` to ``last`` that the draft does not cover, and why."""

    first: int
    last: int
    reason: str


class Recipe(Frozen):
    """What a draft is made with, beside its document: the same recipe makes the same draft.

    ``prompts`` are such as ``case_study/v10``; ``fingerprint`` is a hash of their texts, the
    answers' schemas, the parameters and the version of the checks.
    """

    recipe_id: str
    model: str
    strategy: str
    prompts: tuple[str, ...]
    judge: str | None = None
    fingerprint: str


class Revision(Frozen):
    """One state of a case's text, made by a model (a draft) or by a person (an edit)."""

    revision_id: str
    case_id: str
    parent_id: str | None
    document_id: str
    made_by: Literal["model", "person"]
    author: str
    recipe: Recipe | None
    strategy_reason: str | None = None
    generation_ids: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    study: CaseStudy
    created_at: datetime


class Decision(StrEnum):
    """What a curator can do with a case."""

    APPROVE = "approve"
    REJECT = "reject"
    EDIT = "edit"
    REOPEN = "reopen"
    COMMENT = "comment"
    ASSIGN = "assign"
    ADOPT_DRAFT = "adopt_draft"
    REFUSE_DRAFT = "refuse_draft"


class Review(Frozen):
    """One decision; ``revision_id`` is the revision that it made, refused, or was about."""

    review_id: str
    case_id: str
    revision_id: str
    decision: Decision
    reason: str | None
    who: str
    at: datetime


class CaseStatus(StrEnum):
    """Where a case stands: its newest decision, or its publication."""

    DRAFT = "draft"
    APPROVED = "approved"
    REJECTED = "rejected"
    PUBLISHED = "published"


class Publication(Frozen):
    """One revision written to one target (a folder or address), or its withdrawal."""

    publication_id: str
    case_id: str
    revision_id: str
    target: str
    address: str
    content_hash: str
    withdrawn: bool
    at: datetime
