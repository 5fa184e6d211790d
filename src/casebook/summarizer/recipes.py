"""What a draft is made by today, and what is left to tell of how an older one was made. Pure."""

from collections.abc import Mapping, Sequence

from casebook.prompts.loader import load_prompt
from casebook.schemas.generations import Generation
from casebook.schemas.ids import content_id
from casebook.schemas.recipes import PromptUse, Recipe
from casebook.summarizer import judging
from casebook.summarizer.drafting import answers, guided, map_reduce, single, synthesis
from casebook.summarizer.models.asking import schema_hash
from casebook.summarizer.models.profiles import Profile, Strategy

# Raised when code that shapes a draft (cues, checks, locating) changes what comes out.
GROUNDING_VERSION = 9

Pinned = Mapping[str, int]
"""Versions of prompts by name, where not the newest is wanted."""


def recipe(
    model: str,
    strategy: Strategy,
    profile: Profile,
    pinned: Pinned | None = None,
    judge: str | None = None,
) -> Recipe:
    """Return the recipe that ``model``, with the limits of ``profile``, would make a draft by.

    ``judge`` is the model that judges what code cannot decide, where there is one.

    Raises:
        ConfigurationError: if a pinned version does not exist.
    """
    names, schemas, parameters = _ingredients(strategy, profile)
    if judge is not None:
        names, schemas = [*names, judging.PROMPT], [*schemas, schema_hash(judging.JudgeAnswer)]
    prompts = [load_prompt(name, (pinned or {}).get(name)) for name in names]
    hashes = [prompt.hash for prompt in prompts]
    identity = (strategy.value, model, hashes, schemas, parameters, GROUNDING_VERSION)
    judging_by = [judge] if judge is not None else []
    return Recipe(
        recipe_id=content_id("recipe", *identity, *judging_by),
        strategy=strategy.value,
        model=model,
        prompts=[PromptUse(name=p.name, version=p.version, hash=p.hash) for p in prompts],
        schemas=schemas,
        parameters=parameters,
        grounding=GROUNDING_VERSION,
        judge=judge,
    )


def _ingredients(
    strategy: Strategy, profile: Profile
) -> tuple[list[str], list[str], Mapping[str, object]]:
    """Return the prompts' names, the hashes of the answers' schemas, and the parameters."""
    answer = schema_hash(answers.CaseStudyAnswer)
    if strategy is Strategy.GUIDED:
        names = [f"guided/{field}" for field in guided.FIELDS]
        return names, [schema_hash(guided.RestatedAnswer)], guided.PARAMETERS
    if strategy is Strategy.MAP_REDUCE:
        names = [map_reduce.PART_PROMPT, synthesis.MERGE_PROMPT]
        hashes = [answer, schema_hash(synthesis.MergeAnswer)]
        return names, hashes, map_reduce.parameters(profile)
    return [single.PROMPT], [answer], single.parameters(profile)


def told_by(recipe_id: str, strategy: str, model: str, generations: Sequence[Generation]) -> Recipe:
    """Return what the calls behind a draft tell of its recipe, where that was not recorded."""
    used = {(g.prompt, g.prompt_version, g.prompt_hash) for g in generations if g.stage != "triage"}
    return Recipe(
        recipe_id=recipe_id,
        strategy=strategy,
        model=model,
        prompts=[PromptUse(name=n, version=v, hash=h) for n, v, h in sorted(used)],
        schemas=sorted({g.schema_hash for g in generations if g.stage != "triage"}),
    )
