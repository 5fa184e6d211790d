"""A scripted model that reads its prompt: it answers triage and summary from the passages shown."""

import json
import re
from collections.abc import Mapping
from typing import Any

from scripted_endpoint import Reply, completion

_LISTS = (
    "summary", "architecture", "techniques", "tools", "challenges", "solutions", "lessons",
    "results", "failures",
)  # fmt: skip
_PASSAGE = re.compile(r"^\[\d+\] (.+)$", re.MULTILINE)
_FINDING = re.compile(r"^\((\d+)\) (.+)$")
_SENTENCE = re.compile(r"[A-Z][^.!?]{30,240}\.")


def answer(request: Mapping[str, Any]) -> Reply:
    """Answer a triage or a case study request truthfully from the passages in it."""
    told = request["messages"][-1]["content"]
    sentences = [s for p in _PASSAGE.findall(told) for s in _SENTENCE.findall(p)]
    wanted = request["response_format"]["json_schema"]["schema"]["properties"]
    if "technical_detail" in wanted:
        made = _triage(sentences)
    else:
        made = _merged(told) if "# " in told and _is_merge(request) else _study(sentences)
    return completion(json.dumps(made), prompt_tokens=len(told) // 4, completion_tokens=200)


def _triage(sentences: list[str]) -> dict[str, Any]:
    technical = sum("pipeline" in s or "model" in s for s in sentences)
    score = 3 if technical > 1 else 0
    line = {"score": score, "reason": "As told.", "quote": sentences[0] if score else ""}
    names = ("technical_detail", "real_use", "iteration", "deployed")
    return dict.fromkeys(names, line)


def _study(sentences: list[str]) -> dict[str, Any]:
    fields, rest = _LISTS[:5], _LISTS[5:]
    told: dict[str, Any] = {
        name: [{"statement": sentence, "quotes": [sentence]}]
        for name, sentence in zip(fields, sentences, strict=False)
    }
    return {name: told.get(name, []) for name in (*fields, *rest)}


def _is_merge(request: Mapping[str, Any]) -> bool:
    """Tell whether findings are to be put together: then statements name their numbers."""
    return "ChosenStatement" in json.dumps(request["response_format"])


def _merged(told: str) -> dict[str, Any]:
    """Keep every finding as it is worded, and the first candidate of each fact."""
    fields: dict[str, list[tuple[int, str]]] = {}
    for line in told.split("\n"):
        if line.startswith("# "):
            found = fields.setdefault(line[2:], [])
        elif finding := _FINDING.match(line):
            found.append((int(finding[1]), finding[2].split(" [")[0]))
    facts = ("company", "industry", "year", "deployment", "narrator")
    chosen: dict[str, Any] = {name: fields[name][0][0] for name in facts if fields.get(name)}
    lists = (*_LISTS,)
    return chosen | {
        name: [{"statement": text, "findings": [n]} for n, text in fields.get(name, ())]
        for name in lists
    }
