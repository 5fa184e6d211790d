"""Published cases that are read twice."""

from case_views import a_publication

from review import decisions, readings
from review.changes import Confirm, Drop, SetStatement
from schemas.cases import CaseStudy
from warehouse import Warehouse

APPROVER, READER = "mira", "ada"


def publish(warehouse: Warehouse, case_id: str, who: str = APPROVER) -> None:
    """Approve a case without its doubts, and record that readers see it."""
    decisions.approve(warehouse, case_id, who, leave_out=True)
    revision = warehouse.case(case_id).revision.revision_id
    row = a_publication(case_id, f"cases/{case_id}/index.html")
    warehouse.append(row.model_copy(update={"revision_id": revision}))


def reworded(warehouse: Warehouse, case_id: str) -> CaseStudy:
    """Reword statement 1, drop 2 and confirm 9, which is doubtful; return the study before."""
    study = warehouse.case(case_id).revision.study
    changes = [SetStatement(n=1, text="Reworded."), Drop(part="s-2"), Confirm(part="s-9")]
    decisions.edit(warehouse, case_id, changes, APPROVER)
    return study


def all_read_twice(warehouse: Warehouse) -> None:
    """Let every published case be read twice."""
    readings.set_share(warehouse, 1, APPROVER)
