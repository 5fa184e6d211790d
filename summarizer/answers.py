"""The answers that capable models fill in, and the claims that they become.

The prompt defines the fields; the schema that goes with it is bare, so that nothing is sent twice.
What a model leaves out counts as silence, and a word outside a list of choices as none, so that one
slip does not cost a whole call.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from schemas.cases import (
    NARRATORS,
    STAGES,
    FactName,
    Measure,
    Method,
    Section,
    TermGroup,
)
from schemas.sources import Document
from schemas.taxonomy import load_taxonomy
from summarizer.agreement import number_of
from summarizer.drafts import Claim, FactClaim, TagClaim
from summarizer.measures import parted

_CHOSEN: tuple[FactName, ...] = ("industry", "stage", "narrator")
_MOST_SCORE = 3


class Answer(BaseModel):
    """An answer whose schema is strict: all fields required, and no others."""

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the schema as endpoints take it with ``strict``, without titles and defaults."""
        schema: dict[str, Any] = _bare(super().model_json_schema(*args, **kwargs))
        return schema | {"title": cls.__name__}


def _bare(part: Any) -> Any:
    if isinstance(part, list):
        return [_bare(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {
        name: {key: _bare(one) for key, one in value.items()}
        if name in {"properties", "$defs"}
        else _bare(value)
        for name, value in part.items()
        if name not in {"title", "default", "description"}
    }
    if "properties" in kept:
        kept |= {"required": list(kept["properties"]), "additionalProperties": False}
    several = kept.get("anyOf", ())
    if several and all(set(one) == {"type"} for one in several):
        return {"type": [one["type"] for one in several]}
    return kept


def _one_of(values: Iterable[str]) -> Any:
    allowed: list[Any] = [str(value) for value in values]
    return Field(json_schema_extra={"enum": allowed})


def _method(value: object) -> object:
    return value if value in list(Method) else None


Nullable = Annotated[str | None, Field(default=None)]


class ScoreAnswer(Answer):
    """One line of the rubric."""

    score: int = Field(ge=0, le=_MOST_SCORE)
    quote: str = ""


class TriageAnswer(Answer):
    """The scores of one source."""

    technical_detail: ScoreAnswer
    real_use: ScoreAnswer
    iteration: ScoreAnswer
    deployed: ScoreAnswer
    story: ScoreAnswer
    reason: str


class FactAnswer(Answer):
    """A value with its quote."""

    value: str
    quote: str


class IndustryAnswer(FactAnswer):
    """The line of business of the company."""

    value: str = _one_of(industry.slug for industry in load_taxonomy().industries)


class DeploymentAnswer(FactAnswer):
    """How far the system had come when the source was written."""

    value: str = _one_of(STAGES)


class NarratorAnswer(FactAnswer):
    """Who gives the account."""

    value: str = _one_of(NARRATORS)


class StatementAnswer(Answer):
    """One checkable statement."""

    id: int = 0
    statement: str
    quotes: list[str]


class SolutionAnswer(StatementAnswer):
    """A solution, and the id of the challenge that it answers."""

    answers: int | None = None


class ResultAnswer(StatementAnswer):
    """One measured outcome."""

    metric: Nullable
    qualifier: Nullable
    value: Nullable
    unit: Nullable
    baseline: Nullable
    sample: Nullable
    method: Annotated[Method | None, BeforeValidator(_method)] = None


class TagAnswer(Answer):
    """A topic or product that the case could be filed under."""

    name: str
    group: TermGroup
    quote: str


class AbstractAnswer(Answer):
    """A sentence of the abstract, and the ids of the statements that it rests on."""

    sentence: str
    rests_on: list[int]


Statements = Annotated[list[StatementAnswer], Field(default_factory=list)]


class PartAnswer(Answer):
    """The scores of a text and what it says; an empty list or null: it does not say."""

    triage: TriageAnswer | None = None
    title: Nullable
    company: FactAnswer | None = None
    industry: IndustryAnswer | None = None
    year: FactAnswer | None = None
    deployment: DeploymentAnswer | None = None
    narrator: NarratorAnswer | None = None
    scale: FactAnswer | None = None
    context: Statements
    architecture: Statements
    challenges: Statements
    solutions: list[SolutionAnswer] = Field(default_factory=list)
    techniques: Statements
    tools: Statements
    evaluation: Statements
    results: list[ResultAnswer] = Field(default_factory=list)
    lessons: Statements
    failures: Statements
    plans: Statements
    open_questions: Statements
    tags: list[TagAnswer] = Field(default_factory=list)
    abstract: list[AbstractAnswer] = Field(default_factory=list)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        """Refuse JSON that names no field: that is another answer, not a silent one."""
        if not self.model_fields_set:
            raise ValueError("names none of the fields asked for")
        return self


class CaseStudyAnswer(PartAnswer):
    """The scores of a whole source, and its case study where it belongs to the collection."""

    @model_validator(mode="after")
    def _has_statements(self) -> Self:
        """Refuse no scores, and those that call for a case study without one: it is asked again."""
        scores = self.triage
        if scores is None:
            raise ValueError("has no scores in triage")
        is_story = scores.story.score > 1 or scores.real_use.score > 1
        belongs = scores.technical_detail.score > 1 and is_story
        if belongs and not any(getattr(self, name) for name in SECTION_OF):
            raise ValueError("has no statement in any field")
        return self


SECTION_OF: Mapping[str, Section] = {
    "context": Section.CONTEXT,
    "architecture": Section.ARCHITECTURE,
    "challenges": Section.CHALLENGES,
    "solutions": Section.SOLUTIONS,
    "techniques": Section.TECHNIQUES,
    "tools": Section.TOOLS,
    "evaluation": Section.EVALUATION,
    "results": Section.RESULTS,
    "lessons": Section.LESSONS,
    "failures": Section.FAILURES,
    "plans": Section.PLANS,
    "open_questions": Section.QUESTIONS,
}
"""The fields of an answer that hold statements with quotes."""

FIELD_OF: Mapping[Section, str] = {section: name for name, section in SECTION_OF.items()}


def claims_of(answer: PartAnswer) -> tuple[Claim, ...]:
    """Return the statements of an answer, and the abstract that rests on them."""
    items = [
        (section, item)
        for name, section in SECTION_OF.items()
        for item in getattr(answer, name)
        if item.statement.strip()
    ]
    claims = [
        Claim(
            section=section,
            text=item.statement,
            quotes=tuple(item.quotes),
            measure=_measure(item) if isinstance(item, ResultAnswer) else None,
        )
        for section, item in items
    ]
    ids = [item.id for _, item in items]
    answered = [item.answers if isinstance(item, SolutionAnswer) else None for _, item in items]
    return linked(claims, ids, answered, answer.abstract)


def linked(
    claims: Sequence[Claim],
    ids: Sequence[int],
    answered: Sequence[int | None],
    abstract: Sequence[AbstractAnswer],
) -> tuple[Claim, ...]:
    """Return claims with the places of what they answer, and the sentences of the abstract.

    ``ids`` are the model's numbers of the claims; a number that it gave twice stands for the first.
    """
    places = {number: place for place, number in reversed(list(enumerate(ids)))}
    is_challenge = {i for i, claim in enumerate(claims) if claim.section is Section.CHALLENGES}

    def challenge(number: int | None) -> int | None:
        place = None if number is None else places.get(number)
        return place if place in is_challenge else None

    solved = [
        claim.model_copy(update={"answers": challenge(number)})
        for claim, number in zip(claims, answered, strict=True)
    ]
    sentences = [
        Claim(
            section=Section.ABSTRACT,
            text=one.sentence,
            rests_on=tuple(places[n] for n in dict.fromkeys(one.rests_on) if n in places),
        )
        for one in abstract
        if one.sentence.strip()
    ]
    return (*solved, *sentences)


def facts_of(answer: PartAnswer) -> tuple[FactClaim, ...]:
    """Return the facts of an answer; those chosen from a list are inferred."""
    given: dict[FactName, FactAnswer | None] = {
        "company": answer.company,
        "industry": answer.industry,
        "year": answer.year,
        "stage": answer.deployment,
        "narrator": answer.narrator,
        "scale": answer.scale,
    }
    title = [FactClaim(name="title", value=answer.title, inferred=True)] if answer.title else []
    found = [
        FactClaim(name=name, value=fact.value, quotes=(fact.quote,), inferred=name in _CHOSEN)
        for name, fact in given.items()
        if fact and _is_allowed(name, fact.value)
    ]
    return (*title, *found)


def tags_of(answer: PartAnswer) -> tuple[TagClaim, ...]:
    """Return the tags of an answer."""
    return tuple(
        TagClaim(name=tag.name, group=tag.group, quotes=(tag.quote,))
        for tag in answer.tags
        if tag.name.strip()
    )


def stated_by(document: Document) -> list[FactClaim]:
    """Return the facts that the page itself states, whatever a model makes of its text."""
    title = document.title.strip() if document.title else ""
    facts = [FactClaim(name="title", value=title)] if title else []
    if document.published:
        facts.append(FactClaim(name="year", value=str(document.published.year)))
    return facts


def with_stated(facts: Sequence[FactClaim], document: Document) -> tuple[FactClaim, ...]:
    """Return ``facts`` with those that the page states in their place."""
    stated = {fact.name: fact for fact in stated_by(document)}
    return (*stated.values(), *(fact for fact in facts if fact.name not in stated))


def _is_allowed(name: FactName, value: str) -> bool:
    if name == "industry":
        return load_taxonomy().industry(value) is not None
    choices: Mapping[str, tuple[str, ...]] = {"stage": STAGES, "narrator": NARRATORS}
    return bool(value.strip()) and (name not in choices or value in choices[name])


def _measure(answer: ResultAnswer) -> Measure:
    qualifier, value = parted(answer.value)
    return Measure(
        metric=answer.metric,
        qualifier=answer.qualifier or qualifier,
        value=value,
        number=number_of(value),
        unit=answer.unit,
        baseline=answer.baseline,
        sample=answer.sample,
        method=answer.method,
    )
