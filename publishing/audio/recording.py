"""Recordings of reports: MP3 and Opus with chapters, and a timed transcript."""

import json
from collections.abc import Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from pydantic import ConfigDict

from publishing.audio.script import ScriptLine, VoiceNumber
from publishing.audio.sound import FileChapter, Sound, encode, normalised, silence, timestamp
from publishing.folder import replacing
from schemas.frozen import Frozen
from schemas.reports import Report

NAME = "recording.json"
SPEAKERS = ("Host", "Guest")
RATE = 24_000
_LINE, _TURN, _CHAPTER = 0.35, 0.5, 1.1  # seconds of silence before a line, turn or chapter
_MP3, _OPUS = 64_000, 32_000  # bits per second


class ChapterMark(Frozen):
    """A chapter of a recording; ``start`` is in seconds. Earlier recordings have other fields."""

    model_config = ConfigDict(extra="ignore")

    start: float
    title: str


class TranscriptCue(Frozen):
    """A spoken line, from ``start`` to ``end`` in seconds; ``chapter`` counts from 0."""

    start: float
    end: float
    voice: VoiceNumber
    text: str
    sentences: tuple[int, ...] = ()
    chapter: int


class Recording(Frozen):
    """The recording of a report; ``model`` wrote the conversation, None if it was read out."""

    report_id: str
    seconds: float
    mp3_bytes: int
    opus_bytes: int
    voices: tuple[str, ...]
    chapters: tuple[ChapterMark, ...]
    cues: tuple[TranscriptCue, ...]
    model: str | None = None
    generation_ids: tuple[str, ...] = ()


def write_recording(
    report: Report, lines: Sequence[ScriptLine], sounds: Sequence[Sound], out: Path, **made: object
) -> Recording:
    """Write the files of a recording to ``out``, replacing an earlier one; return the recording.

    ``sounds`` are the spoken lines at `RATE`; ``made`` are the other fields of `Recording`.

    Raises:
        PublishError: if the files cannot be written; the earlier ones are kept.
    """
    pieces, chapters, cues = _joined(lines, sounds)
    seconds = sum(piece.seconds for piece in pieces)
    ends = [*(one.start for one in chapters[1:]), seconds]
    parts = [FileChapter(c.title, c.start, end) for c, end in zip(chapters, ends, strict=True)]
    tags = {"title": report.title, "artist": "casebook", "date": str(report.created_at.year)}
    with replacing(out) as folder:
        mp3, opus = folder / "audio.mp3", folder / "audio.opus"
        encode(mp3, "libmp3lame", pieces, RATE, bit_rate=_MP3, tags=tags, parts=parts)
        encode(opus, "libopus", pieces, RATE, bit_rate=_OPUS, tags=tags, parts=parts)
        recording = Recording.model_validate(
            {
                **made,
                "report_id": report.report_id,
                "seconds": round(seconds, 3),
                "mp3_bytes": mp3.stat().st_size,
                "opus_bytes": opus.stat().st_size,
                "chapters": chapters,
                "cues": cues,
            }
        )
        (folder / "chapters.json").write_text(chapters_json(report, recording), "utf-8")
        (folder / "transcript.vtt").write_text(transcript_vtt(recording), "utf-8")
        (folder / NAME).write_text(recording.model_dump_json() + "\n", "utf-8")
    return recording


def read_recording(folder: Path) -> Recording | None:
    """Return the recording in a folder, None if it is missing."""
    path = folder / NAME
    return Recording.model_validate_json(path.read_text("utf-8")) if path.is_file() else None


def chapters_json(report: Report, recording: Recording) -> str:
    """Return the chapters in the format of Podcasting 2.0."""
    rows = [{"startTime": one.start, "title": one.title} for one in recording.chapters]
    page = {"version": "1.2.0", "title": report.title, "chapters": rows}
    return json.dumps(page, ensure_ascii=False) + "\n"


def transcript_vtt(recording: Recording) -> str:
    """Return the transcript as WebVTT, with speakers."""
    blocks = ["WEBVTT"]
    for n, one in enumerate(recording.cues, start=1):
        words = f"<v {SPEAKERS[one.voice]}>{escape(one.text, quote=False)}"
        blocks.append(f"{n}\n{timestamp(one.start)} --> {timestamp(one.end)}\n{words}")
    return "\n\n".join(blocks) + "\n"


def _joined(
    lines: Sequence[ScriptLine], sounds: Sequence[Sound]
) -> tuple[list[Sound], list[ChapterMark], list[TranscriptCue]]:
    """Return the speech with pauses, and the times of chapters and lines."""
    pieces, chapters, cues, at = list[Sound](), list[ChapterMark](), list[TranscriptCue](), 0.0
    for chapter, members in groupby(zip(lines, sounds, strict=True), lambda one: one[0].chapter):
        pause = _CHAPTER if chapters else 0.0
        chapters.append(ChapterMark(start=round(at + pause, 3), title=chapter))
        for line, sound in members:
            is_turn = cues and cues[-1].voice != line.voice
            pause = pause or (_TURN if is_turn else _LINE)
            spoken = normalised(sound)
            pieces += [silence(pause, RATE), spoken]
            at += pieces[-2].seconds
            cues.append(_cue(line, at, at + spoken.seconds, len(chapters) - 1))
            at, pause = at + spoken.seconds, 0.0
    return pieces, chapters, cues


def _cue(line: ScriptLine, start: float, end: float, chapter: int) -> TranscriptCue:
    times = {"start": round(start, 3), "end": round(end, 3), "chapter": chapter}
    return TranscriptCue(**line.model_dump(include={"voice", "text", "sentences"}), **times)
