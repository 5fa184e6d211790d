"""Writes down recordings at an OpenAI-compatible ``/audio/transcriptions``, each piece once."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import openai
from pydantic import Field, ValidationError
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

from schemas.errors import AnswerInvalid, ModelError
from schemas.frozen import Frozen
from schemas.generations import AnswerStatus, Generation, Usage
from schemas.ids import content_id, sha256_hex
from summarizer.budget import Budget, Purse
from summarizer.client import raw_client
from summarizer.faults import api_fault
from summarizer.ledger import Ledger
from summarizer.limiter import Limiter

MOST_BYTES = 25_000_000
"""What OpenAI's endpoint takes at once."""

_STAGE, _PROMPT = "fetch", "transcription"
_PRICES = {"whisper-1": 0.006}  # US dollars per minute, as listed by OpenAI in 2025


class Segment(Frozen):
    """The words from ``start`` to ``end``, in seconds."""

    start: float = Field(ge=0, allow_inf_nan=False)
    end: float = Field(ge=0, allow_inf_nan=False)
    text: str


class Transcript(Frozen):
    """The words of one piece of sound; ``seconds`` is its length."""

    language: str = ""
    seconds: float = 0.0
    segments: tuple[Segment, ...] = ()


class Transcriber:
    """Asks an endpoint through ledger and budget; ``close`` it at the end.

    Args:
        base_url: the endpoint, such as ``https://api.openai.com/v1``.
        api_key: the endpoint's key.
        model: the model's name; ``price_per_minute`` outweighs the listed price.
        ledger: where transcripts are kept: the same bytes are paid for once.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        model: str,
        ledger: Ledger,
        *,
        price_per_minute: float | None = None,
        limiter: Limiter | None = None,
        attempts: int = 4,
        timeout: float = 600.0,
    ) -> None:
        self.model, self.endpoint = model, base_url
        self._ledger, self._attempts = ledger, attempts
        self._price = _PRICES.get(model) if price_per_minute is None else price_per_minute
        self._limiter = limiter or Limiter()
        self._client = raw_client(base_url, api_key, timeout)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def transcribe(
        self,
        sound: tuple[str, bytes, str],
        source_id: str,
        seconds: float,
        budget: Purse | None = None,
    ) -> Transcript:
        """Return the words of ``sound`` (name, bytes, media type), ``seconds`` long at most.

        Raises:
            BudgetReached: if it does not fit the budget.
            ModelError: the translated cause of the last attempt.
        """
        question_id = content_id("q", _PROMPT, sha256_hex(sound[1]), self.model)
        if known := await self._ledger.answer(question_id):
            return Transcript.model_validate_json(known.answer)
        async with (budget or Budget()).call(self._cost(seconds)) as charge:
            outcome = await self._outcome(sound)
            made = self._generation(question_id, source_id, outcome)
            charge.usd = made.usage.cost_usd or 0.0
            await asyncio.shield(asyncio.ensure_future(self._ledger.keep(made)))
        if isinstance(outcome, ModelError):
            raise outcome
        return outcome

    def _cost(self, seconds: float) -> float | None:
        return None if self._price is None else round(seconds / 60 * self._price, 8)

    async def _outcome(self, sound: tuple[str, bytes, str]) -> Transcript | ModelError:
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._attempts),
            retry=retry_if_exception(lambda e: isinstance(e, ModelError) and e.transient),
            sleep=self._limiter.sleep,
            reraise=True,
        )
        try:
            answer: Any = await retrying(self._once, sound)
            return self._read(answer.model_dump() if hasattr(answer, "model_dump") else {})
        except ModelError as error:
            return error

    async def _once(self, sound: tuple[str, bytes, str]) -> Any:
        async with self._limiter.turn():
            try:
                return await self._client.audio.transcriptions.create(
                    model=self.model,
                    file=sound,
                    response_format="verbose_json",
                    timestamp_granularities=["segment"],
                )
            except openai.OpenAIError as error:
                raise api_fault(error, self.model, self.endpoint) from error

    def _read(self, answer: dict[str, Any]) -> Transcript:
        """Return the transcript, and refuse a text without times."""
        segments = answer.get("segments") or ([{}] if answer.get("text") else [])
        try:
            kept = [Segment(start=s["start"], end=s["end"], text=s["text"]) for s in segments]
        except (ValidationError, KeyError, TypeError) as error:
            raise AnswerInvalid(
                f"{self.model} at {self.endpoint} answers without times; use a model that gives "
                "segments (whisper-1 does)"
            ) from error
        seconds = float(answer.get("duration") or (kept[-1].end if kept else 0.0))
        language = answer.get("language") or ""
        return Transcript(language=language, seconds=seconds, segments=tuple(kept))

    def _generation(
        self, question_id: str, source_id: str, outcome: Transcript | ModelError
    ) -> Generation:
        now = datetime.now(UTC)
        transcript = Transcript() if isinstance(outcome, ModelError) else outcome
        is_error = transcript is not outcome
        return Generation(
            generation_id=content_id("gen", question_id, now.isoformat()),
            question_id=question_id,
            document_id=source_id,
            stage=_STAGE,
            prompt=_PROMPT,
            prompt_version=1,
            prompt_hash="",
            schema_hash="",
            model=self.model,
            endpoint=self.endpoint,
            parameters={"audio_seconds": transcript.seconds},
            status=AnswerStatus.ERROR if is_error else AnswerStatus.OK,
            answer="" if is_error else transcript.model_dump_json(),
            error=str(outcome) if is_error else None,
            usage=Usage(cost_usd=self._cost(transcript.seconds)),
            seconds=0.0,
            attempts=1,
            at=now,
        )
