"""The strategy for long documents: reads windows separately and merges their claims.

Each window is a separate question, so a rerun after a crash pays only for the remaining ones. The
last call chooses claims by number, so every quote in a draft comes from a window.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from schemas.cases import Section
from schemas.errors import (
    AnswerInvalid,
    AnswerRefused,
    AnswerTruncated,
    ContextExceeded,
    ModelError,
)
from schemas.reviews import Unread
from schemas.sources import Document, Passage
from summarizer.answers import PartAnswer
from summarizer.asker import Asker
from summarizer.claims import claims_of, facts_of, tags_of, with_stated
from summarizer.drafts import Draft
from summarizer.profiles import Profile, Strategy
from summarizer.quotes import QuoteFinder
from summarizer.rendering import estimate_tokens, fence_of, render
from summarizer.sentences import sentences_of
from summarizer.strategies import synthesis
from summarizer.strategies.company import company_of
from summarizer.strategies.single import PROMPT, STAGE, fixed_tokens
from summarizer.strategies.window_claims import WindowClaims, fact_candidates, merged, merged_tags
from summarizer.strategies.windows import Window, cut, halves

WINDOW_TOKENS = 24_000
"""Many models could read longer windows, but they mention less of their content."""

_TASK = (
    'The source is long. Between the two lines "{fence}" are passages {first} to {last} of '
    "{total}{after}. Fill in what these passages say, whatever the scores; much of it may stay "
    "empty. Other parts are read in the same way and put together later: score this part alone, "
    "and leave the abstract empty."
)
_AFTER = ", after the opening of the whole, which is there for orientation"
_OPENING_TOKENS = 300  # of the document's opening, repeated in each window
_MOST_UNREAD = 0.25  # the largest unread share of the source for which a draft is made
# Failures of one window only; any other error concerns the endpoint and ends the draft.
_WINDOW_ERRORS = (AnswerInvalid, AnswerRefused)


class TokenLimits(NamedTuple):
    """The maximum tokens of a window, and of the claims in one merging call."""

    window: int
    merging: int


def token_limits(profile: Profile) -> TokenLimits:
    """Return the token limits for reading long documents under ``profile``.

    Raises:
        ContextExceeded: if the context has no room for any window.
    """
    part = fixed_tokens(PROMPT, PartAnswer) + 2 * _OPENING_TOKENS
    merging = fixed_tokens(synthesis.PROMPT, synthesis.MergeAnswer)
    room = profile.context_tokens - profile.answer_tokens
    if room <= part:
        raise ContextExceeded(
            f"a context of {profile.context_tokens:,} tokens has no room for a part of the source "
            "in addition to the question and its answer; use the strategy guided"
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

    company = await asyncio.to_thread(lambda: company_of(document, sentences_of(document)))
    reading = _Reading(document, asker, step, company.value if company else None)
    # Calls in progress have been paid for, so all of them finish before a failure is raised.
    ended = await asyncio.gather(*map(reading.read, windows), return_exceptions=True)
    if failure := next((outcome for outcome in ended if outcome is not None), None):
        raise failure
    parts = [part for _, part in sorted(reading.parts, key=lambda entry: entry[0])]
    _refuse_gaps(reading.unread, windows)
    found = await asyncio.to_thread(lambda: merged(parts, QuoteFinder(document)))
    if not found:
        raise AnswerInvalid(f"{asker.profile.model} found no statement in any part of the source")
    choice = synthesis.Synthesis(asker, limits.merging, step)
    claims, facts = await choice.of(found, fact_candidates(parts))
    return Draft(
        strategy=Strategy.MAP_REDUCE,
        strategy_reason=reason,
        facts=with_stated(facts, document),
        claims=claims,
        tags=merged_tags(parts),
        unread=tuple(sorted((gap for gap, _ in reading.unread), key=lambda gap: gap.first)),
    )


@dataclass
class _Reading:
    """Reads windows, collecting their claims with offsets, and unread windows with their tokens."""

    document: Document
    asker: Asker
    on_call: Callable[[], None]
    company: str | None = None
    parts: list[tuple[int, WindowClaims]] = field(default_factory=list)
    unread: list[tuple[Unread, int]] = field(default_factory=list)

    async def read(self, window: Window) -> None:
        """Read one window, in halves if it turns out to be too long."""
        try:
            part = await self._ask(window)
        except (ContextExceeded, AnswerTruncated) as error:
            parts = halves(self.document, window)
            if len(parts) == 1:
                self._skip(window, error)
            for half in parts if len(parts) > 1 else ():
                await self.read(half)
        except _WINDOW_ERRORS as error:
            self._skip(window, error)
        else:
            self.parts.append((window.passages[0].start, part))

    async def _ask(self, window: Window) -> WindowClaims:
        document, fence = self.document, fence_of(self.document)
        opening = _opening(document, window)
        task = _TASK.format(
            first=window.first,
            last=window.last,
            total=len(document.passages),
            fence=fence,
            after=_AFTER if opening else "",
        )
        shown = render(document, [*opening, *window.passages], self.company)
        values = {"fence": fence, "passages": shown, "task": task}
        answer = await self.asker.ask(self.asker.prompt(PROMPT), values, PartAnswer, STAGE)
        self.on_call()
        claims = [c for c in claims_of(answer) if c.section is not Section.ABSTRACT]
        return WindowClaims(facts_of(answer), tuple(claims), tags_of(answer))

    def _skip(self, window: Window, error: ModelError) -> None:
        gap = Unread(first=window.first, last=window.last, reason=str(error))
        self.unread.append((gap, window.tokens))


def _opening(document: Document, window: Window) -> list[Passage]:
    """Return the opening passages of the document that come before the window."""
    room, opening = _OPENING_TOKENS, []
    for passage in document.passages:
        room -= estimate_tokens(document.passage_text(passage))
        if room < 0 or passage.end > window.passages[0].start:
            break
        opening.append(passage)
    return opening


def _refuse_gaps(unread: Sequence[tuple[Unread, int]], windows: Sequence[Window]) -> None:
    """Raise AnswerInvalid if too much of the source was not read."""
    lost, whole = sum(tokens for _, tokens in unread), sum(window.tokens for window in windows)
    if lost > _MOST_UNREAD * whole:
        raise AnswerInvalid(
            f"there was no usable answer for {lost / whole:.0%} of the source (first part: "
            f"{unread[0][0].reason}); try another model"
        )
