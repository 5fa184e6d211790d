"""Asks a model whether the quoted passages entail the statements of a case study."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from schemas.cases import CaseStudy, Match, Measure, Section, Statement, Support, SupportLevel
from schemas.errors import AnswerInvalid, AnswerTruncated, ContextExceeded, ModelError
from schemas.sources import Document, Passage
from summarizer.answers import Answer
from summarizer.asker import Asker, schema_tokens
from summarizer.checks import NUMBER
from summarizer.rendering import fence_for, label, message_tokens, one_line, speakers

STAGE = PROMPT = "judge"
MOST = 25  # statements in one call
_NEIGHBOUR = 200  # characters shown of a passage next to a cited one


class StatementVerdict(Answer):
    """The judge's verdict on one statement."""

    statement: int
    label: Literal["entailed", "partly", "not", "contrary"]
    reason: str = ""


class JudgeAnswer(Answer):
    """One verdict per statement."""

    verdicts: list[StatementVerdict]


async def judge_study(
    study: CaseStudy,
    document: Document,
    asker: Asker,
    wanted: Callable[[Support], bool] = lambda _: True,
) -> tuple[CaseStudy, ModelError | None]:
    """Return the study with the judge's levels, and the first error if a call failed.

    Verbatim statements, those whose quotes are missing, those confirmed by a curator and those
    that are not ``wanted`` are not judged.
    """
    asked = [s for s in study.statements if _is_open(s) and wanted(s.support)]
    calls = [_judged(batch, study, document, asker) for batch in _batches(asked)]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    judged: dict[int, Statement] = {}
    error: ModelError | None = None
    for outcome in outcomes:
        if isinstance(outcome, ModelError):
            error = error or outcome
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            judged |= outcome
    statements = tuple(judged.get(s.n, s) for s in study.statements)
    return study.model_copy(update={"statements": statements}), error


def _is_open(statement: Statement) -> bool:
    is_found = any(e.match is not Match.MISSING for e in statement.evidence) or statement.rests_on
    is_settled = statement.support.level is SupportLevel.VERBATIM or statement.support.confirmed_by
    return bool(is_found) and not is_settled


def _batches(statements: Iterable[Statement]) -> list[Sequence[Statement]]:
    """Return batches of equal size in the order of the source, with the abstract last.

    Neighbouring statements cite the same passages.
    """
    asked = sorted(statements, key=_place)
    if not asked:
        return []
    size = -(-len(asked) // -(-len(asked) // MOST))
    return [asked[i : i + size] for i in range(0, len(asked), size)]


def _place(statement: Statement) -> tuple[bool, int]:
    first = min((e.start for e in statement.evidence if e.start is not None), default=0)
    return statement.section is Section.ABSTRACT, first


async def _judged(
    asked: Sequence[Statement], study: CaseStudy, document: Document, asker: Asker
) -> dict[int, Statement]:
    """Return the judged statements by number, asking in halves if one call is too long."""
    source = _source(asked, study, document)
    values = {"fence": fence_for(source), "source": source}
    prompt = asker.prompt(PROMPT)
    tokens = message_tokens(prompt.render(values))
    room = asker.profile.context_tokens - asker.profile.answer_tokens - schema_tokens(JudgeAnswer)
    middle, answer = len(asked) // 2, None
    if tokens <= room or not middle:
        try:
            answer = await asker.ask(prompt, values, JudgeAnswer, STAGE)
        except (AnswerTruncated, ContextExceeded):
            if not middle:
                raise
    if answer is None:
        first = await _judged(asked[:middle], study, document, asker)
        return first | await _judged(asked[middle:], study, document, asker)
    verdicts = {verdict.statement: verdict for verdict in answer.verdicts}
    judged = {s.n: _with_verdict(s, verdicts[s.n]) for s in asked if s.n in verdicts}
    skipped = [s for s in asked if s.n not in judged]
    if not judged:
        raise AnswerInvalid(f"{asker.profile.model} did not judge any of the statements")
    return judged | (await _judged(skipped, study, document, asker) if skipped else {})


def _source(asked: Sequence[Statement], study: CaseStudy, document: Document) -> str:
    """Return the source's metadata, each cited passage once, and the statements citing them."""
    stated = {
        "Title": study.fact("title").value,
        "Company": study.fact("company").value,
        "Speakers": speakers(document),
    }
    lines = [f"{name}: {one_line(value)}" for name, value in stated.items() if value]
    cited = {e.passage for s in asked for e in s.evidence if e.passage is not None}
    lines += [
        _passage_line(document, passage, near)
        for passage in document.passages
        if (near := cited & {passage.n - 1, passage.n, passage.n + 1})
    ]
    here = {statement.n for statement in asked}
    texts = {s.n: f"“{one_line(s.text)}”" for s in study.statements if s.n not in here}
    return "\n".join([*lines, "", *(_line(statement, texts) for statement in asked)])


def _passage_line(document: Document, passage: Passage, near: set[int]) -> str:
    """Return a cited passage, or the parts of an uncited one next to cited passages."""
    text = one_line(document.passage_text(passage))
    if passage.n not in near and len(text) > _NEIGHBOUR:
        end = f"…{text[-_NEIGHBOUR:].partition(' ')[2]}" if passage.n + 1 in near else ""
        start = f"{text[:_NEIGHBOUR].rpartition(' ')[0]}…" if passage.n - 1 in near else ""
        text = f"{start}{end}"
    speaker = f"{passage.speaker}: " if passage.speaker else ""
    return f"[{label(passage)}] {speaker}{text}"


def _line(statement: Statement, elsewhere: dict[int, str]) -> str:
    """Return a statement with the passages that it cites or the statements it summarizes."""
    text = f"Statement {statement.n}: {one_line(statement.text)}"
    if statement.rests_on:
        rests = ", ".join(elsewhere.get(n, f"statement {n}") for n in statement.rests_on)
        text += f" (abstract; it rests on {rests})"
    passages = dict.fromkeys(e.passage for e in statement.evidence if e.passage is not None)
    return f"{text} {''.join(f'[{n}]' for n in passages)}{_parts(statement.measure)}".rstrip()


def _parts(measure: Measure | None) -> str:
    if measure is None:
        return ""
    given = measure.model_dump(mode="json", exclude={"number"}, exclude_none=True)
    return f" Parts: {'; '.join(f'{name}: {value}' for name, value in given.items())}"


def _with_verdict(statement: Statement, verdict: StatementVerdict) -> Statement:
    """Return the statement at the judge's level; missing quotes and numbers still count."""
    reason = " ".join(verdict.reason.split())
    reason = reason or f"The passage does not support it ({verdict.label})."
    support = statement.support
    if verdict.label == "entailed":
        has_quotes = all(e.match is Match.EXACT for e in statement.evidence)
        is_unsupported = statement.rests_on and support.level is SupportLevel.DOUBTFUL
        if has_quotes and not (support.reason.startswith(NUMBER) or is_unsupported):
            support = Support(level=SupportLevel.VERIFIED)
    else:
        level = SupportLevel.DOUBTFUL if verdict.label == "partly" else SupportLevel.REFUTED
        support = Support(level=level, reason=f"{support.reason} {reason}".strip())
    return statement.model_copy(update={"support": support})
