"""Judges of labelled items: one that knows the labels, and one that nods."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from scripted_endpoint import Reply, api_error, completion
from scripted_model import asked_items, verdict

from schemas.cases import CaseStudy, Fact, Part, Statement, Support, Tag
from schemas.taxonomy import load_taxonomy
from summarizer.judge_scoring import JudgeCase, read_judge_cases

FOLDER = Path(__file__).parents[2] / "evals" / "judge"


def labels_of(case: JudgeCase) -> dict[str, bool]:
    """Return the labels by text; those of tags by the term's label."""
    return {
        load_taxonomy().named(one.text).label if one.item == "tag" else one.text: one.label
        for one in case.items
    }


def judged(case: JudgeCase, study: CaseStudy, support_of: Callable[[bool], Support]) -> CaseStudy:
    """Return the case's study with the support that a judge gives to each part of this label."""
    labels = labels_of(case)

    def change(part: Part) -> Part:
        match part:
            case Statement():
                text = part.text
            case Fact():
                text = part.value or ""
            case Tag():
                text = part.label
        return part.model_copy(update={"support": support_of(labels[text])})

    return study.map_parts(change)


def answer_as(request: Mapping[str, Any]) -> Reply:
    """Answer as the model ``knows``, with the right verdicts; ``down`` fails; all others nod."""
    if request["model"] == "down":
        return api_error(401, "invalid_api_key", "down is not available")
    items = asked_items(request)
    known = [labels_of(case) for case in read_judge_cases(FOLDER)]
    labels = max(known, key=lambda one: sum(text in one for _, text in items))
    nods = request["model"] != "knows"
    verdicts = [
        verdict(n, text, "entailed" if nods or labels[text] else "not") for n, text in items
    ]
    return completion(json.dumps({"verdicts": verdicts}))
