"""The pages and files of recordings on the site, and the podcast feed."""

from collections.abc import Iterator
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from publishing.anchors import clock
from publishing.audio.recording import (
    SPEAKERS,
    Recording,
    TranscriptCue,
    chapters_json,
    read_recording,
)
from publishing.files import SiteFiles, key_of
from publishing.site.writer import PageWriter
from schemas.reports import ROLE_HEADINGS, Report

FEED = "reports/podcast.xml"
_FILES = ("audio.mp3", "audio.opus", "transcript.vtt")
_ROLES = {f"{heading}." for heading in ROLE_HEADINGS.values()}


class RecordingPages:
    """Writes recordings beside their reports."""

    def __init__(self, files: SiteFiles, pages: PageWriter) -> None:
        self._files, self._pages, self._root = files, pages, pages.settings.root
        self._written: list[tuple[Report, Recording]] = []

    def write(self, report: Report, folder: Path) -> Recording | None:
        """Write the recording in ``folder`` and its page; return None if it is missing.

        The files go to ``reports/NAME/``, whose ``index.html#s1`` is the link of a sentence.
        """
        recording = read_recording(folder)
        if recording is None or recording.report_id != report.report_id:
            return None
        place, key = f"reports/{report.name}", key_of(recording.model_dump(mode="json"))
        for name in _FILES:
            self._files.put(f"{place}/{name}", key_of(key, name), (folder / name).read_bytes)
        chapters = chapters_json(report, recording)
        self._pages.put_text(f"{place}/chapters.json", chapters, lambda: chapters)
        values = {"report": report, "recording": recording, "speakers": SPEAKERS}
        values["length"] = clock(recording.seconds)
        rows = [*_rows(recording)]
        page = (f"{place}/transcript.html", "recording.html")
        self._pages.put(*page, [key, report.title, rows], chapters=rows, **values)
        self._written.append((report, recording))
        return recording

    def write_feed(self) -> None:
        """Write the feed of all recordings, newest first, if the site's address is known."""
        if not self._root or not self._written:
            return
        found = sorted(self._written, key=lambda one: one[0].created_at, reverse=True)
        rows = [
            {"report": one, "recording": made, "at": format_datetime(one.created_at)}
            for one, made in found
        ]
        key = [(one.report_id, one.name, one.title, made.mp3_bytes) for one, made in found]
        self._pages.put(FEED, "podcast.xml", key, episodes=rows)


def _rows(recording: Recording) -> Iterator[dict[str, Any]]:
    """Yield the chapters with their lines; the line that names a chapter is its heading."""
    for n, mark in enumerate(recording.chapters):
        cues = [(i, cue) for i, cue in enumerate(recording.cues) if cue.chapter == n]
        opens = n > 0 and not cues[0][1].sentences
        yield {
            "title": mark.title,
            "start": mark.start,
            "clock": clock(mark.start),
            "head": cues[0][1] if opens else None,
            "lines": [_line(i, cue) for i, cue in cues[1 if opens else 0 :]],
        }


def _line(n: int, cue: TranscriptCue) -> dict[str, Any]:
    return {"n": n, "is_role": cue.text in _ROLES and not cue.sentences, **cue.model_dump()}
