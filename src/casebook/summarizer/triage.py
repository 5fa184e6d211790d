"""Is it a case study? By a rubric: scored by a capable model, or by cues where there is none.

The verdict follows from the scores by one rule, whoever gave them. ``unsure`` makes a draft that
the curator sees marked; only a source that clearly is none is refused, and that can be overturned.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from tomllib import loads
from typing import Any

from pydantic import BaseModel, Field

from casebook.prompts.loader import load_prompt
from casebook.schemas.cases import Evidence
from casebook.schemas.documents import Document
from casebook.schemas.frozen import Frozen
from casebook.schemas.ids import content_id
from casebook.schemas.taxonomy import load_taxonomy
from casebook.schemas.triage import Criterion, Triage, Verdict
from casebook.summarizer.grounding.locating import QuoteFinder, evidence_at
from casebook.summarizer.language.sentences import Sentence, sentences_of
from casebook.summarizer.language.wording import words
from casebook.summarizer.models.asking import Asker
from casebook.summarizer.models.profiles import Profile, Strategy
from casebook.summarizer.models.rendering import (
    estimate_tokens,
    fence_of,
    opening_and_end,
    render_passages,
)
from casebook.summarizer.telling import NAME as TELLING
from casebook.summarizer.telling import TellingCues, telling

STAGE = "triage"
CUES_RUBRIC = "triage/cues-2"
_CRITERIA = ("technical_detail", "real_use", "iteration", "deployed")
_BUDGET_TOKENS = 6_000
_OUTPUT_TOKENS = 1_200
_TOP_SCORE = 3
# Shorter ones are headings, table cells and code, which tell neither way.
_MIN_WORDS = 6


class CriterionAnswer(BaseModel):
    """One line of the rubric."""

    score: int = Field(ge=0, le=_TOP_SCORE, description="0 to 3, by the rubric.")
    reason: str = Field(description="One sentence.")
    quote: str = Field(description="5 to 30 words of the source, letter for letter, or empty.")


class TriageAnswer(BaseModel):
    """The scores of one source."""

    technical_detail: CriterionAnswer
    real_use: CriterionAnswer
    iteration: CriterionAnswer
    deployed: CriterionAnswer
    # One more than the first rubric had; an answer without it is not lost.
    telling: CriterionAnswer | None = None


class Cue(Frozen):
    """What speaks for a criterion: patterns, and how many sentences make a full score.

    With ``share``, they must also be that part of all sentences; ``groups`` of the taxonomy count
    like patterns.
    """

    enough: int
    share: float = 0.0
    patterns: Sequence[str]
    groups: Sequence[str] = ()


def by_model(profile: Profile, strategy: Strategy) -> bool:
    """Tell whether a model judges: never one that has to be guided, whatever drafts are made by."""
    return Strategy.GUIDED not in (strategy, profile.strategy)


def rubric_of(asker: Asker, *, by_model: bool) -> str:
    """Return the name under which a verdict is stored and found again."""
    if not by_model:
        return CUES_RUBRIC
    prompt = asker.prompt("triage")
    return f"triage/v{prompt.version}:{asker.model_name}"


async def triage_by_model(document: Document, asker: Asker) -> Triage:
    """Ask the model for scores over the opening and the end of the document.

    Raises:
        ModelError: an outage is never a verdict.
    """
    before = len(asker.generations)
    answer = await asker.ask(
        STAGE,
        asker.prompt("triage"),
        _values(document, asker.profile),
        TriageAnswer,
        temperature=0.0,
        max_tokens=_OUTPUT_TOKENS,
    )
    criteria = await asyncio.to_thread(_from_answers, answer, document)
    asked = [g.generation_id for g in asker.generations[before:]]
    return _decide(document, rubric_of(asker, by_model=True), asker.model_name, criteria, asked)


def asked_of_model(document: Document, profile: Profile) -> tuple[int, int]:
    """Return the estimated tokens of the question to a model, and the most of its answer. Pure."""
    values = _values(document, profile)
    asked = sum(estimate_tokens(m.content) for m in load_prompt("triage").render(values))
    return asked, _OUTPUT_TOKENS


def _values(document: Document, profile: Profile) -> Mapping[str, str]:
    budget = min(_BUDGET_TOKENS, profile.context_tokens // 2)
    return {
        "fence": fence_of(document),
        "title": document.title or "(none)",
        "passages": render_passages(document, opening_and_end(document, budget)),
    }


def triage_by_cues(document: Document) -> Triage:
    """Score the document by the patterns of ``triage.toml``; no model is asked."""
    sentences = [s for s in sentences_of(document) if len(words(s.text)) >= _MIN_WORDS]
    criteria = [_from_cues(name, _cues()[name], document, sentences) for name in _CRITERIA]
    told = telling(document, sentences, _telling_cues())
    return _decide(document, CUES_RUBRIC, "cues", [*criteria, told], [])


@cache
def _cues() -> Mapping[str, Cue]:
    return {name: Cue.model_validate(_data()[name]) for name in _CRITERIA}


@cache
def _telling_cues() -> TellingCues:
    return TellingCues.model_validate(_data()[TELLING])


@cache
def _data() -> Mapping[str, Any]:
    return loads(files(__package__).joinpath("triage.toml").read_text("utf-8"))


def _from_answers(answer: TriageAnswer, document: Document) -> list[Criterion]:
    finder = QuoteFinder(document)
    given = {name: getattr(answer, name) for name in (*_CRITERIA, TELLING)}
    return [_from_answer(name, one, finder) for name, one in given.items() if one is not None]


def _from_answer(name: str, answer: CriterionAnswer, finder: QuoteFinder) -> Criterion:
    evidence = finder.find(answer.quote) if answer.quote.strip() else []
    return Criterion(
        name=name,
        score=round(answer.score / _TOP_SCORE, 2),
        reason=answer.reason,
        evidence=evidence,
    )


def _from_cues(name: str, cue: Cue, document: Document, sentences: Sequence[Sentence]) -> Criterion:
    speaking = [s for s in sentences if _speaks(s.text, cue)]
    evidence: list[Evidence] = [evidence_at(document, s.start, s.end) for s in speaking[:2]]
    count = len(speaking)
    share = count / max(len(sentences), 1)
    part = min(1.0, share / cue.share) if cue.share else 1.0
    return Criterion(
        name=name,
        score=round(min(1.0, count / cue.enough, part), 2),
        reason=f"{count} of {len(sentences)} sentences speak of it.",
        evidence=evidence,
    )


def _speaks(text: str, cue: Cue) -> bool:
    return any(_compiled(pattern).search(text) for pattern in cue.patterns) or (
        bool(cue.groups) and _names_term(text, cue.groups)
    )


def _names_term(text: str, groups: Sequence[str]) -> bool:
    taxonomy = load_taxonomy()
    terms = (taxonomy.term(mention.slug) for mention in taxonomy.mentions(text))
    return any(term is not None and term.group in groups for term in terms)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# A source without any technical substance is refused; so is one with hardly any and no sign of
# use. What explains a system that is in use is accepted. The rest is for the curator.
_SUBSTANCE, _HARDLY, _PLAIN, _IN_USE = 0.34, 0.4, 0.6, 1.15
# What lists or advises is refused unless it shows this much of real use all the same.
_USE_SHOWN = 0.66


def verdict_of(scores: Mapping[str, float]) -> tuple[Verdict, str]:
    """Return the verdict and its reason for the scores, each from 0 to 1.

    ``telling`` may be missing: the first rubric did not ask for it.
    """
    technical, uses = scores["technical_detail"], (scores["real_use"], scores["deployed"])
    used, tells = max(uses), scores.get(TELLING, 1.0) >= _SUBSTANCE
    if technical < _SUBSTANCE:
        return Verdict.NOT_A_CASE_STUDY, "It describes no technical system."
    if used < _SUBSTANCE and technical < _HARDLY:
        return Verdict.NOT_A_CASE_STUDY, "It says little of a system and nothing of its use."
    if not tells and scores["real_use"] < _USE_SHOWN:
        return Verdict.NOT_A_CASE_STUDY, "It lists, teaches or advises, and shows no system in use."
    if tells and technical >= _PLAIN and sum(uses) >= _IN_USE:
        return Verdict.CASE_STUDY, "It explains a system that is in use."
    return Verdict.UNSURE, "It is technical, but tells little of a real deployment."


def _decide(
    document: Document,
    rubric: str,
    model: str,
    criteria: Sequence[Criterion],
    generation_ids: Sequence[str],
) -> Triage:
    verdict, reason = verdict_of({c.name: c.score for c in criteria})
    return Triage(
        triage_id=content_id("triage", document.document_id, rubric, list(generation_ids)),
        document_id=document.document_id,
        rubric=rubric,
        model=model,
        verdict=verdict,
        reason=reason,
        criteria=criteria,
        generation_ids=generation_ids,
        decided_at=datetime.now(UTC),
    )
