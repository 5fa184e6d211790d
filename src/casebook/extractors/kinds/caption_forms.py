"""Captions in forms that no library reads whole, so that nothing that was said is lost. Pure.

SubRip and SubViewer have no standard that programs keep to: numbers, hours, fractions and the empty
lines between cues may be missing. Whisper prints its cues in lines, the times in brackets.
"""

import re

from casebook.extractors.kinds.clocks import CLOCK, seconds_of
from casebook.extractors.kinds.json_captions import looks_timed
from casebook.extractors.kinds.said import Said
from casebook.extractors.kinds.substation import is_script
from casebook.extractors.kinds.timed_text import is_timed_text
from casebook.extractors.kinds.youtube_xml import is_youtube_xml

# SubViewer's comma stands between times alone; "10:00, 11:00 and noon" is said by somebody.
_TIMES = re.compile(
    rf"\s*\[?{CLOCK}\s*(?:-{{1,3}}>|,(?=\d[\d:.]*[ \t]*(?:\n|\Z)))\s*{CLOCK}\]?(?=\s|\Z)"
)
_ARROW = re.compile(r"\d\s*-{1,3}>\s*-?\d")
# WebVTT has no arrow but between times.
_WEBVTT_ARROW = re.compile(r"\d\s*-->|-->\s*-?\d")
_TIMED_START = re.compile(rf"(?:\s*\d+\s*\n)?{_TIMES.pattern}")
_HEAD = 4_096


def look_like_captions(text: str) -> bool:
    """Tell captions that are named as something else by how they begin."""
    head = text[:_HEAD].lstrip("\ufeff \t\r\n").replace("\r\n", "\n").replace("\r", "\n")
    if head.startswith("WEBVTT") or _TIMED_START.match(head):
        return True
    if is_script(head) or is_timed_text(head) or is_youtube_xml(head):
        return True
    return looks_timed(head)


def read_timed(source: str) -> tuple[list[Said], int]:
    """Return the cues of SubRip or SubViewer, and how many lines of times could not be read.

    What stands below such a line belongs to the cue before it.
    """
    cues: list[tuple[float, float, list[str]]] = []
    unread, above = 0, ""
    for line in source.split("\n"):
        match = _TIMES.match(line)
        if match or _ARROW.search(line):
            _drop_number(cues, above, known=len(cues) + unread)
        if match:
            said = [line[match.end() :]] if _is_said(line[match.end() :]) else []
            cues.append((seconds_of(match.groups()[:4]), seconds_of(match.groups()[4:]), said))
        elif _ARROW.search(line):
            unread += 1
        elif cues and line.strip():
            cues[-1][2].append(line)
        above = line
    return [Said(start, end, "\n".join(lines)) for start, end, lines in cues], unread


def _is_said(rest: str) -> bool:
    """Tell words behind the times from where the cue is to be shown: "X1:40", "align:start"."""
    return not all(":" in word for word in rest.split())


def _drop_number(cues: list[tuple[float, float, list[str]]], above: str, *, known: int) -> None:
    """Take back the number of the next cue, which was read as the end of the last one.

    It stands right above its times, or counts the cues; any other number was said.
    """
    last = cues[-1][2][-1].strip() if cues and cues[-1][2] else ""
    if last.isdecimal() and (above.strip() == last or int(last) in {known, known + 1}):
        del cues[-1][2][-1]


def with_times(source: str) -> tuple[str, int]:
    """Return WebVTT each of whose cues has times that can be read, and how many had none.

    Those get the times of the cue before.
    """
    lines, unread, last = [], 0, f"{_clock(0)} --> {_clock(0)}"
    for line in source.split("\n"):
        if not _WEBVTT_ARROW.search(line):
            lines.append(line)
            continue
        if match := _TIMES.match(line):
            times = (seconds_of(match.groups()[:4]), seconds_of(match.groups()[4:]))
            last = " --> ".join(map(_clock, times))
            lines.append(last + line[match.end() :])
        else:
            lines.append(last)
            unread += 1
    return "\n".join(lines), unread


def _clock(seconds: float) -> str:
    return f"{int(seconds // 3_600):02}:{int(seconds % 3_600 // 60):02}:{seconds % 60:06.3f}"
