"""Asks a model whether the source carries the statements, facts and tags of a case study."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from pydantic_core import from_json

from schemas.cases import (
    NOT_JUDGED,
    CaseStudy,
    Part,
    Support,
    SupportLevel,
)
from schemas.errors import AnswerInvalid, AnswerTruncated, ContextExceeded, ModelError
from schemas.sources import Document
from summarizer.answers import Label, SourceAnswer, StatementAnswer, VerdictAnswer
from summarizer.asker import Asker
from summarizer.items import Item, Reading, items_of, readings, rendered
from summarizer.mismatches import with_notices

STAGE = PROMPT = "judge"
_TOKENS_PER_VERDICT = 90  # limits the verdicts in one answer, which has an output limit
_LABELS: Sequence[Label] = get_args(Label)
_LEAST_LETTERS = 10  # of the first words; fewer begin several items


async def judge_study(
    study: CaseStudy,
    document: Document,
    asker: Asker,
    wanted: Callable[[Support], bool] = lambda _: True,
    *,
    notice: bool = False,
) -> tuple[CaseStudy, ModelError | None]:
    """Return the study with the judge's levels, and an error if verdicts are missing.

    Asked are the parts that are ``wanted`` and that code cannot decide. Those without a verdict
    stay unverified, with the error as their reason. ``notice`` adds notes on numbers of the source
    that do not agree.
    """
    items = await asyncio.to_thread(items_of, study, document, wanted)
    if not items:
        return study, None
    judging = _Judging(study, document, asker)
    prompt, profile = asker.prompt(PROMPT), asker.profile
    most = max(1, profile.answer_tokens // _TOKENS_PER_VERDICT)
    calls = await asyncio.to_thread(readings, items, study, document, prompt, profile, most=most)
    await asyncio.gather(*map(judging.settle, calls))
    asked = [item for call in calls for item in call.items]
    error = judging.error
    if missing := len({id(one.part) for one in asked if one.number not in judging.found}):
        advice = f"{profile.model} gave no usable verdict on {missing} of {len(items)} parts"
        error = error or AnswerInvalid(f"{advice}; retry, or try another judge")
    levels: dict[int, Support] = {}
    for one in asked:
        support = _support(one, judging.found.get(one.number), error)
        levels[id(one.part)] = max(support, levels.get(id(one.part), support), key=_severity)

    def judged(part: Part) -> Part:
        return part.model_copy(update={"support": levels.get(id(part), part.support)})

    study = study.map_parts(judged)
    if notice:
        study = await asyncio.to_thread(with_notices, study, document, judging.mismatches)
    return study, error


def _severity(support: Support) -> int:
    return list(SupportLevel).index(support.level)


@dataclass
class _Judging:
    """The verdicts on one study, by the numbers of its items."""

    study: CaseStudy
    document: Document
    asker: Asker
    found: dict[int, VerdictAnswer] = field(default_factory=dict)
    mismatches: list[StatementAnswer] = field(default_factory=list)
    error: ModelError | None = None

    async def settle(self, reading: Reading) -> None:
        """Ask about the items of one call, then once more about those without a verdict."""
        before: Sequence[Item] = ()
        try:
            while missing := [one for one in reading.items if one.number not in self.found]:
                # The ledger would give the same answer, with the same gaps.
                afresh = missing == before
                is_paid = await self._ask(reading._replace(items=missing), afresh=afresh)
                if is_paid and before:
                    return
                before = missing
        except ModelError as error:
            self.error = self.error or error

    async def _ask(self, reading: Reading, *, afresh: bool) -> bool:
        """Add the verdicts on the items of a call; return whether it was paid for now.

        After an answer that was cut off, the remaining items are asked about, and each half of the
        items if the question was too long.
        """
        items, prompt = reading.items, self.asker.prompt(PROMPT)
        values = {**reading.source, "items": rendered(reading, self.study, self.document)}
        try:
            answer, is_paid = await self.asker.answered(
                prompt, values, SourceAnswer, STAGE, afresh=afresh
            )
        except (AnswerTruncated, ContextExceeded) as error:
            self.found |= usable(_beginning(error), _texts(items))
            rest = [one for one in items if one.number not in self.found]
            half = len(rest) if len(rest) < len(items) else len(items) // 2
            is_stuck = isinstance(error, AnswerTruncated) and len(rest) == len(items)
            if is_stuck or not half:  # it was cut off before the first verdict
                raise
            for part in (rest[:half], rest[half:]):
                if part:
                    await self._ask(reading._replace(items=part), afresh=afresh)
            return True
        self.found |= usable(answer.verdicts, _texts(items))
        self.mismatches += answer.mismatches
        return is_paid


def _beginning(error: ModelError) -> Sequence[VerdictAnswer]:
    """Return the complete verdicts at the beginning of an answer that was cut off."""
    text = getattr(error, "partial", "")
    try:
        found = from_json(text[text.find("{") :], allow_partial=True)
        return SourceAnswer.model_validate({"verdicts": found["verdicts"]}).verdicts
    except (ValueError, KeyError, TypeError):
        return ()


def _texts(items: Iterable[Item]) -> Mapping[int, str]:
    return {one.number: one.text for one in items}


def usable(
    verdicts: Iterable[VerdictAnswer], items: Mapping[int, str]
) -> Mapping[int, VerdictAnswer]:
    """Return the verdicts on ``items`` (texts by number) by number; the lower one if there are two.

    A verdict counts if it repeats the first words of the item with its number. If any verdict does
    not, the model may have renumbered the items, so first words that two items share do not count.
    """
    texts = {number: _letters(text) for number, text in items.items()}
    fitting = [one for one in verdicts if _fits(one, texts.get(one.item))]
    if len(fitting) < len(list(verdicts)):
        fitting = [v for v in fitting if sum(_fits(v, text) for text in texts.values()) == 1]
    ranked = sorted(fitting, key=lambda one: _LABELS.index(one.label))
    return {one.item: one for one in ranked}


def _fits(verdict: VerdictAnswer, text: str | None) -> bool:
    words = _letters(verdict.first_words)
    return (
        text is not None and text.startswith(words) and len(words) >= min(_LEAST_LETTERS, len(text))
    )


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _support(item: Item, verdict: VerdictAnswer | None, error: ModelError | None) -> Support:
    """Return a part's level by its verdict; the source's own sentence stays verbatim."""
    if verdict is None:
        return Support(level=SupportLevel.UNVERIFIED, reason=f"{NOT_JUDGED}: {error}.")
    if verdict.label == "entailed":
        is_verbatim = item.by_code.level is SupportLevel.VERBATIM
        return Support(level=SupportLevel.VERBATIM if is_verbatim else SupportLevel.VERIFIED)
    reason = " ".join(verdict.reason.split())
    reason = reason or f"The source does not carry it ({verdict.label})."
    level = SupportLevel.DOUBTFUL if verdict.label == "partly" else SupportLevel.REFUTED
    return Support(level=level, reason=reason)
