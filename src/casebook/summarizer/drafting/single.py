"""The strategy for capable models: the whole document in one call."""

from casebook.prompts.loader import load_prompt
from casebook.schemas.documents import Document
from casebook.schemas.errors import ContextExceeded
from casebook.schemas.taxonomy import load_taxonomy
from casebook.summarizer.drafting.answers import CaseStudyAnswer, proposal_of
from casebook.summarizer.models.asking import Asker, schema_tokens
from casebook.summarizer.models.profiles import Profile
from casebook.summarizer.models.rendering import (
    estimate_tokens,
    fence_of,
    one_line,
    render_passages,
)
from casebook.summarizer.proposals import Proposal

STAGE = "summarize"
PROMPT = "case_study"


async def propose(document: Document, asker: Asker) -> Proposal:
    """Return the claims of ``document``, from one call.

    Raises:
        ContextExceeded: before any call, when the document cannot fit.
        ModelError: when the call gives nothing usable.
    """
    asked, limit = prompt_tokens(document), asker.profile.output_tokens
    if asked + limit > asker.profile.context_tokens:
        raise ContextExceeded(
            f"the source needs about {asked:,} tokens and {limit:,} for the answer, more than the "
            f"{asker.profile.context_tokens:,} of {asker.model_name}; use a model with a larger "
            "context, or CASEBOOK_LLM_STRATEGY=map_reduce"
        )
    answer = await asker.ask(
        STAGE,
        asker.prompt(PROMPT),
        _values(document),
        CaseStudyAnswer,
        **parameters(asker.profile),
    )
    return proposal_of(answer, stated_by(document))


def parameters(profile: Profile) -> dict[str, object]:
    """Return what shapes the answer besides prompt and schema."""
    return {"temperature": 0.0, "max_tokens": profile.output_tokens}


def prompt_tokens(document: Document) -> int:
    """Return the estimate for the one question about all of ``document``."""
    messages = load_prompt(PROMPT).render(_values(document))
    return sum(estimate_tokens(m.content) for m in messages) + schema_tokens(CaseStudyAnswer)


def _values(document: Document) -> dict[str, object]:
    return told_of(document) | {"passages": render_passages(document)}


def told_of(document: Document) -> dict[str, object]:
    """Return what a prompt tells besides passages."""
    return {
        "fence": fence_of(document),
        "title": one_line(document.title),
        "published": str(document.published or "(not stated)"),
        "industries": ", ".join(industry.slug for industry in load_taxonomy().industries),
    }


def stated_by(document: Document) -> dict[str, str | None]:
    """Return the facts that the page itself states, whatever a model makes of its text."""
    year = str(document.published.year) if document.published else None
    return {"title": document.title, "year": year}
