"""Draws findings from the statements of a case: asks a model, checks its answer, asks the judge."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from schemas.cases import FACT_LABELS, CaseStudy, Measure, Statement
from schemas.findings import MOST_FINDINGS, Effect, Finding
from summarizer.answers import Answer, Nullable, VerdictAnswer, readable
from summarizer.asker import Asker
from summarizer.items import measure_line
from summarizer.judge import usable
from summarizer.quantities import missing_numbers, number_of
from summarizer.rendering import fence_for, one_line
from summarizer.repeats import are_alike

STAGE = PROMPT = "findings"
JUDGE = "findings_judge"


def _effect(value: object) -> object:
    return value if value in list(Effect) else Effect.UNKNOWN


class FindingAnswer(Answer):
    """One finding."""

    statements: list[int]
    done: str
    condition: Nullable
    effect: Annotated[Effect, BeforeValidator(_effect)]
    value: Nullable
    unit: Nullable
    theme: str
    text: str


class FindingsTask(Answer):
    """The answer to either task about a case, so that providers can reuse the cached case."""

    findings: Annotated[list[FindingAnswer], BeforeValidator(lambda value: value or [])] = Field(
        default_factory=list
    )
    verdicts: Annotated[list[VerdictAnswer], BeforeValidator(readable(VerdictAnswer))] = Field(
        default_factory=list
    )


class FindingsAnswer(FindingsTask):
    """The findings of a case, which can be none."""

    @model_validator(mode="after")
    def _has_findings(self) -> Self:
        """Reject JSON without the field, which is not an answer to this prompt."""
        if "findings" not in self.model_fields_set:
            raise ValueError("has no field findings")
        return self


async def findings_of(
    study: CaseStudy, asker: Asker, judge: Asker | None
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Return the findings, and the texts of those that code refused, each with the reason.

    They rest on the statements of ``study``. Those without a verdict are not judged.

    Raises:
        ModelError: if the model or the judge gives no answer.
    """
    shown = case_text(study)
    case: Mapping[str, object] = {"fence": fence_for(shown), "case": shown}
    answer = await asker.ask(asker.prompt(PROMPT), case, FindingsAnswer, STAGE)
    found, dropped = await asyncio.to_thread(checked, answer.findings, study)
    if judge and found:
        found = await _judged(found, case, judge)
    return found, dropped


def case_text(study: CaseStudy) -> str:
    """Return the facts and the numbered statements of a case with their quotes, for a model."""
    lines = [f"{FACT_LABELS[one.name]}: {one_line(one.value)}" for one in study.facts if one.value]
    for one in study.statements:
        section = f"{one.section}, answers [{one.answers}]" if one.answers else one.section
        lines.append(f"[{one.n}] {section}: {one_line(one.text)}")
        lines += [f"- parts: {measure_line(one.measure)}"] if one.measure else []
        quotes = (one_line(evidence.quote) for evidence in one.evidence)
        lines += [f"- “{quote}”" for quote in quotes if quote != one_line(one.text)]
    return "\n".join(lines)


def checked(
    answers: Sequence[FindingAnswer], study: CaseStudy
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Return the usable findings, and the texts of the others, each with the reason."""
    sources = {one.n: _source(one) for one in study.statements}
    kept, dropped = list[Finding](), list[str]()
    for answer in answers:
        finding = _finding(answer, len(kept) + 1)
        if problem := _problem(finding, kept, sources):
            dropped.append(f"{finding.text} ({problem})")
        else:
            kept.append(finding)
    return tuple(kept), tuple(dropped)


def _source(statement: Statement) -> str:
    quotes = [evidence.quote for evidence in statement.evidence]
    parts = [measure_line(statement.measure)] if statement.measure else []
    return "\n".join([statement.text, *parts, *quotes])


def _finding(answer: FindingAnswer, n: int) -> Finding:
    texts = answer.model_dump(exclude={"statements", "effect", "theme"})
    stated = {name: " ".join(text.split()) if text else text for name, text in texts.items()}
    return Finding(
        n=n,
        effect=answer.effect,
        theme=" ".join(answer.theme.lower().split()).strip(" ."),
        statements=tuple(dict.fromkeys(answer.statements)),
        number=number_of(answer.value),
        made_by="model",
        **stated,
    )


def _problem(one: Finding, kept: Sequence[Finding], sources: Mapping[int, str]) -> str:
    """Return the reason why code refuses a finding, or an empty string."""
    if len(kept) == MOST_FINDINGS:
        return f"there are more than {MOST_FINDINGS}"
    if not (one.text and one.done and one.theme):
        return "it is incomplete"
    if not one.statements:
        return "it rests on no statement"
    if unknown := [n for n in one.statements if n not in sources]:
        return f"there is no statement {unknown[0]} that readers see without a doubt"
    value = Measure(value=one.value, unit=one.unit).shown_value
    stated = "; ".join(filter(None, (one.text, one.done, one.condition, value)))
    if numbers := missing_numbers(stated, "\n".join(sources[n] for n in one.statements)):
        return f"the number {numbers[0]} is not in its statements"
    return "it repeats another one" if any(are_alike(one.text, k.text) for k in kept) else ""


async def _judged(
    findings: Sequence[Finding], case: Mapping[str, object], judge: Asker
) -> tuple[Finding, ...]:
    """Return the findings with their verdicts; the judge is asked once more about skipped ones."""
    found: dict[int, VerdictAnswer] = {}
    for is_again in (False, True):
        missing = [one for one in findings if one.n not in found]
        if missing:
            values = {**case, "findings": "\n".join(map(_item, missing))}
            # The stored answer to the same question has no verdicts.
            afresh = is_again and not found
            prompt = judge.prompt(JUDGE)
            answer, _ = await judge.answered(prompt, values, FindingsTask, STAGE, afresh=afresh)
            found.update(usable(answer.verdicts, {one.n: one.text for one in missing}))
    return tuple(_labelled(one, found.get(one.n)) for one in findings)


def _item(one: Finding) -> str:
    value = Measure(value=one.value, unit=one.unit).shown_value
    parts = {"done": one.done, "condition": one.condition, "effect": one.effect, "value": value}
    stated = "; ".join(f"{name}: {part}" for name, part in parts.items() if part)
    return f"{one.n}: {one.text}\n- {stated}\n- rests on {', '.join(map(str, one.statements))}"


def _labelled(one: Finding, verdict: VerdictAnswer | None) -> Finding:
    if verdict is None:
        return one.model_copy(update={"reason": "The judge gave no usable verdict."})
    reason = "" if verdict.label == "entailed" else " ".join(verdict.reason.split())
    return one.model_copy(update={"label": verdict.label, "reason": reason})
