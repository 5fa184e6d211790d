"""The opening of the front page: a comparison, a report's best sentence and three lessons.

All of it is published text as it is, chosen by the same rule at each publication, so it changes
only with the cases and reports.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from publishing.reports.imported_text import sentences
from publishing.site.charts import Link, comparison
from publishing.site.measured import measured
from publishing.site.report_views import LIMITS, ReportView, SentenceView
from publishing.site.statement_pages import SectionStatements
from warehouse import Dataset
from warehouse.schema import named_parts

Row = dict[str, Any]

_LESSONS = 3
_BESIDE_BAR = 20  # characters
_SOUND = ("verbatim", "verified")
_LONGEST = 320  # characters of a report's sentence


class Opening(NamedTuple):
    """The parts that open the front page, empty without content.

    ``finding`` is one, or a result if no finding fits, with the ``chart`` of its baseline and its
    value; ``best`` is from ``report``.
    """

    finding: Row | None
    report: ReportView | None
    best: SentenceView | None
    lessons: Sequence[Row]

    @property
    def parts(self) -> list[SectionStatements]:
        """The statements for Markdown and JSON."""
        finding = [self.finding] if self.finding else []
        named = (("finding", "A finding", finding), ("lessons", "Lessons", self.lessons))
        return [SectionStatements(n, label, n, rows, len(rows)) for n, label, rows in named if rows]


def opening(tables: Dataset, reports: Sequence[ReportView]) -> Opening:
    """Return the opening of the front page; ``reports`` are published, newest first.

    Statements that make no sense alone are left out.
    """
    report = next(iter(reports), None)
    compared, lessons = (
        [row for row in tables.rows(sql) if row["text"] in sentences(row["text"])]
        for sql in named_parts(Path(__file__).with_suffix(".sql")).values()
    )
    return Opening(
        finding=next(filter(None, map(_compared, compared)), None),
        report=report,
        best=best_sentence(report) if report else None,
        lessons=_varied(lessons),
    )


def best_sentence(view: ReportView) -> SentenceView | None:
    """Return the sentence of a report that cites most cases, the first of several.

    It is verified or verbatim, cites no changed case, has a number or cites several cases, and is
    not about the limits of a claim.
    Those that rest on unjudged or imported statements only count if there are no others.
    """
    told = (one for part in view.parts for one in part.paragraphs if one.mark != LIMITS)
    every = (s for one in told for s in one.sentences)
    fit = [one for one in every if one.support in _SOUND and one.state == "current" and one.cited]
    fit = [one for one in fit if len(one.text) <= _LONGEST]
    fit = [one for one in fit if _cases(one) > 1 or re.search(r"\d", one.text)]
    return min(fit, key=lambda one: (bool(one.caution), -_cases(one)), default=None)


def _compared(row: Row) -> Row | None:
    row = measured(row)
    before = row["before"]
    if before is None or before == row["number"]:
        return None
    values = (("Before", row["baseline"], before), ("After", row["shown"], row["number"]))
    lines = [(Link(label, note=_beside(text, n, row["unit"])), n) for label, text, n in values]
    return row | {"chart": comparison(row["metric"] or "Result", lines)}


def _beside(text: str, number: float, unit: str | None) -> str:
    """Return a value as stated; if that is long or lacks a unit, as its number and unit."""
    is_fit = len(text) <= _BESIDE_BAR and re.search(r"[^\d.,\s]", text)
    return text if is_fit else f"{number:,g} {unit or ''}".strip()


def _varied(rows: Sequence[Row]) -> list[Row]:
    """Return the first rows of different companies and themes."""
    chosen: list[Row] = []
    for row in rows:
        others = ((_company(one), one["theme"]) for one in chosen)
        is_new = all(_company(row) != name and row["theme"] != theme for name, theme in others)
        chosen += [row] if is_new else []
    return chosen[:_LESSONS]


def _company(row: Row) -> str:
    return str(row["company_key"] or row["case_id"])


def _cases(one: SentenceView) -> int:
    return len({cited.title for cited in one.cited})
