"""The strategy for capable models: the whole document in one call, its triage included."""

from pydantic import BaseModel

from prompts.loader import load
from schemas.errors import ContextExceeded
from schemas.sources import Document
from summarizer.answers import CaseStudyAnswer, claims_of, facts_of, tags_of, with_stated
from summarizer.asker import Asker, schema_tokens
from summarizer.drafts import Draft
from summarizer.profiles import Strategy
from summarizer.rendering import estimate_tokens, fence_of, render

STAGE = "summarize"
PROMPT = "case_study"
_TASK = (
    'Score the source between the two lines "{fence}", and write its case study if it belongs to '
    "the collection."
)
_ORDERED = (
    'Score the source between the two lines "{fence}". A curator has decided that it belongs to '
    "the collection: write its case study, whatever the scores."
)


async def ask(document: Document, asker: Asker, *, ordered: bool = False) -> CaseStudyAnswer:
    """Return the model's reading of a whole document; a second time from the ledger.

    ``ordered`` asks for a case study whatever the verdict.

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
    return await asker.ask(
        asker.prompt(PROMPT),
        _values(document, _ORDERED if ordered else _TASK),
        CaseStudyAnswer,
        STAGE,
    )


async def propose(document: Document, asker: Asker, reason: str, *, ordered: bool = False) -> Draft:
    """Return what the model proposes, from one call.

    Raises:
        ModelError: when the call gives nothing usable.
    """
    answer = await ask(document, asker, ordered=ordered)
    return Draft(
        strategy=Strategy.SINGLE,
        strategy_reason=reason,
        facts=with_stated(facts_of(answer), document),
        claims=claims_of(answer),
        tags=tags_of(answer),
    )


def prompt_tokens(document: Document) -> int:
    """Return the estimate for the one question about all of ``document``."""
    messages = load(PROMPT).render(_values(document, _TASK))
    return sum(estimate_tokens(m.content) for m in messages) + schema_tokens(CaseStudyAnswer)


def fixed_tokens(prompt: str, answer_type: type[BaseModel]) -> int:
    """Return the estimate for a prompt and its schema, without what is filled in."""
    messages = sum(estimate_tokens(message.content) for message in load(prompt).messages)
    return messages + schema_tokens(answer_type)


def _values(document: Document, task: str) -> dict[str, object]:
    fence = fence_of(document)
    return {"fence": fence, "passages": render(document), "task": task.format(fence=fence)}
