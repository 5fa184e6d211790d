"""The strategy for capable models: the whole document in one call."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from casebook.prompts.loader import load_prompt
from casebook.schemas.cases import STATEMENT_FIELDS
from casebook.schemas.documents import Document
from casebook.schemas.errors import ContextExceeded
from casebook.summarizer.asking import Asker
from casebook.summarizer.proposals import Claim, FactClaim, Proposal
from casebook.summarizer.rendering import estimate_tokens, fence_of, render_passages

STAGE = "summarize"
PROMPT = "case_study"


class FactAnswer(BaseModel):
    """A value the source states."""

    value: str = Field(description="The value, as the source has it.")
    quote: str = Field(description="5 to 30 words of the source, letter for letter, that state it.")


class StatementAnswer(BaseModel):
    """One checkable statement."""

    statement: str = Field(description="One complete sentence of 8 to 35 words in plain words.")
    quotes: list[str] = Field(
        description="One or two quotes of 5 to 30 words, letter for letter, that carry it.",
        min_length=1,
        max_length=3,
    )


class ResultAnswer(StatementAnswer):
    """One measured outcome."""

    metric: str | None = Field(None, description="What was measured, e.g. 'median latency'.")
    value: str | None = Field(None, description="The outcome with its unit, e.g. '2 s'.")
    baseline: str | None = Field(None, description="What it is compared with, with its unit.")
    method: str | None = Field(None, description="How it was measured, where the source says so.")


class CaseStudyAnswer(BaseModel):
    """The case study. An empty list or null means: the source does not say."""

    company: FactAnswer | None = Field(None, description="Whose system it is.")
    industry: FactAnswer | None = Field(None, description="The company's industry.")
    year: FactAnswer | None = Field(None, description="The year of publication, four digits.")
    deployment: FactAnswer | None = Field(
        None,
        description="proof of concept, internal tool, limited production or full production.",
    )
    narrator: FactAnswer | None = Field(
        None, description="builder, vendor, customer, panel or researcher."
    )
    summary: list[StatementAnswer] = Field(description="What was built, for whom, what came of it.")
    architecture: list[StatementAnswer] = Field(description="The parts and how they work together.")
    techniques: list[StatementAnswer] = Field(description="Methods in use and what for.")
    tools: list[StatementAnswer] = Field(description="Named products and what each is used for.")
    challenges: list[StatementAnswer] = Field(description="What made the work hard.")
    solutions: list[StatementAnswer] = Field(description="What was done about a challenge.")
    lessons: list[StatementAnswer] = Field(description="What the tellers say they learned.")
    results: list[ResultAnswer] = Field(description="Measured outcomes.")
    failures: list[StatementAnswer] = Field(description="What went wrong or was given up.")


async def propose(document: Document, asker: Asker) -> Proposal:
    """Return the claims of ``document``, from one call.

    Raises:
        ContextExceeded: before any call, when the document cannot fit.
        ModelError: when the call gives nothing usable.
    """
    values = {
        "fence": fence_of(document),
        # On one line, whatever the page did: it stands outside the fence.
        "title": " ".join((document.title or "(none)").split()),
        "published": str(document.published or "(not stated)"),
        "passages": render_passages(document),
    }
    prompt = load_prompt(PROMPT)
    limit = asker.profile.output_tokens
    asked = sum(estimate_tokens(m.content) for m in prompt.render(values))
    if asked + limit > asker.profile.context_tokens:
        raise ContextExceeded(
            f"the source needs about {asked:,} tokens and {limit:,} for the answer, more than the "
            f"{asker.profile.context_tokens:,} of {asker.model_name}; use a model with a larger "
            "context, or CASEBOOK_LLM_STRATEGY=guided"
        )
    answer = await asker.ask(
        STAGE, prompt, values, CaseStudyAnswer, temperature=0.0, max_tokens=limit
    )
    return Proposal(facts=_facts(document, answer), statements=_claims(answer))


def _facts(document: Document, answer: CaseStudyAnswer) -> dict[str, FactClaim]:
    given = {
        name: FactClaim(value=fact.value.strip(), quotes=[fact.quote])
        for name in ("company", "industry", "year", "deployment", "narrator")
        if (fact := getattr(answer, name)) is not None and fact.value.strip()
    }
    if document.title:
        given["title"] = FactClaim(value=document.title)
    if document.published:
        given["year"] = FactClaim(value=str(document.published.year))
    return given


def _claims(answer: CaseStudyAnswer) -> dict[str, list[Claim]]:
    fields: dict[str, list[Claim]] = {}
    for name in STATEMENT_FIELDS:
        given: Sequence[StatementAnswer] = getattr(answer, name)
        fields[name] = [
            Claim(
                text=item.statement,
                quotes=item.quotes,
                **item.model_dump(include={"metric", "value", "baseline", "method"}),
            )
            for item in given
        ]
    return fields
