"""Extracts the parts of a result from its value or from a sentence of unambiguous form."""

import re

from schemas.cases import Measure, Method
from summarizer.data import expanded, table
from summarizer.quantities import number_of

_FORMS = tuple(re.compile(expanded(form, "measures")) for form in table("measures")["forms"])
_PARTS = re.compile(expanded("{parts}", "measures"), re.IGNORECASE)
_LEADING = re.compile(expanded("{leading}", "measures"), re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:an?|the|our|its|their|his|her) ", re.IGNORECASE)
_AB_TEST = re.compile(r"\bA/B[- ]test|\bsplit test", re.IGNORECASE)
_MEASURED = re.compile(r"\b(?:we|our team|they) (?:\w+ )?measured\b|\bmeasured (?:on|over|in|by)\b")


def split_qualifier(value: str | None) -> tuple[str | None, str | None]:
    """Return the qualifier of a value ("more than", "up to"), and the value without it."""
    found = _LEADING.match((value or "").strip())
    if found is None:
        return None, value or None
    return found["qualifier"].lower(), found["value"]


def measure_in(sentence: str) -> Measure | None:
    """Return the parts of a sentence such as "X fell from A to B", or None for other forms."""
    found = next((match for form in _FORMS if (match := form.search(sentence))), None)
    if found is None:
        return None
    baseline = found.groupdict().get("baseline")
    qualifier, amount = split_qualifier(found["value"])
    parts, before = _PARTS.match(amount or ""), _PARTS.search(baseline or "")
    value, unit = (parts["value"], parts["unit"]) if parts else (amount, None)
    method = Method.SELF_REPORTED if _MEASURED.search(sentence) else None
    return Measure(
        metric=_ARTICLE.sub("", found["metric"]),
        qualifier=qualifier,
        value=value,
        number=number_of(value),
        # "From 47 minutes to 16" omits the second unit.
        unit=unit or (before["unit"] if parts and before else None),
        baseline=baseline,
        method=Method.AB_TEST if _AB_TEST.search(sentence) else method,
    )
