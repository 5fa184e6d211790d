"""The strategy for capable models: the whole document in one call."""

from casebook.prompts.loader import load_prompt
from casebook.schemas.documents import Document
from casebook.schemas.errors import ContextExceeded
from casebook.schemas.taxonomy import load_taxonomy
from casebook.summarizer.answers import CaseStudyAnswer, proposal_of
from casebook.summarizer.asking import Asker
from casebook.summarizer.proposals import Proposal
from casebook.summarizer.rendering import estimate_tokens, fence_of, render_passages

STAGE = "summarize"
PROMPT = "case_study"


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
        "industries": ", ".join(industry.slug for industry in load_taxonomy().industries),
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
    return proposal_of(answer, stated_by(document))


def stated_by(document: Document) -> dict[str, str | None]:
    """Return the facts that the page itself states, whatever a model makes of its text."""
    year = str(document.published.year) if document.published else None
    return {"title": document.title, "year": year}
