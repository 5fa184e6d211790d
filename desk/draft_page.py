"""A newer draft beside the case, as its page shows them."""

from collections.abc import Sequence
from typing import NamedTuple

from review.adoption import edited_fields
from review.side_by_side import FieldDiff, side_by_side
from schemas.reviews import CaseView, Revision
from schemas.sources import Document


class DraftPage(NamedTuple):
    """A case and its newer draft; ``moved`` is whether that was made from another text."""

    view: CaseView
    draft: Revision | None
    fields: Sequence[FieldDiff] = ()
    moved: bool = False


def draft_page(view: CaseView, document: Document | None) -> DraftPage:
    """Return what is shown of the waiting draft; ``document`` is the draft's own."""
    held, draft = view.revision, view.newer
    if draft is None:
        return DraftPage(view, None)
    fields = side_by_side(
        held.study, draft.study, view.document, document or view.document, edited_fields(view)
    )
    return DraftPage(view, draft, fields, moved=draft.document_id != held.document_id)
