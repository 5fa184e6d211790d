"""The answer a capable model fills in, and the claims it becomes.

The descriptions are part of the prompt: the endpoint gets them with the JSON schema. The schema
asks for every field; what a model leaves out all the same counts as silence, and a word outside a
list of choices is read as the nearest one or as none, so that one slip does not cost a whole call.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from casebook.schemas.cases import (
    MEASURES,
    STATEMENT_FIELDS,
    DeploymentStage,
    Method,
    Narrator,
    TermGroup,
    method_of,
)
from casebook.summarizer.proposals import Claim, FactClaim, Proposal, TagClaim

FACTS = ("company", "industry", "year", "deployment", "narrator")
_QUOTE = "5 to 30 words of one passage, letter for letter"

Stage: TypeAlias = Annotated[str, WithJsonSchema({"enum": [str(s) for s in DeploymentStage]})]
Teller: TypeAlias = Annotated[str, WithJsonSchema({"enum": [str(n) for n in Narrator]})]
MethodRead: TypeAlias = Annotated[Method, BeforeValidator(lambda said: method_of(said or ""))]


def _all_required(schema: dict[str, Any]) -> None:
    schema["required"] = list(schema.get("properties", {}))


class Answer(BaseModel):
    """What every answer is: the endpoint is asked for all fields."""

    model_config = ConfigDict(json_schema_extra=_all_required)

    @model_validator(mode="after")
    def _answers_at_all(self) -> Self:
        """Refuse JSON that names no field: that is another answer, not a silent one."""
        if not self.model_fields_set:
            raise ValueError("names none of the fields asked for")
        return self


class FactAnswer(Answer):
    """A value the source states."""

    value: str = Field(description="The value, as the source has it.")
    quote: str = Field(description=f"{_QUOTE}, that state it.")


class DeploymentAnswer(FactAnswer):
    """How far the system had come when the source was written."""

    value: Stage = Field(
        description="proof of concept: tried, not used for real work. internal tool: the company's "
        "own people use it. limited production: customers use it in a pilot, a beta or some "
        "regions. full production: it serves those it was built for."
    )


class NarratorAnswer(FactAnswer):
    """Who tells the story."""

    value: Teller = Field(
        description="builder: who runs the system. vendor: who sold or built it for a customer. "
        "customer: who bought it. panel: several companies in turn. researcher: who studied it."
    )


class StatementAnswer(Answer):
    """One checkable statement."""

    statement: str = Field(
        description="One complete sentence of 8 to 35 words in plain words, with the source's own "
        "numbers, units and names, understandable without the rest."
    )
    quotes: list[str] = Field(
        description=f"One or two quotes, each {_QUOTE}, that carry the whole statement.",
        min_length=1,
        max_length=3,
    )


class ResultAnswer(StatementAnswer):
    """One measured outcome."""

    metric: str | None = Field(
        None, description="What was measured, e.g. 'median time to first answer'."
    )
    value: str | None = Field(
        None, description="The outcome alone, as the source writes it, e.g. '2' or '31'."
    )
    unit: str | None = Field(
        None, description="The unit of the value, e.g. 's', '%', 'tickets a day', 'US dollars'."
    )
    baseline: str | None = Field(
        None, description="What it is compared with, with its unit, e.g. '9 s before the change'."
    )
    window: str | None = Field(
        None, description="The time or sample it was measured over, e.g. 'all claims of March'."
    )
    method: MethodRead = Field(
        Method.NONE,
        description="'A/B test' or 'audited' (by somebody else) where the source says so, "
        "'self-reported' where the tellers say that they measured, else 'none'.",
    )


class TagAnswer(Answer):
    """A topic or product that the case could be filed under."""

    name: str = Field(description="The usual short name, e.g. 'RAG', 'PostgreSQL', 'guardrails'.")
    group: TermGroup = Field(
        description="technique: how it is done. tool: a named product, model or library. "
        "application: what it is used for. concern: what has to be watched."
    )
    quote: str = Field(description=f"{_QUOTE}, that name it.")


class CaseStudyAnswer(Answer):
    """The case study. An empty list or null means: the source does not say."""

    company: FactAnswer | None = Field(
        None, description="Whose system it is: who runs it, not who sells or hosts the parts."
    )
    industry: FactAnswer | None = Field(
        None, description="The line of business of that company, one of the list among the rules."
    )
    year: FactAnswer | None = Field(None, description="The year of publication, four digits.")
    deployment: DeploymentAnswer | None = Field(None, description="How far the system had come.")
    narrator: NarratorAnswer | None = Field(None, description="Who tells the story.")
    summary: list[StatementAnswer] = Field(
        default_factory=list,
        description="1 to 3 statements: what was built, for whom, what came of it.",
    )
    architecture: list[StatementAnswer] = Field(
        default_factory=list, description="The parts of the system and how they work together."
    )
    techniques: list[StatementAnswer] = Field(
        default_factory=list, description="Methods in use, each with what it is used for."
    )
    tools: list[StatementAnswer] = Field(
        default_factory=list,
        description="Named products, models and libraries in use, each with what it does here.",
    )
    challenges: list[StatementAnswer] = Field(
        default_factory=list, description="What made the work hard, as the source tells it."
    )
    solutions: list[StatementAnswer] = Field(
        default_factory=list, description="What was done about a challenge, and how."
    )
    lessons: list[StatementAnswer] = Field(
        default_factory=list,
        description="What the tellers say they learned or would do differently; not your view.",
    )
    results: list[ResultAnswer] = Field(
        default_factory=list, description="Measured outcomes; plans and hopes are none."
    )
    failures: list[StatementAnswer] = Field(
        default_factory=list, description="What went wrong in use, was rolled back or given up."
    )
    open_questions: list[StatementAnswer] = Field(
        default_factory=list,
        description="What the tellers themselves say is unsolved, unknown or still to be tried.",
    )
    tags: list[TagAnswer] = Field(
        default_factory=list,
        description="At most 15 topics and products the case is about, the weightiest first.",
        max_length=40,
    )


def proposal_of(answer: CaseStudyAnswer, stated: Mapping[str, str | None]) -> Proposal:
    """Return the claims of ``answer``; facts that the page itself has ``stated`` outweigh it."""
    facts = {
        name: FactClaim(value=fact.value.strip(), quotes=[fact.quote])
        for name in FACTS
        if (fact := getattr(answer, name)) is not None and fact.value.strip()
    }
    facts |= {name: FactClaim(value=value) for name, value in stated.items() if value}
    return Proposal(
        facts=facts,
        statements={name: _claims(getattr(answer, name)) for name in STATEMENT_FIELDS},
        tags=[
            TagClaim(name=" ".join(tag.name.split()), group=tag.group, quotes=[tag.quote])
            for tag in answer.tags
            if tag.name.strip()
        ],
    )


def _claims(given: Sequence[StatementAnswer]) -> list[Claim]:
    return [
        Claim(text=item.statement, quotes=item.quotes, **item.model_dump(include=set(MEASURES)))
        for item in given
    ]
