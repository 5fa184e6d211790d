"""A case's revisions, what curators decided about them, and what was published."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal

from casebook.schemas.cases import CaseStudy
from casebook.schemas.frozen import Frozen


class Case(Frozen):
    """One story. Sources are linked to it, so that several may tell the same one."""

    case_id: str
    source_id: str
    created_at: datetime


class Unread(Frozen):
    """Passages ``first`` to ``last`` (their numbers) that a draft rests on nothing of, and why."""

    first: int
    last: int
    reason: str


class Revision(Frozen):
    """One state of a case's text, made by a model (a draft) or by a person (an edit).

    ``recipe_id`` names the prompts, schema, strategy, model and parameters that a draft was made
    with; together with the document it tells whether the same draft was already made.
    ``strategy_reason`` says why this strategy was taken, and ``unread`` which passages the model
    gave no usable answer about.
    """

    revision_id: str
    case_id: str
    parent_id: str | None
    document_id: str
    made_by: Literal["model", "person"]
    author: str
    recipe_id: str | None
    strategy: str | None
    generation_ids: Sequence[str]
    case_study: CaseStudy
    created_at: datetime
    strategy_reason: str | None = None
    unread: Sequence[Unread] = ()


class Decision(StrEnum):
    """What a curator can do."""

    APPROVE = "approve"
    REJECT = "reject"
    EDIT = "edit"
    REOPEN = "reopen"
    COMMENT = "comment"
    ASSIGN = "assign"
    REFUSE_DRAFT = "refuse_draft"


class Review(Frozen):
    """One decision, by whom and when.

    For an edit, ``revision_id`` is the edited copy; for a refusal, the draft that is refused.
    """

    review_id: str
    case_id: str
    revision_id: str
    decision: Decision
    reason: str | None
    who: str
    at: datetime


class CaseStatus(StrEnum):
    """Where a case stands: the newest decision, or its publication."""

    DRAFT = "draft"
    APPROVED = "approved"
    REJECTED = "rejected"
    PUBLISHED = "published"


class Publication(Frozen):
    """One revision written to one target, or its withdrawal."""

    publication_id: str
    case_id: str
    revision_id: str
    target: str
    address: str
    content_hash: str
    withdrawn: bool
    at: datetime
