"""YouTube: what is said in a video, by chapter and second, from the bundle that was fetched."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casebook.extractors.gathering.bundles import Bundle, unpack
from casebook.extractors.kinds.plaintext import refuse_empty
from casebook.extractors.naming import where
from casebook.extractors.speech.spoken import (
    Cue,
    spoken_cues,
    to_blocks,
    with_names,
    without_repeats,
)
from casebook.extractors.text.characters import one_line
from casebook.extractors.text.charset import decode
from casebook.extractors.text.metadata import clean_date, language_of
from casebook.extractors.text.passages import Block, lay_out
from casebook.schemas.documents import Extracted, ExtractionStep
from casebook.schemas.errors import Damaged
from casebook.schemas.sources import Payload, SourceKind

FEWEST_CHAPTERS = 3
"""Times in a description make chapters from three on, the first at 0:00 (YouTube's own rule)."""

_MOST_CHAPTERS = 200
_DEEPEST = 60
_DATE = re.compile(
    r'"(?:publishDate|uploadDate)":\s*"([0-9]{4}-[0-9]{2}-[0-9]{2})'
    r'|itemprop="datePublished" content="([0-9]{4}-[0-9]{2}-[0-9]{2})'
)
_OG_TITLE = re.compile(r'<meta (?:property|name)="og:title" content="([^"]{1,300})"')
_PAGE_DATA = "ytInitialData = "
_CLOCK = r"(?:[0-9]{1,2}:)?[0-9]{1,2}:[0-9]{2}"
# A time before its title, perhaps behind the point or number of a list and with the end of the
# chapter behind it, or after it.
_TIMED_LINE = re.compile(
    rf"^(?:[^\w\n]{{0,6}}|[ \t]*[0-9]{{1,2}}[.)][ \t]{{1,3}})(?<![\d:])({_CLOCK})[)\]]?"
    rf"(?:[ \t]*(?:[-–—→]|to)[ \t]*{_CLOCK}(?![\d:])[)\]]?)?"
    r"[ \t]*[-–—:|→➜»]?[ \t]*(\S.{0,119}?)[ \t\r]*$"
    rf"|^[ \t]*(\S[^\n]{{0,119}}?)[ \t]*[-–—:|(\[][ \t]*({_CLOCK})[)\]]?[ \t\r]*$",
    re.MULTILINE,
)
# With no mark before the time, as sentences end, too: only where there are no other chapters.
_TIME_BEHIND = re.compile(rf"^()()[ \t]*(\S[^\n]{{0,119}}?)[ \t]+({_CLOCK})[ \t\r]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of a video, from ``start`` (seconds) to the next one's."""

    start: float
    title: str


def extract(payload: Payload) -> Extracted:
    """Return what is said in a video; each passage knows its second, and its chapter if any.

    Raises:
        Damaged: if the bundle holds no captions.
        DocumentEmpty: if nothing is said.
    """
    bundle = unpack(payload)
    captions = json_in(bundle, "captions")
    cues = list(with_names(without_repeats(cues_in(captions, payload))))
    told = json_in(bundle, "about")  # by yt-dlp, where the sound was listened to
    details = json_in(bundle, "player").get("videoDetails") or {}
    page = _text(bundle, "watch")
    chapters, found = chapters_of(page, str(details.get("shortDescription") or ""))
    if not chapters:
        chapters, found = _ordered(_told_chapters(told)), "told by yt-dlp" * bool(told)
    spoken = " ".join(cue.text for cue in cues)
    language = language_of(str(captions.get("language", "")).partition("-")[0], spoken)
    text, passages = lay_out(_blocks(cues, chapters), language)
    refuse_empty(text, payload)
    title = one_line(str(details.get("title") or told.get("title") or ""))
    channel = one_line(str(details.get("author") or told.get("channel") or ""))
    return Extracted(
        kind=SourceKind.YOUTUBE,
        title=title or _first(_OG_TITLE, page),
        authors=(channel,) if channel else (),
        published=clean_date(_first(_DATE, page) or told.get("published")),
        language=language,
        site="YouTube",
        text=text,
        passages=passages,
        extraction=[
            ExtractionStep(method="chapters", outcome=f"{len(chapters)} {found}".strip()),
            ExtractionStep(method="cues", outcome=f"{len(cues)} spoken"),
        ],
    )


def json_in(bundle: Bundle, name: str) -> Mapping[str, Any]:
    """Return the JSON object that a bundle's part holds; empty where there is none."""
    part = bundle.find(name)
    try:
        value = json.loads(part.data) if part else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _text(bundle: Bundle, name: str) -> str:
    part = bundle.find(name)
    return decode(part.data, part.charset)[0] if part else ""


def _first(pattern: re.Pattern[str], page: str) -> str | None:
    from html import unescape

    match = pattern.search(page)
    return one_line(unescape(match[match.lastindex or 0])) or None if match else None


def cues_in(captions: Mapping[str, Any], payload: Payload) -> Iterator[Cue]:
    """Yield what the captions of a bundle say.

    Raises:
        Damaged: if they are none.
    """
    try:
        for said in captions["cues"]:
            start = max(0.0, float(said["start"]))
            if not math.isfinite(float(said["start"]) + float(said["duration"])):
                raise ValueError("no time")  # noqa: TRY301 - one message for whatever is wrong
            yield from spoken_cues(start, start + float(said["duration"]), str(said["text"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Damaged(
            f"{where(payload)}: the captions that were kept cannot be read; fetch it again with "
            "--refresh."
        ) from error


def _blocks(cues: Sequence[Cue], chapters: Sequence[Chapter]) -> Iterator[Block]:
    """Yield the passages of each chapter under its title; before the first there is none."""
    if not chapters:
        yield from to_blocks(cues)
        return
    edges = [chapter.start for chapter in chapters]
    yield from to_blocks(cue for cue in cues if cue.start < edges[0])
    for chapter, end in zip(chapters, [*edges[1:], float("inf")], strict=True):
        within = [cue for cue in cues if chapter.start <= cue.start < end]
        if within:
            yield Block(chapter.title, heading=True)
            yield from to_blocks(within)


# --- Chapters ------------------------------------------------------------------------------------


def chapters_of(page: str, description: str) -> tuple[list[Chapter], str]:
    """Return the chapters in order, and where they were found.

    A watch page lists those that its owner set (or YouTube's machines found); else the times in
    the description are read.
    """
    if listed := _ordered(_listed_chapters(page)):
        return listed, "listed on the page"
    for form in (_TIMED_LINE, _TIME_BEHIND):
        timed = _ordered(
            Chapter(_seconds(match[1] or match[4]), one_line(match[2] or match[3]))
            for match in form.finditer(description)
        )
        if len(timed) >= FEWEST_CHAPTERS and timed[0].start == 0:
            return timed, "timed in the description"
    return [], ""


def _ordered(chapters: Iterator[Chapter]) -> list[Chapter]:
    """Return one chapter a second, in order: a page lists them twice."""
    by_start: dict[int, Chapter] = {}
    for chapter in chapters:
        if chapter.title and len(by_start) < _MOST_CHAPTERS:
            by_start.setdefault(int(chapter.start), chapter)
    return [by_start[start] for start in sorted(by_start)]


def _listed_chapters(page: str) -> Iterator[Chapter]:
    for item in find_all(page_data(page), "macroMarkersListItemRenderer"):
        named = item.get("title", {})
        runs = named.get("runs") or ()
        title = named.get("simpleText") or "".join(
            str(run.get("text") or "") for run in runs if isinstance(run, dict)
        )
        start = item.get("onTap", {}).get("watchEndpoint", {}).get("startTimeSeconds")
        if isinstance(title, str) and isinstance(start, int | float):
            yield Chapter(float(start), one_line(title))


def _told_chapters(told: Mapping[str, Any]) -> Iterator[Chapter]:
    for chapter in told.get("chapters") or ():
        if isinstance(chapter.get("start"), int | float):
            yield Chapter(float(chapter["start"]), one_line(str(chapter.get("title") or "")))


def page_data(page: str) -> Any:
    """Return the JSON value that a YouTube page draws itself from, or None."""
    start = page.find(_PAGE_DATA)
    if start < 0:
        return None
    try:
        return json.JSONDecoder().raw_decode(page, start + len(_PAGE_DATA))[0]
    except (ValueError, RecursionError):
        return None


def find_all(value: Any, key: str, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield every object that stands under ``key``, at any reasonable depth, in order."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        if isinstance(value.get(key), dict):
            yield value[key]
        for inner in value.values():
            yield from find_all(inner, key, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from find_all(inner, key, depth + 1)


def _seconds(clock: str) -> float:
    seconds = 0
    for part in clock.split(":"):
        seconds = 60 * seconds + int(part)
    return float(seconds)
