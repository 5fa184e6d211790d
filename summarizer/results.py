"""The parts of a result: from its value, or from a sentence whose form leaves no doubt."""

import re

from schemas.cases import Measure, Method
from summarizer.numbers import number_of

_QUALIFIER = (
    r"(?:more|less|fewer) than|up to|over|under|about|around|roughly|approximately|nearly|almost|"
    r"at least|at most|an? (?:median|average) of"
)
_NUMBER = (
    r"[$€£]?\d[\d.,]*\d|[$€£]?\d|(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"
)
_UNIT = (
    r"%|percentage points|percent|per cent|points|milliseconds|ms\b|seconds?|secs?\b|s\b|minutes?|"
    r"min\b|hours?|days?|weeks?|months?|cents?|dollars?|euros?|million|thousand|k\b|"
    r"tickets?|requests?|calls?|tokens?|errors?|pages?|documents?"
)
# "4 hours 10 minutes" is one amount.
_AMOUNT = (
    rf"(?:(?:{_QUALIFIER})\s)?(?:(?:{_NUMBER})\s(?:hours?|minutes?)\s)?(?:{_NUMBER})"
    rf"(?:[\s-]?(?:{_UNIT}))?"
)
_MOVED = (
    r"fell|dropped|went(?: down| up)?|rose|grew|increased|decreased|declined|improved|climbed|"
    r"shrank|was reduced|were reduced|was cut|were cut|came down|is down|is up"
)
_CHANGED = (
    r"reduced|reducing|cut|cutting|lowered|lowering|brought|bringing|raised|raising|increased|"
    r"increasing|improved|improving|decreased|decreasing|shortened|shortening"
)
_SUBJECT = r"^(?P<metric>[A-Z][^,;:]{3,70}?)(?: has| have)? "
_TO_FROM = rf"to (?P<value>{_AMOUNT}),? (?:down |up )?from (?P<baseline>{_AMOUNT})"
_FROM_TO = rf"from (?P<baseline>{_AMOUNT}) to (?P<value>{_AMOUNT})"
_TAKES = r"(?:takes|took|is now|is|was|costs|cost|needs|needed) (?:now )?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"\b(?:{_CHANGED}) (?P<metric>[a-z][^,;:]{{3,60}}?) (?:down |up )?{_FROM_TO}",
        rf"{_SUBJECT}(?:{_MOVED}) {_FROM_TO}",
        rf"{_SUBJECT}(?:{_MOVED}) {_TO_FROM}",
        rf"{_SUBJECT}{_TAKES}(?P<value>{_AMOUNT}) instead of (?P<baseline>{_AMOUNT})",
    )
)
_PARTS = re.compile(rf"(?P<value>{_NUMBER})(?:[\s-]?(?P<unit>{_UNIT}))?$", re.IGNORECASE)
_AB_TEST = re.compile(r"\bA/B[- ]test|\bsplit test", re.IGNORECASE)
_MEASURED = re.compile(r"\b(?:we|our team|they) (?:\w+ )?measured\b|\bmeasured (?:on|over|in|by)\b")
_LEADING = re.compile(rf"^(?P<qualifier>{_QUALIFIER})\s+(?P<value>\S.*)$", re.IGNORECASE)


def parted(value: str | None) -> tuple[str | None, str | None]:
    """Return the qualifier of a value ("more than", "up to") and the value without it."""
    found = _LEADING.match((value or "").strip())
    if found is None:
        return None, value or None
    return found["qualifier"].lower(), found["value"]


def measure_in(sentence: str) -> Measure | None:
    """Return the parts that a sentence such as "X fell from A to B" names, None for other forms."""
    found = next((match for form in _FORMS if (match := form.search(sentence))), None)
    if found is None:
        return None
    qualifier, amount = parted(found["value"])
    parts = _PARTS.match(amount or "")
    value, unit = (parts["value"], parts["unit"]) if parts else (amount, None)
    return Measure(
        metric=re.sub(r"^(?:the|our|its|their|his|her) ", "", found["metric"], flags=re.IGNORECASE),
        qualifier=qualifier,
        value=value,
        number=number_of(value),
        unit=unit,
        baseline=found["baseline"],
        method=_method(sentence),
    )


def _method(sentence: str) -> Method | None:
    if _AB_TEST.search(sentence):
        return Method.AB_TEST
    return Method.SELF_REPORTED if _MEASURED.search(sentence) else None
