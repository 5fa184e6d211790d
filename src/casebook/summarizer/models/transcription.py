"""Writing down what is said: an OpenAI-compatible ``/audio/transcriptions``, asked once a piece."""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import openai
from pydantic import TypeAdapter, ValidationError
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

from casebook.schemas.errors import AnswerInvalid, CasebookError, ModelError, PriceUnknown
from casebook.schemas.generations import Generation, Usage, Waste
from casebook.schemas.ids import content_id, sha256_hex
from casebook.summarizer.models.asking import Ledger
from casebook.summarizer.models.budget import Budget
from casebook.summarizer.models.client import RetryPolicy
from casebook.summarizer.models.faults import api_fault
from casebook.summarizer.models.grace import in_any_case, stored
from casebook.summarizer.models.profiles import minute_price
from casebook.summarizer.models.transcripts import Segment, Transcript

_STAGE, _PROMPT = "fetch", "transcription"


@dataclass(frozen=True)
class _Sound:
    """What is sent, and the longest that it can be."""

    data: bytes
    name: str
    media_type: str
    most_seconds: float


@dataclass
class _Tab:
    """What one piece of sound has taken so far: requests, US dollars, and seconds of waiting.

    ``budget`` is the one in force when it was begun.
    """

    question_id: str
    source_id: str
    budget: Budget
    requests: int = 0
    spent: float = 0.0
    started: float = field(default_factory=time.monotonic)
    under_way: bool = False
    stopped: bool = False

    def send(self) -> None:
        """Note that a request goes out now; none does once nobody waits for it any more."""
        if self.stopped:
            raise asyncio.CancelledError
        self.under_way = True
        self.requests += 1

    def stop(self) -> None:
        """Let no further request out: whoever asked does not wait for it any more."""
        self.stopped = True

    @property
    def seconds(self) -> float:
        return round(time.monotonic() - self.started, 3)


class OpenAITranscriber:
    """Asks an endpoint, through the ledger and the budget: the same bytes are paid for once.

    ``budget`` returns the one in force. ``price_a_minute`` is in US dollars, and outweighs the
    table's.
    """

    def __init__(
        self,
        model: str,
        endpoint: str,
        api_key: str,
        ledger: Ledger,
        *,
        budget: Callable[[], Budget] = Budget,
        price_a_minute: float | None = None,
        timeout: float = 600.0,
        policy: RetryPolicy | None = None,
    ) -> None:
        self.model = model
        self._endpoint = endpoint
        self._ledger = ledger
        self._budget = budget
        self._price = minute_price(model) if price_a_minute is None else price_a_minute
        self._policy = policy or RetryPolicy()
        web = openai.DefaultAsyncHttpxClient(
            base_url=endpoint, timeout=timeout, follow_redirects=False
        )
        self._client = openai.AsyncOpenAI(
            base_url=endpoint, api_key=api_key, max_retries=0, timeout=timeout, http_client=web
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def transcribe(
        self, data: bytes, name: str, media_type: str, source_id: str, most_seconds: float
    ) -> tuple[Transcript, Generation, bool]:
        """Return what is said, its provenance, and whether it was paid for now.

        Raises:
            BudgetReached: if sound of ``most_seconds`` would pass a cap.
            PriceUnknown: if there is a cap and no price to compare with it.
            ModelError: the translated cause of the last attempt.
        """
        digest = sha256_hex(data)
        generation_id = content_id("gen", "transcription", digest, self.model)
        if known := await asyncio.to_thread(self._ledger.find, generation_id):
            return Transcript.model_validate_json(known.answer), known, False
        tab = _Tab(generation_id, source_id, self._budget())
        sound = _Sound(data, name, media_type, most_seconds)
        transcript, made = await in_any_case(self._heard(sound, tab), tab)
        return transcript, made, True

    async def _heard(self, sound: _Sound, tab: _Tab) -> tuple[Transcript, Generation]:
        """Ask until the policy gives up, and store what comes of it before anything else."""
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._policy.attempts),
            wait=self._policy.wait,
            retry=retry_if_exception(
                lambda e: isinstance(e, CasebookError) and e.transient and not tab.stopped
            ),
            reraise=True,
        )
        try:
            transcript: Transcript = await retrying(self._once, sound, tab)
            tab.under_way = True  # until it is stored
            made = self._generation(sound, transcript, tab)
            await stored(self._ledger.keep, made)
        except ModelError as error:
            await self._write_off(error, tab)
            raise
        finally:
            tab.under_way = False
            tab.budget.stored(tab.spent)
        return transcript, made

    def _generation(self, sound: _Sound, transcript: Transcript, tab: _Tab) -> Generation:
        return Generation(
            generation_id=tab.question_id,
            document_id=tab.source_id,
            stage=_STAGE,
            prompt=_PROMPT,
            prompt_version=1,
            prompt_hash="",
            schema_hash="",
            model=self.model,
            endpoint=self._endpoint,
            parameters={
                "sha256": sha256_hex(sound.data),
                "bytes": len(sound.data),
                "audio_seconds": transcript.seconds,
            },
            answer=transcript.model_dump_json(),
            usage=Usage(cost_usd=self._cost(transcript.seconds)),
            seconds=tab.seconds,
            attempts=tab.requests,
            created_at=datetime.now(UTC),
        )

    async def _write_off(self, error: ModelError, tab: _Tab) -> None:
        """Store what was sent in vain; a call that our own cap stopped cost nothing."""
        if not tab.requests:
            return
        now = datetime.now(UTC)
        waste = Waste(
            waste_id=content_id("waste", tab.question_id, error.kind(), now.isoformat()),
            question_id=tab.question_id,
            document_id=tab.source_id,
            stage=_STAGE,
            prompt=_PROMPT,
            prompt_version=1,
            model=self.model,
            endpoint=self._endpoint,
            kind=error.kind(),
            usage=Usage(cost_usd=None if self._price is None else tab.spent),
            seconds=tab.seconds,
            attempts=tab.requests,
            at=now,
        )
        await stored(self._ledger.write_off, waste)

    def _cost(self, seconds: float) -> float | None:
        return None if self._price is None else round(seconds / 60 * self._price, 8)

    async def _once(self, sound: _Sound, tab: _Tab) -> Transcript:
        """Ask once, with the dearest outcome set aside meanwhile."""
        dearest = self._cost(sound.most_seconds)
        if dearest is None and tab.budget.capped:
            raise PriceUnknown(
                f"a budget is set but what {self.model} costs is not known; set "
                "CASEBOOK_TRANSCRIPTION_PRICE to dollars a minute (0 where it is free)"
            )
        await tab.budget.reserve(dearest or 0.0)
        spent = 0.0
        try:
            tab.send()
            told = await self._ask(sound)
            spent = self._cost(_seconds_of(told) or sound.most_seconds) or 0.0
            return self._read(told)
        finally:
            tab.under_way = False
            tab.spent += spent
            await tab.budget.settle(dearest or 0.0, spent)

    async def _ask(self, sound: _Sound) -> Any:
        try:
            answer = await self._client.audio.transcriptions.create(
                model=self.model,
                file=(sound.name, sound.data, sound.media_type),
                response_format="verbose_json",
                timestamp_granularities=["segment"],
            )
        except openai.OpenAIError as error:
            fault = api_fault(error, self.model, self._endpoint)
            fault.args = (str(fault).replace("CASEBOOK_LLM_", "CASEBOOK_TRANSCRIPTION_"),)
            raise fault from error
        return answer.model_dump(warnings=False) if hasattr(answer, "model_dump") else answer

    def _read(self, answer: Any) -> Transcript:
        """Take what every server answers with, and refuse a text without times.

        Raises:
            AnswerInvalid: if there are no segments.
        """
        fields = answer if isinstance(answer, dict) else {}
        try:
            segments = TypeAdapter(list[dict[str, Any]]).validate_python(fields.get("segments"))
            told = [
                Segment(
                    start=_from_zero(part["start"]),
                    end=_from_zero(part["end"]),
                    text=part["text"] or "",
                )
                for part in segments
            ]
            last = told[-1].end if told else 0.0
            return Transcript(
                language=str(fields.get("language") or ""),
                seconds=_seconds_of(answer) or last,
                segments=told,
            )
        except (ValidationError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise AnswerInvalid(
                f"{self.model} at {self._endpoint} answers without times; set "
                "CASEBOOK_TRANSCRIPTION_MODEL to one that gives segments (whisper-1 does)"
            ) from error


def _from_zero(stated: Any) -> float:
    """Return a time; servers round a start to just below zero. What is none stays none."""
    seconds = float(stated)
    return 0.0 if seconds < 0 else seconds


def _seconds_of(answer: Any) -> float:
    """Return the length that an answer states, or 0 where it states none."""
    told = answer.get("duration") if isinstance(answer, dict) else None
    try:
        seconds = float(told or 0.0)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return seconds if 0 < seconds < math.inf else 0.0
