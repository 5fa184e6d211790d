"""Which strategy a document gets, what that will take, and the recipe that it stands for."""

from collections.abc import Mapping, Sequence
from math import ceil

from pydantic import BaseModel

from prompts.loader import load
from schemas.errors import ContextExceeded
from schemas.frozen import Frozen, content_id
from schemas.generations import Usage
from schemas.reviews import Recipe
from schemas.sources import Document
from summarizer import judging
from summarizer.answers import CaseStudyAnswer, PartAnswer
from summarizer.asking import schema_hash, schema_tokens
from summarizer.calls import parameters
from summarizer.forecasts import likely_output
from summarizer.profiles import Profile, Strategy
from summarizer.rendering import COSTING, estimate_tokens
from summarizer.strategies import map_reduce, single, synthesis
from summarizer.triage import CUES_RUBRIC, PROMPT, TriageAnswer, model_rubric

CHECKS_VERSION = 1
"""Raise it when cues, checks or quote location change what comes out."""

# A window of less than this holds a paragraph or two; the guided strategy fits such a model.
_LEAST_WINDOW = 800
_CHARACTERS_PER_TOKEN = 4.0
# Of an answer about a window about half are statements, the rest quotes.
_STATED = 0.5
_PASSAGE_TOKENS = 130
# How many statements a draft has.
_LEAST_STATEMENTS, _MOST_STATEMENTS, _TOKENS_PER_STATEMENT = 5, 25, 80
# What the judge reads for one statement: it, its passage and the neighbours.
_JUDGED_TOKENS = 420
_CAUTION = 1.2  # whether a text fits is decided cautiously
_Call = tuple[Profile, int, int]  # the tokens of question and answer


class Plan(Frozen):
    """How a document becomes a draft, and why.

    ``triage_by_model`` is false for small models: cues give the verdict then.
    """

    strategy: Strategy
    reason: str
    triage_by_model: bool = True


class Forecast(Frozen):
    """What triage, summary and judge of one source take; ``cost_usd`` None for unknown prices."""

    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None


def plan(document: Document, profile: Profile, wanted: str = "auto") -> Plan:
    """Return the strategy for ``document``; ``wanted`` is the one that a person asked for.

    A small model is guided. A capable one reads the document in one call where that fits its
    context, else in windows.
    """
    return _planned(single.prompt_tokens(document), profile, wanted)


def usual_plan(characters: int, profile: Profile, wanted: str = "auto") -> Plan:
    """Return the strategy for a text of so many characters that is not there yet."""
    asked = _fixed(single.PROMPT) + schema_tokens(CaseStudyAnswer)
    return _planned(asked + int(_CAUTION * _read(characters)), profile, wanted)


def _planned(asked: int, profile: Profile, wanted: str) -> Plan:
    by_model = profile.strategy is not Strategy.GUIDED
    if wanted != "auto" or profile.strategy is not Strategy.SINGLE:
        reason = "the model's profile says so" if wanted == "auto" else "asked for"
        strategy = profile.strategy if wanted == "auto" else Strategy(wanted)
        is_guided = strategy is Strategy.GUIDED
        return Plan(strategy=strategy, reason=reason, triage_by_model=by_model and not is_guided)
    needed = f"about {asked:,} tokens and {profile.answer_tokens:,} for the answer"
    window = f"the context of {profile.context_tokens:,}"
    if asked + profile.answer_tokens <= profile.context_tokens:
        return Plan(strategy=Strategy.SINGLE, reason=f"{needed} fit {window}")
    if not _has_windows(profile):
        return Plan(
            strategy=Strategy.GUIDED,
            reason=f"{window} is too small for any other strategy",
            triage_by_model=False,
        )
    return Plan(strategy=Strategy.MAP_REDUCE, reason=f"{needed} exceed {window}")


def _has_windows(profile: Profile) -> bool:
    try:
        return map_reduce.layout(profile).window >= _LEAST_WINDOW
    except ContextExceeded:
        return False


def forecast(
    characters: int, profile: Profile, plan: Plan, judge: Profile | None = None
) -> Forecast:
    """Return what a source of so many characters takes, rather too much than too little.

    Raises:
        ContextExceeded: if the context has no room for any window of the plan.
    """
    calls: list[_Call] = []
    text = _read(characters)
    if plan.triage_by_model:
        calls.append(_call(profile, PROMPT, TriageAnswer, min(text, profile.context_tokens)))
    if plan.strategy is Strategy.SINGLE:
        calls.append(_call(profile, single.PROMPT, CaseStudyAnswer, text))
    if plan.strategy is Strategy.MAP_REDUCE:
        calls += _windows(text, profile)
    if judge is not None and plan.strategy is not Strategy.GUIDED:
        read = min(_MOST_STATEMENTS, _LEAST_STATEMENTS + text // _TOKENS_PER_STATEMENT)
        calls.append(_call(judge, judging.PROMPT, judging.JudgeAnswer, read * _JUDGED_TOKENS))
    costs = [
        one.cost(Usage(prompt_tokens=asked, completion_tokens=answered))
        for one, asked, answered in calls
    ]
    known = [cost for cost in costs if cost is not None]
    return Forecast(
        calls=len(calls),
        prompt_tokens=sum(asked for _, asked, _ in calls),
        completion_tokens=sum(answered for _, _, answered in calls),
        cost_usd=round(sum(known), 8) if len(known) == len(costs) else None,
    )


def _call(profile: Profile, prompt: str, answer_type: type[BaseModel], text: int) -> _Call:
    """Return what one call with ``text`` tokens beside its prompt and schema takes."""
    asked = _fixed(prompt) + schema_tokens(answer_type) + text
    return profile, asked, likely_output(prompt, profile, asked)


def _windows(text: int, profile: Profile) -> list[_Call]:
    laid = map_reduce.layout(profile)
    count = max(1, ceil(text / laid.window))
    calls = [_call(profile, map_reduce.PART_PROMPT, PartAnswer, text // count)] * count
    found = int(sum(answered for _, _, answered in calls) * _STATED)
    while count > 1 and found > laid.room:
        groups = ceil(found / laid.room)
        merge = _call(profile, synthesis.PROMPT, synthesis.MergeAnswer, found // groups)
        calls += [merge] * groups
        found //= 2
    if count > 1:
        calls.append(_call(profile, synthesis.PROMPT, synthesis.MergeAnswer, found))
    return calls


def _read(characters: int) -> int:
    """Return the tokens of a text with the numbers of its passages."""
    tokens = int(characters / _CHARACTERS_PER_TOKEN)
    return tokens + 4 * (tokens // _PASSAGE_TOKENS)


def _fixed(prompt: str) -> int:
    """Return the tokens of a prompt without what is filled in."""
    return sum(estimate_tokens(message.content, COSTING) for message in load(prompt).messages)


def rubric_id(plan: Plan, pinned: Mapping[str, int] | None = None) -> str:
    """Return the id of the rubric that triage uses for this plan."""
    return model_rubric((pinned or {}).get(PROMPT)) if plan.triage_by_model else CUES_RUBRIC


def recipe(
    plan: Plan,
    profile: Profile,
    judge_model: str | None = None,
    pinned: Mapping[str, int] | None = None,
) -> Recipe:
    """Return what a draft by this plan is made with; ``pinned`` are versions of prompts by name.

    Raises:
        ConfigurationError: if a pinned version does not exist.
    """
    names, schemas = _ingredients(plan.strategy)
    if judge_model and plan.strategy is not Strategy.GUIDED:
        names, schemas = [*names, judging.PROMPT], [*schemas, schema_hash(judging.JudgeAnswer)]
    used = [load(name, (pinned or {}).get(name)) for name in names]
    shaped = (parameters(profile), map_reduce.WINDOW_TOKENS, CHECKS_VERSION)
    fingerprint = content_id("made", [prompt.hash for prompt in used], schemas, *shaped)
    identity = (profile.model, plan.strategy.value, judge_model, fingerprint)
    return Recipe(
        recipe_id=content_id("recipe", *identity),
        model=profile.model,
        strategy=plan.strategy.value,
        prompts=tuple(f"{prompt.name}/v{prompt.version}" for prompt in used),
        judge=judge_model,
        fingerprint=fingerprint,
    )


def _ingredients(strategy: Strategy) -> tuple[Sequence[str], Sequence[str]]:
    """Return the prompts' names and the hashes of the answers' schemas."""
    if strategy is Strategy.GUIDED:
        return [], []
    if strategy is Strategy.MAP_REDUCE:
        hashes = [schema_hash(PartAnswer), schema_hash(synthesis.MergeAnswer)]
        return [map_reduce.PART_PROMPT, synthesis.PROMPT], hashes
    return [single.PROMPT], [schema_hash(CaseStudyAnswer)]
