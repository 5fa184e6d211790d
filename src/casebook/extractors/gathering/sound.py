"""Recordings: what a source's sound is before anybody has written down what is said in it. Pure."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casebook.extractors.gathering.bundles import (
    RECORDING,
    TRANSCRIPT,
    VIDEO,
    Part,
    pack,
    pack_transcript,
)
from casebook.extractors.network.body import is_sound
from casebook.schemas.sources import ExtractionStep, Payload

MEDIA_TYPES = {
    ".aac": "audio/aac",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".webm": "video/webm",
}
"""What a recording's suffix says of its bytes."""

TRANSCRIPT_OF_PAGE = "transcript of the page"
"""The step that says which transcript was read in place of the page that leads to it."""

# Of bytes in lower case: to search 250 KB without regard to case takes three times as long.
_PLAYER = re.compile(
    rb"<audio\b|<track\b|og:audio|audioobject|podcastepisode|radioepisode|\.(?:mp3|m4a)\b"
)
_EPISODE_ADDRESS = re.compile(r"//podcasts?\.|/(?:podcasts?|episodes?)/", re.IGNORECASE)

FEWEST_KILOBITS = 40.0
"""Speech at this rate loses nothing that matters to a transcription."""


@dataclass(frozen=True, slots=True)
class Sound:
    """The bytes of a recording, and what is known of it.

    ``about`` may hold title, channel, published (YYYYMMDD) and chapters (start_time, title);
    ``video`` tells that it is a video's sound, whose address is ``url``.
    """

    data: bytes
    name: str
    media_type: str
    url: str | None = None
    about: Mapping[str, Any] | None = None
    video: bool = False
    tried: tuple[ExtractionStep, ...] = ()


def suffix_of(name: str) -> str:
    """Return a name's suffix in lower case, with its dot."""
    return f".{name.rpartition('.')[2].lower()}" if "." in name else ""


def named_as_recording(name: str) -> bool:
    """Tell a recording by the name of the file, before it is fetched."""
    about_one = ":" in name or "%3a" in name.lower()  # a wiki's page "File:Talk.webm"
    return suffix_of(name) in MEDIA_TYPES and not about_one


def names_episode(address: str) -> bool:
    """Tell an address at which sites keep episodes of a podcast."""
    return bool(_EPISODE_ADDRESS.search(address))


def may_lead_to_sound(payload: Payload) -> bool:
    """Tell at a glance whether a page may be about a recording (``talk_page`` looks closer)."""
    if "html" not in payload.media_type:
        return False
    address = payload.final_url or payload.url or ""
    return bool(_PLAYER.search(payload.data.lower())) or names_episode(address)


def sound_in(payload: Payload) -> Sound | None:
    """Return the recording that the bytes are, or None where they are something else."""
    if not is_sound(payload.data[:1_024]):
        return None
    media_type = payload.media_type
    if not media_type.startswith(("audio/", "video/")):
        media_type = MEDIA_TYPES.get(suffix_of(payload.name), "audio/mpeg")
    name = payload.name if named_as_recording(payload.name) else f"recording{_suffix(media_type)}"
    stem = payload.name.rpartition(".")[0].replace("_", " ").replace("-", " ").strip()
    return Sound(payload.data, name, media_type, payload.url, {"title": stem}, tried=payload.tried)


def _suffix(media_type: str) -> str:
    return next((end for end, known in MEDIA_TYPES.items() if known == media_type), ".mp3")


def choose_format(formats: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the smallest format that carries speech well: sound alone, in one file over HTTP.

    Where there is none, the smallest that has sound at all; None where none has.
    """
    heard = [
        f
        for f in formats
        if f.get("acodec") not in {None, "none"}
        and str(f.get("protocol") or "https") in {"http", "https"}
        and str(f.get("url")).startswith(("https://", "http://"))
        and not f.get("has_drm")
    ]
    alone = [f for f in heard if f.get("vcodec") in {None, "none"}]
    good = [f for f in alone if _rate(f) >= FEWEST_KILOBITS]
    if good or alone:
        return min(good, key=_rate) if good else max(alone, key=_rate)
    return min(heard, key=_rate, default=None)


def _rate(given: Mapping[str, Any]) -> float:
    return float(given.get("abr") or given.get("tbr") or 0.0)


def with_transcript(page: Payload, transcript: Payload, about: Mapping[str, Any]) -> Payload:
    """Return a page about a recording together with what its site wrote down of it."""
    address = transcript.final_url or transcript.url or ""
    step = ExtractionStep(method=TRANSCRIPT_OF_PAGE, outcome=f"read from {address}")
    changes: Mapping[str, Any] = {
        "data": pack_transcript(transcript, about, page.final_url or page.url or ""),
        "media_type": TRANSCRIPT,
        "charset": None,
        "name": transcript.name,
        "headers": {},
        "tried": (*page.tried, step),
    }
    return page.model_copy(update=changes)


def without_transcript(page: Payload, cause: str) -> Payload:
    """Return a page with the note that the transcript of its site could not be had."""
    step = ExtractionStep(method=TRANSCRIPT_OF_PAGE, outcome=f"failed: {cause}")
    return page.model_copy(update={"tried": (*page.tried, step)})


def as_payload(
    sound: Sound, cues: Sequence[Mapping[str, Any]], language: str, by: str, outcome: str
) -> Payload:
    """Return the bundle of a recording and what was heard in it, for the extractors.

    ``cues`` have start and duration in seconds, and text; ``by`` names who wrote them down.
    """
    said = {"language": language, "generated": True, "by": by, "cues": list(cues)}
    origin = sound.url or ""
    parts = [
        Part(name=name, url=origin, media_type="application/json", data=json.dumps(value).encode())
        for name, value in (("captions", said), ("about", dict(sound.about or {})))
    ]
    return Payload(
        data=pack(parts),
        media_type=VIDEO if sound.video else RECORDING,
        name=f"{sound.name}.json",
        url=sound.url,
        final_url=sound.url,
        tried=(*sound.tried, ExtractionStep(method=f"transcription {by}", outcome=outcome)),
    )
