"""Plans of reports as TOML files, in which curators reorder, drop, reword and add claims."""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from schemas.claims import Claim, Evidence, Plan, companies
from schemas.errors import InputError

_ORDER = ("title", "template", "tags", "industry", "company", "since")
_CLAIM = {"claim", "theme", "when", "for", "against"}


def plan_text(plan: Plan) -> str:
    """Return a plan as TOML, with each finding in a comment."""
    return "\n".join(_lines(plan)) + "\n"


def _lines(plan: Plan) -> Iterator[str]:
    yield "# Move, delete or reword the claims. A claim without findings gets its evidence when the"
    yield "# report is written. Delete a finding that does not belong to its claim."
    for name in _ORDER:
        if value := getattr(plan, name):
            yield f"{name} = {_quoted(value)}"
    for one in plan.claims:
        yield "\n[[claims]]"
        yield f"claim = {_quoted(one.text)}"
        yield f"theme = {_quoted(one.theme)}"
        if one.condition:
            yield f"when = {_quoted(one.condition)}"
        for side, evidence in one.sides:
            yield f"{side} = [  # {len(evidence)} findings, {companies(evidence)} companies"
            for found in evidence:
                whose = ", ".join(filter(None, (found.label, found.year)))
                yield f"  {_quoted(found.key)},  # {whose}: {' '.join(found.text.split())}"
            yield "]"


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def read_plan(text: str, findings: Iterable[Evidence], file: str) -> Plan:
    """Return the plan in a file; ``findings`` are all that its claims can use.

    Raises:
        InputError: if it is not TOML, misses a part, or names an unknown finding.
    """
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{file}: not TOML: {error}") from None
    if unknown := read.keys() - {*_ORDER, "claims"}:
        raise InputError(f"{file}: unknown key {min(unknown)}; there are {', '.join(_ORDER)}")
    if not read.get("title") or not read.get("claims"):
        raise InputError(f"{file}: a plan needs a title and at least one claim")
    known = {one.key: one for one in findings}
    claims = tuple(_claim(n, one, known, file) for n, one in enumerate(read.pop("claims"), start=1))
    return Plan.model_validate({"template": "", **read, "claims": claims})


def _claim(n: int, read: Mapping[str, Any], known: Mapping[str, Evidence], file: str) -> Claim:
    if (unknown := read.keys() - _CLAIM) or not read.get("claim"):
        wrong = f"has the unknown key {min(unknown)}" if unknown else "has no text"
        raise InputError(
            f"{file}: claim {n} {wrong}; its keys are claim, theme, when, for, against"
        )
    sides = {}
    for side, field in (("for", "supporting"), ("against", "opposing")):
        keys = read.get(side, [])
        if lost := [one for one in keys if one not in known]:
            raise InputError(
                f"{file}: claim {n} names the finding {lost[0]}, which is not among the published "
                "ones: delete it, or plan the report again"
            )
        sides[field] = tuple(known[one] for one in keys)
    theme, condition = read.get("theme", ""), read.get("when")
    return Claim(n=n, text=read["claim"], theme=theme, condition=condition, **sides)
