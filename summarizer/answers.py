"""The answers that capable models fill in, and the claims that they become.

The descriptions are part of the prompt: the endpoint gets them with the JSON schema. What a model
leaves out counts as silence, and a word outside a list of choices as none, so that one slip does
not cost a whole call.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from schemas.cases import NARRATORS, STAGES, FactName, Measure, Method, Section, TermGroup
from schemas.sources import Document
from schemas.taxonomy import load_taxonomy
from summarizer.drafts import Claim, FactClaim, TagClaim
from summarizer.numbers import number_of
from summarizer.results import parted

_QUOTE = "5 to 30 words of one passage, letter for letter"
_CHOSEN: tuple[FactName, ...] = ("industry", "stage", "narrator")


def _one_of(values: Iterable[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": [str(value) for value in values]})


Industry = Annotated[str, _one_of(industry.slug for industry in load_taxonomy().industries)]
Stage = Annotated[str, _one_of(STAGES)]
Teller = Annotated[str, _one_of(NARRATORS)]


def _method(value: object) -> object:
    return value if value in list(Method) else None


def _may_be_null(description: str) -> Any:
    return Field(default=None, description=description)


def _may_be_empty(description: str) -> Any:
    return Field(default_factory=list, description=description)


def _all_required(schema: dict[str, Any]) -> None:
    schema["required"] = list(schema.get("properties", {}))


class _Answer(BaseModel):
    """The endpoint is asked for all fields."""

    model_config = ConfigDict(json_schema_extra=_all_required)


class FactAnswer(_Answer):
    """A value the source states."""

    value: str = Field(description="The value, as the source has it.")
    quote: str = Field(description=f"{_QUOTE}, that state it.")


class IndustryAnswer(FactAnswer):
    """The line of business of the company."""

    value: Industry = Field(description="One of the list.")


class DeploymentAnswer(FactAnswer):
    """How far the system had come when the source was written."""

    value: Stage = Field(
        description="proof of concept: tried, not used for real work. internal tool: the company's "
        "own people use it. limited production: customers use it in a pilot, a beta or some "
        "regions. full production: it serves those it was built for."
    )


class NarratorAnswer(FactAnswer):
    """Who gives the account."""

    value: Teller = Field(
        description="builder: who runs the system. vendor: who sold or built it for a customer. "
        "customer: who bought it. panel: several companies in turn. researcher: who studied it."
    )


class StatementAnswer(_Answer):
    """One checkable statement."""

    statement: str = Field(
        description="One complete sentence of 8 to 35 words in plain words, with the source's own "
        "numbers, units and names, understandable without the rest."
    )
    quotes: list[str] = Field(
        description=f"One or two quotes, each {_QUOTE}, that carry the whole statement."
    )


class ResultAnswer(StatementAnswer):
    """One measured outcome."""

    metric: str | None = _may_be_null("What was measured, e.g. 'median time to first answer'.")
    value: str | None = _may_be_null(
        "The outcome alone, as the source writes it, e.g. '2' or 'more than 31'."
    )
    unit: str | None = _may_be_null(
        "The unit of the value, e.g. 's', '%', 'tickets a day', 'US dollars'."
    )
    baseline: str | None = _may_be_null(
        "What it is compared with, with its unit, e.g. '9 s before the change'."
    )
    window: str | None = _may_be_null(
        "The time or sample it was measured over, e.g. 'all claims of March'."
    )
    method: Annotated[Method | None, BeforeValidator(_method)] = _may_be_null(
        "'A/B test' or 'audited' (by somebody else) where the source says so, 'self-reported' "
        "where the authors say that they measured, else null."
    )


class TagAnswer(_Answer):
    """A topic or product that the case could be filed under."""

    name: str = Field(description="The usual short name, e.g. 'RAG', 'PostgreSQL', 'guardrails'.")
    group: TermGroup = Field(
        description="technique: how it is done. tool: a named product, model or library. "
        "application: what it is used for. concern: what has to be watched."
    )
    quote: str = Field(description=f"{_QUOTE}, that name it.")


class PartAnswer(_Answer):
    """What one text says. An empty list or null means: it does not say."""

    title: str | None = _may_be_null("A title of 5 to 12 words: the company, and what it built.")
    company: FactAnswer | None = _may_be_null(
        "Whose system it is: who runs it, not who sells or hosts the parts."
    )
    industry: IndustryAnswer | None = _may_be_null("The line of business of that company.")
    year: FactAnswer | None = _may_be_null("The year of publication, four digits.")
    deployment: DeploymentAnswer | None = _may_be_null("How far the system had come.")
    narrator: NarratorAnswer | None = _may_be_null("Who gives the account.")
    summary: list[StatementAnswer] = _may_be_empty(
        "1 to 3 statements: what was built, for whom, what came of it."
    )
    architecture: list[StatementAnswer] = _may_be_empty(
        "The parts of the system and how they work together."
    )
    techniques: list[StatementAnswer] = _may_be_empty(
        "Methods in use, each with what it is used for."
    )
    tools: list[StatementAnswer] = _may_be_empty(
        "Named products, models and libraries in use, each with what it does here."
    )
    challenges: list[StatementAnswer] = _may_be_empty(
        "What made the work hard, as the source says."
    )
    solutions: list[StatementAnswer] = _may_be_empty("What was done about a challenge, and how.")
    lessons: list[StatementAnswer] = _may_be_empty(
        "What the authors say they learned or would do differently; not your view."
    )
    results: list[ResultAnswer] = _may_be_empty("Measured outcomes; plans and hopes are none.")
    failures: list[StatementAnswer] = _may_be_empty(
        "What went wrong in use, was rolled back or given up."
    )
    open_questions: list[StatementAnswer] = _may_be_empty(
        "What the authors themselves say is unsolved, unknown or still to be tried."
    )
    tags: list[TagAnswer] = _may_be_empty(
        "At most 15 topics and products the case is about, the weightiest first."
    )

    @model_validator(mode="after")
    def _answers_at_all(self) -> Self:
        """Refuse JSON that names no field: that is another answer, not a silent one."""
        if not self.model_fields_set:
            raise ValueError("names none of the fields asked for")
        return self


class CaseStudyAnswer(PartAnswer):
    """The case study. An empty list or null means: the source does not say."""

    @model_validator(mode="after")
    def _has_statements(self) -> Self:
        """Refuse an answer of empty lists: it would become an empty draft."""
        if not any(getattr(self, name) for name in SECTION_OF):
            raise ValueError("has no statement in any field")
        return self


SECTION_OF: Mapping[str, Section] = {
    "summary": Section.ABSTRACT,
    "architecture": Section.ARCHITECTURE,
    "techniques": Section.TECHNIQUES,
    "tools": Section.TOOLS,
    "challenges": Section.CHALLENGES,
    "solutions": Section.SOLUTIONS,
    "lessons": Section.LESSONS,
    "results": Section.RESULTS,
    "failures": Section.FAILURES,
    "open_questions": Section.QUESTIONS,
}
"""The fields of an answer that hold statements."""

FIELD_OF: Mapping[Section, str] = {section: name for name, section in SECTION_OF.items()}


def claims_of(answer: PartAnswer) -> list[Claim]:
    """Return the statements of an answer."""
    return [
        Claim(
            section=section,
            text=item.statement,
            quotes=tuple(item.quotes),
            measure=_measure(item) if isinstance(item, ResultAnswer) else None,
        )
        for name, section in SECTION_OF.items()
        for item in _items(answer, name)
        if item.statement.strip()
    ]


def facts_of(answer: PartAnswer) -> list[FactClaim]:
    """Return the facts of an answer; those chosen from a list are inferred."""
    given: dict[FactName, FactAnswer | None] = {
        "company": answer.company,
        "industry": answer.industry,
        "year": answer.year,
        "stage": answer.deployment,
        "narrator": answer.narrator,
    }
    title = [FactClaim(name="title", value=answer.title, inferred=True)] if answer.title else []
    return title + [
        FactClaim(name=name, value=fact.value, quotes=(fact.quote,), inferred=name in _CHOSEN)
        for name, fact in given.items()
        if fact and _is_allowed(name, fact.value)
    ]


def tags_of(answer: PartAnswer) -> list[TagClaim]:
    """Return the tags of an answer."""
    return [
        TagClaim(name=tag.name, group=tag.group, quotes=(tag.quote,))
        for tag in answer.tags
        if tag.name.strip()
    ]


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


def _items(answer: PartAnswer, name: str) -> Sequence[StatementAnswer]:
    items: Sequence[StatementAnswer] = getattr(answer, name)
    return items


def _is_allowed(name: FactName, value: str) -> bool:
    if name == "industry":
        return load_taxonomy().industry(value) is not None
    choices: Mapping[str, list[str]] = {"stage": list(STAGES), "narrator": list(NARRATORS)}
    return bool(value.strip()) and (name not in choices or value in choices[name])


def _measure(answer: ResultAnswer) -> Measure:
    qualifier, value = parted(answer.value)
    return Measure(
        metric=answer.metric,
        qualifier=qualifier,
        value=value,
        number=number_of(value),
        unit=answer.unit,
        baseline=answer.baseline,
        sample=answer.window,
        method=answer.method,
    )
