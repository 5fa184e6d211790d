"""Has the drafting model correct statements and a summary that the judge accepts only in part."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from schemas.cases import (
    NOT_JUDGED,
    CaseStudy,
    Fact,
    Origin,
    Part,
    Section,
    Statement,
    Support,
    SupportLevel,
    numbered,
)
from schemas.errors import AnswerInvalid, AnswerRefused, AnswerTruncated, ContextExceeded
from schemas.sources import Document
from summarizer.answers import AbstractAnswer, ResultAnswer, SourceAnswer
from summarizer.asker import Asker, all_of
from summarizer.checks import Checker
from summarizer.claims import is_allowed, measure_of
from summarizer.items import SUMMARY, Item, Reading, items_of, readings, rendered
from summarizer.rendering import one_line
from summarizer.sentences import word_set

STAGE = PROMPT = "repair"
CORRECTED = Support(level=SupportLevel.UNVERIFIED, reason=f"{NOT_JUDGED} since it was corrected.")
"""The support of a corrected part until the judge has seen it."""

_LEAST_SHARED = 0.3  # of the words; a text with fewer is another statement, not a correction
_REJECTED = (SupportLevel.DOUBTFUL, SupportLevel.REFUTED)
_UNUSABLE = (AnswerInvalid, AnswerRefused, AnswerTruncated, ContextExceeded)


async def repaired(study: CaseStudy, document: Document, writer: Asker) -> CaseStudy:
    """Return the study with corrected parts, which have to be judged again.

    The model's own statements and facts are corrected if the judge accepts them in part, and the
    whole summary if one of its sentences cannot be published. Without a usable answer they stay.

    Raises:
        ModelError: if the model cannot be asked.
    """
    items = await asyncio.to_thread(items_of, study, document, lambda _: True)
    partly = [one for one in items if one.kind != SUMMARY and _is_partly(one.part)]
    summary = [one for one in items if one.kind == SUMMARY]
    if not any(s.support.level in _REJECTED for s in study.section(Section.ABSTRACT)):
        summary = []
    prompt, profile, both = writer.prompt(PROMPT), writer.profile, [*partly, *summary]
    calls = await asyncio.to_thread(readings, both, study, document, prompt, profile)
    others = [one for one in items if isinstance(one.part, Statement) and one not in both]
    carried = [one for one in others if one.part.support.is_publishable]

    async def ask(reading: Reading) -> SourceAnswer:
        shown = _shown(reading, carried, study, document)
        try:
            return await writer.ask(prompt, {**reading.source, "items": shown}, SourceAnswer, STAGE)
        except _UNUSABLE:
            return SourceAnswer()

    answers = await all_of(map(ask, calls))
    corrections = [one for answer in answers for one in answer.corrections]
    sentences = [one for answer in answers for one in answer.summary] if summary else []
    return await asyncio.to_thread(_applied, study, document, items, corrections, sentences)


def _is_partly(part: Part) -> bool:
    is_own = isinstance(part, Fact) or (isinstance(part, Statement) and part.origin is Origin.MODEL)
    return is_own and part.support.level is SupportLevel.DOUBTFUL


def _shown(reading: Reading, carried: Sequence[Item], study: CaseStudy, document: Document) -> str:
    """Return the items to correct; above a summary, also those that it can rest on."""
    has_summary = any(one.kind == SUMMARY for one in reading.items)
    above = [f"{one.number}, {one.kind}: {one.text}" for one in carried if has_summary]
    head = ["Carried, not to be corrected:", *above, ""] if above else []
    shown = rendered(reading, study, document, with_reasons=True)
    return "\n".join([*head, "To correct:", shown])


def _applied(
    study: CaseStudy,
    document: Document,
    items: Sequence[Item],
    corrections: Iterable[ResultAnswer],
    sentences: Sequence[AbstractAnswer],
) -> CaseStudy:
    checker = Checker(document)
    asked = {one.number: one.part for one in items if one.kind != SUMMARY and _is_partly(one.part)}
    changed = {
        id(asked[one.id]): new
        for one in corrections
        if one.id in asked and (new := _corrected(asked[one.id], one, checker))
    }
    study = study.map_parts(lambda part: changed.get(id(part), part))
    places = {one.number: one.part.n for one in items if isinstance(one.part, Statement)}
    return _with_summary(study, sentences, places)


def _corrected(part: Part, given: ResultAnswer, checker: Checker) -> Part | None:
    """Return the corrected part, or None if the answer is about something else."""
    is_gap = isinstance(part, Statement) and part.section is Section.GAPS
    text, found = one_line(given.statement), checker.find(() if is_gap else given.quotes)
    evidence = found if found and all(e.start is not None for e in found) else part.evidence
    if isinstance(part, Fact):
        fits = bool(given.statement.strip()) and is_allowed(part.name, text)
        fields: dict[str, object] = {"value": text}
    elif isinstance(part, Statement):
        before, after = word_set(part.text), word_set(text)
        fits = len(before & after) >= _LEAST_SHARED * len(before | after)
        fields = {"text": text, "measure": part.measure and measure_of(given)}
    else:
        return None
    fields |= {"evidence": evidence, "support": CORRECTED}
    return part.model_copy(update=fields) if fits else None


def _with_summary(
    study: CaseStudy, sentences: Sequence[AbstractAnswer], places: Mapping[int, int]
) -> CaseStudy:
    """Return the study with a new summary, unless a sentence of it rests on nothing."""
    statements = [s for s in study.statements if s.section is not Section.ABSTRACT]
    known = {s.n for s in statements}
    written = [
        Statement(
            n=-place,
            section=Section.ABSTRACT,
            text=one_line(one.sentence),
            evidence=(),
            support=CORRECTED,
            rests_on=tuple(n for i in dict.fromkeys(one.rests_on) if (n := places.get(i)) in known),
        )
        for place, one in enumerate(sentences, start=1)
        if one.sentence.strip()
    ]
    if not written or not all(one.rests_on for one in written):
        return study
    return study.model_copy(update={"statements": numbered([*written, *statements])})
