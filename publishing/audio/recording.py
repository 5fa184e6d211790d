"""A report as files to listen to: MP3 and Opus with chapters, and what is spoken when."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from publishing.audio.script import Chapter, ScriptLine, VoiceNumber
from publishing.audio.sound import FileChapter, Sound, encode, normalised, silence, timestamp
from publishing.folder import replacing
from schemas.frozen import Frozen
from schemas.reports import Report

NAME = "recording.json"
SPEAKERS = ("Host", "Guest")
RATE = 24_000
_LINE, _TURN, _CHAPTER = 0.35, 0.5, 1.1  # seconds of silence before a line
_MP3, _OPUS = 64_000, 32_000  # bits a second


class ChapterMark(Frozen):
    """A chapter of a recording; ``start`` is in seconds, ``case_id`` the case that it is about."""

    start: float
    title: str
    case_id: str | None = None


class TranscriptCue(Frozen):
    """A line as it is heard, from ``start`` to ``end`` in seconds; ``chapter`` counts from 0."""

    start: float
    end: float
    voice: VoiceNumber
    text: str
    sentences: tuple[int, ...] = ()
    chapter: int


class Recording(Frozen):
    """A report as it was recorded. ``voices`` spoke it; ``model`` worded it, None if none did."""

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
    """Write the files of a recording into ``out``, in place of an earlier one; return what it is.

    ``sounds`` are the lines as speech at `RATE`; ``made`` are the other fields of `Recording`.

    Raises:
        PublishError: if the files cannot be written; the earlier ones stay.
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
    """Return the recording whose files are in a folder, None where there is none."""
    path = folder / NAME
    return Recording.model_validate_json(path.read_text("utf-8")) if path.is_file() else None


def chapters_json(
    report: Report, recording: Recording, addresses: Mapping[str, str] | None = None
) -> str:
    """Return the chapters as Podcasting 2.0 reads them; ``addresses`` of pages are by case id."""
    known, rows = addresses or {}, []
    for one in recording.chapters:
        row: dict[str, object] = {"startTime": one.start, "title": one.title}
        rows.append(row | ({"url": url} if (url := known.get(one.case_id or "")) else {}))
    page = {"version": "1.2.0", "title": report.title, "chapters": rows}
    return json.dumps(page, ensure_ascii=False) + "\n"


def transcript_vtt(recording: Recording) -> str:
    """Return the transcript as WebVTT, with the speaker of each line."""
    blocks = ["WEBVTT"]
    for n, one in enumerate(recording.cues, start=1):
        words = f"<v {SPEAKERS[one.voice]}>{escape(one.text, quote=False)}"
        blocks.append(f"{n}\n{timestamp(one.start)} --> {timestamp(one.end)}\n{words}")
    return "\n\n".join(blocks) + "\n"


def _joined(
    lines: Sequence[ScriptLine], sounds: Sequence[Sound]
) -> tuple[list[Sound], list[ChapterMark], list[TranscriptCue]]:
    """Return speech with pauses, and where chapters and lines are."""
    pieces, chapters, cues, at = list[Sound](), list[ChapterMark](), list[TranscriptCue](), 0.0
    for chapter, members in groupby(zip(lines, sounds, strict=True), lambda one: one[0].chapter):
        pause = _CHAPTER if chapters else 0.0
        chapters.append(_mark(at + pause, chapter))
        for line, sound in members:
            pause = pause or _pause(line, cues)
            spoken = normalised(sound)
            pieces += [silence(pause, RATE), spoken]
            at += pieces[-2].seconds
            cues.append(_cue(line, at, at + spoken.seconds, len(chapters) - 1))
            at, pause = at + spoken.seconds, 0.0
    return pieces, chapters, cues


def _pause(line: ScriptLine, cues: Sequence[TranscriptCue]) -> float:
    """Return the silence before a line that does not open a chapter, in seconds."""
    return _TURN if cues and cues[-1].voice != line.voice else _LINE


def _mark(at: float, chapter: Chapter) -> ChapterMark:
    return ChapterMark(start=round(at, 3), title=chapter.title, case_id=chapter.case_id)


def _cue(line: ScriptLine, start: float, end: float, chapter: int) -> TranscriptCue:
    times = {"start": round(start, 3), "end": round(end, 3)}
    of = {"voice": line.voice, "text": line.text, "sentences": line.sentences}
    return TranscriptCue.model_validate({**times, **of, "chapter": chapter})
