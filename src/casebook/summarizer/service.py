"""The room's door: triage and summary of one document by the strategy that fits the model."""

from collections.abc import Callable

from casebook.prompts.loader import load_prompt
from casebook.schemas.cases import CaseStudy
from casebook.schemas.documents import Document
from casebook.schemas.ids import content_id
from casebook.schemas.taxonomy import Taxonomy
from casebook.schemas.triage import Triage
from casebook.summarizer import guided, single
from casebook.summarizer.answers import CaseStudyAnswer
from casebook.summarizer.asking import Asker, schema_hash
from casebook.summarizer.grounding import Grounder
from casebook.summarizer.profiles import Strategy
from casebook.summarizer.proposals import Proposal
from casebook.summarizer.triage import rubric_of, triage_by_cues, triage_by_model

# Raised when code that shapes a draft (cues, checks, locating) changes what comes out.
GROUNDING_VERSION = 2

Progress = Callable[[int, int], None]


def rubric(asker: Asker, strategy: Strategy) -> str:
    """Return the name of the rubric that ``triage`` would use."""
    return rubric_of(asker, by_model=strategy is Strategy.SINGLE)


async def triage(document: Document, asker: Asker, strategy: Strategy) -> Triage:
    """Judge whether ``document`` is a case study.

    Raises:
        ModelError: an outage is never a verdict.
    """
    if strategy is Strategy.SINGLE:
        return await triage_by_model(document, asker)
    return triage_by_cues(document)


async def propose(
    document: Document, asker: Asker, strategy: Strategy, on_progress: Progress
) -> Proposal:
    """Return what the model claims of ``document``; nothing is checked yet.

    Raises:
        ModelError: when the endpoint or the model gives nothing usable.
    """
    if strategy is Strategy.GUIDED:
        return await guided.propose(document, asker, on_progress)
    on_progress(0, 1)
    proposal = await single.propose(document, asker)
    on_progress(1, 1)
    return proposal


def ground(document: Document, proposal: Proposal, taxonomy: Taxonomy | None = None) -> CaseStudy:
    """Locate every quote, judge every statement. Pure."""
    return Grounder(document).case_study(proposal, taxonomy)


def recipe_id(model: str, strategy: Strategy) -> str:
    """Return the id of how a draft is made: prompts, schema, strategy, model, checks.

    The same document under the same recipe is the same draft.
    """
    if strategy is Strategy.GUIDED:
        prompts = [load_prompt(f"guided/{field}").hash for field in guided.FIELDS]
        schema, parameters = schema_hash(guided.RestatedAnswer), guided.PARAMETERS
    else:
        prompts = [load_prompt(single.PROMPT).hash]
        schema, parameters = schema_hash(CaseStudyAnswer), {}
    return content_id(
        "recipe", strategy.value, model, prompts, schema, parameters, GROUNDING_VERSION
    )
