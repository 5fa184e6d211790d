"""Decides whether a source is a case study, by a rubric that a capable model or cues score.

One rule derives the verdict from the scores. Unsure sources get a draft marked for the curator;
only clear cases are refused, and a curator can overturn that.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

from schemas.cases import Match
from schemas.errors import AnswerInvalid, ExtractionError
from schemas.frozen import content_id
from schemas.reviews import Criterion, Triage, Verdict
from schemas.sources import Candidate, Document, SourceKind
from schemas.subjects import Subject
from summarizer.answers import Answer, ScoreAnswer, SubjectAnswer, TriageAnswer
from summarizer.asker import Asker
from summarizer.data import table
from summarizer.mentions import terms_in
from summarizer.profiles import Profile
from summarizer.prompt_copies import is_copied
from summarizer.quotes import QuoteFinder, evidence_at
from summarizer.rendering import fair_sample, fence_for, one_line, render
from summarizer.sentences import Sentence, sentences_of, word_set, words
from summarizer.strategies import single
from summarizer.strategies.cues import has_any

STAGE = PROMPT = "triage"
CUES_RUBRIC = "triage/cues-4"
_STORY = "story"
_CRITERIA = ("technical_detail", "real_use", "iteration", "deployed", _STORY)
_TOP_SCORE = 3
# Shorter sentences are headings, table cells and code; longer ones are not prose.
_LEAST_WORDS, _MOST_WORDS = 6, 200
# In a talk, "you" often means anybody, so it does not indicate advice.
_SPOKEN = frozenset({SourceKind.VIDEO, SourceKind.CAPTIONS, SourceKind.RECORDING})
# Sources without technical substance are refused, as are those with hardly any and no use shown.
# Explanations of systems in use are accepted. The curator decides on the rest.
_SUBSTANCE, _HARDLY, _PLAIN, _IN_USE = 0.34, 0.4, 0.6, 1.15
_UNPROVEN = "The model would reject it, but the source does not have the quotes of its scores."
# A text is too thin if it has fewer words than this and few of the longer words in its title.
_THIN_WORDS, _LONG_WORD = 150, 4
# Lists and advice are refused unless they show this much real use.
_USE_SHOWN = 0.66


async def triage_by_model(document: Document, asker: Asker, *, alone: bool) -> Triage:
    """Return a verdict by the model, from the whole draft's call or ``alone`` from a sample.

    A rejection counts only if the source has the quotes of its scores.

    Raises:
        AnswerInvalid: if the answer has no scores.
        ModelError: if the model fails; a failure is never a verdict.
    """
    before = len(asker.generations)
    prompt = asker.prompt(PROMPT if alone else single.PROMPT)
    answer: TriageAnswer | None
    if alone:
        answer = await asker.ask(prompt, _values(document, asker.profile), TriageAnswer, STAGE)
    else:
        answer = (await single.ask(document, asker)).triage
    if answer is None:
        raise AnswerInvalid(f"{asker.profile.model} gave no scores; retry, or try another model")
    criteria = await asyncio.to_thread(_from_answer, answer, document)
    asked = [generation.generation_id for generation in asker.generations[before:]]
    rubric = prompt.label
    reason = "" if is_copied(answer.reason) else answer.reason
    made_by = rubric, asker.profile.model
    found = _triage(document, made_by, criteria, asked, reason, subjects=answer.subjects)
    if found.refused and not all(map(_is_shown, criteria)):
        return found.model_copy(update={"verdict": Verdict.UNSURE, "reason": _UNPROVEN})
    return found


def triage_by_cues(document: Document) -> Triage:
    """Return a verdict by the patterns of ``triage.toml``, without a model."""
    found = sentences_of(document)
    sentences = [s for s in found if _LEAST_WORDS <= len(words(s.text)) <= _MOST_WORDS]
    story = _story(document, sentences)
    criteria = [_from_cues(name, document, sentences) for name in _CRITERIA if name != _STORY]
    if story.score and _names_a_model(sentences):
        score, reason = max(criteria[0].score, _HARDLY), "It names a model and gives numbers."
        criteria[0] = criteria[0].model_copy(update={"score": score, "reason": reason})
    verdict = _triage(document, (CUES_RUBRIC, "cues"), [*criteria, story], [])
    why = verdict.reason if story.score or not verdict.refused else story.reason
    return verdict.model_copy(update={"reason": why})


def refuse_thin(document: Document) -> None:
    """Reject a document whose text is too short to cover its title.

    Raises:
        ExtractionError: if a short text lacks at least three and half of the title's longer words.
    """
    count = len(words(document.text))
    announced = {word for word in word_set(document.title or "") if len(word) >= _LONG_WORD}
    missing = announced - word_set(document.text)
    if count < _THIN_WORDS and len(missing) > max(len(announced) / 2, 2):
        raise ExtractionError(
            f"the text has {count} words and does not cover “{document.title}”; open the source, "
            "and submit a copy that contains the article",
            "page_too_thin",
        )


class WantedAnswer(Answer):
    """The verdict on an item of a watched list, by its title and summary."""

    reason: str
    verdict: Literal["fits", "does not fit", "cannot tell"]


async def matches_rubric(candidate: Candidate, rubric: str, asker: Asker) -> tuple[bool, str]:
    """Return whether a listed item can match a curator's ``rubric``, and the reason.

    Items with too little information match, and all items if the model is too small to judge.

    Raises:
        ModelError: if the model fails; a failure is never a verdict.
    """
    if not asker.profile.is_capable:
        return True, f"{asker.profile.model} is too small to judge it"
    item = {"title": candidate.title, "summary": candidate.summary, "address": candidate.url}
    shown = {name: value or "(none)" for name, value in item.items()}
    values = {"fence": fence_for("\0".join(shown.values())), "rubric": rubric, **shown}
    answer = await asker.ask(asker.prompt("wanted"), values, WantedAnswer, "watch")
    return answer.verdict != "does not fit", answer.reason


def verdict_of(scores: Mapping[str, float]) -> tuple[Verdict, str]:
    """Return the verdict for scores from 0 to 1, and its reason."""
    technical, uses = scores["technical_detail"], (scores["real_use"], scores["deployed"])
    is_story = scores[_STORY] >= _SUBSTANCE
    if technical < _SUBSTANCE:
        return Verdict.NOT_A_CASE_STUDY, "It has hardly any technical content."
    if max(uses) < _SUBSTANCE and technical < _HARDLY:
        return Verdict.NOT_A_CASE_STUDY, "It has little technical content and shows no real use."
    if not is_story and scores["real_use"] < _USE_SHOWN:
        return Verdict.NOT_A_CASE_STUDY, "It lists, teaches or advises, and shows no system in use."
    if is_story and technical >= _PLAIN and sum(uses) >= _IN_USE:
        return Verdict.CASE_STUDY, "It explains a system that is in use."
    return Verdict.UNSURE, "It may describe a system, but says little about its use."


def _values(document: Document, profile: Profile) -> Mapping[str, object]:
    taken = single.fixed_tokens(PROMPT, TriageAnswer) + profile.answer_tokens
    room = max(profile.context_tokens - taken, profile.context_tokens // 4)
    shown = render(document, fair_sample(document, int(room * 0.9)))
    return {"fence": fence_for(render(document)), "passages": shown}


def _from_answer(answer: TriageAnswer, document: Document) -> list[Criterion]:
    finder = QuoteFinder(document)
    given: dict[str, ScoreAnswer] = {name: getattr(answer, name) for name in _CRITERIA}
    return [
        Criterion(name=name, score=score, reason="", evidence=finder.find_all([line.quote]))
        for name, line in given.items()
        for score in [round(line.score / _TOP_SCORE, 2)]
    ]


def _triage(
    document: Document,
    made_by: tuple[str, str],
    criteria: Sequence[Criterion],
    generation_ids: Sequence[str],
    reason: str = "",
    *,
    subjects: Sequence[SubjectAnswer] = (),
) -> Triage:
    """Return the verdict for the scores, with the model's reason if it gave one."""
    verdict, by_rule = verdict_of({c.name: c.score for c in criteria})
    rubric, model = made_by
    return Triage(
        triage_id=content_id("triage", document.document_id, *made_by, list(generation_ids)),
        document_id=document.document_id,
        rubric=rubric,
        model=model,
        verdict=verdict,
        reason=" ".join(reason.split()) or by_rule,
        criteria=tuple(criteria),
        generation_ids=tuple(generation_ids),
        subjects=tuple(Subject(**one.model_dump()) for one in subjects if one.system.strip()),
        decided_at=datetime.now(UTC),
    )


def _is_shown(criterion: Criterion) -> bool:
    """Return whether the source has the quote of a score; a score of 0 needs none."""
    missing = [one for one in criterion.evidence if one.match is Match.MISSING]
    return not missing and bool(criterion.evidence or criterion.score == 0)


def is_unproven(triage: Triage) -> bool:
    """Return whether scores reject the source, but with quotes that it does not have."""
    return triage.reason == _UNPROVEN


def _from_cues(name: str, document: Document, sentences: Sequence[Sentence]) -> Criterion:
    cue = table("triage")[name]
    groups = set(cue.get("groups", ()))
    matching = [
        s
        for s in sentences
        if has_any(cue["patterns"], s.text) or groups & {t.group for t in terms_in(s.text)}
    ]
    count, share = len(matching), len(matching) / max(len(sentences), 1)
    return Criterion(
        name=name,
        score=round(min(1.0, count / cue["enough"], share / cue.get("share", share or 1)), 2),
        reason=f"{count} of {len(sentences)} sentences mention it.",
        evidence=tuple(evidence_at(document, s.start, s.end) for s in matching[:2]),
    )


def _names_a_model(sentences: Sequence[Sentence]) -> bool:
    """Return whether a text mentions language models and numbers, even in plain words."""
    cues = table("triage")["plain"]
    named, figures = _shares([cues["named"], r"\d"], [s.text for s in sentences])
    return bool(named >= cues["share"] and round(figures * len(sentences)) >= cues["figures"])


def _shares(patterns: Sequence[str], texts: Sequence[str]) -> list[float]:
    """Return for each pattern the share of texts that contain it."""
    return [sum(has_any([p], text) for text in texts) / max(len(texts), 1) for p in patterns]


def _story(document: Document, sentences: Sequence[Sentence]) -> Criterion:
    """Return the score 0 for lists, advice, news, and subjects other than language models."""
    cues, title = table("triage")[_STORY], one_line(document.title or "")
    texts = [re.sub(cues["quoted"], "", s.text) for s in sentences]
    shares = _shares([cues[name] for name in ("address", "own", "files", "said")], texts)
    addressing, own, files, reporting = shares
    advises = addressing >= cues["advice"] and addressing > cues["over"] * own
    score, reason = 0, f"{addressing:.0%} of its sentences address the reader."
    if has_any(cues["listing"], title) and not has_any(cues["story"], title):
        reason = "Its title announces a list, a guide or an introduction."
    elif not has_any([cues["subject"]], f"{title}\n{document.text}"):
        reason = "It mentions no language models and no systems that use them."
    elif files >= cues["described"]:
        reason = f"{files:.0%} of its sentences name files, as in descriptions of a folder."
    elif reporting >= cues["reported"] and not own:
        reason = f"{reporting:.0%} of its sentences quote other people, as in news."
    elif not advises or document.kind in _SPOKEN:
        score, reason = 1, "It does not read like a list, a guide, advice or news."
    return Criterion(name=_STORY, score=score, reason=reason)
