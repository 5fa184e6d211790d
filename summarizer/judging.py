"""Has a model judge whether the quoted passages entail the statements of a case study."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, Field

from schemas.cases import CaseStudy, Match, Measure, Statement, Support, SupportLevel
from schemas.errors import ModelError
from schemas.sources import Document, Passage
from summarizer.asking import Asker, schema_tokens
from summarizer.rendering import estimate_tokens, fence_of, one_line

STAGE = PROMPT = "judge"
MOST = 25
"""Statements in one call."""


class StatementVerdict(BaseModel):
    """The judge's verdict on one statement."""

    statement: int = Field(description="The statement's number.")
    label: Literal["entailed", "partly", "not", "contrary"] = Field(description="By the rules.")
    reason: str = Field("", description="One short sentence that names the words that decide.")


class JudgeAnswer(BaseModel):
    """One verdict a statement."""

    verdicts: list[StatementVerdict]


async def judge(
    study: CaseStudy, document: Document, asker: Asker
) -> tuple[CaseStudy, ModelError | None]:
    """Return the study with the judge's levels, and why some of it could not be judged.

    Asked about every statement that is not the source's own and whose quote was found.
    """
    asked = [s for s in study.statements if _is_open(s)]
    calls = [_judged(batch, study, document, asker) for batch in _batches(asked)]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    judged: dict[int, Statement] = {}
    trouble: ModelError | None = None
    for outcome in outcomes:
        if isinstance(outcome, ModelError):
            trouble = trouble or outcome
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            judged |= outcome
    statements = tuple(judged.get(s.n, s) for s in study.statements)
    return study.model_copy(update={"statements": statements}), trouble


def _is_open(statement: Statement) -> bool:
    is_found = any(e.match is not Match.MISSING for e in statement.evidence)
    return is_found and statement.support.level is not SupportLevel.VERBATIM


def _batches(statements: Sequence[Statement]) -> list[Sequence[Statement]]:
    """Return batches of equal size: a last one of two statements would cost a call, too."""
    if not statements:
        return []
    size = -(-len(statements) // -(-len(statements) // MOST))
    return [statements[i : i + size] for i in range(0, len(statements), size)]


async def _judged(
    asked: Sequence[Statement], study: CaseStudy, document: Document, asker: Asker
) -> dict[int, Statement]:
    """Return the judged statements by number; halves of them where they exceed the context."""
    values = _values(asked, study, document)
    prompt = asker.prompt(PROMPT)
    tokens = sum(estimate_tokens(m.content) for m in prompt.render(values))
    room = asker.profile.context_tokens - asker.profile.answer_tokens - schema_tokens(JudgeAnswer)
    if tokens > room and len(asked) > 1:
        middle = len(asked) // 2
        first = await _judged(asked[:middle], study, document, asker)
        return first | await _judged(asked[middle:], study, document, asker)
    answer = await asker.ask(prompt, values, JudgeAnswer, STAGE)
    verdicts = {verdict.statement: verdict for verdict in answer.verdicts}
    return {s.n: _with_verdict(s, verdicts[s.n]) for s in asked if s.n in verdicts}


def _values(
    asked: Sequence[Statement], study: CaseStudy, document: Document
) -> Mapping[str, object]:
    return {
        "fence": fence_of(document),
        "title": one_line(study.fact("title").value),
        "company": one_line(study.fact("company").value),
        "statements": "\n\n".join(_block(statement, document) for statement in asked),
    }


def _block(statement: Statement, document: Document) -> str:
    """Return a statement with the passages that it cites, their neighbours and its parts."""
    lines = [f"Statement {statement.n}: {one_line(statement.text)}"]
    if parts := _parts(statement.measure):
        lines.append(f"Parts: {parts}")
    cited = sorted({e.passage for e in statement.evidence if e.passage is not None})
    for n in cited:
        if n - 1 not in cited and n > 1:
            lines.append(f"Before: {_shown(document, document.passages[n - 2])}")
        lines.append(f"Passage {n}: {_shown(document, document.passages[n - 1])}")
        if n + 1 not in cited and n < len(document.passages):
            lines.append(f"After: {_shown(document, document.passages[n])}")
    return "\n".join(lines)


def _shown(document: Document, passage: Passage) -> str:
    speaker = f"({passage.speaker}) " if passage.speaker else ""
    return speaker + one_line(document.passage_text(passage))


def _parts(measure: Measure | None) -> str:
    if measure is None:
        return ""
    given = measure.model_dump(mode="json", exclude={"number"}, exclude_none=True)
    return "; ".join(f"{name}: {value}" for name, value in given.items())


def _with_verdict(statement: Statement, verdict: StatementVerdict) -> Statement:
    """Return the statement at the judge's level; what code found wrong stays doubtful at best."""
    reason = " ".join(verdict.reason.split()) or f"The passage does not carry it ({verdict.label})."
    support = statement.support
    if verdict.label == "entailed":
        if support.level is SupportLevel.UNVERIFIED:
            support = Support(level=SupportLevel.VERIFIED)
    elif verdict.label == "partly":
        support = Support(level=SupportLevel.DOUBTFUL, reason=f"{support.reason} {reason}".strip())
    else:
        support = Support(level=SupportLevel.REFUTED, reason=f"{support.reason} {reason}".strip())
    return statement.model_copy(update={"support": support})
