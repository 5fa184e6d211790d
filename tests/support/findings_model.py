"""A scripted strong model that draws findings from whatever case it is shown, and judges them."""

import re
from collections.abc import Mapping
from typing import Any

from scripted_endpoint import Reply, completion, schema_name
from scripted_model import answer_of, verdict

_SECTIONS = ("results", "lessons", "failures", "solutions")
_PER_SECTION = 2


def findings_answer(request: Mapping[str, Any]) -> Reply:
    """Answer a question about findings, or any question about the small source."""
    answers = {"FindingsAnswer": found_in, "FindingsJudgeAnswer": judged_in}
    make = answers.get(schema_name(request))
    if make is None:
        return answer_of(request)
    answer = make(request)
    size = sum(len(one["content"]) for one in request["messages"])
    size += len(str(request.get("response_format", "")))
    return completion(answer, prompt_tokens=size // 4, completion_tokens=len(str(answer)) // 4)


def found_in(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return findings: the first statements of some sections, with their last number."""
    shown = request["messages"][-1]["content"]
    stated = re.findall(r"^\[(\d+)\] (\w+)[^:]*: (.*)$", shown, re.MULTILINE)
    found = []
    for section in _SECTIONS:
        for n, _, text in [one for one in stated if one[1] == section][:_PER_SECTION]:
            values = re.findall(r"(\d[\d.]*)\s?(%|hours)", text) or [(None, None)]
            value, unit = values[-1]
            found.append(finding(text, int(n), value=value, unit=unit))
    return {"findings": found, "verdicts": []}


def finding(text: str, *statements: int, **parts: Any) -> dict[str, Any]:
    """Return a finding that rests on these statements."""
    known = {"done": "what the statement says", "condition": None, "effect": "better"}
    unit = "%" if parts.get("value") else None
    told = {"text": text, "theme": "Human Review ", "statements": list(statements), "value": None}
    return known | told | {"unit": unit} | parts


def asked_findings(request: Mapping[str, Any]) -> list[tuple[int, str]]:
    """Return the numbers and texts of the findings in a question for the judge."""
    listed = request["messages"][-1]["content"]
    return [(int(n), text) for n, text in re.findall(r"^(\d+): (.*)$", listed, re.MULTILINE)]


def judged_in(request: Mapping[str, Any], **labels: str) -> dict[str, Any]:
    """Return verdicts, entailed except for the findings whose number is in ``labels`` (n1="partly")."""
    asked = asked_findings(request)
    return {"verdicts": [verdict(n, text, labels.get(f"n{n}", "entailed")) for n, text in asked]}
