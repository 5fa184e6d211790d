"""What flows call: plan, forecast, triage, summarize and verify one document."""

from collections.abc import Callable, Mapping, Sequence

from pydantic import ConfigDict

from schemas.cases import CaseStudy, Measure, Origin, Section, Statement
from schemas.documents import Document
from schemas.errors import CasebookError
from schemas.frozen import Frozen
from schemas.reviews import Recipe
from schemas.sources import Candidate
from schemas.taxonomy import Taxonomy
from schemas.terms import TermProposal
from schemas.triage import Triage
from summarizer.asking import Asker
from summarizer.drafts import Draft
from summarizer.profiles import Profile, Strategy


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


class Verified(Frozen):
    """A checked case study, the names that the taxonomy lacks, and why no judge could be asked.

    ``generation_ids`` are those of the judge.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    study: CaseStudy
    proposals: tuple[TermProposal, ...] = ()
    unjudged: CasebookError | None = None
    generation_ids: tuple[str, ...] = ()


def plan(document: Document, profile: Profile, wanted: Strategy | None = None) -> Plan:
    """Return the strategy for ``document``; ``wanted`` is the one that a person asked for."""
    raise NotImplementedError


def usual_plan(characters: int, profile: Profile, wanted: Strategy | None = None) -> Plan:
    """Return the strategy for a text of so many characters that is not there yet."""
    raise NotImplementedError


def forecast(
    characters: int, profile: Profile, plan: Plan, judge: Profile | None = None
) -> Forecast:
    """Return what a source of so many characters takes, rather too much than too little."""
    raise NotImplementedError


def rubric_id(plan: Plan) -> str:
    """Return the id of the rubric that ``triage`` uses for this plan."""
    raise NotImplementedError


async def triage(document: Document, asker: Asker, plan: Plan) -> Triage:
    """Return the verdict on ``document``.

    Raises:
        ModelError: an outage is never a verdict.
    """
    raise NotImplementedError


async def summarize(
    document: Document,
    asker: Asker,
    plan: Plan,
    on_step: Callable[[int, int], None] | None = None,
) -> Draft:
    """Return what the model proposes, unchecked; ``on_step`` gets (done, total) calls.

    Raises:
        ModelError: when the endpoint fails or the model gives nothing usable.
    """
    raise NotImplementedError


async def verify(
    draft: Draft, document: Document, taxonomy: Taxonomy, judge: Asker | None = None
) -> Verified:
    """Return the checked case study; a judge that cannot be asked leaves it unjudged."""
    raise NotImplementedError


def checked(
    text: str,
    section: Section,
    quotes: Sequence[str],
    document: Document,
    *,
    measure: Measure | None = None,
    origin: Origin = Origin.CURATOR,
    n: int = 0,
    answers: int | None = None,
) -> Statement:
    """Return a statement with its quotes located and its level set by code alone."""
    raise NotImplementedError


def recipe(
    plan: Plan,
    profile: Profile,
    judge_model: str | None = None,
    pinned: Mapping[str, int] | None = None,
) -> Recipe:
    """Return what a draft by this plan is made with; ``pinned`` are versions of prompts by name."""
    raise NotImplementedError


async def matches_rubric(candidate: Candidate, rubric: str, asker: Asker) -> tuple[bool, str]:
    """Return whether a listed item may be what ``rubric`` asks for, and the reason.

    Raises:
        ModelError: an outage is never a verdict.
    """
    raise NotImplementedError
