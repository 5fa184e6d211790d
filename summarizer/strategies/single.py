"""The strategy for capable models: one call for the whole document, including its triage."""

from pydantic import BaseModel

from prompts.loader import load
from schemas.errors import ContextExceeded
from schemas.sources import Document
from summarizer.answers import DraftAnswer, PartAnswer, PartDraftAnswer
from summarizer.asker import Asker, schema_tokens
from summarizer.claims import claims_of, facts_of, tags_of, with_stated
from summarizer.data import table
from summarizer.drafts import Draft
from summarizer.heard import heard_task
from summarizer.profiles import Strategy
from summarizer.rendering import fence_for, message_tokens, render, source_values

STAGE = "summarize"
PROMPT = "case_study"


async def ask(document: Document, asker: Asker, *, ordered: bool = False) -> PartAnswer:
    """Return the model's answer about a whole document; repeated questions cost nothing.

    A document with a focus is asked about that subject alone. ``ordered`` asks for a case study
    regardless of the verdict.

    Raises:
        ContextExceeded: if the document does not fit; no call was made.
        ModelError: if the call has no usable answer.
    """
    asked, profile = prompt_tokens(document), asker.profile
    if asked + profile.answer_tokens > profile.context_tokens:
        raise ContextExceeded(
            f"the source needs about {asked:,} tokens and {profile.answer_tokens:,} for the "
            f"answer, more than the {profile.context_tokens:,} of {profile.model}; use a model "
            "with a larger context, or the strategy map_reduce"
        )
    task = "subject" if document.focus else "ordered" if ordered else "whole"
    values = _values(document, task, asker.language)
    answer_type = PartDraftAnswer if document.focus else DraftAnswer
    return (await asker.ask(asker.prompt(PROMPT), values, answer_type, STAGE)).draft


async def propose(document: Document, asker: Asker, reason: str, *, ordered: bool = False) -> Draft:
    """Return the model's draft, from one call.

    Raises:
        ModelError: if the call has no usable answer.
    """
    answer = await ask(document, asker, ordered=ordered)
    return Draft(
        strategy=Strategy.SINGLE,
        strategy_reason=reason,
        facts=with_stated(facts_of(answer), document),
        claims=claims_of(answer),
        tags=tags_of(answer),
    )


def prompt_tokens(
    document: Document, name: str = PROMPT, answer_type: type[BaseModel] = DraftAnswer
) -> int:
    """Return the estimated tokens of the question about the whole ``document``."""
    prompt, values = load(name), _values(document, "whole")
    messages = prompt.render({variable: values[variable] for variable in prompt.variables})
    return message_tokens(messages) + schema_tokens(answer_type)


def fixed_tokens(prompt: str, answer_type: type[BaseModel]) -> int:
    """Return the estimated tokens of a prompt and its schema, without the values filled in."""
    return message_tokens(load(prompt).messages) + schema_tokens(answer_type)


def _values(document: Document, task: str, language: str = "English") -> dict[str, object]:
    shown, asked = source_values(document), table("tasks")[task]
    return {
        **shown,
        "language": language,
        "task": asked + heard_task(document) + subject_task(document),
    }


def subject_task(document: Document) -> str:
    """Return the end of a task about one subject, empty if the document has no focus.

    The names are data of the source. All else is the same for all subjects, so that a provider
    reuses the beginning.
    """
    if document.focus is None:
        return ""
    fence = fence_for(render(document))
    listed = enumerate((document.focus.subject, *document.focus.others), start=1)
    lines = (f"{n}. {subject}" for n, subject in listed)
    return "\n".join((table("tasks")["about"], fence, *lines, fence))
