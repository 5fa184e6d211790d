"""Has a model judge, in one call a case, the statements that code could not decide.

The judge may lower a statement, and raise a weak one. It never raises what code refused: a quote
that is missing, a number or a name that is not in the source.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, Field

from casebook.prompts.loader import load_prompt
from casebook.schemas.cases import (
    STATEMENT_FIELDS,
    CaseStudy,
    Match,
    Origin,
    Statement,
    Support,
    SupportLevel,
)
from casebook.schemas.documents import Document
from casebook.summarizer.grounding.source_text import SourceText
from casebook.summarizer.grounding.summaries import check_sentence
from casebook.summarizer.models.asking import Asker
from casebook.summarizer.models.rendering import estimate_tokens, fence_of

STAGE = "judge"
PROMPT = "judge"
# One call, however long the case: what is past this many keeps the verdict of code.
_MOST = 30
_OUTPUT_TOKENS = 2_000
_MARGIN_TOKENS = 500


class StatementVerdict(BaseModel):
    """What the judge says of one statement."""

    statement: int = Field(description="The statement's number.")
    verdict: Literal["supported", "partly", "not supported"] = Field(description="By the rubric.")
    reason: str = Field(description="One short sentence that names the words that decide.")


class JudgeAnswer(BaseModel):
    """One verdict a statement."""

    verdicts: list[StatementVerdict]


def doubtful(study: CaseStudy, document: Document) -> list[Statement]:
    """Return what is worth a judge: weak, or supported by words that the source hardly shares."""
    source = SourceText(document.text)
    return [s for _, s in study.statements() if _is_doubtful(s, source)]


def _is_doubtful(statement: Statement, source: SourceText) -> bool:
    if statement.origin is not Origin.MODEL or not _found(statement):
        return False
    if statement.support.level is SupportLevel.SUPPORTED:
        return check_sentence(statement.text, source).support is not SupportLevel.SUPPORTED
    return statement.support.level is SupportLevel.WEAK


def _found(statement: Statement) -> bool:
    return bool(statement.evidence) and all(
        e.match is not Match.MISSING for e in statement.evidence
    )


async def judge(
    study: CaseStudy, doubted: Sequence[Statement], document: Document, asker: Asker
) -> CaseStudy:
    """Return the case study with the judge's verdicts on what is ``doubted`` of it.

    Nothing is asked where that is nothing.

    Raises:
        ModelError: what the client raises; the study as it was still stands.
    """
    values, asked = _fitting(doubted[:_MOST], document, asker)
    if not asked:
        return study
    answer = await asker.ask(
        STAGE,
        load_prompt(PROMPT),
        values,
        JudgeAnswer,
        temperature=0.0,
        max_tokens=min(_OUTPUT_TOKENS, asker.profile.output_tokens),
    )
    verdicts = {v.statement: v for v in answer.verdicts}
    judged = {
        _key(s): _judged(s, verdicts[n]) for n, s in enumerate(asked, start=1) if n in verdicts
    }
    return _replaced(study, judged)


def noted(study: CaseStudy, doubted: Sequence[Statement], trouble: str) -> CaseStudy:
    """Return the study with a note on each doubted statement that it was not judged, and why."""
    judged = {}
    for statement in doubted:
        reason = f"{statement.support.reason} No model judged it: {trouble}"
        support = statement.support.model_copy(update={"reason": reason})
        judged[_key(statement)] = statement.model_copy(update={"support": support})
    return _replaced(study, judged)


def _fitting(
    asked: Sequence[Statement], document: Document, asker: Asker
) -> tuple[Mapping[str, str], Sequence[Statement]]:
    """Return the prompt's values, and the first statements that fit the judge's context."""
    prompt = load_prompt(PROMPT)
    while True:
        blocks = [_block(n, s, document) for n, s in enumerate(asked, start=1)]
        values = {"fence": fence_of(document), "statements": "\n\n".join(blocks)}
        tokens = sum(estimate_tokens(m.content) for m in prompt.render(values))
        if not asked or tokens + _OUTPUT_TOKENS + _MARGIN_TOKENS <= asker.profile.context_tokens:
            return values, asked
        asked = asked[: len(asked) // 2]


def _block(number: int, statement: Statement, document: Document) -> str:
    """Write one statement with the passages it cites."""
    cited = dict.fromkeys(e.passage for e in statement.evidence if e.passage is not None)
    passages = (
        f"Passage {n}: {' '.join(document.passage_text(document.passages[n - 1]).split())}"
        for n in cited
    )
    return "\n".join([f"Statement {number}: {' '.join(statement.text.split())}", *passages])


def _judged(statement: Statement, verdict: StatementVerdict) -> Statement:
    """Return the statement with the level that verdict and code allow, and who said so."""
    before = statement.support.level
    level = {
        "supported": SupportLevel.SUPPORTED,
        "partly": SupportLevel.WEAK,
        "not supported": SupportLevel.UNSUPPORTED
        if before is SupportLevel.WEAK
        else SupportLevel.WEAK,
    }[verdict.verdict]
    reason = f"A model judged it {verdict.verdict}: {' '.join(verdict.reason.split())}"
    if level is not SupportLevel.SUPPORTED and before is SupportLevel.WEAK:
        reason = f"{statement.support.reason} {reason}"
    return statement.model_copy(update={"support": Support(level=level, reason=reason)})


def _key(statement: Statement) -> tuple[str, str]:
    return statement.text, statement.support.reason


def _replaced(study: CaseStudy, judged: Mapping[tuple[str, str], Statement]) -> CaseStudy:
    changed = {
        name: [judged.get(_key(s), s) for s in getattr(study, name)] for name in STATEMENT_FIELDS
    }
    return study.model_copy(update=changed)
