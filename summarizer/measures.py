"""Extracts the parts of a result from its value or from a sentence of unambiguous form."""

import re

from schemas.cases import Measure, Method
from summarizer.quantities import number_of

_QUALIFIER = (
    r"(?:more|less|fewer) than|up to|over|under|about|around|roughly|approximately|nearly|almost|"
    r"at least|at most|an? (?:median|average) of"
)
_NUMBER = r"(?:[$€£]?\d(?:[\d.,]*\d)?|(?:two|three|four|five|six|seven|eight|nine|ten|twelve)\b)"
_UNIT = (
    r"(?:%|percentage points|percent|per cent|points|milliseconds|ms\b|seconds?|secs?\b|s\b|min\b|"
    r"minutes?|hours?|days?|weeks?|months?|(?:US )?cents?|(?:US )?dollars?|euros?|million|thousand|"
    r"k\b|tickets?|requests?|calls?|tokens?|errors?|pages?|documents?)"
)
# "4 hours 10 minutes" is one amount.
_AMOUNT = (
    rf"(?:(?:{_QUALIFIER})\s)?(?:{_NUMBER}\s(?:hours?|minutes?)\s)?{_NUMBER}(?:[\s-]?{_UNIT})?"
)
_VALUE, _BASELINE = rf"(?P<value>{_AMOUNT})", rf"(?P<baseline>{_AMOUNT})"
_MOVED = (
    r"(?:fell|dropped|went(?: down| up)?|rose|grew|increased|decreased|declined|improved|climbed|"
    r"shrank|was reduced|were reduced|was cut|were cut|came down|is down|is up)"
)
_CHANGED = (
    r"\b(?:(?:reduc|lower|rais|increas|improv|decreas)(?:ed|ing)|cut|cutting|brought|bringing|"
    r"shortened|shortening) (?P<metric>(?!it\b|this\b|them\b)[a-zA-Z][^,;:\d]{3,60}?) "
    r"(?:down |up )?"
)
# A parenthetical between commas is not part of the subject.
_SUBJECT = r"^(?P<metric>[A-Z][^,;:]{3,70}?)(?:,[^;:]{3,120},)?(?: has| have)? "
_TAKES = r"(?:takes|took|is now|is|was|costs|cost|needs|needed) (?:now )?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{_CHANGED}from {_BASELINE} to {_VALUE}",
        rf"{_SUBJECT}{_MOVED} from {_BASELINE} to {_VALUE}",
        rf"{_SUBJECT}{_MOVED} to {_VALUE},? (?:down |up )?from {_BASELINE}",
        rf"{_SUBJECT}{_TAKES}{_VALUE}(?: per \w+)?,? (?:instead of|(?:down|up) from) {_BASELINE}",
        rf"{_CHANGED}to {_VALUE}",
        rf"{_SUBJECT}(?:is|are|was|were|reached)(?: now)?(?: (?:down|up) to)? {_VALUE}(?=[.,;]|$)",
    )
)
_PARTS = re.compile(rf"(?P<value>{_NUMBER})(?:[\s-]?(?P<unit>{_UNIT}))?$", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:an?|the|our|its|their|his|her) ", re.IGNORECASE)
_AB_TEST = re.compile(r"\bA/B[- ]test|\bsplit test", re.IGNORECASE)
_MEASURED = re.compile(r"\b(?:we|our team|they) (?:\w+ )?measured\b|\bmeasured (?:on|over|in|by)\b")
_LEADING = re.compile(rf"^(?P<qualifier>{_QUALIFIER})\s+(?P<value>\S.*)$", re.IGNORECASE)


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
