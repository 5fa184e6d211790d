"""Is it a case study? By a rubric that a capable model scores, or else by cues.

One rule makes the verdict of the scores. An unsure one makes a draft that the curator sees marked;
only a source that clearly does not belong is refused, and a curator can overturn that.
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

from prompts.loader import load
from schemas.frozen import content_id
from schemas.reviews import Criterion, Triage, Verdict
from schemas.sources import Document, SourceKind
from summarizer.asking import Asker, schema_tokens
from summarizer.mentions import terms_in
from summarizer.profiles import Profile
from summarizer.quotes import QuoteFinder, evidence_at
from summarizer.rendering import estimate_tokens, fair_sample, fence_of, one_line, render_passages
from summarizer.sentences import Sentence, sentences_of, words

STAGE = PROMPT = "triage"
CUES_RUBRIC = "triage/cues-3"
_STORY = "story"
_CRITERIA = ("technical_detail", "real_use", "iteration", "deployed", _STORY)
_TOP_SCORE = 3
# Shorter ones are headings, table cells and code; longer ones are not prose.
_LEAST_WORDS, _MOST_WORDS = 6, 200
# Speakers say "you" of anybody, so that an address means nothing in a talk.
_SPOKEN = frozenset({SourceKind.VIDEO, SourceKind.CAPTIONS, SourceKind.RECORDING})
# What lacks technical substance is refused; so is what has hardly any and shows no use. What
# explains a system in use is accepted. The rest is for the curator.
_SUBSTANCE, _HARDLY, _PLAIN, _IN_USE = 0.34, 0.4, 0.6, 1.15
# What lists or advises is refused unless it shows this much of real use.
_USE_SHOWN = 0.66


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
    story: CriterionAnswer


def model_rubric(version: int | None = None) -> str:
    """Return the id of the rubric that models score, the newest by default."""
    return f"triage/v{load(PROMPT, version).version}"


async def triage_by_model(document: Document, asker: Asker) -> Triage:
    """Ask the model for scores over the document, or a fair sample of a long one.

    Raises:
        ModelError: an outage is never a verdict.
    """
    before = len(asker.generations)
    prompt = asker.prompt(PROMPT)
    answer = await asker.ask(prompt, _values(document, asker.profile), TriageAnswer, STAGE)
    criteria = await asyncio.to_thread(_from_answer, answer, document)
    asked = [generation.generation_id for generation in asker.generations[before:]]
    rubric = model_rubric(prompt.version)
    return _triage(document, rubric, asker.profile.model, criteria, asked)


def triage_by_cues(document: Document) -> Triage:
    """Score the document by the patterns of ``triage.toml``; no model is asked."""
    found = sentences_of(document)
    sentences = [s for s in found if _LEAST_WORDS <= len(words(s.text)) <= _MOST_WORDS]
    criteria = [_from_cues(name, document, sentences) for name in _CRITERIA if name != _STORY]
    return _triage(document, CUES_RUBRIC, "cues", [*criteria, _story(document, sentences)], [])


def verdict_of(scores: Mapping[str, float]) -> tuple[Verdict, str]:
    """Return the verdict and its reason for the scores, each from 0 to 1."""
    technical, uses = scores["technical_detail"], (scores["real_use"], scores["deployed"])
    is_story = scores[_STORY] >= _SUBSTANCE
    if technical < _SUBSTANCE:
        return Verdict.NOT_A_CASE_STUDY, "It describes no technical system."
    if max(uses) < _SUBSTANCE and technical < _HARDLY:
        return Verdict.NOT_A_CASE_STUDY, "It says little of a system and nothing of its use."
    if not is_story and scores["real_use"] < _USE_SHOWN:
        return Verdict.NOT_A_CASE_STUDY, "It lists, teaches or advises, and shows no system in use."
    if is_story and technical >= _PLAIN and sum(uses) >= _IN_USE:
        return Verdict.CASE_STUDY, "It explains a system that is in use."
    return Verdict.UNSURE, "It is technical, but says little about a real deployment."


def _values(document: Document, profile: Profile) -> Mapping[str, object]:
    fixed = sum(estimate_tokens(m.content) for m in load(PROMPT).messages)
    taken = fixed + schema_tokens(TriageAnswer) + profile.answer_tokens
    room = max(profile.context_tokens - taken, profile.context_tokens // 4)
    return {
        "fence": fence_of(document),
        "title": one_line(document.title),
        "passages": render_passages(document, fair_sample(document, int(room * 0.9))),
    }


def _from_answer(answer: TriageAnswer, document: Document) -> list[Criterion]:
    finder = QuoteFinder(document)
    given: dict[str, CriterionAnswer] = {name: getattr(answer, name) for name in _CRITERIA}
    return [
        Criterion(
            name=name,
            score=round(line.score / _TOP_SCORE, 2),
            reason=line.reason,
            evidence=finder.find_all([line.quote]),
        )
        for name, line in given.items()
    ]


def _triage(
    document: Document,
    rubric: str,
    model: str,
    criteria: Sequence[Criterion],
    generation_ids: Sequence[str],
) -> Triage:
    verdict, reason = verdict_of({c.name: c.score for c in criteria})
    return Triage(
        triage_id=content_id("triage", document.document_id, rubric, model, list(generation_ids)),
        document_id=document.document_id,
        rubric=rubric,
        model=model,
        verdict=verdict,
        reason=reason,
        criteria=tuple(criteria),
        generation_ids=tuple(generation_ids),
        decided_at=datetime.now(UTC),
    )


@cache
def _cues() -> Mapping[str, Any]:
    return loads(files(__package__).joinpath("triage.toml").read_text("utf-8"))


def _from_cues(name: str, document: Document, sentences: Sequence[Sentence]) -> Criterion:
    cue = _cues()[name]
    matching = [s for s in sentences if _matches(s.text, cue)]
    count, share = len(matching), len(matching) / max(len(sentences), 1)
    part = min(1.0, share / cue["share"]) if "share" in cue else 1.0
    return Criterion(
        name=name,
        score=round(min(1.0, count / cue["enough"], part), 2),
        reason=f"{count} of {len(sentences)} sentences speak of it.",
        evidence=tuple(evidence_at(document, s.start, s.end) for s in matching[:2]),
    )


def _story(document: Document, sentences: Sequence[Sentence]) -> Criterion:
    """Return 0 for what lists, advises or has another subject than language models, else 1."""
    cues, title = _cues()[_STORY], one_line(document.title or "")
    if _any(cues["listing"], title) and not _any(cues["story"], title):
        return _story_criterion(0, "Its title announces a list, a guide or an introduction.")
    if not _any([cues["subject"]], f"{title}\n{document.text}"):
        return _story_criterion(0, "It names no language model and nothing made with one.")
    addressing = sum(1 for s in sentences if _any([cues["address"]], s.text))
    own = sum(1 for s in sentences if _any([cues["own"]], s.text))
    share = addressing / max(len(sentences), 1)
    advises = share >= cues["advice"] and addressing > cues["over"] * own
    if advises and document.kind not in _SPOKEN:
        return _story_criterion(0, f"{share:.0%} of its sentences address the reader.")
    return _story_criterion(1, "It does not read like a list, a guide or advice.")


def _story_criterion(score: int, reason: str) -> Criterion:
    return Criterion(name=_STORY, score=score, reason=reason)


def _matches(text: str, cue: Mapping[str, Any]) -> bool:
    return _any(cue["patterns"], text) or ("groups" in cue and _names_term(text, cue["groups"]))


def _names_term(text: str, groups: Sequence[str]) -> bool:
    return any(term.group in groups for term in terms_in(text))


def _any(patterns: Sequence[str], text: str) -> bool:
    return any(_compiled(pattern).search(text) for pattern in patterns)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
