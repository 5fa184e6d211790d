"""The strategy for long documents: windows are read one by one, their findings put together.

Each window is a question of its own, kept in the ledger like any other: a crash in the middle pays
only for the rest. The last call chooses among the findings by their numbers, so that every quote in
a draft is one that a window gave, and is located and judged like those of the other strategies.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil

from pydantic import BaseModel

from casebook.prompts.loader import Prompt, load_prompt
from casebook.schemas.documents import Document
from casebook.schemas.errors import (
    AnswerFiltered,
    AnswerInvalid,
    AnswerRefused,
    AnswerTruncated,
    ContextExceeded,
    ModelError,
    SourceUnread,
)
from casebook.schemas.reviews import Unread
from casebook.summarizer.drafting import single
from casebook.summarizer.drafting.answers import CaseStudyAnswer, proposal_of
from casebook.summarizer.drafting.synthesis import MERGE_PROMPT, Counter, MergeAnswer, Synthesis
from casebook.summarizer.drafting.windows import Window, cut, halves
from casebook.summarizer.models.asking import Asker, schema_tokens
from casebook.summarizer.models.grace import all_of
from casebook.summarizer.models.profiles import Profile
from casebook.summarizer.models.rendering import estimate_tokens, render_passages
from casebook.summarizer.proposals import Proposal

PART_PROMPT = "case_study_part"
# A longer window fits many a model, but the longer it is the more of it goes unmentioned.
WINDOW_TOKENS = 24_000
# An answer about a window takes up to a sixth of what it reads, and seldom more than this.
_READ_PER_ANSWER = 6
_PART_TOKENS = 8_000
_MERGE_TOKENS = 16_000
# … and never more of the context than a third.
_CONTEXT_PER_ANSWER = 3
# Of an answer's tokens about half are statements; the rest are quotes.
STATED = 0.5
# More of the source than this unread, and there is no draft.
MOST_UNREAD = 0.25
# Failures of one window by itself; any other one concerns the endpoint and ends the whole.
_OWN_FAULT = (AnswerInvalid, AnswerRefused, AnswerFiltered)


def parameters(profile: Profile) -> dict[str, object]:
    """Return what shapes the answers besides prompts and schemas."""
    return {
        "temperature": 0.0,
        "window": WINDOW_TOKENS,
        "context": profile.context_tokens,
        "max_tokens": profile.output_tokens,
    }


@dataclass(frozen=True)
class Layout:
    """How a document is read under a profile; all but the windows in tokens.

    ``most`` is the longest a window may be, ``part_tokens`` and ``merge_tokens`` bound the answers,
    ``room`` is what findings may take in one call, ``asked`` and ``merge_asked`` what a question
    takes without passages or findings.
    """

    windows: Sequence[Window]
    most: int
    part_tokens: int
    merge_tokens: int
    room: int
    asked: int
    merge_asked: int

    @property
    def calls(self) -> int:
        """How many calls it takes at most, if no window has to be split.

        Fewer where the answers are shorter than allowed, so that their findings fit one call.
        """
        count = len(self.windows)
        return (
            count if count <= 1 else count + _merges(count * self.part_tokens * STATED, self.room)
        )


def layout(document: Document, profile: Profile) -> Layout:
    """Return how ``document`` is read under ``profile``. Pure.

    Raises:
        ContextExceeded: if the context has no room for any window.
    """
    part_tokens = answer_tokens(profile, _PART_TOKENS)
    merge_tokens = answer_tokens(profile, _MERGE_TOKENS)
    asked = _fixed_tokens(document, load_prompt(PART_PROMPT), CaseStudyAnswer)
    most = min(
        profile.context_tokens - asked - part_tokens, WINDOW_TOKENS, _READ_PER_ANSWER * part_tokens
    )
    if most <= 0:
        raise ContextExceeded(
            f"a context of {profile.context_tokens:,} tokens holds no part of the source beside "
            f"the question and {part_tokens:,} for its answer; use CASEBOOK_LLM_STRATEGY=guided"
        )
    merging = _fixed_tokens(document, load_prompt(MERGE_PROMPT), MergeAnswer)
    room = max(profile.context_tokens - merging - merge_tokens, 1)
    return Layout(cut(document, most), most, part_tokens, merge_tokens, room, asked, merging)


def answer_tokens(profile: Profile, most: int) -> int:
    """Return the output limit to ask for: ``most``, or what the model has or its context allows."""
    return min(profile.output_tokens, profile.context_tokens // _CONTEXT_PER_ANSWER, most)


def _fixed_tokens(document: Document, prompt: Prompt, answer_type: type[BaseModel]) -> int:
    told = single.told_of(document)
    values = {name: told.get(name, "") for name in prompt.variables}
    spoken = sum(estimate_tokens(m.content) for m in prompt.render(values))
    return spoken + schema_tokens(answer_type)


def _merges(tokens: float, room: int) -> int:
    """Return how many calls put findings of so many tokens together; each level halves them."""
    if tokens <= room:
        return 1
    return ceil(tokens / room) + _merges(tokens / 2, room)


async def propose(
    document: Document, asker: Asker, on_progress: Callable[[int, int], None]
) -> Proposal:
    """Return the claims of ``document`` from all its windows; what was not read is told.

    ``on_progress`` is told (done, total) calls.

    Raises:
        SourceUnread: when too much of the source gave no usable answer.
        ModelError: when the endpoint fails, or the findings cannot be put together.
    """
    laid = layout(document, asker.profile)
    counter = Counter(on_progress, laid.calls)
    reading = _Reading(document, asker, laid, counter)
    parts = await reading.read()
    unread = [
        Unread(first=p.window.first, last=p.window.last, reason=p.reason)
        for p in parts
        if not p.proposal
    ]
    given = [part.proposal for part in parts if part.proposal]
    if len(parts) == 1:
        proposal = given[0]
    else:
        synthesis = Synthesis(document, asker, laid.room, laid.merge_tokens, counter)
        proposal = await synthesis.of(given)
    return proposal.model_copy(update={"unread": unread})


@dataclass(frozen=True)
class _Part:
    """What became of one window: its proposal, or why there is none."""

    window: Window
    proposal: Proposal | None = None
    reason: str = ""


@dataclass
class _Reading:
    """One document being read: asks about windows, and stops asking when the endpoint fails."""

    document: Document
    asker: Asker
    layout: Layout
    counter: Counter
    failed: list[ModelError] = field(default_factory=list)

    async def read(self) -> list[_Part]:
        """Ask about every window, so many at a time as the asker may."""
        gate = asyncio.Semaphore(self.asker.parallel)

        async def one(window: Window) -> list[_Part]:
            async with gate:
                return await self._safely(window)

        # Whoever is under way when another fails for all still gets its answer, which is paid for.
        found = await all_of(one(window) for window in self.layout.windows)
        if self.failed:
            raise self.failed[0]
        parts = [part for several in found for part in several]
        self._check(parts)
        return parts

    async def _safely(self, window: Window) -> list[_Part]:
        if self.failed:
            return []
        try:
            return await self._part(window, self.layout.part_tokens)
        except ModelError as error:
            self.failed.append(error)
            return []

    async def _part(self, window: Window, limit: int) -> list[_Part]:
        """Ask about one window; raise the output limit once, then cut the window in two."""
        try:
            return [_Part(window, await self._ask_part(window, limit))]
        except AnswerTruncated as error:
            if limit < self.asker.profile.output_tokens:
                return await self._part(window, self.asker.profile.output_tokens)
            return await self._in_halves(window, limit, error)
        except ContextExceeded as error:
            return await self._in_halves(window, limit, error)
        except _OWN_FAULT as error:
            return [_Part(window, reason=str(error))]

    async def _in_halves(self, window: Window, limit: int, error: ModelError) -> list[_Part]:
        pieces = halves(self.document, window)
        if len(pieces) == 1:
            return [_Part(window, reason=str(error))]
        self.counter.more(1)  # two calls in place of one
        return [part for piece in pieces for part in await self._part(piece, limit)]

    async def _ask_part(self, window: Window, limit: int) -> Proposal:
        document = self.document
        values = single.told_of(document) | {
            "first": window.first,
            "last": window.last,
            "total": len(document.passages),
            "passages": render_passages(document, window.passages),
        }
        answer = await self.asker.ask(
            single.STAGE,
            self.asker.prompt(PART_PROMPT),
            values,
            CaseStudyAnswer,
            temperature=0.0,
            max_tokens=limit,
        )
        self.counter.step()
        return proposal_of(answer, single.stated_by(document))

    def _check(self, parts: Sequence[_Part]) -> None:
        """Refuse to draft from a source of which too much was not read."""
        lost = [part for part in parts if part.proposal is None]
        whole = sum(part.window.tokens for part in parts)
        if lost and sum(part.window.tokens for part in lost) > MOST_UNREAD * whole:
            raise SourceUnread(
                f"{len(lost)} of {len(parts)} windows of the source gave no usable answer "
                f"(the first: {lost[0].reason}); a draft of the rest would mislead"
            )
