"""A report that cites given cases, in a model's words and word for word."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from case_views import NOON

from schemas.reports import (
    Citation,
    DatasetRelease,
    Report,
    ReportNumber,
    ReportSection,
    ReportSentence,
    Scope,
)
from schemas.reviews import CaseView

COUNT = "SELECT count(*) AS value FROM published_cases"


def a_citation(view: CaseView, n: int, **changes: Any) -> Citation:
    """A citation of a statement of a case, with its quote."""
    study = view.revision.study
    (statement,) = [one for one in study.statements if one.n == n]
    label = study.fact("company").value or study.fact("title").value
    values = {
        "case_id": view.case.case_id,
        "revision_id": view.revision.revision_id,
        "part": f"s{n}",
        "text": statement.text,
        "quote": " […] ".join(one.quote for one in statement.evidence),
        "label": label,
        "title": study.fact("title").value,
        "year": study.fact("year").value,
    }
    return Citation.model_validate(values | changes)


def a_report(cited: Sequence[Citation], cases: int, **changes: Any) -> Report:
    """A report with a count, a sentence that cites everything, and each statement itself."""
    written = "Teams differ: {q:cases} cases say so."
    sentences = [
        ReportSentence(n=1, role="counts", text="There are {q:cases} cases.", support="computed"),
        ReportSentence(
            n=2, role="disagree", text=written, citations=tuple(cited), support="verified"
        ),
    ]
    quoted = [
        ReportSentence(n=n, role="worked", text=one.text, citations=(one,), support="verbatim")
        for n, one in enumerate(cited, start=3)
    ]
    number = {"sql": COUNT, "value": str(cases), "meaning": "published cases"}
    years = {"series": "years", "label": "2025", "sql": f"{COUNT} WHERE year = 2025", "value": "1"}
    values = {
        "report_id": "rep1_a",
        "name": "what-they-show",
        "title": "What they show",
        "template": "grand-summary",
        "scope": Scope(),
        "release": DatasetRelease(day=date(2026, 11, 30), sha256="ab" * 32, cases=cases),
        "sections": (
            ReportSection(heading="In numbers", sentences=sentences[:1]),
            ReportSection(heading="Letters", sentences=(sentences[1], *quoted), tag="vllm"),
        ),
        "numbers": (
            ReportNumber(name="q:cases", **number),
            ReportNumber(name="q:years_2025", meaning="of the year 2025", **years),
        ),
        "model": "a-model",
        "judge": "a-judge",
        "created_by": "Mira Lindqvist",
        "created_at": NOON,
    }
    return Report.model_validate(values | changes)
