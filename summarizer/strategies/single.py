"""The strategy for capable models: the whole document in one call."""

from collections.abc import Mapping

from prompts.loader import load
from schemas.errors import ContextExceeded
from schemas.sources import Document
from schemas.taxonomy import load_taxonomy
from summarizer.answers import CaseStudyAnswer, claims_of, facts_of, tags_of, with_stated
from summarizer.asking import Asker, schema_tokens
from summarizer.drafts import Draft
from summarizer.profiles import Strategy
from summarizer.rendering import estimate_tokens, fence_of, one_line, render_passages

STAGE = "summarize"
PROMPT = "case_study"


async def propose(document: Document, asker: Asker, reason: str) -> Draft:
    """Return what the model proposes, from one call.

    Raises:
        ContextExceeded: before any call, when the document cannot fit.
        ModelError: when the call gives nothing usable.
    """
    asked, profile = prompt_tokens(document), asker.profile
    if asked + profile.answer_tokens > profile.context_tokens:
        raise ContextExceeded(
            f"the source needs about {asked:,} tokens and {profile.answer_tokens:,} for the "
            f"answer, more than the {profile.context_tokens:,} of {profile.model}; use a model "
            "with a larger context, or the strategy map_reduce"
        )
    values = context_values(document) | {"passages": render_passages(document)}
    answer = await asker.ask(asker.prompt(PROMPT), values, CaseStudyAnswer, STAGE)
    return Draft(
        strategy=Strategy.SINGLE,
        strategy_reason=reason,
        facts=with_stated(facts_of(answer), document),
        claims=tuple(claims_of(answer)),
        tags=tuple(tags_of(answer)),
    )


def prompt_tokens(document: Document) -> int:
    """Return the estimate for the one question about all of ``document``."""
    values = context_values(document) | {"passages": render_passages(document)}
    messages = load(PROMPT).render(values)
    return sum(estimate_tokens(m.content) for m in messages) + schema_tokens(CaseStudyAnswer)


def context_values(document: Document) -> dict[str, object]:
    """Return what a prompt gets beside the passages."""
    return {
        "fence": fence_of(document),
        "title": one_line(document.title),
        "published": str(document.published or "(not stated)"),
        "industries": ", ".join(industry.slug for industry in load_taxonomy().industries),
    }


def fixed_tokens(prompt: str, variables: Mapping[str, object]) -> int:
    """Return the estimate for a prompt whose long variables are still empty."""
    loaded = load(prompt)
    messages = loaded.render({name: variables.get(name, "") for name in loaded.variables})
    return sum(estimate_tokens(message.content) for message in messages)
