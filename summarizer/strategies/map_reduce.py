"""The strategy for long documents: windows are read one by one, their findings put together.

Each window is a question of its own, with the fields of the whole: a crash in the middle pays only
for the rest. The last call chooses among findings by number, so that every quote in a draft is one
that a window gave.
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
from summarizer.answers import PartAnswer, claims_of, facts_of, tags_of, with_stated
from summarizer.asker import Asker
from summarizer.drafts import Draft
from summarizer.profiles import Profile, Strategy
from summarizer.quotes import QuoteFinder
from summarizer.rendering import estimate_tokens, fence_of, render
from summarizer.sentences import sentences_of
from summarizer.strategies import synthesis
from summarizer.strategies.company import company_of
from summarizer.strategies.single import PROMPT, STAGE, fixed_tokens
from summarizer.strategies.synthesis import (
    MergeAnswer,
    Synthesis,
    WindowClaims,
    candidates,
    merged,
    merged_tags,
)
from summarizer.strategies.windows import Window, cut, halves

WINDOW_TOKENS = 24_000
"""Longer windows fit many models, but the longer one is the more of it goes unmentioned."""

_TASK = (
    'The source is long. Between the two lines "{fence}" are passages {first} to {last} of '
    "{total}{after}. Fill in what these passages say, whatever the scores; much of it may stay "
    "empty. Other parts are read in the same way and put together later: score this part alone, "
    "and leave the abstract empty."
)
_AFTER = ", after the opening of the whole, which is there for orientation"
# How much of the opening each window repeats.
_OPENING_TOKENS = 300
# More of the source than this unread, and there is no draft.
_MOST_UNREAD = 0.25
# Failures of one window alone; any other one concerns the endpoint and ends the whole.
_OWN_FAULT = (AnswerInvalid, AnswerRefused)


class TokenLimits(NamedTuple):
    """The most tokens of a window, and of the findings in one call."""

    window: int
    room: int


def token_limits(profile: Profile) -> TokenLimits:
    """Return how long documents are read under ``profile``.

    Raises:
        ContextExceeded: if the context has no room for any window.
    """
    part = fixed_tokens(PROMPT, PartAnswer) + 2 * _OPENING_TOKENS
    merging = fixed_tokens(synthesis.PROMPT, MergeAnswer)
    room = profile.context_tokens - profile.answer_tokens
    if room <= part:
        raise ContextExceeded(
            f"a context of {profile.context_tokens:,} tokens has no room for a part of the source "
            "beside the question and its answer; use the strategy guided"
        )
    return TokenLimits(min(room - part, WINDOW_TOKENS), max(room - merging, 1))


async def propose(
    document: Document, asker: Asker, reason: str, on_step: Callable[[int, int], None]
) -> Draft:
    """Return what the windows of ``document`` give together; what was not read is listed.

    Raises:
        ModelError: when the endpoint fails, too much of the source gave no usable answer, or the
            findings cannot be put together.
    """
    laid = token_limits(asker.profile)
    windows = cut(document, laid.window)
    if len(windows) == 1:  # one call for all of it was not wanted, or failed
        windows = halves(document, windows[0])
    total, done = len(windows) + 1, count(1)

    def step() -> None:
        calls = next(done)
        on_step(calls, max(calls, total))

    company = await asyncio.to_thread(lambda: company_of(document, sentences_of(document)))
    reading = _Reading(document, asker, step, company.value if company else None)
    # What is under way when one window fails has been paid for, so all are waited for.
    ended = await asyncio.gather(*map(reading.read, windows), return_exceptions=True)
    if failure := next((outcome for outcome in ended if outcome is not None), None):
        raise failure
    parts = [part for _, part in sorted(reading.parts, key=lambda entry: entry[0])]
    _refuse_gaps(reading.unread, windows)
    findings = await asyncio.to_thread(lambda: merged(parts, QuoteFinder(document)))
    if not findings:
        raise AnswerInvalid(f"{asker.profile.model} found no statement in any part of the source")
    claims, facts = await Synthesis(asker, laid.room, step).of(findings, candidates(parts))
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
    """Reads windows; ``parts`` are kept with the start of their window, gaps with their tokens."""

    document: Document
    asker: Asker
    on_call: Callable[[], None]
    company: str | None = None
    parts: list[tuple[int, WindowClaims]] = field(default_factory=list)
    unread: list[tuple[Unread, int]] = field(default_factory=list)

    async def read(self, window: Window) -> None:
        """Read one window; one that is too long after all is read in halves."""
        try:
            part = await self._ask(window)
        except (ContextExceeded, AnswerTruncated) as error:
            parts = halves(self.document, window)
            if len(parts) == 1:
                self._skip(window, error)
            for half in parts if len(parts) > 1 else ():
                await self.read(half)
        except _OWN_FAULT as error:
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
    """Return the passages that open the document, as far as the window comes after them."""
    room, opening = _OPENING_TOKENS, []
    for passage in document.passages:
        room -= estimate_tokens(document.passage_text(passage))
        if room < 0 or passage.end > window.passages[0].start:
            break
        opening.append(passage)
    return opening


def _refuse_gaps(unread: Sequence[tuple[Unread, int]], windows: Sequence[Window]) -> None:
    """Refuse to draft where too much of the source was not read."""
    lost, whole = sum(tokens for _, tokens in unread), sum(window.tokens for window in windows)
    if lost > _MOST_UNREAD * whole:
        raise AnswerInvalid(
            f"{lost / whole:.0%} of the source gave no usable answer (the first part: "
            f"{unread[0][0].reason}); a draft of the rest would mislead, try another model"
        )
