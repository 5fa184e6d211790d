"""Checks of a report's numbers and citations against the currently published cases."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from publishing.reports.numbers import value_of
from publishing.reports.scopes import literal
from publishing.wording import count
from schemas.frozen import Frozen
from schemas.reports import PLACEHOLDER, Citation, Report
from warehouse import Dataset

CitationState = Literal["current", "changed", "corrected", "withdrawn"]
CitableParts = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows of `Dataset.citable_parts` by case id; cases that are not published are missing."""


_OUTDATED = {"withdrawn": "was withdrawn", "changed": "no longer contains the cited text"}


class ReportProblem(Frozen):
    """A number or citation that is no longer valid, and the sentences that use it."""

    kind: Literal["number", "changed", "corrected", "withdrawn", "unknown"]
    about: str
    message: str
    sentences: tuple[int, ...]


class CheckedReport(Frozen):
    """The outcome of a check: the problems, and the number of checked items."""

    report_id: str
    numbers: int
    citations: int
    problems: tuple[ReportProblem, ...]

    @property
    def lost(self) -> tuple[ReportProblem, ...]:
        """The problems other than changed numbers."""
        return tuple(one for one in self.problems if one.kind != "number")

    @property
    def moved(self) -> tuple[ReportProblem, ...]:
        """The changed numbers."""
        return tuple(one for one in self.problems if one.kind == "number")

    @property
    def summary(self) -> tuple[str, ...]:
        """The problems in few lines: each lost citation, and all changed numbers in one."""
        lost = tuple(one.message for one in self.lost)
        moved = "; ".join(one.message for one in self.moved)
        return (*lost, f"{count(len(self.moved), 'number')} changed: {moved}") if moved else lost


def check(report: Report, tables: Dataset) -> CheckedReport:
    """Return the outcome of recomputing every number and resolving every citation."""
    parts = cited_parts([report], tables)
    problems = [*_numbers(report, tables), *_citations(report, parts), *_unknown(report)]
    return CheckedReport(
        report_id=report.report_id,
        numbers=len(report.numbers),
        citations=sum(len(one.citations) for one in report.sentences),
        problems=tuple(problems),
    )


def cited_parts(reports: Sequence[Report], tables: Dataset) -> CitableParts:
    """Return the current citable parts of the cases cited in these reports."""
    cited = {case_id for report in reports for case_id in report.case_ids}
    claims = [claim for report in reports for claim in report.claims]
    return parts_by_case(cited | {one.case_id for own in claims for one in own.evidence}, tables)


def current_findings(reports: Sequence[Report], tables: Dataset) -> set[tuple[str, str]]:
    """Return the case and text of the sound findings in the cases of these reports' claims."""
    claims = [claim for report in reports for claim in report.claims]
    ids = {one.case_id for claim in claims for one in claim.evidence}
    if not ids:
        return set()
    chosen = ", ".join(map(literal, sorted(ids)))
    sql = f"SELECT case_id, text FROM findings WHERE label = 'entailed' AND case_id IN ({chosen})"  # noqa: S608 - literals
    return {(row["case_id"], row["text"]) for row in tables.rows(sql)}


def parts_by_case(case_ids: Collection[str], tables: Dataset) -> CitableParts:
    """Return the current citable parts of some cases, by case id."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in tables.citable_parts(sorted(case_ids)) if case_ids else ():
        found.setdefault(row["case_id"], []).append(row)
    return found


def cited_row(citation: Citation, parts: CitableParts) -> Mapping[str, Any] | None:
    """Return the row with the cited text under any number, since edits renumber statements."""
    rows = [row for row in parts.get(citation.case_id, ()) if citation.text in row["text"]]
    same = (row for row in rows if row["part"] == citation.part)
    return next(same, next(iter(rows), None))


def correction_of(citation: Citation, parts: CitableParts, made_at: datetime) -> str:
    """Return what was wrong with the cited text, empty if nothing or if it was mended before."""
    for row in parts.get(citation.case_id, ())[:1]:
        for one in row["corrections"]:
            is_cited = one["text"] is None or citation.text in one["text"]
            if is_cited and (one["mended_at"] is None or made_at < one["mended_at"]):
                return str(one["what"])
    return ""


def citation_state(
    citation: Citation, parts: CitableParts, made_at: datetime | None = None
) -> CitationState:
    """Return whether a case still has the cited text, with the same company and year.

    The state is changed if the case is published without it, withdrawn if it is not published, and
    corrected if a mistake was found in it that a report ``made_at`` some time does not know of.
    """
    if citation.case_id not in parts:
        return "withdrawn"
    if made_at and correction_of(citation, parts, made_at):
        return "corrected"
    row = cited_row(citation, parts)
    is_same = row and (row["company"] or row["title"], row["year"]) == (
        citation.label,
        citation.year,
    )
    return "current" if is_same else "changed"


def _numbers(report: Report, tables: Dataset) -> Iterator[ReportProblem]:
    for one in report.numbers:
        now = value_of(tables, one.sql)
        if now != one.value:
            used = [s.n for s in report.sentences if one.name in PLACEHOLDER.findall(s.text)]
            yield ReportProblem(
                kind="number",
                about=one.name,
                message=f"{one.meaning}: {one.value or 'nothing'} in the report, "
                f"{now or 'nothing'} now",
                sentences=tuple(used),
            )


def _citations(report: Report, parts: CitableParts) -> Iterator[ReportProblem]:
    found: dict[tuple[CitationState, str], list[int]] = {}
    messages: dict[tuple[CitationState, str], str] = {}
    for sentence in report.sentences:
        for one in sentence.citations:
            state, case_id = citation_state(one, parts, report.created_at), one.case_id
            if state != "current":
                found.setdefault((state, case_id), []).append(sentence.n)
                corrected = correction_of(one, parts, report.created_at)
                what = f"was corrected: {corrected}" if corrected else _OUTDATED[state]
                messages[state, case_id] = f"{one.label}: {one.title} {what}"
    for (state, case_id), sentences in found.items():
        if state != "current":
            yield ReportProblem(
                kind=state,
                about=case_id,
                message=messages[state, case_id],
                sentences=tuple(dict.fromkeys(sentences)),
            )


def _unknown(report: Report) -> Iterator[ReportProblem]:
    known = {one.name for one in report.numbers}
    for sentence in report.sentences:
        for name in PLACEHOLDER.findall(sentence.text):
            if name not in known:
                message = f"the report does not define the number {name}"
                yield ReportProblem(
                    kind="unknown", about=name, message=message, sentences=(sentence.n,)
                )
