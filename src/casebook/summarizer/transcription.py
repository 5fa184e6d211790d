"""Writing down what is said: an OpenAI-compatible ``/audio/transcriptions``, asked once a piece."""

import time
from datetime import UTC, datetime
from typing import Any

import openai
from pydantic import TypeAdapter, ValidationError
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

from casebook.schemas.errors import AnswerInvalid, CasebookError
from casebook.schemas.generations import Generation, Usage
from casebook.schemas.ids import content_id, sha256_hex
from casebook.summarizer.asking import Ledger
from casebook.summarizer.client import RetryPolicy
from casebook.summarizer.faults import api_fault
from casebook.summarizer.transcripts import Segment, Transcript

# US dollars per minute as listed on 2025-08-31; CASEBOOK_TRANSCRIPTION_PRICE overrides them.
_PRICES = {"whisper-1": 0.006}


class OpenAITranscriber:
    """Asks an endpoint, through the ledger: the same bytes are paid for once."""

    def __init__(
        self,
        model: str,
        endpoint: str,
        api_key: str,
        ledger: Ledger,
        *,
        price_a_minute: float | None = None,
        timeout: float = 600.0,
        policy: RetryPolicy | None = None,
    ) -> None:
        self.model = model
        self._endpoint = endpoint
        self._ledger = ledger
        self._price = _PRICES.get(model) if price_a_minute is None else price_a_minute
        self._policy = policy or RetryPolicy()
        self._client = openai.AsyncOpenAI(
            base_url=endpoint, api_key=api_key, max_retries=0, timeout=timeout
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def transcribe(
        self, data: bytes, name: str, media_type: str, source_id: str
    ) -> tuple[Transcript, Generation, bool]:
        """Return what is said, its provenance, and whether it was paid for now.

        Raises:
            ModelError: the translated cause of the last attempt.
        """
        digest = sha256_hex(data)
        generation_id = content_id("gen", "transcription", digest, self.model)
        if known := self._ledger.find(generation_id):
            return Transcript.model_validate_json(known.answer), known, False
        started = time.monotonic()
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._policy.attempts),
            wait=self._policy.wait,
            retry=retry_if_exception(lambda e: isinstance(e, CasebookError) and e.transient),
            reraise=True,
        )
        transcript: Transcript = await retrying(self._once, data, name, media_type)
        made = Generation(
            generation_id=generation_id,
            document_id=source_id,
            stage="fetch",
            prompt="transcription",
            prompt_version=1,
            prompt_hash="",
            schema_hash="",
            model=self.model,
            endpoint=self._endpoint,
            parameters={"sha256": digest, "bytes": len(data), "audio_seconds": transcript.seconds},
            answer=transcript.model_dump_json(),
            usage=Usage(cost_usd=self._cost(transcript.seconds)),
            seconds=round(time.monotonic() - started, 3),
            attempts=int(retrying.statistics["attempt_number"]),
            created_at=datetime.now(UTC),
        )
        self._ledger.keep(made)
        return transcript, made, True

    def _cost(self, seconds: float) -> float | None:
        return None if self._price is None else round(seconds / 60 * self._price, 8)

    async def _once(self, data: bytes, name: str, media_type: str) -> Transcript:
        try:
            answer = await self._client.audio.transcriptions.create(
                model=self.model,
                file=(name, data, media_type),
                response_format="verbose_json",
                timestamp_granularities=["segment"],
            )
        except openai.OpenAIError as error:
            fault = api_fault(error, self.model, self._endpoint)
            fault.args = (str(fault).replace("CASEBOOK_LLM_", "CASEBOOK_TRANSCRIPTION_"),)
            raise fault from error
        return self._read(answer.model_dump() if hasattr(answer, "model_dump") else answer)

    def _read(self, answer: Any) -> Transcript:
        """Take what every server answers with, and refuse a text without times.

        Raises:
            AnswerInvalid: if there are no segments.
        """
        fields = answer if isinstance(answer, dict) else {}
        try:
            segments = TypeAdapter(list[dict[str, Any]]).validate_python(fields.get("segments"))
            told = [
                Segment(start=part["start"], end=part["end"], text=part["text"])
                for part in segments
            ]
            last = told[-1].end if told else 0.0
            return Transcript(
                language=str(fields.get("language") or ""),
                seconds=float(fields.get("duration") or last),
                segments=told,
            )
        except (ValidationError, KeyError, TypeError, ValueError) as error:
            raise AnswerInvalid(
                f"{self.model} at {self._endpoint} answers without times; set "
                "CASEBOOK_TRANSCRIPTION_MODEL to one that gives segments (whisper-1 does)"
            ) from error
