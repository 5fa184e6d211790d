"""The strategy for small models: they copy the sentences of each section, and code fills the gaps.

A small model gets lost in the whole schema, but it finds sentences that matter. Code looks them up,
and adds its own choice where the model has found nothing.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Annotated

from pydantic import Field

from schemas.cases import Evidence, Origin, Section
from schemas.sources import Document
from summarizer.answers import SECTION_OF, Answer
from summarizer.asker import Asker
from summarizer.claims import with_stated
from summarizer.drafts import Draft, FactClaim
from summarizer.profiles import Strategy
from summarizer.quotes import QuoteFinder
from summarizer.sentences import Sentence, sentences_of
from summarizer.strategies import guided
from summarizer.strategies.company import is_name
from summarizer.strategies.map_reduce import Reading, token_limits
from summarizer.strategies.windows import cut

PROMPT = "case_study_short"

# A sentence; small models may not stop.
_Copied = Annotated[str, Field(max_length=320)]
_List = Annotated[list[_Copied], Field(default_factory=list, max_length=5)]


class ShortAnswer(Answer):
    """A name, a title, and the copied sentences of some sections."""

    company: Annotated[str | None, Field(default=None, max_length=80)]
    title: Annotated[str | None, Field(default=None, max_length=120)]
    context: _List
    architecture: _List
    challenges: _List
    solutions: _List
    tools: _List
    results: _List
    lessons: _List
    failures: _List
    plans: _List


async def propose(
    document: Document,
    asker: Asker,
    strategy: Strategy,
    reason: str,
    on_step: Callable[[int, int], None],
) -> Draft:
    """Return the sentences that the model chose, and code's choice besides.

    Raises:
        ModelError: if the endpoint fails, or too much of the source had no usable answer.
    """
    limits, is_whole = token_limits(asker.profile, PROMPT, ShortAnswer), strategy is Strategy.SINGLE
    windows = cut(document, asker.profile.context_tokens if is_whole else limits.window)
    total, done = len(windows), count(1)

    def step() -> None:
        calls = next(done)
        on_step(calls, max(calls, total))

    answers, unread = await Reading(document, asker, step, PROMPT, ShortAnswer).all(windows)
    draft = await asyncio.to_thread(_drafted, document, answers, reason)
    used = Strategy.SINGLE if len(answers) == 1 else Strategy.MAP_REDUCE
    return draft.model_copy(update={"strategy": used, "unread": unread})


def _drafted(document: Document, answers: Sequence[ShortAnswer], reason: str) -> Draft:
    sentences = sentences_of(document)
    draft = guided.propose(document, reason, _votes(document, sentences, answers))
    chosen = sum(claim.origin is Origin.SOURCE for claim in draft.claims)
    reason += f"; the model chose {chosen} of {len(draft.claims)} sentences, code the others"
    facts = {fact.name: fact for fact in (*_facts(answers, sentences), *draft.facts)}
    known = with_stated([*facts.values()], document)
    return draft.model_copy(update={"strategy_reason": reason, "facts": known})


def _votes(
    document: Document, sentences: Sequence[Sentence], answers: Sequence[ShortAnswer]
) -> dict[Section, set[int]]:
    """Return the starts of the sentences that were copied into each field."""
    finder, votes = QuoteFinder(document), defaultdict[Section, set[int]](set)
    for answer in answers:
        for name in ShortAnswer.model_fields.keys() & SECTION_OF.keys():
            places = finder.find_all(getattr(answer, name))
            votes[SECTION_OF[name]] |= {
                s.start for s in sentences if any(_covers(place, s) for place in places)
            }
    return votes


def _covers(place: Evidence, sentence: Sentence) -> bool:
    """Return whether a quote is a part of a sentence, or has most of it."""
    if place.start is None or place.end is None:
        return False
    common = min(place.end, sentence.end) - max(place.start, sentence.start)
    shorter = min(place.end - place.start, sentence.end - sentence.start)
    return 2 * common > shorter


def _facts(answers: Sequence[ShortAnswer], sentences: Sequence[Sentence]) -> Iterator[FactClaim]:
    """Yield the model's title and company; the company has to be named in the source."""
    first = answers[0]
    if first.title:
        yield FactClaim(name="title", value=first.title, inferred=True)
    name = (first.company or "").strip()
    named = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    quotes = [one.text for one in sentences if is_name(name) and named.search(one.text)]
    if quotes:
        yield FactClaim(name="company", value=name, quotes=(quotes[0],))
