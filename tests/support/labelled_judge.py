"""Judges of labelled items that know the labels."""

from collections.abc import Callable

from schemas.cases import CaseStudy, Support
from schemas.taxonomy import load_taxonomy
from summarizer.judge_scoring import JudgeCase


def judged(case: JudgeCase, study: CaseStudy, verdict: Callable[[bool], Support]) -> CaseStudy:
    """Return the case's study with the support that a judge gives to each part of this label."""
    labels = {item.text: item.label for item in case.items}
    for item in case.items:
        if item.item == "tag":
            labels[load_taxonomy().named(item.text).slug] = item.label
    return study.model_copy(
        update={
            name: tuple(
                part.model_copy(update={"support": verdict(labels[getattr(part, key)])})
                for part in getattr(study, name)
            )
            for name, key in {"statements": "text", "facts": "value", "tags": "slug"}.items()
        }
    )
