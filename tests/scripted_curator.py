"""A scripted model that reads its prompt: it answers triage and summary from the passages shown."""

import json
import re
from collections.abc import Mapping
from typing import Any

from scripted_endpoint import Reply, completion

_PASSAGE = re.compile(r"^\[\d+\] (.+)$", re.MULTILINE)
_SENTENCE = re.compile(r"[A-Z][^.!?]{30,240}\.")


def answer(request: Mapping[str, Any]) -> Reply:
    """Answer a triage or a case study request truthfully from the passages in it."""
    told = request["messages"][-1]["content"]
    sentences = [s for p in _PASSAGE.findall(told) for s in _SENTENCE.findall(p)]
    wanted = request["response_format"]["json_schema"]["schema"]["properties"]
    made = _triage(sentences) if "technical_detail" in wanted else _study(sentences)
    return completion(json.dumps(made), prompt_tokens=len(told) // 4, completion_tokens=200)


def _triage(sentences: list[str]) -> dict[str, Any]:
    technical = sum("pipeline" in s or "model" in s for s in sentences)
    score = 3 if technical > 1 else 0
    line = {"score": score, "reason": "As told.", "quote": sentences[0] if score else ""}
    names = ("technical_detail", "real_use", "iteration", "deployed")
    return dict.fromkeys(names, line)


def _study(sentences: list[str]) -> dict[str, Any]:
    fields = ("summary", "architecture", "techniques", "tools", "challenges")
    rest = ("solutions", "lessons", "results", "failures")
    told: dict[str, Any] = {
        name: [{"statement": sentence, "quotes": [sentence]}]
        for name, sentence in zip(fields, sentences, strict=False)
    }
    return {name: told.get(name, []) for name in (*fields, *rest)}
