"""Checks a report against what is published now: every number, and every citation."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Literal

from publishing.plan import Tables
from publishing.reports.numbers import value_of
from schemas.frozen import Frozen
from schemas.reports import PLACEHOLDER, Citation, Report

State = Literal["current", "changed", "withdrawn"]
Part = tuple[str, str]
"""A case id and a part of the case, as in `Citation`."""


class Problem(Frozen):
    """Something that no longer holds, and the sentences that it concerns."""

    kind: Literal["number", "changed", "withdrawn", "unknown"]
    about: str
    message: str
    sentences: tuple[int, ...]


class CheckedReport(Frozen):
    """The outcome of a check: how much was looked at, and what does not hold."""

    report_id: str
    numbers: int
    citations: int
    problems: tuple[Problem, ...]


def check(report: Report, tables: Tables) -> CheckedReport:
    """Recompute every number and resolve every citation of a report."""
    parts = cited_parts([report], tables)
    problems = [*_numbers(report, tables), *_citations(report, parts), *_unknown(report)]
    return CheckedReport(
        report_id=report.report_id,
        numbers=len(report.numbers),
        citations=sum(len(one.citations) for one in report.sentences),
        problems=tuple(problems),
    )


def cited_parts(reports: Sequence[Report], tables: Tables) -> dict[Part, dict[str, Any]]:
    """Return what the cases that some reports cite state now, by case and part."""
    return cited_parts_of({case_id for report in reports for case_id in report.case_ids}, tables)


def cited_parts_of(case_ids: Collection[str], tables: Tables) -> dict[Part, dict[str, Any]]:
    """Return what some cases state now, by case and part."""
    rows = tables.citable_parts(sorted(case_ids)) if case_ids else []
    return {(row["case_id"], row["part"]): row for row in rows}


def state_of(citation: Citation, parts: Mapping[Part, Mapping[str, Any]]) -> State:
    """Return whether a statement still stands as it was cited.

    A case that is published without it is changed; one that is not published is withdrawn.
    """
    row = parts.get((citation.case_id, citation.part))
    if row and citation.text in row["text"]:
        return "current"
    is_there = any(case_id == citation.case_id for case_id, _ in parts)
    return "changed" if is_there else "withdrawn"


def _numbers(report: Report, tables: Tables) -> Iterator[Problem]:
    for one in report.numbers:
        now = value_of(tables, one.sql)
        if now != one.value:
            used = [s.n for s in report.sentences if one.name in PLACEHOLDER.findall(s.text)]
            yield Problem(
                kind="number",
                about=one.name,
                message=f"{one.meaning}: {one.value or 'nothing'} in the report, "
                f"{now or 'nothing'} now",
                sentences=tuple(used),
            )


def _citations(report: Report, parts: Mapping[Part, Mapping[str, Any]]) -> Iterator[Problem]:
    found: dict[tuple[State, str], list[int]] = {}
    names: dict[str, str] = {}
    for sentence in report.sentences:
        for one in sentence.citations:
            state = state_of(one, parts)
            if state != "current":
                found.setdefault((state, one.case_id), []).append(sentence.n)
                names[one.case_id] = f"{one.label}: {one.title}"
    for (state, case_id), sentences in found.items():
        what = "was withdrawn" if state == "withdrawn" else "no longer states what is cited"
        yield Problem(
            kind="withdrawn" if state == "withdrawn" else "changed",
            about=case_id,
            message=f"{names[case_id]} {what}",
            sentences=tuple(dict.fromkeys(sentences)),
        )


def _unknown(report: Report) -> Iterator[Problem]:
    known = {one.name for one in report.numbers}
    for sentence in report.sentences:
        for name in PLACEHOLDER.findall(sentence.text):
            if name not in known:
                message = f"the report has no number {name}"
                yield Problem(kind="unknown", about=name, message=message, sentences=(sentence.n,))
