"""A decision taken back, with what a case was before it."""

from review import decisions
from schemas.errors import InvalidDecision
from schemas.reviews import Decision, Review
from warehouse import Warehouse

_DECISIVE = frozenset(
    {Decision.APPROVE, Decision.REJECT, Decision.REOPEN, Decision.EDIT, Decision.ADOPT_DRAFT}
)


def reversed_decision(warehouse: Warehouse, review: Review, who: str) -> Review:
    """Undo an approval, rejection, assignment or edit; return the last review that it took.

    Raises:
        InvalidDecision: if the case was changed since, or the decision is of another kind.
    """
    reviews = warehouse.case(review.case_id).reviews
    at = [one.review_id for one in reviews].index(review.review_id)
    if others := [one for one in reviews[at + 1 :] if one.decision is not Decision.JUDGE]:
        raise InvalidDecision(f"nothing was undone: {others[-1].who} changed it in the meantime")
    earlier = reviews[at - 1 :: -1] if at else ()
    if review.decision is Decision.ASSIGN:
        before = next((one for one in earlier if one.decision is Decision.ASSIGN), None)
        return decisions.assign(warehouse, review.case_id, (before and before.reason) or "", who)
    last = _made_draft(warehouse, review, who)
    before = next((one for one in earlier if one.decision in _DECISIVE), None)
    if before and before.decision is Decision.APPROVE:
        return decisions.approve(warehouse, review.case_id, who, leave_out=True)
    if before and before.decision is Decision.REJECT:
        return decisions.reject(warehouse, review.case_id, before.reason or "", who)
    return last


def _made_draft(warehouse: Warehouse, review: Review, who: str) -> Review:
    """Make the case a draft with the text that it had before the decision."""
    case_id = review.case_id
    match review.decision:
        case Decision.EDIT:
            return decisions.undo(warehouse, case_id, who)
        case Decision.APPROVE | Decision.REJECT:
            last = decisions.reopen(warehouse, case_id, who)
            if warehouse.case(case_id).revision.revision_id == review.revision_id:
                return last
            return decisions.restore(warehouse, case_id, review.revision_id, who)
    raise InvalidDecision("only approvals, rejections, assignments and edits can be undone here")
