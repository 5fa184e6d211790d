"""The strategy for long documents: reads windows separately and merges their claims.

Each window is a separate question, so a rerun after a crash pays only for the remaining ones. The
last call chooses claims by number, so every quote in a draft comes from a window.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Generic, NamedTuple, TypeVar

from pydantic import BaseModel

from schemas.cases import Section
from schemas.errors import (
    AnswerInvalid,
    AnswerRefused,
    AnswerTruncated,
    ContextExceeded,
    ModelError,
)
from schemas.reviews import LeftOut, Unread
from schemas.sources import Document
from summarizer.answers import PartAnswer, PartDraftAnswer
from summarizer.asker import Asker, all_of
from summarizer.claims import claims_of, facts_of, tags_of, with_stated
from summarizer.data import table
from summarizer.drafts import Draft
from summarizer.heard import heard_task
from summarizer.profiles import RAISE_CONTEXT, Profile, Strategy
from summarizer.quotes import QuoteFinder
from summarizer.rendering import source_values, spoken_for, subject_lines
from summarizer.strategies import synthesis
from summarizer.strategies.single import PROMPT, STAGE, fixed_tokens, subject_task
from summarizer.strategies.window_claims import WindowClaims, fact_candidates, merged, merged_tags
from summarizer.strategies.windows import (
    OPENING_TOKENS,
    WINDOW_TOKENS,
    Window,
    company_named,
    cut,
    halves,
    opening_before,
)

A = TypeVar("A", bound=BaseModel)
_LEAST_WINDOW = 800  # a smaller window has a paragraph or two
_OF_THE_WHOLE = {Section.ABSTRACT, Section.GAPS}  # a part of the source cannot tell
_MOST_UNREAD = 0.25  # the largest unread share of the source for which a draft is made
# Failures of one window only; any other error concerns the endpoint and ends the draft.
_WINDOW_ERRORS = (AnswerInvalid, AnswerRefused)


class TokenLimits(NamedTuple):
    """The maximum tokens of a window, and of the claims in one merging call."""

    window: int
    merging: int


def token_limits(
    profile: Profile, prompt: str = PROMPT, answer_type: type[BaseModel] = PartDraftAnswer
) -> TokenLimits:
    """Return the token limits for reading long documents with a question under ``profile``.

    Raises:
        ContextExceeded: if the context has no room for any window.
    """
    part = fixed_tokens(prompt, answer_type) + 2 * OPENING_TOKENS
    merging = fixed_tokens(synthesis.PROMPT, synthesis.MergeAnswer)
    room = profile.context_tokens - profile.answer_tokens
    if room < part + _LEAST_WINDOW:
        raise ContextExceeded(
            f"a context of {profile.context_tokens:,} tokens has no room for a part of the source "
            f"in addition to the question and its answer; {RAISE_CONTEXT}"
        )
    return TokenLimits(min(room - part, WINDOW_TOKENS), max(room - merging, 1))


async def propose(
    document: Document, asker: Asker, reason: str, on_step: Callable[[int, int], None]
) -> Draft:
    """Return a draft merged from the windows of ``document``, with the list of unread passages.

    Raises:
        ModelError: if the endpoint fails, too much of the source had no usable answer, or the
            claims cannot be merged.
    """
    limits = token_limits(asker.profile)
    windows = cut(document, limits.window)
    if len(windows) == 1:  # a single call was not wanted, or failed
        windows = halves(document, windows[0])
    total, done = len(windows) + 1, count(1)

    def step() -> None:
        calls = next(done)
        on_step(calls, max(calls, total))

    answers, unread = await Reading(document, asker, step, PROMPT, PartDraftAnswer).all(windows)
    parts = [_claims_of(answer.draft) for answer in answers]
    found = await asyncio.to_thread(lambda: merged(parts, QuoteFinder(document)))
    if not found:
        raise AnswerInvalid(f"{asker.profile.model} found no statement in any part of the source")
    about = [*spoken_for(document), *subject_lines(document)]
    choice = synthesis.Synthesis(asker, limits.merging, about, step)
    claims, facts = await choice.of(found, fact_candidates(parts))
    used = {quote for claim in claims for quote in claim.quotes}
    left_out = (one.claim for one in found if used.isdisjoint(one.claim.quotes))
    return Draft(
        strategy=Strategy.MAP_REDUCE,
        strategy_reason=reason,
        facts=with_stated(facts, document),
        claims=claims,
        tags=merged_tags(parts),
        unread=unread,
        left_out=tuple(LeftOut(section=one.section, text=one.text) for one in left_out),
    )


def _claims_of(answer: PartAnswer) -> WindowClaims:
    claims = (claim for claim in claims_of(answer) if claim.section not in _OF_THE_WHOLE)
    return WindowClaims(facts_of(answer), tuple(claims), tags_of(answer))


class _Gap(NamedTuple):
    unread: Unread
    tokens: int


@dataclass
class Reading(Generic[A]):
    """Asks one question about each window of a document."""

    document: Document
    asker: Asker
    on_call: Callable[[], None]
    prompt: str
    answer_type: type[A]
    company: str | None = None

    async def all(self, windows: Sequence[Window]) -> tuple[list[A], tuple[Unread, ...]]:
        """Return the answers, and the passages without one.

        Raises:
            ModelError: if the endpoint fails, or too much of the source has no usable answer.
        """
        if self.company is None:
            self.company = await asyncio.to_thread(company_named, self.document)
        results = [one for found in await all_of(map(self._read, windows)) for one in found]
        gaps = [one for one in results if isinstance(one, _Gap)]
        _refuse_gaps(gaps, windows)
        answers = [one for one in results if not isinstance(one, _Gap)]
        return answers, tuple(gap.unread for gap in gaps)

    async def _read(self, window: Window) -> list[A | _Gap]:
        """Return the answer about a window, read in halves if it turns out to be too long."""
        failure: ModelError
        try:
            return [await self._ask(window)]
        except (ContextExceeded, AnswerTruncated) as error:
            parts, failure = halves(self.document, window), error
            if len(parts) > 1:
                return [one for half in parts for one in await self._read(half)]
        except _WINDOW_ERRORS as error:
            failure = error
        unread = Unread(first=window.first, last=window.last, reason=str(failure))
        return [_Gap(unread, window.tokens)]

    async def _ask(self, window: Window) -> A:
        document, opening = self.document, opening_before(window, self.document)
        shown = source_values(document, [*opening, *window.passages], self.company)
        task = table("tasks")["part"].format(
            first=window.first,
            last=window.last,
            total=len(document.passages),
            after=table("tasks")["after"] if opening else "",
        )
        task += heard_task(document) + subject_task(document)
        values = {**shown, "language": self.asker.language, "task": task}
        prompt = self.asker.prompt(self.prompt)
        answer = await self.asker.ask(prompt, values, self.answer_type, STAGE)
        self.on_call()
        return answer


def _refuse_gaps(gaps: Sequence[_Gap], windows: Sequence[Window]) -> None:
    """Raise AnswerInvalid if too much of the source was not read."""
    lost, whole = sum(gap.tokens for gap in gaps), sum(window.tokens for window in windows)
    if lost > _MOST_UNREAD * whole:
        raise AnswerInvalid(
            f"there was no usable answer for {lost / whole:.0%} of the source (first part: "
            f"{gaps[0].unread.reason}); try another model"
        )
