"""The subjects of sources: named by triage, changed by curators."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from review.decisions import reject
from schemas.errors import InvalidDecision, UnknownId
from schemas.frozen import content_id
from schemas.reviews import CaseStatus, Triage, case_id_of
from schemas.sources import Document
from schemas.subjects import SourceSubject, Subject, SubjectAction, SubjectChange, SubjectState
from warehouse import Warehouse


def named_subjects(
    document: Document, verdict: Triage, warehouse: Warehouse, most: int
) -> list[SourceSubject]:
    """Return the subjects of a document's source; store those that a verdict names.

    The first verdict with several confirms ``most`` of them, one of each company; others, and those
    of later verdicts, are proposed.
    """
    source_id, named = document.source_id, list(dict.fromkeys(verdict.subjects))
    known, main = warehouse.subjects(source_id), _subject_of_case(warehouse, source_id)
    names = [name for one in known for name in one.names]
    new = [one for one in named if not any(map(one.is_same, names))]
    new.sort(key=lambda one: not (main and one.is_same(main)))
    confirmed = [] if known else _distinct(new, document.text)[:most]
    rows = [
        SubjectChange(
            **one.model_dump(),
            source_id=source_id,
            subject_id=content_id("subject", verdict.triage_id, str(one)) if known or n else None,
            state=SubjectState.CONFIRMED if one in confirmed else SubjectState.PROPOSED,
            triage_id=verdict.triage_id,
        )
        for n, one in enumerate(new)
    ]
    if known or len(rows) > 1:
        warehouse.append(*rows)
    return warehouse.subjects(source_id)


def _distinct(named: Sequence[Subject], text: str) -> list[Subject]:
    """Return the first subject, and the first of each other company that the text names."""
    found = [*named[:1]]
    for one in named[1:]:
        if one.company and one.is_named_in(text) and not any(map(one.is_same, found)):
            found.append(one)
    return found


def _subject_of_case(warehouse: Warehouse, source_id: str) -> Subject | None:
    """Return the subject of a source's main case, None before its first draft."""
    try:
        study = warehouse.case(case_id_of(source_id)).revision.study
    except UnknownId:
        return None
    title = study.fact("title").value or "Untitled"
    return Subject(company=study.fact("company").value, system=title)


def change_subject(
    warehouse: Warehouse,
    source_id: str,
    action: SubjectAction,
    who: str,
    *,
    name: str = "",
    to: Subject | None = None,
) -> SourceSubject | None:
    """Add a subject to a source, or rename, draft or drop the one with a ``name``, and return it.

    The name is the company, the system, both, or the id of the case. A renamed subject keeps its
    case; that of a dropped one is rejected.

    Raises:
        InvalidDecision: if the source is not drafted or has the subject, or if the case of a
            subject to drop is approved.
        UnknownId: if there is no such subject.
    """
    known, made = warehouse.subjects(source_id), {"source_id": source_id, "who": who}
    if action == "add":
        warehouse.append(*_added(_subject_of_case(warehouse, source_id), known, to, made))
        return None
    found = _named(known, name)
    values = made | found.model_dump(include={"subject_id", "company", "system", "state"})
    if action == "rename" and to:
        values |= {field: value for field, value in to.model_dump().items() if value}
    elif action == "drop":
        _reject_draft(warehouse, found, who)
        values["state"] = SubjectState.DROPPED
    elif action == "draft":
        values["state"] = SubjectState.CONFIRMED
    if action != "draft" or found.state is not SubjectState.CONFIRMED:
        warehouse.append(SubjectChange.model_validate(values))
    return found


def _added(
    main: Subject | None, known: Sequence[Subject], to: Subject | None, made: dict[str, str]
) -> list[SubjectChange]:
    """Return the rows of a new subject, and of the main one if it was the only one."""
    if to is None or not to.system or str(to) in map(str, known):
        raise InvalidDecision("name a system in a few words that is not a subject yet")
    if main is None and not known:
        raise InvalidDecision("the source has no case yet; submit it first")
    at = datetime.now(UTC).isoformat()
    new_id = content_id("subject", made["source_id"], str(to), at)
    named = [(to, new_id)] if known or main is None else [(main, None), (to, new_id)]
    state = SubjectState.CONFIRMED
    return [
        SubjectChange.model_validate(made | one.model_dump() | {"subject_id": i, "state": state})
        for one, i in named
    ]


def _named(known: Iterable[SourceSubject], name: str) -> SourceSubject:
    for one in known:
        names = (str(one), one.company or "", one.system, one.case_id or "")
        if name and name.strip().casefold() in map(str.casefold, names):
            return one
    raise UnknownId(f"the source has no subject {name!r}; `casebook subjects SOURCE` lists them")


def _reject_draft(warehouse: Warehouse, subject: SourceSubject, who: str) -> None:
    status = warehouse.case(subject.case_id).status if subject.case_id else CaseStatus.REJECTED
    if status not in {CaseStatus.DRAFT, CaseStatus.REJECTED}:
        raise InvalidDecision(f"the case of {subject} is {status.value}; withdraw it first")
    if subject.case_id and status is CaseStatus.DRAFT:
        reject(warehouse, subject.case_id, "Not a subject of its own.", who)
