"""What a sentence on a result measures, where its form leaves no doubt. By rule. Pure.

Only three forms are read: "X fell from A to B" (also "to B from A", "to B, down from A"), "it cut X
from A to B", and "X took B instead of A". Anything else keeps its sentence alone: a part that is
guessed is worse than none.
"""

import re
from collections.abc import Mapping

from casebook.schemas.cases import Method

_ABOUT = r"(?:about|around|roughly|nearly|almost|over|under|more than|less than|an? median of)\s"
_NUMBER = (
    r"[$€£]?\d[\d.,]*\d|[$€£]?\d|(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"
)
_UNIT = (
    r"%|percentage points|percent|per cent|points|milliseconds|ms\b|seconds?|secs?\b|s\b|minutes?|"
    r"min\b|hours?|days?|weeks?|months?|cents?|dollars?|euros?|million|thousand|k\b|"
    r"tickets?|requests?|calls?|tokens?|errors?|pages?|documents?"
)
_ONE = rf"(?:{_NUMBER})(?:[\s-]?(?:{_UNIT}))?"
# "4 hours 10 minutes" is one amount.
_AMOUNT = rf"(?:{_ABOUT})?(?:(?:{_NUMBER})\s(?:hours?|minutes?)\s)?{_ONE}"
_MOVED = (
    r"fell|dropped|went(?: down| up)?|rose|grew|increased|decreased|declined|improved|climbed|"
    r"shrank|was reduced|were reduced|was cut|were cut|came down|is down|is up"
)
_SUBJECT = r"^(?P<metric>[A-Z][^,;:]{3,70}?)(?: has| have)? "
_CHANGED = (
    r"reduced|reducing|cut|cutting|lowered|lowering|brought|bringing|raised|raising|increased|"
    r"increasing|improved|improving|decreased|decreasing|shortened|shortening"
)
_FORMS = (
    re.compile(
        rf"\b(?:{_CHANGED}) (?P<metric>[a-z][^,;:]{{3,60}}?) (?:down |up )?"
        rf"from (?P<baseline>{_AMOUNT}) to (?P<value>{_AMOUNT})"
    ),
    re.compile(rf"{_SUBJECT}(?:{_MOVED}) from (?P<baseline>{_AMOUNT}) to (?P<value>{_AMOUNT})"),
    re.compile(
        rf"{_SUBJECT}(?:{_MOVED}) to (?P<value>{_AMOUNT}),? (?:down |up )?"
        rf"from (?P<baseline>{_AMOUNT})"
    ),
    re.compile(
        rf"{_SUBJECT}(?:takes|took|is now|is|was|costs|cost|needs|needed) (?:now )?"
        rf"(?P<value>{_AMOUNT}) instead of (?P<baseline>{_AMOUNT})"
    ),
)
_PARTS = re.compile(
    rf"(?P<value>(?:{_ABOUT})?(?:{_NUMBER}))[\s-]?(?P<unit>{_UNIT})?$", re.IGNORECASE
)
_AB_TEST = re.compile(r"\bA/B[- ]test|\bsplit test", re.IGNORECASE)
_MEASURED = re.compile(r"\b(?:we|our team|they) (?:\w+ )?measured\b|\bmeasured (?:on|over|in|by)\b")


def measures_of(sentence: str) -> Mapping[str, str | Method]:
    """Return the parts that ``sentence`` names, by name of a result's field; {} where unclear."""
    found = next((m for form in _FORMS if (m := form.search(sentence))), None)
    if found is None:
        return {}
    parts = _PARTS.match(found["value"])
    value, unit = (parts["value"], parts["unit"]) if parts else (found["value"], None)
    told: dict[str, str | Method | None] = {
        "metric": re.sub(
            r"^(?:the|our|its|their|his|her) ", "", found["metric"], flags=re.IGNORECASE
        ),
        "value": value,
        "unit": unit,
        "baseline": found["baseline"],
        "method": _method(sentence),
    }
    return {name: part for name, part in told.items() if part}


def _method(sentence: str) -> Method:
    if _AB_TEST.search(sentence):
        return Method.AB_TEST
    return Method.SELF_REPORTED if _MEASURED.search(sentence) else Method.NONE
