"""Grades of measured results: how many of four questions about a measurement are answered."""

from typing import Literal

from publishing.wording import AUDITED_OR_TESTED, is_projected
from schemas.cases import Measure, Method

GradePart = Literal["who", "baseline", "sample", "method"]


def grade_parts(measure: Measure | None, narrator: str | None, text: str) -> tuple[GradePart, ...]:
    """Return the questions that a measured result answers; its grade is their number.

    Args:
        measure: The parts of the result; without a value and a metric, it has no grade.
        narrator: The author of the account, None if the source does not state it.
        text: The statement of the result, which may say that it is a projection.
    """
    if measure is None or not (measure.value or measure.metric):
        return ()
    is_audited = measure.method is Method.AUDITED
    is_own = narrator not in {None, "vendor"} and not is_projected(text, measure.qualifier)
    answered: dict[GradePart, bool] = {
        "who": is_audited or is_own,
        "baseline": bool(measure.baseline),
        "sample": bool(measure.sample),
        "method": measure.method in AUDITED_OR_TESTED,
    }
    return tuple(part for part, is_answered in answered.items() if is_answered)
