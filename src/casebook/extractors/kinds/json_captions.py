"""Transcripts as JSON, as many programs as there are write them. Pure.

youtube-transcript-api (which also prints it as Python), YouTube's player (json3), Whisper and what
is built on it, Deepgram, AssemblyAI, Amazon Transcribe, Google, Fireflies, and Podcasting 2.0
(https://github.com/Podcastindex-org/podcast-namespace, transcripts): each has its own names for the
same, so a transcript is whatever list has the most text with times, in sentences before words.
"""

import ast
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from casebook.extractors.kinds.clocks import CLOCK, seconds_of
from casebook.extractors.kinds.said import Said
from casebook.extractors.text.characters import count_words

_JSON_START = re.compile(r"[\[{]\s*[\[{\"']")
_TIMED = re.compile(r"[\"'](?:start|startTime|start_time|tStartMs)[\"']\s*:")
_CLOCK = re.compile(CLOCK)
_WITH_UNIT = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")  # as Google writes them
_TEXTS = "text transcript body sentence content punctuated_word word".split()
_SPEAKERS = "speaker speaker_name speakerName speaker_label speakerLabel".split()
_STARTS = ("start", "startTime", "start_time", "begin"), ("tStartMs", "start_ms", "startMs")
_ENDS = ("end", "endTime", "end_time"), ("end_ms", "endMs")
_LENGTHS = ("duration", "dur"), ("dDurationMs",)
_DEEPEST = 12
_FEWEST_IN_A_SENTENCE = 2.0  # words a cue, in the mean; less are lists of words
_SLOWEST = 30.0  # seconds a word: what is slower counts milliseconds


def is_json(source: str) -> bool:
    """Tell JSON, or a Python literal, by how it begins."""
    return bool(_JSON_START.match(source))


def looks_timed(head: str) -> bool:
    """Tell a transcript as JSON by the beginning of it."""
    return is_json(head) and bool(_TIMED.search(head))


def read_json(source: str) -> tuple[list[Said], int]:
    """Return the cues of a JSON transcript, and how many entries could not be read."""
    found: dict[str, _Found] = {}
    _look(_value(source), "", None, found, 0)
    best = max(found.values(), key=_Found.worth, default=_Found())
    return _in_seconds(best.cues), best.unread


def _value(source: str) -> Any:
    try:
        return json.loads(source)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(source.strip())
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None  # nested too deeply for Python is a MemoryError


@dataclass
class _Found:
    """The cues of all lists that stand under the same names."""

    cues: list[Said] = field(default_factory=list)
    unread: int = 0

    def worth(self) -> tuple[bool, bool, int]:
        """Tell sentences from words, then who knows who speaks, then which is the longest."""
        words = sum(count_words(cue.text) for cue in self.cues)
        named = any(cue.speaker for cue in self.cues)
        return words >= _FEWEST_IN_A_SENTENCE * len(self.cues), named, words


def _look(value: Any, path: str, who: str | None, found: dict[str, _Found], depth: int) -> None:
    """Gather the lists of cues in ``value``; ``who`` speaks where a cue does not say it."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        who = _speaker(value) or who
        for name, inner in value.items():
            if isinstance(inner, list | dict):
                _look(inner, f"{path}.{name}", who, found, depth + 1)
    elif isinstance(value, list):
        cues = [_said(entry, who) for entry in value]
        if any(cues):
            here = found.setdefault(path, _Found())
            here.cues += filter(None, cues)
            here.unread += sum(
                cue is None and not _is_silent(entry)
                for cue, entry in zip(cues, value, strict=True)
            )
        for entry in value if not all(cues) else ():
            _look(entry, path, who, found, depth + 1)


def _is_silent(entry: Any) -> bool:
    """Tell an event of YouTube's player that says where text is shown, and has none."""
    return isinstance(entry, dict) and "tStartMs" in entry and "segs" not in entry


def _said(entry: Any, who: str | None) -> Said | None:
    if not isinstance(entry, dict):
        return None
    text = next((entry[name] for name in _TEXTS if isinstance(entry.get(name), str)), None)
    if isinstance(entry.get("segs"), list):
        parts = (part.get("utf8", "") for part in entry["segs"] if isinstance(part, dict))
        text = "".join(map(str, parts))
    start, end = _time(entry, *_STARTS), _time(entry, *_ENDS)
    if isinstance(entry.get("offsets"), dict):  # of whisper.cpp
        start, end = (_time(entry["offsets"], (), (name,)) for name in ("from", "to"))
    if text is None or start is None:
        return None
    lasts = _time(entry, *_LENGTHS) or 0.0
    return Said(start, start + lasts if end is None else end, text, _speaker(entry) or who)


def _speaker(entry: Mapping[str, Any]) -> str | None:
    """Return who speaks; a number or a single letter is nobody's name."""
    told = next((entry[name] for name in _SPEAKERS if entry.get(name) is not None), None)
    if isinstance(told, dict):
        told = told.get("name")
    if isinstance(told, bool) or not isinstance(told, str | int) or not str(told).strip():
        return None
    return str(told) if len(str(told)) > 2 else f"Speaker {told}"  # noqa: PLR2004 - "A", "0", "12"


def _time(
    entry: Mapping[str, Any], seconds: Sequence[str], milliseconds: Sequence[str]
) -> float | None:
    """Return the first of these fields that is a time, in seconds."""
    named = [(name, 1.0) for name in seconds] + [(name, 1_000.0) for name in milliseconds]
    for name, unit in named:
        value = entry.get(name)
        if isinstance(value, str) and (clock := _CLOCK.fullmatch(value.strip())):
            return seconds_of(clock.groups())
        if isinstance(value, str) and (told := _WITH_UNIT.fullmatch(value.strip())):
            return float(told[1])
        try:
            number = float(value) / unit  # type: ignore[arg-type]  # a TypeError is no number
        except (TypeError, ValueError, OverflowError):
            continue
        if 0 <= number < math.inf:
            return number
    return None


def _in_seconds(cues: Sequence[Said]) -> list[Said]:
    """Return the cues in seconds: some programs count milliseconds under the same names."""
    words = sum(count_words(cue.text) for cue in cues)
    span = max((cue.end for cue in cues), default=0.0)
    if span <= _SLOWEST * max(words, 1):
        return list(cues)
    return [replace(cue, start=cue.start / 1_000, end=cue.end / 1_000) for cue in cues]
