"""Second readings: who may read a case again, in which order, and who settles differences."""

from collections.abc import Sequence

from schemas.cases import CaseStudy, Statement, Support, SupportLevel
from schemas.errors import InvalidDecision
from schemas.readings import Reading, ReadingCase, ReadingShare, SecondReading
from schemas.reviews import Revision
from warehouse import Warehouse

_PLAIN = Support(level=SupportLevel.VERIFIED)
_NEVER = 1 << 40  # after the last character of any document
_MOST = 1000


def without_flags(draft: Revision) -> Revision:
    """Return a draft whose parts all have the same support, for a reader without prejudice."""
    plain = draft.study.map_parts(lambda one: one.model_copy(update={"support": _PLAIN}))
    return draft.model_copy(update={"study": plain})


def in_source_order(study: CaseStudy) -> list[Statement]:
    """Return the statements in the order of their first quotes in the document.

    A sentence of the summary stands where the first statement does that it rests on; statements
    without any quote come last.
    """
    known = {one.n: one for one in study.statements}

    def place(one: Statement) -> int:
        resting = [known[n] for n in one.rests_on if n in known]
        quotes = [quote for part in (one, *resting) for quote in part.evidence]
        return min([quote.start for quote in quotes if quote.start is not None], default=_NEVER)

    return sorted(study.statements, key=lambda one: (place(one), one.n))


def mark(
    warehouse: Warehouse, case_id: str, n: int, who: str, *, is_right: bool, note: str | None = None
) -> ReadingCase:
    """Store a second reader's mark on a statement, and return the case with it.

    Raises:
        InvalidDecision: if the person decided on the case, if somebody else reads it, or if the
            draft has no such statement.
        UnknownId: if the case is not among those that are read twice.
    """
    case = open_reading(warehouse, case_id, who)
    study = draft_of(warehouse, case).study
    if n not in {one.n for one in study.statements}:
        raise InvalidDecision(f"the draft has no statement {n}: reload the page")
    names = ("case_id", "draft_id", "approved_id")
    row = Reading(
        **{name: getattr(case, name) for name in names},
        n=n, who=who, is_right=is_right, note=(note or "").strip() or None,
    )  # fmt: skip
    warehouse.append(row)
    return warehouse.reading_case(case_id)


def open_reading(warehouse: Warehouse, case_id: str, who: str) -> ReadingCase:
    """Return a case that a person may read again; see `mark` for the errors."""
    case = warehouse.reading_case(case_id)
    if case.is_open_to(who):
        return case
    if case.reader:
        raise InvalidDecision(f"{case.reader} is reading this case: choose another one")
    raise InvalidDecision("you decided on this case: somebody else has to read it again")


def draft_of(warehouse: Warehouse, case: ReadingCase) -> Revision:
    """Return the draft that is read again."""
    revisions = warehouse.case(case.case_id).revisions
    return next(one for one in revisions if one.revision_id == case.draft_id)


def settle(
    warehouse: Warehouse, case_id: str, n: int, who: str, *, is_right: bool, is_admin: bool
) -> SecondReading:
    """Decide whether a statement is right on which the two readers differ, and return it.

    Raises:
        InvalidDecision: if they do not differ, or if the person may not decide: the first reader
            and admins may, but never the second reader.
    """
    found = [one for one in warehouse.second_readings(case_id) if one.n == n]
    if not found or not found[0].is_difference:
        raise InvalidDecision("the two readers do not differ on this statement")
    one, case = found[0], warehouse.reading_case(case_id)
    if not one.can_be_settled_by(who, is_admin=is_admin):
        raise InvalidDecision(f"{one.first_reader or 'an admin'} decides, or an admin")
    row = Reading(
        case_id=case_id, draft_id=one.draft_id, approved_id=case.approved_id,
        n=n, who=who, is_right=is_right, is_ruling=True,
    )  # fmt: skip
    warehouse.append(row)
    return next(one for one in warehouse.second_readings(case_id) if one.n == n)


def open_to(cases: Sequence[ReadingCase], who: str) -> list[ReadingCase]:
    """Return the cases that a person can read, begun ones first, without those that are done."""
    found = [one for one in cases if one.is_open_to(who) and not one.is_done]
    return sorted(found, key=lambda one: (one.reader != who, one.case_id))


def set_share(warehouse: Warehouse, one_in: int, who: str) -> None:
    """Let one published case in ``one_in`` be read twice, or raise InvalidDecision."""
    if not 1 <= one_in <= _MOST:
        raise InvalidDecision(f"the share is one case in 1 to {_MOST}")
    warehouse.append(ReadingShare(one_in=one_in, who=who))
