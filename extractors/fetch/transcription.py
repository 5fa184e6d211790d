"""Transcribe recordings with an OpenAI-compatible ``/audio/transcriptions`` endpoint."""

from math import exp
from typing import Protocol

from extractors.bundles import Recognized
from extractors.network.client import error_of
from schemas import errors

_MOST_SECONDS = 600.0
_FORM = {"response_format": "verbose_json", "timestamp_granularities[]": "segment"}


class Recognizer(Protocol):
    """Recognizes speech: here, or at an endpoint."""

    model: str

    async def transcribe(self, data: bytes, name: str, media_type: str) -> Recognized:
        """Return the words of a recording, with their start and end in seconds."""


class Transcriber:
    """Posts recordings to the configured endpoint, the only host that the guard does not check."""

    def __init__(self, endpoint: str, key: str, model: str) -> None:
        self.model = model
        self._address = f"{endpoint.rstrip('/')}/audio/transcriptions"
        self._headers = {"Authorization": f"Bearer {key}"}

    async def transcribe(self, data: bytes, name: str, media_type: str) -> Recognized:
        """Return the words, with their start and end in seconds.

        Raises FetchError if the recording is too large or silent, ModelError if the endpoint fails.
        """
        import httpx2  # slow to import, and few sources need it

        form, files = {"model": self.model, **_FORM}, {"file": (name, data, media_type)}
        web = httpx2.AsyncClient(headers=self._headers, timeout=_MOST_SECONDS, trust_env=False)
        try:
            async with web:
                answer = await web.post(self._address, data=form, files=files)
        except httpx2.HTTPError as error:
            message = f"{self._address} does not answer ({type(error).__name__}): retry later."
            raise errors.ProviderUnavailable(message) from error
        if not answer.is_success:
            raise error_of("transcription", answer.status_code, self._address)
        try:
            segments = answer.json()["segments"]
            times = ((float(one["start"]), float(one["end"]), str(one["text"])) for one in segments)
            cues = tuple((max(0.0, start), end, text) for start, end, text in times)
            likely = tuple(
                exp(float(one["avg_logprob"])) for one in segments if "avg_logprob" in one
            )
        except (ValueError, LookupError, TypeError) as error:
            message = f"{self._address} answers without times"
            advice = "set CASEBOOK_TRANSCRIPTION_MODEL to a model that returns segments (whisper-1)"
            raise errors.AnswerInvalid(f"{message}: {advice}.") from error
        if any(text.strip() for _, _, text in cues):
            return Recognized(cues, likely if len(likely) == len(cues) else ())
        message = f"{name} contains no speech: check the file."
        raise errors.FetchError(message, "recording_silent")
