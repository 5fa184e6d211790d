"""Chooses the strategy for a document, estimates its cost and describes its recipe."""

from collections.abc import Mapping, Sequence
from math import ceil

from pydantic import BaseModel

from prompts.loader import load
from schemas.frozen import Frozen, content_id
from schemas.generations import Usage
from schemas.reviews import Recipe
from schemas.sources import Document
from summarizer import findings, repair, speakers
from summarizer import judge as judging
from summarizer.answers import DraftAnswer, PartDraftAnswer, SourceAnswer, TriageAnswer
from summarizer.asker import schema_hash
from summarizer.profiles import Profile, Strategy
from summarizer.strategies import map_reduce, short, single, synthesis
from summarizer.strategies.windows import WINDOW_TOKENS
from summarizer.triage import CUES_RUBRIC, PROMPT

ASKED_FOR = "asked for"
"""The reason given if a person chose the strategy."""

_BY_PROFILE = {
    Strategy.MAP_REDUCE: "set by the model's profile",
    Strategy.GUIDED: "code selected sentences, since the embedded model is too small; to have the "
    "case written, set CASEBOOK_LLM_BASE_URL and CASEBOOK_LLM_MODEL, then `casebook rerun`",
}

CHECKS_VERSION = 5
"""Raise it when changes to cues, checks or quote location change drafts."""

_Question = tuple[str, type[BaseModel]]  # the prompt's name, and the type of its answer
_TRIAGE: _Question = (PROMPT, TriageAnswer)
_SPEAKERS: _Question = (speakers.PROMPT, speakers.SpeakersAnswer)
_WHOLE: _Question = (single.PROMPT, DraftAnswer)
_PART: _Question = (single.PROMPT, PartDraftAnswer)
_SHORT: _Question = (short.PROMPT, short.ShortAnswer)
_MERGE: _Question = (synthesis.PROMPT, synthesis.MergeAnswer)
_JUDGE: _Question = (judging.PROMPT, SourceAnswer)
_REPAIR: _Question = (repair.PROMPT, SourceAnswer)
_FINDINGS: _Question = (findings.PROMPT, findings.FindingsAnswer)
_FINDINGS_JUDGE: _Question = (findings.JUDGE, findings.FindingsTask)

_TOKENS_PER_CHARACTER = 0.258  # including the numbers of passages
_CAUTION = 1.2  # a safety factor for deciding whether a text fits
_OPENING_TOKENS = 2_000  # of a talk, with the list of its speakers
_STATED = 0.5  # the share of statements, without quotes, in the answer about a window
# The number of parts that are judged, by the size of the text, and the size of one with its quotes.
_LEAST_PARTS, _MOST_PARTS, _TOKENS_PER_PART_FOUND = 15, 60, 60
_JUDGED_TOKENS, _CORRECTED = 75, 0.15  # ... and the share of parts that are corrected
_FOUND_TOKENS = 800  # of the findings of a case, which the judge reads


class DraftPlan(Frozen):
    """The strategy for a document, and its reason."""

    strategy: Strategy
    reason: str
    triage_by_model: bool = True  # False if the model is too small, and cues decide instead


class CostEstimate(Frozen):
    """The calls and cost for one source; ``cost_usd`` is None for unknown prices."""

    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None


def plan(document: Document, profile: Profile, wanted: str = "auto") -> DraftPlan:
    """Return the plan for ``document``; ``wanted`` is the strategy requested by a person.

    The packaged model is guided. All others read the document in one call if it fits their
    context, and otherwise in windows; small ones have a short prompt.
    """
    return _planned(single.prompt_tokens(document, *_question(profile)), profile, wanted)


def usual_plan(characters: int, profile: Profile, wanted: str = "auto") -> DraftPlan:
    """Return the expected plan for a text of this length, before the text is available."""
    text = int(_CAUTION * _TOKENS_PER_CHARACTER * characters)
    return _planned(single.fixed_tokens(*_question(profile)) + text, profile, wanted)


def _question(profile: Profile) -> _Question:
    """Return the question about a whole document."""
    return _SHORT if profile.small else _WHOLE


def _planned(asked: int, profile: Profile, wanted: str) -> DraftPlan:
    automatic = _strategy_for(asked, profile)
    strategy, reason = automatic if wanted == "auto" else (Strategy(wanted), ASKED_FOR)
    plan = DraftPlan(strategy=strategy, reason=reason)
    return plan.model_copy(update={"triage_by_model": _writes(plan, profile)})


def _strategy_for(asked: int, profile: Profile) -> tuple[Strategy, str]:
    """Return the strategy for a question of ``asked`` tokens, and the reason."""
    if profile.strategy is not Strategy.SINGLE:
        return profile.strategy, _BY_PROFILE[profile.strategy]
    needed = f"about {asked:,} tokens and {profile.answer_tokens:,} for the answer"
    context = f"the context of {profile.context_tokens:,}"
    context += f" that {profile.server} reports" if profile.server else ""
    if asked + profile.answer_tokens <= profile.context_tokens:
        return Strategy.SINGLE, f"{needed} fit {context}"
    return Strategy.MAP_REDUCE, f"{needed} exceed {context}"


def forecast(
    characters: int,
    profile: Profile,
    plan: DraftPlan,
    judge: Profile | None = None,
    *,
    is_spoken: bool = False,
) -> CostEstimate:
    """Return the estimated cost of a (spoken) source of this length, erring on the high side.

    Raises:
        ContextExceeded: if the context is too small for any window of the plan.
    """
    text = int(_TOKENS_PER_CHARACTER * characters)
    calls = _calls(text, profile, plan.strategy)
    if is_spoken and profile.is_capable:
        calls.append(_call(profile, _SPEAKERS, min(text, _OPENING_TOKENS)))
    if judge is not None:
        calls += _judging_calls(text, judge, profile if _writes(plan, profile) else None)
    return _estimate(calls)


def judging_forecast(characters: int, judge: Profile) -> CostEstimate:
    """Return the estimated cost of judging the case study of a source of this length."""
    return _estimate(_judging_calls(int(_TOKENS_PER_CHARACTER * characters), judge, None))


def findings_forecast(characters: int, profile: Profile, judge: Profile | None) -> CostEstimate:
    """Return the estimated cost of the findings of a case with statements of this length."""
    text = int(_TOKENS_PER_CHARACTER * characters)
    calls = [_call(profile, _FINDINGS, text)]
    calls += [_call(judge, _FINDINGS_JUDGE, text + _FOUND_TOKENS)] if judge else []
    return _estimate(calls)


def _writes(plan: DraftPlan, profile: Profile) -> bool:
    """Return whether the model writes statements, and therefore also triages and corrects them."""
    return profile.is_capable and plan.strategy is not Strategy.GUIDED


def _estimate(calls: Sequence[Usage]) -> CostEstimate:
    costs = [call.cost_usd for call in calls]
    return CostEstimate(
        calls=len(calls),
        prompt_tokens=sum(call.prompt_tokens for call in calls),
        completion_tokens=sum(call.completion_tokens for call in calls),
        cost_usd=None if None in costs else round(sum(cost or 0.0 for cost in costs), 8),
    )


def _calls(text: int, profile: Profile, strategy: Strategy) -> list[Usage]:
    """Return the calls for triage and summary of a text of ``text`` tokens."""
    if strategy is Strategy.SINGLE:
        return [_call(profile, _question(profile), text)]
    if strategy is Strategy.GUIDED:
        return []
    limits = map_reduce.token_limits(profile, *(_SHORT if profile.small else _PART))
    count = max(1, ceil(text / limits.window))
    if profile.small:
        return [_call(profile, _SHORT, text // count)] * count
    parts = [_call(profile, _PART, text // count)] * count
    calls = [_call(profile, _TRIAGE, min(text, profile.context_tokens)), *parts]
    if count == 1:
        return calls
    found = int(sum(part.completion_tokens for part in parts) * _STATED)
    groups = ceil(found / limits.merging)
    # Each merging round halves the statements, until one call has room for all.
    return calls + [_call(profile, _MERGE, found // groups)] * (2 * groups - 1)


def _judging_calls(text: int, judge: Profile, writer: Profile | None) -> list[Usage]:
    """Return the calls of the judge, of the ``writer`` who corrects, and of the judge again."""
    parts = min(_MOST_PARTS, _LEAST_PARTS + text // _TOKENS_PER_PART_FOUND) * _JUDGED_TOKENS
    fixed = single.fixed_tokens(*_JUDGE) + judge.answer_tokens
    is_whole = fixed + text + parts <= judge.context_tokens
    count = 1 if is_whole else ceil(text / WINDOW_TOKENS)
    calls = [_call(judge, _JUDGE, (text + parts) // count)] * count
    if writer is None:
        return calls
    again = text // count + int(parts * _CORRECTED)
    return [*calls, _call(writer, _REPAIR, again), _call(judge, _REPAIR, again)]


def _call(profile: Profile, question: _Question, text: int) -> Usage:
    """Return the expected usage of a call with ``text`` tokens besides its prompt and schema."""
    return profile.expected(question[0], single.fixed_tokens(*question) + text)


def rubric_id(plan: DraftPlan, pinned: Mapping[str, int] | None = None) -> str:
    """Return the id of the triage rubric for this plan."""
    if not plan.triage_by_model:
        return CUES_RUBRIC
    name = single.PROMPT if plan.strategy is Strategy.SINGLE else PROMPT
    return load(name, (pinned or {}).get(name)).label


def recipe(
    plan: DraftPlan,
    profile: Profile,
    judge_model: str | None = None,
    pinned: Mapping[str, int] | None = None,
    language: str = "English",
) -> Recipe:
    """Return the recipe of a draft by this plan; ``pinned`` are prompt versions by name.

    Raises:
        ConfigurationError: if a pinned version does not exist.
    """
    questions = {
        Strategy.SINGLE: [_question(profile)],
        Strategy.MAP_REDUCE: [_SHORT] if profile.small else [_PART, _MERGE],
        Strategy.GUIDED: [],
    }[plan.strategy]
    if judge_model:
        questions += [_JUDGE, *([_REPAIR] if _writes(plan, profile) else [])]
    used = [load(name, (pinned or {}).get(name)) for name, _ in questions]
    schemas = [schema_hash(answer_type) for _, answer_type in questions]
    shaped = (profile.parameters, WINDOW_TOKENS, CHECKS_VERSION, language)
    fingerprint = content_id("made", [prompt.hash for prompt in used], schemas, *shaped)
    identity = (profile.model, plan.strategy.value, judge_model, fingerprint)
    return Recipe(
        recipe_id=content_id("recipe", *identity),
        model=profile.model,
        strategy=plan.strategy.value,
        prompts=tuple(prompt.label for prompt in used),
        judge=judge_model,
        fingerprint=fingerprint,
    )
