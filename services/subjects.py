"""The subjects of sources: named by triage, changed by curators."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from review import decisions
from schemas.errors import InvalidDecision, UnknownId
from schemas.frozen import content_id
from schemas.reviews import CaseStatus, Triage, case_id_of
from schemas.sources import Document
from schemas.subjects import SourceSubject, Subject, SubjectChange, SubjectState
from warehouse import Warehouse


def named_subjects(
    document: Document, verdict: Triage, warehouse: Warehouse, most: int
) -> list[SourceSubject]:
    """Return the subjects of a document's source; store those that a verdict names.

    The first verdict with several confirms the main one, and ``most`` in all of those whose company
    is another one and is named in the text. Others are proposed.
    """
    source_id, named = document.source_id, list(dict.fromkeys(verdict.subjects))
    known = warehouse.subjects(source_id)
    if known:
        names = [name for one in known for name in one.names]
        states = [(one, SubjectState.PROPOSED) for one in named if not _is_known(one, names)]
    else:
        states = list(_first(_main_first(named, warehouse, source_id), document, most))
    rows = [
        SubjectChange(
            **subject.model_dump(),
            source_id=source_id,
            subject_id=content_id("subject", source_id, verdict.triage_id, str(subject))
            if known or n
            else None,
            state=state,
            triage_id=verdict.triage_id,
        )
        for n, (subject, state) in enumerate(states)
    ]
    if known or len(rows) > 1:
        warehouse.append(*rows)
    return warehouse.subjects(source_id)


def _first(
    named: Sequence[Subject], document: Document, most: int
) -> Iterator[tuple[Subject, SubjectState]]:
    confirmed: list[Subject] = []
    for one in named:
        is_new = one.company and one.is_named_in(document.text) and not _is_known(one, confirmed)
        if not confirmed or (is_new and len(confirmed) < most):
            confirmed.append(one)
            yield one, SubjectState.CONFIRMED
        else:
            yield one, SubjectState.PROPOSED


def _is_known(subject: Subject, others: Iterable[Subject]) -> bool:
    return any(subject.is_same(other) for other in others)


def _main_first(named: Sequence[Subject], warehouse: Warehouse, source_id: str) -> list[Subject]:
    """Return the subjects, that of the source's case first if it was drafted before."""
    try:
        study = warehouse.case(case_id_of(source_id)).revision.study
    except UnknownId:
        return list(named)
    drafted = Subject(company=study.fact("company").value, system="")
    return sorted(named, key=lambda one: not one.is_same(drafted))


def find_subject(warehouse: Warehouse, source_id: str, name: str) -> SourceSubject:
    """Return a subject by company, system, both, or its case's id, or raise UnknownId."""
    wanted = name.strip().casefold()
    for one in warehouse.subjects(source_id):
        names = [str(one), one.company or "", one.system, one.case_id or ""]
        if wanted and wanted in map(str.casefold, names):
            return one
    raise UnknownId(f"the source has no subject {name!r}; `casebook subjects list` shows all")


def add_subject(warehouse: Warehouse, source_id: str, subject: Subject, who: str) -> None:
    """Add a subject to a source, to be drafted; the known case is that of the main subject.

    Raises:
        InvalidDecision: if the source is not drafted, or has the subject.
    """
    known, now, rows = warehouse.subjects(source_id), datetime.now(UTC), []
    if str(subject) in map(str, known):
        raise InvalidDecision(f"the source already has the subject {subject}")
    if not known:
        try:
            study = warehouse.case(case_id_of(source_id)).revision.study
        except UnknownId:
            raise InvalidDecision("the source has no case yet; submit it first") from None
        system = study.fact("title").value or "Untitled"
        main = {"company": study.fact("company").value, "system": system}
        rows.append(_change(source_id, who, **main))
    subject_id = content_id("subject", source_id, str(subject), now.isoformat())
    warehouse.append(
        *rows, _change(source_id, who, subject_id=subject_id, **subject.model_dump(), at=now)
    )


def rename_subject(warehouse: Warehouse, subject: SourceSubject, to: Subject, who: str) -> None:
    """Change the names of a subject, which keeps its case."""
    kept = {"subject_id": subject.subject_id, "state": subject.state}
    warehouse.append(_change(subject.source_id, who, **kept, **to.model_dump()))


def confirm_subject(warehouse: Warehouse, subject: SourceSubject, who: str) -> None:
    """Have a subject drafted that is proposed or was dropped."""
    kept = subject.model_dump(include={"subject_id", "company", "system"})
    warehouse.append(_change(subject.source_id, who, **kept))


def drop_subject(warehouse: Warehouse, subject: SourceSubject, who: str) -> None:
    """Drop a subject of a source, and reject its draft.

    Raises:
        InvalidDecision: if its case is approved or published.
    """
    if subject.case_id:
        status = warehouse.case(subject.case_id).status
        if status not in {CaseStatus.DRAFT, CaseStatus.REJECTED}:
            raise InvalidDecision(f"the case of {subject} is {status.value}; withdraw it first")
        if status is CaseStatus.DRAFT:
            decisions.reject(warehouse, subject.case_id, "Not a subject of its own.", who)
    kept = subject.model_dump(include={"subject_id", "company", "system"})
    warehouse.append(_change(subject.source_id, who, **kept, state=SubjectState.DROPPED))


def _change(source_id: str, who: str, **values: Any) -> SubjectChange:
    given = {"state": SubjectState.CONFIRMED} | values
    return SubjectChange(source_id=source_id, who=who, **given)
