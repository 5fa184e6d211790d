"""Adds company, title and abstract by a larger embedded model to a guided draft, in one call."""

import asyncio
import re
from collections.abc import Sequence

from pydantic import Field

from schemas.cases import Section, SupportLevel
from schemas.errors import AnswerInvalid, AnswerTruncated, ContextExceeded
from schemas.sources import Document
from summarizer.answers import AbstractAnswer, Answer
from summarizer.asker import Asker
from summarizer.checks import Checker
from summarizer.claims import linked, with_stated
from summarizer.drafts import Claim, Draft, FactClaim
from summarizer.rendering import fence_for, one_line
from summarizer.sentences import sentences_of
from summarizer.strategies.company import is_name

STAGE = PROMPT = "overview"
MOST_CHARACTERS, _OPENING = 9_000, 1_500  # of the source in the prompt: in total, of its opening
# One complete sentence: small models keep copying until they are cut off.
_SENTENCE = re.compile(r"[A-Z0-9](?:[^.!?]|[.](?! [A-Z])){20,290}[.!]")


class SentenceAnswer(AbstractAnswer):
    """A sentence of limited length; small models may not stop."""

    sentence: str = Field(max_length=400)
    rests_on: list[int] = Field(max_length=6)


class OverviewAnswer(Answer):
    """The company, title and abstract of a case study."""

    company: str | None = Field(default=None, max_length=80)
    title: str | None = Field(default=None, max_length=120)
    abstract: list[SentenceAnswer] = Field(default_factory=list, max_length=3)


async def with_overview(draft: Draft, document: Document, asker: Asker) -> Draft:
    """Return ``draft`` with the model's additions, or unchanged without a usable answer.

    Raises:
        ModelError: if the model cannot be asked.
    """
    statements = [claim for claim in draft.claims if claim.section is not Section.ABSTRACT]
    values = _values(document, statements)
    try:
        answer = await asker.ask(asker.prompt(PROMPT), values, OverviewAnswer, STAGE)
    except (AnswerInvalid, AnswerTruncated, ContextExceeded):
        return draft
    return await asyncio.to_thread(_added, draft, statements, document, answer)


def _values(document: Document, statements: Sequence[Claim]) -> dict[str, object]:
    opening = one_line(document.text[:_OPENING])
    listed = ""
    for n, claim in enumerate(statements, start=1):
        if len(listed) + len(claim.text) < MOST_CHARACTERS - _OPENING:
            listed += f"{n}. {claim.text}\n"
    fence = fence_for(opening + listed)
    title = one_line(document.title)
    return {"fence": fence, "title": title, "opening": opening, "statements": listed.rstrip()}


def _added(
    draft: Draft, statements: Sequence[Claim], document: Document, answer: OverviewAnswer
) -> Draft:
    name = (answer.company or "").strip()
    named = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    naming = [s.text for s in sentences_of(document) if is_name(name) and named.search(s.text)]
    facts = {fact.name: fact for fact in draft.facts}
    if naming:
        # The cues are more reliable than a small model, which confuses vendors with customers.
        facts.setdefault("company", FactClaim(name="company", value=name, quotes=(naming[0],)))
    if answer.title:
        facts["title"] = FactClaim(name="title", value=answer.title, inferred=True)
    known = with_stated([*facts.values()], document)
    claims = linked([*enumerate(statements, start=1)], answer.abstract)
    checker = Checker(document, [fact.value for fact in known if fact.name in {"company", "title"}])
    found = {
        _SENTENCE.fullmatch(one.text)
        and checker.abstract_support(one.text, [statements[n].text for n in one.rests_on]).level
        for one in claims[len(statements) :]
    }
    # One doubtful sentence invalidates the abstract: half of it does not read well.
    claims = claims if found == {SupportLevel.UNVERIFIED} else draft.claims
    return draft.model_copy(update={"facts": known, "claims": claims})
