"""Recordings of reports: the script, its speech, and the audio files."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from config.resources import Resources
from config.settings import OPENAI_ENDPOINT, Settings
from publishing.audio.recording import RATE, Recording, write_recording
from publishing.audio.script import ScriptLine, one_voice, two_voices, unrepeated
from publishing.audio.speech import Speech
from publishing.audio.voices import OFFLINE, EndpointVoice, Voice
from publishing.reports.spoken import write_section
from schemas.errors import ConfigurationError, InputError
from schemas.reports import Report

Progress = Callable[[int, int], object]
ENDPOINT_VOICES = ("alloy", "onyx")


async def record(
    report: Report,
    resources: Resources,
    out: Path,
    *,
    model: bool = False,
    voices: Sequence[str] = (),
    on_progress: Progress = lambda *_: None,
) -> Recording:
    """Write the recording of a report into the folder ``out``, and return its description.

    With ``model``, the model writes a conversation of two voices; otherwise one voice reads the
    report. ``voices`` are names; ``on_progress`` gets the number of spoken lines and their total.
    Earlier answers and speech are reused.

    Raises:
        InputError: if a voice is unknown, or a conversation has only one.
        ConfigurationError: if the extra is missing, or the model is too small.
        ModelError: if a model or the speech endpoint does not answer.
        PublishError: if the files cannot be written.
    """
    speakers = voices_of(resources.settings, voices)[: 2 if model else 1]
    if model and len(speakers) == 1:
        raise InputError("A conversation needs two voices; add another --voice.")
    speech = Speech(resources.settings.home / "audio" / "speech", RATE)
    lines, made = await _conversation(report, resources) if model else (one_voice(report), {})
    texts = [(speakers[one.voice], one.text) for one in lines]
    sounds = await asyncio.to_thread(speech.of_all, texts, on_progress)
    names = tuple(one.name for one in speakers)
    return await asyncio.to_thread(
        write_recording, report, lines, sounds, out, voices=names, **made
    )


def voices_of(settings: Settings, names: Sequence[str] = ()) -> list[Voice]:
    """Return the named voices of the speech endpoint, by default the offline voices.

    Raises:
        InputError: if an offline voice is unknown.
        ConfigurationError: if the endpoint has no model.
    """
    model, endpoint = settings.speech_model, settings.speech_base_url or OPENAI_ENDPOINT
    if model:
        key = _key(settings, endpoint)
        return [EndpointVoice(endpoint, key, model, one) for one in names or ENDPOINT_VOICES]
    if settings.speech_base_url:
        raise ConfigurationError("CASEBOOK_SPEECH_BASE_URL also needs CASEBOOK_SPEECH_MODEL")
    if unknown := ", ".join(one for one in names if one not in OFFLINE):
        known = " and ".join(OFFLINE)
        raise InputError(f"There is no offline voice {unknown}; there are {known}.")
    return [OFFLINE[one]() for one in names or OFFLINE]


def _key(settings: Settings, endpoint: str) -> str:
    """Return the API key for an endpoint; only OpenAI and the drafts' endpoint get it."""
    key = settings.openai_api_key
    is_its_own = endpoint in {settings.endpoint, OPENAI_ENDPOINT}
    return key.get_secret_value() if key and is_its_own else "none"


async def _conversation(
    report: Report, resources: Resources
) -> tuple[tuple[ScriptLine, ...], dict[str, object]]:
    """Return the lines of a conversation with their model and calls."""
    if not resources.profile.is_capable:
        message = f"{resources.profile.model} is too small to write a conversation; set"
        raise ConfigurationError(f"{message} CASEBOOK_LLM_MODEL, or record it in one voice.")
    asker, judge = resources.asker(report.report_id), resources.judge(report.report_id)
    sections = [
        await write_section(report, section, asker, judge) for section in unrepeated(report)
    ]
    asked = [*asker.generations, *(judge.generations if judge else ())]
    calls = tuple(one.generation_id for one in asked)
    return two_voices(report, sections), {"model": asker.profile.model, "generation_ids": calls}
